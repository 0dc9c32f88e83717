//! The routes of Altegio and YCLIENTS: which calls exist, and who may make them.
//!
//! Not the state they act on. It keeps that a call is served only if the table below has it, and that each entry says
//! how far the reference supports it.

mod auth;
mod invitations;
mod permissions;
mod places;
mod roles;
mod several;
mod staff;
mod users;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::envelope::{Answer, Refusal};
use super::kind::Kind;
use super::link::Link;
use super::log::{Effect, Id, Log, Standing};
use super::state::{Location, System};
use super::wire::Request;

pub(crate) type Outcome = Result<Answer, Refusal>;

/// What a route sees of the world.
pub(crate) struct Call<'a> {
    pub(crate) system: &'a mut System,
    pub(crate) log: &'a mut Log,
    pub(crate) request: &'a Request,
    pub(crate) now: Timestamp,
    /// The account of the user token; 0 where the route needs none and got none.
    pub(crate) caller: u64,
    /// A fault: how many invitations of a batch are sent before it fails.
    pub(crate) batch: Option<usize>,
}

impl Call<'_> {
    /// The location, where it exists and has a license.
    fn place(&self, location: u64) -> Result<&Location, Refusal> {
        let place = self
            .system
            .locations
            .get(&location)
            .ok_or_else(Refusal::not_found)?;
        if place.unlicensed {
            Err(Refusal::denied())
        } else {
            Ok(place)
        }
    }

    /// The caller's link at the location.
    fn own(&self, location: u64) -> Result<&Link, Refusal> {
        self.place(location)?;
        self.system
            .active(location, self.caller, self.now)
            .ok_or_else(Refusal::denied)
    }

    /// The same, if it holds the right.
    fn permit(&self, location: u64, slug: &str) -> Result<&Link, Refusal> {
        self.own(location).and_then(|own| {
            if own.has(slug) {
                Ok(own)
            } else {
                Err(Refusal::denied())
            }
        })
    }

    /// The link of a user whom the vendor shows at the location.
    fn target(&self, location: u64, user: u64) -> Result<&Link, Refusal> {
        self.system
            .link(location, user, self.now)
            .ok_or_else(Refusal::not_found)
    }

    fn body(&self) -> Result<Map<String, Value>, Refusal> {
        let text = std::str::from_utf8(&self.request.body);
        match text.ok().and_then(|text| text.parse().ok()) {
            Some(Value::Object(body)) => Ok(body),
            _ => Err(Refusal::invalid("body", "must be a JSON object")),
        }
    }

    fn note(&mut self, what: &str, location: Option<u64>, account: Option<u64>, detail: Value) {
        self.log.effects.push(Effect {
            at: self.now,
            system: self.system.name.clone(),
            by: Some(self.caller),
            what: what.to_owned(),
            location: location.map(Id::Number),
            account: account.map(Id::Number),
            detail,
        });
    }
}

/// One call that is served.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) template: &'static str,
    pub(crate) standing: Standing,
    /// Whether it needs a user token beside the partner's.
    pub(crate) needs_user: bool,
    pub(crate) serve: fn(&mut Call<'_>, &[u64]) -> Outcome,
}

const fn route(
    method: &'static str,
    template: &'static str,
    serve: fn(&mut Call<'_>, &[u64]) -> Outcome,
) -> Route {
    Route {
        method,
        template,
        standing: Standing::Documented,
        needs_user: true,
        serve,
    }
}

static ROUTES: &[Route] = &[
    Route {
        needs_user: false,
        ..route("POST", "/auth", auth::sign_in)
    },
    Route {
        standing: Standing::SeenInUse,
        ..route("GET", "/user/data", auth::own_data)
    },
    route("GET", "/company/{l}/users", users::list),
    Route {
        standing: Standing::Deprecated,
        ..route("GET", "/company_users/{l}", users::list_legacy)
    },
    route("DELETE", "/company/{l}/users/{u}", users::delete),
    route("POST", "/user/invite/{l}", invitations::invite),
    route("GET", "/company/{l}/users/roles", roles::list),
    route("GET", "/company/{l}/users/{u}/roles", roles::list_for),
    route(
        "GET",
        "/company/{l}/users/{u}/permissions",
        permissions::read,
    ),
    route(
        "PUT",
        "/company/{l}/users/{u}/permissions",
        permissions::write,
    ),
    route("GET", "/user/permissions/{l}", permissions::own),
    route(
        "POST",
        "/company/{l}/users/{u}/copy_to_companies",
        several::copy,
    ),
    route(
        "POST",
        "/company/{l}/users/{u}/remove_from_companies",
        several::remove,
    ),
    route(
        "GET",
        "/company/{l}/marketplace/applications/{app}/permissions",
        places::no_application,
    ),
    route(
        "POST",
        "/company/{l}/marketplace/applications/{app}/grant_access",
        places::no_application,
    ),
    Route {
        needs_user: false,
        ..route("GET", "/companies", places::list)
    },
    Route {
        needs_user: false,
        ..route("GET", "/company/{l}", places::one)
    },
    route("GET", "/groups", places::chains),
    Route {
        standing: Standing::OutsideReference,
        ..route("GET", "/accounts/{l}", places::accounts)
    },
    Route {
        standing: Standing::OutsideReference,
        ..route("GET", "/storages/{l}", places::storages)
    },
    route("GET", "/company/{l}/staff", staff::list),
    route("GET", "/staff/{l}", staff::list_old),
    route("GET", "/company/{l}/staff/positions", staff::positions),
    route("GET", "/company/{l}/staff/{s}", staff::one),
    route("GET", "/staff/{l}/{s}", staff::one),
    route("PUT", "/staff/{l}/{s}", staff::link),
    route("POST", "/company/{l}/staff/quick", staff::create),
    Route {
        standing: Standing::Deprecated,
        ..route(
            "POST",
            "/company/{l}/positions/quick",
            staff::create_position,
        )
    },
];

/// The path of a call in the old spelling, which both products know.
pub(crate) fn canonical<'a>(kind: Kind, path: &[&'a str]) -> Vec<&'a str> {
    match (kind, path) {
        (Kind::Altegio, ["locations", rest @ ..]) if !rest.is_empty() => std::iter::once("company")
            .chain(rest.iter().copied())
            .collect(),
        (Kind::Altegio, ["chains"]) => vec!["groups"],
        _ => path.to_vec(),
    }
}

/// The route of a call and the ids in its path.
pub(crate) fn find(method: &str, path: &[&str]) -> Option<(&'static Route, Vec<u64>)> {
    ROUTES
        .iter()
        .filter(|route| route.method == method)
        .find_map(|route| {
            let mut ids = Vec::new();
            let mut left = path.iter();
            for part in route.template.split('/').skip(1) {
                let actual = *left.next()?;
                if part.starts_with('{') {
                    ids.push(actual.parse().ok()?);
                } else if part != actual {
                    return None;
                }
            }
            left.next().is_none().then_some((route, ids))
        })
}

/// The only id of a path.
fn one_id(ids: &[u64]) -> Result<u64, Refusal> {
    ids.first().copied().ok_or_else(Refusal::not_found)
}

/// The two ids of a path.
fn two_ids(ids: &[u64]) -> Result<(u64, u64), Refusal> {
    match ids {
        [first, second] => Ok((*first, *second)),
        _ => Err(Refusal::not_found()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_ids() {
        let template =
            |method: &str, path: &[&str]| find(method, path).map(|found| found.0.template);
        assert_eq!(
            template("GET", &["company", "7", "users", "roles"]),
            Some("/company/{l}/users/roles")
        );
        assert_eq!(
            template("GET", &["company", "7", "staff", "positions"]),
            Some("/company/{l}/staff/positions")
        );
        assert_eq!(
            template("GET", &["company", "7", "staff", "9"]),
            Some("/company/{l}/staff/{s}")
        );
        assert_eq!(template("GET", &["company", "x", "users"]), None);
        assert_eq!(template("POST", &["company", "7", "users"]), None);
    }

    #[test]
    fn only_altegio_knows_the_new_spellings() {
        assert_eq!(
            canonical(Kind::Altegio, &["locations", "7"]),
            ["company", "7"]
        );
        assert_eq!(canonical(Kind::Altegio, &["chains"]), ["groups"]);
        assert_eq!(canonical(Kind::Yclients, &["chains"]), ["chains"]);
        assert_eq!(canonical(Kind::Altegio, &["locations"]), ["locations"]);
    }
}
