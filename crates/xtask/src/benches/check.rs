//! `bench check FOLDER`: `tilsit check` beside `twine check`, on the same wheels.
//!
//! twine looks at the description only, tilsit at everything. Both must be content with the wheels:
//! those with findings that end a run are left out by hand.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::measuring::{Pairs, Run, Sample, median_of};
use crate::process::{root, say};

/// How many wheels are checked.
const WHEELS: usize = 100;

/// Compares, and prints a row.
///
/// # Errors
/// When there are not enough wheels, or a program is missing or fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut program = root().join("target/release/tilsit");
    let mut twine = root().join("target/test-environments/clients/bin/twine");
    let (mut folder, mut rounds) = (None, 5);
    for word in words {
        if let Some(path) = word.strip_prefix("--program=") {
            program = path.into();
        } else if let Some(path) = word.strip_prefix("--twine=") {
            twine = path.into();
        } else if let Ok(number) = word.parse() {
            rounds = number;
        } else {
            folder = Some(PathBuf::from(word));
        }
    }
    let Some(folder) = folder else {
        bail!(
            "bench check FOLDER [ROUNDS] [--program=PATH] [--twine=PATH]: a folder of wheels is needed"
        );
    };
    let wheels = wheels(&folder)?;
    let run = |program: &Path, first: &[&str]| -> Result<Run> {
        let program = program
            .canonicalize()
            .with_context(|| format!("{} is needed", program.display()))?;
        let words = first.iter().map(Into::into);
        Ok(Run {
            program,
            arguments: words.chain(wheels.iter().map(Into::into)).collect(),
            variables: vec![("HOME".into(), folder.clone().into())],
            folder: folder.clone(),
        })
    };
    let ours = run(&program, &["check"])?;
    // A virtual environment's launcher is a script: it may be given as it is.
    let theirs = run(&twine, &["check"])?;
    let pairs = Pairs::take(rounds, [&ours, &theirs], &mut |_| Ok(()))?;
    let wall = |sample: &Sample| sample.wall.as_secs_f64();
    let cpu = |sample: &Sample| sample.cpu.as_secs_f64();
    for (name, samples) in [("tilsit", &pairs.ours), ("twine", &pairs.theirs)] {
        say(format_args!(
            "{name} check of {WHEELS} wheels: {:.3} s wall, {:.3} s CPU",
            median_of(samples, wall),
            median_of(samples, cpu)
        ));
    }
    say(format_args!(
        "tilsit is {:.0} times as fast (wall), {:.0} times by processor time",
        1.0 / pairs.ratio(wall),
        1.0 / pairs.ratio(cpu)
    ));
    Ok(())
}

/// The first wheels of a folder and those below it, by name.
fn wheels(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.canonicalize()?];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "whl") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    ensure!(
        found.len() >= WHEELS,
        "{} wheels are needed, {} are there",
        WHEELS,
        found.len()
    );
    found.truncate(WHEELS);
    Ok(found)
}
