//! `[tool.tilsit]` in a lock: the members with what they require, and what the lock was made of.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};
use tilsit_packaging::license::LicenseExpression;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::Package;
use tilsit_packaging::requirement::Requirement;

use super::{LockError, without_url};
use crate::inputs::hex;

/// The name of the table.
pub(super) const TOOL: &str = "tilsit";

/// The key of a package's licence.
const LICENSE: &str = "license";

/// The version of the table: one that is read here, and the one that is written.
pub(super) const VERSION: u32 = 1;

/// The line that the table begins with; all before it is what the digest is of.
const HEADING: &str = "\n[tool.tilsit]\n";

/// What ours says in a lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnTable {
    /// A digest of all that the lock was made of: see [`crate::inputs::fingerprint`].
    pub fingerprint: String,
    /// The SHA-256 of the text before the table, in hexadecimal digits.
    pub digest: String,
    /// The parts of the world that were resolved apart; none where it was not divided. The next lock
    /// begins with the same, so that it comes out the same.
    pub forks: Vec<Marker>,
    /// The script that it is the lock of, by the name of its file.
    pub script: Option<String>,
    /// The projects that share the lock, by name.
    pub members: BTreeMap<ProjectName, LockedMember>,
    /// The groups of a root that is no project itself.
    pub groups: BTreeMap<GroupName, Vec<Requirement>>,
}

/// A member as the lock knows it. Requirements name no URL: what they mean is in the lock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockedMember {
    /// Its folder, relative to the lock, with `/`.
    pub path: String,
    /// Whether it is installed itself.
    pub is_package: bool,
    /// What it requires.
    pub requires: Vec<Requirement>,
    /// What its extras require besides, and what each is called in the lock.
    pub extras: BTreeMap<ExtraName, (ExtraName, Vec<Requirement>)>,
    /// What its groups require.
    pub groups: BTreeMap<GroupName, Vec<Requirement>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    version: u32,
    fingerprint: String,
    digest: String,
    #[serde(default)]
    forks: Vec<String>,
    script: Option<String>,
    #[serde(default)]
    members: Vec<RawMember>,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawMember {
    name: String,
    path: String,
    package: bool,
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    extras: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
}

/// The SHA-256 of what stands before our table.
pub(super) fn digest_of(text: &str) -> String {
    let before = text.find(HEADING).map_or(text, |start| &text[..start]);
    hex(&Sha256::digest(before.as_bytes()))
}

/// The fingerprint in the text of a lock, without reading the rest of it; none if the lock was edited.
pub fn fingerprint_of(text: &str) -> Option<&str> {
    let start = text.find(HEADING)?;
    let table = &text[start..];
    let value = |key: &str| {
        let line = table.lines().find_map(|line| line.strip_prefix(key))?;
        line.strip_prefix(" = \"")?.strip_suffix('"')
    };
    (value("digest")? == digest_of(text)).then(|| value("fingerprint"))?
}

impl OwnTable {
    pub(super) fn read(table: toml::Value, path: &Path) -> Result<Self, LockError> {
        let wrong = |reason: String| LockError::Own {
            path: path.to_path_buf(),
            reason,
        };
        let version = table.get("version").and_then(toml::Value::as_integer);
        if let Some(version) = version.and_then(|version| u32::try_from(version).ok())
            && version > VERSION
        {
            let path = path.to_path_buf();
            return Err(LockError::Newer { path, version });
        }
        let raw: Raw = table
            .try_into()
            .map_err(|error| wrong(format!("{error}")))?;
        if raw.version != VERSION {
            return Err(wrong(format!("`version` is {}", raw.version)));
        }
        let mut members = BTreeMap::new();
        for member in raw.members {
            let name = parsed::<ProjectName>(&member.name).map_err(wrong)?;
            let (name, member) = (name, member.read().map_err(wrong)?);
            if members.insert(name.clone(), member).is_some() {
                return Err(wrong(format!("the member `{name}` stands there twice")));
            }
        }
        Ok(Self {
            fingerprint: raw.fingerprint,
            digest: raw.digest,
            forks: parsed_all(&raw.forks).map_err(wrong)?,
            script: raw.script,
            members,
            groups: groups(&raw.groups).map_err(wrong)?,
        })
    }

    /// Writes the table behind the text of a lock, with the digest of that text.
    pub(super) fn write(&self, text: &mut String) {
        let digest = digest_of(text);
        text.push_str(HEADING);
        let mut line = |key: &str, value: &str| {
            // To a string nothing can fail to be written.
            let _ = writeln!(text, "{key} = {value}");
        };
        line("version", &VERSION.to_string());
        line("fingerprint", &quoted(&self.fingerprint));
        line("digest", &quoted(&digest));
        if !self.forks.is_empty() {
            line("forks", &list(&self.forks));
        }
        if let Some(script) = &self.script {
            let _ = writeln!(text, "script = {}", quoted(script));
        }
        tables(
            text,
            "tool.tilsit.groups",
            self.groups.iter().map(|(name, list)| (name.as_str(), list)),
        );
        for (name, member) in &self.members {
            member.write(name, text);
        }
    }
}

impl RawMember {
    fn read(self) -> Result<LockedMember, String> {
        let mut extras = BTreeMap::new();
        for (name, requires) in &self.extras {
            let in_lock = self.names.get(name).unwrap_or(name);
            let named = (parsed(in_lock)?, parsed_all(requires)?);
            extras.insert(parsed(name)?, named);
        }
        Ok(LockedMember {
            path: self.path,
            is_package: self.package,
            requires: parsed_all(&self.requires)?,
            extras,
            groups: groups(&self.groups)?,
        })
    }
}

impl LockedMember {
    fn write(&self, name: &ProjectName, text: &mut String) {
        text.push_str("\n[[tool.tilsit.members]]\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} = {value}");
        };
        line("name", &quoted(name.as_str()));
        line("path", &quoted(&self.path));
        line("package", &self.is_package.to_string());
        if !self.requires.is_empty() {
            line("requires", &list(&self.requires));
        }
        let renamed = self.extras.iter();
        let renamed = renamed.filter(|(extra, (in_lock, _))| *extra != in_lock);
        let renamed: Vec<String> = renamed
            .map(|(extra, (in_lock, _))| format!("{extra} = {}", quoted(in_lock.as_str())))
            .collect();
        if !renamed.is_empty() {
            line("names", &format!("{{ {} }}", renamed.join(", ")));
        }
        let extras = self.extras.iter();
        let extras = extras.map(|(extra, (_, requires))| (extra.as_str(), requires));
        tables(text, "tool.tilsit.members.extras", extras);
        let groups = self.groups.iter();
        let groups = groups.map(|(group, requires)| (group.as_str(), requires));
        tables(text, "tool.tilsit.members.groups", groups);
    }

    /// Adds what it requires, to itself or to the extras that it is for; extras have to be named before.
    pub(crate) fn add(&mut self, requirement: &Requirement) {
        let with = |marker: Marker| Requirement {
            marker,
            ..without_url(requirement)
        };
        let plain = requirement.marker.with_extras(&[]);
        if !plain.is_false() {
            self.requires.push(with(plain));
        }
        for (extra, (_, requires)) in &mut self.extras {
            let more = requirement.marker.with_extras(std::slice::from_ref(extra));
            let more = more.and(plain.not());
            if !more.is_false() {
                requires.push(with(more));
            }
        }
    }

    /// What it requires with some of its extras.
    pub(super) fn with_extras<'a>(
        &'a self,
        extras: &'a [ExtraName],
    ) -> impl Iterator<Item = &'a Requirement> {
        let named = extras.iter().filter_map(|extra| self.extras.get(extra));
        let of_extras = named.flat_map(|(_, requires)| requires);
        self.requires.iter().chain(of_extras)
    }
}

/// What a package of the lock requires, as its metadata said when it was locked.
pub(crate) fn requires(package: &Package) -> Option<Vec<Requirement>> {
    let own = package.tool.get(TOOL)?;
    let listed = own.get("requires")?.as_array()?;
    let texts = listed.iter().map(|text| text.as_str()?.parse().ok());
    texts.collect()
}

/// The licence of a package, if it was looked at when it was locked.
pub fn license_of(package: &Package) -> Option<LicenseExpression> {
    let own = package.tool.get(TOOL)?;
    own.get(LICENSE)?.as_str()?.parse().ok()
}

/// Notes the licence of a package.
pub fn set_license(package: &mut Package, license: &LicenseExpression) {
    let own = package.tool.entry(TOOL);
    let own = own.or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let Some(own) = own.as_table_mut() {
        own.insert(LICENSE.to_owned(), license.as_str().into());
    }
}

/// The table of a package with what it requires.
pub(crate) fn with_requires(requires: &[Requirement]) -> toml::Table {
    let texts = requires
        .iter()
        .map(|one| toml::Value::String(one.to_string()));
    let own =
        toml::Table::from_iter([("requires".to_owned(), toml::Value::Array(texts.collect()))]);
    toml::Table::from_iter([(TOOL.to_owned(), toml::Value::Table(own))])
}

fn tables<'a>(
    text: &mut String,
    heading: &str,
    tables: impl Iterator<Item = (&'a str, &'a Vec<Requirement>)>,
) {
    let mut tables = tables.peekable();
    if tables.peek().is_some() {
        let _ = writeln!(text, "\n[{heading}]");
    }
    for (name, requires) in tables {
        let _ = writeln!(text, "{name} = {}", list(requires));
    }
}

fn list<T: std::fmt::Display>(values: &[T]) -> String {
    if values.is_empty() {
        return "[]".to_owned();
    }
    let rows = values.iter();
    let rows: Vec<String> = rows
        .map(|value| format!("    {},", quoted(&value.to_string())))
        .collect();
    format!("[\n{}\n]", rows.join("\n"))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn parsed<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

fn parsed_all<T>(texts: &[String]) -> Result<Vec<T>, String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    texts.iter().map(|text| parsed(text)).collect()
}

fn groups(
    raw: &BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<GroupName, Vec<Requirement>>, String> {
    let groups = raw.iter();
    groups
        .map(|(name, requires)| Ok((parsed(name)?, parsed_all(requires)?)))
        .collect()
}

/// The names behind `extra ==` in the words of a marker.
pub(crate) fn named_extras(words: &str) -> Vec<ExtraName> {
    let parts = words.split("extra == ").skip(1);
    let names = parts.filter_map(|part| part.split(['"', '\'']).nth(1)?.parse().ok());
    let mut names: Vec<ExtraName> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}
