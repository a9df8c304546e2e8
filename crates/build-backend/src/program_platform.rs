//! The platforms that a compiled program runs on, as wheel tags name them.
//!
//! Follows PEP 600 (`manylinux_2_34_x86_64`: any Linux whose C library is glibc 2.34 or newer) and
//! PEP 656 (`musllinux`). The tag promises no more than the program's own file bears out: the loader
//! at its usual place, no libraries but those that come with glibc, and the versions of their
//! symbols. Where the file does not say that, the tag is that of the machine, `linux_x86_64`.

use tilsit_elf::Elf;
use tilsit_packaging::tag::platform::normalize;

/// The libraries of glibc, and GCC's, which every system with glibc has.
const LIBRARIES: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libutil.so.1",
];

/// The machines whose files are read: the number in the file, and the name in tags.
const MACHINES: [(u16, &str); 5] = [
    (21, "ppc64le"),
    (62, "x86_64"),
    (183, "aarch64"),
    (243, "riscv64"),
    (258, "loongarch64"),
];

/// The oldest glibc that Rust's programs run with, and all that `manylinux2014` stands for.
const GLIBC_OLDEST: (u32, u32) = (2, 17);

/// The newest version of libgcc's symbols that all systems with that glibc have.
const GCC_NEWEST: (u32, u32) = (4, 8);

/// The system that a program was compiled for, as `std::env::consts` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramSystem<'a> {
    /// `linux`, `macos`, `windows`.
    pub os: &'a str,
    /// `x86_64`, `aarch64` and so on.
    pub machine: &'a str,
    /// The oldest macOS that it was compiled for, where the build said it
    /// (`MACOSX_DEPLOYMENT_TARGET`).
    pub macos_oldest: Option<&'a str>,
}

/// The platform tag of a program, several joined with dots; none for a system without tags.
pub fn platform(program: &[u8], system: &ProgramSystem<'_>) -> Option<String> {
    match system.os {
        "linux" => Some(linux(program, system.machine)),
        "macos" => {
            let (machine, oldest) = match system.machine {
                "aarch64" => ("arm64", "11.0"),
                machine => (machine, "10.12"),
            };
            let oldest = normalize(system.macos_oldest.unwrap_or(oldest));
            Some(format!("macosx_{oldest}_{machine}"))
        }
        "windows" => match system.machine {
            "x86_64" => Some("win_amd64".to_owned()),
            "x86" => Some("win32".to_owned()),
            "aarch64" => Some("win_arm64".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

fn linux(program: &[u8], machine: &str) -> String {
    let machine = match machine {
        "x86" => "i686",
        "arm" => "armv7l",
        machine => machine,
    };
    let elf = Elf::parse(program).ok();
    let needs = elf.as_ref().and_then(Needs::of);
    let by_file = needs.and_then(|needs| by_needs(&needs));
    by_file.unwrap_or_else(|| format!("linux_{machine}"))
}

/// What a program needs of the system that starts it.
#[derive(Clone, Default)]
struct Needs<'a> {
    machine: u16,
    loader: Option<&'a str>,
    libraries: Vec<&'a str>,
    /// The versions of symbols without which it does not start.
    versions: Vec<&'a str>,
}

impl<'a> Needs<'a> {
    /// Reads them; the machines above have 64 bits and the small end first.
    fn of(elf: &Elf<'a>) -> Option<Self> {
        let platform = elf.platform;
        let versions = elf.versions.iter().flat_map(|library| &library.versions);
        let needs = Self {
            machine: platform.machine,
            loader: elf.interpreter,
            libraries: elf.needed.clone(),
            versions: versions
                .filter_map(|(name, is_weak)| (!is_weak).then_some(*name))
                .collect(),
        };
        (platform.is_wide && platform.is_little_endian).then_some(needs)
    }
}

/// The tag that a program's needs allow; none where they say too little, or are unusual.
fn by_needs(needs: &Needs<'_>) -> Option<String> {
    let (_, machine) = MACHINES
        .iter()
        .find(|(number, _)| *number == needs.machine)?;
    let mut glibc = GLIBC_OLDEST;
    for version in &needs.versions {
        glibc = glibc.max(glibc_of(version)?);
    }
    let (major, minor) = glibc;
    let manylinux = format!("manylinux_{major}_{minor}_{machine}");
    let Some(loader) = needs.loader else {
        // Linked statically: no C library is needed, neither the one nor the other.
        let alone = needs.libraries.is_empty();
        return alone.then(|| format!("{manylinux}.musllinux_1_1_{machine}"));
    };
    let folders = ["/lib64/", "/lib/"];
    let loader = folders
        .iter()
        .find_map(|folder| loader.strip_prefix(folder))?;
    let mut libraries = needs.libraries.iter();
    let is_usual =
        is_loader(loader) && libraries.all(|name| LIBRARIES.contains(name) || is_loader(name));
    is_usual.then_some(manylinux)
}

/// Whether it is glibc's loader, in the root's `lib` or among the libraries.
fn is_loader(name: &str) -> bool {
    name.starts_with("ld-linux") || name.starts_with("ld64.so.")
}

/// The glibc that a version of symbols asks for: `GLIBC_2.34`, `GCC_4.2.0`; none where that is not
/// known (`GLIBC_PRIVATE` is for glibc's own libraries).
fn glibc_of(version: &str) -> Option<(u32, u32)> {
    // Relocations in a shorter form, which only newer loaders read.
    if version == "GLIBC_ABI_DT_RELR" {
        return Some((2, 36));
    }
    let (library, numbers) = version.split_once('_')?;
    let mut numbers = numbers.splitn(3, '.');
    let mut next = || numbers.next()?.parse::<u32>().ok();
    let found = (next()?, next()?);
    match library {
        "GLIBC" => Some(found),
        "GCC" => (found <= GCC_NEWEST).then_some(GLIBC_OLDEST),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
