//! Calls of `VersionRange`.
//!
//! Theirs also carries texts for `===` and a policy for pre-releases; ours is the set of versions
//! alone. A call that involves texts is passed over, a policy where it changes the answer.

use serde_json::Value;
use tilsit_packaging::range::{Cut, VersionRange};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use super::specifier_calls::Item;
use super::{flag, list, same, text};

pub(super) fn replay(call: &str, observation: &Value) -> Option<Result<(), String>> {
    let known = [
        "to_range",
        "range_operation",
        "range_relation",
        "range_contains",
        "to_specifiers",
        "range_singleton",
    ];
    if !known.contains(&call) {
        return None;
    }
    if has_texts(observation) {
        return Some(Ok(()));
    }
    Some(match call {
        "to_range" => {
            let specifiers: VersionSpecifiers =
                text(observation, "specifiers").parse().expect("specifiers");
            same(
                &VersionRange::from(&specifiers),
                &range(&observation["result"]),
            )
        }
        "range_singleton" => {
            let version: Version = text(observation, "version").parse().expect("a version");
            same(
                &VersionRange::singleton(version),
                &range(&observation["result"]),
            )
        }
        "range_operation" => operation(observation),
        "range_relation" => relation(observation),
        "range_contains" => contains(observation),
        _ => spelled(observation),
    })
}

/// Whether a range in the call takes or refuses single texts.
fn has_texts(observation: &Value) -> bool {
    let right = observation
        .get("right")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let others = ["left", "result", "range"]
        .into_iter()
        .filter_map(|key| observation.get(key));
    right.chain(others).any(|side| {
        side.get("literals")
            .is_some_and(|literals| literals == true)
    })
}

fn range(value: &Value) -> VersionRange {
    list(value, "stretches")
        .iter()
        .map(|stretch| VersionRange::between(cut(&stretch[0], true), cut(&stretch[1], false)))
        .fold(VersionRange::empty(), |joined, stretch| {
            joined.union(&stretch)
        })
}

fn cut(value: &Value, is_lower: bool) -> Option<Cut> {
    let place = value.as_array()?;
    let version: Version = place[0]
        .as_str()
        .expect("a version")
        .parse()
        .expect("a version displays as one");
    let is_inclusive = place[2].as_bool().expect("a truth value");
    Some(match place[1].as_str().expect("a kind") {
        "AFTER_LOCALS" => Cut::after_locals(version),
        "AFTER_POSTS" => Cut::after_posts(version),
        _ if is_inclusive == is_lower => Cut::before(version),
        _ => Cut::after(version),
    })
}

fn operation(observation: &Value) -> Result<(), String> {
    let left = range(&observation["left"]);
    let right = list(observation, "right").first().map(range);
    let ours = match (text(observation, "operation"), right) {
        ("complement", _) => left.complement(),
        ("intersection", Some(right)) => left.intersection(&right),
        ("union", Some(right)) => left.union(&right),
        (_, Some(right)) => left.difference(&right),
        (operation, None) => panic!("`{operation}` has two sides"),
    };
    same(&ours, &range(&observation["result"]))
}

fn relation(observation: &Value) -> Result<(), String> {
    let relation = text(observation, "relation");
    let left = range(&observation["left"]);
    let right = list(observation, "right").first();
    let theirs = flag(observation, "result");
    let refuses = |side: &Value| side["policy"] == false;
    let Some(right_value) = right else {
        // Under a policy against pre-releases a range of them alone counts as empty there.
        return same(
            &(left.is_empty() || refuses(&observation["left"]) && !left.holds_a_release()),
            &theirs,
        );
    };
    let right = range(right_value);
    let by_policy = refuses(&observation["left"]) || refuses(right_value);
    let ours = match relation {
        "equal" => left == right,
        "is_subset" => left.is_subset_of(&right),
        "is_superset" => right.is_subset_of(&left),
        _ => left.is_disjoint(&right),
    };
    match (relation, ours, theirs) {
        // Equal sets may differ in policy, opt-ins and texts, which ours does not have.
        ("equal", true, false) => Ok(()),
        ("is_subset", false, true) if by_policy => {
            same(&left.difference(&right).holds_a_release(), &false)
        }
        ("is_superset", false, true) if by_policy => {
            same(&right.difference(&left).holds_a_release(), &false)
        }
        ("is_disjoint", false, true) if by_policy => {
            same(&left.intersection(&right).holds_a_release(), &false)
        }
        // Theirs knows texts beyond the versions: a full set with them is in none without.
        ("is_subset" | "is_superset", true, false) => same(
            &(observation["left"]["texts"] != right_value["texts"]),
            &true,
        ),
        ("is_disjoint", true, false) => same(
            &(observation["left"]["texts"] == true && right_value["texts"] == true),
            &true,
        ),
        _ => same(&ours, &theirs),
    }
}

fn contains(observation: &Value) -> Result<(), String> {
    let range_value = &observation["range"];
    let item = Item::new(&observation["item"]);
    let Some(version) = item.version() else {
        // Only a set that takes texts takes what is no version.
        return same(
            &(range_value["texts"] == true),
            &flag(observation, "result"),
        );
    };
    let asked = observation["prereleases"]
        .as_bool()
        .or_else(|| range_value["policy"].as_bool());
    let is_installed = observation["installed"] == true;
    let refused = asked == Some(false) && version.is_prerelease() && !is_installed;
    same(
        &(range(range_value).contains(&version) && !refused),
        &flag(observation, "result"),
    )
}

/// Theirs finds more spellings than ours looks for, and none where a policy cannot be spelled; so
/// each side's spelling must mean the range, and ours must have one where theirs is plain.
fn spelled(observation: &Value) -> Result<(), String> {
    let range_value = &observation["range"];
    let meant = range(range_value);
    let is_refusing = range_value["policy"] == false;
    if let Some(ours) = meant.to_specifiers() {
        same(&VersionRange::from(&ours), &meant)?;
    }
    let Some(theirs) = observation["result"].as_str() else {
        return Ok(());
    };
    let theirs: VersionSpecifiers = theirs.parse().map_err(|error| format!("{error}"))?;
    let theirs = VersionRange::from(&theirs);
    if is_refusing {
        let apart = theirs.difference(&meant).union(&meant.difference(&theirs));
        return same(&apart.holds_a_release(), &false);
    }
    same(&theirs, &meant)
}
