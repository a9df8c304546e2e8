//! `add` and `remove`: what is written, locked and installed, and what is put back.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const PROJECT: &str = "\
[project]
name = \"work\"
version = \"0.1.0\"
requires-python = \">=3.9\"
dependencies = [
    # The one that all is built on.
    \"fancy\",  # and why
]

[tool.other]
kept = true
";

fn sandbox() -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    sandbox.write("pyproject.toml", PROJECT);
    Some(sandbox)
}

/// A project that our own backend builds.
fn library(sandbox: &Sandbox, folder: &str, name: &str) {
    let text = format!(
        "[project]\nname = \"{name}\"\nversion = \"3.0\"\n\n[build-system]\nrequires = [\"tilsit-build\"]\nbuild-backend = \"tilsit_build\"\n"
    );
    sandbox.write(&format!("{folder}/pyproject.toml"), &text);
    sandbox.write(
        &format!("{folder}/src/{name}/__init__.py"),
        "VERSION = '3.0'\n",
    );
}

/// Whether the program of a project, which is called as it is, lies in the environment.
fn is_installed(sandbox: &Sandbox, name: &str) -> bool {
    sandbox.path(".venv/bin").join(name).exists()
}

#[test]
fn what_is_added_is_bounded_locked_and_installed() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("venv");
    assert_snapshot!(sandbox.run("add App fancy[more]"), @"
    exit: 0
    -- stderr
    Locked 4 packages in [TIME]
     + app>=1.0 (project.dependencies)
     ~ fancy[more] (was fancy, project.dependencies)
    Installed 4 wheels and uninstalled 0 projects in [TIME]
     + app==1.0
     + extra-lib==3.1
     + fancy==1.0
     + lib==1.0
    ");
    assert_snapshot!(sandbox.read("pyproject.toml"), @r#"
    [project]
    name = "work"
    version = "0.1.0"
    requires-python = ">=3.9"
    dependencies = [
        "app>=1.0",
        # The one that all is built on.
        "fancy[more]",  # and why
    ]

    [tool.other]
    kept = true
    "#);
    assert!(sandbox.read("pylock.toml").contains("name = \"extra-lib\""));
    assert!(is_installed(&sandbox, "app") && is_installed(&sandbox, "extra_lib"));
    assert_eq!(sandbox.run("lock --check").exit, 0);
    // Once more: nothing to do.
    let before = sandbox.read("pyproject.toml");
    assert_snapshot!(sandbox.run("add app"), @"
    exit: 0
    -- stderr
     = app>=1.0 (project.dependencies)
    Checked 4 projects in [TIME]
    ");
    assert_eq!(sandbox.read("pyproject.toml"), before);
    assert_snapshot!(sandbox.run("remove app"), @"
    exit: 0
    -- stderr
    Locked 3 packages in [TIME]
     - app>=1.0 (project.dependencies)
    Installed 0 wheels and uninstalled 1 project in [TIME]
     - app==1.0
    ");
    assert_eq!(
        sandbox.read("pyproject.toml"),
        before.replace("    \"app>=1.0\",\n", "")
    );
    assert!(!is_installed(&sandbox, "app"));
    assert_eq!(sandbox.run("lock --check").exit, 0);
}

#[test]
fn groups_and_extras() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("add --dev app==1.0");
    sandbox.run_well("add --group docs --bounds major extra-lib --no-sync");
    assert!(is_installed(&sandbox, "app") && !is_installed(&sandbox, "extra_lib"));
    let (_, envelope) = sandbox.run_json("add --optional net lib --bounds exact");
    assert_eq!(envelope["result"]["added"][0]["after"], "lib==1.0");
    assert_snapshot!(sandbox.read("pyproject.toml"), @r#"
    [project]
    name = "work"
    version = "0.1.0"
    requires-python = ">=3.9"
    dependencies = [
        # The one that all is built on.
        "fancy",  # and why
    ]

    [project.optional-dependencies]
    net = [
        "lib==1.0",
    ]

    [dependency-groups]
    dev = [
        "app==1.0",
    ]
    docs = [
        "extra-lib>=3.1,<4.0",
    ]

    [tool.other]
    kept = true
    "#);
    assert_snapshot!(sandbox.run("remove app"), @"
    exit: 2
    -- stderr
    error: `app` is not in `project.dependencies` of `pyproject.toml` [TL0002]
    hint: it is in `dependency-groups.dev`: `--group dev` takes it out there
    ");
    sandbox.run_well("remove --dev app");
    assert!(!is_installed(&sandbox, "app"));
}

#[test]
fn when_it_cannot_be_locked_everything_is_as_it_was() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let text = PROJECT.replace('\n', "\r\n");
    sandbox.write("pyproject.toml", &text);
    assert_snapshot!(sandbox.run("add absent"), @"
    exit: 1
    -- stderr
    error: `work @ file://[ROOT]/project` (the workspace) cannot be met: `work` 0.1.0 needs `absent`, but there is no project named `absent` [TL0301]
    hint: no index that was asked has `absent`: check its spelling and the indexes (`--index-url`)
    hint: nothing was changed: the files are as they were
    ");
    assert_eq!(sandbox.read("pyproject.toml"), text);
    assert!(!sandbox.path("pylock.toml").exists());
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    assert_snapshot!(sandbox.run("add app>1"), @"
    exit: 1
    -- stderr
    error: `work @ file://[ROOT]/project` (the workspace) cannot be met: `work` 0.1.0 needs `app>1`, but the only version of `app` is 1.0 [TL0301]
    hint: nothing was changed: the files are as they were
    ");
    assert_snapshot!(sandbox.run("add app --locked"), @"
    exit: 6
    -- stderr
     + app 1.0 (required by work)
    error: `pylock.toml` does not answer what the project asks for now [TL0304]
    hint: `tilsit lock` makes it fit
    hint: nothing was changed: the files are as they were
    ");
    // What cannot be installed is taken back too.
    std::fs::remove_file(sandbox.root().join("wheels/extra_lib-3.1-py3-none-any.whl")).unwrap();
    assert_ne!(sandbox.run("add extra-lib").exit, 0);
    assert_eq!(sandbox.read("pyproject.toml"), text);
    assert_eq!(sandbox.read("pylock.toml"), lock);
}

#[test]
fn the_file_alone_is_changed_when_frozen() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    assert_snapshot!(sandbox.run("add --dry-run lib"), @"
    exit: 0
    -- stderr
     + lib>=1.5 (project.dependencies)
    ");
    assert_eq!(sandbox.read("pyproject.toml"), PROJECT);
    assert_snapshot!(sandbox.run("add --frozen lib absent"), @"
    exit: 0
    -- stderr
    warning: `absent` gets no bounds: no index has a project `absent`
     + lib>=1.5 (project.dependencies)
     + absent (project.dependencies)
    ");
    assert_eq!(
        sandbox.read("pyproject.toml"),
        PROJECT
            .replace("# and why\n", "# and why\n    \"lib>=1.5\",\n")
            .replace("dependencies = [\n", "dependencies = [\n    \"absent\",\n")
    );
    assert!(!sandbox.path("pylock.toml").exists() && !sandbox.path(".venv").exists());
    sandbox.run_well("remove --frozen lib absent");
    assert_eq!(sandbox.read("pyproject.toml"), PROJECT);
    let mut raw = sandbox.command("add --frozen --raw");
    let raw = sandbox.finish(raw.arg("Lib >1 ; os_name == 'nt'"));
    assert_eq!(raw.exit, 0, "{raw}");
    assert!(
        sandbox
            .read("pyproject.toml")
            .contains("\"Lib >1 ; os_name == 'nt'\",")
    );
}

#[test]
fn paths_repositories_and_urls_become_sources() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    library(&sandbox, "libs/local", "local");
    library(&sandbox, "editable", "editable");
    let git = |line: &str| {
        let words = line.split(' ');
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@index.example"]);
        let done = git
            .args(words)
            .current_dir(sandbox.path("libs/local"))
            .output();
        done.is_ok_and(|output| output.status.success())
    };
    if tilsit_testing::require("git", git("init -q .").then_some(())).is_none() {
        return;
    }
    assert!(git("add .") && git("commit -q -m x") && git("tag v1"));
    sandbox.run_well("add --frozen ./libs/local");
    sandbox.run_well("add --frozen --editable ./editable");
    let url = format!("git+file://{}", sandbox.path("libs/local").display());
    assert_snapshot!(sandbox.run(&format!("add --frozen --dev {url} --tag v1")), @"
    exit: 0
    -- stderr
     + local (dependency-groups.dev)
    ");
    sandbox.run_well("add --frozen --group web other@https://user:secret@index.example/other-1.0.zip#subdirectory=a");
    assert_snapshot!(sandbox.steady(&sandbox.read("pyproject.toml")), @r#"
    [project]
    name = "work"
    version = "0.1.0"
    requires-python = ">=3.9"
    dependencies = [
        "editable",
        # The one that all is built on.
        "fancy",  # and why
        "local",
    ]

    [dependency-groups]
    dev = [
        "local",
    ]
    web = [
        "other",
    ]

    [tool.other]
    kept = true

    [tool.tilsit.sources]
    local = { git = "file://[ROOT]/project/libs/local", tag = "v1" }
    editable = { path = "editable", editable = true }
    other = { url = "https://index.example/other-1.0.zip", subdirectory = "a" }
    "#);
    assert_eq!(sandbox.run("add --frozen lib --tag v1").exit, 2);
    // A source goes when nothing needs it any longer.
    sandbox.run_well("remove --frozen local");
    assert!(sandbox.read("pyproject.toml").contains("local = {"));
    sandbox.run_well("remove --frozen --dev local");
    sandbox.run_well("remove --frozen editable");
    sandbox.run_well("remove --frozen --group web other");
    assert!(!sandbox.read("pyproject.toml").contains("sources"));
}

#[test]
fn members_and_indexes() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    library(&sandbox, "libs/one", "one");
    sandbox.run_well("add ./libs/one --workspace");
    let url = format!("file://{}", sandbox.root().join("wheels").display());
    assert_eq!(
        sandbox.run(&format!("add --frozen lib --index {url}")).exit,
        2
    );
    sandbox.run_well(
        "add --frozen lib --index here=https://user:secret@index.example/simple/ --bounds lower",
    );
    assert_snapshot!(sandbox.read("pyproject.toml"), @r#"
    [project]
    name = "work"
    version = "0.1.0"
    requires-python = ">=3.9"
    dependencies = [
        # The one that all is built on.
        "fancy",  # and why
        "lib>=1.5",
        "one",
    ]

    [tool.other]
    kept = true

    [tool.tilsit.sources]
    one = { workspace = true }
    lib = { index = "here" }

    [tool.tilsit.workspace]
    members = [
        "libs/one",
    ]

    [[tool.tilsit.index]]
    name = "here"
    url = "https://index.example/simple/"
    "#);
    sandbox.run_well("add --frozen --package one app");
    assert!(
        sandbox
            .read("libs/one/pyproject.toml")
            .contains("\"app>=1.0\"")
    );
    assert_eq!(sandbox.run("add --frozen --package two app").exit, 2);
    assert_eq!(sandbox.run("add --frozen work").exit, 2);
    assert_eq!(sandbox.run("add --frozen --editable app").exit, 2);
}

#[test]
fn a_root_that_is_no_project_has_groups() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", "[tool.uv.workspace]\nmembers = ['one']\n");
    sandbox.write(
        "one/pyproject.toml",
        "[project]\nname = 'one'\nversion = '1'\nrequires-python = '>=3.9'\n",
    );
    assert_snapshot!(sandbox.run("add app"), @"
    exit: 2
    -- stderr
    error: `pyproject.toml` has no `[project]`: it is the root of a workspace alone [TL0104]
    hint: name a member with `--package`: one
    ");
    sandbox.run_well("add --dev app");
    assert_eq!(
        sandbox.read("pyproject.toml"),
        "[tool.uv.workspace]\nmembers = ['one']\n\n[dependency-groups]\ndev = [\n    'app>=1.0',\n]\n"
    );
    assert!(is_installed(&sandbox, "app"));
    sandbox.run_well("remove --dev app");
    assert!(!is_installed(&sandbox, "app"));
}

#[test]
fn files_of_requirements_and_constraints() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write("requirements.txt", "app\nlib>=1 ; python_version > '3'\n");
    // Also from a folder below.
    sandbox.write("below/limits.txt", "lib<1.5\n");
    sandbox.run_well("--directory below add -r ../requirements.txt -c limits.txt --no-sync");
    assert_snapshot!(sandbox.read("pyproject.toml"), @r#"
    [project]
    name = "work"
    version = "0.1.0"
    requires-python = ">=3.9"
    dependencies = [
        "app>=1.0",
        # The one that all is built on.
        "fancy",  # and why
        "lib>=1; python_version >= '3.1'",
    ]

    [tool.other]
    kept = true
    "#);
    let lock = sandbox.read("pylock.toml");
    assert!(lock.contains("lib-1.0-py3"), "{lock}");
}

#[test]
fn scripts() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write(
        "report.py",
        "#!/usr/bin/env python\nimport app\nprint(app.VERSION)\n",
    );
    assert_snapshot!(sandbox.run("add --script report.py app"), @"
    exit: 0
    -- stderr
     + app (dependencies)
    ");
    sandbox.run_well("add --script report.py lib --bounds lower");
    assert_snapshot!(sandbox.read("report.py"), @r#"
    #!/usr/bin/env python
    # /// script
    # dependencies = [
    #     "app",
    #     "lib>=1.5",
    # ]
    # ///

    import app
    print(app.VERSION)
    "#);
    assert_eq!(sandbox.run_well("run report.py").stdout, "1.0\n");
    sandbox.run_well("remove --script report.py app");
    assert_eq!(
        sandbox.read("report.py"),
        "#!/usr/bin/env python\n# /// script\n# dependencies = [\n#     \"lib>=1.5\",\n# ]\n# ///\n\nimport app\nprint(app.VERSION)\n"
    );
    assert_snapshot!(sandbox.run("remove --script report.py app"), @"
    exit: 2
    -- stderr
    error: `app` is not in `dependencies` of `report.py` [TL0002]
    ");
    assert_eq!(sandbox.run("add --script absent.py app").exit, 5);
    // What comes from a folder is found there.
    library(&sandbox, "libs/local", "local");
    sandbox.write("tools/here.py", "import local\nprint(local.VERSION)\n");
    sandbox.run_well("add --script tools/here.py ./libs/local");
    let text = sandbox.read("tools/here.py");
    assert!(
        text.contains("# local = { path = \"../libs/local\" }"),
        "{text}"
    );
    assert_eq!(sandbox.run_well("run tools/here.py").stdout, "3.0\n");
}
