//! The netrc file: users and passwords by host.
//!
//! The format is that of the `ftp` program, as Python's `netrc` module reads it: words split by white
//! space, quoted with `"`, `\` before any character; `machine`, `default`, `login`, `user`,
//! `account`, `password`; `macdef` up to an empty line; `#` starts a comment where a keyword may
//! stand.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::credentials::Credential;

/// The entries of a netrc file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Netrc {
    machines: BTreeMap<String, Credential>,
    default: Option<Credential>,
}

/// Why a netrc file cannot be read. It shows no word of the file: any could be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetrcError {
    /// Another word than a keyword.
    #[error("line {line}: expected `machine`, `default`, `macdef` or a comment")]
    Keyword {
        /// The line, from 1.
        line: usize,
    },
    /// The file ends within an entry, or within quotes.
    #[error("line {line}: a value is missing after `{after}`")]
    Missing {
        /// The line, from 1.
        line: usize,
        /// The keyword.
        after: &'static str,
    },
}

impl Netrc {
    /// The credential for a host: its own entry, else the default one.
    pub fn for_host(&self, host: &str) -> Option<&Credential> {
        self.machines
            .get(&host.to_ascii_lowercase())
            .or(self.default.as_ref())
    }
}

impl FromStr for Netrc {
    type Err = NetrcError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut netrc = Self::default();
        let mut words = Words {
            rest: text,
            line: 1,
        };
        while let Some(word) = words.next_keyword() {
            match word.as_str() {
                "machine" => {
                    let host = words.value("machine")?;
                    let credential = words.entry()?;
                    // The first entry of a host counts, as for curl.
                    netrc
                        .machines
                        .entry(host.to_ascii_lowercase())
                        .or_insert(credential);
                }
                "default" => {
                    let credential = words.entry()?;
                    netrc.default.get_or_insert(credential);
                }
                "macdef" => words.skip_macro(),
                _ => return Err(NetrcError::Keyword { line: words.line }),
            }
        }
        Ok(netrc)
    }
}

/// The words of the file, with the line that they stand on.
struct Words<'a> {
    rest: &'a str,
    line: usize,
}

impl Words<'_> {
    /// The login and password that follow `machine` or `default`.
    fn entry(&mut self) -> Result<Credential, NetrcError> {
        let (mut user, mut password) = (String::new(), String::new());
        loop {
            let before = (self.rest, self.line);
            match self.next_keyword().as_deref() {
                Some("login" | "user") => user = self.value("login")?,
                Some("account") => drop(self.value("account")?),
                Some("password") => password = self.value("password")?,
                Some("machine" | "default" | "macdef") => {
                    (self.rest, self.line) = before;
                    return Ok(Credential::new(user, password));
                }
                Some(_) => return Err(NetrcError::Keyword { line: self.line }),
                None => return Ok(Credential::new(user, password)),
            }
        }
    }

    fn value(&mut self, after: &'static str) -> Result<String, NetrcError> {
        let line = self.line;
        self.skip_space();
        self.word().ok_or(NetrcError::Missing { line, after })
    }

    /// The next word where a keyword may stand; comments are skipped.
    fn next_keyword(&mut self) -> Option<String> {
        loop {
            self.skip_space();
            if !self.rest.starts_with('#') {
                return self.word();
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }

    fn skip_space(&mut self) {
        let text = self.rest.trim_start();
        let skipped = &self.rest[..self.rest.len() - text.len()];
        self.line += skipped.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = text;
    }

    /// A word, unquoted. `None` at the end of the file, or when its quotes do not end.
    fn word(&mut self) -> Option<String> {
        let mut word = String::new();
        let mut characters = self.rest.char_indices();
        let quoted = self.rest.starts_with('"');
        if quoted {
            characters.next();
        } else if self.rest.is_empty() {
            return None;
        }
        while let Some((index, character)) = characters.next() {
            match character {
                '"' if quoted => {
                    self.advance(index + 1);
                    return Some(word);
                }
                '\\' => word.push(characters.next()?.1),
                character if !quoted && character.is_whitespace() => {
                    self.advance(index);
                    return Some(word);
                }
                character => word.push(character),
            }
        }
        self.advance(self.rest.len());
        (!quoted).then_some(word)
    }

    fn advance(&mut self, end: usize) {
        self.line += self.rest[..end]
            .bytes()
            .filter(|byte| *byte == b'\n')
            .count();
        self.rest = &self.rest[end..];
    }

    /// A macro ends at the first empty line.
    fn skip_macro(&mut self) {
        let end = self
            .rest
            .find("\n\n")
            .map_or(self.rest.len(), |end| end + 1);
        self.advance(end);
    }
}

#[cfg(test)]
mod tests;
