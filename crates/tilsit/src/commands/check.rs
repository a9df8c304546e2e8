//! `tilsit check`: what is wrong with distribution files and source trees, before anybody else finds
//! out.

mod formats;
mod render;
mod trees;

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_dist::check::{Limits, check_files, is_tree};
use tilsit_dist::{Finding, Severity};

use crate::context::Context;
use crate::distributions;
use crate::error::CommandError;
use crate::explain::Code;
use crate::findings::{FindingEntry, code_of, line};
use crate::report::Report;
use crate::terminal::{GOOD, count};

use formats::{Format, Found};
use render::RenderOptions;

/// The file of a source tree that is meant where none is named.
const PYPROJECT: &str = "pyproject.toml";

/// Check distributions and source trees
///
/// Archives, names, metadata, the description, RECORD, license files, tags against contents, what is
/// importable, and whether the files of a release say the same. Each finding has a code that
/// `tilsit explain` knows. Ends with exit code 1 when there is an error; with `--strict`, also when
/// there is a warning.
///
/// Of a folder with a pyproject.toml or setup.py the source tree is checked: the standard tables of
/// pyproject.toml and that of setuptools, classifiers, license, readme, what the field has left behind,
/// and whether the newest source distribution in its `dist` has the files that git tracks. None of its
/// code is run.
///
/// With `--render` it shows a description as an index would, and checks nothing else.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files, folders with such, and source trees [default: dist/]
    #[arg(value_name = "FILE", conflicts_with = "render")]
    files: Vec<PathBuf>,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// Pass over what has this code, such as TL1014; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// How findings are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    render: RenderOptions,
}

#[derive(Serialize)]
struct FileEntry<'f> {
    file: &'f Path,
    findings: Vec<FindingEntry>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let options = &arguments.render;
    if let Some(file) = &options.file {
        return render::render(file, options.content_type.as_deref(), context);
    }
    let ignored = ignored(&arguments.ignore)?;
    let mut checked = all_findings(&arguments.files, context)?;
    for file in &mut checked {
        let findings = &mut file.findings;
        findings.retain(|finding| !ignored.contains(&code_of(finding.rule)));
    }
    let of = |severity| {
        let findings = checked.iter().flat_map(|file| &file.findings);
        findings
            .filter(|finding| finding.severity() == severity)
            .count()
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let entries = checked.iter().map(|file| FileEntry {
        file: &file.path,
        findings: file.findings.iter().map(FindingEntry::of).collect(),
    });
    let entries: Vec<FileEntry<'_>> = entries.collect();
    let result = json!({ "files": entries, "errors": errors, "warnings": warnings });
    say(checked.len(), errors, warnings, context);
    let text = match arguments.format {
        Format::Text => lines(&checked, context),
        Format::Json => format!("{result:#}\n"),
        Format::Sarif => format!("{:#}\n", formats::sarif(&found(&checked, context))),
        Format::Github => formats::github(&found(&checked, context)),
    };
    let is_no = errors > 0 || (arguments.strict && warnings > 0);
    Ok(Report::new(text, result).with_exit_code(u8::from(is_no)))
}

/// A distribution or a source tree, and what was found.
struct CheckedPlace {
    path: PathBuf,
    is_tree: bool,
    findings: Vec<Finding>,
}

/// What is wrong with what was named: source trees first, then distributions.
fn all_findings(named: &[PathBuf], context: &Context) -> Result<Vec<CheckedPlace>, CommandError> {
    let is_named_tree = |path: &&PathBuf| is_tree(&context.resolve(path));
    let (trees, others): (Vec<&PathBuf>, Vec<&PathBuf>) = named.iter().partition(is_named_tree);
    let mut all = Vec::new();
    for tree in &trees {
        let path = context.resolve(tree);
        let findings = trees::check(&path, context)?;
        all.push(CheckedPlace {
            path,
            is_tree: true,
            findings,
        });
    }
    if !trees.is_empty() && others.is_empty() {
        return Ok(all);
    }
    let others: Vec<PathBuf> = others.into_iter().cloned().collect();
    let files = distributions::find(&others, context)?;
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let checked = check_files(&paths, &Limits::default())?;
    all.extend(
        files
            .into_iter()
            .zip(checked)
            .map(|(path, checked)| CheckedPlace {
                path,
                is_tree: false,
                findings: checked.findings,
            }),
    );
    Ok(all)
}

fn lines(checked: &[CheckedPlace], context: &Context) -> String {
    let mut text = String::new();
    for file in checked {
        let shown = context.show(&file.path);
        for finding in &file.findings {
            text += &line(&shown, finding);
            text.push('\n');
        }
    }
    text
}

/// The findings with the files that they are about: of a source tree the file in it, else the
/// distribution.
fn found<'f>(checked: &'f [CheckedPlace], context: &Context) -> Vec<Found<'f>> {
    let of_file = |file: &'f CheckedPlace| {
        file.findings.iter().map(|finding| {
            let path = match (file.is_tree, &*finding.file) {
                (true, "") => file.path.join(PYPROJECT),
                (true, inside) => file.path.join(inside),
                (false, _) => file.path.clone(),
            };
            Found {
                path: context.show(&path),
                finding,
            }
        })
    };
    checked.iter().flat_map(of_file).collect()
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
