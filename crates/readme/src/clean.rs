//! What may stay in a description: `readme_renderer`'s tags, attributes and URL schemes, applied by
//! ammonia, or in one pass where that is the same. Every path of this crate ends here.

pub mod strict;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

/// Elements inside of each other. Parsing HTML looks back through the open elements, so that the
/// work grows with the depth; pages of real projects need a few dozen.
pub const DEPTH_MAX: usize = 256;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "aside",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "kbd",
    "li",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "section",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("abbr", &["title"]),
    ("acronym", &["title"]),
    ("aside", &["class"]),
    ("code", &["class"]),
    ("dd", &["class"]),
    ("div", &["align", "class"]),
    ("dl", &["class"]),
    ("dt", &["class"]),
    ("figure", &["class"]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("hr", &["class"]),
    ("img", &["align", "alt", "class", "height", "src", "width"]),
    ("input", &["checked", "disabled", "type"]),
    ("nav", &["class"]),
    ("ol", &["start"]),
    ("p", &["align", "class"]),
    ("pre", &["class", "lang"]),
    ("span", &["class"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "class"]),
    ("ul", &["class"]),
];

static MARKUP: LazyLock<Builder<'static>> = LazyLock::new(|| with_tags(TAGS));
static TEXT: LazyLock<Builder<'static>> = LazyLock::new(|| with_tags(&["br"]));

fn with_tags(tags: &[&'static str]) -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> = ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect();
    let disabled = HashMap::from([("input", HashMap::from([("disabled", "")]))]);
    let mut builder = Builder::new();
    builder
        .tags(tags.iter().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["id"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("nofollow"))
        .set_tag_attribute_values(disabled);
    builder
}

/// Takes out of `html` whatever may not stay.
pub fn clean(html: &str) -> String {
    strict::clean(html).unwrap_or_else(|| clean_with_parser(html))
}

/// The same by a parser of HTML, which takes anything.
pub fn clean_with_parser(html: &str) -> String {
    MARKUP.clean(html).to_string()
}

/// As [`clean`], of a text whose only markup is its line breaks.
pub(crate) fn clean_text(html: &str) -> String {
    TEXT.clean(html).to_string()
}

/// Whether a tag may stay.
pub fn allows_tag(tag: &str) -> bool {
    TAGS.contains(&tag)
}

/// Whether an attribute of a tag may stay.
pub fn allows_attribute(tag: &str, attribute: &str) -> bool {
    let mut of_tag = ATTRIBUTES.iter().filter(|(name, _)| *name == tag);
    attribute == "id" || of_tag.any(|(_, attributes)| attributes.contains(&attribute))
}
