//! What an interpreter takes: the values of environment markers and the tags of wheels.
//!
//! The rules are those of `tilsit-packaging`; here the facts of a probe are handed to them. The
//! result is what pypa/packaging computes inside the interpreter, which an oracle test checks.

use tilsit_packaging::marker::{EnvironmentError, EnvironmentValues, MarkerEnvironment};
use tilsit_packaging::tag::interpreter::{
    CpythonBuild, Interpreter as TaggedInterpreter, PythonVersion, abi_of_extension_suffix,
    cpython_abis,
};
use tilsit_packaging::tag::{CompatibleTags, platform};

use crate::probe::{ElfHeader, LibcFamily, Probe};

/// ELF machine numbers and flags (`elf.h`).
const ELF_MACHINE_386: u16 = 3;
const ELF_MACHINE_ARM: u16 = 40;
const ELF_ARM_ABI_MASK: u32 = 0xff00_0000;
const ELF_ARM_ABI_5: u32 = 0x0500_0000;
const ELF_ARM_HARD_FLOAT: u32 = 0x0000_0400;

/// The values of environment markers.
pub(super) fn marker_environment(probe: &Probe) -> Result<MarkerEnvironment, EnvironmentError> {
    let value = |name| probe.marker(name).to_owned();
    MarkerEnvironment::new(EnvironmentValues {
        implementation_name: value("implementation_name"),
        implementation_version: value("implementation_version"),
        os_name: value("os_name"),
        platform_machine: value("platform_machine"),
        platform_python_implementation: value("platform_python_implementation"),
        platform_release: value("platform_release"),
        platform_system: value("platform_system"),
        platform_version: value("platform_version"),
        python_full_version: value("python_full_version"),
        python_version: value("python_version"),
        sys_platform: value("sys_platform"),
    })
}

/// The tags of wheels, best first.
pub(super) fn compatible_tags(probe: &Probe) -> CompatibleTags {
    let (major, minor, ..) = probe.version_info;
    let implementation = probe.marker("implementation_name");
    let abis = if implementation == "cpython" {
        let build = CpythonBuild {
            debug: probe.abi.debug,
            free_threaded: probe.abi.gil_disabled,
            pymalloc: probe.abi.pymalloc,
            ..CpythonBuild::default()
        };
        cpython_abis(PythonVersion::new(major, minor), build)
    } else {
        let suffix = probe.abi.extension_suffix.as_deref();
        suffix
            .and_then(abi_of_extension_suffix)
            .into_iter()
            .collect()
    };
    TaggedInterpreter {
        implementation,
        version: (major, minor),
        version_without_dot: None,
        abis: &abis,
        platforms: &platforms(probe),
    }
    .tags()
}

fn platforms(probe: &Probe) -> Vec<String> {
    let platform = probe.platform.as_str();
    let is_32bit = probe.pointer_bits == 32;
    match probe.marker("sys_platform") {
        "linux" => {
            let machine = platform.strip_prefix("linux-").unwrap_or(platform);
            platform::linux(&platform::Linux {
                machine,
                is_32bit,
                libc: libc(probe),
                has_manylinux_abi: probe.elf.is_some_and(has_manylinux_abi),
            })
        }
        "darwin" => {
            let version = probe.mac_version.as_deref().and_then(two_numbers);
            let machine = probe.marker("platform_machine");
            let architecture = platform::mac_architecture(machine, is_32bit);
            version.map_or_else(Vec::new, |version| platform::mac(version, architecture))
        }
        "android" => {
            // `android-24-arm64_v8a`
            let abi = platform.splitn(3, '-').nth(2).unwrap_or(platform);
            let level = probe.android_api_level;
            level.map_or_else(Vec::new, |level| platform::android(level, abi))
        }
        "emscripten" => platform::emscripten(probe.pyemscripten_version.as_deref(), platform),
        _ => vec![platform::normalize(platform)],
    }
}

fn libc(probe: &Probe) -> platform::Libc {
    let found = probe.libc.as_ref();
    match found.and_then(|libc| Some((libc.family, libc.major_minor()?))) {
        Some((LibcFamily::Glibc, (major, minor))) => platform::Libc::Glibc { major, minor },
        Some((LibcFamily::Musl, (major, minor))) => platform::Libc::Musl { major, minor },
        None => platform::Libc::Unknown,
    }
}

/// Whether a 32-bit interpreter is of the ABI that manylinux means for its machine.
fn has_manylinux_abi(header: ElfHeader) -> bool {
    let is_arm = header.machine == ELF_MACHINE_ARM
        && header.flags & ELF_ARM_ABI_MASK == ELF_ARM_ABI_5
        && header.flags & ELF_ARM_HARD_FLOAT != 0;
    header.bits == 32 && (is_arm || header.machine == ELF_MACHINE_386)
}

fn two_numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    let major = parts.next()?.parse().ok()?;
    Some((
        major,
        parts.next().map_or(Some(0), |minor| minor.parse().ok())?,
    ))
}
