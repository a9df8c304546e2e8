//! Inline script metadata: what a single-file script says about itself in a comment block.
//!
//! Follows "Inline script metadata" (PEP 723). Finds the blocks exactly as the specification's
//! regular expression does, on text whose line ends were made uniform, as Python reads source.

mod block;
mod script_metadata;
#[cfg(test)]
mod tests;

pub use self::block::{Block, blocks, unclosed_block_line};
pub use self::script_metadata::ScriptMetadata;
use crate::problem::Problem;

/// Why a script's metadata could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InlineScriptError {
    /// Two blocks of the same type.
    #[error("the script has two `# /// {kind}` blocks, on lines {first} and {second}")]
    Twice {
        /// The type of the blocks.
        kind: String,
        /// The line of the first block.
        first: usize,
        /// The line of the second block.
        second: usize,
    },
    /// The content of the block is not valid.
    #[error("the script's metadata is not valid: {0}")]
    Invalid(Problem),
}

/// The one block of a type (`script` is the type that the specification defines), if there is one.
///
/// # Errors
/// [`InlineScriptError::Twice`] if there are several: the specification forbids to choose.
pub fn find_block(text: &str, kind: &str) -> Result<Option<Block>, InlineScriptError> {
    let mut found = blocks(text).into_iter().filter(|block| block.kind == kind);
    let first = found.next();
    match (&first, found.next()) {
        (Some(first), Some(second)) => Err(InlineScriptError::Twice {
            kind: kind.to_owned(),
            first: first.line,
            second: second.line,
        }),
        _ => Ok(first),
    }
}
