//! A real browser: Chromium, driven through Node.js.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::oracle::target_folder;
use crate::ring::may_fetch;

/// What drives the browser, and what looks at its pages, pinned.
const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];

/// Where the browser and the packages that drive it are.
#[derive(Debug)]
pub struct BrowserEnvironment {
    /// The program.
    pub chromium: PathBuf,
    /// A folder with `node_modules`.
    pub packages: PathBuf,
}

/// Chromium, Node.js and the packages, which npm installs into `target/test-environments/browser`
/// once, where tests may fetch.
pub fn browser_environment() -> Option<BrowserEnvironment> {
    let chromium = PathBuf::from("/usr/bin/chromium");
    let has_node = Command::new("node")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !has_node || !chromium.is_file() {
        return None;
    }
    let packages = target_folder().join("test-environments/browser");
    let stamp = packages.join("tilsit-packages.txt");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Some(BrowserEnvironment { chromium, packages });
    }
    if !may_fetch() {
        return None;
    }
    std::fs::create_dir_all(&packages).ok()?;
    std::fs::write(packages.join("package.json"), "{\"private\": true}\n").ok()?;
    let installed = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund"])
        .args(PACKAGES)
        .current_dir(&packages)
        .status();
    if !installed.is_ok_and(|status| status.success()) {
        return None;
    }
    std::fs::write(&stamp, wanted).ok()?;
    Some(BrowserEnvironment { chromium, packages })
}
