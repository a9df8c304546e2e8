//! Changes to pyproject.toml, to the metadata block of a script, and to a Pipfile, that keep comments,
//! order and style.
//!
//! Text in, text out. A change is made in the text itself, at the places that the parsed document
//! names, so that everything else stays byte for byte: comments, quotes, indentation, the ends of
//! lines, a byte order mark. Lists that are sorted stay sorted; others get what is new at their end.
//!
//! Follows "pyproject.toml specification", "Dependency Groups" (PEP 735) and "Inline script
//! metadata" (PEP 723). Where a source or an index is written, `[tool.uv]` is used in a project that
//! has its own there, and `[tool.tilsit]` in all others.
//!
//! ```
//! use tilsit_project::edit::{Addition, Editor, List};
//!
//! let text = "[project]\nname = 'app'  # ours\ndependencies = ['flask']\n";
//! let mut editor = Editor::project(text)?;
//! editor.add(&List::Project, &Addition::of("attrs>=25".parse()?))?;
//! assert_eq!(
//!     editor.into_text(),
//!     "[project]\nname = 'app'  # ours\ndependencies = ['attrs>=25', 'flask']\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod editor;
mod literal;
mod pipfile;
mod script_frame;
mod sequence;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use literal::ordered;

pub use editor::{Added, Addition, Editor, List};
pub use pipfile::{PipfileEditor, PipfileEntry};
pub use source::{GitReference, Location, Source};
use tilsit_packaging::inline_script::InlineScriptError;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::problem::Problem;

/// Why a text cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is not TOML, or something in it is of another kind than it has to be.
    #[error("{0}")]
    Invalid(Problem),
    /// There is no `[project]`.
    #[error("there is no table `[project]`")]
    NoProject,
    /// A key is filled in when the project is built.
    #[error("`project.{key}` is dynamic (line {line}): the build backend fills it in")]
    Dynamic {
        /// The key.
        key: &'static str,
        /// The line of `dynamic`.
        line: usize,
    },
    /// `[project]` has no version.
    #[error("`[project]` has no `version`")]
    NoVersion,
    /// A requirement stands in a list more than once.
    #[error("`{name}` is required twice in `{list}`, on lines {first} and {second}")]
    Ambiguous {
        /// The project that is required.
        name: ProjectName,
        /// The list.
        list: String,
        /// The line of the first requirement.
        first: usize,
        /// The line of the second one.
        second: usize,
    },
    /// A script's block is not valid.
    #[error(transparent)]
    Script(#[from] InlineScriptError),
    /// A script's block has no end.
    #[error("the block `# /// script` on line {line} is not closed")]
    Unclosed {
        /// The line of its opening mark.
        line: usize,
    },
    /// The form in which something is written cannot be changed.
    #[error("the text is written in a form that cannot be changed: {0}")]
    Layout(Box<EditError>),
}
