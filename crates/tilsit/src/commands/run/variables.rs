//! The variables that what is run gets from files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tilsit_environment::env_file;

use super::Arguments;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pipfiles;

/// The variables of the files, without those that are set already; the later file wins. Where none is
/// named, those of pipenv's file, which it puts in the place of what is set.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn variables(
    arguments: &Arguments,
    context: &Context,
) -> Result<Vec<(String, String)>, CommandError> {
    if arguments.no_env_file {
        return Ok(Vec::new());
    }
    let mut files = arguments.env_file.clone();
    if files.is_empty() {
        let named = context.variables.text("TILSIT_ENV_FILE");
        let named = named.unwrap_or_default().split_whitespace();
        files.extend(named.map(PathBuf::from));
    }
    if files.is_empty() && !arguments.no_project {
        return match pipfiles::env_file(context)? {
            Some(path) => read(&path, context),
            None => Ok(Vec::new()),
        };
    }
    let mut found = Vec::new();
    for file in &files {
        found.extend(read(file, context)?);
    }
    let set = context.variables.all();
    found.retain(|(name, _)| !set.contains_key(&OsString::from(name)));
    Ok(found)
}

fn read(file: &Path, context: &Context) -> Result<Vec<(String, String)>, CommandError> {
    let path = context.resolve(file);
    let text = tilsit_files::read_to_string(&path)
        .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
    let known = |name: &str| context.variables.text(name).map(str::to_owned);
    env_file::parse(&text, &known).map_err(|error| {
        let shown = file.display();
        let message = format!("the file of variables `{shown}` cannot be read");
        CommandError::new(Code::Usage, message).caused_by(error.to_string())
    })
}
