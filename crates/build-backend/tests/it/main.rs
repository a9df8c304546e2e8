//! Projects on disk to wheels and sdists: what is in them, that they are always the same, and
//! what is said when they cannot be.

mod building;
mod extensions;
mod files;
mod oracle;
mod program;
mod refusing;
mod vcs;
mod versions;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The pyproject.toml of the example.
pub(crate) const PYPROJECT: &str = r#"[build-system]
requires = ["tilsit-build"]
build-backend = "tilsit_build"

[project]
name = "Demo.Project"
version = "1.0.post1"
description = "A demonstration"
readme = "README.md"
requires-python = ">=3.9"
license = "MIT OR Apache-2.0"
license-files = ["LICENSES/*.txt"]
authors = [{ name = "A. Nyone", email = "a@index.example" }]
dependencies = ["other>=2; python_version < '3.12'"]

[project.optional-dependencies]
fast = ["speedups"]

[project.scripts]
demo = "demo_project.cli:main"

[project.entry-points."demo.plugins"]
one = "demo_project:one"
"#;

/// The files of the example.
pub(crate) const FILES: [(&str, &str); 9] = [
    ("README.md", "# Demo\r\n\r\nWith a line.\r\n"),
    ("LICENSES/MIT.txt", "MIT"),
    ("LICENSES/Apache-2.0.txt", "Apache"),
    ("src/demo_project/__init__.py", "one = 1\n"),
    (
        "src/demo_project/cli.py",
        "def main():\n    print('hello')\n",
    ),
    ("src/demo_project/data/table.csv", "a,b\n"),
    ("src/demo_project/py.typed", ""),
    ("tests/test_demo.py", "assert True\n"),
    (".gitignore", "*.log\n"),
];

/// A project in a temporary folder.
pub(crate) struct Example {
    folder: TempDir,
}

impl Example {
    /// The example itself.
    pub(crate) fn new() -> Self {
        Self::with(PYPROJECT, &FILES)
    }

    pub(crate) fn with(pyproject: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let example = Self { folder };
        for (path, text) in files.iter().chain(&[("pyproject.toml", pyproject)]) {
            example.write(path, text);
        }
        example
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.source().join(path);
        tilsit_files::create_dir_all(path.parent().expect("it has a parent")).expect("it is made");
        tilsit_files::write(path, text).expect("it is written");
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub(crate) fn temporary(&self) -> &Path {
        self.folder.path()
    }
}
