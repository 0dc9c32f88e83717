//! JSON objects as maps, in which a key that stands twice is an error.
//!
//! serde's own maps let the second replace the first, which would make an account or a right disappear in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// For `deserialize_with`: an object whose keys are distinct.
pub(super) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<Arc<str>, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Entries(PhantomData))
}

/// The same, where the object may be absent.
pub(super) fn some_map<'de, D, T>(
    deserializer: D,
) -> Result<Option<BTreeMap<Arc<str>, T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    map(deserializer).map(Some)
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = BTreeMap<Arc<str>, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with distinct keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = access.next_key::<Arc<str>>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key `{key}` stands twice"
                )));
            }
            let value = access.next_value()?;
            map.insert(key, value);
        }
        Ok(map)
    }
}
