//! `release`: tried without a trace, carried out, and what is not ready.

use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::server::Index;

const CHANGELOG: &str =
    "# Changes\n\n## Unreleased\n\n- It sings.\n\n## 0.9 (2025-01-01)\n\n- It was.\n";

fn git(sandbox: &Sandbox, words: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(sandbox.path("demo")).args(words);
    // Nothing of the machine's own settings.
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    let output = command.output().expect("git is there");
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// The demo in a repository, with a changelog.
fn repository() -> Sandbox {
    let sandbox = crate::sandbox();
    sandbox.write("demo/CHANGES.md", CHANGELOG);
    sandbox.write("demo/.gitignore", "dist/\n");
    git(&sandbox, &["init", "--quiet", "--initial-branch", "main"]);
    git(&sandbox, &["config", "user.name", "A"]);
    git(&sandbox, &["config", "user.email", "a@index.example"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "--quiet", "--message", "begin"]);
    sandbox
}

#[test]
fn it_is_tried_and_then_made() {
    let sandbox = repository();
    let index = Index::start(&sandbox.root().join("index"));
    let options = format!(
        "--repository-url {}/legacy/ --token {}",
        index.address, index.token
    );
    let before = git(&sandbox, &["rev-parse", "HEAD"]);
    let line = format!("--directory demo release --bump minor {options}");
    let tried = sandbox.run_well(&line);
    assert!(tried.stderr.contains("Would tag v1.1"), "{tried}");
    assert!(tried.stderr.contains("Nothing was changed"), "{tried}");
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), before);
    assert_eq!(git(&sandbox, &["tag", "--list"]), "");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
    assert!(!sandbox.path("demo/dist").exists());

    let (exit, envelope) = sandbox.run_json(&format!("{line} --execute"));
    assert_eq!(exit, 0, "{envelope}");
    assert_eq!(
        envelope["result"]["published"]["files"][0]["outcome"],
        "uploaded"
    );
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD~"]), before);
    assert_eq!(
        git(&sandbox, &["log", "-1", "--format=%s %an"]),
        "tilsit-demo 1.1 A"
    );
    assert_eq!(git(&sandbox, &["describe"]), "v1.1");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
    let text = sandbox.read("demo/CHANGES.md");
    let start = "# Changes\n\n## Unreleased\n\n## 1.1 (";
    assert!(
        text.starts_with(start) && text.contains("- It sings."),
        "{text}"
    );
    assert!(
        sandbox
            .read("demo/pyproject.toml")
            .contains("version = \"1.1\"")
    );
    assert!(sandbox.path("demo/dist/tilsit_demo-1.1.tar.gz").exists());
    let pages = sandbox.run_well(&format!(
        "pip index versions tilsit-demo --index-url {}/simple/",
        index.address
    ));
    assert!(pages.stdout.contains("1.1"), "{pages}");
}

#[test]
fn what_is_not_ready_is_left_alone() {
    let sandbox = repository();
    let release =
        |words: &str| sandbox.run(&format!("--directory demo release --no-publish -x {words}"));
    // What is unreleased waits for 1.0 too: the version as it stands.
    let answer = release("");
    assert_eq!(answer.exit, 0, "{answer}");
    assert_snapshot!(release(""), @"
    exit: 1
    -- stderr
    error: the tag `v1.0` is there already: 1.0 was released [TL0706]
    hint: say which version comes next, as with `--bump patch`
    ");
    assert_snapshot!(release("--bump patch"), @"
    exit: 1
    -- stderr
    error: `CHANGES.md` does not tell of 1.0.1: it has nothing below `Unreleased` (line 3) [TL0706]
    hint: write what is new below a heading `1.0.1` or `Unreleased`, or say `--no-changelog`
    ");
    sandbox.write("demo/src/tilsit_demo/__init__.py", "x = 1\n");
    assert_snapshot!(release("--bump patch --no-changelog"), @"
    exit: 1
    -- stderr
    error: `src/tilsit_demo/__init__.py` is changed and not committed [TL0706]
    hint: commit them, or put them aside with `git stash`
    ");
    git(&sandbox, &["stash", "--quiet"]);
    git(&sandbox, &["checkout", "--quiet", "--detach"]);
    assert_snapshot!(release("--bump patch --no-changelog"), @"
    exit: 1
    -- stderr
    error: no branch is checked out, which the release's commit could be on [TL0706]
    hint: `git switch BRANCH` first
    ");
    assert_eq!(git(&sandbox, &["tag", "--list"]), "v1.0");
}

#[test]
fn a_failed_build_leaves_no_trace() {
    let sandbox = repository();
    sandbox.write(
        "demo/pyproject.toml",
        &crate::PYPROJECT.replace("tilsit-demo", "other"),
    );
    git(
        &sandbox,
        &["commit", "--quiet", "--all", "--message", "rename"],
    );
    let before = git(&sandbox, &["rev-parse", "HEAD"]);
    let answer = sandbox.run("--directory demo release --no-publish -x --bump patch");
    assert_ne!(answer.exit, 0, "{answer}");
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), before);
    assert_eq!(git(&sandbox, &["tag", "--list"]), "");
}

#[test]
fn a_version_that_tags_tell_is_named() {
    let sandbox = repository();
    let text = crate::PYPROJECT
        .replace("hatchling.build", "tilsit_build")
        .replace("hatchling", "tilsit-build")
        .replace("version = \"1.0\"", "dynamic = [\"version\"]");
    sandbox.write(
        "demo/pyproject.toml",
        &format!("{text}\n[tool.tilsit.build.version]\ngit = true\n"),
    );
    git(
        &sandbox,
        &["commit", "--quiet", "--all", "--message", "tags tell"],
    );
    git(&sandbox, &["tag", "0.9"]);
    let unnamed = sandbox.run("--directory demo release --no-publish");
    assert_eq!(unnamed.exit, 2, "{unnamed}");
    sandbox.run_well("--directory demo release --no-publish -x 2.0");
    // As the earlier tag: without a `v`.
    assert_eq!(git(&sandbox, &["tag", "--list"]), "0.9\n2.0");
    assert!(sandbox.path("demo/dist/tilsit_demo-2.0.tar.gz").exists());
}
