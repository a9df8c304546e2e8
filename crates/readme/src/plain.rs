//! `text/plain`: escaped, with the line breaks kept.

use crate::clean;

/// Plain text as HTML.
pub(crate) fn render(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '\n' => html.push_str("<br>"),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            character => html.push(character),
        }
    }
    clean::clean_text(&html)
}
