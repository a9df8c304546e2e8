//! A shorter marker that agrees with another one wherever a third holds.
//!
//! This is "restrict" of Coudert and Madre (1990): where the third marker leaves a branch no
//! chance, its neighbour's answer serves as well, and a question whose answers then agree is not
//! asked.

use super::algebra::{self, Builder, Operation};
use super::diagram::{Branches, Key, Question};
use super::{Marker, algebra::stretches};
use crate::range::Cut;

/// Both are asked here; each branch is `(what the marker says, where the world is)`.
type Both = (Marker, Marker);

/// Markers that agree within the world become the same one.
pub(super) fn within(marker: Marker, world: Marker) -> Marker {
    Builder::unlimited(|builder| {
        let exact = builder.apply(Operation::And, marker, world);
        restrict(builder, exact, world)
    })
}

fn restrict(builder: &mut Builder, marker: Marker, world: Marker) -> Marker {
    let (Some(asked), Some(known)) = (marker.question(), world.question()) else {
        // Where the world is nothing, every marker agrees.
        return marker;
    };
    if let Some(&result) = builder.within.get(&(marker, world)) {
        return result;
    }
    let exact = builder.apply(Operation::And, marker, world);
    let result = if exact == world {
        Marker::TRUE
    } else if exact.is_false() {
        Marker::FALSE
    } else if known.key < asked.key {
        let targets = known.branches.targets().into_iter();
        let anywhere = targets.fold(Marker::FALSE, |anywhere, target| {
            builder.apply(Operation::Or, anywhere, target)
        });
        restrict(builder, marker, anywhere)
    } else if asked.key < known.key {
        builder.map(asked, |builder, target| restrict(builder, target, world))
    } else {
        join(builder, asked, known)
    };
    builder.within.insert((marker, world), result);
    result
}

fn join(builder: &mut Builder, asked: &Question, known: &Question) -> Marker {
    let key = asked.key.clone();
    match (&asked.branches, &known.branches) {
        (
            Branches::Versions {
                first,
                rest,
                otherwise,
            },
            Branches::Versions {
                first: world_first,
                rest: world_rest,
                otherwise: world_otherwise,
            },
        ) => {
            let otherwise = restrict(builder, *otherwise, *world_otherwise);
            let parts = common_stretches((*first, rest), (*world_first, world_rest));
            versions(builder, key, parts, otherwise)
        }
        (
            Branches::Texts { cases, otherwise },
            Branches::Texts {
                cases: world_cases,
                otherwise: world_otherwise,
            },
        ) => {
            let values = cases.iter().chain(world_cases.iter());
            let mut values: Vec<&str> = values.map(|(value, _)| &**value).collect();
            values.sort_unstable();
            values.dedup();
            let possible: Vec<(&str, Both)> = values
                .into_iter()
                .map(|value| {
                    let target = algebra::case(cases, *otherwise, value);
                    (
                        value,
                        (target, algebra::case(world_cases, *world_otherwise, value)),
                    )
                })
                .filter(|(_, (_, world))| !world.is_false())
                .collect();
            texts(builder, key, &possible, (*otherwise, *world_otherwise))
        }
        (
            Branches::Test { holds, fails },
            Branches::Test {
                holds: world_holds,
                fails: world_fails,
            },
        ) => {
            let [holds, fails] = [(*holds, *world_holds), (*fails, *world_fails)]
                .map(|(target, world)| restrict(builder, target, world));
            match (world_holds.is_false(), world_fails.is_false()) {
                (true, _) => fails,
                (_, true) => holds,
                _ => algebra::test(key, holds, fails),
            }
        }
        _ => unreachable!("the key decides the kind of branches"),
    }
}

/// Asks for a version, as far as the answers for the stretches that are possible differ.
fn versions(
    builder: &mut Builder,
    key: Key,
    parts: Vec<(Option<&Cut>, Both)>,
    otherwise: Marker,
) -> Marker {
    let mut kept: Vec<(Option<Cut>, Marker)> = Vec::new();
    for (start, (target, world)) in parts {
        if !world.is_false() {
            kept.push((start.cloned(), restrict(builder, target, world)));
        }
    }
    let first = kept.first().map_or(otherwise, |(_, target)| *target);
    let rest = kept
        .into_iter()
        .skip(1)
        .filter_map(|(start, target)| Some((start?, target)))
        .collect();
    algebra::versions(key, (first, rest, otherwise))
}

/// Asks for a text, as far as the answers for the values that are possible differ.
fn texts(
    builder: &mut Builder,
    key: Key,
    possible: &[(&str, Both)],
    (otherwise, world_otherwise): Both,
) -> Marker {
    let cases: Vec<(&str, Marker)> = possible
        .iter()
        .map(|(value, (target, world))| (*value, restrict(builder, *target, *world)))
        .collect();
    let rest = match cases.first() {
        // No other value is possible: what holds for all holds for others too.
        Some((_, first)) if world_otherwise.is_false() => {
            let all_agree = cases.iter().all(|(_, target)| target == first);
            if all_agree { *first } else { Marker::FALSE }
        }
        _ => restrict(builder, otherwise, world_otherwise),
    };
    let mut kept = Vec::new();
    for ((value, target), (_, (exact, world))) in cases.into_iter().zip(possible) {
        let exact = builder.apply(Operation::And, *exact, *world);
        if builder.apply(Operation::And, rest, *world) != exact {
            kept.push((value.into(), target));
        }
    }
    builder.texts(key, kept, rest)
}

/// The stretches in which neither marker changes, with where each begins.
fn common_stretches<'m>(
    marker: (Marker, &'m [(Cut, Marker)]),
    world: (Marker, &'m [(Cut, Marker)]),
) -> Vec<(Option<&'m Cut>, Both)> {
    let (marker, world): (Vec<_>, Vec<_>) = (
        stretches(marker.0, marker.1).collect(),
        stretches(world.0, world.1).collect(),
    );
    let (mut here, mut there) = (0, 0);
    let mut found = Vec::new();
    let mut start = None;
    loop {
        let ((_, end), target) = marker[here];
        let ((_, world_end), world_target) = world[there];
        found.push((start, (target, world_target)));
        let next = match (end, world_end) {
            (None, None) => return found,
            (Some(cut), None) | (None, Some(cut)) => cut,
            (Some(cut), Some(other)) => cut.min(other),
        };
        here += usize::from(end == Some(next));
        there += usize::from(world_end == Some(next));
        start = Some(next);
    }
}
