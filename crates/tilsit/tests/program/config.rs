//! `config`: every setting, its value, and where it is from.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

#[test]
fn values_are_shown_with_their_origin() {
    let mut sandbox = Sandbox::new();
    // The machine's own files of pip stay out.
    sandbox.set("PIP_CONFIG_FILE", "/dev/null");
    sandbox.set("PIP_RETRIES", "9");
    sandbox.set("PIP_PROGRESS_BAR", "off");
    sandbox.set("PIP_NO_BINARY", "a,b");
    sandbox.set("TILSIT_EXTRA_INDEX_URL", "https://me:secret@extra.example/");
    sandbox.write(
        "pyproject.toml",
        "[tool.tilsit]
retries = 3
index-url = 'https://token@index.example/simple/'
[tool.uv]
index-url = 'https://uv.example/simple/'
managed = false
constraint-dependencies = ['flask<3']
[[tool.uv.index]]
name = 'torch'
url = 'https://torch.example/simple/'
explicit = true
[tool.uv.sources]
torch = { index = 'torch' }
other = { git = 'https://git.example/other' }
",
    );
    assert_snapshot!(sandbox.run("config"), @"
    exit: 0
    -- stdout
    cache-dir                [ROOT]/cache  TILSIT_CACHE_DIR
    constraint-dependencies  flask<3  [ROOT]/project/pyproject.toml [tool.uv]
    extra-index-url          https://****@extra.example/  TILSIT_EXTRA_INDEX_URL
    index                    explicit=true name=torch url=https://torch.example/simple/  [ROOT]/project/pyproject.toml [tool.uv]
    index-url                https://****@index.example/simple/  [ROOT]/project/pyproject.toml [tool.tilsit]
    no-binary                a b  PIP_NO_BINARY
    retries                  3  [ROOT]/project/pyproject.toml [tool.tilsit]
    sources                  torch=(index=torch)  [ROOT]/project/pyproject.toml [tool.uv]
    -- stderr
    `managed` in [ROOT]/project/pyproject.toml [tool.uv] means nothing here
    `progress-bar` in PIP_PROGRESS_BAR means nothing here
    ");
    assert_snapshot!(sandbox.run("config retries --all"), @"
    exit: 0
    -- stdout
    retries  3  [ROOT]/project/pyproject.toml [tool.tilsit]
    retries  9  PIP_RETRIES, hidden
    ");
    assert_snapshot!(sandbox.run_well("config link-mode --all").stdout, @"link-mode  (not set)");
    let answer = sandbox.run_well("config --all --json");
    assert!(
        !answer.stdout.contains("secret") && !answer.stdout.contains("token"),
        "{answer}"
    );
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let settings = answer["result"]["settings"].as_array().unwrap();
    assert!(settings.len() > 30, "{}", settings.len());
    let keys: Vec<&str> = settings
        .iter()
        .filter_map(|setting| setting["key"].as_str())
        .collect();
    for key in [
        "index-url",
        "find-links",
        "client-cert",
        "require-virtualenv",
        "cache-dir",
    ] {
        assert!(keys.contains(&key), "{key}");
    }
}

#[test]
fn files_of_pip_are_named() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write(
        "pip.conf",
        "[global]\ntimeout = 7\nindex-url = https://a.example/\n[install]\ntimeout = 8\nuser = yes\n",
    );
    sandbox.set("PIP_CONFIG_FILE", file.display());
    assert_snapshot!(sandbox.run_well("config timeout").stdout, @"timeout  8  [ROOT]/project/pip.conf");
    let answer = sandbox.run_well("config --json");
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    let not_followed = answer["result"]["not_followed"].as_array().unwrap();
    let user = not_followed.iter().find(|setting| setting["key"] == "user");
    assert!(
        user.unwrap()["from"]
            .as_str()
            .unwrap()
            .ends_with("pip.conf")
    );
}
