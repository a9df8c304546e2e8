//! `pyvenv.cfg`: reads and writes the file that makes a folder a virtual environment.
//!
//! The format is PEP 405's and the specification "Python Virtual Environments": lines of
//! `key = value`, keys in any case, no sections. The keys written are virtualenv's, because tox
//! and poetry read more than `home` and `include-system-site-packages`. Finding the base
//! interpreter from what the file says is left to [`crate::interpreter`].

use std::fmt;

/// The content of a `pyvenv.cfg`, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PyVenvCfg {
    entries: Vec<(String, String)>,
}

impl PyVenvCfg {
    /// Reads the text of a `pyvenv.cfg`; lines without `=` are passed over, as `site` does.
    pub fn parse(text: &str) -> Self {
        let mut cfg = Self::default();
        for line in text.lines() {
            if let Some((key, value)) = line.split_once('=') {
                // A byte order mark at the start of the file is no part of the first key.
                let key = key.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                if !key.is_empty() {
                    cfg.set(key, value.trim());
                }
            }
        }
        cfg
    }

    /// The value of `key`, which is compared without case.
    pub fn value(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// Sets `key`; the last value of a key wins, at the place of the first.
    ///
    /// Line breaks in `value` become spaces: a folder's name must not add keys to the file.
    pub fn set(&mut self, key: &str, value: &str) {
        let key = key.to_lowercase();
        let value = value.replace(['\n', '\r'], " ");
        match self.entries.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }

    /// The folder of the base interpreter.
    pub fn home(&self) -> Option<&str> {
        self.value("home").filter(|home| !home.is_empty())
    }

    /// Whether the base interpreter's packages are seen from the environment.
    pub fn system_site_packages(&self) -> bool {
        self.value("include-system-site-packages")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether the environment may be moved: its programs must find it where they lie.
    pub fn relocatable(&self) -> bool {
        self.value("relocatable")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The full path of the base interpreter, where the maker of the environment wrote it.
    pub fn base_executable(&self) -> Option<&str> {
        let written = self.value("base-executable").or(self.value("executable"));
        written.filter(|path| !path.is_empty())
    }

    /// The prompt, without the quotes that `venv` and `virtualenv` put around it.
    pub fn prompt(&self) -> Option<&str> {
        let prompt = self.value("prompt")?;
        let inner = |quote| prompt.strip_prefix(quote)?.strip_suffix(quote);
        Some(inner('\'').or_else(|| inner('"')).unwrap_or(prompt))
    }
}

impl fmt::Display for PyVenvCfg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in &self.entries {
            writeln!(formatter, "{key} = {value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
