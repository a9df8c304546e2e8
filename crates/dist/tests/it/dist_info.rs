//! Installed distributions of every form, and what only looks like one.

use std::path::Path;

use tilsit_dist::dist_info::{InstalledForm, list};
use tilsit_files::{create_dir_all, write};

const METADATA: &str = "Metadata-Version: 2.1\nName: Demo.Pkg\nVersion: 1.0+local.1\n";

fn put(folder: &Path, path: &str, contents: &str) {
    let path = folder.join(path);
    create_dir_all(path.parent().unwrap()).unwrap();
    write(path, contents).unwrap();
}

#[test]
fn every_form_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site-packages");
    put(&site, "Demo.Pkg-1.0+local.1.dist-info/METADATA", METADATA);
    put(&site, "escaped-1.0_local.dist-info/METADATA", "");
    put(
        &site,
        "egg_folder-2.0-py3.11.egg-info/PKG-INFO",
        "Metadata-Version: 1.0\nName: egg-folder\nVersion: 2.0\n",
    );
    put(
        &site,
        "egg_file-3.0.egg-info",
        "Metadata-Version: 1.0\nName: egg_file\nVersion: 3.0\n",
    );
    put(
        folder.path(),
        "tree/dev_pkg.egg-info/PKG-INFO",
        "Metadata-Version: 1.0\nName: dev-pkg\nVersion: 0.1\n",
    );
    let tree = folder.path().join("tree");
    put(&site, "dev-pkg.egg-link", &format!("{}\n.", tree.display()));
    put(&site, "module.py", "");
    put(&site, "package/__init__.py", "");
    put(&site, "~moved-1.0.dist-info/METADATA", "");
    put(&site, "dangling.dist-info", "a file, not a folder");
    let found = list(&site).unwrap();
    let listed: Vec<_> = found
        .distributions
        .iter()
        .map(|distribution| (distribution.to_string(), distribution.form))
        .collect();
    assert_eq!(
        listed,
        [
            ("demo-pkg 1.0+local.1".to_owned(), InstalledForm::DistInfo),
            ("dev-pkg 0.1".to_owned(), InstalledForm::EggLink),
            ("egg-file 3.0".to_owned(), InstalledForm::EggInfoFile),
            ("egg-folder 2.0".to_owned(), InstalledForm::EggInfoFolder),
            ("escaped 1.0+local".to_owned(), InstalledForm::DistInfo),
        ]
    );
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    assert!(list(site.join("missing")).unwrap().distributions.is_empty());
}

#[test]
fn what_is_none_and_doubles_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path();
    put(site, "broken.dist-info/RECORD", "");
    put(site, "demo-1.0.dist-info/METADATA", METADATA);
    put(site, "demo-2.0.dist-info/METADATA", METADATA);
    put(site, "gone.egg-link", "/nowhere/at/all\n");
    let found = list(site).unwrap();
    assert_eq!(found.distributions.len(), 1);
    assert_eq!(found.distributions[0].to_string(), "demo 1.0");
    let findings: Vec<_> = found.findings.iter().map(ToString::to_string).collect();
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(findings[0].starts_with("`broken.dist-info`: cannot read"));
    assert_eq!(
        findings[1],
        "`demo-2.0.dist-info`: is there twice: also as 1.0"
    );
    assert!(findings[2].starts_with("`gone.egg-link`: cannot read"));
}

#[test]
fn files_are_read_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path();
    let inside = |file: &str| format!("demo_pkg-1.0.dist-info/{file}");
    put(site, &inside("METADATA"), METADATA);
    let distribution = || list(site).unwrap().distributions.remove(0);
    let bare = distribution();
    assert_eq!(bare.metadata().unwrap().0.name(), "Demo.Pkg");
    assert!(bare.record().unwrap().is_none());
    assert!(bare.direct_url().unwrap().is_none());
    assert!(bare.entry_points().unwrap().is_empty());
    assert_eq!(bare.installer().unwrap(), None);
    assert!(!bare.is_requested().unwrap());

    put(site, &inside("INSTALLER"), "tilsit\n");
    put(site, &inside("REQUESTED"), "");
    put(site, &inside("RECORD"), "demo.py,,\n../../bin/demo,,\n");
    put(
        site,
        &inside("direct_url.json"),
        r#"{"url": "file:///src/demo", "dir_info": {"editable": true}}"#,
    );
    put(
        site,
        &inside("entry_points.txt"),
        "[console_scripts]\ndemo = demo:main\n",
    );
    let full = distribution();
    assert_eq!(full.installer().unwrap().as_deref(), Some("tilsit"));
    assert!(full.is_requested().unwrap());
    assert_eq!(full.record().unwrap().unwrap().entries.len(), 2);
    assert_eq!(full.direct_url().unwrap().unwrap().url, "file:///src/demo");
    assert_eq!(full.entry_points().unwrap().console_scripts().count(), 1);

    put(site, &inside("RECORD"), "one column\n");
    put(site, &inside("direct_url.json"), "{");
    put(site, &inside("METADATA"), "");
    for message in [
        full.record().unwrap_err().to_string(),
        full.direct_url().unwrap_err().to_string(),
        full.metadata().unwrap_err().to_string(),
    ] {
        assert!(message.starts_with("cannot use `"), "{message}");
        assert!(message.contains("demo_pkg-1.0.dist-info"), "{message}");
    }
}

#[test]
fn the_requirements_of_eggs() {
    let folder = tempfile::tempdir().unwrap();
    let old = "Metadata-Version: 1.2\nName: old\nVersion: 1.0\n";
    put(folder.path(), "old-1.0.egg-info/PKG-INFO", old);
    put(
        folder.path(),
        "old-1.0.egg-info/requires.txt",
        "six\n\n[x]\nidna\n",
    );
    let new = "Metadata-Version: 2.1\nName: new\nVersion: 1.0\nRequires-Dist: one\n";
    put(folder.path(), "new-1.0.egg-info/PKG-INFO", new);
    put(folder.path(), "new-1.0.egg-info/requires.txt", "two\n");
    let requires = list(folder.path())
        .unwrap()
        .distributions
        .into_iter()
        .map(|one| {
            let (metadata, _) = one.metadata().unwrap();
            let requires = metadata.requires_dist.iter().map(ToString::to_string);
            (requires.collect::<Vec<_>>(), metadata.provides_extra.len())
        });
    let requires: Vec<_> = requires.collect();
    assert_eq!(
        requires,
        [
            (vec!["one".to_owned()], 0),
            (
                vec!["six".to_owned(), r#"idna; extra == "x""#.to_owned()],
                1
            ),
        ]
    );
}
