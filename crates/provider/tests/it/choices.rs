//! What the user may choose: which index speaks, pins, cut-off dates, hashes, pre-releases, and
//! resolutions for many environments.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_provider::{CutOff, FilePolicy, FormatControl, IndexStrategy, ResolveEvent, Tags};
use tilsit_resolver::{PrereleaseMode, ResolutionMode, ResolverOptions, Target, Universal};
use url::Url;

use crate::index::{Index, files, options, refusal, resolve_with, try_resolve};

#[test]
fn strategies_of_several_indexes() {
    let (mut first, mut second) = (Index::new(), Index::new());
    first.wheel("a-1.0-py3-none-any.whl", &[], "");
    first.wheel("a-2.0-py3-none-any.whl", &[], "");
    first.wheel("b-1.0-cp312-cp312-win_amd64.whl", &[], "");
    second.wheel("a-2.0-py3-none-any.whl", &[], "");
    second.wheel("a-9.0-py3-none-any.whl", &[], "");
    second.wheel("b-1.0-py3-none-any.whl", &[], "");
    second.wheel("c-1.0-py3-none-any.whl", &[], "");
    let mut options = options(&[&first, &second]);
    let source = |options: &tilsit_provider::ResolveOptions, requirement: &str| {
        let resolution = try_resolve(options, &[requirement]).unwrap();
        let pin = &resolution.pins[0];
        let which = if pin.index == Some(first.url()) {
            "first"
        } else {
            "second"
        };
        format!("{} {which}", pin.version)
    };
    for (strategy, newest, exact, other) in [
        (IndexStrategy::FirstIndex, "2.0 first", "2.0 first", None),
        (
            IndexStrategy::UnsafeFirstMatch,
            "2.0 first",
            "2.0 first",
            Some("9.0 second"),
        ),
        (
            IndexStrategy::UnsafeBestMatch,
            "9.0 second",
            "2.0 first",
            Some("9.0 second"),
        ),
    ] {
        options.sources.strategy = strategy;
        assert_eq!(source(&options, "a"), newest, "{strategy:?}");
        assert_eq!(source(&options, "a==2.0"), exact, "{strategy:?}");
        assert_eq!(source(&options, "c"), "1.0 second", "{strategy:?}");
        match other {
            None => {
                refusal(&options, &["a>2"]);
                let words = refusal(&options, &["b"]);
                assert!(words.contains("win_amd64"), "{words}");
            }
            Some(other) => {
                assert_eq!(source(&options, "a>2"), other, "{strategy:?}");
                assert_eq!(source(&options, "b"), "1.0 second", "{strategy:?}");
            }
        }
    }
    options.resolver.resolution = ResolutionMode::Lowest;
    assert_eq!(source(&options, "a"), "1.0 first");
}

#[test]
fn a_project_that_is_pinned_to_an_index_comes_from_there_or_from_nowhere() {
    let (mut public, mut private) = (Index::new(), Index::new());
    public.wheel("a-9.0-py3-none-any.whl", &["b"], "");
    public.wheel("b-1.0-py3-none-any.whl", &[], "");
    public.wheel("c-1.0-py3-none-any.whl", &[], "");
    private.wheel("a-1.0-py3-none-any.whl", &["b"], "");
    private.wheel("b-9.0-py3-none-any.whl", &[], "");
    let mut options = options(&[&public]);
    for name in ["a", "c"] {
        let name = name.parse().unwrap();
        options.sources.pins.insert(name, private.url());
    }
    options
        .sources
        .find_links
        .push(Url::from_directory_path(public.path().join("simple/c")).unwrap());
    assert_eq!(
        files(&options, &["a"]),
        ["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"]
    );
    for strategy in [IndexStrategy::FirstIndex, IndexStrategy::UnsafeBestMatch] {
        options.sources.strategy = strategy;
        let words = refusal(&options, &["c"]);
        assert!(words.contains("pinned to the index"), "{words}");
    }
}

#[test]
fn a_cut_off_date_of_single_projects_and_one_warning_an_index() {
    let mut index = Index::new();
    let at = |day: &str| format!("data-upload-time='2026-{day}T00:00:00Z'");
    for name in ["a", "b"] {
        index.wheel(&format!("{name}-1.0-py3-none-any.whl"), &[], &at("01-01"));
        index.wheel(&format!("{name}-2.0-py3-none-any.whl"), &[], &at("02-01"));
        index.wheel(&format!("{name}-3.0-py3-none-any.whl"), &[], "");
    }
    let mut options = options(&[&index]);
    let moment = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    options.files.exclude_newer = CutOff {
        all: moment("2026-01-15T00:00:00Z"),
        single: [("b".parse().unwrap(), None)].into(),
    };
    assert_eq!(
        files(&options, &["a", "b"]),
        ["a-1.0-py3-none-any.whl", "b-3.0-py3-none-any.whl"]
    );
    let words = refusal(&options, &["a>2"]);
    assert!(words.contains("no upload time"), "{words}");
    options.files.exclude_newer.single =
        [("b".parse().unwrap(), moment("2026-03-01T00:00:00Z"))].into();
    let mut told = Vec::new();
    let resolution = resolve_with(&options, &["a", "b"], &mut |event| {
        if let ResolveEvent::NoUploadTimes(index) = event {
            told.push(index.clone());
        }
    });
    let resolution = resolution.unwrap();
    let shown: Vec<String> = resolution
        .pins
        .iter()
        .map(|pin| pin.version.to_string())
        .collect();
    assert_eq!(shown, ["1.0", "2.0"]);
    assert_eq!(told, [index.url()]);
}

#[test]
fn hashes_restrict_the_files() {
    let (good, bad) = ("00ff".repeat(16), "11ee".repeat(16));
    let mut index = Index::new();
    index.sdist("a", "1.0", "2.2", &[]);
    index.file(
        "a",
        &format!("a-1.0-py3-none-any.whl#sha256={bad}"),
        b"",
        "",
    );
    index.wheel("b-1.0-py3-none-any.whl", &[], "");
    index.file(
        "b",
        &format!("b-2.0-py3-none-any.whl#sha256={bad}"),
        b"",
        "",
    );
    let mut options = options(&[&index]);
    let allowed: BTreeSet<String> = [format!("sha256:{good}")].into();
    for name in ["a", "b"] {
        let name = name.parse().unwrap();
        options.files.hashes.insert(name, allowed.clone());
    }
    assert_eq!(
        files(&options, &["a", "b"]),
        ["a-1.0.tar.gz", "b-1.0-py3-none-any.whl"]
    );
    let words = refusal(&options, &["b==2"]);
    assert!(
        words.contains("no file with a hash that you allow"),
        "{words}"
    );
}

#[test]
fn pre_releases_of_single_projects() {
    let mut index = Index::new();
    for name in ["a", "b"] {
        index.wheel(&format!("{name}-1.0-py3-none-any.whl"), &[], "");
        index.wheel(&format!("{name}-2.0b1-py3-none-any.whl"), &[], "");
    }
    let mut options = options(&[&index]);
    let modes = &mut options.resolver.prereleases_of;
    modes.insert("a".parse().unwrap(), PrereleaseMode::Allow);
    modes.insert("b".parse().unwrap(), PrereleaseMode::Disallow);
    assert_eq!(
        files(&options, &["a", "b"]),
        ["a-2.0b1-py3-none-any.whl", "b-1.0-py3-none-any.whl"]
    );
    let words = refusal(&options, &["b>1"]);
    assert!(words.contains("is a pre-release"), "{words}");
}

#[test]
fn every_project_but_some() {
    let mut index = Index::new();
    index.sdist("a", "1.0", "2.2", &[]);
    index.sdist("b", "1.0", "2.2", &[]);
    let mut options = options(&[&index]);
    options.files.only_binary = FormatControl::AllBut(["a".parse().unwrap()].into());
    assert_eq!(files(&options, &["a"]), ["a-1.0.tar.gz"]);
    let words = refusal(&options, &["b"]);
    assert!(words.contains("building is not allowed"), "{words}");
}

#[test]
fn for_many_environments() {
    let mut index = Index::new();
    for (file, python) in [
        ("a-2.0-cp311-cp311-win_amd64.whl", ">=3.11"),
        ("a-2.0-cp312-cp312-manylinux_2_17_x86_64.whl", ">=3.11"),
        ("a-1.0-cp39-cp39-macosx_11_0_arm64.whl", ">=3.8"),
        ("a-1.0-cp27-cp27m-win_amd64.whl", ">=3.8"),
        ("a-0.5-py3-none-any.whl", ">=3.6"),
        ("b-1.0-cp311-cp311-win32.whl", ">=3.8"),
        ("b-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", ">=3.8"),
        ("b-1.0-cp312-cp312-win_amd64.whl", ">=3.8"),
        ("old-2.0-cp27-cp27m-win_amd64.whl", ">=2.7"),
        ("old-1.0-py2.py3-none-any.whl", ">=2.7"),
    ] {
        let python = python.replace('>', "&gt;");
        let requires: &[&str] = if file.starts_with("a-2") {
            &["colour ; sys_platform == 'win32'"]
        } else if file == "b-1.0-cp312-cp312-manylinux_2_17_x86_64.whl" {
            // What one wheel says is taken for all: that for the interpreter at hand.
            &["shade"]
        } else {
            &[]
        };
        index.wheel(file, requires, &format!("data-requires-python='{python}'"));
    }
    index.wheel("colour-1.0-py3-none-any.whl", &[], "");
    index.wheel("shade-1.0-py3-none-any.whl", &[], "");
    let mut options = options(&[&index]);
    let pythons: VersionSpecifiers = ">=3.9".parse().unwrap();
    let Tags::Compatible(here) = options.files.tags.clone() else {
        panic!("the options are for one interpreter")
    };
    options.files = FilePolicy::universal(VersionRange::from(&pythons), here);
    options.resolver = ResolverOptions::for_target(Target::Universal(Universal {
        requires_python: pythons,
        environments: Vec::new(),
    }));
    let resolution = try_resolve(&options, &["a", "b", "old"]).unwrap();
    let shown: Vec<String> = resolution
        .pins
        .iter()
        .map(|pin| {
            let (name, version, marker) = (&pin.name, &pin.version, pin.marker);
            let files = pin.files.iter().map(|file| file.remote.name.to_string());
            let files = files.collect::<Vec<_>>().join(" ");
            format!("{name} {version} [{marker}] {files}")
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    a 1.0 [python_version < "3.11"] a-1.0-cp39-cp39-macosx_11_0_arm64.whl
    a 2.0 [python_version >= "3.11"] a-2.0-cp311-cp311-win_amd64.whl a-2.0-cp312-cp312-manylinux_2_17_x86_64.whl
    b 1.0 [python_version >= "0"] b-1.0-cp311-cp311-win32.whl b-1.0-cp312-cp312-manylinux_2_17_x86_64.whl b-1.0-cp312-cp312-win_amd64.whl
    colour 1.0 [python_version >= "3.11" and sys_platform == "win32"] colour-1.0-py3-none-any.whl
    old 1.0 [python_version >= "0"] old-1.0-py2.py3-none-any.whl
    shade 1.0 [python_version >= "0"] shade-1.0-py3-none-any.whl
    "#);
}
