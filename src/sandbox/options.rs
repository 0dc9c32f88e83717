//! Switches for what the vendors' documentation leaves open.
//!
//! Each is a question the reference could not answer, with the answers a client must survive. Not faults: an option
//! holds for the whole life of a system. It keeps that unknown words are refused, never ignored.

use serde::{Deserialize, Serialize};

/// The behavior of one simulated system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent answers to independent questions"
)]
pub struct Options {
    /// What the rights write does with slugs that are left out.
    pub write: Write,
    /// What the rights write does with slugs the location does not have.
    pub unknown_slugs: Unknown,
    /// Whether a changed role resets the stored rights to the role's.
    pub role_resets_rights: bool,
    /// What the rights write does with the rights of a section that is off.
    pub closed_sections: Closed,
    /// Seconds until an invited person appears in the users list.
    pub invitation_appears_after: u32,
    /// What inviting somebody does who is already linked or invited at the location.
    pub repeated_invitation: Repeated,
    /// What deleting an invited person does.
    pub delete_pending: DeletePending,
    /// Whether invitations by SMS can be sent; absent: only YCLIENTS can.
    pub sms: Option<bool>,
    /// The form of phones; absent: with a plus for Altegio, digits for YCLIENTS.
    pub phones: Option<Phones>,
    /// Status of a rights write that gives what the caller may not give.
    pub overreach_status: u16,
    /// Status of a removal of somebody who cannot be removed.
    pub undeletable_status: u16,
    /// The form of an empty `meta`.
    pub empty_meta: EmptyMeta,
    /// The form of flags and numbers.
    pub values: Values,
    /// Whether two ids come in the odd forms that were seen: an unset payroll team member as `false`, a chain as text.
    pub odd_ids: bool,
    /// Whether refusals come as `success: false` with status 200.
    pub refusals_as_200: bool,
    /// Whether `/company/{l}/staff` is denied while `/staff/{l}` works, as one live token saw it.
    pub company_staff_denied: bool,
    /// Milliseconds a call spends on its way to the server.
    pub latency_there_ms: u32,
    /// Milliseconds an answer spends on its way back.
    pub latency_back_ms: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            write: Write::Replace,
            unknown_slugs: Unknown::Reject,
            role_resets_rights: false,
            closed_sections: Closed::Keep,
            invitation_appears_after: 3,
            repeated_invitation: Repeated::SecondMessage,
            delete_pending: DeletePending::Withdraw,
            sms: None,
            phones: None,
            overreach_status: 403,
            undeletable_status: 403,
            empty_meta: EmptyMeta::List,
            values: Values::Typed,
            odd_ids: false,
            refusals_as_200: false,
            company_staff_denied: false,
            latency_there_ms: 0,
            latency_back_ms: 0,
        }
    }
}

/// What becomes of slugs that a rights write leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Write {
    /// They are reset to the most closed value.
    Replace,
    /// They keep their value.
    Merge,
}

/// What becomes of slugs the location does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// The whole write is refused with 422.
    Reject,
    /// They are dropped.
    Ignore,
}

/// What becomes of the rights of a section that is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// They keep their values.
    Keep,
    /// They are closed as well.
    CloseBelow,
}

/// What a repeated invitation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeated {
    /// The person gets another message; nothing else changes.
    SecondMessage,
    /// 422.
    Refuse,
    /// 202, and nothing happens.
    Silent,
}

/// What deleting an invited person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletePending {
    /// The invitation is withdrawn.
    Withdraw,
    /// It is refused like an undeletable user.
    Refuse,
}

/// The form of phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phones {
    /// `+37120000001`; both forms are accepted.
    Plus,
    /// `37120000001`; a plus in an invitation is refused.
    Digits,
}

/// The form of an empty `meta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyMeta {
    /// `[]`
    List,
    /// `{}`
    Object,
}

/// The form of flags and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Values {
    /// `true` and `3`.
    Typed,
    /// `1` and `3`.
    Flags,
    /// `"1"` and `"3"`.
    Strings,
}
