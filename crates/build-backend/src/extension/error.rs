//! Why an extension could not be compiled.

use std::path::PathBuf;

use tilsit_files::FileError;

/// Why an extension could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nobody has said which Python it is for.
    #[error("extensions are compiled for a Python, and none is named")]
    NoPython,
    /// The Python does not say how it was compiled.
    #[error("the Python `{}` does not say how it was compiled: {reason}", .path.display())]
    Python {
        /// The program.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
    /// A Python says nothing of what is needed.
    #[error("this Python does not say its `{0}`: it has none of a compiler like those of Unix")]
    Unsaid(&'static str),
    /// A Python for which wheels have no tag.
    #[error("wheels have no tag for extensions of `{0}`")]
    Implementation(String),
    /// Words of the environment, or of Python, that are none.
    #[error("`{name}` is `{value}`, where a quotation does not end")]
    Words {
        /// The variable.
        name: String,
        /// What it says.
        value: String,
    },
    /// There are no headers of Python.
    #[error("there is no `Python.h` in {}", list(.0))]
    NoHeaders(Vec<PathBuf>),
    /// The compiler cannot be started.
    #[error("the compiler `{program}` cannot be run: {reason}")]
    NoCompiler {
        /// What was started.
        program: String,
        /// Why not.
        reason: String,
    },
    /// The compiler does not take a source.
    #[error("`{source_path}` cannot be compiled ({status})\n{output}")]
    Compile {
        /// The source.
        source_path: String,
        /// How the compiler ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// The linker does not make an extension of the objects.
    #[error("it cannot be linked ({status})\n{output}")]
    Link {
        /// How the linker ended.
        status: String,
        /// What it said.
        output: String,
    },
}

fn list(folders: &[PathBuf]) -> String {
    let quoted: Vec<String> = folders
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    quoted.join(", ")
}
