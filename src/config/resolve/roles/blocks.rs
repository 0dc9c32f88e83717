//! Blocks of a role, each understood once for all roles that inherit it.

use super::super::diags::{self, Known};
use super::super::kinds;
use super::super::lines::{self, Line};
use super::super::systems::{Systems, Target};
use crate::catalog::{Catalog, Kind, VendorRole, role, roles_for};
use crate::config::raw::{self, BlockBody, RightsBlock};
use crate::diagnostic::Diagnostic;

/// A block and its lines, understood once for all roles that inherit them.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) raw: &'a raw::RoleBlock,
    pub(super) target: Target,
    pub(super) lines: Vec<Line>,
}

pub(super) fn read_blocks<'a>(
    role: &'a raw::Role,
    systems: &Systems<'_>,
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Block<'a>> {
    role.blocks
        .iter()
        .filter_map(|raw| {
            let target = systems.find(&raw.target, diagnostics)?;
            let kind = systems.kind(target)?;
            let lines = match &raw.body {
                BlockBody::Rights(block) if kind.has_rights() => {
                    check_block(block, kind, catalog, diagnostics);
                    block
                        .rights
                        .iter()
                        .filter_map(|line| lines::line(catalog, kind, line, diagnostics))
                        .collect()
                }
                BlockBody::Rights(_)
                | BlockBody::Keycrm(_)
                | BlockBody::Reservio(_)
                | BlockBody::Apenday(_) => Vec::new(),
            };
            Some(Block { raw, target, lines })
        })
        .collect()
}

/// What can be wrong with a block of rights beside its lines.
fn check_block(
    block: &RightsBlock,
    kind: Kind,
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(slug) = &block.role {
        match role(&slug.value) {
            Some(VendorRole { product, .. }) if product.covers(kind) => {}
            Some(_) => diagnostics.push(diags::role_of_other_product(slug, kind)),
            None => {
                let known = roles_for(kind).map(|role| role.slug);
                diagnostics.push(diags::unknown(Known::VendorRole, slug, known));
            }
        }
    }
    for (slug, _) in &block.unknown_rights {
        if catalog.by_slug(&slug.value).is_some() {
            diagnostics.push(diags::known_under_unknown(slug));
        }
    }
    for (key, _) in &block.chain {
        kinds::check_chain_right(key, kind, diagnostics);
    }
}

/// Whether a block says anything beside chain rights; an empty one does, badly.
pub(super) fn is_about_places(block: &RightsBlock) -> bool {
    block.chain_span.is_none()
        || block.role.is_some()
        || block.unlisted.is_some()
        || !block.rights.is_empty()
        || !block.unknown_rights.is_empty()
}
