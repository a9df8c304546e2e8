//! Distributions into a folder: what `pip wheel` and `pip download` share. Each file is written
//! beside and renamed, so that a file with its name is whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tilsit_files::TemporaryFolder;
use tilsit_index_client::RemoteFile;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirements_file::FileHash;
use tilsit_provider::Pin;
use tilsit_resolver::Preferences;

use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::commands::pip::foreign::ForeignOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::pythons;
use crate::requirements::{ConstraintOptions, ListedOptions, Wanted, nothing_named};
use crate::resolving::{self, Elsewhere, Question, Resolved};
use crate::terminal::{DIM, GOOD, count, duration, size};
use tilsit_environment::discovery::Scope;

/// What is to be saved, and how it is found.
#[derive(Args, Debug)]
pub(crate) struct SavingOptions {
    /// What to save, as `flask`, `flask>=3`, a path or URL, `git+https://…@TAG`
    #[arg(value_name = "REQUIREMENT")]
    requirements: Vec<String>,
    /// Save what this file lists, or `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
    /// Save the project in this folder
    #[arg(short, long, value_name = "PATH")]
    editable: Vec<String>,
    #[command(flatten)]
    listed: ListedOptions,
    #[command(flatten)]
    constraints: ConstraintOptions,
    /// Save only what is named, not what that needs
    #[arg(long)]
    no_deps: bool,
    /// Save only what the named projects need, not these themselves
    #[arg(long, visible_alias = "only-dependencies", conflicts_with_all = ["no_deps", "requirement", "group", "requirements_from_script"])]
    only_deps: bool,
    /// Refuse everything that has no hash in the requirements
    #[arg(long)]
    require_hashes: bool,
    /// For this Python: a path, a folder, or a version [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// A file that was saved.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SavedEntry {
    name: String,
    version: String,
    path: PathBuf,
    size_bytes: u64,
}

/// What is to be saved, found.
pub(crate) struct Saving {
    resolved: Resolved,
    required_hashes: bool,
    hashes: BTreeMap<ProjectName, Vec<FileHash>>,
    folder: PathBuf,
}

impl SavingOptions {
    /// Which other Python is meant, if any.
    ///
    /// # Errors
    /// When something may have to be built for it.
    pub(crate) fn elsewhere(&self, foreign: &ForeignOptions) -> Result<Elsewhere, CommandError> {
        foreign.elsewhere_unbuilt(&self.resolver, self.no_deps)
    }

    /// Finds what `command` is to save in `folder`. A folder of the user is built as it is, not for use in place.
    ///
    /// # Errors
    /// When a requirement is not understood, or the requirements cannot be met.
    pub(crate) fn find(
        &self,
        command: &str,
        elsewhere: Elsewhere,
        folder: &Path,
        context: &Context,
    ) -> Result<Saving, CommandError> {
        let mut wanted = Wanted::gather(
            &self.requirements,
            &self.requirement,
            &self.constraints,
            context,
        )?;
        wanted.add_editables(&self.editable, context)?;
        wanted.add_listed(&self.listed, context)?;
        let is_named = !self.requirements.is_empty()
            || !self.requirement.is_empty()
            || !self.editable.is_empty()
            || self.listed.is_any();
        if !is_named {
            return Err(nothing_named(command));
        }
        wanted.editables.clear();
        wanted.build = self.build.read(context)?;
        let configuration = self.resolver.over(&self.index.over(context)?);
        installing::required_hashes(self.require_hashes, &wanted, &configuration)?;
        let found = pythons::find(self.python.as_deref(), Scope::Any, context)?;
        wanted.check_python(&found.interpreter)?;
        let question = Question {
            wanted: &wanted,
            configuration: &configuration,
            interpreter: &found.interpreter,
            elsewhere,
            preferences: Preferences::default(),
            no_deps: self.no_deps,
            refresh: UpgradeOptions::default().refresh(),
            installed: BTreeMap::new(),
            pages_only: false,
        };
        let mut resolved = resolving::resolve(&question, context)?;
        if self.only_deps {
            resolved.leave_out_named();
        }
        let projects = count(resolved.resolution.pins.len(), "project");
        let took = duration(resolved.took);
        context
            .terminal
            .say(format_args!("{GOOD}Resolved{GOOD:#} {projects} in {took}"));
        let hashes =
            installing::required_hashes(self.require_hashes, &resolved.wanted, &configuration)?;
        let configured = resolved.wanted.over(&configuration);
        let configured = configured.first(|settings| settings.require_hashes);
        Ok(Saving {
            required_hashes: self.require_hashes || configured == Some(true),
            resolved,
            hashes,
            folder: context.resolve(folder),
        })
    }
}

impl Saving {
    /// Saves all of it; what has no wheel is built with `build`, and else saved as it is.
    ///
    /// # Errors
    /// When a file cannot be had, built or written, or lacks its hash.
    pub(crate) fn save(
        &self,
        build: bool,
        context: &Context,
    ) -> Result<Vec<SavedEntry>, CommandError> {
        tilsit_files::create_dir_all(&self.folder)?;
        let pins = &self.resolved.resolution.pins;
        self.download(
            pins.iter().filter(|pin| !build || pin.file.is_wheel),
            context,
        )?;
        let mut entries = Vec::with_capacity(pins.len());
        for pin in pins {
            let path = if build && !pin.file.is_wheel {
                self.build(pin)?
            } else {
                self.folder.join(&*pin.file.remote.name)
            };
            let entry = SavedEntry {
                name: pin.name.to_string(),
                version: pin.version.to_string(),
                size_bytes: tilsit_files::metadata(&path)?.len(),
                path,
            };
            let (shown, bytes) = (context.show(&entry.path), size(entry.size_bytes));
            context.terminal.say(format_args!(
                "{GOOD}Saved{GOOD:#} {shown} {DIM}({bytes}){DIM:#}"
            ));
            entries.push(entry);
        }
        Ok(entries)
    }

    fn build(&self, pin: &Pin) -> Result<PathBuf, CommandError> {
        self.check_hash(pin, None)?;
        let wheel = self.resolved.frontend.wheel_of(pin)?;
        let target = self.folder.join(wheel.file_name().unwrap_or_default());
        let beside = TemporaryFolder::create_in(&self.folder)?;
        let copy = beside.path().join("wheel");
        tilsit_files::copy(&wheel, &copy)?;
        tilsit_files::rename(&copy, &target)?;
        Ok(target)
    }

    fn download<'a>(
        &self,
        pins: impl Iterator<Item = &'a Pin>,
        context: &Context,
    ) -> Result<(), CommandError> {
        let pins: Vec<&Pin> = pins.collect();
        for pin in &pins {
            let url = pin.url.as_deref().unwrap_or_default();
            if installing::has_no_hash(url) {
                let name = &pin.name;
                let message =
                    format!("`{name}` is a folder or repository, and no file to download");
                return Err(CommandError::new(Code::RequirementUnsupported, message)
                    .hint("`tilsit pip wheel` builds its wheel"));
            }
        }
        let beside = TemporaryFolder::create_in(&self.folder)?;
        let mut still = Vec::with_capacity(pins.len());
        for pin in pins {
            let Some((archive, sha256)) = self.resolved.frontend.archive_of(pin) else {
                still.push(pin);
                continue;
            };
            self.check_hash(pin, Some(&sha256))?;
            let copy = beside.path().join("archive");
            tilsit_files::copy(&archive, &copy)?;
            tilsit_files::rename(&copy, self.folder.join(&*pin.file.remote.name))?;
        }
        let pins = still;
        let files: Vec<(RemoteFile, PathBuf)> = pins
            .iter()
            .map(|pin| pin.file.remote.clone())
            .map(|file| (file.clone(), beside.path().join(&*file.name)))
            .collect();
        let total = files.iter().filter_map(|(file, _)| file.size_bytes).sum();
        let progress = context.terminal.bytes("Downloading", total);
        let mut received = vec![0; files.len()];
        let results = self.resolved.client.download_all(&files, &mut |event| {
            if let tilsit_index_client::DownloadEvent::Received { file, bytes } = event {
                received[file] = bytes;
                progress.set(received.iter().sum());
            }
            context.interrupt.flow()
        });
        for ((pin, (file, path)), result) in pins.iter().zip(&files).zip(results) {
            let downloaded = result?;
            self.check_hash(pin, Some(&downloaded.sha256.to_string()))?;
            tilsit_files::rename(path, self.folder.join(&*file.name))?;
        }
        Ok(())
    }

    /// Whether a file may be saved, by the hashes that the user gave. What is built is checked before
    /// it is unpacked; here it must only have some.
    fn check_hash(&self, pin: &Pin, sha256: Option<&str>) -> Result<(), CommandError> {
        let name = &pin.name;
        let Some(allowed) = self.hashes.get(name) else {
            if !self.required_hashes && self.hashes.is_empty() {
                return Ok(());
            }
            let message = format!("the requirements have no hash for `{name}` {}", pin.version);
            return Err(CommandError::new(Code::HashesMissing, message)
                .hint("`tilsit pip compile --generate-hashes` writes all hashes"));
        };
        let Some(sha256) = sha256 else {
            return Ok(());
        };
        let mut of_256 = allowed.iter().filter(|hash| hash.algorithm == "sha256");
        let mut others = pin.file.remote.hashes.others();
        let is_other = |(algorithm, digest): (&str, &str)| {
            let mut allowed = allowed.iter();
            allowed.any(|hash| hash.algorithm == algorithm && hash.digest == digest)
        };
        if of_256.any(|hash| hash.digest == sha256) || others.any(is_other) {
            return Ok(());
        }
        let file = &pin.file.remote.name;
        let message =
            format!("`{file}` has none of the hashes that the requirements give for `{name}`");
        Err(CommandError::new(Code::FileRefused, message)
            .caused_by(format!("its SHA-256 is {sha256}")))
    }
}
