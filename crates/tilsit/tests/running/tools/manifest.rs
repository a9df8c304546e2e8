//! `tool sync` and `tool export`: the tools of a manifest.

use insta::assert_snapshot;

use super::{programs, sandbox, says, wheel_folder};
use crate::wheels;

const MANIFEST: &str = "[tools]\nlib = '1.0'\n\n[tools.app]\nwith = ['extra-lib']\n";

#[test]
fn the_tools_become_those_of_the_manifest() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install fancy");
    sandbox.write("tilsit-tools.toml", MANIFEST);
    std::fs::create_dir(sandbox.path("deep")).unwrap();
    assert_snapshot!(sandbox.run("tool sync --dry-run --directory deep"), @"
    exit: 0
    -- stdout
    - fancy
    + lib==1.0
    + app
    ");
    assert_eq!(programs(&sandbox), ["fancy"]);
    sandbox.run_well("tool sync --inexact");
    assert_eq!(programs(&sandbox), ["app", "fancy", "lib"]);
    assert_snapshot!(sandbox.run("tool sync"), @"
    exit: 0
    -- stderr
    Uninstalled `fancy`
    ");
    assert_eq!(programs(&sandbox), ["app", "lib"]);
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n");
    assert_snapshot!(sandbox.run("tool sync"), @"
    exit: 0
    -- stderr
    Everything is as the manifest wants it
    ");
    let (_, envelope) = sandbox.run_json("tool sync --dry-run");
    assert_eq!(envelope["result"]["steps"][0]["action"], "keep");
    sandbox.write("other.toml", "[tools]\nlib = '*'\n");
    sandbox.run_well("tool sync other.toml");
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n", "what fits stays");
    sandbox.run_well("tool sync other.toml -U");
    assert_eq!(says(&sandbox, "lib"), "lib 1.5\n");
}

#[test]
fn what_is_exported_is_what_is_there() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib<2 --with extra-lib --pre");
    sandbox.run_well("tool install app");
    assert_snapshot!(sandbox.run("tool export").stdout, @r#"
    [tools]
    app = "*"

    [tools.lib]
    version = "<2"
    with = ["extra-lib"]

    [tools.lib.options]
    pre = true
    "#);
    assert_snapshot!(sandbox.run("tool export --pinned -o tilsit-tools.toml"), @"
    exit: 0
    -- stderr
    Wrote 2 tools to `tilsit-tools.toml`
    ");
    assert_snapshot!(sandbox.read("tilsit-tools.toml"), @r#"
    [tools.app]
    version = "==1.0"
    constraints = ["lib==1.5"]

    [tools.lib]
    version = "==1.5"
    with = ["extra-lib"]
    constraints = ["extra-lib==3.1"]

    [tools.lib.options]
    pre = true
    "#);
    // The same on a machine where newer versions are known.
    wheels::wheel(&wheel_folder(&sandbox), "lib", "1.9", &[]);
    sandbox.run_well("tool uninstall --all");
    sandbox.run_well("tool sync");
    let again = sandbox.run_well("tool export --pinned").stdout;
    assert_eq!(again, sandbox.read("tilsit-tools.toml"));
    sandbox.run_well("tool export -o tilsit-tools.toml");
    sandbox.run_well("tool uninstall --all");
    sandbox.run_well("tool sync");
    assert_eq!(programs(&sandbox), ["app", "lib"]);
    assert_snapshot!(sandbox.run("tool sync").stderr, @"Everything is as the manifest wants it");
}

#[test]
fn a_manifest_that_is_wrong_changes_nothing() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("tool install lib");
    assert_snapshot!(sandbox.run("tool sync"), @"
    exit: 2
    -- stderr
    error: there is no `tilsit-tools.toml` here or above [TL0002]
    hint: write one: `tilsit tool export -o tilsit-tools.toml`
    hint: or name another file: `tilsit tool sync FILE`
    ");
    for text in [
        "[tools]\napp = 1\n",
        "[tools]\napp = { verson = '1' }\n",
        "[tools]\napp = { options = { indx = 'x' } }\n",
        "[tools\n",
    ] {
        sandbox.write("tilsit-tools.toml", text);
        let answer = sandbox.run("tool sync");
        assert_eq!(answer.exit, 2, "{text}: {answer}");
        assert_eq!(programs(&sandbox), ["lib"], "{text}");
    }
    sandbox.write("tilsit-tools.toml", "[tools]\nlib = '1.0'\nmissing = '*'\n");
    let answer = sandbox.run("tool sync");
    assert_eq!(answer.exit, 1, "{answer}");
    assert_eq!(says(&sandbox, "lib"), "lib 1.0\n", "the others are done");
}
