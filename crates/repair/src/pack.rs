//! From a plan to packed files: what does not stay as it is, changed and compressed.
//!
//! This is where a repair spends its time, so that all processors share it. The files come out as one
//! thread would have made them; the order in the wheel is that of who writes it.

use std::collections::BTreeMap;

use tilsit_archive::ReadAt;
use tilsit_dist::wheel::{PackedFile, Wheel, WheelEntry, WheelWriterOptions};
use tilsit_elf::{Change, Elf, ElfError, change, strip};

use crate::audit::Audit;
use crate::error::RepairError;
use crate::plan::{Graft, Plan};
use crate::repair::RepairOptions;

/// The packed files of a repair.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    /// Files of the wheel that do not stay as they are packed there, by path.
    pub(crate) files: BTreeMap<String, PackedFile>,
    /// The libraries that are taken into it, by their names in it.
    pub(crate) grafts: BTreeMap<String, PackedFile>,
}

/// A file to be packed.
#[derive(Clone, Copy)]
enum Work<'w> {
    File(&'w WheelEntry),
    Graft(&'w Graft),
}

impl Work<'_> {
    fn size(&self) -> u64 {
        match self {
            Self::File(file) => file.size,
            Self::Graft(graft) => graft.contents.len() as u64,
        }
    }
}

/// Changes and packs what the plan says, for a writer with these options.
pub(crate) fn pack<S: ReadAt>(
    wheel: &Wheel<S>,
    audit: &Audit,
    plan: &Plan,
    (options, writer): (&RepairOptions, &WheelWriterOptions),
) -> Result<Packed, RepairError> {
    let packer = Packer {
        wheel,
        plan,
        strips: options.strip,
        level: writer.level,
    };
    let is_wanted = |file: &&WheelEntry| {
        options.level.is_some()
            || plan.changes.contains_key(&file.name)
            || options.strip && audit.files.contains_key(&file.name)
    };
    let files = wheel.files().iter().filter(is_wanted).map(Work::File);
    let mut works: Vec<Work<'_>> = files.chain(plan.libraries().map(Work::Graft)).collect();
    // Large ones first, so that no thread is left alone with one in the end.
    works.sort_by_key(|work| std::cmp::Reverse(work.size()));
    let results = tilsit_files::threads::map_each(&works, |work| match work {
        Work::File(file) => packer.file(file, audit.files.contains_key(&file.name)),
        Work::Graft(graft) => packer.graft(graft),
    });
    let mut packed = Packed::default();
    for (work, result) in works.iter().zip(results) {
        match work {
            Work::File(file) => packed.files.insert(file.name.clone(), result?),
            Work::Graft(graft) => packed.grafts.insert(graft.name.clone(), result?),
        };
    }
    Ok(packed)
}

struct Packer<'p, S> {
    wheel: &'p Wheel<S>,
    plan: &'p Plan,
    strips: bool,
    level: u8,
}

impl<S: ReadAt> Packer<'_, S> {
    fn file(&self, file: &WheelEntry, is_compiled: bool) -> Result<PackedFile, RepairError> {
        let mut contents = Vec::new();
        let mut reader = self.wheel.reader();
        reader.stream(file, &mut |piece| contents.extend_from_slice(piece))?;
        if is_compiled {
            let unchanged = Change::default();
            let wanted = self.plan.changes.get(&file.name);
            let wanted = wanted.map_or(&unchanged, |wanted| &wanted.change);
            contents = self.changed(&file.name, &contents, wanted)?;
        }
        Ok(PackedFile::new(&contents, self.level))
    }

    fn graft(&self, graft: &Graft) -> Result<PackedFile, RepairError> {
        let path = graft.from.display().to_string();
        let elf = Elf::parse(&graft.contents).map_err(fault_of(&path))?;
        let change = self.plan.graft_change(graft, &elf.needed);
        let contents = self.changed(&path, &graft.contents, &change)?;
        Ok(PackedFile::new(&contents, self.level))
    }

    /// A file stripped, where that is wanted, and changed: in this order, since what strips does not know
    /// changed files.
    fn changed(
        &self,
        path: &str,
        contents: &[u8],
        wanted: &Change,
    ) -> Result<Vec<u8>, RepairError> {
        let stripped = self.strips.then(|| strip(contents)).transpose();
        let stripped = stripped.map_err(fault_of(path))?;
        change(stripped.as_deref().unwrap_or(contents), wanted).map_err(fault_of(path))
    }
}

fn fault_of(path: &str) -> impl Fn(ElfError) -> RepairError + '_ {
    |fault| RepairError::Elf {
        path: path.to_owned(),
        fault,
    }
}
