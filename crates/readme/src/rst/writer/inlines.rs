//! What stands in lines of text.

use super::Writer;
use super::tags::{Tag, escape_into};
use crate::rst::text::is_space;
use crate::rst::tree::{Image, Kind, NodeId};

/// Classes that stand for an element of their own.
const INLINE_TAGS: [&str; 15] = [
    "b", "bdi", "code", "del", "dfn", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "u",
    "var",
];

impl Writer<'_> {
    pub(super) fn inline(&mut self, id: NodeId) {
        match &self.node(id).kind {
            Kind::Emphasis => self.element(id, &Tag::new("em"), ""),
            Kind::Strong => self.element(id, &Tag::new("strong"), ""),
            Kind::Abbreviation | Kind::Acronym => self.element(id, &Tag::new("abbr"), ""),
            Kind::Subscript => self.element(id, &Tag::new("sub"), ""),
            Kind::Superscript => self.element(id, &Tag::new("sup"), ""),
            Kind::TitleReference => self.element(id, &Tag::new("cite"), ""),
            Kind::Inline => self.span(id),
            Kind::Literal => self.literal(id),
            Kind::Math => {
                self.open(id, &Tag::new("span").first(&["math"]));
                let code = super::math::to_tex(&self.tree.plain_text(id));
                self.text(&format!("\\({code}\\)"));
                self.close("span", "");
            }
            Kind::Generated => {
                let number = self.tree.plain_text(id);
                let number = number.trim_end_matches('\u{a0}');
                self.out.push_str("<span class=\"sectnum\">");
                self.text(number);
                self.out.push_str(" </span>");
            }
            Kind::Reference => self.reference(id),
            Kind::Target => self.target(id),
            Kind::FootnoteReference(_) => {
                self.open_link(id, "");
                self.out.push_str("<span class=\"fn-bracket\">[</span>");
                self.children(id);
                self.out.push_str("<span class=\"fn-bracket\">]</span></a>");
            }
            Kind::CitationReference => {
                self.open_link(id, "[");
                self.children(id);
                self.out.push_str("]</a>");
            }
            Kind::Image(image) => self.image(id, image),
            _ => self.children(id),
        }
    }

    /// Opens the link that a node is.
    fn open_link(&mut self, id: NodeId, after: &str) {
        let node = self.node(id);
        let address = match (&node.link.uri, &node.link.id) {
            (Some(uri), _) if uri.starts_with("mailto:") => uri.replace('@', "%40"),
            (Some(uri), _) => uri.clone(),
            (None, id) => format!("#{}", id.as_deref().unwrap_or_default()),
        };
        let tag = Tag {
            after,
            ..Tag::new("a").with("href", address)
        };
        // Links have no classes.
        self.open_as(&[], &node.ids, &node.kind, &tag);
    }

    fn reference(&mut self, id: NodeId) {
        let uri = &self.node(id).link.uri;
        self.is_mailbox = uri.as_ref().is_some_and(|uri| uri.starts_with("mailto:"));
        let end = if self.parent_kind(id).is_text_element() {
            ""
        } else {
            "\n"
        };
        self.open_link(id, end);
        self.children(id);
        self.close("a", end);
        self.is_mailbox = false;
    }

    fn target(&mut self, id: NodeId) {
        let link = &self.node(id).link;
        if link.uri.is_none() && link.id.is_none() && link.name.is_none() {
            self.element(id, &Tag::new("span").last(&["target"]), "");
        } else {
            self.children(id);
        }
    }

    /// The element that one of a node's classes stands for.
    fn inline_tag(&self, id: NodeId) -> &'static str {
        let tag = INLINE_TAGS.iter().find(|tag| self.has_class(id, tag));
        tag.copied().unwrap_or("span")
    }

    fn span(&mut self, id: NodeId) {
        let parent = self.parent(id);
        let is_code = parent.is_some_and(|parent| {
            let is_code = parent.classes.iter().any(|class| class == "code");
            is_code && matches!(parent.kind, Kind::LiteralBlock | Kind::Literal)
        });
        if !is_code {
            let name = self.inline_tag(id);
            self.element(id, &Tag::new(name).hidden(&[name]), "");
            return;
        }
        let is_block = matches!(self.parent_kind(id), Kind::LiteralBlock);
        if !is_block || self.node(id).classes != ["ln"] {
            self.element(id, &Tag::new("span"), "");
            return;
        }
        // The number of a line is no code.
        if self.out.ends_with("<code>") {
            self.out.truncate(self.out.len() - "<code>".len());
        } else {
            self.out.push_str("</code>");
        }
        self.children(id);
        // The space tells this tag from the first one, which is taken back.
        self.out.push_str("<code >");
    }

    fn literal(&mut self, id: NodeId) {
        let name = self.inline_tag(id);
        if name == "code" {
            self.element(id, &Tag::new("code").hidden(&["code"]), "");
            return;
        }
        let hidden = [name];
        let tag = Tag::new(name).last(&["docutils", "literal"]);
        self.open(id, &tag.hidden(&hidden));
        let text = self.tree.plain_text(id);
        let is_in_block = matches!(self.parent_kind(id), Kind::LiteralBlock);
        let text = if is_in_block {
            text
        } else {
            text.replace('\n', " ")
        };
        for (place, word) in text.split(' ').enumerate() {
            if place > 0 {
                self.out.push(' ');
            }
            for (place, word) in word.split('\n').enumerate() {
                if place > 0 {
                    self.out.push('\n');
                }
                self.word(word);
            }
        }
        self.close(name, "");
    }

    /// A word of literal text. One that a line could be broken in is kept together.
    fn word(&mut self, word: &str) {
        let is_kept = !word.chars().all(is_space) && may_break(word);
        self.out
            .push_str(if is_kept { "<span class=\"pre\">" } else { "" });
        escape_into(word, &mut self.out);
        self.out.push_str(if is_kept { "</span>" } else { "" });
    }

    fn image(&mut self, id: NodeId, image: &Image) {
        let parent = self.node(id).parent;
        let is_in_text =
            |id: Option<NodeId>| id.is_some_and(|id| self.node(id).kind.is_text_element());
        let is_in_link = parent.is_some_and(|id| matches!(self.node(id).kind, Kind::Reference));
        let grandparent = parent.and_then(|parent| self.node(parent).parent);
        let is_block = !is_in_text(parent) || is_in_link && !is_in_text(grandparent);
        let end = if is_block { "\n" } else { "" };
        let alt = image.alt.as_deref().unwrap_or(&image.uri);
        if is_video(&image.uri) {
            // The player is taken away by the cleaning.
            let address = image.uri.replace('"', "&quot;");
            self.push(&["<a href=\"", &address, "\">"]);
            self.text(alt);
            self.close("a", end);
            self.out.push_str(end);
            return;
        }
        let align = image.align.as_ref().map(|align| format!("align-{align}"));
        let first: Vec<&str> = align.iter().map(String::as_str).collect();
        let mut tag = Tag::new("img").first(&first).with("alt", alt);
        for (name, value) in [("height", &image.height), ("width", &image.width)] {
            if let Some(value) = value {
                tag = tag.with(name, value.clone());
            }
        }
        let tag = Tag {
            is_void: true,
            after: end,
            ..tag.with("src", image.uri.clone())
        };
        self.open(id, &tag);
    }
}

/// Whether a line could be broken in a word: after a hyphen or question mark, or where punctuation
/// meets.
fn may_break(word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let characters: Vec<char> = word.chars().collect();
    let ends = |place: usize| place + 1 < characters.len();
    let breaks = |(place, character): (usize, &char)| matches!(character, '-' | '?') && ends(place);
    let meets = |(place, pair): (usize, &[char])| {
        place > 0 && !is_word(pair[0]) && !is_word(pair[1]) && ends(place + 1)
    };
    characters.iter().enumerate().any(breaks) || characters.windows(2).enumerate().any(meets)
}

fn is_video(uri: &str) -> bool {
    let name = uri.rsplit('/').next().unwrap_or_default();
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("mp4" | "webm" | "ogv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_together() {
        for word in ["--option", "a-b", "[+]?(x)", "what?x", "f(**kw)", "->"] {
            assert!(may_break(word), "{word}");
        }
        for word in ["a", "a_b", "a-", "a.b", "(a)", "**"] {
            assert!(!may_break(word), "{word}");
        }
    }
}
