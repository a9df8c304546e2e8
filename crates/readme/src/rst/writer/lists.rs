//! Lists, and the information about a document, which is one.

use super::Writer;
use super::tags::Tag;
use crate::rst::directive::is_length;
use crate::rst::tree::{Kind, NodeId};

impl Writer<'_> {
    pub(super) fn list(&mut self, id: NodeId) {
        match &self.node(id).kind {
            Kind::BulletList => self.bullet_list(id),
            Kind::EnumeratedList { sequence, start } => {
                let classes = [sequence, "simple"];
                let shown = if self.is_compactable(id) {
                    &classes[..]
                } else {
                    &classes[..1]
                };
                let mut tag = Tag::block("ol").first(shown);
                if let Some(start) = start {
                    tag = tag.with("start", start.to_string());
                }
                self.element(id, &tag, "\n");
            }
            Kind::ListItem => self.element(id, &Tag::new("li"), "\n"),
            Kind::DefinitionList => self.definition_list(id),
            Kind::DefinitionListItem => self.definition_item(id),
            Kind::Term => {
                if self.is_in_details(id) {
                    self.open(id, &Tag::new("summary"));
                } else {
                    self.open_term(id);
                }
                self.children(id);
                self.close_term(id);
            }
            Kind::Classifier => {
                self.element(id, &Tag::new("span").last(&["classifier"]), "");
                self.close_term(id);
            }
            Kind::Definition if self.is_in_details(id) => self.children(id),
            Kind::Definition | Kind::Description => self.element(id, &Tag::new("dd"), "\n"),
            Kind::FieldList => self.field_list(id),
            Kind::FieldName => self.field_name(id),
            Kind::FieldBody { .. } => self.field_body(id),
            Kind::OptionList => {
                self.element(id, &Tag::block("dl").last(&["option-list"]), "\n");
            }
            Kind::OptionGroup => {
                self.open(id, &Tag::new("dt"));
                self.out.push_str("<kbd>");
                self.children(id);
                self.out.push_str("</kbd></dt>\n");
            }
            Kind::OptionArgument { delimiter } => {
                self.out.push_str(delimiter);
                self.element(id, &Tag::new("var"), "");
            }
            Kind::Docinfo => self.docinfo(id),
            Kind::Bibliographic(name) => self.bibliographic(id, name),
            _ => self.children(id),
        }
    }

    fn bullet_list(&mut self, id: NodeId) {
        let was_compact = self.is_compact;
        self.is_compact = self.is_compactable(id);
        let is_outermost = self.is_compact && !was_compact;
        let last: &[&str] = if is_outermost { &["simple"] } else { &[] };
        self.element(id, &Tag::block("ul").last(last), "\n");
        self.is_compact = was_compact;
    }

    fn definition_list(&mut self, id: NodeId) {
        if self.has_class(id, "details") {
            self.element(id, &Tag::block("div"), "\n");
        } else {
            let first: &[&str] = if self.is_compactable(id) {
                &["simple"]
            } else {
                &[]
            };
            self.element(id, &Tag::block("dl").first(first), "\n");
        }
    }

    fn definition_item(&mut self, id: NodeId) {
        let parent = self.parent(id);
        let has =
            |class: &str| parent.is_some_and(|list| list.classes.iter().any(|own| own == class));
        if has("details") {
            self.element(id, &Tag::block("details"), "\n");
        } else {
            self.children(id);
        }
    }

    /// Whether a term or definition is in a list whose items can be folded up.
    fn is_in_details(&self, id: NodeId) -> bool {
        let item = self.node(id).parent;
        let list = item.and_then(|item| self.parent(item));
        list.is_some_and(|list| list.classes.iter().any(|class| class == "details"))
    }

    /// The tag of a term, which stands for the whole item too.
    fn open_term(&mut self, id: NodeId) {
        let node = self.node(id);
        let item = self.parent(id);
        let classes = item.map_or(&[][..], |item| &item.classes);
        let ids = item.map_or(&[][..], |item| &item.ids);
        let classes: Vec<String> = classes.iter().chain(&node.classes).cloned().collect();
        let ids: Vec<String> = node.ids.iter().chain(ids).cloned().collect();
        self.open_as(&classes, &ids, &node.kind, &Tag::new("dt"));
    }

    /// Ends a term after its last classifier.
    fn close_term(&mut self, id: NodeId) {
        let next = self.tree.sibling(id, 1);
        if next.is_some_and(|next| matches!(self.node(next).kind, Kind::Classifier)) {
            return;
        }
        let name = if self.is_in_details(id) {
            "summary"
        } else {
            "dt"
        };
        self.close(name, "\n");
    }

    fn field_list(&mut self, id: NodeId) {
        let last: &[&str] = if self.is_compactable(id) {
            &["field-list", "simple"]
        } else {
            &["field-list"]
        };
        let classes = self.node(id).classes.iter();
        let indent: Vec<&str> = classes
            .map(String::as_str)
            .filter(|class| class.starts_with("field-indent-"))
            .take(1)
            .filter(|class| is_length(&class["field-indent-".len()..]))
            .collect();
        self.element(id, &Tag::block("dl").last(last).hidden(&indent), "\n");
    }

    fn field_name(&mut self, id: NodeId) {
        let node = self.node(id);
        let field = self.parent(id);
        let classes = field.map_or(&[][..], |field| &field.classes);
        let ids = field.map_or(&[][..], |field| &field.ids);
        let classes: Vec<String> = classes.iter().chain(&node.classes).cloned().collect();
        let ids: Vec<String> = node.ids.iter().chain(ids).cloned().collect();
        self.open_as(&classes, &ids, &node.kind, &Tag::new("dt"));
        self.children(id);
        self.out.push_str("<span class=\"colon\">:</span></dt>\n");
    }

    fn field_body(&mut self, id: NodeId) {
        let node = self.node(id);
        let classes = self.parent(id).map_or(&[][..], |field| &field.classes);
        let classes: Vec<String> = classes.iter().chain(&node.classes).cloned().collect();
        self.open_as(&classes, &node.ids, &node.kind, &Tag::new("dd"));
        if node.children.is_empty() {
            self.out.push_str("<p></p>");
        }
        self.children(id);
        self.close("dd", "\n");
    }

    pub(super) fn option(&mut self, id: NodeId, is_last: bool) {
        let end = if is_last { "" } else { ", " };
        self.element(id, &Tag::new("span").last(&["option"]), end);
    }

    /// The information about the document. What stands before it is not shown.
    fn docinfo(&mut self, id: NodeId) {
        self.out.clear();
        let first: &[&str] = if self.is_compactable(id) {
            &["docinfo", "simple"]
        } else {
            &["docinfo"]
        };
        self.element(id, &Tag::block("dl").first(first), "\n");
        self.docinfo = std::mem::take(&mut self.out);
    }

    fn bibliographic(&mut self, id: NodeId, name: &'static str) {
        let is_inner = matches!(self.parent_kind(id), Kind::Bibliographic(_));
        if !is_inner {
            let label = name[..1].to_ascii_uppercase() + &name[1..];
            self.push(&["<dt class=\"", name, "\">", &label]);
            self.out.push_str("<span class=\"colon\">:</span></dt>\n");
            self.open(id, &Tag::new("dd").last(&[name]));
        }
        match name {
            "author" => {
                self.out.push_str("<p>");
                self.children(id);
                self.out.push_str(if is_inner { "</p>\n" } else { "</p>" });
            }
            "address" => {
                self.open(id, &Tag::new("pre").last(&["address"]));
                self.children(id);
                self.out.push_str("\n</pre>\n");
            }
            _ => self.children(id),
        }
        if !is_inner {
            self.close("dd", "\n");
        }
    }
}
