//! A TOML text in which single places are changed and all else stays byte for byte.
//!
//! A change is a few [`Splice`]s: pieces of the text with what comes in their place. They are found
//! by the spans of the parsed document, and the result is parsed again.

use std::ops::Range;

use tilsit_packaging::problem::Problem;
use toml_edit::Document;

use super::EditError;

/// The text, known to be TOML.
#[derive(Clone, Debug)]
pub(super) struct TomlText {
    text: String,
    /// How many lines of the file stand before it.
    lines_before: usize,
}

/// A piece of a text, and what comes in its place.
#[derive(Clone, Debug)]
pub(super) struct Splice {
    range: Range<usize>,
    text: String,
}

impl Splice {
    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { range, text }
    }

    pub(super) fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(offset..offset, text)
    }

    pub(super) fn remove(range: Range<usize>) -> Self {
        Self::replace(range, "")
    }
}

impl TomlText {
    pub(super) fn parse(text: String, lines_before: usize) -> Result<Self, EditError> {
        let parsed = Self { text, lines_before };
        match Document::parse(parsed.as_str()) {
            Ok(_) => Ok(parsed),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                let reason = error.message().trim().replace('\n', ", ");
                Err(parsed.problem(offset, "TOML", reason))
            }
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The document with its spans.
    pub(super) fn document(&self) -> Document<&str> {
        Document::parse(self.as_str()).expect("the text was parsed when it was made")
    }

    /// How lines end here.
    pub(super) fn newline(&self) -> &'static str {
        match self.text.find('\n') {
            Some(end) if self.text[..end].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// What is wrong at a place.
    pub(super) fn problem(
        &self,
        offset: usize,
        subject: impl Into<String>,
        reason: impl Into<String>,
    ) -> EditError {
        EditError::Invalid(Problem::on_line(self.line(offset), subject, reason))
    }

    /// The line of a place in the file, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let ends = before.iter().filter(|byte| **byte == b'\n');
        1 + self.lines_before + ends.count()
    }

    /// Changes the text. Of splices at one place the first comes first.
    ///
    /// # Errors
    /// When the text would no longer be TOML: then nothing is changed.
    pub(super) fn apply(&mut self, mut splices: Vec<Splice>) -> Result<(), EditError> {
        splices.sort_by_key(|splice| splice.range.start);
        let mut changed = String::with_capacity(self.text.len() + 128);
        let mut done = 0;
        for splice in &splices {
            changed.push_str(&self.text[done..splice.range.start]);
            changed.push_str(&splice.text);
            done = splice.range.end;
        }
        changed.push_str(&self.text[done..]);
        let changed = Self::parse(changed, self.lines_before);
        *self = changed.map_err(|error| EditError::Layout(Box::new(error)))?;
        Ok(())
    }
}

/// Where the line of `offset` starts.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line of `offset` ends, before its line end.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n');
    let end = end.map_or(text.len(), |length| offset + length);
    if text[offset..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

/// The line or lines of `range`, with their last line end; where there is none, with the one before.
pub(super) fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = line_start(text, range.start);
    match text[range.end..].find('\n') {
        Some(length) => start..range.end + length + 1,
        None if start > 0 => line_end(text, line_start(text, start - 1))..text.len(),
        None => start..text.len(),
    }
}

/// The white space that the line of `offset` starts with.
pub(super) fn indent(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..];
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[..length]
}
