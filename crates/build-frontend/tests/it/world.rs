//! A Python, a cache, a folder of distributions, and a front end over them.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;

use tempfile::TempDir;
use tilsit_build_frontend::{
    BuildEvent, BuildFailure, BuildFrontend, FrontendOptions, Source, Target,
};
use tilsit_environment::Interpreter;
use tilsit_index_client::{ClientOptions, IndexClient};
use tilsit_provider::{FilePolicy, ResolveOptions, Sources};
use tilsit_resolver::ResolverOptions;
use url::Url;

const TOY: &str = include_str!("toy_backend.py");

/// What pyproject.toml says of a project that brings the toy backend along.
pub(crate) const OWN_TOY: &str =
    "[build-system]\nrequires = []\nbuild-backend = 'toy_backend'\nbackend-path = ['.']\n";

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) interpreter: Interpreter,
    pub(crate) client: IndexClient,
}

impl World {
    /// A fresh world; none where there is no Python.
    pub(crate) fn new() -> Option<Self> {
        let python = tilsit_testing::require("Python 3.9 or newer", tilsit_testing::python())?;
        let clock = Arc::new(|| jiff::Timestamp::UNIX_EPOCH);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("links")).unwrap();
        Some(Self {
            interpreter: Interpreter::at(&python, None).unwrap(),
            client: IndexClient::new(ClientOptions::new(clock, "tilsit-test/1.0")),
            folder,
        })
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A project with the toy backend in it; `more` stands at the backend's end.
    pub(crate) fn toy_project(&self, name: &str, more: &str) -> PathBuf {
        self.write(&format!("{name}/pyproject.toml"), OWN_TOY);
        self.write(
            &format!("{name}/toy_backend.py"),
            &format!("{TOY}\n{more}\n"),
        );
        self.write(&format!("{name}/name.txt"), name);
        self.path(name)
    }

    /// The options; every index is the folder `links`.
    pub(crate) fn options(&self) -> FrontendOptions {
        let links = Url::from_directory_path(self.path("links")).unwrap();
        let interpreter = self.interpreter.clone();
        let resolve = ResolveOptions {
            resolver: ResolverOptions::new(interpreter.marker_environment().clone()),
            sources: Sources {
                find_links: vec![links],
                ..Sources::default()
            },
            files: FilePolicy::new(interpreter.tags()),
            no_dependencies: false,
            pages_only: false,
            installed: std::collections::BTreeMap::new(),
            forbidden: Vec::new(),
        };
        FrontendOptions {
            search_path: Some("/usr/local/bin:/usr/bin:/bin".into()),
            ..FrontendOptions::new(interpreter, resolve, self.path("cache"), self.path("tmp"))
        }
    }

    /// Does something with a front end, and gives what backends printed as well.
    pub(crate) fn with<T>(
        &self,
        options: FrontendOptions,
        work: impl FnOnce(&BuildFrontend) -> T,
    ) -> (T, String) {
        let output = Rc::new(RefCell::new(String::new()));
        let heard = Rc::clone(&output);
        let on_event = move |event: BuildEvent<'_>| {
            if let BuildEvent::Output(piece) = event {
                heard.borrow_mut().push_str(piece);
            }
            ControlFlow::Continue(())
        };
        let frontend = BuildFrontend::new(options, self.client.clone(), Box::new(on_event));
        let done = work(&frontend);
        (done, output.take())
    }

    /// The wheel of the project in a folder.
    pub(crate) fn build(&self, project: &Path) -> Result<PathBuf, BuildFailure> {
        self.build_with(self.options(), project, Target::Wheel)
    }

    pub(crate) fn build_with(
        &self,
        options: FrontendOptions,
        project: &Path,
        target: Target,
    ) -> Result<PathBuf, BuildFailure> {
        let out = self.path("out");
        std::fs::create_dir_all(&out).unwrap();
        let source = folder(project);
        let (built, _) = self.with(options, |frontend| {
            frontend.build_into(source, target, &out)
        });
        let left = tilsit_files::read_dir(self.path("tmp")).unwrap_or_default();
        assert!(left.is_empty(), "left behind: {left:?}");
        built
    }

    /// What a failure says, with the paths of this world replaced.
    pub(crate) fn words(&self, error: &dyn std::error::Error) -> String {
        let mut words = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            words.extend([": ", &error.to_string()]);
            source = error.source();
        }
        words.replace(&*self.folder.path().to_string_lossy(), "[ROOT]")
    }
}

/// A folder as a source.
pub(crate) fn folder(project: &Path) -> Source {
    let url = Url::from_file_path(project).unwrap();
    Source::of_url(url.as_str(), false).unwrap().0
}

/// A file of a wheel, as `python -m zipfile` would show it.
pub(crate) fn in_wheel(wheel: &Path, path: &str) -> String {
    let python = tilsit_testing::python().unwrap();
    let script =
        "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())";
    let mut command = Command::new(python);
    let output = command
        .args(["-c", script])
        .arg(wheel)
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
