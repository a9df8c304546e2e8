//! From a lock to an environment that holds exactly what the lock says for it. Selecting is
//! [`tilsit_project::lock`]'s, planning and applying are [`tilsit_installer`]'s.

mod current;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_index_client::Refresh;
use tilsit_installer::LinkMode;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::pylock::{Selected, SelectedSource};
use tilsit_packaging::version::Version;
use tilsit_project::Workspace;
use tilsit_project::lock::{Lock, Selection, pins};
use tilsit_provider::{Pin, Resolution, Sources};
use tilsit_resolver::Preferences;

use crate::building::BuildSettings;
use crate::commands::pip::sync::SEEDS;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change, Installation};
use crate::projects::Project;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question};

pub(crate) use place::{Place, environment};

/// What an environment is to hold, and how it gets there.
pub(crate) struct Syncing<'a> {
    /// The project; none where a lock is installed by its name.
    pub(crate) project: Option<&'a Project>,
    /// The world.
    pub(crate) context: &'a Context,
    /// The folder that paths of the lock start from.
    pub(crate) root: &'a Path,
    /// The settings, with the options of the command in front.
    pub(crate) configuration: &'a Configuration,
    /// The lock.
    pub(crate) lock: &'a Lock,
    /// What of it.
    pub(crate) selection: &'a Selection,
    /// What is left out of it.
    pub(crate) omitted: &'a Omitted,
    /// Folders are built and installed, and not used as they stand.
    pub(crate) no_editable: bool,
    /// What else is there may stay.
    pub(crate) inexact: bool,
    /// Nothing is installed: what is not in the lock goes, and that is all.
    pub(crate) only_removes: bool,
    /// What is installed again although it is there.
    pub(crate) reinstall: Renewal,
    /// How what must be built is built.
    pub(crate) build: &'a BuildSettings,
}

/// What is selected and yet not installed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Omitted {
    /// The project itself.
    pub(crate) project: bool,
    /// All members.
    pub(crate) workspace: bool,
    /// Single projects.
    pub(crate) names: Vec<ProjectName>,
}

impl Omitted {
    /// Whether a project is left out.
    pub(crate) fn includes(&self, name: &ProjectName, workspace: &Workspace) -> bool {
        let is_member = workspace.members.contains_key(name);
        let is_current = match &workspace.current {
            Some(current) => current == name,
            None => is_member,
        };
        (self.workspace && is_member) || (self.project && is_current) || self.names.contains(name)
    }
}

/// The groups that are wanted, from what was typed.
pub(crate) fn groups(
    workspace: &Workspace,
    with: &[GroupName],
    without: &[GroupName],
    no_defaults: bool,
) -> Vec<GroupName> {
    let mut groups = if no_defaults {
        Vec::new()
    } else {
        workspace.default_groups()
    };
    groups.extend(with.iter().cloned());
    groups.sort_unstable();
    groups.dedup();
    groups.retain(|group| !without.contains(group));
    groups
}

impl Syncing<'_> {
    /// Plans; changes nothing in the environment yet.
    ///
    /// # Errors
    /// When the lock is not for this environment, names what is not allowed, or a file cannot be had.
    pub(crate) fn plan(&self, environment: &Environment) -> Result<Change, CommandError> {
        let context = self.context;
        let present = installing::present(environment, context)?;
        let selected = self.select(environment)?;
        let wanted = self.wanted(&selected)?;
        let question = Question {
            preferences: Preferences::default(),
            configuration: self.configuration,
            interpreter: environment.interpreter(),
            elsewhere: Elsewhere::default(),
            no_deps: true,
            refresh: Refresh::No,
            installed: BTreeMap::new(),
            pages_only: false,
            wanted: &wanted,
        };
        let mut pinned = pins(&selected, self.root)
            .map_err(|error| CommandError::from_error(Code::LockInvalid, &error))?;
        let is_to_come = |pin: &Pin| {
            self.reinstall.includes(&pin.name) || !current::is_there(pin, &present, &wanted)
        };
        let names: BTreeSet<ProjectName> = pinned.iter().map(|pin| pin.name.clone()).collect();
        let all = pinned.len();
        pinned.retain(|pin| !self.only_removes && is_to_come(pin));
        let extra = self.extraneous(&names, &present);
        let resolution = Resolution {
            pins: pinned,
            forks: Vec::new(),
            statuses: Vec::new(),
            notices: Vec::new(),
        };
        let mut resolved = resolving::without_resolving(&question, resolution, context)?;
        self.check_indexes(&resolved.resolution.pins, &resolved.sources)?;
        for pin in &mut resolved.resolution.pins {
            // A folder without a version in the lock: only what builds it knows.
            if let Some(url) = pin.url.as_deref()
                && pin.version == Version::from_release(&[0])
            {
                let version = resolved.frontend.metadata_at(url)?.version.parse();
                pin.version = version.unwrap_or_else(|_| pin.version.clone());
            }
        }
        let coming = resolved.resolution.pins.len();
        let installation = Installation {
            environment,
            present: &present,
            resolved: &resolved,
            hashes: &BTreeMap::new(),
            reinstall: self.reinstall.clone(),
            link_mode: self.link_mode()?,
            compile: installing::compiles(self.configuration)?,
        };
        let mut change = installation.plan_removing(&extra, context)?;
        change.unchanged = all - coming;
        Ok(change)
    }

    /// What the lock says for the environment.
    fn select(&self, environment: &Environment) -> Result<Vec<Selected<'_>>, CommandError> {
        let interpreter = environment.interpreter();
        let (no_binary, _) = resolving::formats(self.configuration)?;
        let mut selected = self.lock.select(
            self.selection,
            interpreter.marker_environment(),
            &interpreter.tags(),
            &mut |name| no_binary.includes(name),
        )?;
        if let Some(project) = self.project {
            let workspace = &project.workspace;
            selected.retain(|one| !self.omitted.includes(&one.package.name, workspace));
        }
        Ok(selected)
    }

    /// What the builder has to know: which folders are used as they stand.
    fn wanted(&self, selected: &[Selected<'_>]) -> Result<Wanted, CommandError> {
        let limits = ConstraintOptions::default();
        let mut wanted = Wanted::gather(&[], &[], &limits, self.context)?;
        wanted.build = self.build.clone();
        wanted.build.rebuild = self.reinstall.clone();
        if self.no_editable {
            return Ok(wanted);
        }
        let editable = selected.iter().filter(|one| {
            matches!(one.source, SelectedSource::Directory(directory)
                if directory.editable == Some(true))
        });
        let editable: Vec<Selected<'_>> = editable.copied().collect();
        let editable = pins(&editable, self.root)
            .map_err(|error| CommandError::from_error(Code::LockInvalid, &error))?;
        let urls = editable.into_iter().filter_map(|pin| pin.url);
        wanted.editables = urls.map(|url| url.to_string()).collect();
        Ok(wanted)
    }

    /// What is there and not in the lock.
    fn extraneous<'p>(
        &self,
        names: &BTreeSet<ProjectName>,
        present: &'p [InstalledDistribution],
    ) -> Vec<&'p InstalledDistribution> {
        if self.inexact {
            return Vec::new();
        }
        let is_shared = self
            .project
            .is_some_and(|project| project.workspace.pipfile.is_some());
        // pipenv puts them into the environment that is shared with it, and leaves them there.
        let is_seed = |name: &ProjectName| is_shared && SEEDS.contains(&name.as_str());
        let others = present
            .iter()
            .filter(|one| !names.contains(&one.name) && !is_seed(&one.name));
        others.collect()
    }

    /// A lock says where files come from, and it is not the lock that decides whom a project trusts. One
    /// that is named by itself is trusted as a file of requirements is.
    fn check_indexes(&self, pins: &[Pin], sources: &Sources) -> Result<(), CommandError> {
        if self.project.is_none() {
            return Ok(());
        }
        let known = sources.indexes.iter().chain(sources.pins.values());
        let known: BTreeSet<&str> = known.map(|index| index.url().as_str()).collect();
        for pin in pins {
            let Some(index) = &pin.index else {
                continue;
            };
            if !known.contains(index.url().as_str()) {
                let (name, index) = (&pin.name, index.url());
                return Err(CommandError::new(
                    Code::LockRefused,
                    format!("the lock takes `{name}` from `{index}`, which is none of the indexes of this project"),
                )
                .hint("name it in `[[tool.tilsit.index]]` or with `--index` if you trust it"));
            }
        }
        Ok(())
    }

    fn link_mode(&self) -> Result<LinkMode, CommandError> {
        installing::link_mode_to_stay(self.configuration, self.context)
    }
}
