//! Locks named where requirements files stand: `-r pylock.toml`, with extras as `pylock.toml[test]`,
//! and groups as `--group pylock.toml:dev`.

use std::path::{Path, PathBuf};

use serde_json::json;
use tilsit_build_frontend::Renewal;
use tilsit_environment::Environment;
use tilsit_packaging::name::{ExtraName, GroupName};
use tilsit_packaging::pylock::is_pylock_file_name;
use tilsit_project::lock::{Lock, Selection};

use crate::building::BuildSettings;
use crate::commands::sync;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change};
use crate::locking;
use crate::report::Report;
use crate::syncing::{Omitted, Syncing};

/// A lock that is named, and what of it.
#[derive(Debug)]
pub(super) struct LockRequest {
    path: PathBuf,
    extras: Vec<ExtraName>,
    groups: Vec<GroupName>,
    with_defaults: bool,
}

/// How what a lock says gets into an environment.
pub(super) struct Manner<'a> {
    /// The settings, with the options of the command in front.
    pub(super) configuration: &'a Configuration,
    /// What else is there may stay.
    pub(super) inexact: bool,
    /// What is installed again although it is there.
    pub(super) reinstall: Renewal,
    /// How what must be built is built.
    pub(super) build: &'a BuildSettings,
}

impl LockRequest {
    /// The lock among the files and groups that are named, beside as many others; none where none of
    /// them is one.
    ///
    /// # Errors
    /// When a lock stands beside other files, or names extras or groups that are none.
    pub(super) fn among(
        files: &[PathBuf],
        groups: &[String],
        mut others: usize,
    ) -> Result<Option<Self>, CommandError> {
        let mut request: Option<Self> = None;
        let named = files.iter().map(|file| (file.to_string_lossy(), None));
        let of_groups = groups.iter().map(|typed| {
            let (path, group) = typed.rsplit_once(':').unwrap_or(("", typed));
            (path.into(), Some(group))
        });
        for (text, group) in named.chain(of_groups) {
            let (path, extras) = with_extras(&text)?;
            let name = Path::new(path).file_name().and_then(|name| name.to_str());
            if !name.is_some_and(is_pylock_file_name) {
                others += 1;
                continue;
            }
            let known = request.get_or_insert_with(|| Self {
                path: path.into(),
                extras: Vec::new(),
                groups: Vec::new(),
                with_defaults: false,
            });
            if known.path != Path::new(path) {
                others += 1;
            }
            known.extras.extend(extras);
            match group {
                None => known.with_defaults = true,
                Some(group) => known.groups.push(parsed(group)?),
            }
        }
        match request {
            Some(request) if others > 0 => {
                let path = request.path.display();
                let message = format!("the lock `{path}` cannot stand beside other files");
                Err(CommandError::new(Code::Usage, message).hint("install one after the other"))
            }
            request => Ok(request),
        }
    }

    /// Has in the environment what the lock says for it.
    ///
    /// # Errors
    /// When the lock cannot be read, or is not for the environment, or a file cannot be had or placed.
    pub(super) fn install(
        &self,
        environment: &Environment,
        manner: &Manner<'_>,
        dry_run: bool,
        context: &Context,
    ) -> Result<Report, CommandError> {
        let locked = installing::lock(environment, context)?;
        let mut change = self.plan(environment, manner, context)?;
        let result = json!({
            "environment": environment.root(),
            "installed": change.entries,
            "uninstalled": change.removed,
            "unchanged": change.unchanged,
            "dry_run": dry_run,
        });
        if dry_run {
            return Ok(Report::new(format!("{}\n", change.plan), result));
        }
        change.apply(&locked, context)?;
        sync::tell(&change, context);
        Ok(Report::silent(result))
    }

    fn plan(
        &self,
        environment: &Environment,
        manner: &Manner<'_>,
        context: &Context,
    ) -> Result<Change, CommandError> {
        let path = context.resolve(&self.path);
        let text = locking::read_text(&path)?;
        let shown = context.show(&path);
        let text = text
            .ok_or_else(|| CommandError::new(Code::Usage, format!("there is no lock `{shown}`")))?;
        let lock = Lock::parse(&text, Path::new(&shown))?;
        let mut groups = self.groups.clone();
        if self.with_defaults {
            groups.extend(lock.pylock.default_groups.iter().cloned());
        }
        groups.sort_unstable();
        groups.dedup();
        let selection = Selection {
            groups,
            extras: self.extras.clone(),
            ..Selection::default()
        };
        let syncing = Syncing {
            project: None,
            context,
            root: path.parent().unwrap_or(Path::new("/")),
            configuration: manner.configuration,
            lock: &lock,
            selection: &selection,
            omitted: &Omitted::default(),
            no_editable: false,
            inexact: manner.inexact,
            only_removes: false,
            reinstall: manner.reinstall.clone(),
            build: manner.build,
            bundle: None,
        };
        syncing.plan(environment)
    }
}

/// A path, and the extras in brackets behind it.
fn with_extras(text: &str) -> Result<(&str, Vec<ExtraName>), CommandError> {
    let Some((path, extras)) = text
        .strip_suffix(']')
        .and_then(|text| text.rsplit_once('['))
    else {
        return Ok((text, Vec::new()));
    };
    let extras = extras.split(',').map(|extra| parsed(extra.trim()));
    Ok((path, extras.collect::<Result<_, _>>()?))
}

fn parsed<T>(text: &str) -> Result<T, CommandError>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + 'static,
{
    text.parse()
        .map_err(|error| CommandError::from_error(Code::Usage, &error))
}
