//! What is run: a script from a file, from standard input or from a URL, a module, a folder or
//! archive with `__main__.py`, or a program of the environment.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Seek as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tilsit_files::TemporaryFolder;
use tilsit_index_client::{Refresh, RemoteFile};
use url::Url;

use super::answers::digest;
use super::kept::Place;
use super::script::{self, Script};
use super::{Arguments, SCRIPTS};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::network;

/// What is run.
pub(super) enum Target {
    /// A Python file, as it is given to Python.
    Script {
        /// As the user would name it.
        name: String,
        path: OsString,
        text: String,
        /// Without a console on Windows.
        is_gui: bool,
    },
    /// A script that came on standard input, and the file from which Python reads it again.
    Input { text: String, file: std::fs::File },
    /// A module, a folder or an archive: what Python is given.
    Python(Vec<OsString>),
    /// A program of the environment or of the search path.
    Program(OsString),
}

impl Target {
    /// What the command line names.
    ///
    /// # Errors
    /// When a file cannot be read, or a URL does not answer.
    pub(super) fn of(arguments: &Arguments, context: &Context) -> Result<Self, CommandError> {
        let (named, _) = arguments.split();
        if arguments.module {
            return Ok(Self::Python(vec!["-m".into(), named.clone()]));
        }
        let is_script = arguments.script || arguments.gui_script;
        if named == "-" {
            return Self::input(context);
        }
        if let Some(url) = named.to_str().filter(|named| is_url(named)) {
            let path = fetch(url, arguments, context)?;
            return Self::script(url.to_owned(), &path, path.clone().into(), arguments);
        }
        let path = context.resolve(Path::new(named));
        let name = named.to_string_lossy().into_owned();
        if is_script || has_suffix(&path, &["py", "pyw"]) {
            return Self::script(name, &path, named.clone(), arguments);
        }
        if path.is_dir() && (path.join("__main__.py").is_file()) {
            return Ok(Self::Python(vec![named.clone()]));
        }
        if has_suffix(&path, &["pyc", "pyz", "pyzw"]) && path.is_file() || is_archive(&path) {
            return Ok(Self::Python(vec![named.clone()]));
        }
        // A name without a folder is a program, although a file of that name may lie here.
        let has_folder = Path::new(named).components().count() > 1;
        if path.is_file() && has_folder && is_python_script(&path) {
            return Self::script(name, &path, named.clone(), arguments);
        }
        Ok(Self::Program(named.clone()))
    }

    fn script(
        name: String,
        path: &Path,
        given: OsString,
        arguments: &Arguments,
    ) -> Result<Self, CommandError> {
        let bytes = tilsit_files::read(path)
            .map_err(|error| CommandError::from_error(Code::Usage, &error))?;
        Ok(Self::Script {
            name,
            path: given,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            is_gui: arguments.gui_script || has_suffix(path, &["pyw"]),
        })
    }

    fn input(context: &Context) -> Result<Self, CommandError> {
        let failed = |error: std::io::Error| {
            CommandError::new(Code::FileAccess, "standard input cannot be read")
                .caused_by(error.to_string())
        };
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        // Python reads it from a file that has no name any more when it starts.
        let folder = TemporaryFolder::create_in(&context.temporary_folder)?;
        let path = folder.path().join("script.py");
        let mut file = std::fs::File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(Self::Input {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            file,
        })
    }

    /// What the metadata block of a script says; none when it has none, or this is no script.
    ///
    /// # Errors
    /// When the block is not valid.
    pub(super) fn metadata(&self, context: &Context) -> Result<Option<Script>, CommandError> {
        match self {
            Self::Script {
                name, path, text, ..
            } => {
                let path = context.resolve(Path::new(path));
                let folder = path.parent().unwrap_or(&context.working_folder);
                script::read(name, folder, text)
            }
            Self::Input { text, .. } => {
                script::read("standard input", &context.working_folder, text)
            }
            Self::Python(_) | Self::Program(_) => Ok(None),
        }
    }

    /// The file of a script.
    pub(super) fn file(&self, context: &Context) -> Option<PathBuf> {
        match self {
            Self::Script { path, .. } => Some(context.resolve(Path::new(path))),
            Self::Input { .. } | Self::Python(_) | Self::Program(_) => None,
        }
    }

    /// The command that runs it, before its own arguments.
    ///
    /// # Errors
    /// When the file for standard input cannot be handed on.
    pub(super) fn command(&self, place: &Place) -> Result<Command, CommandError> {
        let mut command = Command::new(&place.python);
        match self {
            Self::Script { path, is_gui, .. } => {
                if let Some(program) = place.windowed().filter(|_| *is_gui) {
                    command = Command::new(program);
                }
                command.arg(path);
            }
            Self::Input { file, .. } => {
                let file = file.try_clone().map_err(|error| {
                    CommandError::new(
                        Code::ProgramNotStarted,
                        "standard input cannot be handed on",
                    )
                    .caused_by(error.to_string())
                })?;
                command.arg("-").stdin(Stdio::from(file));
            }
            Self::Python(given) => {
                command.args(given);
            }
            Self::Program(name) => command = Command::new(place.program(name)),
        }
        Ok(command)
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| matches!(scheme, "http" | "https" | "file"))
}

fn has_suffix(path: &Path, suffixes: &[&str]) -> bool {
    let suffix = path.extension().and_then(OsStr::to_str);
    suffix.is_some_and(|suffix| {
        suffixes
            .iter()
            .any(|known| suffix.eq_ignore_ascii_case(known))
    })
}

/// Whether the file starts as a zip archive does.
fn is_archive(path: &Path) -> bool {
    path.is_file() && head(path).starts_with(b"PK\x03\x04")
}

/// Whether the file has a metadata block, or a first line that names Python.
fn is_python_script(path: &Path) -> bool {
    let head = head(path);
    let head = String::from_utf8_lossy(&head);
    let first = head.lines().next().unwrap_or_default();
    let names_python = first.starts_with("#!") && first.contains("python");
    names_python || head.lines().any(|line| line.trim_end() == "# /// script")
}

fn head(path: &Path) -> Vec<u8> {
    const HEAD_BYTES: u64 = 8 << 10;
    let mut head = Vec::new();
    if let Ok(file) = tilsit_files::open(path) {
        // What cannot be read is no script; running it as a program says why.
        let _ = file.take(HEAD_BYTES).read_to_end(&mut head);
    }
    head
}

/// Downloads a script into the cache, where tracebacks find its lines.
fn fetch(url: &str, arguments: &Arguments, context: &Context) -> Result<PathBuf, CommandError> {
    let invalid = |reason: String| {
        CommandError::new(Code::Usage, "the URL of the script is not valid").caused_by(reason)
    };
    let parsed = Url::parse(url).map_err(|error| invalid(error.to_string()))?;
    let file = match RemoteFile::of_url(parsed.clone()) {
        Ok((file, _)) => file,
        // Some URLs of scripts end in no name.
        Err(_) => RemoteFile {
            name: "script.py".into(),
            url: parsed,
            hashes: tilsit_simple_api::Hashes::default(),
            size_bytes: None,
            core_metadata: tilsit_simple_api::CoreMetadataFile::No,
            upload_time: None,
        },
    };
    let configuration = arguments.index.over(context)?;
    let client = network::client(&configuration, Refresh::No, context)?;
    let folder = context.cache()?.bucket(SCRIPTS)?;
    let folder = folder.join("urls").join(digest(url));
    tilsit_files::create_dir_all(&folder)?;
    let path = folder.join(&*file.name);
    client.download(&file, &path, &mut |_| match context.interrupt.flow() {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(()),
    })?;
    Ok(path)
}
