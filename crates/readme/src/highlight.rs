//! Code to HTML with Pygments' short class names, so that its style sheets fit.
//!
//! Each language is a lexer in a file of its own, which cuts the code into [`Token`]s as Pygments
//! 2.21 does; [`format`](self) writes them as its `HtmlFormatter` with `nowrap` does. A language
//! that is not here is only escaped.
//!
//! A lexer looks ahead as far as a token may reach, but only within the budget of its
//! [`Scanner`](scanner::Scanner), so that the time is linear in the code whatever it is.

mod bash;
mod bibtex;
mod class;
mod console;
mod go;
mod ini;
mod json;
mod merge;
mod pycon;
mod python;
mod scanner;
mod toml;
mod traceback;
mod yaml;

use std::borrow::Cow;

use self::class::Class;

/// A piece of code of one class. The tokens of a text follow each other without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    class: Class,
    bytes: usize,
}

/// Cuts code into tokens. The code ends with a line break and has no other line breaks than `\n`.
type Lexer = fn(&str) -> Vec<Token>;

/// Each language by the names that Pygments knows it by.
const LEXERS: &[(&[&str], Lexer)] = &[
    (
        &[
            "python", "py", "sage", "python3", "py3", "bazel", "starlark", "pyi",
        ],
        python::lex,
    ),
    (&["pycon", "python-console"], pycon::lex),
    (&["pytb", "py3tb"], traceback::lex),
    (&["bash", "sh", "ksh", "zsh", "shell", "openrc"], bash::lex),
    (&["bibtex", "bib"], bibtex::lex),
    (&["console", "shell-session"], console::lex),
    (&["go", "golang"], go::lex),
    (&["json", "json-object"], json::lex),
    (&["toml"], toml::lex),
    (&["yaml", "yml"], yaml::lex),
    (&["ini", "cfg", "dosini"], ini::lex),
];

fn lexer(language: &str) -> Option<Lexer> {
    let language = language.to_ascii_lowercase();
    let mut lexers = LEXERS.iter();
    let found = lexers.find(|(names, _)| names.contains(&language.as_str()))?;
    Some(found.1)
}

/// Code as HTML, or nothing when the language is not known here.
///
/// ```
/// let html = tilsit_readme::highlight::highlight("python", "pass\n").unwrap();
/// assert_eq!(html, "<span class=\"k\">pass</span>\n");
/// ```
pub fn highlight(language: &str, code: &str) -> Option<String> {
    let lexer = lexer(language)?;
    let code = prepare(code);
    let mut html = String::with_capacity(code.len() * 4);
    write(&code, &lexer(&code), &mut html);
    Some(html)
}

/// Code as pieces, each with its own class without those around it; nothing when the language is not
/// known here. The code ends with a line break.
pub(crate) fn tokens(language: &str, code: &str) -> Option<Vec<(&'static str, String)>> {
    let lexer = lexer(language)?;
    let code = prepare(code);
    let mut at = 0;
    let cut = |token: Token| {
        let text = code[at..at + token.bytes].to_owned();
        at += token.bytes;
        let own = token.class.0.rsplit(' ').next();
        (own.unwrap_or_default(), text)
    };
    Some(lexer(&code).into_iter().map(cut).collect())
}

/// Appends code as HTML, escaped only when the language is not known here.
pub(crate) fn highlight_or_escape(language: &str, code: &str, html: &mut String) {
    if let Some(highlighted) = highlight(language, code) {
        html.push_str(&highlighted);
    } else {
        for character in prepare(code).chars() {
            escape_into(character, html);
        }
    }
}

/// Code as lexers take it: one kind of line break, none before and one after the code.
fn prepare(code: &str) -> Cow<'_, str> {
    let code = code.strip_prefix('\u{feff}').unwrap_or(code);
    if code.contains('\r') {
        let code = code.replace("\r\n", "\n").replace('\r', "\n");
        return Cow::Owned(code.trim_matches('\n').to_owned() + "\n");
    }
    let start = code.trim_start_matches('\n');
    let length = start.trim_end_matches('\n').len();
    match start.get(..=length) {
        Some(prepared) => Cow::Borrowed(prepared),
        None => Cow::Owned(start.to_owned() + "\n"),
    }
}

/// Writes tokens as spans. Neighbours of one class share a span; no span reaches over a line's end.
fn write(code: &str, tokens: &[Token], html: &mut String) {
    let mut open = class::TEXT;
    let mut at = 0;
    for token in tokens {
        let text = &code[at..at + token.bytes];
        at += token.bytes;
        for piece in text.split_inclusive('\n') {
            let line = piece.trim_end_matches('\n');
            if !line.is_empty() && open != token.class {
                close(&mut open, html);
                if token.class != class::TEXT {
                    html.push_str("<span class=\"");
                    html.push_str(token.class.0);
                    html.push_str("\">");
                }
                open = token.class;
            }
            for character in line.chars() {
                escape_into(character, html);
            }
            if line.len() < piece.len() {
                close(&mut open, html);
                html.push('\n');
            }
        }
    }
    close(&mut open, html);
}

/// Appends a character of code. Quotes stay, as code stands between tags only.
fn escape_into(character: char, html: &mut String) {
    match character {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        character => html.push(character),
    }
}

fn close(open: &mut Class, html: &mut String) {
    if *open != class::TEXT {
        html.push_str("</span>");
    }
    *open = class::TEXT;
}

#[cfg(test)]
mod tests;
