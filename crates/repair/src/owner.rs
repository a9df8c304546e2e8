//! Which package of the system a library is from, for the bill of materials.
//!
//! dpkg and apk keep their databases as text, which is read here. rpm's is a database of a kind that
//! changed several times: `rpm` itself is asked.

use std::path::Path;
use std::process::Command;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a package URL as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A package of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `deb`, `apk` or `rpm`.
    pub kind: &'static str,
    /// The distribution, as `ID` in `/etc/os-release`.
    pub distribution: String,
    /// The package.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Owner {
    /// The package URL.
    pub(crate) fn purl(&self) -> String {
        let [distribution, name, version] =
            [&self.distribution, &self.name, &self.version].map(|part| quoted(part));
        format!("pkg:{}/{distribution}/{name}@{version}", self.kind)
    }
}

/// A part of a package URL.
pub(crate) fn quoted(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The package that a file of this system is from, where a database says so.
pub(crate) fn owner(file: &Path) -> Option<Owner> {
    let release = tilsit_files::read_to_string("/etc/os-release").ok()?;
    let distribution = distribution(&release)?.to_owned();
    let found = dpkg(file).map(|found| ("deb", found));
    let found = found.or_else(|| apk(file).map(|found| ("apk", found)));
    let (kind, (name, version)) = found.or_else(|| rpm(file).map(|found| ("rpm", found)))?;
    Some(Owner {
        kind,
        distribution,
        name,
        version,
    })
}

/// The paths that a file may be listed under: `/lib` may be a link to `/usr/lib`.
fn spellings(file: &Path) -> Option<[String; 2]> {
    let path = file.to_str()?;
    let other = match path.strip_prefix("/usr") {
        Some(rest) => rest.to_owned(),
        None => format!("/usr{path}"),
    };
    Some([path.to_owned(), other])
}

fn dpkg(file: &Path) -> Option<(String, String)> {
    let spellings = spellings(file)?;
    for entry in tilsit_files::read_dir("/var/lib/dpkg/info").ok()? {
        if entry.path.extension().is_none_or(|end| end != "list") {
            continue;
        }
        let list = tilsit_files::read_to_string(&entry.path).ok()?;
        if list
            .lines()
            .any(|line| spellings.iter().any(|path| path == line))
        {
            let name = entry.path.file_stem()?.to_str()?;
            let name = name.split(':').next()?;
            let status = tilsit_files::read_to_string("/var/lib/dpkg/status").ok()?;
            return Some((name.to_owned(), dpkg_version(&status, name)?.to_owned()));
        }
    }
    None
}

fn apk(file: &Path) -> Option<(String, String)> {
    let installed = tilsit_files::read_to_string("/lib/apk/db/installed").ok()?;
    spellings(file)?.iter().find_map(|path| {
        let (name, version) = apk_owner(&installed, path)?;
        Some((name.to_owned(), version.to_owned()))
    })
}

fn rpm(file: &Path) -> Option<(String, String)> {
    let format = "%{NAME}\\t%{VERSION}-%{RELEASE}";
    let mut command = Command::new("rpm");
    command.args(["-qf", "--queryformat", format]).arg(file);
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (name, version) = text.split_once('\t')?;
    Some((name.to_owned(), version.to_owned()))
}

/// `ID` of an os-release file.
pub fn distribution(release: &str) -> Option<&str> {
    let mut lines = release.lines();
    let id = lines.find_map(|line| line.strip_prefix("ID="))?;
    let id = id.trim_matches(['"', '\'']);
    (!id.is_empty()).then_some(id)
}

/// The version of a package in dpkg's status file.
pub fn dpkg_version<'s>(status: &'s str, package: &str) -> Option<&'s str> {
    let mut is_it = false;
    for line in status.lines() {
        if let Some(name) = line.strip_prefix("Package: ") {
            is_it = name == package;
        } else if is_it && let Some(version) = line.strip_prefix("Version: ") {
            return Some(version.trim());
        }
    }
    None
}

/// The package and version that a path belongs to in apk's database.
pub fn apk_owner<'s>(installed: &'s str, path: &str) -> Option<(&'s str, &'s str)> {
    let (folder, file) = path.strip_prefix('/')?.rsplit_once('/')?;
    let (mut name, mut version, mut is_folder) = (None, None, false);
    for line in installed.lines() {
        match line.split_once(':') {
            Some(("P", text)) => (name, is_folder) = (Some(text), false),
            Some(("V", text)) => version = Some(text),
            Some(("F", text)) => is_folder = text == folder,
            Some(("R", text)) if is_folder && text == file => return name.zip(version),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases() {
        let status = "Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13.dfsg-1\n\n\
                      Package: zlib1g-dev\nVersion: 2\n";
        assert_eq!(dpkg_version(status, "zlib1g"), Some("1:1.2.13.dfsg-1"));
        assert_eq!(dpkg_version(status, "zlib1g-dev"), Some("2"));
        assert_eq!(dpkg_version(status, "zlib"), None);
        let installed = "P:musl\nV:1.2.5-r0\nF:lib\nR:ld-musl-x86_64.so.1\n\n\
                         P:zlib\nV:1.3.1-r2\nF:usr\nF:usr/lib\nR:libz.so.1.3.1\n";
        let owner = |path| apk_owner(installed, path);
        assert_eq!(owner("/usr/lib/libz.so.1.3.1"), Some(("zlib", "1.3.1-r2")));
        assert_eq!(owner("/lib/libz.so.1.3.1"), None);
        assert_eq!(distribution("NAME=x\nID=\"alpine\"\n"), Some("alpine"));
        assert_eq!(distribution("VERSION_ID=3\n"), None);
        let owner = Owner {
            kind: "deb",
            distribution: "debian".to_owned(),
            name: "libstdc++6".to_owned(),
            version: "1:2+b1".to_owned(),
        };
        assert_eq!(owner.purl(), "pkg:deb/debian/libstdc%2B%2B6@1%3A2%2Bb1");
    }
}
