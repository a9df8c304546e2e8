//! The newest versions that indexes have.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use tilsit_environment::Interpreter;
use tilsit_index_client::Refresh;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Preferences, RootRequirement};

use crate::configuration::Configuration;
use crate::context::Context;
use crate::error::{CommandError, Kind};
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question, Resolved};

/// The newest release of a project, in pip's words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Newest {
    #[serde(rename = "latest_version", serialize_with = "as_text")]
    version: Version,
    #[serde(rename = "latest_filetype")]
    file: &'static str,
}

fn as_text<S: Serializer>(version: &Version, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(version)
}

impl Newest {
    /// Whether it is newer than this version.
    pub(crate) fn is_above(&self, version: &Version) -> bool {
        self.version > *version
    }

    /// The version.
    pub(crate) fn version(&self) -> &Version {
        &self.version
    }

    /// The cells of its columns.
    pub(crate) fn cells(&self) -> [String; 2] {
        [self.version.to_string(), self.file.to_owned()]
    }
}

/// How many projects are named of which nothing is known.
const UNKNOWN_SHOWN_MAX: usize = 5;

/// Asks the indexes: for all projects at once, and for each alone when one of them is unknown
/// there or has nothing for this Python.
///
/// # Errors
/// When an index does not answer.
pub(crate) fn find(
    names: Vec<ProjectName>,
    interpreter: &Interpreter,
    configuration: &Configuration,
    context: &Context,
) -> Result<BTreeMap<ProjectName, Newest>, CommandError> {
    let ask = |names: &[ProjectName]| ask(names, interpreter, configuration, context);
    match ask(&names) {
        Ok(resolved) => return Ok(newest_of(&resolved).collect()),
        Err(error) if error.code.kind() != Kind::No => return Err(error),
        Err(_) => {}
    }
    let mut found = BTreeMap::new();
    let mut unknown = Vec::new();
    for name in names {
        match ask(std::slice::from_ref(&name)) {
            Ok(resolved) => found.extend(newest_of(&resolved)),
            Err(error) if error.code.kind() != Kind::No => return Err(error),
            Err(_) => unknown.push(name.to_string()),
        }
    }
    let shown = unknown[..unknown.len().min(UNKNOWN_SHOWN_MAX)].join("`, `");
    let more = match unknown.len().saturating_sub(UNKNOWN_SHOWN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if !unknown.is_empty() {
        context.terminal.warn(format_args!(
            "no version that fits is known of `{shown}`{more}"
        ));
    }
    Ok(found)
}

/// The newest version of one project; none where the indexes have none that fits.
///
/// # Errors
/// When an index does not answer.
pub(crate) fn of(
    name: &ProjectName,
    interpreter: &Interpreter,
    configuration: &Configuration,
    context: &Context,
) -> Result<Option<Version>, CommandError> {
    match ask(
        std::slice::from_ref(name),
        interpreter,
        configuration,
        context,
    ) {
        Ok(resolved) => Ok(newest_of(&resolved)
            .next()
            .map(|(_, newest)| newest.version)),
        Err(error) if error.code.kind() != Kind::No => Err(error),
        Err(_) => Ok(None),
    }
}

/// The newest releases of projects that fit, without what these need.
fn ask(
    names: &[ProjectName],
    interpreter: &Interpreter,
    configuration: &Configuration,
    context: &Context,
) -> Result<Resolved, CommandError> {
    let requirements = names.iter().cloned().map(Requirement::any);
    let roots = requirements.map(|requirement| RootRequirement::new(requirement, ""));
    let mut wanted = Wanted::default();
    wanted.requirements.extend(roots);
    let question = Question {
        preferences: Preferences::default(),
        elsewhere: Elsewhere::default(),
        configuration,
        interpreter,
        no_deps: true,
        refresh: Refresh::No,
        installed: BTreeMap::new(),
        pages_only: true,
        wanted: &wanted,
    };
    resolving::resolve(&question, context)
}

fn newest_of(resolved: &Resolved) -> impl Iterator<Item = (ProjectName, Newest)> + '_ {
    resolved.resolution.pins.iter().map(|pin| {
        let newest = Newest {
            version: pin.version.clone(),
            file: if pin.file.is_wheel { "wheel" } else { "sdist" },
        };
        (pin.name.clone(), newest)
    })
}
