//! A digest of what is installed in an environment: the same wherever the same lock was installed on
//! one platform, and another one where a single byte differs.
//!
//! It is over the path, the contents and the executable bit of each file. Left out is what is made
//! anew at each place: compiled modules, `pyvenv.cfg`, what installers note of themselves. The path of
//! the environment in the first line of a script is replaced. What was built here counts by what it was
//! built of: two builds need not be equal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tilsit_dist::dist_info::{InstalledDistribution, InstalledError};
use tilsit_files::{FileError, FileKind};

use crate::inputs::hex;
use crate::sources::plain;

/// What installers note in `.dist-info`, and what differs from place to place.
const NOTES: [&str; 5] = [
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "uv_cache.json",
];

/// How a script begins, and how its first lines end, that a shell starts in the environment's Python.
const BY_SHELL: &str = "#!/bin/sh\n'''exec' '";
const SHELL_ENDS: &str = "' \"$0\" \"$@\"\n' '''\n";

/// How deep folders of an environment are looked into.
const DEPTH_MAX: usize = 64;

/// An installed distribution, and where it came from.
#[derive(Clone, Debug)]
pub struct Installed<'a> {
    /// The distribution.
    pub distribution: &'a InstalledDistribution,
    /// Where it came from.
    pub source: Source,
}

/// Where an installed distribution came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A wheel that somebody else built: its files count.
    Wheel,
    /// It was built here, of this.
    Built(String),
}

/// Why there is no digest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is noted of a distribution cannot be read.
    #[error(transparent)]
    Installed(#[from] InstalledError),
}

/// The SHA-256, in hexadecimal digits, of an environment with its folder `root` and the folders of its
/// packages.
///
/// # Errors
/// When a file cannot be read.
pub fn digest(
    installed: &[Installed<'_>],
    site_packages: &[&Path],
    root: &Path,
) -> Result<String, DigestError> {
    let mut lines = BTreeSet::new();
    let mut counted: BTreeSet<PathBuf> = BTreeSet::new();
    for one in installed {
        let folder = one.distribution.path.parent().unwrap_or(root);
        let record = one.distribution.record()?;
        let entries = record.into_iter().flat_map(|record| record.entries);
        let files: Vec<PathBuf> = entries
            .map(|entry| plain(&folder.join(&entry.path)))
            .collect();
        if let Source::Built(of) = &one.source {
            let (name, version) = (&one.distribution.name, &one.distribution.version);
            lines.insert(format!("built {name} {version} {of}"));
        } else {
            for file in &files {
                if let Some(line) = line(file, root)? {
                    lines.insert(line);
                }
            }
        }
        counted.extend(files);
    }
    // What nobody has noted is there all the same, and may change what an import does.
    for folder in site_packages {
        let mut found = BTreeSet::new();
        walk(folder, 0, &mut found)?;
        for path in found.difference(&counted) {
            lines.extend(line(path, root)?);
        }
    }
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    Ok(hex(&hasher.finalize()))
}

/// The line of a file; none for what does not count or is gone.
fn line(path: &Path, root: &Path) -> Result<Option<String>, DigestError> {
    if !counts(path) {
        return Ok(None);
    }
    let contents = match tilsit_files::read(path) {
        Ok(contents) => contents,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let metadata = tilsit_files::metadata(path)?;
    let is_executable = tilsit_files::is_executable(path, &metadata);
    let contents = without_root(contents, root);
    let shown = path.strip_prefix(root).unwrap_or(path);
    let shown = shown.to_string_lossy().replace('\\', "/");
    let sha256 = hex(&Sha256::digest(&contents));
    Ok(Some(format!("{shown} {sha256} {is_executable}")))
}

fn counts(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let folder = path.parent().and_then(Path::file_name);
    let in_dist_info = folder.is_some_and(|folder| {
        let folder = Path::new(folder);
        folder
            .extension()
            .is_some_and(|extension| extension == "dist-info")
    });
    let is_note = name.is_some_and(|name| NOTES.contains(&name));
    let is_compiled = path.extension().is_some_and(|extension| extension == "pyc");
    !(is_compiled || in_dist_info && is_note)
}

/// A script without the folder that it lies in: `#!/there/bin/python` as `#!{environment}/bin/python`,
/// wherever in the first lines it stands.
fn without_root(contents: Vec<u8>, root: &Path) -> Vec<u8> {
    if !contents.starts_with(b"#!") {
        return contents;
    }
    let Ok(text) = std::str::from_utf8(&contents) else {
        return contents;
    };
    let root = root.to_string_lossy();
    // A path that cannot stand in a first line is started by a shell: that is the same script.
    let started = text.strip_prefix(BY_SHELL);
    let started = started.and_then(|rest| rest.split_once(SHELL_ENDS));
    let text = match started {
        Some((path, rest)) => format!("#!{}\n{rest}", path.replace(r"'\''", "'")),
        None => text.to_owned(),
    };
    text.replace(&*root, "{environment}").into_bytes()
}

/// All files below a folder, linked folders followed.
fn walk(folder: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) -> Result<(), FileError> {
    let entries = match tilsit_files::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let is_folder = match entry.kind {
            FileKind::Folder => true,
            FileKind::File => false,
            _ => entry.path.is_dir(),
        };
        if !is_folder {
            found.insert(entry.path);
        } else if depth < DEPTH_MAX && entry.name != "__pycache__" {
            walk(&entry.path, depth + 1, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
