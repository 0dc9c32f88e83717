//! What a role means in systems without a catalogue, and in chains.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::diags::{self, Known};
use super::super::kinds::{self, FactsPart};
use super::{Compiler, Origin, Seen};
use crate::catalog::Kind;
use crate::config::raw::{self, BlockBody};
use crate::model::VendorRoleSlug;
use crate::text::Span;

impl<'a> Compiler<'_, 'a> {
    pub(super) fn facts(
        &mut self,
        raw: &raw::Role,
        system: usize,
        kind: Kind,
        seen: &[Seen<'_, 'a>],
        span: Span,
        is_abstract: bool,
    ) -> Option<FactsPart> {
        let mut roles: Vec<(Origin, raw::Text, Span)> = Vec::new();
        let mut named: BTreeMap<Arc<str>, Vec<(Origin, kinds::Fact, Span)>> = BTreeMap::new();
        let mut any = false;
        for seen in seen {
            let Some(said) = kinds::read(kind, &seen.block.raw.body) else {
                continue;
            };
            any = true;
            if let Some(role) = said.role {
                roles.push((seen.origin, role.clone(), role.span));
            }
            for (name, fact, span) in said.facts {
                named
                    .entry(name)
                    .or_default()
                    .push((seen.origin, fact, span));
            }
        }
        if !any {
            return None;
        }
        let by_text: Vec<(Origin, Arc<str>, Span)> = roles
            .iter()
            .map(|(origin, role, span)| (*origin, role.value.clone(), *span))
            .collect();
        let role = self
            .settle(&by_text, "the vendor's `role`", raw)
            .and_then(|winner| roles.get(winner))
            .map(|(_, role, _)| role.clone());
        match &role {
            None if kinds::needs_role(kind) && !is_abstract => {
                self.report(span, span, diags::missing_vendor_role(&raw.key, span));
            }
            Some(role) if kind == Kind::Keycrm => {
                let declared = self.systems.list.get(system).map(|system| system.raw);
                let known = || declared.iter().flat_map(|system| &system.roles);
                if !known().any(|named| named.name.value == role.value) {
                    let diagnostic = diags::unknown(
                        Known::VendorRole,
                        role,
                        known().map(|named| &*named.name.value),
                    );
                    self.report(role.span, role.span, diagnostic);
                }
            }
            Some(_) | None => {}
        }
        let facts = named
            .into_iter()
            .filter_map(|(name, candidates)| {
                let winner = self.settle(&candidates, &format!("`{name}`"), raw)?;
                let (_, fact, span) = candidates.get(winner)?;
                Some((name, (fact.clone(), *span)))
            })
            .collect();
        let part = FactsPart {
            role: role.map(|role| (VendorRoleSlug::new(role.value), role.span)),
            facts,
        };
        let (part, useless) = kinds::normalize(kind, part);
        for (name, span) in useless {
            self.report(span, span, diags::tick_without_login(&name, span));
        }
        Some(part)
    }

    pub(super) fn chain(&mut self, raw: &raw::Role, seen: &[Seen<'_, 'a>]) -> Option<FactsPart> {
        let mut named: BTreeMap<&'static str, Vec<(Origin, bool, Span)>> = BTreeMap::new();
        let mut any = false;
        for seen in seen {
            let BlockBody::Rights(block) = &seen.block.raw.body else {
                continue;
            };
            any |= block.chain_span.is_some();
            for (key, allow) in &block.chain {
                if let Some(key_of) = kinds::chain_key(&key.value) {
                    named
                        .entry(key_of)
                        .or_default()
                        .push((seen.origin, allow.value, key.span));
                }
            }
        }
        any.then(|| FactsPart {
            role: None,
            facts: named
                .into_iter()
                .filter_map(|(key, candidates)| {
                    let winner = self.settle(&candidates, &format!("`{key}`"), raw)?;
                    let (_, allow, span) = candidates.get(winner)?;
                    Some((key.into(), (kinds::Fact::Tick(*allow), *span)))
                })
                .collect(),
        })
    }
}
