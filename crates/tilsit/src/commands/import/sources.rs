//! What is imported: the named files, or what the folder has.

use std::path::Component;

use tilsit_environment::discovery::Scope;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_project::import::{self, Candidate, Foreign, What};
use tilsit_resolver::Preferences;
use tilsit_resolver::Versions;

use super::Arguments;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};

/// What is imported.
///
/// # Errors
/// When there is nothing, it is not clear what is meant, or a file is not known.
pub(super) fn candidates(
    arguments: &Arguments,
    context: &Context,
) -> Result<Vec<Candidate>, CommandError> {
    let folder = &context.working_folder;
    let kind = arguments.from.map(super::From::kind);
    if arguments.files.is_empty() {
        return Ok(import::find(folder, kind)?);
    }
    let mut found: Vec<Candidate> = Vec::new();
    for typed in &arguments.files {
        let full = context.resolve(typed);
        let shown = context.show(&full);
        let below = full.strip_prefix(folder).map_err(|_| {
            let message = format!("`{shown}` is not in the folder of the project");
            CommandError::new(Code::Usage, message)
                .hint("go there first: `tilsit import --directory FOLDER …`")
        })?;
        if !tilsit_files::exists(&full)? {
            let message = format!("there is no file `{shown}`");
            return Err(CommandError::new(Code::Usage, message));
        }
        let parts = below.components().filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            _ => None,
        });
        let file = parts.collect::<Vec<_>>().join("/");
        for one in Candidate::named(folder, &file, kind)? {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// Leaves out conda's packages that no index has.
///
/// # Errors
/// When the settings are wrong, or an index does not answer.
pub(super) fn leave_out_unknown(
    arguments: &Arguments,
    foreign: &mut Foreign,
    context: &Context,
) -> Result<(), CommandError> {
    let found = pythons::find(arguments.python.as_deref(), Scope::Any, context)?;
    let configuration = arguments.index.over(context)?;
    let configuration = arguments.resolver.over(&configuration);
    let question = Question {
        wanted: &Wanted::default(),
        configuration: &configuration,
        interpreter: &found.interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: true,
        refresh: Refresh::No,
        pages_only: true,
        installed: std::collections::BTreeMap::new(),
    };
    let is_unknown = |name: &ProjectName| {
        let versions = resolving::versions(name, &question, context)?;
        Ok::<_, CommandError>(matches!(versions.0, Versions::NotFound))
    };
    for item in &mut foreign.items {
        let is_of_conda = item.origin.file.ends_with("ml") && !item.origin.key.starts_with("pip:");
        let What::Requirement(listed) = &item.what else {
            continue;
        };
        let name = &listed.requirement.name;
        if is_of_conda && is_unknown(name)? {
            let why = format!("no index has a project `{name}`: it may be no Python");
            item.what = What::LeftOut(why);
        }
    }
    Ok(())
}
