//! `tilsit outdated`: what of the lock is not the newest, and what holds it back.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_project::lock::Graph;

use crate::commands::pip::list::table::columns;
use crate::commands::sync::FixedOptions;
use crate::commands::tree::of_indexes;
use crate::context::Context;
use crate::error::CommandError;
use crate::locking::LockedOptions;
use crate::newest;
use crate::report::Report;
use crate::terminal::GOOD;

/// Show what of the lock has a newer version, and which requirement holds it back
///
/// Newest is what could be installed with the Python that is used. What nothing holds back is taken with
/// `tilsit lock -P PROJECT`, as far as what it needs itself allows that.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    locked: LockedOptions,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    locked: Vec<String>,
    newest: String,
    held_back_by: Vec<Holder>,
}

/// A requirement that a version does not meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Holder {
    /// Who states it.
    pub(crate) requirer: String,
    /// Its words.
    pub(crate) requirement: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = arguments.locked.project(context)?;
    let lock = arguments.locked.fitting(&project, &arguments.fixed)?;
    let graph = lock.whole_graph();
    let interpreter = project.python(arguments.locked.python(), Scope::Any)?;
    let configuration = arguments.locked.configuration(&project)?;
    let names = of_indexes(&lock);
    let all = names.len();
    let newest = newest::find(names, &interpreter, &configuration, &project.context)?;
    let mut entries = Vec::new();
    for (name, locked) in versions(&graph) {
        let Some(newest) = newest.get(name) else {
            continue;
        };
        // Older ones beside it are for older Pythons.
        if locked.iter().all(|version| newest.is_above(version)) {
            entries.push(Entry {
                name: name.to_string(),
                locked: locked.iter().map(ToString::to_string).collect(),
                newest: newest.version().to_string(),
                held_back_by: holders(&graph, name, newest.version()),
            });
        }
    }
    if entries.is_empty() {
        let terminal = &project.context.terminal;
        terminal.say(format_args!(
            "{GOOD}All {all} packages are the newest{GOOD:#}"
        ));
    }
    Ok(Report::new(table(&entries), &entries))
}

/// The locked versions of each project, sorted.
fn versions<'a>(graph: &Graph<'a>) -> BTreeMap<&'a ProjectName, Vec<&'a Version>> {
    let mut versions: BTreeMap<&ProjectName, Vec<&Version>> = BTreeMap::new();
    for package in graph.nodes.iter().filter_map(|node| node.package) {
        if let Some(version) = &package.version {
            versions.entry(&package.name).or_default().push(version);
        }
    }
    for list in versions.values_mut() {
        list.sort_unstable();
    }
    versions
}

/// The requirements in the lock on a project that a version of it does not meet.
pub(crate) fn holders(graph: &Graph<'_>, name: &ProjectName, version: &Version) -> Vec<Holder> {
    let mut holders = Vec::new();
    for edge in &graph.edges {
        let Some(requirement) = &edge.requirement else {
            continue;
        };
        let specifiers = requirement.specifiers();
        if requirement.name == *name && specifiers.is_some_and(|one| !one.contains(version)) {
            holders.push(Holder {
                requirer: graph.words(edge),
                requirement: requirement.to_string(),
            });
        }
    }
    holders.sort_unstable();
    holders.dedup();
    holders
}

fn table(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let held = entry.held_back_by.iter();
            let held: Vec<String> = held
                .map(|one| format!("{} requires {}", one.requirer, one.requirement))
                .collect();
            vec![
                entry.name.clone(),
                entry.locked.join(", "),
                entry.newest.clone(),
                held.join("; "),
            ]
        })
        .collect();
    columns(&["Package", "Locked", "Newest", "Held back by"], &rows)
}
