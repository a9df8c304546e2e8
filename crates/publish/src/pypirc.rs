//! The file `.pypirc`: repositories to upload to, with their credentials.
//!
//! Follows the specification of the Python community and the INI dialect of Python's
//! `configparser` without interpolation: `key = value` or `key: value`, indented lines continue a
//! value, whole lines that begin with `#` or `;` are comments. A pure parser over text.

use std::fmt;

#[cfg(test)]
mod tests;

/// The section that lists repositories and is none itself.
const LIST_SECTION: &str = "distutils";
/// The section of values that the others inherit.
const DEFAULT_SECTION: &str = "DEFAULT";

/// A read `.pypirc`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pypirc {
    /// The names listed as `index-servers`, in their order.
    pub index_servers: Vec<String>,
    /// The sections that describe repositories, in their order.
    pub repositories: Vec<PypircRepository>,
}

/// One repository of a `.pypirc`. `Debug` hides the password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PypircRepository {
    /// The name of its section.
    pub name: String,
    /// Where it takes uploads; the name alone must say it when there is none.
    pub repository: Option<String>,
    /// The user's name.
    pub username: Option<String>,
    /// The password or token.
    pub password: Option<String>,
    /// A file of certificates to trust.
    pub ca_cert: Option<String>,
    /// A client certificate.
    pub client_cert: Option<String>,
}

impl fmt::Debug for PypircRepository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PypircRepository")
            .field("name", &self.name)
            .field("repository", &self.repository)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("ca_cert", &self.ca_cert)
            .field("client_cert", &self.client_cert)
            .finish()
    }
}

/// Why a `.pypirc` cannot be read. It never repeats a value: it might be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PypircError {
    /// A line is neither a section nor a key with a value.
    #[error("line {line} is neither `[section]` nor `key = value`")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// A key before the first section.
    #[error("line {line} stands before the first section")]
    NoSection {
        /// Counted from 1.
        line: usize,
    },
    /// A section's head is not closed or is empty.
    #[error("line {line} is not a section of the form `[name]`")]
    SectionHead {
        /// Counted from 1.
        line: usize,
    },
    /// A section is there twice.
    #[error("line {line} begins the section `{name}` a second time")]
    RepeatedSection {
        /// Counted from 1.
        line: usize,
        /// The section.
        name: String,
    },
    /// A key is there twice in one section.
    #[error("line {line} gives `{key}` of section `{section}` a second time")]
    RepeatedKey {
        /// Counted from 1.
        line: usize,
        /// The section.
        section: String,
        /// The key.
        key: String,
    },
}

#[derive(Default)]
struct Section {
    name: String,
    values: Vec<(String, String)>,
}

impl Section {
    fn value(&self, key: &str) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(name, _)| name == key)?;
        Some(value.trim_end())
    }
}

impl Pypirc {
    /// Reads the text of a `.pypirc`.
    ///
    /// # Errors
    /// [`PypircError`], with the line.
    pub fn parse(text: &str) -> Result<Self, PypircError> {
        let sections = sections(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        let defaults = sections
            .iter()
            .find(|section| section.name == DEFAULT_SECTION);
        let mut file = Self::default();
        for section in &sections {
            if section.name == LIST_SECTION {
                let names = section.value("index-servers").unwrap_or_default();
                file.index_servers = names.split_whitespace().map(str::to_owned).collect();
            } else if section.name != DEFAULT_SECTION {
                file.repositories.push(repository(section, defaults));
            }
        }
        Ok(file)
    }

    /// The repository of this name.
    pub fn repository(&self, name: &str) -> Option<&PypircRepository> {
        self.repositories
            .iter()
            .find(|repository| repository.name == name)
    }
}

fn repository(section: &Section, defaults: Option<&Section>) -> PypircRepository {
    let value = |key: &str| {
        let own = section.value(key).or_else(|| defaults?.value(key));
        own.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    PypircRepository {
        name: section.name.clone(),
        repository: value("repository"),
        username: value("username"),
        password: value("password"),
        ca_cert: value("ca_cert"),
        client_cert: value("client_cert"),
    }
}

fn sections(text: &str) -> Result<Vec<Section>, PypircError> {
    let mut sections: Vec<Section> = Vec::new();
    // Whether an indented line continues a value: only below a key.
    let mut continues = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let content = line.trim();
        if content.starts_with(['#', ';']) {
            continue;
        }
        if content.is_empty() {
            continue;
        }
        if continues && line.starts_with([' ', '\t']) {
            let value = sections
                .last_mut()
                .and_then(|section| section.values.last_mut());
            if let Some((_, value)) = value {
                value.push('\n');
                value.push_str(content);
            }
            continue;
        }
        if content.starts_with('[') {
            begin_section(&mut sections, content, number)?;
            continues = false;
        } else {
            add_value(&mut sections, content, number)?;
            continues = true;
        }
    }
    Ok(sections)
}

fn begin_section(
    sections: &mut Vec<Section>,
    content: &str,
    line: usize,
) -> Result<(), PypircError> {
    let name = content
        .strip_prefix('[')
        .and_then(|rest| rest.rsplit_once(']'))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty())
        .ok_or(PypircError::SectionHead { line })?;
    if sections.iter().any(|section| section.name == name) {
        let name = name.to_owned();
        return Err(PypircError::RepeatedSection { line, name });
    }
    sections.push(Section {
        name: name.to_owned(),
        values: Vec::new(),
    });
    Ok(())
}

fn add_value(sections: &mut [Section], content: &str, line: usize) -> Result<(), PypircError> {
    let section = sections.last_mut().ok_or(PypircError::NoSection { line })?;
    let (key, value) = content
        .split_once(['=', ':'])
        .ok_or(PypircError::Line { line })?;
    let key = key.trim().to_lowercase();
    if key.is_empty() {
        return Err(PypircError::Line { line });
    }
    if section.value(&key).is_some() {
        return Err(PypircError::RepeatedKey {
            line,
            section: section.name.clone(),
            key,
        });
    }
    section.values.push((key, value.trim().to_owned()));
    Ok(())
}
