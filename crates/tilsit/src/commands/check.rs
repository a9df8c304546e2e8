//! `tilsit check`: what is wrong with distribution files, before anybody else finds out.

mod render;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_dist::check::{Limits, check_files};
use tilsit_dist::{Finding, Severity};

use crate::context::Context;
use crate::distributions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::findings::{FindingEntry, code_of, line};
use crate::report::Report;
use crate::terminal::{GOOD, count};

use render::RenderOptions;

/// Check distributions
///
/// Archives, names, metadata, the description, RECORD, license files, tags against contents, what is
/// importable, and whether the files of a release say the same. Each finding has a code that
/// `tilsit explain` knows. Ends with exit code 1 when there is an error; with `--strict`, also when
/// there is a warning.
///
/// With `--render` it shows a description as an index would, and checks nothing else.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files, and folders with such [default: dist/]
    #[arg(value_name = "FILE", conflicts_with = "render")]
    files: Vec<PathBuf>,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// Pass over what has this code, such as TL1014; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    ignore: Vec<String>,
    #[command(flatten)]
    render: RenderOptions,
}

#[derive(Serialize)]
struct FileEntry {
    file: PathBuf,
    findings: Vec<FindingEntry>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let options = &arguments.render;
    if let Some(file) = &options.file {
        return render::render(file, options.content_type.as_deref(), context);
    }
    let ignored = ignored(&arguments.ignore)?;
    let files = distributions::find(&arguments.files, context)?;
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let checked = check_files(&paths, &Limits::default())?;
    let mut text = String::new();
    let mut entries = Vec::new();
    let (mut errors, mut warnings) = (0, 0);
    for (file, checked) in files.into_iter().zip(checked) {
        let is_told = |finding: &&Finding| !ignored.contains(&code_of(finding.rule));
        let findings: Vec<&Finding> = checked.findings.iter().filter(is_told).collect();
        let shown = context.show(&file);
        for finding in &findings {
            match finding.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            text += &line(&shown, finding);
            text.push('\n');
        }
        let findings = findings.into_iter().map(FindingEntry::of).collect();
        entries.push(FileEntry { file, findings });
    }
    say(entries.len(), errors, warnings, context);
    let result = json!({ "files": entries, "errors": errors, "warnings": warnings });
    let is_no = errors > 0 || (arguments.strict && warnings > 0);
    Ok(Report::new(text, result).with_exit_code(u8::from(is_no)))
}

fn say(files: usize, errors: usize, warnings: usize, context: &Context) {
    let files = count(files, "file");
    let line = if errors + warnings == 0 {
        format!("{GOOD}Checked{GOOD:#} {files}: nothing found.")
    } else {
        let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
        format!("Checked {files}: {errors}, {warnings}; `tilsit explain CODE` tells more.")
    };
    context.terminal.say(line);
}

fn ignored(typed: &[String]) -> Result<Vec<Code>, CommandError> {
    let codes = typed.iter().map(|typed| {
        Code::find(typed).ok_or_else(|| {
            CommandError::new(Code::Usage, format!("there is no code `{typed}` to ignore"))
                .hint("`tilsit explain` lists all codes")
        })
    });
    codes.collect()
}
