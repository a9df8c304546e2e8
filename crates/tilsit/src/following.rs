//! What follows a change to a project: its lock is made to fit, and its environment the lock.

use std::path::Path;

use clap::Args;
use tilsit_build_frontend::Renewal;
use tilsit_packaging::name::ProjectName;
use tilsit_project::Workspace;
use tilsit_project::edit::List;
use tilsit_project::lock::Lock;
use tilsit_project::locks::script_lock;

use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::commands::sync::selecting::SelectionOptions;
use crate::commands::sync::{self, FixedOptions};
use crate::commands::version::member;
use crate::configuration::{Configuration, NamedIndex};
use crate::context::Context;
use crate::editing::Originals;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::locking::Locking;
use crate::projects::Project;
use crate::syncing::{self, Syncing};

/// How far a change goes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FollowOptions {
    /// Make the lock fit, and install nothing
    #[arg(long)]
    no_sync: bool,
    /// Fail if the lock would have to change
    #[arg(long, conflicts_with = "frozen")]
    locked: bool,
    /// Change the file alone: neither the lock nor the environment
    #[arg(long)]
    frozen: bool,
    /// Work on the active environment, and not on that of the project
    #[arg(long)]
    active: bool,
    /// Resolve and install with this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

impl FollowOptions {
    /// Whether nothing follows.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// The Python that is named.
    pub(crate) fn python(&self) -> Option<&str> {
        self.python.as_deref()
    }

    /// The index that is named last with `--index`.
    ///
    /// # Errors
    /// When it is not `NAME=URL`.
    pub(crate) fn named_index(&self) -> Result<Option<NamedIndex>, CommandError> {
        self.index.last_named()
    }

    /// What `--index` says last.
    pub(crate) fn typed_index(&self) -> Option<&str> {
        self.index.last_typed()
    }

    /// The same without what `--index` says, for a project that notes it.
    pub(crate) fn without_named_index(&self) -> Self {
        Self {
            index: self.index.without_named(),
            ..self.clone()
        }
    }

    /// The configuration with these options in front.
    ///
    /// # Errors
    /// When `--index` is not `NAME=URL`.
    pub(crate) fn over(&self, context: &Context) -> Result<Configuration, CommandError> {
        Ok(self.resolver.over(&self.index.over(context)?))
    }

    /// A script has no environment that is kept in step.
    ///
    /// # Errors
    /// When one is spoken of.
    pub(crate) fn refuse_for_scripts(&self) -> Result<(), CommandError> {
        if self.active {
            let message = "`--active` is about projects, and a script is none";
            return Err(CommandError::new(Code::Usage, message));
        }
        Ok(())
    }

    /// Makes the lock of a script fit again, if it has one and nothing forbids it.
    ///
    /// # Errors
    /// When it cannot be resolved, or the lock must not change and would have to.
    pub(crate) fn lock_script(
        &self,
        path: &Path,
        upgrade: &UpgradeOptions,
        originals: &mut Originals,
        context: &Context,
    ) -> Result<(), CommandError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let lock = script_lock(&file).map(|lock| path.with_file_name(lock));
        let is_there = match &lock {
            Some(lock) => tilsit_files::exists(lock)?,
            None => false,
        };
        if self.frozen || !is_there {
            return Ok(());
        }
        let project = Project::of_script(path, context)?;
        let configuration = self.over(&project.context)?;
        let build = self.build.read(context)?;
        let locking = Locking {
            no_deps: false,
            project: &project,
            configuration: &configuration,
            upgrade,
            build: &build,
            python: self.python(),
        };
        originals.keep(&project.lock_path())?;
        let fixed = FixedOptions {
            locked: self.locked,
            frozen: false,
        };
        sync::fitting(&locking, &fixed, false, context)?;
        Ok(())
    }
}

/// The folder of the pyproject.toml that has a list: of the member that is named or around, or of the
/// root, which may have groups without being a project.
///
/// # Errors
/// When there is no such member, or the root is no project itself.
pub(crate) fn folder_of<'w>(
    list: &List,
    named: Option<&ProjectName>,
    workspace: &'w Workspace,
    context: &Context,
) -> Result<&'w Path, CommandError> {
    let is_bare_root = named.is_none() && workspace.current.is_none();
    if is_bare_root && matches!(list, List::Group(_)) {
        return Ok(&workspace.root);
    }
    member(workspace, named, context).map(|member| member.folder.as_path())
}

/// What follows.
pub(crate) struct Following<'a> {
    /// How far.
    pub(crate) options: &'a FollowOptions,
    /// What else may change of the lock.
    pub(crate) upgrade: &'a UpgradeOptions,
    /// The member that is worked on.
    pub(crate) package: Option<&'a ProjectName>,
    /// The list that was changed.
    pub(crate) list: &'a List,
    /// Whether what the lock does not name is uninstalled.
    pub(crate) exact: bool,
}

impl Following<'_> {
    /// Reads the project anew, and makes its lock fit.
    ///
    /// # Errors
    /// When it cannot be resolved, or the lock must not change and would have to.
    pub(crate) fn lock(
        &self,
        originals: &mut Originals,
        context: &Context,
    ) -> Result<(Project, Lock), CommandError> {
        let project = Project::find(context)?;
        let configuration = self.options.over(&project.context)?;
        let build = self.options.build.read(context)?;
        let locking = Locking {
            no_deps: false,
            project: &project,
            configuration: &configuration,
            upgrade: self.upgrade,
            build: &build,
            python: self.options.python(),
        };
        originals.keep(&project.lock_path())?;
        let fixed = FixedOptions {
            locked: self.options.locked,
            frozen: false,
        };
        let lock = sync::fitting(&locking, &fixed, false, context)?;
        Ok((project, lock))
    }

    /// Makes the environment hold what the lock says, unless nothing is to be installed.
    ///
    /// # Errors
    /// When something cannot be had or built; the environment is then as it was.
    pub(crate) fn sync(
        &self,
        project: &Project,
        lock: &Lock,
        context: &Context,
    ) -> Result<(), CommandError> {
        if self.options.no_sync {
            return Ok(());
        }
        let configuration = self.options.over(&project.context)?;
        let build = self.options.build.read(context)?;
        let place = syncing::Place {
            python: self.options.python(),
            active: self.options.active,
            must_exist: false,
        };
        let environment = syncing::environment(project, place, context)?;
        let locked = installing::lock(&environment, context)?;
        let mut chosen = SelectionOptions::default().choose(&project.workspace)?;
        if let Some(package) = self.package {
            chosen.selection.members = vec![package.clone()];
        }
        // pipenv's categories are not installed by default, and stay if they are there.
        let is_pipenv = project.workspace.pipfile.is_some();
        if self.exact && is_pipenv {
            let groups = project.workspace.groups().into_iter();
            chosen.selection.groups = groups.cloned().collect();
        }
        // What was just added is to be there, whether its list is a usual one or not.
        match self.list {
            List::Extra(extra) if !self.exact => chosen.selection.extras.push(extra.clone()),
            List::Group(group) if !self.exact && !chosen.selection.groups.contains(group) => {
                chosen.selection.groups.push(group.clone());
            }
            _ => {}
        }
        let syncing = Syncing {
            project: Some(project),
            context: &project.context,
            root: &project.workspace.root,
            configuration: &configuration,
            lock,
            selection: &chosen.selection,
            omitted: &chosen.omitted,
            no_editable: false,
            inexact: !self.exact,
            only_removes: self.exact && is_pipenv,
            reinstall: Renewal::None,
            build: &build,
            bundle: None,
        };
        let mut change = syncing.plan(&environment)?;
        if !change.entries.is_empty() || !change.removed.is_empty() {
            change.apply(&locked, context)?;
        }
        sync::tell(&change, context);
        Ok(())
    }
}
