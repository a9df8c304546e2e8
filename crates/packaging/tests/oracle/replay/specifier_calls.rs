//! Calls of `Specifier` and `SpecifierSet`.

use serde_json::Value;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::specifier::{Candidate, Prereleases, VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::Version;

use super::{both, flag, list, same, text};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    Some(match call {
        "Specifier" => both(
            text(observation, "text").parse::<VersionSpecifier>(),
            observation,
        )
        .map(drop),
        "SpecifierSet" => both(
            text(observation, "text").parse::<VersionSpecifiers>(),
            observation,
        )
        .map(drop),
        "contains" => contains(observation),
        "filter" => filter(observation),
        "names_prerelease" => same(
            &specifiers(observation, "specifiers").names_prerelease(),
            &flag(observation, "result"),
        ),
        "specifiers_equal" => same(
            &(specifiers(observation, "left") == specifiers(observation, "right")),
            &flag(observation, "result"),
        ),
        "specifiers_and" => {
            let joined = specifiers(observation, "left").and(&specifiers(observation, "right"));
            same(&joined, &specifiers(observation, "result"))
        }
        "specifiers_str" => {
            let shown = specifiers(observation, "specifiers").to_string();
            // Theirs keeps the spelling of each version, ours is in normal form.
            same(&shown, &specifiers(observation, "result").to_string())
        }
        "is_unsatisfiable" => unsatisfiable(observation),
        "specifiers_relation" => relation(observation),
        _ => return None,
    })
}

fn specifiers(observation: &Value, key: &str) -> VersionSpecifiers {
    text(observation, key)
        .parse()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The policy of the call, else that of the specifiers.
fn policy(observation: &Value) -> Prereleases {
    let given = observation.get("prereleases").and_then(Value::as_bool);
    match given.or_else(|| observation.get("own").and_then(Value::as_bool)) {
        Some(true) => Prereleases::Allow,
        Some(false) => Prereleases::Refuse,
        None => Prereleases::Default,
    }
}

/// A candidate as it is given: a version, or a text.
pub(super) enum Item {
    Version(Version),
    Text(String),
}

impl Item {
    pub(super) fn new(value: &Value) -> Self {
        match value.as_str() {
            Some(text) => Item::Text(text.to_owned()),
            None => Item::Version(
                text(value, "version")
                    .parse()
                    .expect("a version displays as one"),
            ),
        }
    }

    pub(super) fn candidate(&self) -> Candidate<'_> {
        match self {
            Item::Version(version) => Candidate::Version(version),
            Item::Text(text) => Candidate::Text(text),
        }
    }

    pub(super) fn version(&self) -> Option<Version> {
        match self {
            Item::Version(version) => Some(version.clone()),
            Item::Text(text) => text.parse().ok(),
        }
    }
}

fn contains(observation: &Value) -> Result<(), String> {
    let item = Item::new(&observation["item"]);
    let is_prerelease = item
        .version()
        .is_some_and(|version| version.is_prerelease());
    let policy = match observation.get("installed").and_then(Value::as_bool) {
        Some(true) if is_prerelease => Prereleases::Allow,
        _ => policy(observation),
    };
    let ours = specifiers(observation, "specifiers").contains_with(item.candidate(), policy);
    same(&ours, &flag(observation, "result"))
}

fn filter(observation: &Value) -> Result<(), String> {
    let items: Vec<Item> = list(observation, "items").iter().map(Item::new).collect();
    let kept = specifiers(observation, "specifiers").filter(
        0..items.len(),
        |place| items[*place].candidate(),
        policy(observation),
    );
    let theirs: Vec<usize> = list(observation, "result")
        .iter()
        .map(|place| usize::try_from(place.as_u64().expect("a place")).expect("a small number"))
        .collect();
    same(&kept, &theirs)
}

/// Ours asks whether the range is empty; `===` and a policy against pre-releases are looked at besides.
fn unsatisfiable(observation: &Value) -> Result<(), String> {
    let specifiers = specifiers(observation, "specifiers");
    let ours = match policy(observation) {
        Prereleases::Refuse => !specifiers.allows_a_release(),
        _ => !specifiers.is_satisfiable(),
    };
    same(&ours, &flag(observation, "result"))
}

fn relation(observation: &Value) -> Result<(), String> {
    let side = |key| VersionRange::from(&specifiers(observation, key));
    let (left, right) = (side("left"), side("right"));
    let ours = match text(observation, "relation") {
        "is_subset" => left.is_subset_of(&right),
        "is_superset" => right.is_subset_of(&left),
        _ => left.is_disjoint(&right),
    };
    same(&ours, &flag(observation, "result"))
}
