//! Every page for people in a real browser (Chromium): what axe finds (WCAG 2.2 AA and good
//! practice), three widths, light and dark, the keyboard, the console.
//!
//! `TILSIT_SCREENSHOTS=FOLDER` keeps a picture of each page.

use std::process::Command;

use serde_json::{Value, json};
use tilsit_index_store::{Actor, BlockingStore};
use tilsit_testing::{TestDistribution, browser_environment};

use crate::http::Form;
use crate::support::{TestIndex, clock};

/// A description with everything that has a style of its own.
const DESCRIPTION: &str = "# Demo\n\nShows *things* with `code` and a [link](https://index.example/).\n\n\
    > A quotation.\n\n| one | two |\n|---|---|\n| 1 | 2 |\n\n```python\nimport demo\n\n\
    def main() -> None:\n    \"\"\"Says something.\"\"\"\n    print(f\"{demo.VALUE!r} is\", 1_000)  # a comment\n```\n\n\
    - [x] done\n- [ ] open\n\n1. first\n2. second\n";

fn filled() -> TestIndex {
    let index = TestIndex::on_sqlite();
    let store = BlockingStore::open(&index.options, clock()).unwrap();
    let alice = "alice".parse().unwrap();
    let made = store
        .store()
        .change_administrator(Actor::COMMAND_LINE, &alice, true, clock());
    store.wait(made).unwrap();
    drop(store);
    for version in ["1.0", "1.1", "2.0rc1"] {
        let mut distribution = TestDistribution::new("Demo.Pkg", version)
            .header("Summary: Shows things, and more of them than fit into a short line of text")
            .header("License-Expression: MIT")
            .header("Author-email: Alice <alice@index.example>")
            .header("Requires-Python: >=3.9")
            .header("Requires-Dist: other-package>=2")
            .header("Requires-Dist: colour; extra == 'tests'")
            .header("Provides-Extra: tests")
            .header("Project-URL: Documentation, https://index.example/documentation")
            .header("Keywords: demo,things")
            .header("Classifier: Programming Language :: Python :: 3.12")
            .header("Classifier: Topic :: Software Development");
        DESCRIPTION.clone_into(&mut distribution.description);
        for form in [Form::wheel(&distribution), Form::sdist(&distribution)] {
            let answer = index.upload(&form);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
    let other = TestDistribution::new("other-package", "2.0");
    assert_eq!(index.upload(&Form::wheel(&other)).status, 200);
    compiled(&index);
    index
}

/// A release with wheels for many Pythons and platforms, as of a numeric library.
fn compiled(index: &TestIndex) {
    const PLATFORMS: [&str; 9] = [
        "manylinux_2_17_x86_64",
        "manylinux_2_28_aarch64",
        "musllinux_1_2_aarch64",
        "musllinux_1_2_x86_64",
        "macosx_10_13_x86_64",
        "macosx_11_0_arm64",
        "win32",
        "win_amd64",
        "win_arm64",
    ];
    let pythons = ["cp311-cp311", "cp312-cp312", "cp313-cp313", "cp313-cp313t"];
    let some = ["cp314-cp314", "pp311-pypy311_pp73", "cp310-abi3"];
    let all = pythons
        .iter()
        .flat_map(|python| PLATFORMS.map(|platform| (*python, platform)));
    let few = some.iter().flat_map(|python| {
        let platforms = [PLATFORMS[0], PLATFORMS[5], PLATFORMS[7]];
        platforms.map(|platform| (*python, platform))
    });
    for (python, platform) in all.chain(few) {
        let mut wheel = TestDistribution::new("numeric", "2.3.4")
            .header("Summary: Numbers in rows and columns")
            .header("Requires-Dist: demo-pkg; extra == 'show'")
            .header("Provides-Extra: show");
        wheel.tags = format!("{python}-{platform}");
        let mut form = Form::wheel(&wheel);
        let interpreter = python.split('-').next().unwrap_or_default();
        form.set("pyversion", interpreter);
        let answer = index.upload(&form);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

fn pages() -> Value {
    let page = |name: &str, path: &str| json!({ "name": name, "path": path });
    let own = |name: &str, path: &str| json!({ "name": name, "path": path, "user": true });
    json!([
        page("home", "/"),
        page("search", "/search/?q=demo"),
        page("search-nothing", "/search/?q=xyzzy"),
        page("project", "/project/demo-pkg/"),
        page("project-old", "/project/demo-pkg/1.0/"),
        page("project-compiled", "/project/numeric/"),
        page("user", "/user/alice/"),
        page("sign-in", "/account/login/"),
        json!({ "name": "not-found", "path": "/project/nothing/", "status": 404 }),
        own("account", "/account/"),
        own("manage-project", "/manage/project/demo-pkg/"),
        own("manage-index", "/manage/"),
    ])
}

#[test]
#[expect(clippy::disallowed_methods, reason = "who wants pictures says where")]
fn every_page_can_be_seen_and_used() {
    let environment = browser_environment();
    let Some(environment) = tilsit_testing::require("Chromium and Node.js", environment) else {
        return;
    };
    let index = filled();
    // The search follows within seconds.
    let began = std::time::Instant::now();
    while !index
        .get("/search/?q=demo", &[])
        .text()
        .contains("Demo.Pkg")
    {
        assert!(began.elapsed().as_secs() < 30);
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let plan = json!({
        "base": format!("http://{}", index.address),
        "packages": environment.packages,
        "chromium": environment.chromium,
        "pages": pages(),
        "copies": { "path": "/project/demo-pkg/", "text": "demo-pkg" },
        "user": "alice",
        "password": "alice's password",
        "screenshots": std::env::var("TILSIT_SCREENSHOTS").ok(),
    });
    let file = index.folder.path().join("plan.json");
    std::fs::write(&file, plan.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/browser.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{errors}");
    let count = pages().as_array().unwrap().len() * 2;
    assert_eq!(
        told.trim(),
        json!({ "visited": count }).to_string(),
        "{told}"
    );
}
