//! An environment that packages are installed into: what is in it, and whether it may be changed.
//!
//! An [`Environment`] is an interpreter seen as a place. Reading one distribution's metadata is
//! `tilsit-dist`'s work; here the folders are listed. Installing is `tilsit-installer`'s.

use std::path::{Path, PathBuf};

pub struct InstalledDistribution; use tilsit_files::FileError;

use crate::interpreter::{InstallPaths, Interpreter};

/// A place that packages are installed into.
#[derive(Clone, Debug)]
pub struct Environment {
    interpreter: Interpreter,
    paths: InstallPaths,
}

/// The distributions of an environment, and what in it could not be read.
#[derive(Debug, Default)]
pub struct Installed {
    /// The distributions, by name.
    pub distributions: Vec<InstalledDistribution>,
    /// Folders that look like a distribution's and are not readable as one, with the reason.
    pub problems: Vec<(PathBuf, String)>,
}

/// The notice of a distribution that keeps installers out (PEP 668).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternallyManaged {
    /// The file that says so.
    pub path: PathBuf,
    /// What it asks to tell the user.
    pub message: Option<String>,
}

impl Environment {
    /// The environment of an interpreter: its virtual environment, or the base's own folders.
    pub fn of(interpreter: Interpreter) -> Self {
        let paths = interpreter.install_paths();
        Self { interpreter, paths }
    }

    /// The interpreter.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// Where packages go.
    pub fn paths(&self) -> &InstallPaths {
        &self.paths
    }

    /// The root that everything installed lies below.
    pub fn root(&self) -> &Path {
        self.interpreter.prefix()
    }

    /// The folders that installed distributions are looked for in.
    pub fn site_packages(&self) -> Vec<&Path> {
        let mut folders = vec![self.paths.purelib.as_path()];
        if self.paths.platlib != self.paths.purelib {
            let same = tilsit_files::canonicalize(&self.paths.platlib).ok()
                == tilsit_files::canonicalize(&self.paths.purelib).ok();
            if !same {
                folders.push(&self.paths.platlib);
            }
        }
        folders
    }

    /// The distributions that are installed here; not those of the base that the environment may
    /// also see.
    ///
    /// # Errors
    /// When a folder cannot be listed. A folder that is missing holds nothing.
    pub fn installed(&self) -> Result<Installed, FileError> {
        let mut installed = Installed::default();
        for folder in self.site_packages() {
            let entries = match tilsit_files::read_dir(folder) {
                Ok(entries) => entries,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let name = entry.name.to_str().unwrap_or_default();
                let is_distribution = name.ends_with(".dist-info") || name.ends_with(".egg-info");
                // pip's name for a distribution that it is taking away.
                if !is_distribution || name.starts_with('~') {
                    continue;
                }
                match InstalledDistribution::read(&entry.path) {
                    Ok(distribution) => installed.distributions.push(distribution),
                    Err(error) => installed.problems.push((entry.path, error.to_string())),
                }
            }
        }
        let by_name = |distribution: &InstalledDistribution| distribution.name().clone();
        installed.distributions.sort_by_key(by_name);
        Ok(installed)
    }

    /// The notice that keeps installers out of the base interpreter's own folders; none for a
    /// virtual environment.
    pub fn externally_managed(&self) -> Option<ExternallyManaged> {
        if self.interpreter.virtual_environment().is_some() {
            return None;
        }
        let path = self.interpreter.probe().paths.stdlib.join("EXTERNALLY-MANAGED");
        let bytes = tilsit_files::read(&path).ok()?;
        let message = externally_managed_message(&String::from_utf8_lossy(&bytes));
        Some(ExternallyManaged { path, message })
    }
}

/// The `Error` of an `EXTERNALLY-MANAGED` file.
pub fn externally_managed_message(text: &str) -> Option<String> {
    let (file, _) = crate::pip_configuration::ConfigurationFile::parse(text);
    let mut settings = file.section("externally-managed");
    let (_, message) = settings.find(|(key, _)| *key == "error")?;
    (!message.is_empty()).then(|| message.to_owned())
}
