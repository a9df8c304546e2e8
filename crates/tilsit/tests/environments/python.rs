//! `python list` and `python find`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_python_is_found_and_listed() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", python.parent().unwrap().display());
    let (exit, found) = sandbox.run_json("python find");
    assert_eq!(exit, 0, "{found}");
    let path = found["result"]["path"].as_str().unwrap();
    assert_eq!(found["result"]["source"], "the search path");
    assert_eq!(sandbox.run_well("python find").stdout.trim_end(), path);

    let version = found["result"]["version"].as_str().unwrap();
    let (_, list) = sandbox.run_json(&format!("python list =={version}"));
    let list = list["result"].as_array().unwrap();
    assert!(
        list.iter()
            .any(|entry| entry["source"] == "the search path"),
        "{list:?}"
    );
    assert!(
        list.iter().all(|entry| entry["version"] == version),
        "{list:?}"
    );
    let line = sandbox.run_well("python list").stdout;
    assert!(line.contains(&format!("cpython {version}")), "{line}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", sandbox.path("").display());
    let (exit, envelope) = sandbox.run_json("python find 3.99");
    assert_eq!(exit, 1);
    assert_eq!(envelope["status"], "no");
    assert_eq!(envelope["errors"][0]["code"], "TL0201");
    assert_snapshot!(sandbox.run("python find ./none/python"), @"
    exit: 1
    -- stderr
    error: cannot inspect `[ROOT]/project/./none/python` [TL0201]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("python find >>3"), @"
    exit: 2
    -- stderr
    error: `>>3` is not a range of Python versions: `>>3` is not a version specifier: no version follows the operator: a number is missing at byte 1 [TL0002]
    ");
    sandbox.write("fake/bin/python", "#!/bin/sh\necho nonsense\n");
    assert_eq!(sandbox.run("python find ./fake").exit, 5);
}
