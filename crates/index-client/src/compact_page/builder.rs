//! From the files of a page, as they come, to the compact page.

use rustc_hash::FxHashMap;
use tilsit_packaging::file_name::{DistributionFileName, SdistKind};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::{CoreMetadataFile, FileParts, FileSink, ProjectPage, Yanked};

use super::bytes::Writer;
use super::{
    CompactFile, CompactPage, CompactRelease, CompactYanked, Kind, Text, crc32, details,
    write_about, write_file, write_release,
};

/// Takes the files of a project's page.
pub(crate) struct Builder {
    /// `None` for a page of links, which is of no one project: all its files stand behind.
    project: Option<ProjectName>,
    texts: Interned,
    /// What followed the version in names of wheels.
    tails: FxHashMap<Box<str>, Text>,
    /// Ways of writing the project's name that were met in names of wheels.
    spellings: Vec<Box<str>>,
    url_start: Option<(Text, String)>,
    /// The releases by how their versions are written, and by version.
    written: FxHashMap<Box<str>, u32>,
    versions: FxHashMap<Version, u32>,
    releases: Vec<(Version, Text)>,
    files: Vec<Taken>,
    details: Writer,
}

/// A file with the number of its release, and the end of its details.
struct Taken {
    file: CompactFile,
    release: Option<u32>,
    end: usize,
}

#[derive(Default)]
struct Interned {
    all: String,
    ends: Vec<u32>,
    known: FxHashMap<Box<str>, Text>,
}

impl Interned {
    fn text(&mut self, text: &str) -> Text {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        self.all.push_str(text);
        let new = Text(count(self.ends.len()));
        self.ends.push(count(self.all.len()));
        self.known.insert(text.into(), new);
        new
    }
}

impl FileSink for Builder {
    fn start_over(&mut self) {
        *self = Self::new(self.project.clone());
    }

    fn take(&mut self, file: FileParts<'_>) {
        let (kind, release, wheel) = self.classify(&file.name);
        let yanked = match &file.yanked {
            Yanked::No => CompactYanked::No,
            Yanked::Yes(reason) => {
                CompactYanked::Yes(reason.as_deref().map(|text| self.texts.text(text)))
            }
        };
        let requires_python = file.requires_python.as_deref();
        let row = CompactFile {
            kind,
            has_metadata: file.core_metadata != CoreMetadataFile::No,
            requires_python: requires_python.map(|text| self.texts.text(text)),
            wheel,
            yanked,
            upload_time: file.upload_time.map(jiff::Timestamp::as_microsecond),
        };
        let texts = &mut self.texts;
        let (_, url_start) = self.url_start.get_or_insert_with(|| {
            let start = common_start(&file.url);
            (texts.text(start), start.to_owned())
        });
        details::write(&mut self.details, &file, url_start);
        self.files.push(Taken {
            file: row,
            release,
            end: self.details.0.len(),
        });
    }
}

impl Builder {
    pub(crate) fn new(project: Option<ProjectName>) -> Self {
        Self {
            project,
            texts: Interned::default(),
            tails: FxHashMap::default(),
            spellings: Vec::new(),
            url_start: None,
            written: FxHashMap::default(),
            versions: FxHashMap::default(),
            releases: Vec::new(),
            files: Vec::new(),
            details: Writer::default(),
        }
    }

    /// The page, and its details.
    pub(crate) fn finish(mut self, mut about: ProjectPage) -> (CompactPage, Vec<u8>) {
        // What the cache does not keep is not there before it is cached either.
        about.versions.clear();
        about.unusable.clear();
        about.namespaces = None;
        let url_start = match self.url_start.take() {
            Some((text, _)) => text,
            None => self.texts.text(""),
        };
        // What is no distribution comes last.
        let mut order: Vec<usize> = (0..self.files.len()).collect();
        let mut releases: Vec<usize> = (0..self.releases.len()).collect();
        releases.sort_by(|one, other| self.releases[*one].0.cmp(&self.releases[*other].0));
        let mut places = vec![0; releases.len()];
        for (place, release) in releases.iter().enumerate() {
            places[*release] = place;
        }
        let place = |file: &Taken| {
            file.release
                .map_or(usize::MAX, |number| places[number as usize])
        };
        order.sort_by_key(|number| place(&self.files[*number]));

        let mut head = Writer::default();
        write_about(&mut head, &about);
        head.text(&self.texts.all);
        head.count(self.texts.ends.len());
        self.texts.ends.iter().for_each(|end| head.number(*end));
        head.number(url_start.0);
        let groups =
            || order.chunk_by(|one, other| self.files[*one].release == self.files[*other].release);
        head.count(groups().count());
        // Most pages are in this order already.
        let is_sorted = order.is_sorted();
        let mut details = if is_sorted {
            std::mem::take(&mut self.details.0)
        } else {
            Vec::with_capacity(self.details.0.len())
        };
        let (mut first, mut end) = (0, 0);
        for group in groups() {
            let start = end;
            for number in group {
                let taken = &self.files[*number];
                let before = number
                    .checked_sub(1)
                    .map_or(0, |before| self.files[before].end);
                if !is_sorted {
                    details.extend_from_slice(&self.details.0[before..taken.end]);
                }
                end += taken.end - before;
            }
            let release = self.files[group[0]].release;
            let release = CompactRelease {
                version: release.map(|number| self.releases[number as usize].1),
                first: count(first),
                count: count(group.len()),
                block: count(start),
                length: count(end - start),
                crc32: crc32(&details[start..end]),
            };
            write_release(&mut head, &release);
            first += group.len();
        }
        head.count(order.len());
        for number in &order {
            write_file(&mut head, &self.files[*number].file);
        }
        let page = CompactPage::read(head.0).expect("what is written is read");
        (page, details)
    }

    /// The kind of a file, its release, and what follows the version in a wheel's name.
    ///
    /// A page has thousands of wheels of which the parts of the names repeat. Each part of a wheel's
    /// name is valid or not whatever the others are, so that only a part that is new has to be read.
    fn classify(&mut self, name: &str) -> (Kind, Option<u32>, Option<Text>) {
        let parts = split_wheel(name);
        if let Some((spelling, version, tail)) = parts
            && let Some(release) = self.written.get(version)
            && let Some(tail) = self.tails.get(tail)
            && self.spellings.iter().any(|known| **known == *spelling)
        {
            return (Kind::Wheel, Some(*release), Some(*tail));
        }
        let project = self.project.as_ref();
        let parsed = project.map(|project| DistributionFileName::parse_for(name, project));
        let Some(Ok(parsed)) = parsed else {
            return (Kind::Other, None, None);
        };
        let written = match (&parsed, parts) {
            (DistributionFileName::Wheel(_), Some((_, version, _))) => version.to_owned(),
            _ => parsed.version().to_string(),
        };
        let release = self.release(parsed.version(), &written);
        match (parsed, parts) {
            (DistributionFileName::Sdist(sdist), _) => {
                let kind = match sdist.kind {
                    SdistKind::TarGz => Kind::TarGz,
                    SdistKind::Zip => Kind::Zip,
                };
                (kind, Some(release), None)
            }
            (DistributionFileName::Wheel(_), Some((spelling, _, tail))) => {
                if !self.spellings.iter().any(|known| **known == *spelling) {
                    self.spellings.push(spelling.into());
                }
                let text = self.texts.text(tail);
                self.tails.insert(tail.into(), text);
                (Kind::Wheel, Some(release), Some(text))
            }
            (DistributionFileName::Wheel(_), None) => (Kind::Other, None, None),
        }
    }

    fn release(&mut self, version: &Version, written: &str) -> u32 {
        if let Some(number) = self.written.get(written) {
            return *number;
        }
        let number = if let Some(number) = self.versions.get(version) {
            *number
        } else {
            let new = u32::try_from(self.releases.len()).unwrap_or(u32::MAX);
            self.versions.insert(version.clone(), new);
            self.releases
                .push((version.clone(), self.texts.text(written)));
            new
        };
        self.written.insert(written.into(), number);
        number
    }
}

/// A page is bounded far below what 32 bits can count.
fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The project, the version and the rest of a wheel's name.
fn split_wheel(name: &str) -> Option<(&str, &str, &str)> {
    let (project, rest) = name.strip_suffix(".whl")?.split_once('-')?;
    let (version, tail) = rest.split_once('-')?;
    Some((project, version, tail))
}

/// The start of a URL that others of its page are likely to have as well: scheme, host and first
/// folder, or the steps up from the page.
fn common_start(url: &str) -> &str {
    let path = url.find("://").map_or(0, |scheme| scheme + 3);
    let mut slashes = url[path..]
        .match_indices('/')
        .map(|(place, _)| path + place + 1);
    let skipped = if path > 0 {
        1
    } else {
        url.matches("../").count()
    };
    slashes.nth(skipped).map_or("", |end| &url[..end])
}
