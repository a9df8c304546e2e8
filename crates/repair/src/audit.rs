//! The audit of a wheel: what its compiled files want, and which policy it keeps with that.

mod read;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobSet};
use serde_json::{Value, json};
use tilsit_archive::ReadAt;
use tilsit_dist::wheel::Wheel;

use crate::architecture::Architecture;
use crate::error::RepairError;
use crate::external::{External, externals};
use crate::facts::Facts;
use crate::policy::{Libc, Policies};
use crate::search::{LibrarySearch, Searcher};
use crate::tree::{Tree, complete, tree};
use crate::wheel_name;

/// What an audit looks at, and how.
#[derive(Clone, Debug, Default)]
pub struct AuditOptions {
    /// Where libraries are looked for.
    pub search: LibrarySearch,
    /// Libraries (by name or by file, `*` and `?` stand for any) that are left out, with all that only
    /// they need.
    pub exclude: Vec<String>,
    /// Take the wheel as one without needs for newer instructions.
    pub disable_isa_check: bool,
    /// The platform that the wheel is to be repaired for, without the machine; `auto` for the best.
    /// None if it is only looked at: then what it would take from the system counts against it.
    pub wanted: Option<String>,
    /// The C library that its modules were compiled for, where none of them tells.
    pub libc: Option<Libc>,
}

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The wheel's file name.
    pub wheel: String,
    /// The policies for its machine and C library; the places below are those in there.
    pub policies: Policies,
    /// The policy that it keeps.
    pub overall: usize,
    /// The policy that it keeps by the versions of symbols.
    pub by_symbols: usize,
    /// The policy that it keeps but for symbols that must not be used.
    pub by_forbidden: usize,
    /// The policy that it keeps by the instructions that it needs.
    pub by_instructions: usize,
    /// Whether it is for a narrow build of Python 2.
    pub is_narrow_unicode: bool,
    /// Whether it wants floating point traps of Python.
    pub wants_traps: bool,
    /// The versions of symbols that it wants, by library.
    pub versions: BTreeMap<String, BTreeSet<String>>,
    /// What it wants beyond each of the policies.
    pub externals: Vec<External>,
    /// Files that were passed over, and why.
    pub notes: Vec<String>,
    /// What each compiled file wants beyond each of the policies.
    pub(crate) files: BTreeMap<String, Vec<External>>,
}

impl Audit {
    /// Whether no policy allows the instructions that it needs.
    pub fn has_unsupported_instructions(&self) -> bool {
        self.by_instructions == 0
    }

    /// The versions of symbols that not all systems of a policy have: the library, and its version.
    pub fn versions_beyond(&self, place: usize) -> Vec<(&str, &str)> {
        let policy = &self.policies.all()[place];
        let wanted = self.versions.iter().flat_map(|(library, versions)| {
            let versions = versions.iter().map(String::as_str);
            versions.map(move |version| (library.as_str(), version))
        });
        wanted
            .filter(|(_, version)| policy.lacks(std::iter::once(*version)).is_some())
            .collect()
    }

    /// The audit in the form of `auditwheel show --json`, schema version 1.
    pub fn to_json(&self) -> Value {
        let policies = self.policies.all();
        let highest = &self.externals[self.policies.highest()];
        let mut upgrades = serde_json::Map::new();
        for (place, policy) in policies.iter().enumerate().skip(self.overall + 1) {
            let external = &self.externals[place];
            let mut upgrade = serde_json::Map::new();
            if !external.libraries.is_empty() {
                let libraries: Vec<&String> = external.libraries.keys().collect();
                upgrade.insert("libs_to_eliminate".to_owned(), json!(libraries));
            }
            if !external.forbidden.is_empty() {
                upgrade.insert("blacklisted_symbols".to_owned(), json!(external.forbidden));
            }
            if !upgrade.is_empty() {
                upgrades.insert(policy.name.clone(), upgrade.into());
            }
        }
        json!({
            "version": 1,
            "wheel": self.wheel,
            "pure": false,
            "overall_tag": policies[self.overall].name,
            "sym_tag": policies[self.by_symbols].name,
            "pyfpe": self.wants_traps,
            "ucs2": self.is_narrow_unicode,
            "unsupported_isa": self.has_unsupported_instructions(),
            "versioned_symbols": self.versions,
            "external_libs": highest.libraries,
            "policy_upgrades": upgrades,
        })
    }
}

/// The compiled files of a wheel that count, and what they are for.
struct Compiled {
    libc: Option<Libc>,
    architecture: Architecture,
    /// In the order of RECORD.
    order: Vec<String>,
    notes: Vec<String>,
}

/// Audits a wheel.
///
/// # Errors
/// When the wheel is refused, has no compiled code, or none for the machine of its name.
pub fn audit<S: ReadAt>(wheel: &Wheel<S>, options: &AuditOptions) -> Result<Audit, RepairError> {
    let (files, mut notes) = read::compiled_files(wheel, options.wanted.is_some())?;
    let excluded = patterns(&options.exclude)?;
    let compiled = choose(wheel, &files)?;
    notes.extend(compiled.notes);
    let folders = read::folders(wheel);
    let mut searcher = Searcher::of(&files, &folders, &options.search);
    let (mut modules, mut others) = (BTreeMap::new(), BTreeMap::new());
    for path in &compiled.order {
        let facts = &files[path];
        let libc = facts.libc(file_name(path)).ok().flatten();
        let tree = tree(&mut searcher, path, libc, &excluded);
        let tree = tree.ok_or_else(|| RepairError::Tangled(wheel.text_name().to_owned()))?;
        let group = if facts.is_extension {
            &mut modules
        } else {
            &mut others
        };
        group.insert(path.clone(), tree);
    }
    complete(&modules, &mut others, &compiled.order);
    let libc = match (compiled.libc.or(options.libc), modules.keys().next()) {
        (Some(libc), _) => libc,
        (None, Some(path)) => {
            return Err(RepairError::Libc {
                path: path.clone(),
                fault: "does not tell which C library it was compiled for",
            });
        }
        // Nothing that was compiled needs a C library.
        (None, None) => Libc::Glibc,
    };
    let wanted = options.wanted.as_deref();
    let policies = Policies::of(libc, compiled.architecture, wanted);
    let by_file =
        |(path, tree): (&String, &Tree)| (path.clone(), externals(tree, &files[path], &policies));
    let externals = modules.iter().chain(&others).map(by_file).collect();
    // A library of the wheel that another file of it needs is looked at with that one.
    let needed: BTreeSet<String> = modules
        .values()
        .chain(others.values())
        .flat_map(|tree| tree.needed.iter().cloned())
        .collect();
    let is_root = |path: &String| !needed.contains(file_name(path));
    let others = others.into_iter().filter(|(path, _)| is_root(path));
    let roots: BTreeMap<String, Tree> = modules.into_iter().chain(others).collect();
    let found = verdict::Found {
        policies,
        order: &compiled.order,
        roots,
        externals,
    };
    let mut audit = verdict::judge(found, &searcher, options);
    wheel.text_name().clone_into(&mut audit.wheel);
    audit.notes = notes;
    Ok(audit)
}

/// The files that count: those for one machine and one C library, which are those of the wheel's name,
/// or else of the first file.
fn choose<S: ReadAt>(
    wheel: &Wheel<S>,
    files: &BTreeMap<String, Facts>,
) -> Result<Compiled, RepairError> {
    let name = wheel.file_name();
    let (mut architecture, mut libc) = (wheel_name::architecture(name), wheel_name::libc(name));
    let (mut order, mut passed, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let paths = wheel.record().entries.iter().map(|line| &line.path);
    for (path, facts) in paths.filter_map(|path| files.get_key_value(path)) {
        let fault = |fault| RepairError::Libc {
            path: path.clone(),
            fault,
        };
        let own_libc = facts.libc(file_name(path)).map_err(fault)?;
        let Some(own) = facts.architecture else {
            notes.push(format!("`{path}` is for a machine that has no policies"));
            passed.push(path.clone());
            continue;
        };
        if *architecture.get_or_insert(own) != own {
            notes.push(format!("`{path}` is for another machine, {}", own.name()));
            passed.push(path.clone());
            continue;
        }
        if let Some(own) = own_libc
            && *libc.get_or_insert(own) != own
        {
            notes.push(format!("`{path}` is for another C library"));
            continue;
        }
        order.push(path.clone());
    }
    match architecture {
        Some(architecture) if !order.is_empty() => Ok(Compiled {
            libc,
            architecture,
            order,
            notes,
        }),
        Some(architecture) if !passed.is_empty() => Err(RepairError::OtherMachine {
            wheel: wheel.text_name().to_owned(),
            machine: architecture.name(),
            files: passed,
        }),
        _ => Err(RepairError::Pure(wheel.text_name().to_owned())),
    }
}

fn patterns(texts: &[String]) -> Result<GlobSet, RepairError> {
    let mut set = GlobSet::builder();
    let fault = |pattern: &String, error: &globset::Error| RepairError::Pattern {
        pattern: pattern.clone(),
        reason: error.kind().to_string(),
    };
    for text in texts {
        let glob = GlobBuilder::new(text).literal_separator(false).build();
        set.add(glob.map_err(|error| fault(text, &error))?);
    }
    set.build()
        .map_err(|error| fault(&texts.join(", "), &error))
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
