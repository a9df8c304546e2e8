//! Eighteen environments, and whether what a universal resolution selects is valid in each.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::marker::{EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::in_memory::Index;
use tilsit_resolver::{Answer, Dependencies, Metadata, Pin, Question, Resolution};

/// The minor versions of Python 3 that are tried.
pub(crate) const MINORS: [u32; 6] = [8, 9, 10, 11, 12, 13];

/// Linux, macOS and Windows with each of these Pythons.
pub(crate) fn environments(minors: &[u32]) -> Vec<MarkerEnvironment> {
    let systems = [
        ("linux", "posix", "Linux", "x86_64"),
        ("darwin", "posix", "Darwin", "arm64"),
        ("win32", "nt", "Windows", "AMD64"),
    ];
    let mut environments = Vec::new();
    for (sys_platform, os_name, platform_system, machine) in systems {
        for minor in minors {
            environments.push(
                MarkerEnvironment::new(EnvironmentValues {
                    implementation_name: "cpython".to_owned(),
                    implementation_version: format!("3.{minor}.4"),
                    os_name: os_name.to_owned(),
                    platform_machine: machine.to_owned(),
                    platform_python_implementation: "CPython".to_owned(),
                    platform_release: "1".to_owned(),
                    platform_system: platform_system.to_owned(),
                    platform_version: "1".to_owned(),
                    python_full_version: format!("3.{minor}.4"),
                    python_version: format!("3.{minor}"),
                    sys_platform: sys_platform.to_owned(),
                })
                .expect("an environment"),
            );
        }
    }
    environments
}

/// What is wrong with what the resolution selects in the environment, if anything.
pub(crate) fn fault(
    index: &Index,
    user: &[Requirement],
    resolution: &Resolution,
    environment: &MarkerEnvironment,
) -> Option<String> {
    let mut selected: BTreeMap<&ProjectName, &Pin> = BTreeMap::new();
    for pin in &resolution.pins {
        if pin.marker.evaluate(environment, &[])
            && let Some(other) = selected.insert(&pin.name, pin)
        {
            return Some(format!(
                "both {} and {} of {}",
                other.version, pin.version, pin.name
            ));
        }
    }
    let mut reached: BTreeSet<(ProjectName, Option<ExtraName>)> = BTreeSet::new();
    let mut open: Vec<Requirement> = user
        .iter()
        .filter(|requirement| requirement.marker.evaluate(environment, &[]))
        .cloned()
        .collect();
    while let Some(requirement) = open.pop() {
        let Some(pin) = selected.get(&requirement.name) else {
            return Some(format!("`{requirement}` is not answered"));
        };
        if let RequirementSource::Specifiers(specifiers) = &requirement.source
            && !specifiers.contains(&pin.version)
        {
            return Some(format!("`{requirement}` is answered by {}", pin.version));
        }
        let metadata = metadata(index, pin);
        if !python_fits(metadata.requires_python.as_deref(), environment) {
            return Some(format!("{} {} is for others", pin.name, pin.version));
        }
        let extras = requirement.extras.iter().cloned().map(Some).chain([None]);
        for extra in extras {
            if reached.insert((pin.name.clone(), extra.clone())) {
                let extras: Vec<ExtraName> = extra.into_iter().collect();
                let applies = metadata
                    .requires
                    .iter()
                    .filter(|next| next.marker.evaluate(environment, &extras));
                open.extend(applies.cloned());
            }
        }
    }
    let unneeded = selected
        .keys()
        .find(|name| !reached.contains(&(ProjectName::clone(name), None)));
    unneeded.map(|name| format!("nothing requires {name}"))
}

/// Upper bounds do not count; see the resolver's own documentation.
fn python_fits(
    requires_python: Option<&VersionSpecifiers>,
    environment: &MarkerEnvironment,
) -> bool {
    let python = environment.python_full_version();
    requires_python.is_none_or(|specifiers| {
        specifiers
            .iter()
            .filter(|specifier| !specifier.operator().as_str().starts_with('<'))
            .all(|specifier| specifier.contains(python))
    })
}

fn metadata(index: &Index, pin: &Pin) -> Metadata {
    match index.answer(&Question::Dependencies(pin.release())) {
        Answer::Dependencies(_, Dependencies::Found(metadata)) => metadata,
        other => panic!("{other:?}"),
    }
}
