//! The file that tells a version to the program itself (`version-file`), from a template.
//!
//! Templates are format strings of Python with the fields that setuptools-scm gives them: `version`,
//! `version_tuple`, and of `scm_version` the `node`, `short_node`, `distance`, `dirty` and `tag`;
//! `!r` and `!s` convert, `{{` and `}}` are braces.

use tilsit_packaging::version::Version;

use super::scheme::State;

/// The names are those that programs import from the files of setuptools-scm.
const PYTHON: &str = "# Written by the build from version control; not meant to be kept there.
from __future__ import annotations

__all__ = [
    \"__commit_id__\",
    \"__version__\",
    \"__version_tuple__\",
    \"commit_id\",
    \"version\",
    \"version_tuple\",
]

__version__: str
version: str
__version_tuple__: tuple[int | str, ...]
version_tuple: tuple[int | str, ...]
__commit_id__: str | None
commit_id: str | None

__version__ = version = {version!r}
__version_tuple__ = version_tuple = {version_tuple!r}
__commit_id__ = commit_id = {scm_version.short_node!r}
";

/// The text for the file at `path`; without a template the usual one for its ending.
///
/// # Errors
/// The reason: there is no usual template, or the template asks for what it is not given.
pub fn text(
    path: &str,
    template: Option<&str>,
    version: &Version,
    state: Option<&State>,
) -> Result<String, String> {
    let usual = match path.rsplit_once('.') {
        Some((_, "py")) => PYTHON,
        Some((_, "txt")) => "{version}",
        _ if template.is_none() => {
            return Err(format!(
                "`{path}` is neither `.py` nor `.txt` and has no template"
            ));
        }
        _ => "",
    };
    let values = Values { version, state };
    values.filled(template.unwrap_or(usual))
}

/// What a template may ask for.
struct Values<'a> {
    version: &'a Version,
    state: Option<&'a State>,
}

impl Values<'_> {
    fn filled(&self, template: &str) -> Result<String, String> {
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let field = rest.split_once('}').filter(|_| brace == "{");
            let (field, after) =
                field.ok_or_else(|| "the template has a brace alone".to_owned())?;
            text.push_str(&self.value(field)?);
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn value(&self, field: &str) -> Result<String, String> {
        let (name, is_repr) = match field.split_once('!') {
            None => (field, false),
            Some((name, "r")) => (name, true),
            Some((name, "s")) => (name, false),
            Some(_) => {
                return Err(format!(
                    "the template has `{{{field}}}`; `!r` and `!s` convert"
                ));
            }
        };
        let state = self.state;
        let quoted = |text: &str| {
            if is_repr {
                quoted(text)
            } else {
                text.to_owned()
            }
        };
        let or_none = |text: Option<&str>| text.map_or_else(|| "None".to_owned(), quoted);
        Ok(match name {
            "version" => quoted(&self.version.to_string()),
            "version_tuple" => tuple(self.version),
            "scm_version.short_node" => or_none(state.and_then(State::short_node)),
            "scm_version.node" => or_none(state.and_then(|state| state.node.as_deref())),
            "scm_version.distance" => state.map_or(0, |state| state.distance).to_string(),
            "scm_version.dirty" => {
                let is_dirty = state.is_some_and(|state| state.is_dirty);
                if is_dirty { "True" } else { "False" }.to_owned()
            }
            "scm_version.tag" => {
                let tag = state.map_or(self.version, |state| &state.tag);
                // A version object, as Python shows it.
                if is_repr {
                    format!("<Version('{tag}')>")
                } else {
                    tag.to_string()
                }
            }
            _ => {
                return Err(format!(
                    "the template has `{{{field}}}`, which is not known"
                ));
            }
        })
    }
}

/// A literal of Python; versions and commits have nothing in them to be escaped.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The parts of a version as a tuple of Python.
fn tuple(version: &Version) -> String {
    let mut parts: Vec<String> = Vec::new();
    if version.epoch() != 0 {
        parts.push(quoted(&format!("{}!", version.epoch())));
    }
    parts.extend(version.release().to_vec().iter().map(u64::to_string));
    if let Some((kind, number)) = version.pre() {
        parts.push(quoted(&format!("{}{number}", kind.as_str())));
    }
    if let Some(number) = version.post() {
        parts.push(quoted(&format!("post{number}")));
    }
    if let Some(number) = version.dev() {
        parts.push(quoted(&format!("dev{number}")));
    }
    let text = version.to_string();
    if let Some((_, local)) = text.split_once('+') {
        parts.push(quoted(local));
    }
    match parts.as_slice() {
        [alone] => format!("({alone},)"),
        _ => format!("({})", parts.join(", ")),
    }
}
