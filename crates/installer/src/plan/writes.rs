//! The files of one wheel: which are linked, which are made for the environment, and RECORD.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tilsit_packaging::record::{Record, RecordEntry, RecordHash};

use super::{PlanError, PlanOptions, PlannedWheel, PlannedWrite, WheelToInstall};
use crate::manifest::FileKind;
use crate::scripts;

/// Gives every file of the wheel its place.
pub(super) fn place_files(
    planned: &mut PlannedWheel,
    wheel: &WheelToInstall,
    shebang: &str,
    options: &PlanOptions,
) -> Result<(), PlanError> {
    let manifest = Arc::clone(&planned.manifest);
    let mut record = Record {
        entries: Vec::with_capacity(manifest.files.len() + 8),
    };
    for (number, file) in manifest.files.iter().enumerate() {
        let inside = file.inside();
        if file.kind == FileKind::PythonScript {
            let text = tilsit_files::read(planned.tree.join(&file.path))?;
            planned.writes.push(PlannedWrite {
                contents: scripts::with_shebang(&text, shebang).unwrap_or(text),
                destination: planned.targets.folder(file.scheme).join(inside),
                is_program: true,
            });
            continue;
        }
        if planned.is_in_linked_folder(file) {
            planned.behind_links += 1;
            continue;
        }
        let folder = planned.targets.folder(file.scheme);
        record.entries.push(RecordEntry {
            path: relative_to(&planned.targets.root, folder, inside),
            hash: Some(file.hash.clone()),
            size: Some(file.size_bytes),
        });
        let number = u32::try_from(number).expect("an archive has at most 250,000 entries");
        planned.links.push(number);
    }
    record.entries.extend(unhashed(planned));
    add_commands(planned, shebang);
    add_metadata(planned, wheel, options);
    add_record(planned, record);
    Ok(())
}

/// The lines without hashes: links to folders, and compiled modules.
fn unhashed(planned: &PlannedWheel) -> Vec<RecordEntry> {
    let root = &planned.targets.root;
    let compiled = planned.compiled_files().map(|file| {
        let folder = planned.targets.folder(file.scheme);
        relative_to(root, folder, file.inside())
    });
    let paths = planned.linked_folders.iter().cloned().chain(compiled);
    let line = |path| RecordEntry {
        path,
        hash: None,
        size: None,
    };
    paths.map(line).collect()
}

/// The scripts of entry points.
fn add_commands(planned: &mut PlannedWheel, shebang: &str) {
    let manifest = Arc::clone(&planned.manifest);
    for command in &manifest.commands {
        let destination = planned.targets.scripts.join(&command.name);
        // A script that the wheel itself brings under this name gives way, as in pip.
        planned
            .writes
            .retain(|write| write.destination != destination);
        planned.writes.push(PlannedWrite {
            destination,
            contents: scripts::entry_point_script(shebang, command).into_bytes(),
            is_program: true,
        });
    }
}

/// INSTALLER, REQUESTED and `direct_url.json`.
fn add_metadata(planned: &mut PlannedWheel, wheel: &WheelToInstall, options: &PlanOptions) {
    let installer = format!("{}\n", options.installer).into_bytes();
    let requested = wheel.is_requested.then(Vec::new);
    let url = wheel.direct_url.as_ref();
    let url = url.map(|url| url.to_file().into_bytes());
    let dist_info = planned.targets.root.join(&planned.manifest.dist_info);
    for (name, contents) in [
        ("INSTALLER", Some(installer)),
        ("REQUESTED", requested),
        ("direct_url.json", url),
    ] {
        planned.writes.extend(contents.map(|contents| PlannedWrite {
            destination: dist_info.join(name),
            contents,
            is_program: false,
        }));
    }
}

/// RECORD: the linked files, the written ones, and itself.
fn add_record(planned: &mut PlannedWheel, mut record: Record) {
    let root = &planned.targets.root;
    for write in &planned.writes {
        let folder = write.destination.parent().unwrap_or(Path::new(""));
        let name = write.destination.file_name().unwrap_or_default();
        record.entries.push(RecordEntry {
            path: relative_to(root, folder, &name.to_string_lossy()),
            hash: Some(RecordHash::sha256(&Sha256::digest(&write.contents).into())),
            size: Some(write.contents.len() as u64),
        });
    }
    record.entries.push(RecordEntry {
        path: format!("{}/RECORD", planned.manifest.dist_info),
        hash: None,
        size: None,
    });
    record.sort();
    planned.writes.push(PlannedWrite {
        destination: root.join(&planned.manifest.dist_info).join("RECORD"),
        contents: record.to_bytes(),
        is_program: false,
    });
}

/// The path `folder/inside` as RECORD writes it: relative to `root`, with `/`.
fn relative_to(root: &Path, folder: &Path, inside: &str) -> String {
    if folder == root {
        return inside.to_owned();
    }
    let common = root
        .components()
        .zip(folder.components())
        .take_while(|(left, right)| left == right)
        .count();
    let mut path = "../".repeat(root.components().count() - common);
    for part in folder.components().skip(common) {
        path.push_str(&part.as_os_str().to_string_lossy());
        path.push('/');
    }
    path + inside
}
