//! The shapes of `live.json` as it is written.
//!
//! Not yet resolved: names stand for ids, and what is absent is absent. It keeps that an unknown key is an error that
//! says where it stands.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::sandbox::faults::{Chances, Fault};
use crate::sandbox::kind::{Kind, Vendor};
use crate::sandbox::limits::Limits;
use crate::sandbox::options::Options;
use crate::sandbox::{apenday, keycrm, reservio};

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
    /// Read by [`systems`], whose shapes differ by kind.
    #[serde(rename = "systems")]
    pub(super) _systems: IgnoredAny,
}

/// The kinds of the systems, which say how the rest of each is read.
#[derive(Deserialize)]
struct Outline {
    systems: BTreeMap<String, Outlined>,
}

#[derive(Deserialize)]
struct Outlined {
    kind: Vendor,
}

/// One system as it is written.
pub(super) enum LiveSystem {
    Salons(LiveSalons),
    Keycrm(keycrm::seed::Live),
    Reservio(reservio::seed::Live),
    Apenday(apenday::seed::Live),
}

/// Reads the systems of a seed, each in the shape of its kind, so that an unknown key is found where it stands.
pub(super) fn systems(text: &str) -> Result<BTreeMap<String, LiveSystem>, serde_json::Error> {
    let outline: Outline = serde_json::from_str(text)?;
    let kinds = outline
        .systems
        .into_iter()
        .map(|(name, system)| (name, system.kind))
        .collect();
    Top(&kinds).deserialize(&mut serde_json::Deserializer::from_str(text))
}

/// The seed, of which only `systems` is taken.
struct Top<'a>(&'a BTreeMap<String, Vendor>);

/// What stands under `systems`.
struct Systems<'a>(&'a BTreeMap<String, Vendor>);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = BTreeMap<String, LiveSystem>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = BTreeMap<String, LiveSystem>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut systems = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == "systems" {
                systems = map.next_value_seed(Systems(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(systems)
    }
}

impl<'de> DeserializeSeed<'de> for Systems<'_> {
    type Value = BTreeMap<String, LiveSystem>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Systems<'_> {
    type Value = BTreeMap<String, LiveSystem>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("systems by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut systems = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let system = match self.0.get(&name) {
                Some(Vendor::Keycrm) => LiveSystem::Keycrm(map.next_value()?),
                Some(Vendor::Reservio) => LiveSystem::Reservio(map.next_value()?),
                Some(Vendor::Apenday) => LiveSystem::Apenday(map.next_value()?),
                Some(Vendor::Salons(_)) | None => LiveSystem::Salons(map.next_value()?),
            };
            systems.insert(name, system);
        }
        Ok(systems)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveSalons {
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
    pub(super) sections: Vec<String>,
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
