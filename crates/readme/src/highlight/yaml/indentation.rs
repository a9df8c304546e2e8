//! The levels of indentation in a YAML document.

/// Levels of indentation, and what is known of the line that is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Indentation {
    /// The levels around the current one; none for that of the document.
    outer: Vec<Option<usize>>,
    current: Option<usize>,
    /// Where the next level would be.
    next: usize,
    /// The indentation of a block scalar, when it is known.
    pub(super) block_scalar: Option<usize>,
}

impl Indentation {
    /// The current level; nothing outside of all.
    pub(super) fn current(&self) -> Option<usize> {
        self.current
    }

    /// A line begins with so many spaces: leaves the levels that it ends. Gives how many of the
    /// spaces fit no level.
    pub(super) fn begin_line(&mut self, spaces: usize) -> usize {
        self.next = spaces;
        if self.current.is_none_or(|current| spaces >= current) {
            return 0;
        }
        while self.current.is_some_and(|current| spaces < current) {
            self.current = self.outer.pop().flatten();
        }
        match self.current {
            // Pygments counts the level outside of all as -1, which here is the last space.
            None => spaces.min(1),
            Some(current) => spaces - current,
        }
    }

    /// More of the line belongs to the indentation.
    pub(super) fn go_on(&mut self, spaces: usize) {
        self.next += spaces;
    }

    /// A collection begins where the indentation ended.
    pub(super) fn enter(&mut self) {
        if self.current.is_none_or(|current| current < self.next) {
            self.outer.push(self.current);
            self.current = Some(self.next);
        }
    }
}
