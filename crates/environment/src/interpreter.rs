//! An interpreter: the facts of its base, and where it installs.
//!
//! [`Interpreter::at`] takes a path to a program or to an environment's folder. For a virtual
//! environment it follows `pyvenv.cfg` and links to the base interpreter, however the environments
//! are nested, and asks only that one; the environment's own folders follow from the scheme that
//! the base names. So an environment made a moment ago costs no Python.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tilsit_files::FileError;
use tilsit_packaging::marker::{EnvironmentError, MarkerEnvironment};
use tilsit_packaging::tag::CompatibleTags;
use tilsit_packaging::version::Version;

use crate::default_index::DefaultIndex;
use crate::probe::{self, Probe, ProbeError, Remembered, Scheme, VersionInfo};
use crate::pyvenv_cfg::PyVenvCfg;
use crate::request::{PythonRequest, VersionRequest};
use crate::system::{PROGRAM_SUFFIX, SCRIPTS_FOLDER};

mod compatibility;

/// How deep environments made from environments are followed.
const NESTING_MAX: usize = 16;

/// A Python interpreter that was found and asked.
#[derive(Clone, Debug)]
pub struct Interpreter {
    executable: PathBuf,
    base_executable: PathBuf,
    environment: Option<VirtualEnvironment>,
    remembered: Arc<Remembered>,
    version: Version,
    markers: MarkerEnvironment,
}

/// The virtual environment that an interpreter belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualEnvironment {
    /// Its folder.
    pub root: PathBuf,
    /// Its `pyvenv.cfg`.
    pub cfg: PyVenvCfg,
}

/// Where an interpreter installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallPaths {
    /// Pure Python packages.
    pub purelib: PathBuf,
    /// Packages with extension modules.
    pub platlib: PathBuf,
    /// Programs.
    pub scripts: PathBuf,
    /// The root of data files.
    pub data: PathBuf,
    /// The folder in which each project has a folder of its C headers.
    pub headers: PathBuf,
}

/// Why a path did not lead to a usable interpreter.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    /// The path depends on the current folder, which only the caller knows.
    #[error("the path `{}` of an interpreter is not absolute", .0.display())]
    NotAbsolute(PathBuf),
    /// Nothing is there, or it cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The interpreter did not answer.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// What it says of itself does not fit together.
    #[error("the interpreter `{}` contradicts itself", .path.display())]
    Markers {
        /// The interpreter.
        path: PathBuf,
        /// What does not fit.
        source: EnvironmentError,
    },
    /// A folder without a program.
    #[error("the folder `{}` is not a Python environment", .0.display())]
    NoEnvironment(PathBuf),
    /// An environment whose program is gone, or leads nowhere.
    #[error("the virtual environment `{}` has no Python in it any more", .0.display())]
    NoProgram(PathBuf),
    /// An environment whose base is gone.
    #[error(
        "the virtual environment `{}` was made from a Python in `{home}`, which is gone",
        .root.display()
    )]
    BrokenEnvironment {
        /// The environment's folder.
        root: PathBuf,
        /// `home` of its `pyvenv.cfg`.
        home: String,
    },
    /// Environments that name each other.
    #[error("the virtual environments behind `{}` lead in a circle", .0.display())]
    Circle(PathBuf),
}

impl Interpreter {
    /// The interpreter at the absolute `path`: a program, or the folder of an environment or prefix.
    ///
    /// `cache_folder` is where answers are remembered; without it the interpreter is run.
    ///
    /// # Errors
    /// When nothing usable is there.
    pub fn at(path: &Path, cache_folder: Option<&Path>) -> Result<Self, InterpreterError> {
        if !path.is_absolute() {
            return Err(InterpreterError::NotAbsolute(path.to_path_buf()));
        }
        let executable = if tilsit_files::metadata(path)?.is_dir() {
            program_of(path).ok_or_else(|| {
                if path.join("pyvenv.cfg").is_file() {
                    InterpreterError::NoProgram(path.to_path_buf())
                } else {
                    InterpreterError::NoEnvironment(path.to_path_buf())
                }
            })?
        } else {
            path.to_path_buf()
        };
        let environment = environment_of(&executable);
        let base = base_of(&executable)?;
        let remembered = probe::cached(&base, cache_folder)?;
        let version = version_of(&remembered.probe.version_info);
        let markers = compatibility::marker_environment(&remembered.probe).map_err(|source| {
            InterpreterError::Markers {
                path: base.clone(),
                source,
            }
        })?;
        Ok(Self {
            executable,
            base_executable: base,
            environment,
            remembered: Arc::new(remembered),
            version,
            markers,
        })
    }

    /// The program to start: an environment's own, or the base.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// The real path of the base interpreter.
    pub fn base_executable(&self) -> &Path {
        &self.base_executable
    }

    /// The virtual environment that this is the interpreter of.
    pub fn virtual_environment(&self) -> Option<&VirtualEnvironment> {
        self.environment.as_ref()
    }

    /// The same interpreter outside of its virtual environment.
    #[must_use]
    pub fn to_base(&self) -> Self {
        Self {
            executable: self.base_executable.clone(),
            environment: None,
            ..self.clone()
        }
    }

    /// The interpreter of an environment that was just made from this one.
    pub(crate) fn in_environment(self, root: PathBuf, cfg: PyVenvCfg) -> Self {
        let program = format!("python{PROGRAM_SUFFIX}");
        Self {
            executable: root.join(SCRIPTS_FOLDER).join(program),
            environment: Some(VirtualEnvironment { root, cfg }),
            ..self
        }
    }

    /// The base interpreter's facts.
    pub fn probe(&self) -> &Probe {
        &self.remembered.probe
    }

    /// The default index of the base interpreter's own pip, if it has one.
    pub fn default_index(&self) -> Option<DefaultIndex> {
        let remembered = self.remembered.default_index.clone();
        // pip may have come to the interpreter after it was asked.
        remembered.or_else(|| crate::default_index::from_pip(self.probe()))
    }

    /// The version of the language, for instance 3.12.1 or 3.14rc2.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The values of environment markers.
    pub fn marker_environment(&self) -> &MarkerEnvironment {
        &self.markers
    }

    /// The tags of the wheels that it takes, best first.
    pub fn tags(&self) -> CompatibleTags {
        compatibility::compatible_tags(self.probe())
    }

    /// Major and minor version.
    pub fn major_minor(&self) -> (u32, u32) {
        let (major, minor, ..) = self.probe().version_info;
        (major, minor)
    }

    /// The name of the implementation: `cpython`, `pypy`, `graalpy`.
    pub fn implementation(&self) -> &str {
        self.probe().marker("implementation_name")
    }

    /// The root that packages are installed below.
    pub fn prefix(&self) -> &Path {
        match &self.environment {
            Some(environment) => &environment.root,
            None => &self.probe().prefix,
        }
    }

    /// Where this interpreter installs.
    pub fn install_paths(&self) -> InstallPaths {
        let (major, minor) = self.major_minor();
        let (scheme, headers) = match &self.environment {
            Some(environment) => (
                rebase(&self.probe().venv_paths, &environment.root),
                Some(format!("include/site/python{major}.{minor}")),
            ),
            None => (self.probe().paths.clone(), None),
        };
        InstallPaths {
            headers: headers.map_or(scheme.include, |headers| self.prefix().join(headers)),
            purelib: scheme.purelib,
            platlib: scheme.platlib,
            scripts: scheme.scripts,
            data: scheme.data,
        }
    }

    /// Whether the interpreter is what `request` asks for; paths and names are for the search.
    pub fn satisfies(&self, request: &PythonRequest) -> bool {
        match request {
            PythonRequest::Version(version) => self.satisfies_version(version),
            PythonRequest::Any | PythonRequest::Path(_) | PythonRequest::Name(_) => true,
        }
    }

    fn satisfies_version(&self, request: &VersionRequest) -> bool {
        let abi = &self.probe().abi;
        let implementation = self.implementation();
        request.fits(implementation, &self.version, abi.gil_disabled, abi.debug)
    }
}

/// The version in `sys.version_info`.
pub(crate) fn version_of((major, minor, micro, level, serial): &VersionInfo) -> Version {
    let level = match level.as_str() {
        "alpha" => "a",
        "beta" => "b",
        "candidate" => "rc",
        _ => return Version::from_release(&[*major, *minor, *micro].map(u64::from)),
    };
    let text = format!("{major}.{minor}.{micro}{level}{serial}");
    text.parse()
        .unwrap_or_else(|_| Version::from_release(&[*major, *minor, *micro].map(u64::from)))
}

/// Puts an environment's root in the place of `{base}`.
pub(crate) fn rebase(scheme: &Scheme, root: &Path) -> Scheme {
    let rebase = |path: &Path| match path.strip_prefix("{base}") {
        Ok(rest) if rest.as_os_str().is_empty() => root.to_path_buf(),
        Ok(rest) => root.join(rest),
        Err(_) => path.to_path_buf(),
    };
    Scheme {
        purelib: rebase(&scheme.purelib),
        platlib: rebase(&scheme.platlib),
        scripts: rebase(&scheme.scripts),
        data: rebase(&scheme.data),
        include: rebase(&scheme.include),
        stdlib: rebase(&scheme.stdlib),
    }
}

/// The interpreter of an environment's or prefix's folder.
fn program_of(root: &Path) -> Option<PathBuf> {
    let names = ["python", "python3", "pypy3", "pypy"];
    let folders = [root.join(SCRIPTS_FOLDER), root.to_path_buf()];
    folders.iter().find_map(|folder| {
        names
            .iter()
            .map(|name| folder.join(format!("{name}{PROGRAM_SUFFIX}")))
            .find(|path| tilsit_files::metadata(path).is_ok_and(|found| found.is_file()))
            .or_else(|| {
                // A dangling link: the base is gone, which `base_of` reports.
                let link = folder.join(format!("python{PROGRAM_SUFFIX}"));
                (tilsit_files::exists(&link).is_ok_and(|found| found)
                    && root.join("pyvenv.cfg").is_file())
                .then_some(link)
            })
    })
}

/// The virtual environment that the program at `executable` belongs to (PEP 405: `pyvenv.cfg`
/// beside it or one folder up).
fn environment_of(executable: &Path) -> Option<VirtualEnvironment> {
    let folder = executable.parent()?;
    let roots = [folder.parent(), Some(folder)];
    roots.into_iter().flatten().find_map(|root| {
        let text = tilsit_files::read_to_string(root.join("pyvenv.cfg")).ok()?;
        let cfg = PyVenvCfg::parse(&text);
        // Without `home` Python takes no notice of the file.
        cfg.home()?;
        Some(VirtualEnvironment {
            root: root.to_path_buf(),
            cfg,
        })
    })
}

/// The real path of the interpreter that stands behind `executable` and outside of every virtual
/// environment.
fn base_of(executable: &Path) -> Result<PathBuf, InterpreterError> {
    let mut path = executable.to_path_buf();
    for _ in 0..NESTING_MAX {
        let Some(environment) = environment_of(&path) else {
            let real = tilsit_files::canonicalize(&path)?;
            // A link from outside may lead into an environment.
            if real == path || environment_of(&real).is_none() {
                return Ok(old_virtualenv_base(&real).unwrap_or(real));
            }
            path = real;
            continue;
        };
        path = step_out(&path, &environment)?;
    }
    Err(InterpreterError::Circle(executable.to_path_buf()))
}

/// From the program of an environment to the program that the environment was made from.
fn step_out(program: &Path, environment: &VirtualEnvironment) -> Result<PathBuf, InterpreterError> {
    if let Ok(real) = tilsit_files::canonicalize(program) {
        let own = tilsit_files::canonicalize(&environment.root).unwrap_or_default();
        if !real.starts_with(&own) {
            return Ok(real);
        }
    }
    // The program is a copy: `pyvenv.cfg` says of what.
    let cfg = &environment.cfg;
    let home = cfg.home().unwrap_or_default();
    let written = cfg.base_executable().map(PathBuf::from);
    let own_name = program.file_name().map(|name| Path::new(home).join(name));
    let usual = ["python3", "python", "pypy3", "pypy"]
        .map(|name| Path::new(home).join(format!("{name}{PROGRAM_SUFFIX}")));
    written
        .into_iter()
        .chain(own_name)
        .chain(usual)
        .find(|path| path.is_file() && !path.starts_with(&environment.root))
        .ok_or_else(|| InterpreterError::BrokenEnvironment {
            root: environment.root.clone(),
            home: home.to_owned(),
        })
}

/// The base of an environment of virtualenv before version 20, which has no `pyvenv.cfg` but a
/// copied program and the base's prefix in a file of its copied library.
fn old_virtualenv_base(real: &Path) -> Option<PathBuf> {
    let root = real.parent()?.parent()?;
    let libraries = tilsit_files::read_dir(root.join("lib")).ok()?;
    let prefix = libraries.iter().find_map(|entry| {
        let name = entry.name.to_str()?;
        let version = name.strip_prefix("python").or(name.strip_prefix("pypy"))?;
        let text = tilsit_files::read_to_string(entry.path.join("orig-prefix.txt")).ok()?;
        Some((PathBuf::from(text.trim()), version.to_owned()))
    });
    let (prefix, version) = prefix?;
    let program = prefix.join("bin").join(format!("python{version}"));
    tilsit_files::canonicalize(program).ok()
}
