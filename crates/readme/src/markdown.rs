//! `text/markdown`: comrak with `readme_renderer`'s options, then links to headings, code blocks and
//! the cleaning.

use std::sync::LazyLock;

use comrak::nodes::NodeValue;
use comrak::options::AlertStyleType;
use comrak::{Arena, Options};

use crate::note::Note;
use crate::{clean, code_blocks, nesting, tag_filter};

/// Stands before the id of every heading, so that a description cannot take the ids of the page
/// that it stands in.
const ID_PREFIX: &str = "user-content-";

/// A dialect of Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// `variant=GFM`, and no variant.
    Github,
    /// `variant=CommonMark`.
    CommonMark,
}

static COMMON_MARK: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    // Raw HTML stays; the cleaning decides.
    options.render.r#unsafe = true;
    options.render.alert_style = AlertStyleType::Semantic;
    options
});

static GITHUB: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = COMMON_MARK.clone();
    options.extension.alerts = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.header_id_prefix = Some(ID_PREFIX.to_owned());
    options.extension.shortcodes = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options
});

/// Markdown as clean HTML.
///
/// # Errors
/// [`Note::TooDeep`].
pub(crate) fn render(text: &str, variant: Variant) -> Result<String, Note> {
    let options = match variant {
        Variant::Github => &*GITHUB,
        Variant::CommonMark => &*COMMON_MARK,
    };
    if !nesting::is_shallow_markdown(text) {
        return Err(Note::TooDeep);
    }
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, text, options);
    if variant == Variant::Github {
        for node in root.descendants() {
            match &mut node.data_mut().value {
                NodeValue::HtmlBlock(block) => {
                    if let Some(filtered) = tag_filter::filter(&block.literal) {
                        block.literal = filtered;
                    }
                }
                NodeValue::HtmlInline(html) => {
                    if let Some(filtered) = tag_filter::filter(html) {
                        *html = filtered;
                    }
                }
                _ => {}
            }
        }
    }
    let mut html = String::with_capacity(text.len() * 2);
    comrak::format_html(root, options, &mut html).expect("a string takes everything");
    if variant == Variant::Github {
        html = prefix_links(&html);
    }
    let html = code_blocks::highlight(&html);
    if !nesting::is_shallow(&html) {
        return Err(Note::TooDeep);
    }
    Ok(clean::clean(&html))
}

/// Links within the description lead to the prefixed ids. Footnotes have ids without the prefix.
fn prefix_links(html: &str) -> String {
    const LINK: &str = "href=\"#";
    let mut prefixed = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find(LINK) {
        let (before, after) = rest.split_at(at + LINK.len());
        prefixed.push_str(before);
        let is_footnote = after.starts_with("fn-") || after.starts_with("fnref-");
        if !is_footnote && !after.starts_with('"') && after.contains('"') {
            prefixed.push_str(ID_PREFIX);
        }
        rest = after;
    }
    prefixed.push_str(rest);
    prefixed
}
