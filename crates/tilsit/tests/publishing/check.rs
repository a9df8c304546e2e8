//! `check`: what is found, how it is told, and when the answer is no.

use insta::assert_snapshot;

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
