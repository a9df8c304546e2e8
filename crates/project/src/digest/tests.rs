//! Digests of small environments.

use std::path::Path;

use super::*;

fn environment(root: &Path, shebang: &str) -> Vec<InstalledDistribution> {
    let site = root.join("lib");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
        tilsit_files::write(path, text).unwrap();
    };
    write("lib/a/__init__.py", "x = 1\n");
    write("lib/a/__pycache__/__init__.pyc", shebang);
    write("bin/a", &format!("#!{shebang}/bin/python\n"));
    write(
        "lib/a-1.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: a\nVersion: 1\n",
    );
    write("lib/a-1.dist-info/INSTALLER", shebang);
    write(
        "lib/a-1.dist-info/RECORD",
        "a/__init__.py,,\n../bin/a,,\na-1.dist-info/METADATA,,\na-1.dist-info/INSTALLER,,\n\
         a-1.dist-info/RECORD,,\n",
    );
    tilsit_dist::dist_info::list(site).unwrap().distributions
}

fn digest_of(root: &Path, source: &Source) -> String {
    let installed = environment(root, &root.display().to_string());
    let installed: Vec<Installed<'_>> = installed
        .iter()
        .map(|distribution| Installed {
            distribution,
            source: source.clone(),
        })
        .collect();
    digest(&installed, &[&root.join("lib")], root).unwrap()
}

#[test]
fn is_the_same_at_two_places() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let digests = [one.path(), two.path()].map(|root| digest_of(root, &Source::Wheel));
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn a_script_that_a_shell_starts_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("it's here");
    let by_shell = format!(
        "#!/bin/sh\n'''exec' '{}/bin/python' \"$0\" \"$@\"\n' '''\nimport a\n",
        root.display().to_string().replace('\'', r"'\''")
    );
    let plain = format!("#!{}/bin/python\nimport a\n", root.display());
    let [by_shell, plain] = [by_shell, plain].map(|text| without_root(text.into_bytes(), &root));
    assert_eq!(by_shell, plain);
    assert_eq!(plain, b"#!{environment}/bin/python\nimport a\n");
}

#[test]
fn sees_files_that_nobody_has_noted() {
    let folder = tempfile::tempdir().unwrap();
    let before = digest_of(folder.path(), &Source::Wheel);
    tilsit_files::write(folder.path().join("lib/sitecustomize.py"), "import os\n").unwrap();
    assert_ne!(before, digest_of(folder.path(), &Source::Wheel));
}

#[test]
fn what_was_built_counts_by_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let built = |of: &str| digest_of(folder.path(), &Source::Built(of.to_owned()));
    assert_eq!(built("x"), built("x"));
    assert_ne!(built("x"), built("y"));
    assert_ne!(built("x"), digest_of(folder.path(), &Source::Wheel));
}
