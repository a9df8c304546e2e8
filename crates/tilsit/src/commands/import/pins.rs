//! What became of the versions that another tool had locked.

use std::collections::BTreeMap;

use serde::Serialize;
use tilsit_environment::discovery::Scope;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_project::import::{Kept, PinFate};
use tilsit_resolver::{Preferences, Versions};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::Locking;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};
use crate::terminal::{DIM, ERROR, GOOD, WARNING, count};

/// A version that was locked, for programs and people.
#[derive(Serialize)]
pub(super) struct PinEntry {
    name: String,
    version: String,
    /// The versions that are locked now.
    now: Vec<String>,
    is_kept: bool,
    why: Option<String>,
}

/// Refuses a lock in which a version has none of the files that were locked.
///
/// # Errors
/// When there is such a version.
pub(super) fn refuse_other_files(kept: &[Kept]) -> Result<(), CommandError> {
    let other = kept.iter().find(|one| one.fate == PinFate::OtherFiles);
    let Some(Kept { name, version, .. }) = other else {
        return Ok(());
    };
    let message = format!(
        "no file of `{name}` {version} that the index has is one that was locked: their hashes are others"
    );
    Err(CommandError::new(Code::LockRefused, message)
        .hint("find out who has changed it before anything is installed"))
}

/// Each version with the reason why it is another one now.
///
/// # Errors
/// When an index does not answer.
pub(super) fn explained(
    kept: &[Kept],
    locking: &Locking<'_>,
    context: &Context,
) -> Result<Vec<PinEntry>, CommandError> {
    let mut entries = Vec::with_capacity(kept.len());
    for one in kept {
        let mut now = Vec::new();
        let why = match &one.fate {
            PinFate::Same => {
                now.push(one.version.to_string());
                None
            }
            PinFate::Other { versions, why } => {
                now.extend(versions.iter().map(ToString::to_string));
                match why {
                    Some(why) => Some(why.clone()),
                    None => Some(why_not(&one.name, &one.version, locking, context)?),
                }
            }
            PinFate::Gone => Some("nothing needs it".to_owned()),
            PinFate::Placed => Some("it comes from elsewhere now".to_owned()),
            PinFate::OtherFiles => Some("its files are others".to_owned()),
        };
        entries.push(PinEntry {
            name: one.name.to_string(),
            version: one.version.to_string(),
            is_kept: one.fate == PinFate::Same,
            now,
            why,
        });
    }
    Ok(entries)
}

/// What the indexes have against a version.
fn why_not(
    name: &ProjectName,
    version: &Version,
    locking: &Locking<'_>,
    context: &Context,
) -> Result<String, CommandError> {
    let interpreter = locking.project.python(locking.python, Scope::Any)?;
    let question = Question {
        wanted: &Wanted::default(),
        configuration: locking.configuration,
        interpreter: &interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: true,
        refresh: Refresh::No,
        pages_only: true,
        installed: BTreeMap::new(),
    };
    let (versions, _) = resolving::versions(name, &question, context)?;
    let candidates = match versions {
        Versions::Found(candidates) => candidates,
        Versions::NotFound => return Ok("no index has the project".to_owned()),
        Versions::Forbidden(words) | Versions::Unavailable(words) => return Ok(words),
    };
    let found = candidates.iter().find(|one| one.version == *version);
    let Some(found) = found else {
        return Ok("no index has this version".to_owned());
    };
    if found.yanked.is_some() {
        return Ok("it was yanked by its maintainers".to_owned());
    }
    if found.unusable.is_some() {
        return Ok("none of its files can be used".to_owned());
    }
    Ok(match &found.requires_python {
        Some(requires) => {
            format!("it is for Python {requires}, or what else is needed excludes it")
        }
        None => "what else is needed excludes it".to_owned(),
    })
}

/// Says what became of them: how many were kept, and each that was not.
pub(super) fn tell(entries: &[PinEntry], context: &Context) {
    if entries.is_empty() {
        return;
    }
    let terminal = &context.terminal;
    let kept = entries.iter().filter(|entry| entry.is_kept).count();
    let all = count(entries.len(), "locked version");
    terminal.say(format_args!("{GOOD}Kept{GOOD:#} {kept} of {all}"));
    for entry in entries.iter().filter(|entry| !entry.is_kept) {
        let PinEntry { name, version, .. } = entry;
        let why = entry.why.as_deref().unwrap_or_default();
        terminal.say(if entry.now.is_empty() {
            format!(" {ERROR}-{ERROR:#} {name} {version} {DIM}({why}){DIM:#}")
        } else {
            let now = entry.now.join(", ");
            format!(" {WARNING}~{WARNING:#} {name} {version} → {now} {DIM}({why}){DIM:#}")
        });
    }
}
