//! Where files come from, and which of them may be taken.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tilsit_index_client::IndexUrl;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::tag::CompatibleTags;
use tilsit_resolver::ResolverOptions;
use url::Url;

/// Everything that decides a resolution besides the requirements.
#[derive(Debug, Clone)]
pub struct ResolveOptions {
    /// The resolver's own: environment, pre-releases, preferences, overrides.
    pub resolver: ResolverOptions,
    /// Where files come from.
    pub sources: Sources,
    /// Which files may be taken.
    pub files: FilePolicy,
    /// Leave out what releases require in turn (`--no-deps`).
    pub no_dependencies: bool,
}

/// Where files come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The indexes; the first that has a project speaks for it.
    pub indexes: Vec<IndexUrl>,
    /// Pages or local folders whose files are added to those of the indexes.
    pub find_links: Vec<Url>,
}

/// Which files may be taken.
#[derive(Debug, Clone)]
pub struct FilePolicy {
    /// The wheels that the interpreter takes, the best first.
    pub tags: CompatibleTags,
    /// Projects whose wheels are left out (`--no-binary`).
    pub no_binary: FormatControl,
    /// Projects whose sdists are left out (`--only-binary`).
    pub only_binary: FormatControl,
    /// Files that were uploaded later are left out, as are those without an upload time.
    pub exclude_newer: Option<Timestamp>,
}

impl FilePolicy {
    /// All files that the tags allow.
    pub fn new(tags: CompatibleTags) -> Self {
        Self {
            tags,
            no_binary: FormatControl::None,
            only_binary: FormatControl::None,
            exclude_newer: None,
        }
    }
}

/// The projects that an option such as `--no-binary` is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FormatControl {
    /// No project.
    #[default]
    None,
    /// Every project.
    All,
    /// These projects.
    Only(BTreeSet<ProjectName>),
}

impl FormatControl {
    /// Whether the option is about a project.
    pub fn includes(&self, name: &ProjectName) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(names) => names.contains(name),
        }
    }
}
