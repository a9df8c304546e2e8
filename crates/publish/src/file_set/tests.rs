//! File sets that are fit to be published, and those that are not.

use tilsit_testing::TestDistribution;

use super::{FileSet, PreflightError};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    fn wheel(&self, distribution: &TestDistribution) -> std::path::PathBuf {
        self.write(&distribution.wheel_name(), &distribution.wheel())
    }

    fn sdist(&self, distribution: &TestDistribution) -> std::path::PathBuf {
        self.write(&distribution.sdist_name(), &distribution.sdist())
    }
}

#[test]
fn a_set_is_ordered_and_its_forms_say_what_the_files_say() {
    let folder = Folder::new();
    let distribution = TestDistribution::new("Demo.Pkg", "1.0")
        .header("Summary: short")
        .header("Requires-Dist: idna>=3");
    let (wheel, sdist) = (folder.wheel(&distribution), folder.sdist(&distribution));
    let set = FileSet::check(&[&wheel, &sdist]).expect("fit");
    assert_eq!(set.project().as_str(), "demo-pkg");
    assert_eq!(set.version().to_string(), "1.0");
    let names: Vec<_> = set
        .files()
        .iter()
        .map(|file| file.file_name.as_str())
        .collect();
    assert_eq!(
        names,
        ["demo_pkg-1.0.tar.gz", "demo_pkg-1.0-py3-none-any.whl"]
    );
    let form = &set.files()[1].form;
    assert_eq!(form.value("summary"), Some("short"));
    assert_eq!(form.value("requires_dist"), Some("idna>=3"));
    assert_eq!(form.python_version, "py3");
    assert_eq!(form.sha256_digest, Some(set.files()[1].sha256.to_string()));
    assert_eq!(set.files()[1].size_bytes, distribution.wheel().len() as u64);
}

#[test]
fn what_is_not_fit_is_refused() {
    let folder = Folder::new();
    let one = TestDistribution::new("demo", "1.0");
    let two = TestDistribution::new("demo", "2.0");
    let other = TestDistribution::new("other", "1.0");
    let sdist = folder.sdist(&one);
    let wheel = folder.wheel(&one);

    let empty: [&str; 0] = [];
    assert!(matches!(FileSet::check(&empty), Err(PreflightError::Empty)));
    let missing = FileSet::check(&[folder.0.path().join("demo-9-py3-none-any.whl")]);
    assert!(missing.is_err(), "{missing:?}");
    for (name, expected) in [
        ("notes.txt", "is neither a wheel"),
        ("demo-3.0-py3-none-any.whl", "is not a sound archive"),
        ("demo-3.0.tar.gz", "is not a sound archive"),
    ] {
        let broken = folder.write(name, b"hello");
        let refused = FileSet::read(&[&wheel, &broken]).expect_err("it is not sound");
        let words = refused.to_string();
        assert!(
            words.starts_with(&format!("not fit to be published: `{name}`: ")),
            "{words}"
        );
        assert!(words.contains(expected), "{words}");
    }
    for mixed in [
        [&sdist, &folder.wheel(&two)],
        [&wheel, &folder.wheel(&other)],
        [&sdist, &folder.sdist(&two)],
    ] {
        let refused = FileSet::check(&mixed);
        let several = matches!(refused, Err(PreflightError::SeveralReleases { .. }));
        assert!(several, "{refused:?}");
    }
    let refused = FileSet::check(&[&wheel, &wheel]);
    assert!(
        matches!(refused, Err(PreflightError::SameName(_))),
        "{refused:?}"
    );
}

#[test]
fn all_errors_of_all_files_are_told_at_once() {
    let folder = Folder::new();
    let one = TestDistribution::new("demo", "1.0").header("Requires-Python: >three");
    let files = [folder.wheel(&one), folder.sdist(&one)];
    let set = FileSet::read(&files).expect("they are sound");
    assert!(set.files().iter().all(|file| !file.findings.is_empty()));
    let refused = FileSet::check(&files).expect_err("no index takes them");
    let words = refused.to_string();
    for part in [
        "demo-1.0.tar.gz`: PKG-INFO",
        "any.whl`: METADATA",
        "`Requires-Python`: ",
    ] {
        assert!(words.contains(part), "{words}");
    }
    // Warnings are no reason to refuse.
    let fine = TestDistribution::new("demo", "2.0").header("Classifier: Private :: Do Not Upload");
    let set = FileSet::check(&[folder.wheel(&fine)]).expect("fit");
    assert!(!set.files()[0].findings.is_empty());
}
