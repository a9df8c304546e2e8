//! The lock of one environment that belongs to no project, as that of a tool: what was resolved for its
//! Python and platform, in the form that every installer takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tilsit_packaging::marker::{Marker, MarkerEnvironment, MarkerVariable};
use tilsit_packaging::pylock::Pylock;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_provider::Resolution;
use tilsit_resolver::{RootRequirement, Universal};

use super::{Answer, Assembly, AssemblyError, Origins};
use crate::inputs::Inputs;
use crate::settings::ProjectSettings;
use crate::workspace::Workspace;

/// What tells platforms apart.
const PLATFORM: [(&str, MarkerVariable); 3] = [
    ("implementation_name", MarkerVariable::ImplementationName),
    ("platform_machine", MarkerVariable::PlatformMachine),
    ("sys_platform", MarkerVariable::SysPlatform),
];

/// All that the lock of an environment is made of.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentLock<'a> {
    /// What was asked for.
    pub requirements: &'a [RootRequirement],
    /// What was found for it.
    pub resolution: &'a Resolution,
    /// What stands at URLs.
    pub origins: &'a Origins,
    /// The URLs of folders that are used where they are.
    pub editables: &'a BTreeSet<String>,
    /// The folder that the lock lies in.
    pub folder: &'a Path,
    /// The environment.
    pub markers: &'a MarkerEnvironment,
}

impl EnvironmentLock<'_> {
    /// The lock.
    ///
    /// # Errors
    /// When the hash or the origin of something is not known.
    pub fn lock(&self) -> Result<Pylock, AssemblyError> {
        let inputs = Inputs::of_requirements(self.requirements, self.universal());
        let workspace = Workspace {
            pipfile: None,
            poetry: None,
            root: self.folder.to_path_buf(),
            settings: ProjectSettings::default(),
            members: BTreeMap::new(),
            root_groups: BTreeMap::new(),
            current: None,
        };
        let answer = Answer {
            world: Marker::TRUE,
            resolution: self.resolution,
        };
        let assembly = Assembly {
            workspace: &workspace,
            inputs: &inputs,
            answers: &[answer],
            origins: self.origins,
            editables: self.editables,
            fingerprint: "",
        };
        let mut pylock = assembly.lock()?.pylock;
        pylock.default_groups.clear();
        Ok(pylock)
    }

    /// The Pythons and platforms like this one.
    fn universal(&self) -> Universal {
        let value = |variable| self.markers.value(variable).unwrap_or_default();
        let python = format!("=={}.*", value(MarkerVariable::PythonVersion));
        let python = python.parse::<VersionSpecifiers>();
        let parts = PLATFORM.iter().filter_map(|(name, variable)| {
            let text = format!("{name} == '{}'", value(*variable));
            text.parse::<Marker>().ok()
        });
        let platform = parts.fold(Marker::TRUE, Marker::and);
        Universal {
            requires_python: python.unwrap_or_default(),
            environments: vec![platform],
        }
    }
}
