//! `tilsit pip list`: what is installed, in pip's own formats.

mod table;

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tilsit_packaging::direct_url::{DirectUrl, Origin};

use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::report::Report;

/// List what is installed
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// As which kind of text; `json` is pip's JSON, beside `--json`
    #[arg(long, value_name = "FORMAT", default_value = "columns")]
    format: Format,
    /// Leave out this project
    #[arg(long, value_name = "PROJECT")]
    exclude: Vec<String>,
    /// Only what is installed from a folder that may change
    #[arg(short, long)]
    editable: bool,
    #[command(flatten)]
    environment: EnvironmentOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Columns with headings
    Columns,
    /// A requirement a line
    Freeze,
    /// JSON as pip's
    Json,
}

/// An installed project, as pip's JSON has it.
#[derive(Serialize)]
struct Entry {
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    editable_project_location: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let installed = environment.installed()?;
    for finding in &installed.findings {
        context.terminal.warn(finding);
    }
    let mut entries = Vec::new();
    for distribution in &installed.distributions {
        let name = distribution.name.to_string();
        if arguments
            .exclude
            .iter()
            .any(|excluded| excluded.parse() == Ok(distribution.name.clone()))
        {
            continue;
        }
        let location = distribution
            .direct_url()?
            .as_ref()
            .and_then(editable_folder);
        if arguments.editable && location.is_none() {
            continue;
        }
        entries.push(Entry {
            name,
            version: distribution.version.to_string(),
            editable_project_location: location,
        });
    }
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    let text = match arguments.format {
        Format::Columns => columns(&entries),
        Format::Freeze => entries.iter().fold(String::new(), |mut text, entry| {
            let _ = writeln!(text, "{}=={}", entry.name, entry.version);
            text
        }),
        Format::Json => {
            let text = serde_json::to_string(&entries).expect("entries are plain data");
            format!("{text}\n")
        }
    };
    Ok(Report::new(text, &entries))
}

fn columns(entries: &[Entry]) -> String {
    let with_location = entries
        .iter()
        .any(|entry| entry.editable_project_location.is_some());
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let mut row = vec![entry.name.clone(), entry.version.clone()];
            if with_location {
                row.push(entry.editable_project_location.clone().unwrap_or_default());
            }
            row
        })
        .collect();
    match (entries.is_empty(), with_location) {
        (true, _) => String::new(),
        (_, true) => table::columns(&["Package", "Version", "Editable project location"], &rows),
        (_, false) => table::columns(&["Package", "Version"], &rows),
    }
}

/// The folder of an editable install.
pub(super) fn editable_folder(url: &DirectUrl) -> Option<String> {
    let Origin::Directory {
        editable: Some(true),
    } = url.origin
    else {
        return None;
    };
    let parsed = url::Url::parse(&url.url).ok()?;
    let path = parsed.to_file_path().ok()?;
    Some(path.display().to_string())
}
