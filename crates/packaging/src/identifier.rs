//! Python identifiers and keywords, as `str.isidentifier` and `keyword.iskeyword` see them.
//!
//! Follows "The Python Language Reference", section "Identifiers and keywords".

/// The words that are no identifiers (Python 3.9 to 3.15; soft keywords are identifiers).
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Whether a text has the form of an identifier; keywords have it too.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(unicode_ident::is_xid_continue)
}

/// Whether a text is a keyword.
#[allow(dead_code, reason = "used by metadata")]
pub(crate) fn is_keyword(text: &str) -> bool {
    KEYWORDS.binary_search(&text).is_ok()
}
