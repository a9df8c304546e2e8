//! Files in a store of objects, as the operator names it.

use insta::assert_snapshot;
use tilsit_testing::S3Server;

use crate::sandbox::Sandbox;

#[test]
fn the_file_store_needs_its_variables() {
    let mut sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("index init --data data --blobs files"), @"
    exit: 2
    -- stderr
    error: invalid value 'files' for '--blobs <URL>': `files` is not `s3://BUCKET` or `s3://BUCKET/PREFIX`: it begins otherwise

    For more information, try '--help'.
    ");
    assert_snapshot!(sandbox.run("index init --data data --blobs s3://files"), @"
    exit: 2
    -- stderr
    error: the file store `s3://files` needs `AWS_REGION`, which is not set [TL0002]
    hint: set `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_ENDPOINT_URL` or `AWS_REGION`
    ");
    sandbox.set("AWS_ENDPOINT_URL", "localhost:9000");
    assert_snapshot!(sandbox.run("index init --data data --blobs s3://files"), @"
    exit: 2
    -- stderr
    error: the file store's address `localhost:9000` is no `http` or `https` URL [TL0002]
    hint: correct `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`
    ");
    sandbox.set("AWS_ENDPOINT_URL_S3", "http://localhost:9000");
    assert_snapshot!(sandbox.run("index init --data data --blobs s3://files"), @"
    exit: 2
    -- stderr
    error: the file store `s3://files` needs `AWS_ACCESS_KEY_ID`, which is not set [TL0002]
    hint: set `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_ENDPOINT_URL` or `AWS_REGION`
    ");
    sandbox.set("TILSIT_BLOBS", "s3://Files");
    assert_snapshot!(sandbox.run("index init --data data"), @"
    exit: 2
    -- stderr
    error: `s3://Files` is not `s3://BUCKET` or `s3://BUCKET/PREFIX`: a bucket's name has 3 to 63 lower-case letters, digits, `-` and `.` [TL0002]
    hint: correct `TILSIT_BLOBS`
    ");
}

#[test]
fn the_audit_looks_into_the_file_store() {
    let server = S3Server::start();
    let mut sandbox = Sandbox::new();
    let place = format!("s3://{}/index", S3Server::BUCKET);
    sandbox.set("TILSIT_BLOBS", place);
    let address = format!("http://{}/", server.address());
    sandbox.set("AWS_ENDPOINT_URL", address);
    sandbox.set("AWS_ACCESS_KEY_ID", S3Server::ACCESS_KEY_ID);
    sandbox.set("AWS_SECRET_ACCESS_KEY", S3Server::SECRET_ACCESS_KEY);
    let stray = server.object("index/aa/bb/stray.whl");
    std::fs::create_dir_all(stray.parent().expect("a folder")).expect("made");
    std::fs::write(&stray, "x").expect("written");
    assert_snapshot!(sandbox.run("index verify --data data"), @"
    exit: 0
    -- stderr
    left over: `s3://test-files/index/aa/bb/stray.whl` belongs to no file
    Sound: 0 projects with 0 files.
    ");
    // Nothing of it is in the folder.
    assert!(!sandbox.path("data/files").exists());
    sandbox.set("AWS_SECRET_ACCESS_KEY", "another");
    let refused = sandbox.run("index verify --data data").to_string();
    assert!(refused.starts_with("exit: 5\n"), "{refused}");
    let words = "the file store `s3://test-files/index` failed to list";
    assert!(refused.contains(words), "{refused}");
    assert!(refused.contains("hint: see that the file store runs"));
    assert!(!refused.contains("another"), "{refused}");
}
