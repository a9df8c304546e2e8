//! Running foreign programs beside an index: the environment that all of them live in, and what each
//! of them is given.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::TestIndex;

/// The programs with everything that they need, each release pinned.
///
/// Made by `tilsit pip compile --universal --python-version 3.11` of the ten clients, and of
/// `hishel==1.4.0`, since pdm 2.29.4 fails with the next one.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Nobody listens here: a program that asks another host than the loopback is told so at once.
const NO_WAY_OUT: &str = "http://127.0.0.1:9";

/// An index, and the programs that speak with it.
pub(crate) struct Session<'a> {
    pub(super) index: &'a TestIndex,
    tools: PathBuf,
}

impl<'a> Session<'a> {
    /// The programs, where they can be had.
    pub(crate) fn start(index: &'a TestIndex) -> Option<Self> {
        let requirements: Vec<&str> = REQUIREMENTS.lines().collect();
        let tools = tilsit_testing::python_environment("index-clients", &requirements);
        let tools = tilsit_testing::require("ten clients from the default index", tools)?;
        std::fs::create_dir_all(index.folder.path().join("home")).unwrap();
        Some(Self { index, tools })
    }

    /// The URL to install from.
    pub(super) fn simple(&self) -> String {
        format!("http://{}/simple/", self.index.address)
    }

    /// The URL to upload to.
    pub(super) fn legacy(&self) -> String {
        format!("http://{}/legacy/", self.index.address)
    }

    /// A path below the folder of the test.
    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.index.folder.path().join(relative)
    }

    /// Writes a text file below the folder of the test.
    pub(super) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A program of the environment, to be run in a folder of the test, with no way to any other
    /// host, and nothing of the developer's own settings.
    pub(crate) fn command(&self, program: &str, folder: &str) -> Command {
        let programs = self.tools.join("bin");
        let mut command = Command::new(programs.join(program));
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .env("LANG", "C.UTF-8")
            .env("NO_PROXY", "127.0.0.1")
            .current_dir(self.path(folder));
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(proxy, NO_WAY_OUT);
        }
        command
    }
}

/// Runs a command that has to do its work, and gives what it said on both streams.
pub(crate) fn run_well(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

/// What a program said.
pub(super) fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

/// The folder of an environment that holds the installed modules.
pub(super) fn site_packages(environment: &Path) -> PathBuf {
    let library = environment.join("lib");
    let mut versions = std::fs::read_dir(&library).unwrap();
    let version = versions.next().unwrap().unwrap();
    version.path().join("site-packages")
}
