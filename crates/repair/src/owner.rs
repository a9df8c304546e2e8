//! Which package of the system a library is from, for the bill of materials.
//!
//! dpkg and apk keep their databases as text, which is read here. rpm's is a database of a kind that
//! changed several times: `rpm` itself is asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
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

/// The packages that files of a system are from, where a database says so. `system` is its root.
pub(crate) fn owners(system: &Path, files: &[&Path]) -> Vec<Option<Owner>> {
    let nothing = || vec![None; files.len()];
    let Ok(release) = tilsit_files::read_to_string(system.join("etc/os-release")) else {
        return nothing();
    };
    let Some(distribution) = distribution(&release) else {
        return nothing();
    };
    let paths: Vec<Vec<String>> = files.iter().map(|file| spellings(system, file)).collect();
    let databases = [
        ("deb", dpkg as fn(&Path, &[Vec<String>]) -> Found),
        ("apk", apk),
        ("rpm", rpm),
    ];
    for (kind, database) in databases {
        if let Some(found) = database(system, &paths) {
            let owner = |(name, version)| Owner {
                kind,
                distribution: distribution.to_owned(),
                name,
                version,
            };
            return found.into_iter().map(|found| found.map(owner)).collect();
        }
    }
    nothing()
}

/// Name and version of the package of each file; nothing where there is no such database.
type Found = Option<Vec<Option<(String, String)>>>;

/// The paths that a file may be listed under: `/lib` may be a link to `/usr/lib`. None for a file that is
/// elsewhere.
fn spellings(system: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(system).ok();
    let Some(inside) = inside.and_then(Path::to_str) else {
        return Vec::new();
    };
    let other = match inside.strip_prefix("usr/") {
        Some(rest) => format!("/{rest}"),
        None => format!("/usr/{inside}"),
    };
    vec![format!("/{inside}"), other]
}

fn dpkg(system: &Path, files: &[Vec<String>]) -> Found {
    let status = system.join("var/lib/dpkg/status");
    let status = tilsit_files::read_to_string(status).ok()?;
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for (number, paths) in files.iter().enumerate() {
        numbers.extend(paths.iter().map(|path| (path.as_str(), number)));
    }
    let mut lists: Vec<PathBuf> = Vec::new();
    for entry in tilsit_files::read_dir(system.join("var/lib/dpkg/info")).ok()? {
        if entry.path.extension().is_some_and(|end| end == "list") {
            lists.push(entry.path);
        }
    }
    lists.sort();
    let listed = tilsit_files::threads::map(&lists, |list| {
        let text = tilsit_files::read_to_string(list).unwrap_or_default();
        let found = text.lines().filter_map(|line| numbers.get(line).copied());
        found.collect::<Vec<usize>>()
    });
    let mut found = vec![None; files.len()];
    for (list, listed) in lists.iter().zip(listed) {
        for number in listed {
            let name = list.file_stem().and_then(|name| name.to_str());
            let name = name.and_then(|name| name.split(':').next());
            found[number] = name.and_then(|name| {
                let version = dpkg_version(&status, name)?;
                Some((name.to_owned(), version.to_owned()))
            });
        }
    }
    Some(found)
}

fn apk(system: &Path, files: &[Vec<String>]) -> Found {
    let installed = system.join("lib/apk/db/installed");
    let installed = tilsit_files::read_to_string(installed).ok()?;
    let find = |paths: &Vec<String>| {
        paths.iter().find_map(|path| {
            let (name, version) = apk_owner(&installed, path)?;
            Some((name.to_owned(), version.to_owned()))
        })
    };
    Some(files.iter().map(find).collect())
}

fn rpm(system: &Path, files: &[Vec<String>]) -> Found {
    let places = ["var/lib/rpm", "usr/lib/sysimage/rpm"];
    places.iter().find(|place| system.join(place).is_dir())?;
    let ask = |path: &String| {
        let format = "%{NAME}\\t%{VERSION}-%{RELEASE}";
        let mut command = Command::new("rpm");
        command.arg("--root").arg(system);
        command.args(["-qf", "--queryformat", format, path]);
        let output = command.output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let (name, version) = text.split_once('\t').filter(|_| output.status.success())?;
        Some((name.to_owned(), version.to_owned()))
    };
    let find = |paths: &Vec<String>| paths.iter().find_map(ask);
    Some(files.iter().map(find).collect())
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
