//! `fuzz`: coverage-guided fuzzing of every parser of foreign bytes, by cargo-fuzz.
//!
//! The targets live in `fuzz/fuzz_targets`, their bodies in `fuzz/src`, their seeds in
//! `fuzz/seeds`. What libFuzzer finds beyond the seeds stays in `fuzz/targets/corpus`, outside
//! version control; an input that broke something becomes a seed.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use wait4::Wait4;

use crate::process::{exists, root, run as run_program, say};

/// Fuzzes one target or all, each for that many seconds of processor time.
///
/// # Errors
/// When cargo-fuzz is missing, a name is unknown, or an input breaks a target.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (name, seconds) = match arguments {
        [] => (None, "60"),
        [word] if word.parse::<u32>().is_ok() => (None, *word),
        [name] => (Some(*name), "60"),
        [name, seconds] => (Some(*name), *seconds),
        _ => bail!("`fuzz` takes a target and a number of seconds"),
    };
    let seconds: u32 = seconds
        .parse()
        .with_context(|| format!("`{seconds}` is not a number of seconds"))?;
    if !exists("cargo-fuzz", "--version") {
        bail!("cargo-fuzz is not installed: `cargo install cargo-fuzz`");
    }
    let targets = targets()?;
    if let Some(name) = name
        && !targets.iter().any(|target| target == name)
    {
        bail!(
            "no fuzz target is called `{name}`; there are: {}",
            targets.join(", ")
        );
    }
    for target in targets
        .iter()
        .filter(|target| name.is_none_or(|name| name == *target))
    {
        fuzz(target, seconds)?;
    }
    Ok(())
}

/// Runs a target until it has had its processor time: libFuzzer itself counts seconds on the wall,
/// which on a busy machine are fewer than they seem.
fn fuzz(target: &str, seconds: u32) -> Result<()> {
    let folder = root().join("fuzz");
    let corpus = folder.join("targets/corpus").join(target);
    let seeds = folder.join("seeds").join(target);
    fs::create_dir_all(&corpus)?;
    run_program(&mut cargo_fuzz(&["build", target]))?;
    let wanted = Duration::from_secs(seconds.into());
    let mut had = Duration::ZERO;
    while had < wanted {
        let rest = wanted.saturating_sub(had).as_secs().max(1);
        let child = cargo_fuzz(&["run", target])
            .args([&corpus, &seeds])
            .args([
                "--",
                "-rss_limit_mb=4096",
                "-timeout=10",
                "-print_final_stats=1",
            ])
            .arg(format!("-max_total_time={rest}"))
            .spawn()
            .context("cannot start cargo-fuzz")?;
        let ended = child.wait4()?;
        ensure!(
            ended.status.success(),
            "an input breaks `{target}`; it is in fuzz/targets/artifacts/{target}"
        );
        had += ended.rusage.utime + ended.rusage.stime;
    }
    say(format_args!(
        "{target}: {} s of processor time, clean",
        had.as_secs()
    ));
    Ok(())
}

fn cargo_fuzz(words: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(["fuzz", words[0], "--fuzz-dir", "fuzz/targets"])
        .args(&words[1..])
        // The sanitizer flags that cargo-fuzz passes are unstable; this makes a stable compiler
        // take them.
        .env("RUSTC_BOOTSTRAP", "1")
        // libdeflate defines its tables twice, once for each kind of processor.
        .env("ASAN_OPTIONS", "detect_odr_violation=0")
        .current_dir(root());
    command
}

/// The names of all targets, sorted.
fn targets() -> Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(root().join("fuzz/fuzz_targets"))?
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
