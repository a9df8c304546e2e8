//! `tool adopt`: the tools of a folder as pipx makes it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::{program, programs, sandbox, says, tool_folder};
use crate::sandbox::Sandbox;

/// A tool of pipx: notes, metadata of what is installed, and a link. The environment has no Python, as
/// one whose Python was removed.
fn pipx_tool(home: &Path, sandbox: &Sandbox, name: &str, notes: &str, installed: &[(&str, &str)]) {
    let environment = home.join("venvs").join(name);
    let packages = environment.join("lib/python3.9/site-packages");
    for (project, version) in installed {
        let folder = packages.join(format!("{project}-{version}.dist-info"));
        fs::create_dir_all(&folder).expect("a tool of pipx");
        let metadata = format!("Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n");
        fs::write(folder.join("METADATA"), metadata).expect("a tool of pipx");
    }
    fs::create_dir_all(environment.join("bin")).expect("a tool of pipx");
    fs::write(environment.join("bin").join(name), "pipx's").expect("a tool of pipx");
    fs::write(environment.join("pipx_metadata.json"), notes).expect("a tool of pipx");
    let link = program(sandbox, name);
    fs::create_dir_all(link.parent().expect("a tool of pipx")).expect("a tool of pipx");
    symlink(environment.join("bin").join(name), link).expect("a tool of pipx");
}

fn notes(package: &str, asked: &str, rest: &str) -> String {
    format!(
        r#"{{"main_package": {{"package": "{package}", "package_or_url": "{asked}",
            "package_version": "1.0", "pip_args": ["--pre", "--use-feature=x",
                "--extra-index-url", "https://me:s3cret@index.example/simple/"]}},
            "python_version": "Python 3.2.1" {rest}}}"#
    )
}

fn with_pipx() -> Option<(Sandbox, PathBuf)> {
    let sandbox = sandbox()?;
    let home = sandbox.root().join("home/.local/share/pipx");
    let injected = r#", "injected_packages": {"extra-lib": {"package": "extra-lib",
        "package_or_url": "extra-lib", "package_version": "3.1", "include_apps": true}}"#;
    pipx_tool(
        &home,
        &sandbox,
        "lib",
        &notes("lib", "lib<2", injected),
        &[("lib", "1.0")],
    );
    pipx_tool(
        &home,
        &sandbox,
        "app",
        &notes("app", "app", ""),
        &[("app", "1.0"), ("lib", "1.0")],
    );
    Some((sandbox, home))
}

#[test]
fn tools_of_pipx_become_ours() {
    let Some((sandbox, home)) = with_pipx() else {
        return;
    };
    let answer = sandbox.run("tool install app");
    assert!(answer.stderr.contains("`tilsit tool adopt`"), "{answer}");
    assert_snapshot!(sandbox.run("tool adopt --dry-run"), @"
    exit: 0
    -- stderr
    Would take over `app` (app)
    warning: of `app` this is not taken over: `--use-feature=x` for pip
    Would take over `lib` (lib<2)
    warning: of `lib` this is not taken over: `--use-feature=x` for pip
    ");
    assert_eq!(
        fs::read_to_string(program(&sandbox, "lib")).unwrap(),
        "pipx's"
    );
    let answer = sandbox.run_well("tool adopt lib");
    for line in [
        "Installed 2 programs: lib, extra_lib",
        "Took over `lib` (lib<2)",
        "its Python 3.2, which is not there",
    ] {
        assert!(answer.stderr.contains(line), "{line}: {answer}");
    }
    // The version that pipx had stays, and what was injected is there.
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
    assert_eq!(programs(&sandbox), ["app", "extra_lib", "lib"]);
    assert!(home.join("venvs/lib").is_dir());
    let (exit, envelope) = sandbox.run_json("tool adopt --remove");
    assert_eq!(exit, 0, "{envelope}");
    assert!(!home.join("venvs/lib").exists());
    assert_eq!(says(&sandbox, "app"), "app 1.0\n");
    let receipt = tool_folder(&sandbox, "app").join("tilsit-receipt.toml");
    let receipt = fs::read_to_string(receipt).unwrap();
    assert!(
        receipt.contains("https://me@index.example/simple/"),
        "{receipt}"
    );
    assert!(!receipt.contains("s3cret"), "{receipt}");
    sandbox.run_well("tool upgrade app");
    let code = "import lib; print(lib.VERSION)";
    let mut python = std::process::Command::new(tool_folder(&sandbox, "app").join("bin/python"));
    let answer = sandbox.finish(python.args(["-c", code]));
    assert_eq!(answer.stdout, "2.0rc1\n", "`--pre` is kept: {answer}");
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let Some((sandbox, home)) = with_pipx() else {
        return;
    };
    fs::write(home.join("venvs/lib/pipx_metadata.json"), "{").unwrap();
    fs::remove_file(program(&sandbox, "app")).unwrap();
    fs::write(program(&sandbox, "app"), "mine").unwrap();
    assert_snapshot!(sandbox.run("tool adopt --pipx-home ../home/.local/share/pipx"), @"
    exit: 1
    -- stderr
    Resolved 2 projects in [TIME]
    error: `[ROOT]/home/.local/bin/app` is there already and is not the tool's [TL1204]
    hint: replace what is there with `--force`, or add `--suffix TEXT`
    error: pipx's tool `lib` cannot be taken over [TL1203]
      caused by: pipx's notes on it are not valid: EOF while parsing an object at line 1 column 1
    hint: install it by hand: `tilsit tool install lib`
    error: `app`, `lib` could not be taken over [TL1206]
      caused by: app: `[ROOT]/home/.local/bin/app` is there already and is not the tool's
      caused by: lib: pipx's tool `lib` cannot be taken over
    ");
    assert_eq!(
        fs::read_to_string(program(&sandbox, "app")).unwrap(),
        "mine"
    );
    assert_snapshot!(sandbox.run("tool adopt missing"), @"
    exit: 2
    -- stderr
    error: pipx's folder `[ROOT]/home/.local/share/pipx` has no tool `missing` [TL1202]
    ");
    assert_snapshot!(sandbox.run("tool adopt --pipx-home ."), @"
    exit: 2
    -- stderr
    error: pipx has no tools in `[ROOT]/project` [TL1202]
    hint: name its folder with `--pipx-home`; `pipx environment` shows it
    ");
}
