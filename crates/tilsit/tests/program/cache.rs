//! `cache dir` and `cache clean`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn the_folder_is_printed() {
    let mut sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("cache dir"), @"
    exit: 0
    -- stdout
    [ROOT]/cache
    ");
    assert_snapshot!(sandbox.run("cache dir --cache-dir here"), @"
    exit: 0
    -- stdout
    [ROOT]/project/here
    ");
    sandbox.set("TILSIT_CACHE_DIR", "");
    assert_snapshot!(sandbox.run("cache dir"), @"
    exit: 0
    -- stdout
    [ROOT]/home/.cache/tilsit
    ");
}

#[test]
fn only_a_marked_folder_is_removed() {
    let sandbox = Sandbox::new();
    sandbox.write("precious/thesis.txt", "long years of work");
    let clean = "cache clean --cache-dir precious";
    assert_snapshot!(sandbox.run(clean), @"
    exit: 2
    -- stderr
    error: the folder `precious` is not a cache of tilsit [TL0012]
    hint: `tilsit cache dir` prints the folder that is used; `--cache-dir` names another
    ");
    assert_eq!(sandbox.read("precious/thesis.txt"), "long years of work");

    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n";
    sandbox.write("precious/CACHEDIR.TAG", tag);
    assert_snapshot!(sandbox.run(clean), @"
    exit: 0
    -- stderr
    Removed 2 files (62 B) from `precious`.
    ");
    assert!(!sandbox.path("precious").exists());
    assert_snapshot!(sandbox.run(clean), @"
    exit: 0
    -- stderr
    There is no cache at `precious`.
    ");
}
