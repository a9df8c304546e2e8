//! Paths in foreign files: whether they stay below the folder they are relative to.

use crate::headers::is_line_boundary;

/// Whether a path stays below its folder, read as any system would: no root or drive, no `.` or
/// `..` or empty part, no backslash, no control character or line separator.
pub(crate) fn is_confined(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_foreign = path.contains(|c: char| c == '\\' || c.is_control() || is_line_boundary(c));
    let has_drive = bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic();
    let mut parts = path.split('/');
    !is_foreign && !has_drive && parts.all(|part| !matches!(part, "" | "." | ".."))
}
