//! `tilsit pip list`: what is installed, in pip's own formats.

pub(crate) mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tilsit_packaging::name::ProjectName;

use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::commands::pip::listed::{Listed, ListingOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::newest::{self, Newest};
use crate::report::Report;

/// List what is installed
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// As which kind of text; `json` is pip's JSON, beside `--json`
    #[arg(long, value_name = "FORMAT", default_value = "columns")]
    format: Format,
    /// Only what an index has a newer version of
    #[arg(short, long, conflicts_with = "uptodate")]
    outdated: bool,
    /// Only what no index has a newer version of
    #[arg(short, long)]
    uptodate: bool,
    /// Only what is installed from a folder that may change
    #[arg(short, long)]
    editable: bool,
    /// Leave out what is installed from a folder that may change
    #[arg(long, conflicts_with = "editable")]
    exclude_editable: bool,
    /// Only what nothing installed requires
    #[arg(long)]
    not_required: bool,
    #[command(flatten)]
    listing: ListingOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
    #[serde(flatten)]
    newest: Option<Newest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    editable_project_location: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if arguments.outdated && arguments.format == Format::Freeze {
        let message = "List format 'freeze' cannot be used with the --outdated option.";
        return Err(CommandError::new(Code::Usage, message)
            .hint("`--format columns` or `--format json` shows the newer versions too"));
    }
    let mut listed = arguments.listing.list(context)?;
    if arguments.not_required {
        // What is not shown requires all the same.
        let all = arguments.listing.without_exclusions().list(context)?;
        let required = required(&all, arguments, context)?;
        listed.retain(|one| !required.contains(&one.distribution.name));
    }
    let mut newest = BTreeMap::new();
    if arguments.outdated || arguments.uptodate {
        let configuration = arguments.resolver.over(&arguments.index.over(context)?);
        let environment = arguments.listing.environment.find(context)?;
        let names = listed.iter().map(|one| one.distribution.name.clone());
        let interpreter = environment.interpreter();
        newest = newest::find(names.collect(), interpreter, &configuration, context)?;
    }
    let mut entries = Vec::new();
    for one in &listed {
        let version = &one.distribution.version;
        let newest = newest.remove(&one.distribution.name);
        let is_outdated = newest
            .as_ref()
            .is_some_and(|newest| newest.is_above(version));
        let location = one.editable_folder();
        if (arguments.outdated && !is_outdated)
            || (arguments.uptodate && is_outdated)
            || (arguments.editable && location.is_none())
            || (arguments.exclude_editable && location.is_some())
        {
            continue;
        }
        entries.push(Entry {
            name: one.metadata.name().to_owned(),
            version: version.to_string(),
            newest: newest.filter(|_| arguments.outdated),
            editable_project_location: location,
        });
    }
    let text = match arguments.format {
        Format::Columns => columns(&entries, arguments.outdated),
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

/// The projects that one of the listed requires here.
fn required(
    listed: &[Listed],
    arguments: &Arguments,
    context: &Context,
) -> Result<BTreeSet<ProjectName>, CommandError> {
    let environment = arguments.listing.environment.find(context)?;
    let markers = environment.interpreter().marker_environment();
    let all = listed.iter().flat_map(|one| &one.metadata.requires_dist);
    let required = all.filter(|requirement| requirement.marker.evaluate(markers, &[]));
    Ok(required
        .map(|requirement| requirement.name.clone())
        .collect())
}

fn columns(entries: &[Entry], outdated: bool) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let with_location = entries
        .iter()
        .any(|entry| entry.editable_project_location.is_some());
    let mut headings = vec!["Package", "Version"];
    if outdated {
        headings.extend(["Latest", "Type"]);
    }
    if with_location {
        headings.push("Editable project location");
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let mut row = vec![entry.name.clone(), entry.version.clone()];
            if outdated {
                let newest = entry.newest.as_ref();
                row.extend(newest.map_or_else(Default::default, Newest::cells));
            }
            if with_location {
                row.push(entry.editable_project_location.clone().unwrap_or_default());
            }
            row
        })
        .collect();
    table::columns(&headings, &rows)
}
