//! `tilsit repair show`: which systems a wheel runs on, and why not on more.

mod contents;

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use tilsit_archive::FileSource;
use tilsit_dist::wheel::Wheel;
use tilsit_repair::{Audit, AuditOptions, Contents, RepairError, audit};

use super::{AuditArguments, open};
use crate::context::Context;
use crate::error::CommandError;
use crate::report::Report;
use crate::terminal::{DIM, STRONG};

/// Show which systems a wheel runs on, and what stands against more
///
/// The platform tag that it keeps, the versions of symbols that it wants of the system's libraries,
/// and the libraries that it takes from the system without a tag that allows them. `--json` gives the
/// form of `auditwheel show --json`, one document a wheel.
///
/// Of wheels for macOS, iOS, Windows and Android: whether the tags are true, the machines and oldest systems of
/// each file, and where its libraries are: in the wheel, of the system, of Python, or nowhere.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The wheels
    #[arg(value_name = "WHEEL", required = true)]
    wheels: Vec<PathBuf>,
    #[command(flatten)]
    audit: AuditArguments,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let options = arguments.audit.options(context);
    let (mut text, mut documents) = (String::new(), String::new());
    let mut is_no = false;
    for path in &arguments.wheels {
        let wheel = open(path, context)?;
        let name = wheel.text_name();
        let document = match look(&wheel, &options) {
            Ok(found) => {
                for note in found.notes() {
                    context
                        .terminal
                        .warn(format_args!("{name}: {note}; passed over"));
                }
                text += &found.describe(name);
                found.to_json(name)
            }
            Err(error) if arguments.audit.passes(&wheel, &error) => {
                let _ = writeln!(
                    text,
                    "{STRONG}{name}{STRONG:#}\n  pure Python: runs everywhere"
                );
                json!({ "version": 1, "wheel": name, "pure": true })
            }
            // auditwheel answers so too.
            Err(
                error @ (RepairError::Pure(_)
                | RepairError::Bare(_)
                | RepairError::OtherMachine { .. }),
            ) if context.terminal.json() => {
                is_no = true;
                json!({ "version": 1, "wheel": name, "error": error.to_string() })
            }
            Err(error) => return Err(error.into()),
        };
        documents += &pretty(&document);
    }
    let report = if context.terminal.json() {
        Report::foreign(documents)
    } else {
        Report::new(text, Value::Null)
    };
    Ok(report.with_exit_code(u8::from(is_no)))
}

/// What was found, by the system that the wheel is for.
enum Found {
    Linux(Box<Audit>),
    Other(Box<Contents>),
}

fn look(wheel: &Wheel<FileSource>, options: &AuditOptions) -> Result<Found, RepairError> {
    match tilsit_repair::contents(wheel)? {
        Some(contents) => Ok(Found::Other(Box::new(contents))),
        None => Ok(Found::Linux(Box::new(audit(wheel, options)?))),
    }
}

impl Found {
    fn notes(&self) -> &[String] {
        match self {
            Self::Linux(audit) => &audit.notes,
            Self::Other(contents) => &contents.notes,
        }
    }

    fn describe(&self, wheel: &str) -> String {
        match self {
            Self::Linux(audit) => describe(audit),
            Self::Other(found) => contents::describe(wheel, found),
        }
    }

    fn to_json(&self, wheel: &str) -> Value {
        match self {
            Self::Linux(audit) => audit.to_json(),
            Self::Other(contents) => {
                let mut document = json!({ "version": 1, "wheel": wheel, "pure": false });
                if let (Some(document), Value::Object(found)) =
                    (document.as_object_mut(), json!(contents))
                {
                    document.extend(found);
                }
                document
            }
        }
    }
}

fn pretty(document: &Value) -> String {
    let text = serde_json::to_string_pretty(document);
    format!("{}\n", text.expect("it is plain data"))
}

fn describe(audit: &Audit) -> String {
    let policies = audit.policies.all();
    let overall = &policies[audit.overall];
    let mut text = format!("{STRONG}{}{STRONG:#}\n", audit.wheel);
    let mut line = |label: &str, words: &str| {
        let _ = writeln!(text, "  {DIM}{label:<12}{DIM:#}{words}");
    };
    let tags: Vec<&str> = overall.tags().collect();
    line("tag", &tags.join(", "));
    for (number, (library, versions)) in audit.versions.iter().enumerate() {
        let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
        let label = if number == 0 { "symbols" } else { "" };
        line(label, &format!("{library}: {}", versions.join(" ")));
    }
    let highest = policies.len() - 1;
    for (number, (library, path)) in audit.externals[highest].libraries.iter().enumerate() {
        let place = match path {
            Some(path) => path.display().to_string(),
            None => "not found here".to_owned(),
        };
        let label = if number == 0 { "libraries" } else { "" };
        line(label, &format!("{library} ({place})"));
    }
    if audit.wants_traps {
        line(
            "against",
            "it wants floating point traps of Python (PyFPE_jbuf)",
        );
    }
    if audit.is_narrow_unicode {
        line("against", "it is for a narrow build of Python 2");
    }
    if audit.has_unsupported_instructions() {
        line(
            "against",
            "it needs newer instructions than every such machine has",
        );
    }
    if let Some(better) = policies.get(audit.overall + 1) {
        for reason in against(audit, audit.overall + 1) {
            line("against", &format!("{}: {reason}", better.name));
        }
    }
    text
}

/// What stands against a policy.
fn against(audit: &Audit, place: usize) -> Vec<String> {
    let mut reasons = Vec::new();
    let versions = audit.versions_beyond(place);
    if !versions.is_empty() {
        let versions = versions
            .iter()
            .map(|(library, version)| format!("{version} of {library}"));
        let versions: Vec<String> = versions.collect();
        reasons.push(format!("wants {}", versions.join(", ")));
    }
    let external = &audit.externals[place];
    if !external.libraries.is_empty() {
        let libraries: Vec<&str> = external.libraries.keys().map(String::as_str).collect();
        reasons.push(format!("takes {} from the system", libraries.join(", ")));
    }
    for (library, symbols) in &external.forbidden {
        let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
        reasons.push(format!("uses {} of {library}", symbols.join(", ")));
    }
    reasons
}
