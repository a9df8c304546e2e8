//! Sets the machine up for the ci ring, by apt: PostgreSQL, what CPython's `venv` needs, `PyPy`, the
//! shells that environments are activated in, version control systems, nginx, and a browser with what
//! drives it.
//!
//! On a machine without apt, or without the right to use it, nothing is installed and nothing
//! fails here: the tests that want these services say `NOT RUN` (or fail, in CI).

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process::{exists, run};

/// Installs the Debian packages that the tests need and that are not there.
///
/// # Errors
/// When apt is there, may be used, and fails.
pub(crate) fn prepare() -> Result<()> {
    let mut missing = Vec::new();
    if !has_postgresql() {
        missing.push("postgresql");
    }
    if !exists("python3", "--version") {
        missing.push("python3");
    }
    if !python_has_pip() {
        missing.push("python3-venv");
        missing.push("python3-pip");
    }
    let programs = ["pypy3", "fish", "tcsh", "zsh"];
    missing.extend(
        programs
            .into_iter()
            .filter(|name| !exists(name, "--version")),
    );
    let others = [
        ("hg", "--version", "mercurial"),
        ("svn", "--version", "subversion"),
        ("bzr", "--version", "brz"),
        ("nginx", "-v", "nginx-light"),
        ("chromium", "--version", "chromium"),
        ("node", "--version", "nodejs"),
        ("npm", "--version", "npm"),
    ];
    for (program, question, package) in others {
        if !exists(program, question) {
            missing.push(package);
        }
    }
    if missing.is_empty() || !may_install() {
        return Ok(());
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn has_postgresql() -> bool {
    exists("initdb", "--version")
        || std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
            versions
                .flatten()
                .any(|version| version.path().join("bin/initdb").is_file())
        })
}

fn python_has_pip() -> bool {
    Command::new("python3")
        .args(["-c", "import ensurepip, pip, venv"])
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Packages are installed only by root, and only in CI: a stranger's machine stays as it is.
#[expect(clippy::disallowed_methods, reason = "CI is told by the environment")]
fn may_install() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && std::env::var_os("CI").is_some() && Path::new("/usr/bin/apt-get").is_file()
}
