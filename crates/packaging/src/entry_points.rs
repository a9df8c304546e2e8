//! `entry_points.txt`: the names a distribution offers to others, among them its commands.
//!
//! Follows "Entry points specification", read line by line as `importlib.metadata` does: no
//! interpolation, no continued lines, names keep their case.
//!
//! The two groups that become files on disk are held to more than the specification says: a
//! command's name may not hold anything that a system could take for a path, since installers
//! write `bin/<name>` (CVE-2026-8643), and its object reference must consist of identifiers, since
//! they are pasted into the script. In other groups a bad line is a [`Problem`], not an error.

mod object_reference;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use self::object_reference::{ObjectReference, ObjectReferenceError};
use crate::problem::Problem;

/// The group of commands that run in a terminal.
pub const CONSOLE_SCRIPTS: &str = "console_scripts";
/// The group of commands that open windows.
pub const GUI_SCRIPTS: &str = "gui_scripts";

/// The entry points of a distribution, by group and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPoints {
    groups: BTreeMap<String, BTreeMap<String, ObjectReference>>,
}

/// Why `entry_points.txt` could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryPointsError {
    /// The file is not UTF-8.
    #[error("entry_points.txt line {line} is not UTF-8")]
    NotUtf8 {
        /// Counted from 1.
        line: usize,
    },
    /// A line stands before the first `[group]`.
    #[error("entry_points.txt line {line}: `{text}` stands before the first `[group]`")]
    NoGroup {
        /// Counted from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A command's name could be taken for a path, or is not a file name on every system.
    #[error("entry_points.txt line {line}: the command name `{name}` {reason}")]
    CommandName {
        /// Counted from 1.
        line: usize,
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A command's object reference is malformed.
    #[error("entry_points.txt line {line}: the command `{name}` has no object to call")]
    CommandReference {
        /// Counted from 1.
        line: usize,
        /// The command.
        name: String,
        /// What is wrong.
        source: ObjectReferenceError,
    },
    /// Two commands of one name, which would be one file.
    #[error("entry_points.txt line {line}: the command `{name}` is defined twice")]
    DuplicateCommand {
        /// Counted from 1.
        line: usize,
        /// The command.
        name: String,
    },
    /// A line in a group of commands is not `name = module:object`.
    #[error("entry_points.txt line {line}: `{text}` is not of the form `name = module:object`")]
    CommandLine {
        /// Counted from 1.
        line: usize,
        /// The line.
        text: String,
    },
}

impl EntryPoints {
    /// Reads the file's bytes; an empty file is an empty value.
    ///
    /// # Errors
    /// [`EntryPointsError`], with the line, for what makes the commands unsafe or ambiguous and
    /// for text that is no such file at all. Malformed or repeated lines in other groups are left
    /// out and reported as problems.
    ///
    /// ```
    /// use tilsit_packaging::entry_points::EntryPoints;
    /// let (entry_points, _) = EntryPoints::parse(b"[console_scripts]\nflask = flask.cli:main\n")?;
    /// let (name, reference) = entry_points.console_scripts().next().unwrap();
    /// assert_eq!((name, reference.module()), ("flask", "flask.cli"));
    /// # Ok::<(), tilsit_packaging::entry_points::EntryPointsError>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<(EntryPoints, Vec<Problem>), EntryPointsError> {
        let text = std::str::from_utf8(bytes).map_err(|error| EntryPointsError::NotUtf8 {
            line: 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count(),
        })?;
        let mut reader = Reader::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            reader.line(index + 1, line.trim())?;
        }
        Ok((reader.entry_points, reader.problems))
    }

    /// Adds or replaces an entry point.
    ///
    /// # Errors
    /// What is wrong with `name`, if the group is one of the two groups of commands.
    pub fn insert(
        &mut self,
        group: &str,
        name: &str,
        reference: ObjectReference,
    ) -> Result<(), &'static str> {
        if is_command_group(group) {
            command_name_fault(name).map_or(Ok(()), Err)?;
        }
        let entries = self.groups.entry(group.to_owned()).or_default();
        entries.insert(name.to_owned(), reference);
        Ok(())
    }

    /// The groups and their entries, sorted by name.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, ObjectReference>)> {
        self.groups.iter().map(|(name, group)| (&**name, group))
    }

    /// The entries of one group, sorted by name; none if there is no such group.
    pub fn group(&self, group: &str) -> impl Iterator<Item = (&str, &ObjectReference)> {
        let entries = self.groups.get(group).into_iter().flatten();
        entries.map(|(name, reference)| (&**name, reference))
    }

    /// The commands that run in a terminal.
    pub fn console_scripts(&self) -> impl Iterator<Item = (&str, &ObjectReference)> {
        self.group(CONSOLE_SCRIPTS)
    }

    /// The commands that open windows.
    pub fn gui_scripts(&self) -> impl Iterator<Item = (&str, &ObjectReference)> {
        self.group(GUI_SCRIPTS)
    }

    /// Whether there is no entry point at all.
    pub fn is_empty(&self) -> bool {
        self.groups.values().all(BTreeMap::is_empty)
    }
}

/// The file's text: groups and names sorted, groups parted by an empty line.
impl std::fmt::Display for EntryPoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let groups = self.groups.iter().filter(|(_, group)| !group.is_empty());
        for (index, (name, group)) in groups.enumerate() {
            writeln!(f, "{}[{name}]", if index == 0 { "" } else { "\n" })?;
            for (name, reference) in group {
                writeln!(f, "{name} = {reference}")?;
            }
        }
        Ok(())
    }
}

/// What is wrong with the name of a command, if anything.
///
/// The specification lets a name be any text without `=`; as a file name it must also be one
/// plain part of a path on every system.
pub fn command_name_fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.contains(['/', '\\']) {
        Some("holds a path separator")
    } else if name == "." || name == ".." {
        Some("names a folder")
    } else if name.contains(':') {
        Some("holds a colon, which parts drives and streams on Windows")
    } else if name.contains('=') || name.starts_with('[') || name != name.trim() {
        Some("can not be written in entry_points.txt")
    } else if name.chars().any(char::is_control) {
        Some("holds a control character")
    } else {
        None
    }
}

fn is_command_group(group: &str) -> bool {
    matches!(group, CONSOLE_SCRIPTS | GUI_SCRIPTS)
}

#[derive(Default)]
struct Reader {
    entry_points: EntryPoints,
    problems: Vec<Problem>,
    group: Option<String>,
}

impl Reader {
    fn line(&mut self, number: usize, text: &str) -> Result<(), EntryPointsError> {
        if text.is_empty() || text.starts_with(['#', ';']) {
            return Ok(());
        }
        if let Some(group) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            let group = group.trim().to_owned();
            self.entry_points.groups.entry(group.clone()).or_default();
            self.group = Some(group);
            return Ok(());
        }
        let Some(group) = self.group.clone() else {
            return Err(EntryPointsError::NoGroup {
                line: number,
                text: text.to_owned(),
            });
        };
        if is_command_group(&group) {
            return self.command(number, group, text);
        }
        if let Err(reason) = self.entry(&group, text) {
            let subject = format!("[{group}]");
            self.problems
                .push(Problem::on_line(number, subject, reason));
        }
        Ok(())
    }

    fn command(&mut self, line: usize, group: String, text: &str) -> Result<(), EntryPointsError> {
        let Some((name, value)) = text.split_once('=') else {
            return Err(EntryPointsError::CommandLine {
                line,
                text: text.to_owned(),
            });
        };
        let name = name.trim();
        if let Some(reason) = command_name_fault(name) {
            return Err(EntryPointsError::CommandName {
                line,
                name: name.to_owned(),
                reason,
            });
        }
        let reference: ObjectReference = value
            .parse()
            .and_then(ObjectReference::callable)
            .map_err(|source| EntryPointsError::CommandReference {
                line,
                name: name.to_owned(),
                source,
            })?;
        let commands = self.entry_points.groups.entry(group).or_default();
        if commands.get(name).is_some_and(|found| *found != reference) {
            return Err(EntryPointsError::DuplicateCommand {
                line,
                name: name.to_owned(),
            });
        }
        commands.insert(name.to_owned(), reference);
        Ok(())
    }

    fn entry(&mut self, group: &str, text: &str) -> Result<(), String> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is not of the form `name = module:object`"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(format!("`{text}` has no name"));
        }
        let reference: ObjectReference = value
            .parse()
            .map_err(|error| format!("`{name}`: {error}"))?;
        let entries = self
            .entry_points
            .groups
            .entry(group.to_owned())
            .or_default();
        if entries.contains_key(name) {
            return Err(format!("`{name}` is defined twice; the first counts"));
        }
        entries.insert(name.to_owned(), reference);
        Ok(())
    }
}
