//! An environment that packages are installed into: what is in it, and whether it may be changed.
//!
//! An [`Environment`] is an interpreter seen as a place. Reading one distribution's metadata is
//! `tilsit-dist`'s work; here the folders are listed. Installing is `tilsit-installer`'s.

use std::path::{Path, PathBuf};

use tilsit_dist::dist_info::{self, Installed};
use tilsit_files::FileError;

use crate::interpreter::{InstallPaths, Interpreter};

/// A place that packages are installed into.
#[derive(Clone, Debug)]
pub struct Environment {
    interpreter: Interpreter,
    paths: InstallPaths,
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

    pub(crate) fn at_paths(interpreter: Interpreter, paths: InstallPaths) -> Self {
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

    /// The folders of packages that its Python sees beside its own: Debian's `dist-packages`, and
    /// for an environment with `include-system-site-packages` those of the base. What lies there is
    /// not this environment's to change.
    pub fn also_seen(&self) -> Vec<&Path> {
        let environment = self.interpreter.virtual_environment();
        let sees_base = environment.is_none_or(|found| found.cfg.system_site_packages());
        let base = &self.interpreter.probe().site_packages;
        let own = [&self.paths.purelib, &self.paths.platlib];
        base.iter()
            .filter(|folder| sees_base && !own.contains(folder) && folder.is_dir())
            .map(PathBuf::as_path)
            .collect()
    }

    /// The distributions that are installed here, by name; not those of the base that the
    /// environment may also see.
    ///
    /// # Errors
    /// When a folder cannot be listed. A folder that is missing holds nothing.
    pub fn installed(&self) -> Result<Installed, FileError> {
        let mut installed = Installed::default();
        for folder in self.site_packages() {
            let found = dist_info::list(folder)?;
            installed.distributions.extend(found.distributions);
            installed.findings.extend(found.findings);
        }
        installed
            .distributions
            .sort_by(|left, right| left.name.cmp(&right.name));
        Ok(installed)
    }

    /// The notice that keeps installers out of the base interpreter's own folders; none for a
    /// virtual environment.
    pub fn externally_managed(&self) -> Option<ExternallyManaged> {
        if self.interpreter.virtual_environment().is_some() {
            return None;
        }
        let path = self
            .interpreter
            .probe()
            .paths
            .stdlib
            .join("EXTERNALLY-MANAGED");
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

#[cfg(test)]
mod tests;
