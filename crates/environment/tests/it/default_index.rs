//! The default index that is read from pip's sources is the one that pip itself uses.

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_environment::default_index;
use tilsit_environment::probe::Probe;

/// Versions of pip that mark each change of form since 9.
const PIPS: [&str; 8] = [
    "9.0.3", "10.0.1", "18.1", "19.3.1", "20.3.4", "21.3.1", "23.2.1", "26.3",
];

/// Asks the class in pip's own module; older modules import a vendored `six` that newer Pythons
/// cannot load, which is why the module is read with `urllib` in its place.
const ASK: &str = r"
import sys, types, urllib.parse, zipfile
archive = zipfile.ZipFile(sys.argv[1])
names = ['pip/_internal/models/index.py', 'pip/models/index.py']
source = next(archive.read(n).decode() for n in names if n in archive.namelist())
moves = types.ModuleType('pip._vendor.six.moves.urllib')
moves.parse = urllib.parse
for name in ['pip', 'pip._vendor', 'pip._vendor.six', 'pip._vendor.six.moves']:
    sys.modules[name] = types.ModuleType(name)
sys.modules['pip._vendor.six.moves.urllib'] = moves
space = {}
exec(compile(source, 'index.py', 'exec'), space)
print(space['PyPI'].simple_url)
";

/// Wheels of pip, downloaded once into the folder of test environments.
fn wheels(python: &Path) -> Option<Vec<PathBuf>> {
    let folder = tilsit_testing::oracle::target_folder().join("test-environments/pip-wheels");
    PIPS.iter()
        .map(|version| {
            let find = || {
                let entries = tilsit_files::read_dir(&folder).ok()?;
                let prefix = format!("pip-{version}-");
                let found = entries.into_iter().find(|entry| {
                    entry
                        .name
                        .to_str()
                        .is_some_and(|name| name.starts_with(&prefix))
                })?;
                Some(found.path)
            };
            if find().is_none() && tilsit_testing::ring::may_fetch() {
                Command::new(python)
                    .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                    .args(["--disable-pip-version-check", "--ignore-requires-python"])
                    .args(["--only-binary", ":all:", "--dest"])
                    .arg(&folder)
                    .arg(format!("pip=={version}"))
                    .status()
                    .ok()?;
            }
            find()
        })
        .collect()
}

#[test]
fn what_is_read_is_what_pip_uses() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let Some(wheels) = tilsit_testing::require("several versions of pip", wheels(&python)) else {
        return;
    };
    assert_eq!(wheels.len(), PIPS.len());
    for wheel in wheels {
        let output = Command::new(&python)
            .args(["-I", "-c", ASK])
            .arg(&wheel)
            .output()
            .unwrap();
        let expected = String::from_utf8(output.stdout).unwrap();
        assert!(expected.starts_with("http"), "{}", wheel.display());
        let found = default_index::from_wheel(&tilsit_files::read(&wheel).unwrap());
        assert_eq!(
            found.as_deref(),
            Some(expected.trim()),
            "{}",
            wheel.display()
        );
    }
}

#[test]
fn each_python_with_pip_names_its_default_index() {
    let pythons = super::pythons();
    let Some(_) = tilsit_testing::require("a Python", pythons.first()) else {
        return;
    };
    for python in pythons {
        let interpreter = tilsit_environment::Interpreter::at(&python, None).unwrap();
        let script = "import pip._internal.models.index as i; print(i.PyPI.simple_url)";
        let output = Command::new(&python)
            .args(["-I", "-c", script])
            .output()
            .unwrap();
        if output.status.success() {
            let expected = String::from_utf8(output.stdout).unwrap();
            let found = interpreter.default_index().map(|index| index.url);
            assert_eq!(
                found.as_deref(),
                Some(expected.trim()),
                "{}",
                python.display()
            );
        }
    }
}

/// A `models/index.py` in the form of pip 26 with this index.
fn source(url: &str) -> String {
    format!(
        "        self.simple_url = self._url_for_path(\"simple\")\n\n\
         PyPI = PackageIndex(\"{url}\", file_storage_domain=\"files.index.example\")\n"
    )
}

fn place(path: &Path, contents: impl AsRef<[u8]>) {
    tilsit_files::create_dir_all(path.parent().expect("it has a parent")).expect("it is made");
    tilsit_files::write(path, contents).expect("it is written");
}

fn wheel(url: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    let path = "pip/_internal/models/index.py";
    let added = writer.add_file(path, source(url).as_bytes(), false);
    added.expect("a file is added");
    writer.finish().expect("the wheel ends")
}

#[test]
fn installed_comes_before_bundled_and_the_newest_wheel_first() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut probe = Probe::parse(include_str!("../../src/probe/sample.json")).unwrap();
    probe.site_packages = vec![root.join("empty"), root.join("site")];
    probe.paths.purelib = root.join("empty");
    probe.paths.platlib = root.join("empty");
    probe.paths.stdlib = root.join("stdlib");
    probe.wheel_package_folder = Some(root.join("wheels"));
    let found = |probe: &Probe| default_index::from_pip(probe).map(|index| index.url);
    // The distribution's own folder is the last place, and may really be there on this machine.
    let elsewhere = found(&probe);
    place(
        &root.join("wheels/pip-24.0-py3-none-any.whl"),
        wheel("https://folder.example/"),
    );
    assert_eq!(
        found(&probe).as_deref(),
        Some("https://folder.example/simple")
    );
    let bundled = root.join("stdlib/ensurepip/_bundled");
    place(
        &bundled.join("pip-9.0.3-py2.py3-none-any.whl"),
        wheel("https://old.example/"),
    );
    place(
        &bundled.join("pip-10.0-py3-none-any.whl"),
        wheel("https://new.example/"),
    );
    place(&bundled.join("pip-11.0-py3-none-any.whl"), "no archive");
    place(
        &bundled.join("setuptools-65.5.0-py3-none-any.whl"),
        wheel("https://no.example/"),
    );
    assert_eq!(found(&probe).as_deref(), Some("https://new.example/simple"));
    let index = root.join("site/pip/_internal/models/index.py");
    place(&index, source("https://index.example/"));
    let installed = default_index::from_pip(&probe).unwrap();
    assert_eq!(installed.url, "https://index.example/simple");
    assert_eq!(installed.found_in, index);
    assert_ne!(elsewhere, Some(installed.url));
}
