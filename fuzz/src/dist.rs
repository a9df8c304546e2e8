//! The readers of wheels and source distributions.
//!
//! Mutated archives seldom get past their checksums; so beside the raw bytes, the same checks run
//! over archives that are put together here from mutated parts.

use tilsit_archive::Limits;
use tilsit_archive::compression::gzip;
use tilsit_archive::tar::TarWriter;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_dist::check::{
    Described, check_pyproject, check_releases, check_sdist, check_tree_texts, check_wheel,
};
use tilsit_dist::dist_info::requires_txt::RequiresTxt;
use tilsit_dist::egg::{EggFileName, WininstFileName, archive_behind, metadata as egg_metadata};
use tilsit_dist::fix::apply;
use tilsit_dist::sdist::Sdist;
use tilsit_dist::wheel::change::with_headers;
use tilsit_dist::wheel::{Wheel, WheelFile};
use tilsit_packaging::headers::Message;
use tilsit_packaging::pyproject::{PyProject, PyProjectError};
use tilsit_packaging::requirement::Requirement;

const WHEEL_NAME: &str = "demo-1.0-py3-none-any.whl";
const SDIST_NAME: &str = "demo-1.0.tar.gz";

fn limits() -> Limits {
    Limits {
        entries_max: 1000,
        entry_max_bytes: 1 << 22,
        total_max_bytes: 1 << 23,
        ..Limits::default()
    }
}

/// A wheel: what opens stays inside its schemes, lists all its files, and reads whole or not at
/// all.
pub fn wheel(data: &[u8]) {
    let wheel = match Wheel::from_source(WHEEL_NAME, data, &limits()) {
        Ok(wheel) => wheel,
        Err(error) => {
            assert!(error.to_string().starts_with("the wheel `demo-1.0-py3"));
            return;
        }
    };
    assert_eq!(wheel.metadata().project_name().as_str(), "demo");
    let mut reader = wheel.reader();
    for file in wheel.files() {
        let steps = file.path().split('/');
        assert!(steps.clone().all(|step| !matches!(step, "" | "." | "..")));
        assert!(!file.path().contains('\\'));
        let mut length = 0;
        if reader
            .stream(file, &mut |piece| length += piece.len() as u64)
            .is_ok()
        {
            assert_eq!(length, file.size);
        }
    }
    let findings = check_wheel(&wheel);
    assert!(findings.starts_with(wheel.findings()));
    for finding in findings {
        assert!(!finding.to_string().is_empty());
    }
    let alone = Described::of_wheel(&wheel);
    let twice = [(WHEEL_NAME, &alone), (WHEEL_NAME, &alone)];
    assert_eq!(check_releases(&twice), []);
}

/// A wheel put together from parts, with the RECORD that belongs to them or one of its own.
pub fn wheel_parts(data: &[u8]) {
    let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    for (path, contents) in parts(data) {
        let _ = zip.add_file(path, contents, false);
    }
    let bytes = zip.finish().expect("memory takes every byte");
    wheel(&bytes);
}

/// The WHEEL file: what is read is written again to the same.
pub fn wheel_file(data: &[u8]) {
    let Ok((file, _)) = WheelFile::parse(data) else {
        return;
    };
    // Values of several lines are written with an indentation of their own.
    let one_line = |text: &String| {
        let apart = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        !text.contains(apart)
    };
    let again = WheelFile::parse(&file.to_bytes()).expect("what was written is read");
    if file.tags.iter().all(one_line)
        && file.generator.iter().all(one_line)
        && file.build.iter().all(one_line)
    {
        assert_eq!(again.0, file);
    }
}

/// A source distribution: what opens stays below its one top folder.
pub fn sdist(data: &[u8]) {
    let sdist = match Sdist::from_bytes(SDIST_NAME, data, &limits()) {
        Ok(sdist) => sdist,
        Err(error) => {
            assert!(
                error
                    .to_string()
                    .starts_with("the source distribution `demo")
            );
            return;
        }
    };
    for entry in sdist.entries() {
        let mut steps = entry.path.split('/');
        assert!(steps.all(|step| !matches!(step, "" | "." | "..")));
    }
    if let Some(metadata) = sdist.static_metadata() {
        assert_eq!(metadata.project_name().as_str(), "demo");
    }
    assert!(check_sdist(&sdist).starts_with(sdist.findings()));
}

/// A source distribution put together from parts.
pub fn sdist_parts(data: &[u8]) {
    let mut tar = TarWriter::new(Vec::new(), 0);
    for (path, contents) in parts(data) {
        let _ = tar.add_file(path, contents, false);
    }
    let bytes = tar.finish().expect("memory takes every byte");
    sdist(&gzip(&bytes, 1));
}

/// Parts that start with a line `@@ path`; contents without a path before them are dropped.
fn parts(data: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        loop {
            let start = find(rest, b"@@ ")?;
            rest = &rest[start + 3..];
            let line = find(rest, b"\n")?;
            let (path, contents) = rest.split_at(line);
            let end = find(contents, b"\n@@ ").unwrap_or(contents.len());
            rest = &contents[end..];
            // The line end behind the path is not part of the contents.
            let contents = contents[..end].get(1..).unwrap_or_default();
            if let Ok(path) = std::str::from_utf8(path) {
                return Some((path, contents));
            }
        }
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// The texts of a source tree: whatever they are, each finding is on a line that is there, and each fix of
/// a pyproject.toml leaves TOML and none of that finding.
pub fn source_tree(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text.split('\n').count();
    let findings = check_pyproject(&text);
    for finding in findings.iter().chain(&check_tree_texts(&text)) {
        let line = finding.problem.line;
        assert!(
            line.is_none_or(|line| (1..=lines).contains(&line)),
            "{finding}"
        );
        if let Some(fix) = &finding.fix {
            let mut edits = fix.edits.iter();
            assert!(edits.all(|edit| text.get(edit.start..edit.end).is_some()));
            assert_ne!(apply(&text, &fix.edits), text, "{finding}");
        }
    }
    for finding in &findings {
        let Some(fix) = finding
            .fix
            .as_ref()
            .filter(|fix| fix.file == "pyproject.toml")
        else {
            continue;
        };
        let after = apply(&text, &fix.edits);
        let read = PyProject::parse(&after);
        assert!(
            !matches!(read, Err(PyProjectError::Toml(_))),
            "{finding}: {after}"
        );
        assert!(!check_pyproject(&after).contains(finding), "{finding}");
    }
}

/// `requires.txt` of an egg: every requirement that is read can be written and read again.
pub fn requires_txt(data: &[u8]) {
    let read = RequiresTxt::parse(&String::from_utf8_lossy(data));
    for requirement in &read.requires {
        let text = requirement.to_string();
        let again = text.parse::<Requirement>();
        assert_eq!(again.map(|again| again.to_string()).as_ref(), Ok(&text));
    }
}

/// The name, PKG-INFO and archive of an egg or installer: what is read of a name is in it, METADATA that is
/// made can be read, and an archive behind a program ends where the program ends.
pub fn egg(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (name, rest) = text.split_once('\n').unwrap_or((&text, ""));
    if let Some(egg) = EggFileName::parse(name) {
        assert!(name.contains(&egg.name) && name.contains(&egg.version));
    }
    let installer = WininstFileName::parse(name);
    assert!(
        installer
            .platform
            .is_none_or(|platform| name.contains(&platform))
    );
    let (metadata, _) = egg_metadata(data, rest);
    let message = Message::parse(&metadata);
    assert!(message.value("Metadata-Version").is_some());
    if let Some(archive) = archive_behind(data) {
        assert!(data.ends_with(archive));
    }
}

/// Headers of a wheel with others in their place: those are in it, each once.
pub fn wheel_headers(data: &[u8]) {
    let changed = with_headers(data, &["Tag"], &[("Tag", "py3-none-any")]);
    let message = Message::parse(&changed);
    assert_eq!(message.values("Tag").collect::<Vec<_>>(), ["py3-none-any"]);
}
