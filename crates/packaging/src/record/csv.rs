//! The little of CSV that RECORD needs: commas, double quotes, and any of the three line ends.
//!
//! Follows what Python's `csv.reader` does by default, without its leniency after a closing quote.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::RecordError;

/// The non-empty rows of a CSV text.
pub(super) struct Rows<'a> {
    rest: &'a str,
    line: usize,
}

/// One row and where it starts.
pub(super) struct Row<'a> {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) fields: SmallVec<[Cow<'a, str>; 3]>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Rows {
            rest: text,
            line: 1,
        }
    }

    fn row(&mut self) -> Result<Row<'a>, RecordError> {
        let line = self.line;
        let mut fields = SmallVec::new();
        loop {
            fields.push(self.field()?);
            if self.rest.starts_with(',') {
                self.rest = &self.rest[1..];
            } else {
                self.skip_line_end();
                return Ok(Row { line, fields });
            }
        }
    }

    /// Takes a field, leaving a comma, a line end or the end of the text.
    fn field(&mut self) -> Result<Cow<'a, str>, RecordError> {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            return self.quoted_field(quoted);
        }
        let end = memchr::memchr3(b',', b'\n', b'\r', self.rest.as_bytes());
        let (field, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Ok(Cow::Borrowed(field))
    }

    fn quoted_field(&mut self, quoted: &'a str) -> Result<Cow<'a, str>, RecordError> {
        let line = self.line;
        let mut search = 0;
        let mut escaped = false;
        loop {
            let quote = memchr::memchr(b'"', &quoted.as_bytes()[search..])
                .ok_or(RecordError::Quoting { line })?
                + search;
            let after = &quoted[quote + 1..];
            if after.starts_with('"') {
                escaped = true;
                search = quote + 2;
                continue;
            }
            if !(after.is_empty() || after.starts_with([',', '\n', '\r'])) {
                return Err(RecordError::Quoting { line });
            }
            let field = &quoted[..quote];
            self.line += memchr::memchr_iter(b'\n', field.as_bytes()).count();
            self.rest = after;
            return Ok(if escaped {
                Cow::Owned(field.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(field)
            });
        }
    }

    fn skip_line_end(&mut self) {
        let length = match self.rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        self.rest = &self.rest[length..];
        self.line += 1;
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rest.starts_with(['\n', '\r']) {
            self.skip_line_end();
        }
        if self.rest.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            // What follows a broken row has no meaning.
            self.rest = "";
        }
        Some(row)
    }
}

/// Appends a field, quoted if it has to be.
pub(super) fn push_field(out: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(field);
    }
}
