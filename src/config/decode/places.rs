//! Locations, tags and selectors.

use schemars::{Schema, json_schema};

use super::generic::{
    AnyKey, Filled, KeyRule, Map, OneOrMany, Seen, declared_key, described, record,
};
use super::scalars::{Id, Line, LocationRef, TagValue, Zone};
use super::words::Word;
use super::{Decoder, Shape};
use crate::config::raw::{Location, LocationIn, Selector, SelectorBody, Text};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Ownership, PlaceStatus};

/// Words that mean places and so cannot name one, or a tag.
pub(super) const PLACE_WORDS: &[&str] = &["all", "except", "chain"];

record! {
    LocationFields, "a location" {
        /// What people call it. Default: its key. Example: `title: Rīga Mall`.
        "title" title: Line;
        /// Words to select it by. Default: none. Example: `tags: { region: riga, format: flagship }`.
        "tags" tags: Map<TagName, TagValue>;
        /// Whether it is open: only open locations give places. Default: `open`. Example: `status: planned`.
        "status" status: Word<PlaceStatus>;
        /// Where its dates are meant. Default: the project's zone. Example: `time_zone: Europe/Vilnius`.
        "time_zone" time_zone: Zone;
        /// Its id in each system, alone or with a level of ownership of its own. Where it has none, its people get
        /// nothing in that system. Default: in no system. Example: `in: { salons: 10231 }`.
        "in" within: Map<AnyKey, Inside>;
    }
}

impl LocationFields {
    /// The location under its key.
    pub(super) fn named(self, key: Text) -> Location {
        Location {
            key,
            title: self.title,
            tags: self.tags.unwrap_or_default(),
            status: self.status,
            time_zone: self.time_zone,
            within: self
                .within
                .unwrap_or_default()
                .into_iter()
                .map(|(system, (id, ownership))| LocationIn {
                    system,
                    id,
                    ownership,
                })
                .collect(),
        }
    }
}

/// The name of a tag where it is given.
pub(super) struct TagName;

impl KeyRule for TagName {
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        declared_key(key, name, PLACE_WORDS, "a tag", cx)
    }
}

record! {
    InsideFields, "an id, or a mapping with `id` and `ownership`" {
        /// The vendor's id of the location. Example: `id: 10232`.
        "id" id: Id, required;
        /// What may be changed there. Default: what the system says. Example: `ownership: add-only`.
        "ownership" ownership: Word<Ownership>;
    }
}

/// An id alone, or with an ownership.
pub(super) struct Inside;

impl Shape for Inside {
    type Value = (Text, Option<crate::text::Spanned<Ownership>>);
    const WHAT: &'static str = InsideFields::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let (id, ownership) = match node.view() {
            View::Map(_) => {
                let fields = InsideFields::decode(node, cx)?;
                (fields.id?, fields.ownership)
            }
            View::Scalar(_) => (Id::decode(node, cx)?, None),
            View::Null | View::List(_) => {
                cx.wrong_type(node, Self::WHAT);
                return None;
            }
        };
        cx.numbered(&id, cx.key);
        Some((id, ownership))
    }

    fn schema(defs: &mut Defs) -> Schema {
        let (id, full) = (Id::schema(defs), InsideFields::schema(defs));
        json_schema!({ "anyOf": [id, full] })
    }
}

impl Shape for Selector {
    type Value = Selector;
    const WHAT: &'static str = "a list of locations' keys, `all`, or tags";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Selector> {
        let body = match node.view() {
            View::List(_) => SelectorBody::Keys(Filled::<LocationRef>::decode(node, cx)?),
            View::Map(_) => tags(node, cx)?,
            View::Scalar(scalar) if scalar.text == "all" => SelectorBody::All,
            View::Scalar(scalar) => {
                let message = format!("{} takes {}", cx.subject(), Self::WHAT);
                let help = format!("write `[{}]` for one location", super::shown(scalar.text));
                cx.wrong_value(node, message, help);
                return None;
            }
            View::Null => {
                cx.wrong_type(node, Self::WHAT);
                return None;
            }
        };
        Some(Selector {
            span: node.span(),
            body,
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        defs.define("selector", |defs| {
            let keys = Filled::<LocationRef>::schema(defs);
            let value = OneOrMany::<TagValue>::schema(defs);
            let except = Defs::reference("selector");
            json_schema!({
                "anyOf": [
                    { "const": "all", "description": "every open location" },
                    keys,
                    {
                        "type": "object",
                        "description": "Tags that must all match; a list of values matches any of them.",
                        "minProperties": 1,
                        "properties": {
                            "all": {
                                "const": true,
                                "description": "Every open location; with `except`.\n\nExample: `all: true`.",
                            },
                            "except": described(
                                except,
                                "Locations left out: keys or a selector. Example: `except: [riga-mall]`.",
                            ),
                        },
                        "additionalProperties": value,
                    },
                ],
            })
        })
    }
}

fn tags<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<SelectorBody> {
    let mut found: Vec<(Text, Vec<Text>)> = Vec::new();
    let (mut all, mut except) = (false, None);
    let mut seen = Seen::default();
    let mut broken = false;
    for (key, value) in cx.mapping(node, Selector::WHAT)? {
        let Some(name) = cx.key_text(key) else {
            broken = true;
            continue;
        };
        if let Some(first) = seen.add(name, key.span()) {
            cx.duplicate_key(name, key.span(), first);
            broken = true;
            continue;
        }
        match name {
            "all" => match cx.value::<super::scalars::Truth>(key, name, value) {
                Some(truth) if truth.value => all = true,
                Some(_) => {
                    let message = "`all` in a selector takes `true`".to_owned();
                    cx.wrong_value(value, message, "write `all: true`, or remove it".to_owned());
                    broken = true;
                }
                None => broken = true,
            },
            "except" => match cx.value::<Selector>(key, name, value) {
                Some(selector) => except = Some(Box::new(selector)),
                None => broken = true,
            },
            _ => {
                let tag = AnyKey::accept(key, name, cx);
                let values = cx.value::<OneOrMany<TagValue>>(key, name, value);
                match (tag, values) {
                    (Some(tag), Some(values)) => found.push((tag, values)),
                    _ => broken = true,
                }
            }
        }
    }
    if broken {
        // Half a selector would select too much.
        return None;
    }
    if found.is_empty() && !all {
        let subject = cx.subject();
        cx.report(
            Diagnostic::new(
                Code::WrongValue,
                format!("{subject} has a selector that names no place"),
            )
            .at(node.span(), "no tag and no `all`")
            .help("name tags, such as `{ region: riga }`, or write `{ all: true, except: [...] }`"),
        );
        return None;
    }
    if all && !found.is_empty() {
        let subject = cx.subject();
        cx.report(
            Diagnostic::new(
                Code::WrongValue,
                format!("{subject} has a selector with both `all` and tags"),
            )
            .at(node.span(), "tags narrow, `all` does not")
            .help("keep the tags, or `all: true`"),
        );
        return None;
    }
    Some(SelectorBody::Tags {
        tags: found,
        all,
        except,
    })
}
