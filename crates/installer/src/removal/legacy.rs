//! What goes with a distribution that has no RECORD: installed by setuptools, as an egg, or for
//! development.
//!
//! Follows what pip takes for the content of such distributions: `installed-files.txt` where there
//! is one, else the top modules that `top_level.txt` names, less the namespaces that others share;
//! an egg as a whole; the link of a development install, and its line in `easy-install.pth`. The
//! source tree behind such a link is never touched. Programs go by the names of entry points and of
//! `EGG-INFO/scripts`.

use std::path::{Path, PathBuf};

use tilsit_dist::dist_info::{InstalledDistribution, InstalledError, InstalledForm};
use tilsit_files::FileError;

use super::{PathLine, Removal, Search, Territory, resolve};

/// The file that puts eggs and source trees on Python's search path.
const EASY_INSTALL: &str = "easy-install.pth";

/// Why what belongs to a distribution is not known.
#[derive(Debug, thiserror::Error)]
pub enum LegacyError {
    /// A folder cannot be listed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file of the metadata cannot be used.
    #[error(transparent)]
    Installed(#[from] InstalledError),
    /// There is no list of files.
    #[error("it has no RECORD")]
    NoRecord,
    /// By distutils: one file of metadata and no list.
    #[error(
        "it is a distutils installed project and thus we cannot accurately determine which files \
         belong to it which would lead to only a partial uninstall"
    )]
    Distutils,
}

/// Plans the removal of a distribution without RECORD; `scripts` is the folder of programs.
///
/// # Errors
/// When what belongs to it is not known, or cannot be read.
pub fn plan_legacy_removal(
    distribution: &InstalledDistribution,
    scripts: &Path,
    territory: &Territory,
) -> Result<Removal, LegacyError> {
    let site_packages = distribution.path.parent().unwrap_or(Path::new(""));
    let mut taking = Taking {
        distribution,
        site_packages,
        search: Search::of(territory),
        left_alone: Vec::new(),
        lines: Vec::new(),
    };
    match distribution.form {
        InstalledForm::DistInfo => return Err(LegacyError::NoRecord),
        InstalledForm::EggInfoFile => return Err(LegacyError::Distutils),
        InstalledForm::EggInfoFolder => taking.egg_info()?,
        InstalledForm::EggFolder | InstalledForm::EggFile => {
            taking.path(&distribution.path)?;
            let name = distribution.path.file_name().unwrap_or_default();
            taking.line(&format!("./{}", name.to_string_lossy()));
        }
        InstalledForm::EggLink => {
            taking.path(&distribution.path)?;
            if let Some(tree) = &distribution.source_tree {
                taking.line(&tree.to_string_lossy());
            }
        }
    }
    taking.programs(scripts)?;
    taking.search.take_compiled()?;
    let folders = taking.search.folders();
    Ok(Removal {
        name: distribution.name.clone(),
        version: distribution.version.clone(),
        files: taking.search.files.into_iter().collect(),
        folders,
        left_alone: taking.left_alone,
        lines: taking.lines,
    })
}

struct Taking<'a> {
    distribution: &'a InstalledDistribution,
    site_packages: &'a Path,
    search: Search<'a>,
    left_alone: Vec<String>,
    lines: Vec<PathLine>,
}

impl Taking<'_> {
    /// A file, or a folder with all it holds.
    fn path(&mut self, path: &Path) -> Result<(), FileError> {
        let path = resolve(path);
        if !self.search.take_all(&path)? {
            self.left_alone.push(path.display().to_string());
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.lines.push(PathLine {
            file: self.site_packages.join(EASY_INSTALL),
            line: line.to_owned(),
        });
    }

    /// A package that lies flat in `site-packages`.
    fn egg_info(&mut self) -> Result<(), LegacyError> {
        let folder = &self.distribution.path;
        self.path(folder)?;
        if let Some(record) = self.distribution.record()? {
            for entry in &record.entries {
                self.path(&self.site_packages.join(&entry.path))?;
            }
            return Ok(());
        }
        if let Some(files) = self.distribution.lines_of("installed-files.txt")? {
            for file in files {
                // As they were recorded: from the folder of the metadata.
                self.path(&folder.join(file))?;
            }
            return Ok(());
        }
        let namespaces = self.distribution.lines_of("namespace_packages.txt")?;
        let namespaces = namespaces.unwrap_or_default();
        let modules = self.distribution.lines_of("top_level.txt")?;
        for module in modules.unwrap_or_default() {
            let is_name = !module.contains(['/', '\\']) && module != "." && module != "..";
            if namespaces.contains(&module) || !is_name {
                continue;
            }
            for suffix in ["", ".py", ".pyc", ".pyo"] {
                let path = self.site_packages.join(format!("{module}{suffix}"));
                self.path(&path)?;
            }
        }
        Ok(())
    }

    /// The programs: of entry points, and those that setuptools recorded.
    fn programs(&mut self, scripts: &Path) -> Result<(), LegacyError> {
        let mut names = self.distribution.egg_scripts()?;
        let entry_points = self.distribution.entry_points()?;
        let console = entry_points.console_scripts();
        for (name, _) in console.chain(entry_points.gui_scripts()) {
            names.push(name.to_owned());
        }
        for name in names {
            for file in program_files(&name) {
                let path: PathBuf = scripts.join(file);
                if path.parent() == Some(scripts) {
                    self.path(&path)?;
                }
            }
        }
        Ok(())
    }
}

/// The files that a program of this name may consist of.
fn program_files(name: &str) -> Vec<String> {
    let mut files = vec![name.to_owned()];
    if cfg!(windows) {
        for suffix in [".exe", ".exe.manifest", "-script.py", "-script.pyw", ".bat"] {
            files.push(format!("{name}{suffix}"));
        }
    }
    files
}
