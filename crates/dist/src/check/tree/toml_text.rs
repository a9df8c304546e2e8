//! A pyproject.toml as text and as values, so that one place of it is changed and the rest stays byte for
//! byte.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fix::Edit;

/// The text, parsed.
pub(super) struct TomlText<'t> {
    text: &'t str,
    root: Spanned<DeTable<'t>>,
}

/// A key and its value.
pub(super) struct Entry<'d> {
    pub(super) key: Range<usize>,
    pub(super) place: Range<usize>,
    pub(super) value: &'d DeValue<'d>,
}

impl<'t> TomlText<'t> {
    /// None where it is no TOML.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let root = DeTable::parse(text).ok()?;
        Some(Self { text, root })
    }

    /// What stands at a path of keys.
    pub(super) fn entry(&self, path: &[&str]) -> Option<Entry<'_>> {
        let (last, above) = path.split_last()?;
        let mut table = self.root.get_ref();
        for key in above {
            let DeValue::Table(below) = table.get(*key)?.get_ref() else {
                return None;
            };
            table = below;
        }
        let (key, value) = table.get_key_value(*last)?;
        Some(Entry {
            key: key.span(),
            place: value.span(),
            value: value.get_ref(),
        })
    }

    /// The texts of an array with their places.
    pub(super) fn texts(&self, path: &[&str]) -> Vec<(&str, Range<usize>)> {
        let Some(DeValue::Array(array)) = self.entry(path).map(|entry| entry.value) else {
            return Vec::new();
        };
        let texts = array.iter();
        let texts = texts.map(|item| (item.get_ref().as_str().unwrap_or_default(), item.span()));
        texts.collect()
    }

    /// Takes these items out of an array: with their lines where they have lines of their own.
    pub(super) fn without(&self, path: &[&str], is_out: impl Fn(usize, &str) -> bool) -> Vec<Edit> {
        let texts = self.texts(path);
        let mut edits = Vec::new();
        for (number, (item, place)) in texts.iter().enumerate() {
            if !is_out(number, item) {
                continue;
            }
            let place = self.own_lines(place).unwrap_or_else(|| {
                let mut before = texts[..number].iter().enumerate();
                let before = before.rfind(|(number, (item, _))| !is_out(*number, item));
                let before = before.map(|(_, (_, place))| place.end);
                match (texts.get(number + 1), before) {
                    (Some((_, next)), _) => place.start..next.start,
                    (None, Some(before)) => before..place.end,
                    (None, None) => place.start..self.behind_comma(place.end),
                }
            });
            edits.push(Edit::new(place, ""));
        }
        edits
    }

    /// The lines of an item that shares them with nothing but its comma and its comment.
    fn own_lines(&self, place: &Range<usize>) -> Option<Range<usize>> {
        let start = self.line_start(place.start);
        let rest = &self.text[self.behind_comma(place.end)..];
        let end = self.text.len() - rest.len() + rest.find('\n')? + 1;
        let rest = rest[..rest.find('\n')?].trim();
        let is_alone = self.text[start..place.start].trim().is_empty()
            && (rest.is_empty() || rest.starts_with('#'));
        is_alone.then_some(start..end)
    }

    fn behind_comma(&self, place: usize) -> usize {
        let rest = &self.text[place..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blanks..].starts_with(',') {
            place + blanks + 1
        } else {
            place
        }
    }

    /// A line before that of a key, indented as it is; none where something else stands before the key.
    pub(super) fn line_before(&self, key: &Range<usize>, line: &str) -> Option<Edit> {
        let start = self.line_start(key.start);
        let indent = &self.text[start..key.start];
        let text = format!("{indent}{line}{}", self.line_end());
        indent
            .trim()
            .is_empty()
            .then(|| Edit::new(start..start, text))
    }

    fn line_start(&self, place: usize) -> usize {
        self.text[..place].rfind('\n').map_or(0, |end| end + 1)
    }

    /// How lines end here.
    pub(super) fn line_end(&self) -> &'static str {
        line_end(self.text)
    }

    /// The text from an offset on.
    pub(super) fn from(&self, offset: usize) -> &'t str {
        self.text.get(offset..).unwrap_or_default()
    }
}

/// The place in bytes of a line and a column, both from 1; columns count characters.
pub(super) fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(above) => text.match_indices('\n').nth(above)?.0 + 1,
    };
    let (before, _) = text[start..].char_indices().nth(column.checked_sub(1)?)?;
    Some(start + before)
}

/// How the lines of a text end.
pub(super) fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A text as TOML has it between quotes.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::{Fix, apply};

    fn without(text: &str, out: &[&str]) -> String {
        let toml = TomlText::parse(text).unwrap();
        let edits = toml.without(&["a"], |_, item| out.contains(&item));
        apply(text, &Fix::safe("", edits).edits)
    }

    #[test]
    fn items_go_and_the_rest_stays() {
        let cases: [(&str, &[&str], &str); 9] = [
            ("a = ['x', 'y', 'z']", &["y"], "a = ['x', 'z']"),
            ("a = ['x', 'y', 'z']", &["z"], "a = ['x', 'y']"),
            ("a = ['x', 'y', 'z', ]", &["y", "z"], "a = ['x', ]"),
            ("a = [ 'x' , ]", &["x"], "a = [  ]"),
            ("a = ['x', 'y']", &["x", "y"], "a = []"),
            (
                "a = [\n  'x',  # one\n  'y'\n] # end",
                &["x"],
                "a = [\n  'y'\n] # end",
            ),
            (
                "a = [\r\n  'x',\r\n  # of z\r\n  'z' # last\r\n]",
                &["z"],
                "a = [\r\n  'x',\r\n  # of z\r\n]",
            ),
            ("a = [\n 'x', 'y',\n 'z']", &["x"], "a = [\n 'y',\n 'z']"),
            ("a = ['x',\n 'y',\n 'z']", &["z"], "a = ['x',\n 'y']"),
        ];
        for (text, out, expected) in cases {
            assert_eq!(without(text, out), expected, "{text}");
        }
    }

    #[test]
    fn places_are_found() {
        let text = "a = 1\n\"\u{e9}\" = 2\n";
        assert_eq!(offset(text, 2, 1), Some(6));
        assert_eq!(offset(text, 2, 4), Some(10));
        assert_eq!(offset(text, 1, 1), Some(0));
        assert_eq!(offset(text, 9, 1), None);
        assert_eq!(offset(text, 1, 0), None);
    }
}
