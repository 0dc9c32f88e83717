//! The vendors' envelope, `{success, data, meta}`, with its quirks.
//!
//! Not the routes' content. It keeps that every answer and refusal leaves through one place, so that a quirk that is
//! switched on is on everywhere.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::options::{EmptyMeta, Options, Values};
use super::rights::read_flag;
use super::wire::Reply;

/// What a route answers when it does what it was asked.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) data: Value,
    pub(crate) meta: Map<String, Value>,
}

impl Answer {
    pub(crate) fn ok(data: Value) -> Self {
        Self {
            status: 200,
            data,
            meta: Map::new(),
        }
    }

    pub(crate) fn created(data: Value) -> Self {
        Self {
            status: 201,
            ..Self::ok(data)
        }
    }

    pub(crate) fn none(status: u16) -> Self {
        Self {
            status,
            ..Self::ok(Value::Null)
        }
    }

    /// A list with its total.
    pub(crate) fn counted(options: &Options, rows: Vec<Value>) -> Self {
        let count = number(options, rows.len() as u64);
        let mut answer = Self::ok(Value::Array(rows));
        answer.meta.insert("count".to_owned(), count);
        answer
    }
}

/// What a route answers when it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// What is wrong, by field.
    errors: Vec<(String, String)>,
    /// More than the status says.
    note: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn of(status: u16) -> Self {
        Self {
            status,
            errors: Vec::new(),
            note: None,
        }
    }

    pub(crate) fn denied() -> Self {
        Self::of(403)
    }

    pub(crate) fn not_found() -> Self {
        Self::of(404)
    }

    pub(crate) fn bad(note: &'static str) -> Self {
        Self {
            note: Some(note),
            ..Self::of(400)
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            errors: vec![(field.into(), problem.into())],
            ..Self::of(422)
        }
    }

    pub(crate) fn all_invalid(errors: Vec<(String, String)>) -> Self {
        Self {
            errors,
            ..Self::of(422)
        }
    }
}

/// The sentence the vendor puts beside a status, in the language of the product.
pub(crate) fn message(kind: Kind, status: u16) -> &'static str {
    let (english, russian) = match status {
        202 => ("Saved", "Сохранено"),
        400 => ("Bad request.", "Неверный запрос"),
        401 => ("Authentication needed.", "Необходима авторизация"),
        403 => ("Access denied.", "Недостаточно прав"),
        404 => ("Not found.", "Не найдено"),
        422 => ("Validation error.", "Ошибка валидации"),
        429 => ("Too many requests.", "Слишком много запросов"),
        _ => ("An error has occurred.", "Произошла ошибка"),
    };
    match kind {
        Kind::Altegio => english,
        Kind::Yclients => russian,
    }
}

/// The reply to a call that was done.
pub(crate) fn encode(answer: Answer, kind: Kind, options: &Options) -> Reply {
    if answer.status == 204 {
        return Reply::empty(204);
    }
    let mut meta = answer.meta;
    if answer.status == 202 {
        meta.insert("message".to_owned(), json!(message(kind, 202)));
    }
    let meta = match options.empty_meta {
        EmptyMeta::List if meta.is_empty() => json!([]),
        _ => Value::Object(meta),
    };
    // Moved into the answer, and not copied as `json!` would.
    let mut body = Map::new();
    body.insert("success".to_owned(), Value::Bool(true));
    body.insert("data".to_owned(), answer.data);
    body.insert("meta".to_owned(), meta);
    Reply::json(answer.status, &Value::Object(body))
}

/// The reply to a call that was refused.
pub(crate) fn encode_refusal(refusal: &Refusal, kind: Kind, options: &Options) -> Reply {
    let mut meta = Map::new();
    meta.insert(
        "message".to_owned(),
        json!(refusal.note.unwrap_or(message(kind, refusal.status))),
    );
    if refusal.status == 422 {
        let errors: Vec<Value> = refusal
            .errors
            .iter()
            .map(|(field, problem)| json!({ "field": field, "message": problem }))
            .collect();
        meta.insert("errors".to_owned(), Value::Array(errors));
    }
    let hidden = options.refusals_as_200 && matches!(refusal.status, 403 | 404 | 422);
    let status = if hidden { 200 } else { refusal.status };
    Reply::json(
        status,
        &json!({ "success": false, "data": null, "meta": meta }),
    )
}

/// A flag in the system's form.
pub(crate) fn flag(options: &Options, on: bool) -> Value {
    match options.values {
        Values::Typed => json!(on),
        Values::Flags => json!(i64::from(on)),
        Values::Strings => json!(i64::from(on).to_string()),
    }
}

/// A number in the system's form.
pub(crate) fn number(options: &Options, number: u64) -> Value {
    match options.values {
        Values::Strings => json!(number.to_string()),
        Values::Typed | Values::Flags => json!(number),
    }
}

/// A number or nothing in the system's form.
pub(crate) fn maybe_number(options: &Options, value: Option<u64>) -> Value {
    value.map_or(Value::Null, |value| number(options, value))
}

/// A right's stored value in the system's form.
pub(crate) fn right_value(options: &Options, value: &Value) -> Value {
    match (options.values, value) {
        (Values::Typed, _) => value.clone(),
        (_, Value::Bool(_)) => flag(options, read_flag(value).unwrap_or(false)),
        (Values::Strings, Value::Number(number)) => json!(number.to_string()),
        (Values::Strings, Value::Array(ids)) => {
            Value::Array(ids.iter().map(|id| right_value(options, id)).collect())
        }
        _ => value.clone(),
    }
}
