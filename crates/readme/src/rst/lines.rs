//! The lines of a description, and blocks of them that are set in.

use std::borrow::Cow;

use super::text::{indentation, is_space, skip};

/// The columns from one tab stop to the next.
const TAB_WIDTH: usize = 8;

/// A line without the indentation of what it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// Its place in the description, from one on.
    pub(super) number: usize,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.chars().all(is_space)
    }

    fn without(self, characters: usize) -> Self {
        Self {
            text: skip(self.text, characters),
            ..self
        }
    }
}

/// The lines of a text without `\r\n`, tabs expanded and without white space at their ends.
pub(super) fn split(text: &str) -> Vec<Cow<'_, str>> {
    let ends_line = |c| {
        matches!(
            c,
            '\n' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let text = text.strip_suffix(ends_line).unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    text.split(ends_line).map(expand).collect()
}

fn expand(line: &str) -> Cow<'_, str> {
    if !line
        .bytes()
        .any(|byte| matches!(byte, b'\t' | b'\x0b' | b'\x0c'))
    {
        return Cow::Borrowed(line.trim_end_matches(is_space));
    }
    let mut expanded = String::with_capacity(line.len());
    let mut column = 0;
    for character in line.chars() {
        match character {
            '\t' => {
                let width = TAB_WIDTH - column % TAB_WIDTH;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\x0b' | '\x0c' => {
                expanded.push(' ');
                column += 1;
            }
            character => {
                expanded.push(character);
                column += 1;
            }
        }
    }
    expanded.truncate(expanded.trim_end_matches(is_space).len());
    Cow::Owned(expanded)
}

/// Lines that were taken from others.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Without the indentation that all have in common.
    pub(super) lines: Vec<Line<'a>>,
    /// How many were taken, with blank ones before and after.
    pub(super) taken: usize,
    /// Whether a blank line or the end follows.
    pub(super) is_finished: bool,
}

/// Which lines belong to a block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    /// The columns of the first line that are not the block's.
    pub(super) first: Option<usize>,
    /// The columns that every line after the first has to be set in by, if that is known.
    pub(super) known: Option<usize>,
    /// Whether the block ends with the first blank line.
    pub(super) until_blank: bool,
    /// Whether lines after the first keep their indentation.
    pub(super) keep: bool,
}

/// Takes lines as long as they are set in.
pub(super) fn take<'a>(lines: &[Line<'a>], extent: Extent) -> Block<'a> {
    let is_known_first = extent.first.is_some();
    let mut indent = extent.known;
    let mut end = usize::from(is_known_first).min(lines.len());
    let mut is_finished = true;
    while let Some(line) = lines.get(end) {
        let is_too_far_left = |known| line.text.chars().take(known).any(|c| !is_space(c));
        let is_out = !line.text.starts_with(' ') || extent.known.is_some_and(is_too_far_left);
        if !line.text.is_empty() && is_out {
            is_finished = end > 0 && lines[end - 1].is_blank();
            break;
        }
        if line.is_blank() {
            if extent.until_blank {
                break;
            }
        } else if extent.known.is_none() {
            let own = indentation(line.text);
            indent = Some(indent.map_or(own, |indent| indent.min(own)));
        }
        end += 1;
    }
    let indent = indent.filter(|_| !extent.keep).unwrap_or(0);
    let without = |(index, line): (usize, &Line<'a>)| match extent.first {
        Some(first) if index == 0 => line.without(first),
        _ => line.without(indent),
    };
    Block {
        lines: lines[..end].iter().enumerate().map(without).collect(),
        taken: end,
        is_finished,
    }
}

impl Block<'_> {
    /// Takes away blank lines at the beginning.
    pub(super) fn trim_start(mut self) -> Self {
        let blank = self.lines.iter().take_while(|line| line.is_blank()).count();
        self.lines.drain(..blank);
        self
    }

    /// Takes away blank lines at the end.
    pub(super) fn trim_end(&mut self) {
        while self.lines.last().is_some_and(Line::is_blank) {
            self.lines.pop();
        }
    }
}

/// Lines as one text.
pub(super) fn join(lines: &[Line<'_>]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(line.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_and_expanded() {
        assert_eq!(split("a\tb \n\x0cc\u{85}\n"), ["a       b", " c", ""]);
        assert!(split("").is_empty());
    }

    #[test]
    fn blocks_end_where_a_line_is_not_set_in() {
        let texts = ["- a", "  b", "", "   c", "d"];
        let lines: Vec<Line<'_>> = (1..)
            .zip(texts)
            .map(|(number, text)| Line { text, number })
            .collect();
        let block = take(
            &lines,
            Extent {
                first: Some(2),
                known: Some(2),
                ..Extent::default()
            },
        );
        assert_eq!(join(&block.lines), "a\nb\n\n c");
        assert!(!block.is_finished);
        assert_eq!(block.taken, 4);
    }
}
