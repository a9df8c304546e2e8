//! What hostile programs try, and what comes of it. Every test runs a Python that does harm, or would.
//!
//! They need user namespaces: where the kernel refuses them, the tests say NOT RUN, and fail in CI.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tilsit_sandbox::{Limit, Outcome, Sandbox};
use tilsit_testing::{oracle, ring};

struct Place {
    root: TempDir,
    python: PathBuf,
    sandbox: Sandbox,
}

struct Told {
    outcome: Outcome,
    code: Option<i32>,
    text: String,
}

/// A home with a key in it, a project beside it, and a sandbox for programs in the project's `build`.
fn place() -> Option<Place> {
    let python = oracle::python()?;
    // Not in /tmp, which is another inside: what lies here is protected by being read-only.
    let root = tempfile::tempdir_in(oracle::target_folder()).unwrap();
    for folder in ["home/.ssh", "project/build"] {
        fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    fs::write(root.path().join("home/.ssh/id"), "the key").unwrap();
    fs::write(root.path().join("project/file"), "as it was").unwrap();
    let launcher = PathBuf::from(env!("CARGO_BIN_EXE_tilsit-sandbox-launcher"));
    let variables = [("PATH", "/usr/bin:/bin"), ("TOKEN", "secret"), ("CC", "cc")];
    let variables: BTreeMap<_, _> = variables
        .map(|(name, value)| (name.into(), value.into()))
        .into();
    let mut sandbox = Sandbox::new(launcher, Some(root.path().join("home")), &variables, &[]);
    sandbox.readable = prefixes(&python);
    sandbox.limits.time = Duration::from_secs(20);
    sandbox.limits.memory_bytes = 256 << 20;
    sandbox.limits.processes = 64;
    let place = Place {
        root,
        python,
        sandbox,
    };
    let told = place.python("pass");
    let is_there = match told.outcome {
        Outcome::Refused(why) => {
            println!("the kernel refuses: {why}");
            false
        }
        _ => true,
    };
    ring::require("user namespaces", is_there.then_some(place))
}

/// Where a Python that lies in a home has its library.
fn prefixes(python: &Path) -> Vec<PathBuf> {
    let script = "import sys; print(sys.prefix); print(sys.base_prefix)";
    let output = Command::new(python).args(["-c", script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(PathBuf::from).collect()
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn python(&self, script: &str) -> Told {
        let mut inner = Command::new(&self.python);
        inner
            .args(["-I", "-c", script])
            .arg(self.root.path())
            .current_dir(self.path("project/build"));
        self.run(&inner)
    }

    fn run(&self, inner: &Command) -> Told {
        let report = self.path("report");
        fs::write(&report, "").unwrap();
        let build = self.path("project/build");
        let mut command = self.sandbox.command(inner, &[&build], &[], &report);
        let output = command.stdin(Stdio::null()).output().unwrap();
        Told {
            outcome: Outcome::read(&report).unwrap(),
            code: output.status.code(),
            text: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        }
    }
}

#[test]
fn an_honest_program_does_its_work() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import os, tempfile, multiprocessing
open('made', 'w').write('x')
with tempfile.TemporaryFile() as file: file.write(b'y')
open(os.path.expanduser('~/cache'), 'w').write('z')
assert os.environ['CC'] == 'cc' and os.environ['HOME'] == '/tmp/home'
multiprocessing.Lock()
import subprocess, sys
print(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout)
sys.exit(3)",
    );
    assert_eq!(
        (told.outcome, told.code),
        (Outcome::Ended, Some(3)),
        "{}",
        told.text
    );
    assert_eq!(told.text.trim(), "42");
    assert_eq!(fs::read(place.path("project/build/made")).unwrap(), b"x");
}

#[test]
fn nothing_outside_its_folder_can_be_written() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import os, sys
root = sys.argv[1]
places = [root + '/project/new', root + '/project/file', root + '/new', '/etc/new', '/usr/new',
          '/usr/bin/new', '/var/new', '/new', '/proc/sys/kernel/hostname', '/sys/new', root + '/report']
written = []
for path in places:
    try:
        open(path, 'w').write('changed')
        written.append(path)
    except OSError: pass
for call in (lambda: os.rename(root + '/project/build', root + '/project/other'),
             lambda: os.unlink(root + '/project/file'),
             lambda: os.chmod(root + '/project', 0o777),
             lambda: os.link(root + '/project/file', 'linked')):
    try:
        call()
        written.append('a call')
    except OSError: pass
print(written)",
    );
    assert_eq!(told.text.trim(), "[]");
    assert_eq!(told.outcome, Outcome::Ended);
    assert_eq!(fs::read(place.path("project/file")).unwrap(), b"as it was");
}

#[test]
fn the_home_and_the_variables_are_not_there() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import os, sys
root = sys.argv[1]
def look(path):
    try: return os.listdir(path)
    except OSError as error: return type(error).__name__
def read(path):
    try: return open(path, 'rb').read()
    except OSError as error: return type(error).__name__
print(look(root + '/home'), read(root + '/home/.ssh/id'), read('/etc/shadow') in (b'', 'PermissionError', 'FileNotFoundError'))
print(os.environ.get('TOKEN'), look('/run'), look('/var/tmp'), sorted(os.listdir('/dev')))",
    );
    let expected = "[] FileNotFoundError True\n\
        None [] [] ['fd', 'full', 'null', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero']";
    let text = told.text.trim();
    // A machine may have no terminal, which is then not missed.
    assert_eq!(text.replace("'tty', ", ""), expected.replace("'tty', ", ""));
}

#[test]
fn there_is_no_network() {
    let Some(place) = place() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = place.python(&format!(
        "import socket
for family, address in ((socket.AF_INET, ('127.0.0.1', {port})), (socket.AF_INET, ('192.0.2.1', 80)),
                        (socket.AF_INET6, ('::1', {port}))):
    try:
        socket.socket(family).connect(address)
        print('reached', address)
    except OSError: pass
print(open('/proc/net/dev').read().count(':'))"
    ));
    assert_eq!(told.text.trim(), "1", "the loopback device alone");
    let seen = listener.accept().unwrap_err();
    assert_eq!(seen.kind(), ErrorKind::WouldBlock, "the server saw nothing");
}

#[test]
fn no_right_can_be_had() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {
  'unshare': lambda: libc.unshare(0x10000000), 'mount': lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),
  'remount': lambda: libc.mount(None, b'/', None, 32 | 4096, None), 'umount': lambda: libc.umount2(b'/proc', 2),
  'ptrace': lambda: libc.ptrace(16, 1, 0, 0), 'chroot': lambda: libc.chroot(b'/tmp'),
  'setuid': lambda: libc.setuid(12345), 'mknod': lambda: libc.mknod(b'device', 0o60666, 2049),
  'hostname': lambda: libc.sethostname(b'x', 1),
}
print([name for name, call in calls.items() if call() != -1])
status = open('/proc/self/status').read()
print([line.split()[1].strip('0') for line in status.splitlines() if line.startswith('Cap')])
print('NoNewPrivs:\\t1' in status)",
    );
    assert_eq!(told.text.trim(), "[]\n['', '', '', '', '']\nTrue");
}

#[test]
fn other_processes_are_neither_seen_nor_ended() {
    let Some(place) = place() else { return };
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let told = place.python(&format!(
        "import os, signal
try: os.kill({}, signal.SIGKILL)
except ProcessLookupError: pass
try: os.kill(1, signal.SIGKILL)
except OSError: pass
print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))
for name in ('mem', 'environ', 'fd/3'):
    try: open('/proc/1/' + name, 'rb').read(1); print('read', name)
    except OSError: pass
try: os.kill(-1, signal.SIGKILL)
except OSError: pass",
        other.id()
    ));
    assert_eq!(told.text.trim(), "[1, 2]");
    assert_eq!(other.try_wait().unwrap(), None, "it still runs");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn limits_end_it_and_are_named() {
    let Some(mut place) = place() else { return };
    place.sandbox.limits.time = Duration::from_secs(2);
    let hogs = [
        (Limit::Time, "import time\ntime.sleep(1000)"),
        (
            Limit::Time,
            "import signal, os\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except OSError: pass\nwhile True: pass",
        ),
        (
            Limit::Memory,
            "hog = []\nwhile True: hog.append(bytearray(1 << 20))",
        ),
        (
            Limit::Memory,
            "import os\nfor _ in range(4): os.fork()\nhog = []\nwhile True: hog.append(os.urandom(1 << 16))",
        ),
    ];
    for (limit, script) in hogs {
        let began = Instant::now();
        let told = place.python(script);
        assert_eq!(
            told.outcome,
            Outcome::Exceeded(limit),
            "{script}: {}",
            told.text
        );
        assert!(began.elapsed() < Duration::from_secs(15), "{script}");
    }
}

/// What would be started is bounded in itself: a sandbox that does not hold must not take the
/// machine with it.
#[test]
fn processes_are_limited_by_the_kernel_and_the_limit_is_named() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import os, time
started = 0
for _ in range(1500):
    try: pid = os.fork()
    except OSError: break
    if pid == 0:
        time.sleep(5)
        os._exit(0)
    started += 1
    if started % 10 == 0: open('started', 'a').write('.' * 10)
time.sleep(5)",
    );
    assert_eq!(
        told.outcome,
        Outcome::Exceeded(Limit::Processes),
        "{}",
        told.text
    );
    let started = fs::read(place.path("project/build/started")).unwrap().len();
    let most = 300 + place.sandbox.limits.processes as usize;
    assert!(started > 0 && started <= most, "{started} processes");
}

#[test]
fn memory_that_is_in_no_account_cannot_be_had() {
    let Some(place) = place() else { return };
    let told = place.python(
        "import os
try: os.memfd_create('hog'); print('memfd')
except OSError: pass
for folder in ('/tmp', '/dev/shm', os.path.expanduser('~')):
    try:
        with open(folder + '/hog', 'wb') as file:
            for _ in range(2048): file.write(bytes(1 << 20))
        print('filled', folder)
    except OSError: pass
    try: os.unlink(folder + '/hog')
    except OSError: pass",
    );
    assert_eq!(told.text.trim(), "");
    assert_eq!(told.outcome, Outcome::Ended);
}

#[test]
fn nothing_is_left_behind() {
    let Some(place) = place() else { return };
    let began = Instant::now();
    let told = place.python(
        "import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(1)
        open('left', 'w').write('x')
        time.sleep(60)
    os._exit(0)",
    );
    assert_eq!(told.outcome, Outcome::Ended);
    assert!(began.elapsed() < Duration::from_secs(10));
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!place.path("project/build/left").exists(), "it was ended");
}

#[test]
fn it_ends_when_its_launcher_does() {
    let Some(place) = place() else { return };
    let mut inner = Command::new(&place.python);
    let script = "import os, time\nos.setsid()\nopen('began', 'w')\nwhile True:\n  open('alive', 'a').write('x')\n  time.sleep(0.05)";
    inner
        .args(["-I", "-c", script])
        .current_dir(place.path("project/build"));
    let report = place.path("report");
    fs::write(&report, "").unwrap();
    let build = place.path("project/build");
    let mut command = place.sandbox.command(&inner, &[&build], &[], &report);
    let mut launcher = command.stdin(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while !build.join("began").exists() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
    launcher.kill().unwrap();
    launcher.wait().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let length = || fs::metadata(build.join("alive")).unwrap().len();
    let then = length();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(length(), then, "nothing writes any more");
    assert_eq!(Outcome::read(&report).unwrap(), Outcome::Lost);
}

#[test]
fn what_later_runs_without_a_sandbox_stays_as_it_is() {
    let Some(place) = place() else { return };
    fs::create_dir_all(place.path("project/build/.git/hooks")).unwrap();
    fs::create_dir_all(place.path("project/build/.venv/bin")).unwrap();
    let told = place.python(
        "for path in ('.git/hooks/post-checkout', '.venv/bin/python'):
    try: open(path, 'w'); print('wrote', path)
    except OSError: pass",
    );
    assert_eq!((told.outcome, told.text.trim()), (Outcome::Ended, ""));
}
