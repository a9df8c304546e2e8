//! `[[tool.tilsit.build.ext-modules]]`: the extension modules of a project, with the keys of
//! `[[tool.setuptools.ext-modules]]`. Reads and checks them; compiles nothing.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

/// The endings of sources of C++.
const CXX_ENDINGS: [&str; 6] = ["cc", "cpp", "cxx", "c++", "C", "mm"];

/// The endings of all sources that a compiler of C or C++ takes.
const C_ENDINGS: [&str; 4] = ["c", "m", "s", "S"];

/// A table as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Written {
    name: String,
    sources: Vec<String>,
    #[serde(default)]
    include_dirs: Vec<String>,
    #[serde(default)]
    define_macros: Vec<Vec<String>>,
    #[serde(default)]
    undef_macros: Vec<String>,
    #[serde(default)]
    library_dirs: Vec<String>,
    #[serde(default)]
    libraries: Vec<String>,
    #[serde(default)]
    runtime_library_dirs: Vec<String>,
    #[serde(default)]
    extra_objects: Vec<String>,
    #[serde(default)]
    extra_compile_args: Vec<String>,
    #[serde(default)]
    extra_link_args: Vec<String>,
    /// Names for the linkers of Windows.
    #[serde(default, rename = "export-symbols")]
    _export_symbols: Vec<String>,
    #[serde(default)]
    depends: Vec<String>,
    #[serde(default)]
    language: Option<Language>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    py_limited_api: Option<String>,
}

/// The language of an extension, which says who links it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Language {
    /// C.
    #[serde(rename = "c")]
    C,
    /// C++.
    #[serde(rename = "c++")]
    Cxx,
}

impl Language {
    /// The language of the source at a path; nothing where a compiler of C does not take it.
    pub fn of_source(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        if CXX_ENDINGS.contains(&ending) {
            return Some(Self::Cxx);
        }
        C_ENDINGS.contains(&ending).then_some(Self::C)
    }
}

/// An extension module.
#[derive(Clone, Debug)]
pub struct Extension {
    /// The dotted name by which it is imported.
    pub name: String,
    /// Its sources, as they are written: paths and globs from the project's folder.
    pub sources: Vec<String>,
    /// The folders of headers.
    pub include_dirs: Vec<String>,
    /// Macros, each with its value if it has one.
    pub define_macros: Vec<(String, Option<String>)>,
    /// Macros that are not to be defined.
    pub undef_macros: Vec<String>,
    /// The folders of libraries, for the linker.
    pub library_dirs: Vec<String>,
    /// Libraries by name, without `lib` and ending.
    pub libraries: Vec<String>,
    /// The folders of libraries, for the loader.
    pub runtime_library_dirs: Vec<String>,
    /// Files that are linked as they are.
    pub extra_objects: Vec<String>,
    /// Words for the compiler.
    pub extra_compile_args: Vec<String>,
    /// Words for the linker.
    pub extra_link_args: Vec<String>,
    /// The language, where it is said.
    pub language: Option<Language>,
    /// Whether the project does without it where it cannot be compiled.
    pub optional: bool,
    /// The first Python of the limited API that it keeps to.
    pub limited_api: Option<(u32, u32)>,
    /// What the source distribution has for it: sources, and `depends`.
    needs: GlobSet,
}

impl Extension {
    /// Checks a table.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(folder: &Path, written: Written) -> Result<Self, String> {
        let name = written.name;
        let fault = |reason: &str| format!("`{name}`: {reason}");
        if !is_dotted_name(&name) {
            return Err(fault("this is no name of a module"));
        }
        if written.sources.is_empty() {
            return Err(fault("`sources` is empty"));
        }
        let mut needs = GlobSetBuilder::new();
        for pattern in written.sources.iter().chain(&written.depends) {
            let pattern = plain(pattern);
            if tilsit_files::join_confined(folder, pattern).is_err() {
                return Err(fault(&format!("`{pattern}` is not in the project")));
            }
            needs.add(glob(pattern).map_err(|reason| fault(&reason))?);
        }
        let define_macros = written.define_macros.into_iter().map(|pair| {
            let mut pair = pair.into_iter();
            match (pair.next(), pair.next(), pair.next()) {
                (Some(key), value, None) => Ok((key, value)),
                _ => Err(fault(
                    "a macro of `define-macros` is `[name]` or `[name, value]`",
                )),
            }
        });
        let limited_api = written.py_limited_api.as_deref().map(|text| {
            let version = text
                .split_once('.')
                .and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
            let version = version.filter(|version| (3, 2) <= *version && version.1 < 256);
            version.ok_or_else(|| {
                fault(&format!(
                    "`py-limited-api` is `{text}`, not a version of Python such as `3.9`"
                ))
            })
        });
        Ok(Self {
            define_macros: define_macros.collect::<Result<_, _>>()?,
            limited_api: limited_api.transpose()?,
            needs: needs.build().map_err(|error| error.to_string())?,
            sources: written.sources,
            include_dirs: written.include_dirs,
            undef_macros: written.undef_macros,
            library_dirs: written.library_dirs,
            libraries: written.libraries,
            runtime_library_dirs: written.runtime_library_dirs,
            extra_objects: written.extra_objects,
            extra_compile_args: written.extra_compile_args,
            extra_link_args: written.extra_link_args,
            language: written.language,
            optional: written.optional,
            name,
        })
    }

    /// The path in a wheel, without the ending: `pkg/_fast` of `pkg._fast`.
    pub fn place(&self) -> String {
        self.name.replace('.', "/")
    }

    /// Whether the file at a path of the project is a source of it, or something `depends` names.
    pub(crate) fn needs(&self, path: &str) -> bool {
        self.needs.is_match(path)
    }

    /// Whether the file at a path below a folder of modules is what this was compiled to.
    pub(crate) fn is_result(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.place());
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix('.')) else {
            return false;
        };
        let (_, ending) = rest.rsplit_once('.').unwrap_or(("", rest));
        !rest.contains('/') && matches!(ending, "so" | "pyd")
    }

    /// The sources among these paths of a project, in the order in which the settings name them.
    ///
    /// # Errors
    /// When one is not there, or of a language that the compiler does not know.
    pub(crate) fn sources_among<'p>(&self, paths: &[&'p str]) -> Result<Vec<&'p str>, String> {
        let mut sources: Vec<&str> = Vec::new();
        for pattern in &self.sources {
            let matcher = glob(plain(pattern))?.compile_matcher();
            let found: Vec<&str> = paths
                .iter()
                .copied()
                .filter(|path| matcher.is_match(path))
                .collect();
            if found.is_empty() {
                return Err(format!("`{}`: there is no source `{pattern}`", self.name));
            }
            for path in found {
                if Language::of_source(path).is_none() {
                    return Err(format!(
                        "`{}`: the source `{path}` is neither C nor C++; what is generated of it can be a source",
                        self.name
                    ));
                }
                if !sources.contains(&path) {
                    sources.push(path);
                }
            }
        }
        Ok(sources)
    }
}

fn plain(pattern: &str) -> &str {
    pattern.strip_prefix("./").unwrap_or(pattern)
}

fn glob(pattern: &str) -> Result<globset::Glob, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map_err(|error| error.to_string())
}

fn is_dotted_name(name: &str) -> bool {
    let is_word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    name.split('.').all(is_word)
}
