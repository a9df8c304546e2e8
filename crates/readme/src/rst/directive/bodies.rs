//! Directives for blocks of text: admonitions, topics, quotes and the like.

use super::specs::Directive;
use super::{Call, options};
use crate::rst::lines::join;
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::text::{identifier, indentation, is_space};
use crate::rst::tree::{Kind, NodeId, Pending};

impl Parser {
    pub(super) fn admonition(
        &mut self,
        name: &'static str,
        call: &Call<'_>,
    ) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let node = self.doc.tree.node(Kind::Admonition(name));
        self.set_common(node, call)?;
        if let Some(text) = call.arguments.first() {
            let title = self.inline(text, call.line)?;
            let title = self.doc.tree.node_with(Kind::Title, title);
            self.doc.tree.append(node, title);
            if !call.options.has("class") {
                let class = format!("admonition-{}", identifier(text));
                self.doc.tree[node].classes.push(class);
            }
        }
        self.nested(&call.content, node)?;
        Ok(vec![node])
    }

    pub(super) fn pseudo_section(
        &mut self,
        directive: Directive,
        call: &Call<'_>,
    ) -> Parsed<Vec<NodeId>> {
        let name = call.name;
        let is_sidebar = directive == Directive::Sidebar;
        let parent = &self.doc.tree[call.parent].kind;
        if is_sidebar && matches!(parent, Kind::Sidebar) {
            let message =
                format!("The \"{name}\" directive may not be used within a sidebar element.");
            return Err(call.error(message));
        }
        if call.options.has("subtitle") && call.arguments.is_empty() {
            let message = "The \"subtitle\" option may not be used without a title.";
            return Err(call.error(message));
        }
        self.require_section(call)?;
        call.require_content()?;
        let kind = if is_sidebar {
            Kind::Sidebar
        } else {
            Kind::Topic
        };
        let node = self.doc.tree.node(kind);
        if let Some(text) = call.arguments.first() {
            let title = self.inline(text, call.line)?;
            let title = self.doc.tree.node_with(Kind::Title, title);
            self.doc.tree.append(node, title);
        }
        if let Some(text) = call.options.text("subtitle") {
            let subtitle = self.inline(text, call.line)?;
            let subtitle = self.doc.tree.node_with(Kind::Subtitle, subtitle);
            self.doc.tree.append(node, subtitle);
        }
        self.set_common(node, call)?;
        self.nested(&call.content, node)?;
        Ok(vec![node])
    }

    /// Refuses a directive within other blocks than sections.
    pub(super) fn require_section(&self, call: &Call<'_>) -> Parsed<()> {
        let parent = &self.doc.tree[call.parent].kind;
        if matches!(
            parent,
            Kind::Document
                | Kind::Section
                | Kind::Sidebar
                | Kind::Holder
                | Kind::SubstitutionDefinition { .. }
        ) {
            return Ok(());
        }
        Err(call.error(format!(
            "The \"{}\" directive may not be used within topics or body elements.",
            call.name
        )))
    }

    pub(super) fn line_block_directive(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let block = self.doc.tree.node(Kind::LineBlock);
        self.set_common(block, call)?;
        for (place, line) in call.content.iter().enumerate() {
            // docutils counts the lines before the directive twice.
            let number = call.line + line.number - 1;
            let nodes = self.inline(line.text.trim_matches(is_space), number)?;
            let indent = (!line.is_blank()).then(|| indentation(line.text));
            let node = self.doc.tree.node_with(Kind::Line { indent }, nodes);
            self.doc.tree[node].line = Some(call.line + place);
            self.doc.tree.append(block, node);
        }
        self.nest_lines(block);
        Ok(vec![block])
    }

    pub(super) fn parsed_literal(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let nodes = self.inline(&join(&call.content), call.line)?;
        let block = self.doc.tree.node_with(Kind::LiteralBlock, nodes);
        self.set_common(block, call)?;
        self.doc.tree[block].line = Some(call.content[0].number);
        Ok(vec![block])
    }

    pub(super) fn math_block(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let text = join(&call.content);
        let mut blocks = Vec::new();
        for part in text.split("\n\n").filter(|part| !part.is_empty()) {
            let block = self.doc.tree.node_of_text(Kind::MathBlock, part);
            self.set_common(block, call)?;
            blocks.push(block);
        }
        Ok(blocks)
    }

    pub(super) fn rubric(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let nodes = self.inline(&call.arguments[0], call.line)?;
        let rubric = self.doc.tree.node_with(Kind::Rubric, nodes);
        self.set_common(rubric, call)?;
        Ok(vec![rubric])
    }

    pub(super) fn quote(&mut self, class: &str, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let quotes = self.block_quotes(&call.content)?;
        for quote in &quotes {
            self.doc.tree[*quote].classes.push(class.to_owned());
        }
        Ok(quotes)
    }

    pub(super) fn compound(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let node = self.doc.tree.node(Kind::Compound);
        self.set_common(node, call)?;
        self.nested(&call.content, node)?;
        Ok(vec![node])
    }

    pub(super) fn container(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let node = self.doc.tree.node(Kind::Container);
        if !call.arguments.is_empty() {
            self.doc.tree[node].classes = class_argument(call)?;
        }
        self.set_common(node, call)?;
        self.nested(&call.content, node)?;
        Ok(vec![node])
    }

    pub(super) fn class(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let classes = class_argument(call)?;
        if call.content.is_empty() {
            let name = call.name.to_owned();
            return Ok(vec![self.doc.pend(Pending::Class { classes, name })]);
        }
        let holder = self.doc.tree.node(Kind::Holder);
        self.nested(&call.content, holder)?;
        let nodes = self.doc.tree.take_children(holder);
        for node in &nodes {
            self.doc.tree[*node].classes.extend(classes.iter().cloned());
        }
        Ok(nodes)
    }
}

/// The classes that a directive has as its argument.
fn class_argument(call: &Call<'_>) -> Parsed<Vec<String>> {
    let argument = &call.arguments[0];
    options::classes(argument).map_err(|_| {
        call.error(format!(
            "Invalid class attribute value for \"{}\" directive: \"{argument}\".",
            call.name
        ))
    })
}
