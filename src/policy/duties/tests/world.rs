//! The small world of the plan's tests with policies on it.

use jiff::Timestamp;

use crate::catalog::RightId;
use crate::model::{
    AccountState, Breach, Demand, FenceSays, NamedRights, OnlyRole, PersonKey, Policy, RoleKey,
    Waiver, Within,
};
use crate::plan::tests::world as base;
use crate::plan::{Plan, draft, seal};
use crate::policy::lockout::{Unsafe, verify};

pub(super) use base::{holds, lines as steps};

#[derive(Clone)]
pub(super) struct World {
    pub(super) base: base::World,
}

fn id(slug: &str) -> RightId {
    base::catalog().by_slug(slug).expect(slug)
}

fn named(slug: &str) -> NamedRights {
    NamedRights {
        text: slug.into(),
        rights: vec![id(slug)],
    }
}

fn on<'a>(slugs: &[&'a str]) -> Vec<(&'a str, crate::model::Value)> {
    slugs.iter().map(|slug| (*slug, base::ON)).collect()
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            base: base::World::new(),
        }
    }

    pub(super) fn person(&mut self, key: &str) {
        self.base.person(key);
    }

    /// What the files give, in place of what they gave there.
    pub(super) fn wants(&mut self, key: &str, place: &str, slugs: &[&str]) {
        self.base.drop_grant(key, place);
        self.base.give(key, place, "worker", &on(slugs));
    }

    /// An account with these rights.
    pub(super) fn live(&mut self, account: &str, key: &str, place: &str, slugs: &[&str]) {
        let email = format!("{key}@chain.example");
        self.base.account(account, place, "worker", &email);
        self.has(account, place, slugs);
    }

    pub(super) fn has(&mut self, account: &str, place: &str, slugs: &[&str]) {
        let mut lines = on(slugs);
        for slug in slugs {
            for above in base::catalog().governors(id(slug)) {
                lines.push((base::catalog().get(above).slug, base::ON));
            }
        }
        self.base.has(account, place, &lines);
    }

    pub(super) fn state(&mut self, account: &str, place: &str, state: AccountState) {
        self.base.row(account, place, |row| row.state = state);
    }

    pub(super) fn leave(&mut self, key: &str) {
        self.base.leave(key);
    }

    pub(super) fn partial(&mut self, place: &str) {
        self.base.partial(place);
    }

    pub(super) fn protect(&mut self, key: &str) {
        let line = self.base.line(&format!("protected: [{key}]"));
        self.base
            .desired
            .protected
            .insert(PersonKey::new(key), line);
    }

    /// The token's own account is a program, not somebody who can sign in.
    pub(super) fn drop_caller(&mut self) {
        self.base.person("robot");
        self.base.edit("robot", |person| {
            person.kind = crate::model::PersonKind::Service;
            person.managed = crate::model::Managed::No;
        });
    }

    fn policy(&mut self, key: &str, demand: Demand) {
        let origin = self
            .base
            .line(&format!("{key}: {{ kind: {} }}", demand.name()));
        self.base
            .desired
            .policies
            .retain(|policy| &*policy.key != key);
        self.base.desired.policies.push(Policy {
            key: key.into(),
            origin,
            demand,
            waive: Vec::new(),
        });
    }

    pub(super) fn holders(&mut self, key: &str, slugs: &[&str], each: Within, at_least: u32) {
        let right = NamedRights {
            text: slugs.join(" ").into(),
            rights: slugs.iter().map(|slug| id(slug)).collect(),
        };
        self.base.desired.policies.clear();
        self.policy(
            key,
            Demand::Holders {
                right,
                each,
                at_least,
            },
        );
    }

    pub(super) fn separation(&mut self, key: &str, slugs: &[&str], within: Within) {
        let rights = slugs.iter().map(|slug| named(slug)).collect();
        self.policy(key, Demand::Separation { rights, within });
    }

    pub(super) fn only_right(&mut self, key: &str, slug: &str, people: &[&str]) {
        let people = people.iter().map(|key| PersonKey::new(*key)).collect();
        self.policy(
            key,
            Demand::Only {
                role: None,
                right: Some(named(slug)),
                people,
            },
        );
    }

    pub(super) fn only_role(&mut self, key: &str, role: &str, people: &[&str]) {
        let people = people.iter().map(|key| PersonKey::new(*key)).collect();
        let role = OnlyRole {
            role: RoleKey::new(role),
            owns: [].into(),
        };
        self.policy(
            key,
            Demand::Only {
                role: Some(role),
                right: None,
                people,
            },
        );
    }

    /// Every line of a person lasts too long.
    pub(super) fn expiry(&mut self, key: &str, person: &str) {
        let person = PersonKey::new(person);
        let grants = self.base.desired.people[&person].grants.iter();
        let lines = grants.flat_map(|grant| grant.because.iter().copied());
        let lines = lines.map(|origin| Breach {
            person: person.clone(),
            origin,
            why: "it has no end".into(),
        });
        let lines = lines.collect();
        self.policy(
            key,
            Demand::Expiry {
                of: "class:trainee".into(),
                longest: 90,
                lines,
            },
        );
    }

    /// A fence around some places, with the people of its files.
    pub(super) fn fence(&mut self, files: &str, places: &[&str], people: &[&str]) {
        let places = places.iter().map(|key| (*key).into());
        let says = FenceSays {
            keys: None,
            locations: Some(places.collect()),
            roles: None,
            longest: None,
        };
        let people = people.iter().map(|key| PersonKey::new(*key)).collect();
        let lines = Vec::new();
        self.policy(
            files,
            Demand::Fence {
                says,
                lines,
                people,
            },
        );
    }

    /// A line says that this account is theirs.
    pub(super) fn pin(&mut self, key: &str, account: &str) {
        self.base.edit(key, |person| {
            let pin = person.pins.entry(base::World::system()).or_default();
            pin.ids = vec![crate::model::AccountId::new(account)];
        });
    }

    pub(super) fn waive(&mut self, policy: &str, person: &str, until: Option<&str>) {
        let origin = self.base.line(&format!("{{ person: {person} }}"));
        let until: Option<Timestamp> = until.map(|until| until.parse().expect("an instant"));
        let policies = &mut self.base.desired.policies;
        let policy = policies.iter_mut().find(|it| &*it.key == policy);
        policy.expect("a policy").waive = vec![Waiver {
            person: PersonKey::new(person),
            until,
            because: "small branch".into(),
            origin,
        }];
    }

    pub(super) fn plan(&self) -> Plan {
        self.base.with_input(|input| {
            // Without limits and approvals: they have tests of their own.
            seal(crate::policy::forbid(draft(input), input), input)
        })
    }

    pub(super) fn verify(&self, plan: &Plan) -> Vec<Unsafe> {
        self.base.with_input(|input| verify(plan, input))
    }
}

/// The findings, one line each: `policy side people`.
pub(super) fn findings(plan: &Plan) -> Vec<String> {
    let line = |it: &crate::plan::Finding| {
        let people = it.people.iter().map(|key| format!(" {key}"));
        format!(
            "{} {}{}",
            it.policy,
            it.side.name(),
            people.collect::<String>()
        )
    };
    plan.draft.findings.iter().map(line).collect()
}
