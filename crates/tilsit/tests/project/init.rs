//! `init`: what each kind of project begins with, what is left alone, and what is taken back.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

fn sandbox() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    tilsit_testing::require("git", Command::new("git").arg("--version").output().ok())?;
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.set("GIT_CONFIG_COUNT", 2);
    sandbox.set("GIT_CONFIG_KEY_0", "user.name");
    sandbox.set("GIT_CONFIG_VALUE_0", "Anna");
    sandbox.set("GIT_CONFIG_KEY_1", "user.email");
    sandbox.set("GIT_CONFIG_VALUE_1", "anna@index.example");
    Some(sandbox)
}

/// The files below a folder, git's own left out.
fn files(folder: &Path) -> Vec<String> {
    let entries = tilsit_files::walk(folder).expect("a folder").into_iter();
    let entries = entries.filter(|entry| entry.kind == tilsit_files::FileKind::File);
    let paths = entries.map(|entry| {
        let path = entry.path.strip_prefix(folder).expect("it is below");
        path.display().to_string()
    });
    let mut paths: Vec<String> = paths.filter(|path| !path.starts_with(".git/")).collect();
    paths.sort();
    paths
}

/// Without the minor version of the Python that runs the tests.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for part in text.split_inclusive("3.") {
        let part = if steady.ends_with("3.") {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
            format!("X{rest}")
        } else {
            part.to_owned()
        };
        steady.push_str(&part);
    }
    steady
}

#[test]
fn an_application_begins() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("init my-app"), @"
    exit: 0
    -- stderr
    Began my-app in `my-app`
    ");
    let folder = sandbox.path("my-app");
    assert_eq!(
        files(&folder),
        [
            ".gitignore",
            ".python-version",
            "README.md",
            "main.py",
            "pyproject.toml"
        ]
    );
    assert!(folder.join(".git").is_dir());
    assert_snapshot!(steady(&sandbox.read("my-app/pyproject.toml")), @r#"
    [project]
    name = "my-app"
    version = "0.1.0"
    readme = "README.md"
    requires-python = ">=3.X"
    dependencies = []
    "#);
    let run = sandbox.run_well("run my-app/main.py");
    assert_eq!(run.stdout, "Hello from my-app.\n");
    // A project is left alone.
    assert_snapshot!(sandbox.run("init my-app"), @"
    exit: 2
    -- stderr
    error: there is a project already: `my-app/pyproject.toml` [TL0002]
    hint: `tilsit add NAME` adds what it needs; `tilsit init FOLDER` begins another one
    ");
}

#[test]
fn a_library_begins() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("init --lib my-lib --description Hello --vcs none -p >=3.8");
    assert_eq!(
        files(&sandbox.path("my-lib")),
        [
            ".python-version",
            "README.md",
            "pyproject.toml",
            "src/my_lib/__init__.py",
            "src/my_lib/py.typed"
        ]
    );
    assert!(!sandbox.path("my-lib/.git").exists());
    assert_snapshot!(sandbox.read("my-lib/pyproject.toml"), @r#"
    [project]
    name = "my-lib"
    version = "0.1.0"
    description = "Hello"
    readme = "README.md"
    requires-python = ">=3.8"
    authors = [
        { name = "Anna", email = "anna@index.example" },
    ]
    dependencies = []

    [build-system]
    requires = ["hatchling>=1.27"]
    build-backend = "hatchling.build"
    "#);
    let bare = "init --bare bare --name other --build-backend flit --author-from none";
    sandbox.run_well(bare);
    assert_eq!(files(&sandbox.path("bare")), ["pyproject.toml"]);
    assert!(!sandbox.path("bare/.git").exists());
    assert!(
        sandbox
            .read("bare/pyproject.toml")
            .contains("flit_core.buildapi")
    );
    assert_snapshot!(sandbox.run("init --package 2to3"), @"
    exit: 2
    -- stderr
    error: nobody could import `2to3`: it begins with a digit [TL0002]
    hint: choose another name: `--name`
    ");
    assert!(!sandbox.path("2to3").exists());
}

#[test]
fn what_is_there_stays() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("app/main.py", "print('mine')\n");
    sandbox.write("app/README.md", "# Mine\n");
    Command::new("git")
        .arg("init")
        .arg("-q")
        .arg(sandbox.path(""))
        .status()
        .unwrap();
    assert_snapshot!(sandbox.run("init app --no-pin-python"), @"
    exit: 0
    -- stderr
    Began app in `app`
    Left `app/README.md` as it is
    Left `app/main.py` as it is
    ");
    assert_eq!(
        files(&sandbox.path("app")),
        ["README.md", "main.py", "pyproject.toml"]
    );
    assert!(!sandbox.path("app/.git").exists());
    assert_eq!(sandbox.read("app/main.py"), "print('mine')\n");
}

#[test]
fn a_member_joins_its_workspace() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let root = "[project]\nname = 'root'\nversion = '1'\n\n[tool.tilsit.workspace]\nmembers = ['libs/*']  # ours\n";
    sandbox.write("pyproject.toml", root);
    assert_snapshot!(sandbox.run("init apps/one"), @"
    exit: 0
    -- stderr
    Began one in `apps/one`
    It is a member of the workspace in `.`
    ");
    let joined = root.replace("['libs/*']", "['libs/*', 'apps/one']");
    assert_eq!(sandbox.read("pyproject.toml"), joined);
    sandbox.run_well("init libs/two --lib");
    sandbox.run_well("init apps/three --no-workspace");
    assert_eq!(sandbox.read("pyproject.toml"), joined);
}

#[cfg(unix)]
#[test]
fn a_failure_leaves_nothing_behind() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    // A git that begins and then fails.
    let git = sandbox.write(
        "bin/git",
        "#!/bin/sh\nmkdir .git\necho no room >&2\nexit 1\n",
    );
    tilsit_files::set_executable(git).unwrap();
    sandbox.write("pyproject.toml", "[tool.tilsit.workspace]\nmembers = []\n");
    let path = format!("{}:/usr/bin:/bin", sandbox.path("bin").display());
    sandbox.set("PATH", path);
    assert_snapshot!(sandbox.run("init deep/app --vcs git"), @"
    exit: 5
    -- stderr
    error: git cannot make a repository [TL0011]
      caused by: no room
    hint: `--vcs none` leaves it out
    hint: nothing was changed: the files are as they were
    ");
    assert!(!sandbox.path("deep").exists());
    assert_eq!(
        sandbox.read("pyproject.toml"),
        "[tool.tilsit.workspace]\nmembers = []\n"
    );
}

#[test]
fn a_script_begins() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("init --script report.py"), @"
    exit: 0
    -- stderr
    Began the script `report.py`
    ");
    assert_eq!(
        sandbox.run_well("run report.py").stdout,
        "Hello from report.\n"
    );
    assert_snapshot!(sandbox.run("init --script report.py"), @"
    exit: 2
    -- stderr
    error: `report.py` says on line 1 what it needs already [TL0002]
    hint: `tilsit add --script report.py NAME` adds to it
    ");
    sandbox.write("old.py", "#!/usr/bin/env python\nprint('old')\n");
    sandbox.run_well("init --script old.py");
    let text = steady(&sandbox.read("old.py"));
    assert_snapshot!(text, @r#"
    #!/usr/bin/env python
    # /// script
    # requires-python = ">=3.X"
    # dependencies = []
    # ///

    print('old')
    "#);
    sandbox.write("open.py", "# /// script\n# x = 1\n");
    assert_snapshot!(sandbox.run("init --script open.py"), @"
    exit: 2
    -- stderr
    error: `open.py` cannot be changed [TL0103]
      caused by: the block `# /// script` on line 1 is not closed
    ");
}
