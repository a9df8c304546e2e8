//! Folders that are linked as a whole, and links of earlier installations that must be split.
//!
//! A wheel's top folder becomes one symbolic link into the store when the wheel is safe for that
//! (its manifest says so), no other wheel has a part in the folder, and nothing lies in its place.
//! RECORD then lists the link itself: whoever uninstalls it, pip too, removes the link and never
//! walks through it. A link that a new wheel would write through is split first: a folder takes its
//! place, with a link for each file, and the owner's RECORD lists the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_files::FileError;
use tilsit_packaging::record::{Record, RecordEntry};

use super::{LinkMode, PlanError, PlannedLink, PlannedWrite, Targets, WheelToInstall};
use crate::manifest::{FileKind, Manifest};
use crate::place::StoredPath;
use crate::removal::Removal;

/// A link into the store that becomes a folder.
#[derive(Clone, Debug)]
pub struct PlannedSplit {
    /// The link.
    pub link: PathBuf,
    /// The unpacked wheel that it leads into.
    tree: PathBuf,
    manifest: Arc<Manifest>,
    /// The folder's name.
    top: String,
}

impl PlannedSplit {
    /// The files that take the link's place.
    pub fn links(&self) -> impl Iterator<Item = PlannedLink> + '_ {
        let site_packages = self.link.parent().unwrap_or(Path::new(""));
        files_below(&self.manifest, &self.top).map(move |file| PlannedLink {
            source: self.tree.join(&file.path),
            destination: site_packages.join(&file.path),
            is_program: file.kind == FileKind::Program,
        })
    }
}

/// The files of a wheel's root below the top folder.
fn files_below<'a>(
    manifest: &'a Manifest,
    top: &'a str,
) -> impl Iterator<Item = &'a crate::manifest::ManifestFile> {
    manifest.files.iter().filter(move |file| {
        file.inside_start == 0
            && file
                .path
                .split_once('/')
                .is_some_and(|(first, _)| first == top)
    })
}

/// What lies where top folders go.
pub(super) struct Tops<'a> {
    /// How many wheels have a part in each folder.
    claims: FxHashMap<PathBuf, usize>,
    /// Links that the removals take away.
    going: FxHashSet<&'a Path>,
    mode: LinkMode,
}

impl<'a> Tops<'a> {
    pub(super) fn of(
        wheels: &[(&WheelToInstall, Arc<Targets>)],
        removals: &'a [Removal],
        mode: LinkMode,
    ) -> Self {
        let mut claims = FxHashMap::default();
        for (wheel, targets) in wheels {
            for folder in top_folders(&wheel.stored.manifest, targets) {
                *claims.entry(folder).or_insert(0) += 1;
            }
        }
        let files = removals.iter().flat_map(|removal| &removal.files);
        Self {
            claims,
            going: files.map(PathBuf::as_path).collect(),
            mode,
        }
    }

    /// The top folders of a wheel that become links.
    pub(super) fn linked(
        &self,
        manifest: &Manifest,
        targets: &Targets,
    ) -> Result<FxHashSet<String>, FileError> {
        let mut linked = FxHashSet::default();
        if self.mode != LinkMode::Tree || !manifest.tree_safe {
            return Ok(linked);
        }
        let mut last = "";
        for file in manifest.files.iter().filter(|file| file.inside_start == 0) {
            let Some((top, _)) = file.path.split_once('/') else {
                continue;
            };
            if top == last || top == manifest.dist_info {
                continue;
            }
            last = top;
            let place = targets.root.join(top);
            let is_alone = self.claims.get(&place) == Some(&1);
            if is_alone && (self.going.contains(&*place) || !tilsit_files::exists(&place)?) {
                linked.insert(top.to_owned());
            }
        }
        Ok(linked)
    }

    /// The links that lie where wheels put files of their own.
    pub(super) fn splits(&self) -> Result<Vec<PlannedSplit>, FileError> {
        let mut splits = Vec::new();
        for place in self.claims.keys() {
            if self.going.contains(&**place) {
                continue;
            }
            let is_link =
                tilsit_files::symlink_metadata(place).is_ok_and(|found| found.is_symlink());
            if !is_link {
                continue;
            }
            let target = StoredPath::parse(&tilsit_files::read_link(place)?);
            let Some(target) = target.filter(|target| !target.inside.contains('/')) else {
                continue;
            };
            let bytes = tilsit_files::read(target.entry().join("manifest"))?;
            // Without its manifest nobody knows what is behind the link: then it stays.
            let Ok(manifest) = Manifest::parse(&bytes) else {
                continue;
            };
            splits.push(PlannedSplit {
                link: place.clone(),
                tree: target.entry().join("tree"),
                manifest: Arc::new(manifest),
                top: target.inside,
            });
        }
        splits.sort_by(|left, right| left.link.cmp(&right.link));
        Ok(splits)
    }
}

/// The folders that a wheel has a part in, each once, that lie in a folder of packages.
fn top_folders(manifest: &Manifest, targets: &Targets) -> FxHashSet<PathBuf> {
    let mut folders = FxHashSet::default();
    let mut last = (None, "");
    for file in &manifest.files {
        let is_package = file.scheme == tilsit_dist::wheel::Scheme::Purelib
            || file.scheme == tilsit_dist::wheel::Scheme::Platlib;
        let Some((top, _)) = file.inside().split_once('/').filter(|_| is_package) else {
            continue;
        };
        if last != (Some(file.scheme), top) {
            last = (Some(file.scheme), top);
            folders.insert(targets.folder(file.scheme).join(top));
        }
    }
    folders
}

/// The RECORDs of the wheels whose links are split, with the files in the place of the links.
pub(super) fn records(splits: &[PlannedSplit]) -> Result<Vec<PlannedWrite>, PlanError> {
    let mut records: BTreeMap<PathBuf, Record> = BTreeMap::new();
    for split in splits {
        let site_packages = split.link.parent().unwrap_or(Path::new(""));
        let path = site_packages.join(&split.manifest.dist_info).join("RECORD");
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
        record.entries.retain(|entry| entry.path != split.top);
        let files = files_below(&split.manifest, &split.top);
        record.entries.extend(files.map(|file| RecordEntry {
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
