//! Whether a library looks for others by a path that climbs out of its wheel's top folder.
//!
//! Such a library (`$ORIGIN/../../nvidia/lib`) breaks when the top folder is a link, because the
//! loader starts from the real place. Run paths are strings in the file, so they are searched for
//! as such; a string that is none is harmless: the wheel is then linked file by file.

/// What a run path starts with to be relative to the library.
const ORIGINS: [&[u8]; 2] = [b"$ORIGIN", b"${ORIGIN}"];

/// Whether the file at `path` inside a wheel is an ELF library with a run path that leaves the
/// wheel's top folder.
pub(super) fn climbs_out(path: &str, contents: &[u8]) -> bool {
    // Folders between the top folder and the file; a file in the root is linked by itself.
    let Some(depth) = path.matches('/').count().checked_sub(1) else {
        return false;
    };
    contents.starts_with(b"\x7fELF")
        && ORIGINS.iter().any(|origin| {
            memchr::memmem::find_iter(contents, origin)
                .any(|at| climb(&contents[at + origin.len()..]) > depth)
        })
}

/// How many folders above its start a run path reaches, at most.
fn climb(after_origin: &[u8]) -> usize {
    let end = after_origin
        .iter()
        .position(|byte| matches!(byte, b'\0' | b':'))
        .unwrap_or(after_origin.len());
    let (mut above, mut most) = (0_isize, 0);
    for part in after_origin[..end].split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => above += 1,
            _ => above -= 1,
        }
        most = most.max(above);
    }
    most.unsigned_abs()
}

#[cfg(test)]
mod tests;
