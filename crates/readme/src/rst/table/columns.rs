//! The columns of lines: a wide character takes two, one that combines with another none.

use crate::rst::text::{is_combining, is_space, is_wide};

/// Fills the second column of a wide character.
const PADDING: char = '\0';

/// A line by its columns.
#[derive(Debug)]
pub(super) struct Columns<'l> {
    text: &'l str,
    characters: Vec<char>,
    /// The byte where each column begins.
    starts: Vec<usize>,
}

impl<'l> Columns<'l> {
    pub(super) fn of(text: &'l str) -> Self {
        let mut characters = Vec::with_capacity(text.len());
        let mut starts = Vec::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            if is_combining(character) {
                continue;
            }
            characters.push(character);
            starts.push(at);
            if is_wide(character) {
                characters.push(PADDING);
                starts.push(at + character.len_utf8());
            }
        }
        Self {
            text,
            characters,
            starts,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    pub(super) fn at(&self, column: usize) -> Option<char> {
        self.characters.get(column).copied()
    }

    /// Whether anything stands between two columns.
    pub(super) fn is_filled(&self, left: usize, right: usize) -> bool {
        let right = right.min(self.characters.len());
        let part = self.characters.get(left..right).unwrap_or_default();
        !part.iter().all(|c| is_space(*c))
    }

    /// The text from one column up to another.
    pub(super) fn slice(&self, left: usize, right: usize) -> &'l str {
        let byte = |column| self.starts.get(column).copied().unwrap_or(self.text.len());
        let (left, right) = (byte(left), byte(right));
        self.text.get(left..right.max(left)).unwrap_or_default()
    }
}
