//! From the state of a repository to a version: the schemes of setuptools-scm 10.

use jiff::civil::Date;
use jiff::tz::Offset;
use regex::Regex;
use tilsit_packaging::version::Version;

use super::options::{LocalScheme, VcsOptions, VersionScheme};
use super::tag;

/// How much of a commit's name stands in a version, with the letter in front.
const NODE_LENGTH: usize = 10;

/// Dates as versions: `24.1.31`, `2024.01.31.2`.
const DATE: &str = r"^(?P<date>[vV]?(?P<year>\d{2}|\d{4})\.(?P<month>\d{1,2})\.(?P<day>\d{1,2}))(?:\.(?P<patch>\d*))?$";

/// The state of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The version of the nearest tag.
    pub tag: Version,
    /// How many commits there are since.
    pub distance: u64,
    /// The commit, with `g` or `h` in front for git and Mercurial.
    pub node: Option<String>,
    /// Whether files are changed.
    pub is_dirty: bool,
    /// The branch.
    pub branch: Option<String>,
    /// The day of the commit.
    pub node_date: Option<Date>,
}

impl State {
    /// The state at a tag.
    pub fn at_tag(tag: Version) -> Self {
        Self {
            tag,
            distance: 0,
            node: None,
            is_dirty: false,
            branch: None,
            node_date: None,
        }
    }

    /// Whether it is just what the tag is.
    pub fn is_exact(&self) -> bool {
        self.distance == 0 && !self.is_dirty
    }

    /// The commit as it stands in versions.
    pub fn short_node(&self) -> Option<&str> {
        let node = self.node.as_deref()?;
        let length = NODE_LENGTH + usize::from(node.starts_with('h'));
        Some(node.get(..length).unwrap_or(node))
    }
}

/// The time now, as versions have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(jiff::civil::DateTime);

impl Moment {
    /// So many seconds after 1970, in UTC; what no calendar has is its end.
    pub fn at(seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).ok();
        let found = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        Self(Offset::UTC.to_datetime(found.unwrap_or(jiff::Timestamp::MAX)))
    }

    /// The day.
    pub fn date(self) -> Date {
        self.0.date()
    }

    fn digits(self, with_time: bool) -> String {
        let now = self.0;
        let date = format!("{:04}{:02}{:02}", now.year(), now.month(), now.day());
        if with_time {
            return format!(
                "{date}{:02}{:02}{:02}",
                now.hour(),
                now.minute(),
                now.second()
            );
        }
        date
    }
}

/// The version of a state.
///
/// # Errors
/// The reason: the tag cannot be counted on from, or changes are not allowed.
pub fn version(state: &State, options: &VcsOptions, now: Moment) -> Result<Version, String> {
    let public = state.tag.without_local();
    let main = main_part(state, &public, options, now)?;
    let local = local_part(state, options, now)?;
    let text = with_local(&main, &state.tag, &local);
    text.parse()
        .map_err(|error| format!("the version `{text}`: {error}"))
}

fn main_part(
    state: &State,
    public: &Version,
    options: &VcsOptions,
    now: Moment,
) -> Result<String, String> {
    let tag = public.to_string();
    let scheme = options.version_scheme;
    if state.is_exact() || scheme == VersionScheme::OnlyVersion {
        return Ok(tag);
    }
    let branch = state.branch.as_deref();
    let guessed = match scheme {
        VersionScheme::OnlyVersion => tag,
        VersionScheme::PostRelease => return Ok(format!("{tag}.post{}", state.distance)),
        VersionScheme::GuessNextDev => next(&tag)?,
        VersionScheme::NoGuessDev => match without_dev(&tag)? {
            Some(plain) => plain.to_owned(),
            None if tag.contains("post") => {
                return Err(format!("cannot count on from `{tag}`, a post release"));
            }
            None => format!("{tag}.post1"),
        },
        VersionScheme::SimplifiedSemver => {
            let is_feature = branch.is_some_and(|branch| branch.contains("feature"));
            next_semver(public, if is_feature { 2 } else { 3 })?
        }
        VersionScheme::ReleaseBranchSemver => {
            if is_branch_of(branch, &tag, options)? {
                next(&tag)?
            } else {
                next_semver(public, 2)?
            }
        }
        VersionScheme::CalverByDate => {
            if let Some(version) = date_of_branch(branch, options)? {
                return Ok(version);
            }
            next_date(&tag, state.node_date.unwrap_or_else(|| now.date()))?
        }
    };
    Ok(format!("{guessed}.dev{}", state.distance))
}

/// The version before `.dev0`; a tag with another number of a development release is refused.
fn without_dev(tag: &str) -> Result<Option<&str>, String> {
    match tag.rsplit_once(".dev") {
        None => Ok(None),
        Some((plain, "0")) => Ok(Some(plain)),
        Some(_) => Err(format!(
            "cannot count on from `{tag}`: of development releases only `.dev0` may be tagged"
        )),
    }
}

/// The last number one up.
fn next(tag: &str) -> Result<String, String> {
    if let Some(plain) = without_dev(tag)? {
        return Ok(plain.to_owned());
    }
    let plain = tag.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let number: u64 = tag[plain.len()..]
        .parse()
        .map_err(|_| format!("cannot count on from `{tag}`"))?;
    Ok(format!("{plain}{}", above(number)?))
}

fn above(number: u64) -> Result<u64, String> {
    number
        .checked_add(1)
        .ok_or_else(|| format!("cannot count on from {number}"))
}

/// The last of so many numbers one up, in a version of three.
fn next_semver(tag: &Version, retained: usize) -> Result<String, String> {
    let mut numbers: Vec<u64> = tag.release().to_vec();
    if tag.dev() != Some(0) {
        numbers.resize(retained, 0);
        if let Some(last) = numbers.last_mut() {
            *last = above(*last)?;
        }
    }
    if numbers.len() < 3 {
        numbers.resize(3, 0);
    }
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    let epoch = match tag.epoch() {
        0 => String::new(),
        epoch => format!("{epoch}!"),
    };
    Ok(format!("{epoch}{}", numbers.join(".")))
}

/// Whether a branch such as `release/1.2` is that of the tag.
fn is_branch_of(branch: Option<&str>, tag: &str, options: &VcsOptions) -> Result<bool, String> {
    let last = branch.and_then(|branch| branch.rsplit('/').next());
    let found = last.map(|last| tag::found(last, options)).transpose()?;
    let Some((version, _)) = found.flatten() else {
        return Ok(false);
    };
    let version = version.strip_prefix('v').unwrap_or(version);
    Ok(version.split('.').take(2).eq(tag.split('.').take(2)))
}

/// The date that the branch `release-24.1.31` is called after.
fn date_of_branch(branch: Option<&str>, options: &VcsOptions) -> Result<Option<String>, String> {
    let Some(branch) = branch.filter(|branch| branch.starts_with("release-")) else {
        return Ok(None);
    };
    let last = branch.rsplit('-').next().unwrap_or_default();
    let found = tag::found(last, options)?;
    let version = found.map(|(version, _)| version);
    Ok(version
        .filter(|version| date_expression().is_match(version))
        .map(str::to_owned))
}

fn date_expression() -> Regex {
    Regex::new(DATE).expect("the expression is right")
}

/// The day's version, or the next one of that day.
fn next_date(tag: &str, day: Date) -> Result<String, String> {
    let expression = date_expression();
    let captures = expression.captures(tag);
    let has_century = captures
        .as_ref()
        .is_none_or(|captures| captures["year"].len() != 4);
    let year = |year: i16| if has_century { year % 100 } else { year };
    let mut patch = 0;
    if let Some(captures) = captures {
        let fault = || format!("the tag `{tag}` is no date");
        let number = |name: &str| captures[name].parse::<i16>().map_err(|_| fault());
        let written = number("year")?;
        // Two digits are of 1969 to 2068, as in POSIX.
        let full = match written {
            0..69 => 2000 + written,
            69..100 => 1900 + written,
            _ => written,
        };
        let month = i8::try_from(number("month")?).map_err(|_| fault())?;
        let date = i8::try_from(number("day")?).map_err(|_| fault())?;
        if Date::new(full, month, date).map_err(|_| fault())? == day {
            let tagged = captures.name("patch").map_or("", |patch| patch.as_str());
            let tagged = if tagged.is_empty() { "0" } else { tagged };
            patch = above(tagged.parse().map_err(|_| fault())?)?;
        }
    }
    Ok(format!(
        "{}.{}.{}.{patch}",
        year(day.year()),
        day.month(),
        day.day()
    ))
}

fn local_part(state: &State, options: &VcsOptions, now: Moment) -> Result<String, String> {
    for scheme in &options.local_schemes {
        match scheme {
            LocalScheme::NoLocalVersionStrict | LocalScheme::FailOnUncommittedChanges
                if state.is_dirty =>
            {
                return Err("files of the work tree are changed".to_owned());
            }
            LocalScheme::FailOnUncommittedChanges => {}
            LocalScheme::NoLocalVersion | LocalScheme::NoLocalVersionStrict => {
                return Ok(String::new());
            }
            LocalScheme::DirtyTag => {
                let dirty = if state.is_dirty { "dirty" } else { "" };
                return Ok(dirty.to_owned());
            }
            LocalScheme::NodeAndDate => return Ok(node_and_time(state, &now.digits(false))),
            LocalScheme::NodeAndTimestamp => return Ok(node_and_time(state, &now.digits(true))),
        }
    }
    Ok("unknown".to_owned())
}

fn node_and_time(state: &State, time: &str) -> String {
    let mut parts = Vec::new();
    if !state.is_exact() {
        parts.extend(state.short_node().map(str::to_owned));
    }
    if state.is_dirty {
        parts.push(format!("d{time}"));
    }
    parts.join(".")
}

/// The version with the tag's own local part and another behind it, each piece once.
fn with_local(main: &str, tag: &Version, local: &str) -> String {
    let tag = tag.to_string();
    let own = tag.split_once('+').map_or("", |(_, local)| local);
    let mut pieces: Vec<&str> = Vec::new();
    for piece in own.split('.').chain(local.split('.')) {
        if !piece.is_empty() && !pieces.contains(&piece) {
            pieces.push(piece);
        }
    }
    if pieces.is_empty() {
        return main.to_owned();
    }
    format!("{main}+{}", pieces.join("."))
}
