//! What somebody wants a tool to be: enough to make it, and to make it again.

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementError};

#[cfg(test)]
mod tests;

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The project whose programs the tool is.
    pub requirement: Requirement,
    /// Whether the project is used where it lies.
    pub is_editable: bool,
    /// What stands behind the name of the tool and of its programs, so that it can be there twice.
    pub suffix: String,
    /// What is installed beside it.
    pub with: Vec<Addition>,
    /// The Python, as it was named.
    pub python: Option<String>,
    /// What limits versions.
    pub constraints: Vec<Requirement>,
    /// What stands in the place of others' requirements.
    pub overrides: Vec<Requirement>,
    /// Settings about indexes and versions, by the names of the long options.
    pub options: toml::Table,
}

/// Something that is installed beside a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// What.
    pub requirement: Requirement,
    /// Whether it is used where it lies.
    pub is_editable: bool,
    /// Whether its programs are the tool's too.
    pub has_programs: bool,
}

/// Why something cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskedError {
    /// A text is not a requirement.
    #[error(transparent)]
    Requirement(#[from] RequirementError),
    /// A suffix that no file name should have.
    #[error(
        "`{0}` cannot stand behind a name: it may have letters, digits, `.`, `_`, `-`, `+` and `@`"
    )]
    Suffix(String),
}

impl Asked {
    /// This project and nothing else.
    pub fn of(requirement: Requirement) -> Self {
        Self {
            requirement,
            is_editable: false,
            suffix: String::new(),
            with: Vec::new(),
            python: None,
            constraints: Vec::new(),
            overrides: Vec::new(),
            options: toml::Table::new(),
        }
    }

    /// What the tool is called: the project's name with the suffix.
    pub fn name(&self) -> String {
        format!("{}{}", self.requirement.name, self.suffix)
    }

    /// The projects whose programs are the tool's, its own first.
    pub fn projects_with_programs(&self) -> impl Iterator<Item = &ProjectName> {
        let added = self.with.iter().filter(|one| one.has_programs);
        let added = added.map(|one| &one.requirement.name);
        std::iter::once(&self.requirement.name).chain(added)
    }
}

impl Addition {
    /// A requirement whose programs stay where they are.
    pub fn of(requirement: Requirement) -> Self {
        Self {
            requirement,
            is_editable: false,
            has_programs: false,
        }
    }
}

/// Whether a suffix can be part of a file's name.
///
/// # Errors
/// When it has other letters than those that every file system and shell takes.
pub fn check_suffix(suffix: &str) -> Result<(), AskedError> {
    let is_fit = |letter: char| letter.is_ascii_alphanumeric() || "._-+@".contains(letter);
    if suffix.chars().all(is_fit) {
        Ok(())
    } else {
        Err(AskedError::Suffix(suffix.to_owned()))
    }
}
