//! The SPDX license list: identifiers and which of them are deprecated.
//!
//! The two text files beside this one hold one identifier a line, sorted without regard to case,
//! with the word `deprecated` behind it where that is so. They come from the SPDX license list
//! data (CC0), version [`SPDX_LIST_VERSION`].

use std::cmp::Ordering;
use std::sync::LazyLock;

/// The version of the SPDX list that expressions are checked against.
pub const SPDX_LIST_VERSION: &str = "3.27.0";

/// An identifier of the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    /// As the list writes it.
    pub(super) id: &'static str,
    pub(super) deprecated: bool,
}

static LICENSES: LazyLock<Vec<Listed>> = LazyLock::new(|| read(include_str!("spdx_licenses.txt")));
static EXCEPTIONS: LazyLock<Vec<Listed>> =
    LazyLock::new(|| read(include_str!("spdx_exceptions.txt")));

/// The license with this identifier in any case.
pub(super) fn license(id: &str) -> Option<Listed> {
    find(&LICENSES, id)
}

/// The license exception with this identifier in any case.
pub(super) fn exception(id: &str) -> Option<Listed> {
    find(&EXCEPTIONS, id)
}

fn read(text: &'static str) -> Vec<Listed> {
    let lines = text.lines();
    lines
        .map(|line| match line.split_once(' ') {
            Some((id, _)) => Listed {
                id,
                deprecated: true,
            },
            None => Listed {
                id: line,
                deprecated: false,
            },
        })
        .collect()
}

fn find(list: &[Listed], id: &str) -> Option<Listed> {
    let index = list
        .binary_search_by(|listed| compare(listed.id, id))
        .ok()?;
    Some(list[index])
}

fn compare(a: &str, b: &str) -> Ordering {
    let lower = |text: &'_ str| {
        text.bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<_>>()
    };
    lower(a).cmp(&lower(b))
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, bool)> {
    let licenses = LICENSES.iter().map(|listed| (listed.id, true));
    licenses.chain(EXCEPTIONS.iter().map(|listed| (listed.id, false)))
}
