//! A project's description to clean HTML: what an index shows for the README of a release.
//!
//! The descriptions of distributions are written by strangers. [`render()`] takes the text and its
//! `Description-Content-Type` and gives HTML that may stand in a page as it is: only harmless tags
//! and attributes, no script, no style, no event handler, no link but http, https and mailto. The
//! bytes are those of `readme_renderer` 46, which most indexes use, so that a page looks here as it
//! does elsewhere; reStructuredText with a fault is refused with the same words.
//!
//! ```
//! let rendered = tilsit_readme::render("# Hi *there*", Some("text/markdown"));
//! assert!(rendered.html.contains("Hi <em>there</em>"));
//! assert_eq!(rendered.note, None);
//! ```
//!
//! # Invariants
//!
//! - Pure functions over text: no file is included, no image fetched, no setting read.
//! - Nothing panics; time and size are bounded by those of the text ([`TEXT_MAX_BYTES`]).
//! - Whatever the path, the last step is the cleaning in [`clean`](mod@clean).
//! - There is always something to show: what cannot be rendered is shown as escaped text, and the
//!   [`Note`] says why.
//!
//! # Modules
//!
//! - [`clean`](mod@clean): the lists of what may stay.
//! - `markdown`: GFM and `CommonMark`; `tag_filter` and `code_blocks` are its steps.
//! - [`highlight`](mod@highlight): code to spans with Pygments' short classes, one file a language.
//! - `nesting`: what is nested too deeply to be parsed.
//! - `rst`: reStructuredText, from its lines to a tree to HTML.
//! - `note`: why a description is shown otherwise than its author meant.

mod character_references;
pub mod clean;
mod code_blocks;
pub mod highlight;
mod markdown;
mod nesting;
mod note;
mod plain;
mod rst;
mod tag_filter;

use tilsit_packaging::metadata::DescriptionContentType;
pub use tilsit_packaging::metadata::Markup;

pub use self::note::Note;
pub use self::rst::Problem;

/// A longer description is not parsed but shown as text. The longest ones of real projects have a
/// few hundred kilobytes.
pub const TEXT_MAX_BYTES: usize = 2 << 20;

/// A description as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// A fragment to stand inside of a page. It is clean.
    pub html: String,
    /// Why it is not, or perhaps not, what the author meant.
    pub note: Option<Note>,
}

/// Renders a description. Without a content type it is reStructuredText, as the specification of
/// core metadata says.
pub fn render(text: &str, content_type: Option<&str>) -> Rendered {
    let content_type = content_type.map(str::trim).filter(|text| !text.is_empty());
    let markup = match content_type.map(str::parse::<DescriptionContentType>) {
        None => Markup::ReStructuredText,
        Some(Ok(content_type)) => content_type.markup(),
        Some(Err(error)) => return as_text(text, Note::ContentType(error)),
    };
    if text.len() > TEXT_MAX_BYTES {
        return as_text(text, Note::TooLong);
    }
    let html = match markup {
        Markup::GithubMarkdown => markdown::render(text, markdown::Variant::Github),
        Markup::CommonMark => markdown::render(text, markdown::Variant::CommonMark),
        Markup::Plain => Ok(plain::render(text)),
        Markup::ReStructuredText => rst::render(text),
    };
    match html {
        Ok(html) => {
            let is_empty = text.trim().is_empty() || html.is_empty();
            let note = is_empty.then_some(Note::Empty);
            Rendered { html, note }
        }
        Err(note) => as_text(text, note),
    }
}

/// Why a description cannot be rendered; nothing when it can. As [`render()`], without the HTML.
pub fn check(text: &str, markup: Markup) -> Option<Note> {
    match markup {
        Markup::ReStructuredText if text.len() > TEXT_MAX_BYTES => Some(Note::TooLong),
        Markup::ReStructuredText => rst::check(text).err(),
        Markup::GithubMarkdown | Markup::CommonMark | Markup::Plain => None,
    }
}

fn as_text(text: &str, note: Note) -> Rendered {
    Rendered {
        html: plain::render(text),
        note: Some(note),
    }
}

#[cfg(test)]
mod tests;
