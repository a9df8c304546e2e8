//! Python on the test's side: a real interpreter, and cached environments with foreign tools.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ring::{in_ci, may_fetch, workspace_root};

/// A real CPython of at least 3.9 from `PATH`, shims resolved by asking it for its executable.
pub fn python() -> Option<PathBuf> {
    let script = "import sys; assert sys.version_info >= (3, 9); print(sys.executable)";
    ["python3", "python"].iter().find_map(|name| {
        let output = Command::new(name)
            .args(["-I", "-c", script])
            .output()
            .ok()?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        (output.status.success() && path.is_file()).then_some(path)
    })
}

/// A virtual environment with `requirements` installed by pip from the default index, cached in
/// `target/test-environments/<name>` until the requirements change.
///
/// Made only where tests may fetch ([`may_fetch`]); a cached one is used
/// anywhere, so the default ring stays offline. Returns the environment's root. A name stands for one
/// list of requirements in all tests: another list would take the environment away below those who
/// use it.
///
/// # Panics
/// When the environment cannot be made in the `ci` ring.
pub fn python_environment(name: &str, requirements: &[&str]) -> Option<PathBuf> {
    cached(name, requirements, install)
}

/// The wheels of `requirements` and of what they need, downloaded by pip from the default index and
/// cached in `target/test-environments/wheels-<name>`, under the rules of [`python_environment`].
///
/// # Panics
/// When they cannot be downloaded in the `ci` ring.
pub fn python_wheels(name: &str, requirements: &[&str]) -> Option<Vec<PathBuf>> {
    let folder = cached(&format!("wheels-{name}"), requirements, download)?;
    let entries = std::fs::read_dir(folder).expect("the folder of the wheels is there");
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|suffix| suffix == "whl");
    let mut wheels: Vec<PathBuf> = paths.filter(is_wheel).collect();
    wheels.sort();
    Some(wheels)
}

/// A folder below `target/test-environments` that `fill` makes anew when the requirements change.
fn cached(
    name: &str,
    requirements: &[&str],
    fill: fn(&Path, &[&str]) -> Result<(), String>,
) -> Option<PathBuf> {
    let base = target_folder().join("test-environments");
    let root = base.join(name);
    let stamp = root.join("tilsit-requirements.txt");
    let wanted = requirements.join("\n");
    std::fs::create_dir_all(&base).expect("the target folder is writable");
    let lock = File::create(base.join(format!("{name}.lock"))).expect("the lock file opens");
    lock.lock().expect("the lock is taken");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Some(root);
    }
    if !may_fetch() {
        return None;
    }
    match fill(&root, requirements) {
        Ok(()) => std::fs::write(&stamp, wanted).expect("the stamp is written"),
        Err(reason) if in_ci() => panic!("cannot make the test environment `{name}`: {reason}"),
        Err(_) => return None,
    }
    Some(root)
}

fn install(root: &Path, requirements: &[&str]) -> Result<(), String> {
    let python = python().ok_or("there is no Python")?;
    run(Command::new(python)
        .args(["-m", "venv", "--clear"])
        .arg(root))?;
    run(Command::new(root.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(requirements))
}

fn download(folder: &Path, requirements: &[&str]) -> Result<(), String> {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let python = python().ok_or("there is no Python")?;
    run(Command::new(python)
        .args(["-m", "pip", "download", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(["--only-binary", ":all:", "--dest"])
        .arg(folder)
        .args(requirements))
}

/// The folder that cargo builds into, as seen from the running test.
pub fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a test has a path");
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map_or_else(|| workspace_root().join("target"), Path::to_path_buf)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    ))
}
