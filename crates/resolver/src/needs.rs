//! What a candidate requires: the requirements that apply here, overrides in place.

use std::sync::Arc;

use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};

use crate::candidate_set::Place;
use crate::facts::{Facts, Refusal};
use crate::options::Origin;
use crate::package::Package;
use crate::policy::{Policy, shared};
use crate::question::{Dependencies, Question, Release};
use crate::scope::{Cover, Scope};

/// A requirement that applies, and where the user wrote it if he did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Need {
    pub(crate) requirement: Arc<Requirement>,
    /// The place among the user's requirements, for those that are the user's own.
    pub(crate) line: Option<usize>,
    /// Where the user wrote it, for a requirement or an override of the user.
    pub(crate) origin: Option<Origin>,
    /// Where in the scope it applies; everywhere, for one environment.
    pub(crate) marker: Marker,
}

/// Why it is not known what a candidate requires.
#[derive(Debug)]
pub(crate) enum NoNeeds {
    /// It must be asked first.
    Unknown(Question),
    /// The candidate cannot be used.
    Refused(Refusal),
    /// The candidate can be used where the marker holds, and nowhere else in the scope.
    InPart(Marker),
}

/// The release that a place of a package stands for; `None` for the user.
pub(crate) fn release(facts: &Facts, package: &Package, place: Place) -> Option<Release> {
    let name = package.project()?;
    let candidate = &facts.project(name)?.usable[place.index as usize];
    Some(Release {
        name: name.clone(),
        version: candidate.version.clone(),
        url: candidate.url.clone(),
    })
}

/// What the candidate requires here. For an extra this is what the extra adds; that it requires
/// its own project is left to the caller.
pub(crate) fn needs(
    policy: &Policy,
    facts: &mut Facts,
    lines: &[usize],
    package: &Package,
    place: Place,
) -> Result<Vec<Need>, NoNeeds> {
    let Some(release) = release(facts, package, place) else {
        return Ok(user_needs(policy, lines));
    };
    let dependencies = match facts.dependencies(&release) {
        None => return Err(NoNeeds::Unknown(Question::Dependencies(release))),
        Some(dependencies) => Arc::clone(dependencies),
    };
    let metadata = match dependencies.as_ref() {
        Dependencies::Found(metadata) => metadata,
        Dependencies::Unusable(reason) => {
            return Err(NoNeeds::Refused(Refusal::Unusable(reason.clone())));
        }
    };
    let pythons = metadata.requires_python.as_deref();
    match policy.scope.python_cover(pythons) {
        Cover::All => {}
        Cover::Part(marker) => return Err(NoNeeds::InPart(marker)),
        Cover::Nothing => {
            let specifiers = metadata.requires_python.clone().unwrap_or_default();
            return Err(NoNeeds::Refused(Refusal::Python(specifiers)));
        }
    }
    let mut needs = Vec::new();
    if let Scope::One { .. } = policy.scope {
        for requirement in &metadata.requires {
            if let Some(marker) = policy.scope.condition(requirement, package.extra()) {
                let requirement = Arc::new(requirement.clone());
                push(policy, &mut needs, (&requirement, marker), None);
            }
        }
        return Ok(needs);
    }
    for (requirement, marker) in facts.conditions(&release, package.extra()).iter() {
        if policy.scope.cover(*marker) != Cover::Nothing {
            push(policy, &mut needs, (requirement, *marker), None);
        }
    }
    Ok(needs)
}

fn user_needs(policy: &Policy, lines: &[usize]) -> Vec<Need> {
    let mut needs = Vec::new();
    for &index in lines {
        let line = &policy.requirements[index];
        if let Some(marker) = policy.scope.condition(&line.requirement, None) {
            let wanted = (&policy.shared_requirements[index], marker);
            push(policy, &mut needs, wanted, Some((index, &line.origin)));
        }
    }
    needs
}

/// Adds a requirement, or the overrides that stand in its place.
fn push(
    policy: &Policy,
    needs: &mut Vec<Need>,
    (requirement, marker): (&Arc<Requirement>, Marker),
    line: Option<(usize, &Origin)>,
) {
    let mut overridden = false;
    for over in policy.overrides(&requirement.name) {
        overridden = true;
        let Some(condition) = policy.scope.condition(&over.requirement, None) else {
            continue;
        };
        let marker = marker.and(condition);
        if policy.scope.cover(marker) == Cover::Nothing {
            continue;
        }
        let mut instead = over.requirement.clone();
        for extra in &requirement.extras {
            if !instead.extras.contains(extra) {
                instead.extras.push(extra.clone());
            }
        }
        let need = Need {
            requirement: Arc::new(instead),
            line: line.map(|(index, _)| index),
            origin: Some(over.origin.clone()),
            marker,
        };
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    if !overridden {
        needs.push(Need {
            requirement: Arc::clone(requirement),
            line: line.map(|(index, _)| index),
            origin: line.map(|(_, origin)| origin.clone()),
            marker,
        });
    }
}

/// What must be asked before the requirement can be turned into a set of candidates.
pub(crate) fn open_questions(
    policy: &Policy,
    facts: &Facts,
    requirement: &Requirement,
    questions: &mut Vec<Question>,
) {
    let name = &requirement.name;
    let mut ask_url = |url: &str| {
        if !facts.knows_url(name, url) {
            add(questions, Question::Url(name.clone(), shared(url)));
        }
    };
    if let Some((_, url)) = policy.user_url(name) {
        ask_url(url);
        return;
    }
    if let RequirementSource::Url(url) = &requirement.source {
        ask_url(url);
    }
    if !facts.knows_versions(name) {
        add(questions, Question::Versions(ProjectName::clone(name)));
    }
}

fn add(questions: &mut Vec<Question>, question: Question) {
    if !questions.contains(&question) {
        questions.push(question);
    }
}
