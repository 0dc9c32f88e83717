//! The catalogue of rights, as somebody needs it who writes a role.

use std::fmt::Write as _;

use keyholder::catalog::{
    Catalog, ChainRight, Evidence, Product, Right, RightType, Section, VendorRole,
};

use super::{cell, sentence};

/// Every right, by section.
pub(super) fn rights() -> String {
    let catalogue = Catalog::current();
    let mut out = String::new();
    for section in Section::ALL {
        write!(
            out,
            "### {} (`{}.*`)\n\n",
            section.title(),
            section.as_str()
        )
        .unwrap();
        table(&mut out, catalogue.in_section(*section));
    }
    out.push_str("### Without a section\n\n");
    table(
        &mut out,
        catalogue.all().filter(|right| right.section.is_none()),
    );
    out
}

fn table<'a>(out: &mut String, rights: impl Iterator<Item = &'a Right>) {
    out.push_str("| right | takes | what it means | hangs on |\n| --- | --- | --- | --- |\n");
    for right in rights {
        let governor = right
            .governor
            .map(|id| format!("`{}`", Catalog::current().get(id).slug));
        writeln!(
            out,
            "| <a id=\"{0}\"></a>`{0}` | {1} | {2} | {3} |",
            right.slug,
            takes(right),
            cell(&format!("{}{}", sentence(right.title), marks(right))),
            governor.unwrap_or_default()
        )
        .unwrap();
    }
    out.push('\n');
}

/// What a line of a role may say about a right.
fn takes(right: &Right) -> String {
    match right.kind {
        RightType::Section | RightType::Switch => "`allow`, `deny`".to_owned(),
        RightType::Limited | RightType::NoLimitToday | RightType::OwnOnly | RightType::CheckIp => {
            "`allow`, `deny`".to_owned()
        }
        RightType::Days => "days, or `all`".to_owned(),
        RightType::Ids(of) => format!("names of {}, `{{ ids: [...] }}`, or `all`", of.plural()),
        RightType::Id(of) if right.slug.contains("staff") => {
            format!("`self`, a {}, or `all`", of.singular())
        }
        RightType::Id(of) => format!("a {}, or `all`", of.singular()),
        RightType::Ips => "addresses".to_owned(),
    }
}

fn marks(right: &Right) -> String {
    let mut out = String::new();
    if let Some(sensitivity) = right.sensitivity {
        write!(out, " **Sensitive: {}.**", sensitivity.title()).unwrap();
    }
    if right.is_restricting() {
        out.push_str(" **Restricting:** `allow` switches the restriction on.");
    }
    if let Some(list) = right.list {
        let list = Catalog::current().get(list).slug;
        write!(
            out,
            " Follows from [`{list}`](#{list}): never written beside it."
        )
        .unwrap();
    }
    out.push_str(match right.product {
        Product::Both => "",
        Product::Altegio => " Altegio alone.",
        Product::Yclients => " YCLIENTS alone.",
    });
    if right.evidence == Evidence::ClientOnly {
        out.push_str(" Seen in one client alone: the live system may not have it.");
    }
    out
}

/// The rights of a chain.
pub(super) fn chain_rights() -> String {
    let mut out = "| right | what it means |\n| --- | --- |\n".to_owned();
    for right in ChainRight::ALL {
        let sensitive = right
            .sensitivity
            .map(|it| format!(" **Sensitive: {}.**", it.title()));
        writeln!(
            out,
            "| `{}` | {}{} |",
            right.key,
            cell(&sentence(right.title)),
            sensitive.unwrap_or_default()
        )
        .unwrap();
    }
    out
}

/// The vendors' own roles.
pub(super) fn vendor_roles() -> String {
    let mut out =
        "| role | what the vendor calls it | where | heavier than |\n| --- | --- | --- | --- |\n"
            .to_owned();
    for role in VendorRole::ALL {
        let lighter = VendorRole::ALL
            .iter()
            .filter(|other| other.weight < role.weight && other.weight.is_some());
        let lighter: Vec<_> = lighter.map(|other| format!("`{}`", other.slug)).collect();
        let lighter = if role.weight.is_none() {
            "has no order: never joined with another".to_owned()
        } else {
            lighter.join(", ")
        };
        let product = match role.product {
            Product::Both => "both",
            Product::Altegio => "Altegio",
            Product::Yclients => "YCLIENTS",
        };
        writeln!(
            out,
            "| `{}` | {} | {product} | {lighter} |",
            role.slug, role.title
        )
        .unwrap();
    }
    out
}
