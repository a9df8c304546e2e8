//! Files that stay with other contents: search paths (`easy-install.pth`) without what goes.

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_files::FileError;

use super::PlannedWrite;
use crate::removal::Removal;

/// The files of search paths, without the lines of the removals. A line that is not there, or a
/// file, is no matter.
pub(super) fn without_lines(removals: &[Removal]) -> Result<Vec<PlannedWrite>, FileError> {
    let mut lines: BTreeMap<&Path, Vec<&str>> = BTreeMap::new();
    for line in removals.iter().flat_map(|removal| &removal.lines) {
        lines.entry(&line.file).or_default().push(&line.line);
    }
    let mut writes = Vec::new();
    for (file, lines) in lines {
        let bytes = match tilsit_files::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error),
        };
        let contents = without(&bytes, &lines);
        if contents != bytes {
            writes.push(PlannedWrite {
                destination: file.to_path_buf(),
                contents,
                is_program: false,
            });
        }
    }
    Ok(writes)
}

/// The text without these lines; every other byte stays.
fn without(text: &[u8], lines: &[&str]) -> Vec<u8> {
    let goes = |line: &&[u8]| {
        let line = line.trim_ascii_end();
        lines.iter().any(|one| one.as_bytes() == line)
    };
    let kept = text.split_inclusive(|byte| *byte == b'\n');
    kept.filter(|line| !goes(line)).flatten().copied().collect()
}
