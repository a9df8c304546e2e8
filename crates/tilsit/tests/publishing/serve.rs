//! `serve`: a process that answers and ends when asked to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

#[cfg(unix)]
#[test]
fn the_server_answers_and_ends_on_a_signal() {
    let sandbox = Sandbox::new();
    let mut server = sandbox
        .command("serve --data data --listen 127.0.0.1:0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    talk.read_line(&mut line).unwrap();
    let address = line
        .trim()
        .trim_end_matches('/')
        .rsplit("//")
        .next()
        .unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .write_all(b"GET /simple/ HTTP/1.0\r\nHost: index.example\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");

    let process = server.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &process])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    talk.read_to_string(&mut rest).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0), "{rest}");
    assert!(rest.contains("It has no users yet"), "{rest}");
    assert!(sandbox.path("data/index.sqlite3").exists());
}

#[test]
fn a_taken_address_is_said() {
    let sandbox = Sandbox::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let answer = sandbox.run(&format!("serve --data data --listen {address}"));
    assert_eq!(answer.exit, 5, "{answer}");
    assert!(answer.stderr.contains("[TL0803]"), "{answer}");
    assert!(answer.stderr.contains("choose another port"), "{answer}");
}

#[cfg(unix)]
#[test]
fn the_log_can_be_read_by_programs() {
    let sandbox = Sandbox::new();
    let mut server = sandbox
        .command("serve --data data --listen 127.0.0.1:0 --log-format json")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|_| panic!("{line}"))
    };
    let listening = next();
    assert_eq!(listening["event"], "listening");
    assert!(
        listening["time"].as_str().unwrap().ends_with('Z'),
        "{listening}"
    );
    assert_eq!(next()["event"], "no-users");
    let mut connection = TcpStream::connect(listening["address"].as_str().unwrap()).unwrap();
    connection
        .write_all(b"GET /search/?q=x HTTP/1.0\r\nHost: index.example\r\n\r\n")
        .unwrap();
    connection.read_to_string(&mut String::new()).unwrap();
    let request = next();
    assert_eq!(
        (&request["event"], &request["path"]),
        (&"request".into(), &"/search/".into())
    );
    assert_eq!(
        (&request["status"], &request["level"]),
        (&200.into(), &"info".into())
    );
    let process = server.id().to_string();
    Command::new("kill")
        .args(["-TERM", &process])
        .status()
        .unwrap();
    assert_eq!(next()["event"], "stopping");
    assert_eq!(server.wait().unwrap().code(), Some(0));
}

#[test]
fn what_makes_no_sense_is_a_mistake_of_usage() {
    let sandbox = Sandbox::new();
    for (option, words) in [
        (
            "--public-url index.example",
            "`index.example` is no address of an index",
        ),
        ("--root-path pypi", "`pypi` is no path"),
        (
            "--trusted-proxy 10.0.0.0/99",
            "`10.0.0.0/99` is no address and no network",
        ),
        (
            "--fallback ftp://index.example/",
            "an index is at an `https`, `http` or `file` URL",
        ),
        ("--metrics me", "`me` is not `local`"),
        ("--security-contact somebody", "it is no `mailto:`"),
    ] {
        let answer = sandbox.run(&format!("serve --data data --listen 127.0.0.1:0 {option}"));
        assert_eq!(answer.exit, 2, "{answer}");
        assert!(answer.stderr.contains(words), "{answer}");
    }
}
