//! Every call this adapter makes, as data.
//!
//! Not a way to follow an address the vendor names: a page is asked for by its number, so the key never goes where an
//! answer points. Invariant: each call is a read in the vendor's OpenAPI description.

use crate::http::{Exchange, Method, Repeat};

/// The most rows a page may be asked for.
const PAGE: u32 = 50;

/// One page of all users, of every status; counted from 1.
pub(super) fn users(page: usize) -> Exchange {
    read(
        "/users",
        vec![("limit", PAGE.to_string()), ("page", page.to_string())],
    )
}

/// The least that proves a key.
pub(super) fn one_user() -> Exchange {
    read("/users", vec![("limit", "1".into())])
}

/// The newest orders with the people they are assigned to: the only place that names roles.
pub(super) fn assigned() -> Exchange {
    read(
        "/order",
        vec![("include", "assigned".into()), ("limit", PAGE.to_string())],
    )
}

fn read(path: &str, query: Vec<(&'static str, String)>) -> Exchange {
    Exchange {
        method: Method::Get,
        path: path.to_owned(),
        query,
        body: None,
        repeat: Repeat::Always,
    }
}
