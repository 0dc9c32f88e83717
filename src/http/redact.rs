//! Foreign text on its way into an error or a log: without tokens, bounded, on one line.
//!
//! Not the escaping for a terminal, which `render` does. Invariant: no text that passed here
//! contains one of the secrets it was made with.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The longest text that is kept, in characters.
const LONGEST: usize = 300;

/// Takes known secrets out of texts.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// A redactor that knows these secrets. An empty one is ignored: it is in every text.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let secrets = secrets.into_iter();
        Self {
            secrets: secrets
                .filter(|secret| !secret.expose_secret().is_empty())
                .collect(),
        }
    }

    /// The text without the secrets, on one line, cut where it is too long.
    pub fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.expose_secret()) {
                text = text.replace(secret.expose_secret(), "[token]");
            }
        }
        let mut clean: String = text
            .chars()
            .take(LONGEST)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if text.chars().nth(LONGEST).is_some() {
            clean.push('…');
        }
        clean
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_at_the_cut_is_gone_too() {
        let redactor = Redactor::new([SecretString::from("s3cret"), SecretString::from("")]);
        let text = format!("{}s3cret\n{}", "x".repeat(296), "y".repeat(400));
        let clean = redactor.clean(&text);
        assert!(!clean.contains("s3c") && !clean.contains('\n') && clean.ends_with('…'));
        assert_eq!(redactor.clean("a s3cret b"), "a [token] b");
        assert_eq!(format!("{redactor:?}"), "Redactor(1 secrets)");
    }
}
