//! The facts about one interpreter: asked once by running a small script in it, then remembered.
//!
//! [`Probe`] is what `probe/probe.py` prints. [`Probe::parse`] reads it; [`run`] starts the
//! interpreter, isolated and without `site`; [`cached`] remembers the answer in a folder, keyed by
//! the interpreter's real path, its file's identity and the running system, so that the next
//! command spawns no Python. What the facts mean for markers and tags is in
//! [`crate::interpreter`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tilsit_files::FileError;

use crate::default_index::{self, DefaultIndex};
use crate::system::{self, FileIdentity};

#[cfg(test)]
mod tests;

/// The script that is run in the interpreter.
const SCRIPT: &str = include_str!("probe/probe.py");

/// The form of [`Probe`] and of the cache entry; a change makes old entries unread.
const SCHEMA: u32 = 1;

/// The oldest Python that is supported.
const OLDEST: (u32, u32) = (3, 6);

/// Facts about an interpreter, as it sees itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Always 1: tells our line from anything else that a wrapper prints.
    #[serde(rename = "tilsit_probe")]
    form: u32,
    /// `sys.version_info`.
    pub version_info: VersionInfo,
    /// `sys.implementation.version`: for PyPy, PyPy's own.
    pub implementation_version_info: VersionInfo,
    /// `sys.executable`.
    pub executable: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// `sys.base_prefix`.
    pub base_prefix: PathBuf,
    /// `sys.exec_prefix`.
    pub exec_prefix: PathBuf,
    /// `sys.base_exec_prefix`.
    pub base_exec_prefix: PathBuf,
    /// The variables of environment markers, by name.
    pub markers: BTreeMap<String, String>,
    /// Where the interpreter's default scheme installs.
    pub paths: Scheme,
    /// The scheme of virtual environments, with `{base}` for the environment's root.
    pub venv_paths: Scheme,
    /// `site.getsitepackages()`.
    pub site_packages: Vec<PathBuf>,
    /// Where the distribution keeps the wheels of `ensurepip`, if it does.
    pub wheel_package_folder: Option<PathBuf>,
    /// `sysconfig.get_platform()`.
    pub platform: String,
    /// Size of a pointer: 32 or 64.
    pub pointer_bits: u32,
    /// The C library, on Linux.
    pub libc: Option<Libc>,
    /// The header of the executable, where it is an ELF file.
    pub elf: Option<ElfHeader>,
    /// The version of macOS.
    pub mac_version: Option<String>,
    /// The API level that Python was built for, on Android.
    pub android_api_level: Option<u32>,
    /// The version of the platform that an Emscripten build is for (PEP 783).
    pub pyemscripten_version: Option<String>,
    /// What extension modules must fit.
    pub abi: Abi,
}

/// Major, minor, micro, release level (`alpha`, `beta`, `candidate`, `final`) and serial.
pub type VersionInfo = (u32, u32, u32, String, u32);

/// The folders of an installation scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// Pure Python packages.
    pub purelib: PathBuf,
    /// Packages with extension modules.
    pub platlib: PathBuf,
    /// Programs.
    pub scripts: PathBuf,
    /// The root of data files.
    pub data: PathBuf,
    /// C headers.
    pub include: PathBuf,
    /// The standard library.
    pub stdlib: PathBuf,
}

/// A C library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Libc {
    /// `glibc` or `musl`.
    pub family: LibcFamily,
    /// `major.minor`, perhaps followed by what a distribution adds.
    pub version: String,
}

impl Libc {
    /// Major and minor version.
    pub fn major_minor(&self) -> Option<(u32, u32)> {
        let mut parts = self.version.split(['.', '-', '+']);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }
}

/// The family of a C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LibcFamily {
    /// The GNU C library.
    Glibc,
    /// musl.
    Musl,
}

/// What an ELF header says of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElfHeader {
    /// 32 or 64.
    pub bits: u32,
    /// `e_machine`.
    pub machine: u16,
    /// `e_flags`.
    pub flags: u32,
}

/// What extension modules must fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abi {
    /// `SOABI`, for instance `cpython-312-x86_64-linux-gnu`.
    pub soabi: Option<String>,
    /// `EXT_SUFFIX`.
    pub extension_suffix: Option<String>,
    /// A debug build.
    pub debug: bool,
    /// A free-threaded build.
    pub gil_disabled: bool,
    /// Built with pymalloc (the `m` of ABI tags up to 3.7).
    pub pymalloc: bool,
}

/// Why an interpreter could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The file could not be looked at.
    #[error(transparent)]
    File(#[from] FileError),
    /// It could not be started.
    #[error("could not run `{}`", .path.display())]
    Start {
        /// The interpreter.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("`{}` failed ({status}): {message}", .path.display())]
    Failed {
        /// The interpreter.
        path: PathBuf,
        /// How it ended.
        status: std::process::ExitStatus,
        /// The last line that it wrote.
        message: String,
    },
    /// It is older than 3.6.
    #[error("`{}` is a Python older than {}.{}", .path.display(), OLDEST.0, OLDEST.1)]
    TooOld {
        /// The interpreter.
        path: PathBuf,
    },
    /// It answered with something else than facts.
    #[error("`{}` did not answer as a Python interpreter: {reason}", .path.display())]
    Output {
        /// The interpreter.
        path: PathBuf,
        /// What is wrong with the answer.
        reason: ProbeParseError,
    },
}

/// Why the answer of an interpreter was not understood.
#[derive(Debug, thiserror::Error)]
pub enum ProbeParseError {
    /// No line of it holds facts.
    #[error("no line with its facts")]
    Missing,
    /// The line is not the JSON that it should be.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A variable of environment markers is missing.
    #[error("no marker variable `{0}`")]
    Marker(&'static str),
    /// A folder is not absolute.
    #[error("`{}` is not an absolute path", .0.display())]
    NotAbsolute(PathBuf),
    /// A folder of the environment scheme does not start with the placeholder.
    #[error("`{}` is not below `{{base}}`", .0.display())]
    Template(PathBuf),
}

/// The eleven variables of environment markers (PEP 508).
pub(crate) const MARKERS: [&str; 11] = [
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
];

impl Probe {
    /// Reads what the script printed: the last line that is ours, so that a chatty wrapper does
    /// no harm.
    ///
    /// # Errors
    /// When no line is ours, or it lacks a fact.
    pub fn parse(output: &str) -> Result<Self, ProbeParseError> {
        let line = output
            .lines()
            .rev()
            .find(|line| line.starts_with("{\"tilsit_probe\": "))
            .ok_or(ProbeParseError::Missing)?;
        let probe: Self = serde_json::from_str(line)?;
        probe.checked()
    }

    fn checked(self) -> Result<Self, ProbeParseError> {
        for name in MARKERS {
            if !self.markers.contains_key(name) {
                return Err(ProbeParseError::Marker(name));
            }
        }
        let scheme = &self.paths;
        let absolute = [&self.prefix, &scheme.purelib, &scheme.platlib];
        let absolute = absolute.into_iter().chain([&scheme.scripts, &scheme.data]);
        for path in absolute {
            if !path.is_absolute() {
                return Err(ProbeParseError::NotAbsolute(path.clone()));
            }
        }
        let scheme = &self.venv_paths;
        for path in [&scheme.purelib, &scheme.platlib, &scheme.scripts] {
            let inside = path.strip_prefix("{base}").is_ok_and(|rest| {
                rest.components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)))
            });
            if !inside {
                return Err(ProbeParseError::Template(path.clone()));
            }
        }
        Ok(self)
    }

    /// The value of a marker variable; every probe has all of `MARKERS`.
    pub fn marker(&self, name: &str) -> &str {
        self.markers.get(name).map_or("", String::as_str)
    }
}

/// Runs the interpreter at `path` and reads its facts.
///
/// # Errors
/// When it cannot be started, is too old, or does not answer.
pub fn run(path: &Path) -> Result<Probe, ProbeError> {
    let output = Command::new(path)
        .args(["-I", "-S", "-B", "-c", SCRIPT])
        .stdin(Stdio::null())
        // macOS's launcher passes an environment's path on to every interpreter below it.
        .env_remove("__PYVENV_LAUNCHER__")
        .output()
        .map_err(|source| ProbeError::Start {
            path: path.to_path_buf(),
            source,
        })?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        if text.contains("Unknown option: -I") {
            return Err(ProbeError::TooOld {
                path: path.to_path_buf(),
            });
        }
        let message = text.lines().rev().find(|line| !line.trim().is_empty());
        return Err(ProbeError::Failed {
            path: path.to_path_buf(),
            status: output.status,
            message: message.unwrap_or("it wrote nothing").trim().to_owned(),
        });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let probe = Probe::parse(&text).map_err(|reason| ProbeError::Output {
        path: path.to_path_buf(),
        reason,
    })?;
    let (major, minor, ..) = probe.version_info;
    if (major, minor) < OLDEST {
        return Err(ProbeError::TooOld {
            path: path.to_path_buf(),
        });
    }
    Ok(probe)
}

/// A remembered probe: an entry of the cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    schema: u32,
    real_path: PathBuf,
    identity: FileIdentity,
    system: String,
    /// The facts.
    pub probe: Probe,
    /// The default index of the interpreter's pip, if it has one.
    pub default_index: Option<DefaultIndex>,
}

impl Remembered {
    /// Reads an entry; none when it is not one of ours or of another schema.
    pub fn parse(text: &str) -> Option<Self> {
        let entry: Self = serde_json::from_str(text).ok()?;
        let probe = entry.probe.clone().checked().is_ok();
        (probe && entry.schema == SCHEMA).then_some(entry)
    }
}

/// The facts about the interpreter whose real path is `real_path`: remembered in `cache_folder`,
/// or asked for and then remembered.
///
/// An entry that is damaged, or that belongs to another file or system, is replaced. That the
/// cache cannot be written is no failure.
///
/// # Errors
/// As [`run`].
pub fn cached(real_path: &Path, cache_folder: Option<&Path>) -> Result<Remembered, ProbeError> {
    let metadata = tilsit_files::metadata(real_path)?;
    let identity = system::identity(&metadata);
    let running = system::release();
    let entry_path = cache_folder.map(|folder| folder.join(entry_name(real_path)));
    let found = entry_path
        .as_ref()
        .and_then(|path| tilsit_files::read_to_string(path).ok())
        .and_then(|text| Remembered::parse(&text))
        .filter(|entry| {
            entry.real_path == real_path && entry.identity == identity && entry.system == running
        });
    if let Some(entry) = found {
        return Ok(entry);
    }
    let probe = run(real_path)?;
    let entry = Remembered {
        schema: SCHEMA,
        real_path: real_path.to_path_buf(),
        identity,
        system: running,
        default_index: default_index::from_pip(&probe),
        probe,
    };
    if let (Some(folder), Some(path)) = (cache_folder, entry_path) {
        // The next command asks again when this one could not write.
        let _ = remember(folder, &path, &entry);
    }
    Ok(entry)
}

fn remember(folder: &Path, path: &Path, entry: &Remembered) -> Result<(), FileError> {
    tilsit_files::create_dir_all(folder)?;
    let json = serde_json::to_vec(entry).expect("paths came from JSON, so they are UTF-8");
    tilsit_files::write_atomic(path, json, tilsit_files::Durability::Fast)
}

fn entry_name(real_path: &Path) -> String {
    use std::fmt::Write as _;

    let digest = Sha256::digest(real_path.as_os_str().as_encoded_bytes());
    let mut name = String::new();
    for byte in &digest[..12] {
        let _ = write!(name, "{byte:02x}");
    }
    name + ".json"
}
