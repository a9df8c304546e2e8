//! setup.cfg as text: its keys with their places, so that one is changed and the rest stays.

use super::SETUP_CFG;
use crate::fix::{Edit, Fix};

/// A key of setup.cfg, with the lines of its value.
pub(super) struct Setting<'t> {
    pub(super) section: &'t str,
    /// As it is written.
    pub(super) key: &'t str,
    /// From 1.
    pub(super) line: usize,
    /// Where its first line starts, in bytes.
    start: usize,
    /// Its lines, up to the last that is not blank, with its line break.
    lines: &'t str,
}

impl<'t> Setting<'t> {
    /// All, in their order. A line that begins with a blank goes on with the one before.
    pub(super) fn all(text: &'t str) -> Vec<Self> {
        let mut settings: Vec<Self> = Vec::new();
        let mut section = "";
        let mut is_inside = false;
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let end = start + line.len();
            if let Some(name) = line.strip_prefix('[') {
                section = name.split(']').next().unwrap_or_default().trim();
                is_inside = false;
            } else if line.starts_with([' ', '\t']) {
                if let Some(last) = settings
                    .last_mut()
                    .filter(|_| is_inside && !line.trim().is_empty())
                {
                    last.lines = &text[last.start..end];
                }
            } else if line.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && let Some(sign) = line.find(['=', ':'])
            {
                is_inside = true;
                settings.push(Self {
                    section,
                    key: line[..sign].trim(),
                    line: number + 1,
                    start,
                    lines: line,
                });
            }
            start = end;
        }
        settings
    }

    /// The key as setuptools will have it.
    pub(super) fn spelled(&self) -> String {
        self.key.to_lowercase().replace('-', "_")
    }

    /// The value with its lines.
    pub(super) fn value(&self) -> &'t str {
        let sign = self.lines.find(['=', ':']).map_or(0, |sign| sign + 1);
        &self.lines[sign..]
    }

    /// The lines of the value without blanks around them: each with its number, and its place in bytes.
    pub(super) fn items(&self) -> Vec<(usize, usize, &'t str)> {
        let mut items = Vec::new();
        let mut start = self.start + self.lines.len() - self.value().len();
        for (number, line) in self.value().split_inclusive('\n').enumerate() {
            let item = line.trim();
            let blanks = line.len() - line.trim_start().len();
            if !item.is_empty() && !item.starts_with(['#', ';']) {
                items.push((self.line + number, start + blanks, item));
            }
            start += line.len();
        }
        items
    }

    /// Whether the value is one word of letters that mean themselves in patterns.
    pub(super) fn is_plain_word(&self) -> bool {
        let value = self.value().trim();
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        !value.is_empty() && value.chars().all(is_plain)
    }

    /// The same under another key.
    pub(super) fn renamed(&self, key: &str) -> Fix {
        let place = self.start..self.start + self.key.len();
        Fix::safe(SETUP_CFG, vec![Edit::new(place, key)])
    }

    /// Without it: builds by an older setuptools may miss it.
    pub(super) fn removed(&self) -> Fix {
        let place = self.start..self.start + self.lines.len();
        Fix::new(SETUP_CFG, false, vec![Edit::new(place, "")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_lines() {
        let text = "[a]\nx = 1\n  2\n\n# c\n  # d\n  3\n\ny: z\n[b]\n  lost\nZ-z =\n  k\n";
        let all = Setting::all(text);
        let told: Vec<_> = all
            .iter()
            .map(|it| (it.section, it.key, it.line, it.value()))
            .collect();
        assert_eq!(
            told,
            [
                ("a", "x", 2, " 1\n  2\n\n# c\n  # d\n  3\n"),
                ("a", "y", 9, " z\n"),
                ("b", "Z-z", 12, "\n  k\n"),
            ]
        );
        assert_eq!(all[0].items(), [(2, 8, "1"), (3, 12, "2"), (7, 27, "3")]);
        assert_eq!(&text[27..28], "3");
        assert_eq!(all[2].spelled(), "z_z");
    }
}
