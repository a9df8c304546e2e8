//! From a project to its lock: what it asks for is resolved for all its environments, and what was
//! found is put together by [`tilsit_project::lock`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_files::{Durability, TemporaryFolder};
use tilsit_index_client::RemoteFile;
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::license::{LicenseExpression, StatedLicense};
use tilsit_project::import::{Pin as ForeignPin, lock_of};
use tilsit_project::inputs::{Inputs, fingerprint};
use tilsit_project::lock::{
    Answer, Assembly, Difference, Lock, LockError, Origins, fingerprint_of, license_of, set_license,
};
use tilsit_project::locks::{LockForm, LockKind};
use tilsit_project::sources::editables;
use tilsit_provider::{Pin, Sources};

use crate::building::{BuildOptions, BuildSettings};
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::commands::sync::{FixedOptions, fitting};
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::indexes;
use crate::policies::{self, Rules};
use crate::projects::{Project, WhichLock};
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question, Resolved};

/// What a lock is made with.
pub(crate) struct Locking<'a> {
    /// The project.
    pub(crate) project: &'a Project,
    /// The settings, with the options of the command in front.
    pub(crate) configuration: &'a Configuration,
    /// What may change of the lock that is there.
    pub(crate) upgrade: &'a UpgradeOptions,
    /// How what must be built is built.
    pub(crate) build: &'a BuildSettings,
    /// The Python that is named.
    pub(crate) python: Option<&'a str>,
    /// What is asked for is all that is wanted, and not what it needs in turn.
    pub(crate) no_deps: bool,
}

/// A lock, and how it came about.
pub(crate) struct Locked {
    /// The lock.
    pub(crate) lock: Lock,
    /// What it changes.
    pub(crate) difference: Difference,
    /// Its text.
    pub(crate) text: String,
    /// Whether the file has this text already.
    pub(crate) is_current: bool,
    /// How long it took.
    pub(crate) took: Duration,
}

/// What a command that reads the lock needs to make it fit.
#[derive(Args, Debug, Default)]
pub(crate) struct LockedOptions {
    #[command(flatten)]
    which: WhichLock,
    /// Resolve with this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

impl LockedOptions {
    /// The project, or the script, with the lock that is meant.
    ///
    /// # Errors
    /// When there is no such project, script or lock.
    pub(crate) fn project(&self, context: &Context) -> Result<Project, CommandError> {
        self.which.project(context)
    }

    /// The Python that is named.
    pub(crate) fn python(&self) -> Option<&str> {
        self.python.as_deref()
    }

    /// How what must be built is built.
    ///
    /// # Errors
    /// When an option has no meaning.
    pub(crate) fn build(&self, project: &Project) -> Result<BuildSettings, CommandError> {
        self.build.read(&project.context)
    }

    /// The settings of a project, with these options in front.
    ///
    /// # Errors
    /// When an option has no meaning.
    pub(crate) fn configuration(&self, project: &Project) -> Result<Configuration, CommandError> {
        let configuration = self.index.over(&project.context)?;
        Ok(self.resolver.over(&configuration))
    }

    /// The lock of a project: as it is, or made to fit and written.
    ///
    /// # Errors
    /// When it does not fit and must not change, or cannot be made.
    pub(crate) fn fitting(
        &self,
        project: &Project,
        fixed: &FixedOptions,
    ) -> Result<Lock, CommandError> {
        let locking = Locking {
            project,
            configuration: &self.configuration(project)?,
            upgrade: &UpgradeOptions::default(),
            build: &self.build.read(&project.context)?,
            python: self.python.as_deref(),
            no_deps: false,
        };
        fitting(&locking, fixed, false, &project.context)
    }
}

impl Locking<'_> {
    /// The lock that answers the project now: the one that is there if it does, else one that is made
    /// and not yet written.
    ///
    /// # Errors
    /// When the project cannot be resolved.
    pub(crate) fn lock(&self) -> Result<Locked, CommandError> {
        match self.project.workspace.lock_form() {
            LockForm::Pylock => self.lock_own(),
            LockForm::Pipenv(pipfile) => self.lock_pipfile(pipfile),
            LockForm::Poetry(poetry) => self.lock_poetry(poetry),
            LockForm::Uv => self.lock_uv(),
        }
    }

    /// The lock that is there, whatever the project says now.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or an index does not have what it names.
    pub(crate) fn frozen(&self) -> Result<Lock, CommandError> {
        let context = &self.project.context;
        let path = self.project.lock_path();
        let text = self.text()?;
        let text = text.ok_or_else(|| outdated(self.project, false, context))?;
        match self.project.workspace.lock_form() {
            LockForm::Pipenv(_) => return self.frozen_pipfile(&text),
            LockForm::Poetry(poetry) => return self.frozen_poetry(poetry, &text),
            LockForm::Uv => return self.frozen_uv(&text),
            LockForm::Pylock => {}
        }
        let lock = Lock::parse(&text, &path)?;
        if lock.is_edited {
            let shown = context.show(&path);
            context.terminal.warn(format_args!(
                "`{shown}` was changed by somebody else since it was written"
            ));
        }
        Ok(lock)
    }

    fn lock_own(&self) -> Result<Locked, CommandError> {
        let began = Instant::now();
        let text = self.text()?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        let inputs = self.project.inputs(&interpreter)?;
        let fingerprint = self.fingerprint(&inputs);
        let path = self.project.lock_path();
        let rules = Rules::of(self.project);
        if let Some(text) = &text
            && !self.upgrade.is_asked()
            && fingerprint_of(text) == Some(fingerprint.as_str())
        {
            let lock = Lock::parse(text, &path)?;
            if !rules.is_empty() {
                let sources = self.sources(&interpreter)?;
                rules.check_lock(&lock, &sources)?;
            }
            return Ok(Locked::current(lock, text, began));
        }
        let before = self.before(text.as_deref())?;
        let lock = self.resolve(&interpreter, &inputs, &fingerprint, before.as_ref());
        let lock = lock.map_err(|error| rules.advise(error))?;
        Ok(Locked::of(lock, before.as_ref(), text.as_deref(), began))
    }

    /// The lock that answers the project, made anew: the versions that another tool has pinned are kept
    /// where they can be.
    ///
    /// # Errors
    /// When the project cannot be resolved.
    pub(crate) fn lock_keeping(&self, pins: &[ForeignPin]) -> Result<Locked, CommandError> {
        let began = Instant::now();
        let text = self.text()?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        let inputs = self.project.inputs(&interpreter)?;
        let fingerprint = self.fingerprint(&inputs);
        let before = self.before(text.as_deref())?;
        let pinned = lock_of(pins, before.as_ref());
        let lock = self.resolve(&interpreter, &inputs, &fingerprint, Some(&pinned));
        let lock = lock.map_err(|error| Rules::of(self.project).advise(error))?;
        Ok(Locked::of(lock, before.as_ref(), text.as_deref(), began))
    }

    /// The lock that is there; none where a merge in it was not decided, so that it is made anew.
    fn before(&self, text: Option<&str>) -> Result<Option<Lock>, CommandError> {
        let path = self.project.lock_path();
        match text.map(|text| Lock::parse(text, &path)) {
            Some(Err(error @ LockError::Merge { .. })) => {
                let words = format!("{error}; it is made anew");
                self.project.context.terminal.warn(words);
                Ok(None)
            }
            Some(read) => {
                let read = read?;
                self.check_owner(&read, &path)?;
                Ok(Some(read))
            }
            None => Ok(None),
        }
    }

    /// A script and a lock with a name may come to the same file, and neither takes it from the other.
    fn check_owner(&self, before: &Lock, path: &Path) -> Result<(), CommandError> {
        let Some(own) = &before.own else {
            return Ok(());
        };
        let mine = match &self.project.workspace.lock {
            LockKind::Script(file) => Some(file),
            LockKind::Project | LockKind::Named(..) => None,
        };
        if own.script.as_ref() == mine {
            return Ok(());
        }
        let owner = match &own.script {
            Some(script) => format!("the script `{script}`"),
            None => "a project".to_owned(),
        };
        let shown = self.project.context.show(path);
        let message = format!("`{shown}` is the lock of {owner}");
        Err(CommandError::new(Code::LockRefused, message)
            .hint("give one of the two another name, or remove the file"))
    }

    /// The text of the lock that is there.
    pub(crate) fn text(&self) -> Result<Option<String>, CommandError> {
        read_text(&self.project.lock_path())
    }

    /// What all depends on that is not in the files of the project.
    fn fingerprint(&self, inputs: &Inputs) -> String {
        let said = |setting: fn(&crate::configuration::Settings) -> Option<String>| {
            self.configuration.first(setting).unwrap_or_default()
        };
        let settings = [
            said(|settings| settings.resolution.clone()),
            said(|settings| settings.prerelease.clone()),
            said(|settings| settings.exclude_newer.clone()),
            said(|settings| settings.pre.map(|pre| pre.to_string())),
        ];
        fingerprint(&self.project.workspace, inputs, &settings.join(" "))
    }

    /// Resolves, and puts what was found together.
    ///
    /// # Errors
    /// When the requirements cannot be met, or something cannot be locked.
    pub(crate) fn resolve(
        &self,
        interpreter: &Interpreter,
        inputs: &Inputs,
        fingerprint: &str,
        before: Option<&Lock>,
    ) -> Result<Lock, CommandError> {
        let (lock, _) = self.resolve_all(interpreter, inputs, fingerprint, before)?;
        Ok(lock)
    }

    /// The same, with what was found in each world.
    ///
    /// # Errors
    /// When the requirements cannot be met, or something cannot be locked.
    pub(crate) fn resolve_all(
        &self,
        interpreter: &Interpreter,
        inputs: &Inputs,
        fingerprint: &str,
        before: Option<&Lock>,
    ) -> Result<(Lock, Vec<Resolved>), CommandError> {
        let context = &self.project.context;
        let upgraded = self.upgrade.projects()?;
        let is_upgraded = |name: &str| upgraded.iter().any(|one| one.as_str() == name);
        let kept = before.filter(|_| !self.upgrade.upgrade);
        let editables = editables(&self.project.workspace);
        let editables = editables.into_iter().map(|(_, url)| url).collect();
        let mut wanted = Wanted::gather(&[], &[], &ConstraintOptions::default(), context)?;
        wanted.build = self.build.clone();
        wanted.build.rebuild = self.upgrade.renewal();
        wanted.workspace = Some(self.project.workspace.clone());
        wanted.editables.clone_from(&editables);
        let mut found: Vec<Resolved> = Vec::with_capacity(inputs.worlds.len());
        let mut origins = Origins::new();
        for world in &inputs.worlds {
            wanted.requirements.clone_from(&world.requirements);
            let mut universal = inputs.universal.clone();
            if let Some(lock) = kept {
                universal.environments = lock.environments(world.marker, &universal);
            }
            let kept = kept.map(|lock| lock.preferences(world.marker, &is_upgraded));
            let mut preferences = kept.unwrap_or_default();
            // What one world has chosen is good for the next.
            for pin in found.iter().flat_map(|before| &before.resolution.pins) {
                if pin.url.is_none() {
                    preferences.add(pin.name.clone(), pin.version.clone());
                }
            }
            let question = Question {
                preferences,
                configuration: self.configuration,
                interpreter,
                elsewhere: Elsewhere {
                    project: Some(universal),
                    ..Elsewhere::default()
                },
                no_deps: self.no_deps,
                refresh: self.upgrade.refresh(),
                installed: BTreeMap::new(),
                pages_only: false,
                wanted: &wanted,
            };
            let mut resolved = resolving::resolve(&question, context)?;
            self.look_up(&mut resolved, &mut origins)?;
            found.push(resolved);
        }
        let answers = inputs.worlds.iter().zip(&found);
        let answers: Vec<Answer<'_>> = answers
            .map(|(world, resolved)| Answer {
                world: world.marker,
                resolution: &resolved.resolution,
            })
            .collect();
        let assembly = Assembly {
            workspace: &self.project.workspace,
            inputs,
            answers: &answers,
            origins: &origins,
            editables: &editables,
            fingerprint,
        };
        let mut lock = assembly.lock()?;
        let rules = Rules::of(self.project);
        if let Some(first) = found.first() {
            rules.check_lock(&lock, &first.sources)?;
        }
        if rules.concern_licenses() {
            check_licenses(&mut lock, before, &found, &rules)?;
        }
        Ok((lock, found))
    }

    /// Where files come from, with the limits of the policy.
    pub(crate) fn sources(&self, interpreter: &Interpreter) -> Result<Sources, CommandError> {
        let context = &self.project.context;
        let mut sources = indexes::choose(self.configuration, interpreter, None, context)?;
        let policy = &self.project.workspace.settings.policy;
        sources.limits = indexes::limits(policy, self.configuration, &sources, context)?;
        Ok(sources)
    }

    /// Finds out what no index says: what stands at URLs, and the hashes of files without one.
    fn look_up(&self, resolved: &mut Resolved, origins: &mut Origins) -> Result<(), CommandError> {
        let members = &self.project.workspace.members;
        for pin in &mut resolved.resolution.pins {
            let is_member = |url: &str| {
                let member = members.get(&pin.name);
                member.is_some_and(|member| member.url() == url)
            };
            match pin.url.as_deref() {
                Some(url) if is_member(url) || origins.contains_key(url) => {}
                Some(url) if pin.file.is_wheel => {
                    let sha256 = self.sha256(&resolved.client, &pin.file.remote)?;
                    origins.insert(url.to_owned(), wheel_at(url, sha256));
                }
                Some(url) => {
                    if let Some(origin) = resolved.frontend.origin(pin)? {
                        origins.insert(url.to_owned(), origin);
                    }
                }
                None => self.add_hashes(&resolved.client, pin)?,
            }
        }
        Ok(())
    }

    fn add_hashes(
        &self,
        client: &tilsit_index_client::IndexClient,
        pin: &mut Pin,
    ) -> Result<(), CommandError> {
        if pin.files.is_empty() {
            pin.files.push(pin.file.clone());
        }
        for file in &mut pin.files {
            if file.remote.hashes.iter().next().is_none() {
                let sha256 = self.sha256(client, &file.remote)?;
                let added = file.remote.hashes.add("sha256", &sha256);
                added.map_err(|error| CommandError::from_error(Code::Bug, &error))?;
            }
        }
        Ok(())
    }

    /// The SHA-256 of a file, which has to be had for it.
    fn sha256(
        &self,
        client: &tilsit_index_client::IndexClient,
        file: &RemoteFile,
    ) -> Result<String, CommandError> {
        if let Some(sha256) = &file.hashes.sha256 {
            return Ok(sha256.to_string());
        }
        let context = &self.project.context;
        let folder = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
        let path = folder.path().join(&*file.name);
        let file = client.download(file, &path, &mut |_| context.interrupt.flow())?;
        Ok(file.sha256.to_string())
    }
}

impl Locked {
    /// The lock that is there, and fits.
    pub(crate) fn current(lock: Lock, text: &str, began: Instant) -> Self {
        Self {
            lock,
            difference: Difference::default(),
            text: text.to_owned(),
            is_current: true,
            took: began.elapsed(),
        }
    }

    /// A lock that was made, and is written as `new` in the form of another tool.
    pub(crate) fn foreign(
        lock: Lock,
        before: Option<&Lock>,
        (text, new): (Option<&str>, String),
        began: Instant,
    ) -> Self {
        let mut difference = Difference::between(before, &lock);
        // What locks of others do not say differs always.
        difference.changes.retain(|change| !change.is_detail);
        Self {
            difference,
            is_current: text == Some(new.as_str()),
            text: new,
            lock,
            took: began.elapsed(),
        }
    }

    fn of(lock: Lock, before: Option<&Lock>, text: Option<&str>, began: Instant) -> Self {
        let new = lock.to_toml();
        Self {
            difference: Difference::between(before, &lock),
            is_current: text == Some(new.as_str()),
            text: new,
            lock,
            took: began.elapsed(),
        }
    }

    /// Writes the lock; changes nothing when it is there already.
    ///
    /// # Errors
    /// When the file cannot be written; the one that was there stays then.
    pub(crate) fn write(&self, path: &Path) -> Result<(), CommandError> {
        if !self.is_current {
            tilsit_files::write_atomic(path, &self.text, Durability::Synced)?;
        }
        Ok(())
    }
}

/// Holds the licences of wheels against the policy, and notes them; those of what must be built first
/// are known when it is.
fn check_licenses(
    lock: &mut Lock,
    before: Option<&Lock>,
    found: &[Resolved],
    rules: &Rules<'_>,
) -> Result<(), CommandError> {
    let noted = before.into_iter().flat_map(|lock| &lock.pylock.packages);
    let noted: BTreeMap<_, LicenseExpression> = noted
        .filter_map(|one| Some(((&one.name, one.version.as_ref()?), license_of(one)?)))
        .collect();
    for package in &mut lock.pylock.packages {
        let Some(version) = package.version.clone() else {
            continue;
        };
        let noted = noted.get(&(&package.name, &version)).cloned();
        if let Some(license) = noted {
            let stated = StatedLicense::Expression(license.clone());
            rules.check_stated(&package.name, &version.to_string(), &stated)?;
            set_license(package, &license);
            continue;
        }
        let is_it = |pin: &&Pin| pin.name == package.name && pin.version == version;
        let pin = found.iter().find_map(|resolved| {
            let pin = resolved.resolution.pins.iter().find(is_it)?;
            Some((pin, &resolved.client))
        });
        let Some((pin, client)) = pin.filter(|(pin, _)| pin.file.is_wheel) else {
            continue;
        };
        // What cannot be had here is looked at before it is installed.
        let Ok(metadata) = client.whole_metadata(&pin.file.remote) else {
            continue;
        };
        let stated = policies::stated(&metadata);
        rules.check_stated(&package.name, &version.to_string(), &stated)?;
        if let Some(license) = stated.to_expression() {
            set_license(package, &license);
        }
    }
    Ok(())
}

fn wheel_at(url: &str, sha256: String) -> DirectUrl {
    DirectUrl {
        url: url.split('#').next().unwrap_or(url).to_owned(),
        origin: Origin::Archive {
            hashes: BTreeMap::from([("sha256".to_owned(), sha256)]),
        },
        subdirectory: None,
    }
}

/// The text of a lock; none where there is no file.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, CommandError> {
    match tilsit_files::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What is said where a lock does not fit and must not be changed.
pub(crate) fn outdated(project: &Project, is_there: bool, context: &Context) -> CommandError {
    let shown = context.show(&project.lock_path());
    let message = if is_there {
        let asker = project.words();
        format!("`{shown}` does not answer what {asker} asks for now")
    } else {
        format!("there is no lock `{shown}`")
    };
    CommandError::new(Code::LockOutdated, message)
        .hint(format!("`{}` makes it fit", project.lock_command(context)))
}
