//! Splitting options into words, with quotes as in a POSIX shell (Python's `shlex.split`).

use super::{Fault, LineFault};

pub(super) fn words(text: &str) -> Result<Vec<String>, LineFault> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => quoted(character, &mut characters, word.get_or_insert_default())?,
            '\\' => {
                let escaped = characters.next().ok_or_else(|| {
                    LineFault::new(Fault::Quoting, "a `\\` has nothing behind it")
                })?;
                word.get_or_insert_default().push(escaped);
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Takes the rest of a quoted text. Only in double quotes, `\` makes `"` and `\` plain.
fn quoted(
    quote: char,
    characters: &mut std::str::Chars<'_>,
    word: &mut String,
) -> Result<(), LineFault> {
    let unclosed = || LineFault::new(Fault::Quoting, format!("a quote `{quote}` is not closed"));
    loop {
        match characters.next().ok_or_else(unclosed)? {
            end if end == quote => return Ok(()),
            '\\' if quote == '"' => {
                let escaped = characters.next().ok_or_else(unclosed)?;
                if !matches!(escaped, '"' | '\\') {
                    word.push('\\');
                }
                word.push(escaped);
            }
            other => word.push(other),
        }
    }
}
