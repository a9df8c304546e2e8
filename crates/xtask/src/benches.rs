//! `bench`: the benchmarks, all of them or one, and `bench build`, `bench client`, `bench project`, `bench check`,
//! `bench index`, `bench readme` and `bench repair`, which compare with peers.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod client;
pub(crate) mod index;
pub(crate) mod local_index;
pub(crate) mod measuring;
pub(crate) mod project;
pub(crate) mod readme;
pub(crate) mod repair;

use anyhow::{Result, bail};

use crate::process::{cargo, run};

/// Name, package and cargo's name of each benchmark.
const BENCHES: &[(&str, &str, &str)] = &[
    ("pages", "tilsit-simple-api", "pages"),
    ("vocabulary", "tilsit-packaging", "vocabulary"),
];

/// Runs the named benchmarks, or all.
///
/// # Errors
/// When a name is unknown or a benchmark fails.
pub(crate) fn run_named(names: &[&str]) -> Result<()> {
    if let ["build", words @ ..] = names {
        return build::compare(words);
    }
    if let ["client", words @ ..] = names {
        return client::compare(words);
    }
    if let ["project", words @ ..] = names {
        return project::compare(words);
    }
    if let ["check", words @ ..] = names {
        return check::compare(words);
    }
    if let ["index", words @ ..] = names {
        return index::compare(words);
    }
    if let ["readme", words @ ..] = names {
        return readme::compare(words);
    }
    if let ["repair", words @ ..] = names {
        return repair::compare(words);
    }
    for name in names {
        if !BENCHES.iter().any(|(known, ..)| known == name) {
            let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
            bail!(
                "no benchmark is called `{name}`; there are: build, check, client, index, project, readme, repair, {}",
                known.join(", ")
            );
        }
    }
    for (name, package, bench) in BENCHES {
        if names.is_empty() || names.contains(name) {
            run(&mut cargo([
                "bench",
                "--package",
                package,
                "--bench",
                bench,
            ]))?;
        }
    }
    Ok(())
}
