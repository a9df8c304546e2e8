//! `pip install --report`: what is, or would be, installed, in pip's "installation report" format,
//! version 1.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};
use tilsit_environment::Environment;
use tilsit_files::Durability;
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::metadata::to_json;
use tilsit_packaging::name::ExtraName;
use tilsit_provider::Pin;
use tilsit_resolver::{Notice, Requirer};

use crate::commands::pip::inspect;
use crate::context::Context;
use crate::error::CommandError;
use crate::installing::Change;
use crate::resolving::Resolved;

/// The report as text.
///
/// # Errors
/// When the metadata of a wheel cannot be read.
pub(crate) fn text(
    change: &Change,
    resolved: &Resolved,
    environment: &Environment,
) -> Result<String, CommandError> {
    let mut entries = Vec::with_capacity(change.plan.installs.len());
    for wheel in &change.plan.installs {
        let metadata = to_json(&tilsit_files::read(wheel.metadata_path())?);
        let mut pins = resolved.resolution.pins.iter();
        let pin = pins.find(|pin| pin.name == wheel.name);
        let pin = pin.expect("what is installed was resolved");
        let mut entry = entry(pin, change, resolved);
        entry.insert("metadata".into(), metadata.into());
        entries.push(Value::from(entry));
    }
    let report = json!({
        "version": "1",
        "pip_version": env!("CARGO_PKG_VERSION"),
        "install": entries,
        "environment": inspect::markers(environment),
    });
    let text = serde_json::to_string_pretty(&report).expect("the report is plain data");
    Ok(format!("{text}\n"))
}

/// Writes the report to a file, or puts it in the place of the `words` for standard output.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn place(
    file: &Path,
    report: String,
    words: String,
    context: &Context,
) -> Result<String, CommandError> {
    if file == Path::new("-") {
        return Ok(report);
    }
    tilsit_files::write_atomic(context.resolve(file), report, Durability::Fast)?;
    Ok(words)
}

fn entry(pin: &Pin, change: &Change, resolved: &Resolved) -> Map<String, Value> {
    let direct_url = change.direct_urls.get(&pin.name);
    let remote = &pin.file.remote;
    let named = pin.required_by.iter();
    let mut by_user = named.filter(|by| matches!(by.requirer, Requirer::User(_)));
    let extras: BTreeSet<&ExtraName> = by_user
        .clone()
        .flat_map(|by| &by.requirement.extras)
        .collect();
    let is_yanked =
        resolved.resolution.notices.iter().any(
            |notice| matches!(notice, Notice::Yanked { release, .. } if release.name == pin.name),
        );
    let is_direct = direct_url.is_some();
    let stated = remote.hashes.sha256.as_ref().map(ToString::to_string);
    let sha256 = stated.or_else(|| change.wheel_hashes.get(&pin.name).cloned());
    let sha256 = sha256.map(|digest| ("sha256".to_owned(), digest));
    let of_index = || DirectUrl {
        url: remote.url.to_string(),
        origin: Origin::Archive {
            hashes: sha256.into_iter().collect(),
        },
        subdirectory: None,
    };
    let origin = direct_url.cloned().unwrap_or_else(of_index);
    let download_info: Value = serde_json::from_str(&origin.to_file()).expect("we wrote it");
    let mut entry = Map::new();
    entry.insert("download_info".into(), download_info);
    entry.insert("is_direct".into(), is_direct.into());
    entry.insert("is_yanked".into(), is_yanked.into());
    entry.insert("requested".into(), by_user.next().is_some().into());
    if !extras.is_empty() {
        let extras: Vec<&str> = extras.into_iter().map(ExtraName::as_str).collect();
        entry.insert("requested_extras".into(), extras.into());
    }
    entry
}
