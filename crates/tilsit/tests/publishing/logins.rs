//! `login`, `logout` and `token`: what is kept, where it is used, and what others say no to.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::answers::{self, Answers};
use crate::sandbox::{Answer, Sandbox};
use crate::server::Index;

/// Runs with a text on standard input.
fn run_with(sandbox: &Sandbox, input: &str, line: &str) -> Answer {
    let mut child = sandbox
        .command(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that fails before it reads goes away.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: &[u8]| sandbox.steady(&String::from_utf8_lossy(bytes));
    Answer {
        exit: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

fn run_well_with(sandbox: &Sandbox, input: &str, line: &str) -> Answer {
    let answer = run_with(sandbox, input, line);
    assert_eq!(answer.exit, 0, "`{line}`: {answer}");
    answer
}

fn index(sandbox: &Sandbox) -> Index {
    Index::start(&sandbox.root().join("index"))
}

fn login_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("home/.config/tilsit/credentials.toml")
}

fn kept(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(login_file(sandbox)).expect("a file of logins")
}

/// Signs in as Anna with her password; gives the token that is kept.
fn sign_in(sandbox: &Sandbox, index: &Index, options: &str) -> String {
    let line = format!(
        "login {}/simple/ -u anna --password-stdin {options}",
        index.address
    );
    run_well_with(sandbox, "secret\n", &line);
    let shown = sandbox.run_well("token show");
    shown.stdout.trim_end().to_owned()
}

#[test]
fn a_password_becomes_a_token_that_all_commands_use() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = crate::sandbox();
    let index = index(&sandbox);
    let address = &index.address;
    sandbox.run_well("index settings --reading signed-in --data ../index");
    let line = format!("login {address}/simple/ -u anna --password-stdin");
    let said = run_well_with(&sandbox, "secret\n", &line);
    assert_snapshot!(said.to_string().replace(address, "[SERVER]"), @"
    exit: 0
    -- stderr
    Signed in to [SERVER]/ as `anna`; kept in [ROOT]/home/.config/tilsit/credentials.toml.
    ");
    let file = kept(&sandbox);
    assert!(!file.contains("secret"), "the password is not kept: {file}");
    assert!(file.contains("made = true") && file.contains("user = \"anna\""));

    // Nothing but the address is said to any of these.
    sandbox.run_well("build demo -o dist");
    sandbox.run_well(&format!("publish --repository-url {address}/legacy/"));
    let refused = Sandbox::new().run(&format!("search demo --index-url {address}/simple/"));
    assert_eq!(refused.exit, 4, "{refused}");
    sandbox.set("TILSIT_INDEX_URL", format!("{address}/simple/"));
    // The search follows the uploads within seconds.
    let found = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        sandbox.run("search demo").stdout.contains("tilsit-demo")
    });
    assert!(found, "{}", sandbox.run("search demo"));
    sandbox.run_well(&format!("venv -q --python {}", python.display()));
    sandbox.run_well("pip install tilsit-demo");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "tilsit-demo==1.0\n");
}

#[test]
fn the_token_that_is_kept_is_shown_and_asked_about() {
    let sandbox = Sandbox::new();
    let index = index(&sandbox);
    let token = sign_in(
        &sandbox,
        &index,
        "--project demo --description tests --days 7",
    );
    assert!(token.starts_with("tlst-") && token.len() == 60, "{token}");
    let (exit, shown) = sandbox.run_json("token show");
    assert_eq!(
        (exit, &shown["result"]["password"]),
        (0, &token.clone().into())
    );
    assert_eq!(shown["result"]["username"], "__token__");

    let check = sandbox.run_well("token check --project demo");
    let day = check.stdout.split("until    ").nth(1).unwrap();
    let day = day.lines().next().unwrap();
    let steady = check
        .to_string()
        .replace(&index.address, "[SERVER]")
        .replace(&token[5..17], "[ID]")
        .replace(day, "[DAY]");
    assert_snapshot!(steady, @"
    exit: 0
    -- stdout
    index    [SERVER]/
    user     anna
    token    [ID]  tests
    good for reading and uploads, demo
    until    [DAY]
    uploads to `demo`: yes
    ");
    let other = sandbox.run("token check --project other");
    assert_eq!(other.exit, 1, "{other}");
    assert!(
        other
            .stdout
            .ends_with("uploads to `other`: no, the token is not for the project `other`\n"),
        "{other}"
    );
    sandbox.run_well(&format!(
        "index token revoke {} --user anna --data ../index",
        &token[5..17]
    ));
    let revoked = sandbox.run("token check").to_string();
    assert_snapshot!(revoked.replace(&index.address, "[SERVER]"), @"
    exit: 4
    -- stderr
    error: `[SERVER]/api/v1/token` refused the credentials (status 401): the token is unknown, revoked or expired [TL0402]
    hint: sign in anew: `tilsit login [SERVER]/`
    ");
}

#[test]
fn tokens_of_the_account_are_made_listed_and_revoked_with_the_password() {
    let sandbox = Sandbox::new();
    let index = index(&sandbox);
    let own = sign_in(&sandbox, &index, "");
    let create = "token create --password-stdin --project demo --read --description ci";
    let made = run_well_with(&sandbox, "secret", create).stdout;
    let made = made.trim_end();
    assert!(made.starts_with("tlst-") && made != own, "{made}");
    assert!(!kept(&sandbox).contains(made), "it is for elsewhere");

    let list = || run_well_with(&sandbox, "secret", "token list --password-stdin").stdout;
    let listed = list();
    let (own_id, made_id) = (&own[5..17], &made[5..17]);
    let mut lines = listed.lines();
    let first = lines.next().unwrap();
    assert_eq!(
        first,
        format!("  {made_id}  reading, demo, until it is revoked  ci")
    );
    assert!(lines.next().unwrap().starts_with(&format!("* {own_id}")));
    assert!(!listed.contains(&own) && !listed.contains(made));

    // Another token wants the password; what is typed whole is not repeated.
    let refused = sandbox.run(&format!("token revoke {made}"));
    assert_eq!(refused.exit, 2, "{refused}");
    assert!(refused.stderr.contains("there is no password"), "{refused}");
    let revoke = format!("token revoke {made} --password-stdin");
    let revoked = run_well_with(&sandbox, "secret", &revoke);
    assert!(!revoked.to_string().contains(made), "{revoked}");
    assert!(!list().contains(made_id));
    let missing = run_with(
        &sandbox,
        "secret",
        "token revoke AAAAAAAAAAAA --password-stdin",
    );
    assert_snapshot!(missing.to_string().replace(&index.address, "[SERVER]"), @"
    exit: 2
    -- stderr
    error: the account at `[SERVER]/` has no token `AAAAAAAAAAAA` [TL0002]
    hint: `tilsit token list` shows them
    ");
    // One's own revokes itself, and the login goes with it.
    sandbox.run_well(&format!("token revoke {own_id}"));
    assert!(!list_of(&sandbox, &index).contains(own_id));
    assert!(!kept(&sandbox).contains("[[login]]"));
}

fn list_of(sandbox: &Sandbox, index: &Index) -> String {
    let line = format!("token list {} -u anna --password-stdin", index.address);
    run_well_with(sandbox, "secret", &line).stdout
}

#[test]
fn signing_out_revokes_what_signing_in_made() {
    let sandbox = Sandbox::new();
    let index = index(&sandbox);
    let former = sign_in(&sandbox, &index, "");
    let token = sign_in(&sandbox, &index, "");
    let listed = list_of(&sandbox, &index);
    assert!(
        !listed.contains(&former[5..17]),
        "nobody has the former one"
    );
    assert!(listed.contains(&token[5..17]));
    let out = sandbox.run_well("logout").to_string();
    assert_snapshot!(out.replace(&index.address, "[SERVER]"), @"
    exit: 0
    -- stderr
    Signed out of [SERVER]/; its token is revoked.
    ");
    assert!(!list_of(&sandbox, &index).contains(&token[5..17]));
    assert_snapshot!(sandbox.run("logout"), @"
    exit: 4
    -- stderr
    error: no login is kept on this machine [TL0406]
    hint: sign in: `tilsit login URL`
    ");

    // A token that was given is somebody's, who may use it elsewhere.
    let line = format!("login {} --token-stdin", index.address);
    run_well_with(&sandbox, &format!("{}\n", index.token), &line);
    let out = sandbox.run_well("logout");
    assert!(out.stderr.contains("stays good"), "{out}");
    let kept_token = sign_in(&sandbox, &index, "");
    sandbox.run_well("logout --keep-token");
    let listed = list_of(&sandbox, &index);
    assert!(listed.contains(&index.token[5..17]) && listed.contains(&kept_token[5..17]));
}

#[test]
fn an_index_that_is_gone_keeps_its_login_unless_it_is_not_asked() {
    let sandbox = Sandbox::new();
    let index = index(&sandbox);
    let token = sign_in(&sandbox, &index, "");
    let address = index.address.clone();
    drop(index);
    let out = sandbox.run("logout --retries 0").to_string();
    assert_snapshot!(
        out.replace(&address, "[SERVER]").replace(&token[5..17], "[ID]"),
        @"
    exit: 5
    -- stderr
    error: cannot connect to `[SERVER]/api/v1/tokens/[ID]`: Connection refused (os error 111) [TL0401]
    hint: check the URL, the network and the proxy; `--offline` uses what the cache holds
    hint: `--keep-token` forgets the login without asking the index
    ");
    assert!(kept(&sandbox).contains(&token));
    sandbox.run_well("logout --keep-token");
    assert!(!kept(&sandbox).contains(&token));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let sandbox = Sandbox::new();
    let index = index(&sandbox);
    let address = &index.address;
    let steady = |answer: &Answer| answer.to_string().replace(address, "[SERVER]");
    let line = format!("login {address}/legacy/ -u anna --password-stdin");
    assert_snapshot!(steady(&run_with(&sandbox, "wrong", &line)), @"
    exit: 4
    -- stderr
    error: `[SERVER]/api/v1/tokens` refused the credentials (status 401): the user name or the password is wrong [TL0402]
    hint: check the user name and the password: they are those of `[SERVER]/`
    ");
    let line = format!("login {address} --token pypi-AgEIcHlwaS5vcmc");
    assert_snapshot!(steady(&sandbox.run(&line)), @"
    exit: 4
    -- stderr
    error: `[SERVER]/api/v1/token` refused the credentials (status 401): the token is not of the form `tlst-` and 55 letters, digits, `-` or `_` [TL0402]
    hint: the token must be one of `[SERVER]/`, whole and not revoked: each index has its own
    ");
    assert_snapshot!(steady(&sandbox.run(&format!("login {address}"))), @"
    exit: 2
    -- stderr
    error: there is no user name and nobody to ask [TL0002]
    hint: give it with `--username`, and the password with `--password-stdin`
    ");
    let line = format!("login {address} --token {} --read", index.token);
    assert_snapshot!(steady(&sandbox.run(&line)), @"
    exit: 2
    -- stderr
    error: the token is there already, so that nothing can be wished of it [TL0002]
    hint: leave out `--project`, `--read`, `--days` and `--description`, or sign in with the password
    ");
    assert_snapshot!(sandbox.run("login http://index.example/simple/ --token x"), @"
    exit: 5
    -- stderr
    error: `http://index.example/api/v1/token` is not encrypted, and its host is not one that is trusted without [TL0401]
    hint: use https; or name the host with `--trusted-host` if you trust all networks on the way
    ");
    assert_snapshot!(sandbox.run("login"), @"
    exit: 2
    -- stderr
    error: it is not said which index is meant [TL0002]
    hint: name its URL, or set `publish-url` or `index-url` in the settings
    ");
    assert_snapshot!(sandbox.run("token show https://index.example/"), @"
    exit: 4
    -- stderr
    error: no login is kept for `https://index.example/` [TL0406]
    hint: sign in: `tilsit login https://index.example/`
    ");
    assert!(
        !login_file(&sandbox).exists(),
        "nothing was kept of all this"
    );
}

/// Another index: it wants Anna's password for its pages, and knows nothing of tokens.
fn foreign() -> Answers {
    Answers::start(|asked, _| {
        let is_page = asked.line.contains(" /team/simple/");
        match (is_page, asked.authorization.as_str()) {
            (true, "Basic YW5uYTpzZWNyZXQ=") => answers::Answer::Status(200, "pages".to_owned()),
            (true, _) => answers::Answer::Status(401, "who?".to_owned()),
            (false, _) => answers::Answer::Status(404, "nothing".to_owned()),
        }
    })
}

#[test]
fn of_another_index_what_was_given_is_checked_as_far_as_can_be_and_kept() {
    let sandbox = Sandbox::new();
    let server = foreign();
    let address = &server.address;
    let login = |path: &str, password: &str| {
        let line = format!("login {address}{path} -u anna --password-stdin");
        run_with(&sandbox, password, &line)
    };
    let wrong = login("/team/simple/", "wrong");
    assert_eq!(wrong.exit, 4, "{wrong}");
    assert!(!login_file(&sandbox).exists());
    let right = login("/team/simple/", "secret");
    assert_snapshot!(right.to_string().replace(address, "[SERVER]"), @"
    exit: 0
    -- stderr
    Signed in to [SERVER]/team/ as `anna`; kept in [ROOT]/home/.config/tilsit/credentials.toml.
    ");
    let unknown = login("/team/legacy/", "secret");
    assert!(unknown.stderr.contains("not checked"), "{unknown}");
    let shown = sandbox.run_well(&format!("token show {address}/team/simple/"));
    assert_eq!(shown.stdout, "secret\n");
    // The neighbour's folder is another matter.
    let neighbour = sandbox.run(&format!("token show {address}/team-b/simple/"));
    assert_eq!(neighbour.exit, 4, "{neighbour}");
    let check = sandbox.run("token check").to_string();
    assert_snapshot!(check.replace(address, "[SERVER]"), @"
    exit: 1
    -- stderr
    error: `[SERVER]/team/` keeps no tokens for programs [TL0408]
    hint: make a token on the index's pages, and keep it here: `tilsit login URL --token-stdin`
    ");
    let lines = server.lines();
    assert!(
        lines.iter().all(|line| line.starts_with("GET /team/")),
        "no password is sent to make a token of: {lines:?}"
    );
}

#[test]
fn what_is_said_goes_before_what_is_kept_and_that_before_netrc() {
    let mut sandbox = crate::sandbox();
    sandbox.run_well("build demo -o dist --wheel");
    let server = Answers::start(|asked, _| match asked.line.as_str() {
        "POST /legacy/" => answers::Answer::Status(200, String::new()),
        _ => answers::Answer::Status(404, String::new()),
    });
    let address = server.address.clone();
    let netrc = sandbox.root().join("home/.netrc");
    std::fs::write(&netrc, "machine 127.0.0.1 login anna password netrc").unwrap();
    let url = format!("{address}/legacy/");
    let with_user = url.replace("http://", "http://anna@");
    let with_password = url.replace("http://", "http://bob:url@");
    // `user:password` as base64.
    let netrc = "Basic YW5uYTpuZXRyYw==";
    let (kept, of_url) = ("Basic YW5uYTprZXB0", "Basic Ym9iOnVybA==");
    let said = "Basic Ym9iOnNhaWQ=";
    let publish = |sandbox: &Sandbox, line: &str| {
        sandbox.run_well(&format!("publish --repository-url {line}"));
        server.authorization()
    };
    assert_eq!(publish(&sandbox, &url), netrc);
    let login = format!("login {address} -u anna --password-stdin");
    run_well_with(&sandbox, "kept", &login);
    assert_eq!(publish(&sandbox, &url), kept);
    assert_eq!(publish(&sandbox, &format!("{url} -u anna")), kept);
    assert_eq!(publish(&sandbox, &with_user), kept);
    assert_eq!(publish(&sandbox, &with_password), of_url);
    assert_eq!(publish(&sandbox, &format!("{url} -u bob -p said")), said);
    sandbox.set("TWINE_USERNAME", "bob");
    sandbox.set("TWINE_PASSWORD", "said");
    assert_eq!(publish(&sandbox, &url), said);
}

#[cfg(unix)]
#[test]
fn the_file_is_its_users_alone_and_one_that_is_not_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut sandbox = Sandbox::new();
    let index = index(&sandbox);
    sign_in(&sandbox, &index, "");
    let file = login_file(&sandbox);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let warned = sandbox.run_well("token check");
    assert_eq!(warned.stderr.matches("warning").count(), 1, "{warned}");
    assert!(warned.stderr.contains("chmod 600"), "{warned}");
    sign_in(&sandbox, &index, "");
    assert_eq!(sandbox.run_well("token check").stderr, "");

    sandbox.set("TILSIT_CREDENTIALS_FILE", "own.toml");
    sign_in(&sandbox, &index, "");
    assert!(sandbox.read("own.toml").contains("tlst-"));
    sandbox.write("own.toml", "[[login]]\npassword = \"geheim\"\n");
    assert_snapshot!(sandbox.run("search demo"), @"
    exit: 2
    -- stderr
    error: the file of logins `[ROOT]/project/own.toml` cannot be read: line 1: expected tables `[[login]]` with the texts `url` and `username` [TL0010]
    hint: mend it, or remove `[ROOT]/project/own.toml` and sign in anew with `tilsit login`
    ");
}

/// `keyring` as far as its command line goes: a file for each service and user.
#[cfg(unix)]
const KEYRING: &str = r#"#!/bin/sh
file="$(dirname "$0")/$(printf %s "$2$3" | tr -c 'A-Za-z0-9_\n' .)"
case "$1" in
set) cat > "$file" ;;
get) [ -f "$file" ] && cat "$file" && echo ;;
del) [ -f "$file" ] || { echo 'no such password' >&2; exit 1; }; rm "$file" ;;
esac
"#;

#[cfg(unix)]
#[test]
fn a_keyring_keeps_the_secret_where_the_settings_say_so() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut sandbox = Sandbox::new();
    let index = index(&sandbox);
    let program = sandbox.write("bin/keyring", KEYRING);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder = sandbox.path("bin");
    sandbox.set("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let token = sign_in(&sandbox, &index, "--keyring-provider keyring");
    let file = kept(&sandbox);
    assert!(
        !file.contains("tlst-") && !file.contains("password"),
        "{file}"
    );
    let in_keyring = || std::fs::read_dir(sandbox.path("bin")).unwrap().count() - 1;
    assert_eq!(in_keyring(), 1);
    // Later commands ask it without being told to.
    sandbox.run_well("token check");
    let out = sandbox.run_well("logout");
    assert!(out.stderr.contains("revoked"), "{out}");
    assert!(!list_of(&sandbox, &index).contains(&token[5..17]));
    assert_eq!(in_keyring(), 0);

    sandbox.write(
        "bin/keyring",
        "#!/bin/sh\necho 'Traceback' >&2\necho 'no backend' >&2\nexit 1\n",
    );
    let line = format!(
        "login {} -u anna --password-stdin --keyring-provider keyring",
        index.address
    );
    let failed = run_with(&sandbox, "secret", &line);
    assert_snapshot!(failed, @"
    exit: 5
    -- stderr
    error: `[ROOT]/project/bin/keyring` failed: no backend [TL0407]
    hint: `--keyring-provider disabled` keeps it in a file of yours instead
    ");
    let listed = list_of(&sandbox, &index);
    assert_eq!(
        listed.lines().count(),
        1,
        "no token is left behind: {listed}"
    );
}
