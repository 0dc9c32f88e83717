//! Every call this adapter makes, as data: method, path, whether it may be repeated, and where it
//! is documented.
//!
//! Not a way to call anything else: an exchange is made from a route and numbers, so no text from
//! outside ever becomes part of a path. Invariant: each route is in the vendor's documentation,
//! in the section of the vendor reference that it names.

use crate::http::{Exchange, Method, Repeat};

/// One documented call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    method: Method,
    /// The path; each `{...}` takes one number.
    template: &'static str,
    repeat: Repeat,
    /// Section of the vendor reference.
    section: &'static str,
}

const fn route(
    method: Method,
    template: &'static str,
    repeat: Repeat,
    section: &'static str,
) -> Route {
    Route {
        method,
        template,
        repeat,
        section,
    }
}

use Method::{Delete, Get, Post, Put};
use Repeat::{Always, IfUnsent};

/// Locations the token manages; always with `my=1`, or it lists everybody's.
pub(super) const COMPANIES: Route = route(Get, "/companies", Always, "5.1");
/// Chains, with the caller's own rights in them.
pub(super) const GROUPS: Route = route(Get, "/groups", Always, "5.2");
/// Users of a location.
pub(super) const USERS: Route = route(Get, "/company/{location}/users", Always, "2.1");
/// Roles of a location, with the tree of rights.
pub(super) const ROLES: Route = route(Get, "/company/{location}/users/roles", Always, "2.4");
/// The same, with what the caller may change of one user.
pub(super) const ROLES_FOR: Route =
    route(Get, "/company/{location}/users/{user}/roles", Always, "2.5");
/// Role, staff link and rights of one user.
pub(super) const PERMISSIONS: Route = route(
    Get,
    "/company/{location}/users/{user}/permissions",
    Always,
    "3.1",
);
/// Writes all of these. The same write twice leaves the same.
pub(super) const WRITE: Route = route(
    Put,
    "/company/{location}/users/{user}/permissions",
    Always,
    "3.2",
);
/// The caller's own rights, under their older names.
pub(super) const OWN: Route = route(Get, "/user/permissions/{location}", Always, "3.3");
/// Sends invitations: a message to humans, never repeated on doubt.
pub(super) const INVITE: Route = route(Post, "/user/invite/{location}", IfUnsent, "2.6");
/// Gives a user access to other locations, without a message. Twice leaves the same.
pub(super) const COPY: Route = route(
    Post,
    "/company/{location}/users/{user}/copy_to_companies",
    Always,
    "3.5",
);
/// Takes a user's access to a location. The second time it is gone already.
pub(super) const REMOVE: Route = route(Delete, "/company/{location}/users/{user}", Always, "2.3");
/// Takes a user's access to several locations. What is gone already stays gone.
pub(super) const REMOVE_SEVERAL: Route = route(
    Post,
    "/company/{location}/users/{user}/remove_from_companies",
    Always,
    "3.6",
);
/// Team members of a location.
pub(super) const STAFF: Route = route(Get, "/company/{location}/staff", Always, "4");
/// The same under its older spelling, which some tokens may call where they may not call the other.
pub(super) const STAFF_OLDER: Route = route(Get, "/staff/{location}", Always, "4");
/// Positions of a location.
pub(super) const POSITIONS: Route = route(Get, "/company/{location}/staff/positions", Always, "4");

impl Route {
    /// The call, with numbers put in place of the braces, in order.
    pub(super) fn exchange(&self, numbers: &[u64]) -> Exchange {
        let mut numbers = numbers.iter();
        let path = self
            .template
            .split('/')
            .map(|part| match part.strip_prefix('{') {
                Some(_) => numbers.next().map_or_else(String::new, u64::to_string),
                None => part.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");
        Exchange {
            method: self.method,
            path,
            query: Vec::new(),
            body: None,
            repeat: self.repeat,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Route] = &[
        COMPANIES,
        GROUPS,
        USERS,
        ROLES,
        ROLES_FOR,
        PERMISSIONS,
        WRITE,
        OWN,
        INVITE,
        COPY,
        REMOVE,
        REMOVE_SEVERAL,
        STAFF,
        STAFF_OLDER,
        POSITIONS,
    ];

    #[test]
    fn numbers_stand_where_the_braces_were() {
        let exchange = PERMISSIONS.exchange(&[10231, 8812]);
        assert_eq!(exchange.path, "/company/10231/users/8812/permissions");
        assert_eq!(GROUPS.exchange(&[]).path, "/groups");
    }

    #[test]
    fn only_the_invitation_is_never_repeated_on_doubt() {
        for route in ALL {
            let once = *route == INVITE;
            assert_eq!(route.repeat == Repeat::IfUnsent, once, "{}", route.template);
            assert!(!route.section.is_empty());
        }
    }
}
