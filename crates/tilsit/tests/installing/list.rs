//! `pip list` and `pip freeze`, in pip's formats.

use insta::assert_snapshot;

#[test]
fn what_is_installed_is_listed() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip list"), @"exit: 0");
    sandbox.run_well("pip install app extra-lib -q");
    assert_snapshot!(sandbox.run("pip list"), @"
    exit: 0
    -- stdout
    Package   Version
    --------- -------
    app       1.0
    extra_lib 3.1
    lib       1.5
    ");
    assert_snapshot!(sandbox.run("pip list --format freeze --exclude Extra_Lib"), @"
    exit: 0
    -- stdout
    app==1.0
    lib==1.5
    ");
    assert_snapshot!(sandbox.run("pip list --format json"), @r#"
    exit: 0
    -- stdout
    [{"name":"app","version":"1.0"},{"name":"extra_lib","version":"3.1"},{"name":"lib","version":"1.5"}]
    "#);
    assert_snapshot!(sandbox.run("pip freeze"), @"
    exit: 0
    -- stdout
    app==1.0
    extra_lib==3.1
    lib==1.5
    ");
    let (_, envelope) = sandbox.run_json("pip list");
    assert_eq!(envelope["result"][0]["name"], "app");
}

#[test]
fn what_is_damaged_is_named_and_the_rest_is_shown() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install -q app extra-lib");
    let lib = std::fs::read_dir(sandbox.path(".venv/lib")).unwrap();
    let lib = lib.map(|entry| entry.unwrap().path()).next().unwrap();
    let python = lib.file_name().unwrap().to_string_lossy().into_owned();
    std::fs::remove_file(lib.join("site-packages/lib-1.5.dist-info/METADATA")).unwrap();
    let shown = |line: &str| {
        let answer = sandbox.run(line);
        format!("{answer}").replace(&python, "pythonX.Y")
    };
    assert_snapshot!(shown("pip tree"), @"
    exit: 0
    -- stdout
    app v1.0
    extra-lib v3.1
    -- stderr
    warning: cannot read `[ROOT]/project/.venv/lib/pythonX.Y/site-packages/lib-1.5.dist-info/METADATA`: No such file or directory (os error 2); `tilsit pip install --reinstall-package lib lib` makes it whole
    ");
    assert_snapshot!(shown("pip freeze"), @"
    exit: 0
    -- stdout
    app==1.0
    extra_lib==3.1
    -- stderr
    warning: cannot read `[ROOT]/project/.venv/lib/pythonX.Y/site-packages/lib-1.5.dist-info/METADATA`: No such file or directory (os error 2); `tilsit pip install --reinstall-package lib lib` makes it whole
    ");
    let answer = sandbox.run("doctor --offline");
    assert!(answer.stdout.contains("lib: cannot read `"), "{answer}");
    sandbox.run_well("pip install -q --reinstall-package lib lib");
    assert_snapshot!(shown("pip tree"), @"
    exit: 0
    -- stdout
    app v1.0
    └── lib v1.5
    extra-lib v3.1
    ");
    // Nothing is known to be newer, and that is said.
    let empty = sandbox.root().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let line = "pip list --outdated --find-links ../empty";
    let mut command = sandbox.command(line);
    command.env("TILSIT_FIND_LINKS", "");
    assert_snapshot!(sandbox.finish(&mut command), @"
    exit: 0
    -- stderr
    warning: no version that fits is known of `app`, `extra-lib`, `lib`
    ");
}

#[test]
fn an_environment_without_its_python_is_named() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let bin = std::fs::read_dir(sandbox.path(".venv/bin")).unwrap();
    for entry in bin.flatten() {
        if entry.file_name().to_string_lossy().starts_with("python") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    assert_snapshot!(sandbox.run("pip list"), @"
    exit: 2
    -- stderr
    error: no virtual environment found [TL0203]
      caused by: not `[ROOT]/project/.venv` (the project's environment): the virtual environment `[ROOT]/project/.venv` has no Python in it any more
    hint: make it anew with `tilsit venv --clear`, or name another with `--python FOLDER`
    ");
    let mut command = sandbox.command("pip list");
    command.env("VIRTUAL_ENV", "/nowhere");
    assert_snapshot!(sandbox.finish(&mut command), @"
    exit: 2
    -- stderr
    error: no virtual environment found [TL0203]
      caused by: not `/nowhere` (the active environment): cannot inspect `/nowhere`: No such file or directory (os error 2)
      caused by: not `[ROOT]/project/.venv` (the project's environment): the virtual environment `[ROOT]/project/.venv` has no Python in it any more
    hint: make it anew with `tilsit venv --clear`, or name another with `--python FOLDER`
    ");
    std::fs::remove_dir_all(sandbox.path(".venv")).unwrap();
    sandbox.write(".venv", "a file");
    assert_snapshot!(sandbox.run("venv"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project/.venv` is there and is not a virtual environment [TL0205]
    hint: name another folder, `tilsit venv FOLDER`, or remove what is there
    ");
}
