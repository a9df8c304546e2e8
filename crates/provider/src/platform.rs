//! Other systems and Pythons than this machine's: their marker variables and the wheels that they
//! take.
//!
//! A [`Platform`] is named as uv names them: a system (`linux`, `macos`, `windows`), a triple
//! (`aarch64-unknown-linux-musl`), or a machine with the oldest C library that wheels may ask for
//! (`x86_64-manylinux_2_28`). What a name leaves open is what most machines of the kind have today.

use std::fmt;
use std::str::FromStr;

use tilsit_packaging::marker::{EnvironmentError, EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::tag::interpreter::{CpythonBuild, Interpreter, PythonVersion, cpython_abis};
use tilsit_packaging::tag::platform::{self, Libc, Linux};
use tilsit_packaging::tag::{CompatibleTags, Tag};
use tilsit_packaging::version::Version;

/// A system with its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    name: String,
    system: System,
    /// As `platform.machine()` says on that system.
    machine: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Linux(Libc),
    Mac { major: u32, minor: u32 },
    Windows,
}

/// Why a text names no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no platform that is known: `linux`, `macos`, `windows`, a triple as \
     `aarch64-unknown-linux-gnu`, or a machine with its C library as `x86_64-manylinux_2_28`"
)]
pub struct PlatformError(String);

/// The glibc of the oldest distributions that are still in wide use (RHEL 8, Debian 10).
const GLIBC: Libc = Libc::Glibc {
    major: 2,
    minor: 28,
};
/// The musl of the oldest Alpine Linux with a Python that is still maintained.
const MUSL: Libc = Libc::Musl { major: 1, minor: 2 };
/// Before ARM each Mac had this or a newer system.
const MAC: System = System::Mac {
    major: 13,
    minor: 0,
};

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let (system, machine) = parse(text).ok_or_else(|| PlatformError(text.to_owned()))?;
        Ok(Self {
            name: text.to_owned(),
            system,
            machine,
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

fn parse(text: &str) -> Option<(System, &'static str)> {
    let (machine, rest) = match text {
        "linux" => return Some((System::Linux(GLIBC), "x86_64")),
        "macos" => return Some((MAC, "arm64")),
        "windows" => return Some((System::Windows, "AMD64")),
        _ => text.split_once('-')?,
    };
    let linux = match machine {
        "x86_64" => "x86_64",
        "aarch64" => "aarch64",
        "i686" => "i686",
        "armv7" | "armv7l" => "armv7l",
        "ppc64le" | "powerpc64le" => "ppc64le",
        "s390x" => "s390x",
        "riscv64" | "riscv64gc" => "riscv64",
        "loongarch64" => "loongarch64",
        _ => return None,
    };
    if let Some(libc) = libc(rest) {
        return Some((System::Linux(libc), linux));
    }
    match (rest, machine) {
        ("apple-darwin", "aarch64") => Some((MAC, "arm64")),
        ("apple-darwin", "x86_64") => Some((MAC, "x86_64")),
        ("pc-windows-msvc", "x86_64") => Some((System::Windows, "AMD64")),
        ("pc-windows-msvc", "aarch64") => Some((System::Windows, "ARM64")),
        ("pc-windows-msvc", "i686") => Some((System::Windows, "x86")),
        _ => None,
    }
}

/// The C library of `unknown-linux-gnu`, `manylinux2014`, `manylinux_2_28`, `musllinux_1_2` …
fn libc(text: &str) -> Option<Libc> {
    let numbers = |text: &str| -> Option<(u32, u32)> {
        let (major, minor) = text.split_once('_')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    match text {
        "unknown-linux-gnu" | "unknown-linux-gnueabihf" | "unknown-linux" => Some(GLIBC),
        "unknown-linux-musl" | "unknown-linux-musleabihf" => Some(MUSL),
        "manylinux2014" => Some(Libc::Glibc {
            major: 2,
            minor: 17,
        }),
        _ => {
            if let Some(version) = text.strip_prefix("manylinux_") {
                let (major, minor) = numbers(version)?;
                return Some(Libc::Glibc { major, minor });
            }
            let (major, minor) = numbers(text.strip_prefix("musllinux_")?)?;
            Some(Libc::Musl { major, minor })
        }
    }
}

impl Platform {
    /// The names of platforms in tags, the best first.
    fn names(&self) -> Vec<String> {
        match self.system {
            System::Linux(libc) => platform::linux(&Linux {
                machine: self.machine,
                is_32bit: false,
                libc,
                has_manylinux_abi: true,
            }),
            System::Mac { major, minor } => platform::mac((major, minor), self.machine),
            System::Windows => vec![match self.machine {
                "AMD64" => "win_amd64".to_owned(),
                "ARM64" => "win_arm64".to_owned(),
                _ => "win32".to_owned(),
            }],
        }
    }

    fn write(&self, values: &mut EnvironmentValues) {
        let (os_name, sys_platform, platform_system) = match self.system {
            System::Linux(_) => ("posix", "linux", "Linux"),
            System::Mac { .. } => ("posix", "darwin", "Darwin"),
            System::Windows => ("nt", "win32", "Windows"),
        };
        os_name.clone_into(&mut values.os_name);
        sys_platform.clone_into(&mut values.sys_platform);
        platform_system.clone_into(&mut values.platform_system);
        self.machine.clone_into(&mut values.platform_machine);
        // Nobody can say which release of the system it will be.
        values.platform_release.clear();
        values.platform_version.clear();
    }
}

/// The marker variables and tags of an interpreter, in another version or on another system.
///
/// # Errors
/// When the version is none that a Python can have.
pub fn elsewhere(
    environment: &MarkerEnvironment,
    tags: &CompatibleTags,
    python: Option<&Version>,
    platform: Option<&Platform>,
) -> Result<(MarkerEnvironment, CompatibleTags), EnvironmentError> {
    let mut values = environment.values().clone();
    if let Some(python) = python {
        let full = format!("{}.{}.{}", python.major(), python.minor(), python.micro());
        values.python_version = format!("{}.{}", python.major(), python.minor());
        if values.implementation_name == "cpython" {
            values.implementation_version.clone_from(&full);
        }
        values.python_full_version = full;
    }
    let names = match platform {
        Some(platform) => {
            platform.write(&mut values);
            platform.names()
        }
        None => platforms(tags),
    };
    let environment = MarkerEnvironment::new(values)?;
    let tags = compatible(&environment, tags, &names, python.is_some());
    Ok((environment, tags))
}

/// The platforms that tags name, the best first.
fn platforms(tags: &CompatibleTags) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for tag in tags.iter().filter(|tag| tag.platform() != "any") {
        if !names.iter().any(|name| name == tag.platform()) {
            names.push(tag.platform().to_owned());
        }
    }
    names
}

fn compatible(
    environment: &MarkerEnvironment,
    own: &CompatibleTags,
    platforms: &[String],
    is_other_python: bool,
) -> CompatibleTags {
    let number = |part: u64| u32::try_from(part).unwrap_or(u32::MAX);
    let python = environment.python_full_version();
    let version = PythonVersion::new(number(python.major()), number(python.minor()));
    let implementation = environment.values().implementation_name.as_str();
    let abis = match implementation {
        _ if !is_other_python => own_abis(own),
        "pypy" => vec![format!("pypy{}_pp73", version.without_dot())],
        _ => cpython_abis(version, CpythonBuild::default()),
    };
    let interpreter = Interpreter {
        implementation,
        version: (version.major, version.minor.unwrap_or(0)),
        version_without_dot: None,
        abis: &abis,
        platforms,
    };
    interpreter.tags()
}

/// The interpreter's own ABIs: those of its first tags.
fn own_abis(tags: &CompatibleTags) -> Vec<String> {
    let mut abis: Vec<String> = Vec::new();
    let first = tags.iter().next().map(Tag::interpreter);
    for tag in tags {
        let is_own = Some(tag.interpreter()) == first && tag.platform() != "any";
        let is_stable = tag.abi() == "none" || tag.abi().starts_with("abi3");
        if is_own && !is_stable && !abis.iter().any(|abi| abi == tag.abi()) {
            abis.push(tag.abi().to_owned());
        }
    }
    abis
}

#[cfg(test)]
mod tests;
