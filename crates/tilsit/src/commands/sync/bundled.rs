//! `tilsit sync --bundle`: an environment from one file, without any index.

use std::path::Path;

use tilsit_files::TemporaryFolder;
use tilsit_project::bundle::Bundle;
use tilsit_project::lock::Lock;
use tilsit_project::workspace::WorkspaceError;

use super::{Arguments, finish};
use crate::configuration::Settings;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing;
use crate::locking;
use crate::projects::Project;
use crate::report::Report;
use crate::syncing::{Omitted, Place, Syncing, environment};
use tilsit_project::Workspace;

/// Makes the environment of the project here, or of this folder, hold what a bundle has.
///
/// # Errors
/// When the bundle cannot be used here, or something cannot be placed.
pub(super) fn run(
    arguments: &Arguments,
    path: &Path,
    context: &Context,
) -> Result<Report, CommandError> {
    let path = context.resolve(path);
    let bundle = Bundle::open(&path)?;
    let project = match Workspace::find(&context.working_folder) {
        // Where nothing but the bundle was brought, it speaks for itself.
        Err(WorkspaceError::None(_)) => Project::bare(context),
        _ => Project::find(context)?,
    };
    check_same(&bundle, &project, context)?;
    let lock = Lock::parse(&bundle.lock, Path::new(&bundle.manifest.lock))?;
    let configuration = arguments.index.over(&project.context)?;
    let configuration = arguments.link.over(&configuration);
    let configuration = configuration.with_options(Settings {
        offline: Some(true),
        no_index: Some(true),
        ..Settings::default()
    });
    let place = Place {
        python: arguments.python.as_deref(),
        active: arguments.active,
        must_exist: arguments.dry_run || arguments.check,
    };
    let environment = environment(&project, place, context)?;
    let locked = installing::lock(&environment, context)?;
    let folder = TemporaryFolder::create_in(context.cache()?.temporary()?)?;
    let syncing = Syncing {
        project: Some(&project),
        context: &project.context,
        root: &project.workspace.root,
        configuration: &configuration,
        lock: &lock,
        selection: &bundle.manifest.selection,
        omitted: &Omitted::default(),
        no_editable: true,
        inexact: arguments.inexact,
        only_removes: false,
        reinstall: arguments.reinstall.renewal(),
        build: &arguments.build.read(context)?,
        bundle: Some((&bundle, folder.path())),
    };
    let change = syncing.plan(&environment)?;
    finish(arguments, change, (&environment, &locked), &lock, context)
}

/// Where there is a lock, a bundle of another one is refused.
fn check_same(bundle: &Bundle, project: &Project, context: &Context) -> Result<(), CommandError> {
    let path = project.workspace.root.join(&bundle.manifest.lock);
    match locking::read_text(&path)? {
        Some(text) if text != bundle.lock => {
            let shown = context.show(&path);
            let message = format!("the bundle was made of another lock than `{shown}`");
            Err(CommandError::new(Code::BundleRefused, message)
                .hint("`tilsit bundle` makes one of the lock that is here"))
        }
        _ => Ok(()),
    }
}
