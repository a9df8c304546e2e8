//! What is added to a Pipfile and taken out of it, and the variables that pipenv's users set.

use insta::assert_snapshot;

use crate::pipfile::sandbox;

const PIPFILE: &str = "\
# ours
[[source]]
url = 'https://index.example/simple'
name = 'main'

[packages]
app = '*'  # the main thing

[dev-packages]

[docs]
";

#[test]
fn what_is_added_is_written_locked_and_installed() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    sandbox.run_well("sync");
    assert_snapshot!(sandbox.run("add extra-lib==3.1"), @"
    exit: 0
    -- stderr
    Locked 3 packages in [TIME]
     + extra-lib = '==3.1' (packages)
    Installed 1 wheel and uninstalled 0 projects in [TIME]
     + extra-lib==3.1
    ");
    sandbox.run_well("add --dev fancy[more]");
    sandbox.run_well("add --group docs lib");
    sandbox.run_well("run --no-sync extra_lib");
    let lock: serde_json::Value = serde_json::from_str(&sandbox.read("Pipfile.lock")).unwrap();
    assert_eq!(lock["default"]["extra-lib"]["version"], "==3.1");
    assert_eq!(lock["docs"]["lib"]["version"], "==1.0");
    assert_eq!(lock["develop"]["extra-lib"]["version"], "==3.1");
    let indexed = "--index other=https://other.example/simple --frozen";
    sandbox.run_well(&format!("add lib -m sys_platform=='win32' {indexed}"));
    // A source is known by its name, and by its URL.
    sandbox.run_well("add app --index main --frozen");
    sandbox.run_well("add more --index https://other.example/simple --frozen");
    assert_snapshot!(sandbox.read("Pipfile"), @r#"
    # ours
    [[source]]
    url = 'https://index.example/simple'
    name = 'main'

    [[source]]
    url = 'https://other.example/simple'
    verify_ssl = true
    name = 'other'

    [packages]
    app = {version = '*', index = 'main'}  # the main thing
    extra-lib = '==3.1'
    lib = {version = '*', index = 'other', markers = 'sys_platform == "win32"'}
    more = {version = '*', index = 'other'}

    [dev-packages]
    fancy = {extras = ['more'], version = '*'}

    [docs]
    lib = '*'
    "#);
}

#[test]
fn what_is_taken_out_is_uninstalled_and_other_categories_stay() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    sandbox.run_well("add --dev fancy");
    sandbox.run_well("add extra-lib");
    assert_snapshot!(sandbox.run("remove extra-lib"), @"
    exit: 0
    -- stderr
    Locked 3 packages in [TIME]
     - extra-lib (packages)
    Installed 0 wheels and uninstalled 1 project in [TIME]
     - extra-lib==3.1
    ");
    sandbox.run_well("run --no-sync fancy");
    assert_snapshot!(sandbox.run("remove fancy"), @"
    exit: 2
    -- stderr
    error: `fancy` is not in `[packages]` of `Pipfile` [TL0002]
    hint: it is in `[dev-packages]`: `--dev` takes it out there
    ");
    assert_eq!(
        sandbox.read("Pipfile"),
        PIPFILE.replace("[dev-packages]\n", "[dev-packages]\nfancy = '*'\n")
    );
    sandbox.run_well("remove --dev fancy");
    assert_eq!(sandbox.read("Pipfile"), PIPFILE);
}

#[test]
fn what_fails_leaves_all_files_as_they_were() {
    let Some(sandbox) = sandbox(PIPFILE) else {
        return;
    };
    assert_eq!(sandbox.run("add no-such-thing").exit, 1);
    assert_eq!(sandbox.read("Pipfile"), PIPFILE);
    assert!(!sandbox.path("Pipfile.lock").exists());
    assert_snapshot!(sandbox.run("add --optional more lib"), @"
    exit: 2
    -- stderr
    error: `--optional` is for projects with a pyproject.toml, and this has a Pipfile [TL0002]
    ");
    assert_snapshot!(sandbox.run("add lib --index elsewhere"), @"
    exit: 2
    -- stderr
    error: the index `elsewhere` is neither NAME=URL nor a URL [TL0002]
    hint: the sources of the Pipfile are: main
    ");
}

#[test]
fn the_pipfile_that_is_named_is_used() {
    let Some(mut sandbox) = sandbox(PIPFILE) else {
        return;
    };
    sandbox.write(
        "other/Pipfile-two",
        "[packages]\nlib = '*'\n\n[scripts]\nx = 'python -c \"import lib\"'\n",
    );
    sandbox.set("PIPENV_PIPFILE", "other/Pipfile-two");
    sandbox.run_well("lock");
    assert!(sandbox.path("other/Pipfile-two.lock").exists());
    assert!(!sandbox.path("Pipfile.lock").exists());
    sandbox.run_well("add fancy");
    assert!(sandbox.read("other/Pipfile-two").contains("fancy = '*'"));
    assert_eq!(sandbox.read("Pipfile"), PIPFILE);
    sandbox.run_well("run x");
}

#[test]
fn variables_come_from_pipenvs_file() {
    let Some(mut sandbox) = sandbox("[packages]\n") else {
        return;
    };
    sandbox.write(".env", "GREETING=hello\nPIPENV_X=1\n");
    sandbox.write("others", "GREETING=good day\n");
    sandbox.write("show.py", "import os\nprint(os.environ.get('GREETING'))\n");
    let greeting = |sandbox: &crate::Sandbox| sandbox.run_well("run show.py").stdout;
    assert_eq!(greeting(&sandbox), "hello\n");
    // pipenv's file goes before what is set.
    sandbox.set("GREETING", "hi");
    assert_eq!(greeting(&sandbox), "hello\n");
    sandbox.set("PIPENV_DOTENV_LOCATION", "others");
    assert_eq!(greeting(&sandbox), "good day\n");
    sandbox.set("PIPENV_DONT_LOAD_ENV", "1");
    assert_eq!(greeting(&sandbox), "hi\n");
}
