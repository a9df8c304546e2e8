//! Where an archive's bytes are: in memory, or in a file that is read in places.

use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tilsit_files::{FileError, Operation};

#[cfg(test)]
mod tests;

/// Bytes that can be read in any order, by several threads at once.
pub trait ReadAt: Sync {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// The bytes from `offset` on, exactly `length` of them; borrowed where they are in memory.
    /// The caller has checked that they are inside [`size`](Self::size).
    ///
    /// # Errors
    /// When the file cannot be read there, for instance because it has been cut since.
    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError>;
}

impl ReadAt for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        let range = usize::try_from(offset)
            .ok()
            .and_then(|start| Some(start..start.checked_add(length)?));
        match range.and_then(|range| self.get(range)) {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => Err(FileError::new(
                Operation::Read,
                "",
                std::io::ErrorKind::UnexpectedEof.into(),
            )),
        }
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        self.as_slice().bytes_at(offset, length)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for &T {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        (**self).bytes_at(offset, length)
    }
}

impl<T: ReadAt + Send + ?Sized> ReadAt for Arc<T> {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        (**self).bytes_at(offset, length)
    }
}

impl<T: ReadAt + ?Sized> ReadAt for Box<T> {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        (**self).bytes_at(offset, length)
    }
}

/// A file read in places (`pread`), so that threads share it without a lock.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: PathBuf,
    size: u64,
}

impl FileSource {
    /// Opens a file; its size is taken now.
    ///
    /// # Errors
    /// When the file cannot be opened or inspected.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let file = tilsit_files::open(path)?;
        Self::new(file, path)
    }

    /// Takes a file that is open already; `path` is for messages.
    ///
    /// # Errors
    /// When the file cannot be inspected.
    pub fn new(file: File, path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        match file.metadata() {
            Ok(metadata) => Ok(Self {
                file,
                path,
                size: metadata.len(),
            }),
            Err(source) => Err(FileError::new(Operation::Inspect, path, source)),
        }
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl ReadAt for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn bytes_at(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>, FileError> {
        let mut bytes = vec![0; length];
        match read_exact_at(&self.file, &mut bytes, offset) {
            Ok(()) => Ok(Cow::Owned(bytes)),
            Err(source) => Err(FileError::new(Operation::Read, &self.path, source)),
        }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => {
                bytes = &mut bytes[count..];
                offset += count as u64;
            }
        }
    }
    Ok(())
}
