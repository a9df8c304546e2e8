//! What stays in the cache, and what does not: `--no-cache`, `cache prune|clean|verify`.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;

use crate::sandbox::Sandbox;
use crate::sources::{git, project, sdist_of};

/// How many entries a folder has.
fn entries(sandbox: &Sandbox, folder: &str) -> usize {
    let entries = std::fs::read_dir(sandbox.root().join(folder)).expect("a folder");
    entries.count()
}

/// A sandbox with its own temporary folder and a new cache.
fn with_empty_cache() -> Option<Sandbox> {
    let mut sandbox = crate::sandbox_with_environment()?;
    let temporary = sandbox.root().join("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    sandbox.set("TMPDIR", temporary.display());
    std::fs::remove_dir_all(sandbox.root().join("cache")).expect("the cache goes");
    std::fs::create_dir(sandbox.root().join("cache")).expect("a folder");
    Some(sandbox)
}

#[test]
fn without_a_cache_nothing_is_left() {
    let Some(mut sandbox) = with_empty_cache() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app --no-cache"), @"
    exit: 0
    -- stdout
    Successfully installed app-1.0 lib-1.5
    -- stderr
    Resolved 2 projects in [TIME]
    Installed 2 wheels in [TIME]
     + app==1.0
     + lib==1.5
    ");
    assert_snapshot!(sandbox.run(&format!("run -n {}", app(&sandbox))).stdout, @"app 1.0");
    sandbox.run_well("pip check --no-cache-dir");
    sandbox.run_well("run --no-cache --with fancy --isolated fancy");
    for (name, value) in [("TILSIT_NO_CACHE", "1"), ("TILSIT_NO_CACHE", "")] {
        sandbox.set(name, value);
        // The last way: pip's, which takes any truth value for a yes, once ours says nothing.
        sandbox.set("PIP_NO_CACHE_DIR", "off");
        sandbox.set("TILSIT_CACHE_DIR", "");
        sandbox.set("XDG_CACHE_HOME", sandbox.root().join("cache").display());
        sandbox.run_well("pip install app --reinstall");
    }
    assert_eq!(entries(&sandbox, "cache"), 0);
    assert_eq!(entries(&sandbox, "temporary"), 0);
    // A folder that is named outdoes pip's switch.
    sandbox.run_well("pip install app --reinstall --cache-dir ../named");
    assert!(entries(&sandbox, "named") > 0);
}

fn app(sandbox: &Sandbox) -> String {
    sandbox.path(".venv/bin/app").display().to_string()
}

#[test]
fn folders_of_a_cache_that_goes_are_not_linked() {
    let Some(sandbox) = with_empty_cache() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app --no-cache --link-mode tree"), @"
    exit: 2
    -- stderr
    Resolved 2 projects in [TIME]
    error: `--link-mode tree` links into the cache, which `--no-cache` removes [TL0002]
    hint: leave one of the two out, or use `--link-mode hardlink`
    ");
    // What `run` makes goes with the cache, so that links into it do no harm.
    sandbox.write(
        "script.py",
        "# /// script\n# dependencies = ['app']\n# ///\nimport app; print(app.VERSION)\n",
    );
    let answer = sandbox.run_well("run --no-cache script.py");
    assert_snapshot!(answer.stdout, @"1.0");
    // The exit code of the child is that of the command.
    sandbox.write("script.py", "raise SystemExit(7)\n");
    assert_eq!(sandbox.run("run --no-cache script.py").exit, 7);
    assert_eq!(entries(&sandbox, "temporary"), 0);
    assert_eq!(entries(&sandbox, "cache"), 0);
}

/// The files below a folder of the cache whose names end like this.
fn files(sandbox: &Sandbox, folder: &str, end: &str) -> Vec<PathBuf> {
    let folder = sandbox.root().join("cache").join(folder);
    let entries = tilsit_files::walk(folder).unwrap_or_default();
    let paths = entries.into_iter().map(|entry| entry.path);
    paths
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect()
}

/// Lets a file be as old as one that nobody needs any more.
fn age(path: &Path) {
    let file = std::fs::File::options()
        .append(true)
        .open(path)
        .expect("a file");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    file.set_modified(long_ago).expect("the time is set");
}

#[test]
fn what_is_stale_is_pruned() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install -q app");
    for folder in ["one", "two", "three"] {
        project(&sandbox, folder, folder, "");
        sandbox.run_well(&format!("pip install -q --no-deps ./{folder}"));
    }
    sandbox.write(
        "script.py",
        "# /// script\n# dependencies = ['fancy']\n# ///\n",
    );
    sandbox.run_well("run script.py");
    std::fs::create_dir_all(sandbox.root().join("cache/pages-v1/aa")).expect("a folder");
    std::fs::write(sandbox.root().join("cache/pages-v1/aa/bb"), "old").expect("a file");
    assert_snapshot!(sandbox.run("cache prune"), @"
    exit: 0
    -- stderr
    Removed 1 old folder (3 B); 7 wheels in use
    ");
    assert_snapshot!(sandbox.run("cache prune"), @"
    exit: 0
    -- stderr
    Nothing to remove; 7 wheels in use
    ");
    // One build's folder is gone, another was used last long ago.
    std::fs::remove_dir_all(sandbox.path("one")).expect("the folder goes");
    let two = files(&sandbox, "built-v1", "two-1.0-py3-none-any.whl").remove(0);
    sandbox.run_well("pip install -q --no-deps ./two");
    age(&two.with_file_name("used"));
    for answer in files(&sandbox, "scripts-1/answers", "") {
        if answer.is_file() {
            let old = r#"{"environment":"x","found_out":"2001-01-01T00:00:00Z"}"#;
            std::fs::write(answer, old).expect("an answer");
        }
    }
    assert_snapshot!(sandbox.run("cache prune"), @"
    exit: 0
    -- stderr
    Removed 2 wheels, 1 environment, 2 builds (2.80 KiB); 5 wheels in use
    ");
    assert_eq!(files(&sandbox, "built-v1", ".whl").len(), 1);
    assert_eq!(files(&sandbox, "scripts-1", "tilsit-complete").len(), 0);
    // It is made again.
    sandbox.run_well("run script.py");
}

#[test]
fn a_clone_that_nobody_uses_is_pruned() {
    let has_git = std::process::Command::new("git")
        .arg("--version")
        .output()
        .is_ok();
    if tilsit_testing::require("git", has_git.then_some(())).is_none() {
        return;
    }
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    let folder = sandbox.path("toy");
    for words in ["init -q .", "add -A", "commit -q -m one"] {
        git(&folder, words);
    }
    let install = format!("pip install -q --no-deps git+file://{}", folder.display());
    sandbox.run_well(&install);
    assert_snapshot!(sandbox.run("cache prune"), @"
    exit: 0
    -- stderr
    Nothing to remove; 1 wheel in use
    ");
    let clones = files(&sandbox, "git-v1", "used");
    assert_eq!(clones.len(), 1);
    age(&clones[0]);
    let answer = sandbox.run_well("cache prune");
    assert!(answer.stderr.contains("1 clone"), "{answer}");
    sandbox.run_well(&install);
}

#[test]
fn one_project_is_taken_out() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    let sdist = sdist_of(&sandbox);
    std::fs::write(sandbox.root().join("wheels/toy-1.0.tar.gz"), sdist).expect("a file");
    sandbox.run_well("pip install -q toy extra-lib");
    sandbox.write(
        "script.py",
        "# /// script\n# dependencies = ['lib']\n# ///\nimport lib",
    );
    sandbox.run_well("run script.py");
    assert_snapshot!(sandbox.run("cache clean Toy"), @"
    exit: 0
    -- stderr
    Removed 1 wheel, 1 build, 0 pages (1.29 KiB)
    ");
    assert_eq!(files(&sandbox, "built-v1", ".whl").len(), 0);
    assert_snapshot!(sandbox.run("cache remove lib nothing"), @"
    exit: 0
    -- stderr
    Removed 1 wheel, 0 builds, 0 pages (202 B)
    ");
    sandbox.run_well("run script.py");
    // Folders that are linked from outside of the cache stay.
    sandbox.run_well("pip uninstall -q -y extra-lib");
    sandbox.run_well("pip install -q --link-mode tree extra-lib");
    assert_snapshot!(sandbox.run("cache clean extra-lib").stderr.lines().next().unwrap(), @"error: the packages of 1 environment are links into the cache [TL0013]");
    sandbox.run_well("cache clean extra-lib --force");
}

#[test]
fn damaged_builds_are_found() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    sandbox.run_well("pip install -q ./toy");
    assert_snapshot!(sandbox.run("cache verify").stderr.replace(|c: char| c.is_ascii_digit(), "0"), @"Checked 0 wheels (000 B) and 0 build");
    let wheel = files(&sandbox, "built-v1", ".whl").remove(0);
    let mut bytes = std::fs::read(&wheel).expect("a wheel");
    bytes[100] ^= 1;
    std::fs::write(&wheel, bytes).expect("a wheel");
    assert_snapshot!(sandbox.run("cache verify").stderr.replace(|c: char| c.is_ascii_digit(), "0"), @"
    removed: toy-0.0-py0-none-any.whl: the wheel has other contents
    Checked 0 wheels (000 B) and 0 build
    ");
    assert_eq!(sandbox.run("cache verify").exit, 0);
    assert!(!wheel.exists());
}
