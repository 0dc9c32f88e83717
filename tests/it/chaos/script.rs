//! What goes wrong in one combination, made from a seed.
//!
//! Most of it is misbehavior of the simulator; the rest happens on the way to it and within the process.

use std::collections::BTreeMap;
use std::time::Duration;

use keyholder::catalog::Kind;
use keyholder::sandbox::{Change, Fault, FaultKind};

use super::chain::{Chain, PLACES};
use super::dice::Dice;
use super::watch::SYSTEM;

/// How a process ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// At the nth write of the journal; `true`: that one is stored.
    Entry(usize, bool),
    /// At the nth call of any sort; `true`: the vendor has done it.
    Call(usize, bool),
    /// At the nth call that changes something.
    Change(usize, bool),
}

/// What goes wrong within one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) death: Option<Death>,
    /// From the nth write of the journal on, the disk is full.
    pub(crate) full_disk: Option<usize>,
    /// Somebody presses Ctrl-C at the nth call.
    pub(crate) stop: Option<usize>,
    /// The nth change gets no answer in time and arrives so long after the client gave up.
    pub(crate) late: BTreeMap<usize, Duration>,
    /// What the simulator does from this run on.
    pub(crate) faults: Vec<Fault>,
    /// Who accepts what they were invited to, after the run: chance in percent.
    pub(crate) accept: u64,
    /// Time until the next run.
    pub(crate) pause: Duration,
}

/// One combination.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) chain: Chain,
    /// The files are applied once in peace and edited before things go wrong.
    pub(crate) settled: bool,
    pub(crate) runs: Vec<Trouble>,
}

const CALLS: [&str; 10] = [
    "GET /company/{l}/users",
    "GET /company/{l}/users",
    "GET *",
    "PUT *",
    "POST *",
    "DELETE *",
    "PUT /company/{l}/users/{u}/permissions",
    "GET /company/{l}/users/{u}/permissions",
    "POST /company/{l}/users/invite",
    "*",
];

impl Script {
    pub(crate) fn new(seed: u64) -> (Self, Dice) {
        let mut dice = Dice::new(seed);
        let mut chain = Chain::new(&mut dice);
        // Of ten chains two have a KeyCRM beside their salons and three are at YCLIENTS.
        match seed % 10 {
            2 | 6 => chain.add_orders(&mut Dice::new(!seed)),
            1 | 4 | 8 => chain.kind = Kind::Yclients,
            _ => {}
        }
        // Every third has rules, whatever it is otherwise.
        if seed.is_multiple_of(3) {
            chain.add_rules(&mut Dice::new(seed ^ 0x5a5a));
        }
        let settled = dice.percent(50);
        let count = *dice.pick(&[1, 1, 2, 2, 3]);
        let runs = (0..count).map(|_| trouble(&mut dice, &chain)).collect();
        let script = Self {
            chain,
            settled,
            runs,
        };
        (script, dice)
    }
}

fn trouble(dice: &mut Dice, chain: &Chain) -> Trouble {
    let death = dice.percent(60).then(|| match dice.below(5) {
        0..=2 => Death::Entry(dice.index(14), dice.percent(50)),
        3 => Death::Change(1 + dice.index(6), dice.percent(50)),
        _ => Death::Call(1 + dice.index(40), dice.percent(50)),
    });
    let count = dice.index(4);
    let appears = chain.options["invitation_appears_after"].as_u64().unwrap();
    let mut late = BTreeMap::new();
    if appears <= 30 && dice.percent(15) {
        late.insert(1 + dice.index(5), Duration::from_secs(1 + dice.below(25)));
    }
    Trouble {
        death,
        full_disk: dice.percent(6).then(|| dice.index(12)),
        stop: dice.percent(8).then(|| 1 + dice.index(50)),
        late,
        faults: (0..count).map(|_| fault(dice, chain)).collect(),
        accept: *dice.pick(&[0, 30, 100]),
        pause: Duration::from_secs(*dice.pick(&[1, 15, 90, 300, 4_000])),
    }
}

fn fault(dice: &mut Dice, chain: &Chain) -> Fault {
    let kind = kind(dice, chain);
    let mut fault = Fault::on(CALLS[dice.index(CALLS.len())], kind);
    match dice.below(4) {
        0 | 1 => fault.nth = Some(1 + dice.below(8)),
        2 => {
            fault.from = Some(1 + dice.below(6));
            fault.times = Some(1 + dice.below(7));
        }
        _ => fault.every = Some(2 + dice.below(3)),
    }
    let changes = matches!(
        fault.kind,
        FaultKind::ChangeBefore(_) | FaultKind::ChangeAfter(_)
    );
    if changes {
        // People change things now and then, and not at every call; the laws know what they do in the salons.
        fault.system = Some(SYSTEM.to_owned());
        fault.every = None;
        fault.times = Some(1);
        fault.from = None;
        fault.nth = Some(1 + dice.below(12));
    }
    fault
}

fn kind(dice: &mut Dice, chain: &Chain) -> FaultKind {
    match dice.below(20) {
        0 => FaultKind::Status(*dice.pick(&[400, 401, 403, 404, 422, 429, 500, 503])),
        1 => FaultKind::Status(500),
        2 => FaultKind::StatusAfter(*dice.pick(&[500, 502, 504])),
        3 | 4 => FaultKind::DropBefore,
        5 | 6 => FaultKind::DropAfter,
        7 => FaultKind::Slow(90_000),
        8 => FaultKind::Late(700),
        9 => FaultKind::Truncate(dice.index(200)),
        10 => FaultKind::Garbage,
        11 => FaultKind::NotSuccess,
        12 => FaultKind::ShortList(dice.index(4)),
        13 => FaultKind::EmptyList,
        14 => FaultKind::RepeatedRow,
        15 => FaultKind::WrongTotal(dice.below(12)),
        16 => FaultKind::PartialBatch(dice.index(3)),
        17 => FaultKind::ChangeBefore(change(dice, chain)),
        _ => FaultKind::ChangeAfter(change(dice, chain)),
    }
}

/// Something that people do behind our back; never to those whom the laws protect.
fn change(dice: &mut Dice, chain: &Chain) -> Change {
    let location = dice.pick(&PLACES).1;
    let accounts: Vec<u64> = chain.people.iter().filter_map(|it| it.account).collect();
    let user = if accounts.is_empty() {
        999
    } else {
        *dice.pick(&accounts)
    };
    match dice.below(6) {
        0 => Change::RemoveUser { location, user },
        1 => Change::SetRight {
            location,
            user,
            slug: "records_create_access".to_owned(),
            value: (*dice.pick(&[true, false])).into(),
        },
        2 => Change::SetRole {
            location,
            user,
            role: (*dice.pick(&["worker", "administrator"])).to_owned(),
        },
        3 => Change::AddUser {
            name: "Somebody new".to_owned(),
            email: format!("new{}@else.example", dice.below(1_000)),
            phone: String::new(),
            location: Some(location),
            role: "worker".to_owned(),
        },
        4 => {
            let person = dice.pick(&chain.people);
            Change::AddUser {
                name: person.key.clone(),
                email: person.email(),
                phone: String::new(),
                location: Some(location),
                role: "worker".to_owned(),
            }
        }
        _ => Change::Accept {
            contact: Some(dice.pick(&chain.people).email()),
            user: None,
            location: None,
            other: None,
        },
    }
}
