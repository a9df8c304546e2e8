//! `tilsit bundle`: a lock and the wheels that it needs in some environments, in one file.

mod making;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::tag::CompatibleTags;
use tilsit_packaging::version::Version;
use tilsit_project::bundle::Target;
use tilsit_project::locks::LockForm;
use tilsit_provider::{Platform, elsewhere};

use crate::commands::sync::FixedOptions;
use crate::commands::sync::selecting::SelectionOptions;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::locking::{self, LockedOptions};
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, count, size};

use making::Making;

/// Put a lock and all wheels that it needs into one file
///
/// The file is for the Python that is used and its system, or for those that are named: each version with
/// each platform. `tilsit sync --bundle FILE` installs from it without any index. What has no wheel is
/// built, for this system only; the projects themselves are built too. The same lock and the same wheels
/// make the same file, byte for byte.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Write to this file; `NAME-bundle.zip` where nothing is said
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For this version of Python; may be given more than once
    #[arg(long, value_name = "VERSION")]
    python_version: Vec<Version>,
    /// For this system: `linux`, `macos`, `windows`, or as `aarch64-manylinux_2_28`; may be given more than
    /// once
    #[arg(long, value_name = "PLATFORM", visible_alias = "platform")]
    python_platform: Vec<Platform>,
    #[command(flatten)]
    selection: SelectionOptions,
    #[command(flatten)]
    fixed: FixedOptions,
    #[command(flatten)]
    locked: LockedOptions,
}

/// An environment that the bundle is for.
pub(super) struct Place {
    /// In words.
    words: Target,
    markers: MarkerEnvironment,
    tags: CompatibleTags,
    /// Whether what is built here runs there.
    is_here: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let project = arguments.locked.project(context)?;
    if !matches!(project.workspace.lock_form(), LockForm::Pylock) {
        let file = project.workspace.lock_file();
        let message = format!("a {file} is another tool's, and cannot be bundled");
        return Err(CommandError::new(Code::Usage, message)
            .hint("`tilsit export --format pylock.toml` writes a lock that says it"));
    }
    let lock = arguments.locked.fitting(&project, &arguments.fixed)?;
    let text = locking::read_text(&project.lock_path())?;
    let text = text.ok_or_else(|| locking::outdated(&project, false, context))?;
    let interpreter = project.python(arguments.locked.python(), Scope::Any)?;
    let chosen = arguments.selection.choose(&project.workspace)?;
    let is_omitted = |name: &&ProjectName| chosen.omitted.includes(name, &project.workspace);
    let names = lock.pylock.packages.iter().map(|package| &package.name);
    let mut omitted: Vec<ProjectName> = names.filter(is_omitted).cloned().collect();
    omitted.dedup();
    let making = Making {
        project: &project,
        configuration: &arguments.locked.configuration(&project)?,
        build: &arguments.locked.build(&project)?,
        interpreter: &interpreter,
        lock: &lock,
        text: &text,
        selection: &chosen.selection,
        omitted,
        places: arguments.places(&interpreter)?,
    };
    let path = match &arguments.output {
        Some(path) => context.resolve(path),
        None => context.working_folder.join(name(&project)),
    };
    let made = making.make(&path, context)?;
    let wheels = count(made.manifest.files.len(), "wheel");
    let (shown, bytes) = (context.show(&path), size(made.size_bytes));
    context.terminal.say(format_args!(
        "{GOOD}Bundled{GOOD:#} {wheels} in {shown} {DIM}({bytes}){DIM:#}"
    ));
    context
        .terminal
        .say(format_args!("{DIM}sha256 {}{DIM:#}", made.sha256));
    let files = made.manifest.files.iter().map(|wheel| {
        json!({
            "name": wheel.file,
            "sha256": wheel.sha256,
            "size_bytes": wheel.size_bytes,
            "built": wheel.is_built,
        })
    });
    Ok(Report::silent(json!({
        "bundle": path,
        "sha256": made.sha256,
        "size_bytes": made.size_bytes,
        "targets": made.manifest.targets,
        "files": files.collect::<Vec<_>>(),
    })))
}

impl Arguments {
    /// Each version of Python with each system; those that are used where none is named.
    fn places(&self, interpreter: &Interpreter) -> Result<Vec<Place>, CommandError> {
        let pythons: Vec<Option<&Version>> = match self.python_version.as_slice() {
            [] => vec![None],
            versions => versions.iter().map(Some).collect(),
        };
        let platforms: Vec<Option<&Platform>> = match self.python_platform.as_slice() {
            [] => vec![None],
            platforms => platforms.iter().map(Some).collect(),
        };
        let here = interpreter.marker_environment();
        let mut places = Vec::with_capacity(pythons.len() * platforms.len());
        for python in &pythons {
            for platform in &platforms {
                let (markers, tags) = elsewhere(here, &interpreter.tags(), *python, *platform)
                    .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
                let version = markers.python_full_version();
                let minor = (version.major(), version.minor());
                places.push(Place {
                    words: Target {
                        python: format!("{}.{}", minor.0, minor.1),
                        platform: platform.map_or_else(|| words_of(here), ToString::to_string),
                    },
                    is_here: platform.is_none() && {
                        let own = interpreter.version();
                        minor == (own.major(), own.minor())
                    },
                    markers,
                    tags,
                });
            }
        }
        Ok(places)
    }
}

/// The system of an environment in words, as `x86_64-linux`.
fn words_of(markers: &MarkerEnvironment) -> String {
    use tilsit_packaging::marker::MarkerVariable::{PlatformMachine, SysPlatform};
    let value = |variable| markers.value(variable).unwrap_or_default();
    format!("{}-{}", value(PlatformMachine), value(SysPlatform))
}

/// What the file is called where nothing is said.
fn name(project: &Project) -> String {
    let workspace = &project.workspace;
    let current = workspace.current.as_ref();
    let member = current.or_else(|| workspace.root_member().map(|member| &member.name));
    let member = member.or_else(|| workspace.members.keys().next());
    let name = member.map_or("project", |name| name.as_str());
    format!("{name}-bundle.zip")
}
