//! `check`: what is found, how it is told, and when the answer is no.

use insta::assert_snapshot;
use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;

use crate::sandbox::Sandbox;

#[test]
fn what_is_built_is_checked() {
    let sandbox = crate::sandbox();
    sandbox.run_well("build demo -o dist");
    assert_snapshot!(sandbox.run("check"), @"
    exit: 0
    -- stdout
    dist/tilsit_demo-1.0-py3-none-any.whl: warning TL1014: METADATA: `Description`: is missing: the project's page will be empty
    dist/tilsit_demo-1.0.tar.gz: warning TL1014: PKG-INFO: `Description`: is missing: the project's page will be empty
    -- stderr
    Checked 2 files: 0 errors, 2 warnings; `tilsit explain CODE` tells more.
    ");
    let strict = sandbox.run("check --strict");
    assert_eq!(strict.exit, 1, "{strict}");
    let ignoring = sandbox.run_well("check --strict --ignore tl1014");
    assert_eq!(ignoring.stdout, "", "{ignoring}");
    assert!(
        ignoring.stderr.contains("2 files: nothing found"),
        "{ignoring}"
    );
    let explained = sandbox.run_well("explain TL1014");
    assert!(
        explained.stdout.contains("there is no description"),
        "{explained}"
    );
}

#[test]
fn findings_are_for_programs_too() {
    let sandbox = crate::sandbox();
    sandbox.run_well("build demo -o dist");
    sandbox.write("dist/broken-1.0-py3-none-any.whl", "no zip");
    let (exit, envelope) = sandbox.run_json("check dist");
    assert_eq!(exit, 1, "{envelope}");
    assert_eq!(envelope["status"], "no");
    assert_eq!(envelope["result"]["errors"], 1);
    assert_eq!(envelope["result"]["warnings"], 2);
    let first = &envelope["result"]["files"][0]["findings"][0];
    assert_eq!(first["code"], "TL1001");
    assert_eq!(first["severity"], "error");
    let second = &envelope["result"]["files"][1]["findings"][0];
    assert_eq!(second["code"], "TL1014");
    assert_eq!(second["place"], "METADATA");
    assert_eq!(second["subject"], "Description");
}

#[test]
fn what_cannot_be_checked_is_said() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("check"), @"
    exit: 2
    -- stderr
    error: cannot list the folder `[ROOT]/project/dist` [TL0002]
      caused by: No such file or directory (os error 2)
    hint: build first (`tilsit build`), or name the files
    ");
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    assert_snapshot!(sandbox.run("check empty"), @"
    exit: 2
    -- stderr
    error: there are no distributions in `empty` [TL0002]
    ");
    assert_snapshot!(sandbox.run("check none.whl"), @"
    exit: 2
    -- stderr
    error: cannot inspect `[ROOT]/project/none.whl` [TL0002]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("check --ignore W001 empty"), @"
    exit: 2
    -- stderr
    error: there is no code `W001` to ignore [TL0002]
    hint: `tilsit explain` lists all codes
    ");
}

#[test]
fn a_source_tree_is_checked_without_being_run() {
    let sandbox = Sandbox::new();
    sandbox.write("setup.py", "open('ran', 'w')\nsetup(use_2to3=True)\n");
    sandbox.write(
        "pyproject.toml",
        "[build-system]\nrequires = [\"setuptools\"]\n[project]\nname = \"demo\"\nversion = \"1\"\n\
         description = \"d\"\nreadme = { text = \"# d\", content-type = \"text/markdown\" }\n\
         requires-python = \">=3.10\"\nlicense = \"MIT\"\nurls.Source = \"https://demo.example/\"\n\
         classifiers = [\"Topic :: Odd\"]\n",
    );
    assert_snapshot!(sandbox.run("check ."), @"
    exit: 1
    -- stdout
    .: error TL1052: pyproject.toml: line 11: `project.classifiers`: `Topic :: Odd` does not exist: indexes refuse it
    .: warning TL1061: setup.py: line 2: `use_2to3`: 2to3 is gone since setuptools 58: the build fails
    -- stderr
    Checked 1 file: 1 error, 1 warning; `tilsit explain CODE` tells more.
    ");
    let answer = sandbox.run("check --ignore TL1052 --format github .");
    assert_eq!(answer.exit, 0, "{answer}");
    assert!(
        answer
            .stdout
            .starts_with("::warning file=setup.py,line=2,title=TL1061::"),
        "{answer}"
    );
    let answer = sandbox.run("check --format sarif .");
    let log: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "TL1052");
    assert!(!sandbox.path("ran").exists());
}

/// What of old practice stands in this pyproject.toml has a new form.
const OLD: &str = "[build-system]
requires = [\"setuptools>=77.0.3\", \"wheel\"] # both
[project]
name = \"demo\"
version = \"1\"
description = \"d\"
readme = { text = \"Demo\", content-type = \"text/markdown\" }
requires-python = \">=3.10,<4\"
license = { text = \"MIT\" } # ours
urls.Source = \"https://demo.example/\"
classifiers = [
    \"License :: OSI Approved :: MIT License\",
    \"programming language :: Python :: 3\",
]
[tool.ruff]
line_length = 100
";

#[test]
fn what_can_be_mended_is_mended() {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", OLD);
    assert_snapshot!(sandbox.run("check --diff ."), @r#"
    exit: 1
    -- stdout
    --- pyproject.toml
    +++ pyproject.toml
    @@ -1,16 +1,15 @@
     [build-system]
    -requires = ["setuptools>=77.0.3", "wheel"] # both
    +requires = ["setuptools>=77.0.3"] # both
     [project]
     name = "demo"
     version = "1"
     description = "d"
     readme = { text = "Demo", content-type = "text/markdown" }
     requires-python = ">=3.10,<4"
    -license = { text = "MIT" } # ours
    +license = "MIT" # ours
     urls.Source = "https://demo.example/"
     classifiers = [
    -    "License :: OSI Approved :: MIT License",
    -    "programming language :: Python :: 3",
    +    "Programming Language :: Python :: 3",
     ]
     [tool.ruff]
    -line_length = 100
    +line-length = 100
    "#);
    assert_eq!(
        std::fs::read_to_string(sandbox.path("pyproject.toml")).unwrap(),
        OLD
    );
    assert_snapshot!(sandbox.run("check --fix"), @"
    exit: 0
    -- stdout
    .: warning TL1057: pyproject.toml: line 8: `project.requires-python`: `<4` shuts out Pythons to come: resolvers then take an older release that says nothing of it
    -- stderr
    Mended .: TL1069: pyproject.toml: line 2: `build-system.requires`: `wheel` need not be required: setuptools asks for it where it needs it, and has what it had since version 70.1
    Mended .: TL1054: pyproject.toml: line 9: `project.license`: is a table, which is deprecated: an SPDX expression and `license-files` say it (PEP 639)
    Mended .: TL1052: pyproject.toml: line 13: `project.classifiers`: `programming language :: Python :: 3` does not exist, `Programming Language :: Python :: 3` does: indexes refuse it
    Mended .: TL1067: pyproject.toml: line 16, column 1: `tool.ruff.line_length`: ruff has no such key: `line-length` is meant
    Checked 1 file: 0 errors, 1 warning; `tilsit explain CODE` tells more. `--fix --unsafe-fixes` mends 1.
    ");
    let again = sandbox.run_well("check --diff");
    assert_eq!(again.stdout, "", "{again}");
    assert_snapshot!(sandbox.run("check --diff --unsafe-fixes"), @r#"
    exit: 1
    -- stdout
    --- pyproject.toml
    +++ pyproject.toml
    @@ -5,7 +5,7 @@
     version = "1"
     description = "d"
     readme = { text = "Demo", content-type = "text/markdown" }
    -requires-python = ">=3.10,<4"
    +requires-python = ">=3.10"
     license = "MIT" # ours
     urls.Source = "https://demo.example/"
     classifiers = [
    "#);
    assert_snapshot!(sandbox.run("check --fix --unsafe-fixes --strict ."), @"
    exit: 0
    -- stderr
    Mended .: TL1057: pyproject.toml: line 8: `project.requires-python`: `<4` shuts out Pythons to come: resolvers then take an older release that says nothing of it
    Checked 1 file: nothing found.
    ");
    let nowhere = sandbox.run("check --fix dist");
    assert_eq!(nowhere.exit, 2, "{nowhere}");
}

/// A mended project is the same: its wheel has the same files, and says the same in other words.
#[test]
fn a_mended_project_builds_the_same() {
    let sandbox = Sandbox::new();
    sandbox.write("src/demo/__init__.py", "");
    sandbox.write("LICENSE", "Take it.\n");
    let text = "[build-system]\nrequires = [\"tilsit-build\"]\nbuild-backend = \"tilsit_build\"\n[project]\nname = \"demo\"\nversion = \"1\"\nlicense = { text = \"MIT\" }\nclassifiers = [\n  \"License :: OSI Approved :: MIT License\",\n  \"Natural Language :: Ukranian\",\n]\n[tool.ruff]\nline_length = 100\n";
    sandbox.write("pyproject.toml", text);
    let metadata = |out: &str| {
        sandbox.run_well(&format!("build --wheel -o {out} ."));
        let path = sandbox.path(&format!("{out}/demo-1-py3-none-any.whl"));
        let wheel = Wheel::open(path, &Limits::default()).expect("a sound wheel");
        let names: Vec<String> = wheel.files().iter().map(|file| file.name.clone()).collect();
        (names, wheel.metadata().clone())
    };
    let (files, before) = metadata("one");
    sandbox.run_well("check --fix .");
    let (same_files, mut after) = metadata("two");
    assert_eq!(same_files, files);
    assert_eq!(before.license.as_deref(), Some("MIT"));
    let expression = after.license_expression.take();
    assert_eq!(expression.map(|it| it.to_string()).as_deref(), Some("MIT"));
    assert_eq!(after.classifiers, ["Natural Language :: Ukrainian"]);
    after.license = before.license.clone();
    after.classifiers = before.classifiers.clone();
    after.metadata_version = before.metadata_version;
    assert_eq!(after, before);
}

#[test]
fn programs_are_told_what_can_be_mended() {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", OLD);
    let answer = sandbox.run("check --format sarif .");
    let log: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    let fix = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(fix["artifactLocation"]["uri"], "pyproject.toml");
    assert_eq!(fix["replacements"][0]["deletedRegion"]["startLine"], 2);
    let (_, envelope) = sandbox.run_json("check .");
    assert_eq!(envelope["result"]["files"][0]["findings"][0]["fix"], "safe");
    let (_, envelope) = sandbox.run_json("check --fix .");
    let mended = &envelope["result"]["files"][0]["mended"];
    assert_eq!(mended.as_array().map(Vec::len), Some(4), "{envelope}");
}

#[test]
fn own_tables_are_read_as_the_commands_read_them() {
    let sandbox = Sandbox::new();
    let head =
        "[build-system]\nrequires = [\"tilsit-build\"]\nbuild-backend = \"tilsit_build\"\n\n";
    let cases = [
        (
            "[tool.tilsit]\nresolutoin = \"lowest\"",
            "TL1068",
            "resolutoin",
        ),
        ("[tool.tilsit]\ndefault-groups = 1", "TL1051", "line 6"),
        ("[tool.tilsit.tasks]\na = 1", "TL1051", "line 6"),
        (
            "[tool.tilsit.build]\nmodule-rot = \"src\"",
            "TL1051",
            "module-rot",
        ),
        (
            "[tool.tilsit.build.version]\nsource = 1",
            "TL1051",
            "version",
        ),
        (
            "[tool.cibuildwheel]\nenvironment = \"A B\"",
            "TL1051",
            "NAME=VALUE",
        ),
    ];
    for (text, code, words) in cases {
        sandbox.write("other/pyproject.toml", &format!("{head}{text}\n"));
        let answer = sandbox.run("check other");
        let mut lines = answer.stdout.lines();
        let line = lines.find(|line| line.contains(code));
        assert!(
            line.is_some_and(|line| line.contains(words)),
            "{text}: {answer}"
        );
        assert_eq!(answer.stdout.lines().count(), 1, "{answer}");
    }
    sandbox.write(
        "other/pyproject.toml",
        &format!("{head}[tool.tilsit]\nresolution = \"lowest\"\n"),
    );
    let answer = sandbox.run_well("check other");
    assert_eq!(answer.stdout, "", "{answer}");
}
