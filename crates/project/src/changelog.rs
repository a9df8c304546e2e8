//! A changelog: whether it tells of a release, and the heading that a release gets in it.
//!
//! Markdown and reStructuredText, in the forms that people write by hand: `## [1.2.0] - 2026-01-31`,
//! `1.2.0 (2026-01-31)` over a line of dashes, `## Unreleased`. Nothing but headings is understood, and
//! nothing but the heading of the release is changed. What follows from commits is not written here.

use std::fmt;
use std::ops::Range;

use tilsit_packaging::version::Version;

/// The names that a changelog has, without its ending, in lower case.
const NAMES: [&str; 4] = ["changelog", "changes", "history", "news"];

/// The endings that it has.
const ENDINGS: [&str; 4] = ["", ".md", ".rst", ".txt"];

/// The words for what has not been released yet.
const UNRELEASED: &str = "unreleased";

/// Whether a file is a changelog, by its name.
pub fn is_changelog(file_name: &str) -> bool {
    let name = file_name.to_ascii_lowercase();
    let stem = |ending: &&str| name.strip_suffix(*ending);
    ENDINGS
        .iter()
        .filter_map(stem)
        .any(|stem| NAMES.contains(&stem))
}

/// What a changelog has of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A section of its own, which is left as it is.
    Ready,
    /// Notes that wait for a release; the text in which they are this one's.
    Waiting(String),
}

/// Why a changelog does not tell of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEntry {
    /// There is neither a section of the release nor one of what is unreleased.
    Missing,
    /// There is one, and nothing in it.
    Empty {
        /// The line of its heading, counted from 1.
        line: usize,
        /// The heading.
        heading: String,
    },
}

impl fmt::Display for NoEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => {
                formatter.write_str("has no section of this version and none that is unreleased")
            }
            Self::Empty { line, heading } => {
                write!(formatter, "has nothing below `{heading}` (line {line})")
            }
        }
    }
}

/// A heading.
#[derive(Clone, Debug)]
struct Heading<'a> {
    /// Its first line, counted from 0.
    line: usize,
    /// The line after it, with what is drawn below.
    end: usize,
    /// `##`, or the character that is drawn.
    level: &'a str,
    /// Its words, without `##`.
    text: &'a str,
    /// Where these are in the line.
    place: Range<usize>,
}

/// What `text` has of the release of `version`, which is made on `date` (`2026-01-31`).
///
/// # Errors
/// When it tells nothing of it.
pub fn entry(text: &str, version: &Version, date: &str) -> Result<Entry, NoEntry> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let headings = headings(&lines);
    let own = headings
        .iter()
        .position(|heading| version_in(heading.text).is_some_and(|found| found == *version));
    let waiting = || {
        headings
            .iter()
            .position(|heading| is_unreleased(heading.text))
    };
    let index = own.or_else(waiting).ok_or(NoEntry::Missing)?;
    let heading = &headings[index];
    if !has_words(&lines, &headings, index) {
        return Err(NoEntry::Empty {
            line: heading.line + 1,
            heading: heading.text.to_owned(),
        });
    }
    if own.is_none() {
        return Ok(Entry::Waiting(with_heading(
            &lines, &headings, index, version, date,
        )));
    }
    let Some(place) = unreleased_in(heading.text) else {
        return Ok(Entry::Ready);
    };
    let dated = replaced(heading.text, &place, date);
    Ok(Entry::Waiting(with_line(&lines, heading, &dated)))
}

/// The headings, in order.
fn headings<'a>(lines: &[&'a str]) -> Vec<Heading<'a>> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for (line, whole) in lines.iter().enumerate() {
        let trimmed = whole.trim_end();
        if let Some(mark) = ["```", "~~~"]
            .into_iter()
            .find(|mark| trimmed.trim_start().starts_with(mark))
        {
            fence = match fence {
                None => Some(mark),
                Some(open) if open == mark => None,
                open => open,
            };
            continue;
        }
        if fence.is_some() {
            continue;
        }
        let hashes = trimmed.len() - trimmed.trim_start_matches('#').len();
        if (1..=6).contains(&hashes) && trimmed[hashes..].starts_with([' ', '\t']) {
            let text = trimmed[hashes..].trim().trim_end_matches('#').trim_end();
            let start = trimmed.len() - trimmed[hashes..].trim_start().len();
            found.push(Heading {
                line,
                end: line + 1,
                level: &trimmed[..hashes],
                text,
                place: start..start + text.len(),
            });
            continue;
        }
        let below = lines.get(line + 1).map_or("", |below| below.trim_end());
        if !trimmed.is_empty()
            && !trimmed.starts_with(char::is_whitespace)
            && is_drawn(below)
            && !is_drawn(trimmed)
        {
            found.push(Heading {
                line,
                end: line + 2,
                level: &below[..1],
                text: trimmed,
                place: 0..trimmed.len(),
            });
        }
    }
    found
}

/// Whether a line is drawn below a heading: at least two of one character.
fn is_drawn(line: &str) -> bool {
    let first = line.chars().next();
    first.is_some_and(|first| "=-~^*+#\"'`:._".contains(first))
        && line.len() >= 2
        && line.chars().all(|other| Some(other) == first)
}

/// The words of a heading, with where each one is.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let is_between = |character: char| character.is_whitespace() || "[]()`*,:".contains(character);
    text.split(is_between)
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (start..start + word.len(), word)
        })
}

/// The first word that is a version, as long as it is not the name of something else.
fn version_in(text: &str) -> Option<Version> {
    Some(version_place(text)?.1)
}

fn version_place(text: &str) -> Option<(Range<usize>, Version)> {
    // Dates are versions too (`2026-01-31` with a post-release): what comes first is meant.
    words(text).take(3).find_map(|(place, word)| {
        let plain = word.strip_prefix(['v', 'V']).unwrap_or(word);
        let starts = plain.starts_with(|first: char| first.is_ascii_digit());
        let version = plain.parse().ok().filter(|_| starts && !is_date(plain))?;
        Some((place.end - plain.len()..place.end, version))
    })
}

/// Whether a word is a date, as `2026-01-31`.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().all(is_number)
        && matches!(parts[..], [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2)
}

/// Where it is said that a section is unreleased.
fn unreleased_in(text: &str) -> Option<Range<usize>> {
    let found = words(text).find(|(_, word)| word.eq_ignore_ascii_case(UNRELEASED));
    found.map(|(place, _)| place)
}

fn is_unreleased(text: &str) -> bool {
    unreleased_in(text).is_some() && version_in(text).is_none()
}

/// Whether something is written below a heading, before the next of its level or of a version.
fn has_words(lines: &[&str], headings: &[Heading<'_>], index: usize) -> bool {
    let heading = &headings[index];
    let ends = headings[index + 1..]
        .iter()
        .find(|next| next.level == heading.level || version_in(next.text).is_some());
    let end = ends.map_or(lines.len(), |next| next.line);
    let within = |line: usize| {
        let inner = headings[index + 1..].iter();
        inner
            .clone()
            .any(|inner| (inner.line..inner.end).contains(&line))
    };
    let mut below = (heading.end..end).filter(|line| !within(*line));
    below.any(|line| {
        let text = lines[line].trim();
        // A link's definition and what is drawn say nothing.
        let is_link = text.starts_with('[') && text.contains("]:");
        !text.is_empty() && !is_link && !is_drawn(text) && !text.starts_with("<!--")
    })
}

/// The text in which the notes below the heading `index` have one of the release; the old heading stays
/// above, for what comes next.
fn with_heading(
    lines: &[&str],
    headings: &[Heading<'_>],
    index: usize,
    version: &Version,
    date: &str,
) -> String {
    let waiting = &headings[index];
    let before = headings[index + 1..]
        .iter()
        .find(|next| next.level == waiting.level && version_in(next.text).is_some());
    let text = match before {
        Some(before) => like(before.text, version, date),
        None if waiting.text.starts_with('[') => format!("[{version}] - {date}"),
        None => format!("{version} ({date})"),
    };
    let line_end = if lines[waiting.line].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut heading = if waiting.level.starts_with('#') && waiting.end == waiting.line + 1 {
        format!("{} {text}{line_end}", waiting.level)
    } else {
        let drawn = waiting.level.repeat(text.chars().count().max(2));
        format!("{text}{line_end}{drawn}{line_end}")
    };
    heading.insert_str(0, line_end);
    let mut whole = lines[..waiting.end].concat();
    whole += &heading;
    whole += &lines[waiting.end..].concat();
    whole
}

/// A heading as that of an earlier release, with another version and date.
fn like(earlier: &str, version: &Version, date: &str) -> String {
    let mut places: Vec<(Range<usize>, String)> = Vec::new();
    if let Some((place, _)) = words(earlier).find(|(_, word)| is_date(word)) {
        places.push((place, date.to_owned()));
    }
    if let Some((place, _)) = version_place(earlier) {
        places.push((place, version.to_string()));
    }
    // From the end, so that places before stay where they are.
    places.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    let mut text = earlier.to_owned();
    for (place, with) in places {
        text.replace_range(place, &with);
    }
    text
}

fn with_line(lines: &[&str], heading: &Heading<'_>, text: &str) -> String {
    let mut whole = lines[..heading.line].concat();
    whole += &replaced(lines[heading.line], &heading.place, text);
    let grown = text
        .chars()
        .count()
        .saturating_sub(heading.text.chars().count());
    for line in &lines[heading.line + 1..heading.end] {
        // A heading may not be longer than what is drawn below it.
        whole += &heading.level.repeat(grown);
        whole += line;
    }
    whole += &lines[heading.end..].concat();
    whole
}

fn replaced(text: &str, place: &Range<usize>, with: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(place.clone(), with);
    text
}

#[cfg(test)]
mod tests;
