//! The rights of a chain at Altegio and YCLIENTS.
//!
//! Not rights of a location, and not in reach: no public call reads or writes them for anybody
//! but the caller. They are declared, done by hand and checked. Invariant: each name, alias or
//! not, means one right.

use super::right::{Product, Sensitivity};

/// One right of a chain: a plain yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainRight {
    /// The vendor's key, as `GET /groups` shows the caller's own.
    pub key: &'static str,
    /// English, for people: a verb phrase.
    pub title: &'static str,
    /// Why granting it counts as escalating, by the criterion of the locations' rights. There are no
    /// roots here: the right to a chain's clients or users is the sight of them.
    pub sensitivity: Option<Sensitivity>,
    /// Other keys the vendor uses for it.
    pub aliases: &'static [&'static str],
    /// Where its key is documented; the other product may have it all the same.
    pub product: Product,
}

const fn right(key: &'static str, title: &'static str, product: Product) -> ChainRight {
    ChainRight {
        key,
        title,
        sensitivity: None,
        aliases: &[],
        product,
    }
}

const fn sensitive(
    key: &'static str,
    title: &'static str,
    product: Product,
    why: Sensitivity,
) -> ChainRight {
    let mut right = right(key, title, product);
    right.sensitivity = Some(why);
    right
}

const NETWORK_SERVICES: ChainRight = {
    let mut services = right(
        "network_services_access",
        "manage the chain's services",
        Product::Both,
    );
    services.aliases = &["chain_services_access"];
    services
};

const RIGHTS: &[ChainRight] = &[
    right(
        "settings_access",
        "open the chain's settings",
        Product::Both,
    ),
    sensitive(
        "users_access",
        "manage the chain's users",
        Product::Both,
        Sensitivity::UserManagement,
    ),
    sensitive(
        "clients_access",
        "see the chain's client base",
        Product::Both,
        Sensitivity::ClientData,
    ),
    sensitive(
        "deposits_access",
        "manage clients' personal accounts of the chain",
        Product::Altegio,
        Sensitivity::Money,
    ),
    right(
        "deposit_types_access",
        "manage the types of personal accounts of the chain",
        Product::Altegio,
    ),
    right(
        "loyalty_access",
        "open the chain's loyalty section",
        Product::Both,
    ),
    right(
        "loyalty_abonement_types_access",
        "manage the types of memberships of the chain",
        Product::Altegio,
    ),
    sensitive(
        "loyalty_abonement_balance_edit_access",
        "change the balance of memberships of the chain",
        Product::Altegio,
        Sensitivity::Money,
    ),
    sensitive(
        "loyalty_abonement_period_edit_access",
        "change the period of memberships of the chain",
        Product::Altegio,
        Sensitivity::Money,
    ),
    right(
        "loyalty_abonement_history_access",
        "see the history of memberships of the chain",
        Product::Altegio,
    ),
    sensitive(
        "loyalty_cards_manual_transactions_access",
        "top up and write off the chain's loyalty cards by hand",
        Product::Both,
        Sensitivity::Money,
    ),
    right(
        "loyalty_certificate_types_access",
        "manage the types of gift cards of the chain",
        Product::Altegio,
    ),
    right(
        "loyalty_programs_access",
        "manage the chain's loyalty programs",
        Product::Altegio,
    ),
    NETWORK_SERVICES,
    right(
        "analytics_access",
        "see the chain's analytics",
        Product::Altegio,
    ),
];

impl ChainRight {
    /// Every right of a chain, in the vendor's order.
    pub const ALL: &'static [Self] = RIGHTS;

    /// The right that a key or an alias means.
    pub fn by_key(key: &str) -> Option<&'static Self> {
        RIGHTS
            .iter()
            .find(|right| right.key == key || right.aliases.contains(&key))
    }

    /// The key that somebody most likely meant.
    pub fn suggest(text: &str) -> Option<&'static str> {
        super::nearest(text, RIGHTS.iter().map(|right| right.key))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_fifteen_and_no_name_means_two() {
        assert_eq!(RIGHTS.len(), 15);
        let names: Vec<&str> = RIGHTS
            .iter()
            .flat_map(|right| std::iter::once(right.key).chain(right.aliases.iter().copied()))
            .collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn six_are_documented_for_yclients() {
        let old = RIGHTS.iter().filter(|right| right.product == Product::Both);
        assert_eq!(
            old.map(|right| right.key).collect::<Vec<_>>(),
            [
                "settings_access",
                "users_access",
                "clients_access",
                "loyalty_access",
                "loyalty_cards_manual_transactions_access",
                "network_services_access",
            ]
        );
    }

    #[test]
    fn an_alias_means_its_right() {
        let right = ChainRight::by_key("chain_services_access").expect("an alias");
        assert_eq!(right.key, "network_services_access");
        assert_eq!(ChainRight::by_key("chain"), None);
        assert_eq!(ChainRight::suggest("user_access"), Some("users_access"));
    }
}
