//! Settings from files and variables, and what is said when they are wrong.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn an_unknown_key_warns_and_a_wrong_value_fails() {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[tool.tilsit]\ncolour = 'red'\n");
    assert_snapshot!(sandbox.run("cache dir"), @"
    exit: 0
    -- stdout
    [ROOT]/cache
    -- stderr
    warning: `[ROOT]/project/pyproject.toml` has an unknown setting `colour`
    ");
    sandbox.write("pyproject.toml", "[tool.tilsit]\ntimeout = 'soon'\n");
    assert_snapshot!(sandbox.run("cache dir"), @r#"
    exit: 2
    -- stderr
    error: the settings in `[ROOT]/project/pyproject.toml` are not valid [TL0010]
      caused by: TOML parse error at line 2, column 11
          |
        2 | timeout = 'soon'
          |           ^^^^^^
        invalid type: string "soon", expected u64
    "#);
    sandbox.run_well("cache dir --no-config");
}

#[test]
fn the_users_file_is_read_and_can_be_named() {
    let sandbox = Sandbox::new();
    let user = sandbox.root().join("home/.config/tilsit");
    std::fs::create_dir_all(&user).unwrap();
    std::fs::write(user.join("tilsit.toml"), "retries = -1").unwrap();
    assert_snapshot!(sandbox.run("cache dir"), @"
    exit: 2
    -- stderr
    error: the settings in `[ROOT]/home/.config/tilsit/tilsit.toml` are not valid [TL0010]
      caused by: TOML parse error at line 1, column 11
          |
        1 | retries = -1
          |           ^^
        invalid value: integer `-1`, expected u32
    ");
    assert_snapshot!(sandbox.run("cache dir --config-file other.toml"), @"
    exit: 2
    -- stderr
    error: the configuration file `[ROOT]/project/other.toml` cannot be read [TL0010]
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn the_folder_to_work_in_can_be_chosen() {
    let sandbox = Sandbox::new();
    sandbox.write("inner/pyproject.toml", "[tool.tilsit]\nx = 1\n");
    let answer = sandbox.run_well("cache dir --directory inner");
    assert!(answer.stderr.contains("unknown setting `x`"), "{answer}");
    assert_snapshot!(sandbox.run("cache dir --directory none"), @"
    exit: 2
    -- stderr
    error: the folder `none` given with `--directory` does not exist [TL0002]
    ");
}

#[test]
fn colours_come_when_asked_for() {
    let mut sandbox = Sandbox::new();
    let plain = sandbox.run("explain x").stderr;
    assert!(!plain.contains('\u{1b}'));
    let coloured = sandbox.run("explain x --color always").stderr;
    assert!(
        coloured.contains("\u{1b}[1m\u{1b}[31merror"),
        "{coloured:?}"
    );
    sandbox.set("CLICOLOR_FORCE", "1");
    assert!(sandbox.run("explain x").stderr.contains('\u{1b}'));
    let never = sandbox.run("explain x --color never").stderr;
    assert!(!never.contains('\u{1b}'));
}
