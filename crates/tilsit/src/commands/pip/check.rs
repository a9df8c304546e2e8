//! `tilsit pip check`: whether what is installed has what it requires, in pip's words.

use clap::Args;
use serde_json::json;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_dist::wheel::WheelFile;
use tilsit_environment::{Environment, InstalledGraph};

use crate::commands::pip::listed;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::report::Report;

/// Check that what is installed has what it requires
///
/// Ends with exit code 1 when something is missing, too old, too new, or made for another Python
/// or system.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    environment: EnvironmentOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let environment = arguments.environment.find(context)?;
    let graph = listed::graph(&environment, context)?;
    let problems = problems(&graph, &environment);
    let unreadable = say_unreadable(&graph, context);
    let result = json!({ "checked": graph.nodes.len(), "problems": problems });
    if problems.is_empty() && !unreadable {
        return Ok(Report::new("No broken requirements found.\n", result));
    }
    let text = problems.iter().map(|problem| format!("{problem}\n"));
    Ok(Report::new(text.collect::<String>(), result).with_exit_code(1))
}

fn problems(graph: &InstalledGraph, environment: &Environment) -> Vec<String> {
    let markers = environment.interpreter().marker_environment();
    let (mut missing, mut conflicting, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    for (name, node) in &graph.nodes {
        let version = &node.distribution.version;
        // Extras are optional: pip does not ask whether they were wanted.
        let requires = node.metadata.requires_dist.iter();
        for requirement in requires.filter(|one| one.marker.evaluate(markers, &[])) {
            let required = &requirement.name;
            let Some(found) = graph.nodes.get(required) else {
                missing.push(format!(
                    "{name} {version} requires {required}, which is not installed."
                ));
                continue;
            };
            let found = &found.distribution.version;
            let fits = requirement
                .specifiers()
                .is_none_or(|specifiers| specifiers.contains(found));
            if !fits {
                conflicting.push(format!(
                    "{name} {version} has requirement {requirement}, but you have {required} {found}."
                ));
            }
        }
        if !is_for(environment, &node.distribution) {
            foreign.push(format!(
                "{name} {version} is not supported on this platform"
            ));
        }
    }
    missing.extend(conflicting);
    missing.extend(foreign);
    missing
}

/// Names the requirements that nobody can read; whether there are any.
fn say_unreadable(graph: &InstalledGraph, context: &Context) -> bool {
    let mut is_any = false;
    for (name, node) in &graph.nodes {
        let Ok((_, findings)) = node.distribution.metadata() else {
            continue;
        };
        for finding in findings
            .iter()
            .filter(|one| one.problem.subject == "Requires-Dist")
        {
            is_any = true;
            let line = format_args!("Error parsing dependencies of {name}: {finding}");
            context.terminal.warn(line);
        }
    }
    is_any
}

/// Whether one of the tags in WHEEL is one of this interpreter's; a file without any is for none.
fn is_for(environment: &Environment, distribution: &InstalledDistribution) -> bool {
    let Some(folder) = distribution.folder() else {
        return true;
    };
    let Ok(bytes) = tilsit_files::read(folder.join("WHEEL")) else {
        return true;
    };
    let Ok((wheel, _)) = WheelFile::parse(&bytes) else {
        return true;
    };
    let tags = environment.interpreter().tags();
    let mut sets = wheel.tags.iter().filter_map(|tag| tag.parse().ok());
    sets.any(|set| tags.priority(&set).is_some())
}
