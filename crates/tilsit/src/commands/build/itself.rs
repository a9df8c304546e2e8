//! `tilsit build --self`: the wheels `tilsit` (this program, and the Python package in `python`) and
//! `tilsit-build` (`python/backend`), whose sources are part of the program.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_build_backend::{
    BuildOptions, Built, ProgramSystem, ProgramWheel, build_program_wheel, build_wheel,
};
use tilsit_files::TemporaryFolder;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// The texts of files below a folder of the repository's `python`, by their paths there.
macro_rules! sources {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$((
            $path,
            include_str!(concat!("../../../../../python/", $folder, $path)),
        )),+]
    };
}

/// The name of the program with the backend alone.
const SMALL: &str = if cfg!(windows) {
    "tilsit-build.exe"
} else {
    "tilsit-build"
};

/// The modules of the wheel `tilsit`.
const MODULES: &[(&str, &str)] = sources!["":
    "tilsit/__init__.py",
    "tilsit/__main__.py",
    "tilsit/_calling.py",
    "tilsit/_program.py",
    "tilsit/api.py",
    "tilsit/compat/__init__.py",
    "tilsit/compat/twine/__init__.py",
    "tilsit/compat/twine/__main__.py",
    "tilsit/compat/twine/cli.py",
    "tilsit/compat/twine/exceptions.py",
    "tilsit/errors.py",
    "tilsit/py.typed",
];

/// The source tree of the wheel `tilsit-build`.
const BACKEND: &[(&str, &str)] = sources!["backend/":
    "README.md",
    "pyproject.toml",
    "src/tilsit_build/__init__.py",
    "src/tilsit_build/_program.py",
    "src/tilsit_build/py.typed",
];

/// The modules of the wheel `tilsit-build`.
const BACKEND_MODULES: &[(&str, &str)] = sources!["backend/src/":
    "tilsit_build/__init__.py",
    "tilsit_build/_program.py",
    "tilsit_build/py.typed",
];

/// Builds both wheels into the folder `out`. That of the backend has the small program where it is
/// beside this one, else modules alone, which need the other wheel.
///
/// # Errors
/// When a program cannot be read, its system has no wheel tag, or a file cannot be written.
pub(super) fn build(
    out: &Path,
    options: &BuildOptions,
    context: &Context,
) -> Result<Vec<PathBuf>, CommandError> {
    let program = program()?;
    let version = env!("CARGO_PKG_VERSION").parse();
    let wheel = ProgramWheel {
        program: &program,
        name: &format!("tilsit{EXE_SUFFIX}"),
        system: ProgramSystem {
            os: OS,
            machine: ARCH,
            macos_oldest: option_env!("MACOSX_DEPLOYMENT_TARGET"),
        },
        version: &version.expect("the program's version is one of Python's too"),
        pyproject: include_str!("../../../../../python/pyproject.toml"),
        readme: include_str!("../../../../../python/README.md"),
        stands_alone: true,
        modules: MODULES,
    };
    let whole = build_program_wheel(&wheel, out, options)?;
    let backend = match small_program() {
        Some(small) => {
            let wheel = ProgramWheel {
                program: &small,
                name: SMALL,
                pyproject: include_str!("../../../../../python/backend/pyproject.toml"),
                readme: include_str!("../../../../../python/backend/README.md"),
                modules: BACKEND_MODULES,
                ..wheel
            };
            build_program_wheel(&wheel, out, options)?
        }
        None => build_of_sources(out, options, context)?,
    };
    Ok(vec![whole.path, backend.path])
}

/// The wheel of the backend without a program.
fn build_of_sources(
    out: &Path,
    options: &BuildOptions,
    context: &Context,
) -> Result<Built, CommandError> {
    let folder = TemporaryFolder::create_in(&context.temporary_folder)?;
    for (path, text) in BACKEND {
        let path = folder.path().join(path);
        tilsit_files::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        tilsit_files::write(path, text)?;
    }
    Ok(build_wheel(folder.path(), out, options)?)
}

/// The program with the backend alone, if it is beside this one and was made with it.
fn small_program() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.with_file_name(SMALL);
    let said = Command::new(&path).arg("--version").output().ok()?.stdout;
    let expected = concat!("tilsit-build ", env!("CARGO_PKG_VERSION"));
    (String::from_utf8_lossy(&said).trim_end() == expected).then_some(path)
}

/// The file of the program that runs.
fn program() -> Result<PathBuf, CommandError> {
    if cfg!(target_os = "linux") {
        // Leads to the program that was started, also when another has taken its name meanwhile.
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().map_err(|error| {
        CommandError::new(Code::FileAccess, "cannot find the file of this program")
            .caused_by(error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The files below a folder of `python`, by their paths there; without what Python leaves.
    fn files_below(folder: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|ending| ending != "pyc") {
                    let below = path.strip_prefix(folder).unwrap();
                    found.insert(below.to_str().unwrap().to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn every_source_of_the_packages_is_here() {
        let python = tilsit_testing::workspace_root().join("python");
        let listed = |sources: &[(&str, &str)]| -> BTreeSet<String> {
            sources.iter().map(|(path, _)| (*path).to_owned()).collect()
        };
        let modules = files_below(&python.join("tilsit"));
        let modules = modules.iter().map(|path| format!("tilsit/{path}"));
        assert_eq!(listed(MODULES), modules.collect());
        let backend = files_below(&python.join("backend"));
        let backend = backend
            .into_iter()
            .filter(|path| !path.starts_with("dist/"));
        let backend: BTreeSet<String> = backend.collect();
        assert_eq!(listed(BACKEND), backend);
        let modules = backend.iter().filter_map(|path| path.strip_prefix("src/"));
        assert_eq!(
            listed(BACKEND_MODULES),
            modules.map(str::to_owned).collect()
        );
    }
}
