//! Tables.

use super::Writer;
use super::tags::Tag;
use crate::rst::tree::{Kind, NodeId};

/// Classes that only say how wide columns are.
const WIDTHS: &[&str] = &["colwidths-auto", "colwidths-given", "colwidths-grid"];

impl Writer<'_> {
    pub(super) fn table(&mut self, id: NodeId) {
        match &self.node(id).kind {
            Kind::Table { align } => {
                let align = align.as_ref().map(|align| format!("align-{align}"));
                let first: Vec<&str> = align.iter().map(String::as_str).collect();
                self.element(id, &Tag::block("table").first(&first).hidden(WIDTHS), "\n");
            }
            Kind::TableGroup => {
                self.columns(id);
                self.children(id);
            }
            Kind::TableHead => self.element(id, &Tag::block("thead"), "\n"),
            Kind::TableBody => self.element(id, &Tag::block("tbody"), "\n"),
            Kind::Row => self.row(id),
            _ => {}
        }
    }

    /// The columns of a table whose author has said how wide they are.
    fn columns(&mut self, group: NodeId) {
        let classes = self.parent(group).map_or(&[][..], |table| &table.classes);
        let has = |name: &str| classes.iter().any(|class| class == name);
        if has("colwidths-auto") || !has("colwidths-given") {
            return;
        }
        self.out.push_str("<colgroup>\n");
        for child in &self.node(group).children {
            if matches!(self.node(*child).kind, Kind::Column { .. }) {
                self.out.push_str("<col />\n");
            }
        }
        self.out.push_str("</colgroup>\n");
    }

    fn row(&mut self, id: NodeId) {
        self.open(id, &Tag::new("tr"));
        let part = self.node(id).parent;
        let is_head = part.is_some_and(|part| matches!(self.node(part).kind, Kind::TableHead));
        let group = part.and_then(|part| self.parent(part));
        let stubs: Vec<bool> = group
            .map_or(&[][..], |group| &group.children)
            .iter()
            .filter_map(|child| match self.node(*child).kind {
                Kind::Column { is_stub } => Some(is_stub),
                _ => None,
            })
            .collect();
        let mut column = 0;
        for cell in &self.node(id).children {
            let Kind::Cell {
                more_rows,
                more_columns,
            } = self.node(*cell).kind
            else {
                continue;
            };
            let is_stub = stubs.get(column).copied().unwrap_or_default();
            let first: &[&str] = match (is_head, is_stub) {
                (true, true) => &["head", "stub"],
                (true, false) => &["head"],
                (false, true) => &["stub"],
                (false, false) => &[],
            };
            let name = if first.is_empty() { "td" } else { "th" };
            let mut tag = Tag::new(name).first(first);
            if more_rows > 0 {
                tag = tag.with("rowspan", (more_rows + 1).to_string());
            }
            if more_columns > 0 {
                tag = tag.with("colspan", (more_columns + 1).to_string());
            }
            self.element(*cell, &tag, "\n");
            column += 1 + more_columns;
        }
        self.close("tr", "\n");
    }
}
