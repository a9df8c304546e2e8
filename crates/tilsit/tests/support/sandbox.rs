//! A folder of its own for one test of the program: own home, own cache, no configuration from
//! outside, and output in which what differs from run to run is replaced.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The folder.
pub(crate) struct Sandbox {
    root: TempDir,
    variables: Vec<(String, String)>,
}

/// What the program answered.
pub(crate) struct Answer {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

#[allow(
    dead_code,
    reason = "each harness includes this file and uses a part of it"
)]
impl Sandbox {
    pub(crate) fn new() -> Self {
        let root = TempDir::new().expect("a temporary folder");
        for folder in ["home", "project", "cache"] {
            std::fs::create_dir(root.path().join(folder)).expect("a folder");
        }
        Self {
            root,
            variables: Vec::new(),
        }
    }

    /// Sets a variable for every run from now on.
    pub(crate) fn set(&mut self, name: &str, value: impl fmt::Display) {
        self.variables.push((name.to_owned(), value.to_string()));
    }

    /// A path below the working folder of the runs.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join("project").join(relative)
    }

    /// The folder that holds the home, the cache and the working folder.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).expect("a text file")
    }

    /// The program, ready to run with the words of `line`; `''` is an empty word.
    pub(crate) fn command(&self, line: &str) -> Command {
        let words = line.split_whitespace();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tilsit"));
        command
            .args(words.map(|word| if word == "''" { "" } else { word }))
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", path_variable())
            .env("HOME", self.root().join("home"))
            .env("TILSIT_CACHE_DIR", self.root().join("cache"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, line: &str) -> Answer {
        self.finish(&mut self.command(line))
    }

    /// Runs the program and checks that it did its work.
    pub(crate) fn run_well(&self, line: &str) -> Answer {
        let answer = self.run(line);
        assert_eq!(answer.exit, 0, "`{line}` failed:\n{answer}");
        answer
    }

    /// Runs with `--json` and gives the envelope.
    pub(crate) fn run_json(&self, line: &str) -> (i32, serde_json::Value) {
        let answer = self.run(&format!("--json {line}"));
        let envelope = serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|error| panic!("no envelope ({error}):\n{answer}"));
        (answer.exit, envelope)
    }

    /// Runs a command made by [`Sandbox::command`].
    pub(crate) fn finish(&self, command: &mut Command) -> Answer {
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| self.steady(&String::from_utf8_lossy(bytes));
        Answer {
            exit: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// `text` without what differs from run to run.
    pub(crate) fn steady(&self, text: &str) -> String {
        let root = self.root().to_string_lossy();
        let text = text.replace(&*root, "[ROOT]");
        let mut steady = String::new();
        for line in text.split_inclusive('\n') {
            steady.push_str(&without_python(&without_times(line)));
        }
        steady
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "exit: {}", self.exit)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "-- {name}\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

/// `lib/pythonX.Y` in the place of `lib/python3.12`.
fn without_python(line: &str) -> String {
    let mut parts = line.split("lib/python3.");
    let mut steady = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        steady.push_str("lib/pythonX.Y");
        steady.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    steady
}

/// Replaces `12 ms`, `1.20 s` and `2 min 3 s` by `[TIME]`.
fn without_times(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let bare = word.trim_end_matches(['.', ',', ')', '\n']);
        let unit = matches!(bare, "ms" | "s" | "min");
        let open = |last: &String| last.trim_start_matches('(').to_owned();
        if unit && kept.last().is_some_and(|last| is_number(&open(last))) {
            let last = kept.pop().expect("just seen");
            let opening = if last.starts_with('(') { "(" } else { "" };
            kept.push(format!("{opening}[TIME]{}", &word[bare.len()..]));
        } else {
            kept.push(word.to_owned());
        }
    }
    kept.join(" ")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program under test finds its Python on the search path"
)]
fn path_variable() -> String {
    std::env::vars()
        .find(|(name, _)| name == "PATH")
        .map_or_else(String::new, |(_, value)| value)
}
