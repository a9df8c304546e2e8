//! The default index that is read from pip's sources is the one that pip itself uses.

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_environment::default_index;

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
