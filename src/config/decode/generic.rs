//! Lists, mappings with free keys, records, and the macro that writes records.
//!
//! A record is a mapping with known keys; `record!` writes its decoder and its schema from one table. Every mapping
//! refuses a key that stands twice.

use std::marker::PhantomData;

use schemars::{Schema, json_schema};
use serde_json::{Map as Object, Value};

use super::scalars::is_hostile;
use super::{Decoder, Shape, shown};
use crate::config::raw::Text;
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Span, Spanned};

/// A list.
pub(super) struct List<S>(PhantomData<S>);

impl<S: Shape> Shape for List<S> {
    type Value = Vec<S::Value>;
    const WHAT: &'static str = "a list";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let View::List(items) = node.view() else {
            cx.wrong_type(node, &format!("a list, each entry {}", S::WHAT));
            return None;
        };
        // Counted first: most lists have one entry, for which a growing vector would hold room for four.
        let mut found = Vec::with_capacity(items.clone().count());
        found.extend(items.filter_map(|item| cx.item::<S>(item)));
        Some(found)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let items = S::schema(defs);
        json_schema!({ "type": "array", "items": items })
    }
}

/// A list that says nothing when it is empty.
pub(super) struct Filled<S>(PhantomData<S>);

impl<S: Shape> Shape for Filled<S> {
    type Value = Vec<S::Value>;
    const WHAT: &'static str = "a list";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        if let View::List(mut items) = node.view()
            && items.next().is_none()
        {
            let subject = cx.subject();
            cx.report(
                Diagnostic::new(Code::EmptyList, format!("{subject} is an empty list"))
                    .at(node.span(), "nothing in it")
                    .help(format!(
                        "name at least one entry, {}, or remove the key",
                        S::WHAT
                    )),
            );
            return None;
        }
        List::<S>::decode(node, cx)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let items = S::schema(defs);
        json_schema!({ "type": "array", "items": items, "minItems": 1 })
    }
}

/// One value, or a list of at least one.
pub(super) struct OneOrMany<S>(PhantomData<S>);

impl<S: Shape> Shape for OneOrMany<S> {
    type Value = Vec<S::Value>;
    const WHAT: &'static str = S::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        match node.view() {
            View::List(_) => Filled::<S>::decode(node, cx),
            View::Null | View::Scalar(_) | View::Map(_) => Some(vec![S::decode(node, cx)?]),
        }
    }

    fn schema(defs: &mut Defs) -> Schema {
        let (one, many) = (S::schema(defs), Filled::<S>::schema(defs));
        json_schema!({ "anyOf": [one, many] })
    }
}

/// Any shape with its place.
pub(super) struct At<S>(PhantomData<S>);

impl<S: Shape> Shape for At<S> {
    type Value = Spanned<S::Value>;
    const WHAT: &'static str = S::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        Some(Spanned::new(S::decode(node, cx)?, node.span()))
    }

    fn schema(defs: &mut Defs) -> Schema {
        S::schema(defs)
    }
}

/// What the keys of a mapping may be.
pub(super) trait KeyRule {
    /// Accepts a key or reports it.
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text>;

    /// Words an editor may offer.
    fn names() -> Vec<(String, String)> {
        Vec::new()
    }
}

/// A key that refers to something declared elsewhere; a clean text is enough here.
pub(super) struct AnyKey;

impl KeyRule for AnyKey {
    fn accept<'a>(key: Node<'a>, name: &'a str, cx: &mut Decoder<'a>) -> Option<Text> {
        let text = cx.under(name, |cx| cx.clean(key, name, false))?;
        Some(Spanned::new(text, key.span()))
    }
}

/// The key of something that is declared here: short, typeable, and no word of the language.
pub(super) fn declared_key<'a>(
    key: Node<'a>,
    name: &'a str,
    reserved: &[&str],
    what: &str,
    cx: &mut Decoder<'a>,
) -> Option<Text> {
    const LONGEST: usize = 64;
    let text = AnyKey::accept(key, name, cx)?;
    let name: &str = &text.value;
    if reserved.contains(&name) {
        cx.report(
            Diagnostic::new(
                Code::ReservedName,
                format!("{what} cannot be called `{name}`"),
            )
            .at(key.span(), "this word means something in the language")
            .help(format!("choose another name, for example `{name}-1`")),
        );
        // Kept: whatever refers to it would otherwise be reported too.
        return Some(text);
    }
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_') || is_mark(c);
    let fault = if name.chars().count() > LONGEST {
        Some("it is longer than 64 characters".to_owned())
    } else if let Some(bad) = name.chars().find(|&c| !inner(c)) {
        Some(format!("it has `{}` in it", bad.escape_debug()))
    } else if !name.starts_with(char::is_alphanumeric) {
        Some("it does not begin with a letter or a digit".to_owned())
    } else if name.contains("..") || name.ends_with('.') {
        Some("its dots look like a path".to_owned())
    } else {
        None
    };
    if let Some(fault) = fault {
        cx.report(
            Diagnostic::new(
                Code::BadKey,
                format!("`{}` cannot be the key of {what}", shown(name)),
            )
            .at(key.span(), fault)
            .help("keys are letters, digits, `.`, `-` and `_`, at most 64, beginning with a letter or digit"),
        );
    }
    Some(text)
}

/// Combining marks that composition leaves over in some scripts; never at the beginning.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) && !is_hostile(c)
}

/// A mapping with free keys, in file order.
pub(super) struct Map<K, S>(PhantomData<(K, S)>);

impl<K: KeyRule, S: Shape> Shape for Map<K, S> {
    type Value = Vec<(Text, S::Value)>;
    const WHAT: &'static str = "a mapping";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let pairs = cx.mapping(node, Self::WHAT)?;
        let mut found: Self::Value = Vec::with_capacity(pairs.clone().count());
        let mut seen = Seen::default();
        for (key, value) in pairs {
            let Some(name) = cx.key_text(key) else {
                continue;
            };
            let Some(text) = K::accept(key, name, cx) else {
                continue;
            };
            if let Some(first) = seen.add(name, key.span()) {
                cx.duplicate_key(name, key.span(), first);
                continue;
            }
            if let Some(value) = cx.value::<S>(key, name, value) {
                found.push((text, value));
            }
        }
        Some(found)
    }

    fn schema(defs: &mut Defs) -> Schema {
        let values = S::schema(defs);
        let names = K::names();
        if names.is_empty() {
            return json_schema!({ "type": "object", "additionalProperties": values });
        }
        let properties: Object<String, Value> = names
            .into_iter()
            .map(|(name, about)| (name, described(values.clone(), &about)))
            .collect();
        json_schema!({
            "type": "object",
            "properties": properties,
            "additionalProperties": values,
        })
    }
}

/// The keys of a mapping so far. Mappings are small, and large ones stay out of quadratic time.
#[derive(Default)]
pub(super) struct Seen<'a> {
    few: Vec<(&'a str, Span)>,
    many: std::collections::BTreeMap<&'a str, Span>,
}

impl<'a> Seen<'a> {
    /// Adds a key; gives the place of the same key before it.
    pub(super) fn add(&mut self, name: &'a str, span: Span) -> Option<Span> {
        if self.many.is_empty() && self.few.len() < 16 {
            if let Some((_, first)) = self.few.iter().find(|(known, _)| *known == name) {
                return Some(*first);
            }
            self.few.push((name, span));
            return None;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.drain(..));
        }
        match self.many.entry(name) {
            std::collections::btree_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(span);
                None
            }
        }
    }
}

/// One key of a record while the record is read.
pub(super) struct Slot<V> {
    seen: Option<Span>,
    value: Option<V>,
}

impl<V> Slot<V> {
    pub(super) fn new() -> Self {
        Self {
            seen: None,
            value: None,
        }
    }

    /// Reads the value, or reports that the key was there before.
    pub(super) fn fill<'a, S: Shape<Value = V>>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        cx: &mut Decoder<'a>,
    ) {
        if let Some(first) = self.seen {
            cx.duplicate_key(name, key.span(), first);
            return;
        }
        self.seen = Some(key.span());
        self.value = cx.value::<S>(key, name, value);
    }

    pub(super) fn is_missing(&self) -> bool {
        self.seen.is_none()
    }

    /// Whether the key is there and its value could not be read.
    pub(super) fn is_broken(&self) -> bool {
        self.seen.is_some() && self.value.is_none()
    }

    pub(super) fn take(self) -> Option<V> {
        self.value
    }
}

/// What a record does with keys that are not in its table.
pub(super) trait Rest: Default {
    /// Takes a key; a fault is reported. Gives the key of the table that was probably meant.
    fn take<'a>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
        cx: &mut Decoder<'a>,
    ) -> Option<&'static str>;

    /// Says what the schema of the record allows beside its properties.
    fn describe(object: &mut Object<String, Value>, defs: &mut Defs);
}

/// Nothing beside the table.
#[derive(Default)]
pub(super) struct Closed;

impl Rest for Closed {
    fn take<'a>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
        cx: &mut Decoder<'a>,
    ) -> Option<&'static str> {
        cx.unknown_key(key, name, value, known, what)
    }

    fn describe(object: &mut Object<String, Value>, _: &mut Defs) {
        object.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}

/// A schema with a text for hover.
///
/// A text may end with `Default: ...` and ``Example: `...` ``: they become paragraphs, which the reference of the language
/// tells apart.
pub(super) fn described(schema: Schema, about: &str) -> Value {
    let mut value = schema.to_value();
    let mut about = about.trim().to_owned();
    for part in ["Default: ", "Example: "] {
        about = about.replacen(&format!(" {part}"), &format!("\n\n{part}"), 1);
    }
    if !about.is_empty()
        && let Some(object) = value.as_object_mut()
    {
        if object.contains_key("$ref") {
            // Draft-07 ignores what stands beside a reference.
            let inner = std::mem::take(object);
            object.insert("allOf".to_owned(), Value::Array(vec![Value::Object(inner)]));
        }
        object.insert("description".to_owned(), Value::String(about));
    }
    value
}

/// Writes a record: a struct with an optional value for each key, its decoder and its schema.
///
/// ```text
/// record! {
///     LocationFields, "a location" {
///         /// What people call it.
///         "title" title: Line;
///         /// The vendor's id.
///         "id" id: Id, required;
///     }
/// }
/// ```
macro_rules! record {
    (
        $(#[$attribute:meta])*
        $name:ident, $what:literal {
            $(
                $(#[doc = $about:literal])*
                $key:literal $field:ident : $shape:ty $(, $required:ident)? ;
            )*
            $( rest $rest:ident : $rest_type:ty ; )?
        }
    ) => {
        $(#[$attribute])*
        #[allow(dead_code, reason = "some keys are checked for their shape and not used yet")]
        pub(super) struct $name {
            /// The whole mapping.
            pub(super) span: $crate::text::Span,
            /// Keys that are there, or were meant, and could not be read: their absence is not to be reported too.
            pub(super) broken: Vec<&'static str>,
            $(
                $(#[doc = $about])*
                pub(super) $field: Option<<$shape as $crate::config::decode::Shape>::Value>,
            )*
            $( pub(super) $rest: $rest_type, )?
        }

        impl $crate::config::decode::Shape for $name {
            type Value = Self;
            const WHAT: &'static str = $what;

            fn decode<'a>(
                node: $crate::config::yaml::Node<'a>,
                cx: &mut $crate::config::decode::Decoder<'a>,
            ) -> Option<Self> {
                use $crate::config::decode::generic::{Rest, Slot};
                const KEYS: &[&'static str] = &[$($key),*];
                let pairs = cx.mapping(node, Self::WHAT)?;
                $( let mut $field = Slot::<<$shape as $crate::config::decode::Shape>::Value>::new(); )*
                let mut others = record!(@rest $($rest_type)?);
                let mut broken: Vec<&'static str> = Vec::new();
                for (key, value) in pairs {
                    let Some(name) = cx.key_text(key) else {
                        continue;
                    };
                    match name {
                        $( $key => $field.fill::<$shape>(key, name, value, cx), )*
                        _ => {
                            let take = Rest::take(&mut others, key, name, value, KEYS, Self::WHAT, cx);
                            broken.extend(take);
                        }
                    }
                }
                $(
                    if $field.is_broken() {
                        broken.push($key);
                    }
                    record!(@require $key, $field, $shape, node, cx, broken $(, $required)?);
                )*
                Some(Self {
                    span: node.span(),
                    broken,
                    $( $field: $field.take(), )*
                    $( $rest: others, )?
                })
            }

            fn schema(defs: &mut $crate::config::schema::Defs) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                let required: [Option<&str>; _] = [$( record!(@mark $key $(, $required)?) ),*];
                let required: Vec<serde_json::Value> =
                    required.into_iter().flatten().map(serde_json::Value::from).collect();
                $(
                    let about = concat!("", $($about),*);
                    let value = <$shape as $crate::config::decode::Shape>::schema(defs);
                    properties.insert(
                        $key.to_owned(),
                        $crate::config::decode::generic::described(value, about),
                    );
                )*
                let mut object = serde_json::Map::new();
                object.insert("type".to_owned(), "object".into());
                object.insert("properties".to_owned(), properties.into());
                // Properties are sorted by name; whoever explains them wants the order in which they are thought of.
                object.insert("x-order".to_owned(), serde_json::json!([$($key),*]));
                if !required.is_empty() {
                    object.insert("required".to_owned(), required.into());
                }
                record!(@describe object, defs $(, $rest_type)?);
                schemars::Schema::from(object)
            }
        }
    };
    (@rest) => { $crate::config::decode::generic::Closed };
    (@rest $rest_type:ty) => { <$rest_type>::default() };
    (@describe $object:ident, $defs:ident) => {
        <$crate::config::decode::generic::Closed as $crate::config::decode::generic::Rest>::describe(
            &mut $object, $defs,
        )
    };
    (@describe $object:ident, $defs:ident, $rest_type:ty) => {
        <$rest_type as $crate::config::decode::generic::Rest>::describe(&mut $object, $defs)
    };
    (@require $key:literal, $field:ident, $shape:ty, $node:ident, $cx:ident, $broken:ident) => {};
    (@require $key:literal, $field:ident, $shape:ty, $node:ident, $cx:ident, $broken:ident, required) => {
        if $field.is_missing() && !$broken.contains(&$key) {
            let needs = <$shape as $crate::config::decode::Shape>::WHAT;
            $cx.missing_key($key, $node.span(), Self::WHAT, needs);
        }
    };
    // Reported elsewhere in its own words; the schema still says that it must be there.
    (@require $key:literal, $field:ident, $shape:ty, $node:ident, $cx:ident, $broken:ident, expected) => {};
    (@mark $key:literal, expected) => { Some($key) };
    (@mark $key:literal) => { None };
    (@mark $key:literal, required) => { Some($key) };
}

pub(super) use record;

/// Gives a raw type the shape of a record and says how it is made of the record's fields.
macro_rules! from_record {
    ($raw:ty, $fields:ty, |$found:ident| $make:expr) => {
        impl $crate::config::decode::Shape for $raw {
            type Value = Self;
            const WHAT: &'static str = <$fields as $crate::config::decode::Shape>::WHAT;

            fn decode<'a>(
                node: $crate::config::yaml::Node<'a>,
                cx: &mut $crate::config::decode::Decoder<'a>,
            ) -> Option<Self> {
                let $found = <$fields as $crate::config::decode::Shape>::decode(node, cx)?;
                Some($make)
            }

            fn schema(defs: &mut $crate::config::schema::Defs) -> schemars::Schema {
                <$fields as $crate::config::decode::Shape>::schema(defs)
            }
        }
    };
}

pub(super) use from_record;
