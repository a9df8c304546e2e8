//! Commands and files that would take the place of the environment's own interpreter.

/// Whether a file of this name beside the interpreter would be taken for one: `python`,
/// `python3.14t`, `pythonw.exe`, `pypy3` and their like, in any case.
///
/// No wheel has a reason to install one, and an environment whose `python` is a script of a
/// package belongs to that package.
pub fn replaces_interpreter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = [".exe", ".bat", ".cmd", ".com", ".py", ".pyw"]
        .iter()
        .find_map(|extension| name.strip_suffix(extension))
        .unwrap_or(&name);
    let Some(rest) = ["pythonw", "python", "pypyw", "pypy"]
        .iter()
        .find_map(|prefix| stem.strip_prefix(prefix))
    else {
        return false;
    };
    let version = rest.strip_suffix('t').unwrap_or(rest);
    version
        .split('.')
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && !version.starts_with('.')
        && !version.ends_with('.')
}

/// Whether a path below the environment's root is part of the environment itself.
pub(super) fn replaces_environment(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    match path.split_once('/') {
        None => path == "pyvenv.cfg" || replaces_interpreter(&path),
        Some(("bin" | "scripts", name)) => replaces_interpreter(name),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interpreters() {
        for name in [
            "python",
            "python3",
            "python3.14",
            "python3.14t",
            "PYTHON.exe",
            "pythonw",
            "pypy3.11",
            "pythonw.exe",
            "python.bat",
            "python3.py",
        ] {
            assert!(replaces_interpreter(name), "{name}");
        }
        for name in [
            "python-config",
            "pythonic",
            "pip",
            "ipython",
            "python3-config",
            "python.",
            "pypyr",
            "python3.",
            "bpython",
        ] {
            assert!(!replaces_interpreter(name), "{name}");
        }
        for path in [
            "pyvenv.cfg",
            "bin/python",
            "Scripts/Python.exe",
            "python.exe",
        ] {
            assert!(replaces_environment(path), "{path}");
        }
        for path in [
            "share/python",
            "bin/tool",
            "lib/python3.14/x.py",
            "etc/pyvenv.cfg",
        ] {
            assert!(!replaces_environment(path), "{path}");
        }
    }
}
