//! Settings that the language has and this version does not honor: accepted where they say what happens anyway.
//!
//! A setting that is read and ignored would be believed. Each is compared with its documented default, leaf by leaf.

use schemars::{Schema, json_schema};
use serde_json::{Map as Object, Value};

use super::generic::Seen;
use super::{Decoder, Shape};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic};

/// A default that may be written out and not changed.
pub(super) enum Fixed {
    /// This text or number.
    Leaf(&'static str),
    /// Any of these keys with their defaults.
    Keys(&'static [(&'static str, Fixed)]),
    /// No value: the key cannot be used yet.
    Never,
}

impl Fixed {
    fn check<'a>(&self, path: &str, node: Node<'a>, cx: &mut Decoder<'a>) {
        match (self, node.view()) {
            (Fixed::Leaf(default), View::Scalar(scalar)) if scalar.text == *default => {}
            (Fixed::Keys(known), View::Map(pairs)) => {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                let mut seen = Seen::default();
                for (key, value) in pairs {
                    let Some(name) = cx.key_text(key) else {
                        continue;
                    };
                    if let Some(first) = seen.add(name, key.span()) {
                        cx.duplicate_key(name, key.span(), first);
                        continue;
                    }
                    if let Some((_, inner)) = known.iter().find(|(known, _)| *known == name) {
                        let path = format!("{path}.{name}");
                        cx.under(name, |cx| inner.check(&path, value, cx));
                    } else {
                        let what = format!("`{}`", super::shown(cx.key));
                        cx.unknown_key(key, name, value, &names, &what);
                    }
                }
            }
            _ => self.refuse(path, node, cx),
        }
    }

    fn refuse<'a>(&self, path: &str, node: Node<'a>, cx: &mut Decoder<'a>) {
        let help = match self {
            Fixed::Never => {
                "remove the key: this version has nothing that would honor it".to_owned()
            }
            Fixed::Leaf(_) | Fixed::Keys(_) => {
                format!("remove the key, or write the default, {}", self.text())
            }
        };
        cx.report(
            Diagnostic::new(
                Code::NotInForce,
                format!("`{path}` cannot be set in this version"),
            )
            .at(node.span(), "this would not be honored")
            .help(help),
        );
    }

    /// The default as one writes it.
    fn text(&self) -> String {
        match self {
            Fixed::Leaf(text) => format!("`{text}`"),
            Fixed::Never => String::new(),
            Fixed::Keys(_) => format!("`{}`", self.flow()),
        }
    }

    fn flow(&self) -> String {
        match self {
            Fixed::Leaf(text) => (*text).to_owned(),
            Fixed::Never => String::new(),
            Fixed::Keys(known) => {
                let inner: Vec<String> = known
                    .iter()
                    .map(|(name, inner)| format!("{name}: {}", inner.flow()))
                    .collect();
                format!("{{ {} }}", inner.join(", "))
            }
        }
    }

    fn schema(&self) -> Value {
        match self {
            Fixed::Never => Value::Bool(false),
            Fixed::Leaf(text) => match (text.parse::<i64>(), *text) {
                (Ok(number), _) => serde_json::json!({ "const": number }),
                (Err(_), "true") => serde_json::json!({ "const": true }),
                (Err(_), text) => serde_json::json!({ "const": text }),
            },
            Fixed::Keys(known) => {
                let properties: Object<String, Value> = known
                    .iter()
                    .map(|(name, inner)| ((*name).to_owned(), inner.schema()))
                    .collect();
                serde_json::json!({
                    "type": "object",
                    "properties": properties,
                    "additionalProperties": false,
                })
            }
        }
    }
}

macro_rules! unforced {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $fixed:expr;)*) => {
        $(
            $(#[$doc])*
            pub(super) struct $name;

            impl $name {
                const DEFAULT: Fixed = $fixed;
            }

            impl Shape for $name {
                type Value = ();
                const WHAT: &'static str = $what;

                fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<()> {
                    let path = cx.key;
                    Self::DEFAULT.check(path, node, cx);
                    Some(())
                }

                fn schema(_: &mut Defs) -> Schema {
                    Schema::try_from(Self::DEFAULT.schema()).unwrap_or_else(|_| json_schema!({}))
                }
            }
        )*
    };
}

unforced! {
    /// `quiet`.
    Quiet = "`none`", Fixed::Leaf("none");
    /// `drift`.
    Drift = "the built-in answers to drift", Fixed::Keys(&[
        ("widened", Fixed::Leaf("revert")),
        ("reduced", Fixed::Leaf("hold")),
    ]);
    /// `invitations`.
    Invitations = "the built-in answer to stale invitations", Fixed::Keys(&[
        ("stale_after", Fixed::Leaf("14d")),
        ("then", Fixed::Leaf("report")),
    ]);
    /// `state.branch`.
    Branch = "nothing yet", Fixed::Never;
}
