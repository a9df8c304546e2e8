//! A wheel with other tags.

use std::collections::BTreeSet;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tilsit_archive::ReadAt;
use tilsit_files::AtomicFile;

use super::{ChangeError, check_build, commit, path_in, with_headers};
use crate::wheel::{Wheel, WheelWriter, WheelWriterOptions};

/// The tags that a wheel gets. Each is `a.b` in place of what there is, `+a.b` beside it, or `-a.b` out of
/// it.
#[derive(Clone, Debug, Default)]
pub struct NewTags {
    /// The interpreters.
    pub python: Option<String>,
    /// The ABIs.
    pub abi: Option<String>,
    /// The platforms.
    pub platform: Option<String>,
    /// The build number; `""` for none.
    pub build: Option<String>,
}

/// Writes a wheel with other tags into a folder, and gives its path; none when its name would be the
/// same. All files but WHEEL and RECORD are taken over as they are packed.
///
/// # Errors
/// When the wheel is damaged, the tags are none that a wheel may have, or it cannot be written.
pub fn retag<S: ReadAt>(
    wheel: &Wheel<S>,
    tags: &NewTags,
    folder: &Path,
) -> Result<Option<PathBuf>, ChangeError> {
    let old = &wheel.file_name().tags;
    let python = altered(old.interpreters(), tags.python.as_deref());
    let abi = altered(old.abis(), tags.abi.as_deref());
    let platform = altered(old.platforms(), tags.platform.as_deref());
    let stem = wheel.dist_info().trim_end_matches(".dist-info");
    let told = wheel.file_name().build.as_ref().map(ToString::to_string);
    let build = tags.build.clone().or(told);
    let build = build.filter(|build| !build.is_empty());
    check_build(build.as_deref().unwrap_or_default())?;
    // As the wheel's own name spells them.
    let mut parts = wheel
        .text_name()
        .split('-')
        .take(2)
        .map(str::to_owned)
        .collect::<Vec<_>>();
    parts.extend(build.clone());
    parts.extend([&python, &abi, &platform].map(joined));
    let name = format!("{}.whl", parts.join("-"));
    let path = path_in(folder, &name)?;
    if name == wheel.text_name() {
        return Ok(None);
    }
    wheel.verify()?;
    let file = AtomicFile::create(&path)?;
    let mut writer = WheelWriter::new(
        BufWriter::new(file.file()),
        stem,
        WheelWriterOptions::default(),
    );
    let lines = python.iter().flat_map(|python| {
        let platform = &platform;
        abi.iter().flat_map(move |abi| {
            platform
                .iter()
                .map(move |platform| format!("{python}-{abi}-{platform}"))
        })
    });
    let lines: Vec<String> = lines.collect();
    for entry in wheel.files() {
        let in_info = entry.name.strip_prefix(wheel.dist_info());
        match in_info {
            Some("/RECORD" | "/RECORD.jws" | "/RECORD.p7s") => {}
            Some("/WHEEL") => {
                let text = wheel.read_dist_info("WHEEL")?.unwrap_or_default();
                let mut with: Vec<(&str, &str)> =
                    lines.iter().map(|line| ("Tag", line.as_str())).collect();
                with.extend(build.as_deref().map(|build| ("Build", build)));
                writer.add_dist_info("WHEEL", &with_headers(&text, &["Tag", "Build"], &with))?;
            }
            _ => writer.copy_file(wheel, entry)?,
        }
    }
    writer.finish()?;
    commit(file, &name).map(Some)
}

/// What becomes of one part of the tags.
fn altered<'a>(old: impl Iterator<Item = &'a str>, wanted: Option<&str>) -> BTreeSet<String> {
    let old: BTreeSet<String> = old.map(str::to_owned).collect();
    let split = |text: &str| -> BTreeSet<String> { text.split('.').map(str::to_owned).collect() };
    match wanted {
        None => old,
        Some(text) => match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(more), _) => old.union(&split(more)).cloned().collect(),
            (None, Some(less)) => old.difference(&split(less)).cloned().collect(),
            (None, None) => split(text),
        },
    }
}

fn joined(members: &BTreeSet<String>) -> String {
    members
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(".")
}
