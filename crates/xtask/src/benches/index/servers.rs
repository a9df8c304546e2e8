//! The servers that are compared: ours, nginx with the same bytes, pypiserver and devpi, each on a
//! free port of the loopback.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// What the peers are, pinned.
const PEERS: [&str; 3] = ["pypiserver==2.4.2", "devpi-server==6.20.3", "setuptools<81"];

/// How long a server may take to start; devpi takes half a minute.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that ends with this value.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(super) start: Duration,
}

impl Server {
    fn start(command: &mut Command, port: u16, path: &str) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let log = Stdio::null();
        command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {command:?}"))?;
        let mut server = Self {
            child,
            address,
            start: Duration::ZERO,
        };
        while !server.answers(path) {
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended with {status}");
            }
            ensure!(begun.elapsed() < PATIENCE, "{command:?} does not answer");
            std::thread::sleep(Duration::from_micros(500));
        }
        server.start = begun.elapsed();
        Ok(server)
    }

    fn answers(&self, path: &str) -> bool {
        TcpStream::connect(self.address).is_ok()
            && tilsit_testing::http::request(self.address, "GET", path, &[], b"").status < 500
    }

    /// The resident memory of the process, in bytes.
    pub(super) fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let digits = line.and_then(|line| line.split_whitespace().next());
        let kibibytes: u64 = digits.context("the system does not say VmRSS")?.parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // nginx ends its workers on SIGTERM; a kill would leave them.
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Our server over a data folder.
pub(super) fn ours(program: &Path, data: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .args(["serve", "--uploads-per-minute", "0", "--listen"])
        .arg(format!("127.0.0.1:{port}"));
    command.arg("--data").arg(data);
    Server::start(&mut command, port, "/health/ready")
}

/// Makes a user `bench` in a data folder, and gives a token for uploads.
pub(super) fn token(program: &Path, data: &Path) -> Result<String> {
    let run = |words: &[&str]| -> Result<String> {
        let output = Command::new(program)
            .args(words)
            .arg("--data")
            .arg(data)
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{words:?}: {errors}");
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    };
    run(&["index", "init"])?;
    run(&["index", "user", "add", "bench", "--password", "bench"])?;
    run(&["index", "token", "create", "--user", "bench"])
}

/// nginx handing out a folder: `index.html` and `index.json` of a page by `Accept`, anything else
/// as it is.
pub(super) fn nginx(folder: &Path, state: &Path) -> Result<Server> {
    let port = free_port()?;
    fs::create_dir_all(state)?;
    let configuration = state.join("nginx.conf");
    let (root, place) = (folder.display(), state.display());
    let text = format!(
        "worker_processes auto; pid {place}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000;
  open_file_cache max=1000; 
  client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
  types {{ text/html html; application/vnd.pypi.simple.v1+json json; }}
  default_type application/octet-stream;
  map $http_accept $form {{ default html; '~*vnd\\.pypi\\.simple\\.v1\\+json' json; }}
  server {{
    listen 127.0.0.1:{port}; root {root};
    location ~ ^/simple/(?<project>[a-z0-9-]+)/$ {{ try_files /simple/$project/index.$form =404; }}
  }}
}}
"
    );
    fs::write(&configuration, text)?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&configuration).arg("-p").arg(state);
    command.args(["-e", "stderr", "-g", "daemon off;"]);
    Server::start(&mut command, port, "/").context("nginx is Debian's package `nginx-light`")
}

/// The environment of the peers, made by our own program when it is not there.
pub(super) fn peers(program: &Path, folder: &Path) -> Result<PathBuf> {
    let bin = folder.join("bin");
    if !bin.join("devpi-server").is_file() {
        let run = |words: &[&str]| -> Result<()> {
            let status = Command::new(program)
                .args(words)
                .current_dir(folder)
                .status()?;
            ensure!(status.success(), "{words:?} ended with {status}");
            Ok(())
        };
        fs::create_dir_all(folder)?;
        run(&["venv", "--clear", "."])?;
        let install = ["pip", "install", "--python", "bin/python"];
        run(&[&install[..], &PEERS].concat())?;
    }
    Ok(bin)
}

/// pypiserver over a folder of packages, without any authentication.
pub(super) fn pypiserver(bin: &Path, packages: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut command = Command::new(bin.join("pypi-server"));
    command.args(["run", "-i", "127.0.0.1", "-a", ".", "-P", ".", "-p"]);
    command.arg(port.to_string()).arg(packages);
    Server::start(&mut command, port, "/")
}

/// devpi with an index `bench/wheels` that has no bases.
pub(super) fn devpi(bin: &Path, state: &Path) -> Result<Server> {
    let port = free_port()?;
    let status = Command::new(bin.join("devpi-init"))
        .arg("--serverdir")
        .arg(state)
        .args(["--no-root-pypi", "--root-passwd", "bench"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    ensure!(status.success(), "devpi-init ended with {status}");
    let mut command = Command::new(bin.join("devpi-server"));
    command.arg("--serverdir").arg(state);
    command
        .args(["--host", "127.0.0.1", "--port"])
        .arg(port.to_string());
    let server = Server::start(&mut command, port, "/+api")?;
    let authorization = tilsit_testing::http::basic("bench", "bench");
    let put = |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let made = tilsit_testing::http::request(server.address, "PUT", path, headers, body);
        ensure!(made.status < 300, "devpi makes no {path}: {}", made.text());
        Ok(())
    };
    let json = ("Content-Type", "application/json");
    put("/bench", &[json], br#"{"password":"bench"}"#)?;
    let index = br#"{"type":"stage","bases":[],"volatile":true}"#;
    let headers = [json, ("Authorization", authorization.as_str())];
    put("/bench/wheels", &headers, index)?;
    Ok(server)
}
