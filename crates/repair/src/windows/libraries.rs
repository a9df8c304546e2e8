//! Which libraries Windows and Python bring along.

use std::collections::BTreeSet;

use tilsit_binaries::PeMachine;
use tilsit_packaging::tag::TagSet;

/// The libraries of Windows: a line of machines, then their names.
const LIBRARIES: &str = include_str!("libraries.txt");

/// The libraries that a wheel need not have.
pub(super) struct Libraries {
    /// Those of Microsoft's compilers that each Python of the wheel's tags has.
    python: &'static [&'static str],
    /// Those of Windows for each machine.
    windows: Vec<(PeMachine, BTreeSet<&'static str>)>,
}

impl Libraries {
    /// Those for a wheel with these tags.
    pub(super) fn of(tags: &TagSet) -> Self {
        let machines = [PeMachine::I386, PeMachine::Amd64, PeMachine::Arm64];
        let mut windows = machines.map(|machine| (machine, BTreeSet::new())).to_vec();
        let mut chosen: Vec<bool> = vec![false; windows.len()];
        for line in LIBRARIES.lines().filter(|line| !line.starts_with('#')) {
            if let Some(names) = line.strip_prefix("machines ") {
                let is_named =
                    |machine: PeMachine| names.split(' ').any(|name| name == machine.name());
                chosen = windows
                    .iter()
                    .map(|(machine, _)| is_named(*machine))
                    .collect();
                continue;
            }
            for ((_, names), is_chosen) in windows.iter_mut().zip(&chosen) {
                if *is_chosen {
                    names.extend(line.split_ascii_whitespace());
                }
            }
        }
        let mut own = tags
            .iter()
            .map(|tag| runtime_of(tag.interpreter(), tag.abi(), tag.platform()));
        let first = own.next().unwrap_or_default();
        // What all of them have; they are the start of one list.
        let python = own.fold(first, |all, next| match all.starts_with(next) {
            true => next,
            false if next.starts_with(all) => all,
            false => &[],
        });
        Self { python, windows }
    }

    /// Whether a library, by its name in lower case, is that of a Python, or comes with each that the
    /// wheel is for.
    pub(super) fn is_of_python(&self, name: &str) -> bool {
        self.python.contains(&name) || is_python(name)
    }

    /// Whether it comes with every Windows for a machine.
    pub(super) fn is_of_windows(&self, name: &str, machine: PeMachine) -> bool {
        // Windows 7 alone has not got it.
        if name == "combase.dll" {
            return true;
        }
        let mut all = self.windows.iter();
        let found = all.find(|(own, _)| *own == machine);
        found.is_some_and(|(_, names)| names.contains(name))
    }
}

/// The libraries of Microsoft's compilers that a Python has in its own folder. The stable ABI says the
/// oldest one by its version alone.
fn runtime_of(interpreter: &str, abi: &str, platform: &str) -> &'static [&'static str] {
    const WITH_SECOND: &[&str] = &["vcruntime140.dll", "vcruntime140_1.dll"];
    const FIRST: &[&str] = &["vcruntime140.dll"];
    let is_64 = matches!(platform, "win_amd64" | "win_arm64");
    if abi.starts_with("pypy") || interpreter.starts_with("pp") {
        return FIRST;
    }
    if abi.starts_with("graalpy") || interpreter.starts_with("graalpy") {
        return WITH_SECOND;
    }
    let minor = interpreter
        .strip_prefix("cp3")
        .and_then(|minor| minor.parse::<u16>().ok());
    match minor {
        Some(9..) if abi.ends_with('d') => &["vcruntime140d.dll", "ucrtbased.dll"],
        Some(9..) if is_64 => WITH_SECOND,
        Some(5..) => FIRST,
        Some(3 | 4) => &["msvcr100.dll"],
        _ if interpreter.starts_with("cp2") || minor == Some(2) => &["msvcr90.dll"],
        // `py3-none-win_amd64`: any Python, of which none is promised.
        _ => &[],
    }
}

/// `python312.dll`, `python3.dll`, `python313t.dll`, and those of `PyPy` and `GraalPy`.
fn is_python(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".dll") else {
        return false;
    };
    if stem == "python-native" {
        return true;
    }
    if let Some(rest) = stem.strip_prefix("libpypy") {
        return rest
            .strip_suffix("-c")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    }
    let Some(rest) = stem.strip_prefix("python") else {
        return false;
    };
    let rest = rest.strip_suffix("_d").unwrap_or(rest);
    let rest = rest.strip_suffix('t').unwrap_or(rest);
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether Windows itself says which file a name stands for.
pub(super) fn is_api_set(name: &str) -> bool {
    name.starts_with("api-") || name.starts_with("ext-ms-")
}

/// Whether it is a library of Microsoft's compilers, which they let others pass on.
pub(super) fn is_runtime(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".dll") else {
        return false;
    };
    let numbered = |start: &str| {
        let rest = stem.strip_prefix(start);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let starts = [
        "vcruntime",
        "vccorlib",
        "msvcp",
        "msvcr",
        "concrt",
        "mfc",
        "mfcm",
        "mfcmifc",
        "vcamp",
        "vcomp",
    ];
    starts.iter().any(|start| numbered(start))
        || stem.starts_with("msvcp_")
        || matches!(stem, "msvcrt" | "vcomp" | "ucrtbase" | "ucrtbased")
        || stem.starts_with("ucrtbase_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let amd64 = PeMachine::Amd64;
        let libraries = |tags: &str| Libraries::of(&tags.parse().unwrap());
        let usual = libraries("cp312-cp312-win_amd64");
        for (name, is_windows, is_python) in [
            ("kernel32.dll", true, false),
            ("python312.dll", false, true),
            ("python3.dll", false, true),
            ("python313t.dll", false, true),
            ("python3_d.dll", false, true),
            ("pythoncom312.dll", false, false),
            ("libpypy3.10-c.dll", false, true),
            ("python-native.dll", false, true),
            ("vcruntime140_1.dll", false, true),
            ("msvcp140.dll", false, false),
            ("libcrypto-3.dll", false, false),
        ] {
            assert_eq!(usual.is_of_windows(name, amd64), is_windows, "{name}");
            assert_eq!(usual.is_of_python(name), is_python, "{name}");
        }
        assert!(!libraries("cp312-cp312-win32").is_of_python("vcruntime140_1.dll"));
        assert!(!libraries("cp38-abi3-win_amd64").is_of_python("vcruntime140_1.dll"));
        assert!(!libraries("cp38.cp39-abi3-win_amd64").is_of_python("vcruntime140_1.dll"));
        assert!(libraries("cp38.cp39-abi3-win_amd64").is_of_python("vcruntime140.dll"));
        assert!(!libraries("py3-none-win_amd64").is_of_python("vcruntime140.dll"));
        assert!(!libraries("cp34.cp35-none-win32").is_of_python("vcruntime140.dll"));
        for (name, is_it) in [
            ("msvcp140.dll", true),
            ("msvcp140_atomic_wait.dll", true),
            ("vcomp140.dll", true),
            ("concrt140.dll", true),
            ("msvcr120.dll", true),
            ("mfc140u.dll", true),
            ("msvcpx.dll", false),
            ("libcrypto-3.dll", false),
        ] {
            assert_eq!(is_runtime(name), is_it, "{name}");
        }
        assert!(is_api_set("api-ms-win-crt-runtime-l1-1-0.dll"));
    }
}
