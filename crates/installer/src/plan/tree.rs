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

use super::{LinkMode, PlanError, PlannedLink, PlannedWrite, Targets, WheelToInstall};
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
    /// How many wheels have a part in each folder: in the top folders, and below those that are
    /// there already or that several wheels have a part in.
    counts: FxHashMap<PathBuf, usize>,
    /// Links that the removals take away.
    going: FxHashSet<&'a Path>,
    mode: LinkMode,
}

impl<'a> Claims<'a> {
    pub(super) fn of(
        wheels: &[(&WheelToInstall, Arc<Targets>)],
        removals: &'a [Removal],
        mode: LinkMode,
    ) -> Result<Self, FileError> {
        let files = removals.iter().flat_map(|removal| &removal.files);
        let mut claims = Self {
            counts: FxHashMap::default(),
            going: files.map(PathBuf::as_path).collect(),
            mode,
        };
        let mut parents = None;
        for depth in 0.. {
            let mut found = FxHashMap::default();
            for (wheel, targets) in wheels {
                let manifest = &wheel.stored.manifest;
                for folder in folders_at(depth, manifest, targets, parents.as_ref()) {
                    *found.entry(folder).or_insert(0) += 1;
                }
            }
            let mut shared = FxHashSet::default();
            for (folder, count) in &found {
                if *count > 1 || claims.is_there(folder)? {
                    shared.insert(folder.clone());
                }
            }
            claims.counts.extend(found);
            if shared.is_empty() {
                break;
            }
            parents = Some(shared);
        }
        Ok(claims)
    }

    /// Whether something lies at a place, and stays.
    fn is_there(&self, place: &Path) -> Result<bool, FileError> {
        Ok(!self.going.contains(place) && tilsit_files::exists(place)?)
    }

    /// The folders of a wheel that become links, by their paths inside it.
    pub(super) fn linked(
        &self,
        manifest: &Manifest,
        targets: &Targets,
    ) -> Result<FxHashSet<String>, FileError> {
        let mut linked: FxHashSet<String> = FxHashSet::default();
        if self.mode != LinkMode::Tree || !manifest.tree_safe {
            return Ok(linked);
        }
        let metadata = manifest.dist_info.as_str();
        // The files are sorted, so those of one folder follow each other.
        let mut last = "";
        for file in manifest.files.iter().filter(|file| file.inside_start == 0) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if folder == last || is_within(folder, metadata) {
                continue;
            }
            last = folder;
            for outer in outer_folders(&file.path) {
                let place = targets.root.join(outer);
                // Below a folder of one wheel alone nothing is counted.
                let Some(count) = self.counts.get(&place) else {
                    break;
                };
                if *count == 1 && !self.is_there(&place)? {
                    if !linked.contains(outer) {
                        linked.insert(outer.to_owned());
                    }
                    break;
                }
            }
        }
        Ok(linked)
    }

    /// The links that lie where wheels put files of their own.
    pub(super) fn splits(&self) -> Result<Vec<PlannedSplit>, FileError> {
        let mut splits = Vec::new();
        for place in self.counts.keys() {
            if !self.going.contains(&**place) {
                splits.extend(PlannedSplit::at(place)?);
            }
        }
        splits.sort_by(|left, right| left.link.cmp(&right.link));
        Ok(splits)
    }
}

/// The folders that hold a file of a wheel, the outermost first.
pub(super) fn outer_folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folders at a depth that a wheel has a part in, each once, that lie in a folder of packages,
/// and below one of these parents.
fn folders_at(
    depth: usize,
    manifest: &Manifest,
    targets: &Targets,
    parents: Option<&FxHashSet<PathBuf>>,
) -> FxHashSet<PathBuf> {
    let mut folders = FxHashSet::default();
    let mut last = (None, "");
    for file in &manifest.files {
        let is_package = matches!(file.scheme, Scheme::Purelib | Scheme::Platlib);
        let folder = outer_folders(file.inside()).nth(depth);
        let Some(folder) = folder.filter(|_| is_package) else {
            continue;
        };
        if last == (Some(file.scheme), folder) {
            continue;
        }
        last = (Some(file.scheme), folder);
        let place = targets.folder(file.scheme).join(folder);
        let is_wanted = |parents: &FxHashSet<PathBuf>| {
            place
                .parent()
                .is_some_and(|parent| parents.contains(parent))
        };
        if parents.is_none_or(is_wanted) {
            folders.insert(place);
        }
    }
    folders
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
