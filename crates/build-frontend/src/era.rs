//! What old projects need that is no longer so: the releases of setuptools, Cython, numpy and wheel that
//! builds of their time had.
//!
//! A [`Change`] is used where there is a sign of it only: words in setup.py of an archive from before
//! that change, or words that a failed build printed. A project that came after the change is left alone,
//! for it knew. How old an archive is, its newest member tells.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use tilsit_packaging::requirement::Requirement;

/// A change of something that builds need, by which older projects can no longer be built.
#[derive(Debug)]
struct Change {
    /// What older projects are built with.
    requirement: &'static str,
    /// What changed, in words.
    reason: &'static str,
    /// The day of the release that brought it.
    came: Date,
    /// The first Python, as `(3, minor)`, on which what is older does not run.
    ends_at: (u32, u32),
    /// Words in setup.py.
    marks: &'static [&'static str],
    /// Words that a failed build prints.
    signs: &'static [&'static str],
}

/// No Python of today is too new.
const ANY: (u32, u32) = (u32::MAX, 0);
/// What has no `distutils`, nor `pkgutil.ImpImporter`, which setuptools before 66 takes hold of.
const WITHOUT_DISTUTILS: (u32, u32) = (3, 12);

/// All that is known; release days as the default index has them.
const CHANGES: &[Change] = &[
    limit(
        "setuptools<46",
        "setuptools 46 removed `Feature`",
        date(2020, 3, 8),
        WITHOUT_DISTUTILS,
        &["Feature("],
        &["cannot import name 'Feature' from 'setuptools'"],
    ),
    limit(
        "setuptools<58",
        "setuptools 58 removed `use_2to3`",
        date(2021, 9, 5),
        WITHOUT_DISTUTILS,
        &["use_2to3", "build_py_2to3"],
        &["use_2to3 is invalid", "cannot import name 'build_py_2to3'"],
    ),
    limit(
        "setuptools<66",
        "setuptools 66 refuses versions that PEP 440 does not know",
        date(2023, 1, 16),
        WITHOUT_DISTUTILS,
        &[],
        &["InvalidVersion: Invalid version"],
    ),
    limit(
        "setuptools<67",
        "setuptools 67 refuses requirements that PEP 508 does not know",
        date(2023, 1, 28),
        ANY,
        &[],
        &[
            "must be a string or list of strings containing valid project/version requirement specifiers",
            "must be a string or iterable of strings containing valid project/version requirement specifiers",
            "InvalidRequirement:",
        ],
    ),
    limit(
        "setuptools<72",
        "setuptools 72 removed the command `test`",
        date(2024, 7, 29),
        ANY,
        &["setuptools.command.test"],
        &[
            "No module named 'setuptools.command.test'",
            "cannot import name 'test' from 'setuptools.command'",
        ],
    ),
    limit(
        "setuptools<74",
        "setuptools 74 removed `distutils.msvccompiler`",
        date(2024, 8, 27),
        ANY,
        &[
            "distutils.msvccompiler",
            "distutils.msvc9compiler",
            "import msvccompiler",
        ],
        &[
            "cannot import name 'msvccompiler' from 'distutils'",
            "No module named 'distutils.msvccompiler'",
            "No module named 'distutils.msvc9compiler'",
            "No module named 'distutils._msvccompiler'",
        ],
    ),
    limit(
        "setuptools<75",
        "setuptools 75 removed the commands `upload` and `register`",
        date(2024, 9, 15),
        ANY,
        &["distutils.command.upload", "distutils.command.register"],
        &[
            "No module named 'distutils.command.upload'",
            "No module named 'distutils.command.register'",
        ],
    ),
    limit(
        "setuptools<78",
        "setuptools 78 refuses keys of setup.cfg with a dash or a capital",
        date(2025, 3, 24),
        ANY,
        &[],
        &["Invalid dash-separated key", "Invalid uppercase key"],
    ),
    limit(
        "setuptools<81",
        "setuptools 81 removed `--dry-run`",
        date(2026, 2, 6),
        ANY,
        &["self.dry_run"],
        &[
            "has no attribute 'dry_run'",
            "unexpected keyword argument 'dry_run'",
            // What numpy.distutils calls with `verbose, dry_run, force`.
            "Compiler.__init__() takes from 1 to 3 positional arguments",
        ],
    ),
    limit(
        "setuptools<82",
        "setuptools 82 removed `pkg_resources`",
        date(2026, 2, 8),
        ANY,
        &["import pkg_resources", "from pkg_resources"],
        &["No module named 'pkg_resources'"],
    ),
    limit(
        "wheel<0.46",
        "wheel 0.46 removed `wheel.bdist_wheel`",
        date(2025, 4, 3),
        ANY,
        &["wheel.bdist_wheel"],
        &["No module named 'wheel.bdist_wheel'"],
    ),
    limit(
        "flit-core<4",
        "flit-core 4 no longer reads `[tool.flit.metadata]`",
        date(2026, 8, 4),
        ANY,
        &[],
        &["The [tool.flit.metadata] table is no longer supported"],
    ),
    limit(
        "pyproject-metadata<0.9",
        "pyproject-metadata 0.9 made its messages otherwise",
        date(2024, 10, 23),
        ANY,
        &[],
        &["'RFC822Message' object has no attribute 'headers'"],
    ),
    limit(
        "scikit-build-core<0.11",
        "scikit-build-core 0.11 refuses unknown keys of `[project]`",
        date(2025, 2, 27),
        ANY,
        &[],
        &["Extra keys present in \"project\""],
    ),
    limit(
        "Cython<3",
        "Cython 3 compiles what was written for its older releases no longer",
        date(2023, 7, 17),
        (3, 13),
        &[],
        &[
            "Error compiling Cython file",
            "Cython.Compiler.Errors.CompileError",
        ],
    ),
    limit(
        "numpy<2",
        "numpy 2 changed what compiled modules see of it",
        date(2024, 6, 16),
        (3, 13),
        &["numpy"],
        &[
            "has no member named 'subarray'",
            "module 'numpy' has no attribute",
            "was removed in the NumPy 2.0 release",
        ],
    ),
];

const fn limit(
    requirement: &'static str,
    reason: &'static str,
    came: Date,
    ends_at: (u32, u32),
    marks: &'static [&'static str],
    signs: &'static [&'static str],
) -> Change {
    Change {
        requirement,
        reason,
        came,
        ends_at,
        marks,
        signs,
    }
}

/// What a setup.py may import before it can say what it needs, and the project that has it. Who has a
/// pyproject.toml can say so there.
const IMPORTED: &[(&str, &str)] = &[
    ("numpy", "numpy"),
    ("Cython", "Cython"),
    ("cffi", "cffi"),
    ("pybind11", "pybind11"),
    ("pkgconfig", "pkgconfig"),
    ("setuptools_scm", "setuptools-scm"),
    ("six", "six"),
    ("pip", "pip"),
];

/// What helps an old project to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remedy {
    /// What it is built with.
    pub(crate) requirement: &'static str,
    /// Whether it is required in any case, and not only limited where something requires it.
    pub(crate) is_added: bool,
    /// Why, in words.
    pub(crate) reason: String,
}

impl Remedy {
    /// The same as a requirement.
    pub(crate) fn as_requirement(&self) -> Option<Requirement> {
        self.requirement.parse().ok()
    }
}

/// A project, as far as it decides what helps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aged {
    /// The day of its newest file, where it is known.
    pub(crate) made: Option<Date>,
    /// The Python that it is built with, `(3, minor)`.
    pub(crate) python: (u32, u32),
    /// Whether it can say what its build requires, and does not: it has no pyproject.toml.
    pub(crate) is_silent: bool,
}

impl Aged {
    /// What the words of its setup.py tell. Without a date they tell nothing: they may be meant for
    /// both, what was and what is.
    pub(crate) fn by_setup_py(self, text: &str) -> Vec<Remedy> {
        let code: Vec<&str> = text
            .lines()
            .map(str::trim_start)
            .filter(|line| !line.starts_with('#'))
            .collect();
        let has = |mark: &&str| code.iter().any(|line| line.contains(*mark));
        let marked = CHANGES.iter().filter(|change| {
            self.made.is_some() && self.is_before(change) && change.marks.iter().any(has)
        });
        marked.map(Change::remedy).collect()
    }

    /// What a failed build's own words tell.
    pub(crate) fn by_failure(self, output: &str) -> Vec<Remedy> {
        let told = CHANGES.iter().filter(|change| {
            self.is_before(change) && change.signs.iter().any(|sign| output.contains(sign))
        });
        let mut remedies: Vec<Remedy> = told.map(Change::remedy).collect();
        if self.is_silent {
            let missing = IMPORTED.iter().filter(|(module, _)| {
                let whole = format!("No module named '{module}'");
                output.contains(&whole) || output.contains(&format!("No module named '{module}."))
            });
            remedies.extend(missing.map(|(module, project)| Remedy {
                requirement: project,
                is_added: true,
                reason: format!("its setup.py imports `{module}`"),
            }));
        }
        remedies
    }

    fn is_before(self, change: &Change) -> bool {
        self.made.is_none_or(|made| made < change.came) && self.python < change.ends_at
    }
}

impl Change {
    fn remedy(&self) -> Remedy {
        Remedy {
            requirement: self.requirement,
            is_added: false,
            reason: self.reason.to_owned(),
        }
    }
}

/// The day that a time lies on, in seconds since 1970.
pub(crate) fn day(seconds: u64) -> Option<Date> {
    let seconds = i64::try_from(seconds).ok()?;
    Timestamp::from_second(seconds).ok().map(day_of)
}

/// The day of a time, in UTC.
pub(crate) fn day_of(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests;
