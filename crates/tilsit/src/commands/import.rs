//! `tilsit import`: a project of another tool becomes one of pyproject.toml and pylock.toml.

mod building;
mod pins;
mod sources;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tilsit_environment::discovery::Scope;
use tilsit_files::Durability;
use tilsit_packaging::name::GroupName;
use tilsit_project::Workspace;
use tilsit_project::edit::EditError;
use tilsit_project::import::{
    self, Candidate, Defaults, Fate, Foreign, Kind, Outcome, World, Written,
};
use tilsit_project::workspace::PYPROJECT;

use crate::building::BuildOptions;
use crate::commands::add::dev_group;
use crate::commands::init::name_of_folder;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::commands::pip::list::table::columns;
use crate::context::Context;
use crate::difference::unified;
use crate::editing::Originals;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::{self, Locked, Locking};
use crate::projects::Project;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{GOOD, count, duration};

/// Turn a project of another tool into one of pyproject.toml and pylock.toml
///
/// Takes requirements files (and what was compiled from them), Pipfile, the tables of Poetry, pdm, hatch,
/// flit and uv, conda's environment.yml, setup.cfg and setup.py, which is read and not run. What the files say goes
/// to `[project]`, `[dependency-groups]` and `[tool.tilsit]`; what stands in pyproject.toml already stays.
/// Where each key went is shown. The versions that were locked are kept where they can be.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files; what the folder has, if none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Take only what is of this kind, or the named files as such
    #[arg(long, value_name = "KIND")]
    from: Option<From>,
    /// Put what is needed into this dependency group, and not into the project itself
    #[arg(long, value_name = "NAME", conflicts_with = "dev")]
    group: Option<GroupName>,
    /// Put what is needed into the dependency group `dev`
    #[arg(long)]
    dev: bool,
    /// Build a project with a setup.py, which runs it, and take what the result says
    #[arg(long = "build")]
    runs_setup: bool,
    /// Show how pyproject.toml would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write pyproject.toml alone
    #[arg(long)]
    no_lock: bool,
    /// Resolve with this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

/// A kind of foreign project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// Requirements files
    Requirements,
    /// Pipfile and Pipfile.lock
    Pipenv,
    /// `[tool.poetry]` and poetry.lock
    Poetry,
    /// `[tool.pdm]` and pdm.lock
    Pdm,
    /// `[tool.uv]` and uv.lock
    Uv,
    /// The environments of `[tool.hatch]`
    Hatch,
    /// The metadata of `[tool.flit]`
    Flit,
    /// setup.py and setup.cfg
    Setuptools,
    /// conda's environment.yml
    Conda,
}

impl From {
    fn kind(self) -> Kind {
        match self {
            Self::Requirements => Kind::Requirements,
            Self::Pipenv => Kind::Pipfile,
            Self::Poetry => Kind::Poetry,
            Self::Pdm => Kind::Pdm,
            Self::Uv => Kind::Uv,
            Self::Hatch => Kind::Hatch,
            Self::Flit => Kind::Flit,
            Self::Setuptools => Kind::Setuptools,
            Self::Conda => Kind::Conda,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let candidates = sources::candidates(arguments, context)?;
    let group = match (&arguments.group, arguments.dev) {
        (Some(group), _) => Some(group.clone()),
        (None, true) => Some(dev_group()?),
        (None, false) => None,
    };
    let variable = |name: &str| context.variables.text(name).map(str::to_owned);
    let world = World {
        folder: &context.working_folder,
        variable: &variable,
        group: group.as_ref(),
    };
    let is_built = |one: &&Candidate| arguments.runs_setup && one.kind == Kind::Setuptools;
    let read: Vec<Candidate> = candidates
        .iter()
        .filter(|one| !is_built(one))
        .cloned()
        .collect();
    let mut foreign = import::read(&read, world)?;
    if candidates.iter().any(|one| is_built(&one)) {
        foreign.items.extend(building::items(arguments, context)?);
    }
    if !arguments.no_lock && candidates.iter().any(|one| one.kind == Kind::Conda) {
        sources::leave_out_unknown(arguments, &mut foreign, context)?;
    }
    let importing = Importing {
        arguments,
        path: context.working_folder.join(PYPROJECT),
        candidates,
        foreign,
        context,
    };
    importing.run()
}

/// An import under way.
struct Importing<'a> {
    arguments: &'a Arguments,
    path: PathBuf,
    candidates: Vec<Candidate>,
    foreign: Foreign,
    context: &'a Context,
}

impl Importing<'_> {
    fn run(&self) -> Result<Report, CommandError> {
        let before = locking::read_text(&self.path)?;
        let text = before.as_deref().unwrap_or_default();
        let written = self.written(text)?;
        self.tell(&written);
        let mut result = self.result(&written);
        if self.arguments.dry_run {
            let shown = self.context.show(&self.path);
            let difference = unified(&shown, text, &written.text);
            result["difference"] = json!(difference);
            return Ok(Report::new(difference, result));
        }
        let mut originals = Originals::default();
        let done = self.apply(before.is_some(), &written, &mut result, &mut originals);
        done.map_err(|error| {
            let error = originals.put_back(error);
            if self.arguments.no_lock {
                return error;
            }
            error.hint(
                "`--no-lock` writes pyproject.toml alone, to be put right before `tilsit lock`",
            )
        })?;
        Ok(Report::silent(result))
    }

    fn written(&self, text: &str) -> Result<Written, CommandError> {
        let name = name_of_folder(&self.context.working_folder)?;
        let python = self.arguments.python.as_deref();
        let found = pythons::find(python, Scope::Any, self.context)?;
        let (major, minor) = found.interpreter.major_minor();
        let defaults = Defaults {
            name: &name,
            requires_python: &format!(">={major}.{minor}"),
        };
        import::write(&self.foreign.items, text, defaults).map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &EditError) -> CommandError {
        let shown = self.context.show(&self.path);
        let message = format!("`{shown}` cannot be changed");
        CommandError::new(Code::ProjectInvalid, message).caused_by(error.to_string())
    }

    /// Writes pyproject.toml as a whole, and then the lock.
    fn apply(
        &self,
        is_there: bool,
        written: &Written,
        result: &mut Value,
        originals: &mut Originals,
    ) -> Result<(), CommandError> {
        if is_there {
            let path = tilsit_files::canonicalize(&self.path)?;
            originals.replace(&path, written.text.as_bytes())?;
        } else {
            originals.keep(&self.path)?;
            tilsit_files::write_atomic(&self.path, &written.text, Durability::Synced)?;
        }
        if !self.arguments.no_lock {
            self.lock(result, originals)?;
        }
        Ok(())
    }

    fn lock(&self, result: &mut Value, originals: &mut Originals) -> Result<(), CommandError> {
        // The settings that were read when the program began are those of before.
        let context = self.context.without_project();
        let mut project = Project::find(&context)?;
        // What is imported is locked in our own form, also where the lock of the other tool stays.
        project.workspace = Workspace::clone(&project.workspace).in_own_lock().into();
        let configuration = self.arguments.index.over(&project.context)?;
        let configuration = self.arguments.resolver.over(&configuration);
        let locking = Locking {
            project: &project,
            configuration: &configuration,
            upgrade: &UpgradeOptions::default(),
            build: &self.arguments.build.read(self.context)?,
            python: self.arguments.python.as_deref(),
            no_deps: false,
        };
        let path = project.lock_path();
        originals.keep(&path)?;
        let locked = locking.lock_keeping(&self.foreign.pins)?;
        let kept = import::kept(&self.foreign.pins, &locked.lock);
        pins::refuse_other_files(&kept)?;
        let kept = pins::explained(&kept, &locking, self.context)?;
        locked.write(&path)?;
        result["lock"] = json!(path);
        result["packages"] = json!(locked.lock.pylock.packages.len());
        result["pins"] = json!(kept);
        self.tell_lock(&locked);
        pins::tell(&kept, self.context);
        Ok(())
    }

    fn tell(&self, written: &Written) {
        let terminal = &self.context.terminal;
        for candidate in &self.candidates {
            let group = candidate.group.as_ref().or(self.arguments.group.as_ref());
            let place =
                group.map_or_else(String::new, |group| format!(", into the group `{group}`"));
            let lock = candidate.lock.as_ref();
            let lock = lock.map_or_else(String::new, |lock| {
                format!(", with the versions of `{lock}`")
            });
            let (file, kind) = (&candidate.file, candidate.kind.name());
            terminal.say(format_args!(
                "{GOOD}Importing{GOOD:#} `{file}` ({kind}{place}{lock})"
            ));
        }
        let rows: Vec<Vec<String>> = written.outcomes.iter().map(row).collect();
        if !rows.is_empty() {
            let table = columns(&["From", "To", "As, or why"], &rows);
            terminal.say(table.trim_end());
        }
    }

    fn tell_lock(&self, locked: &Locked) {
        let packages = count(locked.lock.pylock.packages.len(), "package");
        let took = duration(locked.took);
        let terminal = &self.context.terminal;
        terminal.say(format_args!("{GOOD}Locked{GOOD:#} {packages} in {took}"));
    }

    fn result(&self, written: &Written) -> Value {
        let sources = self.candidates.iter().map(|one| {
            json!({
                "kind": one.kind.name(),
                "file": one.file,
                "group": one.group.as_ref().map(GroupName::as_str),
                "lock": one.lock,
            })
        });
        json!({
            "file": self.path,
            "sources": sources.collect::<Vec<_>>(),
            "keys": written.outcomes,
            "lock": Value::Null,
            "dry_run": self.arguments.dry_run,
        })
    }
}

fn row(outcome: &Outcome) -> Vec<String> {
    let line = outcome
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    let from = format!("{}{line} {}", outcome.file, outcome.key);
    let to = match outcome.fate {
        Fate::Written | Fate::There => outcome.to.clone().unwrap_or_default(),
        Fate::Pinned => "(the lock)".to_owned(),
        Fate::Stays => "(stays)".to_owned(),
        Fate::LeftOut => "(left out)".to_owned(),
    };
    let note = outcome.note.clone();
    let note = match outcome.fate {
        Fate::There => Some(note.map_or_else(
            || "is there already".to_owned(),
            |note| format!("{note}, is there already"),
        )),
        _ => note,
    };
    vec![from.trim().to_owned(), to, note.unwrap_or_default()]
}
