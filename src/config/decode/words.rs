//! Values that are one of a few words.

use std::marker::PhantomData;

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use super::scalars::{Class, class};
use super::{Decoder, Shape, possible, shown};
use crate::catalog::{Kind, Sensitivity};
use crate::config::raw::{ExportFormat, StatementState, Unlisted};
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::model::{
    AccountState, Allow, Answer, InvitePolicy, InviteWay, Ownership, PersonKind, PlaceStatus,
    Strangers,
};
use crate::text::Spanned;

/// A type whose values are words of the language.
pub(super) trait Words: Copy + 'static {
    /// The words in a row, as a message names them.
    const WHAT: &'static str;

    /// The words, what they mean to the program and to a reader.
    const WORDS: &'static [(&'static str, Self, &'static str)];
}

/// One of the words of `W`.
pub(super) struct Word<W>(PhantomData<W>);

impl<W: Words> Shape for Word<W> {
    type Value = Spanned<W>;
    const WHAT: &'static str = W::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<W>> {
        let names: Vec<&str> = W::WORDS.iter().map(|(name, ..)| *name).collect();
        let Some(scalar) = node.scalar() else {
            cx.wrong_type(node, W::WHAT);
            return None;
        };
        if let Some((_, word, _)) = W::WORDS.iter().find(|(name, ..)| *name == scalar.text) {
            return Some(Spanned::new(*word, node.span()));
        }
        if class(scalar) == Class::Text || W::WORDS.len() > 1 {
            let near = match class(scalar) {
                // `true` for `allow` is the commonest slip of all.
                Class::Truth(yes) => names
                    .iter()
                    .copied()
                    .find(|name| *name == if yes { "allow" } else { "deny" }),
                _ => nearest(scalar.text, names.iter().copied()),
            };
            let help = match near {
                Some(near) => format!("did you mean `{near}`? {}", possible(&names)),
                None => possible(&names),
            };
            let subject = cx.subject();
            cx.report(
                Diagnostic::new(
                    Code::WrongValue,
                    format!("{subject} takes {}, not `{}`", W::WHAT, shown(scalar.text)),
                )
                .at(node.span(), "not one of them")
                .help(help),
            );
        } else {
            cx.wrong_type(node, W::WHAT);
        }
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        let words: Vec<Value> = W::WORDS
            .iter()
            .map(|(name, _, about)| json!({ "const": name, "description": about }))
            .collect();
        json_schema!({ "anyOf": words })
    }
}

/// What happens to an invitation that nobody accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Report,
    Withdraw,
}

impl Words for Then {
    const WHAT: &'static str = "`report` or `withdraw`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("report", Then::Report, "say in the plan that it is stale"),
        ("withdraw", Then::Withdraw, "take it back"),
    ];
}

impl Words for Answer {
    const WHAT: &'static str = "`revert` or `hold`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("revert", Answer::Revert, "make it as the files say"),
        (
            "hold",
            Answer::Hold,
            "hold it until somebody approves `drift`",
        ),
    ];
}

/// A word that is kept as text.
pub(super) struct WordText<W>(PhantomData<W>);

impl<W: Words> Shape for WordText<W> {
    type Value = crate::config::raw::Text;
    const WHAT: &'static str = W::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let word = Word::<W>::decode(node, cx)?;
        let text = node.scalar().map_or("", |scalar| scalar.text);
        Some(Spanned::new(cx.texts.share(text), word.span))
    }

    fn schema(defs: &mut Defs) -> Schema {
        Word::<W>::schema(defs)
    }
}

impl Words for Kind {
    const WHAT: &'static str = "`altegio`, `yclients`, `keycrm`, `reservio` or `apenday`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "altegio",
            Kind::Altegio,
            "Altegio: users, invitations and rights by API",
        ),
        (
            "yclients",
            Kind::Yclients,
            "YCLIENTS: users, invitations and rights by API",
        ),
        (
            "keycrm",
            Kind::Keycrm,
            "KeyCRM: users are read, every change is a step by hand",
        ),
        (
            "reservio",
            Kind::Reservio,
            "Reservio: every change is a step by hand",
        ),
        (
            "apenday",
            Kind::Apenday,
            "Apenday: every change is a step by hand",
        ),
    ];
}

impl Words for ExportFormat {
    const WHAT: &'static str = "`csv` or `json`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "csv",
            ExportFormat::Csv,
            "cells parted by `;`, `,` or tabs, with a header",
        ),
        ("json", ExportFormat::Json, "a list of objects"),
    ];
}

impl Words for StatementState {
    const WHAT: &'static str = "`absent`, `invited`, `inactive`, `active` or `blocked`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "absent",
            StatementState::Absent,
            "the account is not there, or has nothing there",
        ),
        (
            "invited",
            StatementState::Is(AccountState::Invited),
            "an invitation waits to be accepted",
        ),
        (
            "inactive",
            StatementState::Is(AccountState::Inactive),
            "made, but not switched on",
        ),
        ("active", StatementState::Is(AccountState::Active), "in use"),
        (
            "blocked",
            StatementState::Is(AccountState::Blocked),
            "switched off",
        ),
    ];
}

impl Words for Ownership {
    const WHAT: &'static str = "`report`, `add-only` or `full`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "report",
            Ownership::Report,
            "only look: say what differs, change nothing",
        ),
        (
            "add-only",
            Ownership::AddOnly,
            "give access, never take it away",
        ),
        ("full", Ownership::Full, "give and take"),
    ];
}

impl Words for Strangers {
    const WHAT: &'static str = "`ignore`, `report` or `remove`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "ignore",
            Strangers::Ignore,
            "say nothing of accounts nobody declared",
        ),
        ("report", Strangers::Report, "list accounts nobody declared"),
        (
            "remove",
            Strangers::Remove,
            "remove accounts nobody declared, once somebody approved it",
        ),
    ];
}

impl Words for Sensitivity {
    const WHAT: &'static str =
        "`money`, `client-data`, `user-management`, `deletion`, `export` or `security`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "money",
            Sensitivity::Money,
            "moves money, shows balances or pay, or changes what is owed",
        ),
        (
            "client-data",
            Sensitivity::ClientData,
            "shows or changes who a client is and how they are reached",
        ),
        (
            "user-management",
            Sensitivity::UserManagement,
            "decides who else has access",
        ),
        (
            "deletion",
            Sensitivity::Deletion,
            "deletes, dismisses or removes",
        ),
        ("export", Sensitivity::Export, "takes data out in bulk"),
        (
            "security",
            Sensitivity::Security,
            "touches how access is watched or where the data lives",
        ),
    ];
}

impl Words for InviteWay {
    const WHAT: &'static str = "`email` or `phone`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("email", InviteWay::Email, "by e-mail"),
        ("phone", InviteWay::Phone, "by SMS"),
    ];
}

impl Words for InvitePolicy {
    const WHAT: &'static str = "`once` or `each-place`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "once",
            InvitePolicy::Once,
            "one message per person; the other places are granted when it is accepted",
        ),
        (
            "each-place",
            InvitePolicy::EachPlace,
            "one message for each place",
        ),
    ];
}

impl Words for PlaceStatus {
    const WHAT: &'static str = "`planned`, `open` or `closed`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        (
            "planned",
            PlaceStatus::Planned,
            "not open yet: gives no place",
        ),
        (
            "open",
            PlaceStatus::Open,
            "gives a place to whoever is assigned there",
        ),
        (
            "closed",
            PlaceStatus::Closed,
            "gives no place, and takes all access there",
        ),
    ];
}

impl Words for PersonKind {
    const WHAT: &'static str = "`person`, `shared` or `service`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("person", PersonKind::Person, "a human"),
        (
            "shared",
            PersonKind::Shared,
            "a login that several people use; name them in `used_by`",
        ),
        ("service", PersonKind::Service, "a program"),
    ];
}

impl Words for Unlisted {
    const WHAT: &'static str = "`deny`, `keep` or `default`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("deny", Unlisted::Deny, "rights nobody names are denied"),
        (
            "keep",
            Unlisted::Keep,
            "rights nobody names stay as they are",
        ),
        (
            "default",
            Unlisted::Default,
            "the vendor's recommended set, expanded in the plan",
        ),
    ];
}

/// `allow` or `deny`.
#[derive(Clone, Copy)]
pub(super) struct Verdict(pub(super) bool);

impl Words for Verdict {
    const WHAT: &'static str = "`allow` or `deny`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("allow", Verdict(true), "granted"),
        ("deny", Verdict(false), "denied"),
    ];
}

/// `allow` or `deny` as a truth value.
pub(super) struct AllowDeny;

impl Shape for AllowDeny {
    type Value = Spanned<bool>;
    const WHAT: &'static str = "`allow` or `deny`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<bool>> {
        Some(Word::<Verdict>::decode(node, cx)?.map(|verdict| verdict.0))
    }

    fn schema(defs: &mut Defs) -> Schema {
        Word::<Verdict>::schema(defs)
    }
}

/// Words that are only checked; whoever uses them keeps the text.
macro_rules! bare_words {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($word:literal $about:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl Words for $name {
            const WHAT: &'static str = $what;
            const WORDS: &'static [(&'static str, Self, &'static str)] =
                &[$(($word, $name, $about)),*];
        }
    };
}

bare_words!(
    /// Reservio's right to calendars.
    Calendars, "`admin`, `view` or `none`" {
        "admin" "may change them";
        "view" "may see them";
        "none" "neither";
    }
);
bare_words!(
    /// Apenday's kinds of calendars.
    CalendarKind, "`office365`, `internal`, `ical`, `exchange` or `zimbra`" {
        "office365" "Office 365";
        "internal" "Apenday's own";
        "ical" "an external calendar: iCal";
        "exchange" "an external calendar: Exchange";
        "zimbra" "an external calendar: Zimbra";
    }
);
bare_words!(
    /// Kinds of policies.
    PolicyKind, "`holders`, `separation`, `only` or `expiry`" {
        "holders" "a right keeps a number of holders";
        "separation" "nobody holds all of these rights";
        "only" "only these people have the role";
        "expiry" "access of a class of people ends";
    }
);
impl Words for Allow {
    const WHAT: &'static str = "`removals`, `inferred`, `escalations`, `messages`, `strangers`, `ownership`, `invitations`, `drift` or `shrink`";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("removals", Allow::Removals, "removals over the limit"),
        (
            "inferred",
            Allow::Inferred,
            "removals that no line of YAML names, over the limit",
        ),
        (
            "escalations",
            Allow::Escalations,
            "escalations over the limit",
        ),
        ("messages", Allow::Messages, "messages over the limit"),
        (
            "strangers",
            Allow::Strangers,
            "removal of accounts nobody declared",
        ),
        (
            "ownership",
            Allow::Ownership,
            "ownership of a vendor account",
        ),
        (
            "invitations",
            Allow::Invitations,
            "a further invitation of the same person",
        ),
        (
            "drift",
            Allow::Drift,
            "answers to changes by hand that the settings hold",
        ),
        (
            "shrink",
            Allow::Shrink,
            "a read that shows far fewer accounts than the last one",
        ),
    ];
}

bare_words!(
    /// What a rule is counted by.
    Within, "`location`, `system` or `chain`" {
        "location" "each location by itself";
        "system" "each system by itself";
        "chain" "the whole chain";
    }
);
bare_words!(
    /// The sections of entry files.
    Section, "`locations`, `roles`, `people`, `contacts`, `policies` or `approvals`" {
        "locations" "places of the chain";
        "roles" "bundles of rights";
        "people" "people with their access";
        "contacts" "contacts of people";
        "policies" "rules over who may hold what";
        "approvals" "what passes although a rule holds it";
    }
);
