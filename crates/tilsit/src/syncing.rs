//! From a lock to an environment that holds exactly what the lock says for it. Selecting is
//! [`tilsit_project::lock`]'s, planning and applying are [`tilsit_installer`]'s.

mod current;
mod place;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::{Environment, Interpreter};
use tilsit_index_client::Refresh;
use tilsit_installer::LinkMode;
use tilsit_packaging::name::{GroupName, ProjectName};
use tilsit_packaging::pylock::{Selected, SelectedSource};
use tilsit_packaging::version::Version;
use tilsit_project::Workspace;
use tilsit_project::bundle::Bundle;
use tilsit_project::lock::{Lock, Selection, pins};
use tilsit_provider::{Pin, Resolution, Sources};
use tilsit_resolver::Preferences;

use crate::building::BuildSettings;
use crate::commands::pip::sync::SEEDS;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::indexes;
use crate::installing::{self, Change, Installation};
use crate::policies::Rules;
use crate::projects::Project;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question, Resolved};

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
    /// The bundle that everything is taken from, and the folder that it is unpacked to.
    pub(crate) bundle: Option<(&'a Bundle, &'a Path)>,
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
        let interpreter = environment.interpreter();
        let selected = self.select(interpreter)?;
        let wanted = self.wanted(&selected)?;
        let mut pinned = self.pins(&selected, interpreter)?;
        let reinstall = self.reinstalled(&selected);
        let is_to_come =
            |pin: &Pin| reinstall.includes(&pin.name) || !current::is_there(pin, &present, &wanted);
        let names: BTreeSet<ProjectName> = pinned.iter().map(|pin| pin.name.clone()).collect();
        let all = pinned.len();
        pinned.retain(|pin| !self.only_removes && is_to_come(pin));
        let extra = self.extraneous(&names, &present);
        let resolved = self.resolved(pinned, &wanted, interpreter)?;
        let rules = self.project.map(Rules::of);
        if let Some(rules) = &rules {
            let allowed = self.allowed(&resolved.sources, interpreter)?;
            rules.check(&selected, &allowed)?;
        }
        let coming = resolved.resolution.pins.len();
        let installation = Installation {
            environment,
            present: &present,
            resolved: &resolved,
            hashes: &BTreeMap::new(),
            reinstall,
            link_mode: self.link_mode()?,
            compile: installing::compiles(self.configuration)?,
        };
        let mut change = installation.plan_removing(&extra, context)?;
        change.unchanged = all - coming;
        if let Some(rules) = &rules {
            rules.check_licenses(&selected, &change, environment)?;
        }
        Ok(change)
    }

    /// Holds the licences of what is to be placed against the policy of the project.
    ///
    /// # Errors
    /// When one is not among those that are allowed, or not known.
    pub(crate) fn check_licenses(
        &self,
        change: &Change,
        environment: &Environment,
    ) -> Result<(), CommandError> {
        let selected = self.select(environment.interpreter())?;
        match self.project.map(Rules::of) {
            Some(rules) => rules.check_licenses(&selected, change, environment),
            None => Ok(()),
        }
    }

    /// All that the lock says for a Python, whatever is there.
    ///
    /// # Errors
    /// When the lock is not for this Python, or names what is not allowed.
    pub(crate) fn all(&self, interpreter: &Interpreter) -> Result<Resolved, CommandError> {
        let selected = self.select(interpreter)?;
        self.found(&selected, interpreter)
    }

    /// What is selected, with all that is needed to have it, held against the policy of the project.
    ///
    /// # Errors
    /// When it is not allowed.
    pub(crate) fn found(
        &self,
        selected: &[Selected<'_>],
        interpreter: &Interpreter,
    ) -> Result<Resolved, CommandError> {
        let wanted = self.wanted(selected)?;
        let pinned = self.pins(selected, interpreter)?;
        let resolved = self.resolved(pinned, &wanted, interpreter)?;
        if let Some(project) = self.project {
            let allowed = self.allowed(&resolved.sources, interpreter)?;
            Rules::of(project).check(selected, &allowed)?;
        }
        Ok(resolved)
    }

    /// The sources with the limits of the policy. Of a bundle nothing is fetched, and still its lock says
    /// where everything came from.
    fn allowed<'s>(
        &self,
        sources: &'s Sources,
        interpreter: &Interpreter,
    ) -> Result<Cow<'s, Sources>, CommandError> {
        let policy = self
            .project
            .map(|project| &project.workspace.settings.policy);
        let policy = policy.filter(|policy| !policy.indexes.is_empty() && self.bundle.is_some());
        let (Some(policy), Some(project)) = (policy, self.project) else {
            return Ok(Cow::Borrowed(sources));
        };
        let configuration = &project.context.configuration;
        let mut sources = indexes::choose(configuration, interpreter, None, self.context)?;
        sources.limits = indexes::limits(policy, configuration, &sources, self.context)?;
        Ok(Cow::Owned(sources))
    }

    /// The pins of what is selected.
    fn pins(
        &self,
        selected: &[Selected<'_>],
        interpreter: &Interpreter,
    ) -> Result<Vec<Pin>, CommandError> {
        let Some((bundle, folder)) = self.bundle else {
            return pins(selected, self.root)
                .map_err(|error| CommandError::from_error(Code::LockInvalid, &error));
        };
        Ok(bundle.unpack(selected, &interpreter.tags(), folder)?)
    }

    /// What is installed again although it is there: also what a bundle has of folders and repositories,
    /// which may be another thing in the same version.
    fn reinstalled(&self, selected: &[Selected<'_>]) -> Renewal {
        let may_differ = selected.iter().filter(|one| {
            matches!(
                one.source,
                SelectedSource::Directory(_) | SelectedSource::Vcs(_)
            )
        });
        let mut names: BTreeSet<ProjectName> = match (&self.reinstall, self.bundle) {
            (Renewal::All, _) | (_, None) => return self.reinstall.clone(),
            (Renewal::None, Some(_)) => BTreeSet::new(),
            (Renewal::Only(names), Some(_)) => names.clone(),
        };
        names.extend(may_differ.map(|one| one.package.name.clone()));
        Renewal::Only(names)
    }

    /// Pins with all that is needed to have them.
    fn resolved(
        &self,
        pins: Vec<Pin>,
        wanted: &Wanted,
        interpreter: &Interpreter,
    ) -> Result<Resolved, CommandError> {
        let question = Question {
            preferences: Preferences::default(),
            configuration: self.configuration,
            interpreter,
            elsewhere: Elsewhere::default(),
            no_deps: true,
            refresh: Refresh::No,
            installed: BTreeMap::new(),
            pages_only: false,
            wanted,
        };
        let resolution = Resolution {
            pins,
            forks: Vec::new(),
            statuses: Vec::new(),
            notices: Vec::new(),
        };
        let mut resolved = resolving::without_resolving(&question, resolution, self.context)?;
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
        Ok(resolved)
    }

    /// What the lock says for a Python.
    fn select(&self, interpreter: &Interpreter) -> Result<Vec<Selected<'_>>, CommandError> {
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
        if let Some((bundle, _)) = self.bundle {
            selected.retain(|one| !bundle.manifest.omitted.contains(&one.package.name));
        }
        Ok(selected)
    }

    /// What the builder has to know: which folders are used as they stand.
    fn wanted(&self, selected: &[Selected<'_>]) -> Result<Wanted, CommandError> {
        let limits = ConstraintOptions::default();
        let mut wanted = Wanted::gather(&[], &[], &limits, self.context)?;
        // What builds need is held against the policy too.
        wanted.workspace = self.project.map(|project| project.workspace.clone());
        wanted.build = self.build.clone();
        wanted.build.rebuild = self.reinstall.clone();
        if self.no_editable || self.bundle.is_some() {
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
        let known = sources.all_indexes();
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
