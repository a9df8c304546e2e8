//! `conformance repair --macos`, `--windows` and `--abi3`: what `tilsit` says of wheels for macOS and
//! Windows, beside delocate, delvewheel and abi3audit.
//!
//! The tools and the wheels are downloaded once each, and the tools' answers kept. delocate asks `otool`,
//! for which LLVM's is put in the place of Apple's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{name_of, show, wheels};
use crate::process::{exists, root, run, say};

/// The Python that the wheels are for.
const PYTHON: &str = "--python-version=3.12";

/// A system that is compared: what it is called, its wheels, and the script that asks its tool.
pub(super) struct Side {
    name: &'static str,
    wheels: &'static [(&'static str, &'static [&'static str])],
    script: &'static str,
    differences: fn(&str, &Value, &Value) -> Vec<String>,
}

pub(super) const MAC: Side = Side {
    name: "macos",
    wheels: &[
        (
            "macosx_14_0_arm64",
            &[
                "torchvision",
                "torchaudio",
                "mlx",
                "pyobjc-core",
                "av",
                "onnxruntime",
                "numpy",
                "cryptography",
                "pyzmq",
                "psycopg2-binary",
                "lxml",
                "pillow",
                "grpcio",
                "orjson",
                "pydantic-core",
                "scipy",
                "markupsafe",
                "pyyaml",
                "cffi",
                "regex",
                "rpds-py",
                "tokenizers",
                "shapely",
                "h5py",
            ],
        ),
        (
            "macosx_11_0_x86_64",
            &[
                "numpy",
                "psycopg2-binary",
                "pillow",
                "lxml",
                "pandas",
                "h5py",
                "shapely",
                "cffi",
                "pyproj",
                "contourpy",
            ],
        ),
        (
            "macosx_11_0_universal2",
            &["charset-normalizer", "protobuf", "ruff"],
        ),
    ],
    script: "mac_wheel.py",
    differences: mac_differences,
};

pub(super) const WINDOWS: Side = Side {
    name: "windows",
    wheels: &[
        (
            "win_amd64",
            &[
                "lightgbm",
                "torchvision",
                "pyodbc",
                "onnxruntime",
                "av",
                "numpy",
                "cryptography",
                "pyzmq",
                "lxml",
                "pillow",
                "orjson",
                "pydantic-core",
                "markupsafe",
                "pandas",
                "shapely",
                "h5py",
                "psycopg2-binary",
                "cffi",
                "regex",
                "pyproj",
                "contourpy",
                "grpcio",
                "protobuf",
                "ruff",
                "scipy",
                "fiona",
                "pywin32",
                "tokenizers",
                "debugpy",
            ],
        ),
        (
            "win32",
            &[
                "pillow",
                "cffi",
                "pyyaml",
                "lxml",
                "markupsafe",
                "charset-normalizer",
            ],
        ),
        (
            "win_arm64",
            &["numpy", "cffi", "markupsafe", "pyyaml", "orjson", "rpds-py"],
        ),
    ],
    script: "windows_wheel.py",
    differences: windows_differences,
};

/// What delocate is given for Apple's `otool`: LLVM's does not know the word that says that names in
/// parentheses are part of the file's.
const OTOOL: &str = "#!/bin/sh
for word; do shift; [ \"$word\" = -m ] || set -- \"$@\" \"$word\"; done
exec @OTOOL@ \"$@\"
";

/// Compares all wheels of a side.
///
/// # Errors
/// When something cannot be made, or an answer differs.
pub(super) fn compare(side: &Side, folder: &Path, program: &Path) -> Result<()> {
    let python = tools(folder)?;
    let place = folder.join(side.name);
    download(side, &place, &python)?;
    let (mut same, mut different) = (0, 0);
    for wheel in wheels(&place.join("wheels"), &[])? {
        let theirs = theirs(side, &place, &python, &wheel)?;
        let mut command = Command::new(program);
        let ours = show(command.args(["repair", "show", "--json"]).arg(&wheel))?;
        let differences = (side.differences)(&name_of(&wheel), &ours, &theirs);
        match differences.as_slice() {
            [] => same += 1,
            _ => different += 1,
        }
        for line in differences {
            say(format_args!("{}: {line}", name_of(&wheel)));
        }
    }
    say(format_args!("{same} wheels: the same answers"));
    ensure!(different == 0, "{different} wheels: other answers");
    Ok(())
}

/// The Python that has the tools; they are installed once.
fn tools(folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))?;
    }
    if !environment.join("bin/abi3audit").is_file() {
        let words = [
            "-m",
            "pip",
            "install",
            "-q",
            "delocate",
            "delvewheel",
            "abi3audit",
        ];
        run(Command::new(&python).args(words))?;
    }
    Ok(python)
}

fn download(side: &Side, place: &Path, python: &Path) -> Result<()> {
    let asked = place.join("asked");
    std::fs::create_dir_all(&asked)?;
    for (platform, projects) in side.wheels {
        for project in *projects {
            let mark = asked.join(format!("{project}-{platform}"));
            if mark.exists() {
                continue;
            }
            let mut pip = Command::new(python);
            pip.args([
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "--only-binary=:all:",
            ]);
            pip.args([
                "--disable-pip-version-check",
                PYTHON,
                "--platform",
                platform,
                "-d",
            ]);
            // A project may have no wheel for this platform: then there is one less.
            if let Err(error) = run(pip.arg(place.join("wheels")).arg(project)) {
                say(format_args!("{project} for {platform}: {error}"));
            }
            std::fs::write(mark, "")?;
        }
    }
    Ok(())
}

/// The folder where LLVM's `otool` is found under Apple's name.
fn otool(place: &Path) -> Result<PathBuf> {
    let bin = place.join("bin");
    let path = bin.join("otool");
    let names = [
        "llvm-otool",
        "llvm-otool-14",
        "llvm-otool-19",
        "llvm-otool-16",
    ];
    if !path.exists()
        && let Some(otool) = names.into_iter().find(|name| exists(name, "--version"))
    {
        std::fs::create_dir_all(&bin)?;
        std::fs::write(&path, OTOOL.replace("@OTOOL@", otool))?;
        run(Command::new("chmod").arg("755").arg(path))?;
    }
    Ok(bin)
}

/// What the tool said of a wheel, or says now.
fn theirs(side: &Side, place: &Path, python: &Path, wheel: &Path) -> Result<Value> {
    let kept = place.join("shown").join(format!("{}.json", name_of(wheel)));
    if let Ok(text) = std::fs::read(&kept) {
        return Ok(serde_json::from_slice(&text)?);
    }
    let bin = otool(place)?;
    let script = root()
        .join("crates/xtask/src/conformance")
        .join(side.script);
    let mut command = Command::new(python);
    let answer = show(command.arg(script).arg(wheel).arg(bin))?;
    std::fs::create_dir_all(place.join("shown"))?;
    std::fs::write(kept, serde_json::to_string_pretty(&answer)?)?;
    Ok(answer)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect()
}

/// Where a library is, in the words of both: `wheel PATH`, `system`, `outside` and so on.
type Places = BTreeMap<String, String>;

fn unequal(path: &str, ours: &Places, theirs: &Places) -> Vec<String> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let nothing = || "nothing".to_owned();
    let lines = names
        .into_iter()
        .filter(|name| ours.get(*name) != theirs.get(*name));
    lines
        .map(|name| {
            let (own, other) = (ours.get(name), theirs.get(name));
            let (own, other) = (
                own.cloned().unwrap_or_else(nothing),
                other.cloned().unwrap_or_else(nothing),
            );
            format!("{path}, {name}: {own} here, {other} there")
        })
        .collect()
}

fn mac_differences(wheel: &str, ours: &Value, theirs: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for path in keys(&ours["files"]).union(&keys(&theirs["needs"])) {
        // Debug information, which no loader loads, is left out here.
        if path.contains(".dSYM/") && ours["files"].get(path).is_none() {
            continue;
        }
        let (mut own, mut other) = (Places::new(), Places::new());
        for image in ours["files"][path].as_array().into_iter().flatten() {
            let minimum = image["minimum"].as_str().unwrap_or_default();
            let minimum: Vec<&str> = minimum.split('.').take(2).collect();
            own.insert(format!("{}", image["machine"]), minimum.join("."));
            for need in image["libraries"].as_array().into_iter().flatten() {
                let text = |key: &str| need[key].as_str().unwrap_or_default().to_owned();
                let place = match need["path"].as_str() {
                    Some(path) => format!("wheel {path}"),
                    None => text("place"),
                };
                own.insert(text("library"), place);
            }
        }
        for (machine, minimum) in theirs["minimum"][path].as_object().into_iter().flatten() {
            other.insert(
                format!("\"{machine}\""),
                minimum.as_str().unwrap_or_default().to_owned(),
            );
        }
        for (library, place) in theirs["needs"][path].as_object().into_iter().flatten() {
            let place = match place.as_str() {
                None => "outside".to_owned(),
                Some(place) if place.starts_with("/usr/lib") || place.starts_with("/System") => {
                    "system".to_owned()
                }
                Some(place) if place.starts_with('/') => "outside".to_owned(),
                Some(place) => format!("wheel {place}"),
            };
            other.insert(library.clone(), place);
        }
        lines.extend(unequal(path, &own, &other));
    }
    let tags = |name: &str| -> BTreeSet<String> {
        let stem = name.strip_suffix(".whl").unwrap_or(name);
        let platforms = stem.rsplit('-').next().unwrap_or_default();
        platforms.split('.').map(str::to_owned).collect()
    };
    let own = ours["allowed"].as_array().into_iter().flatten();
    let own: BTreeSet<String> = own.filter_map(Value::as_str).map(str::to_owned).collect();
    let other = tags(theirs["name"].as_str().unwrap_or_default());
    if own != other {
        lines.push(format!("tags: {own:?} here, {other:?} there"));
    }
    let is_true = ours["untrue"].as_array().is_some_and(Vec::is_empty);
    if is_true && tags(wheel).is_disjoint(&other) {
        lines.push(format!("tags of the name: true here, {other:?} there"));
    }
    lines
}

fn windows_differences(_: &str, ours: &Value, theirs: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for path in keys(&ours["files"]).union(&keys(&theirs["files"])) {
        let (mut own, mut other) = (Places::new(), Places::new());
        for image in ours["files"][path].as_array().into_iter().flatten() {
            own.insert(
                "machine".to_owned(),
                image["machine"].as_str().unwrap_or_default().to_owned(),
            );
            for need in image["libraries"].as_array().into_iter().flatten() {
                let text = |key: &str| need[key].as_str().unwrap_or_default().to_owned();
                let place = match text("place").as_str() {
                    "system" | "python" => "ignored".to_owned(),
                    place => place.to_owned(),
                };
                own.insert(text("library"), place);
            }
        }
        let file = &theirs["files"][path];
        let machine = file["machine"]
            .as_str()
            .unwrap_or("nothing")
            .replace("i386", "x86");
        other.insert("machine".to_owned(), machine);
        // What `msvcp140.dll` wants for Windows XP alone is left out here and there; here also of one
        // that delvewheel has given another name.
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_renamed =
            |library: &str| name.starts_with("msvcp140-") && library == "concrt140.dll";
        let libraries = file["libraries"].as_object().into_iter().flatten();
        for (library, place) in libraries.filter(|(library, _)| !is_renamed(library)) {
            other.insert(
                library.clone(),
                place.as_str().unwrap_or_default().to_owned(),
            );
        }
        lines.extend(unequal(path, &own, &other));
    }
    lines
}

/// `tilsit check` beside abi3audit, on the wheels of both sides that are for the stable ABI, and on the
/// same with the tag of Python 3.2, which lacks some of what they want: both find something, or neither.
///
/// # Errors
/// When something cannot be made, or an answer differs.
pub(super) fn compare_stable_abi(folder: &Path, program: &Path) -> Result<()> {
    let python = tools(folder)?;
    let audit = folder.join("venv/bin/abi3audit");
    let (mut same, mut different) = (0, 0);
    for side in [&MAC, &WINDOWS] {
        let place = folder.join(side.name);
        download(side, &place, &python)?;
        for wheel in with_older(&place, program)? {
            let mut command = Command::new(program);
            let ours = command.args(["check", "--json"]).arg(&wheel).output()?;
            let ours = String::from_utf8_lossy(&ours.stdout).contains("TL1049");
            let theirs = Command::new(&audit).arg("--strict").arg(&wheel).output()?;
            let theirs = !theirs.status.success();
            let word = if ours == theirs { "alike" } else { "differ" };
            same += usize::from(ours == theirs);
            different += usize::from(ours != theirs);
            let name = name_of(&wheel);
            say(format_args!(
                "{word}: {name} (found: {ours} here, {theirs} there)"
            ));
        }
    }
    say(format_args!("{same} wheels: the same answers"));
    ensure!(different == 0, "{different} wheels: other answers");
    Ok(())
}

/// The wheels for the stable ABI, and each with an older tag, made anew.
fn with_older(place: &Path, program: &Path) -> Result<Vec<PathBuf>> {
    let mut all = wheels(&place.join("wheels"), &["-abi3-"])?;
    let older = place.join("older");
    if older.exists() {
        std::fs::remove_dir_all(&older)?;
    }
    std::fs::create_dir_all(&older)?;
    for wheel in &all {
        std::fs::copy(wheel, older.join(name_of(wheel)))?;
    }
    let words = ["wheel", "tags", "-q", "--remove", "--python-tag", "cp32"];
    run(Command::new(program).args(words).args(wheels(&older, &[])?))?;
    all.extend(wheels(&older, &[])?);
    Ok(all)
}
