//! The differences that have a reason: the table of `docs/design/0003-parity.md`.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::process::root;

/// How the sets are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// For one environment.
    One,
    /// For all platforms and newer Pythons.
    Universal,
    /// For one environment, from the default index.
    Further,
}

impl Mode {
    const ALL: [(Self, &'static str); 3] = [
        (Self::One, "one"),
        (Self::Universal, "universal"),
        (Self::Further, "further"),
    ];

    /// What the words ask for.
    pub(super) fn of(words: &[&str]) -> Self {
        if words.contains(&"--further") {
            Self::Further
        } else if words.contains(&"--universal") {
            Self::Universal
        } else {
            Self::One
        }
    }
}

/// A row: the set, how it was resolved, and which projects differ.
type Row = (String, Mode, BTreeSet<String>);

/// All rows.
#[derive(Debug)]
pub(super) struct Explained(Vec<Row>);

impl Explained {
    /// Reads the table.
    ///
    /// # Errors
    /// When it is not there, or a row is not as it should be.
    pub(super) fn read() -> Result<Self> {
        let path = root().join("docs/design/0003-parity.md");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut rows = Vec::new();
        for line in text.lines() {
            // | set | mode | `project`, `project` | reason |
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, set, mode, projects, reason, _] = cells[..] else {
                continue;
            };
            let known = Mode::ALL.iter().find(|(_, name)| *name == mode);
            let Some((mode, _)) = known else {
                continue;
            };
            let projects: BTreeSet<String> = projects
                .split(',')
                .map(|project| project.trim().trim_matches('`').to_owned())
                .filter(|project| !project.is_empty())
                .collect();
            if projects.is_empty() || reason.is_empty() {
                bail!("the row of `{set}` lacks its projects or its reason");
            }
            rows.push((set.to_owned(), *mode, projects));
        }
        Ok(Self(rows))
    }

    /// Whether exactly these projects are said to differ.
    pub(super) fn covers(&self, set: &str, mode: Mode, projects: &[&str]) -> bool {
        let found: BTreeSet<&str> = projects.iter().copied().collect();
        self.0.iter().any(|(name, row_mode, said)| {
            name == set && *row_mode == mode && said.iter().map(String::as_str).eq(found.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Explained, Mode};
    use crate::process::root;

    #[test]
    fn a_row_covers_what_it_names_and_nothing_else() {
        let table = "| set | mode | projects | reason |\n|---|---|---|---|\n\
                     | sentry | one | `celery`, `six` | newest first |\n";
        let explained = Explained::parse(table).expect("the table is read");
        assert!(explained.covers("sentry", Mode::One, &["celery", "six"]));
        assert!(!explained.covers("sentry", Mode::One, &["celery"]));
        assert!(!explained.covers("sentry", Mode::Universal, &["celery", "six"]));
        assert!(!explained.covers("flask", Mode::One, &["celery", "six"]));
        assert!(Explained::parse("| sentry | one | `celery` | |").is_err());
    }

    #[test]
    fn each_row_is_about_a_set_that_there_is() {
        let Explained(rows) = Explained::read().expect("the table is read");
        for (set, mode, _) in rows {
            let folder = root().join("crates/xtask/parity");
            let folder = match mode {
                Mode::Further => folder.join("further"),
                _ => folder,
            };
            assert!(folder.join(format!("{set}.in")).is_file(), "{set}");
        }
    }
}
