//! Writing a lock file: keys in the order of the specification, each file on a line of its own, so
//! that a change of one file is a change of one line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use toml::Value;

use super::{AttestationIdentity, DistributionFile, Package, PackageSource, Pylock};

pub(super) fn write(pylock: &Pylock) -> String {
    let mut out = Lines::default();
    out.text("lock-version", Some(&pylock.lock_version));
    out.list("environments", &pylock.environments);
    out.text("requires-python", pylock.requires_python.as_ref());
    out.list("extras", &pylock.extras);
    out.list("dependency-groups", &pylock.dependency_groups);
    out.list("default-groups", &pylock.default_groups);
    out.text("created-by", Some(&pylock.created_by));
    if pylock.packages.is_empty() {
        out.line("packages", "[]");
    }
    for package in &pylock.packages {
        out.text.push_str("\n[[packages]]\n");
        write_package(&mut out, package);
    }
    if !pylock.tool.is_empty() {
        let tool = toml::Table::from_iter([("tool".to_owned(), Value::Table(pylock.tool.clone()))]);
        out.text.push('\n');
        out.text
            .push_str(&toml::to_string(&tool).expect("a table of values is TOML"));
    }
    out.text
}

fn write_package(out: &mut Lines, package: &Package) {
    out.text("name", Some(&package.name));
    out.text("version", package.version.as_ref());
    if !package.marker.is_true() {
        out.text("marker", Some(&package.marker));
    }
    out.text("requires-python", package.requires_python.as_ref());
    out.rows(
        "dependencies",
        package.dependencies.iter().map(inline_table),
    );
    match &package.source {
        PackageSource::Vcs(vcs) => out.line(
            "vcs",
            &Inline::default()
                .text("type", Some(&vcs.kind))
                .text("url", vcs.url.as_ref())
                .text("path", vcs.path.as_ref())
                .text("requested-revision", vcs.requested_revision.as_ref())
                .text("commit-id", Some(&vcs.commit_id))
                .text("subdirectory", vcs.subdirectory.as_ref())
                .finish(),
        ),
        PackageSource::Directory(directory) => out.line(
            "directory",
            &Inline::default()
                .text("path", Some(&directory.path))
                .bare("editable", directory.editable)
                .text("subdirectory", directory.subdirectory.as_ref())
                .finish(),
        ),
        PackageSource::Archive(archive) => out.line(
            "archive",
            &Inline::default()
                .text("url", archive.url.as_ref())
                .text("path", archive.path.as_ref())
                .bare("size", archive.size_bytes)
                .bare("upload-time", archive.upload_time)
                .hashes(&archive.hashes)
                .text("subdirectory", archive.subdirectory.as_ref())
                .finish(),
        ),
        PackageSource::Distributions { .. } => {}
    }
    out.text("index", package.index.as_ref());
    if let PackageSource::Distributions { sdist, wheels } = &package.source {
        if let Some(sdist) = sdist {
            out.line("sdist", &file(sdist));
        }
        out.rows("wheels", wheels.iter().map(file));
    }
    let identities = package.attestation_identities.iter().map(identity);
    out.rows("attestation-identities", identities);
    // What is no table has to stand before the headings of those that are.
    let (tables, others): (Vec<_>, Vec<_>) =
        package.tool.iter().partition(|(_, value)| value.is_table());
    for (tool, value) in others {
        let tool = key_text(tool);
        out.line(&format!("tool.{tool}"), &inline_value(value));
    }
    for (tool, value) in tables {
        let tool = key_text(tool);
        for part in ["\n[packages.tool.", &tool, "]\n"] {
            out.text.push_str(part);
        }
        for (key, value) in value.as_table().into_iter().flatten() {
            out.value(key, value);
        }
    }
}

fn file(file: &DistributionFile) -> String {
    Inline::default()
        .text("name", file.name.as_ref())
        .bare("upload-time", file.upload_time)
        .text("url", file.url.as_ref())
        .text("path", file.path.as_ref())
        .bare("size", file.size_bytes)
        .hashes(&file.hashes)
        .finish()
}

fn identity(identity: &AttestationIdentity) -> String {
    let claims = identity.claims.iter();
    claims
        .fold(
            Inline::default().text("kind", Some(&identity.kind)),
            |inline, (key, value)| inline.bare(key, Some(inline_value(value))),
        )
        .finish()
}

/// Lines `key = value`.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, key: &str, value: &str) {
        for part in [key, " = ", value, "\n"] {
            self.text.push_str(part);
        }
    }

    fn text<T: Display>(&mut self, key: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.line(key, &quoted(&value.to_string()));
        }
    }

    /// An array of strings; an empty one is left out.
    fn list<T: Display>(&mut self, key: &str, values: &[T]) {
        self.rows(key, values.iter().map(|value| quoted(&value.to_string())));
    }

    /// A value of a tool's table: an array with a line for each of its values.
    fn value(&mut self, key: &str, value: &Value) {
        let key = key_text(key);
        match value {
            Value::Array(values) if !values.is_empty() => {
                self.rows(&key, values.iter().map(inline_value));
            }
            value => self.line(&key, &inline_value(value)),
        }
    }

    /// An array with a line for each value; an empty one is left out.
    fn rows(&mut self, key: &str, values: impl Iterator<Item = String>) {
        let mut values = values.peekable();
        if values.peek().is_none() {
            return;
        }
        for part in [key, " = [\n"] {
            self.text.push_str(part);
        }
        for value in values {
            for part in ["    ", &value, ",\n"] {
                self.text.push_str(part);
            }
        }
        self.text.push_str("]\n");
    }
}

/// A table on one line.
#[derive(Default)]
struct Inline {
    /// All but the end.
    text: String,
}

impl Inline {
    fn key(&mut self, key: &str) {
        let before = if self.text.is_empty() { "{ " } else { ", " };
        for part in [before, &key_text(key), " = "] {
            self.text.push_str(part);
        }
    }

    fn bare<T: Display>(mut self, key: &str, value: Option<T>) -> Self {
        if let Some(value) = value {
            self.key(key);
            write!(self.text, "{value}").expect("a string takes all");
        }
        self
    }

    fn text(mut self, key: &str, value: Option<&String>) -> Self {
        if let Some(value) = value {
            self.key(key);
            push_quoted(&mut self.text, value);
        }
        self
    }

    fn hashes(self, hashes: &BTreeMap<String, String>) -> Self {
        let inline = hashes
            .iter()
            .fold(Inline::default(), |inline, (key, value)| {
                inline.text(key, Some(value))
            });
        self.bare("hashes", Some(inline.finish()))
    }

    fn finish(mut self) -> String {
        self.text
            .push_str(if self.text.is_empty() { "{}" } else { " }" });
        self.text
    }
}

fn inline_table(table: &toml::Table) -> String {
    let items = table.iter();
    items
        .fold(Inline::default(), |inline, (key, value)| {
            inline.bare(key, Some(inline_value(value)))
        })
        .finish()
}

fn inline_value(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(inline_value).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Table(table) => inline_table(table),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            value.to_string()
        }
    }
}

fn key_text(key: &str) -> Cow<'_, str> {
    let is_bare = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(quoted(key))
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

/// Adds a string on one line: a literal one where that saves escapes.
fn push_quoted(out: &mut String, text: &str) {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte);
    if text.bytes().all(is_plain) {
        for part in ["\"", text, "\""] {
            out.push_str(part);
        }
        return;
    }
    let is_literal =
        text.contains(['"', '\\']) && !text.contains(|c: char| c == '\'' || c.is_control());
    if is_literal {
        for part in ["'", text, "'"] {
            out.push_str(part);
        }
        return;
    }
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            control if control.is_control() => {
                write!(out, "\\u{:04X}", u32::from(control)).expect("a string takes all");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
