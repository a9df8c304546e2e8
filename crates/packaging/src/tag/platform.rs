//! The platforms that a machine takes, best first.

/// A platform name as tags have it: `.`, `-` and spaces become `_`.
///
/// Enough for Windows (`win-amd64`), and for every system without rules of its own.
pub fn normalize(platform: &str) -> String {
    platform.replace(['.', '-', ' '], "_")
}

/// The C library of a Linux system, with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    /// The GNU C library.
    Glibc {
        /// The first number.
        major: u32,
        /// The second number.
        minor: u32,
    },
    /// musl.
    Musl {
        /// The first number.
        major: u32,
        /// The second number.
        minor: u32,
    },
    /// Another, or none that could be found.
    Unknown,
}

/// A Linux machine, seen from an interpreter on it.
#[derive(Debug, Clone, Copy)]
pub struct Linux<'a> {
    /// The machine behind `linux-` in `sysconfig.get_platform()`, such as `x86_64`.
    pub machine: &'a str,
    /// Whether the interpreter has pointers of 32 bits.
    pub is_32bit: bool,
    /// Its C library.
    pub libc: Libc,
    /// Whether the ABI of an `armv7l` or `i686` interpreter is the one of manylinux (hard-float for
    /// ARM), as its ELF header says; of no meaning for other machines.
    pub has_manylinux_abi: bool,
}

/// The platforms of a Linux machine.
///
/// The distribution's word in a `_manylinux` module is taken through [`manylinux`].
pub fn linux(system: &Linux<'_>) -> Vec<String> {
    let machine = match (normalize(system.machine).as_str(), system.is_32bit) {
        ("x86_64", true) => "i686".to_owned(),
        ("aarch64", true) => "armv8l".to_owned(),
        (machine, _) => machine.to_owned(),
    };
    let machines: Vec<&str> = if machine == "armv8l" {
        vec!["armv8l", "armv7l"]
    } else {
        vec![&machine]
    };
    let mut platforms: Vec<String> = machines
        .iter()
        .map(|machine| format!("linux_{machine}"))
        .collect();
    match system.libc {
        Libc::Glibc { major, minor } if has_compatible_abi(&machines, system.has_manylinux_abi) => {
            platforms.extend(manylinux(&machines, (major, minor), |_, _, _| true));
        }
        Libc::Musl { major, minor } => platforms.extend(musllinux(&machines, (major, minor))),
        Libc::Glibc { .. } | Libc::Unknown => {}
    }
    platforms
}

/// Whether manylinux is defined for the machines.
fn has_compatible_abi(machines: &[&str], has_manylinux_abi: bool) -> bool {
    const DEFINED: [&str; 7] = [
        "x86_64",
        "aarch64",
        "ppc64",
        "ppc64le",
        "s390x",
        "loongarch64",
        "riscv64",
    ];
    if machines.contains(&"armv7l") || machines.contains(&"i686") {
        return has_manylinux_abi;
    }
    machines.iter().any(|machine| DEFINED.contains(machine))
}

/// The last minor version of major versions of glibc that are past; there is none yet, so this is a
/// guess that leaves room (the same as pypa/packaging's).
const LAST_GLIBC_MINOR: u32 = 50;

/// The manylinux platforms for a version of glibc (PEP 600), with their old names.
///
/// `allows` is asked for each version and machine, as the `_manylinux` module of a distribution is.
pub fn manylinux(
    machines: &[&str],
    glibc: (u32, u32),
    allows: impl Fn(u32, u32, &str) -> bool,
) -> Vec<String> {
    let is_intel = machines
        .iter()
        .any(|machine| matches!(*machine, "x86_64" | "i686"));
    // glibc 2.17 is the oldest for any machine, but for the Intel ones it is 2.5.
    let oldest_minor = if is_intel { 5 } else { 17 };
    let mut platforms = Vec::new();
    for machine in machines {
        for major in (2..=glibc.0).rev() {
            let newest = if major == glibc.0 {
                glibc.1
            } else {
                LAST_GLIBC_MINOR
            };
            let oldest = if major == 2 { oldest_minor } else { 0 };
            for minor in (oldest..=newest)
                .rev()
                .filter(|&minor| allows(major, minor, machine))
            {
                platforms.push(format!("manylinux_{major}_{minor}_{machine}"));
                let old_name = match (major, minor) {
                    (2, 17) => "manylinux2014",
                    (2, 12) => "manylinux2010",
                    (2, 5) => "manylinux1",
                    _ => continue,
                };
                platforms.push(format!("{old_name}_{machine}"));
            }
        }
    }
    platforms
}

/// The musllinux platforms for a version of musl (PEP 656).
pub fn musllinux(machines: &[&str], musl: (u32, u32)) -> Vec<String> {
    let (major, newest) = musl;
    let platforms = machines.iter().flat_map(|machine| {
        (0..=newest)
            .rev()
            .map(move |minor| format!("musllinux_{major}_{minor}_{machine}"))
    });
    platforms.collect()
}

/// The version of glibc in what the system says of it; whatever follows the two numbers is dropped
/// (`2.20-2014.11`).
pub fn parse_glibc_version(text: &str) -> Option<(u32, u32)> {
    two_numbers(text)
}

/// The version of musl in what its loader prints.
pub fn parse_musl_version(output: &str) -> Option<(u32, u32)> {
    let mut lines = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.next().filter(|first| first.starts_with("musl"))?;
    two_numbers(lines.next()?.strip_prefix("Version ")?)
}

fn two_numbers(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.')?;
    let end = rest
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(rest.len());
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
    };
    Some((number(major)?, number(&rest[..end])?))
}

/// The architecture of a macOS interpreter on a machine; one of 32 bits runs on a 64-bit machine.
pub fn mac_architecture(machine: &str, is_32bit: bool) -> &str {
    match (is_32bit, machine.starts_with("ppc")) {
        (false, _) => machine,
        (true, true) => "ppc",
        (true, false) => "i386",
    }
}

/// The forms of macOS binaries that an architecture runs under a version of macOS.
pub fn mac_binary_formats(version: (u32, u32), architecture: &str) -> Vec<&str> {
    let mut formats = vec![architecture];
    match architecture {
        "x86_64" | "i386" if version < (10, 4) => return Vec::new(),
        "x86_64" => formats.extend(["intel", "fat64", "fat3"]),
        "i386" => formats.extend(["intel", "fat3", "fat"]),
        "ppc64" if !((10, 4)..=(10, 5)).contains(&version) => return Vec::new(),
        "ppc64" => formats.push("fat64"),
        "ppc" if version > (10, 6) => return Vec::new(),
        "ppc" => formats.extend(["fat3", "fat"]),
        _ => {}
    }
    if matches!(architecture, "arm64" | "x86_64") {
        formats.push("universal2");
    }
    if matches!(architecture, "x86_64" | "i386" | "ppc64" | "ppc" | "intel") {
        formats.push("universal");
    }
    formats
}

/// The platforms of a Mac.
pub fn mac(version: (u32, u32), architecture: &str) -> Vec<String> {
    let mut platforms = Vec::new();
    let mut add = |version: (u32, u32), formats: &[&str]| {
        platforms.extend(
            formats
                .iter()
                .map(|format| format!("macosx_{}_{}_{format}", version.0, version.1)),
        );
    };
    if version.0 == 10 {
        // Before macOS 11 each year brought another minor version.
        for minor in (0..=version.1).rev() {
            add((10, minor), &mac_binary_formats((10, minor), architecture));
        }
    }
    if version.0 >= 11 {
        // Since then it is the major version, and the minor one does not matter to binaries.
        for major in (11..=version.0).rev() {
            add((major, 0), &mac_binary_formats((major, 0), architecture));
        }
        // Binaries for macOS 10 are still run; those for both architectures also on ARM, whose half
        // of them needs no older macOS than 11.
        for minor in (4..=16).rev() {
            match architecture {
                "x86_64" => add((10, minor), &mac_binary_formats((10, minor), architecture)),
                _ => add((10, minor), &["universal2"]),
            }
        }
    }
    platforms
}

/// The platforms of an iOS device or simulator (PEP 730); `multiarch` is such as `arm64_iphoneos`.
pub fn ios(version: (u32, u32), multiarch: &str) -> Vec<String> {
    // iOS 12 is the first with all that CPython needs; no major version had more than nine minor ones.
    const OLDEST: u32 = 12;
    const LAST_MINOR: u32 = 9;
    let multiarch = multiarch.replace('-', "_");
    let (newest, newest_minor) = version;
    let versions = (OLDEST..=newest).rev().flat_map(|major| {
        let minors = if major == newest {
            0..=newest_minor
        } else {
            0..=LAST_MINOR
        };
        minors.rev().map(move |minor| (major, minor))
    });
    versions
        .map(|(major, minor)| format!("ios_{major}_{minor}_{multiarch}"))
        .collect()
}

/// The platforms of an Android device (PEP 738).
pub fn android(api_level: u32, abi: &str) -> Vec<String> {
    // API level 16 is the first with all that CPython needs.
    const OLDEST: u32 = 16;
    let abi = normalize(abi);
    (OLDEST..=api_level)
        .rev()
        .map(|level| format!("android_{level}_{abi}"))
        .collect()
}

/// The platforms of an Emscripten build, such as Pyodide (PEP 783).
///
/// `pyemscripten_version` is the configuration variable `PYEMSCRIPTEN_PLATFORM_VERSION`, `platform`
/// what `sysconfig.get_platform()` gives.
pub fn emscripten(pyemscripten_version: Option<&str>, platform: &str) -> Vec<String> {
    let versioned = pyemscripten_version.filter(|version| !version.is_empty());
    let versioned = versioned.map(|version| format!("pyemscripten_{version}_wasm32"));
    versioned.into_iter().chain([normalize(platform)]).collect()
}
