//! A setup.py that tells nothing to who does not run it: built, and its wheel asked.

use std::collections::BTreeMap;

use tilsit_build_frontend::{Source, SourceError, Target};
use tilsit_dist::check::Limits;
use tilsit_dist::wheel::Wheel;
use tilsit_environment::discovery::Scope;
use tilsit_files::TemporaryFolder;
use tilsit_index_client::Refresh;
use tilsit_project::import::{self, Item};
use tilsit_resolver::Preferences;
use url::Url;

use super::Arguments;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};

/// What the project in the working folder says once it is built.
///
/// # Errors
/// When it cannot be built.
pub(super) fn items(arguments: &Arguments, context: &Context) -> Result<Vec<Item>, CommandError> {
    let folder = &context.working_folder;
    context
        .terminal
        .say("Building the project, which runs its setup.py");
    let not_there = || {
        let error = SourceError::NotThere(folder.clone());
        CommandError::from_error(Code::ProjectInvalid, &error)
    };
    let url = Url::from_file_path(folder).map_err(|()| not_there())?;
    let found = Source::of_url(url.as_str(), false);
    let (source, _) =
        found.map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
    let mut wanted = Wanted::default();
    wanted.build = arguments.build.read(context)?;
    let python = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
    let configuration = arguments.index.over(context)?;
    let question = Question {
        wanted: &wanted,
        configuration: &arguments.resolver.over(&configuration),
        interpreter: &python.interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: false,
        refresh: Refresh::No,
        installed: BTreeMap::new(),
        pages_only: false,
    };
    let frontend = resolving::frontend(&question, context)?;
    let out = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
    let path = frontend.build_into(source, Target::Wheel, out.path())?;
    let wheel = Wheel::open(&path, &Limits::default())
        .map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
    Ok(import::built(wheel.metadata(), wheel.entry_points()))
}
