//! What the metadata of a tree's wheel will be, as setuptools writes it, read and never run.
//!
//! setuptools takes what setup.py hands to `setup()`, then what setup.cfg says and setup.py does not
//! ("Configuring setuptools using setup.cfg files"); a version may stand in a file, or in a module whose
//! text setuptools looks at before it would run it. Only what a literal says counts here. A key that could
//! change name, version or requirements in any other way, or that is not known, makes the tree one that
//! states nothing: then the backend is asked, as it is for any tree.

use tilsit_packaging::marker::Marker;
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;

use super::SILENT_REQUIREMENTS;
use super::ini::{self, Section};
use super::setup_cfg::{Elsewhere, Said, of_sections};
use super::setup_py::{Argument, Literal, assigned, plain_setup_py};
use super::tree::Tree;

const SETUP_PY: &str = "setup.py";
const SETUP_CFG: &str = "setup.cfg";

/// What METADATA will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// `Name`, as it is written.
    pub name: String,
    /// `Version`
    pub version: Version,
    /// `Requires-Python`
    pub requires_python: Option<VersionSpecifiers>,
    /// `Requires-Dist`
    pub requires_dist: Vec<Requirement>,
    /// `Provides-Extra`
    pub provides_extra: Vec<ExtraName>,
    /// The file that says it, or most of it: setup.py or setup.cfg.
    pub file: &'static str,
}

/// Why a tree states nothing, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotStated(pub String);

/// Keys of `[metadata]` that decide nothing here, or are read below.
const METADATA: [&str; 29] = [
    "author",
    "author_email",
    "classifiers",
    "description",
    "description_content_type",
    "description_file",
    "download_url",
    "keywords",
    "license",
    "license_expression",
    "license_file",
    "license_files",
    "long_description",
    "long_description_content_type",
    "maintainer",
    "maintainer_email",
    "name",
    "platform",
    "platforms",
    "project_urls",
    "python_requires",
    "requires_python",
    "test_suite",
    "tests_require",
    "topics",
    "url",
    "version",
    "zip_safe",
    "bugtrack_url",
];

/// Keys of `[options]`, and of `setup()`, that decide nothing here, or are read below.
const OPTIONS: [&str; 20] = [
    "data_files",
    "dependency_links",
    "entry_points",
    "exclude_package_data",
    "include_package_data",
    "install_requires",
    "namespace_packages",
    "package_data",
    "package_dir",
    "packages",
    "platforms",
    "py_modules",
    "python_requires",
    "scripts",
    "setup_requires",
    "test_loader",
    "test_suite",
    "tests_require",
    "zip_safe",
    "eager_resources",
];

/// Keys of `setup()` besides.
const ARGUMENTS: [&str; 2] = ["ext_modules", "extras_require"];

/// Sections of which each key is a setting of `[options]`.
const SUBSECTIONS: [&str; 6] = [
    "options.data_files",
    "options.entry_points",
    "options.exclude_package_data",
    "options.extras_require",
    "options.package_data",
    "options.packages.find",
];

/// Commands that a build runs, and which an alias could turn into others.
const COMMANDS: [&str; 4] = ["bdist_wheel", "dist_info", "editable_wheel", "egg_info"];

/// What METADATA will say of the wheel that setuptools builds of a tree.
///
/// # Errors
/// When that is not certain; why.
pub fn stated(tree: &dyn Tree) -> Result<Stated, NotStated> {
    let mut keys = Keys::read(tree)?;
    keys.check()?;
    let name = keys.text("name")?.ok_or_else(|| not("it has no name"))?;
    let name = name.trim().to_owned();
    name.parse::<ProjectName>()
        .map_err(|error| not(&error.to_string()))?;
    let version = keys.version()?;
    let requires_python = match keys.text("python_requires")? {
        Some(text) => Some(
            text.parse()
                .map_err(|error| not(&format!("python_requires: {error}")))?,
        ),
        None => None,
    };
    let mut requires_dist = keys.requirements()?;
    let provides_extra = keys.extras(&mut requires_dist)?;
    Ok(Stated {
        name,
        version,
        requires_python,
        requires_dist,
        provides_extra,
        file: if keys.arguments.is_empty() {
            SETUP_CFG
        } else {
            SETUP_PY
        },
    })
}

impl Stated {
    /// As core metadata.
    pub fn core_metadata(&self) -> CoreMetadata {
        let mut metadata = CoreMetadata::new(&self.name, self.version.clone())
            .expect("the name was checked when it was read");
        metadata.requires_python.clone_from(&self.requires_python);
        metadata.requires_dist.clone_from(&self.requires_dist);
        metadata.provides_extra.clone_from(&self.provides_extra);
        metadata
    }
}

/// Everything that either file says.
struct Keys<'t> {
    tree: &'t dyn Tree,
    arguments: Vec<Argument>,
    sections: Vec<Section>,
    said: Vec<Said>,
}

/// What a key has.
enum Value<'k> {
    Literal(&'k Literal),
    Elsewhere(&'k Elsewhere),
}

impl<'t> Keys<'t> {
    fn read(tree: &'t dyn Tree) -> Result<Self, NotStated> {
        let arguments = match tree.text(SETUP_PY)? {
            Some(text) => plain_setup_py(&text).map_err(NotStated)?,
            None => Vec::new(),
        };
        let sections = match tree.text(SETUP_CFG)? {
            Some(text) => {
                check_letters(&text)?;
                let sections = ini::sections(&text).and_then(ini::interpolated);
                sections.map_err(|error| not(&format!("setup.cfg: {error}")))?
            }
            None => Vec::new(),
        };
        Ok(Self {
            tree,
            arguments,
            said: of_sections(&sections),
            sections,
        })
    }

    /// Whether nothing is there that could decide otherwise.
    fn check(&self) -> Result<(), NotStated> {
        for argument in &self.arguments {
            let key = argument.key.as_deref().unwrap_or("**");
            let is_known = [&METADATA[..], &OPTIONS, &ARGUMENTS]
                .concat()
                .contains(&key);
            if !is_known {
                return Err(not(&format!("`{key}` of setup() may decide otherwise")));
            }
            if key == "setup_requires" {
                check_silent(argument.value.as_ref())?;
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        for said in &self.said {
            let key = said.key.as_str();
            let is_known = match said.section.as_str() {
                "metadata" => METADATA.contains(&key),
                "options" => OPTIONS.contains(&key),
                // Found again by its section below.
                _ => true,
            };
            let is_new = key.is_empty() || seen.insert((&said.section, key));
            if !is_known || !is_new {
                let section = &said.section;
                return Err(not(&format!("[{section}] {key} may decide otherwise")));
            }
            if key == "setup_requires" {
                check_silent(said.value.as_ref())?;
            }
        }
        self.sections.iter().try_for_each(check_section)
    }

    /// What decides of a key: setup.py, or else setup.cfg.
    fn value(&self, key: &str) -> Result<Option<Value<'_>>, NotStated> {
        let mut arguments = self.arguments.iter();
        if let Some(argument) = arguments.find(|argument| argument.key.as_deref() == Some(key)) {
            match &argument.value {
                None => return Err(not(&format!("setup.py computes `{key}`"))),
                Some(value) if !value.is_empty() => return Ok(Some(Value::Literal(value))),
                Some(_) => {}
            }
        }
        let section = match key {
            "name" | "version" => "metadata",
            "extras_require" => "options.extras_require",
            _ => "options",
        };
        let mut said = self.said.iter();
        let Some(said) = said.find(|said| said.key == key && said.section == section) else {
            return Ok(None);
        };
        match (&said.value, &said.elsewhere) {
            (_, Some(elsewhere)) => Ok(Some(Value::Elsewhere(elsewhere))),
            (Some(value), None) => Ok(Some(value).filter(|it| !it.is_empty()).map(Value::Literal)),
            (None, None) => Err(not(&format!(
                "[{section}] {key} is not in setup.cfg itself"
            ))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<&str>, NotStated> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::Literal(Literal::Text(text))) => Ok(Some(text)),
            Some(_) => Err(not(&format!("`{key}` is no text"))),
        }
    }

    fn version(&self) -> Result<Version, NotStated> {
        let value = self.value("version")?;
        let text = match value.ok_or_else(|| not("it has no version"))? {
            Value::Literal(Literal::Text(text)) => text.clone(),
            Value::Literal(_) => return Err(not("the version is no text")),
            Value::Elsewhere(Elsewhere::Files(files)) => self.files(files)?,
            Value::Elsewhere(Elsewhere::Attribute(attribute)) => self.attribute(attribute)?,
        };
        let version = text.trim().parse::<Version>();
        version.map_err(|error| not(&error.to_string()))
    }

    /// The texts of files, as `file:` names them.
    fn files(&self, files: &[String]) -> Result<String, NotStated> {
        let mut texts = Vec::with_capacity(files.len());
        for file in files {
            let plain = file.trim_start_matches("./");
            let text = self.tree.text(plain)?;
            let text = text.ok_or_else(|| not(&format!("`{file}` is not there")))?;
            check_letters(&text)?;
            texts.push(text.replace("\r\n", "\n"));
        }
        Ok(texts.join("\n"))
    }

    /// What a module gives to a name, as `attr:` asks for it.
    fn attribute(&self, attribute: &str) -> Result<String, NotStated> {
        let failed = || not(&format!("`{attribute}` is no literal of a module"));
        let (module, name) = attribute.rsplit_once('.').ok_or_else(failed)?;
        let folder = self.folder_of(module)?;
        for path in [format!("{folder}.py"), format!("{folder}/__init__.py")] {
            let Some(text) = self.tree.text(&path)? else {
                continue;
            };
            return match assigned(&text, name) {
                Some(Literal::Text(text)) => Ok(text),
                Some(Literal::List(items)) => {
                    let parts: Option<Vec<&str>> = items.iter().map(part).collect();
                    Ok(parts.ok_or_else(failed)?.join("."))
                }
                _ => Err(failed()),
            };
        }
        Err(failed())
    }

    /// Where a module is (setuptools' `find_package_path`), without ending.
    fn folder_of(&self, module: &str) -> Result<String, NotStated> {
        let folders = self.package_folders()?;
        let steps: Vec<&str> = module.split('.').collect();
        let place = |name: &str| folders.iter().find(|(known, _)| known == name);
        let exact = (1..=steps.len()).rev().find_map(|count| {
            let (_, folder) = place(&steps[..count].join("."))?;
            Some((folder, &steps[count..]))
        });
        let root = || (place("").map_or("", |(_, folder)| folder), &steps[..]);
        let (folder, rest) = exact.map_or_else(root, |(folder, rest)| (folder, rest));
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        let all = [folder].into_iter().chain(rest.iter().copied());
        let all: Vec<&str> = all
            .filter(|step| !step.is_empty() && *step != ".")
            .collect();
        Ok(all.join("/"))
    }

    /// `package_dir`: said, or told by `packages = find:`, or found where nothing is said.
    fn package_folders(&self) -> Result<Vec<(String, String)>, NotStated> {
        match self.value("package_dir")? {
            None => {}
            Some(Value::Literal(Literal::Table(entries))) => {
                let texts = entries.iter().map(|(name, value)| {
                    let folder = value.as_text()?;
                    Some((name.clone(), folder.to_owned()))
                });
                let texts: Option<_> = texts.collect();
                return texts.ok_or_else(|| not("`package_dir` is no table of texts"));
            }
            Some(Value::Literal(Literal::Text(text))) => {
                let separator = if text.contains('\n') { '\n' } else { ',' };
                let lines = text.split(separator).map(str::trim);
                let pairs = lines.filter(|line| !line.is_empty()).map(|line| {
                    let (name, folder) = line.split_once('=')?;
                    Some((name.trim().to_owned(), folder.trim().to_owned()))
                });
                let pairs: Option<_> = pairs.collect();
                return pairs.ok_or_else(|| not("`package_dir` is no table"));
            }
            Some(_) => return Err(not("`package_dir` is no table")),
        }
        let in_script = |key: &str| {
            let mut arguments = self.arguments.iter();
            arguments.any(|argument| argument.key.as_deref() == Some(key))
        };
        if in_script("packages") || in_script("py_modules") {
            return Ok(Vec::new());
        }
        let at_root = |folder: &str| vec![(String::new(), folder.to_owned())];
        match self.text("packages")?.map(str::trim) {
            Some("find:" | "find_namespace:") => {
                let mut sections = self.sections.iter();
                let find = sections.find(|section| section.name == "options.packages.find");
                let mut entries = find.into_iter().flat_map(|section| &section.entries);
                let first = entries
                    .find(|entry| entry.key == "where")
                    .and_then(|entry| {
                        let mut folders = entry.value.split(['\n', ',']).map(str::trim);
                        folders.find(|folder| !folder.is_empty())
                    });
                Ok(first.map_or_else(Vec::new, at_root))
            }
            None if self.value("py_modules")?.is_none() && self.tree.has_folder("src")? => {
                Ok(at_root("src"))
            }
            _ => Ok(Vec::new()),
        }
    }

    fn requirements(&self) -> Result<Vec<Requirement>, NotStated> {
        match self.value("install_requires")? {
            None => Ok(Vec::new()),
            Some(Value::Literal(value)) => requirements_of(value),
            Some(Value::Elsewhere(Elsewhere::Files(files))) => {
                let text = self.files(files)?;
                let separator = if text.contains('\n') { '\n' } else { ';' };
                let items = text.split(separator);
                let items = items.map(|item| Literal::Text(item.to_owned())).collect();
                requirements_of(&Literal::List(items))
            }
            Some(Value::Elsewhere(_)) => Err(not("`install_requires` is no list")),
        }
    }

    /// The extras, whose requirements are added: `extra`, `:marker` or `extra:marker`.
    fn extras(
        &mut self,
        requires_dist: &mut Vec<Requirement>,
    ) -> Result<Vec<ExtraName>, NotStated> {
        let entries = match self.value("extras_require")? {
            None => return Ok(Vec::new()),
            Some(Value::Literal(Literal::Table(entries))) => entries,
            Some(_) => return Err(not("`extras_require` is no table")),
        };
        let mut provided: Vec<ExtraName> = Vec::new();
        for (key, value) in entries {
            let (name, condition) = key.split_once(':').unwrap_or((key, ""));
            let mut marker = Marker::TRUE;
            if !condition.trim().is_empty() {
                let condition = condition.trim().parse::<Marker>();
                marker = condition.map_err(|error| not(&error.to_string()))?;
            }
            if !name.trim().is_empty() {
                let extra: ExtraName = name
                    .trim()
                    .parse()
                    .map_err(|_| not(&format!("`{name}` is no name of an extra")))?;
                let of_extra = format!("extra == '{extra}'").parse::<Marker>();
                marker = marker.and(of_extra.map_err(|error| not(&error.to_string()))?);
                if !provided.contains(&extra) {
                    provided.push(extra);
                }
            }
            let empty = Literal::List(Vec::new());
            let value = if value.is_empty() { &empty } else { value };
            for mut requirement in requirements_of(value)? {
                requirement.marker = requirement.marker.and(marker);
                requires_dist.push(requirement);
            }
        }
        Ok(provided)
    }
}

fn not(reason: &str) -> NotStated {
    NotStated(reason.to_owned())
}

/// Whether Python would see the same lines: it knows more ends of lines, and other white space.
fn check_letters(text: &str) -> Result<(), NotStated> {
    let is_wrong = |letter: char| {
        (letter.is_control() && !['\n', '\r', '\t'].contains(&letter))
            || ['\u{2028}', '\u{2029}', '\u{feff}'].contains(&letter)
    };
    let lonely = text.replace("\r\n", "\n").contains('\r');
    if lonely || text.contains(is_wrong) {
        return Err(not("a file has letters that Python reads in its own way"));
    }
    Ok(())
}

/// Whether what is required to build says nothing itself.
fn check_silent(value: Option<&Literal>) -> Result<(), NotStated> {
    let failed = || not("setup_requires may decide otherwise");
    let value = value.ok_or_else(failed)?;
    if value.is_empty() {
        return Ok(());
    }
    let mut requirements = requirements_of(value)?.into_iter();
    let is_silent =
        requirements.all(|requirement| SILENT_REQUIREMENTS.contains(&requirement.name.as_str()));
    is_silent.then_some(()).ok_or_else(failed)
}

/// Whether a section of setup.cfg changes nothing of what the others say.
fn check_section(section: &Section) -> Result<(), NotStated> {
    let name = section.name.as_str();
    let failed = |key: &str| Err(not(&format!("[{name}] {key} may decide otherwise")));
    let is_ours = name.starts_with("metadata") || name.starts_with("options");
    if is_ours && !["metadata", "options"].contains(&name) && !SUBSECTIONS.contains(&name) {
        return failed("");
    }
    if ["global", "dist_info"].contains(&name) {
        return failed("");
    }
    for entry in &section.entries {
        let key = entry.key.replace('-', "_").to_lowercase();
        let value = entry.value.to_lowercase();
        let is_off = ["", "0", "false", "no", "off", "n", "f"].contains(&value.as_str());
        let is_harmless = match (name, key.as_str()) {
            ("egg_info", "tag_build") => value.is_empty(),
            ("egg_info", "tag_date" | "tag_svn_revision") => is_off,
            ("egg_info", "egg_base") => true,
            ("egg_info", _) => false,
            ("aliases", command) => !COMMANDS.contains(&command),
            _ => true,
        };
        if !is_harmless {
            return failed(&key);
        }
    }
    Ok(())
}

/// A part of a version that is a tuple; what is written otherwise than Python shows it is none.
fn part(item: &Literal) -> Option<&str> {
    match item {
        Literal::Text(text) => Some(text),
        Literal::Number(number) => {
            let is_plain = number.bytes().all(|digit| digit.is_ascii_digit())
                && (number == "0" || !number.starts_with('0'));
            is_plain.then_some(number)
        }
        _ => None,
    }
}

fn requirements_of(value: &Literal) -> Result<Vec<Requirement>, NotStated> {
    let texts = value.requirements();
    let texts = texts.ok_or_else(|| not("requirements are no list of texts"))?;
    let requirements = texts.iter().map(|text| {
        let requirement = text.parse::<Requirement>();
        requirement.map_err(|error| not(&error.to_string()))
    });
    requirements.collect()
}

#[cfg(test)]
mod tests;
