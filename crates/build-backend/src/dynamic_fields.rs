//! Fields of metadata that files of the project say: `[tool.tilsit.build.dynamic]`.
//!
//! ```toml
//! [project]
//! dynamic = ["dependencies", "optional-dependencies", "classifiers", "import-names"]
//! dependencies = ["one"]             # what `[project]` says comes first (PEP 808)
//!
//! [tool.tilsit.build.dynamic]
//! dependencies = { file = ["requirements.txt"] }
//! optional-dependencies.test = { file = ["requirements-test.txt"] }
//! classifiers = { file = ["classifiers.txt"] }
//! ```
//!
//! The files are part of the sdist, so that the wheel of it says the same: nothing in the sdist's
//! metadata is dynamic any more, and metadata 2.6, which tells of fields that a later build may add
//! to, is never needed. `import-names` are the modules that the wheel has ([`modules`]), and are not
//! named in the table.
//!
//! [`modules`]: crate::modules

use std::collections::BTreeMap;

use serde::Deserialize;
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::pyproject::{Project, ProjectKey};
use tilsit_packaging::requirement::Requirement;

/// The table as it is written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DynamicFields {
    dependencies: Option<Files>,
    optional_dependencies: BTreeMap<String, Files>,
    classifiers: Option<Files>,
}

/// Files with one entry a line.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Files {
    file: OneOrMany,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Files {
    fn paths(&self) -> &[String] {
        match &self.file {
            OneOrMany::One(path) => std::slice::from_ref(path),
            OneOrMany::Many(paths) => paths,
        }
    }
}

impl DynamicFields {
    /// The keys of `[project]` that are filled in.
    pub(crate) fn keys(&self) -> Vec<ProjectKey> {
        let mut keys = Vec::new();
        if self.dependencies.is_some() {
            keys.push(ProjectKey::Dependencies);
        }
        if !self.optional_dependencies.is_empty() {
            keys.push(ProjectKey::OptionalDependencies);
        }
        if self.classifiers.is_some() {
            keys.push(ProjectKey::Classifiers);
        }
        keys
    }

    /// Adds what the files say to what `[project]` says. `read` gives the text of a file.
    ///
    /// # Errors
    /// What `read` refuses; and a line that is not what it must be, as the key and the reason.
    pub(crate) fn fill<E>(
        &self,
        project: &mut Project,
        mut read: impl FnMut(&str) -> Result<String, E>,
    ) -> Result<Result<(), (ProjectKey, String)>, E> {
        for path in self.dependencies.iter().flat_map(Files::paths) {
            match requirements(path, &read(path)?) {
                Ok(found) => project.dependencies.extend(found),
                Err(reason) => return Ok(Err((ProjectKey::Dependencies, reason))),
            }
        }
        for (extra, files) in &self.optional_dependencies {
            let fault = |reason| Ok(Err((ProjectKey::OptionalDependencies, reason)));
            let extra: ExtraName = match extra.parse() {
                Ok(extra) => extra,
                Err(error) => return fault(format!("`{extra}`: {error}")),
            };
            let mut found = Vec::new();
            for path in files.paths() {
                match requirements(path, &read(path)?) {
                    Ok(requirements) => found.extend(requirements),
                    Err(reason) => return fault(reason),
                }
            }
            let mut known = project.optional_dependencies.iter_mut();
            match known.find(|(name, _)| *name == extra) {
                Some((_, requirements)) => requirements.extend(found),
                None => project.optional_dependencies.push((extra, found)),
            }
        }
        for path in self.classifiers.iter().flat_map(Files::paths) {
            let text = read(path)?;
            let lines = entries(&text).map(|(_, entry)| entry.to_owned());
            project.classifiers.extend(lines);
        }
        Ok(Ok(()))
    }
}

/// The lines that are neither empty nor comments, with their numbers.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Requirements alone: what else a requirements file may say (options, other files, hashes) does not
/// belong into metadata.
fn requirements(path: &str, text: &str) -> Result<Vec<Requirement>, String> {
    let entries = entries(text).map(|(line, entry)| {
        let plain = entry.split(" #").next().unwrap_or(entry).trim();
        let requirement = plain.parse::<Requirement>();
        requirement.map_err(|error| format!("`{path}` line {line}: {error}"))
    });
    entries.collect()
}
