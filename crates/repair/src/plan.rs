//! From an audit to what is to be done: the tags, the libraries to take into the wheel and their new
//! names, and the change to each file. Nothing is written here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use tilsit_archive::ReadAt;
use tilsit_dist::wheel::{Scheme, Wheel, WheelEntry};
use tilsit_elf::{Change, Elf, RunPath};

use crate::audit::Audit;
use crate::error::RepairError;
use crate::facts::is_libpython;
use crate::policy::Policy;
use crate::repair::RepairOptions;
use crate::sbom::hexadecimal;
use crate::search::in_wheel;

/// How many digits of its hash a library gets into its name.
const HASH_DIGITS: usize = 8;

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The platform tags that the wheel keeps from then on.
    pub(crate) tags: Vec<String>,
    /// The folder of libraries in the wheel.
    pub(crate) folder: String,
    /// The libraries to take into the wheel, by the names that they are needed by.
    pub(crate) grafts: BTreeMap<String, Graft>,
    /// What becomes of files of the wheel, by path.
    pub(crate) changes: BTreeMap<String, FileChange>,
}

/// A library that is taken into the wheel.
#[derive(Clone, Debug)]
pub(crate) struct Graft {
    /// Where it is.
    pub(crate) from: PathBuf,
    /// Its contents there.
    pub(crate) contents: Vec<u8>,
    /// What it is called in the wheel.
    pub(crate) name: String,
}

/// What becomes of a file of the wheel.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileChange {
    pub(crate) change: Change,
    /// A program among the scripts goes here, and a script in its place starts it.
    pub(crate) moved_to: Option<String>,
}

/// Plans the repair.
pub(crate) fn plan<S: ReadAt>(
    wheel: &Wheel<S>,
    audit: &Audit,
    options: &RepairOptions,
) -> Result<Plan, RepairError> {
    let (policy, tags) = choose(audit, options)?;
    // The name as the wheel spells it.
    let stem = wheel.text_name().split('-').next().unwrap_or_default();
    let mut plan = Plan {
        tags,
        folder: format!("{stem}{}", options.libraries_folder),
        grafts: BTreeMap::new(),
        changes: BTreeMap::new(),
    };
    for (path, externals) in &audit.files {
        for (library, from) in &externals[policy].libraries {
            if is_libpython(library) || plan.grafts.contains_key(library) {
                continue;
            }
            let from = from.as_ref().ok_or_else(|| RepairError::Missing {
                library: library.clone(),
                path: path.clone(),
            })?;
            plan.grafts.insert(library.clone(), graft(from)?);
        }
    }
    for file in wheel.files() {
        let externals = audit.files.get(&file.name);
        if externals.is_some_and(|externals| !externals[policy].libraries.is_empty()) {
            let change = plan.file_change(wheel, file, stem)?;
            plan.changes.insert(file.name.clone(), change);
        }
    }
    Ok(plan)
}

/// The place of the wanted policy, and the tags that the wheel gets.
fn choose(audit: &Audit, options: &RepairOptions) -> Result<(usize, Vec<String>), RepairError> {
    let policies = &audit.policies;
    let fault = |reason: String| RepairError::Platform {
        wheel: audit.wheel.clone(),
        platform: options.platform.clone(),
        reason,
    };
    let machine = policies.architecture.name();
    let wanted = if options.platform == "auto" {
        // Libraries taken into the wheel may lift it above the lowest of all.
        audit.overall.max(1).min(policies.highest())
    } else {
        let tag = options.platform.as_str();
        let with_machine = format!("{tag}_{machine}");
        let found = policies.find(tag).or_else(|| policies.find(&with_machine));
        found.filter(|place| *place > 0).ok_or_else(|| {
            let names = policies.all().iter().skip(1).flat_map(Policy::tags);
            let names: Vec<&str> = names.collect();
            fault(format!("there are for it: {}", names.join(", ")))
        })?
    };
    against(audit, wanted).map_or(Ok(()), |reason| Err(fault(reason)))?;
    let tags = |place: usize| policies.all()[place].tags().map(str::to_owned);
    let better = !options.only_platform && audit.overall > wanted;
    let place = if better { audit.overall } else { wanted };
    let mut all: Vec<String> = tags(place).collect();
    if better {
        all.extend(tags(wanted));
    }
    Ok((place, all))
}

/// Why the wheel cannot keep a policy, whatever is taken into it.
fn against(audit: &Audit, wanted: usize) -> Option<String> {
    if wanted > audit.by_symbols {
        let versions = audit.versions_beyond(wanted).into_iter();
        let versions = versions.map(|(library, version)| format!("{version} of {library}"));
        let versions: Vec<String> = versions.collect();
        return Some(format!(
            "it wants newer symbols than all such systems have ({})",
            versions.join(", ")
        ));
    }
    if audit.is_narrow_unicode {
        return Some("it is for a narrow build of Python 2".to_owned());
    }
    if wanted > audit.by_forbidden {
        let forbidden = audit.externals[wanted].forbidden.values().flatten();
        let symbols: Vec<&str> = forbidden.map(String::as_str).collect();
        return Some(format!(
            "it uses symbols that not all such systems have ({})",
            symbols.join(", ")
        ));
    }
    let reason = "it needs newer instructions than every such machine has";
    (wanted > audit.by_instructions).then(|| reason.to_owned())
}

/// Reads a library, and names it after its contents, so that two of the same name can be loaded by one
/// program.
fn graft(from: &PathBuf) -> Result<Graft, RepairError> {
    let contents = tilsit_files::read(from)?;
    let digits = hexadecimal(&Sha256::digest(&contents));
    let digits = &digits[..HASH_DIGITS];
    let name = from.file_name().unwrap_or_default().to_string_lossy();
    let (base, end) = name.split_once('.').unwrap_or((&name, "so"));
    let name = if base.ends_with(&format!("-{digits}")) {
        name.clone().into_owned()
    } else {
        format!("{base}-{digits}.{end}")
    };
    Ok(Graft {
        from: from.clone(),
        contents,
        name,
    })
}

impl Plan {
    /// The libraries to take into the wheel, each once: two names may lead to one file.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Graft> {
        let by_name: BTreeMap<&str, &Graft> = self
            .grafts
            .values()
            .map(|graft| (graft.name.as_str(), graft))
            .collect();
        by_name.into_values()
    }

    /// The change to a library in the folder: its own name, those of the others, and where they are.
    pub(crate) fn graft_change(&self, graft: &Graft, needed: &[&str]) -> Change {
        let needed = self.renames(needed.iter().copied());
        Change {
            soname: Some(graft.name.clone()),
            run_path: if needed.is_empty() {
                RunPath::Clear
            } else {
                RunPath::Set("$ORIGIN".to_owned())
            },
            needed,
        }
    }

    fn renames<'n>(&self, needed: impl Iterator<Item = &'n str>) -> Vec<(String, Option<String>)> {
        let mut renames: Vec<(String, Option<String>)> = Vec::new();
        for name in needed {
            if renames.iter().any(|(known, _)| known == name) {
                continue;
            }
            if is_libpython(name) {
                renames.push((name.to_owned(), None));
            } else if let Some(graft) = self.grafts.get(name) {
                renames.push((name.to_owned(), Some(graft.name.clone())));
            }
        }
        renames
    }

    fn file_change<S: ReadAt>(
        &self,
        wheel: &Wheel<S>,
        entry: &WheelEntry,
        stem: &str,
    ) -> Result<FileChange, RepairError> {
        let mut contents = Vec::new();
        let mut reader = wheel.reader();
        reader.stream(entry, &mut |piece| contents.extend_from_slice(piece))?;
        let elf = Elf::parse(&contents).map_err(|fault| RepairError::Elf {
            path: entry.name.clone(),
            fault,
        })?;
        let needed = self.renames(elf.needed.iter().copied());
        let moved_to =
            (entry.scheme == Scheme::Scripts).then(|| format!("{stem}.scripts/{}", entry.path()));
        // Where it is once it is installed, beside the folder of libraries.
        let installed = match (&moved_to, entry.scheme) {
            (Some(path), _) => path.as_str(),
            (None, Scheme::Purelib | Scheme::Platlib) => entry.path(),
            (None, _) => return Err(RepairError::Placed(entry.name.clone())),
        };
        let folders = installed.matches('/').count();
        let climbs = "/..".repeat(folders);
        let own = format!("$ORIGIN{climbs}/{}", self.folder);
        let run_path = elf.runpath.or(elf.rpath).unwrap_or_default();
        let mut entries: Vec<&str> = Vec::new();
        let kept = run_path
            .split(':')
            .filter(|old| in_wheel(old, &entry.name).is_some());
        for path in kept.chain([own.as_str()]) {
            if !entries.contains(&path) {
                entries.push(path);
            }
        }
        let change = Change {
            soname: None,
            needed,
            run_path: if self.grafts.is_empty() {
                RunPath::Keep
            } else {
                RunPath::Set(entries.join(":"))
            },
        };
        Ok(FileChange { change, moved_to })
    }
}
