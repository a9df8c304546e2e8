//! How a finding in a source tree is mended: edits of one file's text.

/// A change of one file that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The file, relative to the tree; one that is not there is made.
    pub file: String,
    /// Whether the project stays what it is: its metadata says the same, and a build has the same files.
    pub is_safe: bool,
    /// What is changed; no two of them touch.
    pub edits: Vec<Edit>,
}

/// One piece of a text and what comes in its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// The new text.
    pub text: String,
}

impl Edit {
    /// Another text in the place of this one.
    pub fn new(place: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        Self {
            start: place.start,
            end: place.end,
            text: text.into(),
        }
    }
}

impl Fix {
    /// A change after which the project is the same.
    pub(crate) fn safe(file: &str, edits: Vec<Edit>) -> Self {
        Self::new(file, true, edits)
    }

    pub(crate) fn new(file: &str, is_safe: bool, edits: Vec<Edit>) -> Self {
        Self {
            file: file.to_owned(),
            is_safe,
            edits: joined(edits),
        }
    }

    /// Whether both change the same piece of a file.
    pub fn touches(&self, other: &Self) -> bool {
        let overlap = |one: &Edit, other: &Edit| one.start <= other.end && other.start <= one.end;
        let mut edits = self.edits.iter();
        self.file == other.file
            && edits.any(|one| other.edits.iter().any(|other| overlap(one, other)))
    }
}

/// In their order, those that touch as one.
fn joined(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort();
    let mut joined: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match joined.last_mut() {
            Some(last) if edit.start <= last.end => {
                last.end = last.end.max(edit.end);
                last.text += &edit.text;
            }
            _ => joined.push(edit),
        }
    }
    joined
}

/// The text with these edits, none of which touch; one whose place is not in the text is left out.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut changed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        let Some(kept) = text.get(done..edit.start) else {
            continue;
        };
        if text.get(edit.start..edit.end).is_some() {
            changed += kept;
            changed += &edit.text;
            done = edit.end;
        }
    }
    changed + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_their_order() {
        let edits = [
            Edit::new(4..5, "E"),
            Edit::new(0..1, ""),
            Edit::new(2..2, "+"),
        ];
        assert_eq!(apply("abcdef", &edits), "b+cdEf");
        assert_eq!(apply("ab", &[Edit::new(1..9, "x")]), "ab");
        assert_eq!(apply("\u{e9}", &[Edit::new(1..2, "x")]), "\u{e9}");
        assert_eq!(apply("", &[Edit::new(0..0, "x")]), "x");
    }

    #[test]
    fn edits_that_touch_are_one() {
        let fix = Fix::safe("a", vec![Edit::new(3..6, ""), Edit::new(0..4, "x")]);
        assert_eq!(fix.edits, [Edit::new(0..6, "x")]);
        let other = Fix::safe("a", vec![Edit::new(6..7, "")]);
        assert!(fix.touches(&other));
        assert!(!fix.touches(&Fix::safe("a", vec![Edit::new(7..8, "")])));
        assert!(!fix.touches(&Fix::safe("b", vec![Edit::new(0..1, "")])));
    }
}
