//! `pip tree`, `pip inspect` and `pip hash`: what is there, shown in other ways.

use insta::assert_snapshot;

#[test]
fn what_is_installed_is_a_tree() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app extra-lib -q");
    assert_snapshot!(sandbox.run("pip tree"), @"
    exit: 0
    -- stdout
    app v1.0
    └── lib v1.5
    extra-lib v3.1
    ");
    assert_snapshot!(sandbox.run("pip tree --invert --show-version-specifiers"), @"
    exit: 0
    -- stdout
    extra-lib v3.1
    lib v1.5
    └── app v1.0 [required: >=1]
    ");
    assert_snapshot!(sandbox.run("pip tree --package lib --depth 0"), @"
    exit: 0
    -- stdout
    lib v1.5
    ");
    assert_snapshot!(sandbox.run("pip tree --prune lib"), @"
    exit: 0
    -- stdout
    app v1.0
    extra-lib v3.1
    ");
    assert_snapshot!(sandbox.run("pip tree --package nothing"), @"
    exit: 2
    -- stderr
    error: `nothing` is not installed [TL0207]
    hint: `tilsit pip list` shows what is
    ");
}

#[test]
fn what_is_installed_is_inspected() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app -q");
    let report: serde_json::Value =
        serde_json::from_str(&sandbox.run_well("pip inspect").stdout).expect("JSON");
    let entries = report["installed"].as_array().expect("a list");
    let app = &entries[0];
    assert_eq!(app["metadata"]["name"], "app");
    assert_eq!(app["metadata"]["requires_dist"][0], "lib>=1");
    assert_eq!(app["requested"], true);
    assert_eq!(app["installer"], "tilsit");
    assert_eq!(entries[1]["requested"], false);
    assert_eq!(report["environment"]["os_name"], "posix");
}

#[test]
fn files_are_hashed() {
    let sandbox = crate::Sandbox::new();
    sandbox.write("abc", "abc");
    assert_snapshot!(sandbox.run("pip hash abc -a sha384 nothing"), @"
    exit: 5
    -- stderr
    error: cannot read `[ROOT]/project/nothing` [TL0011]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("pip hash abc"), @"
    exit: 0
    -- stdout
    abc:
    --hash=sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
    ");
}

#[test]
fn what_an_egg_requires() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let lib = std::fs::read_dir(sandbox.path(".venv/lib")).unwrap();
    let lib = lib.map(|entry| entry.unwrap().path()).next().unwrap();
    let egg = lib.join("site-packages/old-1.0.egg-info");
    std::fs::create_dir(&egg).unwrap();
    let metadata = "Metadata-Version: 1.2\nName: old\nVersion: 1.0\n";
    std::fs::write(egg.join("PKG-INFO"), metadata).unwrap();
    std::fs::write(egg.join("requires.txt"), "lib>=1\n\n[more]\nextra-lib\n").unwrap();
    assert_snapshot!(sandbox.run("pip check"), @"
    exit: 1
    -- stdout
    old 1.0 requires lib, which is not installed.
    ");
    let shown = sandbox.run_well("pip show old");
    assert!(shown.stdout.contains("Requires: lib\n"), "{shown}");
    sandbox.run_well("pip install -q lib==1.0");
    assert_snapshot!(sandbox.run("pip check").stdout, @"No broken requirements found.");
    assert_snapshot!(sandbox.run("pip tree").stdout, @"
    old v1.0
    └── lib v1.0
    ");
    assert_snapshot!(sandbox.run("pip install old"), @"
    exit: 0
    -- stdout
    Requirement already satisfied: lib in .venv/lib/pythonX.Y/site-packages (1.0)
    Requirement already satisfied: old in .venv/lib/pythonX.Y/site-packages (1.0)
    -- stderr
    Checked 2 projects in [TIME]
    Everything is there already.
    ");
}
