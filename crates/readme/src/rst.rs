//! `text/x-rst`: reStructuredText, as docutils 0.23 reads it and `readme_renderer` shows it.
//!
//! A text is read into a tree (`block` and `inline`, with the directives and roles), the tree is
//! completed once every name is known (`transform`), and written as HTML (`writer`). The first
//! warning or error ends the work: a text with one is not rendered, as `readme_renderer` refuses it
//! too, so that nothing has to be mended here.
//!
//! Blocks are read recursively down to a fixed depth; whatever the text asks for besides what it
//! says (copies of substitutions and titles, empty cells, looking for siblings) is counted.

mod block;
mod directive;
mod document;
mod inline;
mod lines;
mod parser;
mod problem;
mod table;
mod text;
mod transform;
mod tree;
mod writer;

use self::parser::Parser;
pub use self::problem::Problem;
use self::problem::{Parsed, Stop};
use crate::note::Note;
use crate::{clean, nesting};

/// reStructuredText as clean HTML.
///
/// # Errors
/// [`Note::Rst`] when the text has a fault, [`Note::TooDeep`] or [`Note::TooLarge`].
pub(crate) fn render(text: &str) -> Result<String, Note> {
    let html = write(text).map_err(note)?;
    if !nesting::is_shallow(&html) {
        return Err(Note::TooDeep);
    }
    Ok(clean::clean(&html))
}

/// The fault of a text that keeps it from being rendered.
pub(crate) fn check(text: &str) -> Result<(), Note> {
    read(text).map(|_| ()).map_err(note)
}

fn read(text: &str) -> Parsed<Parser> {
    let mut parser = Parser::parse(text)?;
    parser.complete()?;
    Ok(parser)
}

fn write(text: &str) -> Parsed<String> {
    let parser = read(text)?;
    writer::write(&parser.doc, text.len())
}

fn note(stop: Stop) -> Note {
    match stop {
        Stop::Problem(problem) => Note::Rst(problem),
        Stop::TooDeep => Note::TooDeep,
        Stop::TooLarge => Note::TooLarge,
    }
}
