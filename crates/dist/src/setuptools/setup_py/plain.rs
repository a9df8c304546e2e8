//! Whether a setup.py does nothing that could change what the arguments of its `setup()` mean: it imports
//! from setuptools and a few modules of Python, reads files, gives names values, and calls `setup()`.
//!
//! What is not known to be harmless is refused. A value that is computed here is still no literal: that
//! the file is plain says only that those that are literal mean what they say.

use super::tokens::{Kind, Token};

/// Modules whose import changes nothing, as Python and setuptools have them loaded already.
const MODULES: [&str; 9] = [
    "__future__",
    "codecs",
    "io",
    "os",
    "os.path",
    "pathlib",
    "re",
    "setuptools",
    "sys",
];

/// What may be imported of them by its own name.
const IMPORTED: [&str; 16] = [
    "Extension",
    "Path",
    "PurePath",
    "absolute_import",
    "abspath",
    "annotations",
    "dirname",
    "division",
    "find_namespace_packages",
    "find_packages",
    "join",
    "open",
    "path",
    "print_function",
    "setup",
    "unicode_literals",
];

/// What may be called: functions that give values and change nothing.
const CALLED: [&str; 35] = [
    "Extension",
    "Path",
    "PurePath",
    "abspath",
    "decode",
    "dict",
    "dirname",
    "encode",
    "exists",
    "find_namespace_packages",
    "find_packages",
    "format",
    "is_file",
    "isfile",
    "join",
    "joinpath",
    "len",
    "list",
    "lower",
    "lstrip",
    "normpath",
    "open",
    "read",
    "read_bytes",
    "read_text",
    "readline",
    "readlines",
    "realpath",
    "resolve",
    "rstrip",
    "setup",
    "split",
    "splitlines",
    "str",
    "strip",
];

/// Words that no expression of a plain file has.
const REFUSED: [&str; 4] = ["lambda", "yield", "await", "async"];

/// Checks the tokens of a setup.py.
///
/// # Errors
/// In words, what it does besides.
pub(super) fn check(tokens: &[Token]) -> Result<(), String> {
    for statement in tokens.split(|token| token.kind == Kind::End) {
        if let Some(first) = statement.first() {
            check_statement(statement)
                .ok_or_else(|| format!("line {} of setup.py does more than that", first.line))?;
        }
    }
    Ok(())
}

/// The words of a statement, where it is about names alone: signs become words as well.
fn word(token: &Token) -> Option<String> {
    match &token.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Sign(sign) => Some(sign.to_string()),
        _ => None,
    }
}

fn check_statement(statement: &[Token]) -> Option<()> {
    let name = |at: usize| match statement.get(at).map(|token| &token.kind) {
        Some(Kind::Name(name)) => Some(name.as_str()),
        _ => None,
    };
    let is_sign = |at: usize, sign: char| {
        let kind = statement.get(at).map(|token| &token.kind);
        kind == Some(&Kind::Sign(sign))
    };
    match name(0) {
        Some("import") => {
            let modules: Option<String> = statement[1..].iter().map(word).collect();
            let modules = modules?;
            modules
                .split(',')
                .all(|module| MODULES.contains(&module))
                .then_some(())
        }
        Some("from") => {
            let at = (1..statement.len()).find(|at| name(*at) == Some("import"))?;
            let module: Option<String> = statement[1..at].iter().map(word).collect();
            let is_known = MODULES.contains(&module?.as_str());
            let mut rest = statement[at + 1..].iter();
            let is_plain = rest.all(|token| match &token.kind {
                Kind::Name(name) => IMPORTED.contains(&name.as_str()),
                Kind::Sign(sign) => ['(', ')', ','].contains(sign),
                _ => false,
            });
            (is_known && is_plain).then_some(())
        }
        // `if __name__ == "__main__":`, with the call below or behind it.
        Some("if") => {
            let is_main = name(1) == Some("__name__")
                && is_sign(2, '=')
                && is_sign(3, '=')
                && matches!(&statement.get(4)?.kind, Kind::Text(Some(text)) if text == "__main__")
                && is_sign(5, ':');
            let rest = statement.get(6..).filter(|_| is_main)?;
            if rest.is_empty() {
                return Some(());
            }
            check_statement(rest)
        }
        Some("with") => {
            let last = statement.len().checked_sub(1)?;
            let is_header = is_sign(last, ':');
            is_header.then_some(())?;
            let bound = name(last.checked_sub(1)?).filter(|bound| !CALLED.contains(bound))?;
            (bound != "setup").then_some(())?;
            check_expression(&statement[1..last])
        }
        Some(target) if is_sign(1, '=') && !is_sign(2, '=') => {
            let is_rebound = CALLED.contains(&target) || IMPORTED.contains(&target);
            (!is_rebound && !is_keyword(target)).then_some(())?;
            check_expression(&statement[2..])
        }
        Some("setup" | "setuptools") | None => check_expression(statement),
        Some(_) => None,
    }
}

fn is_keyword(word: &str) -> bool {
    MODULES.contains(&word) || ["True", "False", "None"].contains(&word)
}

/// Whether evaluating an expression gives a value, and nothing besides.
fn check_expression(tokens: &[Token]) -> Option<()> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before].kind);
        let behind = tokens.get(at + 1).map(|behind| &behind.kind);
        match &token.kind {
            Kind::Sign('(' | '[' | '{') => depth += 1,
            Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        match &token.kind {
            // What stands in the braces of a string is run.
            Kind::Text(None) => return None,
            Kind::Name(name) if REFUSED.contains(&name.as_str()) => return None,
            Kind::Sign('(') => match before {
                Some(Kind::Name(name)) => {
                    let is_operator = ["in", "and", "or", "not", "if", "else", "is", "for", "with"]
                        .contains(&name.as_str());
                    if !is_operator && !CALLED.contains(&name.as_str()) {
                        return None;
                    }
                }
                // What is called is itself computed: `f()()`, `table["f"]()`.
                Some(Kind::Sign(')' | ']' | '}')) => return None,
                _ => {}
            },
            // `name := value`
            Kind::Sign('=') if before == Some(&Kind::Sign(':')) => return None,
            // Something is given another value, unless it is compared.
            Kind::Sign('=') if depth == 0 => {
                let is_half = |kind: Option<&Kind>, signs: &[char]| matches!(kind, Some(Kind::Sign(sign)) if signs.contains(sign));
                if !is_half(before, &['=', '!', '<', '>']) && !is_half(behind, &['=']) {
                    return None;
                }
            }
            // A decorator.
            Kind::Sign('@') => return None,
            _ => {}
        }
    }
    Some(())
}
