//! Whether a setup.py does nothing that could change what the arguments of its `setup()` mean: it imports
//! from setuptools and a few modules of Python, reads files, gives names values, and calls `setup()`.
//!
//! What is not known to be harmless is refused. A value that is computed here is still no literal: that
//! the file is plain says only that those that are literal mean what they say.

use super::tokens::{Kind, Token};

/// Modules of Python and setuptools, whose import changes nothing.
const MODULES: [&str; 16] = [
    "__future__",
    "codecs",
    "contextlib",
    "errno",
    "glob",
    "io",
    "os",
    "os.path",
    "pathlib",
    "platform",
    "re",
    "setuptools",
    "shutil",
    "subprocess",
    "sys",
    "warnings",
];

/// What may be imported of them by its own name.
const IMPORTED: [&str; 18] = [
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
    "glob",
    "join",
    "open",
    "path",
    "print_function",
    "setup",
    "unicode_literals",
    "with_statement",
];

/// What may be called: functions that give values and change nothing.
const CALLED: [&str; 36] = [
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
    "glob",
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
const REFUSED: [&str; 14] = [
    "__import__",
    "async",
    "await",
    "compile",
    "delattr",
    "eval",
    "exec",
    "execfile",
    "getattr",
    "globals",
    "lambda",
    "locals",
    "setattr",
    "yield",
];

/// Checks the tokens of a setup.py.
///
/// # Errors
/// In words, what it does besides.
pub(super) fn check(tokens: &[Token]) -> Result<(), String> {
    let script = Script::new(tokens).ok_or("setup.py defines a function that it must not")?;
    let mut block = Block::Live;
    for statement in tokens.split(|token| token.kind == Kind::End) {
        let Some(first) = statement.first() else {
            continue;
        };
        if !first.is_indented {
            block = block.next(statement);
        }
        let is_harmless = match block {
            Block::Dead => !calls_setup(statement),
            // What is defined may never be called.
            Block::Body if calls_setup(statement) => false,
            Block::Tried if first.is_indented => script.is_import_of_setuptools(statement),
            _ if is_header(statement) => true,
            _ => script.statement(statement).is_some(),
        };
        if !is_harmless {
            let (line, word) = (first.line, word(first).unwrap_or_default());
            return Err(format!(
                "setup.py does more than that: `{word}` on line {line}"
            ));
        }
    }
    Ok(())
}

/// Where a statement of setup.py stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Where it is run.
    Live,
    /// Below `def`
    Body,
    /// Below `try:`
    Tried,
    /// Below `except ImportError:`, where what is tried is an import of setuptools, which builds this.
    Dead,
}

impl Block {
    /// Where the lines below a line that is not indented stand.
    fn next(self, statement: &[Token]) -> Self {
        let words: Vec<String> = statement.iter().filter_map(word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["def", ..] => Self::Body,
            ["try", ":"] => Self::Tried,
            ["except", "ImportError", ":"] if self == Self::Tried => Self::Dead,
            _ => Self::Live,
        }
    }
}

fn calls_setup(statement: &[Token]) -> bool {
    let is_setup = |token: &Token| token.kind == Kind::Name("setup".to_owned());
    statement.iter().any(is_setup)
}

/// Whether it is a line of a `try`, which is no statement by itself.
fn is_header(statement: &[Token]) -> bool {
    matches!(statement, [first, colon]
        if !first.is_indented && word(first).as_deref() == Some("try") && colon.kind == Kind::Sign(':'))
}

/// The words of a statement, where it is about names alone: signs become words as well.
fn word(token: &Token) -> Option<String> {
    match &token.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Sign(sign) => Some(sign.to_string()),
        _ => None,
    }
}

/// What is known of the file as a whole.
struct Script<'t> {
    /// The functions that it defines. Their bodies are checked as all of it is.
    defined: Vec<&'t str>,
}

impl<'t> Script<'t> {
    /// None where one of the functions stands in for one of setuptools.
    fn new(tokens: &'t [Token]) -> Option<Self> {
        let pairs = tokens.iter().zip(tokens.iter().skip(1));
        let defined: Vec<&str> = pairs
            .filter_map(|(def, name)| match (&def.kind, &name.kind) {
                (Kind::Name(def), Kind::Name(name)) if def == "def" => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let is_taken = |name: &&str| IMPORTED.contains(name) || is_keyword(name);
        (!defined.iter().any(is_taken)).then_some(Self { defined })
    }

    /// Imports of setuptools alone, which never fail here.
    fn is_import_of_setuptools(&self, statement: &[Token]) -> bool {
        let module = statement.get(1).and_then(word);
        let is_import =
            matches!(&statement[0].kind, Kind::Name(word) if word == "from" || word == "import");
        let is_alone = statement.len() == 2 || word(&statement[0]).as_deref() == Some("from");
        is_import
            && is_alone
            && module.as_deref() == Some("setuptools")
            && self.statement(statement).is_some()
    }

    fn statement(&self, statement: &[Token]) -> Option<()> {
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
                self.statement(rest)
            }
            Some("with") => {
                let last = statement.len().checked_sub(1)?;
                let bound = last.checked_sub(1).and_then(name)?;
                let is_header = is_sign(last, ':') && self.may_be_bound(bound);
                is_header.then_some(())?;
                self.expression(&statement[1..last])
            }
            Some(target) if is_sign(1, '=') && !is_sign(2, '=') => {
                self.may_be_bound(target).then_some(())?;
                self.expression(&statement[2..])
            }
            // Its parameters have no defaults.
            Some("def") if !statement[0].is_indented => {
                let last = statement.len().checked_sub(1)?;
                let parameters = statement.get(2..last).filter(|_| is_sign(last, ':'))?;
                let is_plain = |token: &Token| match &token.kind {
                    Kind::Name(name) => self.may_be_bound(name),
                    Kind::Sign(sign) => ['(', ')', ',', '*'].contains(sign),
                    _ => false,
                };
                parameters.iter().all(is_plain).then_some(())
            }
            Some("return") if statement[0].is_indented => self.expression(&statement[1..]),
            Some("setup" | "setuptools") | None => self.expression(statement),
            Some(_) => None,
        }
    }

    /// Whether a name may stand for something of the file's own: it is none that is called.
    fn may_be_bound(&self, name: &str) -> bool {
        let is_called = CALLED.contains(&name) || IMPORTED.contains(&name);
        !is_called && !is_keyword(name) && !self.defined.contains(&name)
    }

    /// Whether evaluating an expression gives a value, and nothing besides.
    fn expression(&self, tokens: &[Token]) -> Option<()> {
        let mut depth = 0_usize;
        let mut is_bound = false;
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &tokens[before].kind);
            let behind = tokens.get(at + 1).map(|behind| &behind.kind);
            match &token.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            match &token.kind {
                // What stands in the braces of a string is run; so is a decorator.
                Kind::Text(None) | Kind::Sign('@') => return None,
                Kind::Name(name) if REFUSED.contains(&name.as_str()) => return None,
                // What a comprehension goes through.
                Kind::Name(name) if name == "for" || name == "in" => is_bound = name == "for",
                Kind::Name(name) if is_bound && !self.may_be_bound(name) => return None,
                Kind::Sign('(') => match before {
                    Some(Kind::Name(name)) => {
                        let is_operator =
                            ["in", "and", "or", "not", "if", "else", "is", "for", "with"]
                                .contains(&name.as_str());
                        let name = name.as_str();
                        if !is_operator && !CALLED.contains(&name) && !self.defined.contains(&name)
                        {
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
                _ => {}
            }
        }
        Some(())
    }
}

/// Whether a word always means the same.
fn is_keyword(word: &str) -> bool {
    MODULES.contains(&word) || ["True", "False", "None"].contains(&word)
}
