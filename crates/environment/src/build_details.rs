//! `build-details.json`: what an interpreter says of itself without being run (PEP 739, the
//! specification "build-details.json" v1.0; CPython 3.14 and newer).
//!
//! The file tells version, implementation and ABI, which decide whether an interpreter is the one
//! that is looked for. It tells neither where packages go nor the version of the C library, so the
//! one that is taken is still probed.

use std::path::Path;

use serde::Deserialize;
use tilsit_packaging::version::Version;

use crate::interpreter::version_of;

/// The largest file that is read; real ones have less than 2 KiB.
const SIZE_MAX_BYTES: u64 = 64 << 10;

/// What decides whether an interpreter is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildDetails {
    /// `sys.implementation.name`.
    pub implementation: String,
    /// The version of the language.
    pub version: Version,
    /// A free-threaded build.
    pub free_threaded: bool,
    /// A debug build.
    pub debug: bool,
}

#[derive(Deserialize)]
struct File {
    schema_version: String,
    language: Language,
    implementation: Implementation,
    abi: Option<Abi>,
}

#[derive(Deserialize)]
struct Language {
    version_info: Option<VersionInfo>,
}

#[derive(Deserialize)]
struct VersionInfo {
    major: u32,
    minor: u32,
    micro: u32,
    releaselevel: String,
    serial: u32,
}

#[derive(Deserialize)]
struct Implementation {
    name: String,
}

#[derive(Deserialize)]
struct Abi {
    #[serde(default)]
    flags: Vec<String>,
}

impl BuildDetails {
    /// Reads the text of the file; none when it is of another major version, or leaves open what
    /// decides (`version_info` and `abi` are optional).
    pub fn parse(text: &str) -> Option<Self> {
        let file: File = serde_json::from_str(text).ok()?;
        if file.schema_version.split('.').next() != Some("1") {
            return None;
        }
        let info = file.language.version_info?;
        let flags = file.abi?.flags;
        let has = |flag: &str| flags.iter().any(|found| found == flag);
        Some(Self {
            implementation: file.implementation.name,
            version: version_of(&(
                info.major,
                info.minor,
                info.micro,
                info.releaselevel,
                info.serial,
            )),
            free_threaded: has("t"),
            debug: has("d"),
        })
    }

    /// The details of the interpreter whose real path is `program`, where it has them.
    pub(crate) fn of_program(program: &Path) -> Option<Self> {
        let name = program.file_name()?.to_str()?;
        let name = name.trim_end_matches('d');
        let prefix = program.parent()?.parent()?;
        let path = prefix.join("lib").join(name).join("build-details.json");
        let metadata = tilsit_files::metadata(&path).ok()?;
        if metadata.len() > SIZE_MAX_BYTES {
            return None;
        }
        Self::parse(&tilsit_files::read_to_string(&path).ok()?)
    }
}

#[cfg(test)]
mod tests;
