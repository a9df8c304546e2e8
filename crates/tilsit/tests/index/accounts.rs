//! `index init`, `index user add`, `index token create`.

use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn an_index_is_set_up_in_three_commands() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("index init --data data"), @"
    exit: 0
    -- stderr
    Ready: the index in `data`.
    Next: `tilsit index user add NAME --data data`, then `tilsit serve --data data`.
    ");
    let add = "index user add anna --password secret --data data";
    assert_snapshot!(sandbox.run(add), @"
    exit: 0
    -- stderr
    Added the user `anna`.
    ");
    let token = "index token create --user anna --data data";
    let answer = sandbox.run_well(token);
    assert!(answer.stderr.is_empty(), "{answer}");
    let text = answer.stdout.trim_end();
    assert!(text.starts_with("tlst-") && text.len() == 60, "{text}");
    assert_eq!(answer.stdout.lines().count(), 1);

    let (exit, envelope) = sandbox.run_json(&format!("{token} --project Demo_1"));
    assert_eq!(exit, 0);
    assert_ne!(envelope["result"]["token"], text);
    assert_eq!(envelope["result"]["projects"][0], "Demo_1");
}

#[test]
fn a_user_needs_a_free_name_and_a_password() {
    let sandbox = Sandbox::new();
    let add = "index user add anna --data data";
    assert_snapshot!(sandbox.run(add), @"
    exit: 2
    -- stderr
    error: there is no password and nobody to ask [TL0002]
    hint: give it with `--password-stdin`
    ");
    let from_stdin = format!("{add} --password-stdin");
    let mut child = sandbox
        .command(&from_stdin)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"secret\n").unwrap();
    assert!(child.wait().unwrap().success());
    let again = format!("{add} --password other");
    assert_snapshot!(sandbox.run(&again), @"
    exit: 1
    -- stderr
    error: there is already a user `anna` [TL0802]
    ");
    let empty = "index user add bob --data data --password ''";
    assert_snapshot!(sandbox.run(empty), @"
    exit: 1
    -- stderr
    error: the password is empty [TL0802]
    hint: give a password with `--password-stdin`
    ");
    let both = format!("{from_stdin} --password x");
    assert_eq!(sandbox.run(&both).exit, 2);
}

#[test]
fn a_token_needs_a_user_and_project_names() {
    let sandbox = Sandbox::new();
    let token = "index token create --user bob --data data";
    assert_snapshot!(sandbox.run(token), @"
    exit: 1
    -- stderr
    error: there is no user `bob` [TL0802]
    hint: make the user first: `tilsit index user add bob --data FOLDER`
    ");
    let wrong = format!("{token} --project=-x-");
    assert_snapshot!(sandbox.run(&wrong), @"
    exit: 2
    -- stderr
    error: `-x-` is not a valid project name: it must start and end with an ASCII letter or digit [TL0002]
    ");
    assert_snapshot!(sandbox.run("index init"), @"
    exit: 2
    -- stderr
    error: the folder of the index's data is not named [TL0002]
    hint: name it with `--data FOLDER` or `TILSIT_DATA`
    ");
}
