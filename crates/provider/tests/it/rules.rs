//! Which files may be taken, and which of them is the best.

use tilsit_provider::{FormatControl, InstalledRelease, ResolveEvent};
use tilsit_resolver::Requirer;

use crate::index::{Index, files, options, refusal, resolve_with, try_resolve};

#[test]
fn pins_with_their_edges_and_hashes() {
    let sha = "00ff".repeat(16);
    let mut index = Index::new();
    index.wheel(
        "app-1.0-py3-none-any.whl",
        &["lib>=2 ; python_version >= '3'", "other ; extra == 'more'"],
        "",
    );
    index.wheel("lib-1.5-py3-none-any.whl", &[], "");
    index.wheel("lib-2.1-py3-none-any.whl", &[], "");
    index.wheel("other-1.0-py3-none-any.whl", &["lib"], "");
    index.file("lib", &format!("lib-2.1.tar.gz#sha256={sha}"), b"", "");
    let resolution = try_resolve(&options(&[&index]), &["app[more]"]).unwrap();
    let shown: Vec<String> = resolution
        .pins
        .iter()
        .map(|pin| format!("{}=={}", pin.name, pin.version))
        .collect();
    assert_eq!(shown, ["app==1.0", "lib==2.1", "other==1.0"]);
    let lib = resolution.pin(&"lib".parse().unwrap()).unwrap();
    assert_eq!(lib.hashes, [format!("sha256:{sha}")]);
    assert_eq!(lib.index, Some(index.url()));
    assert!(
        lib.required_by
            .iter()
            .any(|edge| edge.requirer == Requirer::Project("other".parse().unwrap(), None))
    );
    let app = resolution.pin(&"app".parse().unwrap()).unwrap();
    assert_eq!(app.requires.len(), 2);
    assert_eq!(
        app.extras
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["more"]
    );
}

#[test]
fn the_best_wheel_is_chosen() {
    let mut index = Index::new();
    for file in [
        "a-1.0-py3-none-any.whl",
        "a-1.0-cp312-abi3-manylinux_2_17_x86_64.whl",
        "a-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1.0-2-cp312-cp312-manylinux_2_17_x86_64.whl",
        "a-1.0-10-cp312-cp312-manylinux_2_17_x86_64.whl",
        "a-1.0-11-cp312-cp312-win_amd64.whl",
        "a-1.0-12-cp312-cp312-manylinux_2_17_x86_64-x86_64_v3.whl",
        "a-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
    ] {
        index.wheel(file, &[], "");
    }
    index.sdist("a", "1.0", "2.2", &[]);
    assert_eq!(
        files(&options(&[&index]), &["a"]),
        ["a-1.0-10-cp312-cp312-manylinux_2_17_x86_64.whl"]
    );
}

#[test]
fn files_for_other_machines_and_pythons() {
    let mut index = Index::new();
    index.wheel("a-3.0-cp312-cp312-win_amd64.whl", &[], "");
    index.wheel(
        "a-2.0-py3-none-any.whl",
        &[],
        "data-requires-python='&gt;=3.13'",
    );
    index.wheel(
        "a-1.0-py3-none-any.whl",
        &[],
        "data-requires-python='&gt;=3.8'",
    );
    assert_eq!(
        files(&options(&[&index]), &["a"]),
        ["a-1.0-py3-none-any.whl"]
    );
    let words = refusal(&options(&[&index]), &["a>=3"]);
    assert!(words.contains("win_amd64"), "{words}");
    let words = refusal(&options(&[&index]), &["a==2.0"]);
    assert!(words.contains(">=3.13"), "{words}");
}

#[test]
fn one_file_of_a_release_for_this_python_is_enough() {
    let mut index = Index::new();
    index.wheel(
        "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        &[],
        "data-requires-python='&gt;=3.13'",
    );
    index.wheel(
        "a-1.0-py3-none-any.whl",
        &[],
        "data-requires-python='&gt;=3.8'",
    );
    assert_eq!(
        files(&options(&[&index]), &["a"]),
        ["a-1.0-py3-none-any.whl"]
    );
}

#[test]
fn yanked_files() {
    let mut index = Index::new();
    index.wheel("a-2.0-py3-none-any.whl", &[], "data-yanked='broken'");
    index.wheel(
        "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        &[],
        "data-yanked",
    );
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    let options = options(&[&index]);
    assert_eq!(files(&options, &["a"]), ["a-1.0-py3-none-any.whl"]);
    assert_eq!(files(&options, &["a==2.0"]), ["a-2.0-py3-none-any.whl"]);
    let words = refusal(&options, &["a>1"]);
    assert!(words.contains("broken"), "{words}");
}

#[test]
fn pre_releases_are_a_fallback() {
    let mut index = Index::new();
    index.wheel("a-2.0b1-py3-none-any.whl", &[], "");
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    index.wheel("b-1.0rc1-py3-none-any.whl", &[], "");
    let options = options(&[&index]);
    assert_eq!(files(&options, &["a"]), ["a-1.0-py3-none-any.whl"]);
    assert_eq!(
        files(&options, &["a>1", "b"]),
        ["a-2.0b1-py3-none-any.whl", "b-1.0rc1-py3-none-any.whl"]
    );
}

#[test]
fn no_binary_and_only_binary() {
    let mut index = Index::new();
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    index.sdist("a", "1.0", "2.2", &[]);
    index.sdist("b", "1.0", "2.2", &[]);
    index.wheel("c-1.0-py3-none-any.whl", &[], "");
    let mut options = options(&[&index]);
    options.files.no_binary = FormatControl::Only(["a".parse().unwrap()].into());
    assert_eq!(
        files(&options, &["a", "b"]),
        ["a-1.0.tar.gz", "b-1.0.tar.gz"]
    );
    options.files.only_binary = FormatControl::All;
    let words = refusal(&options, &["b"]);
    assert!(words.contains("building is not allowed"), "{words}");
    options.files.no_binary = FormatControl::All;
    options.files.only_binary = FormatControl::None;
    let words = refusal(&options, &["c"]);
    assert!(words.contains("wheel"), "{words}");
}

#[test]
fn a_cut_off_date() {
    let mut index = Index::new();
    index.wheel("a-3.0-py3-none-any.whl", &[], "");
    index.wheel(
        "a-2.0-py3-none-any.whl",
        &[],
        "data-upload-time='2026-02-01T00:00:00Z'",
    );
    index.wheel(
        "a-1.0-py3-none-any.whl",
        &[],
        "data-upload-time='2026-01-01T00:00:00Z'",
    );
    let mut options = options(&[&index]);
    options.files.exclude_newer.all = Some("2026-01-15T00:00:00Z".parse().unwrap());
    assert_eq!(files(&options, &["a"]), ["a-1.0-py3-none-any.whl"]);
    let words = refusal(&options, &["a>=2"]);
    assert!(words.contains("2026-02-01"), "{words}");
}

#[test]
fn sdists_with_static_metadata_only() {
    let mut index = Index::new();
    index.sdist("a", "1.0", "2.2", &["b>=1"]);
    index.sdist("b", "1.0", "2.4", &[]);
    index.sdist("c", "1.0", "2.1", &[]);
    let options = options(&[&index]);
    assert_eq!(files(&options, &["a"]), ["a-1.0.tar.gz", "b-1.0.tar.gz"]);
    let words = refusal(&options, &["c"]);
    assert!(
        words.contains("its metadata is only known once `c-1.0.tar.gz` is built"),
        "{words}"
    );
}

#[test]
fn a_walk_back_into_old_sdists_is_told_and_ends() {
    let mut index = Index::new();
    for minor in 10..60 {
        index.sdist("a", &format!("0.{minor}"), "1.2", &[]);
    }
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    let options = options(&[&index]);
    let mut told = Vec::new();
    let answer = resolve_with(&options, &["a<1"], &mut |event| {
        if let ResolveEvent::BehindWheels(name, version) = event {
            told.push(format!("{name} {version}"));
        }
    });
    let words = answer.unwrap_err().to_string();
    assert_eq!(told, ["a 0.59"]);
    assert!(words.contains("`a-0.59.tar.gz` is built"), "{words}");
    assert!(words.contains("`a` 0.10 to 0.58 (49 versions)"), "{words}");
    // A release that is asked for by its version is looked into, however old.
    let words = refusal(&options, &["a==0.10"]);
    assert!(words.contains("`a-0.10.tar.gz` is built"), "{words}");
}

#[test]
fn metadata_of_another_project_or_version_is_not_taken() {
    let mut index = Index::new();
    let mut other = Index::new();
    other.wheel("b-1.0-py3-none-any.whl", &[], "");
    let bytes = std::fs::read(other.path().join("simple/b/b-1.0-py3-none-any.whl")).unwrap();
    index.file("a", "a-1.0-py3-none-any.whl", &bytes, "");
    index.file("b", "b-2.0-py3-none-any.whl", &bytes, "");
    index.file("c", "c-1.0-py3-none-any.whl", b"no zip", "");
    for (requirement, expected) in [
        ("a", "its metadata is that of `b`"),
        ("b", "its metadata is that of version `1.0`"),
        ("c", "c-1.0-py3-none-any.whl"),
    ] {
        let words = refusal(&options(&[&index]), &[requirement]);
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn a_wheel_that_cannot_be_read_makes_way_for_the_one_before() {
    let mut index = Index::new();
    index.file("a", "a-2.0-py3-none-any.whl", b"no zip", "");
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    assert_eq!(
        files(&options(&[&index]), &["a"]),
        ["a-1.0-py3-none-any.whl"]
    );
}

#[test]
fn without_dependencies() {
    let mut index = Index::new();
    index.wheel("a-1.0-py3-none-any.whl", &["b"], "");
    let mut options = options(&[&index]);
    options.no_dependencies = true;
    assert_eq!(files(&options, &["a"]), ["a-1.0-py3-none-any.whl"]);
}

#[test]
fn wheels_before_newer_sdists() {
    let mut index = Index::new();
    index.wheel("a-1.0-py3-none-any.whl", &[], "");
    index.wheel("a-2.0-py3-none-any.whl", &[], "");
    index.wheel("a-3.0-cp312-cp312-win_amd64.whl", &[], "");
    index.sdist("a", "3.0", "2.2", &[]);
    index.sdist("b", "1.0", "2.2", &[]);
    let mut options = options(&[&index]);
    let version = |options: &tilsit_provider::ResolveOptions, requirement: &str| {
        let resolution = try_resolve(options, &[requirement]).unwrap();
        resolution.pins[0].version.to_string()
    };
    assert_eq!(version(&options, "a"), "3.0");
    options.files.prefer_binary = true;
    assert_eq!(version(&options, "a"), "2.0");
    assert_eq!(version(&options, "a<2"), "1.0");
    // Where nothing else fits, it is built all the same.
    assert_eq!(version(&options, "a>2"), "3.0");
    assert_eq!(version(&options, "b"), "1.0");
}

#[test]
fn variants_of_wheels() {
    let mut index = Index::new();
    for variant in ["", "-null", "-cu12", "-rocm"] {
        index.wheel(&format!("a-1.0-py3-none-any{variant}.whl"), &[], "");
    }
    index.wheel("b-1.0-py3-none-any-cu12.whl", &[], "");
    index.wheel("b-0.9-py3-none-any.whl", &[], "");
    let mut options = options(&[&index]);
    let mut file = |variants: Option<&[&str]>, requirement: &str| {
        let variants = variants.map(|labels| labels.iter().map(ToString::to_string).collect());
        options.files.variants = variants;
        let resolution = try_resolve(&options, &[requirement]).unwrap();
        resolution.pins[0].file.remote.name.to_string()
    };
    assert_eq!(file(None, "a"), "a-1.0-py3-none-any.whl");
    assert_eq!(file(None, "b"), "b-0.9-py3-none-any.whl");
    assert_eq!(file(Some(&[]), "a"), "a-1.0-py3-none-any-null.whl");
    assert_eq!(
        file(Some(&["rocm", "cu12"]), "a"),
        "a-1.0-py3-none-any-rocm.whl"
    );
    assert_eq!(
        file(Some(&["other", "cu12"]), "a"),
        "a-1.0-py3-none-any-cu12.whl"
    );
    assert_eq!(file(Some(&["cu12"]), "b"), "b-1.0-py3-none-any-cu12.whl");
    assert_eq!(file(Some(&["rocm"]), "b"), "b-0.9-py3-none-any.whl");
}

#[test]
fn what_is_installed_may_stay_although_no_index_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let metadata = folder.path().join("lib-1.0.dist-info/METADATA");
    std::fs::create_dir_all(metadata.parent().unwrap()).unwrap();
    let text = "Metadata-Version: 2.1\nName: lib\nVersion: 1.0\nRequires-Dist: deep\n";
    std::fs::write(&metadata, text).unwrap();
    let mut index = Index::new();
    index.wheel("app-1.0-py3-none-any.whl", &["lib"], "");
    index.wheel("deep-1.0-py3-none-any.whl", &[], "");
    let mut options = options(&[&index]);
    assert!(try_resolve(&options, &["app"]).is_err());
    let version = "1.0".parse().unwrap();
    let installed = InstalledRelease { version, metadata };
    options.installed.insert("lib".parse().unwrap(), installed);
    let resolution = try_resolve(&options, &["app"]).unwrap();
    let names: Vec<&str> = resolution
        .pins
        .iter()
        .map(|pin| pin.name.as_str())
        .collect();
    assert_eq!(names, ["app", "deep", "lib"]);
}

#[test]
fn a_python_that_is_ruled_out_is_taken_where_that_is_asked_for() {
    let mut index = Index::new();
    index.wheel(
        "old-1.0-py3-none-any.whl",
        &[],
        "data-requires-python=\"&lt;3\"",
    );
    let mut options = options(&[&index]);
    assert!(try_resolve(&options, &["old"]).is_err());
    options.files.any_python = true;
    assert_eq!(try_resolve(&options, &["old"]).unwrap().pins.len(), 1);
}

#[test]
fn pages_alone_do_where_that_is_asked_for() {
    let mut index = Index::new();
    index.file("broken", "broken-1.0-py3-none-any.whl", b"no wheel", "");
    let mut options = options(&[&index]);
    assert!(try_resolve(&options, &["broken"]).is_err());
    options.pages_only = true;
    assert_eq!(try_resolve(&options, &["broken"]).unwrap().pins.len(), 1);
}
