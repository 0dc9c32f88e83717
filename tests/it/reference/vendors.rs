//! What is known of a vendor without a network: what goes by call, its tokens, its pace, what is assumed.
//!
//! Each line says what it rests on, so that nothing stands on a vendor's page as a fact that no documentation says.

use std::fmt::Write as _;

use keyholder::catalog::{Assumption, How, Kind, Mark, Verb, capability, preconditions};

use super::{cell, names, sentence};

/// The table of what can be done, by whom, and what that rests on.
pub(super) fn can(kind: &str) -> Option<String> {
    let kind = Kind::parse(kind)?;
    let mut out =
        "| what | how | in more words | rests on |\n| --- | --- | --- | --- |\n".to_owned();
    for &verb in Verb::ALL {
        let it = capability(kind, verb);
        let how = match it.how {
            How::Api => "**by call**",
            How::Manual => "by hand",
            How::Impossible => "not at all",
            How::NotApplicable => "–",
        };
        let mut words = sentence(it.reason);
        if let Some(right) = it.needs {
            write!(words, " Needs `{right}`.").unwrap();
        }
        let rests = match it.assumption {
            Some(name) => format!("[{name}](#{name})"),
            None => it.confidence.as_str().to_owned(),
        };
        writeln!(
            out,
            "| {} | {how} | {} | {rests} |",
            does(verb),
            cell(&words)
        )
        .unwrap();
    }
    Some(out)
}

/// A verb as a person says it.
fn does(verb: Verb) -> &'static str {
    match verb {
        Verb::ReadUsers => "see who has an account",
        Verb::ReadRights => "see what an account may do",
        Verb::Invite => "invite or create",
        Verb::Resend => "send an invitation again",
        Verb::WithdrawInvitation => "take an invitation back",
        Verb::Grant => "give a known account a further place",
        Verb::SetRights => "change rights",
        Verb::ChangeRole => "change the role",
        Verb::LinkStaff => "link the team member",
        Verb::Remove => "take access away",
        Verb::Block => "block",
        Verb::Unblock => "unblock",
        Verb::Activate => "switch on",
        Verb::Deactivate => "switch off",
        Verb::ChainAccess => "access to the chain",
    }
}

/// What stands under `tokens:`.
pub(super) fn tokens(kind: &str) -> Option<String> {
    let kind = Kind::parse(kind)?;
    let mut out = "| token | | what it is |\n| --- | --- | --- |\n".to_owned();
    for token in kind.tokens() {
        let needed = if token.required {
            "must be there"
        } else {
            "optional"
        };
        writeln!(
            out,
            "| `{}` | {needed} | {} |",
            token.name,
            cell(&sentence(token.about))
        )
        .unwrap();
    }
    let hosts: Vec<_> = kind
        .hosts()
        .iter()
        .map(|host| format!("`{host}`"))
        .collect();
    write!(
        out,
        "\nThey are sent to {} alone, unless `--allow-host` allows another for the run.\n",
        hosts.join(", ")
    )
    .unwrap();
    Some(out)
}

/// What must be so before anything works.
pub(super) fn before(kind: &str) -> Option<String> {
    let kind = Kind::parse(kind)?;
    let mut out = String::new();
    for it in preconditions(kind) {
        let what = sentence(it.what);
        writeln!(out, "- **{}**: {}.", what.trim_end_matches('.'), it.text).unwrap();
    }
    Some(out)
}

/// How many calls a vendor takes, and how many are made.
pub(super) fn pace(kind: &str) -> Option<String> {
    let kind = Kind::parse(kind)?;
    let mut out = String::new();
    match kind.allowance() {
        None => out.push_str("No limit is published."),
        Some(allowance) => {
            write!(
                out,
                "The vendor names {} calls a minute",
                allowance.per_minute
            )
            .unwrap();
            if let Some(second) = allowance.per_second {
                write!(out, " and {second} a second").unwrap();
            }
            out.push_str(" for each address.");
            if let Some(met) = allowance.met_per_minute {
                write!(
                    out,
                    " Somebody who ran it met {met} a minute, so no more are made."
                )
                .unwrap();
            }
        }
    }
    if let Some(people) = kind.invitations_per_call() {
        write!(out, " One call invites at most {people} people.").unwrap();
    }
    out.push('\n');
    Some(out)
}

/// What is taken for true although no documentation says so.
pub(super) fn assumptions(kind: &str) -> Option<String> {
    let kind = Kind::parse(kind)?;
    let mut out = "| name | what is taken for true | rests on | if it is wrong |\n| --- | --- | --- | --- |\n".to_owned();
    for it in Assumption::for_kind(kind) {
        let rests = match it.mark {
            Mark::Documented => "documentation, for a part of it",
            Mark::RealClient => "a real client",
            Mark::Inferred => "nothing written",
        };
        let off = it
            .when_off
            .map(|text| format!("<br>Can be switched off under `assume:`; then {text}."));
        writeln!(
            out,
            "| <a id=\"{0}\"></a>`{0}` | {1} | {rests} | {2}{3} |",
            it.name,
            cell(&sentence(it.claim)),
            cell(&sentence(it.safeguard)),
            off.unwrap_or_default()
        )
        .unwrap();
    }
    Some(out)
}

#[test]
fn every_vendor_has_a_page_with_all_that_is_known() {
    let shown = names();
    for kind in Kind::ALL {
        for what in ["can", "tokens", "before", "pace", "assumptions"] {
            let name = format!("{what} {kind}");
            assert!(shown.contains(&name), "no page has a block `{name}`");
        }
    }
}
