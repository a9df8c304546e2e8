//! `tilsit search`: projects of the indexes by words.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use tilsit_index_client::{Refresh, SearchError};
use tilsit_simple_api::search::FoundProject;

use crate::commands::options::IndexOptions;
use crate::context::Context;
use crate::environments::EnvironmentOptions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};
use crate::{indexes, network};

/// How wide a name with its version may be before the summary steps back.
const COLUMN_MAX: usize = 32;

/// Find projects by words
///
/// Asks the indexes of the settings for projects whose name, summary, keywords or description have
/// these words; letters may be missing or mistyped. An index has to offer a search to programs, as
/// `tilsit serve` does; one that does not is passed over. The exit code is 1 when nothing is found.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to look for
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    #[command(flatten)]
    environment: EnvironmentOptions,
    #[command(flatten)]
    index: IndexOptions,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let configuration = arguments.index.over(context)?;
    let environment = arguments.environment.find_any(context)?;
    let sources = indexes::choose(&configuration, environment.interpreter(), None, context)?;
    let client = network::client(&configuration, Refresh::No, context)?;
    let words = arguments.words.join(" ");
    let (mut found, mut count, mut passed_over) = (Vec::new(), 0, Vec::new());
    for index in &sources.indexes {
        match client.search(index, &words) {
            Ok(answer) => {
                count += answer.count;
                found.extend(answer.projects);
            }
            Err(error @ SearchError::NotOffered(_)) => passed_over.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    if passed_over.len() == sources.indexes.len() {
        let message = "no index that is asked has a search for programs";
        let mut error = CommandError::new(Code::SearchNotOffered, message);
        error.causes = passed_over.iter().map(ToString::to_string).collect();
        return Err(error.hint("`--index-url` names another index, such as your own"));
    }
    for error in &passed_over {
        context.terminal.warn(error);
    }
    if found.is_empty() {
        context
            .terminal
            .say(format_args!("No project has `{words}`."));
    }
    let exit_code = u8::from(found.is_empty());
    let answer = json!({ "count": count, "projects": found });
    Ok(Report::new(lines(&found, count), answer).with_exit_code(exit_code))
}

/// A line for each project, the summaries below each other.
fn lines(found: &[FoundProject], count: usize) -> String {
    let width = |project: &FoundProject| project.name.chars().count() + project.version.len() + 1;
    let column = found.iter().map(width).max().unwrap_or_default();
    let column = column.min(COLUMN_MAX);
    let mut text = String::new();
    for project in found {
        let gap = column.saturating_sub(width(project));
        let (name, version) = (plain(&project.name), plain(&project.version));
        let summary = plain(&project.summary);
        // A `String` takes every write.
        let _ = writeln!(
            text,
            "{STRONG}{name}{STRONG:#} {DIM}{version}{DIM:#}{:gap$}  {summary}",
            ""
        );
    }
    let more = count.saturating_sub(found.len());
    if more > 0 {
        let _ = writeln!(text, "{DIM}and {more} more{DIM:#}");
    }
    text
}

/// A foreign text without what would steer the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_cannot_steer_the_terminal() {
        let project = |name: &str, summary: &str| FoundProject {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            summary: summary.to_owned(),
            updated: None,
        };
        let found = [
            project("a", "\u{1b}]0;mine\u{7}"),
            project("longer", "two\nlines"),
        ];
        let text = anstream::adapter::strip_str(&lines(&found, 5)).to_string();
        assert_eq!(
            text,
            "a 1.0        ]0;mine \nlonger 1.0  two lines\nand 3 more\n"
        );
    }
}
