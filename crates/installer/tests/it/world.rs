//! A temporary environment, a store, and small wheels made on the spot.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::venv::{VenvOptions, create};
use tilsit_environment::{Environment, Interpreter};
use tilsit_installer::store::{StoreError, sha256_of};
use tilsit_installer::{
    Applied, ApplyError, InstallPlan, LockedEnvironment, PlanOptions, StoredWheel, WheelStore,
    WheelToInstall,
};
use tilsit_packaging::record::{Record, RecordEntry, RecordHash};

/// Files of a wheel: path, contents, whether it is a program.
pub(crate) type Files<'a> = &'a [(&'a str, &'a str, bool)];

/// An environment, a store, and a folder for wheels.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) environment: Environment,
    pub(crate) store: WheelStore,
}

impl World {
    /// A fresh world; none where there is no Python.
    pub(crate) fn new() -> Option<Self> {
        Self::in_folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn in_folder(folder: TempDir) -> Option<Self> {
        let python = tilsit_testing::require("Python 3.9 or newer", tilsit_testing::python())?;
        let base = Interpreter::at(&python, None).expect("Python answers");
        let root = folder.path().join("env");
        let made = create(&base, &root, &VenvOptions::default()).expect("the environment is made");
        Some(Self {
            store: WheelStore::in_cache(&folder.path().join("cache")),
            environment: Environment::of(made),
            folder,
        })
    }

    /// Makes a wheel and puts it into the store.
    pub(crate) fn wheel(&self, name: &str, version: &str, files: Files<'_>) -> WheelToInstall {
        let stored = self
            .try_store(name, version, files)
            .expect("the wheel is stored");
        WheelToInstall {
            stored,
            is_requested: false,
            direct_url: None,
            compiled: None,
        }
    }

    pub(crate) fn try_store(
        &self,
        name: &str,
        version: &str,
        files: Files<'_>,
    ) -> Result<StoredWheel, StoreError> {
        let path = self.make_wheel(name, version, files, |_| ());
        let key = sha256_of(&path).expect("the wheel is read");
        self.store.add(&path, &key)
    }

    /// Makes a wheel whose RECORD is changed before it is written.
    pub(crate) fn make_wheel(
        &self,
        name: &str,
        version: &str,
        files: Files<'_>,
        change_record: impl FnOnce(&mut Record),
    ) -> PathBuf {
        let dist_info = format!("{name}-{version}.dist-info");
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        let wheel =
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let mut all: Vec<(String, &str, bool)> = files
            .iter()
            .map(|(path, text, program)| (path.replace("DIST", &dist_info), *text, *program))
            .map(|(path, text, program)| {
                (
                    path.replace("DATA", &format!("{name}-{version}.data")),
                    text,
                    program,
                )
            })
            .collect();
        all.push((format!("{dist_info}/METADATA"), &metadata, false));
        all.push((format!("{dist_info}/WHEEL"), wheel, false));
        let mut record = Record::default();
        for (path, text, _) in &all {
            record.entries.push(RecordEntry {
                path: path.clone(),
                hash: Some(RecordHash::sha256(&Sha256::digest(text).into())),
                size: Some(text.len() as u64),
            });
        }
        record.entries.push(RecordEntry {
            path: format!("{dist_info}/RECORD"),
            hash: None,
            size: None,
        });
        change_record(&mut record);
        let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
        for (path, text, program) in &all {
            writer
                .add_file(path, text.as_bytes(), *program)
                .expect("a file is added");
        }
        let record_path = format!("{dist_info}/RECORD");
        writer
            .add_file(&record_path, &record.to_bytes(), false)
            .expect("RECORD is added");
        let path = self
            .folder
            .path()
            .join(format!("{name}-{version}-py3-none-any.whl"));
        tilsit_files::write(&path, writer.finish().expect("the wheel ends"))
            .expect("it is written");
        path
    }

    pub(crate) fn site_packages(&self) -> &Path {
        &self.environment.paths().purelib
    }

    pub(crate) fn installed(&self) -> Vec<InstalledDistribution> {
        let installed = self
            .environment
            .installed()
            .expect("the environment is listed");
        assert_eq!(installed.findings, []);
        installed.distributions
    }

    /// Plans the wheels.
    pub(crate) fn plan(&self, wheels: &[WheelToInstall]) -> InstallPlan {
        let (environment, options) = (&self.environment, PlanOptions::default());
        tilsit_installer::plan(environment, wheels, &self.installed(), &options)
            .expect("a plan is made")
    }

    /// Plans the removal of all that is installed.
    pub(crate) fn plan_uninstall(&self) -> InstallPlan {
        let installed = self.installed();
        let all: Vec<&InstalledDistribution> = installed.iter().collect();
        tilsit_installer::plan_uninstall(&self.environment, &all).expect("a plan is made")
    }

    pub(crate) fn apply(&self, plan: &InstallPlan) -> Result<Applied, ApplyError> {
        let locked = LockedEnvironment::lock(&self.environment, || ()).expect("the lock is free");
        tilsit_installer::apply(plan, &locked, &mut |_| ControlFlow::Continue(()))
    }

    /// Every file of the environment with its text, save what every environment has.
    pub(crate) fn tree(&self) -> Vec<(String, String)> {
        let root = self.environment.root();
        tilsit_files::walk(root)
            .expect("the environment is listed")
            .into_iter()
            .filter(|entry| entry.kind == tilsit_files::FileKind::File)
            .map(|entry| {
                let path = entry.path.strip_prefix(root).expect("it is below");
                let text = tilsit_files::read_to_string(&entry.path).expect("it is text");
                (path.display().to_string(), text)
            })
            .filter(|(path, _)| {
                !path.starts_with("bin/activate")
                    && !path.starts_with("bin/deactivate")
                    && !["pyvenv.cfg", ".gitignore", "CACHEDIR.TAG", ".lock"].contains(&&**path)
            })
            .collect()
    }

    /// The paths of [`World::tree`], with the Python version left out.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.tree()
            .into_iter()
            .map(|(path, _)| self.neutral(&path))
            .collect()
    }

    /// A text without what differs from machine to machine.
    pub(crate) fn neutral(&self, text: &str) -> String {
        let (major, minor) = self.environment.interpreter().major_minor();
        let root = self.environment.root().display().to_string();
        text.replace(&root, "ENV")
            .replace(&format!("python{major}.{minor}"), "pythonX.Y")
    }
}
