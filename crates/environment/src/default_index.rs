//! The default package index: read from the pip of the found base interpreter.
//!
//! No registry is named in this program. When neither the user nor the packager named an index,
//! the one that the interpreter's own pip would use is taken: its sources are read as text, never
//! run. Looked at in order: `site-packages`, `ensurepip`'s bundled wheel, the distribution's wheel
//! folder. [`from_source`] and [`from_option_source`] understand each form since pip 1.

use std::path::{Path, PathBuf};

use tilsit_archive::Limits;
use tilsit_archive::zip::ZipArchive;

use crate::probe::Probe;

/// A reader of one form of pip's source.
type Reader = fn(&str) -> Option<String>;

/// Where the index is defined, newest pip first, and the reader for it.
const PLACES: [(&str, Reader); 6] = [
    ("pip/_internal/models/index.py", from_source),
    ("pip/models/index.py", from_source),
    ("pip/_internal/cli/cmdoptions.py", from_option_source),
    ("pip/_internal/cmdoptions.py", from_option_source),
    ("pip/cmdoptions.py", from_option_source),
    ("pip/baseparser.py", from_option_source),
];

/// The largest source file or wheel that is looked at; pip's own are below 3 MiB.
const SIZE_MAX_BYTES: u64 = 32 << 20;

/// A default index and the file that it was read from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DefaultIndex {
    /// The URL of the index's simple pages, as pip forms it.
    pub url: String,
    /// The source file or wheel that says so.
    pub found_in: PathBuf,
}

/// The default index of the pip that belongs to the base interpreter behind `probe`.
///
/// A file that can't be read counts as not there: the next place is asked.
pub fn from_pip(probe: &Probe) -> Option<DefaultIndex> {
    let installed = probe.site_packages.iter().chain([
        // The scheme's own folders may be missing from the list when `site` could not be asked.
        &probe.paths.purelib,
        &probe.paths.platlib,
    ]);
    let bundled = probe.paths.stdlib.join("ensurepip/_bundled");
    let wheel_folders = [
        Some(bundled),
        probe.wheel_package_folder.clone(),
        Some(PathBuf::from("/usr/share/python-wheels")),
    ];
    installed
        .map(PathBuf::as_path)
        .find_map(from_site_packages)
        .or_else(|| {
            wheel_folders
                .into_iter()
                .flatten()
                .find_map(|folder| from_wheel_folder(&folder))
        })
}

/// The default index of a pip that is installed in `site_packages`.
fn from_site_packages(site_packages: &Path) -> Option<DefaultIndex> {
    PLACES.iter().find_map(|(place, read)| {
        let path = site_packages.join(place);
        let url = read(&small_text(&path)?)?;
        Some(DefaultIndex {
            url,
            found_in: path,
        })
    })
}

/// The default index of the newest pip wheel in `folder`.
fn from_wheel_folder(folder: &Path) -> Option<DefaultIndex> {
    let mut wheels: Vec<PathBuf> = tilsit_files::read_dir(folder)
        .ok()?
        .into_iter()
        .filter(|entry| {
            let is_pip = entry
                .name
                .to_str()
                .is_some_and(|name| name.starts_with("pip-"));
            is_pip && entry.path.extension().is_some_and(|suffix| suffix == "whl")
        })
        .map(|entry| entry.path)
        .collect();
    // By the numbers in the name: `pip-9.0` is older than `pip-10.0`.
    wheels.sort_by_key(|path| numbers_in_name(path));
    wheels.iter().rev().find_map(|path| {
        let url = from_wheel(&small_file(path)?)?;
        Some(DefaultIndex {
            url,
            found_in: path.clone(),
        })
    })
}

/// The default index of the pip in a wheel's bytes.
pub fn from_wheel(wheel: &[u8]) -> Option<String> {
    let archive = ZipArchive::open(wheel, &Limits::default()).ok()?;
    PLACES.iter().find_map(|(place, read)| {
        let entry = archive.entry(place)?;
        let bytes = archive.read(entry).ok()?;
        read(std::str::from_utf8(&bytes).ok()?)
    })
}

fn small_file(path: &Path) -> Option<Vec<u8>> {
    let metadata = tilsit_files::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > SIZE_MAX_BYTES {
        return None;
    }
    tilsit_files::read(path).ok()
}

fn small_text(path: &Path) -> Option<String> {
    String::from_utf8(small_file(path)?).ok()
}

fn numbers_in_name(path: &Path) -> Vec<u64> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.split('-').nth(1))
        .unwrap_or_default()
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

/// Reads pip's `models/index.py`: the first argument of `PyPI = …(…)`, joined with the path that
/// `simple_url` is made of.
pub fn from_source(text: &str) -> Option<String> {
    let definition = text.lines().enumerate().find_map(|(number, line)| {
        let rest = line.strip_prefix("PyPI")?.trim_start();
        // An annotation may stand between the name and `=`.
        let (annotation, rest) = rest.split_once('=')?;
        let annotated = annotation.trim_start().starts_with(':');
        (annotation.is_empty() || annotated).then_some((number, rest))
    });
    let (number, first_line) = definition?;
    let mut call = first_line.to_owned();
    for line in text.lines().skip(number + 1).take(8) {
        call.push('\n');
        call.push_str(line);
    }
    let (_, arguments) = call.split_once('(')?;
    let arguments = arguments.trim_start();
    let arguments = match arguments.split_once('=') {
        Some((keyword, rest)) if keyword.trim() == "url" => rest.trim_start(),
        _ => arguments,
    };
    let base = string_literal(arguments)?;
    let path = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("self.simple_url"))
        .find_map(|rest| string_literal(rest.split_once('(')?.1.trim_start()))?;
    // pip joins with `urljoin`; with a relative path that is the base up to its last slash.
    let host_start = base.find("://")? + 3;
    let folder = match base[host_start..].rfind('/') {
        Some(slash) => &base[..host_start + slash],
        None => &base,
    };
    index_url(&format!("{folder}/{path}"))
}

/// Reads an older pip's options: the `default=` of the option `--index-url`.
pub fn from_option_source(text: &str) -> Option<String> {
    let quoted = ["'--index-url'", "\"--index-url\""];
    let start = quoted.iter().find_map(|option| text.find(option))?;
    let rest = &text[start..];
    let call = &rest[..end_of_call(rest)];
    let (_, value) = call.split_once("default")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    index_url(&string_literal(value)?)
}

/// Where the call that `text` lies in is closed; parentheses within string literals don't count.
fn end_of_call(text: &str) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte || byte == b'\n' => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return index,
            (None, b')') => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The Python string literal that `text` starts with, if it is a plain one on one line.
fn string_literal(text: &str) -> Option<String> {
    let text = text.strip_prefix(['u', 'r']).unwrap_or(text);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (value, _) = text[1..].split_once(quote)?;
    let plain = !value.is_empty() && !value.contains(['\\', '\n', '{', '%']);
    plain.then(|| value.to_owned())
}

/// `text` if it can be the URL of an index: HTTP(S) with a host and without credentials.
fn index_url(text: &str) -> Option<String> {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let clean = text.chars().all(|c| c.is_ascii_graphic()) && !rest.contains(['?', '#']);
    (clean && !host.is_empty() && !host.contains('@')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
