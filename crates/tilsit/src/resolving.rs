//! From what is wanted to a resolution: the settings become the provider's options, and the user
//! sees that something goes on. The work is [`tilsit_provider::resolve()`]'s.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tilsit_environment::Interpreter;
use tilsit_index_client::{IndexClient, Refresh};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_provider::{
    FilePolicy, FormatControl, NoBuilder, Resolution, ResolveEvent, ResolveOptions, Resolving,
    Sources,
};
use tilsit_resolver::{Notice, PrereleaseMode, ResolutionMode, ResolverOptions};

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::Wanted;
use crate::{indexes, network};

/// What is to be resolved, and how.
pub(crate) struct Question<'a> {
    /// The requirements, constraints and overrides.
    pub(crate) wanted: &'a Wanted,
    /// The settings, with the options of the command in front.
    pub(crate) configuration: &'a Configuration,
    /// The Python to resolve for.
    pub(crate) interpreter: &'a Interpreter,
    /// Versions to keep where they fit.
    pub(crate) preferences: BTreeMap<ProjectName, Version>,
    /// Take wheels only, because the answer will be installed.
    pub(crate) wheels_only: bool,
    /// Do not ask what the projects need in turn.
    pub(crate) no_deps: bool,
    /// Which pages are asked for again.
    pub(crate) refresh: Refresh,
}

/// A resolution, and what found it.
pub(crate) struct Resolved {
    /// The answer.
    pub(crate) resolution: Resolution,
    /// The client that asked, for the downloads that follow.
    pub(crate) client: IndexClient,
    /// The indexes that were asked, without credentials.
    pub(crate) sources: Sources,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Resolves.
///
/// # Errors
/// When the settings are wrong, the requirements cannot be met, or an index does not answer.
pub(crate) fn resolve(
    question: &Question<'_>,
    context: &Context,
) -> Result<Resolved, CommandError> {
    let began = Instant::now();
    let configuration = question.wanted.over(question.configuration);
    let client = network::client(&configuration, question.refresh.clone(), context)?;
    let indexes = indexes::choose(&configuration, question.interpreter, context)?;
    let sources = Sources {
        indexes: indexes.indexes,
        find_links: indexes.find_links,
        ..Sources::default()
    };
    let options = options(question, &configuration, sources.clone())?;
    let spinner = context.terminal.spinner("Resolving");
    let mut releases = 0_u32;
    let resolving = Resolving {
        requirements: question.wanted.requirements.clone(),
        constraints: question.wanted.constraints.clone(),
        options: &options,
        client: &client,
        builder: &NoBuilder,
        temporary: context.cache()?.temporary()?,
    };
    let resolution = tilsit_provider::resolve(&resolving, &mut |event| {
        if let ResolveEvent::Release(name, version) = event {
            releases += 1;
            spinner.message(format!("Resolving: {name} {version} ({releases} read)"));
        }
        context.interrupt.flow()
    })?;
    drop(spinner);
    for notice in &resolution.notices {
        context.terminal.warn(notice_in_words(notice));
    }
    Ok(Resolved {
        resolution,
        client,
        sources,
        took: began.elapsed(),
    })
}

fn options(
    question: &Question<'_>,
    configuration: &Configuration,
    sources: Sources,
) -> Result<ResolveOptions, CommandError> {
    let mut resolver = ResolverOptions::new(question.interpreter.marker_environment().clone());
    if configuration.first(|settings| settings.pre) == Some(true) {
        resolver.prereleases = PrereleaseMode::Allow;
    }
    resolver.resolution = resolution_mode(configuration)?;
    resolver.preferences = question.preferences.clone().into_iter().collect();
    resolver.overrides.clone_from(&question.wanted.overrides);
    let mut files = FilePolicy::new(question.interpreter.tags());
    if question.wheels_only {
        files.only_binary = FormatControl::All;
    }
    files.exclude_newer.all = configuration
        .first(|settings| settings.exclude_newer.clone())
        .map(|text| cut_off(&text))
        .transpose()?;
    Ok(ResolveOptions {
        resolver,
        sources,
        files,
        no_dependencies: question.no_deps,
    })
}

fn resolution_mode(configuration: &Configuration) -> Result<ResolutionMode, CommandError> {
    let named = configuration.first(|settings| settings.resolution.clone());
    match named.as_deref() {
        None | Some("highest") => Ok(ResolutionMode::Highest),
        Some("lowest") => Ok(ResolutionMode::Lowest),
        Some("lowest-direct") => Ok(ResolutionMode::LowestDirect),
        Some(other) => Err(CommandError::new(
            Code::ConfigurationInvalid,
            format!("`resolution` is `{other}`, not `highest`, `lowest` or `lowest-direct`"),
        )),
    }
}

/// The moment after which files are ignored. A date means the whole day, in UTC.
fn cut_off(text: &str) -> Result<Timestamp, CommandError> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let end_of = |date: Date| {
        Some(
            date.tomorrow()
                .ok()?
                .to_zoned(TimeZone::UTC)
                .ok()?
                .timestamp(),
        )
    };
    let moment = text.parse::<Date>().ok().and_then(end_of);
    moment.ok_or_else(|| {
        CommandError::new(
            Code::Usage,
            format!(
                "`{text}` is neither a date as 2026-06-30 nor a moment as 2026-06-30T12:00:00Z"
            ),
        )
    })
}

fn notice_in_words(notice: &Notice) -> String {
    match notice {
        Notice::UnknownExtra { release, extra } => {
            let (name, version) = (&release.name, &release.version);
            format!("`{name}` {version} has no extra `{extra}`")
        }
        Notice::Yanked { release, yanked } => {
            let (name, version) = (&release.name, &release.version);
            let reason = yanked.reason.as_deref().unwrap_or("no reason is given");
            format!("`{name}` {version} was yanked by its maintainers: {reason}")
        }
    }
}

#[cfg(test)]
mod tests;
