//! `tilsit pip freeze`: what is installed, as requirements.

use clap::Args;
use serde::Serialize;
use tilsit_packaging::direct_url::{DirectUrl, Origin};

use crate::commands::pip::list::editable_folder;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::report::Report;

/// The projects that pip leaves out: tools of the environment, not its content.
const TOOLS: [&str; 4] = ["pip", "setuptools", "wheel", "distribute"];

/// Print what is installed as requirements
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Do not leave out pip, setuptools and wheel
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    environment: EnvironmentOptions,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    version: String,
    requirement: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let installed = environment.installed()?;
    let mut entries = Vec::new();
    for distribution in &installed.distributions {
        let name = distribution.name.to_string();
        if !arguments.all && TOOLS.contains(&name.as_str()) {
            continue;
        }
        let version = distribution.version.to_string();
        let requirement = match distribution.direct_url()? {
            Some(url) => at_url(&name, &url),
            None => format!("{name}=={version}"),
        };
        entries.push(Entry {
            name,
            version,
            requirement,
        });
    }
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    let lines = entries
        .iter()
        .map(|entry| format!("{}\n", entry.requirement));
    Ok(Report::new(lines.collect::<String>(), &entries))
}

/// A requirement of what was installed from a URL, as pip writes it.
fn at_url(name: &str, url: &DirectUrl) -> String {
    if let Some(folder) = editable_folder(url) {
        return format!("-e {folder}");
    }
    let place = &url.url;
    match &url.origin {
        Origin::Vcs { vcs, commit_id, .. } => format!("{name} @ {vcs}+{place}@{commit_id}"),
        Origin::Archive { hashes } => match hashes.get("sha256") {
            Some(sha256) => format!("{name} @ {place}#sha256={sha256}"),
            None => format!("{name} @ {place}"),
        },
        Origin::Directory { .. } => format!("{name} @ {place}"),
    }
}
