//! Interpreted text: the standard roles, and those that a text defines itself.

use std::collections::HashMap;

use crate::rst::parser::Parser;
use crate::rst::problem::{Parsed, Stop};
use crate::rst::text::{restore, unescape};
use crate::rst::tree::{Kind, NodeId};

/// What a role makes of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rst) enum Role {
    Abbreviation,
    Acronym,
    Code,
    Emphasis,
    Inline,
    Literal,
    Math,
    Pep,
    Raw,
    Rfc,
    Strong,
    Subscript,
    Superscript,
    TitleReference,
    /// One that is named in the standard and does not exist.
    Missing,
}

/// A role that a text has defined.
#[derive(Clone, Debug)]
pub(in crate::rst) struct Custom {
    pub(in crate::rst) base: Role,
    pub(in crate::rst) classes: Vec<String>,
    /// The language of code.
    pub(in crate::rst) language: Option<String>,
}

/// The roles of a text.
#[derive(Debug, Default)]
pub(in crate::rst) struct Roles {
    pub(in crate::rst) custom: HashMap<String, Custom>,
    pub(in crate::rst) default: Option<Custom>,
}

impl Roles {
    /// The role of a name.
    pub(in crate::rst) fn find(&self, name: &str) -> Option<Custom> {
        let name = name.to_lowercase();
        if name.is_empty() {
            return Some(self.default.clone().unwrap_or(plain(Role::TitleReference)));
        }
        let custom = self.custom.get(&name).cloned();
        custom.or_else(|| standard(&name).map(plain))
    }
}

fn plain(base: Role) -> Custom {
    Custom {
        base,
        classes: Vec::new(),
        language: None,
    }
}

fn standard(name: &str) -> Option<Role> {
    Some(match name {
        "abbreviation" | "ab" => Role::Abbreviation,
        "acronym" | "ac" => Role::Acronym,
        "code" => Role::Code,
        "emphasis" => Role::Emphasis,
        "literal" => Role::Literal,
        "math" => Role::Math,
        "pep-reference" | "pep" => Role::Pep,
        "rfc-reference" | "rfc" => Role::Rfc,
        "strong" => Role::Strong,
        "subscript" | "sub" => Role::Subscript,
        "superscript" | "sup" => Role::Superscript,
        "title-reference" | "title" | "t" => Role::TitleReference,
        "raw" => Role::Raw,
        "index"
        | "i"
        | "anonymous-reference"
        | "citation-reference"
        | "footnote-reference"
        | "named-reference"
        | "substitution-reference"
        | "uri-reference"
        | "uri"
        | "url"
        | "target"
        | "restructuredtext-unimplemented-role" => Role::Missing,
        _ => return None,
    })
}

impl Parser {
    /// Text that a role interprets.
    ///
    /// # Errors
    /// When the role is not known or refuses the text.
    pub(super) fn interpreted(
        &mut self,
        name: &str,
        text: &str,
        line: usize,
    ) -> Parsed<Vec<NodeId>> {
        let Some(role) = self.roles.find(name) else {
            let message = format!("Unknown interpreted text role \"{name}\".");
            return Err(Stop::error(line, message));
        };
        let tree = &mut self.doc.tree;
        let node = match role.base {
            Role::Abbreviation => tree.node_of_text(Kind::Abbreviation, text),
            Role::Acronym => tree.node_of_text(Kind::Acronym, text),
            Role::Emphasis => tree.node_of_text(Kind::Emphasis, text),
            Role::Inline => tree.node_of_text(Kind::Inline, text),
            Role::Literal => tree.node_of_text(Kind::Literal, text),
            Role::Strong => tree.node_of_text(Kind::Strong, text),
            Role::Subscript => tree.node_of_text(Kind::Subscript, text),
            Role::Superscript => tree.node_of_text(Kind::Superscript, text),
            Role::TitleReference => tree.node_of_text(Kind::TitleReference, text),
            Role::Math => tree.node_of_text(Kind::Math, restore(text)),
            Role::Code => return Ok(vec![self.code_role(name, &role, text)]),
            Role::Pep => self.pep(text, line)?,
            Role::Rfc => self.rfc(text, line)?,
            Role::Raw => {
                let line = self.doc.tree.root_line;
                return Err(Stop::warning(line, "raw (and derived) roles disabled"));
            }
            Role::Missing => {
                let message = format!("Interpreted text role \"{name}\" not implemented.");
                return Err(Stop::error(line, message));
            }
        };
        self.doc.tree[node].classes = role.classes;
        Ok(vec![node])
    }

    fn pep(&mut self, text: &str, line: usize) -> Parsed<NodeId> {
        let number = integer(&unescape(text)).filter(|number| *number <= 9999);
        let Some(number) = number else {
            let message =
                format!("PEP number must be a number from 0 to 9999; \"{text}\" is invalid.");
            return Err(Stop::error(line, message));
        };
        let uri = format!("https://peps.python.org/pep-{number:04}");
        let node = self
            .doc
            .tree
            .node_of_text(Kind::Reference, format!("PEP {text}"));
        self.doc.tree[node].link.uri = Some(uri);
        Ok(node)
    }

    fn rfc(&mut self, text: &str, line: usize) -> Parsed<NodeId> {
        let plain = unescape(text);
        let (number, section) = match plain.split_once('#') {
            Some((number, section)) => (number, format!("#{section}")),
            None => (plain.as_str(), String::new()),
        };
        let Some(number) = integer(number).filter(|number| *number > 0) else {
            let message = format!(
                "RFC number must be a number greater than or equal to 1; \"{text}\" is invalid."
            );
            return Err(Stop::error(line, message));
        };
        let uri = format!("https://tools.ietf.org/html/rfc{number}.html{section}");
        let node = self
            .doc
            .tree
            .node_of_text(Kind::Reference, format!("RFC {number}"));
        self.doc.tree[node].link.uri = Some(uri);
        Ok(node)
    }

    fn code_role(&mut self, name: &str, role: &Custom, text: &str) -> NodeId {
        let name = if name == "code" { "" } else { name };
        let language = role.language.as_deref().unwrap_or(name);
        let language = if language.eq_ignore_ascii_case("none") {
            ""
        } else {
            language
        };
        let node = self.doc.tree.node(Kind::Literal);
        let mut classes = vec!["code".to_owned()];
        classes.extend(role.classes.iter().cloned());
        if !language.is_empty() && !classes.iter().any(|class| class == language) {
            classes.push(language.to_owned());
        }
        self.doc.tree[node].classes = classes;
        self.code(node, language, &restore(text), None);
        node
    }
}

/// A number as Python's `int` reads it.
fn integer(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    is_number
        .then(|| digits.replace('_', "").parse().ok())
        .flatten()
}
