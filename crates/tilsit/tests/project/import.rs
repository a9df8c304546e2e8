//! Projects of other tools, imported, locked and installed.

use insta::assert_snapshot;

use crate::installed;
use crate::sandbox::Sandbox;

/// A hash that nothing has.
const OTHER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn sandbox(files: &[(&str, &str)]) -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    for (path, text) in files {
        sandbox.write(path, text);
    }
    Some(sandbox)
}

/// What is shown, without the one place that depends on the Python at hand.
fn shown(sandbox: &Sandbox, line: &str) -> String {
    let answer = sandbox.run(line).to_string();
    answer
        .lines()
        .filter(|line| !line.contains("the Python that is used here"))
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn requirements_files_are_imported_with_their_pins() {
    let Some(sandbox) = sandbox(&[
        ("requirements.in", "app  # what is shown\nfancy[more]\n"),
        (
            "requirements.txt",
            "app==1.0\nlib==1.0\nextra-lib==3.0\ngone==1\n",
        ),
        ("requirements-dev.txt", "-r requirements.txt\nlib<1.5\n"),
    ]) else {
        return;
    };
    assert_snapshot!(shown(&sandbox, "import"), @"
    exit: 0
    -- stderr
    Importing `requirements-dev.txt` (requirements, into the group `dev`)
    Importing `requirements.in` (requirements, with the versions of `requirements.txt`)
    From                                       To                      As, or why
    ------------------------------------------ ----------------------- --------------------------------------------
    requirements-dev.txt:1 -r requirements.txt (left out)              it is imported itself, into the same lock
    requirements-dev.txt:2 lib                 dependency-groups.dev   `lib<1.5`
    requirements.in:1 app                      project.dependencies    `app`
    requirements.in:2 fancy                    project.dependencies    `fancy[more]`
    requirements.txt                           (the lock)              versions that are kept where they can be: 4
                                               project.name            the folder is called so
                                               project.version         nothing says another one
    Locked 4 packages in [TIME]
    Kept 2 of 4 locked versions
     ~ extra-lib 3.0 → 3.1 (no index has this version)
     - gone 1 (nothing needs it)
    ");
    let text = sandbox.read("pyproject.toml");
    assert!(
        text.starts_with(
            "[project]\nname = \"project\"\nversion = \"0.1.0\"\nrequires-python = \">="
        ),
        "{text}"
    );
    assert!(text.ends_with("dependencies = [\n    \"app\",\n    \"fancy[more]\",\n]\n\n[dependency-groups]\ndev = [\n    \"lib<1.5\",\n]\n"), "{text}");
    assert_eq!(sandbox.run("lock --check").exit, 0);
    sandbox.run_well("sync");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    fancy==1.0
    lib==1.0
    ");
}

#[test]
fn pins_are_kept_where_others_would_be_taken() {
    let Some(sandbox) = sandbox(&[
        (
            "Pipfile",
            "[packages]\napp = '*'\n\n[requires]\npython_version = '3'\n",
        ),
        (
            "Pipfile.lock",
            r#"{"_meta": {"hash": {"sha256": "x"}}, "default": {"app": {"version": "==1.0"}, "lib": {"version": "==1.0"}}, "develop": {}}"#,
        ),
    ]) else {
        return;
    };
    sandbox.run_well("import");
    assert!(
        sandbox
            .read("pylock.toml")
            .contains("name = \"lib\"\nversion = \"1.0\"")
    );
    sandbox.run_well("lock --upgrade");
    assert!(
        sandbox
            .read("pylock.toml")
            .contains("name = \"lib\"\nversion = \"1.5\"")
    );
}

#[test]
fn a_dry_run_shows_the_difference() {
    let Some(sandbox) = sandbox(&[
        (
            "pyproject.toml",
            "# ours\n[project]\nname = 'shop'  # a shop\nversion = '1'\nrequires-python = '>=3.9'\ndependencies = [\n    'app',  # web\n]\n\n[tool.black]\nline-length = 100\n",
        ),
        ("dev-requirements.txt", "lib\n"),
    ]) else {
        return;
    };
    let before = sandbox.read("pyproject.toml");
    assert_snapshot!(sandbox.run("import --dry-run"), @"
    exit: 0
    -- stdout
    --- pyproject.toml
    +++ pyproject.toml
    @@ -7,5 +7,10 @@
         'app',  # web
     ]
     
    +[dependency-groups]
    +dev = [
    +    'lib',
    +]
    +
     [tool.black]
     line-length = 100
    -- stderr
    Importing `dev-requirements.txt` (requirements, into the group `dev`)
    From                       To                    As, or why
    -------------------------- --------------------- ----------
    dev-requirements.txt:1 lib dependency-groups.dev `lib`
    ");
    assert_eq!(sandbox.read("pyproject.toml"), before);
    assert!(!sandbox.path("pylock.toml").exists());
    let (exit, json) = sandbox.run_json("import --no-lock");
    assert_eq!(exit, 0);
    assert_snapshot!(json["result"]["keys"], @r#"[{"fate":"written","file":"dev-requirements.txt","key":"lib","line":1,"note":"`lib`","to":"dependency-groups.dev"}]"#);
    assert!(!sandbox.path("pylock.toml").exists());
    // Once more changes nothing.
    let after = sandbox.read("pyproject.toml");
    sandbox.run_well("import --no-lock");
    assert_eq!(sandbox.read("pyproject.toml"), after);
}

#[test]
fn a_setup_py_is_imported_built_and_installed() {
    let Some(sandbox) = sandbox(&[
        (
            "setup.py",
            "from setuptools import setup\nsetup(name='shop', version='2', py_modules=['shop'], install_requires=['app'])\n",
        ),
        ("shop.py", "print('shop')\n"),
        ("requirements.txt", "lib==1.0\n"),
    ]) else {
        return;
    };
    assert_snapshot!(sandbox.run("import"), @"
    exit: 2
    -- stderr
    error: several files say what the project needs: `setup.py`, `requirements.txt` [TL0002]
    hint: name those that are meant: `tilsit import FILE …`; `--dev` or `--group` puts one beside the project's own needs
    ");
    assert_snapshot!(shown(&sandbox, "import setup.py"), @"
    exit: 0
    -- stderr
    Importing `setup.py` (setuptools)
    From                        To                      As, or why
    --------------------------- ----------------------- ------------------------------------------------------
    setup.py:2 name             project.name
    setup.py:2 version          project.version
    setup.py:2 py_modules       (stays)                 setuptools alone knows it, and goes on reading it here
    setup.py:2 install_requires project.dependencies    `app`
    setup.py                    build-system.requires   `setuptools`
    Locked 3 packages in [TIME]
    ");
    assert_snapshot!(shown(&sandbox, "import requirements.txt --group pins"), @"
    exit: 0
    -- stderr
    Importing `requirements.txt` (requirements, into the group `pins`)
    From                   To                     As, or why
    ---------------------- ---------------------- ----------
    requirements.txt:1 lib dependency-groups.pins `lib==1.0`
    Locked 3 packages in [TIME]
    ");
    let text = sandbox.read("pyproject.toml");
    assert!(text.contains("pins = [\n    \"lib==1.0\",\n]\n"), "{text}");
}

#[test]
fn what_cannot_be_imported_is_refused_and_nothing_is_changed() {
    let Some(sandbox) = sandbox(&[("requirements.txt", "lib==9\n"), ("odd", "")]) else {
        return;
    };
    assert_snapshot!(shown(&sandbox, "import"), @"
    exit: 1
    -- stderr
    Importing `requirements.txt` (requirements)
    From                   To                      As, or why
    ---------------------- ----------------------- --------------------------------------------
    requirements.txt:1 lib project.dependencies    `lib==9`
                           project.name            the folder is called so
                           project.version         nothing says another one
    error: `project @ file://[ROOT]/project` (the workspace) cannot be met: `project` 0.1.0 needs `lib==9`, but the versions of `lib` are 1.0, 1.5 and 2.0rc1 [TL0301]
    hint: nothing was changed: the files are as they were
    hint: `--no-lock` writes pyproject.toml alone, to be put right before `tilsit lock`
    ");
    assert!(!sandbox.path("pyproject.toml").exists());
    assert!(!sandbox.path("pylock.toml").exists());
    assert_snapshot!(sandbox.run("import odd"), @"
    exit: 2
    -- stderr
    error: it is not known what `odd` is [TL0002]
    hint: say it with `--from`
    ");
    assert_snapshot!(sandbox.run("import nowhere.txt"), @"
    exit: 2
    -- stderr
    error: there is no file `nowhere.txt` [TL0002]
    ");
    assert_snapshot!(sandbox.run("import --from pipenv"), @"
    exit: 2
    -- stderr
    error: there is nothing to import in `[ROOT]/project`: no requirements file, Pipfile, environment.yml, setup.py, setup.cfg, and no table of another tool in a pyproject.toml [TL0002]
    hint: `tilsit init` begins a project
    ");
    sandbox.write("requirements.txt", "lib lib\n");
    assert_snapshot!(sandbox.run("import"), @"
    exit: 2
    -- stderr
    error: `requirements.txt`: line 1: `lib lib` is not a requirement: a comparison, `;`, `@` or the end is expected, not `l` at byte 4 [TL0104]
    ");
}

#[test]
fn other_files_than_those_that_were_locked_are_refused() {
    let compiled = format!("app==1.0 --hash=sha256:{OTHER}\n");
    let Some(sandbox) = sandbox(&[
        ("requirements.in", "app\n"),
        ("requirements.txt", &*compiled),
    ]) else {
        return;
    };
    let refused = sandbox.run("import");
    assert_eq!(refused.exit, 1);
    assert!(
        refused
            .stderr
            .contains("no file of `app` 1.0 that the index has is one that was locked"),
        "{refused}"
    );
    assert!(!sandbox.path("pyproject.toml").exists());
}

#[test]
fn a_conda_environment_leaves_out_what_no_index_has() {
    let Some(sandbox) = sandbox(&[(
        "environment.yml",
        "name: shop\ndependencies:\n  - app=1.0\n  - strange>=2\n  - pip:\n    - lib==1.0\n",
    )]) else {
        return;
    };
    assert_snapshot!(shown(&sandbox, "import"), @"
    exit: 0
    -- stderr
    Importing `environment.yml` (conda)
    From                       To                      As, or why
    -------------------------- ----------------------- -----------------------------------------------------
    environment.yml:1 name     project.name
    environment.yml:3 app      project.dependencies    `app==1.0.*`
    environment.yml:4 strange  (left out)              no index has a project `strange`: it may be no Python
    environment.yml:6 pip: lib project.dependencies    `lib==1.0`
                               project.version         nothing says another one
    Locked 2 packages in [TIME]
    ");
    sandbox.run_well("sync");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    lib==1.0
    ");
}
