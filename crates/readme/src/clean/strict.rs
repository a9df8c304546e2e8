//! The same cleaning in one pass, for HTML that a parser takes as it is written: every element closed
//! where it was opened, in a place where it may stand, every attribute quoted, no references but the
//! usual ones. What is not so, this declines, and ammonia does it.
//!
//! A parser of HTML mends what it reads: it closes paragraphs, adds bodies to tables, lifts text out of
//! them. The rules below say where it has nothing to mend (HTML, section 13.2.6); a test and a fuzz target
//! hold the result against ammonia's, byte by byte.

use url::{ParseError, Url};

use super::{allows_attribute, allows_tag};

/// What a start tag does to what is open (HTML 13.2.6.4.7 to 13.2.6.4.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Ends a paragraph that is open.
    Block,
    /// As a block; ends another heading too.
    Heading,
    /// As a block; a line break behind it is lost.
    Pre,
    /// Stands in a list.
    Item,
    /// Stands in a list of definitions.
    Definition,
    /// Ends another of its kind.
    Link,
    /// Anywhere in text.
    Inline,
    /// Has no end tag.
    Void,
    /// Has no end tag, and ends a paragraph.
    Rule,
    Table,
    /// Stands in a table and begins a text of its own.
    Caption,
    /// Stands in a table and has columns.
    Columns,
    Column,
    /// Stands in a table and has rows.
    Rows,
    Row,
    /// Stands in a row and begins a text of its own.
    Cell,
}

const ELEMENTS: &[(&str, Kind)] = &[
    ("a", Kind::Link),
    ("abbr", Kind::Inline),
    ("acronym", Kind::Inline),
    ("address", Kind::Block),
    ("article", Kind::Block),
    ("aside", Kind::Block),
    ("b", Kind::Inline),
    ("blockquote", Kind::Block),
    ("br", Kind::Void),
    ("caption", Kind::Caption),
    ("cite", Kind::Inline),
    ("code", Kind::Inline),
    ("col", Kind::Column),
    ("colgroup", Kind::Columns),
    ("dd", Kind::Definition),
    ("del", Kind::Inline),
    ("details", Kind::Block),
    ("div", Kind::Block),
    ("dl", Kind::Block),
    ("dt", Kind::Definition),
    ("em", Kind::Inline),
    ("figcaption", Kind::Block),
    ("figure", Kind::Block),
    ("footer", Kind::Block),
    ("h1", Kind::Heading),
    ("h2", Kind::Heading),
    ("h3", Kind::Heading),
    ("h4", Kind::Heading),
    ("h5", Kind::Heading),
    ("h6", Kind::Heading),
    ("header", Kind::Block),
    ("hr", Kind::Rule),
    ("i", Kind::Inline),
    ("img", Kind::Void),
    ("ins", Kind::Inline),
    ("kbd", Kind::Inline),
    ("li", Kind::Item),
    ("main", Kind::Block),
    ("nav", Kind::Block),
    ("ol", Kind::Block),
    ("p", Kind::Block),
    ("pre", Kind::Pre),
    ("samp", Kind::Inline),
    ("section", Kind::Block),
    ("small", Kind::Inline),
    ("span", Kind::Inline),
    ("strong", Kind::Inline),
    ("sub", Kind::Inline),
    ("summary", Kind::Block),
    ("sup", Kind::Inline),
    ("table", Kind::Table),
    ("tbody", Kind::Rows),
    ("td", Kind::Cell),
    ("tfoot", Kind::Rows),
    ("th", Kind::Cell),
    ("thead", Kind::Rows),
    ("tr", Kind::Row),
    ("tt", Kind::Inline),
    ("ul", Kind::Block),
    ("var", Kind::Inline),
];

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    name: &'static str,
    kind: Kind,
    is_kept: bool,
    /// What is open of these since the last cell, caption or the start.
    has_paragraph: bool,
    has_heading: bool,
    has_link: bool,
}

/// The elements that are open, and what has been written.
struct Cleaner {
    open: Vec<Open>,
    out: String,
}

/// What [`super::clean`] makes of `html`; none where that takes a parser.
pub fn clean(html: &str) -> Option<String> {
    let mut cleaner = Cleaner {
        open: Vec::new(),
        out: String::with_capacity(html.len()),
    };
    let mut rest = html;
    while let Some(place) = rest.bytes().position(|byte| byte == b'<') {
        cleaner.text(&rest[..place])?;
        rest = cleaner.markup(&rest[place..])?;
    }
    cleaner.text(rest)?;
    cleaner.open.is_empty().then_some(cleaner.out)
}

impl Cleaner {
    fn text(&mut self, text: &str) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        let kind = self.open.last().map(|open| open.kind);
        let is_of_table = matches!(
            kind,
            Some(Kind::Table | Kind::Columns | Kind::Rows | Kind::Row)
        );
        // Text is lifted out of tables.
        if is_of_table && !text.bytes().all(|byte| b" \t\n\x0c".contains(&byte)) {
            return None;
        }
        escape(text, false, &mut self.out)
    }

    /// Takes a tag or a comment, and gives what follows it.
    fn markup<'h>(&mut self, html: &'h str) -> Option<&'h str> {
        if let Some(rest) = html.strip_prefix("<!--") {
            let (inside, rest) = rest.split_once("-->")?;
            // Other ends of comments are left to a parser.
            let is_plain = !inside.starts_with(['>', '-']) && !inside.contains("--");
            return (is_plain && !inside.ends_with('-') && !inside.contains('\0')).then_some(rest);
        }
        if let Some(rest) = html.strip_prefix("</") {
            let (name, rest) = rest.split_once('>')?;
            let open = self.open.pop().filter(|open| open.name == name)?;
            if open.is_kept {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
            return Some(rest);
        }
        self.start_tag(&html[1..])
    }

    fn start_tag<'h>(&mut self, html: &'h str) -> Option<&'h str> {
        let end = html
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric())?;
        let index = ELEMENTS
            .binary_search_by_key(&&html[..end], |(name, _)| name)
            .ok()?;
        let (name, kind) = ELEMENTS[index];
        let opened = self.opened(name, kind)?;
        let mut attributes = Attributes {
            name,
            is_kept: opened.is_kept,
            seen: Vec::new(),
        };
        if opened.is_kept {
            self.out.push('<');
            self.out.push_str(name);
        }
        let is_void = matches!(kind, Kind::Void | Kind::Rule | Kind::Column);
        let mut rest = attributes.read(&html[end..], &mut self.out)?;
        if let Some(closed) = rest.strip_prefix('/') {
            rest = Some(closed).filter(|_| is_void)?;
        }
        rest = rest.strip_prefix('>')?;
        if opened.is_kept {
            if name == "a" {
                self.out.push_str(" rel=\"nofollow\"");
            }
            self.out.push('>');
        }
        if !is_void {
            self.open.push(opened);
        }
        Some(match kind {
            Kind::Pre => rest.strip_prefix('\n').unwrap_or(rest),
            _ => rest,
        })
    }

    /// The element, if it may stand where it is without anything being closed or added.
    fn opened(&self, name: &'static str, kind: Kind) -> Option<Open> {
        let around = self.open.last();
        let parent = around.map(|open| (open.name, open.kind));
        let parent_kind = parent.map(|(_, kind)| kind);
        let has = |of: fn(&Open) -> bool| around.is_some_and(of);
        let may_stand = match kind {
            Kind::Caption | Kind::Columns | Kind::Rows => parent_kind == Some(Kind::Table),
            Kind::Column => parent_kind == Some(Kind::Columns),
            Kind::Row => parent_kind == Some(Kind::Rows),
            Kind::Cell => parent_kind == Some(Kind::Row),
            _ if matches!(
                parent_kind,
                Some(Kind::Table | Kind::Columns | Kind::Rows | Kind::Row)
            ) =>
            {
                false
            }
            Kind::Link => !has(|open| open.has_link),
            Kind::Inline | Kind::Void => true,
            Kind::Block | Kind::Pre | Kind::Rule | Kind::Table => !has(|open| open.has_paragraph),
            Kind::Heading => !has(|open| open.has_paragraph || open.has_heading),
            Kind::Item => {
                matches!(parent, Some(("ul" | "ol", _))) && !has(|open| open.has_paragraph)
            }
            Kind::Definition => {
                matches!(parent, Some(("dl", _))) && !has(|open| open.has_paragraph)
            }
        };
        // A cell and a caption begin anew.
        let is_new = matches!(kind, Kind::Cell | Kind::Caption);
        may_stand.then(|| Open {
            name,
            kind,
            is_kept: allows_tag(name),
            has_paragraph: name == "p" || !is_new && has(|open| open.has_paragraph),
            has_heading: kind == Kind::Heading || !is_new && has(|open| open.has_heading),
            has_link: kind == Kind::Link || !is_new && has(|open| open.has_link),
        })
    }
}

/// The attributes of one tag.
struct Attributes<'h> {
    name: &'static str,
    is_kept: bool,
    seen: Vec<&'h str>,
}

impl<'h> Attributes<'h> {
    /// Writes those that may stay, and gives what follows all of them.
    fn read(&mut self, html: &'h str, out: &mut String) -> Option<&'h str> {
        let mut rest = html;
        loop {
            let trimmed = rest.trim_start_matches([' ', '\n', '\t']);
            if trimmed.starts_with(['>', '/']) {
                return Some(trimmed);
            }
            // Attributes have something between them.
            if trimmed.len() == rest.len() {
                return None;
            }
            let is_name =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            let end = trimmed.bytes().position(|byte| !is_name(byte))?;
            let (attribute, behind) = trimmed.split_at(end);
            let (value, behind) = behind.strip_prefix("=\"")?.split_once('"')?;
            // A parser keeps the first of the same name.
            if end == 0 || self.seen.contains(&attribute) {
                return None;
            }
            self.seen.push(attribute);
            rest = behind;
            self.write(attribute, value, out)?;
        }
    }

    fn write(&self, attribute: &str, value: &str, out: &mut String) -> Option<()> {
        if !self.is_kept || !allows_attribute(self.name, attribute) {
            // What is wrong with it counts all the same.
            return plain(value).then_some(());
        }
        let start = out.len();
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        escape(value, true, out)?;
        if matches!(attribute, "href" | "src") && !is_open(value) {
            out.truncate(start);
            return Some(());
        }
        out.push('"');
        Some(())
    }
}

/// Whether a value has nothing that only a parser knows.
fn plain(value: &str) -> bool {
    !value.bytes().any(|byte| matches!(byte, b'\0' | b'\r'))
}

/// Whether an address may stay.
fn is_open(value: &str) -> bool {
    if value.starts_with('#') {
        return true;
    }
    let decoded;
    let value = if value.contains('&') {
        decoded = value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", "\u{a0}")
            .replace("&amp;", "&");
        &decoded
    } else {
        value
    };
    match Url::parse(value) {
        Ok(url) => matches!(url.scheme(), "http" | "https" | "mailto"),
        Err(error) => error == ParseError::RelativeUrlWithoutBase,
    }
}

/// Writes text or a value as it is written out again: `&`, `<`, `>` and no-break spaces as references.
fn escape(text: &str, is_value: bool, out: &mut String) -> Option<()> {
    let is_special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'\0' | b'\r' | 0xc2);
    let mut rest = text;
    while let Some(place) = rest.bytes().position(is_special) {
        let (before, special) = rest.split_at(place);
        out.push_str(before);
        rest = match special.as_bytes()[0] {
            b'<' => {
                out.push_str("&lt;");
                &special[1..]
            }
            b'>' => {
                out.push_str("&gt;");
                &special[1..]
            }
            b'&' => {
                let (reference, rest) = special.split_at(special.find(';')? + 1);
                match reference {
                    "&quot;" if !is_value => out.push('"'),
                    "&amp;" | "&lt;" | "&gt;" | "&quot;" | "&nbsp;" => out.push_str(reference),
                    _ => return None,
                }
                rest
            }
            0xc2 => {
                let character = special.chars().next()?;
                if character == '\u{a0}' {
                    out.push_str("&nbsp;");
                } else {
                    out.push(character);
                }
                &special[character.len_utf8()..]
            }
            _ => return None,
        };
    }
    out.push_str(rest);
    Some(())
}

#[cfg(test)]
mod tests;
