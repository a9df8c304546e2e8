//! `pip compile`: what the file looks like, and what stays in it.

use insta::assert_snapshot;

use crate::wheels::wheel;

#[test]
fn requirements_are_pinned_with_their_reasons() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("app.in", "app\nfancy[more]\n-c limits.txt\n");
    sandbox.write("limits.txt", "lib<3\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 0
    -- stdout
    # This file was made by tilsit with the following command:
    #    tilsit pip compile app.in
    app==1.0
        # via -r app.in
    extra-lib==3.1
        # via fancy
    fancy[more]==1.0
        # via -r app.in
    lib==1.0
        # via
        #   -c limits.txt
        #   app
        #   fancy
    -- stderr
    Resolved 4 projects in [TIME]
    ");
    assert_snapshot!(sandbox.run("pip compile app.in --no-header --annotation-style line"), @"
    exit: 0
    -- stdout
    app==1.0  # via -r app.in
    extra-lib==3.1  # via fancy
    fancy[more]==1.0  # via -r app.in
    lib==1.0  # via -c limits.txt, app, fancy
    -- stderr
    Resolved 4 projects in [TIME]
    ");
    let bare =
        sandbox.run_well("pip compile app.in -o app.txt --no-header --no-annotate --strip-extras");
    assert!(bare.stdout.is_empty(), "{bare}");
    assert_snapshot!(sandbox.read("app.txt"), @"
    app==1.0
    extra-lib==3.1
    fancy==1.0
    lib==1.0
    ");
}

#[test]
fn what_is_pinned_stays_until_it_may_change() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let pins = |line: &str| {
        sandbox.run_well(&format!(
            "pip compile app.in -o out.txt --no-header --no-annotate {line}"
        ));
        sandbox.read("out.txt")
    };
    sandbox.write("app.in", "app\n");
    sandbox.write("out.txt", "lib==1.0\n");
    assert_eq!(pins(""), "app==1.0\nlib==1.0\n");
    assert_eq!(pins("-P lib"), "app==1.0\nlib==1.5\n");
    assert_eq!(pins("--pre"), "app==1.0\nlib==1.5\n");
    assert_eq!(pins("--pre -U"), "app==1.0\nlib==2.0rc1\n");
    assert_eq!(pins("-U --resolution lowest"), "app==1.0\nlib==1.0\n");
    assert_eq!(pins("-U --no-deps"), "app==1.0\n");
    wheel(&sandbox.root().join("wheels"), "lib", "1.6", &[]);
    assert_eq!(pins("-U"), "app==1.0\nlib==1.6\n");
}

#[test]
fn hashes_are_of_the_files() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("app.in", "lib==1.0\n");
    let answer = sandbox.run_well("pip compile app.in --generate-hashes --no-header --no-annotate");
    let lines: Vec<&str> = answer.stdout.lines().collect();
    assert_eq!(lines[0], "lib==1.0 \\");
    assert!(lines[1].starts_with("    --hash=sha256:"), "{answer}");
    assert_eq!(lines[1].len(), "    --hash=sha256:".len() + 64);
}

#[test]
fn no_answer_is_explained() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("app.in", "fancy\nlib>=1.5\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 1
    -- stderr
    error: these requirements cannot be met together; one of them has to give: [TL0301]
        `fancy` (app.in, line 1)
        `lib>=1.5` (app.in, line 2)
      because
        - `fancy` 1.0 needs `lib<1.5`
        - no version of `lib` fits both `lib<1.5` and `lib>=1.5`
    ");
    sandbox.write("app.in", "absent\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 1
    -- stderr
    error: `absent` (app.in, line 1) cannot be met: there is no project named `absent` [TL0301]
    hint: no index that was asked has `absent`: check its spelling and the indexes (`--index-url`)
    ");
    let (exit, envelope) = sandbox.run_json("pip compile app.in");
    assert_eq!(exit, 1);
    assert_eq!(envelope["status"], "no");
    assert_eq!(envelope["errors"][0]["code"], "TL0301");
}

#[test]
fn wrong_files_are_located() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("app.in", "app\n\nlib=1\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 2
    -- stderr
    error: `app.in` line 3: `lib=1` is not a requirement: a comparison operator is missing at byte 3 [TL0102]
    ");
    sandbox.write("app.in", "-r other.in\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 2
    -- stderr
    error: cannot read `[ROOT]/project/other.in` [TL0102]
      caused by: No such file or directory (os error 2)
    ");
    sandbox.write("app.in", "-e .\n");
    assert_snapshot!(sandbox.run("pip compile app.in"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project` is no Python project: it has neither pyproject.toml nor setup.py [TL0101]
    ");
    sandbox.write("app.in", "app\n");
    assert_snapshot!(sandbox.run("pip compile app.in --exclude-newer soon"), @r"
    exit: 2
    -- stderr
    error: `soon` is neither a date as 2026-06-30, nor a moment as 2026-06-30T12:00:00Z, nor a span as `2 weeks` [TL0002]
    ");
}

#[test]
fn a_file_may_include_itself_and_options() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("a.in", "-r b.in\napp\n");
    sandbox.write("b.in", "-r a.in\n--pre\nlib\n");
    assert_snapshot!(sandbox.run("pip compile a.in --no-header"), @"
    exit: 0
    -- stdout
    app==1.0
        # via -r a.in
    lib==2.0rc1
        # via
        #   -r b.in
        #   app
    -- stderr
    Resolved 2 projects in [TIME]
    ");
}
