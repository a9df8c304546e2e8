//! `tilsit check`: what is wrong with distribution files and source trees, before anybody else finds
//! out.

mod formats;
mod mending;
mod own;
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

use formats::{Fixed, Format, Found};
use mending::MendingOptions;
use render::RenderOptions;
use trees::SourceTree;

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
/// pyproject.toml and those of tools, classifiers, license, readme, what the field has left behind,
/// and whether the newest source distribution in its `dist` has the files that git tracks. None of its
/// code is run. `--fix` mends what it can of that, and `--diff` shows what it would.
///
/// With `--render` it shows a description as an index would, and checks nothing else.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The files, folders with such, and source trees [default: dist/; to be mended: the current folder]
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
    mending: MendingOptions,
    #[command(flatten)]
    render: RenderOptions,
}

#[derive(Serialize)]
struct FileEntry<'f> {
    file: &'f Path,
    findings: Vec<FindingEntry>,
    /// What `--fix` has mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mended: Vec<FindingEntry>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let options = &arguments.render;
    if let Some(file) = &options.file {
        return render::render(file, options.content_type.as_deref(), context);
    }
    let ignored = ignored(&arguments.ignore)?;
    let (trees, others) = named(arguments, context)?;
    if arguments.mending.diff {
        return difference(&trees, &ignored, arguments, context);
    }
    let mut checked = Vec::new();
    for tree in &trees {
        checked.push(check_tree(tree, &ignored, arguments, context)?);
    }
    if trees.is_empty() || !others.is_empty() {
        checked.extend(check_distributions(&others, context)?);
    }
    for file in &mut checked {
        let findings = &mut file.findings;
        findings.retain(|finding| !ignored.contains(&code_of(finding.rule)));
    }
    Ok(report(&checked, arguments, context))
}

/// A distribution or a source tree, and what was found.
struct CheckedPlace {
    path: PathBuf,
    is_tree: bool,
    findings: Vec<Finding>,
    mended: Vec<Finding>,
}

/// The source trees that were named, and the rest. To be mended is the folder one is in, where none is
/// named.
fn named(
    arguments: &Arguments,
    context: &Context,
) -> Result<(Vec<SourceTree>, Vec<PathBuf>), CommandError> {
    let is_to_be_mended = arguments.mending.fix || arguments.mending.diff;
    let here = [PathBuf::from(".")];
    let files = match arguments.files.as_slice() {
        [] if is_to_be_mended => &here,
        files => files,
    };
    let (trees, others): (Vec<&PathBuf>, Vec<&PathBuf>) = files
        .iter()
        .partition(|path| is_tree(&context.resolve(path)));
    if trees.is_empty() && is_to_be_mended {
        let message = "there is no source tree to mend: no pyproject.toml and no setup.py";
        return Err(CommandError::new(Code::Usage, message));
    }
    let trees = trees.into_iter();
    let trees = trees.map(|path| SourceTree::open(&context.resolve(path), context));
    Ok((trees.collect(), others.into_iter().cloned().collect()))
}

fn check_tree(
    tree: &SourceTree,
    ignored: &[Code],
    arguments: &Arguments,
    context: &Context,
) -> Result<CheckedPlace, CommandError> {
    let mut checked = CheckedPlace {
        path: tree.folder.clone(),
        is_tree: true,
        findings: Vec::new(),
        mended: Vec::new(),
    };
    if arguments.mending.fix {
        let mended = arguments.mending.mend(tree, ignored)?;
        mending::write(&tree.folder, &mended)?;
        let shown = context.show(&tree.folder);
        for finding in &mended.mended {
            let code = code_of(finding.rule).id();
            context.terminal.say(format_args!(
                "{GOOD}Mended{GOOD:#} {shown}: {code}: {finding}"
            ));
        }
        checked.findings = mended.left;
        checked.mended = mended.mended;
    } else {
        checked.findings = tree.check()?;
    }
    Ok(checked)
}

fn check_distributions(
    named: &[PathBuf],
    context: &Context,
) -> Result<Vec<CheckedPlace>, CommandError> {
    let files = distributions::find(named, context)?;
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let checked = check_files(&paths, &Limits::default())?;
    let checked = files.into_iter().zip(checked);
    let places = checked.map(|(path, checked)| CheckedPlace {
        path,
        is_tree: false,
        findings: checked.findings,
        mended: Vec::new(),
    });
    Ok(places.collect())
}

/// What `--fix` would change.
fn difference(
    trees: &[SourceTree],
    ignored: &[Code],
    arguments: &Arguments,
    context: &Context,
) -> Result<Report, CommandError> {
    let mut text = String::new();
    for tree in trees {
        let mended = arguments.mending.mend(tree, ignored)?;
        text += &mending::difference(&tree.folder, &mended, context);
    }
    let exit_code = u8::from(!text.is_empty());
    let result = json!({ "difference": text });
    Ok(Report::new(text, result).with_exit_code(exit_code))
}

fn report(checked: &[CheckedPlace], arguments: &Arguments, context: &Context) -> Report {
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
        mended: file.mended.iter().map(FindingEntry::of).collect(),
    });
    let entries: Vec<FileEntry<'_>> = entries.collect();
    let result = json!({ "files": entries, "errors": errors, "warnings": warnings });
    say(checked, errors, warnings, context);
    let text = match arguments.format {
        Format::Text => lines(checked, context),
        Format::Json => format!("{result:#}\n"),
        Format::Sarif => format!("{:#}\n", formats::sarif(&found(checked, context))),
        Format::Github => formats::github(&found(checked, context)),
    };
    let is_no = errors > 0 || (arguments.strict && warnings > 0);
    Report::new(text, result).with_exit_code(u8::from(is_no))
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
            let fixed = finding.fix.as_ref().map(|fix| file.path.join(&fix.file));
            Found {
                path: context.show(&path),
                finding,
                fixed: fixed.map(|path| Fixed {
                    text: tilsit_files::read_to_string(&path).unwrap_or_default(),
                    path: context.show(&path),
                }),
            }
        })
    };
    checked.iter().flat_map(of_file).collect()
}

fn say(checked: &[CheckedPlace], errors: usize, warnings: usize, context: &Context) {
    let files = count(checked.len(), "file");
    if errors + warnings == 0 {
        let line = format!("{GOOD}Checked{GOOD:#} {files}: nothing found.");
        return context.terminal.say(line);
    }
    let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
    let mut line =
        format!("Checked {files}: {errors}, {warnings}; `tilsit explain CODE` tells more.");
    let fixes = || {
        let findings = checked.iter().flat_map(|file| &file.findings);
        findings.filter_map(|finding| finding.fix.as_ref())
    };
    let (safe, all) = (fixes().filter(|fix| fix.is_safe).count(), fixes().count());
    if safe > 0 {
        line.extend([" `--fix` mends ", &safe.to_string(), "."]);
    }
    if all > safe {
        line.extend([" `--fix --unsafe-fixes` mends ", &all.to_string(), "."]);
    }
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
