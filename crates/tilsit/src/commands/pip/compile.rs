//! `tilsit pip compile`: requirements to a requirements file in which everything is pinned.

mod output;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_files::{Durability, TemporaryFolder};
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirements_file::{RequirementsFile, Target};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_provider::{Pin, Platform};
use tilsit_resolver::{Preferences, Requirer};

use crate::building::BuildOptions;
use crate::commands::options::{IndexOptions, ResolverOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::pythons;
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted, file_of};
use crate::resolving::{self, Elsewhere, Question, Resolved};
use crate::terminal::{GOOD, count, duration};

use output::{Layout, PinnedLine, WantedBy};

/// Pin requirements, and everything that they need, to exact versions
///
/// Pins for the Python that is used and the system that it runs on; `--universal` pins for all
/// systems and newer Pythons at once, with markers. What the output file already pins stays as it is
/// while it fits; `-U` takes newer versions.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Files of requirements, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// Write to this file in place of standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    #[command(flatten)]
    constraints: ConstraintOptions,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    /// Pin only what the files name, not what that needs
    #[arg(long)]
    no_deps: bool,
    /// Write the hashes of all files of each release
    #[arg(long)]
    generate_hashes: bool,
    /// Leave out the comment at the top
    #[arg(long)]
    no_header: bool,
    /// Leave out who needs what
    #[arg(long)]
    no_annotate: bool,
    /// Who needs what: in lines of its own or at the end of the line
    #[arg(long, value_name = "STYLE", default_value = "split", value_parser = ["split", "line"])]
    annotation_style: String,
    /// Repeat the index options in the output
    #[arg(long)]
    emit_index_url: bool,
    /// Leave the extras out of the output
    #[arg(long)]
    strip_extras: bool,
    /// Pin for this Python: a version or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// Pin for this version of Python, with `--universal` for it and newer ones
    #[arg(long, value_name = "VERSION")]
    python_version: Option<Version>,
    /// Pin for this system: `linux`, `macos`, `windows`, or as `aarch64-manylinux_2_28`
    #[arg(long, value_name = "PLATFORM", conflicts_with = "universal")]
    python_platform: Option<Platform>,
    /// Pin for all systems, and for all Pythons from this one on
    #[arg(long)]
    universal: bool,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    index: IndexOptions,
}

#[derive(Serialize)]
struct PinEntry {
    name: String,
    version: String,
    url: Option<String>,
    marker: Option<String>,
    hashes: Vec<String>,
    via: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let mut wanted = Wanted::gather(&[], &arguments.sources, &arguments.constraints, context)?;
    wanted.build = arguments.build.read(context)?;
    wanted.build.rebuild = arguments.upgrade.renewal();
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let found = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
    let question = Question {
        preferences: preferences(arguments, context)?,
        configuration: &configuration,
        interpreter: &found.interpreter,
        elsewhere: Elsewhere {
            python: arguments.python_version.clone(),
            platform: arguments.python_platform.clone(),
            universal: arguments.universal,
            tags: None,
            project: None,
        },
        no_deps: arguments.no_deps,
        refresh: arguments.upgrade.refresh(),
        installed: BTreeMap::new(),
        pages_only: false,
        wanted: &wanted,
    };
    let mut resolved = resolving::resolve(&question, context)?;
    if arguments.generate_hashes {
        add_missing_hashes(&mut resolved, context)?;
    }
    let entries: Vec<PinEntry> = resolved
        .resolution
        .pins
        .iter()
        .map(|pin| entry(pin, &wanted))
        .collect();
    let text = text(arguments, &resolved, &wanted, context);
    let projects = count(entries.len(), "project");
    let took = duration(resolved.took);
    context
        .terminal
        .say(format_args!("{GOOD}Resolved{GOOD:#} {projects} in {took}"));
    let result = json!({ "pins": entries, "output_file": arguments.output_file });
    let Some(path) = &arguments.output_file else {
        return Ok(Report::new(text, result));
    };
    let path = context.resolve(path);
    tilsit_files::write_atomic(path, text, Durability::Fast)?;
    Ok(Report::silent(result))
}

/// Hashes the files of which no index states a hash: those of `--find-links`, as a rule.
fn add_missing_hashes(resolved: &mut Resolved, context: &Context) -> Result<(), CommandError> {
    let client = &resolved.client;
    let pins = &mut resolved.resolution.pins;
    let is_file = |pin: &&mut Pin| !pin.url.as_deref().is_some_and(installing::has_no_hash);
    let without = pins.iter_mut().filter(|pin| pin.hashes.is_empty());
    for pin in without.filter(is_file) {
        let folder = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
        let path = folder.path().join(&*pin.file.remote.name);
        let file = client.download(&pin.file.remote, &path, &mut |_| context.interrupt.flow())?;
        pin.hashes.push(format!("sha256:{}", file.sha256));
    }
    Ok(())
}

/// The versions that the output file pins already, save those that may change.
fn preferences(arguments: &Arguments, context: &Context) -> Result<Preferences, CommandError> {
    let mut preferences = Preferences::default();
    let Some(path) = arguments.output_file.as_deref() else {
        return Ok(preferences);
    };
    if arguments.upgrade.upgrade {
        return Ok(preferences);
    }
    let path = context.resolve(path);
    let bytes = match tilsit_files::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.is_not_found() => return Ok(preferences),
        Err(error) => return Err(error.into()),
    };
    let shown = context.show(&path);
    let file = RequirementsFile::parse(&shown, &bytes, &|_| None)
        .map_err(|error| CommandError::from_error(Code::RequirementsFileInvalid, &error))?;
    let upgraded = arguments.upgrade.projects()?;
    for line in file.requirements() {
        if let Target::Named(requirement) = &line.target
            && let Some(version) = requirement.specifiers().and_then(pinned)
            && !upgraded.contains(&requirement.name)
        {
            let name = requirement.name.clone();
            preferences.add_where(name, version, requirement.marker);
        }
    }
    Ok(preferences)
}

/// The version in `==version` alone.
fn pinned(specifiers: &VersionSpecifiers) -> Option<Version> {
    specifiers.to_string().strip_prefix("==")?.parse().ok()
}

fn entry(pin: &Pin, wanted: &Wanted) -> PinEntry {
    PinEntry {
        name: pin.name.to_string(),
        version: pin.version.to_string(),
        url: pin.url.as_ref().map(ToString::to_string),
        marker: (!pin.marker.is_true()).then(|| pin.marker.to_string()),
        hashes: pin.hashes.clone(),
        via: wanted_by(pin, wanted).iter().map(WantedBy::text).collect(),
    }
}

fn text(arguments: &Arguments, resolved: &Resolved, wanted: &Wanted, context: &Context) -> String {
    let lines: Vec<PinnedLine> = resolved
        .resolution
        .pins
        .iter()
        .map(|pin| PinnedLine {
            requirement: requirement(pin, arguments.strip_extras, &wanted.editables),
            hashes: if arguments.generate_hashes {
                pin.hashes.clone()
            } else {
                Vec::new()
            },
            wanted_by: wanted_by(pin, wanted),
        })
        .collect();
    let layout = Layout {
        command: (!arguments.no_header).then(|| repeatable(arguments, context)),
        annotate: !arguments.no_annotate,
        annotate_in_line: arguments.annotation_style == "line",
        options: index_lines(arguments, resolved),
    };
    output::render(&lines, &layout)
}

fn requirement(pin: &Pin, strip_extras: bool, editables: &BTreeSet<String>) -> String {
    let name = &pin.name;
    let extras = if pin.extras.is_empty() || strip_extras {
        String::new()
    } else {
        let extras: Vec<&str> = pin.extras.iter().map(ExtraName::as_str).collect();
        format!("[{}]", extras.join(","))
    };
    let what = match &pin.url {
        Some(url) if editables.contains(&**url) => {
            format!("-e {url}{}{extras}", egg(url, name))
        }
        Some(url) => format!("{name}{extras} @ {url}"),
        None => format!("{name}{extras}=={}", pin.version),
    };
    if pin.marker.is_true() {
        what
    } else {
        format!("{what} ; {}", pin.marker)
    }
}

/// The name behind the URL of an editable repository, which would have to be cloned to know it.
fn egg(url: &str, name: &ProjectName) -> String {
    let separator = if url.contains('#') { '&' } else { '#' };
    if url.starts_with("git+") {
        format!("{separator}egg={name}")
    } else {
        String::new()
    }
}

fn wanted_by(pin: &Pin, wanted: &Wanted) -> BTreeSet<WantedBy> {
    let origins = pin.required_by.iter().map(|by| match &by.requirer {
        Requirer::Project(name, _) => WantedBy::Project(name.to_string()),
        Requirer::User(origin) => match file_of(origin) {
            Some(file) => WantedBy::Requirements(file.to_owned()),
            None => WantedBy::Direct(origin.to_string()),
        },
    });
    let constraints = wanted.constraints.iter();
    let constraints = constraints
        .filter(|root| root.requirement.name == pin.name)
        .filter_map(|root| file_of(&root.origin))
        .map(|file| WantedBy::Constraints(file.to_owned()));
    origins.chain(constraints).collect()
}

/// The command that makes the file again, without what differs from user to user.
fn repeatable(arguments: &Arguments, context: &Context) -> String {
    let mut words = vec!["tilsit pip compile".to_owned()];
    let path = |path: &PathBuf| context.show(&context.resolve(path));
    words.extend(arguments.sources.iter().map(path));
    if let Some(file) = &arguments.output_file {
        words.push(format!("-o {}", path(file)));
    }
    if let Some(version) = &arguments.python_version {
        words.push(format!("--python-version {version}"));
    }
    if let Some(platform) = &arguments.python_platform {
        words.push(format!("--python-platform {platform}"));
    }
    for file in &arguments.constraints.constraint {
        words.push(format!("-c {}", path(file)));
    }
    for (given, option) in [
        (arguments.universal, "--universal"),
        (arguments.generate_hashes, "--generate-hashes"),
        (arguments.no_deps, "--no-deps"),
        (arguments.strip_extras, "--strip-extras"),
        (arguments.emit_index_url, "--emit-index-url"),
    ] {
        if given {
            words.push(option.to_owned());
        }
    }
    words.join(" ")
}

fn index_lines(arguments: &Arguments, resolved: &Resolved) -> Vec<String> {
    if !arguments.emit_index_url {
        return Vec::new();
    }
    // The default index is the last that is asked.
    let mut indexes = resolved.sources.indexes.iter().rev();
    let default = indexes.next();
    let default = default.map(|index| format!("--index-url {}", index.url()));
    let extra = indexes
        .rev()
        .map(|index| format!("--extra-index-url {}", index.url()));
    let links = resolved.sources.find_links.iter();
    let links = links.map(|link| format!("--find-links {link}"));
    default.into_iter().chain(extra).chain(links).collect()
}
