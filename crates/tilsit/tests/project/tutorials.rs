//! The tutorials "an application", "a script" and "a package", typed as they stand: every line behind a `$` is run
//! by a shell, and what the page shows below it has to be what it prints.
//!
//! The index is a folder of made-up distributions with the names that the pages ask for; the package is
//! published to a server, and its files are written as the page shows them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Sandbox;
use crate::server::Index;
use crate::wheels::wheel;

/// The index that a page publishes to.
const ADDRESS: &str = "http://127.0.0.1:8000";

/// What the page says is left out, at the end of a line or as a line of its own.
const LEFT_OUT: char = '…';

/// A fenced block of a page.
struct Block {
    /// The first line of its place.
    line: usize,
    /// The language.
    language: String,
    lines: Vec<String>,
}

/// A command, and what it prints.
struct Typed<'a> {
    command: &'a str,
    shown: Vec<&'a str>,
}

#[test]
fn an_application() {
    let Some(sandbox) = prepared() else {
        return;
    };
    let ran = follow(&sandbox, "application-developer.md");
    assert!(ran >= 15, "{ran} commands only");
}

#[test]
fn a_script() {
    let Some(sandbox) = prepared() else {
        return;
    };
    let ran = follow(&sandbox, "scripter.md");
    assert!(ran >= 4, "{ran} commands only");
}

#[test]
fn a_package() {
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_PYTHON", python.display());
    let index = Index::start(&sandbox.root().join("index"));
    sandbox.write("token", &index.token);
    let page = "package-developer.md";
    let ran = follow_text(&sandbox, page, &read(page).replace(ADDRESS, &index.address));
    assert!(ran >= 16, "{ran} commands only");
}

fn prepared() -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    let folder = sandbox.root().join("wheels");
    wheel(&folder, "rich", "14.0.0", &["pygments>=2.13"]);
    wheel(&folder, "pygments", "2.19.0", &[]);
    wheel(&folder, "flask", "3.0.0", &["werkzeug>=3.0"]);
    wheel(&folder, "flask", "3.1.0", &["werkzeug>=3.1"]);
    wheel(&folder, "werkzeug", "3.1.0", &[]);
    wheel(&folder, "werkzeug", "1.0.1", &[]);
    wheel(&folder, "pytest", "9.0.0", &["pluggy>=1.5"]);
    wheel(&folder, "pluggy", "1.6.0", &[]);
    Some(sandbox)
}

/// Types everything in a page; gives the number of commands.
fn follow(sandbox: &Sandbox, page: &str) -> usize {
    follow_text(sandbox, page, &read(page))
}

fn read(page: &str) -> String {
    let folder = tilsit_testing::workspace_root().join("docs/tutorials");
    std::fs::read_to_string(folder.join(page)).unwrap()
}

fn follow_text(sandbox: &Sandbox, page: &str, text: &str) -> usize {
    let mut folder = sandbox.path("");
    let mut ran = 0;
    for block in blocks(text) {
        let place = format!("{page}:{}", block.line);
        if let Some(file) = file_of(&block) {
            let path = folder.join(file);
            assert!(
                path.parent().unwrap().is_dir(),
                "{place}: no folder for `{file}`"
            );
            std::fs::write(path, block.lines[1..].join("\n") + "\n").unwrap();
            continue;
        }
        if block.language == "python" {
            assert_is_a_script(&folder, &block, &place);
        }
        for typed in typed(&block.lines) {
            type_in(sandbox, &mut folder, &typed, &place);
            ran += 1;
        }
    }
    ran
}

/// The file that a block shows: its first line is a comment with the path alone.
fn file_of(block: &Block) -> Option<&str> {
    let first = block.lines.first()?;
    let path = first
        .strip_prefix("# ")
        .or_else(|| first.strip_prefix("// "))?;
    let is_path = !path.contains(' ') && Path::new(path).extension().is_some();
    is_path.then_some(path)
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(language) = line.strip_prefix("```") {
            if !is_inside {
                blocks.push(Block {
                    line: number + 1,
                    language: language.to_owned(),
                    lines: Vec::new(),
                });
            }
            is_inside = !is_inside;
        } else if is_inside {
            blocks.last_mut().unwrap().lines.push(line.to_owned());
        }
    }
    assert!(!is_inside, "a block is not closed");
    blocks
}

fn typed(lines: &[String]) -> Vec<Typed<'_>> {
    let mut typed: Vec<Typed<'_>> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            typed.push(Typed {
                command,
                shown: Vec::new(),
            });
        } else if let Some(last) = typed.last_mut() {
            last.shown.push(line);
        }
    }
    typed
}

/// The page shows a whole script: the one that the commands before have made.
fn assert_is_a_script(folder: &Path, block: &Block, place: &str) {
    let shown = block.lines.join("\n");
    let scripts = std::fs::read_dir(folder).unwrap();
    let is_script = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "py");
    let scripts = scripts
        .map(|entry| entry.unwrap().path())
        .filter(is_script)
        .map(|path| std::fs::read_to_string(path).unwrap());
    let scripts: Vec<String> = scripts.collect();
    assert!(
        scripts.iter().any(|script| is_like(script, &shown)),
        "{place} shows none of these:\n{}",
        scripts.join("\n----\n")
    );
}

/// The same but for the Python that is at hand.
fn is_like(script: &str, shown: &str) -> bool {
    let without_python = |text: &str| {
        let lines = text.trim_end().lines();
        let kept = lines.filter(|line| !line.contains("requires-python"));
        kept.flat_map(|line| [line, "\n"]).collect::<String>()
    };
    without_python(script) == without_python(shown)
}

fn type_in(sandbox: &Sandbox, folder: &mut PathBuf, typed: &Typed<'_>, place: &str) {
    let command = typed.command;
    if let Some(into) = command.strip_prefix("cd ") {
        *folder = folder.join(into);
        assert!(folder.is_dir(), "{place}: no folder `{into}`");
        return;
    }
    let output = shell(sandbox, command, folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = text(&output.stdout) + &text(&output.stderr);
    let fails = typed.shown.iter().any(|line| line.starts_with("error"));
    assert_eq!(
        output.status.success(),
        !fails,
        "{place}: `{command}`:\n{printed}"
    );
    let mut lines = printed.lines();
    for shown in &typed.shown {
        let start = shown.split(LEFT_OUT).next().unwrap_or_default();
        let is_it = |line: &str| {
            if start.len() == shown.len() {
                line.trim_end() == *shown
            } else {
                line.starts_with(start)
            }
        };
        assert!(
            lines.any(is_it),
            "{place}: `{command}` does not print `{shown}` here:\n{printed}"
        );
    }
}

/// A shell that finds the program, with the variables of the sandbox.
fn shell(sandbox: &Sandbox, line: &str, folder: &Path) -> Command {
    let program = sandbox.command("");
    let own = Path::new(program.get_program()).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env_clear();
    for (name, value) in program.get_envs() {
        let Some(value) = value else { continue };
        if name == "PATH" {
            let folders = std::env::split_paths(value);
            let folders = std::iter::once(own.to_owned()).chain(folders);
            shell.env(name, std::env::join_paths(folders).unwrap());
        } else {
            shell.env(name, value);
        }
    }
    shell.stdin(Stdio::null());
    shell
}
