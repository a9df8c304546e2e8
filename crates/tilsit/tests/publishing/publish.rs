//! `publish`: to an index of ours, and from there back into an environment.

use insta::assert_snapshot;

use crate::server::Index;

#[test]
fn a_release_goes_up_and_comes_back() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = crate::sandbox();
    let index = Index::start(&sandbox.root().join("index"));
    let upload = format!("{}/legacy/", index.address);
    sandbox.run_well("build demo -o dist");

    let dry = sandbox.run_well(&format!("publish --repository-url {upload} --dry-run"));
    assert!(dry.stderr.contains("nothing was sent"), "{dry}");
    let refused = sandbox.run(&format!("publish --repository-url {upload}"));
    assert_eq!(refused.exit, 4, "{refused}");
    assert!(refused.stderr.contains("[TL0703]"), "{refused}");

    let token = &index.token;
    let line = format!("publish --repository-url {upload} --token {token}");
    let (exit, envelope) = sandbox.run_json(&line);
    assert_eq!(exit, 0, "{envelope}");
    assert_eq!(envelope["result"]["files"][0]["outcome"], "uploaded");
    let skipped = sandbox.run_well(&format!("{line} --skip-existing"));
    assert!(skipped.stderr.contains("skipped"), "{skipped}");

    sandbox.set("TILSIT_INDEX_URL", format!("{}/simple/", index.address));
    sandbox.run_well(&format!("venv -q --python {}", python.display()));
    sandbox.run_well("pip install tilsit-demo");
    assert_eq!(sandbox.run_well("pip freeze").stdout, "tilsit-demo==1.0\n");
}

#[test]
fn the_repository_comes_from_twines_places() {
    let mut sandbox = crate::sandbox();
    let index = Index::start(&sandbox.root().join("index"));
    let upload = format!("{}/legacy/", index.address);
    sandbox.run_well("build demo -o dist");
    assert_snapshot!(sandbox.run("publish"), @"
    exit: 2
    -- stderr
    error: it is not said where to publish to [TL0704]
    hint: say it with `--repository-url URL`, or `publish-url` in the settings
    ");

    let pypirc = format!(
        "[distutils]\nindex-servers = own\n[own]\nrepository = {upload}\n\
         username = __token__\npassword = {}\n",
        index.token
    );
    std::fs::write(sandbox.root().join("home/.pypirc"), pypirc).unwrap();
    assert_eq!(sandbox.run("publish --repository other").exit, 2);
    sandbox.run_well("publish dist/tilsit_demo-1.0.tar.gz");
    sandbox.set("TWINE_REPOSITORY_URL", &upload);
    sandbox.set("TWINE_PASSWORD", &index.token);
    sandbox.run_well("publish dist/tilsit_demo-1.0-py3-none-any.whl");
}

#[test]
fn a_broken_file_is_not_sent() {
    let sandbox = crate::sandbox();
    sandbox.write("dist/demo-1.0-py3-none-any.whl", "no zip at all");
    let answer = sandbox.run("publish --repository-url http://127.0.0.1:9/legacy/ --token x");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(answer.stderr.contains("[TL0701]"), "{answer}");
    let nothing = sandbox.run("--directory demo publish");
    assert_eq!(nothing.exit, 2, "{nothing}");
}
