//! Git repositories: branches, tags and commits, folders in them, and what is kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_packaging::direct_url::{DirectUrlFormat, Origin};
use url::Url;

use crate::cached::obtain;
use crate::world::World;

/// A world with a repository in it: `main` is version 2.0, the tag `v1` is 1.0.
fn world() -> Option<(World, PathBuf)> {
    let has_git = Command::new("git").arg("--version").output().is_ok();
    tilsit_testing::require("git", has_git.then_some(()))?;
    let world = World::new()?;
    let folder = world.toy_project("toy", "");
    git(&folder, "init --quiet --initial-branch=main .");
    commit(&folder, "one");
    git(&folder, "tag -a v1 -m v1");
    world.write("toy/version.txt", "2.0");
    commit(&folder, "two");
    Some((world, folder))
}

fn git(folder: &Path, words: &str) -> String {
    let mut command = Command::new("git");
    let identity = ["-c", "user.name=a", "-c", "user.email=a@index.example"];
    command
        .args(identity)
        .args(words.split(' '))
        .current_dir(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{words}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Path, message: &str) -> String {
    git(folder, "add -A");
    git(folder, &format!("commit --quiet -m {message}"));
    git(folder, "rev-parse HEAD")
}

fn url(folder: &Path, rest: &str) -> Url {
    let plain = Url::from_file_path(folder).unwrap();
    Url::parse(&format!("git+{plain}{rest}")).unwrap()
}

/// The version that is built of a URL, and the commit that is recorded.
fn version(world: &World, url: &Url) -> (String, String) {
    let (obtained, _) = world.with(world.options(), |frontend| obtain(frontend, url));
    let Some(Origin::Vcs { commit_id, .. }) = obtained.direct_url.map(|url| url.origin) else {
        panic!("no commit")
    };
    (obtained.stored.manifest.version.to_string(), commit_id)
}

#[test]
fn what_a_revision_means() {
    let Some((world, folder)) = world() else {
        return;
    };
    let head = git(&folder, "rev-parse HEAD");
    let first = git(&folder, "rev-parse v1^{commit}");
    assert_eq!(
        version(&world, &url(&folder, "")),
        ("2.0".into(), head.clone())
    );
    assert_eq!(
        version(&world, &url(&folder, "@main#egg=toy")),
        ("2.0".into(), head.clone())
    );
    assert_eq!(
        version(&world, &url(&folder, "@v1")),
        ("1.0".into(), first.clone())
    );
    assert_eq!(
        version(&world, &url(&folder, &format!("@{first}"))),
        ("1.0".into(), first.clone())
    );
    assert_eq!(
        version(&world, &url(&folder, &format!("@{}", &first[..10]))),
        ("1.0".into(), first)
    );
    // A branch that moves on is seen.
    world.write("toy/version.txt", "3.0");
    let third = commit(&folder, "three");
    assert_eq!(
        version(&world, &url(&folder, "@main")),
        ("3.0".into(), third.clone())
    );
    // What is no branch's any more.
    git(&folder, &format!("update-ref refs/pull/1/head {third}"));
    git(&folder, "reset --quiet --hard HEAD~1");
    let pulled = url(&folder, "@refs/pull/1/head");
    assert_eq!(version(&world, &pulled), ("3.0".into(), third));
    let (error, _) = world.with(world.options(), |frontend| {
        frontend
            .metadata_at(url(&folder, "@nowhere").as_str())
            .unwrap_err()
    });
    let words = world.words(&error);
    insta::assert_snapshot!(words, @"the repository `file://[ROOT]/toy` has no branch, tag or commit `nowhere`");
}

#[test]
fn a_known_commit_needs_neither_network_nor_build() {
    let Some((world, folder)) = world() else {
        return;
    };
    let head = git(&folder, "rev-parse HEAD");
    let pinned = url(&folder, &format!("@{head}"));
    let _ = version(&world, &pinned);
    // The repository is gone.
    let gone = folder.with_file_name("gone");
    std::fs::rename(&folder, &gone).unwrap();
    let (obtained, output) = world.with(world.options(), |frontend| obtain(frontend, &pinned));
    assert!(!output.contains("building"), "{output}");
    let json = obtained
        .direct_url
        .unwrap()
        .to_json(DirectUrlFormat::default());
    let json = json
        .replace(&*world.folder.path().to_string_lossy(), "[ROOT]")
        .replace(&head, "[COMMIT]");
    insta::assert_snapshot!(json, @r#"{"url":"file://[ROOT]/toy","vcs_info":{"vcs":"git","commit_id":"[COMMIT]","requested_revision":"[COMMIT]"}}"#);
    let (error, _) = world.with(world.options(), |frontend| {
        frontend
            .metadata_at(url(&folder, "@main").as_str())
            .unwrap_err()
    });
    let words = world.words(&error);
    assert!(
        words.starts_with("`git ls-remote` failed for `file://[ROOT]/toy`: "),
        "{words}"
    );
}

#[test]
fn submodules_and_folders() {
    let Some((world, folder)) = world() else {
        return;
    };
    let outer = world.path("outer");
    std::fs::create_dir(&outer).unwrap();
    git(&outer, "init --quiet --initial-branch=main .");
    git(
        &outer,
        "-c protocol.file.allow=always submodule --quiet add ../toy inner",
    );
    commit(&outer, "one");
    drop(folder);
    let (found, _) = version(&world, &url(&outer, "@main#subdirectory=inner"));
    assert_eq!(found, "2.0");
    // The checkout is gone with the front end, the clone stays as it was.
    let left = std::fs::read_dir(world.path("tmp")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn only_what_is_asked_for_is_fetched() {
    let Some((world, folder)) = world() else {
        return;
    };
    git(&folder, "checkout --quiet -b other v1");
    world.write("toy/other.txt", "x");
    let other = commit(&folder, "other");
    git(&folder, "checkout --quiet main");
    let _ = version(&world, &url(&folder, "@main"));
    let clones = std::fs::read_dir(world.path("cache/git-v1")).unwrap();
    let bare = clones.last().unwrap().unwrap().path().join("bare");
    let has = |object: &str| {
        let mut command = Command::new("git");
        let status = command.args(["cat-file", "-e", object]).current_dir(&bare);
        status.output().unwrap().status.success()
    };
    assert!(has("refs/tags/v1"), "the tags of its history are there");
    assert!(!has(&other), "another branch was fetched");
    // By the beginning of its name a commit is looked for everywhere.
    let (found, id) = version(&world, &url(&folder, &format!("@{}", &other[..9])));
    assert_eq!((found.as_str(), &id), ("1.0", &other));
}

#[test]
fn contents_of_the_past_are_left_out_where_the_server_can() {
    let Some((world, folder)) = world() else {
        return;
    };
    world.write("toy/large.txt", "of the past");
    commit(&folder, "three");
    let past = git(&folder, "rev-parse HEAD:large.txt");
    world.write("toy/large.txt", "of today");
    world.write("toy/version.txt", "4.0");
    let head = commit(&folder, "four");
    git(&folder, "config uploadpack.allowFilter true");
    git(&folder, "config uploadpack.allowAnySHA1InWant true");
    assert_eq!(
        version(&world, &url(&folder, "@main")),
        ("4.0".into(), head)
    );
    let clones = std::fs::read_dir(world.path("cache/git-v1")).unwrap();
    let bare = clones.last().unwrap().unwrap().path().join("bare");
    let missing = git(&bare, "rev-list --objects --all --missing=print");
    assert!(missing.contains(&format!("?{past}")), "{missing}");
    let config = std::fs::read_to_string(bare.join("config")).unwrap();
    assert!(!config.contains("file://"), "the URL is not kept: {config}");
    // An older commit of it is there, too, and what is missing of that is fetched then.
    assert_eq!(version(&world, &url(&folder, "@v1")).0, "1.0");
    let third = git(&folder, "rev-parse HEAD~1");
    assert_eq!(
        version(&world, &url(&folder, &format!("@{third}"))).0,
        "2.0"
    );
}
