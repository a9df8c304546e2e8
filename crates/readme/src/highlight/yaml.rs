//! YAML, as Pygments' `YamlLexer` cuts it.

mod indentation;
mod scalars;

use super::Token;
use super::class::{self, Class};
use super::scanner::{Scanner, is_space, is_word, span};

use self::indentation::Indentation;

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// The rest of a line that may only have a comment.
    IgnoredLine,
    YamlDirective,
    TagDirective,
    /// Indentation and the indicators in it.
    Indentation,
    /// A line, after its indentation.
    BlockLine,
    FlowSequence,
    FlowMapping,
    BlockScalar,
    BlockScalarHeader,
    SingleQuoted,
    DoubleQuoted,
    Plain,
    /// A plain scalar at the start of a further line.
    PlainLine,
    PlainInFlow,
}

/// A lexer at work.
struct Yaml<'a> {
    scanner: Scanner<'a>,
    states: Vec<State>,
    indentation: Indentation,
}

/// Steps that take nothing. More in a row than this would go on for ever.
const EMPTY_STEPS_MAX: usize = 16;

/// Cuts YAML into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut yaml = Yaml {
        scanner: Scanner::new(code),
        states: vec![State::Root],
        indentation: Indentation::default(),
    };
    let mut empty_steps = 0;
    while !yaml.scanner.is_at_end() {
        let before = yaml.scanner.place();
        let fits = empty_steps < EMPTY_STEPS_MAX && yaml.step();
        if !fits && yaml.scanner.take_unknown(class::TEXT) {
            yaml.states = vec![State::Root];
        }
        let moved = yaml.scanner.place() > before;
        empty_steps = if moved { 0 } else { empty_steps + 1 };
    }
    yaml.scanner.finish()
}

impl Yaml<'_> {
    fn step(&mut self) -> bool {
        match self.states.last().copied().unwrap_or(State::Root) {
            State::Root => self.root(),
            State::IgnoredLine => self.ignored_line(),
            State::YamlDirective => self.yaml_directive(),
            State::TagDirective => self.tag_directive(),
            State::Indentation => self.indentation(),
            State::BlockLine => self.block_line(),
            State::FlowSequence => self.flow_collection() || self.closes("]"),
            State::FlowMapping => self.flow_key() || self.flow_collection() || self.closes("}"),
            State::BlockScalar => self.block_scalar(),
            State::BlockScalarHeader => self.block_scalar_header(),
            State::SingleQuoted => self.single_quoted(),
            State::DoubleQuoted => self.double_quoted(),
            State::Plain => self.plain(),
            State::PlainLine => self.plain_line(),
            State::PlainInFlow => self.plain_in_flow(),
        }
    }

    /// Leaves states, but never the first.
    fn pop(&mut self, count: usize) {
        let left = self.states.len().saturating_sub(count).max(1);
        self.states.truncate(left);
    }

    /// The spaces that follow.
    fn spaces(&self) -> usize {
        span(self.scanner.rest(), |c| c == ' ')
    }

    /// What follows the spaces.
    fn after_spaces(&self) -> &str {
        &self.scanner.rest()[self.spaces()..]
    }

    /// Spaces before a comment or the line's end.
    fn ignored_spaces(&mut self) -> bool {
        let after = self.after_spaces();
        let is_ignored = after.is_empty() || after.starts_with(['#', '\n']);
        let spaces = if is_ignored { self.spaces() } else { 0 };
        self.scanner.take(class::WHITESPACE, spaces);
        spaces > 0
    }

    fn comment(&mut self) -> bool {
        self.scanner.rest().starts_with('#')
            && self
                .scanner
                .take_while(class::COMMENT_SINGLE, |c| c != '\n')
    }

    fn line_ends(&mut self) -> bool {
        self.scanner.take_while(class::WHITESPACE, |c| c == '\n')
    }

    fn root(&mut self) -> bool {
        if self.ignored_spaces() || self.line_ends() || self.comment() {
            return true;
        }
        if self.scanner.is_at_line_start() {
            let starts = [
                ("%YAML", class::NAME_TAG, State::YamlDirective),
                ("%TAG", class::NAME_TAG, State::TagDirective),
                ("---", class::NAME_NAMESPACE, State::BlockLine),
                ("...", class::NAME_NAMESPACE, State::BlockLine),
            ];
            for (text, class, state) in starts {
                let after = self.scanner.rest().strip_prefix(text);
                if after.is_some_and(is_separated) {
                    self.indentation = Indentation::default();
                    self.scanner.take(class, text.len());
                    self.states.push(state);
                    return true;
                }
            }
        }
        let after = self.after_spaces();
        if after.is_empty() || after.starts_with(is_space) {
            return false;
        }
        let spaces = self.spaces();
        let wrong = self.indentation.begin_line(spaces);
        self.scanner.take(class::WHITESPACE, spaces - wrong);
        self.scanner.take(class::INDENTATION_ERROR, wrong);
        self.states.extend([State::BlockLine, State::Indentation]);
        true
    }

    fn ignored_line(&mut self) -> bool {
        if self.ignored_spaces() || self.comment() {
            return true;
        }
        let ends = self.scanner.take_text(class::WHITESPACE, "\n");
        if ends {
            self.pop(2);
        }
        ends
    }

    fn yaml_directive(&mut self) -> bool {
        let spaces = self.spaces();
        let digits = |text: &str| span(text, |c| c.is_ascii_digit());
        let after = self.after_spaces();
        let major = digits(after);
        let minor = after[major..].strip_prefix('.').map_or(0, digits);
        if spaces == 0 || major == 0 || minor == 0 {
            return false;
        }
        self.scanner.take(class::WHITESPACE, spaces);
        self.scanner.take(class::NUMBER, major + 1 + minor);
        self.states.push(State::IgnoredLine);
        true
    }

    fn tag_directive(&mut self) -> bool {
        let spaces = self.spaces();
        let Some(name) = self.after_spaces().strip_prefix('!') else {
            return false;
        };
        let mut handle = 1;
        if !name.starts_with(' ') {
            let word = span(name, |c| is_word(c) || c == '-');
            handle += word;
            if !name[word..].starts_with('!') {
                return false;
            }
            handle += 1;
        }
        let after = &self.after_spaces()[handle..];
        let second = span(after, |c| c == ' ');
        let prefix = match &after[second..] {
            prefix if prefix.starts_with('!') => 1,
            prefix => span(prefix, is_tag_prefix),
        };
        if spaces == 0 || second == 0 || prefix == 0 {
            return false;
        }
        self.scanner.take(class::WHITESPACE, spaces);
        self.scanner.take(class::KEYWORD_TYPE, handle);
        self.scanner.take(class::WHITESPACE, second);
        self.scanner.take(class::KEYWORD_TYPE, prefix);
        self.states.push(State::IgnoredLine);
        true
    }

    fn indentation(&mut self) -> bool {
        let spaces = self.spaces();
        let after = self.after_spaces();
        if after.is_empty() || after.starts_with('\n') {
            self.scanner.take(class::WHITESPACE, spaces);
            self.pop(2);
            return true;
        }
        if after.starts_with(['?', ':', '-']) && is_separated(&after[1..]) {
            if spaces > 0 {
                self.indentation.go_on(spaces);
                self.scanner.take(class::WHITESPACE, spaces);
            } else {
                self.indentation.enter();
                self.indentation.go_on(1);
                self.scanner.take(class::PUNCTUATION_INDICATOR, 1);
            }
            return true;
        }
        self.indentation.go_on(spaces);
        self.scanner.take(class::WHITESPACE, spaces);
        self.pop(1);
        true
    }

    fn block_line(&mut self) -> bool {
        let spaces = self.spaces();
        let after = self.after_spaces();
        if after.is_empty() || after.starts_with(['#', '\n']) {
            self.scanner.take(class::WHITESPACE, spaces);
            self.pop(1);
            return true;
        }
        if spaces > 0 {
            self.scanner.take(class::WHITESPACE, spaces);
            return true;
        }
        if let Some(length) = self.key(|c| !"#,?[]{}\"'\n".contains(c)) {
            self.scanner.take(class::NAME_TAG, length);
            self.indentation.enter();
            self.scanner.take(class::PUNCTUATION, 1);
            return true;
        }
        if self.descriptor() {
            return true;
        }
        let rest = self.scanner.rest();
        if rest.starts_with(':') && is_separated(&rest[1..]) {
            self.indentation.enter();
            self.scanner.take(class::PUNCTUATION_INDICATOR, 1);
            return true;
        }
        if self.scanner.take_one_of(class::PUNCTUATION_INDICATOR, "|>") {
            self.states
                .extend([State::BlockScalar, State::BlockScalarHeader]);
            return true;
        }
        if self.flow_node() {
            return true;
        }
        let mut characters = rest.chars();
        let begins = match characters.next() {
            Some('?' | ':' | '-') => characters.next().is_some_and(|c| !is_space(c)),
            Some(c) => begins_plain(c),
            None => false,
        };
        if begins {
            self.states.push(State::Plain);
        }
        begins
    }

    /// The bytes of the key at this place: what belongs to it, up to the last colon that stands
    /// before a space or the line's end.
    fn key(&mut self, belongs: impl Fn(char) -> bool) -> Option<usize> {
        if !self.scanner.may_look_ahead() {
            return None;
        }
        let rest = self.scanner.rest();
        let length = span(rest, belongs);
        self.scanner.spend(length);
        let mut colons = rest[..length].rmatch_indices(':').map(|(at, _)| at);
        colons.find(|at| *at > 0 && is_separated(&rest[at + 1..]))
    }

    /// A tag, an anchor or an alias.
    fn descriptor(&mut self) -> bool {
        let rest = self.scanner.rest();
        if let Some(tag) = rest.strip_prefix('!') {
            let is_uri = |c: char| is_tag_prefix(c) || c == '#';
            let full = tag.strip_prefix('<').map_or(0, |uri| span(uri, is_uri));
            let length = if full > 0 && tag[1 + full..].starts_with('>') {
                full + 2
            } else {
                span(tag, is_uri)
            };
            self.scanner.take(class::KEYWORD_TYPE, 1 + length);
            return true;
        }
        let class = match rest.chars().next() {
            Some('&') => class::NAME_LABEL,
            Some('*') => class::NAME_VARIABLE,
            _ => return false,
        };
        let name = span(&rest[1..], |c| is_word(c) || c == '-');
        self.scanner
            .take(class, if name > 0 { 1 + name } else { 0 });
        name > 0
    }

    /// A flow collection or a quoted scalar.
    fn flow_node(&mut self) -> bool {
        let nodes: [(&str, Class, State); 4] = [
            ("[", class::PUNCTUATION_INDICATOR, State::FlowSequence),
            ("{", class::PUNCTUATION_INDICATOR, State::FlowMapping),
            ("'", class::STRING, State::SingleQuoted),
            ("\"", class::STRING, State::DoubleQuoted),
        ];
        for (text, class, state) in nodes {
            if self.scanner.take_text(class, text) {
                self.states.push(state);
                return true;
            }
        }
        false
    }

    fn flow_key(&mut self) -> bool {
        // The colon ends the key, so that the first one counts.
        if !self.scanner.may_look_ahead() {
            return false;
        }
        let rest = self.scanner.rest();
        let length = span(rest, |c| !",:?[]{}\"'\n".contains(c));
        self.scanner.spend(length);
        let is_key = length > 0 && rest[length..].strip_prefix(':').is_some_and(is_separated);
        if is_key {
            self.scanner.take(class::NAME_TAG, length);
            self.scanner.take(class::PUNCTUATION, 1);
        }
        is_key
    }

    fn flow_collection(&mut self) -> bool {
        if self.scanner.take_while(class::WHITESPACE, |c| c == ' ')
            || self.line_ends()
            || self.comment()
            || self
                .scanner
                .take_one_of(class::PUNCTUATION_INDICATOR, "?:,")
            || self.descriptor()
            || self.flow_node()
        {
            return true;
        }
        let begins = |c: char| c == '-' || begins_plain(c);
        let begins = self.scanner.rest().starts_with(begins);
        if begins {
            self.states.push(State::PlainInFlow);
        }
        begins
    }

    fn closes(&mut self, text: &str) -> bool {
        let closes = self.scanner.take_text(class::PUNCTUATION_INDICATOR, text);
        if closes {
            self.pop(1);
        }
        closes
    }
}

/// Whether a space or a line's end follows.
fn is_separated(text: &str) -> bool {
    text.is_empty() || text.starts_with([' ', '\n'])
}

fn begins_plain(character: char) -> bool {
    !is_space(character) && !"?:,[]{}#&*!|>'\"%@`-".contains(character)
}

fn is_tag_prefix(character: char) -> bool {
    is_word(character) || ";/?:@&=+$,.!~*'()[]%-".contains(character)
}
