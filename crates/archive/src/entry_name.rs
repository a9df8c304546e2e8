//! Names of entries: which are plain relative paths, which would meet on another file system.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::{UnicodeNormalization as _, is_nfc_quick};

#[cfg(test)]
mod tests;

/// The longest step that the usual file systems take (`NAME_MAX`).
const STEP_MAX_BYTES: usize = 255;

/// Checks that a name is a plain relative path: `/` between the steps, none of them empty, `.` or
/// `..`, no backslash, no control character, no drive letter. A folder's trailing `/` must have
/// been taken off.
///
/// # Errors
/// What is wrong, as the rest of a sentence that starts with the name.
pub fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.starts_with('/') {
        return Err("is an absolute path");
    }
    let bytes = name.as_bytes();
    if bytes.contains(&b'\\') {
        return Err("has a backslash");
    }
    if bytes.iter().any(u8::is_ascii_control) || has_wide_control(name) {
        return Err("has a control character");
    }
    if bytes.len() >= 2 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic() {
        return Err("starts with a drive letter");
    }
    for step in name.split('/') {
        match step {
            "" => return Err("has an empty step"),
            "." => return Err("has the step `.`"),
            ".." => return Err("climbs with the step `..`"),
            _ if step.len() > STEP_MAX_BYTES => {
                return Err("has a step of more than 255 bytes");
            }
            _ => {}
        }
    }
    Ok(())
}

/// C1 controls, which are two bytes in UTF-8, and the line and paragraph separators.
fn has_wide_control(name: &str) -> bool {
    !name.is_ascii()
        && name
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Says why a name cannot be kept, or means something else, on Windows.
pub fn windows_fault(name: &str) -> Option<&'static str> {
    name.split('/').find_map(|step| {
        if step.contains(['<', '>', ':', '"', '|', '?', '*']) {
            return Some("has a character that Windows does not allow");
        }
        if step.ends_with(['.', ' ']) {
            return Some("has a step that ends in a dot or a space");
        }
        let stem = step.split('.').next().unwrap_or(step).trim_end();
        let stem = stem.to_ascii_lowercase();
        let device = match stem.as_str() {
            "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
            _ => stem
                .strip_prefix("com")
                .or_else(|| stem.strip_prefix("lpt"))
                .is_some_and(|number| {
                    let mut digits = number.chars();
                    matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³'))
                        && digits.next().is_none()
                }),
        };
        device.then_some("has a step that names a device on Windows")
    })
}

/// Pairs of names that are different here and the same where case does not count (Windows, macOS).
pub fn case_collisions<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    let mut seen: FxHashMap<String, &'a str> = FxHashMap::default();
    let mut collisions = Vec::new();
    for name in names {
        // The file systems fold character by character, as `to_lowercase` nearly does.
        let folded = if name.is_ascii() {
            name.to_ascii_lowercase()
        } else {
            name.nfc().flat_map(char::to_lowercase).collect()
        };
        if let Some(first) = seen.insert(folded, name)
            && first != name
        {
            collisions.push((first, name));
        }
    }
    collisions
}

/// The names of an archive so far: finds doubles, names that are the same after Unicode
/// normalisation, and files that other entries take for a folder.
#[derive(Debug, Default)]
pub(crate) struct Names {
    files: FxHashSet<Box<str>>,
    folders: FxHashSet<Box<str>>,
}

impl Names {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        let mut names = Self::default();
        names.files.reserve(capacity);
        names
    }

    /// Adds a checked name of a file or link.
    pub(crate) fn add_file(&mut self, name: &str) -> Result<(), &'static str> {
        let name = normalised(name);
        if self.folders.contains(name.as_ref()) {
            return Err("is both a file and a folder");
        }
        self.add_parents(&name)?;
        if !self.files.insert(name.as_ref().into()) {
            return Err("is there twice");
        }
        Ok(())
    }

    /// Adds a checked name of a folder; the same folder may come again.
    pub(crate) fn add_folder(&mut self, name: &str) -> Result<(), &'static str> {
        let name = normalised(name);
        if self.files.contains(name.as_ref()) {
            return Err("is both a file and a folder");
        }
        self.add_parents(&name)?;
        self.folders.insert(name.as_ref().into());
        Ok(())
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.files.contains(normalised(name).as_ref())
    }

    fn add_parents(&mut self, name: &str) -> Result<(), &'static str> {
        let mut rest = name;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            // A known folder's parents are known as well.
            if self.folders.contains(parent) {
                return Ok(());
            }
            if self.files.contains(parent) {
                return Err("lies below a file");
            }
            self.folders.insert(parent.into());
            rest = parent;
        }
        Ok(())
    }
}

fn normalised(name: &str) -> std::borrow::Cow<'_, str> {
    use unicode_normalization::IsNormalized::Yes;
    if name.is_ascii() || is_nfc_quick(name.chars()) == Yes {
        name.into()
    } else {
        name.nfc().collect::<String>().into()
    }
}
