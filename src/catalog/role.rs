//! The vendor's roles of Altegio and YCLIENTS, and which of them outweighs which.
//!
//! Not the roles of a project: those are bundles of our own that name one of these. Invariant:
//! two roles without a known order are never put into one.

use std::cmp::Ordering;

use super::{kind::Kind, right::Product};

/// One of the vendor's roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorRole {
    /// The vendor's key for it.
    pub slug: &'static str,
    /// Its name in the vendor's English pages.
    pub title: &'static str,
    /// Where it exists.
    pub product: Product,
    /// Its place in the order of weight, if it has one; more is heavier.
    pub weight: Option<u8>,
    /// Whether an invitation may carry it, by the documented list of the invitation call.
    pub invitable: bool,
}

const ROLES: &[VendorRole] = &[
    VendorRole {
        slug: "worker",
        title: "Team member",
        product: Product::Both,
        weight: Some(1),
        invitable: true,
    },
    VendorRole {
        slug: "administrator",
        title: "Receptionist",
        product: Product::Both,
        weight: Some(2),
        invitable: true,
    },
    VendorRole {
        slug: "manager",
        title: "Manager",
        product: Product::Both,
        weight: Some(3),
        invitable: true,
    },
    VendorRole {
        slug: "owner",
        title: "Owner",
        product: Product::Both,
        weight: Some(4),
        invitable: true,
    },
    VendorRole {
        slug: "accountant",
        title: "Accountant",
        product: Product::Both,
        weight: None,
        invitable: true,
    },
    VendorRole {
        slug: "free_readonly",
        title: "Free view-only seat",
        product: Product::Altegio,
        weight: None,
        invitable: false,
    },
    VendorRole {
        slug: "free_readonly_admin",
        title: "Free view-only seat of an administrator",
        product: Product::Altegio,
        weight: None,
        invitable: false,
    },
];

impl VendorRole {
    /// Every known role: those with an order first, the lightest first.
    pub const ALL: &'static [Self] = ROLES;

    /// Whether holding it makes somebody an owner of the vendor's account.
    pub fn is_owner(&self) -> bool {
        self.slug == "owner"
    }
}

/// The role with that slug.
pub fn role(slug: &str) -> Option<&'static VendorRole> {
    ROLES.iter().find(|role| role.slug == slug)
}

/// The roles that exist at systems of a kind; none for kinds whose roles are their own.
pub fn roles_for(kind: Kind) -> impl Iterator<Item = &'static VendorRole> {
    ROLES.iter().filter(move |role| role.product.covers(kind))
}

/// Which of two roles is heavier; `None` if they differ and have no order.
///
/// A role only the live system knows has no order with any other.
pub fn compare_roles(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    let (a, b) = (role(a)?.weight?, role(b)?.weight?);
    Some(a.cmp(&b))
}

/// The heaviest of several roles; `None` if there are none, or two of them have no order.
pub fn heaviest<'a>(roles: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut roles = roles.into_iter();
    let first = roles.next()?;
    roles.try_fold(first, |best, next| {
        Some(match compare_roles(best, next)? {
            Ordering::Less => next,
            Ordering::Equal | Ordering::Greater => best,
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug() -> impl Strategy<Value = &'static str> {
        let mut slugs: Vec<&'static str> = ROLES.iter().map(|role| role.slug).collect();
        slugs.push("staff_member");
        proptest::sample::select(slugs)
    }

    #[test]
    fn four_roles_stand_in_order() {
        let order = ["worker", "administrator", "manager", "owner"];
        for (low, high) in order.iter().zip(order.iter().skip(1)) {
            assert_eq!(compare_roles(low, high), Some(Ordering::Less));
        }
        assert_eq!(heaviest(order), Some("owner"));
    }

    #[test]
    fn the_others_have_no_order() {
        for alone in [
            "accountant",
            "free_readonly",
            "free_readonly_admin",
            "call_center",
        ] {
            assert_eq!(compare_roles(alone, "worker"), None);
            assert_eq!(compare_roles("owner", alone), None);
            assert_eq!(compare_roles(alone, alone), Some(Ordering::Equal));
            assert_eq!(heaviest(["manager", alone]), None);
            assert_eq!(heaviest([alone, alone]), Some(alone));
        }
        assert_eq!(heaviest([]), None);
    }

    #[test]
    fn each_product_has_its_roles() {
        assert_eq!(roles_for(Kind::Altegio).count(), 7);
        assert_eq!(roles_for(Kind::Yclients).count(), 5);
        assert_eq!(roles_for(Kind::Keycrm).count(), 0);
    }

    proptest! {
        #[test]
        fn comparing_is_antisymmetric(a in slug(), b in slug()) {
            prop_assert_eq!(compare_roles(a, b), compare_roles(b, a).map(Ordering::reverse));
        }

        #[test]
        fn the_heaviest_outweighs_all(roles in proptest::collection::vec(slug(), 0..5)) {
            if let Some(best) = heaviest(roles.iter().copied()) {
                for other in &roles {
                    prop_assert!(compare_roles(best, other).is_some_and(Ordering::is_ge));
                }
            }
        }
    }
}
