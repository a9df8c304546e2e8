//! Why not one candidate answers a requirement.

use std::sync::Arc;

use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::{Operator, VersionSpecifiers};
use tilsit_packaging::version::Version;

use super::Hint;
use super::words::{self, and};
use crate::facts::{Presence, ProjectFacts, Refusal, admits};
use crate::policy::Policy;
use crate::question::Unusable;

/// Why no candidate answers the requirement, as the rest of a sentence; and what may help.
pub(crate) fn why(
    policy: &Policy,
    facts: &ProjectFacts,
    requirement: &Requirement,
    hints: &mut Vec<Hint>,
) -> String {
    let name = requirement.name.clone();
    if let RequirementSource::Url(url) = &requirement.source {
        return why_url(policy, facts, requirement, url);
    }
    match &facts.presence {
        Presence::NotFound => {
            hints.push(Hint::NoSuchProject { name: name.clone() });
            format!("there is no project named `{name}`")
        }
        Presence::Forbidden(text) => {
            hints.push(Hint::AccessRefused {
                name: name.clone(),
                words: text.clone(),
            });
            format!("access to `{name}` was refused ({text})")
        }
        Presence::Unavailable(text) => {
            hints.push(Hint::NotLookedUp {
                name: name.clone(),
                words: text.clone(),
            });
            format!("`{name}` could not be looked up ({text})")
        }
        Presence::UrlOnly => why_not_behind_url(policy, facts, requirement),
        Presence::Found => why_found(policy, facts, requirement, hints),
    }
}

fn why_url(policy: &Policy, facts: &ProjectFacts, requirement: &Requirement, url: &str) -> String {
    if let Some((_, reason)) = facts.refused_urls.iter().find(|(other, _)| &**other == url) {
        return format!("what is there {}", words::unusable(reason, false));
    }
    match policy.user_url(&requirement.name) {
        Some((line, other)) if other != url => {
            let name = &requirement.name;
            match line.origin.as_str() {
                "" => format!("you take `{name}` from `{other}`"),
                origin => format!("you take `{name}` from `{other}` ({origin})"),
            }
        }
        _ => match facts.refused.first() {
            Some((version, refusal)) => {
                let mut unused = Vec::new();
                refused(policy, requirement, &[version], refusal, &mut unused)
            }
            None => "nothing that can be used is there".to_owned(),
        },
    }
}

fn why_not_behind_url(policy: &Policy, facts: &ProjectFacts, requirement: &Requirement) -> String {
    let name = &requirement.name;
    let url = policy.user_url(name).map_or("", |(_, url)| url);
    if let Some(candidate) = facts.usable.first() {
        return format!("`{url}` is `{name}` {}", candidate.version);
    }
    match facts.refused_urls.first() {
        Some((_, reason)) => format!("`{url}` {}", words::unusable(reason, false)),
        None => format!("`{name}` is taken from `{url}`"),
    }
}

/// The project has versions: none is admitted, or each that is admitted is refused.
fn why_found(
    policy: &Policy,
    facts: &ProjectFacts,
    requirement: &Requirement,
    hints: &mut Vec<Hint>,
) -> String {
    let name = &requirement.name;
    let in_range: Vec<&(Version, Refusal)> = facts
        .refused
        .iter()
        .filter(|(version, _)| admits(requirement, version))
        .collect();
    if in_range.is_empty() {
        let mut all: Vec<&Version> = facts.usable.iter().map(|usable| &usable.version).collect();
        all.extend(facts.refused.iter().map(|(version, _)| version));
        all.sort();
        let versions = match all.as_slice() {
            [] => format!("`{name}` has no versions"),
            [only] => format!("the only version of `{name}` is {only}"),
            [.., newest] if all.len() > 6 => format!(
                "`{name}` has no such version ({} versions, the newest is {newest})",
                all.len()
            ),
            _ => format!(
                "the versions of `{name}` are {}",
                and(all.iter().map(ToString::to_string).collect())
            ),
        };
        hints.extend(of_another_index(requirement, &all));
        return match near_miss(requirement, &all) {
            Some(why) => format!("{versions}, and {why}"),
            None => versions,
        };
    }
    if let Some(sentence) = other_pythons(policy, requirement, &in_range, hints) {
        return sentence;
    }
    let mut groups: Vec<(&Refusal, Vec<&Version>)> = Vec::new();
    for (version, refusal) in in_range.into_iter().rev() {
        match groups.iter_mut().find(|(other, _)| *other == refusal) {
            Some((_, versions)) => versions.insert(0, version),
            None => groups.push((refusal, vec![version])),
        }
    }
    let more = groups.len().saturating_sub(GROUPS_MAX);
    let mut parts: Vec<String> = groups
        .iter()
        .take(GROUPS_MAX)
        .map(|(refusal, versions)| refused(policy, requirement, versions, refusal, hints))
        .collect();
    if more > 0 {
        parts.push(format!("and {more} more such reasons"));
    }
    parts.join("; ")
}

/// The local version that is asked for, if there is the same version without it: such builds come
/// from an index of their own.
fn of_another_index(requirement: &Requirement, versions: &[&Version]) -> Option<Hint> {
    requirement.specifiers()?.iter().find_map(|specifier| {
        let wanted = specifier.version().filter(|version| version.is_local())?;
        let public = wanted.without_local();
        let is_there = versions.iter().any(|version| **version == public);
        is_there.then(|| Hint::LocalVersion {
            name: requirement.name.clone(),
            version: wanted.clone(),
        })
    })
}

/// What surprises about `>` and `<` (PEP 440, "exclusive ordered comparison"), if a version is
/// left out for that alone.
fn near_miss(requirement: &Requirement, versions: &[&Version]) -> Option<String> {
    requirement.specifiers()?.iter().find_map(|specifier| {
        let bound = specifier.version()?;
        let left_out = |is_beyond: fn(&Version, &Version) -> bool| {
            versions
                .iter()
                .any(|version| is_beyond(version, bound) && !specifier.contains(version))
        };
        match specifier.operator() {
            Operator::Greater if left_out(|version, bound| version > bound) => Some(format!(
                "`{specifier}` takes neither post-releases nor local versions of {bound}"
            )),
            Operator::Less if left_out(|version, bound| version < bound) => {
                Some(format!("`{specifier}` takes no pre-releases of {bound}"))
            }
            _ => None,
        }
    })
}

/// The sentence for versions that are all for other Pythons, and not all for the same.
fn other_pythons(
    policy: &Policy,
    requirement: &Requirement,
    in_range: &[&(Version, Refusal)],
    hints: &mut Vec<Hint>,
) -> Option<String> {
    let mut pythons: Vec<(&Version, &Arc<VersionSpecifiers>)> = Vec::new();
    for (version, refusal) in in_range.iter().rev() {
        let Refusal::Python(specifiers) = refusal else {
            return None;
        };
        if pythons.last().is_none_or(|(_, last)| *last != specifiers) {
            pythons.push((version, specifiers));
        }
    }
    if pythons.len() < 2 {
        return None;
    }
    let name = requirement.name.clone();
    let python = policy.scope.python_in_words();
    let mut parts: Vec<String> = pythons
        .iter()
        .take(GROUPS_MAX)
        .map(|(version, specifiers)| format!("{version} needs {specifiers}"))
        .collect();
    if pythons.len() > GROUPS_MAX {
        parts.push("so on".to_owned());
    }
    let sentence = format!("{python}, and `{name}` {}", and(parts));
    hints.push(Hint::OtherPython {
        name,
        requires_python: pythons[0].1.as_ref().clone(),
    });
    Some(sentence)
}

/// How many different reasons for the versions of one project are told.
const GROUPS_MAX: usize = 3;

/// Why these versions cannot be used, as a sentence; and what may help.
pub(crate) fn refused(
    policy: &Policy,
    requirement: &Requirement,
    versions: &[&Version],
    refusal: &Refusal,
    hints: &mut Vec<Hint>,
) -> String {
    let name = requirement.name.clone();
    let many = versions.len() > 1;
    let newest = versions.last().map(|&version| version.clone());
    let subject = format!("`{name}` {}", words::versions(versions));
    match refusal {
        Refusal::Python(requires_python) => {
            let need = if many { "need" } else { "needs" };
            hints.push(Hint::OtherPython {
                name,
                requires_python: requires_python.as_ref().clone(),
            });
            let python = policy.scope.python_in_words();
            format!("{subject} {need} Python {requires_python}, and {python}")
        }
        Refusal::Yanked(yanked) => {
            hints.extend(newest.map(|version| Hint::Yanked { name, version }));
            let are = if many { "are" } else { "is" };
            match &yanked.reason {
                Some(reason) if !reason.is_empty() => {
                    format!("{subject} {are} yanked (\u{201c}{reason}\u{201d})")
                }
                _ => format!("{subject} {are} yanked"),
            }
        }
        Refusal::Prerelease => {
            hints.extend(newest.map(|version| Hint::Prerelease { name, version }));
            let are = if many {
                "are pre-releases"
            } else {
                "is a pre-release"
            };
            format!("{subject} {are}, and those are not allowed")
        }
        Refusal::Constraint(index) => {
            let constraint = policy.constraints[*index].clone();
            let words = words::line(&constraint);
            hints.push(Hint::Constraint { name, constraint });
            format!("your constraint {words} excludes {subject}")
        }
        Refusal::Unusable(reason) => {
            hints.extend(hint_for(&name, reason));
            format!("{subject} {}", words::unusable(reason, many))
        }
    }
}

fn hint_for(name: &tilsit_packaging::name::ProjectName, reason: &Unusable) -> Option<Hint> {
    let name = name.clone();
    match reason {
        Unusable::NoMatchingWheel(_) => Some(Hint::OtherPlatform { name }),
        Unusable::BuildNotAllowed => Some(Hint::BuildNotAllowed { name }),
        Unusable::WheelNotAllowed => Some(Hint::WheelNotAllowed { name }),
        Unusable::TooNew(_) => Some(Hint::CutOff { name }),
        Unusable::NoUploadTime => Some(Hint::NoUploadTime { name }),
        Unusable::NoFiles | Unusable::NoMetadata(_) | Unusable::Other(_) => None,
    }
}
