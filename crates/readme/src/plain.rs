//! `text/plain`: escaped, with the line breaks kept.

use crate::clean;

/// Plain text as HTML.
pub(crate) fn render(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '\n' => html.push_str("<br>"),
            character => escape_into(character, &mut html),
        }
    }
    clean::clean_text(&html)
}

/// Appends a character so that it is nothing but text, also in an attribute's value.
pub(crate) fn escape_into(character: char, html: &mut String) {
    match character {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        character => html.push(character),
    }
}
