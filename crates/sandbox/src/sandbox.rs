//! The caller's side: a command becomes the launcher's.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::limits::Limits;
use crate::plan::{OUTSIDE, Plan};
use crate::visible::way;

/// The variables that a build may see: what finds and steers compilers, the language, the date.
/// None of them is known to hold a secret.
pub const ALLOWED_VARIABLES: [&str; 32] = [
    "AR",
    "ARCHFLAGS",
    "AS",
    "CC",
    "CFLAGS",
    "CPP",
    "CPPFLAGS",
    "CXX",
    "CXXFLAGS",
    "F77",
    "F90",
    "FC",
    "FFLAGS",
    "LANG",
    "LANGUAGE",
    "LD",
    "LDFLAGS",
    "LDSHARED",
    "LD_LIBRARY_PATH",
    "MAKEFLAGS",
    "NM",
    "PATH",
    "PBR_VERSION",
    "PKG_CONFIG",
    "PKG_CONFIG_LIBDIR",
    "PKG_CONFIG_PATH",
    "RANLIB",
    "RUSTFLAGS",
    "SOURCE_DATE_EPOCH",
    "STRIP",
    "TZ",
    "_PYTHON_HOST_PLATFORM",
];

/// Beginnings of the names of further such variables.
pub const ALLOWED_PREFIXES: [&str; 4] = ["LC_", "CMAKE_", "SETUPTOOLS_SCM_PRETEND_", "NPY_"];

/// Where other users' and services' things are, and secrets of the system that its administrator,
/// who may run us, can read.
const HIDDEN: [&str; 17] = [
    "/tmp",
    "/var/tmp",
    "/run",
    "/home",
    "/root",
    "/media",
    "/var/spool",
    "/var/lib/docker",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/NetworkManager",
];

/// What a user keeps in a source tree that later runs without a sandbox: a build may read it.
const READ_ONLY_IN_TREE: [&str; 4] = [".git", ".hg", ".venv", "venv"];

/// The home of a program inside, in its own temporary folder.
pub(crate) const HOME_INSIDE: &str = "/tmp/home";

/// What every program in a sandbox has in common.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The program that calls [`launch()`](crate::launch) first thing.
    pub launcher: PathBuf,
    /// The user's home, which is not there inside.
    pub home: Option<PathBuf>,
    /// The variables that are seen inside, besides those that a command sets itself.
    pub variables: BTreeMap<OsString, OsString>,
    /// What may be read although it lies in what is hidden: files, and folders with all below.
    pub readable: Vec<PathBuf>,
    /// What the program may use.
    pub limits: Limits,
}

impl Sandbox {
    /// A sandbox with the usual limits. Of `variables` are seen those that are allowed, and those
    /// that `also` names.
    pub fn new(
        launcher: PathBuf,
        home: Option<PathBuf>,
        variables: &BTreeMap<OsString, OsString>,
        also: &[String],
    ) -> Self {
        let is_seen = |name: &OsStr| {
            let name = name.to_string_lossy();
            ALLOWED_VARIABLES.contains(&&*name)
                || ALLOWED_PREFIXES.iter().any(|start| name.starts_with(start))
                || also.iter().any(|also| **also == *name)
        };
        let seen = variables.iter().filter(|(name, _)| is_seen(name));
        Self {
            launcher,
            home,
            variables: seen
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            readable: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// The command that runs `inner` inside, in its folder, with the variables that it sets. It may
    /// write to `writable`, and read `readable` wherever that is. What became of it is then in
    /// `report`, an empty file outside all these folders.
    ///
    /// All paths must be absolute.
    pub fn command(
        &self,
        inner: &Command,
        writable: &[&Path],
        readable: &[&Path],
        report: &Path,
    ) -> Command {
        let folder = inner.get_current_dir().unwrap_or(Path::new("/"));
        let mut words: Vec<OsString> = vec![inner.get_program().to_owned()];
        words.extend(inner.get_args().map(OsStr::to_owned));
        let own = [Path::new(inner.get_program()), &self.launcher];
        let readable = readable.iter().copied().chain(own);
        let readable = readable.chain(self.readable.iter().map(PathBuf::as_path));
        let mut readable: Vec<PathBuf> = readable.flat_map(way).collect();
        for tree in writable {
            readable.extend(READ_ONLY_IN_TREE.iter().map(|name| tree.join(name)));
        }
        let home = self.home.iter().cloned();
        let hidden = HIDDEN.iter().map(PathBuf::from).chain(home);
        let plan = Plan {
            report: report.to_path_buf(),
            folder: folder.to_path_buf(),
            writable: writable.iter().flat_map(|path| way(path)).collect(),
            readable,
            hidden: hidden.filter_map(|path| path.canonicalize().ok()).collect(),
            limits: self.limits,
            command: words,
        };
        let mut command = Command::new(&self.launcher);
        command
            .arg(OUTSIDE)
            .args(plan.to_arguments())
            .current_dir("/")
            .env_clear()
            .envs(&self.variables);
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("HOME", HOME_INSIDE).env("TMPDIR", "/tmp");
        command
    }
}
