//! The rules for source trees: what pyproject.toml says, and what the field has left behind. Nothing of
//! the project is run.
//!
//! [`Tree`] is a folder; [`check_pyproject`] takes the text of a pyproject.toml alone.

mod configuration;
mod legacy;
mod manifest;
mod mend;
mod project;
mod setup;
mod sources;
mod toml_text;

use std::collections::BTreeMap;
use std::path::Path;

use tilsit_files::FileError;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{PyProject, ToolFault, setuptools_problems, tool_problems};

use crate::finding::Finding;
use crate::fix::{self, Edit, Fix};
use crate::rule::Rule;
use crate::sdist::Sdist;

const PYPROJECT: &str = "pyproject.toml";
const SETUP_PY: &str = "setup.py";
const SETUP_CFG: &str = "setup.cfg";

/// What is mended may show the next thing; no more often than this.
const ROUNDS_MAX: usize = 20;

/// Whether a folder is a source tree.
pub fn is_tree(folder: &Path) -> bool {
    [PYPROJECT, SETUP_PY]
        .iter()
        .any(|name| folder.join(name).is_file())
}

/// A source tree.
#[derive(Clone, Copy)]
pub struct Tree<'t> {
    folder: &'t Path,
    compared: Option<(&'t [String], &'t Sdist)>,
}

/// What became of a source tree whose findings were mended; nothing is written yet.
#[derive(Debug)]
pub struct Mended {
    /// The files that change.
    pub files: Vec<MendedFile>,
    /// What was mended, in the order in which it was.
    pub mended: Vec<Finding>,
    /// What is left.
    pub left: Vec<Finding>,
}

/// A file that changes.
#[derive(Debug, PartialEq, Eq)]
pub struct MendedFile {
    /// Its name in the tree.
    pub name: String,
    /// What it holds; none where it is not there.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
}

impl<'t> Tree<'t> {
    /// The tree in a folder.
    pub fn new(folder: &'t Path) -> Self {
        Self {
            folder,
            compared: None,
        }
    }

    /// The files under version control, relative to the folder, are held against those of its sdist.
    #[must_use]
    pub fn compared(self, listed: &'t [String], sdist: &'t Sdist) -> Self {
        Self {
            compared: Some((listed, sdist)),
            ..self
        }
    }

    /// Checks the tree.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn check(&self) -> Result<Vec<Finding>, FileError> {
        self.check_texts(&Texts {
            folder: self.folder,
            changed: &BTreeMap::new(),
        })
    }

    /// Mends what has a fix that is wanted, again and again until nothing of it is found, since mending one
    /// thing may show another.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn mend(&self, is_wanted: &dyn Fn(&Finding, &Fix) -> bool) -> Result<Mended, FileError> {
        let mut changed = BTreeMap::new();
        let mut mended = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let texts = Texts {
                folder: self.folder,
                changed: &changed,
            };
            let findings = self.check_texts(&texts)?;
            let mut taken: Vec<Fix> = Vec::new();
            for finding in findings {
                let Some(fix) = finding.fix.clone() else {
                    continue;
                };
                let is_free = !taken.iter().any(|taken| taken.touches(&fix));
                if is_free && is_wanted(&finding, &fix) && texts.is_exact(&fix.file)? {
                    taken.push(fix);
                    mended.push(finding);
                }
            }
            if taken.is_empty() {
                break;
            }
            let mut edits: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
            for fix in taken {
                edits.entry(fix.file).or_default().extend(fix.edits);
            }
            let mut after = Vec::new();
            for (name, edits) in edits {
                let before = texts.read(&name)?.unwrap_or_default();
                after.push((name, fix::apply(&before, &edits)));
            }
            changed.extend(after);
        }
        let texts = Texts {
            folder: self.folder,
            changed: &changed,
        };
        let left = self.check_texts(&texts)?;
        let original = Texts {
            folder: self.folder,
            changed: &BTreeMap::new(),
        };
        let files = changed.iter().map(|(name, after)| {
            Ok(MendedFile {
                name: name.clone(),
                before: original.read(name)?,
                after: after.clone(),
            })
        });
        let files = files.collect::<Result<_, FileError>>()?;
        Ok(Mended {
            files,
            mended,
            left,
        })
    }

    fn check_texts(&self, texts: &Texts<'_>) -> Result<Vec<Finding>, FileError> {
        let pyproject = texts.read(PYPROJECT)?;
        let script = texts.read(SETUP_PY)?;
        let configuration = texts.read(SETUP_CFG)?;
        let mut findings = match &pyproject {
            Some(text) => {
                let mut findings = check_pyproject(text);
                if let Ok((pyproject, _)) = PyProject::parse(text) {
                    findings.extend(project::check_files(&pyproject, text, texts)?);
                }
                findings
            }
            None => vec![Finding::new(
                Rule::BuildSystemMissing,
                "",
                PYPROJECT,
                "is missing: nothing says how the project is built",
            )],
        };
        for finding in &mut findings {
            if finding.rule == Rule::BuildSystemMissing {
                finding.fix = self.build_system(pyproject.as_deref(), script.as_deref());
            }
        }
        // A script that speaks of it may need it.
        let needs_wheel = script.as_deref().is_some_and(|text| text.contains("wheel"));
        findings.retain(|it| it.rule != Rule::BuildRequirementNeedless || !needs_wheel);
        if let Some(text) = &script {
            findings.extend(setup::check_script(text));
        }
        if let Some(text) = &configuration {
            findings.extend(setup::check_configuration(text));
        }
        if !pyproject.as_deref().is_some_and(legacy::has_project) {
            let (script, configuration) = (script.as_deref(), configuration.as_deref());
            findings.extend(legacy::check(script, configuration));
        }
        findings.extend(sources::check(self.folder)?);
        if let Some((listed, sdist)) = self.compared {
            findings.extend(manifest::check(listed, sdist, texts)?);
        }
        Ok(findings)
    }

    /// setuptools is named. Without a setup.py that is a decision: tools take the project for one that is
    /// not built. A setup.py that imports its neighbours is built in the old way only.
    fn build_system(&self, pyproject: Option<&str>, script: Option<&str>) -> Option<Fix> {
        let is_local = |name: &str| {
            self.folder.join(name).exists() || self.folder.join(format!("{name}.py")).exists()
        };
        let has_local =
            script.is_some_and(|text| setup::imports(text).iter().any(|it| is_local(it)));
        (!has_local).then(|| mend::build_system(pyproject, script.is_some()))
    }
}

/// The texts of a tree, some of them as they are to be.
struct Texts<'t> {
    folder: &'t Path,
    changed: &'t BTreeMap<String, String>,
}

impl Texts<'_> {
    fn read(&self, name: &str) -> Result<Option<String>, FileError> {
        if let Some(text) = self.changed.get(name) {
            return Ok(Some(text.clone()));
        }
        let bytes = self.bytes(name)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Whether the file's text is all that it holds: one in another encoding is not changed.
    fn is_exact(&self, name: &str) -> Result<bool, FileError> {
        let bytes = self.bytes(name)?;
        Ok(bytes.is_none_or(|bytes| std::str::from_utf8(&bytes).is_ok()))
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        match tilsit_files::read(self.folder.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Checks a text as setup.py, as setup.cfg and as a module, one after the other.
pub fn check_tree_texts(text: &str) -> Vec<Finding> {
    let mut findings = setup::check_script(text);
    findings.extend(setup::check_configuration(text));
    findings.extend(legacy::check(Some(text), Some(text)));
    findings.extend(sources::check_module("module.py", text));
    findings
}

/// Checks the text of a pyproject.toml by itself.
pub fn check_pyproject(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    match PyProject::parse(text) {
        Ok((pyproject, problems)) => {
            // A backend has to refuse a key that it does not know.
            findings.extend(problems.into_iter().map(|it| {
                let fix = mend::project_key(text, &it);
                found(Rule::PyProject, it).with_fix(fix)
            }));
            findings.extend(project::check(&pyproject, text));
        }
        Err(error) => {
            let fix = mend::license_classifiers(text);
            let finding = found(Rule::PyProject, error.problem().clone());
            let is_of_them = finding.problem.subject == "project.classifiers";
            findings.push(finding.with_fix(fix.filter(|_| is_of_them)));
        }
    }
    let of_tool = setuptools_problems(text);
    findings.extend(of_tool.into_iter().map(|it| found(Rule::PyProjectTool, it)));
    findings.extend(check_tools(text));
    findings.sort_by_key(|finding| (finding.problem.line.is_none(), finding.problem.line));
    findings
}

fn check_tools(text: &str) -> Vec<Finding> {
    let problems = tool_problems(text);
    let findings = problems.into_iter().map(|it| {
        let (rule, instead) = match it.fault {
            ToolFault::Invalid => (Rule::PyProjectTool, None),
            ToolFault::Refused { instead } => (Rule::ToolKeyRefused, instead),
            ToolFault::PassedOver { instead } => (Rule::ToolKeyUnknown, instead),
        };
        let place = it.problem.line.zip(it.problem.column).zip(instead);
        let fix = place.and_then(|((line, column), instead)| {
            let is_refused = rule == Rule::ToolKeyRefused;
            mend::key(text, (line, column), instead, is_refused)
        });
        found(rule, it.problem).with_fix(fix)
    });
    findings.collect()
}

fn found(rule: Rule, problem: Problem) -> Finding {
    Finding {
        rule,
        file: PYPROJECT.to_owned(),
        problem,
        fix: None,
    }
}

#[cfg(test)]
mod mend_tests;
#[cfg(test)]
mod tests;
