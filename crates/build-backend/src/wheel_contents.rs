//! What a wheel has besides its metadata: the files of modules, those that the settings put elsewhere,
//! and those for installers to spread.
//!
//! A path that two files would have, or that are one where capital and small letters are the same
//! ([`names`](crate::names)), is refused.

use crate::error::BuildError;
use crate::modules::module_files;
use crate::names;
use crate::settings::below;
use crate::source_files::SourceFile;
use crate::source_project::SourceProject;

/// The files of the wheel, sorted by their paths in it: the path, and the file.
///
/// # Errors
/// When a module or a file that is named is not there, or two have one path.
pub fn wheel_files(project: &SourceProject) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    let mut files = module_files(project)?;
    files.extend(moved_files(project)?);
    for (scheme, folder) in &project.settings().data {
        let start = format!("{}.data/{}", project.stem(), scheme.name());
        files.extend(files_of(project, "data", folder, &start)?);
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    if let Some(pair) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let [(path, one), (_, other)] = pair else {
            return Ok(files);
        };
        let reason = format!(
            "two files are `{path}`: `{}` and `{}`",
            one.path, other.path
        );
        return Err(project.fault("tool.tilsit.build.files", reason));
    }
    names::check(
        project.folder(),
        files.iter().map(|(path, _)| path.as_str()),
    )?;
    Ok(files)
}

/// The files that `files` of the settings puts elsewhere.
pub(crate) fn moved_files(
    project: &SourceProject,
) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    let mut files = Vec::new();
    for (from, to) in &project.settings().files {
        files.extend(files_of(project, "files", from, to)?);
    }
    Ok(files)
}

/// The file at a path of the project, or all below it, with another start of their paths.
fn files_of<'p>(
    project: &'p SourceProject,
    key: &str,
    from: &str,
    to: &str,
) -> Result<Vec<(String, &'p SourceFile)>, BuildError> {
    let found = project.files().iter().filter_map(|file| {
        let rest = below(&file.path, from)?;
        let path = match rest {
            "" => to.to_owned(),
            rest => format!("{to}/{rest}"),
        };
        Some((path, file))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        let reason = format!("there is no file `{from}`, and none in a folder of that name");
        return Err(project.fault(&format!("tool.tilsit.build.{key}"), reason));
    }
    Ok(found)
}

/// The software bills of materials (PEP 770): the path below `.dist-info/sboms`, and the file.
///
/// # Errors
/// When a pattern finds nothing, or two files have one name.
pub(crate) fn sbom_files(
    project: &SourceProject,
) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    const KEY: &str = "tool.tilsit.build.sboms";
    let mut files: Vec<(String, &SourceFile)> = Vec::new();
    for (pattern, globs) in &project.settings().sboms {
        let mut found = project
            .files()
            .iter()
            .filter(|file| globs.is_match(&file.path))
            .peekable();
        if found.peek().is_none() {
            return Err(project.fault(KEY, format!("no file matches `{pattern}`")));
        }
        for file in found {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            match files.iter().find(|(known, _)| known == name) {
                Some((_, known)) if known.path == file.path => {}
                Some((_, known)) => {
                    let reason = format!("`{}` and `{}` have one name", known.path, file.path);
                    return Err(project.fault(KEY, reason));
                }
                None => files.push((name.to_owned(), file)),
            }
        }
    }
    Ok(files)
}
