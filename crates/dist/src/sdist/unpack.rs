//! Unpacking a source distribution into a folder, without ever leaving it.
//!
//! Links inside the archive become copies of the files they lead to, so that what is on disk holds
//! no link at all; a link that leads to nothing in the archive is left out.

use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

use tilsit_archive::tar::{Links, TarEntryKind, TarError, TarReader};
use tilsit_archive::zip::{ZipArchive, ZipError};
use tilsit_archive::{FileSource, Limits};
use tilsit_files::{ConfinedError, ConfinedFolder, FileError, Operation};

use super::contents::is_zip;

/// Why a source distribution could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It is not a sound tar archive.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// It is not a sound zip archive.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A path leads out of the destination.
    #[error(transparent)]
    Confined(#[from] ConfinedError),
    /// There is not exactly one top folder.
    #[error("`{}` does not have exactly one top folder", .0.display())]
    TopFolder(PathBuf),
}

/// Unpacks the archive at `sdist` into the existing, empty folder `destination`; returns the path
/// of its one top folder in there.
///
/// # Errors
/// When the archive breaks the rules of its reader, or writing fails. What was written until then
/// stays: unpack into a temporary folder.
pub fn unpack(
    sdist: impl AsRef<Path>,
    destination: impl AsRef<Path>,
    limits: &Limits,
) -> Result<PathBuf, UnpackError> {
    let (sdist, destination) = (sdist.as_ref(), destination.as_ref());
    let folder = ConfinedFolder::open(destination)?;
    let mut unpacking = Unpacking {
        folder,
        links: Vec::new(),
    };
    // By its name, as `Sdist::open` does, so that a file that is both cannot be two things.
    let name = sdist.file_name().unwrap_or_default().to_string_lossy();
    if is_zip(&name) {
        unpacking.zip(FileSource::open(sdist)?, limits)?;
    } else {
        let input = BufReader::with_capacity(1 << 16, tilsit_files::open(sdist)?);
        unpacking.tar(input, limits)?;
    }
    unpacking.copy_links()?;
    match tilsit_files::read_dir(destination)?.as_slice() {
        [top] if top.kind == tilsit_files::FileKind::Folder => Ok(top.path.clone()),
        _ => Err(UnpackError::TopFolder(sdist.to_path_buf())),
    }
}

struct Unpacking {
    folder: ConfinedFolder,
    /// Names of links, and the names of what they lead to.
    links: Vec<(String, String)>,
}

impl Unpacking {
    fn tar(&mut self, input: BufReader<std::fs::File>, limits: &Limits) -> Result<(), UnpackError> {
        let mut reader = TarReader::new(input, limits, Links::Inside)?;
        while let Some(entry) = reader.next_entry()? {
            match entry.kind {
                TarEntryKind::Folder => self.folder.create_dir_all(&entry.name)?,
                TarEntryKind::Symlink { target } => {
                    if let Some(target) = resolve(&entry.name, &target) {
                        self.links.push((entry.name, target));
                    }
                }
                TarEntryKind::HardLink { target } => self.links.push((entry.name, target)),
                TarEntryKind::File => {
                    let mut output = self.create(&entry.name, entry.mode & 0o111 != 0)?;
                    reader.stream_contents(&mut |piece| output.write(piece))?;
                    output.finish()?;
                }
            }
        }
        Ok(())
    }

    fn zip(&mut self, source: FileSource, limits: &Limits) -> Result<(), UnpackError> {
        let archive = ZipArchive::open(source, limits)?;
        let mut reader = archive.reader();
        for entry in archive.entries() {
            if !entry.is_file() {
                self.folder.create_dir_all(entry.name())?;
                continue;
            }
            let mut output = self.create(entry.name(), entry.is_executable())?;
            reader.stream(entry, &mut |piece| output.write(piece))?;
            output.finish()?;
        }
        Ok(())
    }

    fn create(&self, name: &str, executable: bool) -> Result<Output, UnpackError> {
        if let Some((parent, _)) = name.rsplit_once('/') {
            self.folder.create_dir_all(parent)?;
        }
        Ok(Output {
            file: self.folder.create_file(name, executable)?,
            path: self.folder.root().join(name),
            result: Ok(()),
        })
    }

    /// Copies what the links lead to. A link to a link waits until that one is there; links that
    /// lead in a circle, to a folder, or to nothing are left out.
    fn copy_links(&mut self) -> Result<(), UnpackError> {
        let mut waiting = std::mem::take(&mut self.links);
        loop {
            let before = waiting.len();
            let mut later = Vec::new();
            for (name, target) in waiting {
                let mut source = match self.folder.open_file(&target) {
                    Ok(source) => source,
                    Err(ConfinedError::File(error)) if error.is_not_found() => {
                        later.push((name, target));
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                };
                let path = self.folder.root().join(&name);
                let named = |source| FileError::new(Operation::Copy, &path, source);
                let metadata = source.metadata().map_err(named)?;
                if !metadata.is_file() {
                    continue;
                }
                let executable = tilsit_files::is_executable(&path, &metadata);
                let mut output = self.create(&name, executable)?;
                std::io::copy(&mut source, &mut output.file).map_err(named)?;
            }
            if later.is_empty() || later.len() == before {
                return Ok(());
            }
            waiting = later;
        }
    }
}

/// The name of what a symbolic link leads to; the reader has made sure that it is inside.
fn resolve(name: &str, target: &str) -> Option<String> {
    let mut folder: Vec<&str> = name.split('/').collect();
    folder.pop();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                folder.pop()?;
            }
            _ => folder.push(step),
        }
    }
    (!folder.is_empty()).then(|| folder.join("/"))
}

/// A file being written; the first failure is kept until the end.
struct Output {
    file: std::fs::File,
    path: PathBuf,
    result: std::io::Result<()>,
}

impl Output {
    fn write(&mut self, piece: &[u8]) {
        if self.result.is_ok() {
            self.result = self.file.write_all(piece);
        }
    }

    fn finish(self) -> Result<(), FileError> {
        let path = self.path;
        self.result
            .map_err(|source| FileError::new(Operation::Write, path, source))
    }
}
