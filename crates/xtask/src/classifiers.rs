//! `classifiers FOLDER`: the classifiers that exist, from trove-classifiers, turned into the list that
//! `tilsit check` reads.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::root;

const LIST: &str = "crates/dist/src/check/classifiers.txt";

const HEAD: &str = "\
# The classifiers that exist (facts of trove-classifiers @VERSION@), written by
# `cargo xtask classifiers`. One that is deprecated has `=>` behind it, and what replaces it.
";

/// Writes the list from a folder `site-packages` with trove-classifiers in it.
///
/// # Errors
/// When the files cannot be read or are not what they were.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let path = folder.join("trove_classifiers/__init__.py");
    let text = std::fs::read_to_string(&path);
    let text = text.with_context(|| format!("cannot read {}", path.display()))?;
    let mut list = HEAD.replace("@VERSION@", &version(folder)?);
    let mut count = 0;
    for line in text.lines().filter(|line| line.starts_with("    \"")) {
        let mut texts = line.split('"').skip(1).step_by(2);
        let classifier = texts.next().unwrap_or_default();
        list.push_str(classifier);
        if line.contains("\": [") {
            let instead: Vec<&str> = texts.collect();
            write!(list, " => {}", instead.join(" | "))?;
        }
        count += 1;
        list.truncate(list.trim_end().len());
        list.push('\n');
    }
    ensure!(count > 800, "only {count} classifiers were found");
    Ok(std::fs::write(root().join(LIST), list)?)
}

fn version(folder: &Path) -> Result<String> {
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let stem = name.strip_prefix("trove_classifiers-");
        if let Some(version) = stem.and_then(|stem| stem.strip_suffix(".dist-info")) {
            return Ok(version.to_owned());
        }
    }
    anyhow::bail!("no metadata of trove-classifiers in {}", folder.display())
}
