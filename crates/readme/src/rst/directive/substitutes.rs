//! Directives that define what names stand for, and roles.

use super::specs::Spec;
use super::{Call, OptionType, options};
use crate::rst::inline::{Custom, Role};
use crate::rst::parser::Parser;
use crate::rst::problem::Parsed;
use crate::rst::text::{is_space, simple_name};
use crate::rst::tree::{Kind, NodeId};

impl Parser {
    pub(super) fn replace(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_substitution()?;
        call.require_content()?;
        let holder = self.doc.tree.node(Kind::Holder);
        self.nested(&call.content, holder)?;
        let children = self.doc.tree.take_children(holder);
        match children.as_slice() {
            [paragraph] if matches!(self.doc.tree[*paragraph].kind, Kind::Paragraph) => {
                Ok(self.doc.tree.take_children(*paragraph))
            }
            _ => Err(call.error(format!(
                "Error in \"{}\" directive: may contain a single paragraph only.",
                call.name
            ))),
        }
    }

    pub(super) fn unicode(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let definition = call.require_substitution()?;
        let trims = call.options.has("trim");
        self.doc.tree[definition].kind = Kind::SubstitutionDefinition {
            trims_left: trims || call.options.has("ltrim"),
            trims_right: trims || call.options.has("rtrim"),
        };
        let argument = &call.arguments[0];
        let mut nodes = Vec::new();
        let is_comment =
            |at: &usize| argument[..*at].is_empty() || argument[..*at].ends_with([' ', '\n']);
        let comment = argument
            .match_indices(".. ")
            .map(|(at, _)| at)
            .find(is_comment);
        let codes = &argument[..comment.unwrap_or(argument.len())];
        for code in crate::rst::text::words(codes) {
            let text = options::unicode(code).map_err(|reason| {
                call.error(format!(
                    "Invalid character code: {code}\nValueError: {reason}"
                ))
            })?;
            nodes.push(self.doc.tree.text(text));
        }
        Ok(nodes)
    }

    /// The date of today, which a function of the text alone does not know: nothing stands for it.
    pub(super) fn date(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        call.require_substitution()?;
        Ok(vec![self.doc.tree.text("")])
    }

    pub(super) fn role(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        let name = call.name;
        let first = call
            .content
            .first()
            .filter(|first| first.number <= call.line + 1);
        let Some(first) = first else {
            let message = format!("\"{name}\" directive requires arguments on the first line.");
            return Err(call.error(message));
        };
        let Some((role, base)) = role_names(first.text) else {
            let message = format!(
                "\"{name}\" directive arguments not valid role names: \"{}\".",
                first.text
            );
            return Err(call.error(message));
        };
        let base = match base {
            None => Custom {
                base: Role::Inline,
                classes: Vec::new(),
                language: None,
            },
            Some(base) => self
                .roles
                .find(base)
                .ok_or_else(|| call.error(format!("Unknown interpreted text role \"{base}\".")))?,
        };
        let spec = Spec {
            required: 0,
            optional: 0,
            is_last_long: false,
            options: match base.base {
                Role::Code => &[
                    ("language", OptionType::Text),
                    ("class", OptionType::Classes),
                ],
                Role::Raw => &[("format", OptionType::Text), ("class", OptionType::Classes)],
                _ => &[("class", OptionType::Classes)],
            },
            has_content: false,
        };
        let parts = Self::parts(&call.content[1..], &spec)
            .map_err(|reason| call.error(format!("Error in \"{name}\" directive:\n{reason}.")))?;
        let classes = match parts.options.classes() {
            Some(classes) => classes.to_vec(),
            None => options::classes(role).map_err(|reason| {
                call.error(format!(
                    "Invalid argument for \"{name}\" directive:\n{reason}."
                ))
            })?,
        };
        let custom = Custom {
            base: base.base,
            classes,
            language: parts.options.owned("language").or(base.language),
        };
        self.roles.custom.insert(role.to_lowercase(), custom);
        Ok(Vec::new())
    }

    pub(super) fn default_role(&mut self, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        self.roles.default =
            match call.arguments.first() {
                None => None,
                Some(name) => Some(self.roles.find(name).ok_or_else(|| {
                    call.error(format!("Unknown interpreted text role \"{name}\"."))
                })?),
            };
        Ok(Vec::new())
    }
}

/// `name` or `name(base)`.
fn role_names(text: &str) -> Option<(&str, Option<&str>)> {
    let (name, rest) = text.split_at(simple_name(text));
    let rest = rest.trim_matches(is_space);
    if name.is_empty() {
        return None;
    }
    if rest.is_empty() {
        return Some((name, None));
    }
    let base = rest
        .strip_prefix('(')?
        .strip_suffix(')')?
        .trim_matches(is_space);
    let is_name = !base.is_empty() && simple_name(base) == base.len();
    is_name.then_some((name, Some(base)))
}
