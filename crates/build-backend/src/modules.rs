//! Which files of a source tree are imported: the packages and modules of the wheel.
//!
//! A project that says nothing has one module, called as the project: a package or a file, in
//! `src/` or beside pyproject.toml; the project `demo-stubs` has the package `demo-stubs`. `modules`
//! of the [settings](crate::settings) or `import-names` (PEP 794) name others, also inside namespaces
//! (`namespace.package`).

use crate::error::BuildError;
use crate::source_files::SourceFile;
use crate::source_project::SourceProject;

/// The files of the wheel: the path inside the wheel, and the file.
///
/// # Errors
/// When a module is not there.
pub fn module_files(project: &SourceProject) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    let roots = match &project.settings().module_root {
        Some(root) => vec![root.as_str()],
        None => vec!["src/", ""],
    };
    let mut files: Vec<(String, &SourceFile)> = Vec::new();
    for module in module_names(project) {
        let (root, found) = find(project, &module, &roots)?;
        // A package brings its whole folder.
        let folder = found
            .rsplit_once("/__init__.")
            .map(|(folder, _)| format!("{folder}/"));
        for file in project.files().iter() {
            let is_inside = match &folder {
                Some(folder) => file.path.starts_with(folder),
                None => file.path == found,
            };
            if is_inside && !project.settings().wheel_exclude.is_match(&file.path) {
                files.push((file.path[root.len()..].to_owned(), file));
            }
        }
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files.dedup_by(|left, right| left.0 == right.0);
    Ok(files)
}

/// The root that a module is in, and its file: its own, or the `__init__` of its package.
fn find<'r>(
    project: &SourceProject,
    module: &str,
    roots: &[&'r str],
) -> Result<(&'r str, String), BuildError> {
    let place = module.replace('.', "/");
    // The package of stubs (PEP 561) has no code.
    let endings: &[&str] = if place.ends_with(STUBS) {
        &["/__init__.pyi"]
    } else {
        &["/__init__.py", ".py"]
    };
    let mut looked_for = Vec::new();
    for root in roots {
        for ending in endings {
            let path = format!("{root}{place}{ending}");
            if project.files().get(&path).is_some() {
                return Ok((root, path));
            }
            looked_for.push(path);
        }
    }
    Err(BuildError::NoModule {
        folder: project.folder().to_path_buf(),
        module: module.to_owned(),
        looked_for,
    })
}

/// The modules: those that the settings or `import-names` name, or the one called as the project.
fn module_names(project: &SourceProject) -> Vec<String> {
    let of_project = project.project().import_names.as_deref();
    let settings = project.settings().modules.as_slice();
    let named = if settings.is_empty() {
        of_project.unwrap_or_default()
    } else {
        settings
    };
    if named.is_empty() {
        let name = project.project().project_name().as_str();
        return vec![match name.strip_suffix(STUBS) {
            Some(stubbed) => format!("{}{STUBS}", module_name(stubbed)),
            None => module_name(name),
        }];
    }
    named.iter().map(|name| name.as_str().to_owned()).collect()
}

/// The end of a project's and a package's name that has type stubs alone (PEP 561).
const STUBS: &str = "-stubs";

fn module_name(project: &str) -> String {
    project.replace(['-', '.'], "_")
}
