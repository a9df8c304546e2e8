//! Folders that are linked as a whole, and links of earlier installations that must be split.
//!
//! A wheel's folder becomes one symbolic link into the store when the wheel is safe for that (its
//! manifest says so), no other wheel has a part in the folder, and nothing lies in its place: a top
//! folder, or the outermost such folder below one that several wheels share (`google/cloud/storage`).
//! RECORD then lists the link itself: whoever uninstalls it, pip too, removes the link and never
//! walks through it. A link that a new wheel would write through is split first: a folder takes its
//! place, with a link for each file, and the owner's RECORD lists the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_dist::wheel::Scheme;
use tilsit_files::FileError;
use tilsit_packaging::record::{Record, RecordEntry};

use super::{PlanError, PlannedLink, PlannedWrite, Targets, WheelToInstall};
use crate::manifest::{FileKind, Manifest, ManifestFile};
use crate::place::StoredPath;
use crate::removal::Removal;

/// A link into the store that becomes a folder.
#[derive(Clone, Debug)]
pub struct PlannedSplit {
    /// The link.
    pub link: PathBuf,
    /// The folder of packages that it lies in, perhaps some folders below.
    root: PathBuf,
    /// The unpacked wheel that it leads into.
    tree: PathBuf,
    manifest: Arc<Manifest>,
    /// The folder's path inside the wheel.
    inside: String,
}

impl PlannedSplit {
    /// The link at a place, if it leads into a store as this program links.
    fn at(link: &Path) -> Result<Option<Self>, FileError> {
        if !tilsit_files::symlink_metadata(link).is_ok_and(|found| found.is_symlink()) {
            return Ok(None);
        }
        let target = StoredPath::parse(&tilsit_files::read_link(link)?);
        let Some(target) = target.filter(|target| link.ends_with(&target.inside)) else {
            return Ok(None);
        };
        let depth = target.inside.split('/').count();
        let Some(root) = link.ancestors().nth(depth) else {
            return Ok(None);
        };
        let bytes = tilsit_files::read(target.entry().join("manifest"))?;
        // Without its manifest nobody knows what is behind the link: then it stays.
        Ok(Manifest::parse(&bytes).ok().map(|manifest| Self {
            link: link.to_path_buf(),
            root: root.to_path_buf(),
            tree: target.entry().join("tree"),
            manifest: Arc::new(manifest),
            inside: target.inside,
        }))
    }

    /// The files that take the link's place.
    pub fn links(&self) -> impl Iterator<Item = PlannedLink> + '_ {
        self.files().map(|file| PlannedLink {
            source: self.tree.join(&file.path),
            destination: self.root.join(&file.path),
            is_program: file.kind == FileKind::Program,
        })
    }

    /// The files behind the link.
    fn files(&self) -> impl Iterator<Item = &ManifestFile> {
        let is_below = |file: &&ManifestFile| {
            let rest = file.path.strip_prefix(&self.inside);
            file.inside_start == 0 && rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.manifest.files.iter().filter(is_below)
    }
}

/// Which folders of packages belong to one wheel alone.
pub(super) struct Claims<'a> {
    /// The top folders that wheels have a part in, and the folders below those that are there already
    /// or that several wheels have a part in.
    folders: FxHashMap<PathBuf, Claim>,
    /// For each wheel the outermost folders that are its alone, by their paths inside it.
    alone: Vec<Vec<&'a str>>,
    /// Links that the removals take away.
    going: FxHashSet<&'a Path>,
}

/// What is known of a folder of packages.
#[derive(Default)]
struct Claim {
    /// How many wheels have a part in it.
    wheels: usize,
    /// Whether something lies there, and stays.
    is_there: bool,
}

/// The files of a wheel in one folder; they follow each other, for files are sorted.
struct Part<'a> {
    wheel: usize,
    place: PathBuf,
    /// The folder's path below its folder of packages.
    folder: &'a str,
    files: &'a [ManifestFile],
}

impl<'a> Claims<'a> {
    pub(super) fn of(
        wheels: &[(&'a WheelToInstall, Arc<Targets>)],
        removals: &'a [Removal],
    ) -> Result<Self, FileError> {
        let removed = removals.iter().flat_map(|removal| &removal.files);
        let mut claims = Self {
            folders: FxHashMap::default(),
            alone: vec![Vec::new(); wheels.len()],
            going: removed.map(PathBuf::as_path).collect(),
        };
        let mut parts = Vec::new();
        for (wheel, (one, targets)) in wheels.iter().enumerate() {
            folders_in(&one.stored.manifest.files, 0, targets, wheel, &mut parts);
        }
        while !parts.is_empty() {
            for part in &parts {
                claims.claim(&part.place)?;
            }
            let mut below = Vec::new();
            for part in parts {
                let claim = &claims.folders[&part.place];
                if claim.wheels > 1 || claim.is_there {
                    let (wheel, targets) = (part.wheel, &wheels[part.wheel].1);
                    let start = part.folder.len() + 1;
                    folders_in(part.files, start, targets, wheel, &mut below);
                } else if part.files[0].inside_start == 0 {
                    claims.alone[part.wheel].push(part.folder);
                }
            }
            parts = below;
        }
        Ok(claims)
    }

    fn claim(&mut self, place: &Path) -> Result<(), FileError> {
        if let Some(claim) = self.folders.get_mut(place) {
            claim.wheels += 1;
            return Ok(());
        }
        let is_there = match tilsit_files::symlink_metadata(place) {
            Ok(_) => !self.going.contains(place),
            Err(error) if error.is_not_found() => false,
            Err(error) => return Err(error),
        };
        let claim = Claim {
            wheels: 1,
            is_there,
        };
        self.folders.insert(place.to_path_buf(), claim);
        Ok(())
    }

    /// The folders of a wheel that become links, by their paths inside it.
    pub(super) fn linked(&self, wheel: usize, manifest: &Manifest) -> FxHashSet<String> {
        let folders = self.alone[wheel].iter();
        folders
            .filter(|folder| manifest.tree_safe && **folder != manifest.dist_info)
            .map(|folder| (*folder).to_owned())
            .collect()
    }

    /// The links that lie where wheels put files of their own.
    pub(super) fn splits(&self) -> Result<Vec<PlannedSplit>, FileError> {
        let mut splits = Vec::new();
        for (place, claim) in &self.folders {
            if claim.is_there {
                splits.extend(PlannedSplit::at(place)?);
            }
        }
        splits.sort_by(|left, right| left.link.cmp(&right.link));
        Ok(splits)
    }
}

/// Adds the folders of packages that these files lie in, seen from the folder whose path (with its
/// slash) has this length.
fn folders_in<'a>(
    files: &'a [ManifestFile],
    start: usize,
    targets: &Targets,
    wheel: usize,
    parts: &mut Vec<Part<'a>>,
) {
    let folder_of = |file: &'a ManifestFile| {
        let inside = file.inside();
        let is_package = matches!(file.scheme, Scheme::Purelib | Scheme::Platlib);
        let end = inside[start..].find('/').filter(|_| is_package)?;
        Some(&inside[..start + end])
    };
    let same = |one: &ManifestFile, other: &ManifestFile, folder: &str| {
        let rest = other.inside().strip_prefix(folder);
        one.scheme == other.scheme && rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let mut rest = files;
    while let Some(first) = rest.first() {
        let Some(folder) = folder_of(first) else {
            rest = &rest[1..];
            continue;
        };
        let count = rest
            .iter()
            .take_while(|file| same(first, file, folder))
            .count();
        let (here, behind) = rest.split_at(count);
        parts.push(Part {
            wheel,
            place: targets.folder(first.scheme).join(folder),
            folder,
            files: here,
        });
        rest = behind;
    }
}

/// The folders that hold a file of a wheel, the outermost first.
pub(super) fn outer_folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// The RECORDs of the wheels whose links are split, with the files in the place of the links.
pub(super) fn records(splits: &[PlannedSplit]) -> Result<Vec<PlannedWrite>, PlanError> {
    let mut records: BTreeMap<PathBuf, Record> = BTreeMap::new();
    for split in splits {
        let path = split.root.join(&split.manifest.dist_info).join("RECORD");
        let record = match records.entry(path) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let bytes = tilsit_files::read(new.key())?;
                let record = Record::parse(&bytes).map_err(|reason| PlanError::Split {
                    path: new.key().clone(),
                    reason,
                })?;
                new.insert(record)
            }
        };
        record.entries.retain(|entry| entry.path != split.inside);
        record.entries.extend(split.files().map(|file| RecordEntry {
            path: file.path.clone(),
            hash: Some(file.hash.clone()),
            size: Some(file.size_bytes),
        }));
        record.sort();
    }
    let writes = records
        .into_iter()
        .map(|(destination, record)| PlannedWrite {
            destination,
            contents: record.to_bytes(),
            is_program: false,
        });
    Ok(writes.collect())
}
