//! The libraries of Windows, from delvewheel's `_dll_list.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::process::root;

const TABLE: &str = "crates/repair/src/windows/libraries.txt";

const HEAD: &str = "\
# The libraries that come with every Windows from 7 on (10 on Arm): the facts of delvewheel @VERSION@'s
# lists (MIT licence), written by `cargo xtask policies`. Names of API sets are left out.
#
#   machines NAME ...     what follows is of Windows for these
#   NAME ...              in lower case
";

/// Each list, and the machine that it is for.
const LISTS: [(&str, &str); 3] = [
    ("ignore_names_x86", "x86"),
    ("ignore_names_x64", "amd64"),
    ("ignore_names_arm64", "arm64"),
];

/// How many names stand on a line.
const NAMES_A_LINE: usize = 16;

/// Writes the table from delvewheel's folder `delvewheel` in a `site-packages`.
///
/// # Errors
/// When the lists cannot be read, or one of them is not there.
pub(super) fn write(folder: &Path) -> Result<()> {
    let text = std::fs::read_to_string(folder.join("_dll_list.py"))?;
    let version = std::fs::read_to_string(folder.join("_version.py"))?;
    let version = version.split('\'').nth(1).context("no version")?;
    let mut machines: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (list, machine) in LISTS {
        let start = text
            .find(&format!("{list} = {{"))
            .context("a list is not there")?;
        let lines = text[start..]
            .lines()
            .skip(1)
            .take_while(|line| *line != "}");
        let names = lines.filter_map(|line| line.trim().strip_prefix('\'')?.strip_suffix("',"));
        let before = machines.len();
        for name in names.filter(|name| !name.starts_with("api-") && !name.starts_with("ext-ms-")) {
            machines.entry(name).or_default().insert(machine);
        }
        ensure!(machines.len() > before, "{list} adds no names");
    }
    let mut groups: BTreeMap<&BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (name, machines) in &machines {
        groups.entry(machines).or_default().push(name);
    }
    let mut table = HEAD.replace("@VERSION@", version);
    for (machines, names) in groups {
        let machines: Vec<&str> = machines.iter().copied().collect();
        writeln!(table, "\nmachines {}", machines.join(" "))?;
        for names in names.chunks(NAMES_A_LINE) {
            writeln!(table, "{}", names.join(" "))?;
        }
    }
    Ok(std::fs::write(root().join(TABLE), table)?)
}
