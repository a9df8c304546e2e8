//! Logical lines: joined at `\`, without comments, with variables replaced.
//!
//! The order is pip's: join, take comments away, replace.

use crate::headers::is_line_boundary;

/// A line after joining.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogicalLine {
    /// Where it starts, counted from 1.
    pub(super) number: usize,
    /// Its text, neither empty nor with white space at its ends.
    pub(super) text: String,
    /// The variables that were replaced: `${NAME}` and its value.
    variables: Vec<(String, String)>,
}

impl LogicalLine {
    /// A message with the values of variables, which may be secrets, turned back into their names.
    pub(super) fn without_values(&self, message: String) -> String {
        self.variables
            .iter()
            .fold(message, |message, (name, value)| {
                message.replace(value, name)
            })
    }
}

pub(super) fn logical_lines(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Vec<LogicalLine> {
    let joined = join(text).into_iter();
    joined
        .filter_map(|(number, line)| {
            let line = line[..comment_start(&line)].trim();
            if line.is_empty() {
                return None;
            }
            let (text, variables) = expand(line, variable);
            Some(LogicalLine {
                number,
                text,
                variables,
            })
        })
        .collect()
}

/// Joins each line that ends in `\` with the next. A comment line never continues, but it ends a
/// continued line.
fn join(text: &str) -> Vec<(usize, String)> {
    let mut joined = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in split_lines(text).enumerate() {
        let is_comment = line.trim_start().starts_with('#');
        let (number, mut start) = open.take().unwrap_or((index + 1, String::new()));
        if is_comment {
            // The space keeps the comment apart from what came before.
            start.push(' ');
        }
        if line.ends_with('\\') && !is_comment {
            start.push_str(line.trim_matches('\\'));
            open = Some((number, start));
        } else {
            start.push_str(line);
            joined.push((number, start));
        }
    }
    joined.extend(open);
    joined
}

/// Where a comment starts: a `#` at the start of the line or after white space, with that.
fn comment_start(line: &str) -> usize {
    let is_start = |at: &usize| {
        line[..*at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
    };
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    marks.find(is_start).unwrap_or(line.len())
}

/// Replaces each `${NAME}` of which there is a value that is not empty.
fn expand(
    line: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (String, Vec<(String, String)>) {
    let mut out = String::with_capacity(line.len());
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find("${") {
        let after = &rest[start + 2..];
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let length = after.find(|c| !is_name(c)).unwrap_or(after.len());
        let value = (length > 0 && after[length..].starts_with('}'))
            .then(|| variable(&after[..length]))
            .flatten()
            .filter(|value| !value.is_empty());
        if let Some(value) = value {
            out.push_str(&rest[..start]);
            out.push_str(&value);
            found.push((format!("${{{}}}", &after[..length]), value));
            rest = &after[length + 1..];
        } else {
            out.push_str(&rest[..start + 2]);
            rest = after;
        }
    }
    out.push_str(rest);
    (out, found)
}

/// The lines as Python's `str.splitlines` has them.
fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = match rest.find(is_line_boundary) {
            None => (rest, ""),
            Some(end) => {
                let mut after = rest[end..].chars();
                let is_pair = rest[end..].starts_with("\r\n");
                after.nth(usize::from(is_pair));
                (&rest[..end], after.as_str())
            }
        };
        rest = after;
        Some(line)
    })
}
