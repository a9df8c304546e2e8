//! From a solved search to the resolution: pins, and the edges between them.

use std::collections::BTreeMap;

use tilsit_packaging::name::ProjectName;

use crate::candidate_set::Place;
use crate::facts::Facts;
use crate::needs::needs;
use crate::package::Package;
use crate::policy::Policy;
use crate::resolution::{Notice, Pin, RequiredBy, Requirer, Resolution};
use crate::search::Search;

/// The resolution that the decisions of a solved search describe.
pub(crate) fn resolution(policy: &Policy, facts: &Facts, search: &Search) -> Resolution {
    let decisions: Vec<(&Package, Place)> = search.decisions().collect();
    let mut pins: BTreeMap<ProjectName, Pin> = BTreeMap::new();
    let mut notices = Vec::new();
    for &(package, place) in &decisions {
        if let Package::Project(name) = package {
            let candidate = &facts
                .project(name)
                .expect("a decided project was prepared")
                .usable[place.index as usize];
            let pin = Pin {
                name: name.clone(),
                version: candidate.version.clone(),
                url: candidate.url.clone(),
                extras: std::collections::BTreeSet::new(),
                required_by: Vec::new(),
            };
            if let Some(yanked) = &candidate.yanked {
                notices.push(Notice::Yanked {
                    release: pin.release(),
                    yanked: yanked.clone(),
                });
            }
            pins.insert(name.clone(), pin);
        }
    }
    for &(package, place) in &decisions {
        add_extra(facts, package, &mut pins, &mut notices);
        let needs = needs(policy, facts, search.lines(), package, place)
            .expect("what a decided candidate requires is known");
        for need in needs {
            let requirer = match (package, need.origin) {
                (Package::User, origin) => {
                    Requirer::User(origin.expect("a line of the user has an origin"))
                }
                (Package::Project(name), _) => Requirer::Project(name.clone(), None),
                (Package::Extra(name, extra), _) => {
                    Requirer::Project(name.clone(), Some(extra.clone()))
                }
            };
            if let Some(pin) = pins.get_mut(&need.requirement.name) {
                pin.required_by.push(RequiredBy {
                    requirer,
                    requirement: need.requirement,
                });
            }
        }
    }
    let mut pins: Vec<Pin> = pins.into_values().collect();
    for pin in &mut pins {
        pin.required_by.sort_by(|a, b| a.requirer.cmp(&b.requirer));
    }
    notices.sort_by_key(|notice| match notice {
        Notice::UnknownExtra { release, .. } | Notice::Yanked { release, .. } => release.clone(),
    });
    Resolution { pins, notices }
}

/// Notes the extra on the pin of its project, or that the release does not have it.
fn add_extra(
    facts: &Facts,
    package: &Package,
    pins: &mut BTreeMap<ProjectName, Pin>,
    notices: &mut Vec<Notice>,
) {
    let Package::Extra(name, extra) = package else {
        return;
    };
    let Some(pin) = pins.get_mut(name) else {
        return;
    };
    let release = pin.release();
    if facts
        .metadata(&release)
        .is_some_and(|metadata| metadata.provides_extra.contains(extra))
    {
        pin.extras.insert(extra.clone());
    } else {
        notices.push(Notice::UnknownExtra {
            release,
            extra: extra.clone(),
        });
    }
}
