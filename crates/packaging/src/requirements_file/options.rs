//! The options of requirements files, for the whole file and for one requirement.

use super::words::words;
use super::{Fault, IncludeKind, LineFault, RequirementLine, Statement};
use crate::name::ProjectName;

/// An option for the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileOption {
    /// `-i`, `--index-url`
    IndexUrl(String),
    /// `--extra-index-url`
    ExtraIndexUrl(String),
    /// `--no-index`
    NoIndex,
    /// `-f`, `--find-links`: a URL or path.
    FindLinks(String),
    /// `--no-binary`
    NoBinary(Vec<ReleaseControl>),
    /// `--only-binary`
    OnlyBinary(Vec<ReleaseControl>),
    /// `--prefer-binary`
    PreferBinary,
    /// `--require-hashes`
    RequireHashes,
    /// `--no-require-hashes`
    NoRequireHashes,
    /// `--pre`
    Pre,
    /// `--all-releases`
    AllReleases(Vec<ReleaseControl>),
    /// `--only-final`
    OnlyFinal(Vec<ReleaseControl>),
    /// `--trusted-host`: a host, perhaps with a port.
    TrustedHost(String),
    /// `--use-feature`
    UseFeature(String),
}

/// One word of a list of projects. Later words add to or undo earlier ones, as in pip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseControl {
    /// `:all:`
    All,
    /// `:none:`, which forgets all before it.
    None,
    /// One project.
    Project(ProjectName),
}

/// A hash that a file may have: `--hash=sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash {
    /// `sha256`, `sha384` or `sha512`.
    pub algorithm: String,
    /// The digest in lower-case hex.
    pub digest: String,
}

/// The strong algorithms of pip and their digest sizes in bytes.
const HASH_ALGORITHMS: [(&str, usize); 3] = [("sha256", 32), ("sha384", 48), ("sha512", 64)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Requirement,
    Constraint,
    Editable,
    IndexUrl,
    ExtraIndexUrl,
    NoIndex,
    FindLinks,
    NoBinary,
    OnlyBinary,
    PreferBinary,
    RequireHashes,
    NoRequireHashes,
    Pre,
    AllReleases,
    OnlyFinal,
    TrustedHost,
    UseFeature,
    Hash,
    ConfigSettings,
    GlobalOption,
}

/// The options, how they are written, and whether they have a value.
const OPTIONS: &[(Name, &[&str], bool)] = &[
    (Name::Requirement, &["-r", "--requirement"], true),
    (Name::Constraint, &["-c", "--constraint"], true),
    (Name::Editable, &["-e", "--editable"], true),
    (Name::IndexUrl, &["-i", "--index-url", "--pypi-url"], true),
    (Name::ExtraIndexUrl, &["--extra-index-url"], true),
    (Name::NoIndex, &["--no-index"], false),
    (Name::FindLinks, &["-f", "--find-links"], true),
    (Name::NoBinary, &["--no-binary"], true),
    (Name::OnlyBinary, &["--only-binary"], true),
    (Name::PreferBinary, &["--prefer-binary"], false),
    (Name::RequireHashes, &["--require-hashes"], false),
    (Name::NoRequireHashes, &["--no-require-hashes"], false),
    (Name::Pre, &["--pre"], false),
    (Name::AllReleases, &["--all-releases"], true),
    (Name::OnlyFinal, &["--only-final"], true),
    (Name::TrustedHost, &["--trusted-host"], true),
    (Name::UseFeature, &["--use-feature"], true),
    (Name::Hash, &["--hash"], true),
    (
        Name::ConfigSettings,
        &["-C", "--config-settings", "--config-setting"],
        true,
    ),
    (Name::GlobalOption, &["--global-option"], true),
];

/// An option as read: its name, how it was written, and its value.
struct Given {
    name: Name,
    written: String,
    value: String,
}

/// The statements of a line that holds only options.
pub(super) fn statements(line: usize, text: &str) -> Result<Vec<Statement>, LineFault> {
    let given = parse(text)?.into_iter();
    given.map(|option| statement(line, option)).collect()
}

/// Gives a requirement the options that stand behind it.
pub(super) fn apply(requirement: &mut RequirementLine, text: &str) -> Result<(), LineFault> {
    for option in parse(text)? {
        match option.name {
            Name::Hash if requirement.editable => {
                let message = "`--hash` may not stand behind an editable requirement";
                return Err(LineFault::new(Fault::MisplacedOption, message));
            }
            Name::Hash => requirement.hashes.push(hash(&option.value)?),
            Name::ConfigSettings => requirement.config_settings.push(setting(&option.value)?),
            Name::GlobalOption => requirement.global_options.push(option.value),
            _ => {
                let message = format!("`{}` may not stand behind a requirement", option.written);
                return Err(LineFault::new(Fault::MisplacedOption, message));
            }
        }
    }
    Ok(())
}

fn statement(line: usize, option: Given) -> Result<Statement, LineFault> {
    let include = |kind, target| Ok(Statement::Include { line, kind, target });
    let value = option.value;
    let option = match option.name {
        Name::Requirement => return include(IncludeKind::Requirements, value),
        Name::Constraint => return include(IncludeKind::Constraints, value),
        Name::IndexUrl => FileOption::IndexUrl(value),
        Name::ExtraIndexUrl => FileOption::ExtraIndexUrl(value),
        Name::NoIndex => FileOption::NoIndex,
        Name::FindLinks => FileOption::FindLinks(value),
        Name::NoBinary => FileOption::NoBinary(projects(&value)?),
        Name::OnlyBinary => FileOption::OnlyBinary(projects(&value)?),
        Name::PreferBinary => FileOption::PreferBinary,
        Name::RequireHashes => FileOption::RequireHashes,
        Name::NoRequireHashes => FileOption::NoRequireHashes,
        Name::Pre => FileOption::Pre,
        Name::AllReleases => FileOption::AllReleases(projects(&value)?),
        Name::OnlyFinal => FileOption::OnlyFinal(projects(&value)?),
        Name::TrustedHost => FileOption::TrustedHost(value),
        Name::UseFeature => FileOption::UseFeature(value),
        Name::Hash | Name::ConfigSettings | Name::GlobalOption => {
            let message = format!("`{}` has no requirement before it", option.written);
            return Err(LineFault::new(Fault::MisplacedOption, message));
        }
        Name::Editable => {
            let message = format!("`{}` must stand first in its line", option.written);
            return Err(LineFault::new(Fault::MisplacedOption, message));
        }
    };
    Ok(Statement::Option { line, option })
}

/// The options of a text, in the forms `--long=value`, `--long value`, `-s value` and `-svalue`.
fn parse(text: &str) -> Result<Vec<Given>, LineFault> {
    let mut given = Vec::new();
    let mut words = words(text)?.into_iter();
    while let Some(word) = words.next() {
        let (name, written, takes_value, attached) = recognize(&word)?;
        let value = match (takes_value, attached) {
            (false, None) => String::new(),
            (false, Some(value)) => {
                let message = format!("`{written}` takes no value, but has `{value}`");
                return Err(LineFault::new(Fault::OptionValue, message));
            }
            (true, Some(value)) => value,
            (true, None) => words.next().unwrap_or_default(),
        };
        if takes_value && value.is_empty() {
            let message = format!("`{written}` has no value");
            return Err(LineFault::new(Fault::OptionValue, message));
        }
        given.push(Given {
            name,
            written,
            value,
        });
    }
    Ok(given)
}

/// The option of a word, how it is written, whether it has a value, and the value if it is there.
/// A long option may be cut short as long as it is clear.
fn recognize(word: &str) -> Result<(Name, String, bool, Option<String>), LineFault> {
    let unknown = |written: &str| {
        let message = if written.starts_with('-') {
            format!("there is no option `{written}`")
        } else {
            format!("`{written}` is neither an option nor the value of one")
        };
        LineFault::new(Fault::UnknownOption, message)
    };
    if !word.starts_with("--") {
        let (short, value) = match word.char_indices().nth(2) {
            Some((end, _)) => (&word[..end], Some(word[end..].to_owned())),
            None => (word, None),
        };
        let found = OPTIONS.iter().find(|(_, forms, _)| forms.contains(&short));
        let (name, _, takes_value) = found.ok_or_else(|| unknown(word))?;
        return Ok((*name, short.to_owned(), *takes_value, value));
    }
    let (long, value) = match word.split_once('=') {
        Some((long, value)) => (long, Some(value.to_owned())),
        None => (word, None),
    };
    let exact = OPTIONS.iter().find(|(_, forms, _)| forms.contains(&long));
    let mut starting = OPTIONS
        .iter()
        .filter(|(_, forms, _)| long.len() > 2 && forms.iter().any(|form| form.starts_with(long)));
    let found = exact.or_else(|| starting.next().filter(|_| starting.next().is_none()));
    let (name, _, takes_value) = found.ok_or_else(|| unknown(long))?;
    Ok((*name, long.to_owned(), *takes_value, value))
}

fn projects(value: &str) -> Result<Vec<ReleaseControl>, LineFault> {
    let words = value.split(',').map(str::trim);
    words
        .map(|word| match word {
            ":all:" => Ok(ReleaseControl::All),
            ":none:" => Ok(ReleaseControl::None),
            name => match name.parse() {
                Ok(name) => Ok(ReleaseControl::Project(name)),
                Err(error) => Err(LineFault::new(Fault::OptionValue, error.to_string())),
            },
        })
        .collect()
}

fn hash(value: &str) -> Result<FileHash, LineFault> {
    let fault = |reason: String| LineFault::new(Fault::OptionValue, reason);
    let (algorithm, digest) = value
        .split_once(':')
        .ok_or_else(|| fault(format!("the hash `{value}` is not of the form `sha256:…`")))?;
    let known = HASH_ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
    let (_, size) = known.ok_or_else(|| {
        fault(format!(
            "the hash algorithm `{algorithm}` is none of sha256, sha384 and sha512"
        ))
    })?;
    let is_hex = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex || digest.len() != 2 * size {
        let digits = 2 * size;
        return Err(fault(format!(
            "`{digest}` is no {algorithm} digest of {digits} hex digits"
        )));
    }
    Ok(FileHash {
        algorithm: algorithm.to_owned(),
        digest: digest.to_ascii_lowercase(),
    })
}

fn setting(value: &str) -> Result<(String, String), LineFault> {
    match value.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => {
            let message = format!("the setting `{value}` is not of the form `KEY=VALUE`");
            Err(LineFault::new(Fault::OptionValue, message))
        }
    }
}
