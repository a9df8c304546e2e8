//! `tilsit tree`: the lock as a tree of who requires what.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};
use tilsit_environment::discovery::Scope;
use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::pylock::{Package, PackageSource};
use tilsit_packaging::version::Version;
use tilsit_project::lock::{Edge, Graph, Lock, Node, Through};
use tilsit_provider::{Platform, elsewhere};

use crate::branches::{Branches, Lead};
use crate::commands::pip::tree::versions;
use crate::commands::sync::FixedOptions;
use crate::commands::sync::selecting::SelectionOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::locking::LockedOptions;
use crate::newest::{self, Newest};
use crate::projects::Project;
use crate::report::Report;
use crate::syncing::{Place, environment};
use crate::terminal::{DIM, WARNING, size};

/// Show what the lock holds as a tree of requirements
///
/// Shown is what is wanted in one environment: the one of the Python that is used, or the one that
/// `--python-version` and `--python-platform` say; `--universal` shows what is wanted in any. `--package`
/// starts at this member or at this project.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// No deeper than this
    #[arg(short, long, value_name = "COUNT", default_value_t = 255)]
    depth: usize,
    /// Leave out this project and what only it leads to
    #[arg(long, value_name = "PROJECT")]
    prune: Vec<ProjectName>,
    /// Show who requires a project, not what it requires
    #[arg(long, visible_alias = "reverse")]
    invert: bool,
    /// Show the same branch again wherever it comes up
    #[arg(long)]
    no_dedupe: bool,
    /// Show which versions are required
    #[arg(long)]
    show_version_specifiers: bool,
    /// Show the newest version of each project, if it is another one
    #[arg(long)]
    outdated: bool,
    /// Show how large the files are that are installed
    #[arg(long)]
    show_sizes: bool,
    /// Show licences, as far as the project's environment has the metadata
    #[arg(long, visible_alias = "show-licenses")]
    show_licences: bool,
    /// Show what is wanted in any environment
    #[arg(long, conflicts_with_all = ["python_version", "python_platform"])]
    universal: bool,
    /// Show what is wanted for this version of Python
    #[arg(long, value_name = "VERSION")]
    python_version: Option<Version>,
    /// Show what is wanted on this system: `linux`, `macos`, `windows`, or as `aarch64-manylinux_2_28`
    #[arg(long, value_name = "PLATFORM")]
    python_platform: Option<Platform>,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    locked: LockedOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = arguments.locked.project(context)?;
    let lock = arguments.locked.fitting(&project, &arguments.fixed)?;
    let (selection, starts) = arguments.selection.split_packages(&project.workspace);
    let chosen = selection.choose(&project.workspace)?;
    let graph = lock.graph(&chosen.selection)?;
    let view = View::new(arguments, &project, &lock, &graph)?;
    let names: Vec<Option<&ProjectName>> = graph.nodes.iter().map(|node| node.name).collect();
    if let Some(missing) = starts.iter().find(|start| !names.contains(&Some(*start))) {
        return Err(not_locked(missing));
    }
    let workspace = &project.workspace;
    let is_pruned = |place: usize| {
        !view.is_shown(&graph.nodes[place])
            || names[place].is_some_and(|name| {
                arguments.prune.contains(name) || chosen.omitted.includes(name, workspace)
            })
    };
    let mut branches = view.branches();
    let mut roots: Vec<usize> = if !starts.is_empty() {
        let is_named = |place: &usize| names[*place].is_some_and(|name| starts.contains(name));
        (0..names.len()).filter(is_named).collect()
    } else if arguments.invert {
        branches.roots()
    } else {
        let is_root = |place: &usize| graph.nodes[*place].is_root;
        let members: Vec<usize> = (0..names.len()).filter(is_root).collect();
        // Another tool's lock has no members.
        if members.is_empty() {
            branches.roots()
        } else {
            members
        }
    };
    roots.retain(|root| !is_pruned(*root));
    branches.prune(is_pruned);
    Ok(Report::new(branches.draw(&roots), view.as_json()))
}

/// What is said of a project that the lock does not hold.
pub(crate) fn not_locked(name: &ProjectName) -> CommandError {
    let message = format!("`{name}` is not in the lock, or not in the part that is looked at");
    CommandError::new(Code::SelectionInvalid, message)
        .hint("`tilsit tree --universal --all-groups --all-extras` shows all that is")
}

/// A graph as it is to be shown.
struct View<'a> {
    arguments: &'a Arguments,
    graph: &'a Graph<'a>,
    /// The environment that is meant; none for all.
    environment: Option<MarkerEnvironment>,
    newest: BTreeMap<ProjectName, Newest>,
    licences: BTreeMap<ProjectName, String>,
    /// The sizes of the files that are installed, by the place of the node.
    sizes: BTreeMap<usize, u64>,
}

impl<'a> View<'a> {
    fn new(
        arguments: &'a Arguments,
        project: &Project,
        lock: &Lock,
        graph: &'a Graph<'a>,
    ) -> Result<Self, CommandError> {
        let mut view = Self {
            arguments,
            graph,
            environment: None,
            newest: BTreeMap::new(),
            licences: BTreeMap::new(),
            sizes: BTreeMap::new(),
        };
        let interpreter = project.python(arguments.locked.python(), Scope::Any)?;
        let (python, platform) = (&arguments.python_version, &arguments.python_platform);
        let here = interpreter.marker_environment();
        let other = elsewhere(
            here,
            &interpreter.tags(),
            python.as_ref(),
            platform.as_ref(),
        );
        let (there, tags) = other.map_err(|error| CommandError::from_error(Code::Usage, &error))?;
        for (place, node) in graph.nodes.iter().enumerate() {
            if arguments.show_sizes
                && let Some(package) = node.package
                && let Some(bytes) = size_of(package, &tags)
            {
                view.sizes.insert(place, bytes);
            }
        }
        view.environment = (!arguments.universal).then_some(there);
        if arguments.outdated {
            let configuration = arguments.locked.configuration(project)?;
            let names = of_indexes(lock);
            view.newest = newest::find(names, &interpreter, &configuration, &project.context)?;
        }
        if arguments.show_licences {
            view.licences = licences(project)?;
        }
        Ok(view)
    }

    fn is_shown(&self, node: &Node<'_>) -> bool {
        let environment = self.environment.as_ref();
        node.is_root || environment.is_none_or(|there| node.marker.evaluate(there, &[]))
    }

    fn branches(&self) -> Branches {
        let nodes = &self.graph.nodes;
        let mut leads: Vec<Vec<Lead>> = vec![Vec::new(); nodes.len()];
        for edge in &self.graph.edges {
            let environment = self.environment.as_ref();
            if environment.is_some_and(|there| !edge.marker.evaluate(there, &[])) {
                continue;
            }
            let (from, to) = if self.arguments.invert {
                (edge.to, edge.from)
            } else {
                (edge.from, edge.to)
            };
            let note = self.note(edge);
            match leads[from].iter_mut().find(|lead| lead.to == to) {
                Some(known) if known.note == note => {}
                Some(known) => known.note.push_str(&note),
                None => leads[from].push(Lead { to, note }),
            }
        }
        let places = 0..nodes.len();
        Branches {
            labels: places.map(|place| self.label(place)).collect(),
            leads,
            depth: self.arguments.depth,
            repeat: self.arguments.no_dedupe,
        }
    }

    /// What is said of a way: by which extra or group it leads, where, and to which versions.
    fn note(&self, edge: &Edge) -> String {
        let mut note = match &edge.through {
            Through::Project => String::new(),
            Through::Extra(extra) => format!(" (extra: {extra})"),
            Through::Group(group) => format!(" (group: {group})"),
        };
        if self.environment.is_none() && !edge.marker.is_true() {
            note = format!("{note} {DIM}; {}{DIM:#}", edge.marker);
        }
        if let Some(requirement) = &edge.requirement
            && self.arguments.show_version_specifiers
        {
            note = format!("{note} {DIM}[required: {}]{DIM:#}", versions(requirement));
        }
        note
    }

    fn label(&self, place: usize) -> String {
        let node = &self.graph.nodes[place];
        let Some(name) = node.name else {
            return "(workspace)".to_owned();
        };
        let mut label = name.to_string();
        let version = node.package.and_then(|package| package.version.as_ref());
        if let Some(version) = version {
            label = format!("{label} v{version}");
            let newest = self.newest.get(name);
            if let Some(newest) = newest.filter(|newest| newest.is_above(version)) {
                label = format!(
                    "{label} {WARNING}(newest: v{}){WARNING:#}",
                    newest.version()
                );
            }
        }
        if let Some(bytes) = self.sizes.get(&place) {
            label = format!("{label} ({})", size(*bytes));
        }
        if let Some(licence) = self.licences.get(name) {
            label = format!("{label} {DIM}[{licence}]{DIM:#}");
        }
        label
    }

    fn as_json(&self) -> Value {
        let nodes = self.graph.nodes.iter().enumerate();
        let shown = nodes.filter(|(_, node)| self.is_shown(node));
        let packages = shown.map(|(place, node)| {
            let edges = self.graph.edges.iter();
            let requires = edges.filter(|edge| edge.from == place).map(edge_json);
            let version = node.package.and_then(|package| package.version.as_ref());
            let newest = node.name.and_then(|name| self.newest.get(name));
            json!({
                "name": node.name.map(ProjectName::as_str),
                "version": version.map(ToString::to_string),
                "is_member": node.is_root,
                "marker": (!node.marker.is_true()).then(|| node.marker.to_string()),
                "newest": newest.map(|newest| newest.version().to_string()),
                "size_bytes": self.sizes.get(&place),
                "licence": node.name.and_then(|name| self.licences.get(name)),
                "requires": requires.collect::<Vec<_>>(),
            })
        });
        packages.collect()
    }
}

fn edge_json(edge: &Edge) -> Value {
    let (extra, group) = match &edge.through {
        Through::Project => (None, None),
        Through::Extra(extra) => (Some(extra.as_str()), None),
        Through::Group(group) => (None, Some(group.as_str())),
    };
    json!({
        "requirement": edge.requirement.as_ref().map(ToString::to_string),
        "extra": extra,
        "group": group,
    })
}

/// The names of what comes from indexes, each once.
pub(crate) fn of_indexes(lock: &Lock) -> Vec<ProjectName> {
    let packages = lock.pylock.packages.iter();
    let of_index =
        packages.filter(|package| matches!(package.source, PackageSource::Distributions { .. }));
    let mut names: Vec<ProjectName> = of_index.map(|package| package.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The size of the file that is installed where these tags fit; of the sdist where no wheel does.
fn size_of(package: &Package, tags: &tilsit_packaging::tag::CompatibleTags) -> Option<u64> {
    match &package.source {
        PackageSource::Archive(archive) => archive.size_bytes,
        PackageSource::Distributions { sdist, wheels } => {
            let ranked = wheels.iter().filter_map(|wheel| {
                let name = wheel.file_name()?;
                let name: tilsit_packaging::file_name::WheelFileName = name.parse().ok()?;
                Some((tags.priority(&name.tags)?, wheel))
            });
            let best = ranked.min_by_key(|(rank, _)| *rank).map(|(_, wheel)| wheel);
            best.or(sdist.as_ref())?.size_bytes
        }
        PackageSource::Directory(_) | PackageSource::Vcs(_) => None,
    }
}

/// The licences of what the project's environment holds; none where there is no environment yet.
fn licences(project: &Project) -> Result<BTreeMap<ProjectName, String>, CommandError> {
    let place = Place {
        python: None,
        active: false,
        must_exist: true,
    };
    let context = &project.context;
    let Ok(environment) = environment(project, place, context) else {
        context.terminal.warn(
            "licences are known of what is installed only, and the project has no environment yet: \
             `tilsit sync` makes it",
        );
        return Ok(BTreeMap::new());
    };
    let mut licences = BTreeMap::new();
    for distribution in installing::present(&environment, context)? {
        let (metadata, _) = distribution.metadata()?;
        let expression = metadata.license_expression.map(|one| one.to_string());
        let classifiers = metadata.classifiers.iter();
        let mut classified = classifiers.filter_map(|one| one.strip_prefix("License :: "));
        let words = expression.or_else(|| {
            let last = classified.next()?.rsplit(" :: ").next()?;
            Some(last.to_owned())
        });
        // Some have the whole text of their licence there.
        let short = metadata
            .license
            .filter(|text| !text.contains('\n') && text.len() <= 60);
        if let Some(words) = words.or(short) {
            licences.insert(distribution.name.clone(), words);
        }
    }
    Ok(licences)
}
