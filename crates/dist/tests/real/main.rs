//! Wheels of the default index: each opens and passes every check, or the reason is the wheel's own
//! fault and stands in `docs/acceptance-wheels.md`.
//!
//! Needs the default index: run with `cargo nextest run -p tilsit-dist --profile real`. The wheels
//! of `names.txt` are downloaded once, by the pip of the Python on `PATH`, into
//! `target/real-wheels`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one reports what it found"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;

const NAMES: &str = include_str!("names.txt");

/// Wheels that are refused by their own fault: the start of the file name, and the reason.
const REFUSED: &[(&str, &str)] = &[];

#[test]
fn wheels_of_the_default_index() {
    let folder = tilsit_testing::oracle::target_folder().join("real-wheels");
    tilsit_files::create_dir_all(&folder).unwrap();
    let python = tilsit_testing::python().expect("there is a Python with pip");
    download(&python, &folder);
    let wheels: Vec<PathBuf> = tilsit_files::read_dir(&folder)
        .unwrap()
        .into_iter()
        .map(|entry| entry.path)
        .filter(|path| path.extension().is_some_and(|end| end == "whl"))
        .collect();
    let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut unexpected = Vec::new();
    let mut sound = 0;
    for path in &wheels {
        let name = path.file_name().unwrap().to_str().unwrap();
        match check(path) {
            Ok(found) => {
                sound += 1;
                for finding in found {
                    findings.entry(finding).or_default().push(name.to_owned());
                }
            }
            Err(message) => {
                println!("refused: {message}");
                let known = REFUSED
                    .iter()
                    .any(|(start, reason)| name.starts_with(start) && message.contains(reason));
                if !known {
                    unexpected.push(message);
                }
            }
        }
    }
    for (finding, wheels) in &findings {
        println!("{} wheels, as {}: {finding}", wheels.len(), wheels[0]);
    }
    println!("{sound} of {} wheels are sound", wheels.len());
    assert!(wheels.len() >= 300, "{} wheels were found", wheels.len());
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

fn check(path: &Path) -> Result<Vec<String>, String> {
    let wheel = Wheel::open(path, &Limits::default()).map_err(|error| error.to_string())?;
    wheel.verify().map_err(|error| error.to_string())?;
    Ok(wheel.findings().iter().map(ToString::to_string).collect())
}

/// Downloads what is not there yet, a few at a time, and one by one where that fails.
fn download(python: &Path, folder: &Path) {
    let there: Vec<String> = tilsit_files::read_dir(folder)
        .unwrap()
        .into_iter()
        .filter_map(|entry| {
            let name = entry.name.into_string().ok()?;
            let (project, _) = name.split_once('-')?;
            Some(project.to_ascii_lowercase().replace(['_', '.'], "-"))
        })
        .collect();
    let missing: Vec<&str> = NAMES
        .lines()
        .filter(|name| !there.iter().any(|project| project == name))
        .collect();
    for batch in missing.chunks(15) {
        if !pip_download(python, folder, batch) {
            for name in batch {
                if !pip_download(python, folder, &[name]) {
                    println!("no wheel of {name} for this Python");
                }
            }
        }
    }
}

fn pip_download(python: &Path, folder: &Path, names: &[&str]) -> bool {
    Command::new(python)
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args([
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            "--dest",
        ])
        .arg(folder)
        .args(names)
        .status()
        .expect("pip starts")
        .success()
}
