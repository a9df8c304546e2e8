//! `tilsit explain`: what an error code means and what to do about it.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use crate::error::CommandError;
use crate::explain::{ALL, Code, Explanation};
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

/// Explain an error code
///
/// Every error ends with a code in brackets, as `[TL0301]`. Without a code, all are listed.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The code, as `TL0301` or `301`
    code: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    exit_code: u8,
    title: &'static str,
    text: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, CommandError> {
    let Some(typed) = &arguments.code else {
        let entries: Vec<Entry> = ALL.iter().map(|code| entry(code.explanation())).collect();
        return Ok(Report::new(list(), entries));
    };
    let Some(code) = Code::find(typed) else {
        return Err(
            CommandError::new(Code::Usage, format!("there is no error code `{typed}`"))
                .hint("`tilsit explain` lists all codes"),
        );
    };
    let explanation = code.explanation();
    let Explanation {
        id, kind, title, ..
    } = explanation;
    let text = paragraph(explanation);
    let number = kind.exit_code();
    let meaning = kind.meaning();
    let page = format!(
        "{STRONG}{id}: {title}{STRONG:#}\n\n{text}\n\n{DIM}Exit code {number}: {meaning}.{DIM:#}\n"
    );
    Ok(Report::new(page, entry(explanation)))
}

fn list() -> String {
    let mut text = String::new();
    for code in ALL {
        let Explanation {
            id, kind, title, ..
        } = code.explanation();
        let number = kind.exit_code();
        let _ = writeln!(
            text,
            "{STRONG}{id}{STRONG:#}  {title} {DIM}(exit {number}){DIM:#}"
        );
    }
    text
}

fn entry(explanation: &Explanation) -> Entry {
    Entry {
        code: explanation.id,
        exit_code: explanation.kind.exit_code(),
        title: explanation.title,
        text: paragraph(explanation).replace('\n', " "),
    }
}

fn paragraph(explanation: &Explanation) -> String {
    explanation.text.trim().to_owned()
}
