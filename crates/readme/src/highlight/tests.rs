//! The writer, names of languages, and time on hostile code.

use super::*;

#[test]
fn neighbours_share_a_span_and_no_span_reaches_over_a_line() {
    let html = highlight("python", "x = \"\"\"a\nb\"\"\"\n").unwrap();
    let expected = "<span class=\"n\">x</span> <span class=\"o\">=</span> \
                    <span class=\"s2\">\"\"\"a</span>\n<span class=\"s2\">b\"\"\"</span>\n";
    assert_eq!(html, expected);
    assert_eq!(highlight("ini", "\r\n\r\n"), Some("\n".to_owned()));
}

#[test]
fn languages() {
    let mut html = String::new();
    highlight_or_escape("brainfuck", "\n<a>\"\n\n", &mut html);
    assert_eq!(html, "&lt;a&gt;\"\n");
    assert!(highlight("brainfuck", "a").is_none());
    assert_eq!(highlight("PyThon", "a"), highlight("py3", "a"));
    let mut names: Vec<&str> = LEXERS
        .iter()
        .flat_map(|(names, _)| names.iter().copied())
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name has two lexers");
}

/// Beginnings that look ahead for an end which is not there, again and again. Each takes some
/// hundredths of a second; were the time not linear in the code, it would be several seconds.
#[test]
fn hostile_code_is_lexed_whole() {
    let beginnings = [
        "\"\"\"",
        "'",
        "\"",
        "`",
        "/*",
        "<<EOF ",
        "$'",
        "{a[",
        "\\N{",
        "f'{",
        "case ",
        "a: ",
        "- ",
        "[",
        "{",
        "=",
        "=\\ ",
        "a=\"",
        "(",
        "  File \"",
        ">>> ",
        "$ ",
        "|\n  ",
        "&a ",
        "''' '",
        "!",
    ];
    for (names, lexer) in LEXERS {
        for beginning in beginnings {
            let code = prepare(&beginning.repeat(10_000)).into_owned();
            let begin = std::time::Instant::now();
            let tokens = lexer(&code);
            assert!(
                begin.elapsed().as_millis() < 2500,
                "{names:?} {beginning:?}"
            );
            let bytes: usize = tokens.iter().map(|token| token.bytes).sum();
            assert_eq!(bytes, code.len(), "{names:?} {beginning:?}");
        }
    }
}
