//! What an account has at a place, and what a role gives, in one form; the difference of the two as `plus` and `minus`.
//!
//! Not the vendor's cells: a right below a denied governor has no value here, a list that the vendor does not look at is
//! no limit, ids have become names where a name is enough, and the own team member is `self`. Invariant: where
//! [`difference`] finds one, the role with it is worth exactly what the account has.

use crate::catalog::{Catalog, Entity, Kind, Right, RightId, RightType};
use crate::config::edit::Yaml;
use crate::model::{Account, Days, Item, Items, NameTable, Named, One, RightSet, Value};
use crate::plan::worth;

/// The rights of an account in the words of the language.
///
/// A cell is empty where the right is out of reach, or where the place does not have it: then it may be anything. An error
/// is a limit to nothing, which the language does not have.
pub(super) fn profile(
    catalog: &'static Catalog,
    kind: Kind,
    row: &Account,
    live: &RightSet,
    names: &NameTable,
) -> Result<RightSet, String> {
    let staff = row.staff.flatten();
    let mut found = RightSet::empty(catalog.len());
    for right in catalog.for_product(kind) {
        let Some(value) = worth(catalog, live, right.id) else {
            continue;
        };
        let value = match (value, right.kind.entity()) {
            (Value::One(One::Only(Item::Id(id))), Some(Entity::Staff)) if staff == Some(id) => {
                Value::One(One::Myself)
            }
            (Value::Items(Items::Only(items)), Some(entity)) => {
                Value::Items(named(&items, list(names, entity)))
            }
            (value, _) => value,
        };
        found.set(right.id.index(), Some(value));
    }
    let limits = |right: &&Right| match right.kind {
        RightType::CheckIp => !follows(catalog, right, &found),
        RightType::Limited => right
            .list
            .is_some_and(|list| found.get(list.index()).is_none()),
        _ => false,
    };
    let on = |right: &&Right| found.get(right.id.index()) == Some(&ON);
    match catalog.for_product(kind).filter(on).find(limits) {
        Some(right) if right.kind == RightType::CheckIp => {
            Err("the check of addresses at sign-in is on, without an address".to_owned())
        }
        Some(right) => Err(format!(
            "`{}` is on and limits to nothing: its list is empty",
            right.slug
        )),
        None => Ok(found),
    }
}

fn list(names: &NameTable, entity: Entity) -> Option<&Vec<Named>> {
    match entity {
        Entity::Account => names.accounts.as_ref(),
        Entity::Storage => names.storages.as_ref(),
        Entity::Staff => names.staff.as_ref(),
        Entity::Position => names.positions.as_ref(),
        Entity::Expense => names.expenses.as_ref(),
        Entity::TransactionType | Entity::Chain => None,
    }
}

/// Names in place of ids, where every id has one that is its alone and that stays itself when it is written.
fn named(items: &[Item], list: Option<&Vec<Named>>) -> Items {
    let name = |item: &Item| {
        let Item::Id(id) = item else { return None };
        let list = list?;
        let found = list.iter().find(|it| it.id == *id)?;
        let clean = super::keys::clean(&found.name);
        let alone = list
            .iter()
            .filter(|it| super::keys::clean(&it.name) == clean)
            .count()
            == 1;
        let same = clean == *found.name && !clean.is_empty();
        (alone && same).then(|| Item::Name(found.name.clone()))
    };
    let names: Option<Vec<Item>> = items.iter().map(name).collect();
    Items::only(names.unwrap_or_else(|| items.to_vec()))
}

/// What a right is where no line names it and the rest is denied.
pub(super) fn denied(kind: RightType) -> Value {
    match kind {
        RightType::Section
        | RightType::Switch
        | RightType::NoLimitToday
        | RightType::Limited
        | RightType::OwnOnly
        | RightType::CheckIp => Value::Switch(false),
        RightType::Days => Value::Days(Days::Last(0)),
        RightType::Ids(_) => Value::Items(Items::All),
        RightType::Id(_) => Value::One(One::All),
        RightType::Ips => Value::Text("".into()),
    }
}

/// Whether another right's line says it: a flag follows its list, a check its addresses.
pub(super) fn follows(catalog: &Catalog, right: &Right, set: &RightSet) -> bool {
    match right.kind {
        RightType::Limited => right
            .list
            .is_some_and(|list| set.get(list.index()).is_some()),
        RightType::CheckIp => {
            let ips = catalog.children(right.id).iter().copied();
            let mut ips = ips.filter(|child| catalog.get(*child).kind == RightType::Ips);
            ips.any(|child| {
                matches!(set.get(child.index()), Some(Value::Text(text)) if !text.is_empty())
            })
        }
        _ => false,
    }
}

/// Whether a root is open because something in its section is on.
fn opened(catalog: &Catalog, right: &Right, on: &dyn Fn(RightId) -> bool) -> bool {
    right.kind == RightType::Section
        && right.section.is_some_and(|section| {
            let mut below = catalog.in_section(section);
            below.any(|it| it.kind == RightType::Switch && on(it.id))
        })
}

/// What an assignment adds to its role and takes from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// In order of the catalogue.
    pub(super) plus: Vec<(RightId, Value)>,
    /// The same.
    pub(super) minus: Vec<RightId>,
}

impl Difference {
    /// How many words it is.
    pub(super) fn len(&self) -> usize {
        self.plus.len() + self.minus.len()
    }
}

const ON: Value = Value::Switch(true);
const OFF: Value = Value::Switch(false);

/// What to add to a role and take from it so that it is worth what the account has; none where `plus` and `minus` cannot
/// say it.
pub(super) fn difference(
    catalog: &Catalog,
    kind: Kind,
    role: &RightSet,
    account: &RightSet,
) -> Option<Difference> {
    let mut found = Difference::default();
    for right in catalog.for_product(kind) {
        let Some(want) = account.get(right.id.index()) else {
            continue;
        };
        let given = role.get(right.id.index());
        if given == Some(want) {
            continue;
        }
        let rest = denied(right.kind);
        let have = given.unwrap_or(&rest);
        if have == want || follows(catalog, right, account) && follows(catalog, right, role) {
            continue;
        }
        match right.kind {
            RightType::Section | RightType::Switch => {
                if *want == ON {
                    found.plus.push((right.id, ON));
                } else {
                    found.minus.push(right.id);
                }
            }
            RightType::NoLimitToday if *want == ON => found.plus.push((right.id, ON)),
            // A flag whose list is looked at below.
            RightType::Limited
                if right
                    .list
                    .is_some_and(|list| account.get(list.index()).is_some()) => {}
            RightType::NoLimitToday
            | RightType::Limited
            | RightType::OwnOnly
            | RightType::CheckIp
            | RightType::Ips => return None,
            RightType::Days | RightType::Ids(_) | RightType::Id(_) => {
                // What the role does not open is as free as in a role of its own; what it opens and leaves out has its
                // default there, and no `plus` limits that.
                let on = |id: RightId| role.get(id.index()) == Some(&ON);
                let is_open = catalog
                    .governors(right.id)
                    .all(|above| on(above) || opened(catalog, catalog.get(above), &on));
                if is_open && !widens(have, want) {
                    return None;
                }
                found.plus.push((right.id, want.clone()));
            }
        }
    }
    let added: Vec<RightId> = found.plus.iter().map(|(id, _)| *id).collect();
    let taken = found.minus.clone();
    found
        .plus
        .retain(|(id, _)| !opened(catalog, catalog.get(*id), &|it| added.contains(&it)));
    // What a root closes is closed with it.
    found.minus.retain(|id| {
        catalog.get(*id).kind == RightType::Section
            || !catalog.governors(*id).any(|above| taken.contains(&above))
    });
    Some(found)
}

/// Whether a value gives all that another gives, and more.
fn widens(have: &Value, want: &Value) -> bool {
    match (have, want) {
        (Value::Days(have), Value::Days(want)) => want > have,
        (Value::Items(Items::Only(_)), Value::Items(Items::All))
        | (Value::One(One::Only(_) | One::Myself), Value::One(One::All)) => true,
        (Value::Items(Items::Only(have)), Value::Items(Items::Only(want))) => {
            have.iter().all(|item| want.contains(item))
        }
        _ => false,
    }
}

/// How many switches are on.
pub(super) fn size(catalog: &Catalog, set: &RightSet) -> usize {
    set.iter()
        .filter(|(at, value)| {
            **value == ON
                && catalog
                    .at(*at)
                    .is_some_and(|id| !catalog.get(id).is_restricting())
        })
        .count()
}

/// The lines of a role that stands alone, the rest being denied.
pub(super) fn lines(catalog: &Catalog, kind: Kind, set: &RightSet) -> Vec<(String, Yaml)> {
    let mut lines = Vec::new();
    let mut covered: Vec<RightId> = Vec::new();
    let mut denials: Vec<(RightId, String, Yaml)> = Vec::new();
    let mut patterns: Vec<(RightId, String)> = Vec::new();
    for section in crate::catalog::Section::ALL {
        let under: Vec<&Right> = catalog
            .in_section(*section)
            .filter(|right| right.product.covers(kind) && right.allowed_by_pattern())
            .collect();
        let state = |right: &&Right| set.get(right.id.index());
        let off: Vec<&Right> = under
            .iter()
            .copied()
            .filter(|it| state(it) == Some(&OFF))
            .collect();
        let known = under.iter().all(|it| state(it).is_some());
        // A pattern is for whoever has nearly all of a section. What a place does not show is given to nobody.
        if !known || under.len() < 4 || off.len() * 5 > under.len() {
            continue;
        }
        if let Some(root) = under.first() {
            patterns.push((root.id, format!("{}.*", section.as_str())));
        }
        covered.extend(under.iter().map(|it| it.id));
        denials.extend(
            off.iter()
                .map(|it| (it.id, it.slug.to_owned(), Yaml::from("deny"))),
        );
    }
    let on = |id: RightId| set.get(id.index()) == Some(&ON);
    for right in catalog.for_product(kind) {
        if let Some((_, pattern)) = patterns.iter().find(|(root, _)| *root == right.id) {
            lines.push((pattern.clone(), Yaml::from("allow")));
        }
        if let Some((_, slug, deny)) = denials.iter().find(|(id, ..)| *id == right.id) {
            lines.push((slug.clone(), deny.clone()));
        }
        let Some(value) = set.get(right.id.index()) else {
            continue;
        };
        let silent = covered.contains(&right.id)
            || *value == denied(right.kind)
            || opened(catalog, right, &on)
            || follows(catalog, right, set);
        if !silent {
            lines.push((right.slug.to_owned(), word(value)));
        }
    }
    lines
}

/// The lines of a role that has all of another and more; none where the other gives something that it does not.
pub(super) fn lines_over(
    catalog: &Catalog,
    kind: Kind,
    parent: &RightSet,
    set: &RightSet,
) -> Option<Vec<(String, Yaml)>> {
    let mut lines = Vec::new();
    let on = |id: RightId| set.get(id.index()) == Some(&ON);
    for right in catalog.for_product(kind) {
        let rest = denied(right.kind);
        let have = parent.get(right.id.index()).unwrap_or(&rest);
        let Some(want) = set.get(right.id.index()) else {
            // What the child does not know must not come from the parent.
            if *have != rest {
                return None;
            }
            continue;
        };
        if have == want {
            continue;
        }
        let gives = right.kind == RightType::Switch || right.kind == RightType::Section;
        if gives && *want == OFF {
            return None;
        }
        if opened(catalog, right, &on) || follows(catalog, right, set) {
            continue;
        }
        if right.kind == RightType::Limited
            && right.list.is_some()
            && follows(catalog, right, parent)
        {
            continue;
        }
        if right.kind == RightType::Ips || right.kind == RightType::CheckIp && *want == OFF {
            if *want != rest {
                lines.push((right.slug.to_owned(), word(want)));
                continue;
            }
            return None;
        }
        lines.push((right.slug.to_owned(), word(want)));
    }
    Some(lines)
}

/// A value as a line says it.
pub(super) fn word(value: &Value) -> Yaml {
    let number = |number: &dyn std::fmt::Display| Yaml::Plain(number.to_string());
    match value {
        Value::Switch(true) => Yaml::from("allow"),
        Value::Switch(false) => Yaml::from("deny"),
        Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => {
            Yaml::from("all")
        }
        Value::Days(Days::Last(days)) => number(days),
        Value::One(One::Myself) => Yaml::from("self"),
        Value::One(One::Only(Item::Id(id))) => number(id),
        Value::One(One::Only(Item::Name(name))) => Yaml::from(&**name),
        Value::Items(Items::Only(items)) => {
            let ids = items.iter().map(|item| match item {
                Item::Id(id) => Some(number(id)),
                Item::Name(_) => None,
            });
            match ids.collect::<Option<Vec<Yaml>>>() {
                Some(ids) => Yaml::pair("ids", Yaml::List(ids)),
                None => Yaml::texts(items.iter().map(|item| match item {
                    Item::Name(name) => &**name,
                    Item::Id(_) => "",
                })),
            }
        }
        Value::Text(text) if text.is_empty() => Yaml::from("all"),
        Value::Text(text) => Yaml::texts(
            text.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
                .filter(|part| !part.is_empty()),
        ),
    }
}

/// `plus` and `minus` of one system, as an assignment has them.
pub(super) fn words(
    catalog: &Catalog,
    system: &str,
    difference: &Difference,
) -> Vec<(String, Yaml)> {
    let mut words = Vec::new();
    if !difference.plus.is_empty() {
        let plus = difference.plus.iter();
        let plus = plus.map(|(id, value)| (catalog.get(*id).slug.to_owned(), word(value)));
        words.push((
            "plus".to_owned(),
            Yaml::pair(system, Yaml::Map(plus.collect())),
        ));
    }
    if !difference.minus.is_empty() {
        let minus = difference.minus.iter().map(|id| catalog.get(*id).slug);
        words.push(("minus".to_owned(), Yaml::pair(system, Yaml::texts(minus))));
    }
    words
}
