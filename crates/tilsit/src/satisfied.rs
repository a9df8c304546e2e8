//! Whether what is installed fulfils what is wanted already, so that nothing need be resolved.
//!
//! Reads the METADATA of those installed projects that the wish leads to, and nothing else. Where
//! it cannot be sure (a URL, whose file may have changed) it says no, and the resolver is asked.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_dist::dist_info::{InstalledDistribution, InstalledForm};
use tilsit_environment::Environment;
use tilsit_files::threads;
use tilsit_index_client::SlimMetadata;
use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::requirements::Wanted;

/// The installed projects that the wish leads to, if they fulfil it.
pub(crate) fn by_installed(
    wanted: &Wanted,
    environment: &Environment,
    present: &[InstalledDistribution],
    no_deps: bool,
) -> Option<BTreeSet<ProjectName>> {
    if !wanted.unnamed.is_empty() {
        return None;
    }
    let mut installed: BTreeMap<&ProjectName, &InstalledDistribution> = BTreeMap::new();
    for distribution in present {
        if installed.insert(&distribution.name, distribution).is_some() {
            // Twice there: the installation puts that right.
            return None;
        }
    }
    let mut check = Check {
        wanted,
        markers: environment.interpreter().marker_environment(),
        read: if no_deps {
            BTreeMap::new()
        } else {
            read_at_once(wanted, &installed)
        },
        installed,
        seen: BTreeSet::new(),
        projects: BTreeSet::new(),
        no_deps,
    };
    let mut waiting: Vec<(Requirement, Vec<ExtraName>)> = Vec::new();
    for root in &wanted.requirements {
        waiting.push((root.requirement.clone(), Vec::new()));
    }
    while let Some((requirement, extras)) = waiting.pop() {
        if !requirement.marker.evaluate(check.markers, &extras) {
            continue;
        }
        waiting.extend(check.requirement(&requirement)?);
    }
    Some(check.projects)
}

struct Check<'a> {
    wanted: &'a Wanted,
    markers: &'a MarkerEnvironment,
    installed: BTreeMap<&'a ProjectName, &'a InstalledDistribution>,
    /// What was read already: what projects require without extras, none where that is not sure.
    read: BTreeMap<&'a ProjectName, Option<Vec<Requirement>>>,
    /// What was looked at, with which extras.
    seen: BTreeSet<(ProjectName, Vec<ExtraName>)>,
    projects: BTreeSet<ProjectName>,
    no_deps: bool,
}

impl Check<'_> {
    /// What the requirement leads to in turn; none if it is not fulfilled.
    fn requirement(
        &mut self,
        requirement: &Requirement,
    ) -> Option<Vec<(Requirement, Vec<ExtraName>)>> {
        let found = *self.installed.get(&requirement.name)?;
        let limits = self.wanted.constraints.iter().map(|root| &root.requirement);
        let limits = limits.filter(|limit| {
            limit.name == requirement.name && limit.marker.evaluate(self.markers, &[])
        });
        for one in limits.chain([requirement]) {
            if !one.specifiers()?.contains(&found.version) {
                return None;
            }
        }
        let key = (requirement.name.clone(), requirement.extras.clone());
        if !self.seen.insert(key) {
            return Some(Vec::new());
        }
        self.projects.insert(requirement.name.clone());
        if self.no_deps {
            return Some(Vec::new());
        }
        let mut needs = Vec::new();
        let read = match &requirement.extras[..] {
            [] => self.read.remove(&requirement.name),
            _ => None,
        };
        for need in read.unwrap_or_else(|| requires(found, &requirement.extras))? {
            let overrides = self.wanted.overrides.iter().map(|root| &root.requirement);
            let mut overrides = overrides.filter(|one| one.name == need.name).peekable();
            if overrides.peek().is_none() {
                needs.push((need, requirement.extras.clone()));
            } else if need.marker.evaluate(self.markers, &requirement.extras) {
                needs.extend(overrides.map(|one| (one.clone(), Vec::new())));
            }
        }
        Some(needs)
    }
}

/// What those installed projects require that the wish names itself: of a file of pins all of them,
/// which are read on all threads.
fn read_at_once<'a>(
    wanted: &Wanted,
    installed: &BTreeMap<&'a ProjectName, &'a InstalledDistribution>,
) -> BTreeMap<&'a ProjectName, Option<Vec<Requirement>>> {
    let roots = wanted.requirements.iter().map(|root| &root.requirement);
    let named = roots.filter_map(|requirement| installed.get(&requirement.name).copied());
    let named: Vec<&InstalledDistribution> = named.collect();
    let read = threads::map(&named, |found| requires(found, &[]));
    named.iter().map(|found| &found.name).zip(read).collect()
}

/// What an installed project requires with these extras, if that is known for sure; what is for other
/// extras may be left out.
fn requires(found: &InstalledDistribution, extras: &[ExtraName]) -> Option<Vec<Requirement>> {
    if found.form != InstalledForm::DistInfo {
        let (metadata, findings) = found.metadata().ok()?;
        return findings.is_empty().then_some(metadata.requires_dist);
    }
    let (path, _) = found.metadata_path();
    let metadata = tilsit_files::read_start(path, SlimMetadata::is_enough).ok()?;
    let metadata = SlimMetadata::parse(&metadata).ok()?;
    if metadata.version.parse::<Version>().ok()? != found.version {
        return None;
    }
    let texts = metadata.requires_dist.iter();
    texts
        .filter(|text| !extras.is_empty() || !is_for_an_extra(text))
        .map(|text| text.parse().ok())
        .collect()
}

/// Whether a requirement is for an extra and nothing else, as backends write it: most of them are,
/// and need not be read further.
fn is_for_an_extra(text: &str) -> bool {
    let marker = text.rsplit_once(';').map_or("", |(_, marker)| marker);
    marker.contains("extra ==") && !marker.contains(" or ")
}
