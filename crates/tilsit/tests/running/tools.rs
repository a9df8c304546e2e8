//! `tool install`, `list`, `upgrade`, `uninstall`: tools in environments of their own.

mod adopt;
mod faults;
mod manifest;
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use tilsit_packaging::pylock::Pylock;

use crate::sandbox::Sandbox;
use crate::wheels;

/// A sandbox whose folder of programs is on the search path, so that nothing is said of it.
fn sandbox() -> Option<Sandbox> {
    let mut sandbox = crate::sandbox()?;
    let bin = sandbox.root().join("home/.local/bin");
    #[expect(clippy::disallowed_methods, reason = "the search path of the tests")]
    let path = std::env::var("PATH").unwrap_or_default();
    sandbox.set("PATH", format!("{}:{path}", bin.display()));
    Some(sandbox)
}

fn wheel_folder(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("wheels")
}

fn tool_folder(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox
        .root()
        .join("home/.local/share/tilsit/tools")
        .join(name)
}

fn program(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.root().join("home/.local/bin").join(name)
}

/// What a program says when the shell starts it by its link.
fn says(sandbox: &Sandbox, name: &str) -> String {
    let mut command = Command::new(program(sandbox, name));
    command.env_clear();
    let answer = sandbox.finish(&mut command);
    assert_eq!(answer.exit, 0, "{answer}");
    answer.stdout
}

/// Makes the Python of an environment go away.
fn break_python(environment: &Path) {
    let python = environment.join("bin/python");
    fs::remove_file(&python).expect("a link");
    std::os::unix::fs::symlink("/gone/python3", python).expect("a link");
}

fn programs(sandbox: &Sandbox) -> Vec<String> {
    let Ok(entries) = fs::read_dir(sandbox.root().join("home/.local/bin")) else {
        return Vec::new();
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_tool_comes_and_goes() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("tool install app"), @"
    exit: 0
    -- stderr
    Resolved 2 projects in [TIME]
     + app==1.0
     + lib==1.5
    Installed 1 program: app
    ");
    assert_eq!(says(&sandbox, "app"), "app 1.0\n");
    assert_eq!(programs(&sandbox), ["app"], "not those of what it needs");
    assert_snapshot!(sandbox.run("tool install app"), @"
    exit: 0
    -- stderr
    `app` 1.0 is installed already (`-U` takes a newer one)
    ");
    assert_snapshot!(sandbox.run("tool list"), @"
    exit: 0
    -- stdout
    app v1.0
    - app
    ");
    let (_, envelope) = sandbox.run_json("tool list");
    let tool = &envelope["result"][0];
    assert_eq!(tool["name"], "app");
    assert_eq!(tool["version"], "1.0");
    assert_eq!(tool["fault"], serde_json::Value::Null);
    assert_eq!(tool["programs"][0]["there"], true);
    assert_snapshot!(sandbox.run("tool uninstall App"), @"
    exit: 0
    -- stderr
    Uninstalled `app`
    ");
    assert!(programs(&sandbox).is_empty());
    assert!(!tool_folder(&sandbox, "app").exists());
    assert_snapshot!(sandbox.run("tool uninstall app"), @"
    exit: 2
    -- stderr
    error: the tool `app` is not installed [TL1202]
    hint: install it with `tilsit tool install app`
    hint: `tilsit tool list` shows the tools that are there
    ");
    assert_snapshot!(sandbox.run("tool list"), @"
    exit: 0
    -- stderr
    No tools are installed
    ");
}

#[test]
fn a_tools_environment_has_links_that_the_cache_knows() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install app");
    let python = tool_folder(&sandbox, "app").join("bin/python");
    let code = "import app, os; print(os.path.islink(os.path.dirname(app.__file__)))";
    let mut command = Command::new(python);
    let answer = sandbox.finish(command.args(["-c", code]));
    assert_eq!(answer.stdout, "True\n", "{answer}");
    sandbox.run_well("cache prune");
    assert_eq!(says(&sandbox, "app"), "app 1.0\n");
    let answer = sandbox.run("cache clean");
    assert!(answer.stderr.contains("TL0013"), "{answer}");
}

#[test]
fn what_was_asked_is_kept_and_another_wish_replaces_it() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib==1.0 --with extra-lib --with-executables-from fancy");
    assert_eq!(programs(&sandbox), ["fancy", "lib"]);
    assert_snapshot!(
        sandbox.run("tool list --show-with --show-version-specifiers").stdout, @"
        lib v1.0 [required: ==1.0] [with: extra-lib, fancy]
        - lib
        - fancy
        ");
    assert_snapshot!(sandbox.run("tool upgrade lib").stderr, @"
    Resolved 3 projects in [TIME]
    `lib` 1.0 is the newest that fits
    ");
    assert_snapshot!(sandbox.run("tool install lib").stderr, @"
    Resolved 1 project in [TIME]
     - extra-lib==3.1
     - fancy==1.0
    Installed 1 program: lib
    ");
    assert_eq!(programs(&sandbox), ["lib"]);
    // What fits stays until a newer one is asked for.
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
    assert_snapshot!(sandbox.run("tool upgrade --all").stderr, @"
    Resolved 1 project in [TIME]
    Upgraded `lib` to 1.5 (was 1.0)
     ~ lib==1.5 (was 1.0)
    ");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
    sandbox.run_well("tool install lib@1.0");
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
    sandbox.run_well("tool install lib@latest");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
}

#[test]
fn constraints_overrides_and_options_are_kept() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("limits.txt", "lib<1.5\n");
    sandbox.run_well("tool install app -c limits.txt --pre");
    fs::remove_file(sandbox.path("limits.txt")).unwrap();
    assert_snapshot!(sandbox.run("tool upgrade app").stderr, @"
    Resolved 2 projects in [TIME]
    `app` 1.0 is the newest that fits
    ");
    let receipt = fs::read_to_string(tool_folder(&sandbox, "app").join("tilsit-receipt.toml"));
    let receipt = receipt.unwrap();
    assert!(receipt.contains("constraints = [\"lib<1.5\"]"), "{receipt}");
    assert!(receipt.contains("pre = true"), "{receipt}");
    sandbox.run_well("tool install app --pre");
    sandbox.run_well("tool upgrade app");
    let (_, list) = sandbox.run_json(&format!(
        "pip list --python {}",
        tool_folder(&sandbox, "app").display()
    ));
    assert_eq!(list["result"][1]["version"], "2.0rc1", "{list}");
}

#[test]
fn a_library_is_no_tool_and_says_who_has_programs() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let folder = wheel_folder(&sandbox);
    wheels::wheel_with(&folder, ("shelf", "1.0"), &["app"], "", &[]);
    wheels::wheel_with(&folder, ("leaf", "1.0"), &[], "", &[]);
    assert_snapshot!(sandbox.run("tool install shelf"), @"
    exit: 1
    -- stderr
    Resolved 3 projects in [TIME]
    error: `shelf` has no programs, so it is no tool [TL1205]
      caused by: `app`, which it needs, has `app`
      caused by: `lib`, which it needs, has `lib`
    hint: `tilsit tool install app` installs the programs of `app`
    hint: `tilsit tool install app --with shelf` has `shelf` beside it
    ");
    assert_snapshot!(sandbox.run("tool install leaf"), @"
    exit: 1
    -- stderr
    Resolved 1 project in [TIME]
    error: `leaf` has no programs, so it is no tool [TL1205]
    hint: a library is installed into an environment: `tilsit venv`, `tilsit pip install leaf`
    ");
    assert!(!tool_folder(&sandbox, "shelf").exists());
    assert!(programs(&sandbox).is_empty());
}

#[test]
fn a_failure_leaves_the_old_tool() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install app");
    let folder = wheel_folder(&sandbox);
    // One that brings a program that is in the way, one that needs what is not there, one without programs.
    fs::write(program(&sandbox, "extra"), "mine").unwrap();
    let entry_points = "[console_scripts]\napp = app:main\nextra = app:main\n";
    wheels::wheel_with(&folder, ("app", "2.0"), &[], entry_points, &[]);
    wheels::wheel(&folder, "app", "3.0", &["missing"]);
    wheels::wheel_with(&folder, ("app", "4.0"), &[], "", &[]);
    for (wish, code) in [
        ("app==2.0", "TL1204"),
        ("app==3.0", "TL0301"),
        ("app==4.0", "TL1205"),
    ] {
        let answer = sandbox.run(&format!("tool install {wish}"));
        assert_ne!(answer.exit, 0, "{answer}");
        assert!(answer.stderr.contains(code), "{wish}: {answer}");
        assert_eq!(says(&sandbox, "app"), "app 1.0\n", "{wish}");
        let (_, envelope) = sandbox.run_json("tool list");
        assert_eq!(envelope["result"][0]["version"], "1.0");
        assert_eq!(envelope["result"][0]["fault"], serde_json::Value::Null);
    }
    assert_snapshot!(sandbox.run("tool install app==2.0"), @"
    exit: 1
    -- stderr
    Resolved 1 project in [TIME]
    error: `[ROOT]/home/.local/bin/extra` is there already and is not the tool's [TL1204]
    hint: replace what is there with `--force`, or add `--suffix TEXT`
    ");
    sandbox.run_well("tool install app==2.0 --force");
    assert_eq!(says(&sandbox, "extra"), "app 2.0\n");
    sandbox.run_well("tool uninstall app");
    assert!(programs(&sandbox).is_empty());
}

#[test]
fn a_suffix_lets_a_tool_be_there_twice() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib");
    sandbox.run_well("tool install lib==1.0 --suffix @old");
    assert_eq!(programs(&sandbox), ["lib", "lib@old"]);
    assert_eq!(says(&sandbox, "lib@old"), "lib 1.0\n");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
    sandbox.run_well("tool upgrade lib@old");
    sandbox.run_well("tool uninstall lib@old");
    assert_eq!(programs(&sandbox), ["lib"]);
    let answer = sandbox.run("tool install lib --suffix ../x");
    assert_eq!(answer.exit, 2, "{answer}");
}

#[test]
fn manual_pages_and_completions_are_linked() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let shared = [
        "man/man1/page.1",
        "bash-completion/completions/page",
        "zsh/site-functions/_page",
        "fish/vendor_completions.d/page.fish",
        "doc/page/README",
    ];
    let entry_points = "[console_scripts]\npage = page:main\n";
    wheels::wheel_with(
        &wheel_folder(&sandbox),
        ("page", "1.0"),
        &[],
        entry_points,
        &shared,
    );
    let data = sandbox.root().join("home/.local/share");
    fs::create_dir_all(data.join("zsh/site-functions")).unwrap();
    fs::write(data.join("zsh/site-functions/_page"), "mine").unwrap();
    assert_snapshot!(sandbox.run("tool install page").stderr, @"
    Resolved 1 project in [TIME]
    warning: `[ROOT]/home/.local/share/zsh/site-functions/_page` is there already and is not the tool's, so it is left as it is
     + page==1.0
    Installed 1 program: page
    ");
    for path in &shared[..2] {
        assert_eq!(
            fs::read_to_string(data.join(path)).unwrap(),
            "1.0",
            "{path}"
        );
    }
    assert!(!data.join("doc").exists());
    assert_snapshot!(sandbox.run("tool list").stdout, @"
    page v1.0
    - page
    - man1/page.1
    - bash-completion/completions/page
    - fish/vendor_completions.d/page.fish
    ");
    sandbox.run_well("tool uninstall page");
    assert!(!data.join(shared[0]).exists());
    assert_eq!(fs::read_to_string(data.join(shared[2])).unwrap(), "mine");
}

#[test]
fn a_tool_whose_python_is_gone_is_said_and_mended() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib==1.0");
    sandbox.run_well("tool install lib");
    break_python(&tool_folder(&sandbox, "lib"));
    assert_snapshot!(sandbox.run("tool list"), @"
    exit: 0
    -- stdout
    lib v1.0 [broken]
    - lib
    -- stderr
    warning: `lib` does not work: its Python `/gone/python3` is gone; `tilsit tool upgrade lib` makes it anew
    ");
    sandbox.run_well("tool install lib");
    // What it had stays.
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
    break_python(&tool_folder(&sandbox, "lib"));
    sandbox.run_well("tool upgrade lib");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
    // A folder whose notes are gone.
    fs::remove_file(tool_folder(&sandbox, "lib").join("tilsit-receipt.toml")).unwrap();
    assert_snapshot!(sandbox.run("tool upgrade lib"), @"
    exit: 1
    -- stderr
    error: the tool `lib` cannot be upgraded [TL1203]
      caused by: it has no receipt: its installation broke off, or another program made the folder
    hint: install it again: `tilsit tool install lib --force`
    ");
    let list = sandbox.run("tool list");
    assert!(list.stderr.contains("`tilsit tool install lib`"), "{list}");
    sandbox.run_well("tool install lib");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
}

#[test]
fn a_tool_whose_cache_is_gone_is_said_and_mended() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib==1.0");
    sandbox.run_well("tool install lib");
    sandbox.run_well("cache clean --force");
    let list = sandbox.run("tool list");
    assert!(list.stdout.contains("[broken]"), "{list}");
    assert!(list.stderr.contains("a cache that was removed"), "{list}");
    assert_eq!(sandbox.run_well("tool run lib").stdout, "lib 1.5\n");
    sandbox.run_well("tool install lib");
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
}

#[test]
fn hashes_that_would_be_lost_are_refused() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let digest = "0".repeat(64);
    sandbox.write("more.txt", &format!("lib==1.0 --hash=sha256:{digest}\n"));
    let answer = sandbox.run("tool install app --with-requirements more.txt");
    assert!(answer.stderr.contains("TL0105"), "{answer}");
    sandbox.write("more.txt", "lib==1.0\n");
    sandbox.run_well("tool install app --with-requirements more.txt");
    let (_, envelope) = sandbox.run_json("tool list");
    assert_eq!(envelope["result"][0]["with"][0], "lib==1.0");
}

#[test]
fn a_tool_has_a_lock() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install app --with fancy[more]");
    let path = tool_folder(&sandbox, "app").join("pylock.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (lock, problems) = Pylock::parse(&text).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let pins = lock.packages.iter().map(|package| {
        let version = package.version.as_ref().expect("a version");
        assert!(package.marker.is_true(), "{}", package.name);
        format!("{}=={version}", package.name)
    });
    let expected = ["app==1.0", "extra-lib==3.1", "fancy==1.0", "lib==1.0"];
    assert_eq!(pins.collect::<Vec<_>>(), expected);
    assert!(text.contains("sha256 = \""), "{text}");
    assert_eq!(lock.environments.len(), 1);
    // What is upgraded is locked anew.
    sandbox.run_well("tool install app -U");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("version = \"1.5\""), "{text}");
}

#[test]
fn several_tools_are_each_tried() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install app");
    sandbox.run_well("tool install lib==1.0");
    sandbox.run_well("tool install lib");
    fs::remove_file(tool_folder(&sandbox, "app").join("tilsit-receipt.toml")).unwrap();
    assert_snapshot!(sandbox.run("tool upgrade --all"), @"
    exit: 1
    -- stderr
    error: the tool `app` cannot be upgraded [TL1203]
      caused by: it has no receipt: its installation broke off, or another program made the folder
    hint: install it again: `tilsit tool install app --force`
    Resolved 1 project in [TIME]
    Upgraded `lib` to 1.5 (was 1.0)
     ~ lib==1.5 (was 1.0)
    error: `app` could not be upgraded [TL1206]
      caused by: app: the tool `app` cannot be upgraded
    ");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
    sandbox.run_well("tool uninstall --all");
    assert!(programs(&sandbox).is_empty());
}

#[test]
fn newer_versions_are_listed() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install app");
    sandbox.run_well("tool install lib==1.0");
    assert_snapshot!(sandbox.run("tool list --outdated").stdout, @"
    lib v1.0 [latest: 1.5]
    - lib
    ");
    let (_, envelope) = sandbox.run_json("tool list --outdated");
    assert_eq!(envelope["result"][0]["latest"], "1.5");
}

#[test]
fn paths_and_editables() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write(
        "own/pyproject.toml",
        "[build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n\
         [project]\nname = 'own'\nversion = '1.0'\n[project.scripts]\nown = 'own:main'\n",
    );
    sandbox.write(
        "own/src/own/__init__.py",
        "def main():\n    print('first')\n",
    );
    sandbox.run_well("tool install ./own");
    assert_eq!(says(&sandbox, "own"), "first\n");
    sandbox.run_well("tool install --editable own");
    sandbox.write(
        "own/src/own/__init__.py",
        "def main():\n    print('second')\n",
    );
    assert_eq!(says(&sandbox, "own"), "second\n");
    let (_, envelope) = sandbox.run_json("tool list");
    assert_eq!(envelope["result"][0]["editable"], true);
    let answer = sandbox.run("tool install --editable git+https://git.example/own");
    assert_ne!(answer.exit, 0, "{answer}");
    let wheel = wheel_folder(&sandbox).join("app-1.0-py3-none-any.whl");
    sandbox.run_well(&format!("tool install {}", wheel.display()));
    assert_eq!(says(&sandbox, "app"), "app 1.0\n");
}

#[test]
fn what_a_project_says_is_not_the_tools() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit]\nconstraint-dependencies = ['lib<1.5']\n",
    );
    sandbox.write(".python-version", "2.7\n");
    sandbox.run_well("tool install lib");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
}

#[test]
fn another_python_is_taken_where_the_usual_one_is_not_fit() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    sandbox.set("TILSIT_PYTHON", "");
    let minor = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let usual = sandbox
        .run_well("python find --system --show-version")
        .stdout;
    let usual = minor(usual.trim());
    let (_, envelope) = sandbox.run_json("python list");
    let all = envelope["result"].as_array().unwrap().iter();
    let versions = all.filter_map(|one| one["version"].as_str()).map(minor);
    let other = versions.into_iter().find(|version| *version != usual);
    let Some(other) = tilsit_testing::require("a second Python", other) else {
        return;
    };
    let python = format!("python=={other}.*");
    let folder = wheel_folder(&sandbox);
    wheels::wheel(&folder, "choosy", "1.0", &[&*python]);
    let answer = sandbox.run_well("tool install choosy");
    assert!(answer.stderr.contains("Taking Python"), "{answer}");
    assert_eq!(says(&sandbox, "choosy"), "choosy 1.0\n");
    let (_, envelope) = sandbox.run_json("tool list");
    let python = envelope["result"][0]["python"].as_str().unwrap();
    assert_eq!(minor(python), other);
    // It stays with that one, and a Python that is named is meant.
    sandbox.run_well("tool upgrade choosy");
    let answer = sandbox.run(&format!("tool install choosy --python {usual}"));
    assert_eq!(answer.exit, 1, "{answer}");
}

#[test]
fn folders_and_the_shell() {
    let Some(mut sandbox) = crate::sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("tool dir").stdout, @"[ROOT]/home/.local/share/tilsit/tools");
    assert_snapshot!(sandbox.run("tool dir --bin").stdout, @"[ROOT]/home/.local/bin");
    assert_snapshot!(sandbox.run("tool install app").stderr, @"
    Resolved 2 projects in [TIME]
     + app==1.0
     + lib==1.5
    Installed 1 program: app
    warning: `[ROOT]/home/.local/bin` is not on the search path (PATH), so the shell does not find the programs; `tilsit tool update-shell` mends that
    ");
    assert_snapshot!(sandbox.run("tool update-shell"), @"
    exit: 2
    -- stderr
    error: which shell you use is not known: `SHELL` is not set [TL0002]
    hint: name it: `tilsit tool update-shell --shell bash`
    hint: or put `[ROOT]/home/.local/bin` onto PATH by hand
    ");
    sandbox.set("SHELL", "/bin/bash");
    assert_snapshot!(sandbox.run("tool update-shell").stderr, @"
    Changed `[ROOT]/home/.bashrc`
    Changed `[ROOT]/home/.profile`
    A new bash finds the programs in `[ROOT]/home/.local/bin`
    ");
    assert_snapshot!(sandbox.run("tool update-shell").stderr, @"`[ROOT]/home/.local/bin` is in the start files already; start a new shell");
    let profile = sandbox.root().join("home/.profile");
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!(". {} && app", profile.display()));
    shell.env_clear().env("PATH", "/usr/bin:/bin");
    assert_eq!(sandbox.finish(&mut shell).stdout, "app 1.0\n");
    for (name, folder) in [
        ("TILSIT_TOOL_DIR", "tools"),
        ("TILSIT_TOOL_BIN_DIR", "programs"),
    ] {
        sandbox.set(name, folder);
    }
    assert_snapshot!(sandbox.run("tool dir").stdout, @"[ROOT]/project/tools");
    sandbox.run_well("tool install lib");
    assert!(sandbox.path("programs/lib").is_file());
    assert!(sandbox.path("tools/lib/pyvenv.cfg").is_file());
}

#[test]
fn two_at_once_wait_for_each_other() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let lines = [
        "tool install app",
        "tool install lib",
        "tool install fancy",
        "tool install app",
    ];
    let started: Vec<_> = lines
        .iter()
        .map(|line| {
            let mut command = sandbox.command(line);
            command
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(programs(&sandbox), ["app", "fancy", "lib"]);
    for name in ["app", "fancy", "lib"] {
        assert!(says(&sandbox, name).starts_with(name));
    }
}
