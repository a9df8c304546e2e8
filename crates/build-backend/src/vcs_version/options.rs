//! What a project says about its version: `[tool.tilsit.build.version]`, or the tables that it has for
//! another tool already (`[tool.setuptools_scm]`, `[tool.hatch.version]`).
//!
//! Keys may be written with `-` or `_`. What another tool would do and this one does not is refused,
//! by name.

use regex::Regex;
use serde::Deserialize;
use tilsit_packaging::name::ProjectName;

/// Keys of the other tool that run code of the project or of plugins.
const CODE: [&str; 2] = ["parse", "version-cls"];

/// The regular expression for tags when there is none: dashed words, then a version.
const TAG_REGEX: &str = r"^(?:[\w-]+-)?(?P<version>[vV]?\d+(?:\.\d+){0,2}[^\+]*)(?:\+.*)?$";

/// How the version follows from a state that is no tagged commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionScheme {
    /// The last number one up: `1.2` to `1.3.dev4`.
    GuessNextDev,
    /// `1.2` to `1.2.post4`.
    PostRelease,
    /// The third number one up, on a branch called `feature` the second.
    SimplifiedSemver,
    /// The second number one up, on the branch of a release the last.
    ReleaseBranchSemver,
    /// `1.2` to `1.2.post1.dev4`.
    NoGuessDev,
    /// The tag's, whatever has changed since.
    OnlyVersion,
    /// The day of the commit.
    CalverByDate,
}

/// What stands behind the `+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalScheme {
    /// The commit, and with changes the day.
    NodeAndDate,
    /// The commit, and with changes the second.
    NodeAndTimestamp,
    /// `dirty`, with changes.
    DirtyTag,
    /// Nothing.
    NoLocalVersion,
    /// Nothing, and an error with changes.
    NoLocalVersionStrict,
    /// An error with changes, else what the next scheme says.
    FailOnUncommittedChanges,
}

const VERSION_SCHEMES: [(&str, VersionScheme); 9] = [
    ("guess-next-dev", VersionScheme::GuessNextDev),
    ("post-release", VersionScheme::PostRelease),
    ("python-simplified-semver", VersionScheme::SimplifiedSemver),
    ("semver-pep440", VersionScheme::SimplifiedSemver),
    ("release-branch-semver", VersionScheme::ReleaseBranchSemver),
    (
        "semver-pep440-release-branch",
        VersionScheme::ReleaseBranchSemver,
    ),
    ("no-guess-dev", VersionScheme::NoGuessDev),
    ("only-version", VersionScheme::OnlyVersion),
    ("calver-by-date", VersionScheme::CalverByDate),
];

const LOCAL_SCHEMES: [(&str, LocalScheme); 6] = [
    ("node-and-date", LocalScheme::NodeAndDate),
    ("node-and-timestamp", LocalScheme::NodeAndTimestamp),
    ("dirty-tag", LocalScheme::DirtyTag),
    ("no-local-version", LocalScheme::NoLocalVersion),
    ("no-local-version-strict", LocalScheme::NoLocalVersionStrict),
    (
        "fail-on-uncommitted-changes",
        LocalScheme::FailOnUncommittedChanges,
    ),
];

/// What is said about the version.
#[derive(Clone, Debug)]
pub struct VcsOptions {
    /// The top of the repository, from the project's folder.
    pub root: String,
    /// Where an sdist and an archive are looked for, from the project's folder.
    pub fallback_root: String,
    /// Whether the repository may be of a folder above.
    pub search_parent_directories: bool,
    /// How the version follows.
    pub version_scheme: VersionScheme,
    /// What stands behind the `+`: the first that says something.
    pub local_schemes: Vec<LocalScheme>,
    /// What finds the version in a tag.
    pub tag_regex: Regex,
    /// What tags start with.
    pub tag_prefix: String,
    /// Whether only tags with a dot count.
    pub tag_strict: bool,
    /// The arguments of `git describe`, in place of the usual ones.
    pub describe: Option<Vec<String>>,
    /// Whether a clone without its whole history is an error.
    pub fail_on_shallow: bool,
    /// What the folder's name starts with when there is nothing else.
    pub parentdir_prefix_version: Option<String>,
    /// The version when there is nothing else.
    pub fallback_version: Option<String>,
    /// The file that gets the version.
    pub version_file: Option<String>,
    /// What stands in it.
    pub version_file_template: Option<String>,
    /// The name in variables that override the version.
    pub dist_name: Option<ProjectName>,
}

impl Default for VcsOptions {
    fn default() -> Self {
        Self {
            root: ".".to_owned(),
            fallback_root: ".".to_owned(),
            search_parent_directories: false,
            version_scheme: VersionScheme::GuessNextDev,
            local_schemes: vec![LocalScheme::NodeAndDate],
            tag_regex: Regex::new(TAG_REGEX).expect("the expression is right"),
            tag_prefix: String::new(),
            tag_strict: false,
            describe: None,
            fail_on_shallow: false,
            parentdir_prefix_version: None,
            fallback_version: None,
            version_file: None,
            version_file_template: None,
            dist_name: None,
        }
    }
}

/// The table as it is written, with `-` in all keys.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Written {
    git: Option<bool>,
    root: Option<String>,
    fallback_root: Option<String>,
    search_parent_directories: bool,
    version_scheme: Option<OneOrMany>,
    local_scheme: Option<OneOrMany>,
    tag_regex: Option<String>,
    tag: WrittenTag,
    scm: WrittenScm,
    git_describe_command: Option<OneOrMany>,
    parentdir_prefix_version: Option<String>,
    fallback_version: Option<String>,
    version_file: Option<String>,
    version_file_template: Option<String>,
    write_to: Option<String>,
    write_to_template: Option<String>,
    /// Where the file is written: never into the source tree here, whatever it says.
    write_to_source: Option<bool>,
    normalize: Option<bool>,
    dist_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenTag {
    prefix: String,
    strict: Option<bool>,
    regex: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenScm {
    git: WrittenGit,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenGit {
    pre_parse: Option<String>,
    describe_command: Option<OneOrMany>,
    distance_scope: Option<toml::Value>,
    /// Only counts with `distance-scope`.
    distance_count: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// Reads a table.
///
/// # Errors
/// The reason, with the key in it.
pub fn read(table: &toml::Table) -> Result<VcsOptions, String> {
    let table = dashed(table);
    if let Some(key) = CODE.into_iter().find(|key| table.contains_key(*key)) {
        return Err(format!("`{key}` names code, and none is run here"));
    }
    let written: Result<Written, toml::de::Error> = toml::Value::Table(table).try_into();
    let written = written.map_err(|error| error.message().trim().to_owned())?;
    refuse(&written)?;
    let usual = VcsOptions::default();
    let describe = written
        .git_describe_command
        .or(written.scm.git.describe_command);
    let tag_regex = written.tag_regex.or(written.tag.regex);
    let (version_file, version_file_template) = match (
        written.version_file,
        written.write_to,
        written.root.as_deref(),
    ) {
        (None, Some(path), None | Some(".")) => (Some(path), written.write_to_template),
        (_, Some(_), _) => {
            return Err(
                "`write-to` is done only alone, and where `root` is the project: \
                            `version-file` is its new name"
                    .to_owned(),
            );
        }
        (path, None, _) => (path, written.version_file_template),
    };
    Ok(VcsOptions {
        root: written.root.unwrap_or(usual.root),
        fallback_root: written.fallback_root.unwrap_or(usual.fallback_root),
        search_parent_directories: written.search_parent_directories,
        version_scheme: written
            .version_scheme
            .map(version_scheme)
            .transpose()?
            .unwrap_or(usual.version_scheme),
        local_schemes: written
            .local_scheme
            .map(local_schemes)
            .transpose()?
            .unwrap_or(usual.local_schemes),
        tag_regex: tag_regex
            .filter(|pattern| !pattern.is_empty())
            .map(|pattern| expression(&pattern))
            .transpose()?
            .unwrap_or(usual.tag_regex),
        tag_prefix: written.tag.prefix,
        tag_strict: written.tag.strict.unwrap_or_default(),
        describe: describe.map(describe_arguments).transpose()?,
        fail_on_shallow: fail_on_shallow(written.scm.git.pre_parse.as_deref())?,
        parentdir_prefix_version: written.parentdir_prefix_version,
        fallback_version: written.fallback_version,
        version_file,
        version_file_template: version_file_template.filter(|text| !text.is_empty()),
        dist_name: written
            .dist_name
            .map(|name| {
                name.parse()
                    .map_err(|error| format!("`dist-name`: {error}"))
            })
            .transpose()?,
    })
}

/// Refuses what is not done here.
fn refuse(written: &Written) -> Result<(), String> {
    let reason = if written.git == Some(false) {
        "`git = false` leaves nothing that tells the version"
    } else if written.normalize == Some(false) {
        "`normalize = false` is not done: wheels have normal versions"
    } else if !matches!(
        written.scm.git.distance_scope,
        None | Some(toml::Value::Boolean(false))
    ) {
        "`scm.git.distance-scope` is not done here"
    } else {
        return Ok(());
    };
    Err(reason.to_owned())
}

/// The table with `-` for `_` in its keys.
fn dashed(table: &toml::Table) -> toml::Table {
    let pairs = table.iter().map(|(key, value)| {
        let value = match value {
            toml::Value::Table(table) => toml::Value::Table(dashed(table)),
            other => other.clone(),
        };
        (key.replace('_', "-"), value)
    });
    pairs.collect()
}

fn version_scheme(written: OneOrMany) -> Result<VersionScheme, String> {
    // The first of several always answers, since all that are known do.
    let names = written.into_vec();
    let name = names.first().map_or("", String::as_str);
    let known = VERSION_SCHEMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, scheme)| *scheme).ok_or_else(|| {
        let all = VERSION_SCHEMES.map(|(name, _)| name).join(", ");
        format!("`version-scheme` is `{name}`; known are {all}")
    })
}

fn local_schemes(written: OneOrMany) -> Result<Vec<LocalScheme>, String> {
    let schemes = written.into_vec().into_iter().map(|name| {
        let known = LOCAL_SCHEMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, scheme)| *scheme).ok_or_else(|| {
            let all = LOCAL_SCHEMES.map(|(name, _)| name).join(", ");
            format!("`local-scheme` is `{name}`; known are {all}")
        })
    });
    schemes.collect()
}

/// A regular expression with one group, or one called `version`.
pub(crate) fn expression(pattern: &str) -> Result<Regex, String> {
    let regex = Regex::new(pattern).map_err(|error| {
        // The message points at the place on lines of their own.
        let message = error.to_string();
        let last = message.lines().last().unwrap_or_default().trim().to_owned();
        format!("the expression `{pattern}` is not one that is understood here: {last}")
    })?;
    let groups = regex.captures_len() - 1;
    let has_version = regex
        .capture_names()
        .flatten()
        .any(|name| name == "version");
    if groups == 0 || (groups > 1 && !has_version) {
        return Err(format!(
            "the expression `{pattern}` has neither a single group nor one called `version`"
        ));
    }
    Ok(regex)
}

/// The arguments of a command that is `git describe`.
fn describe_arguments(written: OneOrMany) -> Result<Vec<String>, String> {
    let words = match written {
        OneOrMany::One(line) => shlex::split(&line).unwrap_or_default(),
        OneOrMany::Many(words) => words,
    };
    match words.as_slice() {
        [git, describe, rest @ ..] if git == "git" && describe == "describe" => Ok(rest.to_vec()),
        _ => Err(format!(
            "`git-describe-command` is `{}`, and nothing but `git describe` is run here",
            words.join(" ")
        )),
    }
}

fn fail_on_shallow(written: Option<&str>) -> Result<bool, String> {
    match written {
        None | Some("warn_on_shallow") => Ok(false),
        Some("fail_on_shallow") => Ok(true),
        Some(other) => Err(format!(
            "`scm.git.pre-parse` is `{other}`; known are warn_on_shallow, fail_on_shallow"
        )),
    }
}
