//! Code, with what is known of its language.

use super::Call;
use crate::highlight;
use crate::rst::lines::join;
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    pub(super) fn code_block(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_content()?;
        let block = self.doc.tree.node(Kind::LiteralBlock);
        let language = call.arguments.first().map_or("", String::as_str);
        let classes = &mut self.doc.tree[block].classes;
        classes.push("code".to_owned());
        if !language.is_empty() {
            classes.push(language.to_owned());
        }
        self.set_common(block, call)?;
        let numbers = call.options.has("number-lines").then(|| {
            let first = call.options.number("number-lines").unwrap_or(1);
            let lines = i64::try_from(call.content.len()).unwrap_or(i64::MAX);
            LineNumbers {
                next: first,
                width: first.saturating_add(lines).to_string().len(),
            }
        });
        self.code(block, language, &join(&call.content), numbers);
        Ok(vec![block])
    }

    /// Puts code into a node, each token with its class.
    pub(in crate::rst) fn code(
        &mut self,
        node: NodeId,
        language: &str,
        code: &str,
        mut numbers: Option<LineNumbers>,
    ) {
        if let Some(numbers) = &mut numbers {
            self.line_number(node, numbers);
        }
        for (class, text) in tokens(language, code) {
            let Some(numbers) = &mut numbers else {
                self.token(node, class, &text);
                continue;
            };
            let mut rest = text.as_str();
            while let Some(end) = rest.find('\n') {
                self.token(node, class, &rest[..=end]);
                self.line_number(node, numbers);
                rest = &rest[end + 1..];
            }
            self.token(node, class, rest);
        }
    }

    fn token(&mut self, node: NodeId, class: &str, text: &str) {
        let child = if class.is_empty() {
            self.doc.tree.text(text)
        } else {
            let token = self.doc.tree.node_of_text(Kind::Inline, text);
            self.doc.tree[token].classes.push(class.to_owned());
            token
        };
        self.doc.tree.append(node, child);
    }

    fn line_number(&mut self, node: NodeId, numbers: &mut LineNumbers) {
        let text = format!("{:width$} ", numbers.next, width = numbers.width);
        self.token(node, "ln", &text);
        numbers.next = numbers.next.saturating_add(1);
    }
}

/// The numbers that stand before lines of code.
pub(in crate::rst) struct LineNumbers {
    next: i64,
    width: usize,
}

/// Tokens of code with their classes; neighbours of one class are one.
fn tokens(language: &str, code: &str) -> Vec<(&'static str, String)> {
    let mut tokens: Vec<(&str, String)> = Vec::new();
    let Some(cut) = highlight::tokens(language, code) else {
        return vec![("", code.to_owned())];
    };
    for (class, text) in cut {
        match tokens.last_mut() {
            Some((last, joined)) if *last == class => joined.push_str(&text),
            _ => tokens.push((class, text)),
        }
    }
    // The line break at the end is not the author's.
    if let Some((_, last)) = tokens.last_mut()
        && last.ends_with('\n')
    {
        last.pop();
    }
    tokens.retain(|(_, text)| !text.is_empty());
    tokens
}
