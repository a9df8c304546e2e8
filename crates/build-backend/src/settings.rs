//! `[tool.tilsit.build]`: what a project says to this backend, where the rules of [`modules`] and
//! [`source_files`] are not what it wants.
//!
//! ```toml
//! [tool.tilsit.build]
//! module-root = "lib"                # the folder of the modules, in place of `src` and `.`
//! modules = ["demo", "space.tool"]   # what is imported, in place of the project's name
//! namespace = true                   # modules may be folders without `__init__.py`
//! version-file = "lib/demo/__init__.py"   # `__version__ = "1.0"` there, with `dynamic = ["version"]`
//! metadata-version = "2.4"           # of core metadata, in place of the lowest that has all fields
//! include = ["lib/demo/_made.py"]    # taken although an ignore file names it
//! exclude = ["notes", "**/*.bak"]    # in neither distribution; `source-exclude` is the same
//! source-include = ["made/docs"]     # taken although an ignore file names it, for the sdist alone
//! wheel-exclude = ["lib/demo/tests"] # in the sdist alone
//! sboms = ["sboms/*.json"]           # software bills of materials (PEP 770)
//!
//! [tool.tilsit.build.files]          # a file or folder, and where it is in the wheel
//! "assets" = "demo/static"
//!
//! [tool.tilsit.build.data]           # folders that installers spread: scripts, headers, data, …
//! scripts = "bin"
//!
//! [tool.tilsit.build.dynamic]        # what files say, with `dynamic` in `[project]`
//! dependencies = { file = ["requirements.txt"] }
//!
//! [[tool.tilsit.build.ext-modules]]  # modules of C and C++, with the keys of setuptools
//! name = "demo._fast"
//! sources = ["lib/demo/*.c"]
//! ```
//!
//! `[tool.tilsit.build.version]` is read by [`vcs_version`].
//!
//! Patterns are globs from the project's folder; `*` stays within a folder, and a pattern that
//! matches a folder means all that is in it.
//!
//! [`modules`]: crate::modules
//! [`source_files`]: crate::source_files
//! [`vcs_version`]: crate::vcs_version

use std::collections::BTreeMap;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use tilsit_packaging::metadata::{ImportName, MetadataVersion};

use crate::dynamic_fields::DynamicFields;
use crate::error::BuildError;
use crate::extension::settings::{Extension, Written as WrittenExtension};

/// The table in pyproject.toml.
const TABLE: &str = "tool.tilsit.build";

/// Where the version is from.
const VERSION: &str = "tool.tilsit.build.version";

/// The oldest core metadata whose fields an sdist may call static (PEP 643).
const METADATA_OLDEST: MetadataVersion = MetadataVersion::new(2, 2);

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    module_root: Option<String>,
    modules: Vec<String>,
    namespace: bool,
    version_file: Option<String>,
    /// Read by `vcs_version`.
    version: Option<toml::Table>,
    metadata_version: Option<String>,
    include: Vec<String>,
    exclude: Vec<String>,
    source_include: Vec<String>,
    source_exclude: Vec<String>,
    wheel_exclude: Vec<String>,
    sboms: Vec<String>,
    files: BTreeMap<String, String>,
    data: BTreeMap<DataScheme, String>,
    dynamic: DynamicFields,
    ext_modules: Vec<WrittenExtension>,
}

/// Where an installer puts what a folder of `.data` in a wheel has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum DataScheme {
    /// Programs.
    Scripts,
    /// Headers for C.
    Headers,
    /// The environment's own folder.
    Data,
    /// Modules of pure Python.
    Purelib,
    /// Modules for one platform.
    Platlib,
}

impl DataScheme {
    /// The name of the folder in `.data`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scripts => "scripts",
            Self::Headers => "headers",
            Self::Data => "data",
            Self::Purelib => "purelib",
            Self::Platlib => "platlib",
        }
    }
}

/// What a project says to this backend.
#[derive(Clone, Debug, Default)]
pub struct BuildSettings {
    /// The folder of the modules, empty or with a `/` at its end.
    pub module_root: Option<String>,
    /// What is imported; empty where the project's name says it.
    pub modules: Vec<ImportName>,
    /// Whether a module may be a folder without `__init__.py`.
    pub namespace: bool,
    /// The module that has `__version__`.
    pub version_file: Option<String>,
    /// The version of core metadata that is written.
    pub metadata_version: Option<MetadataVersion>,
    /// Files and folders of the project, and where they are in the wheel; without `/` at their ends.
    pub files: BTreeMap<String, String>,
    /// The folders whose contents installers spread; without `/` at their ends.
    pub data: BTreeMap<DataScheme, String>,
    /// The fields of metadata that files say.
    pub dynamic: DynamicFields,
    /// The modules that are compiled.
    pub extensions: Vec<Extension>,
    pub(crate) include: Option<GlobSet>,
    pub(crate) exclude: GlobSet,
    pub(crate) source_include: Option<GlobSet>,
    pub(crate) wheel_exclude: GlobSet,
    pub(crate) sboms: Vec<(String, GlobSet)>,
}

impl BuildSettings {
    /// Reads the table of the pyproject.toml with this text; without one, nothing is said.
    ///
    /// # Errors
    /// When a key is unknown or its value is not what it must be.
    pub(crate) fn read(folder: &Path, text: &str) -> Result<Self, BuildError> {
        let Some(table) = table(text) else {
            return Ok(Self::default());
        };
        let reader = Reader { folder, text };
        let written: Written = table.try_into().map_err(|error: toml::de::Error| {
            BuildError::key(folder, text, TABLE, error.message())
        })?;
        let modules = written.modules.iter().map(|name| {
            let parsed = name.parse::<ImportName>();
            parsed.map_err(|error| reader.fault("modules", error.to_string()))
        });
        let exclude = [written.exclude, written.source_exclude].concat();
        let sboms = written.sboms.into_iter().map(|pattern| {
            let globs = reader.globs("sboms", std::slice::from_ref(&pattern));
            globs.map(|globs| (pattern, globs))
        });
        Ok(Self {
            module_root: written
                .module_root
                .map(|root| reader.module_root(&root))
                .transpose()?,
            modules: modules.collect::<Result<_, _>>()?,
            namespace: written.namespace,
            version_file: written.version_file,
            metadata_version: written
                .metadata_version
                .map(|version| reader.metadata_version(&version))
                .transpose()?,
            files: reader.files(&written.files)?,
            data: reader.data(&written.data)?,
            dynamic: written.dynamic,
            extensions: reader.extensions(written.ext_modules)?,
            include: reader.optional_globs("include", &written.include)?,
            exclude: reader.globs("exclude", &exclude)?,
            source_include: reader.optional_globs("source-include", &written.source_include)?,
            wheel_exclude: reader.globs("wheel-exclude", &written.wheel_exclude)?,
            sboms: sboms.collect::<Result<_, _>>()?,
        })
    }

    /// Whether files are taken by their names, ignored or not.
    pub(crate) fn takes_by_name(&self) -> bool {
        !(self.files.is_empty()
            && self.data.is_empty()
            && self.sboms.is_empty()
            && self.extensions.is_empty())
    }

    /// Whether the file at this path is one of them.
    pub(crate) fn names(&self, path: &str) -> bool {
        let mut places = self.files.keys().chain(self.data.values());
        places.any(|place| below(path, place).is_some())
            || self.sboms.iter().any(|(_, globs)| globs.is_match(path))
            || self.extensions.iter().any(|one| one.needs(path))
    }

    /// The folders that modules may be in, each empty or with a `/` at its end.
    pub(crate) fn module_roots(&self) -> Vec<&str> {
        match &self.module_root {
            Some(root) => vec![root.as_str()],
            None => vec!["src/", ""],
        }
    }

    /// Whether the file at this path is an extension that was compiled in place.
    pub(crate) fn is_compiled(&self, path: &str) -> bool {
        let roots = self.module_roots();
        let mut below = roots.iter().filter_map(|root| path.strip_prefix(root));
        below.any(|path| self.extensions.iter().any(|one| one.is_result(path)))
    }
}

/// What follows of a path below a folder; nothing for the folder, or file, itself.
pub(crate) fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// Reads values whose type is right.
struct Reader<'a> {
    folder: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn fault(&self, key: &str, reason: impl Into<String>) -> BuildError {
        BuildError::key(self.folder, self.text, &format!("{TABLE}.{key}"), reason)
    }

    fn module_root(&self, root: &str) -> Result<String, BuildError> {
        let plain = self.folder_of_project("module-root", root)?;
        if plain.is_empty() {
            return Ok(plain);
        }
        Ok(format!("{plain}/"))
    }

    /// A path below the project's folder, plain; empty for the folder itself.
    fn folder_of_project(&self, key: &str, written: &str) -> Result<String, BuildError> {
        let plain = written.trim_end_matches('/');
        let plain = plain.strip_prefix("./").unwrap_or(plain);
        if plain.is_empty() || plain == "." {
            return Ok(String::new());
        }
        if tilsit_files::join_confined(self.folder, plain).is_err() {
            let reason = format!("`{written}` is not a folder of the project");
            return Err(self.fault(key, reason));
        }
        Ok(plain.to_owned())
    }

    fn metadata_version(&self, written: &str) -> Result<MetadataVersion, BuildError> {
        const KEY: &str = "metadata-version";
        let version = written.parse::<MetadataVersion>();
        let version = version.map_err(|error| self.fault(KEY, error.to_string()))?;
        if !version.is_published() || version < METADATA_OLDEST {
            let reason = format!(
                "is `{written}`; {METADATA_OLDEST} to {} can be written",
                MetadataVersion::NEWEST
            );
            return Err(self.fault(KEY, reason));
        }
        Ok(version)
    }

    fn files(
        &self,
        written: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, BuildError> {
        let pairs = written.iter().map(|(from, to)| {
            let plain = self.folder_of_project("files", from)?;
            let to = to.trim_end_matches('/');
            if plain.is_empty() || tilsit_files::check_relative(to).is_err() {
                let reason = format!(
                    "`{from}` = `{to}`: from a path of the project to one in the wheel, both without `..`"
                );
                return Err(self.fault("files", reason));
            }
            Ok((plain, to.to_owned()))
        });
        pairs.collect()
    }

    fn data(
        &self,
        written: &BTreeMap<DataScheme, String>,
    ) -> Result<BTreeMap<DataScheme, String>, BuildError> {
        let pairs = written.iter().map(|(scheme, from)| {
            let plain = self.folder_of_project("data", from)?;
            if plain.is_empty() {
                let reason = format!("`{}` cannot be the whole project", scheme.name());
                return Err(self.fault("data", reason));
            }
            Ok((*scheme, plain))
        });
        pairs.collect()
    }

    fn extensions(&self, written: Vec<WrittenExtension>) -> Result<Vec<Extension>, BuildError> {
        const KEY: &str = "ext-modules";
        let mut extensions: Vec<Extension> = Vec::new();
        for table in written {
            let extension = Extension::read(self.folder, table);
            let extension = extension.map_err(|reason| self.fault(KEY, reason))?;
            if extensions.iter().any(|known| known.name == extension.name) {
                return Err(self.fault(KEY, format!("`{}` is there twice", extension.name)));
            }
            extensions.push(extension);
        }
        Ok(extensions)
    }

    fn globs(&self, key: &str, patterns: &[String]) -> Result<GlobSet, BuildError> {
        glob_set(patterns).map_err(|reason| self.fault(key, reason))
    }

    fn optional_globs(
        &self,
        key: &str,
        patterns: &[String],
    ) -> Result<Option<GlobSet>, BuildError> {
        let set = (!patterns.is_empty()).then(|| self.globs(key, patterns));
        set.transpose()
    }
}

/// Whether the backend takes what `[tool.tilsit.build]` of this pyproject.toml says.
///
/// # Errors
/// The first fault, with its key and line.
pub fn check(folder: &Path, text: &str) -> Result<(), BuildError> {
    BuildSettings::read(folder, text)?;
    let table = table(text);
    let version = table.as_ref().and_then(|table| table.get("version"));
    if let Some(version) = version.and_then(toml::Value::as_table) {
        let read = crate::vcs_version::options::read(version);
        read.map_err(|reason| BuildError::key(folder, text, VERSION, reason))?;
    }
    Ok(())
}

fn table(text: &str) -> Option<toml::Value> {
    let mut document = text.parse::<toml::Table>().ok()?;
    let mut tool = document.remove("tool")?;
    let mut tilsit = tool.as_table_mut()?.remove("tilsit")?;
    tilsit.as_table_mut()?.remove("build")
}

/// Globs that match a path, and whatever is below it.
fn glob_set(patterns: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let plain = pattern.trim_start_matches("./").trim_end_matches('/');
        for glob in [plain.to_owned(), format!("{plain}/**")] {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            set.add(glob.map_err(|error| error.to_string())?);
        }
    }
    set.build().map_err(|error| error.to_string())
}
