//! Python, as Pygments' `PythonLexer` cuts it.

mod strings;
mod words;

use super::Token;
use super::class;
use super::scanner::{Scanner, ends_word, is_space, is_word, span};

use self::strings::StringKind;

/// What the lexer is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Root,
    /// After `def`.
    FunctionName,
    /// After `class`.
    ClassName,
    /// After `import`.
    Import,
    /// After `from`.
    FromImport,
    /// After `match` or `case`.
    SoftKeyword,
    /// In a string.
    String(StringKind),
    /// In the braces of an f-string.
    Expression,
    /// In brackets within those.
    Brackets,
}

/// Cuts Python code into tokens.
pub(super) fn lex(code: &str) -> Vec<Token> {
    let mut scanner = Scanner::new(code);
    let mut states = vec![State::Root];
    while !scanner.is_at_end() {
        let state = states.last().copied().unwrap_or(State::Root);
        let fits = match state {
            State::Root => root(&mut scanner, &mut states),
            State::FunctionName => function_name(&mut scanner, &mut states),
            State::ClassName => class_name(&mut scanner, &mut states),
            State::Import => import(&mut scanner, &mut states),
            State::FromImport => from_import(&mut scanner, &mut states),
            State::SoftKeyword => soft_keyword(&mut scanner, &mut states),
            State::String(kind) => strings::inside(kind, &mut scanner, &mut states),
            State::Expression => in_braces(&mut scanner, &mut states),
            State::Brackets => in_brackets(&mut scanner, &mut states),
        };
        if !fits && scanner.take_unknown(class::WHITESPACE) {
            states = vec![State::Root];
        }
    }
    scanner.finish()
}

fn root(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_text(class::WHITESPACE, "\n") || strings::docstring(scanner) {
        return true;
    }
    let rest = scanner.rest();
    if scanner.is_at_start() && rest.starts_with("#!") && !rest[2..].starts_with('\n') {
        let line = scanner.line().len();
        scanner.take(class::COMMENT_HASHBANG, line);
        return true;
    }
    if rest.starts_with('#') {
        return scanner.take_while(class::COMMENT_SINGLE, |c| c != '\n');
    }
    scanner.take_any(class::TEXT, &["\\\n", "\\"])
        || keyword(words::STATEMENT_KEYWORDS, scanner)
        || match_or_case(scanner, states)
        || introduction(scanner, states)
        || expression(scanner, states)
}

/// A keyword of `table`, or a constant. `yield from` is one keyword.
fn keyword(table: &[&str], scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let word = &rest[..span(rest, is_word)];
    for (double, first) in [("yield from", "yield"), ("async for", "async")] {
        let is_known = table.contains(&double);
        if is_known && word == first && rest.starts_with(double) && ends_word(&rest[double.len()..])
        {
            scanner.take(class::KEYWORD, double.len());
            return true;
        }
    }
    if table.contains(&word) {
        scanner.take(class::KEYWORD, word.len());
        return true;
    }
    let is_constant = words::CONSTANTS.contains(&word);
    if is_constant {
        scanner.take(class::KEYWORD_CONSTANT, word.len());
    }
    is_constant
}

/// `match` and `case` at the start of a line, unless what follows shows that it is a name.
fn match_or_case(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if !scanner.is_at_line_start() {
        return false;
    }
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let rest = scanner.rest();
    let indentation = span(rest, is_blank);
    let word = span(&rest[indentation..], is_word);
    if !matches!(&rest[indentation..indentation + word], "match" | "case") {
        return false;
    }
    let after = rest[indentation + word..].trim_start_matches(is_blank);
    let next = &after[..span(after, is_word)];
    if after.starts_with([':', ',', ';', '=', '^', '&', '|', '@', '~', ')', ']', '}'])
        || words::HARD_KEYWORDS.contains(&next)
    {
        return false;
    }
    scanner.take(class::TEXT, indentation);
    scanner.take(class::KEYWORD, word);
    states.push(State::SoftKeyword);
    true
}

/// The `_` of `case _`.
fn soft_keyword(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    let space = span(rest, is_space);
    let between = span(&rest[space..], |c| c != '\n' && c != '_');
    let after = &rest[space + between..];
    let ends = after.starts_with('_') && ends_word(&after[1..]);
    if space == 0 || !ends || !scanner.spend(space + between) {
        states.pop();
        return true;
    }
    scanner.take(class::WHITESPACE, space);
    scanner.take_tokens(lex(&rest[space..space + between]));
    scanner.take(class::KEYWORD, 1);
    true
}

/// `def`, `class`, `import` and `from` with the space after them.
fn introduction(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    let word = span(rest, is_word);
    let (class, state) = match &rest[..word] {
        "def" => (class::KEYWORD, State::FunctionName),
        "class" => (class::KEYWORD, State::ClassName),
        "import" => (class::KEYWORD_NAMESPACE, State::Import),
        "from" => (class::KEYWORD_NAMESPACE, State::FromImport),
        "lazy" if scanner.is_at_line_start() => {
            let space = continued_space(&rest[word..]);
            let next = &rest[word + space..];
            let next = &next[..span(next, is_word)];
            if space == 0 || !matches!(next, "import" | "from") {
                return false;
            }
            if continued_space(&rest[word + space + next.len()..]) == 0 {
                return false;
            }
            scanner.take(class::KEYWORD_NAMESPACE, word);
            scanner.take(class::WHITESPACE, space);
            return introduction(scanner, states);
        }
        _ => return false,
    };
    let space = continued_space(&rest[word..]);
    if space == 0 {
        return false;
    }
    scanner.take(class, word);
    scanner.take(class::WHITESPACE, space);
    states.push(state);
    true
}

/// The bytes of white space, also behind backslashes.
fn continued_space(text: &str) -> usize {
    let mut rest = text;
    loop {
        let after = rest.strip_prefix('\\').unwrap_or(rest);
        let Some(next) = after.strip_prefix(is_space) else {
            return text.len() - rest.len();
        };
        rest = next;
    }
}

fn function_name(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    if words::MAGIC_FUNCTIONS.contains(&&rest[..span(rest, is_word)]) {
        return scanner.take_while(class::NAME_FUNCTION_MAGIC, is_word);
    }
    scanner.take(class::NAME_FUNCTION, identifier(rest));
    states.pop();
    true
}

fn class_name(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let length = identifier(scanner.rest());
    if length > 0 {
        scanner.take(class::NAME_CLASS, length);
        states.pop();
    }
    length > 0
}

fn import(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    let space = span(rest, is_space);
    let after = &rest[space..];
    if let Some(alias) = after.strip_prefix("as") {
        let second = span(alias, is_space);
        if space > 0 && second > 0 {
            scanner.take(class::WHITESPACE, space);
            scanner.take(class::KEYWORD, "as".len());
            scanner.take(class::WHITESPACE, second);
            return true;
        }
    }
    if module(scanner) {
        return true;
    }
    if after.starts_with(',') {
        scanner.take(class::WHITESPACE, space);
        scanner.take(class::OPERATOR, 1);
        scanner.take_while(class::WHITESPACE, is_space);
        return true;
    }
    states.pop();
    true
}

fn from_import(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    let rest = scanner.rest();
    let space = span(rest, is_space);
    let word = span(&rest[space..], is_word);
    if space > 0 && &rest[space..space + word] == "import" {
        scanner.take(class::WHITESPACE, space);
        scanner.take(class::KEYWORD_NAMESPACE, word);
        states.pop();
    } else if space == 0 && &rest[..word] == "None" {
        scanner.take(class::KEYWORD_CONSTANT, word);
        states.pop();
    } else if !module(scanner) {
        states.pop();
    }
    true
}

/// A dot or a name of a module's path.
fn module(scanner: &mut Scanner<'_>) -> bool {
    if scanner.take_text(class::NAME_NAMESPACE, ".") {
        return true;
    }
    let length = identifier(scanner.rest());
    scanner.take(class::NAME_NAMESPACE, length);
    length > 0
}

/// What may stand in an expression.
fn expression(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    strings::begin(scanner, states)
        || scanner.take_while(class::TEXT, |c| is_space(c) && c != '\n')
        || number(scanner)
        || scanner.take_any(class::OPERATOR, &["!=", "==", "<<", ">>", ":="])
        || scanner.take_one_of(class::OPERATOR, "-~+/*%=<>&^|.")
        || scanner.take_one_of(class::PUNCTUATION, "]{}:(),;[")
        || word(scanner)
}

/// A word: an operator, a keyword, a name that is known, or any name.
fn word(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    if let Some(name) = rest.strip_prefix('@') {
        let length = identifier(name);
        let class = if length > 0 {
            class::NAME_DECORATOR
        } else {
            class::OPERATOR
        };
        scanner.take(class, 1 + length);
        return true;
    }
    let word = &rest[..span(rest, is_word)];
    if matches!(word, "in" | "is" | "and" | "or" | "not") {
        scanner.take(class::OPERATOR_WORD, word.len());
        return true;
    }
    if keyword(words::EXPRESSION_KEYWORDS, scanner) {
        return true;
    }
    if let Some(class) = words::known(word, scanner.previous() == Some('.')) {
        scanner.take(class, word.len());
        return true;
    }
    let length = identifier(rest);
    scanner.take(class::NAME, length);
    length > 0
}

/// The bytes of the identifier at the start of `text`.
fn identifier(text: &str) -> usize {
    let starts = |c: char| c == '_' || unicode_ident::is_xid_start(c);
    if text.starts_with(starts) {
        span(text, unicode_ident::is_xid_continue)
    } else {
        0
    }
}

fn number(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let whole = digits(rest);
    let mut length = whole;
    let mut class = class::NUMBER_INTEGER;
    let fraction = rest[whole..].strip_prefix('.').map(digits);
    if let Some(fraction) = fraction.filter(|fraction| whole + fraction > 0) {
        length += 1 + fraction;
        length += exponent(&rest[length..]);
        class = class::NUMBER_FLOAT;
    } else if whole == 0 {
        return false;
    } else if exponent(&rest[whole..]) > 0 {
        length += exponent(&rest[whole..]);
        length += usize::from(rest[length..].starts_with('j'));
        class = class::NUMBER_FLOAT;
    } else if let Some(after) = rest.strip_prefix('0') {
        let prefixed = [
            (['o', 'O'], 8, class::NUMBER_OCT),
            (['b', 'B'], 2, class::NUMBER_BIN),
            (['x', 'X'], 16, class::NUMBER_HEX),
        ];
        for (letters, radix, of_radix) in prefixed {
            let digits = after.strip_prefix(letters);
            let digits = digits.map_or(0, |digits| grouped(digits, radix));
            if digits > 0 {
                length = 2 + digits;
                class = of_radix;
            }
        }
    }
    scanner.take(class, length);
    true
}

/// The bytes of digits, single underscores between them.
fn digits(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        grouped(text, 10)
    } else {
        0
    }
}

/// As [`digits`], of any radix and with an underscore in front.
fn grouped(text: &str, radix: u32) -> usize {
    let mut rest = text;
    loop {
        let after = rest.strip_prefix('_').unwrap_or(rest);
        let Some(next) = after.strip_prefix(|c: char| c.is_digit(radix)) else {
            return text.len() - rest.len();
        };
        rest = next;
    }
}

/// The bytes of `e`, a sign and digits.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else {
        return 0;
    };
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    match digits(unsigned) {
        0 => 0,
        count => text.len() - unsigned.len() + count,
    }
}

/// In the braces of an f-string, up to the format or the closing brace.
fn in_braces(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_one_of(class::PUNCTUATION, "{([") {
        states.push(State::Brackets);
        return true;
    }
    let rest = scanner.rest();
    let mut after = rest;
    if let Some(debug) = after.strip_prefix('=') {
        after = debug.trim_start_matches(is_space);
    }
    if let Some(conversion) = after.strip_prefix('!') {
        after = conversion
            .strip_prefix(['s', 'r', 'a', 'f'])
            .unwrap_or(after);
    }
    if after.starts_with(['}', ':']) {
        scanner.take(class::STRING_INTERPOL, rest.len() - after.len() + 1);
        states.pop();
        return true;
    }
    scanner.take_while(class::WHITESPACE, is_space) || expression(scanner, states)
}

fn in_brackets(scanner: &mut Scanner<'_>, states: &mut Vec<State>) -> bool {
    if scanner.take_one_of(class::PUNCTUATION, "{([") {
        states.push(State::Brackets);
        return true;
    }
    if scanner.take_one_of(class::PUNCTUATION, "])}") {
        states.pop();
        return true;
    }
    scanner.take_while(class::WHITESPACE, is_space) || expression(scanner, states)
}
