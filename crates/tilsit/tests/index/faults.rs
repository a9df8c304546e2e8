//! Faults at every point of an upload: the server killed, the disk full, the disk gone, the database
//! gone. Afterwards the file is there whole and listed, or not at all; a full audit finds nothing
//! harmful; and the next attempt finds nothing in its way.
//!
//! A small library (`faults.c`) that is loaded before the C library counts the calls that change the
//! disk and the messages to PostgreSQL. Each point is one run of the server.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tilsit_testing::http::{Form, request};
use tilsit_testing::{PostgresServer, TestDistribution};

use crate::fault_library::fault_library;
use crate::sandbox::Sandbox;

/// An index with a user, and the library.
struct World {
    sandbox: Sandbox,
    library: PathBuf,
    token: String,
}

/// A server process; it is killed at the latest when this value goes.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let mut talk = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        talk.read_line(&mut line).expect("a line");
        let address = line.trim().trim_end_matches('/').rsplit("//").next();
        let address = address.and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("the server says `{line}`"));
        // What it says later is read, so that it can be said.
        std::thread::spawn(move || talk.read_to_end(&mut Vec::new()));
        Self { child, address }
    }
}

impl World {
    fn on_sqlite() -> Option<Self> {
        Self::new(None)
    }

    fn on_postgres() -> Option<Self> {
        let server = tilsit_testing::require("PostgreSQL", PostgresServer::shared())?;
        Self::new(Some(server.fresh_database()))
    }

    fn new(database: Option<String>) -> Option<Self> {
        let mut sandbox = Sandbox::new();
        let library = fault_library(sandbox.root())?;
        sandbox.set("TILSIT_DATA", sandbox.path("data").display());
        if let Some(url) = database {
            sandbox.set("TILSIT_DATABASE_URL", url);
        }
        sandbox.run_well("index init");
        sandbox.run_well("index user add anna --password secret");
        let token = sandbox.run_well("index token create --user anna").stdout;
        Some(Self {
            sandbox,
            library,
            token: token.trim().to_owned(),
        })
    }

    fn serve(&self, variables: &[(&str, String)]) -> Server {
        let mut command = self.sandbox.command("serve --listen 127.0.0.1:0");
        if !variables.is_empty() {
            command
                .env("LD_PRELOAD", &self.library)
                .env("FAULT_ARM", self.arm())
                .env("FAULT_SEEN", self.seen());
        }
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        Server::start(&mut command)
    }

    /// The file that makes calls count.
    fn arm(&self) -> PathBuf {
        self.sandbox.root().join("armed")
    }

    /// The file in which the library says that a fault was met.
    fn seen(&self) -> PathBuf {
        self.sandbox.root().join("seen")
    }

    /// How many calls an upload makes that count for this kind of fault.
    fn calls(&self, kind: &str, form: &Form) -> usize {
        let count = self.sandbox.root().join("count");
        let never = usize::MAX / 2;
        let mut server = self.serve(&[
            ("FAULT_KIND", kind.to_owned()),
            ("FAULT_AT", never.to_string()),
            ("FAULT_COUNT", count.display().to_string()),
        ]);
        std::fs::write(self.arm(), "").expect("it is armed");
        let answer = form.send(server.address, "__token__", &self.token);
        std::fs::remove_file(self.arm()).expect("it was armed");
        assert_eq!(answer.status, 200, "{}", answer.text());
        let process = server.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &process]).status();
        assert!(asked.expect("kill starts").success());
        assert!(server.child.wait().expect("it ends").success());
        let text = std::fs::read_to_string(count).expect("the number");
        text.parse().expect("a number")
    }

    /// Uploads to a server that meets a fault, and looks at what a healthy one finds. Says whether
    /// the fault was met before the answer.
    fn meet(&self, kind: &str, at: usize, form: &Form) -> bool {
        let what = format!("{kind} at call {at}, {}", form.file_name);
        let _ = std::fs::remove_file(self.seen());
        let server = self.serve(&[
            ("FAULT_KIND", kind.to_owned()),
            ("FAULT_AT", at.to_string()),
        ]);
        std::fs::write(self.arm(), "").expect("it is armed");
        let answer = form.try_send(server.address, "__token__", &self.token);
        let met = self.seen().exists();
        drop(server);
        std::fs::remove_file(self.arm()).expect("it was armed");

        let healthy = self.serve(&[]);
        let status = answer.as_ref().map(|answer| answer.status);
        let listed = is_listed(&healthy, form);
        match status {
            Some(200) => assert!(listed, "{what}: accepted and not there"),
            Some(status) => assert!(met && status >= 500, "{what}: {status}"),
            None => assert!(met, "{what}: no answer"),
        }
        let again = form.send(healthy.address, "__token__", &self.token);
        let expected = if listed {
            "is there already"
        } else {
            "published"
        };
        let text = again.text();
        assert!(
            again.status == 200 && text.contains(expected),
            "{what}: {text}"
        );
        assert!(is_listed(&healthy, form), "{what}");
        drop(healthy);
        // Exit code 1 means that something harmful was found.
        self.sandbox.run_well("index verify");
        met
    }
}

/// Whether the file is on its project's page; it is whole then, and its metadata with it.
fn is_listed(server: &Server, form: &Form) -> bool {
    let field = |name: &str| {
        let found = form.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let get = |path: &str| {
        let json = [("Accept", "application/vnd.pypi.simple.v1+json")];
        request(server.address, "GET", path, &json, b"")
    };
    let page = get(&format!("/simple/{}/", field("name")));
    if page.status == 404 {
        return false;
    }
    let page = page.json();
    let files = page["files"].as_array().expect("a page has files");
    let file = files
        .iter()
        .find(|file| file["filename"] == *form.file_name);
    let Some(file) = file else { return false };
    let url = file["url"].as_str().expect("a file has a URL");
    let path = url.trim_start_matches("../");
    assert_eq!(get(&format!("/{path}")).body, form.content);
    if field("filetype") == "bdist_wheel" {
        let metadata = get(&format!("/{path}.metadata"));
        assert_eq!(metadata.status, 200, "{}", metadata.text());
    }
    true
}

/// Every point for the acceptance, some in CI, a few elsewhere.
fn step() -> usize {
    match (
        tilsit_testing::ring::in_acceptance(),
        tilsit_testing::ring::in_ci(),
    ) {
        (true, _) => 1,
        (false, true) => 24,
        (false, false) => 96,
    }
}

/// Each kind of fault at the points of three uploads: the first file of a project, another release of
/// it with a large file, a source distribution.
/// Says how many were met.
fn faults(world: Option<World>, kinds: &[&str]) -> Vec<String> {
    let Some(world) = world else {
        return Vec::new();
    };
    let mut told = Vec::new();
    let mut started = 0;
    for kind in kinds {
        let (mut tried, mut met) = (0, 0);
        for upload in ["first", "another", "sdist"] {
            let form = |number: usize| form(kind, upload, number);
            // The fewest of three uploads, since threads beside them make calls too.
            let counted = (0..3).map(|more| world.calls(kind, &form(100_000 + more)));
            let calls = counted.min().unwrap_or_default();
            assert!(calls >= 4, "{calls} calls are few");
            // Shifted from kind to kind, so that a few points are not always the same.
            started += 1;
            let first = 1 + (started * 7) % step().min(calls);
            for at in (first..=calls).step_by(step()) {
                tried += 1;
                met += usize::from(world.meet(kind, at, &form(at)));
            }
        }
        told.push(format!("{kind}: {met} of {tried} faults met"));
        assert!(tried >= 3, "{kind}: {tried} points are few");
        // Threads beside the upload make a few calls more or less from run to run, which counts where
        // only a few points are tried.
        let enough = if tried < 20 { 1 } else { tried * 8 / 10 };
        assert!(met >= enough, "{kind}: {met} of {tried}");
    }
    told
}

fn form(kind: &str, upload: &str, number: usize) -> Form {
    let name = match upload {
        "another" => format!("{kind}-another"),
        _ => format!("{kind}-{upload}-{number}"),
    };
    let text = format!("NUMBER = {number}\n");
    let distribution = TestDistribution::new(&name, &format!("1.{number}"))
        .header("Summary: Meets a fault")
        .file("part/__init__.py", text.as_bytes());
    if upload == "sdist" {
        return Form::sdist(&distribution);
    }
    let bytes: Vec<u8> = (0..300_000_u32)
        .map(|byte| byte.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let size = if upload == "another" { bytes.len() } else { 10 };
    Form::wheel(&distribution.file("part/data.bin", &bytes[..size]))
}

#[test]
fn an_upload_meets_a_fault_with_sqlite() {
    for line in faults(World::on_sqlite(), &["kill", "full", "gone"]) {
        println!("{line}");
    }
}

#[test]
fn an_upload_meets_a_fault_with_postgres() {
    for line in faults(World::on_postgres(), &["kill", "full", "gone", "cut"]) {
        println!("{line}");
    }
}
