//! Settings and where they come from, strongest first: options of the command, `TILSIT_*`
//! variables, `[tool.tilsit]` in the nearest `pyproject.toml`, `[tool.uv]` in the same file, the
//! user's `tilsit.toml`, pip's own variables and files.
//!
//! Each source is one layer of the same [`Settings`]; a value is taken from the first layer that
//! has it. Commands put their options in front with [`Configuration::with_options`].

mod listing;
mod pip;
mod settings;
mod uv;
mod variables;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::context::Variables;
use crate::error::CommandError;
use crate::explain::Code;

pub(crate) use listing::Listed;
pub(crate) use settings::{NamedIndex, ProjectSources, Settings, Source};

/// Where configuration may be.
#[derive(Debug)]
pub(crate) struct Sources<'a> {
    /// The environment.
    pub(crate) variables: &'a Variables,
    /// `pyproject.toml` is looked for here and above.
    pub(crate) working_folder: &'a Path,
    /// The user's home, for pip's files.
    pub(crate) home: Option<&'a Path>,
    /// The user's `tilsit.toml`.
    pub(crate) user_file: Option<PathBuf>,
    /// The user named the file, so it is an error when it is not there.
    pub(crate) user_file_must_exist: bool,
    /// Leave all files out.
    pub(crate) no_files: bool,
}

/// All settings, in layers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    layers: Vec<Layer>,
    warnings: Vec<String>,
    not_followed: Vec<NotFollowed>,
}

/// Settings with where they are from.
#[derive(Clone, Debug)]
struct Layer {
    settings: Settings,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    /// Options of the command.
    Options,
    /// `TILSIT_*` variables.
    Variables,
    /// A table of a file, or all of it.
    File(PathBuf, Option<&'static str>),
    /// pip's variables and files, by key.
    Pip(BTreeMap<String, String>),
}

/// A setting of another tool that means nothing to us.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct NotFollowed {
    /// The key.
    pub(crate) key: String,
    /// Where it stands.
    pub(crate) from: String,
    /// Whether it is about locking or installing a project, so that who does that has to know.
    #[serde(skip)]
    pub(crate) is_of_projects: bool,
}

impl Configuration {
    /// Reads the variables and files.
    ///
    /// # Errors
    /// When a variable or a file cannot be understood.
    pub(crate) fn load(sources: &Sources<'_>) -> Result<Self, CommandError> {
        let mut configuration = Self::default();
        let settings = variables::settings(sources.variables, sources.working_folder)?;
        configuration.add(settings, Origin::Variables);
        if !sources.no_files {
            configuration.add_files(sources)?;
        }
        let pip = pip::read(sources);
        configuration.warnings.extend(pip.warnings);
        configuration.not_followed.extend(pip.not_followed);
        configuration.add(pip.settings, Origin::Pip(pip.origins));
        Ok(configuration)
    }

    fn add(&mut self, settings: Settings, origin: Origin) {
        self.layers.push(Layer { settings, origin });
    }

    fn add_files(&mut self, sources: &Sources<'_>) -> Result<(), CommandError> {
        if let Some((path, text)) = nearest_pyproject(sources.working_folder)? {
            let own = settings::of_pyproject(&path, &text)?;
            let (of_uv, not_followed) = uv::of_pyproject(&path, &text, &own)?;
            self.add_file(&path, own, Some("[tool.tilsit]"));
            self.add(of_uv, Origin::File(path.clone(), Some("[tool.uv]")));
            self.not_followed.extend(not_followed);
        }
        let Some(path) = &sources.user_file else {
            return Ok(());
        };
        match std::fs::read_to_string(path) {
            Ok(text) => self.add_file(path, settings::of_file(path, &text)?, None),
            Err(error) if absent(&error) && !sources.user_file_must_exist => {}
            Err(error) => return Err(unreadable(path, &error)),
        }
        Ok(())
    }

    /// The same with the settings of the root of a workspace behind those of the member in whose folder
    /// one is.
    ///
    /// # Errors
    /// When they cannot be understood.
    pub(crate) fn with_root(&self, path: &Path, text: &str) -> Result<Self, CommandError> {
        let is_of = |layer: &Layer| matches!(&layer.origin, Origin::File(file, _) if file == path);
        if self.layers.iter().any(is_of) {
            return Ok(self.clone());
        }
        let own = settings::of_pyproject(path, text)?;
        let (of_uv, not_followed) = uv::of_pyproject(path, text, &own)?;
        let mut root = Self::default();
        root.add_file(path, own, Some("[tool.tilsit]"));
        root.add(of_uv, Origin::File(path.to_path_buf(), Some("[tool.uv]")));
        let mut configuration = self.clone();
        configuration.not_followed.extend(not_followed);
        configuration.warnings.extend(root.warnings);
        let place = configuration.place_of_project();
        configuration.layers.splice(place..place, root.layers);
        Ok(configuration)
    }

    /// The same with what another file of a project says, as strong as its pyproject.toml.
    pub(crate) fn with_project(
        &self,
        path: PathBuf,
        settings: Settings,
        table: &'static str,
    ) -> Self {
        let mut configuration = self.clone();
        let layer = Layer {
            settings,
            origin: Origin::File(path, Some(table)),
        };
        configuration.layers.insert(self.place_of_project(), layer);
        configuration
    }

    /// Where the layer of a project's own file belongs.
    fn place_of_project(&self) -> usize {
        let is_weaker =
            |layer: &Layer| matches!(layer.origin, Origin::Pip(_) | Origin::File(_, None));
        let place = self.layers.iter().position(is_weaker);
        place.unwrap_or(self.layers.len())
    }

    fn add_file(&mut self, path: &Path, settings: Settings, table: Option<&'static str>) {
        for key in settings.unknown.keys() {
            let shown = path.display();
            self.warnings
                .push(format!("`{shown}` has an unknown setting `{key}`"));
        }
        self.add(settings, Origin::File(path.to_path_buf(), table));
    }

    /// What may be wrong in the files.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The same with the options of a command in front.
    pub(crate) fn with_options(&self, options: Settings) -> Self {
        let mut configuration = self.clone();
        let layer = Layer {
            settings: options,
            origin: Origin::Options,
        };
        configuration.layers.insert(0, layer);
        configuration
    }

    /// The same without the settings of the project here.
    pub(crate) fn without_project(&self) -> Self {
        let is_of_project = |layer: &Layer| matches!(layer.origin, Origin::File(_, Some(_)));
        let mut configuration = self.clone();
        configuration.layers.retain(|layer| !is_of_project(layer));
        configuration
    }

    /// The same with values for what nothing else says.
    pub(crate) fn with_defaults(&self, settings: Settings) -> Self {
        let mut configuration = self.clone();
        configuration.layers.push(Layer {
            settings,
            origin: Origin::Options,
        });
        configuration
    }

    /// Everything that decides a resolution, as text: two configurations with the same text resolve
    /// the same requirements alike.
    pub(crate) fn resolution_key(&self) -> String {
        let indexes = self.all(|settings| settings.index.as_ref());
        let indexes: Vec<String> = indexes.into_iter().map(|index| index.url).collect();
        let single = [
            self.first(|settings| settings.index_url.clone()),
            self.first(|settings| settings.exclude_newer.clone()),
            self.first(|settings| settings.resolution.clone()),
            self.first(|settings| settings.prerelease.clone()),
            self.first(|settings| settings.index_strategy.clone()),
        ];
        let flags = [
            self.first(|settings| settings.no_index),
            self.first(|settings| settings.pre),
            self.first(|settings| settings.no_build),
            self.first(|settings| settings.prefer_binary),
            self.first(|settings| settings.ignore_requires_python),
        ];
        let lists = [
            self.all(|settings| settings.no_build_package.as_ref()),
            self.all(|settings| settings.no_binary.as_ref()),
            self.all(|settings| settings.only_binary.as_ref()),
            self.all(|settings| settings.all_releases.as_ref()),
            self.all(|settings| settings.only_final.as_ref()),
            self.all(|settings| settings.preview_features.as_ref()),
            self.all(|settings| settings.variant.as_ref()),
            self.all(|settings| settings.constraint_dependencies.as_ref()),
            self.all(|settings| settings.override_dependencies.as_ref()),
            self.all(|settings| settings.exclude_dependencies.as_ref()),
            self.all(|settings| settings.build_constraint_dependencies.as_ref()),
        ];
        let tables = [
            self.merged(|settings| settings.prerelease_package.as_ref()),
            self.merged(|settings| settings.exclude_newer_package.as_ref()),
        ];
        let sources = self.merged(|settings| settings.sources.as_ref());
        let extra = self.all(|settings| settings.extra_index_url.as_ref());
        let links = self.all(|settings| settings.find_links.as_ref());
        format!(
            "{single:?} {flags:?} {lists:?} {tables:?} {sources:?} {indexes:?} {extra:?} {links:?}"
        )
    }

    /// Whether no cache is to stay: the strongest source that says anything of the cache decides, so
    /// that a folder named by ours outdoes pip's switch.
    pub(crate) fn wants_no_cache(&self) -> bool {
        let said = |settings: &Settings| {
            let has_folder = settings.cache_dir.is_some();
            settings.no_cache.or(has_folder.then_some(false))
        };
        self.first(said).unwrap_or(false)
    }

    fn settings(&self) -> impl Iterator<Item = &Settings> {
        self.layers.iter().map(|layer| &layer.settings)
    }

    /// Settings of other tools that mean nothing to us.
    pub(crate) fn not_followed(&self) -> &[NotFollowed] {
        &self.not_followed
    }

    /// The strongest value of a setting.
    pub(crate) fn first<T>(&self, setting: impl Fn(&Settings) -> Option<T>) -> Option<T> {
        self.settings().find_map(setting)
    }

    /// The entries of a table setting from all layers; of one key the strongest.
    pub(crate) fn merged<T: Clone>(
        &self,
        setting: impl Fn(&Settings) -> Option<&BTreeMap<String, T>>,
    ) -> BTreeMap<String, T> {
        let mut entries = BTreeMap::new();
        for (key, value) in self.settings().filter_map(setting).flatten() {
            entries.entry(key.clone()).or_insert_with(|| value.clone());
        }
        entries
    }

    /// All layers, the weakest first.
    pub(crate) fn weakest_first(&self) -> impl Iterator<Item = &Settings> {
        self.layers.iter().rev().map(|layer| &layer.settings)
    }

    /// The values of a list setting from all layers, the strongest first.
    pub(crate) fn all<T: Clone + PartialEq>(
        &self,
        setting: impl Fn(&Settings) -> Option<&Vec<T>>,
    ) -> Vec<T> {
        let mut values: Vec<T> = Vec::new();
        for value in self.settings().filter_map(setting).flatten() {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        values
    }
}

fn nearest_pyproject(folder: &Path) -> Result<Option<(PathBuf, String)>, CommandError> {
    for folder in folder.ancestors() {
        let path = folder.join("pyproject.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if absent(&error) => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok(None)
}

/// Whether the file is not there for us; a folder above us that we may not read is not ours.
fn absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
    )
}

fn unreadable(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    CommandError::new(
        Code::ConfigurationInvalid,
        format!("the configuration file `{shown}` cannot be read"),
    )
    .caused_by(error.to_string())
}

#[cfg(test)]
mod tests;
