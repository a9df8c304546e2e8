//! Pictures, with and without a caption.

use super::Call;
use crate::rst::block::{Destination, destination};
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::text::{escape, normalize_name, uri};
use crate::rst::tree::{Image, Kind, NodeId};

/// How a picture may stand in a line.
const VERTICAL: [&str; 3] = ["top", "middle", "bottom"];
/// How it may stand in a page.
const HORIZONTAL: [&str; 3] = ["left", "center", "right"];

impl Parser {
    pub(super) fn image(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        if let Some(align) = call.options.text("align") {
            let (allowed, place) = match call.substitution {
                Some(_) => (VERTICAL, "within a substitution definition"),
                None => (HORIZONTAL, ""),
            };
            if !allowed.contains(&align) {
                let option = format!("\"align\" option {place}");
                return Err(call.error(format!(
                    "Error in \"{}\" directive: \"{align}\" is not a valid value for the {}.  \
                     Valid values for \"align\" are: \"{}\".",
                    call.name,
                    option.trim_end(),
                    allowed.join("\", \""),
                )));
            }
        }
        let align = call.options.owned("align");
        Ok(vec![self.picture(call, align)?])
    }

    /// An image, perhaps in a reference.
    fn picture(&mut self, call: &Call<'_>, align: Option<String>) -> Parsed<NodeId> {
        let options = &call.options;
        let image = self.doc.tree.node(Kind::Image(Box::new(Image {
            uri: uri(&escape(&call.arguments[0])),
            alt: options.owned("alt"),
            width: options.owned("width"),
            height: options.owned("height"),
            align,
            is_embedded: options.text("loading") == Some("embed"),
        })));
        let reference = options.text("target").map(|target| {
            let lines: Vec<String> = escape(target).lines().map(str::to_owned).collect();
            let reference = self.doc.tree.node(Kind::Reference);
            let link = &mut self.doc.tree[reference].link;
            match destination(&lines) {
                Destination::Name(name) => link.name = Some(normalize_name(&name)),
                Destination::Uri(uri) => link.uri = Some(uri),
            }
            self.doc.note_reference(reference);
            reference
        });
        self.set_common(image, call)?;
        let Some(reference) = reference else {
            return Ok(image);
        };
        self.doc.tree.append(reference, image);
        Ok(reference)
    }

    pub(super) fn figure(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let picture = self.picture(call, None)?;
        let align = call.options.owned("align");
        let figure = self
            .doc
            .tree
            .node_with(Kind::Figure { align }, vec![picture]);
        self.doc.tree[figure].line = Some(call.line);
        if let Some(classes) = call.options.class_list("figclass") {
            self.doc.tree[figure].classes = classes.to_vec();
        }
        if let Some(name) = call.options.text("figname") {
            self.doc.add_name(figure, name)?;
        }
        if call.content.is_empty() {
            return Ok(vec![figure]);
        }
        let holder = self.doc.tree.node(Kind::Holder);
        self.nested(&call.content, holder)?;
        let mut children = self.doc.tree.take_children(holder).into_iter();
        for child in children.by_ref() {
            let node = &self.doc.tree[child];
            match &node.kind {
                Kind::Target | Kind::Pending(_) => self.doc.tree.append(figure, child),
                Kind::Paragraph => {
                    self.doc.tree[child].kind = Kind::Caption;
                    self.doc.tree.append(figure, child);
                    break;
                }
                Kind::Comment if node.children.is_empty() => break,
                _ => {
                    let message = "Figure caption must be a paragraph or empty comment.";
                    return Err(call.error(message));
                }
            }
        }
        let legend: Vec<NodeId> = children.collect();
        if !legend.is_empty() {
            let legend = self.doc.tree.node_with(Kind::Legend, legend);
            self.doc.tree.append(figure, legend);
        }
        Ok(vec![figure])
    }
}
