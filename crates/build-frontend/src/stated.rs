//! Metadata that the files of a source state, so that nothing is run: PKG-INFO, pyproject.toml, and what
//! setuptools would take from setup.cfg and setup.py ([`tilsit_dist::setuptools`]).
//!
//! The first two are promises (PEP 643, PEP 621). The third is none: it counts where setuptools builds
//! alone, and the wheel is held against it once it is built.

use std::collections::BTreeSet;
use std::sync::Arc;

use tilsit_index_client::SlimMetadata;
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use crate::building::Building;
use crate::error::BuildFailure;
use crate::frontend::BuildEvent;
use crate::source::Source;

const PKG_INFO: &str = "PKG-INFO";

impl Building<'_> {
    /// What the source says of itself for good.
    pub(crate) fn stated(&self) -> Result<Option<SlimMetadata>, BuildFailure> {
        let information = self.information()?;
        let found = if let Some(metadata) = information.filter(SlimMetadata::is_static) {
            Some((PKG_INFO, metadata))
        } else if self.project()?.is_held_to_it() {
            let project = self.project()?;
            project.metadata.clone().map(|it| (project.stated_by, it))
        } else {
            self.read_for_setuptools()?
        };
        let Some((file, metadata)) = found else {
            return Ok(None);
        };
        // A wish to stop is seen with the first output.
        let _ = self.frontend.tell(BuildEvent::Stated {
            project: &self.work.shown,
            version: &metadata.version,
            file,
        });
        Ok(Some(metadata))
    }

    /// PKG-INFO of an archive. In a folder of the user it may be left over from anything.
    fn information(&self) -> Result<Option<SlimMetadata>, BuildFailure> {
        let tree = self.tree()?;
        if !matches!(self.work.source, Source::Sdist(_) | Source::Archive(_)) {
            return Ok(None);
        }
        let bytes = tilsit_files::read(tree.join(PKG_INFO)).ok();
        Ok(bytes.and_then(|bytes| SlimMetadata::parse(&bytes).ok()))
    }

    /// What setup.cfg or setup.py says, where setuptools reads it alone and is told nothing else: in an
    /// environment of its own, without settings, and of the release that an sdist says it is.
    fn read_for_setuptools(&self) -> Result<Option<(&'static str, SlimMetadata)>, BuildFailure> {
        let project = self.project()?;
        let Some(metadata) = project
            .metadata
            .as_ref()
            .filter(|_| !project.is_held_to_it())
        else {
            return Ok(None);
        };
        let isolation = &self.frontend.options().isolation;
        let is_alone = self.settings().is_empty() && isolation.includes(self.work.name().as_ref());
        let before = self.information()?;
        let is_same = before.is_none_or(|before| release(&before) == release(metadata));
        Ok((is_alone && is_same).then(|| (project.stated_by, metadata.clone())))
    }

    /// Holds the metadata of a wheel against what was read of its tree, where nobody promised anything.
    /// Where it requires something else, that is told, and it is believed from now on.
    pub(crate) fn check_stated(&self, built: &CoreMetadata) -> Result<(), BuildFailure> {
        let Some((file, stated)) = self.read_for_setuptools()? else {
            return Ok(());
        };
        let bytes = built.to_bytes();
        let Ok(metadata) = SlimMetadata::parse(&bytes) else {
            return Ok(());
        };
        if needs(&stated) == needs(&metadata) {
            return Ok(());
        }
        // A wish to stop is seen with the first output.
        let _ = self.frontend.tell(BuildEvent::Contradicted {
            project: &self.work.shown,
            file,
        });
        if let Some(entry) = self.entry()? {
            entry.keep_metadata(&bytes)?;
        }
        if let Source::Sdist(file) = &self.work.source {
            let client = self.frontend.client();
            client.keep_metadata(file, Arc::new(metadata));
        }
        Ok(())
    }
}

fn release(metadata: &SlimMetadata) -> Option<(ProjectName, Version)> {
    let name = metadata.name.parse().ok()?;
    Some((name, metadata.version.parse().ok()?))
}

/// What something requires, in the one way in which it can be compared: a set of requirements, of which
/// each has a set of specifiers.
fn needs(metadata: &SlimMetadata) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let requirements = metadata.requires_dist.iter().map(|text| {
        let mut requirement = text.parse::<Requirement>().ok()?;
        let specifiers = match &requirement.source {
            RequirementSource::Specifiers(specifiers) => each(specifiers),
            RequirementSource::Url(_) => return Some(requirement.to_string()),
        };
        requirement.source = RequirementSource::Specifiers(VersionSpecifiers::default());
        Some(format!("{requirement} {specifiers:?}"))
    });
    let pythons = match &metadata.requires_python {
        Some(text) => each(&text.parse().ok()?),
        None => BTreeSet::new(),
    };
    Some((requirements.collect::<Option<_>>()?, pythons))
}

fn each(specifiers: &VersionSpecifiers) -> BTreeSet<String> {
    specifiers.iter().map(ToString::to_string).collect()
}
