//! One thing to build, and all that is known of it so far: each question is answered once a run.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use tilsit_files::TemporaryFolder;
use tilsit_index_client::{RedactedUrl, SlimMetadata};
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::file_name::SdistFileName;
use tilsit_packaging::name::ProjectName;

use crate::built_cache::FileOnDisk;
use crate::environment::BuildEnvironment;
use crate::era::Remedy;
use crate::git::Commit;
use crate::hook::Target;
use crate::project::SourceTree;
use crate::source::Source;

/// One thing to build.
pub(crate) struct Work {
    pub(crate) source: Source,
    /// The URL by which it is asked for.
    pub(crate) url: String,
    /// Whether it is for another build, and not for the user.
    pub(crate) is_nested: bool,
    /// What it is called in messages.
    pub(crate) shown: String,
    /// The archive, with its hash.
    pub(crate) archive: OnceCell<FileOnDisk>,
    pub(crate) commit: OnceCell<Commit>,
    /// The state of a folder before it is built, if it is known.
    pub(crate) state: OnceCell<Option<String>>,
    /// Where copies of the source are.
    pub(crate) folder: OnceCell<TemporaryFolder>,
    /// The project's folder.
    pub(crate) tree: OnceCell<PathBuf>,
    pub(crate) project: OnceCell<SourceTree>,
    /// The environment of the build, until another one is wanted.
    pub(crate) environment: RefCell<Option<Rc<BuildEnvironment>>>,
    /// What an old project is built with.
    pub(crate) remedies: RefCell<Vec<Remedy>>,
    /// Which of it was told of.
    pub(crate) told: RefCell<BTreeSet<&'static str>>,
    /// Whether what the hook wants besides is installed.
    pub(crate) is_ready: Cell<bool>,
    pub(crate) metadata: OnceCell<Arc<SlimMetadata>>,
    /// The folder with the prepared metadata, if the backend prepares any.
    pub(crate) prepared: OnceCell<Option<PathBuf>>,
    pub(crate) wheel: OnceCell<FileOnDisk>,
}

impl Work {
    pub(crate) fn new(source: Source, url: &str, is_nested: bool) -> Self {
        Self {
            shown: shown(&source),
            source,
            url: url.to_owned(),
            is_nested,
            archive: OnceCell::new(),
            commit: OnceCell::new(),
            state: OnceCell::new(),
            folder: OnceCell::new(),
            tree: OnceCell::new(),
            project: OnceCell::new(),
            environment: RefCell::default(),
            remedies: RefCell::default(),
            told: RefCell::default(),
            is_ready: Cell::new(false),
            metadata: OnceCell::new(),
            prepared: OnceCell::new(),
            wheel: OnceCell::new(),
        }
    }

    /// The project's name, if it is known already: as its file says for what is from an index, else
    /// as the project itself.
    pub(crate) fn project_name(&self) -> Option<&str> {
        let metadata = self.metadata.get()?;
        let of_file = match &self.source {
            Source::Sdist(file) => file.name.rsplit_once('-').map(|(name, _)| name),
            _ => None,
        };
        Some(of_file.unwrap_or(&metadata.name))
    }

    /// What an installation is made of.
    pub(crate) fn target(&self) -> Target {
        match &self.source {
            Source::Folder(folder) if folder.editable => Target::Editable,
            _ => Target::Wheel,
        }
    }

    /// The project's name, as far as it is known.
    pub(crate) fn name(&self) -> Option<ProjectName> {
        let of_file = || match &self.source {
            Source::Sdist(file) => Some(file.name.parse::<SdistFileName>().ok()?.name),
            _ => None,
        };
        let stated = self.project.get().and_then(|tree| tree.metadata.as_ref());
        let known = self.metadata.get().map(AsRef::as_ref).or(stated);
        known
            .and_then(|metadata| metadata.name.parse().ok())
            .or_else(of_file)
    }

    /// The archive's hash, where the index or the URL states it.
    pub(crate) fn stated_sha256(&self) -> Option<String> {
        match &self.source {
            Source::Sdist(file) => file.hashes.sha256.as_ref().map(ToString::to_string),
            Source::Archive(archive) => {
                archive.file.hashes.sha256.as_ref().map(ToString::to_string)
            }
            _ => None,
        }
    }

    /// The archive's hash, as far as it is known.
    pub(crate) fn sha256(&self) -> Option<String> {
        let known = self.archive.get().map(|archive| archive.sha256.clone());
        known.or_else(|| self.stated_sha256())
    }

    pub(crate) fn subdirectory(&self) -> Option<&str> {
        match &self.source {
            Source::Archive(archive) => archive.subdirectory.as_deref(),
            Source::Git(git) => git.subdirectory.as_deref(),
            Source::Vcs(vcs) => vcs.subdirectory.as_deref(),
            Source::Sdist(_) | Source::Folder(_) => None,
        }
    }

    /// What `direct_url.json` says; nothing of what an index had.
    pub(crate) fn direct_url(&self) -> Option<DirectUrl> {
        let (url, origin) = match &self.source {
            Source::Sdist(_) => return None,
            Source::Archive(archive) => {
                let hashes: BTreeMap<_, _> = self
                    .sha256()
                    .into_iter()
                    .map(|sha256| ("sha256".to_owned(), sha256))
                    .collect();
                (archive.file.url.to_string(), Origin::Archive { hashes })
            }
            Source::Folder(folder) => {
                let editable = folder.editable.then_some(true);
                (folder.url.clone(), Origin::Directory { editable })
            }
            Source::Git(git) => {
                let origin = Origin::Vcs {
                    vcs: "git".to_owned(),
                    commit_id: self.commit.get()?.id.clone(),
                    requested_revision: git.revision.clone(),
                };
                (git.repository.clone(), origin)
            }
            Source::Vcs(source) => {
                let origin = Origin::Vcs {
                    vcs: source.system.name().to_owned(),
                    commit_id: self.commit.get()?.id.clone(),
                    requested_revision: source.revision.clone(),
                };
                (source.repository.clone(), origin)
            }
        };
        let direct_url = DirectUrl {
            url,
            origin,
            subdirectory: self.subdirectory().map(str::to_owned),
        };
        Some(direct_url.without_credentials(&["git", "hg", "svn", "bzr"]))
    }
}

fn shown(source: &Source) -> String {
    match source {
        Source::Sdist(file) => format!("`{}`", file.name),
        Source::Archive(archive) => match archive.file.url.to_file_path() {
            Ok(path) => format!("`{}`", path.display()),
            Err(()) => format!("`{}`", RedactedUrl::from(&archive.file.url)),
        },
        Source::Folder(folder) => format!("`{}`", folder.path.display()),
        Source::Git(git) => format!("`{}`", git.public_url()),
        Source::Vcs(vcs) => format!("`{}`", vcs.public_url()),
    }
}
