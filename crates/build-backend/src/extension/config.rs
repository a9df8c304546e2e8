//! How a Python was compiled, as its `sysconfig` says: what its extensions are compiled with, and the
//! tag of their wheels. Asking is one short process; what it answers is a value like any other.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::error::ExtensionError;
use super::settings::Extension;

const SCRIPT: &str = include_str!("ask.py");

/// How a Python was compiled.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CompilerConfig {
    /// The compiler of C, and words for it.
    pub cc: Option<String>,
    /// The compiler of C++, and words for it.
    pub cxx: Option<String>,
    /// Words for the compiler.
    pub cflags: Option<String>,
    /// Words for the compiler of what is loaded at run time.
    pub ccshared: Option<String>,
    /// The linker of what is loaded at run time, and words for it.
    pub ldshared: Option<String>,
    /// The same for C++; Pythons before 3.11 have none.
    pub ldcxxshared: Option<String>,
    /// The end of an extension's file name: `.cpython-311-x86_64-linux-gnu.so`.
    pub extension_suffix: Option<String>,
    /// The folders of Python's headers.
    pub include: Vec<PathBuf>,
    /// The folder of Python's library, where it is shared.
    pub library: Option<PathBuf>,
    /// `cpython`, `pypy`.
    pub implementation: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// `sys.abiflags`: `t`, `d`.
    pub abi_flags: String,
    /// `cpython-311-x86_64-linux-gnu`.
    pub soabi: Option<String>,
    /// Whether it has no global lock.
    pub is_free_threaded: bool,
    /// `linux-x86_64`.
    pub platform: String,
}

impl CompilerConfig {
    /// Asks the Python at a path.
    ///
    /// # Errors
    /// When it cannot be started, or answers something else.
    pub fn ask(python: &Path) -> Result<Self, ExtensionError> {
        let fault = |reason: String| ExtensionError::Python {
            path: python.to_path_buf(),
            reason,
        };
        let output = Command::new(python)
            .args(["-I", "-S", "-B", "-c", SCRIPT])
            .stdin(Stdio::null())
            .env_remove("__PYVENV_LAUNCHER__")
            .output()
            .map_err(|error| fault(error.to_string()))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            let last = text.lines().rev().find(|line| !line.trim().is_empty());
            return Err(fault(last.unwrap_or("it wrote nothing").trim().to_owned()));
        }
        let text = String::from_utf8(output.stdout).map_err(|error| fault(error.to_string()))?;
        Self::parse(&text).map_err(fault)
    }

    /// Reads what a Python has answered.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(answer: &str) -> Result<Self, String> {
        let config: Self = serde_json::from_str(answer).map_err(|error| error.to_string())?;
        // Parts of file names.
        let plain = |text: &str| {
            let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            text.chars().all(is_plain)
        };
        let names = [&config.implementation, &config.abi_flags, &config.platform];
        let optional = [&config.extension_suffix, &config.soabi];
        let texts = names.into_iter().chain(optional.into_iter().flatten());
        for text in texts {
            if !plain(text) {
                let text = text.escape_debug();
                return Err(format!("`{text}` is no part of a file name"));
            }
        }
        Ok(config)
    }

    /// The tag of a wheel with these extensions (PEP 425).
    ///
    /// # Errors
    /// When wheels have no tag for this Python.
    pub(crate) fn tag(&self, extensions: &[Extension]) -> Result<String, ExtensionError> {
        let platform = self.platform.replace(['-', '.'], "_");
        let (major, minor) = self.version;
        let limited = extensions.iter().map(|one| self.limited_api_of(one));
        let limited: Option<Vec<_>> = limited.collect();
        if let Some((major, minor)) = limited.and_then(|all| all.into_iter().max()) {
            return Ok(format!("cp{major}{minor}-abi3-{platform}"));
        }
        match (self.implementation.as_str(), &self.soabi) {
            ("cpython", _) => {
                let python = format!("cp{major}{minor}");
                Ok(format!("{python}-{python}{}-{platform}", self.abi_flags))
            }
            ("pypy", Some(soabi)) => {
                let abi: Vec<&str> = soabi.splitn(3, '-').take(2).collect();
                Ok(format!("pp{major}{minor}-{}-{platform}", abi.join("_")))
            }
            (name, _) => Err(ExtensionError::Implementation(name.to_owned())),
        }
    }

    /// The first Python of the limited API that an extension is compiled for; nothing where this
    /// Python has no stable ABI, or is older.
    pub(crate) fn limited_api_of(&self, extension: &Extension) -> Option<(u32, u32)> {
        let has_one = self.implementation == "cpython" && !self.is_free_threaded;
        let limited = extension.limited_api.filter(|_| has_one);
        limited.filter(|first| *first <= self.version)
    }

    /// The path of an extension in the wheel.
    ///
    /// # Errors
    /// When this Python does not say how file names of extensions end.
    pub(crate) fn path_of(&self, extension: &Extension) -> Result<String, ExtensionError> {
        let place = extension.place();
        if self.limited_api_of(extension).is_some() && cfg!(unix) {
            return Ok(format!("{place}.abi3.so"));
        }
        let suffix = self.extension_suffix.as_ref();
        let suffix = suffix.ok_or(ExtensionError::Unsaid("EXT_SUFFIX"))?;
        Ok(format!("{place}{suffix}"))
    }
}
