//! From a lock to a bundle: what is selected for each environment, fetched or built, written as one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tilsit_build_frontend::Renewal;
use tilsit_environment::Interpreter;
use tilsit_files::TemporaryFolder;
use tilsit_index_client::{DownloadEvent, RemoteFile};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Selected, SelectedSource};
use tilsit_project::bundle::{BundledWheel, Manifest, Target};
use tilsit_project::lock::{Lock, Selection};
use tilsit_provider::Pin;

use super::Place;
use crate::building::BuildSettings;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::policies::{self, Rules};
use crate::projects::Project;
use crate::resolving::Resolved;
use crate::syncing::{Omitted, Syncing};
use tilsit_installer::store::sha256_of;

/// What a bundle is made of.
pub(super) struct Making<'a> {
    pub(super) project: &'a Project,
    pub(super) configuration: &'a Configuration,
    pub(super) build: &'a BuildSettings,
    pub(super) interpreter: &'a Interpreter,
    pub(super) lock: &'a Lock,
    /// The text of the lock's file.
    pub(super) text: &'a str,
    pub(super) selection: &'a Selection,
    /// What of the selection is left out.
    pub(super) omitted: Vec<ProjectName>,
    pub(super) places: Vec<Place>,
}

/// A bundle that was written.
pub(super) struct Made {
    pub(super) manifest: Manifest,
    pub(super) sha256: String,
    pub(super) size_bytes: u64,
}

/// A wheel that is here, by its name.
struct Wheel {
    path: PathBuf,
    is_built: bool,
}

impl Making<'_> {
    /// Makes the bundle; an older one at the path is replaced as a whole.
    ///
    /// # Errors
    /// When something cannot be had, or has no wheel for an environment.
    pub(super) fn make(&self, path: &Path, context: &Context) -> Result<Made, CommandError> {
        let selected = self.selected()?;
        let found = self.found(&selected)?;
        let folder = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
        let mut wheels = download(&found, folder.path(), context)?;
        build(&selected, &found, &mut wheels)?;
        self.check_licenses(&selected, &found, &wheels)?;
        let manifest = self.manifest(&wheels)?;
        let paths = wheels.into_iter();
        let paths = paths.map(|(name, wheel)| (name, wheel.path)).collect();
        manifest.write(path, self.text, &paths)?;
        Ok(Made {
            manifest,
            sha256: sha256_of(path)?,
            size_bytes: tilsit_files::metadata(path)?.len(),
        })
    }

    /// What the lock says for each environment.
    fn selected(&self) -> Result<Vec<(&Place, Vec<Selected<'_>>)>, CommandError> {
        let mut all = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let selected =
                self.lock
                    .select(self.selection, &place.markers, &place.tags, &mut |_| false);
            let Target { python, platform } = &place.words;
            let selected = selected.map_err(|error| {
                CommandError::from(error).caused_by(format!("for Python {python} on {platform}"))
            });
            let mut selected = selected?;
            selected.retain(|one| !self.omitted.contains(&one.package.name));
            all.push((place, selected));
        }
        Ok(all)
    }

    /// All of it once, with what is needed to have it.
    fn found(&self, selected: &[(&Place, Vec<Selected<'_>>)]) -> Result<Resolved, CommandError> {
        let mut once: Vec<Selected<'_>> = Vec::new();
        for one in selected.iter().flat_map(|(_, selected)| selected) {
            if !once.contains(one) {
                once.push(*one);
            }
        }
        let syncing = Syncing {
            project: Some(self.project),
            context: &self.project.context,
            root: &self.project.workspace.root,
            configuration: self.configuration,
            lock: self.lock,
            selection: self.selection,
            omitted: &Omitted::default(),
            no_editable: true,
            inexact: false,
            only_removes: false,
            reinstall: Renewal::None,
            build: self.build,
            bundle: None,
        };
        syncing.found(&once, self.interpreter)
    }

    /// Holds the licences of all wheels against the policy, but those of the user's own folders.
    fn check_licenses(
        &self,
        selected: &[(&Place, Vec<Selected<'_>>)],
        found: &Resolved,
        wheels: &BTreeMap<String, Wheel>,
    ) -> Result<(), CommandError> {
        let rules = Rules::of(self.project);
        if !rules.concern_licenses() {
            return Ok(());
        }
        let all = selected.iter().flat_map(|(_, selected)| selected);
        let own = all.filter(|one| matches!(one.source, SelectedSource::Directory(_)));
        let own: BTreeSet<&ProjectName> = own.map(|one| &one.package.name).collect();
        for (file, wheel) in wheels {
            let name: WheelFileName = parsed(file)?;
            if own.contains(&name.name) {
                continue;
            }
            let url = url::Url::from_file_path(&wheel.path).ok();
            let remote = url.and_then(|url| RemoteFile::of_url(url).ok());
            let metadata = remote.and_then(|(remote, _)| found.client.whole_metadata(&remote).ok());
            let stated = policies::stated(&metadata.unwrap_or_default());
            rules.check_stated(&name.name, &name.version.to_string(), &stated)?;
        }
        Ok(())
    }

    fn manifest(&self, wheels: &BTreeMap<String, Wheel>) -> Result<Manifest, CommandError> {
        let mut files = Vec::with_capacity(wheels.len());
        for (file, wheel) in wheels {
            files.push(BundledWheel {
                name: parsed(file)?,
                file: file.clone(),
                sha256: sha256_of(&wheel.path)?,
                size_bytes: tilsit_files::metadata(&wheel.path)?.len(),
                is_built: wheel.is_built,
            });
        }
        let lock_sha256 = <sha2::Sha256 as sha2::Digest>::digest(self.text.as_bytes());
        Ok(Manifest {
            lock: self.project.workspace.lock_file(),
            lock_sha256: tilsit_simple_api::Sha256Digest(lock_sha256.into()).to_string(),
            targets: self
                .places
                .iter()
                .map(|place| place.words.clone())
                .collect(),
            selection: self.selection.clone(),
            omitted: self.omitted.clone(),
            files,
        })
    }
}

/// Fetches the wheels that there are.
fn download(
    found: &Resolved,
    folder: &Path,
    context: &Context,
) -> Result<BTreeMap<String, Wheel>, CommandError> {
    let pins = found.resolution.pins.iter();
    let pins: Vec<&Pin> = pins.filter(|pin| pin.file.is_wheel).collect();
    let mut files: Vec<(RemoteFile, PathBuf)> = Vec::with_capacity(pins.len());
    for pin in pins {
        let file = &pin.file.remote;
        let known = files.iter().find(|(known, _)| known.name == file.name);
        match known {
            Some((known, _)) if known.hashes == file.hashes => {}
            Some(_) => {
                let name = &file.name;
                let message = format!("the lock has two files that are called `{name}`");
                return Err(CommandError::new(Code::BundleRefused, message)
                    .hint("bundle the environments that need them one by one"));
            }
            None => files.push((file.clone(), folder.join(&*file.name))),
        }
    }
    let total = files.iter().filter_map(|(file, _)| file.size_bytes).sum();
    let progress = context.terminal.bytes("Downloading", total);
    let mut received = vec![0; files.len()];
    let results = found.client.download_all(&files, &mut |event| {
        if let DownloadEvent::Received { file, bytes } = event {
            received[file] = bytes;
            progress.set(received.iter().sum());
        }
        context.interrupt.flow()
    });
    let mut wheels = BTreeMap::new();
    for ((file, path), result) in files.into_iter().zip(results) {
        result?;
        let is_built = false;
        wheels.insert(file.name.to_string(), Wheel { path, is_built });
    }
    Ok(wheels)
}

/// Builds what has no wheel, and sees that it is for every environment that wants it.
fn build(
    selected: &[(&Place, Vec<Selected<'_>>)],
    found: &Resolved,
    wheels: &mut BTreeMap<String, Wheel>,
) -> Result<(), CommandError> {
    let mut missing = BTreeSet::new();
    let has_wheel = |name: &ProjectName, one: &Selected<'_>| {
        let mut pins = found.resolution.pins.iter();
        let version = one.package.version.as_ref();
        pins.any(|pin| {
            pin.name == *name
                && pin.file.is_wheel
                && version.is_none_or(|version| *version == pin.version)
        })
    };
    for (place, selected) in selected {
        for one in selected {
            let name = &one.package.name;
            let is_own = matches!(one.source, SelectedSource::Directory(_));
            let is_wheel = matches!(one.source, SelectedSource::Wheel(_))
                || matches!(one.source, SelectedSource::Archive(_)) && has_wheel(name, one);
            if is_wheel {
                continue;
            }
            let mut pins = found.resolution.pins.iter();
            let pin = pins.find(|pin| {
                let version = one.package.version.as_ref();
                pin.name == *name
                    && !pin.file.is_wheel
                    && (is_own || version.is_none_or(|version| *version == pin.version))
            });
            let Some(pin) = pin.filter(|_| place.is_here || is_own) else {
                missing.insert(words(place, one));
                continue;
            };
            let path = found.frontend.wheel_of(pin)?;
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let fits = file
                .parse::<WheelFileName>()
                .is_ok_and(|wheel| place.tags.priority(&wheel.tags).is_some());
            if !fits {
                missing.insert(words(place, one));
                continue;
            }
            let is_built = true;
            wheels.insert(file.into_owned(), Wheel { path, is_built });
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let message = "some of what the lock names has no wheel that could be bundled";
    let error = CommandError::new(Code::BundleRefused, message);
    let error = missing.into_iter().fold(error, CommandError::caused_by);
    Err(error.hint("bundle on a machine of that kind, where it is built, or publish a wheel of it"))
}

/// What is missing where.
fn words(place: &Place, one: &Selected<'_>) -> String {
    let package = one.package;
    let version = package.version.as_ref();
    let version = version.map_or_else(String::new, |version| format!(" {version}"));
    let Target { python, platform } = &place.words;
    format!(
        "`{}`{version} for Python {python} on {platform}",
        package.name
    )
}

fn parsed(file: &str) -> Result<WheelFileName, CommandError> {
    file.parse()
        .map_err(|error| CommandError::from_error(Code::FileRefused, &error))
}
