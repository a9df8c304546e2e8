//! `tilsit pip freeze`: what is installed, as requirements, in pip's own form.

mod ordered;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use tilsit_build_frontend::WorkTree;
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::name::ProjectName;

use crate::commands::pip::listed::{Listed, ListingOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;

/// The projects that pip leaves out: tools of the environment, not its content.
const TOOLS: [&str; 4] = ["pip", "setuptools", "wheel", "distribute"];

/// Print what is installed as requirements
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Keep the order of this requirements file, with its comments and options
    #[arg(short, long, value_name = "FILE")]
    requirement: Vec<PathBuf>,
    /// Do not leave out pip, setuptools and wheel
    #[arg(long)]
    all: bool,
    /// Leave out what is installed from a folder that may change
    #[arg(long)]
    exclude_editable: bool,
    #[command(flatten)]
    listing: ListingOptions,
}

#[derive(Serialize)]
struct Entry {
    name: ProjectName,
    version: String,
    requirement: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let listed = arguments.listing.list(context)?;
    let shown = listed.iter().filter(|one| {
        let is_tool = TOOLS.contains(&one.distribution.name.as_str());
        let is_editable = one.editable_folder().is_some();
        (arguments.all || !is_tool) && !(arguments.exclude_editable && is_editable)
    });
    let entries: Vec<Entry> = shown
        .map(|one| Entry {
            name: one.distribution.name.clone(),
            version: one.distribution.version.to_string(),
            requirement: requirement(one),
        })
        .collect();
    if !arguments.requirement.is_empty() {
        let text = ordered::text(&arguments.requirement, &entries, context)?;
        return Ok(Report::new(text, &entries));
    }
    let lines = entries
        .iter()
        .map(|entry| format!("{}\n", entry.requirement));
    Ok(Report::new(lines.collect::<String>(), &entries))
}

/// The line, or two, that pip writes.
fn requirement(listed: &Listed) -> String {
    let (name, version) = (listed.metadata.name(), &listed.distribution.version);
    if let Some(folder) = listed.editable_folder() {
        return editable(name, &format!("({name}=={version})"), &folder);
    }
    match &listed.direct_url {
        Some(url) => at_url(name, url),
        None => format!("{name}=={version}"),
    }
}

/// An editable install: the commit that its repository has checked out, if others can get it.
fn editable(name: &str, shown: &str, folder: &str) -> String {
    let Some(tree) = WorkTree::around(Path::new(folder)) else {
        return format!("# Editable install with no version control {shown}\n-e {folder}");
    };
    let Some(remote) = &tree.remote else {
        return format!("# Editable Git install with no remote {shown}\n-e {folder}");
    };
    let Some(url) = tree.remote_url() else {
        return format!(
            "# Editable Git install {shown} with either a deleted local remote or invalid URI:\n\
             # '{remote}'\n-e {folder}"
        );
    };
    let (commit, egg) = (&tree.commit, name.replace('-', "_"));
    // What Python sees may be a folder of the project, as `src`.
    let is_project = |path: &&Path| {
        let files = ["pyproject.toml", "setup.py"];
        files.iter().any(|file| path.join(file).is_file())
    };
    let real = tilsit_files::canonicalize(folder).unwrap_or_else(|_| folder.into());
    let project = real.ancestors().find(is_project);
    let inside = project.and_then(|project| project.strip_prefix(&tree.root).ok());
    let inside = inside.filter(|inside| !inside.as_os_str().is_empty());
    let subdirectory = inside.map(|inside| format!("&subdirectory={}", inside.display()));
    let subdirectory = subdirectory.unwrap_or_default();
    format!("-e git+{url}@{commit}#egg={egg}{subdirectory}")
}

/// A requirement of what was installed from a URL, as pip writes it.
fn at_url(name: &str, url: &DirectUrl) -> String {
    let place = &url.url;
    let mut fragments = Vec::new();
    let mut text = match &url.origin {
        Origin::Vcs { vcs, commit_id, .. } => format!("{name} @ {vcs}+{place}@{commit_id}"),
        Origin::Archive { hashes } => {
            let sha256 = hashes.get("sha256");
            fragments.extend(sha256.map(|sha256| format!("sha256={sha256}")));
            format!("{name} @ {place}")
        }
        Origin::Directory { .. } => format!("{name} @ {place}"),
    };
    let folder = url.subdirectory.as_ref();
    fragments.extend(folder.map(|folder| format!("subdirectory={folder}")));
    if !fragments.is_empty() {
        text.push('#');
        text.push_str(&fragments.join("&"));
    }
    text
}
