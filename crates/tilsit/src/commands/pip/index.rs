//! `tilsit pip index`: what the indexes have of a project, in pip's words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tilsit_environment::Environment;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Candidate, Preferences, Versions};

use crate::commands::options::{IndexOptions, ResolverOptions};
use crate::commands::pip::foreign::ForeignOptions;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::report::Report;
use crate::requirements::Wanted;
use crate::resolving::{self, Question};

/// Ask the indexes for what they have
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Versions(Box<VersionsArguments>),
}

/// List the versions of a project that can be installed, the newest first
///
/// Versions that were yanked, are for other Pythons or systems, or have no file that may be taken are
/// left out; pre-releases too, unless they are asked for.
#[derive(Args, Debug)]
struct VersionsArguments {
    /// The project
    name: ProjectName,
    /// As which kind of text; `json` is pip's JSON, beside `--json`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    foreign: ForeignOptions,
    #[command(flatten)]
    environment: EnvironmentOptions,
    #[command(flatten)]
    resolver: ResolverOptions,
    #[command(flatten)]
    index: IndexOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// JSON as pip's
    Json,
}

/// The answer, as pip's JSON has it.
#[derive(Debug, Serialize)]
struct Listing {
    name: String,
    versions: Vec<String>,
    latest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    installed_version: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let Command::Versions(arguments) = &arguments.command;
    let configuration = arguments.resolver.over(&arguments.index.over(context)?);
    let environment = arguments.environment.find_any(context)?;
    let versions = available(arguments, &configuration, &environment, context)?;
    let Some(latest) = versions.first() else {
        let name = &arguments.name;
        return Err(CommandError::new(
            Code::NoResolution,
            format!("no version of `{name}` can be installed here"),
        )
        .hint("`--pre` takes pre-releases too")
        .hint(format!(
            "`tilsit pip download {name} --no-deps` says what speaks against them"
        )));
    };
    let present = installing::present(&environment, context)?;
    let mut present = present.into_iter();
    let installed = present.find(|distribution| distribution.name == arguments.name);
    let installed = installed.map(|distribution| distribution.version);
    let listing = Listing {
        name: arguments.name.to_string(),
        versions: versions.iter().map(ToString::to_string).collect(),
        latest: latest.to_string(),
        installed_version: installed.as_ref().map(ToString::to_string),
    };
    let text = match arguments.format {
        Format::Text => text(&listing, latest, installed.as_ref()),
        Format::Json => {
            let text = serde_json::to_string(&listing).expect("a listing is plain data");
            format!("{text}\n")
        }
    };
    Ok(Report::new(text, &listing))
}

/// The versions that can be installed, the newest first.
fn available(
    arguments: &VersionsArguments,
    configuration: &Configuration,
    environment: &Environment,
    context: &Context,
) -> Result<Vec<Version>, CommandError> {
    let interpreter = environment.interpreter();
    let wanted = Wanted::default();
    let question = Question {
        wanted: &wanted,
        configuration,
        interpreter,
        elsewhere: arguments.foreign.elsewhere(),
        preferences: Preferences::default(),
        no_deps: true,
        refresh: Refresh::No,
        pages_only: true,
        installed: BTreeMap::new(),
    };
    let name = &arguments.name;
    let (versions, with_prereleases) = resolving::versions(name, &question, context)?;
    let candidates = match versions {
        Versions::Found(candidates) => candidates,
        Versions::NotFound => {
            let message = format!("no index has a project `{name}`");
            return Err(CommandError::new(Code::NoResolution, message));
        }
        Versions::Forbidden(words) => {
            return Err(CommandError::new(Code::IndexCredentials, words));
        }
        Versions::Unavailable(words) => {
            let message = format!("it cannot be known which versions of `{name}` there are");
            return Err(CommandError::new(Code::NoResolution, message).caused_by(words));
        }
    };
    let python = question.elsewhere.python.as_ref();
    let python = python.unwrap_or(interpreter.version());
    let fits = |candidate: &&Candidate| {
        let requires = candidate.requires_python.as_ref();
        candidate.unusable.is_none()
            && candidate.yanked.is_none()
            && requires.is_none_or(|requires| requires.contains(&python.base()))
    };
    let versions = candidates.iter().filter(fits);
    let mut versions: Vec<Version> = versions.map(|one| one.version.clone()).collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.retain(|version| with_prereleases || !version.is_prerelease());
    Ok(versions)
}

/// What pip prints.
fn text(listing: &Listing, latest: &Version, installed: Option<&Version>) -> String {
    let Listing { name, versions, .. } = listing;
    let versions = versions.join(", ");
    let mut text = format!("{name} ({latest})\nAvailable versions: {versions}\n");
    // A `String` takes every write.
    let _ = match installed {
        None => Ok(()),
        Some(installed) if installed == latest => {
            writeln!(text, "  INSTALLED: {installed} (latest)")
        }
        Some(installed) => {
            let note = if latest.is_prerelease() {
                " (pre-release; install with `pip install --pre`)"
            } else {
                ""
            };
            writeln!(
                text,
                "  INSTALLED: {installed}\n  LATEST:    {latest}{note}"
            )
        }
    };
    text
}
