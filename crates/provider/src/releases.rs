//! A project's page as releases: its files by version, judged by what may be taken here.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use tilsit_index_client::{
    CompactFile, CompactPage, CompactYanked, IndexClient, Page, PageError, RemoteFile, Text,
};
use tilsit_packaging::file_name::{BuildTag, WheelFileName};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_resolver::{Candidate, Unusable, Words, Yanked};
use tilsit_simple_api::File;

use crate::options::FilePolicy;

/// The releases of one project that the sources have.
#[derive(Debug, Clone, Default)]
pub struct Releases {
    releases: BTreeMap<Version, Release>,
}

/// The files of one version.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// Where the files stand: those of the index, then those of links. Nearly always one place.
    parts: SmallVec<[Part; 1]>,
    /// The place of the index that they come from; `None` for files of `find-links` alone.
    pub index: Option<usize>,
    /// Releases of the lowest tier are tried first.
    tier: u32,
}

/// A release of one page, by its place there.
#[derive(Debug, Clone)]
struct Part {
    page: Arc<JudgedPage>,
    release: usize,
}

/// One file of a release. What its page says of it beyond this is read when it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseFile<'a> {
    part: &'a Part,
    /// Its place among the files of the release on the page.
    place: usize,
    row: CompactFile,
}

/// A page with all that is needed to judge its files: what each of its texts means here.
#[derive(Debug)]
struct JudgedPage {
    page: Arc<Page>,
    /// By the numbers of the texts.
    wheels: Vec<Option<Rank>>,
    pythons: Vec<Option<Python>>,
    cut_off: Option<Timestamp>,
    no_binary: bool,
    only_binary: bool,
    /// The files, by release and place, that have none of the hashes that are asked for.
    refused: FxHashSet<(usize, usize)>,
}

/// How good a file is, the better the greater: by its variant, then by its tags (the lower their place,
/// the better), then by the build tag. All sdists are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    variant: usize,
    tags: Reverse<u32>,
    build: Option<Arc<BuildTag>>,
}

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

impl<'a> ReleaseFile<'a> {
    /// The file with its resolved URL; `None` if that cannot be used.
    ///
    /// # Errors
    /// When the page is damaged in the cache, and cannot be had again.
    pub fn remote(&self, client: &IndexClient) -> Result<Option<RemoteFile>, PageError> {
        let files = self.part.in_full(client)?;
        Ok(self.located(&files[self.place]))
    }

    /// The same for a file that is known in full.
    pub fn located(&self, file: &File) -> Option<RemoteFile> {
        RemoteFile::of_page(self.compact().about(), file).ok()
    }

    /// The Python versions that it is for.
    pub fn requires_python(&self) -> Option<&'a VersionSpecifiers> {
        self.shared_python().map(AsRef::as_ref)
    }

    fn shared_python(&self) -> Option<&'a Arc<VersionSpecifiers>> {
        self.python()?.0.as_ref()
    }

    /// Whether it is a wheel.
    pub fn is_wheel(&self) -> bool {
        self.row.is_wheel()
    }

    /// What speaks against it.
    pub fn objection(&self) -> Option<Objection> {
        let page = &*self.part.page;
        let is_wheel = self.is_wheel();
        match (page.cut_off, self.row.upload_time()) {
            (Some(_), None) => return Some(Objection::NoUploadTime),
            (Some(latest), Some(time)) if time >= latest => return Some(Objection::TooNew),
            _ => {}
        }
        if !page.refused.is_empty() && page.refused.contains(&(self.part.release, self.place)) {
            Some(Objection::Hash)
        } else if is_wheel && page.no_binary {
            Some(Objection::Wheel)
        } else if is_wheel && self.rank().is_none() {
            Some(Objection::Tags)
        } else if !is_wheel && page.only_binary {
            Some(Objection::Sdist)
        } else if self.python().is_some_and(|(_, fits)| !fits) {
            Some(Objection::Python)
        } else {
            None
        }
    }

    fn rank(&self) -> Option<&'a Rank> {
        self.part.page.wheels[self.row.wheel()?.number()].as_ref()
    }

    fn python(&self) -> Option<&'a Python> {
        self.part.page.pythons[self.row.requires_python()?.number()].as_ref()
    }

    fn compact(&self) -> &'a CompactPage {
        self.part.page.page.compact()
    }
}

impl Part {
    fn files(&self) -> impl DoubleEndedIterator<Item = ReleaseFile<'_>> {
        let compact = self.page.page.compact();
        let release = compact.release(self.release);
        let rows = compact.files(&release).enumerate();
        rows.map(|(place, row)| ReleaseFile {
            part: self,
            place,
            row,
        })
    }

    fn in_full(&self, client: &IndexClient) -> Result<Arc<[File]>, PageError> {
        let page = &self.page.page;
        client.release_files(page, &page.compact().release(self.release))
    }
}

impl Release {
    /// All files, in the order of their pages.
    pub fn files(&self) -> impl DoubleEndedIterator<Item = ReleaseFile<'_>> {
        self.parts.iter().flat_map(Part::files)
    }

    /// The file to take here: not yanked before yanked, a wheel before an sdist, the best tags, the
    /// highest build tag, and then the first on the page.
    pub fn best(&self) -> Option<ReleaseFile<'_>> {
        let usable = self.files().filter(|file| file.objection().is_none());
        usable.rev().max_by_key(|file| {
            (
                file.row.yanked() == CompactYanked::No,
                file.is_wheel(),
                file.rank(),
            )
        })
    }

    /// What the resolver is told of the release.
    fn candidate(&self, version: &Version) -> Candidate {
        let mut candidate = Candidate::new(version.clone());
        candidate.tier = self.tier;
        if let Some(best) = self.best() {
            candidate.requires_python = best.shared_python().cloned();
            if let CompactYanked::Yes(reason) = best.row.yanked() {
                let reason = reason.map(|text| best.compact().text(text).to_owned());
                candidate.yanked = Some(Yanked { reason });
            }
            return candidate;
        }
        let weakest = self
            .files()
            .filter_map(|file| Some((file.objection()?, file)))
            .min_by_key(|(objection, _)| *objection);
        match weakest {
            None => candidate.unusable = Some(Unusable::NoFiles),
            // The resolver compares, and says which versions of Python would do.
            Some((Objection::Python, file)) => {
                candidate.requires_python = file.shared_python().cloned();
            }
            Some((objection, file)) => candidate.unusable = Some(self.unusable(objection, file)),
        }
        candidate
    }

    fn unusable(&self, objection: Objection, file: ReleaseFile<'_>) -> Unusable {
        match objection {
            Objection::Tags | Objection::Python => {
                Unusable::NoMatchingWheel(Words::of(WheelTags(self.parts.clone())))
            }
            Objection::Sdist => Unusable::BuildNotAllowed,
            Objection::Wheel => Unusable::WheelNotAllowed,
            Objection::Hash => Unusable::Other("has no file with a hash that you allow".to_owned()),
            Objection::TooNew => {
                let time = file.row.upload_time().map(|time| time.to_string());
                Unusable::TooNew(time.unwrap_or_default())
            }
            Objection::NoUploadTime => Unusable::NoUploadTime,
        }
    }

    /// All files with what their pages say of them.
    ///
    /// # Errors
    /// As [`ReleaseFile::remote`].
    pub fn in_full(&self, client: &IndexClient) -> Result<Vec<(ReleaseFile<'_>, File)>, PageError> {
        let mut all = Vec::new();
        for part in &self.parts {
            let files = part.in_full(client)?;
            all.extend(part.files().zip(files.iter().cloned()));
        }
        Ok(all)
    }
}

/// The stated hashes of the files, as `algorithm:digest`, sorted, each once; of a file that has a
/// SHA-256 only that.
pub(crate) fn hashes<'f>(files: impl Iterator<Item = &'f File>) -> Vec<String> {
    let mut hashes = BTreeSet::new();
    for file in files {
        let stated = &file.hashes;
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

/// What the wheels of a release are for, in words: `cp39, cp310 on win_amd64`, not all of a long
/// list; nothing for a release without wheels.
struct WheelTags(SmallVec<[Part; 1]>);

impl fmt::Display for WheelTags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.0.iter().flat_map(Part::files);
        let wheels: Vec<WheelFileName> = files
            .filter_map(|file| file.compact().wheel(file.row.wheel()?))
            .collect();
        let mut interpreters: Vec<&str> = Vec::new();
        let mut platforms: Vec<&str> = Vec::new();
        for wheel in &wheels {
            interpreters.extend(wheel.tags.interpreters());
            platforms.extend(wheel.tags.platforms());
        }
        // `cp39` before `cp310`.
        interpreters.sort_by_key(|tag| (tag.len(), *tag));
        platforms.sort_unstable();
        formatter.write_str(&shortened(interpreters))?;
        if platforms.iter().any(|platform| *platform != "any") {
            write!(formatter, " on {}", shortened(platforms))?;
        }
        Ok(())
    }
}

impl Releases {
    /// Adds the releases of an index: of a version that is there already, the files of the index
    /// that was added first count, unless none of them can be used.
    ///
    /// # Errors
    /// As [`ReleaseFile::remote`].
    pub fn add_index(
        &mut self,
        name: &ProjectName,
        page: &Arc<Page>,
        (place, tier): (usize, u32),
        judge: &Judge<'_>,
    ) -> Result<(), PageError> {
        let mut releases = read(name, page, judge)?;
        for release in releases.values_mut() {
            release.index = Some(place);
            release.tier = tier;
        }
        if self.releases.is_empty() {
            self.releases = releases;
            return Ok(());
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
        Ok(())
    }

    /// Adds the project's files of a page of links to those that are there.
    ///
    /// # Errors
    /// As [`ReleaseFile::remote`].
    pub fn add_links(
        &mut self,
        name: &ProjectName,
        page: &Arc<Page>,
        judge: &Judge<'_>,
    ) -> Result<(), PageError> {
        for (version, release) in read(name, page, judge)? {
            let known = self.releases.entry(version).or_default();
            known.parts.extend(release.parts);
            known.tier = 0;
        }
        Ok(())
    }

    /// Whether a file of the index with this place is left out because it has no upload time.
    pub fn lacks_upload_times(&self, place: usize) -> bool {
        self.releases
            .values()
            .filter(|release| release.index == Some(place))
            .flat_map(Release::files)
            .any(|file| file.objection() == Some(Objection::NoUploadTime))
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
            .any(|file| file.is_wheel())
    }

    /// All versions, the oldest first, as the resolver wants them: those with a wheel before those
    /// without, if `prefer_binary` asks for that.
    pub fn candidates(&self, prefer_binary: bool) -> Vec<Candidate> {
        let candidate = |(version, release): (&Version, &Release)| {
            let mut candidate = release.candidate(version);
            if prefer_binary && !release.best().is_some_and(|best| best.is_wheel()) {
                candidate.tier += WITHOUT_WHEEL;
            }
            candidate
        };
        self.releases.iter().map(candidate).collect()
    }
}

/// What is added to the tier of a release without a wheel: more than there are indexes.
const WITHOUT_WHEEL: u32 = 1 << 16;

/// The files of a page that belong to the project, by version.
fn read(
    name: &ProjectName,
    page: &Arc<Page>,
    judge: &Judge<'_>,
) -> Result<BTreeMap<Version, Release>, PageError> {
    let compact = page.compact();
    let page = Arc::new(judge.page(name, page)?);
    let mut releases = Vec::with_capacity(compact.releases().len());
    for (place, release) in compact.releases().enumerate() {
        // Only what was a version is there.
        let Ok(version) = compact.version(&release).parse::<Version>() else {
            continue;
        };
        let part = Part {
            page: Arc::clone(&page),
            release: place,
        };
        let release = Release {
            parts: SmallVec::from_buf([part]),
            ..Release::default()
        };
        releases.push((version, release));
    }
    Ok(releases.into_iter().collect())
}

/// Judges files: what may be taken, and how good it is.
pub struct Judge<'a> {
    /// Which files may be taken.
    pub policy: &'a FilePolicy,
    /// The version of Python, held against `requires-python`; `None` leaves that to the resolver.
    pub python: Option<&'a Version>,
    /// Reads files in full where their hashes decide.
    pub client: &'a IndexClient,
    /// What was understood before.
    pub known: &'a Known,
}

/// Texts of pages that were understood once: the same few stand on most pages.
#[derive(Debug, Default)]
pub struct Known {
    wheels: Mutex<FxHashMap<Box<str>, Option<Rank>>>,
    pythons: Mutex<FxHashMap<Box<str>, Python>>,
}

/// What a `requires-python` asks for, and whether this Python is among it. A text that is no set of
/// versions restricts nothing, as for pip.
type Python = (Option<Arc<VersionSpecifiers>>, bool);

impl Judge<'_> {
    fn page(&self, name: &ProjectName, page: &Arc<Page>) -> Result<JudgedPage, PageError> {
        let compact = page.compact();
        let policy = self.policy;
        let mut judged = JudgedPage {
            page: Arc::clone(page),
            wheels: vec![None; compact.text_count()],
            pythons: vec![None; compact.text_count()],
            cut_off: policy.exclude_newer.of(name),
            no_binary: policy.no_binary.includes(name),
            only_binary: policy.only_binary.includes(name),
            refused: FxHashSet::default(),
        };
        let mut are_read = vec![false; compact.text_count()];
        for (place, release) in compact.releases().enumerate() {
            for row in compact.files(&release) {
                if let Some(text) = row.wheel()
                    && !std::mem::replace(&mut are_read[text.number()], true)
                {
                    judged.wheels[text.number()] = self.wheel(compact, text);
                }
                if let Some(text) = row.requires_python() {
                    let python = &mut judged.pythons[text.number()];
                    python.get_or_insert_with(|| self.python(compact.text(text)));
                }
            }
            if let Some(allowed) = policy.hashes.get(name) {
                let files = self.client.release_files(page, &release)?;
                let files = files.iter().enumerate();
                let refused = files.filter(|(_, file)| !has_one_of(file, allowed));
                judged
                    .refused
                    .extend(refused.map(|(file, _)| (place, file)));
            }
        }
        Ok(judged)
    }

    fn python(&self, text: &str) -> Python {
        if let Some(known) = locked(&self.known.pythons).get(text) {
            return known.clone();
        }
        let specifiers: Option<VersionSpecifiers> = text.parse().ok();
        let fits = specifiers
            .as_ref()
            .zip(self.python)
            .is_none_or(|(specifiers, python)| specifiers.contains(python));
        let python = (specifiers.map(Arc::new), fits);
        let mut known = locked(&self.known.pythons);
        known.entry(text.into()).or_insert(python).clone()
    }

    fn wheel(&self, page: &CompactPage, text: Text) -> Option<Rank> {
        if let Some(known) = locked(&self.known.wheels).get(page.text(text)) {
            return known.clone();
        }
        let rank = page.wheel(text).and_then(|wheel| self.rank(&wheel));
        locked(&self.known.wheels).insert(page.text(text).into(), rank.clone());
        rank
    }

    /// `None` for a wheel that does not fit.
    fn rank(&self, wheel: &WheelFileName) -> Option<Rank> {
        let variant = match &wheel.variant {
            None => 0,
            Some(label) => self.policy.variant_rank(label.as_str())?,
        };
        let place = self.policy.tags.priority(&wheel.tags)?;
        Some(Rank {
            variant,
            tags: Reverse(place),
            build: wheel.build.clone().map(Arc::new),
        })
    }
}

fn locked<T>(known: &Mutex<T>) -> MutexGuard<'_, T> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
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
