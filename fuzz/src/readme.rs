//! Targets of `tilsit-readme`: descriptions and code as HTML.

use tilsit_readme::clean::{allows_attribute, allows_tag, clean, clean_with_parser, strict};
use tilsit_readme::highlight::highlight;
use tilsit_readme::{Markup, Note, check, render};

/// A description: what comes out is harmless in each markup, stays so when it is cleaned again (and
/// stays as it is, where it has no tags of its own), and is not much longer than what went in.
pub fn readme_markdown(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for content_type in [
        "text/markdown",
        "text/markdown; variant=CommonMark",
        "text/plain",
    ] {
        let rendered = render(text, Some(content_type));
        assert!(
            matches!(rendered.note, None | Some(Note::Empty | Note::TooDeep)),
            "{:?}",
            rendered.note
        );
        assert_harmless(&rendered.html);
        let again = clean(&rendered.html);
        assert_harmless(&again);
        // Misnested tags of one's own are moved about each time that they are read (HTML, 13.2.10).
        if !text.contains('<') || content_type == "text/plain" {
            assert_eq!(
                without_first_breaks(&again),
                without_first_breaks(&rendered.html)
            );
        } else {
            assert_harmless(&clean(&again));
        }
        assert!(rendered.html.len() <= 4096 + 512 * text.len());
    }
}

/// A description in reStructuredText: what comes out is harmless, is not much longer than what went in
/// and what the copies of names may add to it, and a check of the text says the same.
pub fn readme_rst(data: &[u8]) {
    /// What [`Note::TooLarge`] leaves room for.
    const COPIES_MAX: usize = 8 << 20;
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let rendered = render(text, Some("text/x-rst"));
    assert_harmless(&rendered.html);
    assert!(rendered.html.len() <= COPIES_MAX + 512 * text.len());
    if let Some(fault) = check(text, Markup::ReStructuredText) {
        assert_eq!(rendered.note, Some(fault));
    } else {
        assert!(
            matches!(rendered.note, None | Some(Note::Empty | Note::TooDeep)),
            "{:?}",
            rendered.note
        );
    }
}

/// `html` without the line breaks that `<pre>` begins with: reading takes the first one away.
fn without_first_breaks(html: &str) -> String {
    let mut parts = html.split("<pre");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (tag, content) = part.split_once('>').expect("a tag ends");
        text + "<pre" + tag + ">" + content.trim_start_matches('\n')
    })
}

/// Every `<` begins a tag that may stand, with attributes that may, and no URL leads to code.
fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(closed) = rest.strip_prefix('/') {
            let end = closed.find('>').expect("a tag ends");
            assert!(allows_tag(&closed[..end]), "</{}>", &closed[..end]);
            continue;
        }
        let end = rest.find([' ', '>']).expect("a tag ends");
        let tag = &rest[..end];
        assert!(allows_tag(tag), "<{tag}>");
        rest = &rest[end..];
        while let Some(attribute) = rest.strip_prefix(' ') {
            let (name, value) = attribute
                .split_once("=\"")
                .expect("an attribute has a value");
            let (value, after) = value.split_once('"').expect("a value ends");
            // The cleaning itself adds this one.
            let is_nofollow = (tag, name, value) == ("a", "rel", "nofollow");
            assert!(is_nofollow || allows_attribute(tag, name), "<{tag} {name}>");
            if matches!(name, "href" | "src") {
                assert_harmless_url(value);
            }
            rest = after;
        }
        assert!(rest.starts_with('>'), "<{tag}{rest}");
    }
}

/// A URL is relative or has a scheme that cannot run code.
fn assert_harmless_url(url: &str) {
    let url = url.replace(['\t', '\n', '\r'], "").to_ascii_lowercase();
    let url = url.trim_start_matches(|c: char| c <= ' ');
    for scheme in ["javascript:", "vbscript:", "data:", "file:"] {
        assert!(!url.starts_with(scheme), "{url}");
    }
}

/// Code, after a line with its language: the HTML without its spans is the code.
pub fn readme_code(data: &[u8]) {
    let Some((language, code)) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return;
    };
    let Some(html) = highlight(language, code) else {
        return;
    };
    let mut text = String::new();
    let mut is_open = false;
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at..=end];
        assert!(
            tag == "</span>" || tag.starts_with("<span class=\""),
            "{tag}"
        );
        assert_eq!(
            tag == "</span>",
            is_open,
            "spans do not stand in each other"
        );
        is_open = !is_open;
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let code = code.strip_prefix('\u{feff}').unwrap_or(code);
    let code = code.replace("\r\n", "\n").replace('\r', "\n");
    assert!(!is_open);
    assert_eq!(text, code.trim_matches('\n').to_owned() + "\n");
}

/// HTML: what one pass takes, it makes what a parser makes of it.
pub fn readme_clean(data: &[u8]) {
    let Ok(html) = std::str::from_utf8(data) else {
        return;
    };
    if let Some(cleaned) = strict::clean(html) {
        assert_eq!(cleaned, clean_with_parser(html));
    }
}
