//! Mercurial, Subversion and Bazaar, where their programs are.

use std::path::Path;
use std::process::Command;

use tilsit_packaging::direct_url::Origin;
use url::Url;

use crate::cached::obtain;
use crate::world::World;

fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok();
    tilsit_testing::require(program, is_there.then_some(())).is_some()
}

fn run(program: &str, folder: &Path, words: &[&str]) {
    let mut command = Command::new(program);
    command.args(words).current_dir(folder);
    command.env("HGUSER", "a <a@index.example>");
    command.env("BRZ_EMAIL", "a <a@index.example>");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {output:?}");
}

/// What is built of a URL: the version, the system, and the revision.
fn built(world: &World, url: &str) -> (String, String, String) {
    let url = Url::parse(url).unwrap();
    let (obtained, _) = world.with(world.options(), |frontend| obtain(frontend, &url));
    let direct_url = obtained.direct_url.unwrap();
    let Origin::Vcs { vcs, commit_id, .. } = direct_url.origin else {
        panic!("no repository")
    };
    (obtained.stored.manifest.version.to_string(), vcs, commit_id)
}

#[test]
fn mercurial() {
    let (true, Some(world)) = (has("hg"), World::new()) else {
        return;
    };
    let folder = world.toy_project("toy", "");
    run("hg", &folder, &["init"]);
    run("hg", &folder, &["commit", "--addremove", "-q", "-m", "one"]);
    run("hg", &folder, &["tag", "v1"]);
    world.write("toy/version.txt", "2.0");
    run("hg", &folder, &["commit", "--addremove", "-q", "-m", "two"]);
    let url = format!("hg+file://{}", folder.display());
    let (version, system, newest) = built(&world, &url);
    assert_eq!(
        (version.as_str(), system.as_str(), newest.len()),
        ("2.0", "hg", 40)
    );
    assert_eq!(built(&world, &format!("{url}@v1")).0, "1.0");
    assert_eq!(built(&world, &format!("{url}@{newest}")).2, newest);
    let nowhere = format!("{url}@nowhere");
    let (error, _) = world.with(world.options(), |frontend| {
        frontend.metadata_at(&nowhere).unwrap_err()
    });
    let words = world.words(&error);
    assert!(
        words.starts_with("`hg update` failed for `file://[ROOT]/toy`: "),
        "{words}"
    );
}

#[test]
fn subversion() {
    let (true, Some(world)) = (has("svn"), World::new()) else {
        return;
    };
    let repository = world.path("svn");
    run("svnadmin", world.folder.path(), &["create", "svn"]);
    let folder = world.toy_project("toy", "");
    let url = format!("file://{}", repository.display());
    let import = ["import", "-q", "-m", "one", ".", &format!("{url}/trunk")];
    run("svn", &folder, &import);
    run(
        "svn",
        world.folder.path(),
        &["checkout", "-q", &format!("{url}/trunk"), "work"],
    );
    world.write("work/version.txt", "2.0");
    let work = world.path("work");
    run("svn", &work, &["add", "-q", "version.txt"]);
    run("svn", &work, &["commit", "-q", "-m", "two"]);
    let newest = built(&world, &format!("svn+{url}/trunk"));
    assert_eq!(newest, ("2.0".into(), "svn".into(), "2".into()));
    assert_eq!(built(&world, &format!("svn+{url}/trunk@1")).0, "1.0");
    assert_eq!(
        built(&world, &format!("svn+{url}@2#subdirectory=trunk")).0,
        "2.0"
    );
}

#[test]
fn bazaar() {
    let (true, Some(world)) = (has("bzr"), World::new()) else {
        return;
    };
    let folder = world.toy_project("toy", "");
    run("bzr", &folder, &["init", "-q"]);
    run("bzr", &folder, &["add", "-q"]);
    run("bzr", &folder, &["commit", "-q", "-m", "one"]);
    let url = format!("bzr+file://{}", folder.display());
    assert_eq!(
        built(&world, &url),
        ("1.0".into(), "bzr".into(), "1".into())
    );
    assert_eq!(built(&world, &format!("{url}@1")).0, "1.0");
}

#[test]
fn a_program_that_is_missing_is_named() {
    let source = tilsit_build_frontend::GitError::Program {
        program: "hg",
        url: "https://index.example/a".to_owned(),
        source: tilsit_build_frontend::process::ProcessError::NotStarted {
            program: "hg".to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        },
    };
    assert_eq!(
        source.to_string(),
        "the program `hg`, which fetches `https://index.example/a`, cannot be run"
    );
}
