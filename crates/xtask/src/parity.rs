//! `parity`: the same requirement sets resolved by tilsit and by uv, pin by pin.
//!
//! The sets are `crates/xtask/parity/*.in`, on one recorded index, and with `--further` those of
//! `crates/xtask/parity/further`, straight from the default index. Markers are compared by what they
//! mean on the Pythons and platforms that there are. What differs for a reason stands in
//! `docs/design/0003-parity.md`.

mod explained;
mod pins;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::benches::client::Bench;
use crate::benches::local_index::LocalIndex;
use crate::parity::explained::{Explained, Mode};
use crate::parity::pins::{Pins, World, differences};
use crate::process::{root, run, say};

/// Resolves each set with both, and prints what differs; `words` are sets, `--universal`,
/// `--further`, `--record` to fetch what the recorded index lacks, and `--program=PATH`.
///
/// # Errors
/// When something cannot be prepared, or a set differs without an explanation.
pub(crate) fn compare(words: &[&str]) -> Result<()> {
    let program = words
        .iter()
        .find_map(|word| word.strip_prefix("--program="));
    let bench = Bench::prepare("parity", program)?;
    let mode = Mode::of(words);
    let index = match mode {
        Mode::Further => None,
        _ => Some(recorded_index(&bench, words.contains(&"--record"))?),
    };
    let explained = Explained::read()?;
    let world = World::of(bench.python())?;
    let (mut agree, mut with_reason, mut differ) = (0, 0, 0);
    for set in sets(words, mode)? {
        let name = set.file_stem().unwrap_or_default().to_string_lossy();
        let side = |side| pins(&bench, side, &set, (index.as_ref(), mode), world);
        let found = match (side(0), side(1)) {
            (Ok(ours), Ok(theirs)) => {
                let found = differences(&ours, &theirs);
                say(format_args!(
                    "{name}: {} pins, {} differ",
                    theirs.len(),
                    found.len()
                ));
                found
            }
            (Err(ours), Err(theirs)) => {
                vec![(String::new(), format!("neither: {ours:#}; {theirs:#}"))]
            }
            (Err(error), Ok(_)) => vec![(String::new(), format!("tilsit: {error:#}"))],
            (Ok(_), Err(error)) => vec![(String::new(), format!("uv: {error:#}"))],
        };
        for (_, line) in &found {
            say(format_args!("    {line}"));
        }
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        if found.is_empty() {
            agree += 1;
        } else if explained.covers(&name, mode, &names) {
            with_reason += 1;
            say("    (explained in docs/design/0003-parity.md)");
        } else {
            differ += 1;
        }
    }
    say(format_args!(
        "{agree} sets agree, {with_reason} differ for a reason, {differ} differ"
    ));
    drop(index);
    bench.clean()?;
    ensure!(differ == 0, "{differ} sets differ");
    Ok(())
}

/// The recorded index, served by nginx; or by the recorder, which fetches what is missing.
///
/// # Errors
/// When nothing is recorded, or it cannot be served.
pub(crate) fn recorded_index(bench: &Bench, record: bool) -> Result<LocalIndex> {
    let recorded = root().join("target/bench/parity");
    if record {
        return LocalIndex::record(&recorded, &bench.peer("python"));
    }
    ensure!(
        recorded.join("simple").is_dir(),
        "nothing is recorded yet: say `--record`, once, with the network"
    );
    LocalIndex::serve(&recorded, &bench.scratch.join("nginx"))
}

fn sets(words: &[&str], mode: Mode) -> Result<Vec<PathBuf>> {
    let folder = root().join("crates/xtask/parity").join(match mode {
        Mode::Further => "further",
        _ => "",
    });
    let mut sets: Vec<PathBuf> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "in"))
        .collect();
    sets.sort();
    let mut named = words
        .iter()
        .filter(|word| !word.starts_with("--"))
        .peekable();
    if named.peek().is_some() {
        let named: Vec<&&str> = named.collect();
        sets.retain(|set| {
            let stem = set.file_stem();
            named.iter().any(|name| stem == Some(name.as_ref()))
        });
    }
    Ok(sets)
}

fn pins(
    bench: &Bench,
    side: usize,
    set: &Path,
    (index, mode): (Option<&LocalIndex>, Mode),
    world: World,
) -> Result<Pins> {
    let out = bench.side(side).join("parity.txt");
    fs::create_dir_all(bench.side(side).join("home"))?;
    crate::benches::measuring::remove(&out)?;
    // A set may name a repository, which is made for it.
    let repository = bench.scratch.join("repository");
    let text = fs::read_to_string(set)?;
    let mut set = set.to_owned();
    if text.contains("{repository}") {
        make_repository(&repository)?;
        set = bench.scratch.join("repository.in");
        let text = text.replace("{repository}", &repository.display().to_string());
        fs::write(&set, text)?;
    }
    let mut arguments = vec!["pip", "compile", "--no-header", "--no-annotate", "-q"];
    let (set, out_text) = (set.display().to_string(), out.display().to_string());
    arguments.extend([set.as_str(), "-o", &out_text]);
    if mode == Mode::Universal {
        arguments.push("--universal");
    }
    arguments.extend(options(&text));
    bench.tool(side, &arguments, bench.python(), index).once()?;
    let text = fs::read_to_string(&out).with_context(|| out_text.clone())?;
    Pins::parse(&text, world)
}

/// What a set's first line asks of both programs: `# options: --prerelease allow`.
fn options(set: &str) -> impl Iterator<Item = &str> {
    let first = set.lines().next().unwrap_or_default();
    let options = first.strip_prefix("# options:").unwrap_or_default();
    options.split_whitespace()
}

/// A small project in a git repository with a tag.
fn make_repository(folder: &Path) -> Result<()> {
    if folder.join(".git").is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("pyproject.toml"),
        "[project]\nname = \"demo\"\nversion = \"1.0\"\ndependencies = [\"click\"]\n\
         [project.optional-dependencies]\npretty = [\"rich<14\"]\n\
         [build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n",
    )?;
    fs::write(folder.join("demo.py"), "")?;
    let author = [
        "-c",
        "user.name=demo",
        "-c",
        "user.email=demo@index.example",
    ];
    for words in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["commit", "--quiet", "--message", "demo"],
        &["tag", "v1"],
    ] {
        run(Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(author)
            .args(words))?;
    }
    Ok(())
}
