//! What devpi-server holds comes over with `devpi-export` and our import: the program itself, of the
//! default index, is started, uploaded to and exported from.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tilsit_testing::TestDistribution;
use tilsit_testing::http::FORM;

use crate::http::{Form, basic, request};
use crate::proxied::free_port;
use crate::support::TestIndex;
use crate::transferring::imported;

/// devpi-server with everything that it needs, each release pinned.
const REQUIREMENTS: &str = include_str!("devpi.txt");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A running devpi-server.
struct Devpi {
    process: Child,
    address: SocketAddr,
}

impl Devpi {
    fn start(programs: &Path, state: &Path) -> Self {
        let port = free_port();
        let process = Command::new(programs.join("devpi-server"))
            .arg("--serverdir")
            .arg(state)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address: SocketAddr = ([127, 0, 0, 1], port).into();
        let mut devpi = Self { process, address };
        // It takes some ten seconds on a machine with other work.
        for _ in 0..1200 {
            if TcpStream::connect(address).is_ok() {
                return devpi;
            }
            let ended = devpi.process.try_wait().unwrap();
            assert!(ended.is_none(), "devpi-server ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("devpi-server does not answer at {address}");
    }

    fn put(&self, path: &str, headers: &[(&str, &str)], body: &str) {
        let answer = request(self.address, "PUT", path, headers, body.as_bytes());
        assert!(answer.status < 300, "{path}: {}", answer.text());
    }
}

impl Drop for Devpi {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(program: PathBuf, words: &[&str]) {
    let output = Command::new(program).args(words).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}\n{text}");
}

#[test]
fn an_index_of_devpi_server_comes_over() {
    let requirements: Vec<&str> = REQUIREMENTS.lines().collect();
    let environment = tilsit_testing::python_environment("devpi", &requirements);
    let Some(environment) = tilsit_testing::require("devpi-server", environment) else {
        return;
    };
    let index = TestIndex::on_sqlite();
    let (programs, folder) = (environment.join("bin"), index.folder.path());
    let (state, export) = (folder.join("state"), folder.join("export"));
    let serverdir = ["--serverdir", state.to_str().unwrap()];
    let init = ["--no-root-pypi", "--root-passwd", "root"];
    run(
        programs.join("devpi-init"),
        &[&serverdir[..], &init].concat(),
    );

    let devpi = Devpi::start(&programs, &state);
    let authorization = basic("team", "team");
    let signed_in = [JSON, ("Authorization", authorization.as_str())];
    devpi.put("/team", &[JSON], r#"{"password": "team"}"#);
    devpi.put("/team/dev", &signed_in, r#"{"type": "stage", "bases": []}"#);
    let made = [
        TestDistribution::new("demo", "1.0"),
        TestDistribution::new("two.words", "2.0rc1"),
    ];
    let forms = made
        .iter()
        .flat_map(|one| [Form::wheel(one), Form::sdist(one)]);
    let forms: Vec<Form> = forms.collect();
    for form in &forms {
        let headers = [("Content-Type", FORM), ("Authorization", &*authorization)];
        let answer = request(devpi.address, "POST", "/team/dev/", &headers, &form.body());
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    drop(devpi);
    let words = [&serverdir[..], &[export.to_str().unwrap()]].concat();
    run(programs.join("devpi-export"), &words);

    let report = imported(&index, &export);
    assert!(report.refused.is_empty(), "{report:?}");
    assert_eq!(report.imported, 4);
    for form in &forms {
        let project = if form.file_name.starts_with("demo") {
            "demo"
        } else {
            "two-words"
        };
        let path = index.file_path(project, &form.file_name);
        assert!(index.get(&path, &[]).body == form.content, "{path}");
    }
    // Bytes that are not those of the list's digest are not taken.
    let sdist = format!("team/dev/demo/1.0/{}", made[0].sdist_name());
    let mut files = std::fs::read_dir(export.join("team/dev/demo/1.0")).unwrap();
    assert!(files.any(|file| file.unwrap().file_name() == *made[0].sdist_name()));
    std::fs::write(export.join(&sdist), b"other bytes").unwrap();
    let other = TestIndex::on_sqlite();
    let report = imported(&other, &export);
    assert_eq!((report.imported, report.refused.len()), (3, 1));
    assert!(report.refused[0].reason.contains("SHA-256"), "{report:?}");
}
