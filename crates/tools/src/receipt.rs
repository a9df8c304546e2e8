//! `tilsit-receipt.toml`: what was asked for when a tool was installed, and what the tool has
//! outside of its environment.
//!
//! It is written last, so an environment that has one is whole. Unknown keys are passed over; a later
//! `schema` is refused, since a tool that is not understood must not be changed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilsit_packaging::name::{NameError, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::{Version, VersionError};

use crate::asked::{Addition, Asked, AskedError, check_suffix};
use crate::exposed::Kind;

#[cfg(test)]
mod tests;

/// The name of the file in a tool's environment.
pub const FILE_NAME: &str = "tilsit-receipt.toml";

/// The form that is written and read.
const SCHEMA: u32 = 1;

/// What is known of an installed tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// What was asked for.
    pub asked: Asked,
    /// The version of the tool's project.
    pub version: Version,
    /// The version of the Python that it was made with.
    pub python: String,
    /// What it has outside of its environment.
    pub links: Vec<Link>,
}

/// Something outside of an environment that leads into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub path: PathBuf,
    /// The file in the environment.
    pub target: PathBuf,
    /// The project that brought it.
    pub from: String,
}

/// Why a receipt cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// There is none: the environment is not whole.
    #[error("it has no receipt: its installation broke off, or another program made the folder")]
    Missing,
    /// It cannot be read.
    #[error("its receipt cannot be read: {0}")]
    Unreadable(String),
    /// It is not TOML, or a value is of a wrong kind.
    #[error("its receipt is not valid: {0}")]
    Invalid(String),
    /// A newer program wrote it.
    #[error("its receipt has the form {found}; this program knows {SCHEMA}")]
    Newer {
        /// The form.
        found: u32,
    },
    /// A version is none.
    #[error("its receipt is not valid: {0}")]
    Version(#[from] VersionError),
    /// A name is none.
    #[error("its receipt is not valid: {0}")]
    Name(#[from] NameError),
    /// What was asked for cannot be.
    #[error("its receipt is not valid: {0}")]
    Asked(#[from] AskedError),
}

#[derive(Deserialize, Serialize)]
struct RawReceipt {
    schema: u32,
    version: String,
    python: String,
    asked: RawAsked,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Deserialize, Serialize)]
struct Schema {
    schema: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
struct RawAsked {
    requirement: String,
    #[serde(default, skip_serializing_if = "is_false")]
    editable: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    suffix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    python: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    constraints: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    with: Vec<RawAddition>,
    #[serde(default, skip_serializing_if = "toml::Table::is_empty")]
    options: toml::Table,
}

#[derive(Deserialize, Serialize)]
struct RawAddition {
    requirement: String,
    #[serde(default, skip_serializing_if = "is_false")]
    editable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    programs: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Receipt {
    /// Reads a receipt.
    ///
    /// # Errors
    /// When it is not one, or of a later form.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let invalid = |error: &toml::de::Error| ReceiptError::Invalid(in_one_line(error));
        let Schema { schema } = toml::from_str(text).map_err(|error| invalid(&error))?;
        if schema > SCHEMA {
            return Err(ReceiptError::Newer { found: schema });
        }
        let raw: RawReceipt = toml::from_str(text).map_err(|error| invalid(&error))?;
        for link in &raw.links {
            let _: ProjectName = link.from.parse()?;
        }
        Ok(Self {
            asked: raw.asked.read()?,
            version: raw.version.parse()?,
            python: raw.python,
            links: raw.links,
        })
    }

    /// The receipt of the tool in a folder.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    pub fn of(tool: &Path) -> Result<Self, ReceiptError> {
        match tilsit_files::read_to_string(tool.join(FILE_NAME)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.is_not_found() => Err(ReceiptError::Missing),
            Err(error) => Err(ReceiptError::Unreadable(error.to_string())),
        }
    }

    /// The text of the file.
    pub fn to_toml(&self) -> String {
        let raw = RawReceipt {
            schema: SCHEMA,
            version: self.version.to_string(),
            python: self.python.clone(),
            asked: RawAsked::of(&self.asked),
            links: self.links.clone(),
        };
        let text = toml::to_string(&raw).expect("texts, flags, lists and tables can be written");
        format!(
            "# Written by tilsit: what was asked of this tool, and what it has outside.\n{text}"
        )
    }
}

impl RawAsked {
    fn of(asked: &Asked) -> Self {
        let with = asked.with.iter().map(|one| RawAddition {
            requirement: one.requirement.to_string(),
            editable: one.is_editable,
            programs: one.has_programs,
        });
        Self {
            requirement: asked.requirement.to_string(),
            editable: asked.is_editable,
            suffix: asked.suffix.clone(),
            python: asked.python.clone(),
            constraints: texts(&asked.constraints),
            overrides: texts(&asked.overrides),
            with: with.collect(),
            options: asked.options.clone(),
        }
    }

    fn read(self) -> Result<Asked, AskedError> {
        check_suffix(&self.suffix)?;
        let with = self.with.into_iter().map(|raw| {
            Ok(Addition {
                requirement: raw.requirement.parse()?,
                is_editable: raw.editable,
                has_programs: raw.programs,
            })
        });
        Ok(Asked {
            requirement: self.requirement.parse()?,
            is_editable: self.editable,
            suffix: self.suffix,
            with: with.collect::<Result<_, AskedError>>()?,
            python: self.python,
            constraints: requirements(&self.constraints)?,
            overrides: requirements(&self.overrides)?,
            options: self.options,
        })
    }
}

/// Requirements as text.
pub(crate) fn texts(requirements: &[Requirement]) -> Vec<String> {
    requirements.iter().map(ToString::to_string).collect()
}

/// Texts as requirements.
pub(crate) fn requirements(texts: &[String]) -> Result<Vec<Requirement>, AskedError> {
    let read = texts.iter().map(|text| Ok(text.parse()?));
    read.collect()
}

/// The message of a TOML error with its place, without the picture of the line.
pub(crate) fn in_one_line(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', ", ")
}
