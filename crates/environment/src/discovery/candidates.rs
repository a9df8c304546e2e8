//! The candidates of a search, in order, each found only when those before it were not taken.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::managers::{self, Resolved};
use super::{Scope, Source, Surroundings, upward};
use crate::request::{Implementation, PythonRequest, VersionRequest};
use crate::system::{self, PROGRAM_SUFFIX};

/// The newest minor version of Python 3 that is looked for by name.
const MINOR_MAX: u64 = 20;

/// A program or environment that may be what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The program, or the environment's folder.
    pub path: PathBuf,
    /// Where it was found.
    pub source: Source,
    /// The version in the name of its folder, where a manager names folders so.
    folder_version: Option<String>,
}

impl Candidate {
    /// Whether its names alone say that it is not what is asked for.
    pub(super) fn contradicts(&self, request: &PythonRequest) -> bool {
        let PythonRequest::Version(request) = request else {
            return false;
        };
        let is_python_2 = |version: &str| version.starts_with("2.");
        if self.folder_version.as_deref().is_some_and(is_python_2) {
            return !request.could_be_python_2();
        }
        let minor_of_name = self.path.file_name().and_then(minor_in_program_name);
        let version = self.folder_version.as_deref();
        let minor_of_folder = version.and_then(minor_in_version);
        [minor_of_name, minor_of_folder]
            .into_iter()
            .flatten()
            .any(|minor| !request.could_be_minor(minor))
    }
}

/// The minor version in `python3.12` or `pypy3.9`.
fn minor_in_program_name(name: &OsStr) -> Option<u64> {
    let name = name.to_str()?.strip_suffix(PROGRAM_SUFFIX)?;
    let version = name.strip_prefix("python").or(name.strip_prefix("pypy"))?;
    version.strip_prefix("3.")?.parse().ok()
}

/// The minor version in `3.12.1` or `3.13.0t`; none for names such as `pypy3.9-7.3.15`.
fn minor_in_version(version: &str) -> Option<u64> {
    version.strip_prefix("3.")?.split('.').next()?.parse().ok()
}

/// What a search does with a candidate: `Break` ends it.
type Visit<'a> = &'a mut dyn FnMut(Candidate) -> ControlFlow<()>;

/// Shows the candidates for a request, each program once, in the order of the search. A place is
/// looked at only when those before it did not end the search.
pub(super) fn visit(
    request: &PythonRequest,
    scope: Scope,
    surroundings: &Surroundings,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let mut search = Search {
        visit,
        seen: HashSet::new(),
        surroundings,
    };
    // The name of a program means the search path, and nothing else that happens to be there.
    let is_name = matches!(request, PythonRequest::Name(_));
    if scope != Scope::Base && !is_name {
        search.environments()?;
    }
    if scope != Scope::Environment {
        let names = program_names(request);
        search.search_path(&names)?;
        if !is_name {
            search.managed()?;
            for folder in system::usual_folders(surroundings) {
                search.folder(&folder, &names, Source::System)?;
            }
        }
    }
    ControlFlow::Continue(())
}

struct Search<'a> {
    visit: Visit<'a>,
    /// Real paths of programs that were shown already.
    seen: HashSet<PathBuf>,
    surroundings: &'a Surroundings,
}

impl Search<'_> {
    fn show(
        &mut self,
        path: PathBuf,
        source: Source,
        folder_version: Option<String>,
    ) -> ControlFlow<()> {
        // Links of one folder lead to one program; the program of an environment is its own
        // candidate, although it leads to the base.
        let in_environment = path
            .ancestors()
            .take(3)
            .any(|folder| folder.join("pyvenv.cfg").is_file());
        let real = if in_environment {
            path.clone()
        } else {
            tilsit_files::canonicalize(&path).unwrap_or_else(|_| path.clone())
        };
        if !self.seen.insert(real) {
            return ControlFlow::Continue(());
        }
        (self.visit)(Candidate {
            path,
            source,
            folder_version,
        })
    }

    fn environments(&mut self) -> ControlFlow<()> {
        let surroundings = self.surroundings;
        if let Some(root) = &surroundings.virtual_env {
            let root = surroundings.working_folder.join(root);
            self.show(root, Source::ActiveEnvironment, None)?;
        }
        if let Some(root) = &surroundings.conda_prefix
            && !is_conda_base(root, surroundings)
        {
            self.show(root.clone(), Source::CondaEnvironment, None)?;
        }
        if surroundings.ignores_projects {
            return ControlFlow::Continue(());
        }
        let project = upward(&surroundings.working_folder)
            .map(|folder| folder.join(".venv"))
            .find(|root| root.join("pyvenv.cfg").is_file());
        if let Some(root) = project {
            self.show(root, Source::ProjectEnvironment, None)?;
        }
        ControlFlow::Continue(())
    }

    fn search_path(&mut self, names: &[String]) -> ControlFlow<()> {
        let surroundings = self.surroundings;
        let mut folders = HashSet::new();
        for folder in &surroundings.path_folders {
            // Shells add a folder again and again.
            if !folders.insert(folder) {
                continue;
            }
            for name in names {
                let program = folder.join(name);
                if !system::is_program(&program) {
                    continue;
                }
                match managers::resolve(&program, name, surroundings) {
                    Resolved::NoShim => self.show(program, Source::SearchPath, None)?,
                    Resolved::Programs(programs) => {
                        for program in programs {
                            self.show(program, Source::Shim, None)?;
                        }
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn managed(&mut self) -> ControlFlow<()> {
        for (root, source) in managers::roots(self.surroundings) {
            for (version, folder) in managers::versions_newest_first(&root) {
                let names = ["python3", "python", "pypy3"];
                let program = names
                    .iter()
                    .map(|name| folder.join("bin").join(format!("{name}{PROGRAM_SUFFIX}")))
                    // Python 2 and the Pythons of Windows have neither `bin` nor the 3.
                    .chain([folder.join(format!("python{PROGRAM_SUFFIX}"))])
                    .find(|program| system::is_program(program));
                if let Some(program) = program {
                    self.show(program, source, Some(version))?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn folder(&mut self, folder: &Path, names: &[String], source: Source) -> ControlFlow<()> {
        for name in names {
            let program = folder.join(name);
            if system::is_program(&program) {
                self.show(program, source, None)?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// Whether the active conda environment is conda's own, which counts as an interpreter: packages
/// put there would be everybody's.
fn is_conda_base(root: &Path, surroundings: &Surroundings) -> bool {
    let name = surroundings.conda_default_env.as_deref();
    matches!(name, Some("base" | "root")) || root.join("condabin").is_dir()
}

/// The names of programs that could be what is asked for, the likeliest first.
fn program_names(request: &PythonRequest) -> Vec<String> {
    let mut names: Vec<String> = match request {
        PythonRequest::Name(name) => vec![name.clone()],
        PythonRequest::Version(version) => names_for_version(version),
        PythonRequest::Any | PythonRequest::Path(_) => {
            let mut names = vec!["python3".to_owned(), "python".to_owned()];
            names.extend(
                (6..=MINOR_MAX)
                    .rev()
                    .map(|minor| format!("python3.{minor}")),
            );
            names.push("pypy3".to_owned());
            names
        }
    };
    for name in &mut names {
        if !name.ends_with(PROGRAM_SUFFIX) {
            name.push_str(PROGRAM_SUFFIX);
        }
    }
    names
}

fn names_for_version(request: &VersionRequest) -> Vec<String> {
    let minors: Vec<u64> = (0..=MINOR_MAX)
        .rev()
        .filter(|minor| request.could_be_minor(*minor))
        .collect();
    let families: &[&str] = match request.implementation {
        Some(Implementation::CPython) => &["python"],
        Some(Implementation::PyPy) => &["pypy", "python"],
        Some(Implementation::GraalPy) => &["graalpy", "python"],
        None => &["python", "pypy"],
    };
    let mut names = Vec::new();
    for family in families {
        let usual = [format!("{family}3"), (*family).to_owned()];
        let by_minor = minors.iter().map(|minor| {
            let variant = if request.free_threaded { "t" } else { "" };
            format!("{family}3.{minor}{variant}")
        });
        // One minor version is looked for by its own name first; of a range, the default is
        // better than the newest.
        if minors.len() == 1 {
            names.extend(by_minor);
            names.extend(usual);
        } else {
            names.extend(usual);
            names.extend(by_minor);
        }
    }
    // They are found to be named in the refusal.
    if request.could_be_python_2() && minors.is_empty() {
        names.extend(["python2.7".to_owned(), "python2".to_owned()]);
    }
    names
}
