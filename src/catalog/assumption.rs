//! What the tool takes for true although no documentation says so, each by name.
//!
//! Not a list of doubts: only claims that our behavior rests on are here, and each says what
//! limits the harm if it is wrong. Invariant: a name, once given, keeps its meaning; `assume:` in
//! the settings can switch off only what says what happens then.

use super::kind::Kind;

/// What supports an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Official text says it, for a part of the case or for one of the products.
    Documented,
    /// Seen in real client code, or in notes of somebody who ran it.
    RealClient,
    /// Inferred; written nowhere.
    Inferred,
}

impl Mark {
    /// The mark as the vendor reference writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "OD",
            Self::RealClient => "RC",
            Self::Inferred => "INF",
        }
    }
}

/// One named assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// Its name, as `assume:` and the documentation spell it.
    pub name: &'static str,
    /// The kinds it is about.
    pub kinds: &'static [Kind],
    /// What is taken for true.
    pub claim: &'static str,
    /// Whether it is held unless the settings say otherwise.
    pub default: bool,
    /// What supports it.
    pub mark: Mark,
    /// What keeps a wrong assumption from doing harm.
    pub safeguard: &'static str,
    /// What happens instead when it is switched off; `None` if it cannot be.
    pub when_off: Option<&'static str>,
}

const BOTH: &[Kind] = &[Kind::Altegio, Kind::Yclients];

const fn held(
    name: &'static str,
    kinds: &'static [Kind],
    mark: Mark,
    claim: &'static str,
    safeguard: &'static str,
) -> Assumption {
    Assumption {
        name,
        kinds,
        claim,
        default: true,
        mark,
        safeguard,
        when_off: None,
    }
}

const fn optional(mut it: Assumption, when_off: &'static str) -> Assumption {
    it.when_off = Some(when_off);
    it
}

const ASSUMPTIONS: &[Assumption] = &[
    // Invitations.
    optional(
        held(
            "delete_withdraws_invitation",
            BOTH,
            Mark::Inferred,
            "deleting a pending user of a location withdraws the invitation",
            "the users list is read afterwards: a row that is still there did not stick",
        ),
        "withdrawing an invitation is a manual step",
    ),
    held(
        "throttled_calls_have_no_effect",
        BOTH,
        Mark::Inferred,
        "a call that is answered with 429 was turned away before anything was done, an invitation too",
        "only that answer is waited out; an answer that was lost never repeats a message by itself",
    ),
    held(
        "pending_rows_are_invitations",
        BOTH,
        Mark::Inferred,
        "a user with is_approved = false is somebody invited who has not accepted yet",
        "a pending user is never invited again and never counts as somebody who can get in",
    ),
    held(
        "invitation_visible_within_120s",
        BOTH,
        Mark::Inferred,
        "an invitation that was accepted for sending is in the users list within 120 seconds",
        "an invitation with a lost answer is sent again once at most; a second unknown is a hold",
    ),
    held(
        "pending_users_have_rights",
        BOTH,
        Mark::Inferred,
        "role, rights and staff link of a pending user are read and written like anybody's",
        "every write is read back; a refused read makes that account unknown, not empty",
    ),
    held(
        "copy_keeps_no_role",
        BOTH,
        Mark::Inferred,
        "a user copied to a further location may have any role there, so the role is written after",
        "role and rights are written explicitly after a copy, and read back",
    ),
    held(
        "remove_several_is_like_each",
        BOTH,
        Mark::Inferred,
        "removing a user from a list of locations does what deleting the user at each of them does, the location of the path included if the list names it",
        "pending users are never in such a call; every place is listed afterwards, and one where the user is still there, or a refused list, is deleted from by itself",
    ),
    // Writing rights.
    held(
        "full_rights_write",
        BOTH,
        Mark::Inferred,
        "writing every right gives the same result whether the vendor replaces or merges",
        "all rights are read back; what differs is written once more and then did not stick",
    ),
    held(
        "role_change_keeps_rights",
        BOTH,
        Mark::Inferred,
        "changing the role leaves the rights that are written with it as they are written",
        "role and rights go in one call and are read back; differing rights are written once more",
    ),
    held(
        "staff_null_unlinks",
        BOTH,
        Mark::Inferred,
        "writing staff_id = null unlinks the team member",
        "the link is read back; one that stays did not stick",
    ),
    held(
        "rights_by_name_suffice",
        BOTH,
        Mark::Inferred,
        "settings_users_access, _create_, _edit_ and _delete_ are what reading, inviting, writing and removing need",
        "a refusal names the place and the right, and makes that scope unreadable",
    ),
    held(
        "only_owners_change_owners",
        BOTH,
        Mark::Inferred,
        "only an owner can change another owner's rights",
        "is_editable of the live account decides; an owner is never changed without an approval",
    ),
    held(
        "undeletable_rows_are_untouchable",
        BOTH,
        Mark::Inferred,
        "a user with is_non_deletable is an owner or the system user of an application",
        "such a user is never removed or reduced",
    ),
    // Values.
    held(
        "empty_list_means_no_filter",
        BOTH,
        Mark::Documented,
        "an empty list of ids lets everything through (documented for cash desks, taken for all)",
        "a list is never written empty beside its flag; limited to nothing is an error in YAML",
    ),
    held(
        "zero_id_means_all",
        BOTH,
        Mark::RealClient,
        "the id 0 (or null, or false for the payroll of one team member) means no restriction",
        "a narrowing to one id is always written as that id and read back",
    ),
    held(
        "calendar_days_like_all_days",
        BOTH,
        Mark::RealClient,
        "timetable_last_days_count uses -1 for all days like the others; 0 means all only under its older key",
        "the roles tree's all_access_value and no_access_value are preferred where they are read",
    ),
    held(
        "own_only_zero_is_free",
        BOTH,
        Mark::Inferred,
        "settings_users_limited_access = 0 lets an account grant rights it does not hold",
        "a refused write is shown with the vendor's errors; nothing is tried around it",
    ),
    held(
        "ids_belong_to_a_location",
        BOTH,
        Mark::Inferred,
        "ids of cash desks, storages, team members and positions are valid at one location alone",
        "names are resolved for each place; a copy always carries rights resolved for its target",
    ),
    held(
        "included_lists_keep_their_names",
        BOTH,
        Mark::Inferred,
        "lists that are included in /companies stand under the names they are asked for by",
        "where one is missing, the roles tree and the list's own call give its names; without them the place is read in part",
    ),
    // People.
    held(
        "one_team_member_per_user",
        BOTH,
        Mark::Inferred,
        "a user is linked to one team member of a location at most",
        "two accounts that claim one team member at a place are a hold",
    ),
    held(
        "dismissal_keeps_access",
        BOTH,
        Mark::Inferred,
        "dismissing a team member does not end the login, nor the reverse",
        "access is always ended on its own, and the staff profile is a follow-up by hand",
    ),
    held(
        "chain_users_are_not_listed",
        BOTH,
        Mark::Inferred,
        "somebody with access to the chain alone is not in the users list of its locations",
        "every leaver gets a chain check by hand",
    ),
    held(
        "emails_ignore_case",
        BOTH,
        Mark::Inferred,
        "two e-mail addresses that differ in case alone are one",
        "two live accounts with one address are a doubt that holds the person",
    ),
    held(
        "digits_identify_a_phone",
        BOTH,
        Mark::Inferred,
        "a phone is the same with and without its plus; Altegio is sent +E.164, YCLIENTS digits",
        "after an invitation the list is searched by canonical number, in whichever form it shows",
    ),
    held(
        "accept_header_gives_the_envelope",
        BOTH,
        Mark::Inferred,
        "with the documented Accept every answer has success, data and meta",
        "an answer without them is undecodable, and its scope unreadable",
    ),
    // Other kinds.
    held(
        "keycrm_list_is_complete",
        &[Kind::Keycrm],
        Mark::Inferred,
        "the users list has everybody who can sign in; owner and robots are not marked in it",
        "rows are counted against the vendor's total; unknown accounts are reported, never blocked unasked",
    ),
    held(
        "keycrm_lists_every_status",
        &[Kind::Keycrm],
        Mark::Inferred,
        "the users list without a filter has pending and blocked users beside the active",
        "somebody who is not in the list is never blocked, and adding a user is a step that a person looks at",
    ),
    held(
        "keycrm_ids_are_never_reused",
        &[Kind::Keycrm],
        Mark::Inferred,
        "the id of a user never comes back for somebody else, since users are blocked and not deleted",
        "a list of several pages is read twice where it could have changed, and counted against the total",
    ),
    held(
        "keycrm_slower_limit",
        &[Kind::Keycrm],
        Mark::RealClient,
        "one call each three seconds stays within KeyCRM's limit, published as 60 a minute and met as 20",
        "a 429 is waited out for as long as it says, and for half a minute where it says nothing",
    ),
    held(
        "keycrm_key_dies_with_its_owner",
        &[Kind::Keycrm],
        Mark::Inferred,
        "blocking the user whose API key is used ends the key",
        "the acting account is never blocked",
    ),
    held(
        "reservio_last_tick_is_administrator",
        &[Kind::Reservio],
        Mark::Documented,
        "the tick for sales, online booking and settings equals the main administrator",
        "it counts as the heaviest right of that system and needs a line of its own",
    ),
    held(
        "reservio_me_proves_the_token",
        &[Kind::Reservio],
        Mark::RealClient,
        "/users/me answers for a good token alone, while businesses and resources may answer anybody",
        "nothing is read, and nothing believed, before it has named a user",
    ),
    held(
        "reservio_pages_follow_next",
        &[Kind::Reservio],
        Mark::RealClient,
        "lists come by pages of page[limit], links.next leads to the next one, meta.total counts all rows",
        "distinct ids are compared with the total; only the query of a link is used, at the list's own address",
    ),
    held(
        "reservio_two_calls_a_second",
        &[Kind::Reservio],
        Mark::Inferred,
        "two calls a second are fair use; no limit is published",
        "a 429 silences all calls to the host for as long as it asks",
    ),
    held(
        "apenday_inactive_cannot_sign_in",
        &[Kind::Apenday],
        Mark::Inferred,
        "switching a user to inactive ends the sign-in",
        "the manual step asks the person who does it to look and confirm",
    ),
    held(
        "apenday_docs_are_open",
        &[Kind::Apenday],
        Mark::Inferred,
        "the page of Apenday's API documentation answers without a key",
        "any answer of the host proves that it can be reached, a refusal too; no key is sent to ask",
    ),
];

impl Assumption {
    /// Every assumption, grouped by what it is about.
    pub const ALL: &'static [Self] = ASSUMPTIONS;

    /// The assumption with that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        ASSUMPTIONS.iter().find(|it| it.name == name)
    }

    /// The assumptions about a kind.
    pub fn for_kind(kind: Kind) -> impl Iterator<Item = &'static Self> {
        ASSUMPTIONS
            .iter()
            .filter(move |it| it.kinds.contains(&kind))
    }

    /// Whether the settings may switch it off.
    pub fn is_optional(&self) -> bool {
        self.when_off.is_some()
    }

    /// The name that somebody most likely meant.
    pub fn suggest(text: &str) -> Option<&'static str> {
        super::nearest(text, ASSUMPTIONS.iter().map(|it| it.name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_field_says_something() {
        let names: BTreeSet<_> = ASSUMPTIONS.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), ASSUMPTIONS.len());
        for it in ASSUMPTIONS {
            assert!(!it.kinds.is_empty(), "{}", it.name);
            assert!(
                !it.claim.is_empty() && !it.safeguard.is_empty(),
                "{}",
                it.name
            );
            assert!(it.default, "{}: only held assumptions are listed", it.name);
        }
    }

    #[test]
    fn withdrawing_by_deleting_can_be_switched_off() {
        let it = Assumption::by_name("delete_withdraws_invitation").expect("known");
        assert!(it.is_optional());
        assert_eq!(
            Assumption::suggest("delete_withdraw_invitation"),
            Some(it.name)
        );
        assert!(Assumption::for_kind(Kind::Yclients).any(|other| other == it));
        assert!(Assumption::for_kind(Kind::Apenday).all(|other| other != it));
    }
}
