//! The state that all parts of the parser share.

use std::borrow::Cow;

use super::document::Document;
use super::inline::Roles;
use super::lines::{self, Line};
use super::problem::{Parsed, Problem, Stop};
use super::tree::NodeId;

/// Blocks in each other. Each takes some of the stack; docutils itself gives up at about this depth.
const DEPTH_MAX: usize = 100;
/// A longer line is refused, as docutils does.
const LINE_MAX_CHARACTERS: usize = 10_000;

/// What reads a text.
#[derive(Debug)]
pub(super) struct Parser {
    pub(super) doc: Document,
    pub(super) roles: Roles,
    /// The characters of titles, by the level of their sections.
    pub(super) title_styles: Vec<TitleStyle>,
    depth: usize,
}

/// The character under a title, and above it.
pub(super) type TitleStyle = (char, Option<char>);

/// Lines that blocks are read from, one after the other.
#[derive(Debug)]
pub(super) struct Blocks<'l> {
    pub(super) lines: &'l [Line<'l>],
    /// The line to be read next.
    pub(super) at: usize,
    /// What the blocks are put into.
    pub(super) parent: NodeId,
    /// Whether these are the lines of the text itself, which may have titles.
    pub(super) is_root: bool,
    /// Whether the line that is read is one outside of all blocks; it is not within a list.
    pub(super) is_followed: bool,
}

impl<'l> Blocks<'l> {
    /// The lines not yet read.
    pub(super) fn rest(&self) -> &'l [Line<'l>] {
        &self.lines[self.at.min(self.lines.len())..]
    }

    /// The line to be read next.
    pub(super) fn line(&self) -> Option<Line<'l>> {
        self.lines.get(self.at).copied()
    }

    /// The number of the line at a place, also of the one after the last.
    pub(super) fn number(&self, at: usize) -> usize {
        match self.lines.get(at) {
            Some(line) => line.number,
            None => self.lines.last().map_or(1, |line| line.number + 1),
        }
    }
}

impl Parser {
    /// Reads a text.
    ///
    /// # Errors
    /// When it has a fault.
    pub(super) fn parse(text: &str) -> Parsed<Self> {
        let mut parser = Self {
            doc: Document::new(text.len()),
            roles: Roles::default(),
            title_styles: Vec::new(),
            depth: 0,
        };
        let text = text.replace("\r\n", "\n");
        let texts = lines::split(&text);
        let is_long = |line: &Cow<'_, str>| {
            line.len() > LINE_MAX_CHARACTERS && line.chars().count() > LINE_MAX_CHARACTERS
        };
        if let Some(at) = texts.iter().position(is_long) {
            return Err(Stop::Problem(Problem {
                level: 3,
                line: None,
                message: format!("Line {} exceeds the line-length-limit.", at + 1),
            }));
        }
        let numbered = (1..).zip(&texts);
        let lines: Vec<Line<'_>> = numbered
            .map(|(number, text)| Line { text, number })
            .collect();
        let root = parser.doc.root;
        parser.blocks(Blocks {
            lines: &lines,
            at: 0,
            parent: root,
            is_root: true,
            is_followed: true,
        })?;
        parser.doc.tree.root_line = lines.len() + 1;
        Ok(parser)
    }

    /// Reads blocks that stand in another one.
    ///
    /// # Errors
    /// When they have a fault or are nested too deeply.
    pub(super) fn nested(&mut self, lines: &[Line<'_>], parent: NodeId) -> Parsed<()> {
        if self.depth >= DEPTH_MAX {
            return Err(Stop::TooDeep);
        }
        self.depth += 1;
        self.blocks(Blocks {
            lines,
            at: 0,
            parent,
            is_root: false,
            is_followed: false,
        })?;
        self.depth -= 1;
        Ok(())
    }
}
