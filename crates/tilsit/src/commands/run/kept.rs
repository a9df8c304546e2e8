//! The environments that `run` keeps in the cache: what is asked for leads to an answer, the answer
//! to an environment that holds exactly one resolution.
//!
//! # On disk
//!
//! | below `scripts-1` in the cache | what |
//! |---|---|
//! | `answers/<digest>` | which environment fits what is asked for, and when that was found out |
//! | `<digest>/` | an environment; it counts once `tilsit-complete` is in it |
//! | `<digest>.lock` | held while the environment is made |
//! | `urls/<digest>/` | scripts from URLs |

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tilsit_build_frontend::Source;
use tilsit_environment::venv::{self, Existing, VenvOptions};
use tilsit_environment::{Environment, Interpreter};
use tilsit_files::{LockFile, LockKind};
use tilsit_packaging::pylock::PackageSource;
use tilsit_packaging::requirement::RequirementSource;
use tilsit_resolver::Preferences;

use super::SCRIPTS;
use super::answers::{Answers, digest};
use crate::building::Unnamed;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::installing::Change;
use crate::requirements::Wanted;
use crate::resolving::Resolved;
use crate::syncing::Syncing;
use crate::terminal::{DIM, count, duration};
use crate::{filling, installing};

/// The mark of an environment in which everything is installed.
pub(super) const COMPLETE: &str = "tilsit-complete";

/// The file that lays an environment over another one.
const OVERLAY: &str = "_tilsit_overlay.pth";

/// Where something runs.
pub(crate) struct Place {
    /// The Python.
    pub(crate) python: PathBuf,
    /// Its environment's folder.
    pub(crate) environment: Option<PathBuf>,
    /// The folders of its programs, the nearest first.
    pub(crate) programs: Vec<PathBuf>,
}

impl Place {
    /// The place of an interpreter.
    pub(super) fn of(interpreter: &Interpreter) -> Self {
        let environment = interpreter.virtual_environment();
        Self {
            python: interpreter.executable().to_path_buf(),
            environment: environment.map(|environment| environment.root.clone()),
            programs: vec![interpreter.install_paths().scripts],
        }
    }

    /// A program: the place's own, else one of the search path.
    pub(super) fn program(&self, name: &OsStr) -> OsString {
        if Path::new(name).components().count() > 1 {
            return name.to_owned();
        }
        if name == "python" || name == "python3" {
            return self.python.clone().into();
        }
        let suffix = if cfg!(windows) { ".exe" } else { "" };
        let mut file = name.to_owned();
        file.push(suffix);
        let mut own = self.programs.iter().map(|folder| folder.join(&file));
        own.find(|path| path.is_file())
            .map_or_else(|| name.to_owned(), Into::into)
    }

    /// The Python without a console, on Windows.
    pub(super) fn windowed(&self) -> Option<PathBuf> {
        let program = self.python.with_file_name("pythonw.exe");
        (cfg!(windows) && program.is_file()).then_some(program)
    }
}

/// What is asked for.
pub(crate) struct Asking {
    /// The requirements.
    pub(crate) wanted: Wanted,
    /// The settings, with the options of the command in front.
    pub(crate) configuration: Configuration,
    /// Whether it is found out again which environment fits.
    pub(crate) upgrade: bool,
}

/// What is asked for, and where the environment for it would be.
pub(crate) struct Kept<'a> {
    /// The lock that says what is in it; none where that is resolved.
    lock: Option<&'a Syncing<'a>>,
    wanted: Wanted,
    configuration: Configuration,
    interpreter: Interpreter,
    /// The environment that this one is laid over.
    below: Option<Environment>,
    folder: PathBuf,
    answers: Answers,
    /// None when something that is asked for may change unseen: then there is no answer to keep.
    question: Option<String>,
    upgrade: bool,
}

impl<'a> Kept<'a> {
    /// What is asked for, of a Python and over what is there.
    pub(crate) fn of(
        asking: Asking,
        interpreter: &Interpreter,
        below: Option<Environment>,
        context: &Context,
    ) -> Self {
        let Asking {
            wanted,
            configuration,
            upgrade,
        } = asking;
        let folder = context.cache_folder.join(SCRIPTS);
        let base = interpreter.to_base();
        let question = question(&base, below.as_ref(), &wanted, &configuration, context);
        Self {
            lock: None,
            question,
            answers: Answers::in_folder(folder.join("answers")),
            wanted,
            configuration,
            interpreter: base,
            below,
            folder,
            upgrade,
        }
    }

    /// What a lock says for a Python.
    pub(crate) fn of_lock(
        lock: &'a Syncing<'a>,
        interpreter: &Interpreter,
        context: &Context,
    ) -> Self {
        let asking = Asking {
            wanted: Wanted::default(),
            configuration: lock.configuration.clone(),
            upgrade: false,
        };
        let mut kept = Self::of(asking, interpreter, None, context);
        let has_folders = lock.lock.pylock.packages.iter().any(|package| {
            // Its files may change unseen.
            matches!(package.source, PackageSource::Directory(_))
        });
        let text = lock.lock.to_toml();
        kept.question = kept
            .question
            .filter(|_| !has_folders)
            .map(|question| format!("{question}{}", digest(&text)));
        kept.lock = Some(lock);
        kept
    }

    fn resolved(&self, context: &Context) -> Result<Resolved, CommandError> {
        if let Some(lock) = self.lock {
            return lock.all(&self.interpreter);
        }
        filling::resolve(
            &self.wanted,
            &self.configuration,
            &self.interpreter,
            self.preferences(context)?,
            context,
        )
    }

    /// The environment, which is made when it is not there.
    ///
    /// # Errors
    /// When the requirements cannot be met, or the environment cannot be made.
    pub(crate) fn place(self, context: &Context) -> Result<Place, CommandError> {
        if !self.upgrade
            && let Some(question) = &self.question
            && let Some(name) = self.answers.find(question, context.now())
        {
            let root = self.folder.join(name);
            if is_complete(&root) {
                return Ok(self.place_in(root));
            }
        }
        let resolved = self.resolved(context)?;
        // The cache is marked when something is put into it.
        context.cache()?.bucket(SCRIPTS)?;
        let name = digest(&self.described(&resolved, context)?);
        let root = self.folder.join(&name);
        let lock = self.folder.join(format!("{name}.lock"));
        let lock = LockFile::acquire(lock, LockKind::Exclusive)?;
        if !is_complete(&root) {
            self.make(&root, &resolved, context)?;
        }
        drop(lock);
        if let Some(question) = &self.question {
            self.answers.remember(question, &name, context.now())?;
        }
        Ok(self.place_in(root))
    }

    /// The versions in the environment below: what is added should be what is there.
    fn preferences(&self, context: &Context) -> Result<Preferences, CommandError> {
        let Some(below) = &self.below else {
            return Ok(Preferences::default());
        };
        let present = installing::present(below, context)?;
        let versions = present
            .into_iter()
            .map(|distribution| (distribution.name, distribution.version));
        Ok(versions.collect())
    }

    fn place_in(&self, root: PathBuf) -> Place {
        let environment = venv::existing(&self.interpreter, root);
        let mut place = Place::of(&environment);
        let below = self.below.as_ref();
        place
            .programs
            .extend(below.map(|below| below.paths().scripts.clone()));
        place
    }

    /// Makes the environment of a resolution; it counts once the mark is there.
    fn make(
        &self,
        root: &Path,
        resolved: &Resolved,
        context: &Context,
    ) -> Result<(), CommandError> {
        let link_mode = installing::link_mode_of_ours(&self.configuration)?;
        let options = VenvOptions {
            existing: Existing::Clear,
            ..VenvOptions::default()
        };
        let environment = Environment::of(venv::create(&self.interpreter, root, &options)?);
        let check = |change: &Change| match self.lock {
            Some(lock) => lock.check_licenses(change, &environment),
            None => Ok(()),
        };
        let change = filling::fill(&environment, resolved, link_mode, &check, context)?;
        if let Some(below) = &self.below {
            let path = environment.paths().purelib.join(OVERLAY);
            tilsit_files::write(path, overlay(below))?;
        }
        let projects = count(change.entries.len(), "project");
        let took = duration(resolved.took + change.took);
        context
            .terminal
            .say(format_args!("{DIM}Installed {projects} in {took}{DIM:#}"));
        Ok(tilsit_files::write(root.join(COMPLETE), "")?)
    }

    /// What makes an environment the one that it is: its base, what it lies over, each file in it.
    fn described(&self, resolved: &Resolved, context: &Context) -> Result<String, CommandError> {
        let mut text = place_of(&self.interpreter, self.below.as_ref());
        for pin in &resolved.resolution.pins {
            let remote = &pin.file.remote;
            let place = match (&pin.url, &remote.hashes.sha256) {
                (Some(_), _) if !pin.file.is_wheel => resolved
                    .frontend
                    .identity(pin)?
                    // What may change unseen is another one each time.
                    .unwrap_or_else(|| context.now().to_string()),
                (Some(url), None) => format!("{url} {:?}", local_state(url, false, context)),
                (_, Some(sha256)) => sha256.to_string(),
                (None, None) => remote.url.to_string(),
            };
            let _ = writeln!(text, "{}=={} {place}", pin.name, pin.version);
        }
        Ok(text)
    }
}

/// What is asked for, as text: the same text has the same answer. None when something of it may
/// change unseen.
fn question(
    base: &Interpreter,
    below: Option<&Environment>,
    wanted: &Wanted,
    configuration: &Configuration,
    context: &Context,
) -> Option<String> {
    let mut text = place_of(base, below);
    for root in wanted.requirements.iter().chain(&wanted.constraints) {
        let _ = writeln!(text, "{}", root.requirement);
        if let RequirementSource::Url(url) = &root.requirement.source {
            text += &local_state(url, wanted.editables.contains(url), context)?;
        }
    }
    for Unnamed {
        url,
        extras,
        marker,
        ..
    } in &wanted.unnamed
    {
        let _ = writeln!(text, "{url} {extras:?} {marker}");
        text += &local_state(url, wanted.editables.contains(url), context)?;
    }
    Some(text + &wanted.over(configuration).resolution_key())
}

/// The state of a folder or file on this machine; nothing of other places.
fn local_state(url: &str, is_editable: bool, context: &Context) -> Option<String> {
    // What is wrong with a URL is said when it is resolved.
    let Ok((source, _)) = Source::of_url(url, is_editable) else {
        return Some(String::new());
    };
    match source {
        Source::Folder(folder) => folder.state(context.variables.all()),
        Source::Archive(archive) => {
            let path = archive.file.url.to_file_path();
            let found = path.ok().and_then(|path| tilsit_files::metadata(path).ok());
            let state = found.map(|found| (found.len(), found.modified().ok()));
            Some(format!("{state:?}"))
        }
        Source::Sdist(_) | Source::Git(_) | Source::Vcs(_) => Some(String::new()),
    }
}

fn place_of(base: &Interpreter, below: Option<&Environment>) -> String {
    let python = base.base_executable().display();
    let below = below.map_or_else(String::new, |below| below.root().display().to_string());
    format!("{python} {}\n{below}\n", base.version())
}

/// A line that adds the folders of the environment below, behind this one's, with their own `.pth`
/// files. Python runs the line when it starts.
fn overlay(below: &Environment) -> String {
    let mut line = String::from("import site");
    for folder in below.site_packages().into_iter().chain(below.also_seen()) {
        let text = folder.to_string_lossy();
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = write!(line, "; site.addsitedir(\"{text}\")");
    }
    line + "\n"
}

fn is_complete(root: &Path) -> bool {
    root.join(COMPLETE).is_file()
}
