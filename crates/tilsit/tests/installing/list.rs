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
