//! An index on loopback that says when files were uploaded, and serves them from a folder.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The index; it ends with the test's process.
pub(crate) struct Index {
    /// Its Simple API.
    pub(crate) url: String,
}

impl Index {
    /// Serves the files of a folder, all of which were uploaded then; without a time nothing is said.
    pub(crate) fn start(folder: &Path, uploaded: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (folder, uploaded) = (folder.to_path_buf(), uploaded.map(str::to_owned));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let _ = answer(connection, &folder, uploaded.as_deref());
            }
        });
        Self {
            url: format!("{address}/simple/"),
        }
    }
}

fn answer(mut connection: TcpStream, folder: &Path, uploaded: Option<&str>) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    // The rest of the head is read and not looked at.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, kind, body) = if let Some(name) = path.strip_prefix("/files/") {
        let body = std::fs::read(folder.join(name)).unwrap_or_default();
        (200, "application/octet-stream", body)
    } else {
        let project = path.trim_start_matches("/simple/").trim_end_matches('/');
        match page(folder, project, uploaded) {
            Some(page) => (
                200,
                "application/vnd.pypi.simple.v1+json",
                page.into_bytes(),
            ),
            None => (404, "text/plain", Vec::new()),
        }
    };
    write!(
        connection,
        "HTTP/1.1 {status} Words\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )?;
    connection.write_all(&body)
}

/// The page of a project; none where the folder has no file of it.
fn page(folder: &Path, project: &str, uploaded: Option<&str>) -> Option<String> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
    files.sort_unstable();
    let mut entries = Vec::new();
    for path in files {
        let name = path.file_name()?.to_str()?;
        let is_of_project = name.split('-').next()?.replace('_', "-") == project;
        if !is_of_project {
            continue;
        }
        let bytes = std::fs::read(&path).ok()?;
        let digest = Sha256::digest(&bytes)
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        let mut entry = serde_json::json!({
            "filename": name,
            "url": format!("../../files/{name}"),
            "hashes": { "sha256": digest },
            "size": bytes.len(),
        });
        if let Some(uploaded) = uploaded {
            entry["upload-time"] = uploaded.into();
        }
        entries.push(entry);
    }
    let page = serde_json::json!({
        "meta": { "api-version": "1.1" },
        "name": project,
        "versions": [],
        "files": entries,
    });
    (!entries.is_empty()).then(|| page.to_string())
}
