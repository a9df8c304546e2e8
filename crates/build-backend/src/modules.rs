//! Which files of a source tree are imported: the packages and modules of the wheel.
//!
//! A project that says nothing has one module, called as the project: a package or a file, in
//! `src/` or beside pyproject.toml. `import-names` (PEP 794) names others, also inside namespaces
//! (`namespace.package`).

use crate::error::BuildError;
use crate::source_files::SourceFile;
use crate::source_project::SourceProject;

/// The files of the wheel: the path inside the wheel, and the file.
///
/// # Errors
/// When a module is not there.
pub fn module_files(project: &SourceProject) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    let mut files: Vec<(String, &SourceFile)> = Vec::new();
    for module in module_names(project) {
        let place = module.replace('.', "/");
        let package = |root: &str| format!("{root}{place}/__init__.py");
        let single = |root: &str| format!("{root}{place}.py");
        let looked_for = ["src/", ""]
            .map(|root| [package(root), single(root)])
            .concat();
        let found = looked_for
            .iter()
            .find(|path| project.files().get(path).is_some())
            .ok_or_else(|| BuildError::NoModule {
                folder: project.folder().to_path_buf(),
                module: module.clone(),
                looked_for: looked_for.clone(),
            })?;
        // A package brings its whole folder.
        let (prefix, is_package) = match found.strip_suffix("__init__.py") {
            Some(folder) => (folder, true),
            None => (found.as_str(), false),
        };
        let root = if found.starts_with("src/") {
            "src/"
        } else {
            ""
        };
        for file in project.files().iter() {
            let is_inside = if is_package {
                file.path.starts_with(prefix)
            } else {
                file.path == prefix
            };
            if is_inside {
                files.push((file.path[root.len()..].to_owned(), file));
            }
        }
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files.dedup_by(|left, right| left.0 == right.0);
    Ok(files)
}

/// The modules: those of `import-names`, or the one called as the project.
fn module_names(project: &SourceProject) -> Vec<String> {
    let named = project
        .project()
        .import_names
        .as_deref()
        .unwrap_or_default();
    if named.is_empty() {
        let name = project.project().project_name().as_str();
        return vec![name.replace(['-', '.'], "_")];
    }
    named.iter().map(|name| name.as_str().to_owned()).collect()
}
