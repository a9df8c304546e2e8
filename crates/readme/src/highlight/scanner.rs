//! The place of a lexer in its code, and the tokens so far.

use super::Token;
use super::class::{self, Class};

/// How many bytes a lexer may look ahead for each byte of code, over all tokens together. Real code
/// needs less than two.
const LOOK_AHEAD: usize = 16;

/// What a lexer moves over its code.
pub(super) struct Scanner<'a> {
    code: &'a str,
    at: usize,
    budget: usize,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(code: &'a str) -> Self {
        Self {
            code,
            at: 0,
            budget: code.len() * LOOK_AHEAD + 1024,
            tokens: Vec::new(),
        }
    }

    /// What is not lexed yet.
    pub(super) fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.code.len()
    }

    pub(super) fn is_at_start(&self) -> bool {
        self.at == 0
    }

    pub(super) fn is_at_line_start(&self) -> bool {
        self.at == 0 || self.code.as_bytes()[self.at - 1] == b'\n'
    }

    /// How many bytes are lexed.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character before this place.
    pub(super) fn previous(&self) -> Option<char> {
        self.code[..self.at].chars().next_back()
    }

    /// Whether a word begins or ends here (`\b`).
    pub(super) fn is_at_boundary(&self) -> bool {
        self.previous().is_some_and(is_word) != self.peek().is_some_and(is_word)
    }

    /// The rest of this line, without its end. Costs budget; without budget it is empty.
    pub(super) fn line(&mut self) -> &'a str {
        let rest = self.rest();
        let end = self
            .find("\n")
            .unwrap_or(if self.budget == 0 { 0 } else { rest.len() });
        &rest[..end]
    }

    /// Where `text` is next, from here. Costs budget; without budget it is nowhere.
    pub(super) fn find(&mut self, text: &str) -> Option<usize> {
        self.find_after(0, text)
    }

    /// Where `text` is next, from `skip` bytes after here, counted from here.
    pub(super) fn find_after(&mut self, skip: usize, text: &str) -> Option<usize> {
        if self.budget == 0 {
            return None;
        }
        let found = self.rest().get(skip..)?.find(text);
        self.spend(found.unwrap_or(self.code.len() - self.at - skip));
        Some(skip + found?)
    }

    /// Takes `bytes` of looking ahead from the budget; whether there was that much.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let had = self.budget >= bytes;
        self.budget = self.budget.saturating_sub(bytes);
        had
    }

    /// Whether a lexer may look ahead any more.
    pub(super) fn may_look_ahead(&self) -> bool {
        self.budget > 0
    }

    /// Emits the next `bytes`.
    pub(super) fn take(&mut self, class: Class, bytes: usize) {
        if bytes > 0 {
            debug_assert!(self.code.is_char_boundary(self.at + bytes));
            self.at += bytes;
            self.tokens.push(Token { class, bytes });
        }
    }

    /// Emits tokens that another lexer made of what follows here.
    pub(super) fn take_tokens(&mut self, tokens: Vec<Token>) {
        self.at += tokens.iter().map(|token| token.bytes).sum::<usize>();
        self.tokens.extend(tokens);
    }

    /// Emits the characters that belong, if there are any.
    pub(super) fn take_while(&mut self, class: Class, belongs: impl Fn(char) -> bool) -> bool {
        let bytes = span(self.rest(), belongs);
        self.take(class, bytes);
        bytes > 0
    }

    /// Emits `text` if it follows.
    pub(super) fn take_text(&mut self, class: Class, text: &str) -> bool {
        let follows = self.rest().starts_with(text);
        if follows {
            self.take(class, text.len());
        }
        follows
    }

    /// Emits the first of `texts` that follows.
    pub(super) fn take_any(&mut self, class: Class, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.take_text(class, text))
    }

    /// Emits the next character if it is one of `characters`.
    pub(super) fn take_one_of(&mut self, class: Class, characters: &str) -> bool {
        let next = self.peek().filter(|next| characters.contains(*next));
        self.take(class, next.map_or(0, char::len_utf8));
        next.is_some()
    }

    /// Emits the next character.
    pub(super) fn take_char(&mut self, class: Class) {
        self.take(class, self.peek().map_or(0, char::len_utf8));
    }

    /// What happens where no rule fits: a line's end is emitted as `line_end` and begins anew
    /// (`true`), any other character is an error.
    pub(super) fn take_unknown(&mut self, line_end: Class) -> bool {
        if self.take_text(line_end, "\n") {
            return true;
        }
        self.take_char(class::ERROR);
        false
    }

    pub(super) fn finish(self) -> Vec<Token> {
        debug_assert!(self.is_at_end());
        self.tokens
    }
}

/// The bytes of the characters at the start of `text` that belong.
pub(super) fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character))
        .unwrap_or(text.len())
}

/// `\w`
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// `\s`, which for Python has the separators of ASCII too.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// Whether a word ends at the start of `text`, given that it began before.
pub(super) fn ends_word(text: &str) -> bool {
    !text.starts_with(is_word)
}

/// Whether a line ends at the start of `text`.
pub(super) fn ends_line(text: &str) -> bool {
    text.is_empty() || text.starts_with('\n')
}
