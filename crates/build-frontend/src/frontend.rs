//! The front end: what is to be built is asked of it, each thing is built once a run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use tilsit_environment::Interpreter;
use tilsit_index_client::{IndexClient, RemoteFile, SlimMetadata};
use tilsit_installer::store::StoreError;
use tilsit_installer::{FetchEvent, StoredWheel, WheelStore, WheelToInstall};
use tilsit_packaging::direct_url::{DirectUrl, Origin};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_provider::{BuildRefusal, BuildSource, MetadataBuilder, Pin, ResolveOptions, Resolving};
use tilsit_resolver::RootRequirement;
use tilsit_sandbox::Sandbox;

use crate::building::Building;
use crate::built_cache::FileOnDisk;
use crate::error::BuildFailure;
use crate::hook::Target;
use crate::settings::{ConfigSettings, Isolation, Renewal};
use crate::source::Source;
use crate::work::Work;

/// How much a backend may print.
const OUTPUT_MAX_BYTES: u64 = 256 << 20;

/// Everything that decides how is built.
#[derive(Clone, Debug)]
pub struct FrontendOptions {
    /// The Python that runs the backends, and for which is built.
    pub interpreter: Interpreter,
    /// How what builds require is resolved: for that Python.
    pub resolve: ResolveOptions,
    /// What limits the versions of what builds require.
    pub constraints: Vec<RootRequirement>,
    /// What every backend is told.
    pub settings: ConfigSettings,
    /// What the backends of these projects are told besides.
    pub project_settings: BTreeMap<ProjectName, ConfigSettings>,
    /// The same for what is at these URLs.
    pub url_settings: BTreeMap<String, ConfigSettings>,
    /// Which builds are isolated.
    pub isolation: Isolation,
    /// The cache folder.
    pub cache: PathBuf,
    /// What is built anew, whatever the cache holds.
    pub rebuild: Renewal,
    /// The environment's variables, for projects whose builds depend on them.
    pub variables: BTreeMap<OsString, OsString>,
    /// Where environments and copies of sources are made.
    pub temporary: PathBuf,
    /// `PATH` for the programs that builds start.
    pub search_path: Option<OsString>,
    /// The URLs of folders that are used where they are.
    pub editables: BTreeSet<String>,
    /// The hashes that archives may have, by project or URL, as `algorithm:digest`: none is unpacked
    /// that has another. What builds require is not meant.
    pub hashes: BTreeMap<String, Vec<String>>,
    /// What our own backend gets where a project names it.
    pub own_backend: tilsit_build_backend::BuildOptions,
    /// How much a backend may print before it is ended.
    pub output_max_bytes: u64,
    /// What backends run in; none lets them do whatever the user may.
    pub sandbox: Option<Sandbox>,
}

impl FrontendOptions {
    /// The usual ones.
    pub fn new(
        interpreter: Interpreter,
        resolve: ResolveOptions,
        cache: PathBuf,
        temporary: PathBuf,
    ) -> Self {
        Self {
            interpreter,
            resolve,
            constraints: Vec::new(),
            settings: ConfigSettings::default(),
            project_settings: BTreeMap::new(),
            url_settings: BTreeMap::new(),
            isolation: Isolation::All,
            cache,
            rebuild: Renewal::None,
            variables: BTreeMap::new(),
            temporary,
            search_path: None,
            editables: BTreeSet::new(),
            hashes: BTreeMap::new(),
            own_backend: tilsit_build_backend::BuildOptions::default(),
            output_max_bytes: OUTPUT_MAX_BYTES,
            sandbox: None,
        }
    }
}

/// What happens while something is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildEvent<'a> {
    /// Something is built from now on.
    Started {
        /// The project: by its name, if that is known already, else in words.
        project: &'a str,
        /// Whether it is for another build.
        is_nested: bool,
        /// What it is built to; none where only its metadata is wanted.
        target: Option<Target>,
    },
    /// It is built, or failed.
    Finished {
        /// The project in words.
        project: &'a str,
        /// Whether it was for another build.
        is_nested: bool,
        /// Whether there is more now than metadata.
        is_built: bool,
    },
    /// It is old, and built with what was there in its time.
    Aged {
        /// The project in words.
        project: &'a str,
        /// The release that it is built with: `setuptools 57.5.0`.
        with: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Its metadata was read, and nothing was run.
    Stated {
        /// The project in words.
        project: &'a str,
        /// Its version.
        version: &'a str,
        /// The file that states it: `PKG-INFO`, `pyproject.toml`, `setup.cfg`, `setup.py`.
        file: &'a str,
    },
    /// Its wheel requires something else than the file says from which its metadata was read.
    Contradicted {
        /// The project in words.
        project: &'a str,
        /// The file: `setup.cfg`, `setup.py`.
        file: &'a str,
    },
    /// Something was printed; perhaps nothing, so that the caller can stop it.
    Output(&'a str),
}

/// What is told of every event; when it breaks, the build is stopped.
pub type OnEvent = dyn Fn(BuildEvent<'_>) -> ControlFlow<()>;

/// A wheel of a pin, ready to be installed.
#[derive(Clone, Debug)]
pub struct Obtained {
    /// The wheel.
    pub stored: StoredWheel,
    /// Where it is from, if not from an index.
    pub direct_url: Option<DirectUrl>,
}

/// Builds. It lives for one command: what it built, copied and resolved is remembered until it is
/// dropped.
pub struct BuildFrontend {
    options: FrontendOptions,
    client: IndexClient,
    on_event: Box<OnEvent>,
    works: RefCell<BTreeMap<(bool, String), Rc<Work>>>,
    /// What is being built now, the outermost first.
    stack: RefCell<Vec<String>>,
    environments: RefCell<BTreeMap<String, Vec<WheelToInstall>>>,
}

impl BuildFrontend {
    /// A front end. It does nothing before it is asked something.
    pub fn new(options: FrontendOptions, client: IndexClient, on_event: Box<OnEvent>) -> Self {
        Self {
            options,
            client,
            on_event,
            works: RefCell::default(),
            stack: RefCell::default(),
            environments: RefCell::default(),
        }
    }

    /// Everything that decides how is built.
    pub fn options(&self) -> &FrontendOptions {
        &self.options
    }

    /// What reaches the indexes.
    pub fn client(&self) -> &IndexClient {
        &self.client
    }

    pub(crate) fn tell(&self, event: BuildEvent<'_>) -> ControlFlow<()> {
        (self.on_event)(event)
    }

    /// The metadata of what is at a URL: an archive, a folder or a repository.
    ///
    /// # Errors
    /// When it cannot be had or built.
    pub fn metadata_at(&self, url: &str) -> Result<Arc<SlimMetadata>, BuildFailure> {
        let work = self.work_at(url)?;
        self.building(&work).metadata()
    }

    /// Builds the sdist or the wheel of a folder or an sdist into the folder `out`, and gives its path.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn build_into(
        &self,
        source: Source,
        target: Target,
        out: &Path,
    ) -> Result<PathBuf, BuildFailure> {
        let work = Work::new(source, "", self.is_nested());
        self.building(&work).build_into(target, out)
    }

    /// The wheels of pins in the store, in their order: fetched, taken from the cache or built.
    ///
    /// # Errors
    /// When a wheel cannot be had, built or unpacked, or the callback asked to stop.
    pub fn obtain(
        &self,
        pins: &[&Pin],
        on_fetch: &mut dyn FnMut(FetchEvent) -> ControlFlow<()>,
    ) -> Result<Vec<Obtained>, ObtainError> {
        let store = WheelStore::in_cache(&self.options.cache);
        let ready = pins.iter().filter(|pin| pin.file.is_wheel);
        let files: Vec<RemoteFile> = ready.map(|pin| pin.file.remote.clone()).collect();
        let temporary = &self.options.temporary;
        let fetched = tilsit_installer::fetch(&files, &self.client, &store, temporary, on_fetch)?;
        let mut fetched = fetched.into_iter();
        let mut obtained = Vec::with_capacity(pins.len());
        for pin in pins {
            obtained.push(if pin.file.is_wheel {
                let stored = fetched.next().expect("one for each wheel");
                let url = pin.url.as_deref();
                let direct_url = url.map(|url| archive(url, &stored.sha256));
                Obtained { stored, direct_url }
            } else {
                self.build(pin, &store)?
            });
        }
        Ok(obtained)
    }

    /// The archive of a pin and its SHA-256, if it was fetched already to look into it.
    pub fn archive_of(&self, pin: &Pin) -> Option<(PathBuf, String)> {
        let url = pin.url.as_deref().unwrap_or(pin.file.remote.url.as_str());
        let works = self.works.borrow();
        let archive = works.get(&(false, url.to_owned()))?.archive.get()?;
        Some((archive.path.clone(), archive.sha256.clone()))
    }

    /// The wheel file of a pin that must be built.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn wheel_of(&self, pin: &Pin) -> Result<PathBuf, BuildFailure> {
        let work = self.work_of(pin)?;
        Ok(self.building(&work).wheel()?.path)
    }

    /// What a pin that must be built is built of, as a text that changes when that does; none for what
    /// may change unseen.
    ///
    /// # Errors
    /// When the archive or the commit cannot be had.
    pub fn identity(&self, pin: &Pin) -> Result<Option<String>, BuildFailure> {
        let work = self.work_of(pin)?;
        self.building(&work).identity()
    }

    /// Where a pin that must be built comes from: the commit of a repository, the hash of an archive, a
    /// folder; none for what an index has.
    ///
    /// # Errors
    /// When the archive or the commit cannot be had.
    pub fn origin(&self, pin: &Pin) -> Result<Option<DirectUrl>, BuildFailure> {
        let work = self.work_of(pin)?;
        self.building(&work).identity()?;
        Ok(work.direct_url())
    }

    fn build(&self, pin: &Pin, store: &WheelStore) -> Result<Obtained, ObtainError> {
        let work = self.work_of(pin)?;
        let FileOnDisk { path, sha256 } = self.building(&work).wheel()?;
        Ok(Obtained {
            stored: store.add(&path, &sha256)?,
            direct_url: work.direct_url(),
        })
    }

    fn building<'b>(&'b self, work: &'b Work) -> Building<'b> {
        Building {
            frontend: self,
            work,
        }
    }

    fn work_of(&self, pin: &Pin) -> Result<Rc<Work>, BuildFailure> {
        match &pin.url {
            Some(url) => self.work_at(url),
            None => Ok(self.work_with(pin.file.remote.url.as_str(), || {
                Source::Sdist(pin.file.remote.clone())
            })),
        }
    }

    fn work_at(&self, url: &str) -> Result<Rc<Work>, BuildFailure> {
        let key = (self.is_nested(), url.to_owned());
        if let Some(work) = self.works.borrow().get(&key) {
            return Ok(Rc::clone(work));
        }
        let editable = self.options.editables.contains(url);
        let (source, credential) = Source::of_url(url, editable)?;
        if let (Source::Archive(archive), Some(credential)) = (&source, credential) {
            let credentials = &self.client.options().credentials;
            credentials.add(&archive.file.url, credential);
        }
        Ok(self.work_with(url, || source))
    }

    fn work_with(&self, url: &str, source: impl FnOnce() -> Source) -> Rc<Work> {
        let is_nested = self.is_nested();
        let mut works = self.works.borrow_mut();
        let work = works.entry((is_nested, url.to_owned()));
        Rc::clone(work.or_insert_with(|| Rc::new(Work::new(source(), url, is_nested))))
    }

    /// Whether what is asked for now is for another build, and not for the user.
    fn is_nested(&self) -> bool {
        !self.stack.borrow().is_empty()
    }

    /// Does something while it is known that `work` is being built.
    ///
    /// # Errors
    /// When it is being built already: it needs itself.
    pub(crate) fn while_building<T>(
        &self,
        work: &Work,
        target: Option<Target>,
        build: impl FnOnce() -> Result<T, BuildFailure>,
    ) -> Result<T, BuildFailure> {
        let shown = &work.shown;
        let mut stack = self.stack.borrow_mut();
        if let Some(start) = stack.iter().position(|outer| outer == shown) {
            let mut circle = stack[start..].to_vec();
            circle.push(shown.to_owned());
            return Err(BuildFailure::Cycle(circle));
        }
        let is_nested = !stack.is_empty();
        stack.push(shown.to_owned());
        drop(stack);
        let project = work.project_name().unwrap_or(shown);
        // A wish to stop is seen with the first output.
        let _ = self.tell(BuildEvent::Started {
            project,
            is_nested,
            target,
        });
        let built = build();
        let _ = self.tell(BuildEvent::Finished {
            project,
            is_nested,
            is_built: built.is_ok() && target.is_some(),
        });
        self.stack.borrow_mut().pop();
        built
    }

    /// The wheels of what a build requires, in versions that `limits` allow.
    pub(crate) fn build_requirements(
        &self,
        project: &str,
        requires: &[Requirement],
        limits: &[Requirement],
    ) -> Result<Vec<WheelToInstall>, BuildFailure> {
        let texts = requires.iter().map(ToString::to_string);
        let limited = limits.iter().map(|limit| format!("limit {limit}"));
        let texts: Vec<String> = texts.chain(limited).collect();
        let key = texts.join("\n");
        if let Some(known) = self.environments.borrow().get(&key) {
            return Ok(known.clone());
        }
        let failed =
            |source: Box<dyn std::error::Error + Send + Sync>| BuildFailure::Requirements {
                project: project.to_owned(),
                source,
            };
        let origin = format!("what {project} needs to be built");
        let roots = requires.iter().cloned();
        let mut constraints = self.options.constraints.clone();
        let age = "the age of the project";
        let limits = limits.iter().cloned();
        constraints.extend(limits.map(|limit| RootRequirement::new(limit, age)));
        let resolving = Resolving {
            requirements: roots
                .map(|requirement| RootRequirement::new(requirement, origin.clone()))
                .collect(),
            constraints,
            options: &self.options.resolve,
            client: &self.client,
            builder: self,
            temporary: self.options.temporary.clone(),
        };
        let go_on = || self.tell(BuildEvent::Output(""));
        let resolution = tilsit_provider::resolve(&resolving, &mut |_| go_on())
            .map_err(|error| failed(error.into()))?;
        let pins: Vec<&Pin> = resolution.pins.iter().collect();
        let obtained = self.obtain(&pins, &mut |_| go_on());
        let obtained = obtained.map_err(|error| failed(error.into()))?;
        let wheels: Vec<WheelToInstall> = obtained
            .into_iter()
            .map(|obtained| WheelToInstall {
                stored: obtained.stored,
                is_requested: false,
                compiled: None,
                direct_url: obtained.direct_url,
            })
            .collect();
        self.environments.borrow_mut().insert(key, wheels.clone());
        Ok(wheels)
    }
}

impl MetadataBuilder for BuildFrontend {
    fn metadata(&self, source: BuildSource<'_>) -> Result<Arc<SlimMetadata>, BuildRefusal> {
        let metadata = match source {
            BuildSource::Url(url) => self.metadata_at(url),
            BuildSource::Sdist { file, .. } => {
                let make = || Source::Sdist(file.clone());
                let work = self.work_with(file.url.as_str(), make);
                self.building(&work).metadata()
            }
        };
        metadata.map_err(|error| BuildRefusal::Failed(error.into()))
    }

    fn downloaded(&self, file: &RemoteFile, path: &Path) {
        let make = || Source::Sdist(file.clone());
        let work = self.work_with(file.url.as_str(), make);
        // Without it the file is downloaded again.
        let _ = self.building(&work).keep_archive(path);
    }
}

/// Why the wheels of a resolution cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ObtainError {
    /// A file cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] tilsit_installer::FetchError),
    /// Something cannot be built.
    #[error(transparent)]
    Build(#[from] BuildFailure),
    /// A wheel that was built is not as it should be.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What `direct_url.json` says of a wheel that a URL named.
fn archive(url: &str, sha256: &str) -> DirectUrl {
    let hashes = BTreeMap::from([("sha256".to_owned(), sha256.to_owned())]);
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let url = DirectUrl {
        url: url.to_owned(),
        origin: Origin::Archive { hashes },
        subdirectory: None,
    };
    url.without_credentials(&[])
}
