//! From a source to what was asked for: archive or commit, source tree, build environment, hooks.
//! Every step is done when the next one needs it, and its result is remembered in the [`Work`].

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use sha2::{Digest, Sha384, Sha512};
use tilsit_archive::Limits;
use tilsit_build_backend::SourceProject;
use tilsit_dist::wheel::Wheel;
use tilsit_files::TemporaryFolder;
use tilsit_index_client::SlimMetadata;
use tilsit_installer::store::sha256_of;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;

use crate::built_cache::{BuildKey, BuiltCache, Entry, FileOnDisk};
use crate::environment::{BuildEnvironment, without_isolation};
use crate::error::{BuildFailure, FailureReason};
use crate::frontend::{BuildEvent, BuildFrontend};
use crate::git::{Commit, GIT, GitError, Repositories, hex};
use crate::hook::{Backend, Confined, Hook, HookCall, Target, made_in, read_plain, texts};
use crate::project::SourceTree;
use crate::settings::{ConfigSettings, Renewal};
use crate::source::{FolderSource, Source, VcsSource, project_folder};
use crate::vcs;
use crate::work::Work;

/// The name by which a project asks for our own backend.
const OWN_BACKEND: &str = "tilsit_build";

/// A piece of work in the hands of a front end.
pub(crate) struct Building<'b> {
    pub(crate) frontend: &'b BuildFrontend,
    pub(crate) work: &'b Work,
}

impl Building<'_> {
    /// The metadata: kept, stated for good, prepared by the backend, or that of the wheel.
    pub(crate) fn metadata(&self) -> Result<Arc<SlimMetadata>, BuildFailure> {
        if let Some(metadata) = self.work.metadata.get() {
            return Ok(Arc::clone(metadata));
        }
        let entry = self.entry()?;
        let kept = entry.as_ref().and_then(Entry::metadata);
        if let Some(metadata) = kept.filter(|metadata| !self.is_renewed(metadata)) {
            return Ok(Arc::clone(self.work.metadata.get_or_init(|| metadata)));
        }
        if let Some(metadata) = self.stated()? {
            return Ok(Arc::clone(
                self.work.metadata.get_or_init(|| Arc::new(metadata)),
            ));
        }
        let bytes = match self.prepared()? {
            Some(folder) => read_plain(&folder.join("METADATA"))?,
            None => self.metadata_of_wheel()?,
        };
        let metadata = SlimMetadata::parse(&bytes)
            .map_err(|error| self.failed(FailureReason::Answer(error.to_string())))?;
        if let Some(entry) = entry {
            entry.keep_metadata(&bytes)?;
        }
        Ok(Arc::clone(
            self.work.metadata.get_or_init(|| Arc::new(metadata)),
        ))
    }

    /// Whether what has this metadata is built anew.
    fn is_renewed(&self, metadata: &SlimMetadata) -> bool {
        let name = metadata.name.parse();
        name.is_ok_and(|name| self.frontend.options().rebuild.includes(&name))
    }

    fn metadata_of_wheel(&self) -> Result<Vec<u8>, BuildFailure> {
        let wheel = self.wheel()?;
        let failed = |error| self.wheel_failed(&wheel.path, Box::new(error));
        let opened = Wheel::open(&wheel.path, &Limits::default()).map_err(failed)?;
        let bytes = opened.read_dist_info("METADATA").map_err(failed)?;
        Ok(bytes.unwrap_or_default())
    }

    /// The wheel: kept, or built.
    pub(crate) fn wheel(&self) -> Result<FileOnDisk, BuildFailure> {
        if let Some(wheel) = self.work.wheel.get() {
            return Ok(wheel.clone());
        }
        let entry = self.entry()?;
        let is_renewed = match self.frontend.options().rebuild {
            Renewal::None => false,
            Renewal::All => true,
            // Who is meant is known by its metadata.
            Renewal::Only(_) => self.is_renewed(&*self.metadata()?),
        };
        let kept = entry.as_ref().filter(|_| !is_renewed);
        if let Some(wheel) = kept.and_then(Entry::wheel) {
            return Ok(self.work.wheel.get_or_init(|| wheel).clone());
        }
        let out = self.scratch()?.join("wheel");
        tilsit_files::create_dir_all(&out)?;
        let path = self.build_into(self.work.target(), &out)?;
        let wheel = match entry {
            Some(entry) => entry.keep_wheel(&path)?,
            None => FileOnDisk {
                sha256: sha256_of(&path)?,
                path,
            },
        };
        Ok(self.work.wheel.get_or_init(|| wheel).clone())
    }

    /// Builds, and checks what came out.
    pub(crate) fn build_into(&self, target: Target, out: &Path) -> Result<PathBuf, BuildFailure> {
        self.frontend.while_building(self.work, Some(target), || {
            let tree = self.tree()?;
            if self.is_for_our_backend()? {
                let project = SourceProject::open(tree, &self.frontend.options().own_backend)?;
                if let Some(options) = self.own_options(&project, target)? {
                    let build = match target {
                        Target::Sdist => SourceProject::build_sdist,
                        Target::Wheel => SourceProject::build_wheel,
                        Target::Editable => SourceProject::build_editable,
                    };
                    return Ok(build(&project, out, &options)?.path);
                }
            }
            let hook = Hook::Build(target);
            let value = self.with_remedies(|| {
                self.make_ready(target)?;
                let metadata_folder = self.work.prepared.get().cloned().flatten();
                self.call(hook, Some(out), metadata_folder.as_deref())
            })?;
            let value = value.ok_or_else(|| self.failed_at(hook, FailureReason::NoHook))?;
            let path = made_in(out, value).map_err(|reason| self.failed_at(hook, reason))?;
            if target != Target::Sdist {
                self.check_wheel(&path)?;
            }
            Ok(path)
        })
    }

    /// Whether our own backend builds it, in process.
    fn is_for_our_backend(&self) -> Result<bool, BuildFailure> {
        let is_told_nothing = self.settings().is_empty();
        Ok(is_told_nothing && self.project()?.backend() == OWN_BACKEND)
    }

    /// What our own backend gets. Compilers do what the project's words to them say: for extension
    /// modules it is none where a sandbox is wanted, and the backend's hooks run there.
    fn own_options(
        &self,
        project: &SourceProject,
        target: Target,
    ) -> Result<Option<tilsit_build_backend::BuildOptions>, BuildFailure> {
        let options = self.frontend.options();
        let mut own = options.own_backend.clone();
        if target == Target::Sdist || !project.has_extensions() {
            return Ok(Some(own));
        }
        if options.sandbox.is_some() {
            return Ok(None);
        }
        own.ask(options.interpreter.executable())?;
        Ok(Some(own))
    }

    /// The folder with the metadata that the backend prepared; none when it prepares none.
    fn prepared(&self) -> Result<Option<PathBuf>, BuildFailure> {
        if let Some(prepared) = self.work.prepared.get() {
            return Ok(prepared.clone());
        }
        let target = self.work.target();
        let hook = Hook::Metadata(target);
        let prepared = self.frontend.while_building(self.work, None, || {
            let out = self.scratch()?.join("metadata");
            tilsit_files::create_dir_all(&out)?;
            if self.is_for_our_backend()? {
                let options = &self.frontend.options().own_backend;
                let project = SourceProject::open(self.tree()?, options)?;
                let name = project.prepare_metadata(&out, options)?;
                return Ok(Some(out.join(name)));
            }
            let value = self.with_remedies(|| {
                self.make_ready(target)?;
                self.call(hook, Some(&out), None)
            })?;
            let Some(value) = value else {
                return Ok(None);
            };
            made_in(&out, value)
                .map(Some)
                .map_err(|reason| self.failed_at(hook, reason))
        })?;
        Ok(self.work.prepared.get_or_init(|| prepared).clone())
    }

    /// Installs what the backend needs, and what its hook wants besides.
    fn make_ready(&self, target: Target) -> Result<(), BuildFailure> {
        // The sdist's wants are others; it is asked for alone.
        if target != Target::Sdist && self.work.is_ready.get() {
            return Ok(());
        }
        let environment = self.environment()?;
        let hook = Hook::Requires(target);
        let wanted = self.call(hook, None, None)?.unwrap_or_default();
        if let (Some(environment), false) = (environment, wanted.is_null()) {
            let wanted = texts(wanted)
                .map_err(|_| self.failed_at(hook, FailureReason::Value("a list of texts")))?;
            let mut more = Vec::with_capacity(wanted.len());
            for text in wanted {
                let parsed = text.parse::<Requirement>();
                more.push(parsed.map_err(|error| {
                    let reason = error.to_string();
                    self.failed_at(hook, FailureReason::Requirement { text, reason })
                })?);
            }
            environment.add(self.frontend, &self.work.shown, &self.applying(&more))?;
            self.tell_remedies(&environment);
        }
        if target != Target::Sdist {
            self.work.is_ready.set(true);
        }
        Ok(())
    }

    /// The environment of the build; none when it is not isolated.
    fn environment(&self) -> Result<Option<Rc<BuildEnvironment>>, BuildFailure> {
        if let Some(environment) = &*self.work.environment.borrow() {
            return Ok(Some(Rc::clone(environment)));
        }
        let system = &self.project()?.system;
        let isolation = &self.frontend.options().isolation;
        if !isolation.includes(self.work.name().as_ref()) {
            return Ok(None);
        }
        let environment = Rc::new(self.aged_environment(&self.applying(&system.requires))?);
        let kept = Some(Rc::clone(&environment));
        self.work.environment.replace(kept);
        self.tell_remedies(&environment);
        Ok(Some(environment))
    }

    /// The requirements whose markers hold here.
    fn applying(&self, requirements: &[Requirement]) -> Vec<Requirement> {
        let here = self.frontend.options().interpreter.marker_environment();
        let holds = |requirement: &&Requirement| requirement.marker.evaluate(here, &[]);
        requirements.iter().filter(holds).cloned().collect()
    }

    fn call(
        &self,
        hook: Hook,
        folder: Option<&Path>,
        metadata_folder: Option<&Path>,
    ) -> Result<Option<serde_json::Value>, BuildFailure> {
        let frontend = self.frontend;
        let options = frontend.options();
        let python = match self.environment()? {
            Some(environment) => environment.python.clone(),
            None => without_isolation(options),
        };
        let tree = self.tree()?;
        let project = &self.work.shown;
        let settings = self.settings();
        let backend = self.backend(tree)?;
        let source = self.source_root(tree);
        let readable = self.readable(tree);
        let confined = options.sandbox.as_ref().map(|sandbox| Confined {
            sandbox,
            source: &source,
            readable: &readable,
        });
        let call = HookCall {
            hook,
            backend: &backend,
            python: &python,
            tree,
            project,
            folder,
            metadata_folder,
            settings: &settings,
            temporary: &options.temporary,
            output_max_bytes: options.output_max_bytes,
            confined,
        };
        call.run(&mut |piece| frontend.tell(BuildEvent::Output(piece)))
    }

    /// The folder that a build in a sandbox may change: the whole copy of the source, or the folder
    /// of the user that is built where it is.
    fn source_root(&self, tree: &Path) -> PathBuf {
        let scratch = self.work.folder.get();
        let copy = scratch.map(|folder| folder.path().join("source"));
        copy.filter(|copy| tree.starts_with(copy))
            .unwrap_or_else(|| tree.to_path_buf())
    }

    /// What a build in a sandbox may read wherever that is: the interpreter, and the repository that
    /// the folder is a part of, which tells its version.
    fn readable(&self, tree: &Path) -> Vec<PathBuf> {
        let probe = self.frontend.options().interpreter.probe();
        let interpreter = [
            &probe.prefix,
            &probe.exec_prefix,
            &probe.base_prefix,
            &probe.base_exec_prefix,
        ];
        let mut readable: Vec<PathBuf> = interpreter.into_iter().cloned().collect();
        let home = self.frontend.options().sandbox.as_ref();
        let home = home.and_then(|sandbox| sandbox.home.as_deref());
        // A home that is a repository stays hidden.
        let repository = |folder: &&Path| {
            folder.join(".git").exists() && home.is_none_or(|home| !home.starts_with(folder))
        };
        if matches!(self.work.source, Source::Folder(_)) {
            readable.extend(tree.ancestors().skip(1).find(repository).map(PathBuf::from));
        }
        readable
    }

    fn backend(&self, tree: &Path) -> Result<Backend, BuildFailure> {
        let project = self.project()?;
        let path = &project.system.backend_path;
        Ok(Backend {
            name: project.backend().to_owned(),
            path: path.iter().map(|folder| tree.join(folder)).collect(),
        })
    }

    /// What the backend is told: what the user says is not for what is built on the way.
    pub(crate) fn settings(&self) -> ConfigSettings {
        let options = self.frontend.options();
        if self.work.is_nested {
            return ConfigSettings::default();
        }
        let of_url = options.url_settings.get(&self.work.url);
        let name = self.work.name();
        let of_project = name.and_then(|name| options.project_settings.get(&name));
        let own = of_url.or(of_project);
        own.unwrap_or(&options.settings).clone()
    }

    /// The entry of the cache; none for what may change unseen.
    pub(crate) fn entry(&self) -> Result<Option<Entry>, BuildFailure> {
        let options = self.frontend.options();
        if !options.isolation.includes(self.work.name().as_ref()) {
            return Ok(None);
        }
        let Some(source) = self.identity()? else {
            return Ok(None);
        };
        let constraints = options.constraints.iter();
        let constraints: Vec<String> = constraints
            .map(|constraint| constraint.requirement.to_string())
            .collect();
        let tags = options.interpreter.tags();
        let best = tags.iter().next().map(ToString::to_string);
        let key = BuildKey {
            form: 1,
            source: &source,
            subdirectory: self.work.subdirectory(),
            python: &format!(
                "{} {}",
                options.interpreter.implementation(),
                best.unwrap_or_default()
            ),
            settings: serde_json::to_string(&self.settings()).expect("texts are JSON"),
            constraints: &constraints,
        };
        let mut entry = BuiltCache::in_cache(&options.cache).entry(&key);
        if let Source::Folder(folder) = &self.work.source {
            entry.folder = Some(folder.path.clone());
        }
        Ok(Some(entry))
    }

    /// What is built, as a text that changes when that does; none for what may change unseen.
    pub(crate) fn identity(&self) -> Result<Option<String>, BuildFailure> {
        Ok(match &self.work.source {
            Source::Folder(folder) => self
                .state(folder)
                .map(|state| format!("{} {} {state}", folder.url, folder.editable)),
            Source::Sdist(_) | Source::Archive(_) => Some(self.checked_sha256()?),
            Source::Git(git) => Some(format!("{}@{}", git.public_url(), self.commit()?.id)),
            Source::Vcs(vcs) => Some(format!("{}@{}", vcs.public_url(), self.commit()?.id)),
        })
    }

    /// The state of a folder, as it was when it was first looked at.
    fn state(&self, folder: &FolderSource) -> Option<&str> {
        let state = self
            .work
            .state
            .get_or_init(|| folder.state(&self.frontend.options().variables));
        state.as_deref()
    }

    /// The project's source, in a folder.
    pub(crate) fn tree(&self) -> Result<&Path, BuildFailure> {
        if let Some(tree) = self.work.tree.get() {
            return Ok(tree);
        }
        let tree = match &self.work.source {
            Source::Folder(folder) => folder.path.clone(),
            Source::Sdist(_) | Source::Archive(_) => {
                let archive = self.archive()?;
                let into = self.scratch()?.join("source");
                tilsit_files::create_dir_all(&into)?;
                let root = tilsit_dist::sdist::unpack(&archive.path, &into, &Limits::default());
                let root = root.map_err(|source| BuildFailure::Unpack {
                    project: self.work.shown.clone(),
                    source,
                })?;
                project_folder(&root, self.work.subdirectory())?
            }
            Source::Vcs(_) => project_folder(&self.commit()?.place, self.work.subdirectory())?,
            Source::Git(git) => {
                let into = self.scratch()?.join("source");
                let commit = self.commit()?;
                self.repositories(|repositories| {
                    repositories.check_out(git, commit, &into)?;
                    Ok(())
                })?;
                project_folder(&into, self.work.subdirectory())?
            }
        };
        Ok(self.work.tree.get_or_init(|| tree))
    }

    pub(crate) fn project(&self) -> Result<&SourceTree, BuildFailure> {
        if let Some(project) = self.work.project.get() {
            return Ok(project);
        }
        let project = SourceTree::read(self.tree()?, &self.work.shown)?;
        Ok(self.work.project.get_or_init(|| project))
    }

    /// The archive on disk, with its hash.
    pub(crate) fn archive(&self) -> Result<FileOnDisk, BuildFailure> {
        if let Some(archive) = self.work.archive.get() {
            return Ok(archive.clone());
        }
        let file = match &self.work.source {
            Source::Sdist(file) => file,
            Source::Archive(archive) => &archive.file,
            Source::Folder(_) | Source::Git(_) | Source::Vcs(_) => {
                unreachable!("only archives are asked for")
            }
        };
        let path = self.scratch()?.join(&*file.name);
        let frontend = self.frontend;
        let on_event = &mut |_| frontend.tell(BuildEvent::Output(""));
        let downloaded = frontend.client().download(file, &path, on_event)?;
        let archive = FileOnDisk {
            path,
            sha256: downloaded.sha256.to_string(),
        };
        self.check_hashes(&archive)?;
        Ok(self.work.archive.get_or_init(|| archive).clone())
    }

    /// The archive's hash, which is one of those that it may have.
    fn checked_sha256(&self) -> Result<String, BuildFailure> {
        if let Some(stated) = self.work.stated_sha256() {
            let is_allowed = |allowed: &[String]| allowed.contains(&format!("sha256:{stated}"));
            if self.allowed_hashes().is_none_or(is_allowed) {
                return Ok(stated);
            }
        }
        Ok(self.archive()?.sha256)
    }

    /// The hashes that the archive may have, if they are given.
    fn allowed_hashes(&self) -> Option<&[String]> {
        if self.work.is_nested {
            return None;
        }
        let hashes = &self.frontend.options().hashes;
        let of_name = || hashes.get(self.work.name()?.as_str());
        let found = hashes.get(&self.work.url).or_else(of_name)?;
        Some(found)
    }

    fn check_hashes(&self, archive: &FileOnDisk) -> Result<(), BuildFailure> {
        let Some(allowed) = self.allowed_hashes() else {
            return Ok(());
        };
        for hash in allowed {
            let fits = match hash.split_once(':') {
                Some(("sha256", digest)) => digest == archive.sha256,
                Some(("sha384", digest)) => {
                    digest == hex(&Sha384::digest(tilsit_files::read(&archive.path)?))
                }
                Some(("sha512", digest)) => {
                    digest == hex(&Sha512::digest(tilsit_files::read(&archive.path)?))
                }
                _ => false,
            };
            if fits {
                return Ok(());
            }
        }
        Err(BuildFailure::Hash {
            project: self.work.shown.clone(),
            sha256: archive.sha256.clone(),
        })
    }

    /// Keeps an archive that was downloaded already.
    pub(crate) fn keep_archive(&self, path: &Path) -> Result<(), BuildFailure> {
        if self.work.archive.get().is_some() {
            return Ok(());
        }
        let name = path.file_name().unwrap_or_default();
        let kept = self.scratch()?.join(name);
        if tilsit_files::hard_link(path, &kept).is_err() {
            tilsit_files::copy(path, &kept)?;
        }
        let archive = FileOnDisk {
            sha256: sha256_of(&kept)?,
            path: kept,
        };
        self.check_hashes(&archive)?;
        self.work.archive.get_or_init(|| archive);
        Ok(())
    }

    fn commit(&self) -> Result<&Commit, BuildFailure> {
        if let Some(commit) = self.work.commit.get() {
            return Ok(commit);
        }
        let commit = match &self.work.source {
            Source::Git(git) => self.repositories(|repositories| Ok(repositories.commit(git)?))?,
            Source::Vcs(source) => self.checked_out(source)?,
            _ => unreachable!("only repositories are asked for commits"),
        };
        Ok(self.work.commit.get_or_init(|| commit))
    }

    /// A checkout of a repository of which no clone is kept.
    fn checked_out(&self, source: &VcsSource) -> Result<Commit, BuildFailure> {
        let frontend = self.frontend;
        if frontend.client().options().offline {
            return Err(GitError::Offline(source.public_url()).into());
        }
        let place = self.scratch()?.join("source");
        let on_output = &mut |piece: &str| frontend.tell(BuildEvent::Output(piece));
        let id = vcs::check_out(source, &place, on_output)?;
        Ok(Commit { id, place })
    }

    fn repositories<T>(
        &self,
        ask: impl FnOnce(&Repositories<'_>) -> Result<T, BuildFailure>,
    ) -> Result<T, BuildFailure> {
        let frontend = self.frontend;
        let on_output =
            |piece: &str| -> ControlFlow<()> { frontend.tell(BuildEvent::Output(piece)) };
        ask(&Repositories {
            folder: &frontend.options().cache.join(GIT),
            offline: frontend.client().options().offline,
            on_output: &on_output,
        })
    }

    /// A folder for copies and results, removed with the front end.
    fn scratch(&self) -> Result<&Path, BuildFailure> {
        if self.work.folder.get().is_none() {
            let folder = TemporaryFolder::create_in(&self.frontend.options().temporary)?;
            self.work.folder.get_or_init(|| folder);
        }
        let folder = self.work.folder.get().expect("it was made just now");
        Ok(folder.path())
    }

    /// Whether a built wheel is what it should be: named as it is, sound, and for this Python.
    fn check_wheel(&self, path: &Path) -> Result<(), BuildFailure> {
        let failed = |reason: String| self.wheel_failed(path, reason.into());
        let wheel = Wheel::open(path, &Limits::default())
            .map_err(|error| self.wheel_failed(path, Box::new(error)))?;
        let tags = self.frontend.options().interpreter.tags();
        if tags.priority(&wheel.file_name().tags).is_none() {
            let tags = &wheel.file_name().tags;
            return Err(failed(format!("it is for `{tags}`, not for this Python")));
        }
        self.check_stated(wheel.metadata())?;
        let Some(known) = self.work.metadata.get() else {
            return Ok(());
        };
        let (name, version) = (wheel.metadata().name(), &wheel.metadata().version);
        let is_same = name.parse::<ProjectName>().ok() == known.name.parse().ok()
            && Some(version) == known.version.parse().ok().as_ref();
        if is_same {
            return Ok(());
        }
        let (known_name, known_version) = (&known.name, &known.version);
        Err(failed(format!(
            "it is `{name}` {version}, and the metadata said `{known_name}` {known_version}"
        )))
    }

    fn wheel_failed(
        &self,
        path: &Path,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> BuildFailure {
        let project = self.work.project.get();
        BuildFailure::Wheel {
            file: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            project: self.work.shown.clone(),
            backend: project.map_or("", |project| project.backend()).to_owned(),
            source,
        }
    }

    pub(crate) fn failed(&self, reason: FailureReason) -> BuildFailure {
        self.failed_at(Hook::Metadata(self.work.target()), reason)
    }

    fn failed_at(&self, hook: Hook, reason: FailureReason) -> BuildFailure {
        let project = self.work.project.get();
        BuildFailure::Backend(Box::new(crate::error::BackendFailure {
            project: self.work.shown.clone(),
            backend: project.map_or("", |project| project.backend()).to_owned(),
            hook,
            reason,
            output: String::new(),
            is_confined: false,
        }))
    }
}
