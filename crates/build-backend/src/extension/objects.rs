//! Objects of sources: compiled, or taken from a folder that keeps those of earlier builds.
//!
//! An object is that of its compiler (`--version`), words, source, and the headers that the compiler
//! read, all by their contents, and of the time that `__DATE__` gives. Paths of the project are relative in all of
//! them, so that an object is right wherever the project is. A header that was not there before, and
//! is found before another now, is not noticed.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tilsit_files::{Durability, FileError};

use super::error::ExtensionError;
use super::header_list;

/// The folder of a cache with the objects.
pub const OBJECTS: &str = "objects-v1";

/// The form of what is kept.
const FORM: &str = "tilsit object 1";

/// What changes what a compiler finds.
const VARIABLES: [&str; 6] = [
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "GCC_EXEC_PREFIX",
    "COMPILER_PATH",
    "SDKROOT",
];

/// Compiles the sources of a project.
pub(crate) struct Objects<'a> {
    /// The project's folder, without links in its path.
    pub(crate) root: &'a Path,
    /// A folder for the results.
    pub(crate) temporary: &'a Path,
    /// The folder that keeps objects.
    pub(crate) kept: Option<&'a Path>,
    pub(crate) variables: &'a BTreeMap<OsString, OsString>,
    /// The time that `__DATE__` gives, in seconds since 1970.
    pub(crate) seconds: u64,
    memory: Mutex<Memory>,
}

/// What need not be asked twice.
#[derive(Default)]
struct Memory {
    versions: HashMap<String, Vec<u8>>,
    hashes: HashMap<PathBuf, Option<String>>,
}

impl<'a> Objects<'a> {
    pub(crate) fn new(
        root: &'a Path,
        temporary: &'a Path,
        kept: Option<&'a Path>,
        variables: &'a BTreeMap<OsString, OsString>,
        seconds: u64,
    ) -> Self {
        Self {
            root,
            temporary,
            kept,
            variables,
            seconds,
            memory: Mutex::default(),
        }
    }

    /// The object of a source, as the file of this number in the temporary folder.
    ///
    /// # Errors
    /// When the compiler cannot be run, or does not take the source.
    pub(crate) fn object(
        &self,
        source: &str,
        words: &[String],
        number: usize,
    ) -> Result<PathBuf, ExtensionError> {
        let object = self.temporary.join(format!("{number}.o"));
        let kept = match self.kept {
            Some(folder) => Some(folder.join(self.key(source, words)?)),
            None => None,
        };
        if let Some(bytes) = kept.as_deref().and_then(|path| self.taken(path)) {
            tilsit_files::write(&object, bytes)?;
            return Ok(object);
        }
        let headers = self.temporary.join(format!("{number}.d"));
        let mut all = words.to_vec();
        // Nothing of where the project is stands in an object.
        let map = format!("-ffile-prefix-map={}=.", self.root.display());
        all.extend([map, "-MD".to_owned(), "-MF".to_owned(), text(&headers)]);
        // A name that begins like an option is none.
        let file = if source.starts_with('-') {
            format!("./{source}")
        } else {
            source.to_owned()
        };
        all.extend(["-c".to_owned(), file, "-o".to_owned(), text(&object)]);
        let output = self.run(&all)?;
        if !output.status.success() {
            return Err(ExtensionError::Compile {
                source_path: source.to_owned(),
                status: output.status.to_string(),
                output: said(&output),
            });
        }
        if let Some(path) = kept {
            self.keep(&path, &headers, &object)?;
        }
        Ok(object)
    }

    /// Runs a compiler in the project's folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn run(&self, words: &[String]) -> Result<Output, ExtensionError> {
        let program = words.first().map_or("", String::as_str);
        let output = Command::new(program)
            .args(words.get(1..).unwrap_or_default())
            .current_dir(self.root)
            .env_clear()
            .envs(self.variables)
            .env("PWD", self.root)
            .env("LC_ALL", "C.UTF-8")
            .env("SOURCE_DATE_EPOCH", self.seconds.to_string())
            .stdin(Stdio::null())
            .output();
        output.map_err(|error| ExtensionError::NoCompiler {
            program: program.to_owned(),
            reason: error.to_string(),
        })
    }

    /// What an object is of, save the headers.
    fn key(&self, source: &str, words: &[String]) -> Result<String, ExtensionError> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update(bytes.len().to_le_bytes());
            hash.update(bytes);
        };
        part(FORM.as_bytes());
        part(&self.version(words)?);
        for word in words {
            part(word.as_bytes());
        }
        part(source.as_bytes());
        part(&tilsit_files::read(self.root.join(source))?);
        part(&self.seconds.to_le_bytes());
        for name in VARIABLES {
            let value = self.variables.get(OsStr::new(name));
            part(value.map_or(&[][..], |value| value.as_encoded_bytes()));
        }
        Ok(hex(&hash.finalize()))
    }

    /// What the compiler says it is. The program in front may be one that calls another (`ccache gcc`).
    fn version(&self, words: &[String]) -> Result<Vec<u8>, ExtensionError> {
        let count = 1 + words
            .iter()
            .skip(1)
            .take_while(|word| !word.starts_with('-'))
            .count();
        let mut asked = words[..count.min(words.len())].to_vec();
        let name = asked.join(" ");
        if let Ok(memory) = self.memory.lock()
            && let Some(version) = memory.versions.get(&name)
        {
            return Ok(version.clone());
        }
        asked.push("--version".to_owned());
        let version = self.run(&asked)?.stdout;
        if let Ok(mut memory) = self.memory.lock() {
            memory.versions.insert(name, version.clone());
        }
        Ok(version)
    }

    /// The object that is kept, if the headers are still what they were.
    fn taken(&self, path: &Path) -> Option<Vec<u8>> {
        let mut rest = tilsit_files::read(path).ok()?;
        let end = rest.windows(2).position(|pair| pair == b"\n\n")?;
        let object = rest.split_off(end + 2);
        let mut lines = std::str::from_utf8(&rest).ok()?.lines();
        let sum = lines.next()?.strip_prefix(FORM)?.trim();
        let is_right = sum == hex(&Sha256::digest(&object))
            && lines.filter(|line| !line.is_empty()).all(|line| {
                let (hash, header) = line.split_once(' ').unwrap_or_default();
                self.hash_of(header).as_deref() == Some(hash)
            });
        is_right.then_some(object)
    }

    /// Keeps an object with the names and hashes of its headers.
    fn keep(&self, path: &Path, headers: &Path, object: &Path) -> Result<(), ExtensionError> {
        // What cannot be read back is not kept, and compiled again.
        let Ok(rule) = tilsit_files::read_to_string(headers) else {
            return Ok(());
        };
        let Ok(files) = header_list::parse(&rule) else {
            return Ok(());
        };
        let object = tilsit_files::read(object)?;
        let mut entry = format!("{FORM} {}\n", hex(&Sha256::digest(&object)));
        for file in files {
            match self.hash_of(&file) {
                Some(hash) if !file.contains('\n') => {
                    entry.push_str(&hash);
                    entry.push(' ');
                    entry.push_str(&file);
                    entry.push('\n');
                }
                _ => return Ok(()),
            }
        }
        entry.push('\n');
        let mut bytes = entry.into_bytes();
        bytes.extend(object);
        if let Some(folder) = path.parent() {
            tilsit_files::create_dir_all(folder)?;
        }
        Ok(tilsit_files::write_atomic(path, &bytes, Durability::Fast)?)
    }

    fn hash_of(&self, file: &str) -> Option<String> {
        let path = self.root.join(file);
        if let Ok(memory) = self.memory.lock()
            && let Some(hash) = memory.hashes.get(&path)
        {
            return hash.clone();
        }
        let hash = tilsit_files::read(&path).ok();
        let hash = hash.map(|bytes| hex(&Sha256::digest(bytes)));
        if let Ok(mut memory) = self.memory.lock() {
            memory.hashes.insert(path, hash.clone());
        }
        hash
    }
}

/// Removes the objects that were made before a time from their folder, and gives their count and
/// bytes.
///
/// # Errors
/// When the folder cannot be listed, or a file of it not removed.
pub fn prune(folder: &Path, made_before: SystemTime) -> Result<(usize, u64), FileError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok((0, 0)),
        Err(error) => return Err(error),
    };
    let (mut count, mut bytes) = (0, 0);
    for entry in entries {
        let metadata = tilsit_files::symlink_metadata(&entry.path)?;
        if metadata.modified().is_ok_and(|made| made < made_before) {
            tilsit_files::remove_file_if_exists(&entry.path)?;
            count += 1;
            bytes += metadata.len();
        }
    }
    Ok((count, bytes))
}

/// What a program has said, its errors first of all.
pub(crate) fn said(output: &Output) -> String {
    let (errors, rest) = (&output.stderr, &output.stdout);
    let text = [
        String::from_utf8_lossy(errors),
        String::from_utf8_lossy(rest),
    ]
    .concat();
    text.trim_end().to_owned()
}

pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "a string takes what is written");
    }
    text
}
