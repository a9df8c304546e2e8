//! A project's page as releases: its files by version, judged by what may be taken here.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tilsit_index_client::RemoteFile;
use tilsit_packaging::file_name::{BuildTag, DistributionFileName, WheelFileName};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Candidate, Unusable, Yanked};
use tilsit_simple_api::{File, ProjectPage};

use crate::options::FilePolicy;

/// The releases of one project that the sources have.
#[derive(Debug, Clone, Default)]
pub struct Releases {
    releases: BTreeMap<Version, Release>,
}

/// The files of one version.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// All files, with what speaks against each, in the order of their pages.
    pub files: Vec<ReleaseFile>,
    /// The place of the index that they come from; `None` for files of `find-links` alone.
    pub index: Option<usize>,
    /// Releases of the lowest tier are tried first.
    tier: u32,
}

/// One file of a release.
#[derive(Debug, Clone)]
pub struct ReleaseFile {
    page: Arc<ProjectPage>,
    place: usize,
    /// What its name says.
    pub name: DistributionFileName,
    /// What speaks against it.
    pub objection: Option<Objection>,
    requires_python: Option<VersionSpecifiers>,
    /// The better the file, the greater: the tags, then the build tag.
    rank: Option<Rank>,
}

/// The lower the place of a tag, the better.
type Rank = (Reverse<u32>, Option<BuildTag>);

/// What speaks against a file, the weightiest last: of many, the weakest explains best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objection {
    /// It is for other versions of Python.
    Python,
    /// It is a wheel for other interpreters or systems.
    Tags,
    /// It is an sdist, and only wheels are wanted.
    Sdist,
    /// It is a wheel, and no wheels are wanted.
    Wheel,
    /// It has none of the hashes that are asked for.
    Hash,
    /// It was uploaded after the cut-off date.
    TooNew,
    /// There is a cut-off date, and it is not known when it was uploaded.
    NoUploadTime,
}

impl ReleaseFile {
    /// The file as its page lists it.
    pub fn file(&self) -> &File {
        &self.page.files[self.place]
    }

    /// The file with its resolved URL; `None` if that cannot be used.
    pub fn remote(&self) -> Option<RemoteFile> {
        RemoteFile::of_page(&self.page, self.file()).ok()
    }

    /// The Python versions that it is for.
    pub fn requires_python(&self) -> Option<&VersionSpecifiers> {
        self.requires_python.as_ref()
    }

    /// Whether it is a wheel.
    pub fn is_wheel(&self) -> bool {
        matches!(self.name, DistributionFileName::Wheel(_))
    }
}

impl Release {
    /// The file to take here: not yanked before yanked, a wheel before an sdist, the best tags, the
    /// highest build tag, and then the first on the page.
    pub fn best(&self) -> Option<&ReleaseFile> {
        let usable = self.files.iter().filter(|file| file.objection.is_none());
        usable.rev().max_by_key(|file| {
            (
                !file.file().yanked.is_yanked(),
                file.is_wheel(),
                file.rank.clone(),
            )
        })
    }

    /// What the resolver is told of the release.
    fn candidate(&self, version: &Version) -> Candidate {
        let mut candidate = Candidate::new(version.clone());
        candidate.tier = self.tier;
        if let Some(best) = self.best() {
            candidate.requires_python.clone_from(&best.requires_python);
            if let tilsit_simple_api::Yanked::Yes(reason) = &best.file().yanked {
                candidate.yanked = Some(Yanked {
                    reason: reason.as_deref().map(str::to_owned),
                });
            }
            return candidate;
        }
        let weakest = self
            .files
            .iter()
            .filter_map(|file| Some((file.objection?, file)))
            .min_by_key(|(objection, _)| *objection);
        match weakest {
            None => candidate.unusable = Some(Unusable::NoFiles),
            // The resolver compares, and says which versions of Python would do.
            Some((Objection::Python, file)) => {
                candidate.requires_python.clone_from(&file.requires_python);
            }
            Some((objection, file)) => candidate.unusable = Some(self.unusable(objection, file)),
        }
        candidate
    }

    fn unusable(&self, objection: Objection, file: &ReleaseFile) -> Unusable {
        match objection {
            Objection::Tags | Objection::Python => Unusable::NoMatchingWheel(self.tags_in_words()),
            Objection::Sdist => Unusable::BuildNotAllowed,
            Objection::Wheel => Unusable::WheelNotAllowed,
            Objection::Hash => Unusable::Other("has no file with a hash that you allow".to_owned()),
            Objection::TooNew => {
                let time = file.file().upload_time.map(|time| time.to_string());
                Unusable::TooNew(time.unwrap_or_default())
            }
            Objection::NoUploadTime => Unusable::NoUploadTime,
        }
    }

    /// What the wheels are for: `cp39, cp310 on win_amd64`, not all of a long list.
    fn tags_in_words(&self) -> String {
        let mut interpreters: Vec<&str> = Vec::new();
        let mut platforms: Vec<&str> = Vec::new();
        for file in &self.files {
            let DistributionFileName::Wheel(wheel) = &file.name else {
                continue;
            };
            interpreters.extend(wheel.tags.interpreters());
            platforms.extend(wheel.tags.platforms());
        }
        if interpreters.is_empty() {
            return String::new();
        }
        // `cp39` before `cp310`.
        interpreters.sort_by_key(|tag| (tag.len(), *tag));
        platforms.sort_unstable();
        let words = shortened(interpreters);
        if platforms.iter().all(|platform| *platform == "any") {
            words
        } else {
            [&words, " on ", &shortened(platforms)].concat()
        }
    }

    /// The stated hashes of all files, as `algorithm:digest`, sorted, each once; of a file that has a
    /// SHA-256 only that.
    pub fn hashes(&self) -> Vec<String> {
        let mut hashes = BTreeSet::new();
        for file in &self.files {
            let stated = &file.file().hashes;
            match stated.sha256 {
                Some(digest) => drop(hashes.insert(format!("sha256:{digest}"))),
                None => hashes.extend(
                    stated
                        .iter()
                        .map(|(name, digest)| format!("{name}:{digest}")),
                ),
            }
        }
        hashes.into_iter().collect()
    }
}

impl Releases {
    /// Adds the releases of an index: of a version that is there already, the files of the index
    /// that was added first count, unless none of them can be used.
    pub fn add_index(
        &mut self,
        name: &ProjectName,
        page: &Arc<ProjectPage>,
        (place, tier): (usize, u32),
        judge: &Judge<'_>,
    ) {
        let mut releases = read(name, page, judge);
        for release in releases.values_mut() {
            release.index = Some(place);
            release.tier = tier;
        }
        if self.releases.is_empty() {
            self.releases = releases;
            return;
        }
        for (version, release) in releases {
            match self.releases.entry(version) {
                Entry::Vacant(free) => drop(free.insert(release)),
                Entry::Occupied(mut known) => {
                    if known.get().best().is_none() && release.best().is_some() {
                        known.insert(release);
                    }
                }
            }
        }
    }

    /// Adds the files of a page of links to those that are there.
    pub fn add_links(&mut self, name: &ProjectName, page: &Arc<ProjectPage>, judge: &Judge<'_>) {
        for (version, release) in read(name, page, judge) {
            let known = self.releases.entry(version).or_default();
            known.files.extend(release.files);
            known.tier = 0;
        }
    }

    /// Whether a file of the index with this place is left out because it has no upload time.
    pub fn lacks_upload_times(&self, place: usize) -> bool {
        self.releases
            .values()
            .filter(|release| release.index == Some(place))
            .flat_map(|release| &release.files)
            .any(|file| file.objection == Some(Objection::NoUploadTime))
    }

    /// The files of one version.
    pub fn release(&self, version: &Version) -> Option<&Release> {
        self.releases.get(version)
    }

    /// Whether a newer release has a wheel that can be used.
    pub fn has_wheel_after(&self, version: &Version) -> bool {
        let newer = (Bound::Excluded(version), Bound::Unbounded);
        self.releases
            .range::<Version, _>(newer)
            .filter_map(|(_, release)| release.best())
            .any(ReleaseFile::is_wheel)
    }

    /// All versions, the oldest first, as the resolver wants them.
    pub fn candidates(&self) -> Vec<Candidate> {
        self.releases
            .iter()
            .map(|(version, release)| release.candidate(version))
            .collect()
    }
}

/// The files of a page that belong to the project, by version.
fn read(
    name: &ProjectName,
    page: &Arc<ProjectPage>,
    judge: &Judge<'_>,
) -> BTreeMap<Version, Release> {
    let mut releases: BTreeMap<Version, Release> = BTreeMap::new();
    let mut pythons = Pythons {
        python: judge.python,
        known: FxHashMap::default(),
    };
    for (place, file) in page.files.iter().enumerate() {
        // A file that is none of the project's distributions means nothing to us.
        let Ok(parsed) = file.distribution_of(name) else {
            continue;
        };
        let (requires_python, fits) = pythons.read(file);
        let (objection, rank) = judge.judge(name, file, &parsed);
        let objection = objection.or((!fits).then_some(Objection::Python));
        let release = releases.entry(parsed.version().clone()).or_default();
        release.files.push(ReleaseFile {
            page: Arc::clone(page),
            place,
            name: parsed,
            objection,
            requires_python,
            rank,
        });
    }
    releases
}

/// Judges files: what may be taken, and how good it is.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Which files may be taken.
    pub policy: &'a FilePolicy,
    /// The version of Python, held against `requires-python`; `None` leaves that to the resolver.
    pub python: Option<&'a Version>,
}

impl Judge<'_> {
    /// What speaks against a file besides its Python versions, and how good it is.
    fn judge(
        &self,
        name: &ProjectName,
        file: &File,
        parsed: &DistributionFileName,
    ) -> (Option<Objection>, Option<Rank>) {
        let policy = self.policy;
        if let Some(latest) = policy.exclude_newer.of(name) {
            match file.upload_time {
                None => return (Some(Objection::NoUploadTime), None),
                Some(time) if time >= latest => return (Some(Objection::TooNew), None),
                Some(_) => {}
            }
        }
        if let Some(allowed) = policy.hashes.get(name)
            && !has_one_of(file, allowed)
        {
            return (Some(Objection::Hash), None);
        }
        let mut rank = None;
        match parsed {
            DistributionFileName::Wheel(_) if policy.no_binary.includes(name) => {
                return (Some(Objection::Wheel), None);
            }
            DistributionFileName::Wheel(wheel) => {
                rank = self.rank(wheel);
                if rank.is_none() {
                    return (Some(Objection::Tags), None);
                }
            }
            DistributionFileName::Sdist(_) if policy.only_binary.includes(name) => {
                return (Some(Objection::Sdist), None);
            }
            DistributionFileName::Sdist(_) => {}
        }
        (None, rank)
    }

    /// `None` for a wheel that does not fit. Which machine a variant is for (PEP 825) cannot be told
    /// here yet; the wheel without a variant is always there.
    fn rank(&self, wheel: &WheelFileName) -> Option<Rank> {
        if wheel.variant.is_some() {
            return None;
        }
        let place = self.policy.tags.priority(&wheel.tags)?;
        Some((Reverse(place), wheel.build.clone()))
    }
}

/// The first few of sorted words, each once.
fn shortened(mut words: Vec<&str>) -> String {
    const SHOWN_MAX: usize = 6;
    words.dedup();
    let shown = words[..words.len().min(SHOWN_MAX)].join(", ");
    if words.len() > SHOWN_MAX {
        let more = (words.len() - SHOWN_MAX).to_string();
        [&shown, " and ", &more, " more"].concat()
    } else {
        shown
    }
}

/// Whether the file may have one of the hashes. Where its page states none of the same algorithms,
/// nothing is known before it is downloaded.
fn has_one_of(file: &File, allowed: &BTreeSet<String>) -> bool {
    let is_asked_for = |algorithm: &str| {
        allowed.iter().any(|hash| {
            hash.split_once(':')
                .is_some_and(|(name, _)| name == algorithm)
        })
    };
    let mut stated = file
        .hashes
        .iter()
        .filter(|(algorithm, _)| is_asked_for(algorithm))
        .peekable();
    stated.peek().is_none()
        || stated.any(|(algorithm, digest)| allowed.contains(&format!("{algorithm}:{digest}")))
}

/// The `requires-python` of a page's files: a few texts, repeated thousands of times.
struct Pythons<'a> {
    python: Option<&'a Version>,
    known: FxHashMap<&'a str, (Option<VersionSpecifiers>, bool)>,
}

impl<'a> Pythons<'a> {
    /// What a file asks for, and whether this Python is among it. A text that is no set of versions
    /// restricts nothing, as for pip.
    fn read(&mut self, file: &'a File) -> (Option<VersionSpecifiers>, bool) {
        let Some(text) = file.requires_python.as_deref() else {
            return (None, true);
        };
        let read = self.known.entry(text).or_insert_with(|| {
            let specifiers: Option<VersionSpecifiers> = text.parse().ok();
            let fits = specifiers
                .as_ref()
                .zip(self.python)
                .is_none_or(|(specifiers, python)| specifiers.contains(python));
            (specifiers, fits)
        });
        read.clone()
    }
}
