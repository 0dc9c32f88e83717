//! The shapes of `live.json` as it is written.
//!
//! Not yet resolved: names stand for ids, and what is absent is absent. It keeps that an unknown key is an error that
//! says where it stands.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::sandbox::faults::{Chances, Fault};
use crate::sandbox::kind::Kind;
use crate::sandbox::limits::Limits;
use crate::sandbox::options::Options;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Live {
    #[serde(default)]
    pub(super) starts: Option<String>,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) faults: Vec<Fault>,
    #[serde(default)]
    pub(super) chances: Option<Chances>,
    pub(super) systems: BTreeMap<String, LiveSystem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveSystem {
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) chain: Option<Short<LiveChain>>,
    #[serde(default)]
    pub(super) chains: Vec<Short<LiveChain>>,
    #[serde(default)]
    pub(super) caller: Option<u64>,
    #[serde(default)]
    pub(super) tokens: BTreeMap<String, u64>,
    #[serde(default)]
    pub(super) options: Options,
    #[serde(default)]
    pub(super) locations: Vec<LiveLocation>,
    #[serde(default)]
    pub(super) users: Vec<LiveUser>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveChain {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) members: Option<BTreeMap<u64, Short<Vec<String>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveLocation {
    pub(super) id: u64,
    pub(super) title: String,
    #[serde(default)]
    pub(super) chain: Option<u64>,
    #[serde(default)]
    pub(super) timezone: Option<String>,
    #[serde(default)]
    pub(super) medical: bool,
    #[serde(default)]
    pub(super) trial: bool,
    #[serde(default)]
    pub(super) unlicensed: bool,
    #[serde(default)]
    pub(super) accounts: Vec<Short<LiveNamed>>,
    #[serde(default)]
    pub(super) storages: Vec<Short<LiveNamed>>,
    #[serde(default)]
    pub(super) positions: Vec<Short<LiveNamed>>,
    #[serde(default)]
    pub(super) expenses: Vec<Short<LiveNamed>>,
    #[serde(default)]
    pub(super) staff: Vec<Short<LiveStaff>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveNamed {
    #[serde(default)]
    pub(super) id: Option<u64>,
    pub(super) title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveStaff {
    #[serde(default)]
    pub(super) id: Option<u64>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) position: Option<String>,
    #[serde(default)]
    pub(super) fired: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveUser {
    pub(super) id: u64,
    pub(super) name: String,
    #[serde(default)]
    pub(super) phone: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) system: bool,
    #[serde(default, rename = "in")]
    pub(super) places: BTreeMap<String, Short<LiveLink>>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LiveLink {
    pub(super) role: Option<String>,
    pub(super) preset: Option<String>,
    pub(super) rights: Option<Short<BTreeMap<String, Value>>>,
    pub(super) staff: Option<Value>,
    pub(super) pending: bool,
    pub(super) non_deletable: Option<bool>,
    pub(super) information: String,
}

/// A value in full, or a word or number that stands for it.
pub(super) enum Short<T> {
    Word(String),
    Number(u64),
    Full(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Short<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Short<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
                Ok(Short::Word(word.to_owned()))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Short::Number(number))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                list: A,
            ) -> Result<Self::Value, A::Error> {
                T::deserialize(serde::de::value::SeqAccessDeserializer::new(list)).map(Short::Full)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Short::Full)
            }
        }
        from.deserialize_any(Either(PhantomData))
    }
}
