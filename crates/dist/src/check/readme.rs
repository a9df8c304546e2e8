//! Whether an index can show the description: [`fault`] is the one place that asks.
//!
//! Plain text and Markdown can always be shown. reStructuredText can not when it has an error, and
//! then an index shows nothing: found here are directives and roles that `docutils` does not have
//! or that indexes switch off, which is what a description written for a documentation tool has.

use tilsit_packaging::metadata::{CoreMetadata, Markup};

use crate::finding::Finding;
use crate::rule::Rule;

/// Checks the description in the file `place`, and that its markup is named.
pub(super) fn check(metadata: &CoreMetadata, place: &str) -> Option<Finding> {
    let text = metadata.description.as_deref().unwrap_or_default();
    if text.trim().is_empty() || text.trim() == "UNKNOWN" {
        let reason = "is missing: the project's page will be empty";
        return Some(Finding::new(
            Rule::DescriptionMissing,
            place,
            "Description",
            reason,
        ));
    }
    let field = "Description-Content-Type";
    let looks_like_markdown = markdown_line(text);
    let Some(content_type) = &metadata.description_content_type else {
        let mut reason = "is missing, so that the description is read as text/x-rst".to_owned();
        if let Some(line) = looks_like_markdown {
            reason.extend(["; it looks like text/markdown (`", line, "`)"]);
        }
        return Some(Finding::new(Rule::ContentTypeMissing, place, field, reason));
    };
    if let Some(reason) = fault(content_type.markup(), text) {
        let rule = Rule::DescriptionNotRendered;
        return Some(Finding::new(rule, place, "Description", reason));
    }
    let line = looks_like_markdown.filter(|_| content_type.markup() == Markup::ReStructuredText)?;
    let reason = format!("is text/x-rst, and the description looks like text/markdown (`{line}`)");
    Some(Finding::new(Rule::DescriptionMarkup, place, field, reason))
}

/// Why an index cannot show this description; nothing when it can.
fn fault(markup: Markup, text: &str) -> Option<String> {
    match markup {
        Markup::Plain | Markup::GithubMarkdown | Markup::CommonMark => None,
        Markup::ReStructuredText => text.lines().enumerate().find_map(|(index, line)| {
            let fault = directive_fault(line).or_else(|| role_fault(line))?;
            Some(format!("cannot be shown: line {} {fault}", index + 1))
        }),
    }
}

/// Directives that `docutils` knows and indexes allow.
const DIRECTIVES: &[&str] = &[
    "admonition",
    "attention",
    "caution",
    "class",
    "code",
    "code-block",
    "compound",
    "container",
    "contents",
    "csv-table",
    "danger",
    "date",
    "default-role",
    "epigraph",
    "error",
    "figure",
    "footer",
    "header",
    "highlights",
    "hint",
    "image",
    "important",
    "line-block",
    "list-table",
    "math",
    "meta",
    "note",
    "parsed-literal",
    "pull-quote",
    "replace",
    "role",
    "rubric",
    "sectnum",
    "section-numbering",
    "sidebar",
    "sourcecode",
    "table",
    "target-notes",
    "tip",
    "title",
    "topic",
    "unicode",
    "warning",
];

/// Directives that read files or pass text through, which indexes switch off.
const SWITCHED_OFF: [&str; 2] = ["include", "raw"];

/// Roles of documentation tools. Others may be defined by the text itself.
const ROLES_OF_SPHINX: [&str; 14] = [
    "attr", "class", "const", "data", "doc", "exc", "file", "func", "meth", "mod", "obj", "option",
    "py", "ref",
];

/// Only lines that are not moved in: others may be an example in a literal block.
fn directive_fault(line: &str) -> Option<String> {
    let (name, _) = line.strip_prefix(".. ")?.split_once("::")?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+:".contains(c));
    if !is_name {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if SWITCHED_OFF.contains(&&*lower) {
        return Some(format!(
            "has the directive `{name}`, which indexes switch off"
        ));
    }
    (!DIRECTIVES.contains(&&*lower)).then(|| format!("has the unknown directive `{name}`"))
}

fn role_fault(line: &str) -> Option<String> {
    if line.starts_with([' ', '\t']) {
        return None;
    }
    // What stands between double backquotes is shown as it is.
    let outside = line.split("``").step_by(2);
    for text in outside {
        for (at, _) in text.match_indices(":`") {
            let role = text[..at].rsplit(':').next().unwrap_or_default();
            let before = text[..at].strip_suffix(role);
            let is_role = before.is_some_and(|before| before.ends_with(':'));
            if is_role && ROLES_OF_SPHINX.contains(&role) {
                return Some(format!("has the unknown role `{role}`"));
            }
        }
    }
    None
}

/// A line that Markdown has and reStructuredText has not.
fn markdown_line(text: &str) -> Option<&str> {
    text.lines().find(|line| {
        let is_heading = line
            .trim_start_matches('#')
            .strip_prefix(' ')
            .is_some_and(|title| line.starts_with('#') && title.starts_with(char::is_alphanumeric));
        let is_fence = line
            .strip_prefix("```")
            .is_some_and(|rest| !rest.starts_with('`'));
        is_heading || is_fence || (line.starts_with('[') && line.contains("]("))
    })
}
