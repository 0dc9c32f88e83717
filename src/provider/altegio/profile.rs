//! What differs between Altegio and YCLIENTS on the wire; all else is one adapter.
//!
//! Not the facts themselves: they stand in the catalogue. Invariant: nothing outside this file asks
//! which of the two products it talks to.

use crate::catalog::{Kind, PhoneStyle};
use crate::http::Window;
use crate::model::Contact;

/// One of the two products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provider) struct Profile {
    kind: Kind,
}

impl Profile {
    /// The profile of a kind, if this adapter serves it.
    pub(in crate::provider) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Altegio | Kind::Yclients => Some(Self { kind }),
            Kind::Keycrm | Kind::Reservio | Kind::Apenday => None,
        }
    }

    /// The kind, as settings spell it.
    pub(super) fn kind(self) -> Kind {
        self.kind
    }

    /// The `Accept` that gives the documented envelope.
    pub(in crate::provider) fn accept(self) -> &'static str {
        self.kind.media_type()
    }

    /// How many people one invitation call takes.
    pub(super) fn invite_batch(self) -> usize {
        self.kind.invitations_per_call().unwrap_or(1)
    }

    /// The vendor's limits on calls.
    pub(in crate::provider) fn windows(self) -> Vec<Window> {
        self.kind.allowance().map_or_else(Vec::new, |allowance| {
            let second = allowance.per_second.map(Window::per_second);
            let minute = Window::per_minute(allowance.per_minute);
            second.into_iter().chain([minute]).collect()
        })
    }

    /// A contact as `search` of an invitation wants it.
    pub(super) fn search(self, contact: &Contact) -> String {
        match contact {
            Contact::Email(email) => email.as_str().to_owned(),
            Contact::Phone(phone) => match self.kind.phone_style() {
                PhoneStyle::PlusE164 => phone.as_str().to_owned(),
                PhoneStyle::Digits => phone.digits().to_owned(),
            },
        }
    }
}
