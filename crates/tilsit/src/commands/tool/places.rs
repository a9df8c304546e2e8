//! Where tools, their programs and what belongs to these are.

use std::path::{Path, PathBuf};

use tilsit_tools::{LinkPlaces, LockedTools, ToolsFolder};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The folder of tools: `TILSIT_TOOL_DIR`, or `tilsit/tools` in the user's data.
pub(super) fn folder(context: &Context) -> Result<ToolsFolder, CommandError> {
    let named = context.variables.path("TILSIT_TOOL_DIR");
    let folder = match named {
        Some(named) => context.resolve(named),
        None => data(context)?.join("tilsit").join("tools"),
    };
    Ok(ToolsFolder::at(folder))
}

/// The folder of tools, which only this process changes.
pub(super) fn lock(context: &Context) -> Result<LockedTools, CommandError> {
    let locked = folder(context)?.lock(|| {
        context
            .terminal
            .say("Waiting for another process that changes tools");
    })?;
    Ok(locked)
}

/// Where programs, manual pages and completions are linked.
pub(super) fn links(context: &Context) -> Result<LinkPlaces, CommandError> {
    Ok(LinkPlaces {
        programs: programs(context)?,
        data: data(context)?,
    })
}

/// The folder of programs: `TILSIT_TOOL_BIN_DIR`, `XDG_BIN_HOME`, `bin` beside the user's data, or
/// `~/.local/bin`.
pub(super) fn programs(context: &Context) -> Result<PathBuf, CommandError> {
    let path = |name: &str| context.variables.path(name).map(Path::to_path_buf);
    let absolute = |name: &str| path(name).filter(|path| path.is_absolute());
    let beside = || Some(absolute("XDG_DATA_HOME")?.parent()?.join("bin"));
    let home = || Some(context.home.as_ref()?.join(".local").join("bin"));
    let named = path("TILSIT_TOOL_BIN_DIR").or_else(|| absolute("XDG_BIN_HOME"));
    let folder = named.or_else(beside).or_else(home);
    folder
        .map(|folder| context.resolve(&folder))
        .ok_or_else(|| unknown("programs").hint("name one: `TILSIT_TOOL_BIN_DIR`"))
}

fn data(context: &Context) -> Result<PathBuf, CommandError> {
    let folder = context.data_folder();
    folder.ok_or_else(|| unknown("data").hint("name one: `TILSIT_TOOL_DIR` and `XDG_DATA_HOME`"))
}

fn unknown(what: &str) -> CommandError {
    let message = format!("the user's folder of {what} is not known");
    CommandError::new(Code::ConfigurationInvalid, message)
        .caused_by("the environment has neither `HOME` nor `XDG_DATA_HOME`")
}

/// Warns when the folder of programs is not on the search path.
pub(super) fn warn_if_unseen(folder: &Path, context: &Context) {
    if is_seen(folder, context) {
        return;
    }
    let shown = folder.display();
    context.terminal.warn(format_args!(
        "`{shown}` is not on the search path (PATH), so the shell does not find the programs; \
         `tilsit tool update-shell` mends that"
    ));
}

/// Whether a folder is on the search path.
pub(super) fn is_seen(folder: &Path, context: &Context) -> bool {
    let path = context.variables.path("PATH").unwrap_or(Path::new(""));
    let same = |one: PathBuf| {
        one == folder
            || matches!(
                (tilsit_files::canonicalize(&one), tilsit_files::canonicalize(folder)),
                (Ok(one), Ok(other)) if one == other
            )
    };
    std::env::split_paths(path).any(same)
}
