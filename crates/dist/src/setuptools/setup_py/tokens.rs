//! The tokens of Python, as far as expressions need them.

use super::SetupPyError;

/// A token with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Counted from 1.
    pub(super) line: usize,
    /// Whether the line it stands on starts with white space.
    pub(super) is_indented: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name(String),
    /// A string; none where it is no plain text: bytes, or with values in it.
    Text(Option<String>),
    /// A number, as it is written.
    Number(String),
    /// One character of punctuation.
    Sign(char),
    /// The end of a statement.
    End,
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    is_indented: bool,
    depth: usize,
    tokens: Vec<Token>,
}

/// The tokens of a text.
///
/// # Errors
/// When a string is not closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SetupPyError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lexer = Lexer {
        text,
        at: 0,
        line: 1,
        is_indented: text.starts_with([' ', '\t']),
        depth: 0,
        tokens: Vec::new(),
    };
    while let Some(letter) = lexer.peek() {
        lexer.step(letter)?;
    }
    lexer.push(Kind::End);
    Ok(lexer.tokens)
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token {
            kind,
            line: self.line,
            is_indented: self.is_indented,
        });
    }

    fn step(&mut self, letter: char) -> Result<(), SetupPyError> {
        match letter {
            '\n' => self.line_end(),
            '#' => {
                let length = self.rest().find('\n').unwrap_or(self.rest().len());
                self.at += length;
            }
            '\\' if self.rest()[1..].starts_with(['\n', '\r']) => {
                let length = self.rest().find('\n').map_or(2, |length| length + 1);
                self.at += length;
                self.line += 1;
            }
            '"' | '\'' => self.string("")?,
            _ if letter.is_alphabetic() || letter == '_' => self.name()?,
            _ if letter.is_ascii_digit() => {
                let is_of_number = |letter: char| letter.is_alphanumeric() || "._".contains(letter);
                let word = self.word(is_of_number);
                self.push(Kind::Number(word));
            }
            _ if letter.is_whitespace() => self.at += letter.len_utf8(),
            _ => {
                match letter {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                self.at += letter.len_utf8();
                let kind = match letter {
                    ';' => Kind::End,
                    letter => Kind::Sign(letter),
                };
                self.push(kind);
            }
        }
        Ok(())
    }

    fn line_end(&mut self) {
        if self.depth == 0 {
            self.push(Kind::End);
        }
        self.at += 1;
        self.line += 1;
        if self.depth == 0 {
            self.is_indented = self.rest().starts_with([' ', '\t']);
        }
    }

    fn word(&mut self, is_of_it: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let end = rest.find(|letter| !is_of_it(letter)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }

    fn name(&mut self) -> Result<(), SetupPyError> {
        let word = self.word(|letter| letter.is_alphanumeric() || letter == '_');
        let is_prefix = word.len() <= 2 && word.chars().all(|letter| "rRbBuUfFtT".contains(letter));
        if is_prefix && self.rest().starts_with(['"', '\'']) {
            return self.string(&word.to_ascii_lowercase());
        }
        self.push(Kind::Name(word));
        Ok(())
    }

    /// A string from its opening quote on.
    fn string(&mut self, prefix: &str) -> Result<(), SetupPyError> {
        let quote = &self.rest()[..1];
        let triple = quote.repeat(3);
        let closing = if self.rest().starts_with(&triple) {
            triple
        } else {
            quote.to_owned()
        };
        let line = self.line;
        let unclosed = SetupPyError::Syntax {
            line,
            reason: "a string is not closed",
        };
        self.at += closing.len();
        let start = self.at;
        loop {
            let rest = self.rest();
            if rest.starts_with(&closing) {
                break;
            }
            match self.peek().ok_or(unclosed)? {
                '\\' => {
                    self.at += 1;
                    let escaped = self.peek().ok_or(unclosed)?;
                    self.line += usize::from(escaped == '\n');
                    self.at += escaped.len_utf8();
                }
                '\n' if closing.len() == 1 => return Err(unclosed),
                letter => {
                    self.line += usize::from(letter == '\n');
                    self.at += letter.len_utf8();
                }
            }
        }
        let inside = &self.text[start..self.at];
        let value = if prefix.contains(['b', 'f', 't']) {
            None
        } else if prefix.contains('r') {
            Some(inside.to_owned())
        } else {
            unescaped(inside)
        };
        self.at += closing.len();
        self.tokens.push(Token {
            kind: Kind::Text(value),
            line,
            is_indented: self.is_indented,
        });
        Ok(())
    }
}

/// A string without its escapes; none for escapes by number or name, which nobody needs here.
fn unescaped(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next()? {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            letter @ ('\\' | '\'' | '"') => text.push(letter),
            'x' | 'u' | 'U' | 'N' | '0'..='7' => return None,
            other => {
                text.push('\\');
                text.push(other);
            }
        }
    }
    Some(text)
}
