//! The version that version control tells: from the tags of a git repository, from what an archive of
//! one says, or from an sdist.
//!
//! Asked in this order, and the first that knows answers:
//!
//! 1. the variables `SETUPTOOLS_SCM_PRETEND_VERSION_FOR_<NAME>` and `SETUPTOOLS_SCM_PRETEND_VERSION`
//!    (and the same with `VCS_VERSIONING_`);
//! 2. the git repository whose top is `root`;
//! 3. PKG-INFO of an sdist;
//! 4. with `search-parent-directories` the repository of a folder above;
//! 5. `.git_archival.txt` and `.hg_archival.txt`, which archives have;
//! 6. the name of the project's folder (`parentdir-prefix-version`), then `fallback-version`.
//!
//! Options, schemes and the versions that come out are those of setuptools-scm 10; where this differs
//! is said in `docs/how-to/build.md`. Git is asked by its program; no other code is run. What a
//! repository's own configuration makes git run (filters of contents) runs as in any `git status`.
//!
//! Text and state in, version out is in [`archive`], [`options`], [`scheme`], [`tag`] and
//! [`template`]; [`git`] alone asks.

pub mod archive;
mod git;
pub mod options;
pub mod scheme;
pub mod tag;
pub mod template;

pub use git::MISLEADING;
use std::path::{Path, PathBuf};

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use crate::build::BuildOptions;
use options::VcsOptions;
use scheme::{Moment, State};

/// How deep a repository may be above the project.
const PARENTS_MAX: usize = 64;

/// What overrides a version or the options, with either start.
const STARTS: [&str; 2] = ["SETUPTOOLS_SCM", "VCS_VERSIONING"];

/// A version, and what of its origin a file may tell.
#[derive(Clone, Debug)]
pub(crate) struct VcsVersion {
    pub(crate) version: Version,
    /// The state that it was made of, unless it was stated.
    pub(crate) state: Option<State>,
    /// Whether it is the one of an sdist, in which the files that tell the version are.
    pub(crate) is_of_sdist: bool,
    /// What is to be known: the repository may tell a wrong version.
    pub(crate) problem: Option<String>,
}

impl VcsVersion {
    fn stated(text: &str, of: &str) -> Result<Self, String> {
        let version = text.parse::<Version>();
        Ok(Self {
            version: version.map_err(|error| format!("{of}: {error}"))?,
            state: None,
            is_of_sdist: false,
            problem: None,
        })
    }
}

/// The version of the project in `folder`.
///
/// # Errors
/// The reason: nothing knows a version, a tag has none in it, or what was asked for is not done here.
pub(crate) fn vcs_version(
    folder: &Path,
    name: &ProjectName,
    options: &VcsOptions,
    build: &BuildOptions,
) -> Result<VcsVersion, String> {
    let folder = tilsit_files::canonicalize(folder).map_err(|error| error.to_string())?;
    let name = options.dist_name.as_ref().unwrap_or(name);
    if let Some(pretended) = pretended(name, build)? {
        return Ok(pretended);
    }
    let root = folder.join(&options.root);
    let root = tilsit_files::canonicalize(root).map_err(|error| error.to_string())?;
    if let Some(found) = of_repository(&root, options, build)? {
        return Ok(found);
    }
    let fallback = folder.join(&options.fallback_root);
    if let Some(found) = of_sdist(&fallback, name)? {
        return Ok(found);
    }
    if options.search_parent_directories {
        for parent in root.ancestors().skip(1).take(PARENTS_MAX) {
            if let Some(found) = of_repository(parent, options, build)? {
                return Ok(found);
            }
        }
    }
    let mut places = vec![fallback.as_path()];
    if root != fallback {
        places.push(&root);
    }
    for place in places {
        if let Some(state) = archive::read(place, options)? {
            return of_state(state, None, options, build);
        }
    }
    without_repository(&fallback, options)
}

/// What a variable says, whatever else is known.
fn pretended(name: &ProjectName, build: &BuildOptions) -> Result<Option<VcsVersion>, String> {
    let suffix = name.as_str().replace('-', "_").to_ascii_uppercase();
    let variable = |variable: &str| {
        let value = build.variables.get(std::ffi::OsStr::new(variable))?;
        value.to_str().filter(|value| !value.is_empty())
    };
    for start in STARTS {
        for what in ["PRETEND_METADATA", "OVERRIDES"] {
            for key in [
                format!("{start}_{what}_FOR_{suffix}"),
                format!("{start}_{what}"),
            ] {
                if variable(&key).is_some() {
                    return Err(format!(
                        "the variable `{key}` is set, and is not followed here"
                    ));
                }
            }
        }
    }
    let named = STARTS.map(|start| format!("{start}_PRETEND_VERSION_FOR_{suffix}"));
    let plain = STARTS.map(|start| format!("{start}_PRETEND_VERSION"));
    for key in named.iter().chain(&plain) {
        if let Some(value) = variable(key) {
            return VcsVersion::stated(value, &format!("the variable `{key}`")).map(Some);
        }
    }
    Ok(None)
}

fn of_repository(
    root: &Path,
    options: &VcsOptions,
    build: &BuildOptions,
) -> Result<Option<VcsVersion>, String> {
    let is_there =
        |name: &str| tilsit_files::exists(root.join(name)).map_err(|error| error.to_string());
    if is_there(".git")? {
        let Some((state, problem)) = git::state(root, options, build)? else {
            return Ok(None);
        };
        return of_state(state, problem, options, build).map(Some);
    }
    for (folder, system) in [(".hg", "Mercurial"), (".jj", "Jujutsu")] {
        if is_there(folder)? {
            return Err(format!(
                "`{}` is a repository of {system}, which is not asked for versions here; git and \
                 archives are",
                root.display()
            ));
        }
    }
    Ok(None)
}

fn of_state(
    state: State,
    problem: Option<String>,
    options: &VcsOptions,
    build: &BuildOptions,
) -> Result<VcsVersion, String> {
    let now = Moment::at(build.now_seconds);
    let version = scheme::version(&state, options, now)?;
    Ok(VcsVersion {
        version,
        state: Some(state),
        is_of_sdist: false,
        problem,
    })
}

/// The version that PKG-INFO in an unpacked sdist says.
fn of_sdist(folder: &Path, name: &ProjectName) -> Result<Option<VcsVersion>, String> {
    let path = folder.join("PKG-INFO");
    let text = match tilsit_files::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let fields = archive::fields(&text);
    let is_ours = fields
        .get("Name")
        .and_then(|found| found.parse::<ProjectName>().ok())
        .is_some_and(|found| found == *name);
    let Some(version) = fields.get("Version").filter(|_| is_ours) else {
        return Ok(None);
    };
    let mut found = VcsVersion::stated(version, "PKG-INFO")?;
    found.is_of_sdist = true;
    Ok(Some(found))
}

/// What the folder's name or the settings say.
fn without_repository(folder: &Path, options: &VcsOptions) -> Result<VcsVersion, String> {
    if let Some(prefix) = &options.parentdir_prefix_version {
        let folder = tilsit_files::canonicalize(folder).unwrap_or_else(|_| PathBuf::new());
        let name = folder.file_name().and_then(|name| name.to_str());
        let rest = name.and_then(|name| name.strip_prefix(prefix.as_str()));
        let version = rest
            .map(|rest| tag::version_in(rest, options))
            .transpose()?;
        if let Some(version) = version.flatten() {
            return VcsVersion::stated(&version.to_string(), "the folder's name");
        }
    }
    if let Some(fallback) = &options.fallback_version {
        return VcsVersion::stated(fallback, "`fallback-version`");
    }
    Err(
        "tells no version: there is no git repository here, no PKG-INFO of an sdist and no archive's \
         `.git_archival.txt` that git filled in; the variable `SETUPTOOLS_SCM_PRETEND_VERSION` says one"
            .to_owned(),
    )
}
