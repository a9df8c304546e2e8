//! `tilsit repair`: compiled wheels that run on any Linux.

mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use tilsit_archive::{FileSource, Limits};
use tilsit_dist::wheel::Wheel;
use tilsit_repair::{
    AuditOptions, Libc, LibrarySearch, RepairError, RepairOptions, Repaired, repair,
};

use crate::building::backend_options;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::{DIM, GOOD};

/// Libraries up to this size are unpacked at once; larger ones piece by piece.
const WHOLE_MAX_BYTES: u64 = 64 << 20;

const LEVEL_VARIABLE: &str = "AUDITWHEEL_ZIP_COMPRESSION_LEVEL";

/// Make compiled wheels run on any Linux
///
/// What `auditwheel repair` does, under its names, for wheels of any machine on any machine. The
/// libraries that systems with the wanted tag do not have are copied into the wheel, under names that no
/// other wheel uses; the files that need them look for them there; the wheel gets the tag, and a bill of
/// materials of what was copied. Libraries are those of this system: repair where the wheel was compiled.
/// `SOURCE_DATE_EPOCH` sets the time inside.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The wheels
    #[arg(value_name = "WHEEL", required = true)]
    wheels: Vec<PathBuf>,
    /// Where the repaired wheels go
    #[arg(short, long, value_name = "FOLDER", default_value = "wheelhouse")]
    wheel_dir: PathBuf,
    /// The platform to repair for, as `manylinux_2_28_x86_64` or `musllinux_1_2`; `auto` for that which
    /// runs on the most systems [default: auto] [env: `AUDITWHEEL_PLAT`]
    #[arg(long, value_name = "PLATFORM")]
    plat: Option<String>,
    /// Give the wheel this tag alone, also where it could have a better one besides
    #[arg(long)]
    only_plat: bool,
    /// Leave this library out, with all that only it needs: a name or a path, `*` and `?` stand for any;
    /// may be repeated
    #[arg(long, value_name = "LIBRARY")]
    exclude: Vec<String>,
    /// Leave the tags and the name of the wheel as they are
    #[arg(long)]
    no_update_tags: bool,
    /// Leave out what no loader reads: symbols for debuggers, debug information
    #[arg(long)]
    strip: bool,
    /// What the folder of libraries is called, behind the name of the project
    #[arg(short = 'L', long, value_name = "NAME", default_value = ".libs")]
    lib_sdir: String,
    /// Compress all files anew, this hard: 0 to 9; else those that stay the same are taken over as they
    /// are [env: `AUDITWHEEL_ZIP_COMPRESSION_LEVEL`]
    #[arg(short, long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(0..=9))]
    zip_compression_level: Option<u8>,
    #[command(flatten)]
    audit: AuditArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Arguments),
}

/// How wheels are audited.
#[derive(Args, Debug)]
struct AuditArguments {
    /// Pass over what a wheel needs of newer instructions, such as those of x86-64-v3
    #[arg(long)]
    disable_isa_ext_check: bool,
    /// Let wheels without compiled code pass
    #[arg(long)]
    allow_pure_python_wheel: bool,
    /// Look for libraries in these folders, joined with colons, in the place of the system's.
    /// `AUDITWHEEL_LD_LIBRARY_PATH` names some that go before either
    #[arg(long, value_name = "FOLDERS")]
    ldpaths: Option<String>,
}

impl AuditArguments {
    /// Where libraries are looked for, as auditwheel does.
    fn options(&self, context: &Context) -> AuditOptions {
        let folders = |joined: &str| -> Vec<PathBuf> {
            let folders = joined.split(':').filter(|folder| !folder.is_empty());
            folders
                .map(|folder| context.resolve(folder.as_ref()))
                .collect()
        };
        let own = context.variables.text("AUDITWHEEL_LD_LIBRARY_PATH");
        let loader = context.variables.text("LD_LIBRARY_PATH");
        let loader = loader.filter(|_| self.ldpaths.is_none());
        AuditOptions {
            search: LibrarySearch {
                first: own.into_iter().chain(loader).flat_map(folders).collect(),
                instead: self.ldpaths.as_deref().map(folders),
            },
            disable_isa_check: self.disable_isa_ext_check,
            ..AuditOptions::default()
        }
    }

    /// Whether an error is one that was asked to pass.
    fn passes(&self, wheel: &Wheel<FileSource>, error: &RepairError) -> bool {
        let mut tags = wheel.file_name().tags.iter();
        let is_pure = tags.all(|tag| tag.platform() == "any");
        matches!(error, RepairError::Pure(_)) && is_pure && self.allow_pure_python_wheel
    }
}

#[derive(Serialize)]
struct WheelEntry {
    wheel: PathBuf,
    path: PathBuf,
    tags: Vec<String>,
    libraries: Vec<LibraryEntry>,
}

#[derive(Serialize)]
struct LibraryEntry {
    from: PathBuf,
    name: String,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if let Some(Command::Show(arguments)) = &arguments.command {
        return show::run(arguments, context);
    }
    let folder = context.resolve(&arguments.wheel_dir);
    let options = options(arguments, context)?;
    tilsit_files::create_dir_all(&folder)?;
    let mut entries = Vec::new();
    for path in &arguments.wheels {
        let wheel = open(path, context)?;
        let entry = match repair(&wheel, &options, &folder) {
            Ok(repaired) => {
                for note in &repaired.notes {
                    let name = wheel.text_name();
                    context
                        .terminal
                        .warn(format_args!("{name}: {note}; passed over"));
                }
                say(&repaired, context);
                entry(path, repaired)
            }
            Err(error) if arguments.audit.passes(&wheel, &error) => {
                let copy = folder.join(wheel.text_name());
                if context.resolve(path) != copy {
                    tilsit_files::copy(context.resolve(path), &copy)?;
                }
                WheelEntry {
                    wheel: path.clone(),
                    path: copy,
                    tags: vec!["any".to_owned()],
                    libraries: Vec::new(),
                }
            }
            Err(error) => return Err(error.into()),
        };
        entries.push(entry);
    }
    Ok(Report::silent(json!({ "wheels": entries })))
}

/// Repairs one wheel into a folder, with the options of `tilsit repair` in `words`. A wheel whose files do
/// not tell is for `libc`.
///
/// # Errors
/// When the words are none of its options, or the wheel cannot be repaired.
pub(crate) fn repair_into(
    wheel: &Path,
    folder: &Path,
    words: &[String],
    libc: Libc,
    context: &Context,
) -> Result<PathBuf, CommandError> {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }
    let name = ["repair".as_ref(), wheel.as_os_str()];
    let line = name
        .into_iter()
        .chain(words.iter().map(std::ffi::OsStr::new));
    let line = <Line as clap::Parser>::try_parse_from(line).map_err(|error| {
        let message = format!("`{}` are no options of `tilsit repair`", words.join(" "));
        CommandError::new(Code::Usage, message).caused_by(error.to_string().trim().to_owned())
    })?;
    let mut options = options(&line.arguments, context)?;
    options.audit.libc = Some(libc);
    let repaired = repair(&open(wheel, context)?, &options, folder)?;
    say(&repaired, context);
    Ok(repaired.path)
}

fn options(arguments: &Arguments, context: &Context) -> Result<RepairOptions, CommandError> {
    let variable = |name: &str| context.variables.text(name).filter(|text| !text.is_empty());
    let platform = arguments
        .plat
        .as_deref()
        .or_else(|| variable("AUDITWHEEL_PLAT"));
    let level = match (arguments.zip_compression_level, variable(LEVEL_VARIABLE)) {
        (None, Some(text)) => {
            let level = text.parse().ok().filter(|level| *level <= 9);
            Some(level.ok_or_else(|| {
                let message = format!("`{LEVEL_VARIABLE}` is `{text}`, not a level from 0 to 9");
                CommandError::new(Code::Usage, message)
            })?)
        }
        (level, _) => level,
    };
    Ok(RepairOptions {
        audit: AuditOptions {
            exclude: arguments.exclude.clone(),
            ..arguments.audit.options(context)
        },
        platform: platform.unwrap_or("auto").to_owned(),
        only_platform: arguments.only_plat,
        update_tags: !arguments.no_update_tags,
        strip: arguments.strip,
        libraries_folder: arguments.lib_sdir.clone(),
        modified_seconds: backend_options(context)?.modified_seconds,
        system: PathBuf::from("/"),
        level,
    })
}

fn say(repaired: &Repaired, context: &Context) {
    let path = context.show(&repaired.path);
    context
        .terminal
        .say(format_args!("{GOOD}Repaired{GOOD:#} {path}"));
    for (from, name) in &repaired.grafted {
        let from = from.display();
        context.terminal.say(format_args!(
            "  {DIM}took{DIM:#} {from} {DIM}as{DIM:#} {name}"
        ));
    }
}

fn entry(wheel: &Path, repaired: Repaired) -> WheelEntry {
    let libraries = repaired.grafted.into_iter();
    WheelEntry {
        wheel: wheel.to_path_buf(),
        path: repaired.path,
        tags: repaired.tags,
        libraries: libraries
            .map(|(from, name)| LibraryEntry { from, name })
            .collect(),
    }
}

fn open(path: &Path, context: &Context) -> Result<Wheel<FileSource>, CommandError> {
    // A library is needed as a whole, and unpacked faster so.
    let limits = Limits {
        whole_entry_max_bytes: WHOLE_MAX_BYTES,
        ..Limits::default()
    };
    let wheel = Wheel::open(context.resolve(path), &limits);
    Ok(wheel.map_err(RepairError::from)?)
}
