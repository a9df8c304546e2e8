//! `tilsit venv`: make a virtual environment.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, Existing, VenvOptions};
use tilsit_environment::{Environment, Interpreter};
use tilsit_resolver::Preferences;

use crate::commands::options::IndexOptions;
use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::CommandError;
use crate::installing::{self, Change};
use crate::report::Report;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::Resolved;
use crate::terminal::{DIM, GOOD, STRONG};
use crate::{filling, pythons};

/// Make a virtual environment
///
/// Its base is always a Python outside of any environment, also when this is run from within one.
/// Nothing is installed into it without `--seed`; `tilsit pip install` needs no pip there.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Where to make it
    #[arg(default_value = ".venv")]
    folder: PathBuf,
    /// The Python to use: a version, a range, or a path [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    python: Option<String>,
    /// What the shell's prompt shows; `.` for the name of this folder
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Install pip, and for old Pythons setuptools (below 3.12) and wheel (below 3.9)
    #[arg(long, overrides_with = "no_seed")]
    seed: bool,
    /// Install nothing, as is usual
    #[arg(long, visible_alias = "without-pip")]
    no_seed: bool,
    /// See the packages of the base Python too
    #[arg(long)]
    system_site_packages: bool,
    /// Make it so that its folder may be moved
    #[arg(long)]
    relocatable: bool,
    /// Let version control see the environment
    #[arg(long)]
    no_vcs_ignore: bool,
    /// Make it anew if there is one
    #[arg(long, conflicts_with = "allow_existing")]
    clear: bool,
    /// Make it in a folder that is there, and keep what lies in it
    #[arg(long)]
    allow_existing: bool,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let base = pythons::find(arguments.python.as_deref(), Scope::Base, context)?.interpreter;
    let root = context.resolve(&arguments.folder);
    // Before anything is made, so that an index that does not answer leaves nothing behind.
    let seeds = Seeds::resolve(arguments, &base, context)?;
    let was_there = tilsit_files::exists(&root)?;
    let interpreter = venv::create(&base, &root, &options(arguments, context))?;
    let environment = Environment::of(interpreter);
    let seeded = seeds.map(|seeds| seeds.install(&environment, context));
    if let Some(Err(error)) = seeded {
        if !was_there {
            tilsit_files::remove_dir_all(&root)?;
        }
        return Err(error);
    }
    let python = pythons::describe(&base, context);
    let shown = context.show(&root);
    context.terminal.say(format_args!(
        "{GOOD}Made{GOOD:#} the environment `{STRONG}{shown}{STRONG:#}` with {python}."
    ));
    let seeded = seeded.transpose()?;
    if let Some(change) = &seeded {
        change.tell(context);
    }
    let activate = activation(&shown);
    context.terminal.say(format_args!(
        "Activate it: {STRONG}{activate}{STRONG:#} {DIM}(bash, zsh){DIM:#}"
    ));
    Ok(Report::silent(json!({
        "environment": root,
        "python": environment.interpreter().executable(),
        "base": base.executable(),
        "version": base.version().to_string(),
        "installed": seeded.map(|change| change.entries).unwrap_or_default(),
    })))
}

fn options(arguments: &Arguments, context: &Context) -> VenvOptions {
    VenvOptions {
        prompt: prompt(arguments, context),
        system_site_packages: arguments.system_site_packages,
        relocatable: arguments.relocatable,
        version_controlled: arguments.no_vcs_ignore,
        existing: match (arguments.clear, arguments.allow_existing) {
            (true, _) => Existing::Clear,
            (_, true) => Existing::Keep,
            _ => Existing::Refuse,
        },
    }
}

/// What `--seed` installs.
struct Seeds {
    resolved: Resolved,
    configuration: Configuration,
}

impl Seeds {
    fn resolve(
        arguments: &Arguments,
        base: &Interpreter,
        context: &Context,
    ) -> Result<Option<Self>, CommandError> {
        if !arguments.seed {
            return Ok(None);
        }
        let configuration = arguments.index.over(context)?;
        let names: Vec<String> = seed_names(base.major_minor()).map(str::to_owned).collect();
        let wanted = Wanted::gather(&names, &[], &ConstraintOptions::default(), context)?;
        let none = Preferences::default();
        let resolved = filling::resolve(&wanted, &configuration, base, none, context)?;
        Ok(Some(Self {
            resolved,
            configuration,
        }))
    }

    fn install(
        &self,
        environment: &Environment,
        context: &Context,
    ) -> Result<Change, CommandError> {
        let link_mode = installing::link_mode_to_stay(&self.configuration, context)?;
        filling::fill(environment, &self.resolved, link_mode, &|_| Ok(()), context)
    }
}

/// What virtualenv puts into an environment of a Python: `distutils`, in whose place setuptools
/// steps, went with 3.12; setuptools has made wheels by itself since its releases for 3.9.
fn seed_names(version: (u32, u32)) -> impl Iterator<Item = &'static str> {
    [
        ("pip", true),
        ("setuptools", version < (3, 12)),
        ("wheel", version < (3, 9)),
    ]
    .into_iter()
    .filter_map(|(name, is_wanted)| is_wanted.then_some(name))
}

fn prompt(arguments: &Arguments, context: &Context) -> Option<String> {
    let prompt = arguments.prompt.as_deref()?;
    if prompt != "." {
        return Some(prompt.to_owned());
    }
    let name = context.working_folder.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn activation(environment: &str) -> String {
    let folder = Path::new(environment);
    if cfg!(windows) {
        folder.join("Scripts/activate").display().to_string()
    } else {
        format!("source {}", folder.join("bin/activate").display())
    }
}
