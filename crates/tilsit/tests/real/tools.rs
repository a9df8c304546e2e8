//! Tools from the default index, and those that pipx itself installed.

use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

/// What a program in a folder says.
fn says(sandbox: &Sandbox, folder: &Path, line: &[&str]) -> String {
    let mut command = Command::new(folder.join(line[0]));
    command.args(&line[1..]).env_clear();
    let answer = sandbox.finish(&mut command);
    assert_eq!(answer.exit, 0, "{line:?}: {answer}");
    answer.stdout
}

#[test]
fn a_tool_is_installed_and_runs() {
    let sandbox = crate::sandbox();
    let home = sandbox.root().join("home");
    sandbox.run_well("tool install pycowsay");
    let text = says(&sandbox, &home.join(".local/bin"), &["pycowsay", "it runs"]);
    assert!(text.contains("< it runs >"), "{text}");
    assert!(home.join(".local/share/man/man6/pycowsay.6").is_file());
    let text = sandbox.run_well("tool run --offline pycowsay again").stdout;
    assert!(text.contains("< again >"), "{text}");
    let text = sandbox.run_well("tool run ruff@0.6.4 --version").stdout;
    assert_eq!(text, "ruff 0.6.4\n");
    sandbox.run_well("tool upgrade --all");
    let lock = home.join(".local/share/tilsit/tools/pycowsay/pylock.toml");
    let lock = std::fs::read_to_string(lock).expect("a lock");
    assert!(lock.contains("sha256 = "), "{lock}");
    sandbox.run_well("tool uninstall --all");
    assert!(!home.join(".local/bin/pycowsay").exists());
}

#[test]
fn tools_of_the_real_pipx_are_taken_over() {
    let sandbox = crate::sandbox();
    let bin = sandbox.root().join("home/.local/bin");
    sandbox.run_well("tool install pipx");
    let home = sandbox.root().join("home");
    let python = tilsit_testing::python().expect("a Python");
    let pipx = |line: &[&str]| {
        let mut command = Command::new(bin.join("pipx"));
        command
            .args(line)
            .env_clear()
            .env("HOME", &home)
            .env("PATH", "/usr/bin:/bin")
            .env("PIPX_DEFAULT_PYTHON", &python);
        let answer = sandbox.finish(&mut command);
        assert_eq!(answer.exit, 0, "{line:?}: {answer}");
    };
    pipx(&["install", "pycowsay"]);
    pipx(&["inject", "pycowsay", "six<1.17"]);
    pipx(&["install", "--suffix=@6", "cowsay==6.0"]);
    let (exit, envelope) = sandbox.run_json("tool adopt --remove");
    assert_eq!(exit, 0, "{envelope}");
    let tools = &envelope["result"]["tools"];
    assert_eq!(tools[0]["installed"]["name"], "cowsay@6", "{envelope}");
    assert_eq!(tools[1]["with"][0], "six<1.17");
    let text = says(&sandbox, &bin, &["pycowsay", "ours"]);
    assert!(text.contains("< ours >"), "{text}");
    let text = says(&sandbox, &bin, &["cowsay@6", "-t", "ours"]);
    assert!(text.contains("ours"), "{text}");
    pipx(&["list"]);
    let link = std::fs::read_link(bin.join("pycowsay")).expect("a link");
    assert!(
        link.starts_with(home.join(".local/share/tilsit/tools")),
        "{link:?}"
    );
}
