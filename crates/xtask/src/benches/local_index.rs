//! A recorded slice of the default index, handed out on loopback by nginx as the default index
//! would: HTML and JSON pages by `Accept`, metadata files, ranges, compressed forms, validators.
//!
//! Recording goes through `record.py`, which asks the default index (as pip knows it) once for
//! whatever the folder lacks. Nothing here names an index.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{root, run};

/// A server on loopback that ends with this value.
pub(crate) struct LocalIndex {
    server: Child,
    port: u16,
}

impl LocalIndex {
    /// Hands the folder out with nginx.
    ///
    /// # Errors
    /// When nginx is missing or does not start.
    pub(crate) fn serve(folder: &Path, state: &Path) -> Result<Self> {
        let port = free_port()?;
        fs::create_dir_all(state)?;
        let configuration = state.join("nginx.conf");
        fs::write(&configuration, nginx(folder, state, port))?;
        let server = Command::new("nginx")
            .arg("-c")
            .arg(&configuration)
            .args(["-e", "stderr", "-g", "daemon off;"])
            .arg("-p")
            .arg(state)
            .stdin(Stdio::null())
            .spawn()
            .context("nginx does not start; Debian's package is `nginx-light`")?;
        Self { server, port }.ready()
    }

    /// Hands the folder out, and records what it lacks from the default index.
    ///
    /// # Errors
    /// When Python is missing or does not start.
    pub(crate) fn record(folder: &Path, python: &Path) -> Result<Self> {
        let port = free_port()?;
        fs::create_dir_all(folder)?;
        let server = Command::new(python)
            .arg(recorder())
            .arg("serve")
            .arg(folder)
            .arg(port.to_string())
            .arg(default_index(python)?)
            .stdin(Stdio::null())
            .spawn()
            .context("cannot start the recorder")?;
        Self { server, port }.ready()
    }

    /// The address of the simple pages.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/simple/", self.port)
    }

    fn ready(mut self) -> Result<Self> {
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(self);
            }
            if let Some(status) = self.server.try_wait()? {
                bail!("the index on loopback ended with {status}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the index on loopback does not answer")
    }
}

impl Drop for LocalIndex {
    fn drop(&mut self) {
        // nginx ends its worker on SIGTERM; a kill would leave it.
        let pid = self.server.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.server.wait();
    }
}

/// Puts sizes into the recorded pages and compressed forms beside them.
///
/// # Errors
/// When the recorder fails.
pub(crate) fn finish(folder: &Path, python: &Path) -> Result<()> {
    run(Command::new(python)
        .arg(recorder())
        .arg("finish")
        .arg(folder))
}

fn recorder() -> PathBuf {
    root().join("crates/xtask/src/benches/record.py")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The index that pip uses: as configured, else its own default.
fn default_index(python: &Path) -> Result<String> {
    let program = "\
from pip._internal.cli.main_parser import create_main_parser
from pip._internal.commands import create_command
print(create_command('download').parse_args([])[0].index_url)";
    let output = Command::new(python).args(["-c", program]).output()?;
    ensure!(
        output.status.success(),
        "pip does not tell its index: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn nginx(folder: &Path, state: &Path, port: u16) -> String {
    let (folder, state) = (folder.display(), state.display());
    format!(
        "worker_processes 1;
pid {state}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  gzip_static on;
  keepalive_requests 100000;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi; uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  types {{ text/html html; application/vnd.pypi.simple.v1+json json; }}
  default_type application/octet-stream;
  map $http_accept $form {{ default html; '~*vnd\\.pypi\\.simple\\.v1\\+json' json; }}
  server {{
    listen 127.0.0.1:{port};
    root {folder};
    location ~ ^/simple/(?<project>[a-z0-9-]+)/$ {{
      add_header Cache-Control 'max-age=600, public';
      add_header Vary 'Accept, Accept-Encoding';
      try_files /simple/$project/index.$form =404;
    }}
    location /files/ {{ add_header Cache-Control 'max-age=365000000, immutable, public'; }}
  }}
}}
"
    )
}
