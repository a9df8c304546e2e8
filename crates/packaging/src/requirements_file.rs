//! pip's requirements files: requirements, constraints and options, line by line.
//!
//! Follows "Requirements File Format" of pip's documentation, and pip itself where that is silent:
//! lines joined by `\`, comments, `${NAME}` variables, options quoted as in a shell. Stricter than
//! pip in that nothing is ignored in silence: an option where it has no effect is an error. More
//! generous in one point: `-e URL ; marker` keeps its marker.
//!
//! Files named by `-r` and `-c` are data ([`Statement::Include`]); the caller reads them, relative
//! to the file that names them. Variables come from the caller too, and their values never appear
//! in messages.

mod decode;
mod lines;
mod options;
mod target;
#[cfg(test)]
mod tests;
mod words;

pub use self::decode::DecodeError;
pub use self::options::{FileHash, FileOption, ReleaseControl};
pub use self::target::{PathTarget, Target, UrlTarget};

/// A requirements or constraints file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequirementsFile {
    /// What the lines say, in order. A line with several options makes several statements.
    pub statements: Vec<Statement>,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Something to install.
    Requirement(RequirementLine),
    /// `-r` or `-c`: another file.
    Include {
        /// The line, counted from 1.
        line: usize,
        /// Whether the file holds requirements or constraints.
        kind: IncludeKind,
        /// Its path or URL, relative to the file that names it.
        target: String,
    },
    /// An option for the whole file.
    Option {
        /// The line, counted from 1.
        line: usize,
        /// The option.
        option: FileOption,
    },
}

/// What an included file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeKind {
    /// `-r`
    Requirements,
    /// `-c`
    Constraints,
}

/// Something to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementLine {
    /// The line it starts on, counted from 1.
    pub line: usize,
    /// What is to be installed.
    pub target: Target,
    /// `-e`
    pub editable: bool,
    /// `--hash`: the hashes of which a file must have one, if there are any.
    pub hashes: Vec<FileHash>,
    /// `--config-settings`: keys and values for the build backend.
    pub config_settings: Vec<(String, String)>,
    /// `--global-option`, deprecated.
    pub global_options: Vec<String>,
}

/// Why a requirements file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` line {line}: {message}")]
pub struct RequirementsFileError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line where the statement starts, counted from 1.
    pub line: usize,
    /// What kind of fault it is.
    pub fault: Fault,
    /// The reason, in words; values of variables are replaced by `${NAME}`.
    pub message: String,
}

/// The kinds of faults in a requirements file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file is not text in an encoding that is known.
    Encoding,
    /// A quote is not closed, or a `\` stands last.
    Quoting,
    /// There is no such option.
    UnknownOption,
    /// An option stands where it has no meaning.
    MisplacedOption,
    /// The value of an option is missing, unwanted or malformed.
    OptionValue,
    /// A requirement, URL, path, extra or marker is malformed.
    Requirement,
}

impl RequirementsFile {
    /// Reads a file's bytes. `file` is its name for messages; `variable` gives the value of an
    /// environment variable.
    ///
    /// # Errors
    /// [`RequirementsFileError`], with file, line and reason, for the first fault.
    ///
    /// ```
    /// use tilsit_packaging::requirements_file::RequirementsFile;
    /// let bytes = b"--no-index\nflask >=3,\\\n  <4  # the web\n";
    /// let file = RequirementsFile::parse("requirements.txt", bytes, &|_| None)?;
    /// assert_eq!(file.statements.len(), 2);
    /// # Ok::<(), tilsit_packaging::requirements_file::RequirementsFileError>(())
    /// ```
    pub fn parse(
        file: &str,
        bytes: &[u8],
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<RequirementsFile, RequirementsFileError> {
        let text = decode::decode(bytes).map_err(|error| RequirementsFileError {
            file: file.to_owned(),
            line: error.line(),
            fault: Fault::Encoding,
            message: error.to_string(),
        })?;
        let mut statements = Vec::new();
        for line in lines::logical_lines(&text, variable) {
            let found = statements_of(line.number, &line.text);
            statements.extend(found.map_err(|LineFault { fault, message }| {
                RequirementsFileError {
                    file: file.to_owned(),
                    line: line.number,
                    fault,
                    message: line.without_values(message),
                }
            })?);
        }
        Ok(RequirementsFile { statements })
    }

    /// The requirements, in order.
    pub fn requirements(&self) -> impl Iterator<Item = &RequirementLine> {
        self.statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Requirement(requirement) => Some(requirement),
                _ => None,
            })
    }

    /// The options, in order.
    pub fn options(&self) -> impl Iterator<Item = &FileOption> {
        self.statements
            .iter()
            .filter_map(|statement| match statement {
                Statement::Option { option, .. } => Some(option),
                _ => None,
            })
    }
}

/// A requirement as it may stand on a command line or in a file, without options: a PEP 508
/// requirement, a URL or a path.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse_target(text: &str) -> Result<Target, String> {
    target::target(text).map_err(|fault| fault.message)
}

/// What may stand behind `-e`: a path, or a URL of a folder or repository.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse_editable(text: &str) -> Result<Target, String> {
    target::editable(text).map_err(|fault| fault.message)
}

/// A fault without its place.
#[derive(Debug)]
struct LineFault {
    fault: Fault,
    message: String,
}

impl LineFault {
    fn new(fault: Fault, message: impl Into<String>) -> LineFault {
        LineFault {
            fault,
            message: message.into(),
        }
    }
}

/// The statements of a logical line.
fn statements_of(line: usize, text: &str) -> Result<Vec<Statement>, LineFault> {
    if let Some(rest) = editable_value(text) {
        let (value, options) = split_options(rest);
        let target = target::editable(&unquoted(value)?)?;
        return requirement(line, target, true, options).map(|found| vec![found]);
    }
    let (text, options) = split_options(text);
    if text.is_empty() {
        return options::statements(line, options);
    }
    let target = target::target(text)?;
    requirement(line, target, false, options).map(|found| vec![found])
}

fn requirement(
    line: usize,
    target: Target,
    editable: bool,
    options: &str,
) -> Result<Statement, LineFault> {
    let mut requirement = RequirementLine {
        line,
        target,
        editable,
        hashes: Vec::new(),
        config_settings: Vec::new(),
        global_options: Vec::new(),
    };
    options::apply(&mut requirement, options)?;
    Ok(Statement::Requirement(requirement))
}

/// What follows `-e` at the start of a line.
fn editable_value(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix("--editable") {
        return rest.starts_with(['=', ' ', '\t']).then(|| rest[1..].trim());
    }
    text.strip_prefix("-e").map(str::trim)
}

/// The words before the first that starts with `-`, and the rest.
///
/// Only options are quoted as in a shell; in requirements the quotes belong to markers.
fn split_options(text: &str) -> (&str, &str) {
    let mut start = 0;
    for word in text.split([' ', '\t']) {
        if word.starts_with('-') {
            break;
        }
        start += word.len() + 1;
    }
    let start = start.min(text.len());
    (text[..start].trim(), text[start..].trim())
}

/// A value that may stand in quotes as a whole.
fn unquoted(text: &str) -> Result<String, LineFault> {
    if !text.starts_with(['"', '\'']) {
        return Ok(text.to_owned());
    }
    match &words::words(text)?[..] {
        [word] => Ok(word.clone()),
        _ => Ok(text.to_owned()),
    }
}
