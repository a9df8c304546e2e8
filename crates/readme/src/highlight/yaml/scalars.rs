//! Scalars of YAML: block, quoted and plain.

use super::super::class;
use super::super::scanner::{ends_line, is_space, span};
use super::{State, Yaml};

impl Yaml<'_> {
    /// What follows `|` or `>`.
    pub(super) fn block_scalar_header(&mut self) -> bool {
        let rest = self.scanner.rest();
        let digit = |text: &str| usize::from(text.starts_with(|c| matches!(c, '1'..='9')));
        let sign = |text: &str| usize::from(text.starts_with(['+', '-']));
        let digit_first = digit(rest) + sign(&rest[digit(rest)..]);
        let sign_first = sign(rest) + digit(&rest[sign(rest)..]);
        let is_end = |length: &usize| super::is_separated(&rest[*length..]);
        let Some(length) = [digit_first, sign_first].into_iter().find(is_end) else {
            return false;
        };
        let increment = rest[..length].chars().find_map(|c| c.to_digit(10));
        let current = self.indentation.current().unwrap_or(0);
        self.indentation.block_scalar = increment.map(|increment| current + increment as usize);
        self.scanner.take(class::PUNCTUATION_INDICATOR, length);
        self.states.push(State::IgnoredLine);
        true
    }

    pub(super) fn block_scalar(&mut self) -> bool {
        if self.scanner.take_text(class::WHITESPACE, "\n") {
            return true;
        }
        if self.scanner.is_at_line_start() {
            let spaces = self.spaces();
            let known = self.indentation.block_scalar;
            if spaces > 0 && ends_line(self.after_spaces()) {
                let indentation = known.map_or(spaces, |known| known.min(spaces));
                self.scanner.take(class::WHITESPACE, indentation);
                self.scanner
                    .take(class::NAME_CONSTANT, spaces - indentation);
                return true;
            }
            let ends = match known {
                None => spaces <= self.indentation.current().unwrap_or(0),
                Some(known) => spaces < known,
            };
            if ends {
                self.pop(2);
                return true;
            }
            self.indentation.block_scalar = known.or(Some(spaces));
            self.scanner.take(class::WHITESPACE, spaces);
            return true;
        }
        self.scanner.take_while(class::NAME_CONSTANT, |c| {
            !is_space(c) || matches!(c, '\t' | ' ')
        })
    }

    /// White space in a quoted scalar: at a line's ends it is ignored.
    fn quoted_space(&mut self) -> bool {
        let spaces = self.spaces();
        if spaces > 0 && (self.scanner.is_at_line_start() || ends_line(self.after_spaces())) {
            self.scanner.take(class::WHITESPACE, spaces);
            return true;
        }
        self.line_ends()
            || self
                .scanner
                .take_while(class::NAME_VARIABLE, |c| matches!(c, ' ' | '\u{a0}'))
    }

    pub(super) fn single_quoted(&mut self) -> bool {
        if self.quoted_space()
            || self.scanner.take_text(class::STRING_ESCAPE, "''")
            || self
                .scanner
                .take_while(class::STRING, |c| !is_space(c) && c != '\'')
        {
            return true;
        }
        self.closes_string("'")
    }

    pub(super) fn double_quoted(&mut self) -> bool {
        if self.quoted_space() {
            return true;
        }
        if let Some(escaped) = self.scanner.rest().strip_prefix('\\') {
            if escaped.starts_with(|c| "0abt\tn\nvfre \"\\N_LP".contains(c)) {
                self.scanner.take(class::STRING, 2);
                return true;
            }
            let count = match escaped.chars().next() {
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                _ => return false,
            };
            let digits = escaped.get(1..=count);
            let fits = digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
            self.scanner
                .take(class::STRING_ESCAPE, if fits { count + 2 } else { 0 });
            return fits;
        }
        self.scanner
            .take_while(class::STRING, |c| !is_space(c) && !matches!(c, '"' | '\\'))
            || self.closes_string("\"")
    }

    fn closes_string(&mut self, quote: &str) -> bool {
        let closes = self.scanner.take_text(class::STRING, quote);
        if closes {
            self.pop(1);
        }
        closes
    }

    pub(super) fn plain(&mut self) -> bool {
        let spaces = self.spaces();
        let after = self.after_spaces();
        let ends_key = after.strip_prefix(':').is_some_and(super::is_separated);
        if ends_key || (spaces > 0 && after.starts_with('#')) {
            self.scanner.take(class::WHITESPACE, spaces);
            self.pop(1);
            return true;
        }
        if spaces > 0 && ends_line(after) {
            self.scanner.take(class::WHITESPACE, spaces);
            return true;
        }
        if self.line_ends() {
            self.states.push(State::PlainLine);
            return true;
        }
        let is_value_space = |c| matches!(c, ' ' | '\u{a0}');
        if self
            .scanner
            .take_while(class::LITERAL_SCALAR_PLAIN, is_value_space)
        {
            return true;
        }
        let rest = self.scanner.rest();
        let mut length = 0;
        while let Some(character) = rest[length..].chars().next() {
            let after = &rest[length + character.len_utf8()..];
            if is_space(character) || (character == ':' && after.starts_with(is_space)) {
                break;
            }
            length = rest.len() - after.len();
        }
        self.scanner.take(class::LITERAL_SCALAR_PLAIN, length);
        length > 0
    }

    pub(super) fn plain_line(&mut self) -> bool {
        let spaces = self.spaces();
        let after = self.after_spaces();
        if !self.scanner.is_at_line_start() {
            return self.line_ends();
        }
        if spaces > 0 && ends_line(after) {
            self.scanner.take(class::WHITESPACE, spaces);
            return true;
        }
        if self.line_ends() {
            return true;
        }
        let rest = self.scanner.rest();
        let is_outside = self
            .indentation
            .current()
            .is_some_and(|current| spaces <= current);
        if rest.starts_with("---") || rest.starts_with("...") || is_outside {
            self.pop(3);
        } else {
            self.scanner.take(class::WHITESPACE, spaces);
            self.pop(1);
        }
        true
    }

    pub(super) fn plain_in_flow(&mut self) -> bool {
        let spaces = self.spaces();
        let after = self.after_spaces();
        let is_indicator = |c| ",:?[]{}".contains(c);
        if after.starts_with(is_indicator) || (spaces > 0 && after.starts_with('#')) {
            self.scanner.take(class::WHITESPACE, spaces);
            self.pop(1);
            return true;
        }
        if self.quoted_space() {
            return true;
        }
        let rest = self.scanner.rest();
        let length = span(rest, |c| !is_space(c) && !is_indicator(c));
        self.scanner.take(class::NAME_VARIABLE, length);
        length > 0
    }
}
