//! How findings in pyproject.toml are mended.

use tilsit_packaging::license::StatedLicense;
use tilsit_packaging::problem::Problem;
use tilsit_packaging::pyproject::{BuildSystem, Project, ProjectKey, ProjectLicense, PyProject};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::{Operator, VersionSpecifier, VersionSpecifiers};
use tilsit_packaging::version::Version;

use super::PYPROJECT;
use super::toml_text::{TomlText, line_end, offset, quoted};
use crate::check::classifiers::{Known, look_up};
use crate::fix::{Edit, Fix};

/// The first releases of backends that take a license expression (their changelogs), and the last
/// Python that these do not run on.
const EXPRESSIONS_SINCE: [(&str, &str, &str); 6] = [
    ("setuptools", "77.0.3", "3.8.99"),
    ("hatchling", "1.27.0", "3.7.99"),
    ("flit-core", "3.12.0", "3.5.99"),
    ("poetry-core", "2.2.0", "3.8.99"),
    ("pdm-backend", "2.4.0", "3.7.99"),
    ("meson-python", "0.18.0", "3.6.99"),
];

/// Backends that have taken it from their first release on.
const EXPRESSIONS_ALWAYS: [&str; 2] = ["uv-build", "tilsit-build"];

/// What each finding of a pyproject.toml may need.
pub(super) struct Mender<'t> {
    pub(super) toml: TomlText<'t>,
    pub(super) build_system: Option<&'t BuildSystem>,
}

impl Mender<'_> {
    /// The license as an expression (PEP 639), and `license-files`, in the place of what says it now:
    /// only where all that is said is of one license, and the backend will take it.
    pub(super) fn license(&self, project: &Project) -> Option<Fix> {
        if project.license_files.is_some() || project.is_dynamic(ProjectKey::LicenseFiles) {
            return None;
        }
        let of_license = |text: &&String| text.starts_with("License ::");
        let classifiers: Vec<String> = project
            .classifiers
            .iter()
            .filter(of_license)
            .cloned()
            .collect();
        let specific = classifiers
            .iter()
            .filter(|text| *text != "License :: OSI Approved");
        if specific.count() > 1 || project.is_dynamic(ProjectKey::Classifiers) {
            return None;
        }
        let text = match &project.license {
            Some(ProjectLicense::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let stated = StatedLicense::of_older(text, &classifiers).to_expression();
        let stated = stated.filter(|expression| expression.deprecated().is_empty());
        let mut lines = Vec::new();
        if let Some(expression) = &stated {
            lines.push(format!("license = {}", quoted(expression.as_str())));
        }
        let file = match &project.license {
            Some(ProjectLicense::File(file)) => Some(file).filter(|file| is_plain_path(file)),
            _ => None,
        };
        if let Some(file) = file {
            lines.push(format!("license-files = [{}]", quoted(file)));
        }
        if lines.is_empty() {
            return None;
        }
        let mut edits = match &project.license {
            None => {
                let classifiers = self.toml.entry(&["project", "classifiers"])?;
                vec![self.toml.line_before(&classifiers.key, &lines[0])?]
            }
            Some(_) => vec![self.license_table(&lines)?],
        };
        if stated.is_some() {
            let path = ["project", "classifiers"];
            edits.extend(
                self.toml
                    .without(&path, |_, text| text.starts_with("License ::")),
            );
        }
        let is_safe = self.takes_expressions(project.requires_python.as_ref());
        Some(Fix::new(PYPROJECT, is_safe, edits))
    }

    /// `license = { … }` or `license.text = …` becomes these lines.
    fn license_table(&self, lines: &[String]) -> Option<Edit> {
        let license = self.toml.entry(&["project", "license"])?;
        let keys = ["text", "file"].map(|key| self.toml.entry(&["project", "license", key]));
        let value = keys.into_iter().flatten().next()?;
        let start = license.key.start;
        let own = self.toml.from(start);
        let end = value.place.end.max(if license.place.start > start {
            license.place.end
        } else {
            0
        });
        let written = own.get(..end - start)?;
        // A table with a heading of its own has its keys on other lines.
        let is_one = !written.contains('\n') && !written.contains(']') && written.contains('=');
        let line_end = self.toml.line_end();
        let edit = self.toml.line_before(&license.key, "");
        let indent = edit.map(|edit| edit.text.trim_end_matches(['\r', '\n']).to_owned())?;
        let text = lines.join(&format!("{line_end}{indent}"));
        is_one.then(|| Edit::new(start..end, text))
    }

    /// Whether whatever builds the project takes a license expression.
    fn takes_expressions(&self, pythons: Option<&VersionSpecifiers>) -> bool {
        let requires = self.build_system.map(|it| it.requires.as_slice());
        let knows = |requirement: &Requirement| {
            let name = requirement.name.to_string();
            let known = EXPRESSIONS_SINCE.iter().find(|(known, ..)| *known == name);
            let RequirementSource::Specifiers(specifiers) = &requirement.source else {
                return false;
            };
            known.is_some_and(|(_, since, older)| has_since(specifiers, since, older, pythons))
                || EXPRESSIONS_ALWAYS.contains(&name.as_str())
        };
        requires.is_some_and(|requires| requires.iter().any(knows))
    }

    /// The classifier that replaces this one, or the same in its right spelling.
    pub(super) fn classifier(&self, classifier: &str) -> Option<Fix> {
        let instead = match look_up(classifier) {
            Known::Misspelled(right) => right,
            Known::Deprecated(instead) if !instead.is_empty() && !instead.contains(" | ") => {
                instead
            }
            _ => return None,
        };
        let path = ["project", "classifiers"];
        let texts = self.toml.texts(&path);
        let is_there = texts.iter().any(|(text, _)| *text == instead);
        let edits = if is_there {
            self.toml.without(&path, |_, text| text == classifier)
        } else {
            let (_, place) = texts.into_iter().find(|(text, _)| *text == classifier)?;
            vec![self.value(place, instead)]
        };
        Some(Fix::safe(PYPROJECT, edits))
    }

    /// `wheel` is taken out of `requires`.
    pub(super) fn without_wheel(&self) -> Fix {
        let path = ["build-system", "requires"];
        let edits = self.toml.without(&path, |_, text| text.trim() == "wheel");
        Fix::safe(PYPROJECT, edits)
    }

    /// The name as it is normalised: the project's page and file names say it otherwise then.
    pub(super) fn name(&self, normalized: &str) -> Option<Fix> {
        let name = self.toml.entry(&["project", "name"])?;
        let edits = vec![self.value(name.place, normalized)];
        Some(Fix::new(PYPROJECT, false, edits))
    }

    /// `requires-python` without its upper bound.
    pub(super) fn without_upper_bound(&self) -> Option<Fix> {
        let entry = self.toml.entry(&["project", "requires-python"])?;
        let mut kept = Vec::new();
        for part in entry.value.as_str()?.split(',') {
            let specifier: VersionSpecifier = part.trim().parse().ok()?;
            match specifier.operator() {
                Operator::Less | Operator::LessEqual => {}
                Operator::Compatible => kept.push(format!(">={}", specifier.version()?)),
                _ => kept.push(part.to_owned()),
            }
        }
        let edits = vec![self.value(entry.place, &kept.join(","))];
        (!kept.is_empty()).then(|| Fix::new(PYPROJECT, false, edits))
    }

    /// A text in the quotes that are there.
    fn value(&self, place: std::ops::Range<usize>, text: &str) -> Edit {
        let is_plain = !text.contains(['\'', '"', '\\']) && !text.contains(char::is_control);
        match self.toml.from(place.start).chars().next() {
            Some('\'') if is_plain => Edit::new(place, format!("'{text}'")),
            _ => Edit::new(place, quoted(text)),
        }
    }
}

/// License classifiers are taken out beside a license expression that says the same (PEP 639).
pub(super) fn license_classifiers(text: &str) -> Option<Fix> {
    let (pyproject, _) = PyProject::parse_for_use(text).ok()?;
    let project = pyproject.project?;
    let Some(ProjectLicense::Expression(expression)) = &project.license else {
        return None;
    };
    let stated = StatedLicense::of_older(Some(expression.as_str()), &project.classifiers);
    let is_same = !matches!(stated, StatedLicense::Unclear(_) | StatedLicense::Nothing);
    let path = ["project", "classifiers"];
    let toml = TomlText::parse(text)?;
    let edits = toml.without(&path, |_, text| text.starts_with("License ::"));
    (is_same && !edits.is_empty()).then(|| Fix::safe(PYPROJECT, edits))
}

/// Another key for the one at this line and column. It is safe where the tool refuses the one that is there
/// and the two differ in case and separators alone.
pub(super) fn key(
    text: &str,
    (line, column): (usize, usize),
    instead: &str,
    is_refused: bool,
) -> Option<Fix> {
    let start = offset(text, line, column)?;
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let written = text[start..].split(|letter| !is_bare(letter)).next()?;
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let is_safe = is_refused && plain(written) == plain(instead);
    let edits = vec![Edit::new(start..start + written.len(), instead)];
    (!written.is_empty()).then(|| Fix::new(PYPROJECT, is_safe, edits))
}

/// A key of `[project]` as its specification spells it, where it differs in case and separators alone.
pub(super) fn project_key(text: &str, problem: &Problem) -> Option<Fix> {
    let written = problem.subject.strip_prefix("project.")?;
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let mut keys = ProjectKey::ALL.iter().map(|key| key.name());
    let instead = keys.find(|key| *key != written && plain(key) == plain(written))?;
    let is_there = TomlText::parse(text)?
        .entry(&["project", instead])
        .is_some();
    let fix = key(text, (problem.line?, problem.column?), instead, true);
    fix.filter(|_| !is_there)
}

/// Whether a release since this one is taken: the bounds allow it, and each Python of the project has one.
fn has_since(
    specifiers: &VersionSpecifiers,
    since: &str,
    older: &str,
    pythons: Option<&VersionSpecifiers>,
) -> bool {
    let version = |text: &str| text.parse::<Version>().ok();
    let (Some(since), Some(older)) = (version(since), version(older)) else {
        return false;
    };
    let is_bound = specifiers.iter().any(|specifier| {
        let is_lower = matches!(
            specifier.operator(),
            Operator::Greater | Operator::GreaterEqual | Operator::Equal | Operator::Compatible
        );
        is_lower && specifier.version().is_some_and(|version| *version >= since)
    });
    let leaves_old = |pythons: &VersionSpecifiers| {
        let minors = (0..=older.minor()).map(|minor| version(&format!("3.{minor}.99")));
        let mut olds = minors.chain([version("2.7.99")]).flatten();
        !olds.any(|old| pythons.contains(&old))
    };
    is_bound || (specifiers.contains(&since) && pythons.is_some_and(leaves_old))
}

/// Whether a path is the same as a pattern (PEP 639).
fn is_plain_path(path: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    let mut parts = path.split('/');
    !path.is_empty()
        && path.chars().all(is_plain)
        && !parts.any(|part| ["", ".", ".."].contains(&part))
}

/// `[build-system]` with setuptools, which is assumed where there is none: before the first table where
/// nothing but comments is above it, else at the end; a new file where there is none.
pub(super) fn build_system(text: Option<&str>, is_safe: bool) -> Fix {
    let table = |line_end: &str| {
        let requires = BuildSystem::legacy().requires;
        let requires: Vec<String> = requires.iter().map(|it| quoted(&it.to_string())).collect();
        let lines = [
            "[build-system]".to_owned(),
            format!("requires = [{}]", requires.join(", ")),
            "build-backend = \"setuptools.build_meta\"".to_owned(),
            String::new(),
        ];
        lines.join(line_end)
    };
    let Some(text) = text else {
        return Fix::new(PYPROJECT, is_safe, vec![Edit::new(0..0, table("\n"))]);
    };
    let line_end = line_end(text);
    // A comment right above the first table is about that.
    let (mut place, mut block) = (text.len() - text.trim_start_matches('\u{feff}').len(), None);
    for line in text[place..].split_inclusive('\n') {
        let start = line.trim_start();
        if start.starts_with('[') {
            let before = block.unwrap_or(place);
            let edit = Edit::new(before..before, table(line_end) + line_end);
            return Fix::new(PYPROJECT, is_safe, vec![edit]);
        }
        match start {
            "" => block = None,
            start if start.starts_with('#') => block = block.or(Some(place)),
            _ => break,
        }
        place += line.len();
    }
    let gap = match text {
        "" => String::new(),
        text if text.ends_with('\n') => line_end.to_owned(),
        _ => line_end.repeat(2),
    };
    let end = text.len();
    Fix::new(
        PYPROJECT,
        is_safe,
        vec![Edit::new(end..end, gap + &table(line_end))],
    )
}
