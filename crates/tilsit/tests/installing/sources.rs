//! What must be built: folders, editable ones, sdists, repositories, by a backend that the projects
//! bring along, so that no index is needed.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const TOY: &str = include_str!("../../../build-frontend/tests/it/toy_backend.py");

/// A project of this name and version with its backend in it.
pub(crate) fn project(sandbox: &Sandbox, folder: &str, name: &str, more: &str) {
    sandbox.write(
        &format!("{folder}/pyproject.toml"),
        "[build-system]\nrequires = []\nbuild-backend = 'toy_backend'\nbackend-path = ['.']\n",
    );
    sandbox.write(
        &format!("{folder}/toy_backend.py"),
        &format!("{TOY}\n{more}\n"),
    );
    sandbox.write(&format!("{folder}/name.txt"), name);
    sandbox.write(&format!("{folder}/requires.txt"), "lib<2\n");
}

#[test]
fn a_folder_and_what_it_needs() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    assert_snapshot!(sandbox.run("pip install ./toy -C a=1 -C a=2"), @"
    exit: 0
    -- stdout
    Successfully installed lib-1.5 toy-1.0
    -- stderr
    Preparing `toy`
    Resolved 2 projects in [TIME]
    Building wheel for toy
    Successfully built toy in [TIME]
    Installed 2 wheels in [TIME]
     + lib==1.5
     + toy==1.0
    ");
    let module = sandbox.read(
        ".venv/lib/python3/toy.py"
            .replace("python3", &python(&sandbox))
            .as_str(),
    );
    assert_snapshot!(module, @"
    SETTINGS = {'a': ['1', '2']}
    PREPARED = True
    ");
    // The name is known only from the build, and again and again the same.
    sandbox.write("requirements.txt", "./toy\n");
    assert_snapshot!(sandbox.run("pip compile requirements.txt --no-header"), @"
    exit: 0
    -- stdout
    lib==1.5
        # via toy
    toy @ file://[ROOT]/project/toy
        # via -r requirements.txt
    -- stderr
    Preparing `toy`
    Resolved 2 projects in [TIME]
    ");
    assert_snapshot!(sandbox.run("pip sync requirements.txt"), @"
    exit: 0
    -- stderr
    Building wheel for toy
    Successfully built toy in [TIME]
    Installed 1 wheel and uninstalled 1 project in [TIME]
     - lib==1.5
     ~ toy==1.0
    ");
}

/// There is no setuptools in these tests: whatever runs a backend fails.
#[test]
fn what_setup_cfg_states_needs_no_build() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let cfg = "[metadata]\nname = shop\nversion = attr: shop.__version__\n\
               [options]\npython_requires = >=3.9\ninstall_requires =\n  lib<2\n\
               [options.extras_require]\nold = lib<1.5\n";
    sandbox.write("shop/setup.cfg", cfg);
    sandbox.write("shop/setup.py", "from setuptools import setup\n\nsetup()\n");
    sandbox.write("shop/shop/__init__.py", "__version__ = '1.2'\n");
    sandbox.write("requirements.txt", "./shop\n");
    let answer = sandbox.run_well("pip compile requirements.txt --no-header -v");
    let line = "the metadata of `shop` 1.2 is stated by its setup.cfg";
    assert!(answer.stderr.contains(line), "{answer}");
    assert_snapshot!(answer.stdout, @"
    lib==1.5
        # via shop
    shop @ file://[ROOT]/project/shop
        # via -r requirements.txt
    ");
    // One more line, and only running it would tell.
    sandbox.write(
        "shop/setup.py",
        "from setuptools import setup\n\nprint(1)\nsetup()\n",
    );
    let answer = sandbox.run("pip compile requirements.txt --no-header");
    assert_ne!(answer.exit, 0, "{answer}");
    assert!(answer.stderr.contains("setuptools"), "{answer}");
}

/// The folder of the environment's library.
fn python(sandbox: &Sandbox) -> String {
    let lib = std::fs::read_dir(sandbox.path(".venv/lib")).expect("a folder");
    let mut names = lib.map(|entry| entry.expect("an entry").file_name());
    let name = names.next().expect("the folder of the version");
    format!("{}/site-packages", name.to_string_lossy())
}

#[test]
fn an_editable_folder() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    sandbox.run_well("pip install -e ./toy");
    assert_snapshot!(sandbox.run("pip freeze").stdout, @"
    lib==1.5
    # Editable install with no version control (toy==1.0)
    -e [ROOT]/project/toy
    ");
    sandbox.write("requirements.txt", "-e toy\n");
    assert_snapshot!(sandbox.run("pip compile requirements.txt --no-header").stdout, @"
    lib==1.5
        # via toy
    -e file://[ROOT]/project/toy
        # via -r requirements.txt
    ");
    assert_snapshot!(sandbox.run("pip install -e hg+https://index.example/a"), @"
    exit: 2
    -- stderr
    error: the editable requirement (the command line) is neither a folder nor a git repository [TL0105]
    hint: clone the repository, and install the clone: `tilsit pip install -e PATH`
    ");
}

#[test]
fn a_repository_at_a_tag() {
    let has_git = Command::new("git").arg("--version").output().is_ok();
    if tilsit_testing::require("git", has_git.then_some(())).is_none() {
        return;
    }
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    let folder = sandbox.path("toy");
    for words in ["init -q .", "add -A", "commit -q -m one", "tag v1"] {
        git(&folder, words);
    }
    let url = format!("git+file://{}@v1", folder.display());
    sandbox.run_well(&format!("pip install toy@{url}"));
    let path = format!(
        ".venv/lib/{}/toy-1.0.dist-info/direct_url.json",
        python(&sandbox)
    );
    let commit = git(&folder, "rev-parse HEAD");
    let shown = sandbox
        .steady(&sandbox.read(&path))
        .replace(&commit, "[COMMIT]");
    assert_snapshot!(shown, @r#"{"url": "file://[ROOT]/project/toy", "vcs_info": {"commit_id": "[COMMIT]", "requested_revision": "v1", "vcs": "git"}}"#);
    let freeze = sandbox
        .run("pip freeze")
        .stdout
        .replace(&commit, "[COMMIT]");
    assert_snapshot!(freeze, @"
    lib==1.5
    toy @ git+file://[ROOT]/project/toy@[COMMIT]
    ");
    // The same commit is not built twice, whatever it is called.
    let answer = sandbox.run_well(&format!("pip install --dry-run {url}"));
    assert!(!answer.stderr.contains("Building"), "{answer}");
}

#[test]
fn a_program_that_is_missing() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let mut command = sandbox.command("pip install hg+https://u:secret@index.example/a");
    command.env("PATH", sandbox.path(""));
    assert_snapshot!(sandbox.finish(&mut command), @"
    exit: 2
    -- stderr
    error: the program `hg`, which fetches `https://index.example/a`, cannot be run [TL0901]
      caused by: the program `hg` cannot be started
      caused by: No such file or directory (os error 2)
    hint: install it: Mercurial is in the package `mercurial`
    ");
}

/// A sandbox with a repository `toy`, and its URL for requirements.
fn with_repository() -> Option<(Sandbox, String)> {
    let has_git = Command::new("git").arg("--version").output().is_ok();
    tilsit_testing::require("git", has_git.then_some(()))?;
    let sandbox = crate::sandbox_with_environment()?;
    project(&sandbox, "toy", "toy", "");
    let folder = sandbox.path("toy");
    for words in ["init -q -b main .", "add -A", "commit -q -m one", "tag v1"] {
        git(&folder, words);
    }
    let url = format!("git+file://{}", folder.display());
    Some((sandbox, url))
}

#[test]
fn an_editable_repository() {
    let Some((sandbox, url)) = with_repository() else {
        return;
    };
    let folder = sandbox.path("toy");
    assert_snapshot!(sandbox.run(&format!("pip install -e {url}@v1#egg=toy")), @"
    exit: 0
    -- stdout
    Successfully installed lib-1.5 toy-1.0
    -- stderr
    Cloning `file://[ROOT]/project/toy` to `.venv/src/toy`
    Preparing `.venv/src/toy`
    Resolved 2 projects in [TIME]
    Building wheel for toy
    Successfully built toy in [TIME]
    Installed 2 wheels in [TIME]
     + lib==1.5
     + toy==1.0
    ");
    let first = git(&folder, "rev-parse HEAD");
    let frozen = |commit: &str| {
        let answer = sandbox.run_well("pip freeze");
        answer.stdout.replace(commit, "[COMMIT]")
    };
    assert_snapshot!(frozen(&first), @"
    lib==1.5
    -e git+file://[ROOT]/project/toy@[COMMIT]#egg=toy
    ");
    let record = format!(
        ".venv/lib/{}/toy-1.0.dist-info/direct_url.json",
        python(&sandbox)
    );
    assert_snapshot!(sandbox.steady(&sandbox.read(&record)), @r#"{"dir_info": {"editable": true}, "url": "file://[ROOT]/project/.venv/src/toy"}"#);
    // What pip freeze wrote is installed again; a branch moves on.
    sandbox.write(
        "requirements.txt",
        &sandbox
            .run_well("pip freeze")
            .stdout
            .replace("[ROOT]", &sandbox.root().to_string_lossy()),
    );
    sandbox.run_well("pip install -r requirements.txt");
    sandbox.write("toy/version.txt", "2.0");
    git(&folder, "add -A");
    git(&folder, "commit -q -m two");
    sandbox.run_well(&format!("pip install -q -e {url}@main#egg=toy"));
    assert_snapshot!(frozen(&git(&folder, "rev-parse HEAD")), @"
    lib==1.5
    -e git+file://[ROOT]/project/toy@[COMMIT]#egg=toy
    ");
}

#[test]
fn what_somebody_changed_in_a_clone_stays() {
    let Some((sandbox, url)) = with_repository() else {
        return;
    };
    sandbox.run_well(&format!("pip install -q -e {url}#egg=toy"));
    sandbox.write(".venv/src/toy/name.txt", "toy ");
    assert_snapshot!(sandbox.run(&format!("pip install -e {url}@v1#egg=toy")), @"
    exit: 2
    -- stderr
    Updating `file://[ROOT]/project/toy` in `.venv/src/toy`
    error: the folder `[ROOT]/project/.venv/src/toy` is in the way: it holds changes that are not committed [TL0101]
    hint: commit or stash what is there, or name another folder: `--src FOLDER`
    ");
    assert_eq!(sandbox.read(".venv/src/toy/name.txt"), "toy ");
    let gone = sandbox.run("pip install git+file:///nowhere");
    let hint = "hint: check the URL and your access: `git ls-remote file:///nowhere` has to work";
    assert!(
        gone.stderr.contains(hint) && !gone.stderr.contains("; ;"),
        "{gone}"
    );
    // Elsewhere, and without a name.
    sandbox.run_well(&format!("pip install -q -e {url}@v1 --src elsewhere"));
    assert!(sandbox.path("elsewhere/toy/.git").is_dir());
    sandbox.write("in.txt", &format!("-e {url}@v1#egg=toy\n"));
    assert_snapshot!(sandbox.run("pip compile in.txt --no-header").stdout, @"
    lib==1.5
        # via toy
    -e git+file://[ROOT]/project/toy@v1#egg=toy
        # via -r in.txt
    ");
}

pub(crate) fn git(folder: &Path, words: &str) -> String {
    let mut command = Command::new("git");
    let identity = ["-c", "user.name=a", "-c", "user.email=a@index.example"];
    command
        .args(identity)
        .args(words.split(' '))
        .current_dir(folder);
    let output = command.output().expect("git starts");
    assert!(output.status.success(), "{words}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_failing_backend_is_quoted() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let more = "def build_wheel(*arguments):\n    print('psycopg/psycopg.h:35:10: fatal error: libpq-fe.h: No such file or directory')\n    os._exit(1)";
    project(&sandbox, "toy", "toy", more);
    assert_snapshot!(sandbox.run("pip install ./toy"), @"
    exit: 2
    -- stderr
    Preparing `toy`
    Resolved 2 projects in [TIME]
    Building wheel for toy
    error: `[ROOT]/project/toy` was not built: `build_wheel` of `toy_backend` ended its process with exit code 1 [TL0601]
      caused by: it printed at last:
        psycopg/psycopg.h:35:10: fatal error: libpq-fe.h: No such file or directory
    hint: libpq is missing: `apt install libpq-dev` on Debian and Ubuntu, `dnf install libpq-devel` on Fedora, `libpq` in conda
    ");
    let answer = sandbox.run("pip list");
    assert!(
        !answer.stdout.contains("lib"),
        "nothing was installed: {answer}"
    );
}

#[test]
fn sdists_of_a_folder_are_built_once_and_saved() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    project(&sandbox, "toy", "toy", "");
    let sdist = sdist_of(&sandbox);
    std::fs::write(sandbox.root().join("wheels/toy-1.0.tar.gz"), sdist).unwrap();
    assert_snapshot!(sandbox.run("pip install toy"), @"
    exit: 0
    -- stdout
    Successfully installed lib-1.5 toy-1.0
    -- stderr
    Preparing `toy-1.0.tar.gz`
    Resolved 2 projects in [TIME]
    Building wheel for toy
    Successfully built toy in [TIME]
    Installed 2 wheels in [TIME]
     + lib==1.5
     + toy==1.0
    ");
    sandbox.run_well("pip uninstall -y toy");
    let again = sandbox.run_well("pip install toy");
    assert!(!again.stderr.contains("Building"), "{again}");
    let refused = sandbox.run("pip install toy --only-binary :all: --reinstall");
    assert_eq!(refused.exit, 1, "{refused}");
    assert_snapshot!(sandbox.run("pip wheel toy -w built"), @"
    exit: 0
    -- stderr
    Resolved 2 projects in [TIME]
    Saved built/lib-1.5-py3-none-any.whl (1.07 KiB)
    Saved built/toy-1.0-py3-none-any.whl (903 B)
    ");
    assert_snapshot!(sandbox.run("pip download toy -d files --no-deps"), @"
    exit: 0
    -- stderr
    Resolved 1 project in [TIME]
    Saved files/toy-1.0.tar.gz (1.25 KiB)
    ");
    assert!(sandbox.path("built/toy-1.0-py3-none-any.whl").is_file());
    assert!(sandbox.path("files/toy-1.0.tar.gz").is_file());
    // Another hash than the one that is asked for: nothing is unpacked.
    let digest = "0".repeat(64);
    sandbox.write(
        "requirements.txt",
        &format!("toy --hash=sha256:{digest}\nlib==1.5 --hash=sha256:{digest}\n"),
    );
    let refused = sandbox.run("pip install -r requirements.txt --reinstall --no-deps");
    assert_ne!(refused.exit, 0, "{refused}");
    assert!(!refused.stderr.contains("Building"), "{refused}");
}

pub(crate) fn sdist_of(sandbox: &Sandbox) -> Vec<u8> {
    let mut writer = tilsit_dist::sdist::SdistWriter::new("toy-1.0", 0);
    let metadata = "Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n";
    writer.add_file("PKG-INFO", metadata.into(), false);
    for name in [
        "pyproject.toml",
        "toy_backend.py",
        "name.txt",
        "requires.txt",
    ] {
        let text = sandbox.read(&format!("toy/{name}"));
        writer.add_file(name, text.into(), false);
    }
    writer.finish().expect("memory takes every write")
}

#[test]
fn what_can_be_downloaded_for_others() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip download app --platform win_amd64"), @"
    exit: 2
    -- stderr
    error: for another Python or platform nothing can be built [TL0002]
    hint: add `--only-binary=:all:`, or `--no-deps`
    ");
    sandbox.run_well(
        "pip download app --platform win_amd64 --python-version 312 --only-binary :all: -d files",
    );
    assert!(sandbox.path("files/app-1.0-py3-none-any.whl").is_file());
    assert!(sandbox.path("files/lib-1.5-py3-none-any.whl").is_file());
    project(&sandbox, "toy", "toy", "");
    assert_snapshot!(sandbox.run("pip download ./toy --no-deps"), @"
    exit: 2
    -- stderr
    Preparing `toy`
    Resolved 1 project in [TIME]
    error: `toy` is a folder or repository, and no file to download [TL0105]
    hint: `tilsit pip wheel` builds its wheel
    ");
}
