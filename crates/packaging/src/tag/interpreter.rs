//! The tags that an interpreter takes, from what it says of itself.

use super::{CompatibleTags, Tag};

/// A version of Python as tags have it: `3`, or `3.13`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// The first number.
    pub major: u32,
    /// The second number, if it matters.
    pub minor: Option<u32>,
}

impl PythonVersion {
    /// A version of two numbers.
    pub fn new(major: u32, minor: u32) -> Self {
        Self {
            major,
            minor: Some(minor),
        }
    }

    /// The numbers without a dot: `313`.
    pub fn without_dot(self) -> String {
        match self.minor {
            Some(minor) => format!("{}{minor}", self.major),
            None => self.major.to_string(),
        }
    }
}

/// How a CPython was built, as far as its ABI shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpythonBuild {
    /// `Py_DEBUG`, or a sign of it where it is not set.
    pub debug: bool,
    /// `Py_GIL_DISABLED` (from 3.13 on).
    pub free_threaded: bool,
    /// `WITH_PYMALLOC`, taken as true where it is not set (before 3.8).
    pub pymalloc: bool,
    /// Whether a character takes four bytes (before 3.3).
    pub wide_unicode: bool,
}

impl Default for CpythonBuild {
    fn default() -> Self {
        Self {
            debug: false,
            free_threaded: false,
            pymalloc: true,
            wide_unicode: true,
        }
    }
}

/// The ABIs that a CPython takes, its own first.
pub fn cpython_abis(version: PythonVersion, build: CpythonBuild) -> Vec<String> {
    let at_least = |major, minor| version >= PythonVersion::new(major, minor);
    let number = version.without_dot();
    let threading = if at_least(3, 13) && build.free_threaded {
        "t"
    } else {
        ""
    };
    let debug = if build.debug { "d" } else { "" };
    let pymalloc = if !at_least(3, 8) && build.pymalloc {
        "m"
    } else {
        ""
    };
    let unicode = if !at_least(3, 3) && build.wide_unicode {
        "u"
    } else {
        ""
    };
    let mut abis = vec![format!("cp{number}{threading}{debug}{pymalloc}{unicode}")];
    if at_least(3, 8) && build.debug {
        // Debug builds load ordinary extension modules too.
        abis.push(format!("cp{number}{threading}"));
    }
    abis
}

/// The tags of CPython; `abis` as of [`cpython_abis`].
///
/// The stable ABI, `abi3` or (for a free-threaded interpreter) `abi3t`, follows the own ABIs, and
/// reaches back to Python 3.2.
pub fn cpython_tags(
    version: PythonVersion,
    abis: &[impl AsRef<str>],
    platforms: &[impl AsRef<str>],
) -> Vec<Tag> {
    let abis: Vec<&str> = abis.iter().map(AsRef::as_ref).collect();
    let free_threaded = is_free_threaded(&abis);
    let has_stable_abi = version.minor.is_some() && version >= PythonVersion::new(3, 2);
    let stable_abi = if free_threaded { "abi3t" } else { "abi3" };
    let mut tags = Vec::new();
    let mut add = |version: PythonVersion, abi: &str| {
        let interpreter = format!("cp{}", version.without_dot());
        tags.extend(
            platforms
                .iter()
                .map(|platform| Tag::new(&interpreter, abi, platform.as_ref())),
        );
    };
    // The stable ABI and `none` have their own places.
    let is_listed = |abi: &str| abi == "none" || abi == "abi3" || (free_threaded && abi == "abi3t");
    for abi in abis.into_iter().filter(|abi| !is_listed(abi)) {
        add(version, abi);
    }
    if has_stable_abi {
        add(version, stable_abi);
    }
    add(version, "none");
    if has_stable_abi {
        for minor in (2..version.minor.unwrap_or(0)).rev() {
            add(PythonVersion::new(version.major, minor), stable_abi);
        }
    }
    tags
}

/// Whether the first ABI is that of a free-threaded CPython, such as `cp313t`.
fn is_free_threaded(abis: &[&str]) -> bool {
    let flags = abis.first().and_then(|abi| abi.strip_prefix("cp"));
    flags.is_some_and(|flags| {
        flags.starts_with(|first: char| first.is_ascii_digit())
            && flags
                .trim_start_matches(|character: char| character.is_ascii_digit())
                .contains('t')
    })
}

/// The ABI in the suffix of extension modules (`EXT_SUFFIX`) of an interpreter other than CPython,
/// or of CPython: `.pypy310-pp73-x86_64-linux-gnu.so` gives `pypy310_pp73`.
///
/// `None` when the suffix is not of that form; CPython 3.7 on Windows had a bare `.pyd`.
pub fn abi_of_extension_suffix(suffix: &str) -> Option<String> {
    let mut parts = suffix.strip_prefix('.')?.split('.');
    let soabi = parts.next()?;
    parts.next()?;
    let first = |count: usize| soabi.split('-').take(count).collect::<Vec<_>>().join("-");
    let abi = if soabi.starts_with("cpython") {
        let number = soabi
            .split('-')
            .nth(1)
            .filter(|number| !number.is_empty())?;
        format!("cp{number}")
    } else if soabi.starts_with("cp") {
        first(1)
    } else if soabi.starts_with("pypy") {
        first(2)
    } else if soabi.starts_with("graalpy") {
        first(3)
    } else if soabi.is_empty() {
        return None;
    } else {
        soabi.to_owned()
    };
    Some(super::platform::normalize(&abi))
}

/// The tags of an interpreter of which nothing more is known; `none` follows the ABIs.
pub fn generic_tags(
    interpreter: &str,
    abis: &[impl AsRef<str>],
    platforms: &[impl AsRef<str>],
) -> Vec<Tag> {
    let mut abis: Vec<&str> = abis.iter().map(AsRef::as_ref).collect();
    if !abis.contains(&"none") {
        abis.push("none");
    }
    let tags = abis.into_iter().flat_map(|abi| {
        platforms
            .iter()
            .map(move |platform| Tag::new(interpreter, abi, platform.as_ref()))
    });
    tags.collect()
}

/// `py313`, `py3`, `py312` … `py30`.
fn python_names(version: PythonVersion) -> Vec<String> {
    let older = version.minor.into_iter().flat_map(|minor| (0..minor).rev());
    version
        .minor
        .map(|_| version)
        .into_iter()
        .chain([PythonVersion {
            major: version.major,
            minor: None,
        }])
        .chain(older.map(|minor| PythonVersion::new(version.major, minor)))
        .map(|version| format!("py{}", version.without_dot()))
        .collect()
}

/// The tags of wheels without platform that a version of Python takes.
pub fn pure_python_tags(version: PythonVersion) -> Vec<Tag> {
    python_names(version)
        .iter()
        .map(|name| Tag::new(name, "none", "any"))
        .collect()
}

/// The tags that do not depend on the interpreter, but for `<interpreter>-none-any`.
pub fn compatible_tags(
    version: PythonVersion,
    interpreter: Option<&str>,
    platforms: &[impl AsRef<str>],
) -> Vec<Tag> {
    let names = python_names(version);
    let with_platform = names.iter().flat_map(|name| {
        platforms
            .iter()
            .map(move |platform| Tag::new(name, "none", platform.as_ref()))
    });
    let own = interpreter.map(|interpreter| Tag::new(interpreter, "none", "any"));
    with_platform
        .chain(own)
        .chain(pure_python_tags(version))
        .collect()
}

/// The short name of an implementation in tags: `cp` for `cpython`.
pub fn short_name(implementation: &str) -> &str {
    match implementation {
        "python" => "py",
        "cpython" => "cp",
        "pypy" => "pp",
        "ironpython" => "ip",
        "jython" => "jy",
        other => other,
    }
}

/// What an interpreter says of itself, for its tags.
#[derive(Debug, Clone)]
pub struct Interpreter<'a> {
    /// `sys.implementation.name`, such as `cpython`.
    pub implementation: &'a str,
    /// `sys.version_info[:2]`.
    pub version: (u32, u32),
    /// The configuration variable `py_version_nodot`, if it is set.
    pub version_without_dot: Option<&'a str>,
    /// The ABIs: [`cpython_abis`] for CPython, else that of [`abi_of_extension_suffix`].
    pub abis: &'a [String],
    /// The platforms, best first, from the functions in [`super::platform`].
    pub platforms: &'a [String],
}

impl Interpreter<'_> {
    /// All tags that the interpreter takes, best first.
    pub fn tags(&self) -> CompatibleTags {
        let version = PythonVersion::new(self.version.0, self.version.1);
        let short = short_name(self.implementation);
        let number = self
            .version_without_dot
            .map_or_else(|| version.without_dot(), str::to_owned);
        let (own, interpreter) = match short {
            "cp" => (
                cpython_tags(version, self.abis, self.platforms),
                Some(format!("cp{number}")),
            ),
            "pp" => (
                generic_tags(&format!("pp{number}"), self.abis, self.platforms),
                Some("pp3".to_owned()),
            ),
            other => (
                generic_tags(&format!("{other}{number}"), self.abis, self.platforms),
                None,
            ),
        };
        CompatibleTags::new(own.into_iter().chain(compatible_tags(
            version,
            interpreter.as_deref(),
            self.platforms,
        )))
    }
}
