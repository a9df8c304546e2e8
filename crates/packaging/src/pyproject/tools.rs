//! The tables of tools in a pyproject.toml: whether the tool would take them.
//!
//! Which keys a tool has and what kind of value stands at each is in listings beside this file, as
//! `tools/listing.rs` describes them; most are made by `cargo xtask tables`. What a value means is the
//! tool's own. A value of the wrong kind is a fault in any version of a tool. A key or a word that is not
//! listed may be newer than the listing.

mod listing;
mod walk;

use self::walk::Walk;
use crate::problem::Problem;
use crate::toml_reader::{Document, Item};

/// What is wrong in a table of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolProblem {
    /// In which way.
    pub fault: ToolFault,
    /// Where, and why.
    pub problem: Problem,
}

/// How something in a table of a tool is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolFault {
    /// A value of another kind than the tool takes, or one that is missing.
    Invalid,
    /// A key or a word that is not known; the tool stops.
    Refused {
        /// The key that is meant, where a key is misspelled.
        instead: Option<&'static str>,
    },
    /// A key or a word that is not known; the tool warns of it, or says nothing.
    PassedOver {
        /// The key that is meant, where a key is misspelled.
        instead: Option<&'static str>,
    },
}

/// A tool whose table is known.
struct Tool {
    /// The table's name below `tool`.
    name: &'static str,
    /// Whether it stops at a key that it does not know.
    is_strict: bool,
    listing: &'static str,
}

macro_rules! tool {
    ($name:literal, $is_strict:literal) => {
        Tool {
            name: $name,
            is_strict: $is_strict,
            listing: include_str!(concat!("tools/", $name, ".txt")),
        }
    };
}

/// Strict are black ("invalid config keys"), cibuildwheel ("unknown option"), poethepoet, ruff ("unknown
/// field") and scikit-build-core (`strict-config`, unless it is turned off).
const TOOLS: [Tool; 18] = [
    tool!("black", true),
    tool!("cibuildwheel", true),
    tool!("coverage", false),
    tool!("flit", true),
    tool!("hatch", false),
    tool!("maturin", false),
    tool!("mypy", false),
    tool!("pdm", false),
    tool!("poe", true),
    tool!("poetry", false),
    tool!("pyright", false),
    tool!("pytest", false),
    tool!("ruff", true),
    tool!("scikit-build", true),
    tool!("setuptools_scm", false),
    tool!("tox", false),
    tool!("ty", false),
    tool!("uv", false),
];

/// What tools would not take in their tables of a pyproject.toml; nothing where the text is no TOML.
pub fn tool_problems(text: &str) -> Vec<ToolProblem> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let tables = document.root().item("tool").filter(Item::is_table);
    let Some(tables) = tables.and_then(|tables| tables.as_table().ok()) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for tool in &TOOLS {
        let listing = tables.item(tool.name).zip(listing::read(tool.listing));
        if let Some((item, listing)) = listing {
            problems.extend(Walk::new(tool, &listing).check(&item));
        }
    }
    problems
}

#[cfg(test)]
mod tests;
