//! The licences of the system's packages, to go with their libraries into a wheel.
//!
//! Debian keeps one file a package, where its policy (12.5) says; Fedora, Alpine and Arch keep a folder.
//! What a licence says is not looked at.

use std::path::Path;

use tilsit_files::FileError;

use crate::owner::Owner;

/// The names and contents of the licence files of a package; none where the system does not have them,
/// as in images without documentation.
///
/// # Errors
/// When one is there and cannot be read.
pub(crate) fn licences(system: &Path, owner: &Owner) -> Result<Vec<(String, Vec<u8>)>, FileError> {
    let share = system.join("usr/share");
    if owner.kind == "deb" {
        let path = share.join("doc").join(&owner.name).join("copyright");
        return match tilsit_files::read(path) {
            Ok(text) => Ok(vec![("copyright".to_owned(), text)]),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let entries = match tilsit_files::read_dir(share.join("licenses").join(&owner.name)) {
        Ok(entries) => entries,
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        if let Some(name) = entry.path.file_name().and_then(|name| name.to_str())
            && entry.path.is_file()
        {
            found.push((name.to_owned(), tilsit_files::read(&entry.path)?));
        }
    }
    found.sort();
    Ok(found)
}
