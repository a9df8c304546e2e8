//! The manifest of a wheel in the store: everything an installation plans from.
//!
//! With it a plan needs no walk through directories and no look at any file. It is text: a line
//! for each file and command, and a last line with the SHA-256 of all before it, so that
//! a flipped bit or a cut end is seen. [`Manifest::parse`] is a pure function; what the lines mean
//! for an environment is [`crate::plan()`]'s matter.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tilsit_dist::wheel::Scheme;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::record::RecordHash;
use tilsit_packaging::version::Version;

#[cfg(test)]
mod tests;

/// The first line; another number is another form, and the wheel is unpacked anew.
const FIRST_LINE: &str = "tilsit wheel manifest 2";

/// What a wheel in the store consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
    /// The folder with the metadata, `name-version.dist-info`.
    pub dist_info: String,
    /// Whether the wheel's root goes to `purelib`; else to `platlib`.
    pub root_is_purelib: bool,
    /// Whether the wheel's folders may be linked as a whole (`--link-mode tree`).
    pub tree_safe: bool,
    /// Every file, sorted by path. RECORD is left out: each installation writes its own.
    pub files: Vec<ManifestFile>,
    /// The programs that entry points ask for.
    pub commands: Vec<Command>,
}

/// A file of a wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFile {
    /// The path inside the wheel.
    pub path: String,
    /// The folder of an environment that it goes to.
    pub scheme: Scheme,
    /// Where in `path` the path inside that folder starts.
    pub inside_start: usize,
    /// Its size.
    pub size_bytes: u64,
    /// Its hash, as the wheel's RECORD writes it.
    pub hash: RecordHash,
    /// What an installation does with it beside placing it.
    pub kind: FileKind,
}

impl ManifestFile {
    /// The path inside the folder of its scheme.
    pub fn inside(&self) -> &str {
        &self.path[self.inside_start..]
    }

    /// The folder of that path; empty for a file that lies in no other.
    pub fn folder(&self) -> &str {
        let inside = self.inside();
        inside.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Only read.
    Plain,
    /// Executable.
    Program,
    /// A script whose first line names Python and is replaced by the environment's own.
    PythonScript,
}

/// A program that an entry point asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Whether it opens windows instead of running in a terminal (Windows only).
    pub is_gui: bool,
    /// The program's name.
    pub name: String,
    /// The module to import.
    pub module: String,
    /// The attributes to follow, with dots between them.
    pub object: String,
}

/// Why a manifest was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The first line is another.
    #[error("it is not a manifest of this version of tilsit")]
    Form,
    /// The last line does not fit the rest.
    #[error("its checksum does not fit its contents")]
    Checksum,
    /// A line is not what it should be.
    #[error("line {0} is not understood")]
    Line(usize),
    /// A line that must be there is missing.
    #[error("it has no line `{0}`")]
    Missing(&'static str),
}

impl Manifest {
    /// Writes the manifest.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::with_capacity(128 * (self.files.len() + 8));
        let root = if self.root_is_purelib {
            "purelib"
        } else {
            "platlib"
        };
        let tree = if self.tree_safe { "safe" } else { "unsafe" };
        let _ = writeln!(text, "{FIRST_LINE}");
        let _ = writeln!(text, "project {} {}", self.name, self.version);
        let _ = writeln!(text, "dist-info {}", self.dist_info);
        let _ = writeln!(text, "root {root}");
        let _ = writeln!(text, "tree {tree}");
        for file in &self.files {
            let kind = match file.kind {
                FileKind::Plain => "file",
                FileKind::Program => "program",
                FileKind::PythonScript => "script",
            };
            let (scheme, start) = (file.scheme, file.inside_start);
            let (size, hash, path) = (file.size_bytes, &file.hash, &file.path);
            let _ = writeln!(text, "{kind} {scheme} {start} {size} {hash} {path}");
        }
        for command in &self.commands {
            let kind = if command.is_gui { "gui" } else { "console" };
            let (module, object) = (&command.module, &command.object);
            let _ = writeln!(text, "{kind} {module} {object} {}", command.name);
        }
        let mut bytes = text.into_bytes();
        Self::seal(&mut bytes);
        bytes
    }

    /// Adds the last line, with the checksum of what is there.
    pub fn seal(body: &mut Vec<u8>) {
        let line = format!("sha256 {}\n", checksum(body));
        body.extend_from_slice(line.as_bytes());
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is of another form, damaged, or says what no wheel can be.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ManifestError::Checksum)?;
        if text.lines().next() != Some(FIRST_LINE) {
            return Err(ManifestError::Form);
        }
        let (body, last) = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once('\n'))
            .ok_or(ManifestError::Checksum)?;
        let body = &text[..=body.len()];
        if last.strip_prefix("sha256 ") != Some(&checksum(body.as_bytes())) {
            return Err(ManifestError::Checksum);
        }
        let mut reader = Reader::default();
        for (index, line) in body.lines().enumerate().skip(1) {
            reader.line(line).ok_or(ManifestError::Line(index + 1))?;
        }
        reader.finish()
    }

    /// The bytes of all files together.
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

fn checksum(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    project: Option<(ProjectName, Version)>,
    dist_info: Option<String>,
    root_is_purelib: Option<bool>,
    tree_safe: Option<bool>,
    files: Vec<ManifestFile>,
    commands: Vec<Command>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        let (key, rest) = line.split_once(' ')?;
        match key {
            "project" => {
                let (name, version) = rest.split_once(' ')?;
                self.project = Some((name.parse().ok()?, version.parse().ok()?));
            }
            "dist-info" => self.dist_info = Some(confined(rest)?.to_owned()),
            "root" => self.root_is_purelib = Some(one_of(rest, ["purelib", "platlib"])?),
            "tree" => self.tree_safe = Some(one_of(rest, ["safe", "unsafe"])?),
            "file" => self.file(rest, FileKind::Plain)?,
            "program" => self.file(rest, FileKind::Program)?,
            "script" => self.file(rest, FileKind::PythonScript)?,
            "console" | "gui" => {
                let mut parts = rest.splitn(3, ' ');
                let (module, object) = (parts.next()?, parts.next()?);
                let name = parts.next()?;
                // The name becomes a file, the rest becomes Python.
                let is_plain = !name.contains('/') && confined(name).is_some();
                let is_code = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                let is_safe = is_plain && module.chars().chain(object.chars()).all(is_code);
                self.commands.push(is_safe.then(|| Command {
                    is_gui: key == "gui",
                    name: name.to_owned(),
                    module: module.to_owned(),
                    object: object.to_owned(),
                })?);
            }
            _ => return None,
        }
        Some(())
    }

    fn file(&mut self, line: &str, kind: FileKind) -> Option<()> {
        let mut parts = line.splitn(5, ' ');
        let scheme = parts.next()?;
        let file = ManifestFile {
            scheme: Scheme::ALL.into_iter().find(|one| one.name() == scheme)?,
            inside_start: parts.next()?.parse().ok()?,
            size_bytes: parts.next()?.parse().ok()?,
            hash: parts.next()?.parse().ok()?,
            path: confined(parts.next()?)?.to_owned(),
            kind,
        };
        if file.inside_start > 0 {
            confined(file.path.get(file.inside_start..)?)?;
        }
        self.files.push(file);
        Some(())
    }

    fn finish(self) -> Result<Manifest, ManifestError> {
        let (name, version) = self.project.ok_or(ManifestError::Missing("project"))?;
        Ok(Manifest {
            name,
            version,
            dist_info: self.dist_info.ok_or(ManifestError::Missing("dist-info"))?,
            root_is_purelib: self.root_is_purelib.ok_or(ManifestError::Missing("root"))?,
            tree_safe: self.tree_safe.ok_or(ManifestError::Missing("tree"))?,
            files: self.files,
            commands: self.commands,
        })
    }
}

fn confined(path: &str) -> Option<&str> {
    tilsit_files::check_relative(path).is_ok().then_some(path)
}

/// Whether `word` is the first of two words; none if it is neither.
fn one_of(word: &str, words: [&str; 2]) -> Option<bool> {
    words.contains(&word).then_some(word == words[0])
}
