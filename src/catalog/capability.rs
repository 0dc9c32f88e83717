//! What can be done at each kind of system: by a call, by a person's hands, or not at all.
//!
//! Not a permission: whether the acting account *may* is read from the live system. Invariant:
//! every verb has an answer for every kind, and what a vendor cannot do has a reason that can be
//! shown to the person who wanted it.

use super::assumption::Assumption;
use super::kind::Kind;

/// Something the tool may want at a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// See which accounts exist.
    ReadUsers,
    /// See what one account may do.
    ReadRights,
    /// Make an account for somebody who has none: usually a message to a human.
    Invite,
    /// Send a pending invitation once more.
    Resend,
    /// Take a pending invitation back.
    WithdrawInvitation,
    /// Give a known account access to a further place.
    Grant,
    /// Change rights (at kinds without slugs: what stands in their place).
    SetRights,
    /// Change the vendor's role.
    ChangeRole,
    /// Tie an account to a bookable team member, or untie it.
    LinkStaff,
    /// Take the access to a place away.
    Remove,
    /// Keep an account from signing in.
    Block,
    /// Let a blocked account sign in again.
    Unblock,
    /// Switch an inactive account on.
    Activate,
    /// Switch an account off.
    Deactivate,
    /// See, give or take access above the locations.
    ChainAccess,
}

impl Verb {
    /// Every verb, reads first.
    pub const ALL: &'static [Self] = &[
        Self::ReadUsers,
        Self::ReadRights,
        Self::Invite,
        Self::Resend,
        Self::WithdrawInvitation,
        Self::Grant,
        Self::SetRights,
        Self::ChangeRole,
        Self::LinkStaff,
        Self::Remove,
        Self::Block,
        Self::Unblock,
        Self::Activate,
        Self::Deactivate,
        Self::ChainAccess,
    ];

    /// The word used in JSON and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadUsers => "read-users",
            Self::ReadRights => "read-rights",
            Self::Invite => "invite",
            Self::Resend => "resend",
            Self::WithdrawInvitation => "withdraw-invitation",
            Self::Grant => "grant",
            Self::SetRights => "set-rights",
            Self::ChangeRole => "change-role",
            Self::LinkStaff => "link-staff",
            Self::Remove => "remove",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::ChainAccess => "chain-access",
        }
    }
}

/// How a verb is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// By a call.
    Api,
    /// By a person, as a manual step.
    Manual,
    /// Not at all, though one may want it.
    Impossible,
    /// The vendor has nothing of the sort.
    NotApplicable,
}

impl How {
    /// Every answer, the handiest first.
    pub const ALL: &'static [Self] = &[
        Self::Api,
        Self::Manual,
        Self::Impossible,
        Self::NotApplicable,
    ];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Manual => "manual",
            Self::Impossible => "impossible",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// What the answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The vendor's documentation or help pages.
    Documented,
    /// Clients that ran against the live system.
    RealClient,
    /// Written nowhere; a named assumption, or the absence of any trace.
    Inferred,
}

impl Confidence {
    /// The word used in JSON and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::RealClient => "real client",
            Self::Inferred => "inferred",
        }
    }
}

/// What one kind of system offers for one verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// How it is done.
    pub how: How,
    /// What that rests on.
    pub confidence: Confidence,
    /// Why it is so, as a phrase for people.
    pub reason: &'static str,
    /// The right that the acting account needs for a call, by slug, where that is known.
    pub needs: Option<&'static str>,
    /// The assumption it rests on, by name; switched off, the verb becomes a manual step.
    pub assumption: Option<&'static str>,
}

impl Capability {
    /// The same under the settings' `assume:`, of which `is_off` says what is switched off: what rests on that is done
    /// by hand.
    #[must_use]
    pub fn without(self, is_off: impl Fn(&str) -> bool) -> Self {
        let off = self.assumption.filter(|name| is_off(name));
        match off.and_then(Assumption::by_name).and_then(|it| it.when_off) {
            Some(reason) => Self {
                how: How::Manual,
                reason,
                needs: None,
                ..self
            },
            None => self,
        }
    }
}

/// Something that must be so before a kind of system can be worked with, and that no call can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// What it is about, as a phrase.
    pub what: &'static str,
    /// What must be so, and why.
    pub text: &'static str,
}

const fn must(what: &'static str, text: &'static str) -> Precondition {
    Precondition { what, text }
}

const CHAINS: &[Precondition] = &[
    must(
        "the password of the token's owner",
        "changing it ends the user token; log in again and store the new token",
    ),
    must(
        "chain access",
        "at least one location of a chain needs a paid subscription before the chain has users of its own",
    ),
    must(
        "pictures, passwords and work schedules",
        "are not managed: whoever runs the salon keeps them",
    ),
];

const KEYCRM: &[Precondition] = &[
    must(
        "the owner of the API key",
        "must never be blocked: the key is taken to end with that user",
    ),
    must(
        "the first sign-in",
        "a new user stays pending, and cannot be chosen anywhere, until the person has signed in once",
    ),
    must(
        "pictures, passwords and what a role allows",
        "are not managed: a role is named here and filled in the web page",
    ),
];

const RESERVIO: &[Precondition] = &[
    must(
        "the Pro plan",
        "user access and API tokens are part of that plan alone",
    ),
    must(
        "a desktop browser",
        "access is given and taken in the web page on a computer, not in the app",
    ),
    must(
        "a personal Reservio account",
        "the person registers on the booking website and verifies it before access is given",
    ),
    must(
        "services, work schedules and pictures of a profile",
        "are not managed: only who signs in and sees what",
    ),
];

const APENDAY: &[Precondition] = &[
    must(
        "the Advanced tab",
        "only a client administrator or a team manager is meant to have it, and with it the API key",
    ),
    must(
        "the owner of the API key",
        "the key belongs to a person: switching that user off, or making the key anew, ends what uses it",
    ),
    must(
        "availability and absences",
        "are not managed, nor are pictures and passwords: advisers and their managers keep them",
    ),
];

/// What must be seen to by hand before systems of a kind can be worked with.
pub fn preconditions(kind: Kind) -> &'static [Precondition] {
    match kind {
        Kind::Altegio | Kind::Yclients => CHAINS,
        Kind::Keycrm => KEYCRM,
        Kind::Reservio => RESERVIO,
        Kind::Apenday => APENDAY,
    }
}

use Confidence::{Documented, Inferred, RealClient};

const fn api(confidence: Confidence, needs: &'static str, reason: &'static str) -> Capability {
    Capability {
        how: How::Api,
        confidence,
        reason,
        needs: Some(needs),
        assumption: None,
    }
}

const fn manual(confidence: Confidence, reason: &'static str) -> Capability {
    Capability {
        how: How::Manual,
        confidence,
        reason,
        needs: None,
        assumption: None,
    }
}

const fn impossible(confidence: Confidence, reason: &'static str) -> Capability {
    Capability {
        how: How::Impossible,
        confidence,
        reason,
        needs: None,
        assumption: None,
    }
}

const fn nothing(confidence: Confidence, reason: &'static str) -> Capability {
    Capability {
        how: How::NotApplicable,
        confidence,
        reason,
        needs: None,
        assumption: None,
    }
}

const WITHDRAW_BY_DELETE: Capability = Capability {
    how: How::Api,
    confidence: Inferred,
    reason: "the pending user is deleted, which no documentation says withdraws the invitation",
    needs: Some("settings_users_delete_access"),
    assumption: Some("delete_withdraws_invitation"),
};

/// What a kind offers for a verb.
pub fn capability(kind: Kind, verb: Verb) -> Capability {
    match kind {
        Kind::Altegio | Kind::Yclients => altegio(verb),
        Kind::Keycrm => keycrm(verb),
        Kind::Reservio => reservio(verb),
        Kind::Apenday => apenday(verb),
    }
}

fn altegio(verb: Verb) -> Capability {
    match verb {
        Verb::ReadUsers => api(
            Documented,
            "settings_users_access",
            "one call per location lists its users",
        ),
        Verb::ReadRights => api(
            Documented,
            "settings_users_access",
            "one call per user and location gives role, rights and staff link",
        ),
        Verb::Invite => api(
            Documented,
            "settings_users_create_access",
            "an e-mail or SMS with a link; at most 15 people in a call",
        ),
        Verb::Resend => manual(
            Documented,
            "no call resends; the users list of the web page has \"Invite again\"",
        ),
        Verb::WithdrawInvitation => WITHDRAW_BY_DELETE,
        Verb::Grant => api(
            Documented,
            "settings_users_edit_access",
            "copying an accepted user to a further location needs no invitation",
        ),
        Verb::SetRights | Verb::ChangeRole => api(
            Documented,
            "settings_users_edit_access",
            "one call writes role, rights and staff link",
        ),
        Verb::LinkStaff => api(
            Documented,
            "settings_users_edit_access",
            "the staff link is written with role and rights",
        ),
        Verb::Remove => api(
            Documented,
            "settings_users_delete_access",
            "deletes the link of user and location; the account and the team member stay",
        ),
        Verb::Block | Verb::Unblock | Verb::Activate | Verb::Deactivate => nothing(
            Inferred,
            "no sort of blocking is known; access to a location is there or is removed",
        ),
        Verb::ChainAccess => manual(
            Documented,
            "Settings > Users of the chain's own page; no public call reads or writes chain users",
        ),
    }
}

fn keycrm(verb: Verb) -> Capability {
    match verb {
        Verb::ReadUsers => Capability {
            how: How::Api,
            confidence: Documented,
            reason: "the only public call for users lists them, by pages of at most 50",
            needs: None,
            assumption: Some("keycrm_list_is_complete"),
        },
        Verb::ReadRights => Capability {
            how: How::Api,
            confidence: Documented,
            reason: "the list has each user's role id; what a role allows cannot be read",
            needs: None,
            assumption: None,
        },
        Verb::Invite => manual(
            Documented,
            "no public call creates users; an administrator does, with the e-mail from the start",
        ),
        Verb::Resend => impossible(
            Inferred,
            "the mail goes out once, when the user is made; nothing that sends it again is described",
        ),
        Verb::WithdrawInvitation => impossible(
            Documented,
            "a user can never be deleted; whether a pending one can be blocked is not stated",
        ),
        Verb::Grant => nothing(Documented, "there are no locations"),
        Verb::SetRights => manual(
            Documented,
            "order sources and statuses are set in the web page and cannot be read back",
        ),
        Verb::ChangeRole => manual(
            Documented,
            "no public call changes a user; the list shows the new role afterwards",
        ),
        Verb::LinkStaff => nothing(Documented, "there are no bookable team members"),
        Verb::Remove => impossible(Documented, "a user can never be deleted, only blocked"),
        Verb::Block | Verb::Unblock => manual(
            Documented,
            "blocking is done in the web page; the list shows it afterwards",
        ),
        Verb::Activate => nothing(
            Documented,
            "a pending user becomes active by the first sign-in",
        ),
        Verb::Deactivate => nothing(Documented, "what other vendors call that is blocking here"),
        Verb::ChainAccess => nothing(Inferred, "no level above one CRM is known"),
    }
}

fn reservio(verb: Verb) -> Capability {
    match verb {
        Verb::ReadUsers => impossible(
            RealClient,
            "only bookable resources can be read, which says nothing of access",
        ),
        Verb::ReadRights => impossible(RealClient, "no call shows who may sign in or see what"),
        Verb::Invite => manual(
            Documented,
            "the person registers and verifies first; then the staff profile is given access",
        ),
        Verb::Resend => manual(
            Documented,
            "access is taken back and given again once the person has registered",
        ),
        Verb::WithdrawInvitation => manual(
            Inferred,
            "access is taken back on the staff profile before it is accepted",
        ),
        Verb::Grant => manual(
            Documented,
            "access is given per business, on its staff profile",
        ),
        Verb::SetRights => manual(
            Documented,
            "four ticks on the staff profile; the last equals the administrator",
        ),
        Verb::ChangeRole => nothing(
            Documented,
            "there are ticks, or at Enterprise a level per calendar; own roles only by Customer Care",
        ),
        Verb::LinkStaff => manual(
            Documented,
            "access is given on the staff profile; who signs in and sees no calendar is not linked yet",
        ),
        Verb::Remove => manual(
            Documented,
            "access is taken back on the staff profile, which stays",
        ),
        Verb::Block | Verb::Unblock | Verb::Activate | Verb::Deactivate => nothing(
            Documented,
            "there is no blocked state; access is there or is taken back",
        ),
        Verb::ChainAccess => manual(
            Documented,
            "Reservio Enterprise has a list of users of its own, in the web page alone",
        ),
    }
}

fn apenday(verb: Verb) -> Capability {
    match verb {
        Verb::ReadUsers | Verb::ReadRights => impossible(
            Inferred,
            "no call for users is known; only webhooks are documented",
        ),
        Verb::Invite => manual(
            Documented,
            "created inactive in the web page, then activated, which sends the mail",
        ),
        Verb::Resend => manual(
            Inferred,
            "no resend is described; switching off and on again is taken to send the mail anew",
        ),
        Verb::WithdrawInvitation => manual(Inferred, "the user is switched to inactive again"),
        Verb::Grant => manual(Documented, "agencies are ticked on the user's page"),
        Verb::SetRights => manual(
            Documented,
            "team, agencies, calendar, events and notifications are set on the user's page",
        ),
        Verb::ChangeRole => manual(Documented, "the role level is set on the user's page"),
        Verb::LinkStaff => nothing(Documented, "the user is the bookable adviser"),
        Verb::Remove => manual(
            Inferred,
            "deleting is not described; the user is switched to inactive",
        ),
        Verb::Block | Verb::Unblock => nothing(
            Documented,
            "a user is active or inactive; see activate and deactivate",
        ),
        Verb::Activate => manual(
            Documented,
            "the switch on the user's page; it sends the validation mail",
        ),
        Verb::Deactivate => manual(
            Inferred,
            "the same switch, back; that it ends the sign-in is not described",
        ),
        Verb::ChainAccess => nothing(Inferred, "no level above the agencies is known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Assumption, Catalog};

    #[test]
    fn every_answer_has_a_reason_and_known_references() {
        for &kind in Kind::ALL {
            for &verb in Verb::ALL {
                let it = capability(kind, verb);
                assert!(!it.reason.is_empty(), "{kind} {verb:?}");
                if let Some(slug) = it.needs {
                    assert!(Catalog::current().by_slug(slug).is_some(), "{slug}");
                    assert_eq!(it.how, How::Api);
                }
                if let Some(name) = it.assumption {
                    let found = Assumption::by_name(name).expect(name);
                    assert!(found.kinds.contains(&kind), "{name} {kind}");
                }
            }
        }
    }

    #[test]
    fn what_rests_on_something_switched_off_is_done_by_hand() {
        let by_call = capability(Kind::Altegio, Verb::WithdrawInvitation);
        let by_hand = by_call.without(|name| name == "delete_withdraws_invitation");
        assert_eq!((by_call.how, by_hand.how), (How::Api, How::Manual));
        assert_eq!(
            (by_hand.needs, by_hand.reason),
            (None, "withdrawing an invitation is a manual step")
        );
        assert_eq!(by_call.without(|_| false), by_call);
        let free = capability(Kind::Altegio, Verb::Invite);
        assert_eq!(free.without(|_| true), free);
    }

    #[test]
    fn every_kind_says_what_must_be_seen_to_by_hand() {
        for &kind in Kind::ALL {
            assert!(!preconditions(kind).is_empty(), "{kind}");
        }
        let pro = preconditions(Kind::Reservio);
        assert!(pro.iter().any(|it| it.what == "the Pro plan"));
        assert!(pro.iter().any(|it| it.what == "a desktop browser"));
    }

    #[test]
    fn only_altegio_and_yclients_are_written_by_calls() {
        for &kind in Kind::ALL {
            for &verb in Verb::ALL {
                if capability(kind, verb).how == How::Api && !kind.has_rights() {
                    assert_eq!(kind, Kind::Keycrm);
                    assert!(matches!(verb, Verb::ReadUsers | Verb::ReadRights));
                }
            }
        }
        assert_eq!(
            capability(Kind::Altegio, Verb::ChainAccess).how,
            How::Manual
        );
        assert_eq!(capability(Kind::Altegio, Verb::Resend).how, How::Manual);
        assert_eq!(capability(Kind::Keycrm, Verb::Remove).how, How::Impossible);
        assert_eq!(capability(Kind::Keycrm, Verb::Block).how, How::Manual);
        assert_eq!(capability(Kind::Apenday, Verb::Remove).how, How::Manual);
    }

    #[test]
    fn what_is_only_inferred_to_work_by_call_has_a_named_assumption() {
        for &kind in Kind::ALL {
            for &verb in Verb::ALL {
                let it = capability(kind, verb);
                if it.how == How::Api && it.confidence == Inferred {
                    assert!(it.assumption.is_some(), "{kind} {verb:?}");
                }
            }
        }
    }
}
