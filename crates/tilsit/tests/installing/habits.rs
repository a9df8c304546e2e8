//! What pip's users are used to: upgrades that touch what is named, groups, reports, other
//! Pythons, and what `freeze` and `list` know besides.

use insta::assert_snapshot;

#[test]
fn an_upgrade_is_about_what_is_named() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app lib==1.0");
    sandbox.run_well("pip install -U app");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "app==1.0\nlib==1.0\n"
    );
    sandbox.run_well("pip install -U app --upgrade-strategy eager");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "app==1.0\nlib==1.5\n"
    );
    sandbox.run_well("pip install lib==1.0");
    sandbox.run_well("pip install --reinstall lib");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "app==1.0\nlib==1.5\n"
    );
}

#[test]
fn what_is_installed_counts_although_no_source_has_it() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install lib==1.5");
    for version in ["1.0", "1.5", "2.0rc1"] {
        let file = format!("wheels/lib-{version}-py3-none-any.whl");
        std::fs::remove_file(sandbox.root().join(file)).unwrap();
    }
    let answer = sandbox.run_well("pip install app");
    assert!(
        answer
            .stdout
            .contains("Requirement already satisfied: lib>=1 in"),
        "{answer}"
    );
    assert_eq!(sandbox.run("pip install --reinstall app").exit, 1);
}

#[test]
fn what_an_installation_breaks_is_said() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install fancy");
    let answer = sandbox.run_well("pip install lib==1.5");
    let words = "warning: fancy 1.0 requires lib<1.5, but you have lib 1.5 which is incompatible.";
    assert!(answer.stderr.contains(words), "{answer}");
    let answer = sandbox.run_well("pip install lib==1.0 --reinstall");
    assert!(!answer.stderr.contains("incompatible"), "{answer}");
}

#[test]
fn groups_scripts_and_what_a_project_needs() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.write(
        "sub/pyproject.toml",
        "[dependency-groups]\nbase = ['lib<1.5']\nall = ['fancy', {include-group = 'base'}]\n",
    );
    sandbox.run_well("pip install --group sub/pyproject.toml:all");
    assert_eq!(
        sandbox.run_well("pip freeze").stdout,
        "fancy==1.0\nlib==1.0\n"
    );
    assert_snapshot!(sandbox.run("pip install --group none"), @"
    exit: 2
    -- stderr
    error: cannot read `[ROOT]/project/pyproject.toml` [TL0102]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("pip install --group sub/pyproject.toml:none"), @"
    exit: 2
    -- stderr
    error: the dependency group `none` of `sub/pyproject.toml` cannot be used [TL0102]
      caused by: there is no dependency group `none`
    ");
    assert_snapshot!(sandbox.run("pip install --group sub/setup.cfg:all"), @"
    exit: 2
    -- stderr
    error: `sub/setup.cfg:all`: group paths use 'pyproject.toml' filenames [TL0002]
    ");
    sandbox.write(
        "script.py",
        "# /// script\n# requires-python = '>=3.6'\n# dependencies = ['extra-lib']\n# ///\n",
    );
    sandbox.run_well("pip install --requirements-from-script script.py");
    sandbox.write(
        "old.py",
        "# /// script\n# requires-python = '<3'\n# dependencies = ['app']\n# ///\n",
    );
    let answer = sandbox.run("pip install --requirements-from-script old.py");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(
        answer.stderr.contains("requires a different Python"),
        "{answer}"
    );
    sandbox.run_well("pip uninstall -y fancy lib extra-lib");
    sandbox.run_well("pip install --only-deps app");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "lib==1.5\n");
}

#[test]
fn releases_and_hashes_are_as_the_lines_say() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install lib --all-releases lib");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "lib==2.0rc1\n");
    let refused = sandbox.run("pip install lib==2.0rc1 --all-releases :all: --only-final lib -U");
    assert_eq!(refused.exit, 1, "{refused}");
    sandbox.write("final.txt", "--only-final lib\nlib\n");
    sandbox.run_well("pip install -U -r final.txt --all-releases lib");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "lib==1.5\n");
    // The file may have the hashes that both lines allow, and there are none.
    let (ones, twos) = ("1".repeat(64), "2".repeat(64));
    sandbox.write(
        "hashes.txt",
        &format!("lib==1.5 --hash=sha256:{ones}\nlib --hash=sha256:{twos}\n"),
    );
    assert_eq!(sandbox.run("pip install -r hashes.txt --reinstall").exit, 1);
}

#[test]
fn two_urls_of_one_project_exclude_each_other() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let folder = sandbox.root().join("wheels");
    let url = |version: &str| {
        let path = folder.join(format!("lib-{version}-py3-none-any.whl"));
        url::Url::from_file_path(path).unwrap()
    };
    sandbox.write("limits.txt", &format!("lib @ {}\n", url("1.0")));
    let answer = sandbox.run(&format!("pip install lib@{} -c limits.txt", url("1.5")));
    assert_eq!(answer.exit, 1, "{answer}");
    // What differs only in what means nothing is one URL.
    let same = url("1.0")
        .to_string()
        .replace("file://", "file://localhost");
    sandbox.run_well(&format!("pip install lib@{same}#egg=lib -c limits.txt"));
    assert!(sandbox.run_well("pip freeze").stdout.starts_with("lib @ "));
}

#[test]
fn a_report_is_in_pips_form() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let answer = sandbox.run_well("pip install app --dry-run --report -");
    let report: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(report["version"], "1");
    let entries = report["install"].as_array().expect("a list");
    let entry = |name: &str| {
        let mut entries = entries.iter();
        let found = entries.find(|entry| entry["metadata"]["name"] == name);
        found.expect("it is to be installed")
    };
    assert_eq!(entry("app")["requested"], true);
    assert_eq!(entry("lib")["requested"], false);
    assert_eq!(entry("lib")["is_direct"], false);
    let hash = &entry("lib")["download_info"]["archive_info"]["hash"];
    assert!(hash.as_str().unwrap().starts_with("sha256="), "{hash}");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "");
    sandbox.run_well("pip install app --report made.json");
    let made: serde_json::Value = serde_json::from_str(&sandbox.read("made.json")).expect("JSON");
    assert_eq!(made["install"].as_array().unwrap().len(), 2);
    let is_python = made["environment"]["implementation_name"].is_string();
    assert!(is_python, "{made}");
}

#[test]
fn what_is_for_another_python_goes_to_a_folder() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    let words = "--platform win_amd64 --python-version 3.13 --only-binary=:all:";
    assert_snapshot!(sandbox.run(&format!("pip install app {words}")), @"
    exit: 2
    -- stderr
    error: what is for another Python or platform cannot be used in this environment [TL0002]
    hint: name a folder with `--target`, or try it with `--dry-run`
    ");
    sandbox.run_well(&format!("pip install app {words} --target there"));
    assert!(sandbox.path("there/lib/__init__.py").is_file());
    let answer = sandbox.run(&format!(
        "pip install app {words} --no-binary lib --target there"
    ));
    assert_eq!(answer.exit, 2, "{answer}");
}

#[test]
fn a_freeze_keeps_the_order_of_files() {
    let Some(sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app fancy lib");
    sandbox.write(
        "in.txt",
        "# ours\n--pre\nLib  # below all\nlib\nabsent>1\n--pre\n",
    );
    assert_snapshot!(sandbox.run("pip freeze -r in.txt"), @"
    exit: 0
    -- stdout
    # ours
    --pre
    lib==1.0
    ## The following requirements were added by pip freeze:
    app==1.0
    fancy==1.0
    -- stderr
    warning: Requirement file [in.txt] contains absent>1, but package 'absent' is not installed
    warning: Requirement lib included multiple times [in.txt]
    ");
}

#[test]
fn lists_have_all_that_python_sees() {
    let Some(mut sandbox) = crate::sandbox_with_environment() else {
        return;
    };
    sandbox.run_well("pip install app --target added");
    sandbox.run_well("pip install lib --target on-path");
    sandbox.run_well("pip install extra-lib");
    let folder = sandbox.path("added").display().to_string();
    let python = std::fs::read_dir(sandbox.path(".venv/lib")).unwrap();
    let python = python.flatten().next().expect("one Python").file_name();
    let python = python.to_string_lossy().into_owned();
    sandbox.write(
        &format!(".venv/lib/{python}/site-packages/added.pth"),
        &format!("import sys\n# a comment\n{folder}\nnowhere\n"),
    );
    let listed = sandbox.run_well("pip list --format freeze").stdout;
    assert_eq!(listed, "app==1.0\nextra_lib==3.1\nlib==1.5\n");
    let local = sandbox.run_well("pip list --format freeze --local").stdout;
    assert_eq!(local, "extra_lib==3.1\n");
    sandbox.set("PYTHONPATH", sandbox.path("on-path").display());
    sandbox.run_well("pip check");
    sandbox.run_well("pip install app");
    let tops = "pip list --format freeze --not-required --exclude app";
    assert_eq!(sandbox.run_well(tops).stdout, "extra_lib==3.1\n");
    let refused = sandbox.run("pip list --outdated --format freeze");
    assert_eq!(refused.exit, 2, "{refused}");
}
