//! The lines and tables of a uv.lock.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::name::GroupName;
use tilsit_packaging::pylock::{DistributionFile, Package, PackageSource};
use tilsit_packaging::specifier::VersionSpecifiers;

use crate::settings::{ConflictItem, ConflictKind, DefaultGroups};
use crate::toml_text::{inline, key, lines, quoted};
use crate::uv::asked::{Options, Says};
use crate::uv::source::LockedSource;
use crate::uv::wish::{Wish, in_order};

/// The keys of `dependency-metadata`, in their order.
const METADATA_KEYS: [&str; 5] = [
    "name",
    "version",
    "requires-dist",
    "requires-python",
    "provides-extras",
];

/// What stands for the moment where a span decides.
pub(in crate::uv) const NO_MOMENT: &str = "0001-01-01T00:00:00Z";

/// What is said of it.
const NO_MOMENT_WORDS: &str = "This has no effect and is included for backwards compatibility when \
                               using relative exclude-newer values.";

/// `key = value`
pub(super) fn line(text: &mut String, key: &str, value: &str) {
    // To a string nothing can fail to be written.
    let _ = writeln!(text, "{key} = {value}");
}

/// A list: one value in a line, several each in its own.
pub(super) fn list(values: &[String]) -> String {
    match values {
        [] => "[]".to_owned(),
        [one] => format!("[{one}]"),
        several => lines(several),
    }
}

pub(super) fn tables(wishes: &[Wish]) -> Vec<String> {
    wishes.iter().map(Wish::to_toml).collect()
}

pub(super) fn source(source: &LockedSource) -> String {
    let entries = source.entries().into_iter();
    let entries: Vec<(&str, String)> = entries.map(|(key, place)| (key, quoted(place))).collect();
    inline(&entries)
}

pub(super) fn conflict(item: &ConflictItem) -> String {
    let package = item.package.as_ref();
    let mut entries: Vec<(&str, String)> = package
        .map(|name| ("package", quoted(name.as_str())))
        .into_iter()
        .collect();
    entries.push(match &item.kind {
        ConflictKind::Extra(extra) => ("extra", quoted(extra.as_str())),
        ConflictKind::Group(group) => ("group", quoted(group.as_str())),
    });
    inline(&entries)
}

pub(super) fn options(options: &Options, text: &mut String) {
    let mut lines = String::new();
    if let Some(mode) = &options.resolution {
        line(&mut lines, "resolution-mode", &quoted(mode));
    }
    if let Some(mode) = &options.prerelease {
        line(&mut lines, "prerelease-mode", &quoted(mode));
    }
    let others = options.others.iter();
    for (key, word) in others.filter(|(_, value)| !value.is_table()) {
        line(&mut lines, key, &value(word));
    }
    if let Some(span) = &options.exclude_newer_span {
        let moment = format!("{} # {NO_MOMENT_WORDS}", quoted(NO_MOMENT));
        line(&mut lines, "exclude-newer", &moment);
        line(&mut lines, "exclude-newer-span", &quoted(span));
    } else if let Some(moment) = &options.exclude_newer {
        line(&mut lines, "exclude-newer", &quoted(&moment.to_string()));
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n[options]\n{lines}");
    }
    for (name, table) in &options.others {
        let Some(table) = table.as_table() else {
            continue;
        };
        let _ = writeln!(text, "\n[options.{}]", key(name));
        for (project, said) in table {
            line(text, &key(project), &value(said));
        }
    }
}

/// Keys of the manifest that decide nothing here: lists of tables.
pub(super) fn others(others: &toml::Table, text: &mut String) {
    for (name, tables) in others {
        for table in tables.as_array().into_iter().flatten() {
            let Some(table) = table.as_table() else {
                continue;
            };
            let _ = writeln!(text, "\n[[manifest.{}]]", key(name));
            let known = METADATA_KEYS
                .iter()
                .filter_map(|known| table.get_key_value(*known));
            let rest = table.iter();
            let rest = rest.filter(|(one, _)| !METADATA_KEYS.contains(&one.as_str()));
            for (one, said) in known.chain(rest) {
                line(text, &key(one), &value(said));
            }
        }
    }
}

/// A value in a line.
fn value(said: &toml::Value) -> String {
    match said {
        toml::Value::String(text) => quoted(text),
        toml::Value::Array(values) => {
            let values: Vec<String> = values.iter().map(value).collect();
            format!("[{}]", values.join(", "))
        }
        toml::Value::Table(table) => {
            let entries = table.iter();
            let entries: Vec<(&str, String)> = entries
                .map(|(key, said)| (key.as_str(), value(said)))
                .collect();
            inline(&entries)
        }
        other => other.to_string(),
    }
}

pub(super) fn default_groups(defaults: &DefaultGroups, text: &mut String) {
    match defaults {
        DefaultGroups::Unsaid => {}
        DefaultGroups::All => line(text, "default-groups", &quoted("all")),
        DefaultGroups::Named(names) => {
            let names: Vec<String> = names.iter().map(|name| quoted(name.as_str())).collect();
            line(text, "default-groups", &format!("[{}]", names.join(", ")));
        }
    }
}

pub(super) fn group_pythons(
    table: &str,
    pythons: &BTreeMap<GroupName, VersionSpecifiers>,
    text: &mut String,
) {
    if !pythons.is_empty() {
        let _ = writeln!(text, "\n[{table}.group-requires-python]");
    }
    for (group, pythons) in pythons {
        line(
            text,
            &key(group.as_str()),
            &quoted(&in_order(pythons, ", ")),
        );
    }
}

pub(super) fn metadata(says: &Says, text: &mut String) {
    let has_groups = !says.groups.requires.is_empty();
    if says.requires.is_empty() && says.extras.is_empty() && !has_groups {
        return;
    }
    text.push_str("\n[package.metadata]\n");
    if !says.requires.is_empty() {
        line(text, "requires-dist", &list(&tables(&says.requires)));
    }
    if !says.extras.is_empty() {
        let extras = says.extras.iter().map(|extra| quoted(extra.as_str()));
        let extras: Vec<String> = extras.collect();
        line(text, "provides-extras", &format!("[{}]", extras.join(", ")));
    }
    if has_groups {
        text.push_str("\n[package.metadata.requires-dev]\n");
        for (group, wishes) in &says.groups.requires {
            line(text, &key(group.as_str()), &list(&tables(wishes)));
        }
    }
}

/// The files of a package.
pub(super) fn files(package: &Package, from: &LockedSource, text: &mut String) {
    match &package.source {
        PackageSource::Distributions { sdist, wheels } => {
            if let Some(sdist) = sdist {
                line(text, "sdist", &file(sdist, from));
            }
            if !wheels.is_empty() {
                let wheels: Vec<String> = wheels.iter().map(|wheel| file(wheel, from)).collect();
                line(text, "wheels", &lines(&wheels));
            }
        }
        PackageSource::Archive(archive) => {
            let place = archive.url.as_ref().or(archive.path.as_ref());
            let place = place.map_or("", String::as_str);
            let plain = place.split(['#', '?']).next().unwrap_or_default();
            let name = plain.rsplit('/').next().unwrap_or(plain);
            let is_wheel = name.parse::<WheelFileName>().is_ok();
            let mut entries = Vec::new();
            if is_wheel {
                entries.push(match &archive.url {
                    Some(url) => ("url", quoted(url)),
                    None => (
                        "filename",
                        quoted(place.rsplit('/').next().unwrap_or(place)),
                    ),
                });
            }
            entries.extend(hash(&archive.hashes));
            let size = archive.size_bytes.filter(|_| archive.upload_time.is_some());
            entries.extend(size.map(|size| ("size", size.to_string())));
            let file = inline(&entries);
            if is_wheel {
                line(text, "wheels", &lines(&[file]));
            } else {
                line(text, "sdist", &file);
            }
        }
        PackageSource::Directory(_) | PackageSource::Vcs(_) => {}
    }
}

fn file(file: &DistributionFile, from: &LockedSource) -> String {
    let mut entries = Vec::new();
    if let Some(url) = &file.url {
        entries.push(("url", quoted(url)));
    } else if let Some(path) = &file.path {
        let below = match from {
            LockedSource::Registry(folder) => path.strip_prefix(&format!("{folder}/")),
            _ => None,
        };
        entries.push(("path", quoted(below.unwrap_or(path))));
    }
    entries.extend(hash(&file.hashes));
    entries.extend(file.size_bytes.map(|size| ("size", size.to_string())));
    let uploaded = file.upload_time.map(in_milliseconds);
    entries.extend(uploaded.map(|time| ("upload-time", quoted(&time.to_string()))));
    inline(&entries)
}

fn hash(hashes: &BTreeMap<String, String>) -> Option<(&'static str, String)> {
    let sha256 = hashes.get_key_value("sha256");
    let (algorithm, digest) = sha256.or_else(|| hashes.iter().next())?;
    Some(("hash", quoted(&format!("{algorithm}:{digest}"))))
}

/// uv keeps no more of a moment.
fn in_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
