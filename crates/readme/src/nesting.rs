//! How deep elements stand in each other, before Markdown and HTML are parsed.
//!
//! A parser of HTML looks back through the open elements at each tag, and opens formatting elements
//! that were left open anew in each block: the time grows with the square of the depth, and so may
//! the output. What no page needs is therefore not parsed. Follows the HTML standard, section 13.2.5
//! (tokenization), as far as it takes to know tags from what only looks like them; where that
//! depends on the element (foreign content, raw text), closing tags stop to count.

use crate::clean::DEPTH_MAX;

/// Bytes of formatting elements that are opened anew, over all, besides some for each byte of HTML.
const REOPENED_MAX_BYTES: usize = 1 << 20;
/// Those for each byte.
const REOPENED_FACTOR: usize = 8;

/// Elements without content.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements that the next of their kind closes; the elements around them are counted.
const IMPLIED: &[&str] = &[
    "dd", "dt", "li", "optgroup", "option", "p", "rb", "rp", "rt", "rtc", "tbody", "td", "tfoot",
    "th", "thead", "tr",
];
/// Elements that are opened anew.
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// Elements in which tags are read by other rules.
const OTHER_RULES: &[&str] = &[
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "script",
    "style",
    "svg",
    "textarea",
    "title",
    "xmp",
];

/// Whether no line of Markdown opens more than [`DEPTH_MAX`] quotes and lists.
pub(crate) fn is_shallow_markdown(text: &str) -> bool {
    let is_marker = |c: char| c.is_ascii_digit() || " \t>-*+.)".contains(c);
    text.split(['\n', '\r']).all(|line| {
        let end = line.find(|c| !is_marker(c)).unwrap_or(line.len());
        let markers = &line.as_bytes()[..end];
        let quotes = markers.iter().filter(|byte| **byte == b'>');
        let items = markers
            .windows(2)
            .filter(|pair| b"-*+.)".contains(&pair[0]) && b" \t".contains(&pair[1]));
        quotes.count() + items.count() <= DEPTH_MAX
    })
}

/// Whether no element stands deeper than [`DEPTH_MAX`] and little is opened anew.
pub(crate) fn is_shallow(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut formatting: Vec<(&str, usize)> = Vec::new();
    let mut formatting_bytes = 0;
    let mut reopened_bytes = 0;
    let mut closing_counts = true;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (is_closing, after) = match rest.strip_prefix('/') {
            Some(after) => (true, after),
            None => (false, rest),
        };
        if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            rest = &rest[comment(rest)..];
            continue;
        }
        let ends_name = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
        let name = &after[..after.find(ends_name).unwrap_or(after.len())];
        let tag_bytes = name.len() + attributes(&after[name.len()..]);
        rest = &after[tag_bytes..];
        let is_in = |table: &[&str]| table.iter().any(|known| name.eq_ignore_ascii_case(known));
        if is_closing {
            let is_same = |open: &&str| open.eq_ignore_ascii_case(name);
            if let Some(place) = open.iter().rposition(is_same).filter(|_| closing_counts) {
                open.truncate(place);
            }
            let is_same = |(open, _): &(&str, usize)| open.eq_ignore_ascii_case(name);
            if let Some(place) = formatting
                .iter()
                .rposition(is_same)
                .filter(|_| closing_counts)
            {
                formatting_bytes -= formatting.remove(place).1;
            }
            continue;
        }
        reopened_bytes += formatting_bytes;
        if is_in(FORMATTING) {
            formatting.push((name, tag_bytes + 1));
            formatting_bytes += tag_bytes + 1;
        }
        if !is_in(VOID) && !is_in(IMPLIED) {
            open.push(name);
        }
        closing_counts &= !is_in(OTHER_RULES);
        let is_too_much = reopened_bytes > REOPENED_MAX_BYTES + REOPENED_FACTOR * html.len();
        if open.len().max(formatting.len()) > DEPTH_MAX || is_too_much {
            return false;
        }
    }
    true
}

/// The bytes of what begins with `<` and is no tag: a comment, or nothing.
fn comment(text: &str) -> usize {
    let length = if text.starts_with("!--") {
        // The first two dashes may be those of the end.
        let ends = ["-->", "--!>"].iter();
        ends.filter_map(|end| Some(text[1..].find(end)? + 1 + end.len()))
            .min()
    } else if text.starts_with(['!', '?', '/']) {
        text.find('>').map(|end| end + 1)
    } else {
        Some(0)
    };
    length.unwrap_or(text.len())
}

/// The bytes of a tag after its name, its `>` included.
fn attributes(text: &str) -> usize {
    #[derive(Clone, Copy)]
    enum State {
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Quoted(u8),
        Unquoted,
    }
    let mut state = State::BeforeName;
    for (at, byte) in text.bytes().enumerate() {
        let is_space = byte.is_ascii_whitespace();
        state = match (state, byte) {
            (State::Quoted(quote), _) if byte == quote => State::BeforeName,
            (State::Quoted(_), _) => state,
            (_, b'>') => return at + 1,
            (State::BeforeValue, b'"' | b'\'') => State::Quoted(byte),
            (State::BeforeValue, _) if is_space => State::BeforeValue,
            (State::BeforeValue, _) => State::Unquoted,
            (State::Unquoted, _) if !is_space => State::Unquoted,
            (State::Name | State::AfterName, b'=') => State::BeforeValue,
            (State::Name | State::AfterName, _) if is_space => State::AfterName,
            (State::BeforeName | State::Unquoted, _) if is_space => State::BeforeName,
            (State::BeforeName | State::Name | State::AfterName, b'/') => State::BeforeName,
            _ => State::Name,
        };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_a_closing_tag_closes_nothing() {
        let fillings = [
            "<!-- </div> -->",
            "<!x </div>",
            "<i title='</div>'></i>",
            "<i =\" ><i a=\"</div>\"></i></i>",
            "<i a==\" ></i><i a=\"</div>\"></i>",
        ];
        for filling in fillings {
            let html = format!("<div>{filling}").repeat(DEPTH_MAX + 1);
            assert!(!is_shallow(&html), "{filling}");
            let html = format!("<div>{filling}</div>").repeat(DEPTH_MAX + 1);
            assert!(is_shallow(&html), "{filling}");
        }
        for name in OTHER_RULES {
            let html = format!("<{name}>{}", "<div></div>".repeat(DEPTH_MAX + 1));
            assert!(!is_shallow(&html), "{name}");
        }
    }

    #[test]
    fn markers_of_a_line_are_counted() {
        for marker in [">", "> ", "1. ", "- > ", "*\t"] {
            assert!(
                !is_shallow_markdown(&marker.repeat(DEPTH_MAX + 1)),
                "{marker}"
            );
            assert!(
                is_shallow_markdown(&marker.repeat(DEPTH_MAX / 2)),
                "{marker}"
            );
        }
        assert!(is_shallow_markdown(&"-".repeat(100_000)));
        assert!(is_shallow_markdown(&"> a\n".repeat(100_000)));
    }

    #[test]
    fn elements_that_are_opened_anew_are_bounded() {
        let long = format!("<b id='{}'>", "a".repeat(5000));
        let html = long + &"<p>x".repeat(20_000);
        assert!(!is_shallow(&html));
        assert!(is_shallow(&"<b>a</b><p>x".repeat(20_000)));
        assert!(is_shallow(&"<p>x<br><li>y".repeat(20_000)));
    }
}
