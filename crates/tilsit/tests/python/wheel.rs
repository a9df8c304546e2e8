//! The wheel as maturin builds it of `python/pyproject.toml`: the program in its scripts, the typed
//! package, and nothing to install besides.
//!
//! The program itself is not compiled anew here, which takes minutes: a crate of the same name that
//! starts the program under test stands for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;

use crate::environment::{output, package};

/// What tests have to have from the default index.
const MATURIN: &str = "maturin==1.16.0";

/// Builds the wheel in `folder`, where maturin can be had.
fn build_wheel(folder: &Path) -> Option<PathBuf> {
    let tools = tilsit_testing::python_environment("maturin", &[MATURIN]);
    let tools = tilsit_testing::require("maturin", tools)?;
    copy_package(folder);
    write_launcher(&folder.join("crates/tilsit"));
    let mut maturin = Command::new(tools.join("bin/maturin"));
    maturin
        .args(["build", "--profile", "dev", "--offline", "--out", "wheels"])
        .current_dir(folder.join("python"))
        .env("CARGO_TARGET_DIR", folder.join("target"));
    output(&mut maturin);
    let mut entries = std::fs::read_dir(folder.join("python/wheels")).unwrap();
    Some(entries.next().unwrap().unwrap().path())
}

#[test]
fn the_wheel_has_the_program_and_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let Some(wheel) = build_wheel(folder.path()) else {
        return;
    };
    let name = wheel.file_name().unwrap().to_string_lossy().into_owned();
    let start = concat!("tilsit-", env!("CARGO_PKG_VERSION"), "-py3-none-");
    assert!(name.starts_with(start), "{name}");

    let tilsit = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tilsit"));
        command.env("TILSIT_CACHE_DIR", folder.path().join("cache"));
        command
    };
    output(tilsit().arg("check").arg(&wheel));
    let environment = folder.path().join("environment");
    output(tilsit().arg("venv").arg(&environment));
    output(
        tilsit()
            .args(["pip", "install", "--no-index", "--python"])
            .args([&environment, &wheel]),
    );
    let python = || {
        let mut command = Command::new(environment.join("bin/python"));
        command
            .env_clear()
            .env("HOME", folder.path())
            .current_dir(folder.path());
        command
    };
    let version = output(python().args(["-m", "tilsit", "--version"]));
    assert!(version.starts_with("tilsit "), "{version}");
    let script = "import importlib.metadata as m, importlib.resources as r, tilsit\n\
        from tilsit import api\n\
        from tilsit.compat.twine.cli import dispatch\n\
        assert m.requires('tilsit') is None\n\
        assert (r.files(tilsit) / 'py.typed').is_file()\n\
        print(tilsit.find_tilsit_bin(), api.render('# Hi').html)";
    let said = output(python().args(["-c", script]));
    let program = environment.join("bin/tilsit");
    assert!(said.starts_with(&*program.to_string_lossy()), "{said}");
    assert!(said.contains("<h1"), "{said}");
}

/// The names in a wheel without the lists of what the program was compiled of, the headers of its
/// metadata, and the description. maturin spells out the parameters that a content type has anyway.
fn parts(wheel: &Path) -> (BTreeSet<String>, BTreeSet<String>, String) {
    let wheel = Wheel::open(wheel, &Limits::default()).unwrap();
    let entries = wheel.archive().entries().iter();
    let names = entries.map(|entry| entry.name().to_owned());
    let names = names.filter(|name| !name.contains("/sboms/")).collect();
    let metadata = wheel.read_dist_info("METADATA").unwrap().unwrap();
    let metadata = String::from_utf8(metadata).unwrap();
    let (headers, description) = metadata.split_once("\n\n").unwrap();
    let plain = |line: &str| line.replace("; charset=UTF-8; variant=GFM", "");
    let headers = headers.lines().map(plain).collect();
    (names, headers, description.trim_end().to_owned())
}

#[test]
fn the_program_makes_the_wheel_as_maturin_does() {
    let folder = tempfile::tempdir().unwrap();
    let Some(theirs) = build_wheel(folder.path()) else {
        return;
    };
    let ours = folder.path().join("ours");
    let mut tilsit = Command::new(env!("CARGO_BIN_EXE_tilsit"));
    tilsit.env("TILSIT_CACHE_DIR", folder.path().join("cache"));
    output(tilsit.args(["build", "--self", "-o"]).arg(&ours));
    let entries = std::fs::read_dir(&ours).unwrap();
    let mut wheels = entries.map(|entry| entry.unwrap().path());
    let is_program = |path: &PathBuf| !path.to_string_lossy().contains("tilsit_build");
    let ours = wheels.find(is_program).unwrap();
    assert_eq!(parts(&ours), parts(&theirs));
}

/// The package's folder, without its tests.
fn copy_package(folder: &Path) {
    let from = package();
    let status = Command::new("cp")
        .args(["-r", "--parents", "python/tilsit", "python/pyproject.toml"])
        .args(["python/README.md"])
        .arg(folder)
        .current_dir(from.parent().unwrap())
        .status()
        .unwrap();
    assert!(status.success());
}

/// A crate `tilsit` whose program becomes the one under test.
fn write_launcher(folder: &Path) {
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let manifest = format!(
        "[package]\nname = \"tilsit\"\nversion = \"{version}\"\nedition = \"2024\"\n\
         \n[workspace]\n\n[profile.dist]\ninherits = \"release\"\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let program = env!("CARGO_BIN_EXE_tilsit");
    let code = format!(
        "use std::os::unix::process::CommandExt;\n\
         fn main() {{\n    let mut program = std::process::Command::new({program:?});\n    \
         panic!(\"{{}}\", program.args(std::env::args_os().skip(1)).exec());\n}}\n"
    );
    std::fs::write(folder.join("src/main.rs"), code).unwrap();
}
