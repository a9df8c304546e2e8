//! Writing tar archives in the pax form whose bytes depend on their contents alone.
//!
//! One time for all entries, owner and group 0 without names, modes 0644 and 0755. Pax records are
//! written only for names that a plain header cannot hold. The order of the entries is the
//! caller's; compress the result with [`compression::gzip`](crate::compression::gzip).

use std::io::Write;

use super::header::{BLOCK, checksum};
use crate::entry_name::{self, Names};

#[cfg(test)]
mod tests;

const NAME_MAX: usize = 100;
/// What eleven octal digits can say.
const NUMBER_MAX: u64 = 0o77_777_777_777;

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TarWriteError {
    /// An entry's name is not a plain relative path, or is there already.
    #[error("the entry `{}` {fault}", name.escape_debug())]
    Name {
        /// The name as it was given.
        name: String,
        /// What is wrong with it, as the rest of a sentence.
        fault: &'static str,
    },
    /// The bytes could not be written.
    #[error("cannot write the tar archive")]
    Write(#[from] std::io::Error),
}

/// A tar archive being written.
pub struct TarWriter<W> {
    output: W,
    modified: u64,
    names: Names,
}

impl<W: Write> TarWriter<W> {
    /// Starts an archive. `modified` is the time of every entry in seconds since 1970.
    pub fn new(output: W, modified: u64) -> Self {
        Self {
            output,
            modified: modified.min(NUMBER_MAX),
            names: Names::default(),
        }
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When the name is not a plain relative path or comes twice, or writing fails.
    pub fn add_file(
        &mut self,
        name: &str,
        contents: &[u8],
        executable: bool,
    ) -> Result<(), TarWriteError> {
        let fault = |fault| TarWriteError::Name {
            name: name.to_owned(),
            fault,
        };
        entry_name::check(name).map_err(fault)?;
        self.names.add_file(name).map_err(fault)?;
        if contents.len() as u64 > NUMBER_MAX {
            return Err(fault("is too large for a tar archive"));
        }
        let mode = if executable { 0o755 } else { 0o644 };
        self.add(name, b'0', mode, contents)
    }

    /// Adds a folder, without a trailing `/` in `name`. Source distributions need none.
    ///
    /// # Errors
    /// When the name is not a plain relative path, or writing fails.
    pub fn add_folder(&mut self, name: &str) -> Result<(), TarWriteError> {
        let fault = |fault| TarWriteError::Name {
            name: name.to_owned(),
            fault,
        };
        entry_name::check(name).map_err(fault)?;
        self.names.add_folder(name).map_err(fault)?;
        self.add(&format!("{name}/"), b'5', 0o755, &[])
    }

    /// Writes the end and gives back what was written to.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, TarWriteError> {
        self.output.write_all(&[0; 2 * BLOCK])?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn add(
        &mut self,
        name: &str,
        kind: u8,
        mode: u64,
        contents: &[u8],
    ) -> Result<(), TarWriteError> {
        if name.len() > NAME_MAX || !name.is_ascii() {
            let record = record("path", name);
            self.block("././@PaxHeader", b'x', 0o644, &record)?;
        }
        self.block(name, kind, mode, contents)
    }

    fn block(
        &mut self,
        name: &str,
        kind: u8,
        mode: u64,
        contents: &[u8],
    ) -> Result<(), TarWriteError> {
        let mut block = [0; BLOCK];
        // Behind a pax record, the name here is what old readers show.
        let short = &name.as_bytes()[..name.len().min(NAME_MAX)];
        if short.is_ascii() {
            block[..short.len()].copy_from_slice(short);
        }
        octal(&mut block[100..108], mode);
        octal(&mut block[108..116], 0);
        octal(&mut block[116..124], 0);
        octal(&mut block[124..136], contents.len() as u64);
        octal(&mut block[136..148], self.modified);
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        octal(&mut block[329..337], 0);
        octal(&mut block[337..345], 0);
        let sum = checksum(&block);
        octal(&mut block[148..155], sum);
        block[155] = b' ';
        self.output.write_all(&block)?;
        self.output.write_all(contents)?;
        let padding = contents.len().wrapping_neg() % BLOCK;
        self.output.write_all(&[0; BLOCK][..padding])?;
        Ok(())
    }
}

/// Octal digits that fill the field up to a last NUL.
fn octal(field: &mut [u8], value: u64) {
    let width = field.len() - 1;
    let digits = format!("{value:0width$o}");
    field[..width].copy_from_slice(digits.as_bytes());
}

/// A pax record, whose length counts its own digits.
fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n").into_bytes()
}
