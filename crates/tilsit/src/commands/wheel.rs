//! `tilsit wheel`: wheels unpacked, packed, given other tags; eggs and installers made wheels.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use tilsit_archive::{FileSource, Limits};
use tilsit_dist::egg::{ConvertError, convert};
use tilsit_dist::wheel::change::{ChangeError, NewTags, PackOptions, pack, retag, unpack};
use tilsit_dist::wheel::{Wheel, WheelWriterOptions};

use crate::building::backend_options;
use crate::context::Context;
use crate::error::{CommandError, wheel_code};
use crate::explain::Code;
use crate::report::Report;
use crate::terminal::GOOD;

/// Who makes wheels of other things.
const GENERATOR: &str = concat!("tilsit ", env!("CARGO_PKG_VERSION"));

/// Unpack, pack and retag wheels; make wheels of eggs
///
/// What pypa's `wheel` does, under its names. Wheels are checked when they are read and before they take
/// their name.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Unpack(UnpackArguments),
    Pack(PackArguments),
    Tags(TagsArguments),
    Convert(ConvertArguments),
    Info(InfoArguments),
}

/// Unpack a wheel into a folder of the name of its release
#[derive(Args, Debug)]
struct UnpackArguments {
    /// The wheel
    #[arg(value_name = "WHEEL")]
    wheel: PathBuf,
    /// The folder in which it is made
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dest: PathBuf,
}

/// Pack an unpacked wheel
///
/// The name is told by its `.dist-info` folder and the tags in WHEEL. RECORD is made anew. The folder stays
/// as it is. `SOURCE_DATE_EPOCH` sets the time inside.
#[derive(Args, Debug)]
struct PackArguments {
    /// The folder
    // `directory` is the name of an option that every command has.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Where the wheel goes
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dest_dir: PathBuf,
    /// Give it this build number; an empty one takes it away
    #[arg(long, value_name = "NUMBER")]
    build_number: Option<String>,
    /// Give its version this local part, behind `+`; an empty one takes it away
    #[arg(long, value_name = "LOCAL")]
    local_version: Option<String>,
}

/// Give wheels other tags
///
/// A new wheel is written beside each, and its name is printed. `TAG` replaces the tags that there are,
/// `+TAG` is added to them, `-TAG` is taken away (write `--abi-tag=-TAG`); dots join several.
#[derive(Args, Debug)]
struct TagsArguments {
    /// The wheels
    #[arg(value_name = "WHEEL", required = true)]
    wheel: Vec<PathBuf>,
    /// The Pythons
    #[arg(long, value_name = "TAG")]
    python_tag: Option<String>,
    /// The ABIs
    #[arg(long, value_name = "TAG")]
    abi_tag: Option<String>,
    /// The platforms
    #[arg(long, value_name = "TAG")]
    platform_tag: Option<String>,
    /// The build number; an empty one takes it away
    #[arg(long, value_name = "NUMBER")]
    build: Option<String>,
    /// Remove the wheels that there were
    #[arg(long)]
    remove: bool,
}

/// Make wheels of eggs and of installers of `bdist_wininst`
///
/// Eggs are files or folders `*.egg`; installers are programs for Windows, which are not run. The names of
/// the wheels are printed.
#[derive(Args, Debug)]
struct ConvertArguments {
    /// The eggs and installers
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Where the wheels go
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    dest_dir: PathBuf,
}

/// Show what a wheel is
#[derive(Args, Debug)]
struct InfoArguments {
    /// The wheel
    #[arg(value_name = "WHEEL")]
    wheel: PathBuf,
    /// List its files as well
    #[arg(short, long)]
    files: bool,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    match &arguments.command {
        Command::Unpack(arguments) => run_unpack(arguments, context),
        Command::Pack(arguments) => run_pack(arguments, context),
        Command::Tags(arguments) => run_tags(arguments, context),
        Command::Convert(arguments) => run_convert(arguments, context),
        Command::Info(arguments) => run_info(arguments, context),
    }
}

fn run_unpack(arguments: &UnpackArguments, context: &Context) -> Result<Report, CommandError> {
    let wheel = open(&arguments.wheel, context)?;
    let path = unpack(&wheel, &context.resolve(&arguments.dest))?;
    let shown = context.show(&path);
    context
        .terminal
        .say(format_args!("{GOOD}Unpacked{GOOD:#} {shown}"));
    Ok(Report::silent(json!({ "path": path })))
}

fn run_pack(arguments: &PackArguments, context: &Context) -> Result<Report, CommandError> {
    let options = PackOptions {
        build: arguments.build_number.clone(),
        local_version: arguments.local_version.clone(),
        writer: WheelWriterOptions {
            modified: tilsit_archive::zip::DosTime::from_unix(
                backend_options(context)?.modified_seconds,
            ),
            ..WheelWriterOptions::default()
        },
    };
    let folder = context.resolve(&arguments.folder);
    let path = pack(&folder, &context.resolve(&arguments.dest_dir), &options)?;
    let shown = context.show(&path);
    context
        .terminal
        .say(format_args!("{GOOD}Packed{GOOD:#} {shown}"));
    Ok(Report::silent(json!({ "path": path })))
}

fn run_tags(arguments: &TagsArguments, context: &Context) -> Result<Report, CommandError> {
    let tags = NewTags {
        python: arguments.python_tag.clone(),
        abi: arguments.abi_tag.clone(),
        platform: arguments.platform_tag.clone(),
        build: arguments.build.clone(),
    };
    let mut made = Vec::new();
    for path in &arguments.wheel {
        let path = context.resolve(path);
        let wheel = open(&path, context)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        // The same tags are the same wheel.
        let Some(new) = retag(&wheel, &tags, folder)? else {
            made.push(path);
            continue;
        };
        if arguments.remove {
            tilsit_files::remove_file(&path)?;
        }
        made.push(new);
    }
    Ok(names(&made))
}

fn run_convert(arguments: &ConvertArguments, context: &Context) -> Result<Report, CommandError> {
    let out = context.resolve(&arguments.dest_dir);
    let mut made = Vec::new();
    for path in &arguments.files {
        let converted = convert(&context.resolve(path), &out, GENERATOR)?;
        for problem in &converted.problems {
            let shown = context.show(path);
            context.terminal.warn(format_args!(
                "{shown}: requires.txt {problem}: it is left out"
            ));
        }
        made.push(converted.path);
    }
    Ok(names(&made))
}

/// The names on lines of their own, for scripts.
fn names(made: &[PathBuf]) -> Report {
    let names = made.iter().filter_map(|path| path.file_name());
    let mut lines = String::new();
    for name in names {
        lines.push_str(&name.to_string_lossy());
        lines.push('\n');
    }
    Report::new(lines, json!({ "files": made }))
}

#[derive(Serialize)]
struct Info {
    name: String,
    version: String,
    build: Option<String>,
    wheel_version: String,
    root_is_purelib: bool,
    generator: Option<String>,
    tags: Vec<String>,
    files: Vec<FileInfo>,
}

#[derive(Serialize)]
struct FileInfo {
    path: String,
    size_bytes: u64,
}

fn run_info(arguments: &InfoArguments, context: &Context) -> Result<Report, CommandError> {
    let wheel = open(&arguments.wheel, context)?;
    let about = wheel.wheel_file();
    let files = wheel.files().iter().map(|file| FileInfo {
        path: file.name.clone(),
        size_bytes: file.size,
    });
    let info = Info {
        name: wheel.metadata().name().to_owned(),
        version: wheel.metadata().version.to_string(),
        build: wheel.file_name().build.as_ref().map(ToString::to_string),
        wheel_version: format!("{}.{}", about.version.0, about.version.1),
        root_is_purelib: about.root_is_purelib,
        generator: about.generator.clone(),
        tags: wheel
            .file_name()
            .tags
            .iter()
            .map(|tag| tag.to_string())
            .collect(),
        files: files.collect(),
    };
    let mut text = format!("Name: {}\nVersion: {}\n", info.name, info.version);
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key}: {value}");
    };
    if let Some(build) = &info.build {
        line("Build", build);
    }
    line("Wheel-Version", &info.wheel_version);
    line(
        "Root-Is-Purelib",
        if info.root_is_purelib {
            "true"
        } else {
            "false"
        },
    );
    if let Some(generator) = &info.generator {
        line("Generator", generator);
    }
    line("Tags", &info.tags.join(" "));
    let size: u64 = info.files.iter().map(|file| file.size_bytes).sum();
    let total = format!("{} ({})", info.files.len(), crate::terminal::size(size));
    line("Files", &total);
    if arguments.files {
        for file in &info.files {
            let size = crate::terminal::size(file.size_bytes);
            let _ = writeln!(text, "  {} ({size})", file.path);
        }
    }
    Ok(Report::new(text, info))
}

fn open(path: &Path, context: &Context) -> Result<Wheel<FileSource>, CommandError> {
    let wheel = Wheel::open(context.resolve(path), &Limits::default());
    Ok(wheel.map_err(ChangeError::from)?)
}

impl From<ChangeError> for CommandError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::File(error) => error.into(),
            ChangeError::Wheel(ref wheel) => Self::from_error(wheel_code(wheel), &error),
            ChangeError::Write(_) => Self::from_error(Code::FileAccess, &error),
            ChangeError::Wanted { .. } | ChangeError::Folder { .. } => {
                Self::from_error(Code::Usage, &error)
            }
            _ => Self::from_error(Code::WheelRefused, &error),
        }
    }
}

impl From<ConvertError> for CommandError {
    fn from(error: ConvertError) -> Self {
        match error {
            ConvertError::File(error) => error.into(),
            ConvertError::Wheel(error) => error.into(),
            _ => Self::from_error(Code::WheelRefused, &error),
        }
    }
}
