//! `parity`: the same requirement sets resolved by tilsit and by uv on one recorded index, pin by
//! pin. The sets are `crates/xtask/parity/*.in`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::benches::client::Bench;
use crate::benches::local_index::LocalIndex;
use crate::process::{root, say};

/// The pins of one side: versions with their markers, by name.
type Pins = BTreeMap<String, Vec<String>>;

/// Resolves each set with both, and prints what differs; `words` are sets, `--universal`,
/// `--record` to fetch what the recorded index lacks, and `--program=PATH`.
///
/// # Errors
/// When something cannot be prepared, or a set differs.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let bench = Bench::prepare(
        words
            .iter()
            .find_map(|word| word.strip_prefix("--program=")),
    )?;
    let recorded = root().join("target/bench/parity");
    let index = if words.contains(&"--record") {
        LocalIndex::record(&recorded, &bench.peer("python"))?
    } else {
        LocalIndex::serve(&recorded, &bench.scratch.join("nginx"))?
    };
    let mut differing = 0;
    let mut total = 0;
    for set in sets(words)? {
        total += 1;
        let (ours, theirs) = (
            pins(&bench, 0, &set, &index, words),
            pins(&bench, 1, &set, &index, words),
        );
        let name = set
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let differences = match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                let lines = differences(&ours, &theirs);
                say(format_args!(
                    "{name}: {} pins, {} differ",
                    theirs.len(),
                    lines.len()
                ));
                lines
            }
            (Err(_), Err(_)) => {
                say(format_args!("{name}: neither resolves"));
                Vec::new()
            }
            (Err(error), Ok(_)) => vec![format!("{name}: tilsit: {error:#}")],
            (Ok(_), Err(error)) => vec![format!("{name}: uv: {error:#}")],
        };
        for line in &differences {
            say(format_args!("    {line}"));
        }
        differing += usize::from(!differences.is_empty());
    }
    say(format_args!("{} of {total} sets agree", total - differing));
    if differing > 0 {
        bail!("{differing} sets differ");
    }
    Ok(())
}

fn sets(words: &[&str]) -> Result<Vec<PathBuf>> {
    let folder = root().join("crates/xtask/parity");
    let mut sets: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    sets.sort();
    let named: Vec<&&str> = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .collect();
    if !named.is_empty() {
        sets.retain(|set| {
            named
                .iter()
                .any(|name| set.file_stem() == Some(name.as_ref()))
        });
    }
    Ok(sets)
}

fn pins(
    bench: &Bench,
    side: usize,
    set: &Path,
    index: &LocalIndex,
    words: &[&str],
) -> Result<Pins> {
    let out = bench.side(side).join("parity.txt");
    fs::create_dir_all(bench.side(side).join("home"))?;
    crate::benches::measuring::remove(&out)?;
    let mut arguments = vec!["pip", "compile", "--no-header", "--no-annotate", "-q"];
    let (set, out_text) = (set.display().to_string(), out.display().to_string());
    arguments.extend([set.as_str(), "-o", &out_text]);
    if words.contains(&"--universal") {
        arguments.push("--universal");
    }
    bench.tool(side, &arguments, index).once()?;
    let text = fs::read_to_string(&out).with_context(|| out_text.clone())?;
    let mut pins = Pins::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (pin, marker) = line.split_once(';').unwrap_or((line, ""));
        let (name, version) = pin.split_once("==").unwrap_or((pin, ""));
        let name = name.split('[').next().unwrap_or(name).trim().to_owned();
        let entry = format!("{} {}", version.trim(), marker.trim());
        pins.entry(name).or_default().push(entry.trim().to_owned());
    }
    for versions in pins.values_mut() {
        versions.sort();
    }
    Ok(pins)
}

fn differences(ours: &Pins, theirs: &Pins) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let show = |side: Option<&Vec<String>>| side.map_or("none".to_owned(), |pins| pins.join(" | "));
    names
        .into_iter()
        .filter(|name| ours.get(*name) != theirs.get(*name))
        .map(|name| {
            let (ours, theirs) = (show(ours.get(name)), show(theirs.get(name)));
            format!("{name}: tilsit {ours}, uv {theirs}")
        })
        .collect()
}
