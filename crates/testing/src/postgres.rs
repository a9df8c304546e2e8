//! A PostgreSQL server of the tests' own, from the machine's packages, with a fresh database for
//! each test.
//!
//! One server is shared by all test processes of this user and checkout: the first that needs it
//! makes a cluster in the system's temporary folder (Unix socket only, no durability) and starts
//! it under a small keeper script. Every process that uses it holds a shared lock; when nobody
//! holds it any more for a few seconds, the keeper stops the server by its process id and removes
//! the cluster. The server never runs as root: it is started as `postgres` or `nobody` then.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::ring::workspace_root;

#[cfg(test)]
mod tests;

/// A running server that this process may make databases in.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    /// Held (shared) for as long as this process uses the server.
    _users: File,
}

/// Keeps the server while somebody holds `users.lock`, then stops it and removes its files.
const KEEPER: &str = r#"
folder=$1; shift
"$@" &
server=$!
exec 9>>"$folder/users.lock"
while sleep 3; do
  if ! kill -0 $server 2>/dev/null; then break; fi
  if flock -n -x 9; then break; fi
done
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$folder/cluster"
"#;

/// How long a server may take to start.
const START_TIMEOUT: Duration = Duration::from_mins(1);

impl PostgresServer {
    /// The shared server, started when needed; `None` when PostgreSQL is not installed.
    ///
    /// # Panics
    /// When the programs are there but the server does not start.
    pub fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<PostgresServer>> = OnceLock::new();
        SERVER
            .get_or_init(|| {
                let programs = programs()?;
                Some(Self::start(programs).expect("the tests' PostgreSQL starts"))
            })
            .as_ref()
    }

    /// Makes a new, empty database and returns its connection URL.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn fresh_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-U", "tilsit", "-d", "postgres", "-h"])
            .arg(&self.folder)
            .arg("-c")
            .arg(format!("DROP DATABASE IF EXISTS {name}; "))
            .arg("-c")
            .arg(format!("CREATE DATABASE {name}"))
            .output()
            .expect("psql starts");
        assert!(
            output.status.success(),
            "the database {name} is not made: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        format!(
            "postgres://tilsit@localhost/{name}?host={}",
            self.folder.display()
        )
    }

    fn start(programs: PathBuf) -> Result<Self> {
        let account = account()?;
        let folder = folder(&account)?;
        let users = open_lock(&folder.join("users.lock"))?;
        // Blocks while the keeper is just stopping an idle server.
        users.lock_shared()?;
        let starting = open_lock(&folder.join("start.lock"))?;
        starting.lock()?;
        if UnixStream::connect(folder.join(".s.PGSQL.5432")).is_err() {
            launch(&programs, &folder, &account)?;
        }
        drop(starting);
        Ok(Self {
            programs,
            folder,
            _users: users,
        })
    }
}

/// The account that the server runs as: ours, or another one when we are root.
#[derive(Debug)]
struct Account {
    user: u32,
    group: u32,
    /// Whether the programs must be started through `setpriv`.
    other: bool,
}

impl Account {
    fn command(&self, program: impl AsRef<Path>) -> Command {
        if !self.other {
            return Command::new(program.as_ref());
        }
        let mut command = Command::new("setpriv");
        command
            .arg(format!("--reuid={}", self.user))
            .arg(format!("--regid={}", self.group))
            .arg("--clear-groups")
            .arg(program.as_ref());
        command
    }
}

/// The folder with `postgres`, `initdb` and `psql`: the newest of Debian's, else from `PATH`.
#[expect(
    clippy::disallowed_methods,
    reason = "the search path is the place of installed programs"
)]
fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| {
        ["postgres", "initdb", "psql"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| complete(folder))
        .collect();
    debian.sort();
    debian
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| std::env::split_paths(&std::env::var_os("PATH")?).find(complete))
}

fn account() -> Result<Account> {
    let ask = |arguments: &[&str]| -> Result<u32> {
        let output = Command::new("id").args(arguments).output()?;
        ensure!(output.status.success(), "`id {arguments:?}` failed");
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    let (user, group) = (ask(&["-u"])?, ask(&["-g"])?);
    if user != 0 {
        return Ok(Account {
            user,
            group,
            other: false,
        });
    }
    for name in ["postgres", "nobody"] {
        if let (Ok(user), Ok(group)) = (ask(&["-u", name]), ask(&["-g", name])) {
            return Ok(Account {
                user,
                group,
                other: true,
            });
        }
    }
    bail!("we are root, and there is neither a `postgres` nor a `nobody` account")
}

/// The server's folder: one for each checkout and account, short enough for a socket's path.
#[expect(
    clippy::disallowed_methods,
    reason = "a socket's path must be short, so it cannot lie in the target folder"
)]
fn folder(account: &Account) -> Result<PathBuf> {
    use std::hash::{Hash, Hasher};
    let mut hasher = std::hash::DefaultHasher::new();
    workspace_root().hash(&mut hasher);
    let folder = std::env::temp_dir().join(format!(
        "tilsit-postgres-{}-{:08x}",
        account.user,
        hasher.finish() & 0xffff_ffff
    ));
    std::fs::create_dir_all(&folder)?;
    if account.other {
        std::os::unix::fs::chown(&folder, Some(account.user), Some(account.group))?;
    }
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755))?;
    Ok(folder)
}

fn open_lock(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("opening `{}`", path.display()))?;
    // The keeper runs as another user when we are root.
    let _ = file.set_permissions(PermissionsExt::from_mode(0o666));
    Ok(file)
}

fn launch(programs: &Path, folder: &Path, account: &Account) -> Result<()> {
    let cluster = folder.join("cluster");
    let _ = std::fs::remove_dir_all(&cluster);
    let made = account
        .command(programs.join("initdb"))
        .args(["--auth=trust", "--username=tilsit", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "-D"])
        .arg(&cluster)
        .output()
        .context("starting initdb")?;
    ensure!(
        made.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let mut log = File::create(folder.join("server.log"))?;
    writeln!(log, "started by a test")?;
    let mut server: Vec<std::ffi::OsString> = vec![programs.join("postgres").into()];
    server.extend(["-D".into(), cluster.into_os_string()]);
    server.extend(["-k".into(), folder.as_os_str().to_owned()]);
    for setting in [
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=64MB",
    ] {
        server.extend(["-c".into(), setting.into()]);
    }
    account
        .command("/bin/sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(folder)
        .args(&server)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .context("starting the server's keeper")?;
    await_answer(programs, folder)
}

fn await_answer(programs: &Path, folder: &Path) -> Result<()> {
    let begin = Instant::now();
    loop {
        let answer = Command::new(programs.join("psql"))
            .args([
                "-X", "-q", "-U", "tilsit", "-d", "postgres", "-c", "SELECT 1", "-h",
            ])
            .arg(folder)
            .output()?;
        if answer.status.success() {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < START_TIMEOUT,
            "no answer from the server: {}\n{}",
            String::from_utf8_lossy(&answer.stderr),
            std::fs::read_to_string(folder.join("server.log")).unwrap_or_default()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
