//! What an installation breaks: requirements of installed projects that it meets no more. Only
//! what the change touches is looked at: older faults are `pip check`'s.

use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_index_client::SlimMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::context::Context;
use crate::installing::{Change, Installation};

/// Warns of the requirements that are not met, in pip's words.
pub(crate) fn warn(change: &Change, installation: &Installation<'_>, context: &Context) {
    if change.entries.is_empty() {
        return;
    }
    let markers = installation.environment.interpreter().marker_environment();
    let stays = |one: &&InstalledDistribution| !change.installs(&one.name);
    let kept: Vec<&InstalledDistribution> = installation.present.iter().filter(stays).collect();
    let version_of = |name: &ProjectName| {
        let mut new = change.plan.installs.iter();
        let new = new.find(|wheel| wheel.name == *name);
        let old = kept.iter().find(|one| one.name == *name);
        new.map(|wheel| &wheel.version)
            .or(old.map(|one| &one.version))
    };
    for distribution in &kept {
        let (path, _) = distribution.metadata_path();
        let Ok(bytes) = tilsit_files::read(path) else {
            continue;
        };
        let Ok(metadata) = SlimMetadata::parse(&bytes) else {
            continue;
        };
        let texts = metadata.requires_dist.iter();
        let requires = texts.filter_map(|text| text.parse::<Requirement>().ok());
        let requires: Vec<Requirement> = requires
            .filter(|requirement| requirement.marker.evaluate(markers, &[]))
            .collect();
        if !requires.iter().any(|one| change.installs(&one.name)) {
            continue;
        }
        for requirement in requires {
            let found = version_of(&requirement.name);
            if let Some(fault) = fault(distribution, &requirement, found) {
                context.terminal.warn(fault);
            }
        }
    }
}

/// What is wrong with what is there of a requirement, if anything is.
fn fault(
    distribution: &InstalledDistribution,
    requirement: &Requirement,
    found: Option<&Version>,
) -> Option<String> {
    let (name, version) = (&distribution.name, &distribution.version);
    let needed = &requirement.name;
    let Some(found) = found else {
        return Some(format!(
            "{name} {version} requires {needed}, which is not installed."
        ));
    };
    let specifiers = requirement.specifiers()?;
    (!specifiers.contains(found)).then(|| {
        format!(
            "{name} {version} requires {needed}{specifiers}, but you have {needed} {found} which \
             is incompatible."
        )
    })
}
