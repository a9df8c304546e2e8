//! Whether a library looks for others by a path that climbs out of its wheel's top folder.
//!
//! Such a library (`$ORIGIN/../../nvidia/lib`) breaks when the top folder is a link, because the
//! loader starts from the real place. Run paths are strings in the file, so they are searched for
//! as such; a string that is none is harmless: the wheel is then linked file by file.

/// What a run path starts with to be relative to the library.
const ORIGINS: [&[u8]; 2] = [b"$ORIGIN", b"${ORIGIN}"];

/// No run path is longer; so many bytes of a piece are looked at again with the next one.
const RUN_PATH_MAX_BYTES: usize = 4096;

/// Looks for such run paths in a file whose contents come in pieces.
pub(super) struct RunPaths {
    /// Folders between the top folder and the file; none for a file in the root, which is linked
    /// by itself.
    depth: Option<usize>,
    /// Whether it is a library; not known before the first piece.
    is_elf: Option<bool>,
    /// The end of the piece before.
    tail: Vec<u8>,
    /// Whether a run path leaves the wheel's top folder.
    pub(super) climbs_out: bool,
}

impl RunPaths {
    /// The file at `path` inside a wheel.
    pub(super) fn of(path: &str) -> Self {
        Self {
            depth: path.matches('/').count().checked_sub(1),
            is_elf: None,
            tail: Vec::new(),
            climbs_out: false,
        }
    }

    /// Looks at the next piece.
    pub(super) fn look_at(&mut self, piece: &[u8]) {
        let is_elf = *self.is_elf.get_or_insert(piece.starts_with(b"\x7fELF"));
        let Some(depth) = self.depth.filter(|_| is_elf && !self.climbs_out) else {
            return;
        };
        let start = piece.len().min(RUN_PATH_MAX_BYTES);
        self.tail.extend_from_slice(&piece[..start]);
        self.climbs_out = climbs_out(&self.tail, depth) || climbs_out(piece, depth);
        let end = piece.len() - start;
        self.tail.clear();
        self.tail.extend_from_slice(&piece[end..]);
    }
}

fn climbs_out(contents: &[u8], depth: usize) -> bool {
    ORIGINS.iter().any(|origin| {
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
