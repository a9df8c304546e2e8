//! Whether an index can show the description: [`fault`] is the one place that asks.
//!
//! Plain text and Markdown can always be shown. reStructuredText can not when it has a fault, and
//! then an index shows nothing and may refuse the upload; what is said here is what `docutils` says.

use tilsit_packaging::metadata::{CoreMetadata, Markup};
use tilsit_readme::Note;

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
pub(super) fn fault(markup: Markup, text: &str) -> Option<String> {
    let reason = match tilsit_readme::check(text, markup)? {
        Note::Rst(problem) => problem.to_string(),
        note => note.to_string(),
    };
    Some(format!("cannot be shown: {reason}"))
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
