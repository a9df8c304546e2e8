//! Which files of a source tree are imported: the packages and modules of the wheel.
//!
//! A project that says nothing has one module, called as the project: a package or a file, in
//! `src/` or beside pyproject.toml; the project `demo-stubs` has the package `demo-stubs`. `modules`
//! of the [settings](crate::settings) or `import-names` (PEP 794) name others, also inside namespaces
//! (`namespace.package`).

use tilsit_packaging::pyproject::Project;

use crate::error::BuildError;
use crate::extension::settings::Extension;
use crate::settings::BuildSettings;
use crate::source_files::SourceFile;
use crate::source_project::SourceProject;

/// The files of the wheel: the path inside the wheel, and the file.
///
/// # Errors
/// When a module is not there.
pub fn module_files(project: &SourceProject) -> Result<Vec<(String, &SourceFile)>, BuildError> {
    let roots = project.settings().module_roots();
    let extensions = &project.settings().extensions;
    let mut files: Vec<(String, &SourceFile)> = Vec::new();
    for module in module_names(project.project(), project.settings()) {
        let (root, found) = match find(project, &module, &roots) {
            // It may be compiled.
            Err(_) if extensions.iter().any(|one| one.name == module) => continue,
            found => found?,
        };
        for file in project.files().iter() {
            let is_inside = match &found {
                Found::Package(folder) => file.path.starts_with(folder),
                Found::Module(path) => file.path == *path,
            };
            let is_left_out =
                file.is_source_only || project.settings().wheel_exclude.is_match(&file.path);
            if is_inside && !is_left_out {
                files.push((file.path[root.len()..].to_owned(), file));
            }
        }
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    files.dedup_by(|left, right| left.0 == right.0);
    Ok(files)
}

/// The folder of modules that an extension is to be in, empty or with a `/` at its end: that of its
/// package.
///
/// # Errors
/// When a module is not there.
pub(crate) fn extension_root(
    project: &SourceProject,
    extension: &Extension,
) -> Result<String, BuildError> {
    let place = extension.place();
    let package = place
        .rsplit_once('/')
        .map(|(package, _)| format!("{package}/"));
    let files = module_files(project)?;
    let beside = files.iter().find_map(|(path, file)| {
        let is_beside = package
            .as_ref()
            .is_some_and(|package| path.starts_with(package));
        file.path.strip_suffix(path.as_str()).filter(|_| is_beside)
    });
    let mut roots = project.settings().module_roots().into_iter();
    let usual = roots.find(|root| {
        project
            .files()
            .iter()
            .any(|file| file.path.starts_with(root))
    });
    Ok(beside.or(usual).unwrap_or_default().to_owned())
}

/// What is imported.
enum Found {
    /// One file.
    Module(String),
    /// A folder with a `/` at its end, and all that is in it.
    Package(String),
}

/// The root that a module is in, and what it is.
fn find<'r>(
    project: &SourceProject,
    module: &str,
    roots: &[&'r str],
) -> Result<(&'r str, Found), BuildError> {
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
                let found = match path.rsplit_once("/__init__.") {
                    Some((folder, _)) => Found::Package(format!("{folder}/")),
                    None => Found::Module(path),
                };
                return Ok((root, found));
            }
            looked_for.push(path);
        }
        let folder = format!("{root}{place}/");
        if project.settings().namespace {
            let mut files = project.files().iter();
            if files.any(|file| file.path.starts_with(&folder)) {
                return Ok((root, Found::Package(folder)));
            }
            looked_for.push(folder);
        }
    }
    Err(BuildError::NoModule {
        folder: project.folder().to_path_buf(),
        module: module.to_owned(),
        looked_for,
    })
}

/// The modules: those that the settings or `import-names` name, or the one called as the project.
pub(crate) fn module_names(project: &Project, settings: &BuildSettings) -> Vec<String> {
    let of_project = project.import_names.as_deref();
    let settings = settings.modules.as_slice();
    let named = if settings.is_empty() {
        of_project.unwrap_or_default()
    } else {
        settings
    };
    if named.is_empty() {
        let name = project.project_name().as_str();
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
