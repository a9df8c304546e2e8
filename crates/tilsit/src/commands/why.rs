//! `tilsit why`: by which ways a project got into the lock.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_project::lock::{Edge, Graph};

use crate::commands::outdated::holders;
use crate::commands::sync::FixedOptions;
use crate::commands::tree::not_locked;
use crate::context::Context;
use crate::error::CommandError;
use crate::locking::LockedOptions;
use crate::newest;
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

/// The most ways that are shown; the shortest come first.
const WAYS_MAX: usize = 100;

/// Show by which requirements a project got into the lock
///
/// Each line is a way from a member of the workspace, with the requirements along it. Where an index has
/// a newer version, the requirements that exclude it are named.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The project
    #[arg(value_name = "PROJECT")]
    name: ProjectName,
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    locked: LockedOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = arguments.locked.project(context)?;
    let lock = arguments.locked.fitting(&project, &arguments.fixed)?;
    let graph = lock.whole_graph();
    let name = &arguments.name;
    let nodes = graph.nodes.iter().enumerate();
    let targets: Vec<usize> = nodes
        .filter(|(_, node)| node.name == Some(name))
        .map(|(place, _)| place)
        .collect();
    if targets.is_empty() {
        return Err(not_locked(name));
    }
    let versions = targets.iter().filter_map(|place| {
        let package = graph.nodes[*place].package?;
        package.version.as_ref()
    });
    let versions: Vec<&Version> = versions.collect();
    let (mut ways, is_cut) = ways(&graph, &targets);
    // To two versions of a project one may come by the same words.
    let mut seen = BTreeSet::new();
    ways.retain(|way| seen.insert(shown(&graph, way)));
    let words: Vec<String> = versions.iter().map(ToString::to_string).collect();
    let mut text = format!("{STRONG}{name}{STRONG:#} {}\n", words.join(", "));
    for way in &ways {
        let _ = writeln!(text, "  {}", shown(&graph, way));
    }
    if is_cut {
        let _ = writeln!(text, "  {DIM}… and longer ways{DIM:#}");
    }
    let newest = newest(arguments, &project, &versions)?;
    let held_back_by = newest.as_ref().map(|newest| holders(&graph, name, newest));
    if let (Some(newest), Some(holders)) = (&newest, &held_back_by) {
        match holders.as_slice() {
            [] if lock.states_requirements() => {
                let _ = writeln!(text, "{newest} is newer, and no requirement excludes it");
            }
            [] => {
                let _ = writeln!(
                    text,
                    "{newest} is newer; what packages require of each other the lock does not say"
                );
            }
            holders => {
                let _ = writeln!(text, "{newest} is newer, and is excluded by:");
                for one in holders {
                    let _ = writeln!(text, "  {} requires {}", one.requirer, one.requirement);
                }
            }
        }
    }
    let result = json!({
        "name": name.as_str(),
        "versions": words,
        "ways": ways.iter().map(|way| as_json(&graph, way)).collect::<Vec<_>>(),
        "is_cut": is_cut,
        "newest": newest.map(|newest| newest.to_string()),
        "held_back_by": held_back_by.unwrap_or_default(),
    });
    Ok(Report::new(text, result))
}

/// A version of an index that is newer than all that are locked; none also where no index answers.
fn newest(
    arguments: &Arguments,
    project: &Project,
    locked: &[&Version],
) -> Result<Option<Version>, CommandError> {
    if locked.is_empty() {
        return Ok(None);
    }
    let interpreter = project.python(arguments.locked.python(), Scope::Any)?;
    let configuration = arguments.locked.configuration(project)?;
    let names = vec![arguments.name.clone()];
    match newest::find(names, &interpreter, &configuration, &project.context) {
        Ok(found) => {
            let newest = found.into_values().next();
            let newest = newest.filter(|newest| locked.iter().all(|one| newest.is_above(one)));
            Ok(newest.map(|newest| newest.version().clone()))
        }
        // The lock answers the question without an index.
        Err(error) => {
            project.context.terminal.detail(&error.message);
            Ok(None)
        }
    }
}

/// The ways to some nodes from what nothing leads to, the shortest first, and whether there are more.
/// No way goes through a node twice.
fn ways<'g>(graph: &'g Graph<'_>, targets: &[usize]) -> (Vec<Vec<&'g Edge>>, bool) {
    let mut ways = Vec::new();
    let mut waiting: VecDeque<Vec<&Edge>> = VecDeque::new();
    let into = |place: usize| graph.edges.iter().filter(move |edge| edge.to == place);
    for target in targets {
        waiting.extend(into(*target).map(|edge| vec![edge]));
    }
    while let Some(way) = waiting.pop_front() {
        let first = way[0].from;
        let mut before = into(first).peekable();
        if graph.nodes[first].is_root || before.peek().is_none() {
            if ways.len() == WAYS_MAX {
                return (ways, true);
            }
            ways.push(way);
            continue;
        }
        // What waits is kept small as well: a lock may have more ways than can be counted.
        for edge in before {
            let is_circle = way
                .iter()
                .any(|one| one.to == edge.from || one.from == edge.from);
            if !is_circle && waiting.len() < WAYS_MAX * WAYS_MAX {
                waiting.push_back(std::iter::once(edge).chain(way.iter().copied()).collect());
            }
        }
    }
    (ways, false)
}

fn shown(graph: &Graph<'_>, way: &[&Edge]) -> String {
    let mut text = graph.words(way[0]);
    for edge in way {
        let name = graph.nodes[edge.to].name;
        let words = match &edge.requirement {
            Some(requirement) => requirement.to_string(),
            None => name.map(ToString::to_string).unwrap_or_default(),
        };
        let _ = write!(text, " → {words}");
    }
    text
}

fn as_json(graph: &Graph<'_>, way: &[&Edge]) -> serde_json::Value {
    let steps = way.iter().map(|edge| {
        json!({
            "requirer": graph.words(edge),
            "requirement": edge.requirement.as_ref().map(ToString::to_string),
        })
    });
    steps.collect()
}
