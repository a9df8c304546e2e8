//! Directives: their arguments, options and content. What each makes of them is in files of its own.

mod bodies;
mod code;
mod csv;
mod images;
mod options;
mod parts;
mod specs;
mod substitutes;
mod tables;

use self::options::Options;
pub(super) use self::options::is_length;

use self::options::OptionType;
use self::specs::{Directive, Spec};
use super::lines::{Extent, Line, join};
use super::parser::{Blocks, Parser};
use super::problem::{Parsed, Stop};
use super::text::words;
use super::tree::NodeId;

/// A directive with what was written after it.
#[derive(Debug)]
struct Call<'l> {
    /// Its name as it was written.
    name: &'l str,
    line: usize,
    arguments: Vec<String>,
    options: Options,
    content: Vec<Line<'l>>,
    /// What it stands in.
    parent: NodeId,
    /// The definition of a substitution that it stands in.
    substitution: Option<NodeId>,
}

impl Call<'_> {
    fn error(&self, message: impl Into<String>) -> Stop {
        Stop::error(self.line, message)
    }

    fn warning(&self, message: impl Into<String>) -> Stop {
        Stop::warning(self.line, message)
    }

    /// Refuses a directive without content.
    fn require_content(&self) -> Parsed<()> {
        if !self.content.is_empty() {
            return Ok(());
        }
        let name = self.name;
        let message = format!("Content block expected for the \"{name}\" directive; none found.");
        Err(self.error(message))
    }

    /// Refuses a directive that is no definition of a substitution.
    fn require_substitution(&self) -> Parsed<NodeId> {
        self.substitution.ok_or_else(|| {
            self.error(format!(
                "Invalid context: the \"{}\" directive can only be used within a substitution definition.",
                self.name
            ))
        })
    }
}

/// The lines of a directive, by what they are.
struct Parts<'l> {
    arguments: Vec<String>,
    options: Options,
    content: Vec<Line<'l>>,
}

impl Parser {
    /// A directive whose mark has so many characters; its nodes, and whether a blank line follows.
    ///
    /// # Errors
    /// When it is not known, or was not written as it has to be.
    pub(super) fn directive(
        &mut self,
        blocks: &mut Blocks<'_>,
        name: &str,
        length: usize,
        substitution: Option<NodeId>,
    ) -> Parsed<(Vec<NodeId>, bool)> {
        let line = blocks.lines[blocks.at].number;
        let Some((directive, spec)) = specs::find(name) else {
            let message = format!("Unknown directive type \"{name}\".");
            return Err(Stop::error(line, message));
        };
        let block = self.take_first(
            blocks,
            Extent {
                first: Some(length),
                ..Extent::default()
            },
        );
        let fault = |message: String| {
            let message = format!("Error in \"{name}\" directive:\n{message}.");
            Stop::error(line, message)
        };
        let mut parts = Self::parts(&block.lines, &spec).map_err(fault)?;
        if let Some(definition) = substitution
            && spec.options.iter().any(|(option, _)| *option == "alt")
        {
            let name = self.doc.tree[definition].names.first().cloned();
            parts.options.preset("alt", name.unwrap_or_default());
        }
        let call = Call {
            name,
            line,
            arguments: parts.arguments,
            options: parts.options,
            content: parts.content,
            parent: blocks.parent,
            substitution,
        };
        let nodes = self.run(directive, &call)?;
        let is_finished = block.is_finished || blocks.line().is_none_or(|line| line.is_blank());
        Ok((nodes, is_finished))
    }

    /// Tells arguments, options and content from each other.
    fn parts<'l>(lines: &[Line<'l>], spec: &Spec) -> Result<Parts<'l>, String> {
        let mut lines = lines;
        if let Some((first, rest)) = lines.split_first()
            && first.is_blank()
        {
            lines = rest;
        }
        while let Some((last, rest)) = lines.split_last()
            && last.is_blank()
        {
            lines = rest;
        }
        let takes_arguments = spec.required + spec.optional > 0;
        let (mut head, mut content) = (&lines[..0], lines);
        if takes_arguments || !spec.options.is_empty() {
            let end = lines.iter().position(Line::is_blank).unwrap_or(lines.len());
            head = &lines[..end];
            content = lines.get(end + 1..).unwrap_or_default();
        }
        let mut options = Options::default();
        if !spec.options.is_empty() {
            let is_option = |line: &Line<'_>| options::is_option(line.text);
            let start = head.iter().position(is_option).unwrap_or(head.len());
            options = Options::parse(&head[start..], spec.options)?;
            head = &head[..start];
        }
        let mut content = content.to_vec();
        if !head.is_empty() && !takes_arguments {
            // Without arguments these lines are content, and so are those after the blank line.
            let end = lines.iter().position(Line::is_blank).unwrap_or(lines.len());
            content = head.iter().chain(&lines[end..]).copied().collect();
            head = &[];
        }
        let blank = content.iter().take_while(|line| line.is_blank()).count();
        content.drain(..blank);
        let arguments = if takes_arguments {
            arguments(&join(head), spec)?
        } else {
            Vec::new()
        };
        if !content.is_empty() && !spec.has_content {
            return Err("no content permitted".to_owned());
        }
        Ok(Parts {
            arguments,
            options,
            content,
        })
    }

    fn run(&mut self, directive: Directive, call: &Call<'_>) -> Parsed<Vec<NodeId>> {
        match directive {
            Directive::Admonition(name) => self.admonition(name, call),
            Directive::Topic | Directive::Sidebar => self.pseudo_section(directive, call),
            Directive::LineBlock => self.line_block_directive(call),
            Directive::ParsedLiteral => self.parsed_literal(call),
            Directive::Code => self.code_block(call),
            Directive::Math => self.math_block(call),
            Directive::Rubric => self.rubric(call),
            Directive::Quote(class) => self.quote(class, call),
            Directive::Compound => self.compound(call),
            Directive::Container => self.container(call),
            Directive::Class => self.class(call),
            Directive::Table => self.table_directive(call),
            Directive::CsvTable => self.csv_table(call),
            Directive::ListTable => self.list_table(call),
            Directive::Image => self.image(call),
            Directive::Figure => self.figure(call),
            Directive::Contents => self.contents(call),
            Directive::SectionNumbers => Ok(self.section_numbers(call)),
            Directive::Header | Directive::Footer => self.decoration(call),
            Directive::Meta => self.meta(call),
            Directive::Silent => Ok(Vec::new()),
            Directive::TargetNotes => self.target_notes(call),
            Directive::SwitchedOff => {
                let message = format!("\"{}\" directive disabled.", call.name);
                Err(call.warning(message))
            }
            Directive::Replace => self.replace(call),
            Directive::Unicode => self.unicode(call),
            Directive::Date => self.date(call),
            Directive::Role => self.role(call),
            Directive::DefaultRole => self.default_role(call),
        }
    }

    /// Gives a node the classes and the name that a directive has as options.
    fn set_common(&mut self, node: NodeId, call: &Call<'_>) -> Parsed<()> {
        if let Some(classes) = call.options.classes() {
            self.doc.tree[node].classes.extend(classes.iter().cloned());
        }
        self.doc.tree[node].line = Some(call.line);
        match call.options.text("name") {
            Some(name) => self.doc.add_name(node, name),
            None => Ok(()),
        }
    }
}

/// The words of a directive's arguments; the last may have several.
fn arguments(text: &str, spec: &Spec) -> Result<Vec<String>, String> {
    let found: Vec<&str> = words(text).collect();
    let most = spec.required + spec.optional;
    if found.len() < spec.required {
        let (required, found) = (spec.required, found.len());
        return Err(format!("{required} argument(s) required, {found} supplied"));
    }
    if found.len() <= most {
        return Ok(found.into_iter().map(str::to_owned).collect());
    }
    if !spec.is_last_long {
        let found = found.len();
        return Err(format!(
            "maximum {most} argument(s) allowed, {found} supplied"
        ));
    }
    // No directive has more than one argument of which the last is long.
    Ok(vec![text.trim_matches(super::text::is_space).to_owned()])
}
