//! What is to be installed, from the command line and from requirements files, with the files that
//! these include. The grammar is [`tilsit_packaging::requirements_file`]'s; here the files are
//! read, and each requirement is told where it was written.

mod listed;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::requirements_file::{FileHash, parse_editable, parse_target};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::Workspace;
use tilsit_resolver::{Origin, RootRequirement};

use crate::building::{BuildSettings, Unnamed};
use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

pub(crate) use listed::ListedOptions;
use reader::{Line, Place, Reader};

/// What stands between a file and a line in an origin; see [`file_of`].
const LINE: &str = ", line ";

/// The words for the place of a requirement that was typed.
pub(crate) const COMMAND_LINE: &str = "the command line";

/// Constraints.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConstraintOptions {
    /// Limit versions as this file says, without installing anything for it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) constraint: Vec<PathBuf>,
    /// Take these requirements in place of what others require of the same projects
    #[arg(long, value_name = "FILE")]
    pub(crate) r#override: Vec<PathBuf>,
}

/// Everything that was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// What must be there.
    pub(crate) requirements: Vec<RootRequirement>,
    /// What limits versions.
    pub(crate) constraints: Vec<RootRequirement>,
    /// What stands in the place of others' requirements.
    pub(crate) overrides: Vec<RootRequirement>,
    /// The hashes that a project's file may have.
    pub(crate) hashes: BTreeMap<ProjectName, Vec<FileHash>>,
    /// What must be there and has no name yet: paths and URLs of what must be built first.
    pub(crate) unnamed: Vec<Unnamed>,
    /// The hashes that the file at a URL may have.
    pub(crate) url_hashes: BTreeMap<String, Vec<FileHash>>,
    /// The URLs of folders that are to be used where they are.
    pub(crate) editables: BTreeSet<String>,
    /// What the build backends of single projects are told.
    pub(crate) told: BTreeMap<ProjectName, Vec<(String, String)>>,
    /// The same for what is at a URL.
    pub(crate) told_at: BTreeMap<String, Vec<(String, String)>>,
    /// How what must be built is built.
    pub(crate) build: BuildSettings,
    /// The projects whose requirements these are; what they require in turn they say themselves.
    pub(crate) workspace: Option<Arc<Workspace>>,
    /// The Pythons that a script is for, whose requirements these are.
    script_python: Option<(String, VersionSpecifiers)>,
    /// The options in the files, as a layer of settings.
    settings: Settings,
}

/// What a file's lines are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Requirements,
    Constraints,
    Overrides,
}

impl Wanted {
    /// What the command line and the files ask for.
    ///
    /// # Errors
    /// When a file cannot be read, or a line is not understood or not supported.
    pub(crate) fn gather(
        typed: &[String],
        files: &[PathBuf],
        limits: &ConstraintOptions,
        context: &Context,
    ) -> Result<Self, CommandError> {
        let mut reader = Reader::new(context);
        // A variable of a script may be empty.
        for text in typed.iter().filter(|text| !text.trim().is_empty()) {
            let target = parse_target(text).map_err(|reason| invalid(text, reason))?;
            let line = Line::typed(target, false);
            reader.add(line, &Place::working_folder(context), Role::Requirements)?;
        }
        for file in files {
            reader.read(file, Role::Requirements)?;
        }
        let always = context
            .configuration
            .all(|settings| settings.constraint.as_ref());
        for file in limits.constraint.iter().chain(&always) {
            reader.read(file, Role::Constraints)?;
        }
        for file in &limits.r#override {
            reader.read(file, Role::Overrides)?;
        }
        reader.settings()?;
        Ok(reader.finish())
    }

    /// Adds folders that are to be used where they are.
    ///
    /// # Errors
    /// When one is not the path of a folder.
    pub(crate) fn add_editables(
        &mut self,
        typed: &[String],
        context: &Context,
    ) -> Result<(), CommandError> {
        let mut reader = Reader::new(context);
        reader.wanted = std::mem::take(self);
        for text in typed {
            let target = parse_editable(text).map_err(|reason| invalid(text, reason))?;
            let line = Line::typed(target, true);
            reader.add(line, &Place::working_folder(context), Role::Requirements)?;
        }
        *self = reader.wanted;
        Ok(())
    }

    /// The options in the files.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The configuration with the options of the files behind those of the command line.
    pub(crate) fn over(&self, configuration: &Configuration) -> Configuration {
        configuration.with_options(self.settings.clone())
    }
}

/// The file of an origin that [`Wanted::gather`] made; none for the command line.
pub(crate) fn file_of(origin: &Origin) -> Option<&str> {
    let (file, _) = origin.as_str().rsplit_once(LINE)?;
    Some(file)
}

/// The constraints in these files.
///
/// # Errors
/// When a file cannot be read, or a line is not understood.
pub(crate) fn constraints_of(
    files: &[PathBuf],
    context: &Context,
) -> Result<Vec<RootRequirement>, CommandError> {
    let mut reader = Reader::new(context);
    for file in files {
        reader.read(file, Role::Constraints)?;
    }
    Ok(reader.wanted.constraints)
}

/// The constraints of builds that stand in the settings themselves.
///
/// # Errors
/// When one is no requirement.
pub(crate) fn build_constraints(context: &Context) -> Result<Vec<RootRequirement>, CommandError> {
    let key = "build-constraint-dependencies";
    let texts = context
        .configuration
        .all(|settings| settings.build_constraint_dependencies.as_ref());
    let texts = texts.iter().map(|text| {
        let requirement = of_setting(key, text)?;
        Ok(RootRequirement::new(requirement, format!("`{key}`")))
    });
    texts.collect()
}

/// A requirement in a setting.
///
/// # Errors
/// When it is none.
pub(crate) fn of_setting(key: &str, text: &str) -> Result<Requirement, CommandError> {
    text.parse().map_err(|error| {
        let message = format!("`{text}` in `{key}` is no requirement");
        CommandError::new(Code::ConfigurationInvalid, message).caused_by(format!("{error}"))
    })
}

/// What is said where a command wants requirements and gets none.
pub(crate) fn nothing_named(command: &str) -> CommandError {
    let message = format!("You must give at least one requirement to {command}");
    CommandError::new(Code::Usage, message).hint(format!(
        "as `tilsit pip {command} flask`, or `-r requirements.txt`"
    ))
}

fn invalid(text: &str, reason: String) -> CommandError {
    let message = format!("the requirement `{text}` is not valid");
    CommandError::new(Code::RequirementInvalid, message).caused_by(reason)
}
