//! The metadata block of a script: `requires-python`, `dependencies`, and our settings in
//! `[tool.tilsit]` ("Inline script metadata", PEP 723).

use serde::Deserialize;
use tilsit_packaging::inline_script::{find_block, unclosed_block_line};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::RootRequirement;

use crate::configuration::Settings;
use crate::error::CommandError;
use crate::explain::Code;

/// What a script asks for.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The Pythons that will do.
    pub(super) requires_python: Option<VersionSpecifiers>,
    /// What must be installed.
    pub(super) dependencies: Vec<RootRequirement>,
    /// Settings for this script.
    pub(super) settings: Settings,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Table {
    requires_python: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    tool: Tools,
}

#[derive(Default, Deserialize)]
struct Tools {
    #[serde(default)]
    tilsit: Settings,
}

/// The block of the script `file`; none when it has none.
///
/// # Errors
/// When there are two blocks, one is not closed, or what stands in it is not valid.
pub(super) fn read(file: &str, text: &str) -> Result<Option<Script>, CommandError> {
    let block = find_block(text, "script")
        .map_err(|error| invalid(file, None).caused_by(error.to_string()))?;
    let Some(block) = block else {
        return match unclosed_block_line(text, "script") {
            Some(line) => Err(invalid(file, Some(line))
                .caused_by("the block `# /// script` is not closed")
                .hint("end it with a line `# ///`, and begin each line between with `#`")),
            None => Ok(None),
        };
    };
    let table: Table = toml::from_str(&block.content).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = &block.content[..start.min(block.content.len())];
        let line = block.line + 1 + before.matches('\n').count();
        invalid(file, Some(line)).caused_by(error.message())
    })?;
    let requires_python = table.requires_python.map(|text| {
        text.parse().map_err(|error| {
            let reason = format!("`requires-python` is `{text}`: {error}");
            invalid(file, Some(block.line)).caused_by(reason)
        })
    });
    let dependencies = table.dependencies.iter().map(|text| {
        let requirement: Requirement = text.parse().map_err(|error| {
            let reason = format!("`dependencies` has `{text}`: {error}");
            invalid(file, Some(block.line)).caused_by(reason)
        })?;
        Ok(RootRequirement::new(requirement, file))
    });
    Ok(Some(Script {
        requires_python: requires_python.transpose()?,
        dependencies: dependencies.collect::<Result<_, CommandError>>()?,
        settings: table.tool.tilsit,
    }))
}

fn invalid(file: &str, line: Option<usize>) -> CommandError {
    let place = line.map_or_else(String::new, |line| format!(", line {line}"));
    CommandError::new(
        Code::ScriptInvalid,
        format!("the metadata of `{file}`{place} is not valid"),
    )
}

#[cfg(test)]
mod tests;
