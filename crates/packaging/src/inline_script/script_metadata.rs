//! The content of a `# /// script` block.

use super::{Block, InlineScriptError, find_block};
use crate::problem::Problem;
use crate::requirement::Requirement;
use crate::specifier::VersionSpecifiers;
use crate::toml_reader::{Document, Table};

/// What a script says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScriptMetadata {
    /// `requires-python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `dependencies`
    pub dependencies: Vec<Requirement>,
    /// `[tool]`, as it is.
    pub tool: toml::Table,
}

impl ScriptMetadata {
    /// Reads the metadata of a script's text; `None` if it has no block of type `script`.
    ///
    /// Places in problems are those of the script, not of the block.
    ///
    /// # Errors
    /// [`InlineScriptError`], if there are two blocks, or the block is malformed.
    ///
    /// ```
    /// use tilsit_packaging::inline_script::ScriptMetadata;
    /// let script = "# /// script\n# dependencies = ['attrs']\n# ///\nimport attrs\n";
    /// let (metadata, _) = ScriptMetadata::of_script(script)?.expect("there is a block");
    /// assert_eq!(metadata.dependencies[0].name.as_str(), "attrs");
    /// # Ok::<(), tilsit_packaging::inline_script::InlineScriptError>(())
    /// ```
    pub fn of_script(
        text: &str,
    ) -> Result<Option<(ScriptMetadata, Vec<Problem>)>, InlineScriptError> {
        find_block(text, "script")?
            .map(|block| ScriptMetadata::of_block(&block))
            .transpose()
    }

    /// Reads the metadata of a block.
    ///
    /// # Errors
    /// [`InlineScriptError`], if the block is malformed.
    pub fn of_block(block: &Block) -> Result<(ScriptMetadata, Vec<Problem>), InlineScriptError> {
        let in_script = |problem: Problem| Problem {
            line: problem.line.map(|line| line + block.line),
            // The comment mark and its space stand before.
            column: problem.column.map(|column| column + 2),
            ..problem
        };
        let fault = |problem| InlineScriptError::Invalid(in_script(problem));
        let document = Document::parse(&block.content).map_err(fault)?;
        let root = document.root();
        let problems = root.unknown_keys(&["dependencies", "requires-python", "tool"]);
        let metadata = read(&root).map_err(fault)?;
        Ok((metadata, problems.into_iter().map(in_script).collect()))
    }
}

fn read(root: &Table<'_>) -> Result<ScriptMetadata, Problem> {
    let tool = root.table("tool")?;
    Ok(ScriptMetadata {
        requires_python: root.parsed("requires-python")?,
        dependencies: root.parsed_list("dependencies")?.unwrap_or_default(),
        tool: tool.map(|tool| tool.to_value()).unwrap_or_default(),
    })
}
