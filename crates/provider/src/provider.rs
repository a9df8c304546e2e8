//! What is known of pages and metadata so far, and what is under way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_files::threads;
use tilsit_index_client::{
    Batch, Fetched, HttpError, IndexClient, IndexUrl, MetadataError, Page, PageError, RedactedUrl,
    RemoteFile, SlimMetadata,
};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_resolver::{
    Answer, Dependencies, Metadata, Pin as SolvedPin, Question, Release, Resolution as Solved,
    Target, Unusable, UrlTarget, Versions, Wants, Words,
};
use tilsit_simple_api::{
    ApiVersion, CoreMetadataFile, Hashes, ProjectPage, ProjectState, ProjectStatus,
};

use crate::builder::BuildSource;
use crate::installed::InstalledRelease;
use crate::metadata::dependencies;
use crate::options::{IndexStrategy, Sources};
use crate::pages::{Pages, pinned};
use crate::releases::{Judge, Known, ReleaseFile, Releases};
use crate::resolution::{Pin, PinnedFile, Resolution};
use crate::resolve::{ResolveError, ResolveEvent, Resolving};
use crate::sdist;

/// What an answer of the client belongs to.
#[derive(Debug, Clone)]
enum Asked {
    /// The page of a project, on the index with this place among those that may have it.
    Page(ProjectName, usize),
    /// The metadata of a release.
    Metadata(Release),
}

/// Answers the resolver's questions.
pub(crate) struct Provider<'a> {
    resolving: &'a Resolving<'a>,
    /// The one Python, if it is for one.
    python: Option<Version>,
    batch: Batch<Asked>,
    links: Vec<Arc<ProjectPage>>,
    /// What was understood of texts that stand on many pages.
    known: Known,
    projects: FxHashMap<ProjectName, Releases>,
    /// What is there of projects and not yet understood.
    unjudged: Vec<Pages>,
    /// Pages of projects for which several indexes were asked at once; by index, `None` for those
    /// that do not have it.
    gathered: FxHashMap<ProjectName, BTreeMap<usize, Option<Arc<Page>>>>,
    /// The indexes that do not say when files were uploaded, and how many of them were told of.
    without_times: Vec<IndexUrl>,
    told_without_times: usize,
    /// The indexes that speak a newer version of the Simple API, and how many were told of.
    newer: Vec<(IndexUrl, ApiVersion)>,
    told_newer: usize,
    /// Projects that their indexes say something about.
    statuses: FxHashMap<ProjectName, ProjectStatus>,
    /// The files behind URLs that requirements name.
    urls: FxHashMap<Arc<str>, PinnedFile>,
    /// The metadata of what was built from URLs.
    built: FxHashMap<Arc<str>, Arc<SlimMetadata>>,
    /// What a release requires, as its metadata says.
    requires: FxHashMap<Release, Vec<Requirement>>,
    asked: FxHashSet<Question>,
    /// Sdists that have to be looked into; only when they are needed.
    sdists: FxHashMap<Release, RemoteFile>,
    /// How many sdists of a project were looked into in vain.
    in_vain: FxHashMap<ProjectName, u32>,
    /// Releases that have to be built although newer ones have wheels, to be told of: the first of
    /// each project.
    behind_wheels: Vec<Release>,
    told_behind_wheels: usize,
    answers: VecDeque<Answer>,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(resolving: &'a Resolving<'a>) -> Result<Self, ResolveError> {
        let client: &IndexClient = resolving.client;
        let sources = &resolving.options.sources;
        for index in sources.all_indexes() {
            client.options().credentials.add_index(index);
        }
        let mut links = Vec::new();
        for location in &sources.find_links {
            let page = client.find_links(location);
            links.push(page.map_err(|error| ResolveError::FindLinks(Box::new(error)))?);
        }
        Ok(Self {
            resolving,
            python: python(&resolving.options.resolver.target),
            batch: client.batch(),
            links,
            known: Known::default(),
            projects: FxHashMap::default(),
            unjudged: Vec::new(),
            gathered: FxHashMap::default(),
            without_times: Vec::new(),
            told_without_times: 0,
            newer: Vec::new(),
            told_newer: 0,
            statuses: FxHashMap::default(),
            urls: FxHashMap::default(),
            built: FxHashMap::default(),
            requires: FxHashMap::default(),
            asked: FxHashSet::default(),
            sdists: FxHashMap::default(),
            in_vain: FxHashMap::default(),
            behind_wheels: Vec::new(),
            told_behind_wheels: 0,
            answers: VecDeque::new(),
        })
    }

    /// Starts what is wanted and waits until something of what is needed is there.
    pub(crate) fn answer(
        &mut self,
        wants: &Wants,
        on_event: &mut dyn FnMut(ResolveEvent<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<Answer>, ResolveError> {
        for question in wants.needed.iter().chain(&wants.ahead) {
            if self.asked.insert(question.clone()) {
                self.ask(question)?;
            }
        }
        loop {
            while let Some((asked, fetched)) = self.batch.ready_answer() {
                self.take(asked, fetched)?;
            }
            self.judge_pages()?;
            if !self.answers.is_empty() {
                break;
            }
            // Looking into sdists blocks, so it waits until nothing else is under way.
            if let Some((asked, fetched)) = self.batch.next_answer() {
                self.take(asked, fetched)?;
            } else if !self.look_into_sdists(&wants.needed)? {
                // Every needed question was asked, so its answer is there or under way.
                unreachable!(
                    "the resolver waits for {:?}, which nobody looks for",
                    wants.needed
                );
            }
        }
        for answer in &self.answers {
            let told = match answer {
                Answer::Versions(name, _) => on_event(ResolveEvent::Project(name)),
                Answer::Dependencies(release, _) => {
                    on_event(ResolveEvent::Release(&release.name, &release.version))
                }
                Answer::Url(..) => ControlFlow::Continue(()),
            };
            if told.is_break() {
                return Err(ResolveError::Stopped);
            }
        }
        for index in &self.without_times[self.told_without_times..] {
            if on_event(ResolveEvent::NoUploadTimes(index)).is_break() {
                return Err(ResolveError::Stopped);
            }
        }
        self.told_without_times = self.without_times.len();
        for (index, version) in &self.newer[self.told_newer..] {
            if on_event(ResolveEvent::NewerPages(index, *version)).is_break() {
                return Err(ResolveError::Stopped);
            }
        }
        self.told_newer = self.newer.len();
        for release in &self.behind_wheels[self.told_behind_wheels..] {
            let event = ResolveEvent::BehindWheels(&release.name, &release.version);
            if on_event(event).is_break() {
                return Err(ResolveError::Stopped);
            }
        }
        self.told_behind_wheels = self.behind_wheels.len();
        Ok(self.answers.drain(..).collect())
    }

    fn ask(&mut self, question: &Question) -> Result<(), ResolveError> {
        match question {
            Question::Versions(name) => self.ask_indexes(name),
            Question::Url(name, url) => {
                let target = self.url_target(name, url)?;
                self.answers
                    .push_back(Answer::Url(name.clone(), Arc::clone(url), target));
                Ok(())
            }
            Question::Dependencies(release) => self.ask_metadata(release),
        }
    }

    /// Asks the first index that may have a project, or all of them where each has a say.
    fn ask_indexes(&mut self, name: &ProjectName) -> Result<(), ResolveError> {
        let sources = &self.resolving.options.sources;
        let indexes = sources.indexes_of(name);
        if sources.strategy == IndexStrategy::FirstIndex || indexes.len() < 2 {
            return self.ask_index(name, 0);
        }
        self.gathered.insert(name.clone(), BTreeMap::new());
        for (place, index) in indexes.iter().enumerate() {
            self.batch
                .project_page(Asked::Page(name.clone(), place), index, name)?;
        }
        Ok(())
    }

    /// Asks the index with this place for a project; after the last one the links decide alone.
    fn ask_index(&mut self, name: &ProjectName, place: usize) -> Result<(), ResolveError> {
        if let Some(index) = self.resolving.options.sources.indexes_of(name).get(place) {
            let asked = Asked::Page(name.clone(), place);
            return Ok(self.batch.project_page(asked, index, name)?);
        }
        self.speak(name, Vec::new());
        Ok(())
    }

    /// These pages of indexes speak for a project.
    fn speak(&mut self, name: &ProjectName, of_indexes: Vec<(usize, Arc<Page>)>) {
        let name = name.clone();
        self.unjudged.push(Pages { name, of_indexes });
    }

    /// Takes in the pages that speak for projects, with the files that links add.
    fn judge_pages(&mut self) -> Result<(), ResolveError> {
        let all = std::mem::take(&mut self.unjudged);
        let options = &self.resolving.options;
        let judge = Judge {
            policy: &options.files,
            python: self.python.as_ref().filter(|_| !options.files.any_python),
            client: self.resolving.client,
            known: &self.known,
        };
        let links = &self.links;
        let judged = threads::map(&all, |pages| pages.judged(&judge, options, links));
        for (pages, judged) in all.iter().zip(judged) {
            let (releases, found) = judged.map_err(|error| page_error(&pages.name, error))?;
            self.note(pages, &releases);
            let is_nowhere = pages.of_indexes.is_empty() && found.is_empty();
            let versions = if is_nowhere {
                nowhere(&pages.name, &options.sources)
            } else {
                Versions::Found(found)
            };
            self.know(&pages.name, releases, versions);
        }
        Ok(())
    }

    /// Notes what pages say besides.
    fn note(&mut self, pages: &Pages, releases: &Releases) {
        let (name, options) = (&pages.name, &self.resolving.options);
        for (place, page) in &pages.of_indexes {
            let index = &options.sources.indexes_of(name)[*place];
            let about = page.compact().about();
            if about.api_version > ApiVersion::WITH_NAMESPACES
                && !self.newer.iter().any(|(known, _)| known == index)
            {
                self.newer.push((index.clone(), about.api_version));
            }
            if about.status.state != ProjectState::Active {
                self.statuses.insert(name.clone(), about.status.clone());
            }
            if options.files.exclude_newer.of(name).is_some()
                && !self.without_times.contains(index)
                && releases.lacks_upload_times(*place)
            {
                self.without_times.push(index.clone());
            }
        }
    }

    fn know(&mut self, name: &ProjectName, releases: Releases, versions: Versions) {
        self.projects.insert(name.clone(), releases);
        self.answers
            .push_back(Answer::Versions(name.clone(), versions));
    }

    fn take(&mut self, asked: Asked, fetched: Fetched) -> Result<(), ResolveError> {
        match (asked, fetched) {
            (Asked::Page(name, place), Fetched::Page(page)) => self.take_page(&name, place, page),
            (Asked::Metadata(release), Fetched::Metadata(metadata)) => {
                self.take_metadata(release, metadata)
            }
            (asked, _) => unreachable!("{asked:?} is answered in kind"),
        }
    }

    fn take_page(
        &mut self,
        name: &ProjectName,
        place: usize,
        page: Result<Arc<Page>, PageError>,
    ) -> Result<(), ResolveError> {
        if !self.gathered.contains_key(name) && self.projects.contains_key(name) {
            // Another index has decided already, by refusing to answer.
            return Ok(());
        }
        let page = match page {
            Ok(page) => Some(page),
            Err(error) if error.is_not_found() => None,
            Err(error) => {
                self.gathered.remove(name);
                return self.no_page(name, error);
            }
        };
        if let Some(page) = &page
            && page.compact().about().status.state == ProjectState::Quarantined
        {
            self.gathered.remove(name);
            let reason = page.compact().about().status.reason.as_ref();
            let reason = reason.map(|reason| format!(": {reason}"));
            let words = format!(
                "the index holds it in quarantine{}",
                reason.unwrap_or_default()
            );
            self.know(name, Releases::default(), Versions::Unavailable(words));
            return Ok(());
        }
        let Some(gathered) = self.gathered.get_mut(name) else {
            return match page {
                Some(page) => {
                    self.speak(name, vec![(place, page)]);
                    Ok(())
                }
                None => self.ask_index(name, place + 1),
            };
        };
        gathered.insert(place, page);
        if gathered.len() == self.resolving.options.sources.indexes_of(name).len() {
            let pages: Vec<(usize, Arc<Page>)> = std::mem::take(gathered)
                .into_iter()
                .filter_map(|(place, page)| Some((place, page?)))
                .collect();
            self.gathered.remove(name);
            self.speak(name, pages);
        }
        Ok(())
    }

    /// An index refuses or fails to answer: nobody else is asked, for what it hides may be what was
    /// meant.
    fn no_page(&mut self, name: &ProjectName, error: PageError) -> Result<(), ResolveError> {
        let versions = match error {
            error if error.is_credentials() => Versions::Forbidden(error.to_string()),
            error @ PageError::Http(HttpError::Offline { .. }) => {
                Versions::Unavailable(error.to_string())
            }
            error => {
                return Err(page_error(name, error));
            }
        };
        self.know(name, Releases::default(), versions);
        Ok(())
    }

    fn ask_metadata(&mut self, release: &Release) -> Result<(), ResolveError> {
        if self.resolving.options.pages_only && release.url.is_none() {
            let nothing = Dependencies::Found(Metadata::default());
            self.answers
                .push_back(Answer::Dependencies(release.clone(), nothing));
            return Ok(());
        }
        if let Some(metadata) = self.installed(release).and_then(InstalledRelease::metadata) {
            self.know_metadata(release, &metadata);
            return Ok(());
        }
        let Some(file) = self.file_of(release)? else {
            let unusable = Dependencies::Unusable(Unusable::NoFiles);
            self.answers
                .push_back(Answer::Dependencies(release.clone(), unusable));
            return Ok(());
        };
        let built = release.url.as_ref().and_then(|url| self.built.get(url));
        if let Some(metadata) = built.cloned() {
            self.know_metadata(release, &metadata);
            return Ok(());
        }
        let asked = Asked::Metadata(release.clone());
        if file.is_wheel || file.remote.core_metadata.is_available() {
            return Ok(self.batch.metadata(asked, file.remote)?);
        }
        match self.resolving.client.known_metadata(&file.remote) {
            Some(metadata) => self.know_metadata(release, &metadata),
            None => drop(self.sdists.insert(release.clone(), file.remote)),
        }
        Ok(())
    }

    /// The file whose metadata speaks for a release.
    fn file_of(&self, release: &Release) -> Result<Option<PinnedFile>, ResolveError> {
        if let Some(url) = &release.url {
            return Ok(self.urls.get(url).cloned());
        }
        match self.best(release) {
            Some(best) => self.pinned(&release.name, &best),
            None => Ok(None),
        }
    }

    /// The release, if it is installed.
    fn installed(&self, release: &Release) -> Option<&'a InstalledRelease> {
        let installed = self.resolving.options.installed.get(&release.name)?;
        let is_it = release.url.is_none() && installed.version == release.version;
        is_it.then_some(installed)
    }

    fn best(&self, release: &Release) -> Option<ReleaseFile<'_>> {
        let releases = self.projects.get(&release.name)?;
        releases.release(&release.version)?.best()
    }

    fn is_wheel(&self, release: &Release) -> bool {
        match &release.url {
            Some(url) => self.urls.get(url).is_some_and(|file| file.is_wheel),
            None => self.best(release).is_some_and(|file| file.is_wheel()),
        }
    }

    /// The file with what its page says of it; `None` if its URL cannot be used.
    fn pinned(
        &self,
        name: &ProjectName,
        file: &ReleaseFile<'_>,
    ) -> Result<Option<PinnedFile>, ResolveError> {
        let remote = file.remote(self.resolving.client);
        let remote = remote.map_err(|error| page_error(name, error))?;
        Ok(remote.map(|remote| pinned(file, remote)))
    }

    fn take_metadata(
        &mut self,
        release: Release,
        metadata: Result<Arc<SlimMetadata>, MetadataError>,
    ) -> Result<(), ResolveError> {
        let is_wheel = self.is_wheel(&release);
        match metadata {
            Ok(metadata) if is_wheel || metadata.is_static() => {
                self.know_metadata(&release, &metadata);
            }
            Ok(_) | Err(MetadataError::OnlyInFile(_)) => {
                if let Some(file) = self.file_of(&release)? {
                    self.sdists.insert(release, file.remote);
                }
            }
            Err(MetadataError::Http(source))
                if !source.is_not_found() && !source.is_credentials() && !is_offline(&source) =>
            {
                return Err(ResolveError::Metadata {
                    name: release.name,
                    version: release.version,
                    source,
                });
            }
            Err(error) => {
                let unusable = Dependencies::Unusable(Unusable::NoMetadata(error.to_string()));
                self.answers
                    .push_back(Answer::Dependencies(release, unusable));
            }
        }
        Ok(())
    }

    fn know_metadata(&mut self, release: &Release, metadata: &SlimMetadata) {
        let mut dependencies = dependencies(&release.name, Some(&release.version), metadata);
        if let Dependencies::Found(found) = &mut dependencies {
            if self.resolving.options.no_dependencies {
                found.requires.clear();
            }
            if self.resolving.options.files.any_python {
                found.requires_python = None;
            }
            self.requires
                .insert(release.clone(), found.requires.clone());
        }
        self.answers
            .push_back(Answer::Dependencies(release.clone(), dependencies));
    }

    /// Downloads the sdists that are needed now, and reads or builds their metadata. Says whether it
    /// had any to look into.
    fn look_into_sdists(&mut self, needed: &[Question]) -> Result<bool, ResolveError> {
        let mut any = false;
        for question in needed {
            let Question::Dependencies(release) = question else {
                continue;
            };
            let Some(file) = self.sdists.remove(release) else {
                continue;
            };
            any = true;
            let in_vain = self.in_vain.get(&release.name).copied().unwrap_or(0);
            if release.url.is_none() && in_vain >= LOOKED_INTO_MAX {
                let words =
                    format!("it is not looked into, since {in_vain} newer sdists were, in vain");
                let unusable = Dependencies::Unusable(Unusable::NoMetadata(words));
                self.answers
                    .push_back(Answer::Dependencies(release.clone(), unusable));
                continue;
            }
            self.note_behind_wheels(release);
            match sdist::metadata(self.resolving, &file)? {
                Ok(metadata) => self.know_metadata(release, &metadata),
                Err(words) => {
                    *self.in_vain.entry(release.name.clone()).or_default() += 1;
                    let unusable = Dependencies::Unusable(Unusable::NoMetadata(words));
                    self.answers
                        .push_back(Answer::Dependencies(release.clone(), unusable));
                }
            }
        }
        Ok(any)
    }

    /// Notes that something leads back behind releases with wheels, to one that has to be built.
    fn note_behind_wheels(&mut self, release: &Release) {
        let releases = self.projects.get(&release.name);
        let is_behind = release.url.is_none()
            && releases.is_some_and(|releases| releases.has_wheel_after(&release.version));
        let is_told = |told: &Release| told.name == release.name;
        if is_behind && !self.behind_wheels.iter().any(is_told) {
            self.behind_wheels.push(release.clone());
        }
    }

    /// What is behind the URL of a requirement: a wheel, whose name says its version, or something
    /// to be built.
    fn url_target(
        &mut self,
        name: &ProjectName,
        url: &Arc<str>,
    ) -> Result<UrlTarget, ResolveError> {
        let unusable = |words: String| Ok(UrlTarget::Unusable(Unusable::Other(words)));
        let parsed = match url::Url::parse(url) {
            Ok(parsed) => parsed,
            Err(error) => return unusable(format!("has a malformed URL: {error}")),
        };
        let is_fetched = matches!(parsed.scheme(), "http" | "https" | "file");
        let is_wheel = Path::new(parsed.path())
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("whl"));
        if !is_fetched || !is_wheel {
            return self.built_target(name, url, parsed);
        }
        let (remote, credential) = match RemoteFile::of_url(parsed) {
            Ok(found) => found,
            Err(error) => return unusable(format!("cannot be fetched: {error}")),
        };
        if let Some(credential) = credential {
            let credentials = &self.resolving.client.options().credentials;
            credentials.add(&remote.url, credential);
        }
        let wheel = match remote.name.parse::<WheelFileName>() {
            Ok(wheel) => wheel,
            Err(error) => return unusable(format!("is no distribution: {error}")),
        };
        if wheel.name != *name {
            return unusable(format!(
                "is at a URL whose file is that of `{}`",
                wheel.name
            ));
        }
        let tags = &self.resolving.options.files.tags;
        if tags.priority(&wheel.tags).is_none() {
            let words = Words::of(wheel.tags);
            return Ok(UrlTarget::Unusable(Unusable::NoMatchingWheel(words)));
        }
        let file = PinnedFile {
            remote,
            is_wheel: true,
            requires_python: None,
        };
        self.urls.insert(Arc::clone(url), file);
        Ok(UrlTarget::Found(wheel.version))
    }

    /// What the source at a URL is built to.
    fn built_target(
        &mut self,
        name: &ProjectName,
        url: &Arc<str>,
        mut parsed: url::Url,
    ) -> Result<UrlTarget, ResolveError> {
        let unusable = |words: String| Ok(UrlTarget::Unusable(Unusable::Other(words)));
        let built = self.resolving.builder.metadata(BuildSource::Url(url));
        let shown = RedactedUrl::from(&parsed).to_string();
        let metadata = match sdist::refused(built, &shown)? {
            Ok(metadata) => metadata,
            Err(words) => return unusable(words),
        };
        if metadata.name.parse::<ProjectName>().as_ref() != Ok(name) {
            return unusable(format!("is at a URL that is built to `{}`", metadata.name));
        }
        let version = match metadata.version.parse::<Version>() {
            Ok(version) => version,
            Err(error) => return unusable(format!("is built with a wrong version: {error}")),
        };
        // Where it is no file that can be fetched, only the place is said.
        let remote = if let Ok((remote, _)) = RemoteFile::of_url(parsed.clone()) {
            remote
        } else {
            parsed.set_fragment(None);
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            RemoteFile {
                name: name.as_str().into(),
                url: parsed,
                hashes: Hashes::default(),
                size_bytes: None,
                core_metadata: CoreMetadataFile::No,
                upload_time: None,
            }
        };
        let file = PinnedFile {
            remote,
            is_wheel: false,
            requires_python: None,
        };
        self.urls.insert(Arc::clone(url), file);
        self.built.insert(Arc::clone(url), metadata);
        Ok(UrlTarget::Found(version))
    }

    /// The files, hashes and requirements of what the resolver chose.
    pub(crate) fn finish(self, solved: Solved) -> Result<Resolution, ResolveError> {
        let of_index = |pin: &SolvedPin| {
            let releases = self.projects.get(&pin.name).filter(|_| pin.url.is_none());
            releases.and_then(|releases| releases.release(&pin.version))
        };
        let of_index: Vec<_> = solved.pins.iter().map(of_index).collect();
        let (client, is_for_one) = (self.resolving.client, self.python.is_some());
        let known = threads::map(&of_index, |release| {
            release.map(|release| release.known(client, is_for_one))
        });
        let mut pins = Vec::with_capacity(solved.pins.len());
        for ((pin, of_index), known) in solved.pins.into_iter().zip(of_index).zip(known) {
            let release = pin.release();
            let of_sources = self.file_of(&release)?;
            let file = of_sources
                .or_else(|| self.installed(&release)?.file())
                .expect("the resolver chooses among releases with files");
            let index = of_index.and_then(|release| release.index);
            let indexes = self.resolving.options.sources.indexes_of(&pin.name);
            let (hashes, files) = match known {
                Some(known) => known.map_err(|error| page_error(&pin.name, error))?,
                None => (stated(&file.remote), Vec::new()),
            };
            pins.push(Pin {
                index: index.and_then(|place| indexes.get(place).cloned()),
                requires: self.requires.get(&release).cloned().unwrap_or_default(),
                name: pin.name,
                version: pin.version,
                url: pin.url,
                marker: pin.marker,
                extras: pin.extras,
                required_by: pin.required_by,
                dependencies: pin.dependencies,
                file,
                files,
                hashes,
            });
        }
        let mut statuses: Vec<_> = self.statuses.into_iter().collect();
        statuses.retain(|(name, _)| pins.iter().any(|pin| pin.name == *name));
        statuses.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Resolution {
            pins,
            statuses,
            forks: solved.forks,
            notices: solved.notices,
        })
    }
}

/// After so many sdists of a project in vain, the older ones are not looked into: each is a download,
/// and what kept the newer ones from being used is seldom better in old ones.
const LOOKED_INTO_MAX: u32 = 3;

/// What is said of a project that no source has.
fn nowhere(name: &ProjectName, sources: &Sources) -> Versions {
    if let Some(allowed) = sources.limit_of(name) {
        let allowed: Vec<String> = allowed.iter().map(|one| format!("`{one}`")).collect();
        let allowed = allowed.join(", ");
        return Versions::Unavailable(format!(
            "it may come from {allowed} alone, which does not have it"
        ));
    }
    match sources.pins.get(name) {
        Some(index) => Versions::Unavailable(format!(
            "it is pinned to the index `{index}`, which does not have it"
        )),
        None => Versions::NotFound,
    }
}

fn page_error(name: &ProjectName, error: PageError) -> ResolveError {
    ResolveError::Page {
        name: name.clone(),
        source: Box::new(error),
    }
}

/// The Python to hold files against; a release candidate counts as its release.
fn python(target: &Target) -> Option<Version> {
    match target {
        Target::Environment(environment) => Some(environment.python_full_version().base()),
        Target::Universal(_) => None,
    }
}

fn stated(file: &RemoteFile) -> Vec<String> {
    let hashes: BTreeSet<String> = file
        .hashes
        .iter()
        .map(|(algorithm, digest)| format!("{algorithm}:{digest}"))
        .collect();
    hashes.into_iter().collect()
}

fn is_offline(error: &HttpError) -> bool {
    matches!(error, HttpError::Offline { .. })
}
