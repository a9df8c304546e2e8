//! Reading a lock file and checking it against the specification.

mod parts;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    ArchiveSource, AttestationIdentity, DirectorySource, DistributionFile, Package, PackageSource,
    Pylock, PylockError, VcsSource,
};
use crate::file_name::{SdistFileName, WheelFileName};
use crate::marker::Marker;
use crate::name::{ProjectName, is_normalized};
use crate::problem::Problem;
use crate::toml_reader::{Document, Item, Table};
use crate::version::Version;

pub(super) fn read(text: &str) -> Result<(Pylock, Vec<Problem>), PylockError> {
    if let Some(pylock) = parts::read(text, parts::count(text)) {
        return Ok((pylock, Vec::new()));
    }
    read_whole(text)
}

fn read_whole(text: &str) -> Result<(Pylock, Vec<Problem>), PylockError> {
    let document = Document::parse(text).map_err(PylockError::Toml)?;
    let root = document.root();
    let mut problems = Vec::new();
    let lock_version = lock_version(&root).map_err(PylockError::Invalid)?;
    if lock_version.epoch() != 0 || lock_version.major() != 1 {
        return Err(PylockError::Unsupported {
            version: lock_version,
        });
    }
    if lock_version.minor() != 0 || lock_version.micro() != 0 {
        let reason = format!("only what version 1.0 has is read of version {lock_version}");
        problems.push(root.key_fault("lock-version", reason));
    }
    let pylock = pylock(&root, lock_version, &mut problems).map_err(PylockError::Invalid)?;
    Ok((pylock, problems))
}

fn lock_version(root: &Table<'_>) -> Result<Version, Problem> {
    root.required("lock-version")?.parse()
}

fn pylock(
    root: &Table<'_>,
    lock_version: Version,
    problems: &mut Vec<Problem>,
) -> Result<Pylock, Problem> {
    problems.extend(root.unknown_keys(&[
        "lock-version",
        "environments",
        "requires-python",
        "extras",
        "dependency-groups",
        "default-groups",
        "created-by",
        "packages",
        "tool",
    ]));
    for item in root.array("extras")?.unwrap_or_default() {
        normalized(&item)?;
    }
    root.required("packages")?;
    Ok(Pylock {
        lock_version,
        environments: root.parsed_list("environments")?.unwrap_or_default(),
        requires_python: root.parsed("requires-python")?,
        extras: root.parsed_list("extras")?.unwrap_or_default(),
        dependency_groups: root.parsed_list("dependency-groups")?.unwrap_or_default(),
        default_groups: root.parsed_list("default-groups")?.unwrap_or_default(),
        created_by: root.required("created-by")?.as_str()?.to_owned(),
        packages: all_packages(root, problems)?,
        tool: tool(root)?,
    })
}

fn all_packages(root: &Table<'_>, problems: &mut Vec<Problem>) -> Result<Vec<Package>, Problem> {
    let packages = root.tables("packages")?.unwrap_or_default();
    packages
        .iter()
        .map(|table| package(table, problems))
        .collect()
}

fn tool(table: &Table<'_>) -> Result<toml::Table, Problem> {
    let tool = table.table("tool")?;
    Ok(tool.map(|tool| tool.to_value()).unwrap_or_default())
}

/// Refuses a name that is not in its normal form.
fn normalized(item: &Item<'_>) -> Result<(), Problem> {
    let name = item.as_str()?;
    if is_normalized(name) {
        Ok(())
    } else {
        Err(item.fault(format!("the name `{name}` is not normalized")))
    }
}

fn package(table: &Table<'_>, problems: &mut Vec<Problem>) -> Result<Package, Problem> {
    problems.extend(table.unknown_keys(&[
        "name",
        "version",
        "marker",
        "requires-python",
        "dependencies",
        "vcs",
        "directory",
        "archive",
        "index",
        "sdist",
        "wheels",
        "attestation-identities",
        "tool",
    ]));
    let name = table.required("name")?;
    normalized(&name)?;
    let dependencies = table.tables("dependencies")?.unwrap_or_default();
    let identities = table.tables("attestation-identities")?.unwrap_or_default();
    let name = name.parse()?;
    let version = table.parsed("version")?;
    Ok(Package {
        marker: table.parsed("marker")?.unwrap_or(Marker::TRUE),
        requires_python: table.parsed("requires-python")?,
        dependencies: dependencies.iter().map(Table::to_value).collect(),
        source: source(table, &name, version.as_ref())?,
        index: table.text("index")?,
        attestation_identities: identities.iter().map(identity).collect::<Result<_, _>>()?,
        tool: tool(table)?,
        name,
        version,
    })
}

fn identity(table: &Table<'_>) -> Result<AttestationIdentity, Problem> {
    let kind = table.required("kind")?.as_str()?.to_owned();
    let mut claims = table.to_value();
    claims.remove("kind");
    Ok(AttestationIdentity { kind, claims })
}

/// Exactly one of `vcs`, `directory` and `archive`, or `sdist` and `wheels`.
fn source(
    table: &Table<'_>,
    name: &ProjectName,
    version: Option<&Version>,
) -> Result<PackageSource, Problem> {
    let vcs = table.table("vcs")?.map(|table| vcs(&table)).transpose()?;
    let directory = table.table("directory")?;
    let directory = directory
        .map(|table| directory_source(&table))
        .transpose()?;
    let archive = table.table("archive")?;
    let archive = archive.map(|table| archive_source(&table)).transpose()?;
    let sdist_table = table.table("sdist")?;
    let sdist = sdist_table.as_ref().map(distribution).transpose()?;
    let wheel_tables = table.tables("wheels")?.unwrap_or_default();
    let wheels = wheel_tables.iter().map(distribution);
    let wheels = wheels.collect::<Result<Vec<_>, _>>()?;
    let has_distributions = sdist.is_some() || !wheels.is_empty();
    if has_distributions && (vcs.is_some() || directory.is_some() || archive.is_some()) {
        let reason =
            "none of `vcs`, `directory` and `archive` may stand beside `sdist` or `wheels`";
        return Err(table.fault(reason));
    }
    match (vcs, directory, archive) {
        (Some(vcs), None, None) => Ok(PackageSource::Vcs(vcs)),
        (None, Some(directory), None) => Ok(PackageSource::Directory(directory)),
        (None, None, Some(archive)) => Ok(PackageSource::Archive(archive)),
        (None, None, None) if has_distributions => {
            for (table, wheel) in wheel_tables.iter().zip(&wheels) {
                check_wheel(table, wheel, name, version)?;
            }
            if let (Some(table), Some(sdist)) = (&sdist_table, &sdist) {
                check_sdist(table, sdist, name, version)?;
            }
            Ok(PackageSource::Distributions { sdist, wheels })
        }
        _ => {
            let reason = "without `sdist` and `wheels`, exactly one of `vcs`, `directory` and `archive` must be there";
            Err(table.fault(reason))
        }
    }
}

fn vcs(table: &Table<'_>) -> Result<VcsSource, Problem> {
    check_place(table)?;
    Ok(VcsSource {
        kind: table.required("type")?.as_str()?.to_owned(),
        url: table.text("url")?,
        path: table.text("path")?,
        requested_revision: table.text("requested-revision")?,
        commit_id: table.required("commit-id")?.as_str()?.to_owned(),
        subdirectory: table.text("subdirectory")?,
    })
}

fn directory_source(table: &Table<'_>) -> Result<DirectorySource, Problem> {
    Ok(DirectorySource {
        path: table.required("path")?.as_str()?.to_owned(),
        editable: table.boolean("editable")?,
        subdirectory: table.text("subdirectory")?,
    })
}

fn archive_source(table: &Table<'_>) -> Result<ArchiveSource, Problem> {
    check_place(table)?;
    Ok(ArchiveSource {
        url: table.text("url")?,
        path: table.text("path")?,
        size_bytes: table.number("size")?,
        upload_time: timestamp(table, "upload-time")?,
        hashes: hashes(table)?,
        subdirectory: table.text("subdirectory")?,
    })
}

fn distribution(table: &Table<'_>) -> Result<DistributionFile, Problem> {
    check_place(table)?;
    Ok(DistributionFile {
        name: table.text("name")?,
        upload_time: timestamp(table, "upload-time")?,
        url: table.text("url")?,
        path: table.text("path")?,
        size_bytes: table.number("size")?,
        hashes: hashes(table)?,
    })
}

fn check_place(table: &Table<'_>) -> Result<(), Problem> {
    let url = table.string("url")?.unwrap_or_default();
    let path = table.string("path")?.unwrap_or_default();
    if url.is_empty() && path.is_empty() {
        return Err(table.fault("`url` or `path` must be there"));
    }
    Ok(())
}

fn hashes(table: &Table<'_>) -> Result<BTreeMap<String, String>, Problem> {
    let item = table.required("hashes")?;
    let hashes = item.as_table()?;
    let hashes = hashes
        .items()
        .map(|(algorithm, digest)| Ok((algorithm.to_owned(), digest.as_str()?.to_owned())))
        .collect::<Result<BTreeMap<_, _>, Problem>>()?;
    if hashes.is_empty() {
        return Err(item.fault("at least one hash must be there"));
    }
    Ok(hashes)
}

/// A date and time; without an offset it is taken for UTC, as the specification asks to write it.
fn timestamp(table: &Table<'_>, key: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(datetime) = table.datetime(key)? else {
        return Ok(None);
    };
    let mut text = datetime.to_string();
    if datetime.offset.is_none() {
        text.push('Z');
    }
    match text.parse() {
        Ok(timestamp) => Ok(Some(timestamp)),
        Err(_) => Err(table.key_fault(key, format!("`{datetime}` is not a date and time"))),
    }
}

fn check_wheel(
    table: &Table<'_>,
    wheel: &DistributionFile,
    name: &ProjectName,
    version: Option<&Version>,
) -> Result<(), Problem> {
    let file_name = file_name(table, wheel)?;
    let parsed: WheelFileName = file_name.parse().map_err(|error| table.fault(error))?;
    check_release(
        table,
        &file_name,
        (&parsed.name, &parsed.version),
        (name, version),
    )
}

fn check_sdist(
    table: &Table<'_>,
    sdist: &DistributionFile,
    name: &ProjectName,
    version: Option<&Version>,
) -> Result<(), Problem> {
    let file_name = file_name(table, sdist)?;
    let parsed: SdistFileName = file_name.parse().map_err(|error| table.fault(error))?;
    check_release(
        table,
        &file_name,
        (&parsed.name, &parsed.version),
        (name, version),
    )
}

fn file_name(table: &Table<'_>, file: &DistributionFile) -> Result<String, Problem> {
    file.file_name()
        .ok_or_else(|| table.fault("the name of the file can not be told"))
}

/// Checks that a file belongs to the package.
fn check_release(
    table: &Table<'_>,
    file_name: &str,
    found: (&ProjectName, &Version),
    expected: (&ProjectName, Option<&Version>),
) -> Result<(), Problem> {
    if found.0 != expected.0 {
        let reason = format!("`{file_name}` is no file of the package `{}`", expected.0);
        return Err(table.fault(reason));
    }
    match expected.1 {
        Some(version) if version != found.1 => {
            let reason = format!("`{file_name}` is no file of version {version}");
            Err(table.fault(reason))
        }
        _ => Ok(()),
    }
}
