//! Sections, paragraphs and other blocks.

use super::Writer;
use super::tags::Tag;
use crate::rst::tree::{Kind, NodeId};

/// Titles of admonitions.
const ADMONITIONS: [(&str, &str); 9] = [
    ("attention", "Attention!"),
    ("caution", "Caution!"),
    ("danger", "!DANGER!"),
    ("error", "Error"),
    ("hint", "Hint"),
    ("important", "Important"),
    ("note", "Note"),
    ("tip", "Tip"),
    ("warning", "Warning"),
];

impl Writer<'_> {
    pub(super) fn block(&mut self, id: NodeId) {
        match &self.node(id).kind {
            Kind::Section => {
                self.section_level += 1;
                self.element(id, &Tag::block("section"), "\n");
                self.section_level -= 1;
            }
            Kind::Title => self.title(id),
            Kind::Subtitle => self.element(id, &Tag::new("p").first(&["sidebar-subtitle"]), "\n"),
            Kind::Paragraph => self.paragraph(id),
            Kind::Transition => {
                let tag = Tag {
                    is_void: true,
                    ..Tag::block("hr").last(&["docutils"])
                };
                self.open(id, &tag);
            }
            Kind::Topic => self.topic(id),
            Kind::Sidebar => self.element(id, &Tag::block("aside").last(&["sidebar"]), "\n"),
            Kind::Admonition(name) => self.admonition(id, name),
            Kind::Rubric => self.element(id, &Tag::new("p").last(&["rubric"]), "\n"),
            Kind::Compound => self.element(id, &Tag::block("div").last(&["compound"]), "\n"),
            Kind::Container => self.container(id),
            Kind::BlockQuote => self.element(id, &Tag::block("blockquote"), "\n"),
            Kind::Attribution => {
                let tag = Tag {
                    after: "—",
                    ..Tag::new("p").last(&["attribution"])
                };
                self.element(id, &tag, "\n");
            }
            Kind::LiteralBlock => {
                self.open(id, &Tag::new("pre").last(&["literal-block"]));
                let is_code = self.has_class(id, "code");
                self.out.push_str(if is_code { "<code>" } else { "" });
                self.children(id);
                self.out.push_str(if is_code { "</code>" } else { "" });
                self.close("pre", "\n");
            }
            Kind::DoctestBlock => {
                self.open(id, &Tag::new("pre").first(&["code", "python", "doctest"]));
                self.children(id);
                self.out.push('\n');
                self.close("pre", "\n");
            }
            Kind::MathBlock => self.math_block(id),
            Kind::LineBlock => self.element(id, &Tag::block("div").last(&["line-block"]), "\n"),
            Kind::Line { .. } => {
                self.open(id, &Tag::new("div").last(&["line"]));
                if self.node(id).children.is_empty() {
                    self.out.push_str("<br />");
                }
                self.children(id);
                self.close("div", "\n");
            }
            Kind::LabelText => self.label(id),
            Kind::Figure { .. } | Kind::Caption | Kind::Legend => self.figure(id),
            Kind::Holder | Kind::Document => self.children(id),
            _ => {}
        }
    }

    fn paragraph(&mut self, id: NodeId) {
        let is_alone = matches!(self.parent_kind(id), Kind::ListItem | Kind::Cell { .. })
            && self
                .parent(id)
                .is_some_and(|parent| parent.children.len() == 1);
        self.element(id, &Tag::new("p"), if is_alone { "" } else { "\n" });
    }

    fn title(&mut self, id: NodeId) {
        match self.parent_kind(id) {
            Kind::Topic => {
                let parent = self.parent(id);
                let is_contents = parent
                    .is_some_and(|topic| topic.classes.iter().any(|class| class == "contents"));
                self.open(id, &Tag::new("p").last(&["topic-title"]));
                if is_contents {
                    self.out.push_str("<a href=\"#top\">");
                }
                self.children(id);
                self.out.push_str(if is_contents { "</a>" } else { "" });
                self.close("p", "\n");
            }
            Kind::Sidebar => self.element(id, &Tag::new("p").last(&["sidebar-title"]), "\n"),
            Kind::Admonition(_) => {
                self.element(id, &Tag::new("p").last(&["admonition-title"]), "\n");
            }
            Kind::Table { .. } => self.element(id, &Tag::new("caption"), "\n"),
            _ => self.heading(id),
        }
    }

    /// The title of a section, which leads back to the contents and to itself.
    fn heading(&mut self, id: NodeId) {
        let name = format!("h{}", self.section_level.clamp(1, 6));
        self.open(id, &Tag::new(&name));
        let back = self.node(id).link.id.as_ref();
        if let Some(back) = back {
            self.push(&["<a href=\"#", back, "\">"]);
        }
        self.children(id);
        if back.is_some() {
            self.out.push_str("</a>");
        }
        if let Some(own) = self.parent(id).and_then(|section| section.ids.last()) {
            self.push(&["<a title=\"link to this section\" href=\"#", own, "\"></a>"]);
        }
        self.close(&name, "\n");
    }

    fn topic(&mut self, id: NodeId) {
        let tag = if self.has_class(id, "contents") {
            Tag::block("nav")
        } else if self.has_class(id, "abstract") || self.has_class(id, "dedication") {
            Tag::block("div").first(&["topic"])
        } else {
            Tag::block("aside").first(&["topic"])
        };
        self.element(id, &tag, "\n");
    }

    fn admonition(&mut self, id: NodeId, name: &'static str) {
        self.open(
            id,
            &Tag::block("aside").first(&["admonition"]).last(&[name]),
        );
        if let Some((_, title)) = ADMONITIONS.iter().find(|(known, _)| *known == name) {
            self.push(&["<p class=\"admonition-title\">", title, "</p>\n"]);
        }
        self.children(id);
        self.close("aside", "\n");
    }

    fn container(&mut self, id: NodeId) {
        let classes = self.node(id).classes.iter();
        let tags: Vec<&str> = classes
            .map(String::as_str)
            .filter(|class| matches!(*class, "ins" | "del"))
            .collect();
        let (name, hidden) = match tags.as_slice() {
            [name] => (*name, &tags[..]),
            _ => ("div", &[][..]),
        };
        let tag = Tag::block(name)
            .last(&["docutils", "container"])
            .hidden(hidden);
        self.element(id, &tag, "\n");
    }

    fn math_block(&mut self, id: NodeId) {
        let code = super::math::to_tex(&self.tree.plain_text(id));
        // Line breaks outside of inner environments need an environment that aligns lines.
        let mut chunks = code.split("\\begin{");
        let outside = |chunk: &str| {
            chunk
                .rsplit("\\end{")
                .next()
                .is_some_and(|c| c.contains("\\\\"))
        };
        let name = if chunks.any(outside) {
            "align*"
        } else {
            "equation*"
        };
        self.open(id, &Tag::block("div").first(&["math"]));
        self.text(&format!("\\begin{{{name}}}\n{code}\n\\end{{{name}}}\n"));
        self.close("div", "\n");
    }

    fn figure(&mut self, id: NodeId) {
        match &self.node(id).kind {
            Kind::Figure { align } => {
                let align = align.as_ref().map(|align| format!("align-{align}"));
                let last: Vec<&str> = align.iter().map(String::as_str).collect();
                self.open(id, &Tag::block("figure").last(&last));
                self.children(id);
                if self.node(id).children.len() > 1 {
                    self.close("figcaption", "\n");
                }
                self.close("figure", "\n");
            }
            Kind::Caption => {
                self.open(id, &Tag::block("figcaption"));
                self.out.push_str("<p>");
                self.children(id);
                self.close("p", "\n");
            }
            _ => {
                let before = self.tree.sibling(id, -1);
                if !before.is_some_and(|before| matches!(self.node(before).kind, Kind::Caption)) {
                    self.out.push_str("<figcaption>\n");
                }
                self.element(id, &Tag::block("div").last(&["legend"]), "\n");
            }
        }
    }

    pub(super) fn footnote(&mut self, id: NodeId, is_first: bool, is_last: bool) {
        if is_first {
            self.out
                .push_str("<aside class=\"footnote-list brackets\">\n");
        }
        self.element(
            id,
            &Tag::block("aside").first(&["footnote", "brackets"]),
            "\n",
        );
        if is_last {
            self.out.push_str("</aside>\n");
        }
    }

    pub(super) fn citation(&mut self, id: NodeId, is_first: bool, is_last: bool) {
        if is_first {
            self.out.push_str("<div class=\"citation-list\">\n");
        }
        self.element(id, &Tag::block("div").first(&["citation"]), "\n");
        if is_last {
            self.out.push_str("</div>\n");
        }
    }

    /// The label of a footnote or citation, with links to what refers to it.
    fn label(&mut self, id: NodeId) {
        let back = self
            .parent(id)
            .map_or(&[][..], |note| &note.back_references);
        self.out
            .push_str("<span class=\"label\"><span class=\"fn-bracket\">[</span>");
        if let [only] = back {
            self.push(&["<a href=\"#", only, "\">"]);
        }
        self.children(id);
        if back.len() == 1 {
            self.out.push_str("</a>");
        }
        self.out
            .push_str("<span class=\"fn-bracket\">]</span></span>\n");
        if back.len() > 1 {
            let links = (1..)
                .zip(back)
                .map(|(number, id)| format!("<a href=\"#{id}\">{number}</a>"));
            let links: Vec<String> = links.collect();
            let links = links.join(",");
            self.push(&["<span class=\"backrefs\">(", &links, ")</span>\n"]);
        }
    }
}
