//! Requirements and constraints files, as pip reads them.

use std::fmt::Write as _;

use tilsit_packaging::pylock::PackageSource;

use super::{ExportError, Folders, hashes};
use crate::lock::{Part, archive_url, repository};

/// What stands in a requirements file.
#[derive(Clone, Copy, Debug)]
pub struct LineOptions<'a> {
    /// The command that made it, for the header.
    pub header: Option<&'a str>,
    /// With the hashes of all files.
    pub hashes: bool,
    /// With who requires what.
    pub annotate: bool,
    /// Folders are named as editable where the lock says so.
    pub editable: bool,
}

/// A requirements file: everything pinned.
///
/// # Errors
/// When a URL of the lock cannot be used.
pub fn requirements(
    parts: &[Part<'_>],
    folders: Folders<'_>,
    options: LineOptions<'_>,
) -> Result<String, ExportError> {
    let mut text = header(options.header);
    for part in parts {
        let mut line = place(part, folders)?;
        if let PackageSource::Directory(directory) = &part.package.source
            && directory.editable == Some(true)
            && options.editable
        {
            line = format!("-e {line}");
        }
        text.push_str(&line);
        add_marker(&mut text, part);
        if options.hashes {
            for hash in hashes(&part.package.source) {
                let _ = write!(text, " \\\n    --hash={hash}");
            }
        }
        if options.annotate {
            add_origin(&mut text, &part.required_by);
        }
        text.push('\n');
    }
    Ok(text)
}

/// A constraints file: versions and URLs. Folders stand in none, for pip takes no constraint to a
/// folder without its name.
///
/// # Errors
/// When a URL of the lock cannot be used.
pub fn constraints(
    parts: &[Part<'_>],
    folders: Folders<'_>,
    options: LineOptions<'_>,
) -> Result<String, ExportError> {
    let mut text = header(options.header);
    let is_folder = |part: &&Part<'_>| matches!(part.package.source, PackageSource::Directory(_));
    for part in parts.iter().filter(|part| !is_folder(part)) {
        text.push_str(&place(part, folders)?);
        add_marker(&mut text, part);
        if options.annotate {
            add_origin(&mut text, &part.required_by);
        }
        text.push('\n');
    }
    Ok(text)
}

fn header(command: Option<&str>) -> String {
    command.map_or_else(String::new, |command| {
        format!("# This file was made by tilsit with the following command:\n#    {command}\n")
    })
}

/// `name==version`, or the place that it comes from.
fn place(part: &Part<'_>, folders: Folders<'_>) -> Result<String, ExportError> {
    let package = part.package;
    let name = &package.name;
    let wrong = |reason: String| ExportError {
        name: name.to_string(),
        reason,
    };
    Ok(match &package.source {
        PackageSource::Distributions { .. } => {
            let version = package.version.as_ref();
            let version = version.ok_or_else(|| wrong("it has no version".to_owned()))?;
            format!("{name}=={version}")
        }
        PackageSource::Directory(directory) => {
            let path = folders.dotted(&directory.path);
            match &directory.subdirectory {
                Some(below) => format!("{path}/{below}"),
                None => path,
            }
        }
        PackageSource::Vcs(vcs) => {
            let url = repository(vcs, folders.lock).map_err(wrong)?;
            format!("{name} @ {url}")
        }
        PackageSource::Archive(archive) => {
            let url = archive_url(archive, folders.lock).map_err(wrong)?;
            format!("{name} @ {url}")
        }
    })
}

fn add_marker(text: &mut String, part: &Part<'_>) {
    if !part.marker.is_true() {
        let _ = write!(text, " ; {}", part.marker);
    }
}

fn add_origin(text: &mut String, required_by: &[String]) {
    match required_by {
        [] => {}
        [one] => {
            let _ = write!(text, "\n    # via {one}");
        }
        several => {
            text.push_str("\n    # via");
            for one in several {
                let _ = write!(text, "\n    #   {one}");
            }
        }
    }
}
