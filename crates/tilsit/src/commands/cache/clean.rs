//! `cache clean`: everything goes, or what there is of some projects.

use serde_json::json;
use tilsit_build_frontend::upkeep;
use tilsit_files::LockKind;
use tilsit_index_client::{forget_metadata, forget_pages};
use tilsit_installer::prune::{remove_wheels, wheels_of};
use tilsit_installer::roots::{Root, Roots};
use tilsit_installer::{WheelStore, remove_store};
use tilsit_packaging::name::ProjectName;

use super::cache;
use super::measure::measure;
use crate::commands::run;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::lock_store;
use crate::report::Report;
use crate::terminal::{GOOD, count, size};

/// Removes the whole cache.
pub(super) fn all(force: bool, context: &Context) -> Result<Report, CommandError> {
    let answer = |files: usize, bytes: u64| {
        let folder = &context.cache_folder;
        Report::silent(json!({ "folder": folder, "files": files, "bytes": bytes }))
    };
    let Some(cache) = cache(context)? else {
        return Ok(answer(0, 0));
    };
    let folder = cache.root();
    let content = measure(folder)?;
    let store = WheelStore::in_cache(folder);
    let _lock = if tilsit_files::exists(store.folder())? {
        Some(lock_store(LockKind::Exclusive, context)?)
    } else {
        None
    };
    let mut roots = Roots::in_cache(folder).live(store.folder())?;
    // The environments that `run` keeps go with the cache.
    roots.retain(|root| !root.site_packages.starts_with(folder));
    if !force && !roots.is_empty() {
        return Err(in_use(&roots).hint("`tilsit cache prune` removes the rest"));
    }
    let spinner = context.terminal.spinner("Removing the cache");
    remove_store(&store)?;
    tilsit_files::remove_dir_all(folder)?;
    drop(spinner);
    let (files, bytes) = (count(content.files, "file"), size(content.bytes));
    let shown = context.show(folder);
    context.terminal.say(format_args!(
        "{GOOD}Removed{GOOD:#} {files} ({bytes}) from `{shown}`."
    ));
    Ok(answer(content.files, content.bytes))
}

/// Removes what the cache holds of some projects. Environments of `run` that link their wheels go
/// too: they are made again.
pub(super) fn projects(
    names: &[ProjectName],
    force: bool,
    context: &Context,
) -> Result<Report, CommandError> {
    let answer = |wheels: usize, builds: usize, pages: usize, bytes: u64| json!({ "projects": names, "wheels": wheels, "builds": builds, "pages": pages, "bytes": bytes });
    let Some(cache) = cache(context)? else {
        return Ok(Report::silent(answer(0, 0, 0, 0)));
    };
    let folder = cache.root();
    let _lock = lock_store(LockKind::Exclusive, context)?;
    let wheels = wheels_of(folder, names)?;
    let store = WheelStore::in_cache(folder);
    let mut roots = Roots::in_cache(folder).live(store.folder())?;
    roots.retain(|root| root.wheels.iter().any(|wheel| wheels.contains_key(wheel)));
    let (own, others): (Vec<Root>, Vec<Root>) = roots
        .into_iter()
        .partition(|root| root.site_packages.starts_with(folder));
    if !force && !others.is_empty() {
        return Err(in_use(&others));
    }
    for root in &own {
        run::upkeep::remove_of(folder, &root.site_packages)?;
    }
    remove_wheels(folder, wheels.keys())?;
    let (builds, built_bytes) = upkeep::forget(folder, names)?;
    let pages = forget_pages(folder, names)?;
    forget_metadata(folder, names)?;
    let bytes = wheels.values().sum::<u64>() + built_bytes;
    let parts = [
        count(wheels.len(), "wheel"),
        count(builds, "build"),
        count(pages, "page"),
    ];
    context.terminal.say(format_args!(
        "{GOOD}Removed{GOOD:#} {} ({})",
        parts.join(", "),
        size(bytes)
    ));
    Ok(Report::silent(answer(wheels.len(), builds, pages, bytes)))
}

/// Why something cannot go.
fn in_use(roots: &[Root]) -> CommandError {
    let mut error = CommandError::new(
        Code::CacheInUse,
        format!(
            "the packages of {} are links into the cache",
            count(roots.len(), "environment")
        ),
    );
    for root in roots {
        error = error.caused_by(format!("`{}`", root.site_packages.display()));
    }
    error.hint("`--force` removes them all the same; make these environments anew then")
}
