//! From what is wanted to a resolution: the settings become the provider's options, and the user
//! sees that something goes on. The work is [`tilsit_provider::resolve()`]'s.

mod choices;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tilsit_build_frontend::BuildFrontend;
use tilsit_environment::Interpreter;
use tilsit_index_client::{IndexClient, Refresh};
use tilsit_packaging::name::ProjectName;
use tilsit_project::MemberMetadata;
use tilsit_provider::{
    InstalledRelease, MetadataBuilder, Pin, Resolution, ResolveEvent, ResolveOptions, Resolving,
    Sources,
};
use tilsit_resolver::{Notice, Preferences, PrereleaseMode, Requirer, Target, Versions};

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::requirements::Wanted;
use crate::{building, indexes, network};

pub(crate) use choices::{Elsewhere, cut_off, formats};

/// What is to be resolved, and how.
pub(crate) struct Question<'a> {
    /// The requirements, constraints and overrides.
    pub(crate) wanted: &'a Wanted,
    /// The settings, with the options of the command in front.
    pub(crate) configuration: &'a Configuration,
    /// The Python to resolve for.
    pub(crate) interpreter: &'a Interpreter,
    /// Other environments than the interpreter's own.
    pub(crate) elsewhere: Elsewhere,
    /// Versions to keep where they fit.
    pub(crate) preferences: Preferences,
    /// Do not ask what the projects need in turn.
    pub(crate) no_deps: bool,
    /// Which pages are asked for again.
    pub(crate) refresh: Refresh,
    /// Ask for no metadata: what pages say has to do.
    pub(crate) pages_only: bool,
    /// What is there already, and may stay although no index has it.
    pub(crate) installed: BTreeMap<ProjectName, InstalledRelease>,
}

/// A resolution, and what found it.
pub(crate) struct Resolved {
    /// The answer.
    pub(crate) resolution: Resolution,
    /// What was asked for, all of it with names.
    pub(crate) wanted: Wanted,
    /// What built, and builds what is still to be built.
    pub(crate) frontend: BuildFrontend,
    /// The client that asked, for the downloads that follow.
    pub(crate) client: IndexClient,
    /// The indexes that were asked, without credentials.
    pub(crate) sources: Sources,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Resolved {
    /// Leaves out what the user named, so that what this needs remains.
    pub(crate) fn leave_out_named(&mut self) {
        let is_named = |pin: &Pin| {
            let mut by = pin.required_by.iter();
            by.any(|by| matches!(by.requirer, Requirer::User(_)))
        };
        self.resolution.pins.retain(|pin| !is_named(pin));
    }
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
    let Prepared {
        client,
        options,
        frontend,
    } = prepare(question, context)?;
    let here = question.interpreter.marker_environment();
    let here = question.elsewhere.is_here().then_some(here);
    let wanted = building::with_names(question.wanted, here, &frontend)?;
    let spinner = context.terminal.spinner("Resolving");
    let mut releases = 0_u32;
    let workspace = wanted.workspace.clone();
    let members = workspace.as_deref();
    let members = members.map(|workspace| MemberMetadata::new(workspace, &frontend));
    let builder: &dyn MetadataBuilder = match &members {
        Some(members) => members,
        None => &frontend,
    };
    let resolving = Resolving {
        requirements: wanted.requirements.clone(),
        constraints: wanted.constraints.clone(),
        options: &options,
        client: &client,
        builder,
        temporary: context.cache()?.temporary()?,
    };
    let resolution = tilsit_provider::resolve(&resolving, &mut |event| {
        match event {
            ResolveEvent::Release(name, version) => {
                releases += 1;
                spinner.message(format!("Resolving: {name} {version} ({releases} read)"));
            }
            event => warn_of(&event, context),
        }
        context.interrupt.flow()
    })?;
    drop(spinner);
    for (name, status) in &resolution.statuses {
        let reason = status.reason.as_ref();
        let reason = reason.map(|reason| format!(": {reason}"));
        context.terminal.warn(format_args!(
            "`{name}` is {} on its index{}",
            status.state.as_str(),
            reason.unwrap_or_default()
        ));
    }
    for notice in &resolution.notices {
        context.terminal.warn(notice_in_words(notice));
    }
    Ok(Resolved {
        resolution,
        wanted,
        frontend,
        client,
        sources: options.sources,
        took: began.elapsed(),
    })
}

/// What was chosen already, with all that is needed to have it.
///
/// # Errors
/// When the settings are wrong.
pub(crate) fn without_resolving(
    question: &Question<'_>,
    resolution: Resolution,
    context: &Context,
) -> Result<Resolved, CommandError> {
    let Prepared {
        client,
        options,
        frontend,
    } = prepare(question, context)?;
    Ok(Resolved {
        resolution,
        wanted: question.wanted.clone(),
        frontend,
        client,
        sources: options.sources,
        took: Duration::ZERO,
    })
}

/// Says what may be wrong with what an index answers.
fn warn_of(event: &ResolveEvent<'_>, context: &Context) {
    match *event {
        ResolveEvent::Project(_) | ResolveEvent::Release(..) => {}
        ResolveEvent::BehindWheels(name, version) => context.terminal.warn(format_args!(
            "newer releases of `{name}` have wheels, but the requirements lead back to {version}, \
             which has to be built from source"
        )),
        ResolveEvent::NoUploadTimes(index) => context.terminal.warn(format_args!(
            "the index `{index}` does not say when files were uploaded: those files are left \
             out, as `--exclude-newer` asks"
        )),
        ResolveEvent::NewerPages(index, version) => context.terminal.warn(format_args!(
            "the index `{index}` speaks version {version} of the Simple API: a newer tilsit may \
             understand more of its pages"
        )),
    }
}

/// Every version that the sources have of a project, with what speaks against it, and whether
/// pre-releases are asked for.
///
/// # Errors
/// When the settings are wrong, or an index does not answer.
pub(crate) fn versions(
    name: &ProjectName,
    question: &Question<'_>,
    context: &Context,
) -> Result<(Versions, bool), CommandError> {
    let Prepared {
        client,
        options,
        frontend,
    } = prepare(question, context)?;
    let _spinner = context.terminal.spinner("Asking");
    let resolving = Resolving {
        requirements: Vec::new(),
        constraints: Vec::new(),
        options: &options,
        client: &client,
        builder: &frontend,
        temporary: context.cache()?.temporary()?,
    };
    let versions = tilsit_provider::versions(name, &resolving, &mut |event| {
        warn_of(&event, context);
        context.interrupt.flow()
    })?;
    let mode = options.resolver.prereleases_of.get(name);
    let mode = mode.unwrap_or(&options.resolver.prereleases);
    Ok((versions, *mode == PrereleaseMode::Allow))
}

/// What answers a question.
struct Prepared {
    client: IndexClient,
    options: ResolveOptions,
    frontend: BuildFrontend,
}

fn prepare(question: &Question<'_>, context: &Context) -> Result<Prepared, CommandError> {
    let configuration = question.wanted.over(question.configuration);
    let client = network::client(&configuration, question.refresh.clone(), context)?;
    let (target, files) = choices::target(question.interpreter, &question.elsewhere)?;
    let here = match &target {
        Target::Environment(environment) => Some(environment),
        Target::Universal(_) => None,
    };
    let mut sources = indexes::choose(&configuration, question.interpreter, here, context)?;
    if let Some(workspace) = &question.wanted.workspace {
        let policy = &workspace.settings.policy;
        sources.limits = indexes::limits(policy, &configuration, &sources, context)?;
    }
    let options = choices::options(question, &configuration, sources, (target, files), context)?;
    let frontend = building::frontend(
        question.wanted,
        question.interpreter,
        &options,
        &client,
        context,
    )?;
    Ok(Prepared {
        client,
        options,
        frontend,
    })
}

/// What builds with the settings of a question, for a command that resolves nothing itself.
///
/// # Errors
/// When the settings are wrong.
pub(crate) fn frontend(
    question: &Question<'_>,
    context: &Context,
) -> Result<BuildFrontend, CommandError> {
    Ok(prepare(question, context)?.frontend)
}

fn notice_in_words(notice: &Notice) -> String {
    match notice {
        Notice::UnknownExtra { release, extra } => {
            let (name, version) = (&release.name, &release.version);
            format!("{name} {version} does not provide the extra '{extra}'")
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
