//! Settings that the language has and this version does not honor.
//!
//! A setting that is read and ignored would be believed, so it is refused.

use schemars::{Schema, json_schema};

use super::{Decoder, Shape};
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::diagnostic::{Code, Diagnostic};

/// `state.branch`.
pub(super) struct Branch;

impl Shape for Branch {
    type Value = ();
    const WHAT: &'static str = "nothing yet";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<()> {
        let path = cx.key;
        cx.report(
            Diagnostic::new(
                Code::NotInForce,
                format!("`{path}` cannot be set in this version"),
            )
            .at(node.span(), "this would not be honored")
            .help("remove the key: this version has nothing that would honor it"),
        );
        Some(())
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!(false)
    }
}
