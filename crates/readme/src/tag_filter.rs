//! GFM's extension "disallowed raw HTML": tags that change how what follows is read lose their
//! `<`. Follows "GitHub Flavored Markdown Spec", section 6.11.

/// The tags. The cleaning would take most of them out with what they hold; as text they are seen.
const DISALLOWED: &[&str] = &[
    "iframe",
    "noembed",
    "noframes",
    "plaintext",
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
];

/// `html` with each disallowed tag as text, or nothing when there is none.
pub(crate) fn filter(html: &str) -> Option<String> {
    let mut filtered = String::new();
    let mut copied = 0;
    for (at, _) in html.match_indices('<') {
        if is_disallowed(&html[at + 1..]) {
            filtered.push_str(&html[copied..at]);
            filtered.push_str("&lt;");
            copied = at + 1;
        }
    }
    if copied == 0 {
        return None;
    }
    filtered.push_str(&html[copied..]);
    Some(filtered)
}

/// Whether what follows a `<` is the rest of a disallowed tag.
fn is_disallowed(rest: &str) -> bool {
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    DISALLOWED.iter().any(|tag| {
        let (Some(name), Some(after)) = (rest.get(..tag.len()), rest.get(tag.len()..)) else {
            return false;
        };
        let ends = after.starts_with("/>")
            || after.starts_with(|c: char| c == '>' || c.is_ascii_whitespace() || c == '\x0b');
        ends && name.eq_ignore_ascii_case(tag)
    })
}
