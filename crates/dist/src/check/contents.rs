//! What is importable from a wheel, as check-wheel-contents asks: names, packages, leftovers.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use tilsit_archive::ReadAt;
use tilsit_packaging::metadata::ImportName;

use super::{and_others, has_ending};
use crate::finding::Finding;
use crate::rule::Rule;
use crate::wheel::{Scheme, Wheel, WheelEntry};

/// Smaller files are often alike: empty modules, one line for tools.
const ALIKE_MIN_BYTES: u64 = 128;

/// Top-level names that many projects would install over each other.
const COMMON_NAMES: [&str; 24] = [
    "app",
    "benchmark",
    "benchmarks",
    "build",
    "cli",
    "data",
    "dist",
    "doc",
    "docs",
    "env",
    "example",
    "examples",
    "lib",
    "script",
    "scripts",
    "setup",
    "spec",
    "src",
    "static",
    "test",
    "testing",
    "tests",
    "utils",
    "venv",
];

/// The files of a wheel that can be imported or lie beside what can.
struct Library<'a> {
    dist_info: &'a str,
    paths: Vec<&'a str>,
    /// Files by the first step of their path; a file at the top stands by its name.
    tops: BTreeMap<&'a str, Vec<&'a str>>,
}

/// Checks what a wheel would install.
pub(super) fn check<S: ReadAt>(wheel: &Wheel<S>) -> Vec<Finding> {
    let library = Library::of(wheel);
    let mut findings = Vec::new();
    if library.paths.is_empty() {
        findings.extend(library.emptiness(wheel));
    }
    findings.extend(alike(wheel));
    findings.extend(library.top_level_files());
    findings.extend(library.common_names(wheel.file_name().name.as_str()));
    findings.extend(library.several_tops());
    findings.extend(library.folders_without_modules());
    findings.extend(library.not_importable());
    findings.extend(library.without_init());
    findings.extend(library.stated_names(wheel));
    findings
}

impl<'a> Library<'a> {
    fn of<S: ReadAt>(wheel: &'a Wheel<S>) -> Self {
        let dist_info = wheel.dist_info();
        let paths = wheel.files().iter().filter(|file| {
            matches!(file.scheme, Scheme::Purelib | Scheme::Platlib)
                && file.name.split('/').next() != Some(dist_info)
        });
        let paths: Vec<&str> = paths.map(WheelEntry::path).collect();
        let mut tops: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for &path in &paths {
            let top = path.split('/').next().unwrap_or_default();
            tops.entry(top).or_default().push(path);
        }
        Self {
            dist_info,
            paths,
            tops,
        }
    }

    fn emptiness<S: ReadAt>(&self, wheel: &Wheel<S>) -> Option<Finding> {
        let inside = format!("{}/", self.dist_info);
        let mut others = wheel.files().iter();
        let has_others = others.any(|file| !file.name.starts_with(&inside));
        // A wheel may be there for its requirements, or for its commands.
        let has_purpose = !wheel.metadata().requires_dist.is_empty();
        let (rule, reason) = if has_others {
            (Rule::EmptyLibrary, "nothing in it can be imported")
        } else if has_purpose {
            return None;
        } else {
            (Rule::EmptyWheel, "installs nothing and requires nothing")
        };
        Some(Finding::new(rule, "", "", reason))
    }

    fn top_level_files(&self) -> Vec<Finding> {
        let files = self.paths.iter().filter(|path| !path.contains('/'));
        let findings = files.filter_map(|path| {
            let (rule, reason) = if *path == "__init__.py" || *path == "__init__.pyi" {
                let reason = "lies at the top and in no package";
                (Rule::TopLevelInit, reason)
            } else if has_ending(path, &[".pth"]) {
                let reason = "changes how each Python of the environment starts";
                (Rule::PthFile, reason)
            } else if is_module(path) {
                return None;
            } else {
                let reason = "lies at the top and can not be imported: give it a package";
                (Rule::TopLevelFile, reason)
            };
            Some(Finding::new(rule, "", *path, reason))
        });
        findings.collect()
    }

    fn common_names(&self, project: &str) -> Vec<Finding> {
        let common = self.tops.keys().filter(|top| {
            let name = top.split('.').next().unwrap_or_default();
            COMMON_NAMES.contains(&name) && name != project
        });
        let reason = "is a name that many projects have: they would overwrite each other's files";
        let findings = common.map(|top| Finding::new(Rule::CommonName, "", *top, reason));
        findings.collect()
    }

    fn several_tops(&self) -> Option<Finding> {
        let names = self.tops.keys().filter(|top| {
            !is_of_a_tool(top) && !top.starts_with('_') && !has_ending(top, &["-stubs", ".pth"])
        });
        let names: Vec<&str> = names.copied().collect();
        (names.len() > 1).then(|| {
            let reason = format!(
                "has {} top-level names: `{}`",
                names.len(),
                names.join("`, `")
            );
            Finding::new(Rule::SeveralTopLevels, "", "", reason)
        })
    }

    fn folders_without_modules(&self) -> Vec<Finding> {
        let without = self.tops.iter().filter(|(top, paths)| {
            let is_folder = paths.iter().any(|path| path.len() > top.len());
            is_folder && !is_of_a_tool(top) && !paths.iter().any(|path| is_module(path))
        });
        let reason = "is a folder without any module";
        let rule = Rule::FolderWithoutModules;
        without
            .map(|(top, _)| Finding::new(rule, "", *top, reason))
            .collect()
    }

    /// Modules in whose path a name is no identifier; each folder is told once.
    fn not_importable(&self) -> Vec<Finding> {
        let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in self.paths.iter().filter(|path| has_ending(path, &[".py"])) {
            let mut end = 0;
            for step in path.split('/') {
                end += step.len();
                let name = step.strip_suffix(".py").unwrap_or(step);
                if name.contains('.') || name.parse::<ImportName>().is_err() {
                    let is_module = end == path.len();
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let place = if is_module { folder } else { &path[..end] };
                    told.entry(place).or_default().push(path);
                    break;
                }
                end += 1;
            }
        }
        let findings = told.into_iter().map(|(place, paths)| {
            let shown = and_others(paths[0], paths.len());
            let reason = format!("has what nobody can import by its name: {shown}");
            Finding::new(Rule::NotImportable, "", place, reason)
        });
        findings.collect()
    }

    /// Folders with modules, inside a package, that are no package.
    fn without_init(&self) -> Vec<Finding> {
        let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
        let mut packages = BTreeSet::new();
        for path in &self.paths {
            let Some((folder, name)) = path.rsplit_once('/') else {
                continue;
            };
            if name.starts_with("__init__.") {
                packages.insert(folder);
            } else if has_ending(name, &[".py"]) {
                *folders.entry(folder).or_default() += 1;
            }
        }
        let inside = |folder: &str| {
            let mut parent = folder;
            while let Some((above, _)) = parent.rsplit_once('/') {
                if packages.contains(above) {
                    return true;
                }
                parent = above;
            }
            false
        };
        let without = folders
            .keys()
            .filter(|folder| !packages.contains(**folder) && inside(folder));
        let reason = "has modules and no `__init__.py`, inside a package that has one";
        without
            .map(|folder| Finding::new(Rule::InitMissing, "", *folder, reason))
            .collect()
    }

    /// The names in `top_level.txt` and `Import-Name` against what is there.
    fn stated_names<S: ReadAt>(&self, wheel: &Wheel<S>) -> Vec<Finding> {
        let metadata = wheel.metadata();
        let in_metadata = metadata.import_names.iter().flatten();
        let in_metadata = in_metadata.chain(&metadata.import_namespaces);
        let in_metadata: Vec<&str> = in_metadata.map(ImportName::as_str).collect();
        // A file whose contents are damaged has been told already.
        let top_level = wheel.read_dist_info("top_level.txt").ok().flatten();
        let text = String::from_utf8_lossy(top_level.as_deref().unwrap_or_default()).into_owned();
        let in_file = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let in_file: Vec<&str> = in_file.collect();
        let mut findings = Vec::new();
        for (file, field, names) in [
            ("METADATA", "Import-Name", &in_metadata),
            ("top_level.txt", "", &in_file),
        ] {
            if names.is_empty() {
                continue;
            }
            let absent = names.iter().filter(|name| !self.has_module(name));
            findings.extend(absent.map(|name| {
                let reason = format!("`{name}` is stated and not there");
                Finding::new(Rule::TopLevelNames, file, field, reason)
            }));
            let stated: BTreeSet<&str> = names.iter().map(|name| first_step(name)).collect();
            let unstated = self.tops.iter().filter(|(top, paths)| {
                let name = top.split('.').next().unwrap_or_default();
                !name.starts_with('_')
                    && !stated.contains(name)
                    && paths.iter().any(|path| is_module(path))
            });
            findings.extend(unstated.map(|(top, _)| {
                let reason = format!("`{top}` is there and not stated");
                Finding::new(Rule::TopLevelNames, file, field, reason)
            }));
        }
        findings
    }

    /// Whether a dotted name (or one with `/`, as old tools write them) is a module or a package.
    fn has_module(&self, name: &str) -> bool {
        let place = name.replace('.', "/");
        self.paths.iter().any(|path| {
            path.strip_prefix(place.as_str()).is_some_and(|rest| {
                rest.starts_with('/') || (rest.starts_with('.') && is_module(path))
            })
        })
    }
}

/// What tools put beside a package: libraries grafted into a repaired wheel, what mypyc compiles.
fn is_of_a_tool(top: &str) -> bool {
    has_ending(top, &[".libs", ".dylibs"]) || top.contains("__mypyc.")
}

fn first_step(name: &str) -> &str {
    name.split(['.', '/']).next().unwrap_or_default()
}

/// Whether Python imports a file of this name, or a type checker does.
fn is_module(path: &str) -> bool {
    has_ending(path, &[".py", ".pyi", ".so", ".pyd", ".pyc"])
}

/// Modules with the same contents, by what RECORD says.
fn alike<S: ReadAt>(wheel: &Wheel<S>) -> Vec<Finding> {
    let lines: FxHashMap<&str, &str> = wheel
        .record()
        .entries
        .iter()
        .filter_map(|line| Some((line.path.as_str(), line.hash.as_ref()?.encoded())))
        .collect();
    let mut groups: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let modules = wheel
        .files()
        .iter()
        .filter(|file| file.size >= ALIKE_MIN_BYTES && is_module(&file.name));
    for file in modules {
        if let Some(hash) = lines.get(file.name.as_str()) {
            groups.entry(hash).or_default().push(&file.name);
        }
    }
    let mut groups: Vec<Vec<&str>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    groups.sort_unstable();
    let findings = groups.into_iter().map(|group| {
        let shown = and_others(group[1], group.len() - 1);
        let verb = if group.len() == 2 { "has" } else { "have" };
        let reason = format!("{shown} {verb} the same contents");
        Finding::new(Rule::DuplicateContents, "", group[0], reason)
    });
    findings.collect()
}
