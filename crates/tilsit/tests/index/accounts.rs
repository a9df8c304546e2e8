//! `index init`, `index user`, `index token`, `index settings`, `index verify`.

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

#[test]
fn an_operator_keeps_the_users() {
    let sandbox = Sandbox::new();
    sandbox.run_well("index user add anna --password secret --admin --data data");
    sandbox.run_well("index user add bob --password secret --data data");
    assert_snapshot!(sandbox.run("index user list --data data"), @"
    exit: 0
    -- stdout
    anna  administrator
    bob  user
    ");
    assert_snapshot!(sandbox.run("index user demote anna --data data"), @"
    exit: 2
    -- stderr
    error: `anna` is the last administrator of the index [TL0002]
    hint: make another user one first: `tilsit index user promote NAME`
    ");
    sandbox.run_well("index user promote bob --data data");
    sandbox.run_well("index user demote anna --data data");
    assert_snapshot!(sandbox.run("index user disable anna --data data"), @"
    exit: 0
    -- stderr
    `anna` is locked out.
    ");
    assert_snapshot!(sandbox.run("index user list --data data"), @"
    exit: 0
    -- stdout
    anna  locked out
    bob  administrator
    ");
    sandbox.run_well("index user enable anna --data data");
    assert_snapshot!(sandbox.run("index user password anna --password new --data data"), @"
    exit: 0
    -- stderr
    `anna` has another password, and is signed out everywhere.
    ");
    assert_snapshot!(sandbox.run("index user enable eve --data data"), @"
    exit: 1
    -- stderr
    error: there is no user `eve` [TL0802]
    hint: make the user first: `tilsit index user add eve --data FOLDER`
    ");
    let invite =
        "index user invite --admin --public-url https://index.example/packages --data data";
    let link = sandbox.run_well(invite).stdout;
    let start = "https://index.example/packages/account/register/?invitation=";
    assert_eq!(
        link.trim_end().strip_prefix(start).map(str::len),
        Some(43),
        "{link}"
    );
}

#[test]
fn an_operator_keeps_the_tokens() {
    let sandbox = Sandbox::new();
    sandbox.run_well("index user add anna --password secret --data data");
    let create = "index token create --user anna --data data --description ci --days 7 --read";
    let token = sandbox.run_well(create).stdout;
    let prefix = &token[5..17];
    let (_, envelope) = sandbox.run_json("index token list --user anna --data data");
    let listed = &envelope["result"][0];
    assert_eq!(
        (&listed["prefix"], &listed["permission"]),
        (&prefix.into(), &"read".into())
    );
    assert!(
        listed["expires"].is_string() && listed["projects"].is_null(),
        "{listed}"
    );
    let text = sandbox
        .run_well("index token list --user anna --data data")
        .stdout;
    assert_eq!(text, format!("{prefix}  read, all projects  ci\n"));
    let revoke = format!("index token revoke --user anna --data data {prefix}");
    sandbox.run_well(&revoke);
    let again = sandbox.run(&revoke);
    assert!(again.stderr.contains("`anna` has no token"), "{again}");
    assert_eq!(
        sandbox
            .run_well("index token list --user anna --data data")
            .stdout,
        ""
    );
    assert_eq!(sandbox.run(&format!("{create} --days 0")).exit, 2);
}

#[test]
fn an_operator_decides_and_looks() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("index settings --data data"), @"
    exit: 0
    -- stdout
    reading public
    registration invited
    new-projects users
    ");
    let change = "index settings --reading signed-in --registration open --data data";
    assert_snapshot!(sandbox.run(change), @"
    exit: 0
    -- stdout
    reading signed-in
    registration open
    new-projects users
    ");
    let names = "index settings --new-projects administrators --keep-name Acme_* --keep-name own \
         --data data";
    assert_snapshot!(sandbox.run(names), @"
    exit: 0
    -- stdout
    reading signed-in
    registration open
    new-projects administrators
    kept-name acme-*
    kept-name own
    ");
    let (_, envelope) = sandbox.run_json("index settings --free-name own --data data");
    assert_eq!(
        envelope["result"]["kept_names"],
        serde_json::json!(["acme-*"])
    );
    assert_snapshot!(sandbox.run("index settings --reading nobody --data data"), @"
    exit: 2
    -- stderr
    error: invalid value 'nobody' for '--reading <WHO>': `nobody` is not `public`, `signed-in` or `people`

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run("index verify --data data"), @"
    exit: 0
    -- stderr
    Sound: 0 projects with 0 files.
    ");
    sandbox.write("data/files/aa/bb/cc/stray.whl", "x");
    let (exit, envelope) = sandbox.run_json("index verify --data data");
    assert_eq!(exit, 0);
    let unnamed = envelope["result"]["unnamed"][0].as_str().unwrap();
    assert!(unnamed.contains("stray.whl"), "{unnamed}");
}
