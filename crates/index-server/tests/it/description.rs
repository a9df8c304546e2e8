//! The OpenAPI document against the server that it describes.

use std::process::Command;

use tilsit_testing::TestDistribution;

use crate::http::{Form, request};
use crate::managing::Browser;
use crate::support::{TestIndex, on_both_databases};

on_both_databases!(
    the_document_and_the_router_have_the_same_routes,
    schemathesis_finds_nothing_as_anybody,
    schemathesis_finds_nothing_with_a_token,
    schemathesis_finds_nothing_signed_in,
    schemathesis_finds_nothing_with_a_password,
);

/// Methods of HTTP that a route might take.
const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

fn the_document_and_the_router_have_the_same_routes(index: &TestIndex) {
    let answer = index.get("/openapi.json", &[]);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 30, "{}", paths.len());
    for (path, item) in paths {
        // Nothing that is there: a route answers all the same, if only that it has no such thing.
        let asked = path.replace(['{', '}'], "");
        for method in METHODS {
            let answer = request(index.address, &method.to_uppercase(), &asked, &[], b"");
            let is_described = item[method].is_object();
            assert_eq!(answer.status != 405, is_described, "{method} {path}");
            if is_described {
                let status = answer.status.to_string();
                let described = &item[method]["responses"];
                assert!(described[&status].is_object(), "{method} {path}: {status}");
            }
        }
    }
    let etag = answer.header("etag").unwrap();
    let again = index.get("/openapi.json", &[("If-None-Match", etag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert!(
        index
            .get("/", &[])
            .text()
            .contains("href=\"./openapi.json\"")
    );
}

fn schemathesis_finds_nothing_as_anybody(index: &TestIndex) {
    run_schemathesis(index, &As::Anybody);
}

fn schemathesis_finds_nothing_with_a_token(index: &TestIndex) {
    run_schemathesis(index, &As::Token);
}

fn schemathesis_finds_nothing_signed_in(index: &TestIndex) {
    run_schemathesis(index, &As::Session(&Browser::administrator(index)));
}

/// What only a password is good for.
fn schemathesis_finds_nothing_with_a_password(index: &TestIndex) {
    run_schemathesis(index, &As::Password);
}

/// Who asks.
enum As<'a> {
    Anybody,
    Token,
    Password,
    Session(&'a Browser<'a>),
}

impl As<'_> {
    /// What would end the session, which is not asked for.
    fn left_out(&self) -> &'static [&'static str] {
        match self {
            Self::Anybody | Self::Token | Self::Password => &[],
            Self::Session(_) => &["signIn", "signOut", "changePassword"],
        }
    }

    /// What alone is asked for, where it is not all.
    fn kept(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Password => Some(&["tokenAbout", "tokenList", "tokenMake", "tokenEnd"]),
            _ => None,
        }
    }

    fn credentials(&self, index: &TestIndex) -> String {
        match self {
            Self::Anybody => String::new(),
            Self::Token => format!(
                "[auth.openapi.basic]\nusername = \"__token__\"\npassword = \"{}\"\n",
                index.token
            ),
            Self::Password => "[auth.openapi.basic]\nusername = \"alice\"\n\
                 password = \"alice's password\"\n"
                .to_owned(),
            Self::Session(browser) => {
                let (_, secret) = browser.cookie().split_once('=').unwrap();
                format!(
                    "[auth.openapi.session]\napi_key = \"{secret}\"\n\
                     [generation]\nwith-security-parameters = false\n"
                )
            }
        }
    }
}

/// Runs every check of schemathesis, with the project `demo` among the examples.
fn run_schemathesis(index: &TestIndex, who: &As<'_>) {
    let environment = tilsit_testing::python_environment("schemathesis", &["schemathesis==4.32.5"]);
    let needed = tilsit_testing::require("schemathesis from the default index", environment);
    let Some(environment) = needed else { return };
    let distribution = TestDistribution::new("demo", "1.0");
    let published = index.upload(&Form::wheel(&distribution));
    assert_eq!(published.status, 200, "{}", published.text());
    let configuration = index.folder.path().join("schemathesis.toml");
    std::fs::write(&configuration, configured(index, &distribution, who)).unwrap();
    let hooks = tilsit_testing::workspace_root().join("crates/index-server/tests/it/schemathesis");
    let mut command = Command::new(environment.join("bin/schemathesis"));
    command
        .arg("--config-file")
        .arg(configuration)
        .args(["run", "--checks", "all", "--seed", "1", "--no-color"])
        .args(["--max-examples", examples()])
        .arg(format!("http://{}/openapi.json", index.address))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", index.folder.path())
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", hooks)
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .current_dir(index.folder.path());
    for operation in who.left_out() {
        command.args(["--exclude-operation-id", operation]);
    }
    for operation in who.kept().unwrap_or_default() {
        command.args(["--include-operation-id", operation]);
    }
    if let As::Session(browser) = who {
        command.env("TILSIT_PROOF", browser.proof());
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    // A run in which nothing was asked for would find nothing either.
    let asked = match who.kept() {
        Some(kept) => kept.len(),
        None => operations(index) - who.left_out().len(),
    };
    assert!(said.contains(&format!("Tested: {asked}\n")), "{said}");
    assert_eq!(index.audit(), []);
}

/// How many operations the document has.
fn operations(index: &TestIndex) -> usize {
    let document = index.get("/openapi.json", &[]).json();
    let paths = document["paths"].as_object().unwrap().values();
    paths.map(|item| item.as_object().unwrap().len()).sum()
}

/// What no schema can say. A form in good order whose file is no distribution, whose name is taken
/// or whose texts do not fit each other is refused. Who is not signed in is sent to sign in,
/// whatever the form. The rest are values that lead to something.
fn configured(index: &TestIndex, distribution: &TestDistribution, who: &As<'_>) -> String {
    let file = index.file_path("demo", &distribution.wheel_name());
    let mut parts = file.trim_start_matches("/files/").split('/');
    let mut values = vec![
        ("project", vec!["demo", "Demo", "missing"]),
        ("version", vec!["1.0", "1", "2.0"]),
        ("user", vec!["alice", "nobody"]),
        ("id", vec!["AAAAAAAAAAAA"]),
    ];
    for name in ["first", "second", "sha256"] {
        values.push((name, vec![parts.next().unwrap()]));
    }
    let name = parts.next().unwrap();
    let metadata = format!("{name}.metadata");
    values.push(("file_name", vec![name, &metadata]));
    let sign_in = match who {
        As::Session(_) => "",
        As::Anybody | As::Token | As::Password => ", 303",
    };
    let text = format!(
        "[checks]\n\
         positive_data_acceptance.expected-statuses = \
         [\"2xx\", \"3xx\", 400, 401, 403, 404, 409, 416, 429]\n\
         negative_data_rejection.expected-statuses = \
         [400, 401, 403, 404, 405, 406, 409, 413, 415, 429{sign_in}]\n{}",
        who.credentials(index)
    );
    let values = values.into_iter().map(|(name, values)| {
        format!(
            "[dictionaries.{name}]\nvalues = {values:?}\n\
             [parameters.\"path.{name}\"]\ndictionary = \"{name}\"\nprobability = 0.7\n"
        )
    });
    text + &values.collect::<String>()
}

/// How many examples of each operation: a few in the ci ring, many by hand.
fn examples() -> &'static str {
    if tilsit_testing::ring::in_acceptance() {
        "150"
    } else {
        "6"
    }
}
