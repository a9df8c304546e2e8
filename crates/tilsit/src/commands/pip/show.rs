//! `tilsit pip show`: what the metadata of installed projects says, in pip's own form.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;
use tilsit_environment::{Environment, InstalledGraph};
use tilsit_packaging::name::ProjectName;

use crate::commands::pip::listed;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::report::Report;

/// Show what installed projects say of themselves
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Which projects
    #[arg(required = true, value_name = "PROJECT")]
    projects: Vec<String>,
    /// Show the list of installed files too
    #[arg(short, long)]
    files: bool,
    #[command(flatten)]
    environment: EnvironmentOptions,
}

/// A project, with pip's headings as keys of its JSON.
#[derive(Serialize)]
struct Shown {
    name: String,
    version: String,
    summary: String,
    home_page: String,
    author: String,
    author_email: String,
    license: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_expression: Option<String>,
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    editable_project_location: Option<String>,
    requires: Vec<String>,
    required_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<String>>,
    details: Details,
}

/// What `-v` adds.
#[derive(Serialize)]
struct Details {
    metadata_version: String,
    installer: String,
    classifiers: Vec<String>,
    entry_points: Vec<String>,
    project_urls: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let graph = listed::graph(&environment, context)?;
    let (mut shown, mut missing) = (Vec::new(), Vec::new());
    for typed in &arguments.projects {
        let name = typed.parse::<ProjectName>();
        match name.ok().filter(|name| graph.nodes.contains_key(name)) {
            Some(name) => shown.push(show(&name, &graph, &environment, arguments.files)?),
            None => missing.push(typed.as_str()),
        }
    }
    let line = format!("Package(s) not found: {}", missing.join(", "));
    if !missing.is_empty() {
        context.terminal.warn(line);
    }
    let with_details = context.terminal.is_verbose();
    let texts: Vec<String> = shown.iter().map(|one| one.text(with_details)).collect();
    let none = u8::from(shown.is_empty());
    Ok(Report::new(texts.join("---\n"), &shown).with_exit_code(none))
}

fn show(
    name: &ProjectName,
    graph: &InstalledGraph,
    environment: &Environment,
    with_files: bool,
) -> Result<Shown, CommandError> {
    let node = &graph.nodes[name];
    let (distribution, metadata) = (&node.distribution, &node.metadata);
    let markers = environment.interpreter().marker_environment();
    let requires_of = |name: &ProjectName| {
        let requires = graph.nodes[name].metadata.requires_dist.iter();
        let holding = requires.filter(|one| one.marker.evaluate(markers, &[]));
        let mut names: Vec<ProjectName> = holding.map(|one| one.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    };
    let required_by = graph
        .nodes
        .iter()
        .filter(|(other, _)| requires_of(other).contains(name));
    let listed = listed::Listed {
        distribution: distribution.clone(),
        metadata: metadata.clone(),
        direct_url: distribution.direct_url()?,
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let entry_points = distribution.entry_points()?;
    let entry_points = entry_points.groups().flat_map(|(group, names)| {
        let lines = names
            .iter()
            .map(|(name, object)| format!("{name} = {object}"));
        std::iter::once(format!("[{group}]")).chain(lines)
    });
    let parent = distribution.path.parent().unwrap_or(&distribution.path);
    let location = distribution.source_tree.as_deref().unwrap_or(parent);
    let urls = metadata.project_urls.iter();
    Ok(Shown {
        name: metadata.name().to_owned(),
        version: distribution.version.to_string(),
        summary: text(&metadata.summary),
        home_page: home_page(metadata),
        author: text(&metadata.author),
        author_email: text(&metadata.author_email),
        license: text(&metadata.license),
        license_expression: metadata
            .license_expression
            .as_ref()
            .map(ToString::to_string),
        location: location.display().to_string(),
        editable_project_location: listed.editable_folder(),
        requires: requires_of(name).iter().map(ToString::to_string).collect(),
        required_by: required_by
            .map(|(_, node)| node.metadata.name().to_owned())
            .collect(),
        files: if with_files {
            Some(files(&listed)?)
        } else {
            None
        },
        details: Details {
            metadata_version: metadata.metadata_version.to_string(),
            installer: distribution.installer()?.unwrap_or_default(),
            classifiers: metadata.classifiers.clone(),
            entry_points: entry_points.collect(),
            project_urls: urls.map(|(label, url)| format!("{label}, {url}")).collect(),
        },
    })
}

/// `Home-page`, else the URL with such a label.
fn home_page(metadata: &tilsit_packaging::metadata::CoreMetadata) -> String {
    let is_home = |label: &str| {
        let plain = label
            .chars()
            .filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace());
        plain.collect::<String>().to_lowercase() == "homepage"
    };
    let labelled = metadata
        .project_urls
        .iter()
        .find(|(label, _)| is_home(label));
    metadata
        .home_page
        .clone()
        .or_else(|| labelled.map(|(_, url)| url.clone()))
        .unwrap_or_default()
}

/// The files, from the folder that holds the metadata.
fn files(listed: &listed::Listed) -> Result<Vec<String>, CommandError> {
    let distribution = &listed.distribution;
    if let Some(record) = distribution.record()? {
        let mut paths: Vec<String> = record.entries.into_iter().map(|entry| entry.path).collect();
        paths.sort();
        return Ok(paths);
    }
    let recorded = distribution.lines_of("installed-files.txt")?;
    let folder = distribution.path.file_name().unwrap_or_default();
    let mut paths: Vec<String> = recorded
        .unwrap_or_default()
        .iter()
        .map(|path| match path.strip_prefix("../") {
            Some(beside) => beside.to_owned(),
            None => format!("{}/{path}", folder.to_string_lossy()),
        })
        .collect();
    paths.sort();
    Ok(paths)
}

impl Shown {
    fn text(&self, with_details: bool) -> String {
        let mut text = String::new();
        let mut line = |heading: &str, value: &str| {
            let _ = writeln!(text, "{heading}: {value}");
        };
        line("Name", &self.name);
        line("Version", &self.version);
        line("Summary", &self.summary);
        line("Home-page", &self.home_page);
        line("Author", &self.author);
        line("Author-email", &self.author_email);
        match &self.license_expression {
            Some(expression) => line("License-Expression", expression),
            None => line("License", &self.license),
        }
        line("Location", &self.location);
        if let Some(folder) = &self.editable_project_location {
            line("Editable project location", folder);
        }
        line("Requires", &self.requires.join(", "));
        line("Required-by", &self.required_by.join(", "));
        if with_details {
            self.details.add_to(&mut text);
        }
        if let Some(files) = &self.files {
            text.push_str("Files:\n");
            if files.is_empty() {
                text.push_str("Cannot locate RECORD or installed-files.txt\n");
            }
            for file in files {
                let _ = writeln!(text, "  {file}");
            }
        }
        text
    }
}

impl Details {
    fn add_to(&self, text: &mut String) {
        let _ = writeln!(text, "Metadata-Version: {}", self.metadata_version);
        let _ = writeln!(text, "Installer: {}", self.installer);
        for (heading, lines) in [
            ("Classifiers", &self.classifiers),
            ("Entry-points", &self.entry_points),
            ("Project-URLs", &self.project_urls),
        ] {
            let _ = writeln!(text, "{heading}:");
            for line in lines {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
}
