//! A project that is locked by uv: its lock `uv.lock`, which says all that is needed to install.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::{Span, Timestamp};
use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_project::inputs::ExtraNames;
use tilsit_project::lock::{Lock, merge_marker};
use tilsit_project::uv::{
    Asked, LockedSource, Options, Terms, UvLock, UvLockError, Writing, without_secrets,
};
use tilsit_project::workspace::PYPROJECT;

use crate::error::CommandError;
use crate::explain::Code;
use crate::indexes;
use crate::locking::{Locked, Locking};
use crate::policies::Rules;
use crate::requirements::of_setting;
use crate::resolving::cut_off;

/// What uv does where nobody says how to choose versions, and does not write.
const USUAL_RESOLUTION: &str = "highest";

/// The same of how the world is divided.
const USUAL_FORKS: &str = "requires-python";

/// The same of pre-releases.
const USUAL_PRERELEASES: &str = "if-necessary-or-explicit";

impl Locking<'_> {
    /// The lock of a project that uv has locked: the one that is there if it answers the project, else
    /// one that is made and not yet written.
    ///
    /// # Errors
    /// When the project cannot be resolved, or the form cannot hold the answer.
    pub(crate) fn lock_uv(&self) -> Result<Locked, CommandError> {
        let began = Instant::now();
        let workspace = &self.project.workspace;
        let text = self.text()?;
        let interpreter = self.project.python(self.python, Scope::Any)?;
        let inputs = self.project.inputs(&interpreter)?;
        let terms = self.terms(&interpreter)?;
        let asked = Asked::of(workspace, &inputs.universal.requires_python, &terms);
        let asked =
            asked.map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
        let before = self.before_uv(text.as_deref(), &inputs.extras)?;
        let before_lock = before
            .as_ref()
            .map(|lock| lock.lock(workspace, &inputs.extras));
        let before_lock = before_lock.transpose();
        let before_lock = before_lock.map_err(|error| self.wrong_uv(&error))?;
        let rules = Rules::of(self.project);
        if let (Some(before), Some(lock), Some(text)) = (&before, &before_lock, &text)
            && !self.upgrade.is_asked()
            && before.asked.answers(&asked)
            && has_its_indexes(before, &terms)
        {
            if !rules.is_empty() {
                rules.check_lock(lock, &self.sources(&interpreter)?)?;
            }
            return Ok(Locked::current(lock.clone(), text, began));
        }
        let asked = match &before {
            Some(before) => asked.in_words_of(&before.asked),
            None => asked,
        };
        let resolved = self.resolve_all(&interpreter, &inputs, "", before_lock.as_ref());
        let (lock, found) = resolved.map_err(|error| rules.advise(error))?;
        let pins: Vec<_> = found
            .into_iter()
            .flat_map(|resolved| resolved.resolution.pins)
            .collect();
        let writing = Writing {
            workspace,
            terms: &terms,
            asked: &asked,
            lock: &lock,
            pins: &pins,
            extras: &inputs.extras,
            before: before.as_ref(),
        };
        let new = writing.text().map_err(|error| self.wrong_uv(&error))?;
        let texts = (text.as_deref(), new);
        Ok(Locked::foreign(lock, before_lock.as_ref(), texts, began))
    }

    /// The lock that is there; none where it is empty, which asks for one in this form, or where a merge
    /// in it was not decided, so that it is made anew.
    fn before_uv(
        &self,
        text: Option<&str>,
        extras: &ExtraNames,
    ) -> Result<Option<UvLock>, CommandError> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        if let Some(line) = merge_marker(text) {
            let context = &self.project.context;
            let shown = context.show(&self.project.lock_path());
            context.terminal.warn(format_args!(
                "`{shown}` has an undecided merge in line {line}; it is made anew"
            ));
            return Ok(None);
        }
        self.parse_uv(text, extras).map(Some)
    }

    /// The lock as it is, whatever the project says.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn frozen_uv(&self, text: &str) -> Result<Lock, CommandError> {
        let workspace = &self.project.workspace;
        let extras = ExtraNames::of(workspace);
        let read = self.parse_uv(text, &extras)?;
        let lock = read.lock(workspace, &extras);
        lock.map_err(|error| self.wrong_uv(&error))
    }

    fn parse_uv(&self, text: &str, extras: &ExtraNames) -> Result<UvLock, CommandError> {
        let read = match merge_marker(text) {
            Some(line) => Err(UvLockError::Merge(line)),
            None => UvLock::parse(text, extras),
        };
        read.map_err(|error| self.wrong_uv(&error))
    }

    fn wrong_uv(&self, error: &UvLockError) -> CommandError {
        let path = self.project.lock_path();
        let failure = CommandError::from_error(Code::LockInvalid, error);
        let shown = self.project.context.show(&path);
        let message = format!("`{shown}`: {}", failure.message);
        let failure = CommandError { message, ..failure };
        match error {
            UvLockError::Version(_) | UvLockError::Revision(_) => {
                failure.hint("a newer tilsit may know it")
            }
            UvLockError::Unwritable { .. } => {
                failure.hint("an empty `pylock.toml` in its place holds everything")
            }
            _ => failure.hint("`tilsit lock` makes it again once the file is moved away"),
        }
    }

    /// What a uv.lock repeats of the settings.
    fn terms(&self, interpreter: &Interpreter) -> Result<Terms, CommandError> {
        let context = &self.project.context;
        let configuration = self.configuration;
        let requirements = |key: &str, texts: Vec<String>| {
            let read = texts.iter().map(|text| of_setting(key, text));
            read.collect::<Result<Vec<Requirement>, _>>()
        };
        let named = configuration.all(|settings| settings.index.as_ref());
        let mut urls: Vec<String> = named.iter().map(|index| index.url.clone()).collect();
        urls.extend(configuration.all(|settings| settings.extra_index_url.as_ref()));
        urls.extend(configuration.first(|settings| settings.index_url.clone()));
        let sources = indexes::choose(configuration, interpreter, None, context)?;
        urls.extend(sources.indexes.iter().map(|index| {
            let url = index.url().to_string();
            url.trim_end_matches('/').to_owned()
        }));
        let indexes = named
            .into_iter()
            .filter_map(|index| Some((index.name?, index.url)));
        let mut named = BTreeMap::new();
        for (name, url) in indexes {
            named.entry(name).or_insert_with(|| without_secrets(&url));
        }
        let urls = urls.iter().map(|url| without_secrets(url)).collect();
        let (fork_strategy, metadata) = self.passed_through()?;
        let mut options = self.uv_options(context.now())?;
        options.others.extend(fork_strategy);
        Ok(Terms {
            options,
            others: metadata,
            constraints: requirements(
                "constraint-dependencies",
                configuration.all(|settings| settings.constraint_dependencies.as_ref()),
            )?,
            overrides: requirements(
                "override-dependencies",
                configuration.all(|settings| settings.override_dependencies.as_ref()),
            )?,
            excludes: configuration
                .all(|settings| settings.exclude_dependencies.as_ref())
                .into_iter()
                .map(|name| excluded(&name))
                .collect::<Result<_, _>>()?,
            build_constraints: requirements(
                "build-constraint-dependencies",
                configuration.all(|settings| settings.build_constraint_dependencies.as_ref()),
            )?,
            indexes: named,
            urls,
        })
    }

    fn uv_options(&self, now: Timestamp) -> Result<Options, CommandError> {
        let configuration = self.configuration;
        let said = configuration.first(|settings| settings.prerelease.clone());
        let all = configuration.first(|settings| settings.pre) == Some(true);
        let prerelease = if all { Some("allow".to_owned()) } else { said };
        let resolution = configuration.first(|settings| settings.resolution.clone());
        let mut options = Options {
            resolution: resolution.filter(|mode| mode != USUAL_RESOLUTION),
            prerelease: prerelease.filter(|mode| mode != USUAL_PRERELEASES),
            ..Options::default()
        };
        if let Some(text) = configuration.first(|settings| settings.exclude_newer.clone()) {
            let moment = cut_off(&text, now)?;
            match text.parse::<Span>() {
                Ok(span) => options.exclude_newer_span = Some(span.to_string()),
                Err(_) => options.exclude_newer = Some(moment),
            }
        }
        let single = configuration.merged(|settings| settings.prerelease_package.as_ref());
        let single = single.into_iter().map(|(name, mode)| (name, mode.into()));
        options.add_single("prerelease-package", single.collect());
        let single = configuration.merged(|settings| settings.exclude_newer_package.as_ref());
        let single = single.into_iter().map(|(name, text)| {
            let value = match (text.as_str(), text.parse::<Span>()) {
                ("false", _) => false.into(),
                (_, Ok(span)) => Options::span(&span.to_string()),
                (text, Err(_)) => cut_off(text, now)?.to_string().into(),
            };
            Ok((name, value))
        });
        let single = single.collect::<Result<toml::Table, CommandError>>()?;
        options.add_single("exclude-newer-package", single);
        Ok(options)
    }

    /// What uv repeats in its lock and nothing is made of here, so that its own locks are taken: how it
    /// divides the world, and metadata that it is told.
    fn passed_through(&self) -> Result<(toml::Table, toml::Table), CommandError> {
        let path = self.project.workspace.root.join(PYPROJECT);
        let text = tilsit_files::read_to_string(&path)?;
        let table: toml::Table = text.parse().unwrap_or_default();
        let uv = table.get("tool").and_then(|tool| tool.get("uv"));
        let said = |key: &str| {
            let value = uv.and_then(|uv| uv.get(key)).cloned();
            let value = value.filter(|value| value.as_str() != Some(USUAL_FORKS));
            value.map(|value| (key.to_owned(), value))
        };
        let forks = said("fork-strategy").into_iter().collect();
        let mut metadata: toml::Table = said("dependency-metadata").into_iter().collect();
        for tables in metadata
            .iter_mut()
            .filter_map(|(_, value)| value.as_array_mut())
        {
            tables.sort_by_key(|table| table.get("name").map(ToString::to_string));
        }
        Ok((forks, metadata))
    }
}

/// Whether the project still names the indexes that a lock has packages from.
fn has_its_indexes(lock: &UvLock, terms: &Terms) -> bool {
    let plain = |url: &str| url.trim_end_matches('/').to_owned();
    let known: Vec<String> = terms.urls.iter().map(|url| plain(url)).collect();
    lock.packages.iter().all(|package| match &package.source {
        LockedSource::Registry(url) if url.contains("://") => known.contains(&plain(url)),
        _ => true,
    })
}

/// A project that `exclude-dependencies` names.
///
/// # Errors
/// When it is no name.
pub(crate) fn excluded(name: &str) -> Result<ProjectName, CommandError> {
    name.parse().map_err(|error| {
        let message = format!("`{name}` in `exclude-dependencies` is no name of a project");
        CommandError::new(Code::ConfigurationInvalid, message).caused_by(format!("{error}"))
    })
}
