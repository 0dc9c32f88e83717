//! A call that reads: the answer's envelope, what is in it, and why there is none.
//!
//! Not the envelope itself, which is each vendor's. Invariant: a vendor's words come out without tokens.

use super::client::{Client, Exchange, Garbage, HttpError, Reply, Watch};

/// A vendor's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status; 200 and its like where only the answer itself said no.
    pub status: u16,
    /// The vendor's words, if it has any.
    pub errors: Vec<String>,
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The vendor said no.
    Refused(Refused),
    /// No usable answer.
    Http(HttpError),
}

impl Unread {
    /// For people; cleaned of tokens.
    pub fn words(&self) -> String {
        match self {
            Self::Refused(refused) if refused.errors.is_empty() => {
                format!("the vendor refused ({})", refused.status)
            }
            Self::Refused(refused) => {
                let errors = refused.errors.join("; ");
                format!("the vendor refused ({}): {errors}", refused.status)
            }
            Self::Http(error) => error.to_string(),
        }
    }

    /// The status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::Http(_) => None,
        }
    }
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, Garbage> {
        let garbage =
            |error: &dyn std::fmt::Display| Garbage(format!("the answer is no JSON: {error}"));
        let text = std::str::from_utf8(&self.body).map_err(|error| garbage(&error))?;
        // `parse` and not `from_slice`: it is compiled, and made fast, with its crate, in a build for tests too.
        text.parse()
            .map_err(|error: serde_json::Error| garbage(&error))
    }
}

impl Client {
    /// Makes a call that reads: `open` takes the envelope off its answer, `read` what was asked for out of it.
    pub async fn ask<E, T>(
        &self,
        exchange: &Exchange,
        watch: &dyn Watch,
        open: impl Fn(&Reply) -> Result<Result<E, Refused>, Garbage> + Send + Sync,
        read: impl Fn(&E) -> Result<T, Garbage> + Send + Sync,
    ) -> Result<T, Unread> {
        let answer = self.fetch(exchange, watch, |reply| match open(reply)? {
            Ok(content) => read(&content).map(Ok),
            Err(refused) => Ok(Err(refused)),
        });
        match answer.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(mut refused)) => {
                for error in &mut refused.errors {
                    *error = self.clean(error);
                }
                Err(Unread::Refused(refused))
            }
            Err(error) => Err(Unread::Http(error)),
        }
    }
}
