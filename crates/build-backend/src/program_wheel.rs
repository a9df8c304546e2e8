//! The wheel of a program that is compiled already, with a Python package beside it: in the form
//! that maturin gives to programs (`bindings = "bin"`).

use std::path::Path;

use tilsit_dist::wheel::WheelFile;
use tilsit_packaging::pyproject::{ProjectFiles, PyProject};
use tilsit_packaging::version::Version;

use crate::build::{BuildOptions, Built, GENERATOR, WheelParts};
use crate::error::BuildError;
use crate::program_platform::{ProgramSystem, platform};

/// How hard a program is compressed: level 6 takes twice as long and saves a twelfth.
const LEVEL: u8 = 1;

/// What a wheel is made of that brings a program.
#[derive(Clone, Copy, Debug)]
pub struct ProgramWheel<'a> {
    /// The program's file.
    pub program: &'a Path,
    /// What it is called when it is installed.
    pub name: &'a str,
    /// The system that it was compiled for.
    pub system: ProgramSystem<'a>,
    /// Its version, for a project that leaves that to the build.
    pub version: &'a Version,
    /// The text of pyproject.toml.
    pub pyproject: &'a str,
    /// The text of the readme that it names.
    pub readme: &'a str,
    /// Whether it needs no other project, whatever pyproject.toml requires.
    pub stands_alone: bool,
    /// The modules: their paths in the wheel, and their texts.
    pub modules: &'a [(&'a str, &'a str)],
}

/// Builds the wheel of a program into the folder `out`.
///
/// # Errors
/// When the program cannot be read, its system has no tag, no metadata follows from pyproject.toml,
/// or the wheel cannot be written.
pub fn build_program_wheel(
    wheel: &ProgramWheel<'_>,
    out: &Path,
    options: &BuildOptions,
) -> Result<Built, BuildError> {
    let program = tilsit_files::read(wheel.program)?;
    let system = &wheel.system;
    let platform = platform(&program, system).ok_or_else(|| BuildError::NoPlatform {
        os: system.os.to_owned(),
        machine: system.machine.to_owned(),
    })?;
    let (pyproject, _) =
        PyProject::parse(wheel.pyproject).map_err(|source| BuildError::PyProject {
            folder: wheel.program.to_path_buf(),
            source,
        })?;
    let mut project = pyproject.project.ok_or_else(|| {
        let reason = "is missing; without it there is neither name nor version";
        BuildError::key(wheel.program, wheel.pyproject, "project", reason)
    })?;
    if wheel.stands_alone {
        project.dependencies.clear();
    }
    let metadata = project.core_metadata(ProjectFiles {
        version: Some(wheel.version.clone()),
        readme: Some(wheel.readme.to_owned()),
        ..ProjectFiles::default()
    })?;
    let name = project.project_name().as_str().replace('-', "_");
    let stem = format!("{name}-{}", metadata.version);
    let tags = platform.split('.').map(|one| format!("py3-none-{one}"));
    let wheel_file = WheelFile {
        root_is_purelib: false,
        tags: tags.collect(),
        ..WheelFile::pure(GENERATOR, [])
    };
    let modules = wheel.modules.iter();
    let mut contents: Vec<(String, Vec<u8>, bool)> = modules
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec(), false))
        .collect();
    contents.sort();
    contents.push((format!("{stem}.data/scripts/{}", wheel.name), program, true));
    let parts = WheelParts {
        tag: format!("py3-none-{platform}"),
        contents,
        dist_info: vec![
            ("METADATA".to_owned(), metadata.to_bytes()),
            ("WHEEL".to_owned(), wheel_file.to_bytes()),
        ],
        stem,
    };
    parts.write(out, options, LEVEL)
}
