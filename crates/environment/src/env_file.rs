//! Files of environment variables (`.env`), as dotenv and its many followers read them.
//!
//! A line is `NAME=value`, perhaps after `export`. Values stand bare, in single quotes (taken as
//! they are) or in double quotes (`\n`, `\r`, `\t`, `\"`, `\\`, `\$`); both kinds may go over lines.
//! Outside of single quotes `$NAME`, `${NAME}` and `${NAME:-default}` are replaced by what the file
//! said before, else by the caller's variables. `#` after a blank starts a comment.

use std::iter::Peekable;
use std::str::Chars;

/// The largest value; a few lines of `A=$B$B` would make one without end.
const VALUE_MAX_BYTES: usize = 1 << 20;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct EnvFileError {
    /// The line, from 1, in which the entry starts.
    pub line: usize,
    /// What is wrong.
    pub reason: EnvFileProblem,
}

/// What can be wrong in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvFileProblem {
    /// No name.
    #[error("a name of letters, digits and `_` was expected")]
    Name,
    /// No `=`.
    #[error("`=` was expected after the name")]
    Equals,
    /// A quotation mark that nothing closes.
    #[error("a quotation mark is not closed")]
    Quote,
    /// A `${` that nothing closes.
    #[error("`${{` is not closed")]
    Brace,
    /// Too large.
    #[error("the value is larger than 1 MiB")]
    Size,
    /// The zero character, which no variable can hold.
    #[error("a value cannot hold the zero character")]
    Zero,
}

/// Reads the variables of a file, in order; `variable` knows those that are set already.
///
/// # Errors
/// When a line is not of the form that the module describes.
pub fn parse(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(String, String)>, EnvFileError> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = Reader {
        rest: text.chars().peekable(),
        line: 1,
        found: Vec::new(),
        variable,
    };
    loop {
        reader.skip(char::is_whitespace);
        let line = reader.line;
        let at = |reason| EnvFileError { line, reason };
        match reader.rest.peek() {
            None => return Ok(reader.found),
            Some('#') => reader.skip(|c| c != '\n'),
            Some(_) => {
                let entry = reader.entry().map_err(at)?;
                reader.found.push(entry);
            }
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
    found: Vec<(String, String)>,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn next_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let fits = self.rest.peek().is_some_and(|c| wanted(*c));
        if fits { self.next() } else { None }
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while self.next_if(&wanted).is_some() {}
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.next_if(|c| c.is_ascii_alphanumeric() || c == '_') {
            word.push(c);
        }
        word
    }

    fn entry(&mut self) -> Result<(String, String), EnvFileProblem> {
        let is_blank = |c: char| c == ' ' || c == '\t';
        let mut name = self.word();
        if name == "export" && self.rest.peek().is_some_and(|c| is_blank(*c)) {
            self.skip(is_blank);
            name = self.word();
        }
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(EnvFileProblem::Name);
        }
        self.skip(is_blank);
        if self.next_if(|c| c == '=').is_none() {
            return Err(EnvFileProblem::Equals);
        }
        self.skip(is_blank);
        let value = self.value()?;
        if value.len() > VALUE_MAX_BYTES {
            return Err(EnvFileProblem::Size);
        }
        if value.contains('\0') {
            return Err(EnvFileProblem::Zero);
        }
        Ok((name, value))
    }

    /// A value up to the end of its line: pieces, bare and quoted, side by side.
    fn value(&mut self) -> Result<String, EnvFileProblem> {
        let mut value = String::new();
        // Blanks count only when something follows them.
        let mut blanks = String::new();
        while let Some(c) = self.next_if(|c| c != '\n') {
            let starts_comment = c == '#' && (value.is_empty() || !blanks.is_empty());
            if starts_comment {
                self.skip(|c| c != '\n');
                break;
            }
            if c.is_whitespace() {
                blanks.push(c);
                continue;
            }
            value.push_str(&blanks);
            blanks.clear();
            match c {
                '\'' => self.single_quoted(&mut value)?,
                '"' => self.double_quoted(&mut value)?,
                '$' => self.reference(&mut value)?,
                '\\' => value.extend(self.next_if(|c| c != '\n')),
                _ => value.push(c),
            }
            if value.len() > VALUE_MAX_BYTES {
                return Err(EnvFileProblem::Size);
            }
        }
        Ok(value)
    }

    fn single_quoted(&mut self, value: &mut String) -> Result<(), EnvFileProblem> {
        loop {
            match self.next().ok_or(EnvFileProblem::Quote)? {
                '\'' => return Ok(()),
                c => value.push(c),
            }
        }
    }

    fn double_quoted(&mut self, value: &mut String) -> Result<(), EnvFileProblem> {
        loop {
            match self.next().ok_or(EnvFileProblem::Quote)? {
                '"' => return Ok(()),
                '$' => self.reference(value)?,
                '\\' => match self.next().ok_or(EnvFileProblem::Quote)? {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    c @ ('"' | '\\' | '$' | '\'' | '`') => value.push(c),
                    c => value.extend(['\\', c]),
                },
                c => value.push(c),
            }
            if value.len() > VALUE_MAX_BYTES {
                return Err(EnvFileProblem::Size);
            }
        }
    }

    /// What stands after a `$`.
    fn reference(&mut self, value: &mut String) -> Result<(), EnvFileProblem> {
        if self.next_if(|c| c == '{').is_none() {
            let name = self.word();
            if name.is_empty() {
                value.push('$');
            } else {
                value.push_str(&self.look_up(&name).unwrap_or_default());
            }
            return Ok(());
        }
        let mut inner = String::new();
        loop {
            match self.next_if(|c| c != '\n').ok_or(EnvFileProblem::Brace)? {
                '}' => break,
                c => inner.push(c),
            }
        }
        let (name, default) = inner.split_once(":-").unwrap_or((&inner, ""));
        let known = self.look_up(name).filter(|known| !known.is_empty());
        value.push_str(known.as_deref().unwrap_or(default));
        Ok(())
    }

    fn look_up(&self, name: &str) -> Option<String> {
        let mut found = self.found.iter().rev();
        let found = found.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .or_else(|| (self.variable)(name))
    }
}

#[cfg(test)]
mod tests;
