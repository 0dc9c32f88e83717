//! A world: all simulated systems of a seed with their limits, faults and memory.
//!
//! A pure state machine: a call and an instant go in, a reply comes out; no clock, socket or file. It keeps that
//! equal worlds answer equal calls equally.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change::{self, Change};
use super::envelope::{self, Answer, Refusal};
use super::faults::{Chances, Fault, Faults, Trouble};
use super::hand;
use super::limits::{Limits, Taken};
use super::log::{Log, Standing};
use super::manual::Manual;
use super::routes::{self, Call, Route};
use super::seed::{self, SeedError};
use super::stamp;
use super::state::System;
use super::wire::{Reply, Request, decode};
use super::work::{Administrator, HandDone, HandWork};

/// The state of the whole sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    #[serde(with = "stamp")]
    starts: Timestamp,
    limits: Limits,
    taken: Taken,
    faults: Faults,
    systems: BTreeMap<String, System>,
    /// The systems whose users no interface changes.
    #[serde(default)]
    manual: BTreeMap<String, Manual>,
    /// The systems whose administrator forgets what is handed over.
    #[serde(default)]
    forgetful: BTreeSet<String>,
    log: Log,
    /// The seed's own text, for a reset.
    live: String,
}

impl World {
    /// A world as a seed describes it; see [`seed`] for the format.
    pub fn from_live(text: &str) -> Result<Self, SeedError> {
        let seeded = seed::read(text)?;
        let mut world = Self {
            starts: seeded.starts,
            limits: seeded.limits,
            taken: Taken::default(),
            faults: Faults::default(),
            systems: seeded.systems,
            manual: seeded.manual,
            forgetful: BTreeSet::new(),
            log: Log::default(),
            live: text.to_owned(),
        };
        for fault in seeded.faults {
            world.add_fault(fault);
        }
        if let Some(chances) = seeded.chances {
            world.set_chances(chances);
        }
        Ok(world)
    }

    /// The same seed again from its beginning.
    pub fn reset(&mut self) -> Result<(), SeedError> {
        *self = Self::from_live(&self.live)?;
        Ok(())
    }

    /// The seed's text.
    pub fn live(&self) -> &str {
        &self.live
    }

    /// The instant a simulated clock begins at.
    pub fn starts(&self) -> Timestamp {
        self.starts
    }

    /// The names of the systems.
    pub fn systems(&self) -> impl Iterator<Item = &str> {
        self.systems
            .keys()
            .chain(self.manual.keys())
            .map(String::as_str)
    }

    /// What was sent, changed and called.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Plans a misbehavior.
    pub fn add_fault(&mut self, fault: Fault) {
        self.faults.add(fault);
    }

    /// Lets chance decide about misbehavior, beside what is planned.
    pub fn set_chances(&mut self, chances: Chances) {
        self.faults.set_chances(chances);
    }

    /// Forgets all planned misbehavior and all chances.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// Another allowance from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Makes a change behind the caller's back; without a system's name, in the first.
    pub fn change(
        &mut self,
        system: Option<&str>,
        change: &Change,
        now: Timestamp,
    ) -> Result<(), String> {
        let name = match system.or_else(|| self.systems().next()) {
            Some(name) => name.to_owned(),
            None => return Err("no system".to_owned()),
        };
        if let Some(manual) = self.manual.get_mut(&name) {
            return manual.change(change, &mut self.log, now);
        }
        let system = self.systems.get_mut(&name);
        let system = system.ok_or_else(|| format!("no system `{name}`"))?;
        change::apply(change, system, &mut self.log, now)
    }

    /// Says what a system's administrator does with steps that are handed over from now on.
    pub fn set_administrator(
        &mut self,
        system: &str,
        administrator: Administrator,
    ) -> Result<(), String> {
        if !self.systems().any(|name| name == system) {
            return Err(format!("no system `{system}`"));
        }
        match administrator {
            Administrator::Does => self.forgetful.remove(system),
            Administrator::Forgets => self.forgetful.insert(system.to_owned()),
        };
        Ok(())
    }

    /// Carries a step out in a system's web pages, or forgets it.
    pub fn by_hand(
        &mut self,
        system: &str,
        work: &HandWork,
        now: Timestamp,
    ) -> Result<HandDone, String> {
        if self.forgetful.contains(system) {
            return Ok(HandDone::Forgotten);
        }
        let change = Change::ByHand(Box::new(work.clone()));
        self.change(Some(system), &change, now)?;
        Ok(HandDone::Done)
    }

    /// Who can sign in to a system with what, line by line; names are as somebody typed them.
    pub fn show(&self, system: &str) -> Result<Vec<String>, String> {
        let (kind, mut lines) = match (self.systems.get(system), self.manual.get(system)) {
            (Some(system), _) => (system.kind.name(), hand::show(system)),
            (_, Some(manual)) => (manual.kind(), manual.show()),
            _ => return Err(format!("no system `{system}`")),
        };
        let forgets = if self.forgetful.contains(system) {
            "; its administrator forgets what is handed over"
        } else {
            ""
        };
        lines.insert(0, format!("{system} ({kind}){forgets}"));
        Ok(lines)
    }

    /// Role, staff link, rights and state of an account at a location, as stored, visible or not.
    pub fn access(&self, system: &str, location: u64, account: u64) -> Option<Value> {
        let link = self
            .systems
            .get(system)?
            .locations
            .get(&location)?
            .links
            .get(&account)?;
        Some(json!({
            "role": link.role,
            "staff": link.staff,
            "approved": link.approved,
            "rights": link.rights,
        }))
    }

    /// The account that a contact belongs to.
    pub fn account_of(&self, system: &str, contact: &str) -> Option<u64> {
        self.systems.get(system)?.account_of(contact)
    }

    /// Answers one call of a vendor's interface.
    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Reply {
        let reply = self.answer(request, now);
        *self.log.statuses.entry(reply.status).or_default() += 1;
        reply
    }

    fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let parts: Vec<String> = request
            .path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| decode(part, false))
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let apenday = || {
            self.manual
                .iter()
                .find(|(_, manual)| matches!(manual, Manual::Apenday(_)))
                .map(|(name, _)| name.clone())
        };
        let (name, path) = match parts.as_slice() {
            ["api", "v1", path @ ..] => (self.systems().next().map(str::to_owned), path),
            // The addresses that this vendor's own answers name begin at the host.
            path @ ["api", "public" | "docs", ..] => (apenday(), path),
            [name, "api", "v1", path @ ..] => (Some((*name).to_owned()), path),
            _ => (None, [].as_slice()),
        };
        let name = name.unwrap_or_default();
        if self.manual.contains_key(&name) {
            self.answer_by(&name, path, request, now)
        } else {
            self.answer_as_salons(&name, path, request, now)
        }
    }

    /// A call of a system whose users change by hand only.
    fn answer_by(&mut self, name: &str, path: &[&str], request: &Request, now: Timestamp) -> Reply {
        let Some(manual) = self.manual.get_mut(name) else {
            return Reply::empty(404);
        };
        let path = manual.canonical(path);
        let trouble = self.faults.meet(name, &request.method, &path);
        self.log.faults += u64::from(trouble.any);
        let now = now.checked_add(trouble.late).unwrap_or(now);
        let found = manual.find(&request.method, &path);
        match &found {
            Some((template, _)) => self.log.count(
                format!("{name} {} {template}", request.method),
                Standing::Documented,
            ),
            None => self.log.undocumented(request, None, now),
        }
        // One allowance for each key and address.
        let key = request.bearer().unwrap_or_default();
        let who = format!("{name} {} {key}", request.peer);
        let allowed = self.taken.take(manual.limits(), &who, now);
        let mut reply = if !allowed {
            manual.too_many(self.taken.free_in(manual.limits(), &who, now))
        } else if trouble.drop_before {
            Reply::empty(200)
        } else {
            manual.serve(&mut self.log, request, found.as_ref(), &trouble, now)
        };
        reply.delay = trouble.late + trouble.slow;
        reply.fate = trouble.fate(allowed, reply.body.len());
        reply
    }

    fn answer_as_salons(
        &mut self,
        name: &str,
        path: &[&str],
        request: &Request,
        now: Timestamp,
    ) -> Reply {
        let Some(system) = self.systems.get_mut(name) else {
            self.log.undocumented(request, None, now);
            return Reply::json(
                404,
                &json!({ "success": false, "data": null, "meta": { "message": "Not found." } }),
            );
        };
        let path = routes::canonical(system.kind, path);
        let trouble = self.faults.meet(&system.name, &request.method, &path);
        self.log.faults += u64::from(trouble.any);
        let there =
            Duration::from_millis(u64::from(system.options.latency_there_ms)) + trouble.late;
        let back = Duration::from_millis(u64::from(system.options.latency_back_ms)) + trouble.slow;
        let now = now.checked_add(there).unwrap_or(now);
        let found = routes::find(&request.method, &path);
        if let Some((route, _)) = &found {
            let name = format!("{} {} {}", system.name, route.method, route.template);
            self.log.count(name, route.standing);
            if matches!(
                route.standing,
                Standing::SeenInUse | Standing::OutsideReference
            ) {
                self.log.undocumented(request, Some(route.standing), now);
            }
        } else {
            self.log.undocumented(request, None, now);
        }
        let who = format!("{} {}", system.kind.name(), request.peer);
        let allowed = self.taken.take(&self.limits, &who, now);
        let mut reply = if !allowed {
            let refusal = Refusal::of(429);
            envelope::encode_refusal(&refusal, system.kind, &system.options)
        } else if trouble.drop_before {
            Reply::empty(200)
        } else {
            serve(system, &mut self.log, request, found, &trouble, now)
        };
        reply.delay = there + back;
        reply.fate = trouble.fate(allowed, reply.body.len());
        reply
    }
}

/// A call that is within the limits and reaches the server.
fn serve(
    system: &mut System,
    log: &mut Log,
    request: &Request,
    found: Option<(&'static Route, Vec<u64>)>,
    trouble: &Trouble,
    now: Timestamp,
) -> Reply {
    let (kind, options) = (system.kind, system.options.clone());
    let refuse = |status: u16| envelope::encode_refusal(&Refusal::of(status), kind, &options);
    if let Some(status) = trouble.instead {
        return trouble.told(refuse(status));
    }
    // A change that no longer fits (the user is gone already) is no reason to fail the call.
    for change in &trouble.before {
        change::apply(change, system, log, now).unwrap_or_default();
    }
    let outcome = match found {
        None => Err(Refusal::not_found()),
        Some((route, ids)) => check(system, request, route).and_then(|caller| {
            let batch = trouble.batch;
            let mut call = Call {
                system: &mut *system,
                log: &mut *log,
                request,
                now,
                caller,
                batch,
            };
            (route.serve)(&mut call, &ids)
        }),
    };
    for change in &trouble.after {
        change::apply(change, system, log, now).unwrap_or_default();
    }
    if trouble.garbage {
        let mut reply = Reply::empty(200);
        reply.body = b"<html><body><h1>Service is being updated</h1></body></html>".to_vec();
        return reply;
    }
    if let Some(status) = trouble.status_after {
        return refuse(status);
    }
    match outcome {
        Ok(_) if trouble.not_success => {
            let mut reply = refuse(500);
            reply.status = 200;
            reply
        }
        Ok(Answer {
            status,
            mut data,
            mut meta,
        }) => {
            trouble.spoil(&mut data, "count", &mut meta);
            envelope::encode(Answer { status, data, meta }, kind, &options)
        }
        Err(refusal) => envelope::encode_refusal(&refusal, kind, &options),
    }
}

/// The headers every call must carry; gives the caller's account, 0 where none is needed and none came.
fn check(system: &System, request: &Request, route: &Route) -> Result<u64, Refusal> {
    let media = request.find_header("accept").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let good = match system.kind {
        super::kind::Kind::Altegio => media == "application/vnd.api.v2+json",
        super::kind::Kind::Yclients => {
            matches!(
                media,
                "application/vnd.yclients.v2+json" | "application/vnd.api.v2+json"
            )
        }
    };
    if !good {
        return Err(Refusal::bad(
            "Accept must name version 2 of the response format.",
        ));
    }
    let sends = request.find_header("content-type").unwrap_or_default();
    if !request.body.is_empty()
        && sends.split(';').next().unwrap_or_default().trim() != "application/json"
    {
        return Err(Refusal::bad("Content-Type must be application/json."));
    }
    let mut partner = false;
    let mut user = None;
    for part in request
        .find_header("authorization")
        .unwrap_or_default()
        .split(',')
    {
        match part.trim().split_once(' ') {
            Some(("Bearer", token)) if !token.trim().is_empty() => partner = true,
            Some(("User", token)) if !token.trim().is_empty() => user = Some(token.trim()),
            _ => {}
        }
    }
    let account = match user {
        None => None,
        Some(token) => Some(owner(system, token).ok_or_else(|| Refusal::of(401))?),
    };
    if !partner || (route.needs_user && account.is_none()) {
        return Err(Refusal::of(401));
    }
    Ok(account.unwrap_or(0))
}

/// The account of a user token.
fn owner(system: &System, token: &str) -> Option<u64> {
    let given = token
        .strip_prefix("sandbox-user-")
        .and_then(|id| id.parse().ok());
    match given {
        Some(id) => system.accounts.contains_key(&id).then_some(id),
        None if system.tokens.is_empty() => Some(system.caller),
        None => system.tokens.get(token).copied(),
    }
}
