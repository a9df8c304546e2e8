//! `pip index versions`.

use insta::assert_snapshot;

#[test]
fn versions_with_what_is_installed() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip index versions lib"), @"
    exit: 0
    -- stdout
    lib (1.5)
    Available versions: 1.5, 1.0
    ");
    sandbox.run_well("pip install -q lib==1.0");
    assert_snapshot!(sandbox.run("pip index versions LIB --pre").stdout, @"
    lib (2.0rc1)
    Available versions: 2.0rc1, 1.5, 1.0
      INSTALLED: 1.0
      LATEST:    2.0rc1 (pre-release; install with `pip install --pre`)
    ");
    sandbox.run_well("pip install -q lib==1.5");
    assert_snapshot!(sandbox.run("pip index versions lib").stdout, @"
    lib (1.5)
    Available versions: 1.5, 1.0
      INSTALLED: 1.5 (latest)
    ");
    assert_snapshot!(sandbox.run("pip index versions lib --format json").stdout, @r#"{"name":"lib","versions":["1.5","1.0"],"latest":"1.5","installed_version":"1.5"}"#);
    let (exit, envelope) = sandbox.run_json("pip index versions lib");
    assert_eq!(exit, 0);
    assert_eq!(envelope["result"]["versions"][0], "1.5");
}

#[test]
fn what_cannot_be_installed_is_left_out() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let folder = sandbox.root().join("wheels");
    let wheel = |from: &str, to: &str| {
        std::fs::rename(folder.join(from), folder.join(to)).expect("a wheel is renamed");
    };
    wheel(
        "lib-1.0-py3-none-any.whl",
        "lib-1.0-cp312-cp312-win_amd64.whl",
    );
    assert_snapshot!(sandbox.run("pip index versions lib").stdout, @"
    lib (1.5)
    Available versions: 1.5
    ");
    let windows = "--platform win_amd64 --python-version 312 --implementation cp";
    assert_snapshot!(sandbox.run(&format!("pip index versions lib {windows}")).stdout, @"
    lib (1.5)
    Available versions: 1.5, 1.0
    ");
    wheel(
        "lib-1.5-py3-none-any.whl",
        "lib-1.5-cp312-cp312-win_amd64.whl",
    );
    assert_snapshot!(sandbox.run("pip index versions lib"), @"
    exit: 1
    -- stderr
    error: no version of `lib` can be installed here [TL0301]
    hint: `--pre` takes pre-releases too
    hint: `tilsit pip download lib --no-deps` says what speaks against them
    ");
    assert_snapshot!(sandbox.run("pip index versions nothing"), @"
    exit: 1
    -- stderr
    error: no index has a project `nothing` [TL0301]
    ");
    assert_snapshot!(sandbox.run("pip index versions"), @"
    exit: 2
    -- stderr
    error: the following required arguments were not provided:
      <NAME>

    Usage: tilsit pip index versions <NAME>

    For more information, try '--help'.
    ");
}
