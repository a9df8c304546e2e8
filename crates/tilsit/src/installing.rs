//! From a resolution to a changed environment: what is there already stays, the rest is fetched
//! into the store, planned and applied. Planning and applying are [`tilsit_installer`]'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tilsit_build_frontend::{BuildFrontend, Obtained, Renewal};
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_files::{LockFile, LockKind};
use tilsit_installer::manifest::Manifest;
use tilsit_installer::plan::{Present, plan_beside};
use tilsit_installer::{
    Event, FetchEvent, InstallPlan, LinkMode, LockedEnvironment, PlanOptions, StoredWheel,
    WheelToInstall,
};
use tilsit_packaging::direct_url::DirectUrl;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirements_file::FileHash;
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;
use tilsit_resolver::Requirer;

use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::Wanted;
use crate::resolving::Resolved;
use crate::terminal::{DIM, ERROR, GOOD, WARNING};

/// What is to be installed, and how.
pub(crate) struct Installation<'a> {
    /// Where to.
    pub(crate) environment: &'a Environment,
    /// What is there already.
    pub(crate) present: &'a [InstalledDistribution],
    /// The resolution.
    pub(crate) resolved: &'a Resolved,
    /// The hashes that files must have; empty when none are asked for.
    pub(crate) hashes: &'a BTreeMap<ProjectName, Vec<FileHash>>,
    /// What is installed again although it is there in the same version.
    pub(crate) reinstall: Renewal,
    /// How files get into the environment.
    pub(crate) link_mode: LinkMode,
    /// Whether modules are compiled.
    pub(crate) compile: bool,
}

/// How files get into an environment.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct LinkOptions {
    /// How files get from the cache into the environment; `tree` links whole folders
    #[arg(long, value_name = "MODE", value_parser = ["clone", "hardlink", "copy", "tree"])]
    link_mode: Option<String>,
    /// Compile modules now, once in the cache, and not when they are first imported
    #[arg(
        long,
        visible_alias = "compile",
        overrides_with = "no_compile_bytecode"
    )]
    compile_bytecode: bool,
    /// Compile nothing, whatever the settings say
    #[arg(long, visible_alias = "no-compile")]
    no_compile_bytecode: bool,
}

impl LinkOptions {
    /// The configuration with these options in front.
    pub(crate) fn over(&self, configuration: &Configuration) -> Configuration {
        let compile = self.compile_bytecode || self.no_compile_bytecode;
        configuration.with_options(Settings {
            link_mode: self.link_mode.clone(),
            compile_bytecode: compile.then_some(self.compile_bytecode),
            ..Settings::default()
        })
    }
}

/// What will be, or was, done.
pub(crate) struct Change {
    /// Every step, as a value.
    pub(crate) plan: InstallPlan,
    /// What comes and goes, by name.
    pub(crate) entries: Vec<ChangeEntry>,
    /// Where what comes is from, if not from an index.
    pub(crate) direct_urls: BTreeMap<ProjectName, DirectUrl>,
    /// The SHA-256 of the wheels that come and were not built here.
    pub(crate) wheel_hashes: BTreeMap<ProjectName, String>,
    /// What goes and has no successor.
    pub(crate) removed: Vec<RemovedEntry>,
    /// How many projects are as they should be.
    pub(crate) unchanged: usize,
    /// How long it took.
    pub(crate) took: Duration,
    /// Until the plan is carried out, nothing is taken out of the store.
    _store_lock: Option<LockFile>,
}

/// A project that changes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangeEntry {
    name: ProjectName,
    version: String,
    /// The version that was there before.
    before: Option<String>,
}

/// A project that goes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RemovedEntry {
    name: String,
    version: String,
}

impl RemovedEntry {
    fn of(distribution: &InstalledDistribution) -> Self {
        Self {
            name: distribution.name.to_string(),
            version: distribution.version.to_string(),
        }
    }
}

/// Which link mode the settings ask for in an environment that stays.
///
/// # Errors
/// When it is none, or would link into a cache that goes.
pub(crate) fn link_mode_to_stay(
    configuration: &Configuration,
    context: &Context,
) -> Result<LinkMode, CommandError> {
    let mode = link_mode(configuration)?;
    if mode == LinkMode::Tree && context.has_passing_cache() {
        return Err(CommandError::new(
            Code::Usage,
            "`--link-mode tree` links into the cache, which `--no-cache` removes",
        )
        .hint("leave one of the two out, or use `--link-mode hardlink`"));
    }
    Ok(mode)
}

/// Which link mode the settings ask for in an environment that nobody else writes into: whole folders
/// can be links there.
///
/// # Errors
/// When it is none.
pub(crate) fn link_mode_of_ours(configuration: &Configuration) -> Result<LinkMode, CommandError> {
    let is_named = |settings: &Settings| settings.link_mode.clone();
    match configuration.first(is_named) {
        None if cfg!(unix) => Ok(LinkMode::Tree),
        _ => link_mode(configuration),
    }
}

/// Which link mode the settings ask for.
///
/// # Errors
/// When it is none.
pub(crate) fn link_mode(configuration: &Configuration) -> Result<LinkMode, CommandError> {
    let named = configuration.first(|settings| settings.link_mode.clone());
    match named.as_deref() {
        None => Ok(PlanOptions::default().link_mode),
        Some("clone") => Ok(LinkMode::Clone),
        Some("hardlink") => Ok(LinkMode::Hardlink),
        Some("copy") => Ok(LinkMode::Copy),
        Some("tree") => Ok(LinkMode::Tree),
        Some(other) => Err(CommandError::new(
            Code::ConfigurationInvalid,
            format!("`link-mode` is `{other}`, not `clone`, `hardlink`, `copy` or `tree`"),
        )),
    }
}

/// Whether modules are compiled. Folders that are linked as a whole are compiled unless the
/// settings forbid it: Python cannot add to them later.
///
/// # Errors
/// When the settings name no link mode.
pub(crate) fn compiles(configuration: &Configuration) -> Result<bool, CommandError> {
    let wished = configuration.first(|settings| settings.compile_bytecode);
    Ok(wished.unwrap_or(link_mode(configuration)? == LinkMode::Tree))
}

/// Keeps other processes from changing the environment.
///
/// # Errors
/// When it cannot be locked, or a change that broke off not be undone.
pub(crate) fn lock(
    environment: &Environment,
    context: &Context,
) -> Result<LockedEnvironment, CommandError> {
    let locked = LockedEnvironment::lock(environment, || {
        context
            .terminal
            .say("Waiting for another process that changes the environment");
    })?;
    if locked.undone() {
        let line = "A change of this environment had broken off before; it was undone";
        context.terminal.say(line);
    }
    Ok(locked)
}

/// Says that the store is used (shared), or changed as a whole (exclusive).
///
/// # Errors
/// When it cannot be locked.
pub(crate) fn lock_store(kind: LockKind, context: &Context) -> Result<LockFile, CommandError> {
    let path = context.cache()?.root().join("wheels.lock");
    Ok(LockFile::acquire_saying(path, kind, || {
        context
            .terminal
            .say("Waiting for another process that works on the cache");
    })?)
}

/// The hashes to check; an error when hashes are required and the requirements have none.
///
/// # Errors
/// When a requirement has none.
pub(crate) fn required_hashes(
    required: bool,
    wanted: &Wanted,
    configuration: &Configuration,
) -> Result<BTreeMap<ProjectName, Vec<FileHash>>, CommandError> {
    let configured = wanted
        .over(configuration)
        .first(|settings| settings.require_hashes);
    let required = required || configured == Some(true);
    if !required {
        return Ok(wanted.hashes.clone());
    }
    let mut hashes = wanted.hashes.clone();
    for root in &wanted.requirements {
        let url = root.requirement.url();
        if let Some(hash) = url.and_then(hash_in) {
            let known = hashes.entry(root.requirement.name.clone());
            known.or_insert_with(|| vec![hash]);
        }
    }
    let named = wanted.requirements.iter();
    let mut without: Vec<&str> = named
        .map(|root| &root.requirement.name)
        .filter(|name| !hashes.contains_key(*name))
        .map(ProjectName::as_str)
        .collect();
    let unnamed = wanted.unnamed.iter();
    without.extend(
        unnamed
            .filter(|unnamed| {
                !wanted.url_hashes.contains_key(&unnamed.url) && hash_in(&unnamed.url).is_none()
            })
            .map(|unnamed| unnamed.url.as_str()),
    );
    if without.is_empty() {
        return Ok(hashes);
    }
    let names = without.join("`, `");
    Err(CommandError::new(
        Code::HashesMissing,
        format!("hashes are required, and `{names}` has none"),
    )
    .hint("`tilsit pip compile --generate-hashes` writes all hashes"))
}

/// The hash that a URL states itself: `…#sha256=…`.
fn hash_in(url: &str) -> Option<FileHash> {
    let (_, fragment) = url.split_once('#')?;
    let mut pairs = fragment.split('&').filter_map(|part| part.split_once('='));
    let (algorithm, digest) =
        pairs.find(|(key, _)| ["sha256", "sha384", "sha512"].contains(key))?;
    Some(FileHash {
        algorithm: algorithm.to_owned(),
        digest: digest.to_owned(),
    })
}

/// What is installed in an environment; what cannot be understood of it is said with `-v`.
///
/// # Errors
/// When a folder of it cannot be read.
pub(crate) fn present(
    environment: &Environment,
    context: &Context,
) -> Result<Vec<InstalledDistribution>, CommandError> {
    let installed = environment.installed()?;
    for finding in &installed.findings {
        context.terminal.detail(finding);
    }
    Ok(installed.distributions)
}

impl Installation<'_> {
    /// Fetches and plans; changes nothing in the environment.
    ///
    /// # Errors
    /// When a file cannot be had, lacks its hash, or is not fit to be installed.
    pub(crate) fn plan(&self, context: &Context) -> Result<Change, CommandError> {
        self.plan_removing(&[], context)
    }

    /// Fetches and plans, and takes these distributions out besides; changes nothing yet.
    ///
    /// # Errors
    /// When a file cannot be had, lacks its hash, or is not fit to be installed.
    pub(crate) fn plan_removing(
        &self,
        extra: &[&InstalledDistribution],
        context: &Context,
    ) -> Result<Change, CommandError> {
        let began = Instant::now();
        let all = &self.resolved.resolution.pins;
        let pins: Vec<&Pin> = all.iter().filter(|pin| self.is_wanted(pin)).collect();
        for pin in &pins {
            self.check_before(pin)?;
        }
        let store_lock = if pins.is_empty() {
            None
        } else {
            Some(lock_store(LockKind::Shared, context)?)
        };
        let obtained = obtain(&pins, &self.resolved.frontend, context)?;
        let origins = pins.iter().zip(&obtained).filter_map(|(pin, obtained)| {
            let direct_url = obtained.direct_url.clone()?;
            Some((pin.name.clone(), direct_url))
        });
        let direct_urls = origins.collect();
        let ready = pins
            .iter()
            .zip(&obtained)
            .filter(|(pin, _)| pin.file.is_wheel);
        let ready = ready.map(|(pin, one)| (pin.name.clone(), one.stored.sha256.clone()));
        let wheel_hashes = ready.collect();
        let stored: Vec<StoredWheel> = obtained.iter().map(|one| one.stored.clone()).collect();
        let mut to_install = Vec::with_capacity(pins.len());
        let mut compiled = self.compile(&stored, context)?.into_iter();
        for (pin, obtained) in pins.iter().zip(obtained) {
            if pin.file.is_wheel {
                self.check_hash(pin, &obtained.stored.sha256)?;
            }
            to_install.push(wheel_to_install(pin, obtained, compiled.next()));
        }
        let options = PlanOptions {
            link_mode: self.link_mode,
            // What stays is not among the wheels.
            reinstall: self.reinstall != Renewal::None,
            ..PlanOptions::default()
        };
        let present = Present {
            installed: self.present,
            extra,
        };
        let plan = plan_beside(self.environment, &to_install, present, &options)?;
        for conflict in &plan.conflicts {
            let path = context.show(&conflict.path);
            let (first, second) = (&conflict.first, &conflict.second);
            context.terminal.warn(format_args!(
                "`{first}` and `{second}` both have the file `{path}`; that of `{second}` stays"
            ));
        }
        Ok(Change {
            direct_urls,
            wheel_hashes,
            removed: extra.iter().map(|one| RemovedEntry::of(one)).collect(),
            entries: pins.iter().map(|pin| self.entry(pin)).collect(),
            unchanged: all.len() - pins.len(),
            _store_lock: store_lock,
            plan,
            took: began.elapsed(),
        })
    }

    /// Fetches, builds and compiles, so that planning later takes no time. Nothing is planned.
    ///
    /// # Errors
    /// When a file cannot be had.
    pub(crate) fn make_ready(&self, context: &Context) -> Result<(), CommandError> {
        let pins: Vec<&Pin> = self.resolved.resolution.pins.iter().collect();
        let obtained = obtain(&pins, &self.resolved.frontend, context)?;
        let stored: Vec<StoredWheel> = obtained.into_iter().map(|one| one.stored).collect();
        self.compile(&stored, context)?;
        Ok(())
    }

    /// The compiled modules of the wheels, if they are wanted.
    fn compile(
        &self,
        wheels: &[StoredWheel],
        context: &Context,
    ) -> Result<Vec<Arc<Manifest>>, CommandError> {
        if !self.compile || wheels.is_empty() {
            return Ok(Vec::new());
        }
        let progress = context.terminal.counter("Compiling", wheels.len() as u64);
        let interpreter = self.environment.interpreter();
        let compiled = tilsit_installer::compile(wheels, interpreter, &mut |_| {
            progress.advance(1);
            context.interrupt.flow()
        });
        Ok(compiled?)
    }

    /// Whether the pin is not there yet. What has a URL is always installed again: what is behind
    /// it may have changed.
    fn is_wanted(&self, pin: &Pin) -> bool {
        self.reinstall.includes(&pin.name)
            || pin.url.is_some()
            || self.before(pin) != Some(&pin.version)
    }

    /// The version that is there of the pin's project.
    fn before(&self, pin: &Pin) -> Option<&Version> {
        let mut present = self.present.iter();
        let found = present.find(|distribution| distribution.name == pin.name)?;
        Some(&found.version)
    }

    fn check_before(&self, pin: &Pin) -> Result<(), CommandError> {
        if self.hashes.is_empty() {
            return Ok(());
        }
        let url = pin.url.as_deref().unwrap_or_default();
        if !pin.file.is_wheel && has_no_hash(url) {
            let name = &pin.name;
            let message = format!("hashes are required, and `{name}` is built of what has none");
            return Err(CommandError::new(Code::HashesMissing, message)
                .caused_by("folders and repositories have no hash")
                .hint("build a wheel of it with `tilsit pip wheel`, and require that"));
        }
        match &pin.file.remote.hashes.sha256 {
            Some(sha256) => self.check_hash(pin, &sha256.to_string()),
            // What is built is checked before it is unpacked.
            None if self.hashes.contains_key(&pin.name) => Ok(()),
            None => self.check_hash(pin, ""),
        }
    }

    /// Whether a file may be installed, by the hashes that the user gave.
    fn check_hash(&self, pin: &Pin, sha256: &str) -> Result<(), CommandError> {
        if self.hashes.is_empty() {
            return Ok(());
        }
        let (name, version) = (&pin.name, &pin.version);
        let Some(allowed) = self.hashes.get(name) else {
            return Err(CommandError::new(
                Code::HashesMissing,
                format!("the requirements have no hash for `{name}` {version}"),
            )
            .hint("`tilsit pip compile --generate-hashes` writes all hashes"));
        };
        let fits = |hash: &FileHash| match hash.algorithm.as_str() {
            "sha256" => hash.digest == sha256,
            algorithm => {
                let mut stated = pin.file.remote.hashes.others();
                stated.any(|(stated, digest)| stated == algorithm && digest == hash.digest)
            }
        };
        if allowed.iter().any(fits) {
            return Ok(());
        }
        let file = &pin.file.remote.name;
        Err(CommandError::new(
            Code::FileRefused,
            format!("`{file}` has none of the hashes that the requirements give for `{name}`"),
        )
        .caused_by(format!("its SHA-256 is {sha256}"))
        .hint("if the new file is meant, compile the requirements again"))
    }

    fn entry(&self, pin: &Pin) -> ChangeEntry {
        ChangeEntry {
            name: pin.name.clone(),
            version: pin.version.to_string(),
            before: self.before(pin).map(ToString::to_string),
        }
    }
}

impl Change {
    /// Whether nothing comes and nothing goes.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.removed.is_empty()
    }

    /// Carries the plan out.
    ///
    /// # Errors
    /// When a file cannot be placed, or the user asked to stop; the environment is then as it was.
    pub(crate) fn apply(
        &mut self,
        locked: &LockedEnvironment,
        context: &Context,
    ) -> Result<(), CommandError> {
        let began = Instant::now();
        let progress = context
            .terminal
            .counter("Installing", self.plan.installs.len() as u64);
        tilsit_installer::apply(&self.plan, locked, &mut |event| {
            if let Event::Installed { .. } = event {
                progress.advance(1);
            }
            context.interrupt.flow()
        })?;
        self.took += began.elapsed();
        Ok(())
    }

    /// Tells what came into a new environment as a change of an older one.
    pub(crate) fn compared_with(mut self, before: &[InstalledDistribution]) -> Self {
        for entry in &mut self.entries {
            let old = before.iter().find(|one| one.name == entry.name);
            entry.before = old.map(|old| old.version.to_string());
        }
        let gone = before.iter().filter(|one| !self.installs(&one.name));
        self.removed = gone.map(RemovedEntry::of).collect();
        let stays = |entry: &ChangeEntry| entry.before.as_ref() == Some(&entry.version);
        self.unchanged = self.entries.iter().filter(|entry| stays(entry)).count();
        self.entries.retain(|entry| !stays(entry));
        self
    }

    /// What is there already, and stays.
    pub(crate) fn unchanged_pins<'a>(
        &'a self,
        resolved: &'a Resolved,
    ) -> impl Iterator<Item = (&'a ProjectName, &'a Version)> {
        let pins = resolved.resolution.pins.iter();
        let stays = pins.filter(|pin| self.entries.iter().all(|entry| entry.name != pin.name));
        stays.map(|pin| (&pin.name, &pin.version))
    }

    /// What goes because something of the same name comes.
    pub(crate) fn replaced(&self) -> impl Iterator<Item = (&ProjectName, &str)> {
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((&entry.name, entry.before.as_deref()?)))
    }

    /// Whether a project comes.
    pub(crate) fn installs(&self, name: &ProjectName) -> bool {
        self.entries.iter().any(|entry| entry.name == *name)
    }

    /// Says what comes and goes, a line each, as uv does.
    pub(crate) fn tell(&self, context: &Context) {
        for RemovedEntry { name, version } in &self.removed {
            context
                .terminal
                .say(format_args!(" {ERROR}-{ERROR:#} {name}=={version}"));
        }
        for entry in &self.entries {
            let ChangeEntry {
                name,
                version,
                before,
            } = entry;
            let line = match before {
                None => format!(" {GOOD}+{GOOD:#} {name}=={version}"),
                Some(before) if before == version => {
                    format!(" {WARNING}~{WARNING:#} {name}=={version}")
                }
                Some(before) => {
                    format!(" {WARNING}~{WARNING:#} {name}=={version} {DIM}(was {before}){DIM:#}")
                }
            };
            context.terminal.say(line);
        }
    }
}

/// The wheels in the store; what it lacks is downloaded, under a progress bar, or built.
fn obtain(
    pins: &[&Pin],
    frontend: &BuildFrontend,
    context: &Context,
) -> Result<Vec<Obtained>, CommandError> {
    if pins.is_empty() {
        return Ok(Vec::new());
    }
    let mut progress = None;
    let obtained = frontend.obtain(pins, &mut |event| {
        match event {
            FetchEvent::Started { total_bytes, .. } => {
                progress = Some(context.terminal.bytes("Downloading", total_bytes));
            }
            FetchEvent::Received { bytes } => {
                if let Some(progress) = &progress {
                    progress.set(bytes);
                }
            }
        }
        context.interrupt.flow()
    });
    Ok(obtained?)
}

/// Whether what is at a URL may be another thing tomorrow: a folder or a repository.
pub(crate) fn has_no_hash(url: &str) -> bool {
    let folder = || {
        let path = url::Url::parse(url).ok()?.to_file_path().ok()?;
        Some(path.is_dir())
    };
    url.starts_with("git+") || folder().unwrap_or(false)
}

fn wheel_to_install(
    pin: &Pin,
    obtained: Obtained,
    compiled: Option<Arc<Manifest>>,
) -> WheelToInstall {
    let is_requested = pin
        .required_by
        .iter()
        .any(|by| matches!(by.requirer, Requirer::User(_)));
    WheelToInstall {
        stored: obtained.stored,
        is_requested,
        direct_url: obtained.direct_url,
        compiled,
    }
}
