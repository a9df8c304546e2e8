//! Hostile and ordinary RECORDs.

use std::path::Path;

use super::{Removal, Territory, plan_removal};
use tilsit_packaging::record::Record;

fn write(root: &Path, path: &str) {
    let path = root.join(path);
    tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
    tilsit_files::write(path, "").unwrap();
}

fn plan(root: &Path, record: &str) -> Removal {
    let site_packages = root.join("env/lib/site-packages");
    let record = Record::parse(record.as_bytes()).unwrap();
    let (name, version) = ("demo".parse().unwrap(), "1".parse().unwrap());
    let environment = root.join("env");
    let territory = Territory::of([&*environment, &*site_packages]);
    plan_removal((&name, &version), &site_packages, &record, &territory).unwrap()
}

fn shown(root: &Path, paths: &[std::path::PathBuf]) -> Vec<String> {
    let below = root.join("env");
    paths
        .iter()
        .map(|path| path.strip_prefix(&below).unwrap().display().to_string())
        .collect()
}

#[test]
fn takes_the_files_of_record_and_what_python_made_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in [
        "env/lib/site-packages/demo/a.py",
        "env/lib/site-packages/demo/__pycache__/a.cpython-311.pyc",
        "env/lib/site-packages/demo/__pycache__/a.cpython-312.opt-1.pyc",
        "env/lib/site-packages/demo/__pycache__/ab.cpython-311.pyc",
        "env/lib/site-packages/demo/sub/data.txt",
        "env/lib/site-packages/demo-1.dist-info/RECORD",
        "env/bin/demo",
    ] {
        write(root, path);
    }
    let removal = plan(
        root,
        "demo/a.py,,\ndemo/sub/data.txt,,\ndemo/gone.py,,\n../../bin/demo,,\n\
         demo-1.dist-info/RECORD,,\n",
    );
    assert_eq!(
        shown(root, &removal.files),
        [
            "bin/demo",
            "lib/site-packages/demo/__pycache__/a.cpython-311.pyc",
            "lib/site-packages/demo/__pycache__/a.cpython-312.opt-1.pyc",
            "lib/site-packages/demo/a.py",
            "lib/site-packages/demo/sub/data.txt",
            "lib/site-packages/demo-1.dist-info/RECORD",
        ]
    );
    assert_eq!(
        shown(root, &removal.folders),
        [
            "lib/site-packages/demo-1.dist-info",
            "lib/site-packages/demo/sub",
            "lib/site-packages/demo/__pycache__",
            "lib/site-packages/demo",
            "bin",
        ]
    );
    assert_eq!(removal.left_alone, Vec::<String>::new());
}

#[test]
fn nothing_outside_of_the_environment_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for path in [
        "precious/file",
        "env2/file",
        "env/lib/site-packages/demo/a.py",
    ] {
        write(root, path);
    }
    let site_packages = root.join("env/lib/site-packages");
    tilsit_files::symlink(root.join("precious"), site_packages.join("door")).unwrap();
    let absolute = root.join("precious/file");
    let hostile = [
        "../../../precious/file",
        "../../../env2/file",
        absolute.to_str().unwrap(),
        "door/file",
        "demo/../../../../precious/file",
        "../../..",
        "demo",
        "../site-packages",
        "/",
    ];
    let record = hostile.map(|path| format!("{path},,\n")).concat();
    let removal = plan(root, &record);
    assert_eq!(removal.left_alone, hostile);
    assert_eq!(removal.files, Vec::<std::path::PathBuf>::new());
    // A link itself goes, and what it leads to stays.
    assert_eq!(
        shown(root, &plan(root, "door,,\n").files),
        ["lib/site-packages/door"]
    );
}
