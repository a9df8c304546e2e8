//! The members of a workspace that `tilsit build` is about.

use std::path::{Path, PathBuf};

use tilsit_packaging::name::ProjectName;
use tilsit_project::Workspace;
use tilsit_project::workspace::Member;

use crate::commands::version;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The folders of the members that are named, or of all that are packages; none when nothing is said of
/// members.
///
/// # Errors
/// When there is no workspace, or it has no such member.
pub(super) fn folders(
    source: &Path,
    all: bool,
    named: &[ProjectName],
    context: &Context,
) -> Result<Option<Vec<PathBuf>>, CommandError> {
    if !all && named.is_empty() {
        return Ok(None);
    }
    let workspace = Workspace::find(source)?;
    let mut folders = Vec::new();
    for name in named {
        let member = version::member(&workspace, Some(name), context)?;
        folders.push(member.folder.clone());
    }
    if all {
        let is_built = |member: &&Member| member.is_package;
        let members = workspace.members.values().filter(is_built);
        folders.extend(members.map(|member| member.folder.clone()));
        if folders.is_empty() {
            let shown = context.show(&workspace.root);
            let message = format!("the workspace in `{shown}` has no member that is a package");
            return Err(CommandError::new(Code::ProjectInvalid, message)
                .hint("a package has `[build-system]` in its pyproject.toml"));
        }
    }
    Ok(Some(folders))
}
