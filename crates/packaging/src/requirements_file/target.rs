//! What a line names: a PEP 508 requirement, a URL or a path.
//!
//! pip looks whether a folder or file is there; here the form alone decides, as on a system where
//! everything named is there.

use super::{Fault, LineFault};
use crate::marker::Marker;
use crate::name::{ExtraName, ProjectName};
use crate::requirement::{Requirement, RequirementSource};

/// What is to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A requirement with a name, perhaps at a URL: `flask>=3`, `flask @ https://…`.
    Named(Requirement),
    /// A URL of which the name is not known, or only from its fragment.
    Url(UrlTarget),
    /// A path of a folder or archive.
    Path(PathTarget),
}

/// A URL to install from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTarget {
    /// The URL with its fragment.
    pub url: String,
    /// The name in `#egg=`.
    pub name: Option<ProjectName>,
    /// The extras in `#egg=name[…]`, or behind a `file:` URL.
    pub extras: Vec<ExtraName>,
    /// The folder in `#subdirectory=`, not confined.
    pub subdirectory: Option<String>,
    /// The marker behind ` ; `.
    pub marker: Marker,
}

/// A path to install from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTarget {
    /// The path as written.
    pub path: String,
    /// The extras in brackets behind it.
    pub extras: Vec<ExtraName>,
    /// The marker behind `;`.
    pub marker: Marker,
}

/// The endings of file names that are archives to pip.
const ARCHIVE_ENDINGS: [&str; 11] = [
    ".whl",
    ".zip",
    ".tar.gz",
    ".tgz",
    ".tar",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lzma",
];

/// The version control systems of which pip takes URLs `<system>+<scheme>:`.
const VERSION_CONTROL: [&str; 4] = ["git", "hg", "svn", "bzr"];

/// A target without `-e`.
pub(super) fn target(text: &str) -> Result<Target, LineFault> {
    if is_url(text) {
        return url(text);
    }
    let (place, _) = text.split_once(';').unwrap_or((text, ""));
    let (place, _) = split_extras(place.trim());
    if is_path(place) {
        return path(text);
    }
    let requirement = text.parse().map_err(requirement_fault)?;
    Ok(Target::Named(requirement))
}

/// A target with `-e`: a path, or a repository.
pub(super) fn editable(text: &str) -> Result<Target, LineFault> {
    if text.is_empty() {
        return Err(LineFault::new(Fault::OptionValue, "`-e` has no value"));
    }
    let target = if is_url(text) {
        url(text)?
    } else if is_named_url(text) {
        let requirement: Requirement = text.parse().map_err(requirement_fault)?;
        Target::Named(requirement)
    } else {
        return path(text);
    };
    let place = match &target {
        Target::Url(target) => &target.url,
        Target::Named(Requirement {
            source: RequirementSource::Url(url),
            ..
        }) => url,
        _ => text,
    };
    let scheme = scheme(place).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("file") && !is_version_control(scheme) {
        let message =
            format!("`{place}` can not be editable: it is neither a path nor a repository");
        return Err(LineFault::new(Fault::Requirement, message));
    }
    Ok(target)
}

fn requirement_fault(error: impl std::fmt::Display) -> LineFault {
    LineFault::new(Fault::Requirement, error.to_string())
}

/// `<scheme>:…` with a scheme that pip fetches from.
fn is_url(text: &str) -> bool {
    scheme(text).is_some_and(|scheme| {
        is_version_control(scheme)
            || ["http", "https", "file", "ftp"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let is_scheme = scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some(scheme)
}

fn is_version_control(scheme: &str) -> bool {
    let system = scheme.split_once('+').map_or("", |(system, _)| system);
    VERSION_CONTROL
        .iter()
        .any(|known| system.eq_ignore_ascii_case(known))
}

/// Whether a text can only be meant as a path; `name @ URL` has slashes too.
fn is_path(text: &str) -> bool {
    if is_named_url(text) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    text.starts_with('.')
        || text.contains(['/', '\\'])
        || ARCHIVE_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// `name @ …` or `name[extras] @ …`
fn is_named_url(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, _)| {
        let (name, _) = split_extras(name.trim());
        name.trim().parse::<ProjectName>().is_ok()
    })
}

fn path(text: &str) -> Result<Target, LineFault> {
    let (place, marker) = split_marker(text, ";")?;
    let (path, extras) = split_extras(place);
    Ok(Target::Path(PathTarget {
        path: path.to_owned(),
        extras: parse_extras(extras)?,
        marker,
    }))
}

fn url(text: &str) -> Result<Target, LineFault> {
    let (url, marker) = split_marker(text, "; ")?;
    if url.contains(char::is_whitespace) {
        let message = format!("the URL `{url}` has white space in it");
        return Err(LineFault::new(Fault::Requirement, message));
    }
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let value = |key: &str| {
        let mut pairs = fragment.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(found, _)| *found == key)
            .map(|(_, value)| value)
    };
    let mut target = UrlTarget {
        url: url.to_owned(),
        name: None,
        extras: Vec::new(),
        subdirectory: value("subdirectory").map(str::to_owned),
        marker,
    };
    if let Some(egg) = value("egg") {
        let (name, extras) = split_extras(egg);
        target.name = Some(name.parse().map_err(requirement_fault)?);
        target.extras = parse_extras(extras)?;
    } else if scheme(url).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file")) {
        let (url, extras) = split_extras(url);
        url.clone_into(&mut target.url);
        target.extras = parse_extras(extras)?;
    }
    Ok(Target::Url(target))
}

/// Splits off a marker; without one it is always true.
fn split_marker<'a>(text: &'a str, separator: &str) -> Result<(&'a str, Marker), LineFault> {
    let Some((place, marker)) = text.split_once(separator) else {
        return Ok((text.trim().trim_end_matches(';').trim_end(), Marker::TRUE));
    };
    let marker = match marker.trim() {
        "" => Marker::TRUE,
        text => text.parse().map_err(requirement_fault)?,
    };
    Ok((place.trim(), marker))
}

/// Splits off `[…]` at the end.
fn split_extras(text: &str) -> (&str, &str) {
    match text.strip_suffix(']').and_then(|text| text.rfind('[')) {
        Some(start) if start > 0 => (&text[..start], &text[start + 1..text.len() - 1]),
        _ => (text, ""),
    }
}

fn parse_extras(text: &str) -> Result<Vec<ExtraName>, LineFault> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let names = text.split(',').map(str::trim);
    names
        .map(|name| name.parse().map_err(requirement_fault))
        .collect()
}
