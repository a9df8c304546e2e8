//! Opening a wheel, and reading its files with their hashes verified.

use std::collections::BTreeSet;
use std::path::Path;

use tilsit_archive::zip::{EntryReader, ZipArchive, ZipEntry};
use tilsit_archive::{FileSource, Limits, ReadAt, entry_name};
use tilsit_packaging::entry_points::EntryPoints;
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::record::{Record, RecordEntry};

use super::error::{Listing, WheelError, WheelFault};
use super::hash::Hasher;
use super::interpreter::replaces_interpreter;
use super::layout::{Scheme, WheelEntry, find_dist_info, scheme_of};
use super::record::match_lines;
use super::wheel_file::WheelFile;
use crate::finding::Finding;
use crate::rule::Rule;

/// The files that describe a wheel are text for people: larger ones are not meant to be read.
const DESCRIPTION_MAX_BYTES: u64 = 64 << 20;

/// A wheel whose name, metadata, RECORD and layout agree. Contents are verified as they are read.
#[derive(Debug)]
pub struct Wheel<S> {
    archive: ZipArchive<S>,
    text_name: String,
    file_name: WheelFileName,
    dist_info: String,
    metadata: CoreMetadata,
    format: WheelFile,
    record: Record,
    entry_points: EntryPoints,
    files: Vec<WheelEntry>,
    findings: Vec<Finding>,
    described: Described,
}

/// The files that describe the wheel, as they were unpacked when it was opened: each by its place in
/// the archive.
type Described = Vec<(usize, Vec<u8>)>;

impl Wheel<FileSource> {
    /// Opens a wheel on disk, by the name it has there.
    ///
    /// # Errors
    /// When the file cannot be read or the wheel is refused.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, WheelError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let source = FileSource::open(path).map_err(|error| WheelError {
            wheel: name.clone().into_owned(),
            fault: Box::new(error.into()),
        })?;
        Self::from_source(&name, source, limits)
    }
}

impl<S: ReadAt> Wheel<S> {
    /// Opens a wheel from its bytes, or a file that is open already, and its file name.
    ///
    /// # Errors
    /// When the wheel is refused.
    pub fn from_source(file_name: &str, source: S, limits: &Limits) -> Result<Self, WheelError> {
        open(file_name, source, limits).map_err(|fault| WheelError {
            wheel: file_name.to_owned(),
            fault: Box::new(fault),
        })
    }

    /// The file name as it is spelled.
    pub fn text_name(&self) -> &str {
        &self.text_name
    }

    /// The file name: project, version, build number and tags.
    pub fn file_name(&self) -> &WheelFileName {
        &self.file_name
    }

    /// What METADATA says.
    pub fn metadata(&self) -> &CoreMetadata {
        &self.metadata
    }

    /// What WHEEL says.
    pub fn wheel_file(&self) -> &WheelFile {
        &self.format
    }

    /// What RECORD says.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What `entry_points.txt` says; nothing when it is not there.
    pub fn entry_points(&self) -> &EntryPoints {
        &self.entry_points
    }

    /// The name of the `.dist-info` folder.
    pub fn dist_info(&self) -> &str {
        &self.dist_info
    }

    /// The files and where each goes, in the archive's order. RECORD is among them.
    pub fn files(&self) -> &[WheelEntry] {
        &self.files
    }

    /// What is wrong and harms nobody.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The archive that the wheel is read from.
    pub fn archive(&self) -> &ZipArchive<S> {
        &self.archive
    }

    /// A file of the `.dist-info` folder by its path in there, if it is there.
    ///
    /// # Errors
    /// When its contents are damaged or not those of RECORD.
    pub fn read_dist_info(&self, path: &str) -> Result<Option<Vec<u8>>, WheelError> {
        let name = format!("{}/{path}", self.dist_info);
        let Some(file) = self.files.iter().find(|file| file.name == name) else {
            return Ok(None);
        };
        let mut contents = Vec::new();
        self.reader()
            .stream(file, &mut |piece| contents.extend_from_slice(piece))?;
        Ok(Some(contents))
    }

    /// A file's entry in the archive.
    pub fn archive_entry(&self, file: &WheelEntry) -> &ZipEntry {
        &self.archive.entries()[file.index]
    }

    /// A file's line of RECORD; RECORD itself and signatures may have none.
    pub fn record_entry(&self, file: &WheelEntry) -> Option<&RecordEntry> {
        file.line.map(|index| &self.record.entries[index])
    }

    /// A reader of files; threads take one each.
    pub fn reader(&self) -> WheelReader<'_, S> {
        WheelReader {
            wheel: self,
            reader: self.archive.reader(),
        }
    }

    /// Reads every file to its end, so that a wheel is known to be whole.
    ///
    /// # Errors
    /// At the first file whose contents are damaged or not those of RECORD.
    pub fn verify(&self) -> Result<(), WheelError> {
        let mut reader = self.reader();
        for file in &self.files {
            reader.stream(file, &mut |_| ())?;
        }
        Ok(())
    }

    fn error(&self, fault: impl Into<WheelFault>) -> WheelError {
        WheelError {
            wheel: self.text_name.clone(),
            fault: Box::new(fault.into()),
        }
    }
}

/// Reads the files of a wheel one after the other, each verified against RECORD.
pub struct WheelReader<'a, S> {
    wheel: &'a Wheel<S>,
    reader: EntryReader<'a, S>,
}

impl<S: ReadAt> WheelReader<'_, S> {
    /// Hands a file to `sink`: small ones and those that describe the wheel whole, large ones in
    /// pieces. What `sink` has seen is to
    /// be used only when this succeeds.
    ///
    /// # Errors
    /// When the contents are damaged or not those of RECORD.
    pub fn stream(
        &mut self,
        file: &WheelEntry,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), WheelError> {
        let wheel = self.wheel;
        let line = file.line.map(|index| &wheel.record.entries[index]);
        let hash = line.and_then(|line| line.hash.as_ref());
        let mut hasher = hash.and_then(Hasher::of);
        let mut take = |piece: &[u8]| {
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
            sink(piece);
        };
        let mut described = wheel.described.iter();
        if let Some((_, contents)) = described.find(|(index, _)| *index == file.index) {
            take(contents);
        } else {
            let entry = &wheel.archive.entries()[file.index];
            let read = self.reader.stream(entry, &mut take);
            read.map_err(|error| wheel.error(error))?;
        }
        let digest = hash.and_then(|hash| hash.digest().ok());
        // Only RECORD and its signatures have no hash: opening made sure of it.
        let differs = hasher
            .zip(digest)
            .is_some_and(|(hasher, digest)| !hasher.matches(&digest));
        if differs {
            return Err(wheel.error(WheelFault::Listing {
                path: file.name.clone(),
                what: Listing::OtherHash,
            }));
        }
        Ok(())
    }
}

fn open<S: ReadAt>(text_name: &str, source: S, limits: &Limits) -> Result<Wheel<S>, WheelFault> {
    let file_name: WheelFileName = text_name.parse()?;
    let archive = ZipArchive::open(source, limits)?;
    let (name, version) = (&file_name.name, &file_name.version);
    let dist_info = find_dist_info(archive.entries(), name, version)?;
    let mut findings = Vec::new();
    let mut described = Described::new();

    let text = required(&archive, &dist_info, "METADATA", &mut described)?;
    let (metadata, problems) = CoreMetadata::parse(text)?;
    let format = metadata.metadata_version;
    findings.extend(Finding::all_in_metadata("METADATA", format, problems));
    if metadata.project_name() != name || metadata.version != *version {
        return Err(WheelFault::OtherRelease {
            place: "METADATA",
            found: format!("{} {}", metadata.name(), metadata.version),
        });
    }
    let text = required(&archive, &dist_info, "WHEEL", &mut described)?;
    let (wheel_file, problems) = WheelFile::parse(text)?;
    findings.extend(Finding::all_in("WHEEL", problems));
    findings.extend(compare_tags(&file_name, &wheel_file));

    let text = optional(&archive, &dist_info, "entry_points.txt", &mut described)?;
    let entry_points = match text {
        Some(text) => {
            let (entry_points, problems) = EntryPoints::parse(text)?;
            findings.extend(Finding::all_in("entry_points.txt", problems));
            entry_points
        }
        None => EntryPoints::default(),
    };
    check_commands(&entry_points)?;

    let root = if wheel_file.root_is_purelib {
        Scheme::Purelib
    } else {
        Scheme::Platlib
    };
    let mut files = Vec::with_capacity(archive.entries().len());
    for (index, entry) in archive.entries().iter().enumerate() {
        if !entry.is_file() {
            continue;
        }
        let (scheme, path_start) = scheme_of(entry.name(), root, name, version)?;
        files.push(WheelEntry {
            name: entry.name().to_owned(),
            scheme,
            size: entry.size(),
            executable: entry.is_executable(),
            path_start,
            index,
            line: None,
        });
    }
    let text = required(&archive, &dist_info, "RECORD", &mut described)?;
    let record = Record::parse(text)?;
    findings.extend(match_lines(&record, &dist_info, &mut files)?);
    findings.extend(check_licenses(&metadata, &dist_info, &files));
    findings.extend(check_installer_files(&dist_info, &files));
    findings.extend(check_names(&files));
    Ok(Wheel {
        archive,
        text_name: text_name.to_owned(),
        file_name,
        dist_info,
        metadata,
        format: wheel_file,
        record,
        entry_points,
        files,
        findings,
        described,
    })
}

/// Unpacks a file of the `.dist-info` folder, if it is there, and keeps it among `described`.
fn optional<'d, S: ReadAt>(
    archive: &ZipArchive<S>,
    dist_info: &str,
    file: &str,
    described: &'d mut Described,
) -> Result<Option<&'d [u8]>, WheelFault> {
    let path = format!("{dist_info}/{file}");
    let mut entries = archive.entries().iter();
    let Some(index) = entries.position(|entry| entry.name() == path && entry.is_file()) else {
        return Ok(None);
    };
    let entry = &archive.entries()[index];
    if entry.size() > DESCRIPTION_MAX_BYTES {
        let fault = "is too large to be read";
        return Err(WheelFault::Path { path, fault });
    }
    described.push((index, archive.read(entry)?));
    Ok(described.last().map(|(_, contents)| contents.as_slice()))
}

fn required<'d, S: ReadAt>(
    archive: &ZipArchive<S>,
    dist_info: &str,
    file: &str,
    described: &'d mut Described,
) -> Result<&'d [u8], WheelFault> {
    optional(archive, dist_info, file, described)?
        .ok_or_else(|| WheelFault::Missing(format!("{dist_info}/{file}")))
}

/// Commands become files beside the interpreter.
fn check_commands(entry_points: &EntryPoints) -> Result<(), WheelFault> {
    let mut commands = entry_points
        .console_scripts()
        .chain(entry_points.gui_scripts());
    match commands.find(|(name, _)| replaces_interpreter(name)) {
        Some((name, _)) => Err(WheelFault::Path {
            path: name.to_owned(),
            fault: "is a command that would take the place of the interpreter",
        }),
        None => Ok(()),
    }
}

/// The `Tag` lines should be the expanded tags of the file name.
fn compare_tags(file_name: &WheelFileName, wheel_file: &WheelFile) -> Vec<Finding> {
    let named: BTreeSet<String> = file_name.tags.iter().map(|tag| tag.to_string()).collect();
    let listed: BTreeSet<String> = wheel_file.tags.iter().cloned().collect();
    let missing = named.difference(&listed).map(|tag| {
        let reason = "is in the file name and not in WHEEL";
        Finding::new(Rule::TagsDiffer, "WHEEL", format!("Tag: {tag}"), reason)
    });
    let extra = listed.difference(&named).map(|tag| {
        let reason = "is in WHEEL and not in the file name";
        Finding::new(Rule::TagsDiffer, "WHEEL", format!("Tag: {tag}"), reason)
    });
    missing.chain(extra).collect()
}

/// PEP 639: from metadata 2.4 on, each `License-File` lies below `licenses/`.
fn check_licenses(metadata: &CoreMetadata, dist_info: &str, files: &[WheelEntry]) -> Vec<Finding> {
    let there: BTreeSet<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let missing = metadata.license_files.iter().filter(|path| {
        let standard = format!("{dist_info}/licenses/{path}");
        // Before the standard, writers put them beside METADATA.
        let early = format!("{dist_info}/{}", path.rsplit('/').next().unwrap_or(path));
        !there.contains(standard.as_str()) && !there.contains(early.as_str())
    });
    missing
        .map(|path| {
            let reason = format!("`{path}` is not there");
            Finding::new(Rule::LicenseFile, "METADATA", "License-File", reason)
        })
        .collect()
}

/// Files that say how a distribution was installed: an installer writes its own.
fn check_installer_files<'a>(
    dist_info: &str,
    files: &'a [WheelEntry],
) -> impl Iterator<Item = Finding> + use<'a> {
    let folder = format!("{dist_info}/");
    files.iter().filter_map(move |file| {
        let name = file.name.strip_prefix(&folder)?;
        matches!(name, "INSTALLER" | "REQUESTED" | "direct_url.json").then(|| {
            let reason = "is for an installer to write";
            Finding::new(Rule::InstallerFile, "", &file.name, reason)
        })
    })
}

/// Names that are fine here and not on every system.
fn check_names(files: &[WheelEntry]) -> Vec<Finding> {
    let names = || files.iter().map(|file| file.name.as_str());
    let collisions = entry_name::case_collisions(names()).into_iter();
    let collisions = collisions.map(|(first, second)| {
        let reason = format!("differs from `{first}` in case only");
        Finding::new(Rule::NamePortable, "", second, reason)
    });
    let windows = names().filter_map(|name| {
        let fault = entry_name::windows_fault(name)?;
        Some(Finding::new(Rule::NamePortable, "", name, fault))
    });
    collisions.chain(windows).collect()
}
