//! From a resolution to a changed environment: what is there already stays, the rest is fetched
//! into the store, planned and applied. Planning and applying are [`tilsit_installer`]'s.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::Environment;
use tilsit_files::LinkMode;
use tilsit_index_client::{IndexClient, RemoteFile};
use tilsit_installer::{
    Event, FetchEvent, InstallPlan, LockedEnvironment, PlanOptions, StoredWheel, WheelStore,
    WheelToInstall,
};
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirements_file::FileHash;
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;
use tilsit_resolver::Requirer;

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::resolving::Resolved;
use crate::terminal::{DIM, GOOD, WARNING};

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
    /// Install again what is there in the same version.
    pub(crate) reinstall: bool,
    /// How files get into the environment.
    pub(crate) link_mode: LinkMode,
}

/// What will be, or was, done.
pub(crate) struct Change {
    /// Every step, as a value.
    pub(crate) plan: InstallPlan,
    /// What comes and goes, by name.
    pub(crate) entries: Vec<ChangeEntry>,
    /// How many projects are as they should be.
    pub(crate) unchanged: usize,
    /// How long it took.
    pub(crate) took: Duration,
}

/// A project that changes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangeEntry {
    name: String,
    version: String,
    /// The version that was there before.
    before: Option<String>,
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
        Some(other) => Err(CommandError::new(
            Code::ConfigurationInvalid,
            format!("`link-mode` is `{other}`, not `clone`, `hardlink` or `copy`"),
        )),
    }
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
        let began = Instant::now();
        let all = &self.resolved.resolution.pins;
        let pins: Vec<&Pin> = all.iter().filter(|pin| self.is_wanted(pin)).collect();
        for pin in &pins {
            self.check_before(pin)?;
        }
        let files: Vec<RemoteFile> = pins.iter().map(|pin| pin.file.remote.clone()).collect();
        let store = WheelStore::in_cache(&context.cache_folder);
        let stored = fetch(&files, &self.resolved.client, &store, context)?;
        let mut to_install = Vec::with_capacity(pins.len());
        for (pin, stored) in pins.iter().zip(stored) {
            self.check_hash(pin, &stored.sha256)?;
            to_install.push(wheel_to_install(pin, stored));
        }
        let options = PlanOptions {
            link_mode: self.link_mode,
            reinstall: self.reinstall,
            ..PlanOptions::default()
        };
        let plan = tilsit_installer::plan(self.environment, &to_install, self.present, &options)?;
        for conflict in &plan.conflicts {
            let path = context.show(&conflict.path);
            let (first, second) = (&conflict.first, &conflict.second);
            context.terminal.warn(format_args!(
                "`{first}` and `{second}` both have the file `{path}`; that of `{second}` stays"
            ));
        }
        Ok(Change {
            entries: pins.iter().map(|pin| self.entry(pin)).collect(),
            unchanged: all.len() - pins.len(),
            plan,
            took: began.elapsed(),
        })
    }

    /// Whether the pin is not there yet. What has a URL is always installed again: what is behind
    /// it may have changed.
    fn is_wanted(&self, pin: &Pin) -> bool {
        self.reinstall || pin.url.is_some() || self.before(pin) != Some(&pin.version)
    }

    /// The version that is there of the pin's project.
    fn before(&self, pin: &Pin) -> Option<&Version> {
        let mut present = self.present.iter();
        let found = present.find(|distribution| distribution.name == pin.name)?;
        Some(&found.version)
    }

    fn check_before(&self, pin: &Pin) -> Result<(), CommandError> {
        let (name, version) = (&pin.name, &pin.version);
        if !pin.file.is_wheel {
            return Err(CommandError::new(
                Code::RequirementUnsupported,
                format!("`{name}` {version} has no wheel for this Python"),
            )
            .caused_by("building from source is not supported in this version"));
        }
        match &pin.file.remote.hashes.sha256 {
            Some(sha256) => self.check_hash(pin, &sha256.to_string()),
            None => Ok(()),
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
            name: pin.name.to_string(),
            version: pin.version.to_string(),
            before: self.before(pin).map(ToString::to_string),
        }
    }
}

impl Change {
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

    /// Says what comes and goes, a line each, as uv does.
    pub(crate) fn tell(&self, context: &Context) {
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

/// The wheels in the store; what it lacks is downloaded, under a progress bar.
fn fetch(
    files: &[RemoteFile],
    client: &IndexClient,
    store: &WheelStore,
    context: &Context,
) -> Result<Vec<StoredWheel>, CommandError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let temporary = context.cache()?.temporary()?;
    let mut progress = None;
    let fetched = tilsit_installer::fetch(files, client, store, &temporary, &mut |event| {
        match event {
            FetchEvent::Started { total_bytes, .. } => {
                progress = Some(context.terminal.bytes("Downloading", total_bytes));
            }
            FetchEvent::Received { bytes } => {
                progress.iter().for_each(|progress| progress.set(bytes));
            }
        }
        context.interrupt.flow()
    });
    Ok(fetched?)
}

fn wheel_to_install(pin: &Pin, stored: StoredWheel) -> WheelToInstall {
    let is_requested = pin
        .required_by
        .iter()
        .any(|by| matches!(by.requirer, Requirer::User(_)));
    let direct_url = pin.url.as_ref().map(|url| archive(url, &stored.sha256));
    WheelToInstall {
        stored,
        is_requested,
        direct_url,
    }
}

/// What `direct_url.json` says of a wheel that a URL named.
fn archive(url: &str, sha256: &str) -> DirectUrl {
    let hashes = BTreeMap::from([("sha256".to_owned(), sha256.to_owned())]);
    let url = DirectUrl {
        url: url.to_owned(),
        origin: Origin::Archive { hashes },
        subdirectory: None,
    };
    url.without_credentials(&[])
}
