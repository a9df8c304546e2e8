//! Asking git for the state of a repository.
//!
//! One process for most versions: `git describe` knows tag, distance, commit and changes.

use std::path::Path;
use std::process::{Command, Output};

use super::archive::described;
use super::options::{VcsOptions, VersionScheme};
use super::scheme::{Moment, State};
use crate::build::BuildOptions;

/// Variables that would lead git elsewhere.
pub const MISLEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// A repository that is asked.
struct Git<'a> {
    root: &'a Path,
    build: &'a BuildOptions,
}

impl Git<'_> {
    fn output(&self, arguments: &[&str]) -> Result<Output, String> {
        let mut command = Command::new("git");
        command
            .arg("--git-dir")
            .arg(self.root.join(".git"))
            // A program that a repository names to look for changes is not started.
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "log.showSignature=false",
            ])
            .args(arguments)
            .current_dir(self.root)
            .env_clear()
            .envs(&self.build.variables)
            .env("LC_ALL", "C")
            // Asking changes nothing.
            .env("GIT_OPTIONAL_LOCKS", "0");
        for variable in MISLEADING {
            command.env_remove(variable);
        }
        let output = command.output();
        output.map_err(|error| format!("the program `git` cannot be run: {error}"))
    }

    /// What it says, without the line's end; nothing when it fails.
    fn answer(&self, arguments: &[&str]) -> Result<Option<String>, String> {
        let output = self.output(arguments)?;
        if !output.status.success() {
            return Ok(None);
        }
        let text = String::from_utf8(output.stdout);
        let text = text.map_err(|_| "git says what is not UTF-8".to_owned())?;
        Ok(Some(text.trim_end().to_owned()))
    }
}

/// The state of the repository whose top is `root`, and what is to be known of it; nothing when git
/// finds none there.
pub(super) fn state(
    root: &Path,
    options: &VcsOptions,
    build: &BuildOptions,
) -> Result<Option<(State, Option<String>)>, String> {
    let git = Git { root, build };
    let arguments = describe(options);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = git.answer(&arguments)?.filter(|text| !text.is_empty());
    let found = answer.map(|text| described(&text, options)).transpose()?;
    let found = match found {
        Some(state) => Some(state),
        None => without_tags(&git, options)?,
    };
    let Some(mut state) = found else {
        return Ok(None);
    };
    if !state.is_exact() {
        add_branch_and_date(&git, options, &mut state)?;
    }
    let problem = shallow(&git, options, &state)?;
    Ok(Some((state, problem)))
}

/// The arguments that ask for the nearest tag.
fn describe(options: &VcsOptions) -> Vec<String> {
    let words =
        |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    if let Some(arguments) = &options.describe {
        return [words(&["describe"]), arguments.clone()].concat();
    }
    let version = if options.tag_strict {
        "*[0-9]*.*[0-9]*"
    } else {
        "*[0-9]*"
    };
    let matching = format!("{}{version}", options.tag_prefix);
    let usual = [
        "describe",
        "--dirty",
        "--tags",
        "--long",
        "--abbrev=40",
        "--match",
    ];
    words(&[&usual[..], &[matching.as_str()]].concat())
}

/// The state of a repository without tags: everything counts.
fn without_tags(git: &Git<'_>, options: &VcsOptions) -> Result<Option<State>, String> {
    // A folder called `.git` may be anything.
    if git.answer(&["rev-parse", "--git-dir"])?.is_none() {
        return Ok(None);
    }
    let tag = options.fallback_version.as_deref().unwrap_or("0.0");
    let tag = tag
        .parse()
        .map_err(|error| format!("`fallback-version`: {error}"))?;
    let mut state = State::at_tag(tag);
    let Some(node) = git.answer(&["rev-parse", "--verify", "--quiet", "HEAD"])? else {
        // Nothing was ever committed.
        state.is_dirty = true;
        return Ok(Some(state));
    };
    let count = git
        .answer(&["rev-list", "--count", "HEAD"])?
        .unwrap_or_default();
    state.distance = count
        .parse()
        .map_err(|_| format!("git counts `{count}` commits, which is no number"))?;
    let changes = git.answer(&["status", "--porcelain", "--untracked-files=no"])?;
    state.is_dirty = changes.is_some_and(|changes| !changes.is_empty());
    state.node = Some(format!("g{node}"));
    Ok(Some(state))
}

/// What only some schemes need.
fn add_branch_and_date(
    git: &Git<'_>,
    options: &VcsOptions,
    state: &mut State,
) -> Result<(), String> {
    let scheme = options.version_scheme;
    let needs_branch = matches!(
        scheme,
        VersionScheme::SimplifiedSemver
            | VersionScheme::ReleaseBranchSemver
            | VersionScheme::CalverByDate
    );
    if needs_branch {
        let branch = git.answer(&["rev-parse", "--abbrev-ref", "HEAD"])?;
        state.branch = match branch {
            Some(branch) => Some(branch),
            None => git.answer(&["symbolic-ref", "--short", "HEAD"])?,
        };
    }
    if scheme == VersionScheme::CalverByDate {
        let seconds = git.answer(&["log", "-n", "1", "HEAD", "--format=%ct"])?;
        let seconds = seconds.and_then(|seconds| seconds.parse().ok());
        state.node_date = seconds.map(|seconds| Moment::at(seconds).date());
    }
    Ok(())
}

/// Whether the history ends early, so that commits were counted that are not all.
fn shallow(git: &Git<'_>, options: &VcsOptions, state: &State) -> Result<Option<String>, String> {
    let is_shallow = tilsit_files::exists(git.root.join(".git").join("shallow"));
    if state.distance == 0 || !is_shallow.map_err(|error| error.to_string())? {
        return Ok(None);
    }
    let problem = format!(
        "`{}` is a clone without its whole history, so that its version may be wrong; \
         `git fetch --unshallow` gets the rest",
        git.root.display()
    );
    if options.fail_on_shallow {
        return Err(problem);
    }
    Ok(Some(problem))
}
