//! Versions, requirements and candidates in words.

use tilsit_packaging::name::ExtraName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::version::Version;

use crate::options::RootRequirement;
use crate::question::Unusable;

/// A line of the user, with the place where it was written.
pub(crate) fn line(line: &RootRequirement) -> String {
    let requirement = requirement(&line.requirement);
    match line.origin.as_str() {
        "" => requirement,
        origin => format!("{requirement} ({origin})"),
    }
}

/// A requirement without its marker: an explanation is for one environment.
pub(crate) fn requirement(requirement: &Requirement) -> String {
    format!("`{}`", bare(requirement))
}

fn bare(requirement: &Requirement) -> String {
    let mut text = requirement.name.to_string();
    if !requirement.extras.is_empty() {
        let extras: Vec<&str> = requirement.extras.iter().map(ExtraName::as_str).collect();
        text.push('[');
        text.push_str(&extras.join(","));
        text.push(']');
    }
    match &requirement.source {
        RequirementSource::Specifiers(specifiers) => text.push_str(&specifiers.to_string()),
        RequirementSource::Url(url) => {
            text.push_str(" @ ");
            text.push_str(url);
        }
    }
    text
}

/// Versions, oldest first: `1.0`, `1.0 and 1.1`, `1.0 to 2.3 (14 versions)`.
pub(crate) fn versions(versions: &[&Version]) -> String {
    match versions {
        [first, .., last] if versions.len() > 3 => {
            format!("{first} to {last} ({} versions)", versions.len())
        }
        _ => and(versions.iter().map(ToString::to_string).collect()),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and(words: Vec<String>) -> String {
    join(words, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn or(words: Vec<String>) -> String {
    join(words, "or")
}

fn join(mut words: Vec<String>, word: &str) -> String {
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} {word} {last}", words.join(", ")),
    }
}

/// Why candidates cannot be used, as the rest of a sentence about one or several of them.
pub(crate) fn unusable(reason: &Unusable, many: bool) -> String {
    let (have, are, were) = if many {
        ("have", "are", "were")
    } else {
        ("has", "is", "was")
    };
    match reason {
        Unusable::NoMatchingWheel(tags) => match tags.to_string() {
            tags if tags.is_empty() => {
                format!("{have} no wheel for this platform and Python, and no source distribution")
            }
            tags => format!("{have} wheels for {tags} only, and no source distribution"),
        },
        Unusable::BuildNotAllowed => {
            format!("{have} no wheel for this platform and Python, and building is not allowed")
        }
        Unusable::WheelNotAllowed => {
            format!("{have} no source distribution, and wheels are not allowed")
        }
        Unusable::NoFiles => format!("{have} no files"),
        Unusable::TooNew(when) if when.is_empty() => {
            format!("{were} uploaded after the cut-off date")
        }
        Unusable::TooNew(when) => format!("{were} uploaded after the cut-off date ({when})"),
        Unusable::NoUploadTime => {
            format!("{have} no upload time, which the cut-off date needs")
        }
        Unusable::NoMetadata(why) => format!("{are} of no use without metadata: {why}"),
        Unusable::Other(words) => words.clone(),
    }
}
