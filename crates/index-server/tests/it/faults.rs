//! A server that dies in the middle of an upload: afterwards the file is there whole, or not at all.
//!
//! The server runs in a process of its own, this test program started again, and aborts itself when
//! it tells of the stage in question: as dead as by `kill -9`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tilsit_index_server::{RunningServer, ServeOptions, ServerEvent, UploadStage};
use tilsit_testing::TestDistribution;

use crate::http::{FORM, Form, basic};
use crate::support::{TestIndex, clock, s3_options, with_every_file_store};

with_every_file_store!(
    dead_before_the_transaction,
    dead_after_the_transaction,
    stopping_lets_open_requests_end,
    a_stopping_server_finishes_what_has_begun_and_begins_nothing,
);

const DATA: &str = "TILSIT_TEST_FAULT_DATA";
const DATABASE: &str = "TILSIT_TEST_FAULT_DATABASE";
const OBJECTS: &str = "TILSIT_TEST_FAULT_OBJECTS";
const STAGE: &str = "TILSIT_TEST_FAULT_STAGE";

/// Not a test: the server of the others.
#[test]
#[ignore = "started by the other tests of this file"]
#[expect(
    clippy::disallowed_methods,
    reason = "the parent process says what to do"
)]
fn server_that_dies() {
    let Ok(data) = std::env::var(DATA) else {
        return;
    };
    let mut options = ServeOptions::new(data, "127.0.0.1:0".parse().unwrap(), clock);
    options.database_url = std::env::var(DATABASE).ok();
    options.blobs = std::env::var(OBJECTS)
        .ok()
        .map(|address| s3_options(address.parse().unwrap()));
    let fatal = match std::env::var(STAGE).as_deref() {
        Ok("stored") => UploadStage::Stored,
        _ => UploadStage::Published,
    };
    let server = RunningServer::start(options, move |event| match event {
        ServerEvent::Listening { address } => println!("address {address}"),
        ServerEvent::Upload { stage, .. } if *stage == fatal => std::process::abort(),
        _ => {}
    });
    server.unwrap().wait().unwrap();
}

fn start(index: &TestIndex, stage: &str) -> (Child, SocketAddr) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "faults::server_that_dies",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(DATA, &index.options.data)
        .env(STAGE, stage)
        .stdout(Stdio::piped());
    if let Some(url) = &index.options.database_url {
        command.env(DATABASE, url);
    }
    if let Some((server, _)) = &index.objects {
        command.env(OBJECTS, server.address().to_string());
    }
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find_map(|line| {
            line.split_once("address ")
                .map(|(_, rest)| rest.parse().unwrap())
        })
        .expect("the server starts");
    (child, address)
}

/// Uploads to a server that dies at `stage`, and starts a healthy one on what it left.
fn upload_and_die(index: &mut TestIndex, form: &Form, stage: &str) {
    index.server.take().unwrap().stop().unwrap();
    let (mut child, address) = start(index, stage);
    let answer = form.try_send(address, "__token__", &index.token);
    assert!(answer.is_none(), "a dead server answers nothing");
    assert!(!child.wait().unwrap().success());
    index.serve();
}

fn dead_before_the_transaction(index: &mut TestIndex) {
    let distribution = TestDistribution::new("x", "1.0");
    let form = Form::wheel(&distribution);
    upload_and_die(index, &form, "stored");
    // The bytes are kept, and yet nobody sees them, by their URL neither.
    let sha256 = &form
        .fields
        .iter()
        .find(|(name, _)| name == "sha256_digest")
        .unwrap()
        .1;
    let path = format!(
        "files/{}/{}/{sha256}/{}",
        &sha256[..2],
        &sha256[2..4],
        form.file_name
    );
    assert!(index.kept(&path).is_file());
    assert_eq!(index.get(&format!("/{path}"), &[]).status, 404);
    assert!(index.files("x").is_empty());
    // The audit tells of the bytes, and of nothing else.
    let findings = index.audit();
    assert!(!findings.is_empty());
    assert!(
        findings.iter().all(|finding| !finding.is_harmful()),
        "{findings:?}"
    );
    // The next attempt finds nothing in its way.
    let answer = index.upload(&form);
    assert_eq!(
        (answer.status, answer.text().starts_with("published")),
        (200, true)
    );
    assert_eq!(index.get(&format!("/{path}"), &[]).body, form.content);
    assert_eq!(
        index.get(&format!("/{path}.metadata"), &[]).text(),
        distribution.metadata()
    );
    assert_eq!(index.audit(), []);
}

fn dead_after_the_transaction(index: &mut TestIndex) {
    let form = Form::wheel(&TestDistribution::new("x", "1.0"));
    upload_and_die(index, &form, "published");
    let path = index.file_path("x", &form.file_name);
    assert_eq!(index.get(&path, &[]).body, form.content);
    assert_eq!(index.audit(), []);
    let again = index.upload(&form);
    assert_eq!(again.status, 200);
    assert!(
        again.text().contains("is there already"),
        "{}",
        again.text()
    );
}

fn stopping_lets_open_requests_end(index: &mut TestIndex) {
    let form = Form::wheel(&TestDistribution::new("x", "1.0").file("big.py", &vec![b'x'; 1 << 20]));
    let (address, token) = (index.address, index.token.clone());
    let upload = std::thread::spawn(move || form.send(address, "__token__", &token));
    std::thread::sleep(std::time::Duration::from_millis(5));
    index.server.take().unwrap().stop().unwrap();
    // It was taken whole, or the connection came too late for this server: never a half.
    let answered = upload.join().map(|answer| answer.status);
    index.serve();
    match answered {
        Ok(status) => assert_eq!((status, index.files("x").len()), (200, 1)),
        Err(_) => assert!(index.files("x").is_empty()),
    }
}

fn a_stopping_server_finishes_what_has_begun_and_begins_nothing(index: &mut TestIndex) {
    let form = Form::wheel(&TestDistribution::new("x", "1.0").file("big.py", &vec![b'x'; 1 << 20]));
    let body = form.body();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut upload = TcpStream::connect(index.address).unwrap();
    let head = format!(
        "POST /legacy/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {FORM}\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n",
        basic("__token__", &index.token),
        body.len()
    );
    upload.write_all(head.as_bytes()).unwrap();
    upload.write_all(first).unwrap();
    let server = index.server.take().unwrap();
    // It has begun when its first bytes are on disk.
    wait_until(|| {
        std::fs::read_dir(index.options.data.join("incoming"))
            .unwrap()
            .count()
            > 0
    });
    let stopping = std::thread::spawn(move || server.stop());
    wait_until(|| {
        let events = index.events.lock().unwrap();
        events
            .iter()
            .any(|event| matches!(event, ServerEvent::Stopping))
    });
    // The listener goes a moment after that; then nobody gets in.
    wait_until(|| TcpStream::connect(index.address).is_err());
    assert!(!stopping.is_finished(), "the upload is under way still");
    upload.write_all(rest).unwrap();
    let mut answer = String::new();
    upload.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("published"), "{answer}");
    stopping.join().unwrap().unwrap();
    index.serve();
    assert_eq!(index.files("x"), [form.file_name]);
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it did not happen within ten seconds");
}
