//! `pip uninstall`, `pip sync`, `pip check`, `pip show`, and installing elsewhere.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::sandbox::{Answer, Sandbox};

/// The output with the Python version left out.
fn neutral(answer: &Answer) -> String {
    let text = answer.to_string();
    let mut steady = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("/python3.") {
        steady.push_str(before);
        steady.push_str("/pythonX.Y");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    steady + rest
}

fn run_with_input(sandbox: &Sandbox, line: &str, input: &str) -> Answer {
    let mut command = sandbox.command(line);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it is read");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    Answer {
        exit: output.status.code().unwrap_or(-1),
        stdout: sandbox.steady(&String::from_utf8_lossy(&output.stdout)),
        stderr: sandbox.steady(&String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn uninstalling_asks_and_says_what_pip_says() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app");
    let declined = run_with_input(&sandbox, "pip uninstall lib", "n\n");
    assert_snapshot!(neutral(&declined), @"
    exit: 0
    -- stdout
    Found existing installation: lib 1.5
    Uninstalling lib-1.5:
      Would remove:
        [ROOT]/project/.venv/bin/lib
        [ROOT]/project/.venv/lib/pythonX.Y/site-packages/lib-1.5.dist-info/*
        [ROOT]/project/.venv/lib/pythonX.Y/site-packages/lib/*
    Proceed (Y/n)?
    ");
    assert!(sandbox.run_well("pip freeze").stdout.contains("lib=="));
    let unanswered = run_with_input(&sandbox, "pip uninstall lib", "");
    assert_eq!(unanswered.exit, 2, "{unanswered}");
    let accepted = run_with_input(&sandbox, "pip uninstall lib", "y\n");
    assert_eq!(accepted.exit, 0, "{accepted}");
    assert!(
        accepted
            .stdout
            .ends_with("Proceed (Y/n)?   Successfully uninstalled lib-1.5\n"),
        "{accepted}"
    );
    assert_snapshot!(sandbox.run("pip check"), @"
    exit: 1
    -- stdout
    app 1.0 requires lib, which is not installed.
    ");
    sandbox.write("requirements.txt", "app\nnever-there\n");
    assert_snapshot!(sandbox.run("pip uninstall -y -r requirements.txt"), @"
    exit: 0
    -- stdout
    Found existing installation: app 1.0
    Uninstalling app-1.0:
      Successfully uninstalled app-1.0
    -- stderr
    warning: Skipping never-there as it is not installed.
    ");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "");
    assert!(!sandbox.path(".venv/bin/app").exists());
}

#[test]
fn sync_makes_the_environment_what_the_file_lists() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app");
    sandbox.write("requirements.txt", "lib==1.0\nextra-lib==3.1\n");
    assert_snapshot!(sandbox.run("pip sync requirements.txt"), @"
    exit: 0
    -- stderr
    Installed 2 wheels and uninstalled 1 project in [TIME]
     - app==1.0
     + extra-lib==3.1
     ~ lib==1.0 (was 1.5)
    ");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "extra_lib==3.1\nlib==1.0\n"
    );
    assert_snapshot!(sandbox.run("pip sync requirements.txt"), @"
    exit: 0
    -- stderr
    Everything is there already.
    ");
    sandbox.write("requirements.txt", "# nothing\n");
    assert_snapshot!(sandbox.run("pip sync requirements.txt"), @"
    exit: 2
    -- stderr
    error: the files list nothing, which would uninstall everything [TL0002]
    hint: `--allow-empty-requirements` does so
    ");
    let (_, envelope) = sandbox.run_json("pip sync --allow-empty-requirements requirements.txt");
    assert_eq!(envelope["result"]["uninstalled"][0]["name"], "extra-lib");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "");
}

#[test]
fn show_says_what_pip_says() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app lib==1.0 extra-lib");
    assert_snapshot!(neutral(&sandbox.run("pip show -f app nothing")), @"
    exit: 0
    -- stdout
    Name: app
    Version: 1.0
    Summary: 
    Home-page: 
    Author: 
    Author-email: 
    License: 
    Location: [ROOT]/project/.venv/lib/pythonX.Y/site-packages
    Requires: lib
    Required-by: 
    Files:
      ../../../bin/app
      app-1.0.dist-info/INSTALLER
      app-1.0.dist-info/METADATA
      app-1.0.dist-info/RECORD
      app-1.0.dist-info/REQUESTED
      app-1.0.dist-info/WHEEL
      app-1.0.dist-info/entry_points.txt
      app/__init__.py
    -- stderr
    warning: Package(s) not found: nothing
    ");
    assert_snapshot!(neutral(&sandbox.run("pip show lib extra_lib")), @"
    exit: 0
    -- stdout
    Name: lib
    Version: 1.0
    Summary: 
    Home-page: 
    Author: 
    Author-email: 
    License: 
    Location: [ROOT]/project/.venv/lib/pythonX.Y/site-packages
    Requires: 
    Required-by: app
    ---
    Name: extra_lib
    Version: 3.1
    Summary: 
    Home-page: 
    Author: 
    Author-email: 
    License: 
    Location: [ROOT]/project/.venv/lib/pythonX.Y/site-packages
    Requires: 
    Required-by:
    ");
    assert_eq!(sandbox.run("pip show nothing").exit, 1);
}

#[test]
fn lists_of_some() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app lib==1.0 extra-lib");
    assert_snapshot!(sandbox.run("pip list --outdated"), @"
    exit: 0
    -- stdout
    Package Version Latest Type
    ------- ------- ------ -----
    lib     1.0     1.5    wheel
    ");
    assert_snapshot!(sandbox.run("pip list --uptodate --format freeze"), @"
    exit: 0
    -- stdout
    app==1.0
    extra_lib==3.1
    ");
    assert_snapshot!(sandbox.run("pip list --not-required --exclude extra_lib"), @"
    exit: 0
    -- stdout
    Package Version
    ------- -------
    app     1.0
    ");
    assert_snapshot!(sandbox.run("pip list --outdated --format json"), @r#"
    exit: 0
    -- stdout
    [{"name":"lib","version":"1.0","latest_version":"1.5","latest_filetype":"wheel"}]
    "#);
    sandbox.run_well("pip install --target elsewhere lib==1.5");
    assert_snapshot!(sandbox.run("pip list --path elsewhere --format freeze"), @"
    exit: 0
    -- stdout
    lib==1.5
    ");
}

#[test]
fn packages_can_lie_elsewhere() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let files = |folder: &str| -> Vec<String> {
        let root = sandbox.path(folder);
        let mut waiting = vec![root.clone()];
        let mut files = Vec::new();
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    files.push(
                        path.strip_prefix(&root)
                            .expect("below")
                            .display()
                            .to_string(),
                    );
                }
            }
        }
        files.retain(|file| !file.ends_with("/.tilsit.lock") && file != ".tilsit.lock");
        files.sort();
        files
    };
    sandbox.run_well("pip install --target target lib==1.5");
    assert!(files("target").contains(&"bin/lib".to_owned()));
    assert!(files("target").contains(&"lib/__init__.py".to_owned()));
    sandbox.run_well("pip install --prefix prefix lib==1.5");
    assert!(files("prefix").contains(&"bin/lib".to_owned()));
    assert!(
        files("prefix")
            .iter()
            .any(|file| file.ends_with("site-packages/lib/__init__.py"))
    );
    sandbox.run_well("pip install --root image lib==1.5");
    let inside = sandbox.path(".venv/bin/lib").display().to_string();
    assert!(files("image").contains(&inside.trim_start_matches('/').to_owned()));
    // The environment itself holds nothing, and each place is upgraded and emptied by itself.
    assert_eq!(sandbox.run_well("pip freeze").stdout, "");
    sandbox.run_well("pip install --target target lib==1.0");
    let text = sandbox.read("target/lib/__init__.py");
    assert!(text.contains("1.0"), "{text}");
    sandbox.run_well("pip uninstall -y --target target lib");
    assert_eq!(files("target"), Vec::<String>::new());
    let refused = sandbox.run("pip install --user lib");
    assert_eq!(refused.exit, 2, "{refused}");
}

#[test]
fn a_tree_needs_the_cache_and_says_so() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install --link-mode tree app");
    let output = std::process::Command::new(sandbox.path(".venv/bin/app")).output();
    assert_eq!(output.expect("it starts").stdout, b"app 1.0\n");
    let refused = sandbox.run("cache clean");
    assert_snapshot!(neutral(&refused), @"
    exit: 1
    -- stderr
    error: the packages of 1 environment are links into the cache [TL0013]
      caused by: `[ROOT]/project/.venv/lib/pythonX.Y/site-packages`
    hint: `--force` removes them all the same; make these environments anew then
    hint: `tilsit cache prune` removes the rest
    ");
    assert_snapshot!(sandbox.run("cache prune"), @"
    exit: 0
    -- stderr
    Nothing to remove; 2 wheels in use
    ");
    assert_snapshot!(sandbox.run("cache verify").stderr.split('(').next().unwrap_or_default(), @"
    Checked 2 wheels
    ");
    sandbox.run_well("pip uninstall -y app lib");
    sandbox.run_well("cache prune");
    let size: u64 = sandbox
        .run_well("cache size")
        .stdout
        .trim()
        .parse()
        .expect("bytes");
    assert!(size > 0);
    sandbox.run_well("cache clean");
}
