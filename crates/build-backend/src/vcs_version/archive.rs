//! What archives say of the commit that they are of: `.git_archival.txt` as `git archive` fills it in,
//! and `.hg_archival.txt` of Mercurial.

use std::collections::BTreeMap;
use std::path::Path;

use super::options::VcsOptions;
use super::scheme::State;
use super::tag::{version_in, version_of};

/// The largest file that is read.
const SIZE_MAX_BYTES: usize = 1 << 20;

/// The version of a commit before any tag.
const NONE_YET: &str = "0.0";

/// What a folder's archive file says; nothing when there is none, or git did not fill it in.
pub(super) fn read(folder: &Path, options: &VcsOptions) -> Result<Option<State>, String> {
    let of_git = text(&folder.join(".git_archival.txt"))?;
    let found = of_git.map(|text| git_archive(&text, options)).transpose()?;
    if let Some(state) = found.flatten() {
        return Ok(Some(state));
    }
    let of_mercurial = text(&folder.join(".hg_archival.txt"))?;
    let found = of_mercurial.map(|text| mercurial_archive(&text, options));
    found.transpose()
}

fn text(path: &Path) -> Result<Option<String>, String> {
    match tilsit_files::read(path) {
        Ok(bytes) if bytes.len() > SIZE_MAX_BYTES => {
            Err(format!("`{}` is larger than 1 MiB", path.display()))
        }
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| format!("`{}` is not UTF-8", path.display())),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Lines of `name: value` up to the first that is none; of a name's values the last.
pub fn fields(text: &str) -> BTreeMap<&str, String> {
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    let mut last = None;
    for line in text.lines() {
        if let (true, Some(name)) = (line.starts_with([' ', '\t']), last) {
            if let Some(value) = fields.get_mut(name) {
                value.push('\n');
                value.push_str(line);
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) else {
            break;
        };
        fields.insert(name, value.trim().to_owned());
        last = Some(name);
    }
    fields
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The state that `.git_archival.txt` tells, if git filled it in.
///
/// # Errors
/// When a tag has no version in it.
pub fn git_archive(text: &str, options: &VcsOptions) -> Result<Option<State>, String> {
    const UNFILLED: &str = "%(describe";
    let fields = fields(text);
    let value = |name: &str| fields.get(name).map(String::as_str);
    let node = value("node").filter(|node| !node.to_ascii_uppercase().contains("$FORMAT"));
    let describe = value("describe-name");
    let describe = describe.filter(|text| !text.is_empty() && !text.contains(UNFILLED));
    if let Some(describe) = describe.filter(|text| !text.contains("$Format")) {
        let mut state = described(describe, options)?;
        state.is_dirty = false;
        if state.node.is_none() {
            // Of a tagged commit only this line tells it; versions of tags do not have it.
            state.node = node.map(|node| format!("g{node}"));
        }
        return Ok(Some(state));
    }
    let names = value("ref-names").unwrap_or_default().split(", ");
    for tag in names.filter_map(|name| name.trim().strip_prefix("tag: ")) {
        if let Some(version) = version_in(tag, options)? {
            return Ok(Some(State::at_tag(version)));
        }
    }
    let Some(node) = node else {
        return Ok(None);
    };
    let mut state = State::at_tag(version_of(NONE_YET, &VcsOptions::default())?);
    state.node = Some(node.to_owned());
    Ok(Some(state))
}

/// The state that `.hg_archival.txt` tells.
///
/// # Errors
/// When a tag has no version in it, or its distance is no number.
pub fn mercurial_archive(text: &str, options: &VcsOptions) -> Result<State, String> {
    let fields = fields(text);
    let value = |name: &str| fields.get(name).map(String::as_str);
    if let Some(tag) = value("tag") {
        return Ok(State::at_tag(version_of(tag, options)?));
    }
    let node = value("node").filter(|node| !node.is_empty());
    let node = node.map(|node| format!("h{node}"));
    let Some(tag) = value("latesttag") else {
        let mut state = State::at_tag(version_of(NONE_YET, &VcsOptions::default())?);
        state.node = node;
        return Ok(state);
    };
    let distance = value("latesttagdistance").unwrap_or_default();
    let distance = distance
        .parse()
        .map_err(|_| format!("`latesttagdistance` is `{distance}`, which is no number"))?;
    let mut state = State::at_tag(version_of(tag, options)?);
    state.distance = distance;
    state.node = node;
    state.branch = value("branch").map(str::to_owned);
    Ok(state)
}

/// What `git describe` says: `v1.5-3-gabc1234-dirty`, or a tag alone.
///
/// # Errors
/// When the tag has no version in it.
pub fn described(text: &str, options: &VcsOptions) -> Result<State, String> {
    let plain = text.strip_suffix("-dirty");
    let is_dirty = plain.is_some();
    let plain = plain.unwrap_or(text);
    let (tag, distance, node) = parts(plain).unwrap_or((plain, 0, None));
    let mut state = State::at_tag(version_of(tag, options)?);
    state.distance = distance;
    state.node = node.map(|node| format!("g{node}"));
    state.is_dirty = is_dirty;
    Ok(state)
}

/// Tag, distance and commit of `tag-3-gabc1234`; tags may have dashes too.
fn parts(text: &str) -> Option<(&str, u64, Option<&str>)> {
    let (rest, node) = text.rsplit_once("-g")?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let (tag, distance) = rest.rsplit_once('-')?;
    let is_whole = !tag.is_empty() && !node.is_empty() && node.bytes().all(is_hex);
    let is_number = !distance.is_empty() && distance.bytes().all(|byte| byte.is_ascii_digit());
    if !is_whole || !is_number {
        return None;
    }
    Some((tag, distance.parse().ok()?, Some(node)))
}
