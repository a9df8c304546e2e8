//! A project of Poetry's: its indexes and its lock `poetry.lock`.
//!
//! Such a lock says versions and hashes, and not where files are: where a lock is read, the indexes are
//! asked for the files of exactly these versions, and those with another hash are left out.

use std::path::Path;
use std::time::Instant;

use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::marker::Marker;
use tilsit_project::lock::Lock;
use tilsit_project::poetry::{Poetry, PoetryLock, PoetryLockError, Priority, Tables, Writing};

use crate::configuration::Settings;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::{Locked, Locking};

/// What Poetry's tables say of indexes. The default index is left out where there is a primary one, as
/// Poetry does.
///
/// # Errors
/// When a source cannot be one of ours.
pub(crate) fn settings(tables: &Tables) -> Result<Settings, CommandError> {
    let of = |priority: Priority| {
        let sources = tables.sources.iter();
        sources.filter(move |source| source.priority == priority)
    };
    let names_default = of(Priority::Primary).any(|source| source.url.is_none());
    let has_primary = of(Priority::Primary).any(|source| source.url.is_some());
    let asked = of(Priority::Primary).chain(of(Priority::Supplemental));
    let asked: Vec<_> = asked.filter(|source| source.url.is_some()).collect();
    let mut indexes = Vec::new();
    for source in asked.iter().copied().chain(of(Priority::Explicit)) {
        let Some(url) = &source.url else { continue };
        // The default index is asked last.
        let is_last = asked.last().is_some_and(|last| last.name == source.name);
        indexes.push(toml::Value::Table(toml::Table::from_iter([
            ("name".to_owned(), source.name.clone().into()),
            ("url".to_owned(), url.clone().into()),
            (
                "default".to_owned(),
                (is_last && has_primary && !names_default).into(),
            ),
            (
                "explicit".to_owned(),
                (source.priority == Priority::Explicit).into(),
            ),
        ])));
    }
    let mut table = toml::Table::new();
    if !indexes.is_empty() {
        table.insert("index".to_owned(), indexes.into());
    }
    let named = tables.all().filter_map(|(_, dependency)| {
        let name = dependency.requirement.name.to_string();
        Some((
            name,
            dependency.index.as_deref()?,
            dependency.requirement.marker,
        ))
    });
    table.insert("sources".to_owned(), pinned(tables, named).into());
    read(table)
}

/// `sources` for projects that come from a named index with a URL.
fn pinned<'a>(
    tables: &Tables,
    named: impl Iterator<Item = (String, &'a str, Marker)>,
) -> toml::Table {
    let mut pinned = toml::Table::new();
    for (name, index, marker) in named {
        let mut sources = tables.sources.iter();
        if !sources.any(|source| source.name == index && source.url.is_some()) {
            continue;
        }
        let mut source = toml::Table::from_iter([("index".to_owned(), index.into())]);
        let marker = marker.without_extras();
        if !marker.is_true() {
            source.insert("marker".to_owned(), marker.to_string().into());
        }
        let list = pinned
            .entry(name)
            .or_insert_with(|| Vec::<toml::Value>::new().into());
        if let toml::Value::Array(list) = list
            && !list.contains(&source.clone().into())
        {
            list.push(source.into());
        }
    }
    pinned
}

fn read(table: toml::Table) -> Result<Settings, CommandError> {
    let settings = table.try_into();
    settings.map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))
}

impl Locking<'_> {
    /// The lock of a project of Poetry's: the one that is there if it answers the tables, else one that
    /// is made and not yet written.
    ///
    /// # Errors
    /// When the project cannot be resolved, or the form cannot hold the answer.
    pub(crate) fn lock_poetry(&self, poetry: &Poetry) -> Result<Locked, CommandError> {
        let began = Instant::now();
        let path = self.project.lock_path();
        let context = &self.project.context;
        for problem in &poetry.tables.problems {
            context.terminal.warn(problem);
        }
        let text = self.text()?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        let before = text.as_deref().map(PoetryLock::parse).transpose();
        let before = before.map_err(|error| wrong(&path, &error, context))?;
        if let (Some(before), Some(text)) = (&before, &text)
            && !self.upgrade.is_asked()
            && poetry.is_answered_by(before)
        {
            let lock = self.of_poetry_lock(poetry, before, &interpreter)?;
            return Ok(Locked::current(lock, text, began));
        }
        let inputs = self.project.inputs(&interpreter)?;
        let versions = before.as_ref().map(PoetryLock::versions);
        let (lock, found) = self.resolve_all(&interpreter, &inputs, "", versions.as_ref())?;
        let pins: Vec<_> = found
            .into_iter()
            .flat_map(|resolved| resolved.resolution.pins)
            .collect();
        let writing = Writing {
            poetry,
            lock: &lock,
            pins: &pins,
            before: before.as_ref(),
        };
        let new = writing.text();
        let new = new.map_err(|error| wrong(&path, &error, context))?;
        let texts = (text.as_deref(), new);
        Ok(Locked::foreign(lock, versions.as_ref(), texts, began))
    }

    /// What a poetry.lock says, with the files that an index has of it.
    ///
    /// # Errors
    /// When an index does not have what is locked.
    fn of_poetry_lock(
        &self,
        poetry: &Poetry,
        locked: &PoetryLock,
        interpreter: &Interpreter,
    ) -> Result<Lock, CommandError> {
        let context = &self.project.context;
        let path = self.project.lock_path();
        let wrong = |error: &PoetryLockError| wrong(&path, error, context);
        let inputs = self.project.inputs(interpreter)?;
        if !locked.has_groups {
            let mut lock = self.resolve(interpreter, &inputs, "", Some(&locked.versions()))?;
            locked.restrict(&mut lock).map_err(|error| wrong(&error))?;
            return Ok(lock);
        }
        let named = locked.pinned_indexes();
        let named = named.map(|(name, index)| (name.to_string(), index, Marker::TRUE));
        let sources = pinned(&poetry.tables, named);
        let sources = read(toml::Table::from_iter([(
            "sources".to_owned(),
            sources.into(),
        )]))?;
        let configuration = self.configuration.with_options(sources);
        let locking = Locking {
            configuration: &configuration,
            no_deps: true,
            ..*self
        };
        let pythons = inputs.universal.requires_python.clone();
        let questions = locked.questions(inputs.universal);
        let found = locking.resolve(interpreter, &questions, "", None)?;
        let lock = locked.lock(&self.project.workspace, &pythons, &found);
        lock.map_err(|error| wrong(&error))
    }

    /// The lock as it is, whatever the tables say.
    ///
    /// # Errors
    /// When it cannot be read, or an index does not have what is locked.
    pub(crate) fn frozen_poetry(&self, poetry: &Poetry, text: &str) -> Result<Lock, CommandError> {
        let path = self.project.lock_path();
        let locked = PoetryLock::parse(text);
        let locked = locked.map_err(|error| wrong(&path, &error, &self.project.context))?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        self.of_poetry_lock(poetry, &locked, &interpreter)
    }
}

fn wrong(path: &Path, error: &PoetryLockError, context: &Context) -> CommandError {
    let code = match error {
        PoetryLockError::Hashes(_) => Code::LockRefused,
        _ => Code::LockInvalid,
    };
    let failure = CommandError::from_error(code, error);
    let message = format!("`{}`: {}", context.show(path), failure.message);
    let failure = CommandError { message, ..failure };
    match error {
        PoetryLockError::Form { .. } => {
            failure.hint("an empty `pylock.toml` in its place holds everything")
        }
        _ => failure.hint("`tilsit lock` makes it again; move the file away if it cannot"),
    }
}
