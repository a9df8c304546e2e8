//! The metadata block of a script: `requires-python`, `dependencies`, our settings in
//! `[tool.tilsit]`, and those of uv in `[tool.uv]` where ours are silent ("Inline script metadata",
//! PEP 723).

mod sources;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tilsit_packaging::inline_script::{Block, find_block, unclosed_block_line};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::RootRequirement;

use crate::configuration::{NamedIndex, Settings};
use crate::error::CommandError;
use crate::explain::Code;

use sources::Sources;

/// What a script asks for.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// The Pythons that will do.
    pub(crate) requires_python: Option<VersionSpecifiers>,
    /// What must be installed.
    pub(crate) dependencies: Vec<RootRequirement>,
    /// Settings for this script.
    pub(crate) settings: Settings,
    /// Whether it has a policy, which is held against its lock.
    has_policy: bool,
}

impl Script {
    /// A policy that nothing is held against must not be passed over.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn refuse_policy(&self) -> Result<(), CommandError> {
        if !self.has_policy {
            return Ok(());
        }
        let message =
            "the script has a `[tool.tilsit.policy]`, and no lock that is held against it";
        Err(CommandError::new(Code::PolicyRefused, message)
            .hint("`tilsit lock --script FILE` makes one"))
    }
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
    tilsit: OurTable,
    #[serde(default)]
    uv: UvTable,
}

/// Our settings, and sources of every kind.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OurTable {
    sources: BTreeMap<String, toml::Value>,
    policy: Option<toml::Value>,
    #[serde(flatten)]
    settings: Settings,
}

/// What is read of `[tool.uv]`; the rest is about projects, or about uv.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct UvTable {
    index: Option<Vec<NamedIndex>>,
    index_url: Option<String>,
    extra_index_url: Option<Vec<String>>,
    no_index: Option<bool>,
    find_links: Option<Vec<String>>,
    exclude_newer: Option<String>,
    exclude_newer_package: Option<BTreeMap<String, String>>,
    prerelease: Option<String>,
    resolution: Option<String>,
    index_strategy: Option<String>,
    no_build: Option<bool>,
    no_build_package: Option<Vec<String>>,
    sources: BTreeMap<String, toml::Value>,
}

impl UvTable {
    /// Our settings, and uv's where ours are silent.
    fn under(self, ours: Settings, sources: &Sources) -> Settings {
        Settings {
            index: ours.index.or(self.index),
            index_url: ours.index_url.or(self.index_url),
            extra_index_url: ours.extra_index_url.or(self.extra_index_url),
            index_strategy: ours.index_strategy.or(self.index_strategy),
            no_index: ours.no_index.or(self.no_index),
            find_links: ours.find_links.or(self.find_links),
            exclude_newer: ours.exclude_newer.or(self.exclude_newer),
            exclude_newer_package: ours.exclude_newer_package.or(self.exclude_newer_package),
            prerelease: ours.prerelease.or(self.prerelease),
            resolution: ours.resolution.or(self.resolution),
            no_build: ours.no_build.or(self.no_build),
            no_build_package: ours.no_build_package.or(self.no_build_package),
            sources: sources.indexes(),
            ..ours
        }
    }
}

/// The block of the script `file` in `folder`; none when it has none.
///
/// # Errors
/// When there are two blocks, one is not closed, or what stands in it is not valid.
pub(crate) fn read(file: &str, folder: &Path, text: &str) -> Result<Option<Script>, CommandError> {
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
    let table = table(file, &block)?;
    let invalid = |reason: String| invalid(file, Some(block.line)).caused_by(reason);
    let requires_python = table.requires_python.map(|text| {
        text.parse()
            .map_err(|error| invalid(format!("`requires-python` is `{text}`: {error}")))
    });
    let Tools { tilsit, uv } = table.tool;
    let sources = if tilsit.sources.is_empty() {
        sources::read("tool.uv.sources", &uv.sources, folder)
    } else {
        sources::read("tool.tilsit.sources", &tilsit.sources, folder)
    };
    let sources = sources.map_err(invalid)?;
    let dependencies = table.dependencies.iter().map(|text| {
        let requirement: Requirement = text
            .parse()
            .map_err(|error| invalid(format!("`dependencies` has `{text}`: {error}")))?;
        let applied = sources.applied_to(requirement).into_iter();
        let roots = applied.map(|requirement| RootRequirement::new(requirement, file));
        Ok(roots.collect::<Vec<_>>())
    });
    let dependencies: Vec<Vec<_>> = dependencies.collect::<Result<_, CommandError>>()?;
    Ok(Some(Script {
        requires_python: requires_python.transpose()?,
        dependencies: dependencies.into_iter().flatten().collect(),
        has_policy: tilsit.policy.is_some(),
        settings: uv
            .under(tilsit.settings, &sources)
            .relative_to(&folder.join("script.py")),
    }))
}

fn table(file: &str, block: &Block) -> Result<Table, CommandError> {
    toml::from_str(&block.content).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = &block.content[..start.min(block.content.len())];
        let line = block.line + 1 + before.matches('\n').count();
        invalid(file, Some(line)).caused_by(error.message())
    })
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
