//! What can be done at each kind of system: by a call, by a person's hands, or not at all.
//!
//! Not a permission: whether the acting account *may* is read from the live system. Invariant:
//! every verb has an answer for every kind, and what a vendor cannot do has a reason that can be
//! shown to the person who wanted it.

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
            Inferred,
            "no public call reads or writes chain users; the chain's own page does",
        ),
    }
}

fn keycrm(verb: Verb) -> Capability {
    match verb {
        Verb::ReadUsers => Capability {
            how: How::Api,
            confidence: RealClient,
            reason: "the only public call for users lists all of them, by pages of at most 50",
            needs: None,
            assumption: Some("keycrm_list_is_complete"),
        },
        Verb::ReadRights => Capability {
            how: How::Api,
            confidence: RealClient,
            reason: "the list has each user's role id; rights within a role cannot be read",
            needs: None,
            assumption: None,
        },
        Verb::Invite => manual(
            Documented,
            "no public call creates users; an administrator does, and hands the password over",
        ),
        Verb::Resend => nothing(
            Documented,
            "a new user gets sign-in data once; there is no invitation to send again",
        ),
        Verb::WithdrawInvitation => impossible(
            Documented,
            "a user can never be deleted; a pending one can only be blocked",
        ),
        Verb::Grant => nothing(Documented, "there are no locations"),
        Verb::SetRights => manual(
            Documented,
            "sources and statuses of a user are set in the web page and cannot be read back",
        ),
        Verb::ChangeRole => manual(Documented, "no public call changes a user"),
        Verb::LinkStaff => nothing(Documented, "there are no bookable team members"),
        Verb::Remove => impossible(Documented, "a user can never be deleted, only blocked"),
        Verb::Block | Verb::Unblock => manual(
            Documented,
            "blocking is done in the web page; the list shows it afterwards",
        ),
        Verb::Activate => nothing(Documented, "a pending user becomes active by signing in"),
        Verb::Deactivate => nothing(Documented, "what other vendors call that is blocking here"),
        Verb::ChainAccess => nothing(Documented, "there are no chains"),
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
            "access is taken back on the staff profile before it is confirmed",
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
            "there are ticks, or a level per calendar, and no roles",
        ),
        Verb::LinkStaff => nothing(Documented, "access is a part of the staff profile"),
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
            "no way to resend the validation mail is documented",
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
            "deleting is not described; the user is deactivated",
        ),
        Verb::Block | Verb::Unblock => nothing(
            Documented,
            "a user is active or inactive; see activate and deactivate",
        ),
        Verb::Activate => manual(
            Documented,
            "the switch on the user's page; it sends the validation mail",
        ),
        Verb::Deactivate => manual(Inferred, "the same switch, back"),
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
