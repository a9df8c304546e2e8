//! `bench readme FOLDER`: descriptions rendered here and by `readme_renderer`, one kind after the other.
//!
//! The folder has wheels and source distributions; what `readme_renderer` renders of their descriptions is
//! what both render. Only rendering is timed, in one process each, after a first round.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{cargo, root, run, say};

/// As the tests of the crate have them.
const REQUIREMENTS: &[&str] = &[
    "readme_renderer[md]==46.0",
    "docutils==0.23",
    "Pygments==2.21.0",
];

/// Compares, and prints a row for each kind.
///
/// # Errors
/// When there are no descriptions, or a program is missing or fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let (mut folder, mut rounds) = (None, 3);
    for word in words {
        if let Ok(number) = word.parse::<usize>() {
            rounds = number;
        } else {
            folder = Some(PathBuf::from(word));
        }
    }
    let Some(folder) = folder else {
        bail!("bench readme FOLDER [ROUNDS]: a folder of distributions is needed");
    };
    run(&mut cargo([
        "build",
        "--release",
        "--package",
        "tilsit-readme",
        "--example",
        "render_lines",
    ]))?;
    let ours = root().join("target/release/examples/render_lines");
    let python = renderer()?;
    let script = root().join("crates/readme/benches/compare.py");
    let found = Command::new(&python)
        .arg(&script)
        .arg("distributions")
        .arg(&folder)
        .output()?;
    ensure!(found.status.success(), "the descriptions cannot be read");
    let found = String::from_utf8(found.stdout)?;
    for kind in ["text/x-rst", "text/markdown"] {
        let start = format!("[\"{kind}\"");
        let lines: Vec<&str> = found
            .lines()
            .filter(|line| line.starts_with(&start))
            .collect();
        if lines.is_empty() {
            say(format_args!("{kind}: no descriptions"));
            continue;
        }
        let place = root().join("target/bench");
        std::fs::create_dir_all(&place)?;
        let place = place.join("descriptions.jsonl");
        let mut text = lines.join("\n");
        text.push('\n');
        File::create(&place)?.write_all(text.as_bytes())?;
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            here.push(ours_takes(&ours, &place)?);
            there.push(theirs_takes(&python, &script, &place)?);
        }
        let (here, there) = (median(&mut here), median(&mut there));
        say(format_args!(
            "{kind}: {} descriptions, {} KB: tilsit {here:.4} s, readme_renderer {there:.3} s: {:.1} times as fast",
            lines.len(),
            text.len() / 1000,
            there / here
        ));
    }
    Ok(())
}

/// A Python with the renderer.
fn renderer() -> Result<PathBuf> {
    let folder = root().join("target/bench/readme");
    let python = folder.join("bin/python");
    if !folder.join("made").is_file() {
        let base = tilsit_testing::python().context("a Python is needed")?;
        run(Command::new(base)
            .args(["-m", "venv", "--clear"])
            .arg(&folder))?;
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(REQUIREMENTS))?;
        std::fs::write(folder.join("made"), "")?;
    }
    Ok(python)
}

fn ours_takes(program: &Path, lines: &Path) -> Result<f64> {
    let output = Command::new(program)
        .stdin(File::open(lines)?)
        .stdout(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "{} fails", program.display());
    let said = String::from_utf8(output.stderr)?;
    Ok(said.trim().parse()?)
}

/// The second of its rounds, when everything is imported.
fn theirs_takes(python: &Path, script: &Path, lines: &Path) -> Result<f64> {
    let output = Command::new(python)
        .arg(script)
        .stdin(File::open(lines)?)
        .stderr(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "{} fails", script.display());
    let said = String::from_utf8(output.stdout)?;
    let seconds = said
        .rsplit_once("second ")
        .and_then(|(_, rest)| rest.split(' ').next());
    seconds
        .context("the script does not tell its time")?
        .parse()
        .context("the script's time is no number")
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
