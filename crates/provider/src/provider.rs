//! What is known of pages and metadata so far, and what is under way.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_index_client::{
    Batch, Fetched, HttpError, IndexClient, MetadataError, PageError, RemoteFile, SlimMetadata,
};
use tilsit_packaging::file_name::DistributionFileName;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_resolver::{
    Answer, Dependencies, Question, Release, Resolution as Solved, Target, Unusable, UrlTarget,
    Versions, Wants,
};
use tilsit_simple_api::{ProjectPage, ProjectState};

use crate::metadata::dependencies;
use crate::releases::{Judge, Releases};
use crate::resolution::{Pin, PinnedFile, Resolution};
use crate::resolve::{ResolveError, ResolveEvent, Resolving};
use crate::sdist;

/// What an answer of the client belongs to.
#[derive(Debug, Clone)]
enum Asked {
    /// The page of a project, on the index with this number.
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
    projects: FxHashMap<ProjectName, Releases>,
    /// The files behind URLs that requirements name.
    urls: FxHashMap<Arc<str>, PinnedFile>,
    /// What a release requires, as its metadata says.
    requires: FxHashMap<Release, Vec<Requirement>>,
    asked: FxHashSet<Question>,
    /// Sdists that have to be looked into; only when they are needed.
    sdists: FxHashMap<Release, RemoteFile>,
    answers: VecDeque<Answer>,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(resolving: &'a Resolving<'a>) -> Result<Self, ResolveError> {
        let client: &IndexClient = resolving.client;
        for index in &resolving.options.sources.indexes {
            client.options().credentials.add_index(index);
        }
        let mut links = Vec::new();
        for location in &resolving.options.sources.find_links {
            let page = client.find_links(location);
            links.push(page.map_err(|error| ResolveError::FindLinks(Box::new(error)))?);
        }
        Ok(Self {
            resolving,
            python: python(&resolving.options.resolver.target),
            batch: client.batch(),
            links,
            projects: FxHashMap::default(),
            urls: FxHashMap::default(),
            requires: FxHashMap::default(),
            asked: FxHashSet::default(),
            sdists: FxHashMap::default(),
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
        while self.answers.is_empty() {
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
        while let Some((asked, fetched)) = self.batch.ready_answer() {
            self.take(asked, fetched)?;
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
        Ok(self.answers.drain(..).collect())
    }

    fn ask(&mut self, question: &Question) -> Result<(), ResolveError> {
        match question {
            Question::Versions(name) => self.ask_index(name, 0),
            Question::Url(name, url) => {
                let target = self.url_target(name, url);
                self.answers
                    .push_back(Answer::Url(name.clone(), Arc::clone(url), target));
                Ok(())
            }
            Question::Dependencies(release) => self.ask_metadata(release),
        }
    }

    /// Asks the index with this number for a project; after the last one the links decide alone.
    fn ask_index(&mut self, name: &ProjectName, number: usize) -> Result<(), ResolveError> {
        let indexes = &self.resolving.options.sources.indexes;
        if let Some(index) = indexes.get(number) {
            return Ok(self
                .batch
                .project_page(Asked::Page(name.clone(), number), index, name)?);
        }
        let releases = self.releases(name, None);
        let found = releases.candidates();
        let versions = if found.is_empty() {
            Versions::NotFound
        } else {
            Versions::Found(found)
        };
        self.know(name, releases, versions);
        Ok(())
    }

    /// The releases of a page, with the files that links add.
    fn releases(&self, name: &ProjectName, page: Option<&Arc<ProjectPage>>) -> Releases {
        let judge = Judge {
            policy: &self.resolving.options.files,
            python: self.python.as_ref(),
        };
        let mut releases = Releases::default();
        for page in page.into_iter().chain(&self.links) {
            releases.add_page(name, page, &judge);
        }
        releases
    }

    fn know(&mut self, name: &ProjectName, releases: Releases, versions: Versions) {
        self.projects.insert(name.clone(), releases);
        self.answers
            .push_back(Answer::Versions(name.clone(), versions));
    }

    fn take(&mut self, asked: Asked, fetched: Fetched) -> Result<(), ResolveError> {
        match (asked, fetched) {
            (Asked::Page(name, number), Fetched::Page(page)) => self.take_page(&name, number, page),
            (Asked::Metadata(release), Fetched::Metadata(metadata)) => {
                self.take_metadata(release, metadata)
            }
            (asked, _) => unreachable!("{asked:?} is answered in kind"),
        }
    }

    fn take_page(
        &mut self,
        name: &ProjectName,
        number: usize,
        page: Result<Arc<ProjectPage>, PageError>,
    ) -> Result<(), ResolveError> {
        let page = match page {
            Ok(page) => page,
            Err(error) if error.is_not_found() => return self.ask_index(name, number + 1),
            Err(error) if error.is_credentials() => {
                self.know(
                    name,
                    Releases::default(),
                    Versions::Forbidden(error.to_string()),
                );
                return Ok(());
            }
            Err(error @ PageError::Http(HttpError::Offline { .. })) => {
                self.know(
                    name,
                    Releases::default(),
                    Versions::Unavailable(error.to_string()),
                );
                return Ok(());
            }
            Err(error) => {
                return Err(ResolveError::Page {
                    name: name.clone(),
                    source: Box::new(error),
                });
            }
        };
        let mut releases = self.releases(name, Some(&page));
        releases.index = self.resolving.options.sources.indexes.get(number).cloned();
        let versions = match page.status.state {
            ProjectState::Quarantined => {
                let reason = page
                    .status
                    .reason
                    .as_ref()
                    .map(|reason| format!(": {reason}"));
                Versions::Unavailable(format!(
                    "the index holds it in quarantine{}",
                    reason.unwrap_or_default()
                ))
            }
            _ => Versions::Found(releases.candidates()),
        };
        self.know(name, releases, versions);
        Ok(())
    }

    fn ask_metadata(&mut self, release: &Release) -> Result<(), ResolveError> {
        let Some(file) = self.file_of(release) else {
            let unusable = Dependencies::Unusable(Unusable::NoFiles);
            self.answers
                .push_back(Answer::Dependencies(release.clone(), unusable));
            return Ok(());
        };
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
    fn file_of(&self, release: &Release) -> Option<PinnedFile> {
        if let Some(url) = &release.url {
            return self.urls.get(url).cloned();
        }
        let best = self
            .projects
            .get(&release.name)?
            .release(&release.version)?
            .best()?;
        Some(PinnedFile {
            remote: best.remote()?,
            is_wheel: best.is_wheel(),
            requires_python: best.requires_python().cloned(),
        })
    }

    fn take_metadata(
        &mut self,
        release: Release,
        metadata: Result<Arc<SlimMetadata>, MetadataError>,
    ) -> Result<(), ResolveError> {
        let is_wheel = self.file_of(&release).is_some_and(|file| file.is_wheel);
        match metadata {
            Ok(metadata) if is_wheel || metadata.is_static() => {
                self.know_metadata(&release, &metadata);
            }
            Ok(_) | Err(MetadataError::OnlyInFile(_)) => {
                if let Some(file) = self.file_of(&release) {
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
            match sdist::metadata(self.resolving, &file)? {
                Ok(metadata) => self.know_metadata(release, &metadata),
                Err(words) => {
                    let unusable = Dependencies::Unusable(Unusable::NoMetadata(words));
                    self.answers
                        .push_back(Answer::Dependencies(release.clone(), unusable));
                }
            }
        }
        Ok(any)
    }

    /// What is behind the URL of a requirement: a file whose name says its version.
    fn url_target(&mut self, name: &ProjectName, url: &Arc<str>) -> UrlTarget {
        let unusable = |words: String| UrlTarget::Unusable(Unusable::Other(words));
        let parsed = match url::Url::parse(url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https" | "file") => parsed,
            Ok(parsed) => {
                return unusable(format!(
                    "is at a `{}` URL, which cannot be fetched yet",
                    parsed.scheme()
                ));
            }
            Err(error) => return unusable(format!("has a malformed URL: {error}")),
        };
        let (remote, credential) = match RemoteFile::of_url(parsed) {
            Ok(found) => found,
            Err(error) => return unusable(format!("cannot be fetched: {error}")),
        };
        if let Some(credential) = credential {
            self.resolving
                .client
                .options()
                .credentials
                .add(&remote.url, credential);
        }
        let file_name = match remote.name.parse::<DistributionFileName>() {
            Ok(file_name) => file_name,
            Err(error) => return unusable(format!("is no distribution: {error}")),
        };
        if file_name.name() != name {
            return unusable(format!(
                "is at a URL whose file is that of `{}`",
                file_name.name()
            ));
        }
        let is_wheel = match &file_name {
            DistributionFileName::Wheel(wheel) => {
                if self
                    .resolving
                    .options
                    .files
                    .tags
                    .priority(&wheel.tags)
                    .is_none()
                {
                    let words = wheel.tags.to_string();
                    return UrlTarget::Unusable(Unusable::NoMatchingWheel(words));
                }
                true
            }
            DistributionFileName::Sdist(_) => false,
        };
        let file = PinnedFile {
            remote,
            is_wheel,
            requires_python: None,
        };
        self.urls.insert(Arc::clone(url), file);
        UrlTarget::Found(file_name.version().clone())
    }

    /// The files, hashes and requirements of what the resolver chose.
    pub(crate) fn finish(mut self, solved: Solved) -> Resolution {
        let mut pins = Vec::with_capacity(solved.pins.len());
        for pin in solved.pins {
            let release = pin.release();
            let file = self
                .file_of(&release)
                .expect("the resolver chooses among releases with files");
            let releases = self.projects.get(&pin.name).filter(|_| pin.url.is_none());
            let files = releases.and_then(|releases| releases.release(&pin.version));
            let hashes = match files {
                Some(files) => files.hashes(),
                None => stated(&file.remote),
            };
            pins.push(Pin {
                index: releases.and_then(|releases| releases.index.clone()),
                requires: self.requires.remove(&release).unwrap_or_default(),
                name: pin.name,
                version: pin.version,
                url: pin.url,
                extras: pin.extras,
                required_by: pin.required_by,
                file,
                hashes,
            });
        }
        Resolution {
            pins,
            notices: solved.notices,
        }
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
