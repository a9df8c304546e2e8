//! What pages say of a project, judged: its releases, and the candidates among them. Asks for nothing.

use std::sync::Arc;

use tilsit_index_client::{IndexClient, Page, PageError, RemoteFile};
use tilsit_packaging::name::ProjectName;
use tilsit_resolver::{Candidate, Unusable};
use tilsit_simple_api::ProjectPage;

use crate::options::{IndexStrategy, ResolveOptions};
use crate::releases::{Judge, Release, ReleaseFile, Releases, hashes};
use crate::resolution::PinnedFile;

/// The pages that speak for a project.
pub(crate) struct Pages {
    pub(crate) name: ProjectName,
    /// Those of indexes, with the places of these among those that may have the project.
    pub(crate) of_indexes: Vec<(usize, Arc<Page>)>,
}

impl Pages {
    /// The releases, with what links add, and what the resolver is told of them.
    pub(crate) fn judged(
        &self,
        judge: &Judge<'_>,
        options: &ResolveOptions,
        links: &[Arc<ProjectPage>],
    ) -> Result<(Releases, Vec<Candidate>), PageError> {
        let name = &self.name;
        let mut releases = Releases::default();
        for (rank, (place, page)) in self.of_indexes.iter().enumerate() {
            let tier = match options.sources.strategy {
                IndexStrategy::UnsafeFirstMatch => u32::try_from(rank).unwrap_or(u32::MAX),
                IndexStrategy::FirstIndex | IndexStrategy::UnsafeBestMatch => 0,
            };
            releases.add_index(name, page, (*place, tier), judge)?;
        }
        if options.sources.admits_links(name) {
            for page in links {
                let page = Arc::new(Page::of_links(page, name));
                releases.add_links(name, &page, judge)?;
            }
        }
        let mut found = releases.candidates(options.files.prefer_binary);
        if options.files.any_python {
            for candidate in &mut found {
                candidate.requires_python = None;
            }
        }
        if let Some(installed) = options.installed.get(name) {
            installed.add_to(&mut found);
        }
        for candidate in &mut found {
            let mut forbidden = options.forbidden.iter();
            if let Some(one) = forbidden.find(|one| one.includes(name, &candidate.version)) {
                candidate.unusable = Some(Unusable::Other(one.words.clone()));
            }
        }
        Ok((releases, found))
    }
}

impl Release {
    /// The hashes of the files, and all that may be taken where the answer is not for one Python alone.
    pub(crate) fn known(
        &self,
        client: &IndexClient,
        is_for_one: bool,
    ) -> Result<(Vec<String>, Vec<PinnedFile>), PageError> {
        let all = self.in_full(client)?;
        let hashes = hashes(all.iter().map(|(_, file)| file));
        if is_for_one {
            return Ok((hashes, Vec::new()));
        }
        let usable = all.iter().filter(|(file, _)| file.objection().is_none());
        let files = usable.filter_map(|(file, in_full)| Some(pinned(file, file.located(in_full)?)));
        Ok((hashes, files.collect()))
    }
}

/// The file of a release, to be fetched from there.
pub(crate) fn pinned(file: &ReleaseFile<'_>, remote: RemoteFile) -> PinnedFile {
    PinnedFile {
        remote,
        is_wheel: file.is_wheel(),
        requires_python: file.requires_python().cloned(),
    }
}
