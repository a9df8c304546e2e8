//! The words of a compiler and a linker for an extension: what Python's `sysconfig` says, what the
//! variables of the environment say instead (`CC`, `CXX`, `CFLAGS`, `CXXFLAGS`, `CPPFLAGS`, `LDSHARED`,
//! `LDCXXSHARED`, `LDFLAGS`), and what the extension wants, in the order of distutils. Starts nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::config::CompilerConfig;
use super::error::ExtensionError;
use super::settings::{Extension, Language};

/// The macro by which an extension keeps to the limited API.
const LIMITED: &str = "Py_LIMITED_API";

/// A compiler, and its linker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compiler {
    c: Vec<String>,
    cxx: Vec<String>,
    link_c: Vec<String>,
    link_cxx: Vec<String>,
}

impl Compiler {
    /// What this Python and these variables say.
    ///
    /// # Errors
    /// When they say no compiler, or a quotation does not end.
    pub(crate) fn new(
        config: &CompilerConfig,
        variables: &BTreeMap<OsString, OsString>,
    ) -> Result<Self, ExtensionError> {
        let variable = |name: &str| {
            variables
                .get(OsStr::new(name))
                .and_then(|text| text.to_str())
        };
        let said = |name: &str, text: &Option<String>| {
            let text = variable(name).or(text.as_deref()).unwrap_or_default();
            words(name, text)
        };
        let added = |name: &str| words(name, variable(name).unwrap_or_default());
        let own_cc = words("CC", config.cc.as_deref().unwrap_or_default())?;
        let (cc, cxx) = (said("CC", &config.cc)?, said("CXX", &config.cxx)?);
        if cc.is_empty() {
            return Err(ExtensionError::Unsaid("CC"));
        }
        let shared = words("CCSHARED", config.ccshared.as_deref().unwrap_or_default())?;
        let (cflags, preprocess) = (said("CFLAGS", &config.cflags)?, added("CPPFLAGS")?);
        let cxxflags = said("CXXFLAGS", &config.cflags)?;
        let mut link_c = said("LDSHARED", &config.ldshared)?;
        if variable("LDSHARED").is_none() {
            // Another compiler links too.
            link_c = replace_start(link_c, &own_cc, &cc);
        }
        let mut link_cxx = said("LDCXXSHARED", &config.ldcxxshared)?;
        if variable("LDCXXSHARED").is_none() {
            let own = words("CXX", config.cxx.as_deref().unwrap_or_default())?;
            link_cxx = if link_cxx.is_empty() {
                replace_start(link_c.clone(), &cc, &cxx)
            } else {
                replace_start(link_cxx, &own, &cxx)
            };
        }
        let ends = |flags: &str| -> Result<Vec<String>, ExtensionError> {
            Ok([added("LDFLAGS")?, added(flags)?, preprocess.clone()].concat())
        };
        Ok(Self {
            link_c: [link_c, ends("CFLAGS")?].concat(),
            link_cxx: [link_cxx, ends("CXXFLAGS")?].concat(),
            c: [cc, cflags, preprocess.clone(), shared.clone()].concat(),
            cxx: [cxx, cxxflags, preprocess.clone(), shared].concat(),
        })
    }

    /// The words that compile a source of an extension, without the files.
    ///
    /// # Errors
    /// When there is no compiler of C++, and the source is C++.
    pub(crate) fn compile(
        &self,
        source: &str,
        extension: &Extension,
        config: &CompilerConfig,
    ) -> Result<Vec<String>, ExtensionError> {
        let mut words = match Language::of_source(source) {
            Some(Language::Cxx) if self.cxx.is_empty() => {
                return Err(ExtensionError::Unsaid("CXX"));
            }
            Some(Language::Cxx) => self.cxx.clone(),
            _ => self.c.clone(),
        };
        let is_defined = extension
            .define_macros
            .iter()
            .any(|(name, _)| name == LIMITED);
        if let Some((major, minor)) = config.limited_api_of(extension)
            && !is_defined
        {
            words.push(format!("-D{LIMITED}=0x{major:02x}{minor:02x}0000"));
        }
        for (name, value) in &extension.define_macros {
            words.push(match value {
                Some(value) => format!("-D{name}={value}"),
                None => format!("-D{name}"),
            });
        }
        words.extend(
            extension
                .undef_macros
                .iter()
                .map(|name| format!("-U{name}")),
        );
        words.extend(
            extension
                .include_dirs
                .iter()
                .map(|folder| format!("-I{folder}")),
        );
        let own = config
            .include
            .iter()
            .map(|folder| format!("-I{}", folder.display()));
        words.extend(own);
        words.extend(extension.extra_compile_args.iter().cloned());
        Ok(words)
    }

    /// The words that link these objects to an extension at `target`; its sources say the language,
    /// unless it says so itself.
    ///
    /// # Errors
    /// When this Python says no linker.
    pub(crate) fn link(
        &self,
        extension: &Extension,
        sources: &[&str],
        objects: &[String],
        target: &str,
        config: &CompilerConfig,
    ) -> Result<Vec<String>, ExtensionError> {
        let of_sources = |source: &&str| Language::of_source(source) == Some(Language::Cxx);
        let is_cxx = match extension.language {
            Some(language) => language == Language::Cxx,
            None => sources.iter().any(of_sources),
        };
        let (mut words, name) = if is_cxx {
            (self.link_cxx.clone(), "LDCXXSHARED")
        } else {
            (self.link_c.clone(), "LDSHARED")
        };
        if words.is_empty() {
            return Err(ExtensionError::Unsaid(name));
        }
        words.extend(objects.iter().cloned());
        words.extend(extension.extra_objects.iter().cloned());
        let folders = extension.library_dirs.iter();
        words.extend(folders.map(|folder| format!("-L{folder}")));
        words.extend(
            config
                .library
                .iter()
                .map(|folder| format!("-L{}", folder.display())),
        );
        let folders = extension.runtime_library_dirs.iter();
        words.extend(folders.map(|folder| format!("-Wl,-rpath,{folder}")));
        words.extend(extension.libraries.iter().map(|name| format!("-l{name}")));
        words.extend(["-o".to_owned(), target.to_owned()]);
        words.extend(extension.extra_link_args.iter().cloned());
        Ok(words)
    }
}

fn words(name: &str, text: &str) -> Result<Vec<String>, ExtensionError> {
    shlex::split(text).ok_or_else(|| ExtensionError::Words {
        name: name.to_owned(),
        value: text.to_owned(),
    })
}

/// The words with another start, if they have this one.
fn replace_start(words: Vec<String>, from: &[String], to: &[String]) -> Vec<String> {
    match words.strip_prefix(from) {
        Some(rest) => [to, rest].concat(),
        None => words,
    }
}

#[cfg(test)]
mod tests;
