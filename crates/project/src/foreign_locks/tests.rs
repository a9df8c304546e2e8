//! What is kept of other tools' locks.

use insta::assert_snapshot;

use super::{ForeignLock, Pins, as_lock};

fn shown(pins: &Pins) -> String {
    let lines = pins.iter().map(|(name, versions)| {
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        format!("{name} {}\n", versions.join(", "))
    });
    lines.collect()
}

#[test]
fn versions_from_an_index_are_pins() {
    let uv = "version = 1\n\
        [[package]]\nname = 'demo'\nversion = '1'\nsource = { virtual = '.' }\n\
        [[package]]\nname = 'A_b'\nversion = '1.0'\nsource = { registry = 'https://index.example/simple' }\n\
        [[package]]\nname = 'a-b'\nversion = '2.0'\nsource = { registry = 'https://index.example/simple' }\n\
        [[package]]\nname = 'c'\nversion = '3'\nsource = { git = 'https://git.example/c?rev=main#abc' }\n";
    assert_snapshot!(shown(&ForeignLock::Uv.pins(uv).unwrap()), @"a-b 1.0, 2.0");
    let pdm = "[metadata]\nlock_version = '4.5.1'\n\
        [[package]]\nname = 'a'\nversion = '1.0'\nextras = ['x']\ndependencies = ['a==1.0']\n\
        [[package]]\nname = 'a'\nversion = '1.0'\n\
        [[package]]\nname = 'b'\nversion = '2'\npath = './b'\n";
    assert_snapshot!(shown(&ForeignLock::Pdm.pins(pdm).unwrap()), @"a 1.0");
    let poetry = "[[package]]\nname = 'a'\nversion = '1.0'\n\
        [[package]]\nname = 'b'\nversion = '2'\n[package.source]\ntype = 'git'\nurl = 'https://git.example/b'\n\
        [[package]]\nname = 'c'\nversion = '3'\n[package.source]\ntype = 'legacy'\nurl = 'https://index.example/simple'\n";
    assert_snapshot!(shown(&ForeignLock::Poetry.pins(poetry).unwrap()), @"
    a 1.0
    c 3
    ");
    let pipenv = r#"{"_meta": {"hash": {"sha256": "x"}}, "default": {"a": {"version": "==1"}},
        "develop": {"a": {"version": "==1"}, "b": {"path": "b"}}}"#;
    let pins = ForeignLock::Pipenv.pins(pipenv).unwrap();
    assert_snapshot!(shown(&pins), @"a 1");
    assert_eq!(as_lock(&pins).pylock.packages.len(), 1);
    assert_eq!(
        ForeignLock::of_file_name("pdm.lock"),
        Some(ForeignLock::Pdm)
    );
    assert_eq!(ForeignLock::of_file_name("cargo.lock"), None);
}

#[test]
fn what_is_no_lock_is_refused() {
    let said = |text: &str| ForeignLock::Uv.pins(text).unwrap_err().to_string();
    assert_snapshot!(said("package = 1"), @"`package` is no list of tables");
    assert_snapshot!(
        said("[[package]]\nname = 'a'\nversion = 'x'\nsource = { registry = 'r' }\n"),
        @"the package `a` of it: `x` is not a version: a number is missing at byte 0"
    );
    assert_snapshot!(said("[[package]]\nversion = '1'\n"), @"the package `` of it: the project name is empty");
    assert!(ForeignLock::Pipenv.pins(r#"{"_meta": 1}"#).is_err());
}
