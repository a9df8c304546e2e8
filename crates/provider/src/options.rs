//! Where files come from, and which of them may be taken.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tilsit_index_client::IndexUrl;
use tilsit_packaging::name::{NamePattern, ProjectName};
use tilsit_packaging::range::{Cut, VersionRange};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::tag::{CompatibleTags, TagSet};
use tilsit_packaging::version::{Version, VersionParts};
use tilsit_resolver::ResolverOptions;
use url::Url;

use crate::installed::InstalledRelease;

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
    /// Ask for no metadata: what pages say has to do. Only for requirements of single projects.
    pub pages_only: bool,
    /// What is installed where the answer is for, and may stay.
    pub installed: BTreeMap<ProjectName, InstalledRelease>,
    /// Releases that may not be taken.
    pub forbidden: Vec<ForbiddenReleases>,
}

/// Releases that may not be taken, whoever requires them.
#[derive(Debug, Clone)]
pub struct ForbiddenReleases {
    /// Of these projects.
    pub names: NamePattern,
    /// These versions.
    pub versions: VersionSpecifiers,
    /// Why, as the rest of "`a` 1.0 …" (`is forbidden`).
    pub words: String,
}

impl ForbiddenReleases {
    /// Whether a release is among them.
    pub fn includes(&self, name: &ProjectName, version: &Version) -> bool {
        self.names.matches(name) && self.versions.contains(version)
    }
}

/// Where files come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The indexes, in the order in which they are asked.
    pub indexes: Vec<IndexUrl>,
    /// What it means that several indexes have a project.
    pub strategy: IndexStrategy,
    /// Projects that come from one index alone: neither another one nor `find_links` is looked at,
    /// whatever that index says. It need not be among `indexes`.
    pub pins: BTreeMap<ProjectName, IndexUrl>,
    /// Pages or local folders whose files are added to those of the indexes.
    pub find_links: Vec<Url>,
    /// Projects that may come from these indexes alone, by patterns of their names, the most exact
    /// pattern first: no other index is asked for them, and `find_links` are not looked at.
    pub limits: Vec<(NamePattern, Vec<IndexUrl>)>,
}

impl Sources {
    /// The indexes that may have a project, in the order in which they are asked.
    pub fn indexes_of(&self, name: &ProjectName) -> &[IndexUrl] {
        let pin = self.pins.get(name);
        match self.limit_of(name) {
            None => pin.map_or(&self.indexes, std::slice::from_ref),
            Some(allowed) => {
                let pinned = pin.filter(|pin| allowed.iter().any(|one| one.url() == pin.url()));
                pinned.map_or(allowed, std::slice::from_ref)
            }
        }
    }

    /// The indexes that a project may come from, if it may not come from any.
    pub fn limit_of(&self, name: &ProjectName) -> Option<&[IndexUrl]> {
        let mut limits = self.limits.iter();
        let limit = limits.find(|(pattern, _)| pattern.matches(name))?;
        Some(&limit.1)
    }

    /// Every index that may be asked for something.
    pub fn all_indexes(&self) -> impl Iterator<Item = &IndexUrl> {
        let limits = self.limits.iter().flat_map(|(_, allowed)| allowed);
        self.indexes.iter().chain(self.pins.values()).chain(limits)
    }

    /// Whether `find_links` may add to a project.
    pub(crate) fn admits_links(&self, name: &ProjectName) -> bool {
        !self.pins.contains_key(name) && self.limit_of(name).is_none()
    }
}

/// What it means that several indexes have a project. All but the first let anybody who can upload
/// to one index speak for a project of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndexStrategy {
    /// The first index that has the project speaks for it.
    #[default]
    FirstIndex,
    /// The versions of the first index are tried before those of the next.
    UnsafeFirstMatch,
    /// The best version of all indexes; of the same version the files of the first.
    UnsafeBestMatch,
}

/// Which files may be taken.
#[derive(Debug, Clone)]
pub struct FilePolicy {
    /// The wheels that may be taken.
    pub tags: Tags,
    /// Projects whose wheels are left out (`--no-binary`).
    pub no_binary: FormatControl,
    /// Projects whose sdists are left out (`--only-binary`, `--no-build`).
    pub only_binary: FormatControl,
    /// The variants of wheels (PEP 825, a draft) that may be taken, the best first; the `null` variant
    /// comes behind them, and wheels without a variant last. None: all variants are passed over.
    pub variants: Option<Vec<String>>,
    /// Releases that have a wheel go before newer ones that have none (`--prefer-binary`).
    pub prefer_binary: bool,
    /// Which files are too new.
    pub exclude_newer: CutOff,
    /// The hashes that the files of a project may have, as `algorithm:digest`: a file whose hashes
    /// are stated and not among these is left out.
    pub hashes: BTreeMap<ProjectName, BTreeSet<String>>,
    /// Take what says that it is for other versions of Python.
    pub any_python: bool,
}

impl FilePolicy {
    /// All files that the tags of an interpreter allow.
    pub fn new(tags: CompatibleTags) -> Self {
        Self::of(Tags::Compatible(tags))
    }

    /// All files for any of these versions of Python, whatever the system; what the interpreter at
    /// hand takes goes first.
    pub fn universal(pythons: VersionRange, here: CompatibleTags) -> Self {
        Self::of(Tags::Pythons { pythons, here })
    }

    /// How good a variant is, the better the greater, and at least 1; none if it may not be taken. Which
    /// machine a variant is for is told by nobody but the user; `null` is for all.
    pub(crate) fn variant_rank(&self, label: &str) -> Option<usize> {
        let chosen = self.variants.as_ref()?;
        match chosen.iter().position(|one| one == label) {
            Some(place) => Some(chosen.len() + 1 - place),
            None => (label == "null").then_some(1),
        }
    }

    fn of(tags: Tags) -> Self {
        Self {
            tags,
            any_python: false,
            no_binary: FormatControl::None,
            only_binary: FormatControl::None,
            variants: None,
            prefer_binary: false,
            exclude_newer: CutOff::default(),
            hashes: BTreeMap::new(),
        }
    }
}

/// The wheels that may be taken.
#[derive(Debug, Clone)]
pub enum Tags {
    /// Those that one interpreter takes, the best first.
    Compatible(CompatibleTags),
    /// Those for any of these versions of Python, on any system.
    Pythons {
        /// The versions.
        pythons: VersionRange,
        /// What the interpreter at hand takes. Wheels of one release may say different things (with
        /// some backends the metadata is what building on that system gave), and then those for
        /// here say what a resolution for here would find too.
        here: CompatibleTags,
    },
}

impl Tags {
    /// The lower, the better the wheel; `None` if it may not be taken.
    pub fn priority(&self, wheel: &TagSet) -> Option<u32> {
        match self {
            Tags::Compatible(tags) => tags.priority(wheel),
            Tags::Pythons { pythons, here } => {
                let fits = wheel.interpreters().any(|interpreter| {
                    wheel
                        .abis()
                        .any(|abi| is_for_pythons(interpreter, abi, pythons))
                });
                let elsewhere = || u32::MAX - u32::from(wheel.is_pure());
                fits.then(|| here.priority(wheel).unwrap_or_else(elsewhere))
            }
        }
    }
}

/// Whether a wheel with these tags can be for one of the Pythons. What is not understood can be.
pub fn is_for_pythons(interpreter: &str, abi: &str, pythons: &VersionRange) -> bool {
    let letters = interpreter.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = &interpreter[letters.len()..];
    let Some((major, minor)) = digits.split_at_checked(1) else {
        return true;
    };
    let Ok(major) = major.parse::<u64>() else {
        return true;
    };
    let minor: Option<u64> = minor.parse().ok();
    let reaches_up = letters == "py" || abi.starts_with("abi3");
    let before = |major: u64, minor: u64| {
        Cut::before(Version::from_parts(VersionParts {
            release: [major, minor].into_iter().collect(),
            dev: Some(0),
            ..VersionParts::default()
        }))
    };
    let end = match minor {
        Some(minor) if !reaches_up => before(major, minor.saturating_add(1)),
        _ => before(major.saturating_add(1), 0),
    };
    let start = before(major, minor.unwrap_or(0));
    !VersionRange::between(Some(start), Some(end)).is_disjoint(pythons)
}

/// Which files are too new: those that were uploaded at the moment or later, and where there is a
/// moment also those that have no upload time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CutOff {
    /// For every project.
    pub all: Option<Timestamp>,
    /// For single projects; `None` is no cut-off.
    pub single: BTreeMap<ProjectName, Option<Timestamp>>,
}

impl CutOff {
    /// The moment for a project.
    pub fn of(&self, name: &ProjectName) -> Option<Timestamp> {
        self.single.get(name).copied().unwrap_or(self.all)
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
    /// Every project but these.
    AllBut(BTreeSet<ProjectName>),
    /// These projects.
    Only(BTreeSet<ProjectName>),
}

impl FormatControl {
    /// Whether the option is about a project.
    pub fn includes(&self, name: &ProjectName) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::AllBut(names) => !names.contains(name),
            Self::Only(names) => names.contains(name),
        }
    }
}
