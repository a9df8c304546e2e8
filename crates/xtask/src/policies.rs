//! `policies FOLDER`: auditwheel's policy files, or delvewheel's lists, turned into the tables that
//! `tilsit repair` reads.

mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::root;

const TABLE: &str = "crates/repair/src/policy/policies.txt";

const HEAD: &str = "\
# Platform policies: the facts of auditwheel @VERSION@'s policy files (MIT licence), written by
# `cargo xtask policies`. Each policy has all that the one before it has.
#
#   policy NAME ALIAS ...                what follows is about it
#   libraries NAME ...                   are on every such system
#   forbidden LIBRARY SYMBOL ...         the symbols of a library that are not on all of them
#   MACHINE PREFIX VERSION ...           the versions of symbols (PREFIX_VERSION)
#   MACHINE                              nothing new for a machine
";

/// Writes the table from auditwheel's folder `auditwheel` in a `site-packages`, or that of Windows from
/// delvewheel's.
///
/// # Errors
/// When the files cannot be read, or a policy lacks something of the one above it.
pub(crate) fn write(folder: &Path) -> Result<()> {
    if folder.ends_with("delvewheel") {
        return windows::write(folder);
    }
    let version = version(folder)?;
    let mut table = HEAD.replace("@VERSION@", &version);
    for kind in ["manylinux", "musllinux"] {
        let path = folder.join(format!("policy/{kind}-policy.json"));
        let text =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let policies: Vec<Value> = serde_json::from_slice(&text)?;
        write_policies(&policies, &mut table)?;
    }
    Ok(std::fs::write(root().join(TABLE), table)?)
}

/// The version stands in the name of the folder of metadata beside it.
fn version(folder: &Path) -> Result<String> {
    let beside = folder.parent().context("the folder has no parent")?;
    for entry in std::fs::read_dir(beside)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let stem = name.strip_prefix("auditwheel-");
        if let Some(version) = stem.and_then(|stem| stem.strip_suffix(".dist-info")) {
            return Ok(version.to_owned());
        }
    }
    anyhow::bail!("no metadata of auditwheel beside {}", folder.display())
}

fn write_policies(policies: &[Value], table: &mut String) -> Result<()> {
    let priority = |policy: &Value| policy["priority"].as_u64().unwrap_or_default();
    let mut policies: Vec<&Value> = policies
        .iter()
        .filter(|policy| priority(policy) > 0)
        .collect();
    policies.sort_by_key(|policy| std::cmp::Reverse(priority(policy)));
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut forbidden: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut versions: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for policy in policies {
        let name = policy["name"].as_str().unwrap_or_default();
        let line = [vec![name.to_owned()], words(&policy["aliases"])].concat();
        writeln!(table, "\npolicy {}", line.join(" "))?;
        let libraries: BTreeSet<String> = words(&policy["lib_whitelist"]).into_iter().collect();
        ensure!(libraries.is_superset(&known), "{name} lacks libraries");
        let new: Vec<&str> = libraries.difference(&known).map(String::as_str).collect();
        if !new.is_empty() {
            writeln!(table, "libraries {}", new.join(" "))?;
        }
        known = libraries;
        let now: BTreeMap<String, Vec<String>> = map(&policy["blacklist"]);
        for library in now.keys().chain(forbidden.keys()).collect::<BTreeSet<_>>() {
            let symbols = now.get(library).cloned().unwrap_or_default();
            if forbidden.get(library).cloned().unwrap_or_default() != symbols {
                let line = [vec![library.clone()], symbols].concat();
                writeln!(table, "forbidden {}", line.join(" "))?;
            }
        }
        forbidden = now;
        let machines = policy["symbol_versions"]
            .as_object()
            .context("no versions")?;
        for (machine, kinds) in machines.iter().collect::<BTreeMap<_, _>>() {
            let mut lines = String::new();
            for (kind, all) in map(kinds) {
                let before = versions.entry((machine.clone(), kind.clone())).or_default();
                let is_kept = before.iter().all(|version| all.contains(version));
                ensure!(is_kept, "{name} lacks versions of {kind} for {machine}");
                let new: Vec<String> = all
                    .into_iter()
                    .filter(|version| !before.contains(version))
                    .collect();
                if !new.is_empty() {
                    writeln!(lines, "{machine} {kind} {}", new.join(" "))?;
                }
                before.extend(new);
            }
            *table += if lines.is_empty() { machine } else { &lines };
            if lines.is_empty() {
                table.push('\n');
            }
        }
    }
    Ok(())
}

fn words(value: &Value) -> Vec<String> {
    let words = value.as_array().into_iter().flatten();
    words
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

/// An object of lists; the lists of symbols are sorted, those of versions stay in their order.
fn map(value: &Value) -> BTreeMap<String, Vec<String>> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| (key.clone(), words(value)))
        .collect()
}
