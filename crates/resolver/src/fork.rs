//! Where a universal resolution divides its scope.
//!
//! As with uv, it does so where requirements of one project on another have different markers
//! (`a>=2; sys_platform == 'linux'` beside `a<2; sys_platform == 'darwin'`), and where a
//! requirement, or the release that would be chosen, is for newer Pythons only. Where that was not
//! enough, and a part of the world has no answer, the part is divided by the markers that its
//! conflict rests on: so there is an answer whenever each environment has one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::Operator;

use crate::needs::Need;
use crate::options::ResolutionMode;
use crate::package::Package;
use crate::policy::Policy;
use crate::scope::{Cover, Scope, oldest};

/// The parts of the scope in which the needs of one candidate are to be answered apart, the one to
/// begin with first; empty where they may be answered together.
pub(crate) fn by_needs(policy: &Policy, package: &Package, needs: &[Need]) -> Vec<Scope> {
    if matches!(policy.scope, Scope::One { .. }) {
        return Vec::new();
    }
    let mut by_project: BTreeMap<&ProjectName, Vec<Marker>> = BTreeMap::new();
    for need in needs {
        let markers = by_project.entry(&need.requirement.name).or_default();
        if markers.is_empty() {
            markers.extend(policy.partial_lines(&need.requirement.name, *package != Package::User));
        }
        markers.push(need.marker);
    }
    let mut parts = vec![policy.scope.clone()];
    for markers in by_project.values() {
        let first = markers[0];
        if markers.iter().all(|marker| *marker == first) && !raises_python(&policy.scope, first) {
            continue;
        }
        for &marker in markers {
            parts = parts
                .iter()
                .flat_map(|part| divided(part, marker))
                .collect();
        }
    }
    if parts.len() < 2 {
        return Vec::new();
    }
    in_order(policy, parts, needs)
}

/// The scope divided by where the marker holds and where it does not; empty if it is not divided.
pub(crate) fn by_marker(policy: &Policy, marker: Marker) -> Vec<Scope> {
    let parts = divided(&policy.scope, marker);
    if parts.len() < 2 {
        return Vec::new();
    }
    in_order(policy, parts, &[])
}

fn divided(scope: &Scope, marker: Marker) -> Vec<Scope> {
    match scope.cover(marker) {
        Cover::Nothing | Cover::All => vec![scope.clone()],
        Cover::Part(marker) => scope
            .narrowed(marker)
            .into_iter()
            .chain(scope.narrowed(marker.not()))
            .collect(),
    }
}

/// Whether the marker only holds for Pythons above the oldest of the scope.
fn raises_python(scope: &Scope, marker: Marker) -> bool {
    oldest(marker) > scope.oldest_python()
}

/// The newest Pythons first, since each is to have the newest releases; with the lowest versions
/// wanted the oldest Pythons. Then where more upper bounds apply, since what fits there may well fit
/// elsewhere.
fn in_order(policy: &Policy, mut parts: Vec<Scope>, needs: &[Need]) -> Vec<Scope> {
    let bounds = |part: &Scope| {
        let applies = |need: &&Need| {
            part.cover(need.marker) != Cover::Nothing && has_upper_bound(&need.requirement)
        };
        Reverse(needs.iter().filter(applies).count())
    };
    if policy.options.resolution == ResolutionMode::Lowest {
        parts.sort_by_cached_key(|part| (part.oldest_python(), bounds(part)));
    } else {
        parts.sort_by_cached_key(|part| (Reverse(part.oldest_python()), bounds(part)));
    }
    parts
}

fn has_upper_bound(requirement: &Requirement) -> bool {
    match &requirement.source {
        RequirementSource::Url(_) => true,
        RequirementSource::Specifiers(specifiers) => specifiers.iter().any(|specifier| {
            !matches!(
                specifier.operator(),
                Operator::Greater | Operator::GreaterEqual | Operator::NotEqual
            )
        }),
    }
}
