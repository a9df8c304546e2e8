//! The tree that an installation leaves is uv's, file by file and byte by byte.
//!
//! What differs, and why, is the table [`allowed`]; everything else must be the same. The small
//! set runs in the ci ring; `tests/real` runs the large one.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_environment::venv::{VenvOptions, create};
use tilsit_environment::{Environment, Interpreter};
use tilsit_installer::store::sha256_of;
use tilsit_installer::{LockedEnvironment, PlanOptions, WheelStore, WheelToInstall};

/// Whether a file may differ.
///
/// | file | why |
/// |---|---|
/// | `*.dist-info/INSTALLER` | names the installer |
/// | `*.dist-info/RECORD` | lists INSTALLER's and the scripts' hashes; the lines are compared |
/// | `*.dist-info/REQUESTED` | both write it for what was named; here each wheel is named to uv |
/// | `*.dist-info/direct_url.json`, `*.dist-info/uv_*` | uv installs a path here |
/// | `bin/*` of an entry point | the text is the installer's own; the name must be there |
/// | `bin/activate*`, `pyvenv.cfg`, `.lock` | made by the one who made the environment |
fn allowed(path: &str, scripts: &[String]) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_dist_info = folder.ends_with(".dist-info");
    let own = ["INSTALLER", "RECORD", "REQUESTED", "direct_url.json"];
    (in_dist_info && (own.contains(&name) || name.starts_with("uv_")))
        || (folder == "bin" && scripts.iter().any(|script| script == name))
}

/// The files and links below a folder: path to contents.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let of_environment = |path: &str| {
        path.starts_with("bin/activate")
            || path.starts_with("bin/python")
            || path.starts_with("bin/deactivate")
            || path.starts_with("bin/pydoc")
            || ["pyvenv.cfg", ".lock", ".gitignore", "CACHEDIR.TAG", "lib64"].contains(&path)
    };
    let files = tilsit_files::walk(root).expect("the environment is listed");
    files
        .into_iter()
        .filter(|entry| entry.kind != tilsit_files::FileKind::Folder)
        .map(|entry| {
            let path = entry.path.strip_prefix(root).expect("it is below");
            (path.display().to_string(), entry.path.clone())
        })
        .filter(|(path, _)| !of_environment(path))
        .map(|(path, full)| {
            let contents = tilsit_files::read(&full).unwrap_or_default();
            // The first line of a script names the environment.
            let is_text = path
                .starts_with("bin/")
                .then(|| String::from_utf8(contents.clone()).ok());
            let text = is_text
                .flatten()
                .map(|text| text.replace(&root.display().to_string(), "ENV"));
            (path, text.map_or(contents, String::into_bytes))
        })
        .collect()
}

/// The paths that RECORD lists.
fn record_paths(contents: &[u8]) -> Vec<String> {
    let record = tilsit_packaging::record::Record::parse(contents).expect("RECORD is read");
    let mut paths: Vec<String> = record.entries.into_iter().map(|entry| entry.path).collect();
    paths.retain(|path| !allowed(path, &[]) || path.ends_with("/RECORD"));
    paths.sort();
    paths
}

fn install(environment: &Environment, cache: &Path, wheels: &[PathBuf]) -> Vec<String> {
    let store = WheelStore::in_cache(cache);
    let wheels: Vec<WheelToInstall> = wheels
        .iter()
        .map(|wheel| WheelToInstall {
            stored: store
                .add(wheel, &sha256_of(wheel).expect("the wheel is read"))
                .expect("the wheel is stored"),
            is_requested: false,
            direct_url: None,
            compiled: None,
        })
        .collect();
    let locked = LockedEnvironment::lock(environment, || ()).expect("the lock is free");
    let plan = tilsit_installer::plan(environment, &wheels, &[], &PlanOptions::default())
        .expect("a plan is made");
    tilsit_installer::apply(&plan, &locked, &mut |_| ControlFlow::Continue(()))
        .expect("the plan is applied");
    let commands = wheels
        .iter()
        .flat_map(|wheel| &wheel.stored.manifest.commands);
    commands.map(|command| command.name.clone()).collect()
}

/// Installs the wheels with uv and with tilsit and compares the trees.
pub(crate) fn compare(uv: &Path, wheels: &[PathBuf]) {
    let python = tilsit_testing::python().expect("there is Python");
    let base = Interpreter::at(&python, None).expect("Python answers");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [ours, theirs] = ["ours", "theirs"].map(|name| folder.path().join(name));
    let made = create(&base, &ours, &VenvOptions::default()).expect("the environment is made");
    create(&base, &theirs, &VenvOptions::default()).expect("the environment is made");
    let scripts = install(&Environment::of(made), &folder.path().join("cache"), wheels);
    let output = Command::new(uv)
        .args([
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--no-config",
            "--python",
        ])
        .arg(&theirs)
        .arg("--cache-dir")
        .arg(folder.path().join("uv-cache"))
        .args(wheels)
        .env_remove("VIRTUAL_ENV")
        .output()
        .expect("uv starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (ours, theirs) = (tree(&ours), tree(&theirs));
    let mut differences = Vec::new();
    for path in ours.keys().chain(theirs.keys()) {
        let same = match (ours.get(path), theirs.get(path)) {
            (Some(left), Some(right)) => {
                left == right
                    || (path.ends_with("/RECORD") && record_paths(left) == record_paths(right))
                    || (!path.ends_with("/RECORD") && allowed(path, &scripts))
            }
            // The program of an entry point must be there on both sides.
            _ => allowed(path, &[]) && !path.ends_with("/RECORD"),
        };
        if !same {
            differences.push(path);
        }
    }
    assert_eq!(differences, Vec::<&String>::new());
    assert!(ours.len() > 10 * wheels.len(), "{} files", ours.len());
}

/// uv, from the cached environment of clients.
pub(crate) fn uv() -> Option<PathBuf> {
    let clients = ["twine==7.0.0", "uv==0.13.8", "pip==26.3"];
    let root = tilsit_testing::python_environment("clients", &clients)?;
    Some(root.join("bin/uv"))
}

#[cfg(test)]
#[test]
fn the_flask_set_is_as_uv_installs_it() {
    let Some(uv) = tilsit_testing::require("uv", uv()) else {
        return;
    };
    let Some(wheels) = tilsit_testing::require(
        "the wheels of flask",
        tilsit_testing::python_wheels("flask", &["flask"]),
    ) else {
        return;
    };
    compare(&uv, &wheels);
}
