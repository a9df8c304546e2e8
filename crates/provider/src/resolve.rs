//! The loop: the resolver says what it wants to know, the provider finds it out.

use std::ops::ControlFlow;
use std::path::PathBuf;

use tilsit_files::FileError;
use tilsit_index_client::{HttpError, IndexClient, IndexUrl, PageError};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_resolver::{
    Answer, Explanation, Question, Resolver, RootRequirement, Step, Versions, Wants,
};
use tilsit_simple_api::ApiVersion;

use crate::builder::MetadataBuilder;
use crate::options::ResolveOptions;
use crate::provider::Provider;
use crate::resolution::Resolution;

/// What is to be resolved, and with what.
pub struct Resolving<'a> {
    /// What the user requires.
    pub requirements: Vec<RootRequirement>,
    /// What limits the versions of whatever is required.
    pub constraints: Vec<RootRequirement>,
    /// Everything else that decides.
    pub options: &'a ResolveOptions,
    /// Reaches the indexes.
    pub client: &'a IndexClient,
    /// Builds what has no metadata.
    pub builder: &'a dyn MetadataBuilder,
    /// A folder for sdists that are looked into.
    pub temporary: PathBuf,
}

/// Why there is no resolution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The requirements cannot be met.
    #[error("{0}")]
    Unsolvable(Box<Explanation>),
    /// An index cannot be asked.
    #[error("cannot ask for `{name}`: {source}")]
    Page {
        /// The project.
        name: ProjectName,
        /// Why.
        source: Box<PageError>,
    },
    /// A page of `find-links` cannot be read.
    #[error("cannot read the links: {0}")]
    FindLinks(#[source] Box<PageError>),
    /// A file's metadata cannot be asked for.
    #[error("cannot get the metadata of `{name}` {version}: {source}")]
    Metadata {
        /// The project.
        name: ProjectName,
        /// The version.
        version: Version,
        /// Why.
        source: HttpError,
    },
    /// What is needed cannot be built.
    #[error("cannot build `{what}`")]
    Build {
        /// The file or URL, without credentials.
        what: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No request can be started.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// An sdist cannot be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The caller stopped it.
    #[error("the resolution was stopped")]
    Stopped,
}

/// What happens while a resolution is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolveEvent<'a> {
    /// A project's releases are known.
    Project(&'a ProjectName),
    /// A release's requirements are known.
    Release(&'a ProjectName, &'a Version),
    /// This release has to be built before anything is known of it, although newer ones have wheels:
    /// the requirements lead back to it. Told once a project.
    BehindWheels(&'a ProjectName, &'a Version),
    /// Files of this index are left out because it does not say when they were uploaded, which a
    /// cut-off date needs. Told once an index.
    NoUploadTimes(&'a IndexUrl),
    /// The pages of this index speak a newer version of the Simple API than is known here: they may
    /// say what is not understood (PEP 629). Told once an index.
    NewerPages(&'a IndexUrl, ApiVersion),
}

/// Resolves requirements with what the indexes have.
///
/// # Errors
/// When the requirements cannot be met ([`ResolveError::Unsolvable`] explains why), when an index
/// cannot be asked, or when `on_event` stops it.
pub fn resolve(
    resolving: &Resolving<'_>,
    on_event: &mut dyn FnMut(ResolveEvent<'_>) -> ControlFlow<()>,
) -> Result<Resolution, ResolveError> {
    let Resolving {
        requirements,
        constraints,
        options,
        ..
    } = resolving;
    let mut resolver = Resolver::new(
        requirements.clone(),
        constraints.clone(),
        options.resolver.clone(),
    );
    let mut provider = Provider::new(resolving)?;
    let mut answers = Vec::new();
    loop {
        match resolver.advance(std::mem::take(&mut answers)) {
            Step::Wants(wants) => answers = provider.answer(&wants, on_event)?,
            Step::Done(resolution) => return provider.finish(resolution),
            Step::Failed(explanation) => return Err(ResolveError::Unsolvable(explanation)),
        }
    }
}

/// What the sources have of one project: every version, with what speaks against it.
///
/// # Errors
/// When an index cannot be asked, or `on_event` stops it.
pub fn versions(
    name: &ProjectName,
    resolving: &Resolving<'_>,
    on_event: &mut dyn FnMut(ResolveEvent<'_>) -> ControlFlow<()>,
) -> Result<Versions, ResolveError> {
    let wants = Wants {
        needed: vec![Question::Versions(name.clone())],
        ahead: Vec::new(),
    };
    let answers = Provider::new(resolving)?.answer(&wants, on_event)?;
    let mut versions = answers.into_iter().filter_map(|answer| match answer {
        Answer::Versions(_, versions) => Some(versions),
        _ => None,
    });
    Ok(versions.next().unwrap_or(Versions::NotFound))
}
