//! Comma-separated values, as Python's `csv` module reads them when it is strict.

/// How values are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: char,
    pub(super) quote: char,
    /// What makes the next character a plain one; without it a quote is doubled in quotes.
    pub(super) escape: Option<char>,
    /// Whether spaces before a value do not count.
    pub(super) skips_space: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StartOfRow,
    StartOfField,
    Field,
    EscapedInField,
    Quoted,
    EscapedInQuoted,
    /// After a quote within quotes.
    Quote,
}

/// Rows of values. A blank line is a row without any.
///
/// # Errors
/// Why they cannot be read, in Python's words.
pub(super) fn rows<'l>(
    lines: impl Iterator<Item = &'l str>,
    dialect: Dialect,
) -> Result<Vec<Vec<String>>, String> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut field = String::new();
    let mut state = State::StartOfRow;
    for line in lines {
        for character in line.chars().chain(['\n']) {
            let is_end = character == '\n';
            if state == State::StartOfRow {
                if is_end {
                    continue;
                }
                state = State::StartOfField;
            }
            state = match state {
                State::EscapedInField => {
                    field.push(character);
                    State::Field
                }
                State::Quoted if character == dialect.quote => State::Quote,
                State::Quoted if Some(character) == dialect.escape => State::EscapedInQuoted,
                State::Quoted | State::EscapedInQuoted => {
                    field.push(character);
                    State::Quoted
                }
                State::Quote if character == dialect.quote && dialect.escape.is_none() => {
                    field.push(character);
                    State::Quoted
                }
                _ if is_end => {
                    row.push(std::mem::take(&mut field));
                    State::StartOfRow
                }
                _ if character == dialect.delimiter => {
                    row.push(std::mem::take(&mut field));
                    State::StartOfField
                }
                State::Quote => {
                    return Err(format!(
                        "'{}' expected after '{}'",
                        dialect.delimiter, dialect.quote
                    ));
                }
                State::StartOfField if character == dialect.quote => State::Quoted,
                State::StartOfField if character == ' ' && dialect.skips_space => state,
                _ if Some(character) == dialect.escape => State::EscapedInField,
                _ => {
                    field.push(character);
                    State::Field
                }
            };
        }
        if state == State::StartOfRow {
            rows.push(std::mem::take(&mut row));
        }
    }
    if state != State::StartOfRow {
        return Err("unexpected end of data".to_owned());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect {
        delimiter: ',',
        quote: '"',
        escape: None,
        skips_space: true,
    };

    fn read(text: &str) -> Result<Vec<Vec<String>>, String> {
        rows(text.lines(), DIALECT)
    }

    #[test]
    fn quotes_hold_commas_and_lines() {
        let rows = read("a, \"b, \"\"c\"\"\nd\"\n\n,e").unwrap();
        assert_eq!(rows, [vec!["a", "b, \"c\"\nd"], vec![], vec!["", "e"]]);
    }

    #[test]
    fn what_is_not_closed_is_refused() {
        assert_eq!(read("\"a").unwrap_err(), "unexpected end of data");
        assert_eq!(read("\"a\"b").unwrap_err(), "',' expected after '\"'");
    }
}
