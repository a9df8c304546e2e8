//! What systems with a certain platform tag have: libraries, and the versions of their symbols.
//!
//! Follows PEP 513, 571, 599 and 600 (manylinux) and PEP 656 (musllinux). The facts are those of
//! auditwheel's policy files (MIT licence), turned into `policy/policies.txt` by `cargo xtask policies`;
//! each policy there says only what it has more than the ones before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::architecture::Architecture;

/// The C library that a file was compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Libc {
    /// GNU's.
    Glibc,
    /// musl.
    Musl,
}

impl Libc {
    /// The start of its platform tags.
    pub fn tag_prefix(self) -> &'static str {
        match self {
            Self::Glibc => "manylinux",
            Self::Musl => "musllinux",
        }
    }

    /// The library that a platform tag names.
    pub fn of_tag(tag: &str) -> Option<Self> {
        [Self::Glibc, Self::Musl]
            .into_iter()
            .find(|libc| tag.starts_with(libc.tag_prefix()))
    }
}

const POLICIES: &str = include_str!("policy/policies.txt");

/// A policy for one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The platform tag, with the machine.
    pub name: String,
    /// Older names of it.
    pub aliases: Vec<String>,
    /// The libraries that are on every such system.
    pub(crate) libraries: BTreeSet<String>,
    /// Symbols of these libraries that are not on all of them, although they have no version.
    pub(crate) forbidden: BTreeMap<String, BTreeSet<String>>,
    /// The versions of symbols, by what stands before the first `_`.
    pub(crate) versions: BTreeMap<String, BTreeSet<String>>,
}

impl Policy {
    /// The name and the aliases.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.name.as_str()).chain(aliases)
    }

    /// The name without the machine.
    pub(crate) fn base(&self, architecture: Architecture) -> &str {
        let base = self.name.strip_suffix(architecture.name());
        base.and_then(|base| base.strip_suffix('_'))
            .unwrap_or(&self.name)
    }

    /// The first of the versions that not all such systems have.
    pub(crate) fn lacks<'v>(&self, mut versions: impl Iterator<Item = &'v str>) -> Option<&'v str> {
        versions.find(|version| {
            let (prefix, number) = version.split_once('_').unwrap_or((version, ""));
            let known = self.versions.get(prefix);
            known.is_some_and(|known| !known.contains(number))
        })
    }
}

/// The policies for one machine and C library, from the one that promises nothing (`linux_…`) to that
/// which the most systems fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    /// The C library.
    pub libc: Libc,
    /// The machine.
    pub architecture: Architecture,
    all: Vec<Policy>,
}

impl Policies {
    /// The policies. Of musl's there is one at a time besides the first, since no file tells which
    /// version of musl it needs: `musl`, or else the newest.
    pub fn of(libc: Libc, architecture: Architecture, musl: Option<&str>) -> Self {
        let mut reader = Reader::of(libc, architecture);
        for line in POLICIES.lines() {
            reader.read(line);
        }
        let mut all = reader.finish();
        if libc == Libc::Musl {
            let wanted = all
                .iter()
                .position(|policy| musl.is_some_and(|musl| policy.base(architecture) == musl));
            let newest = all.len().saturating_sub(1);
            let kept = wanted.unwrap_or(newest);
            all = all.into_iter().skip(kept).take(1).collect();
        }
        all.push(Policy {
            name: format!("linux_{}", architecture.name()),
            aliases: Vec::new(),
            libraries: BTreeSet::new(),
            forbidden: BTreeMap::new(),
            versions: BTreeMap::new(),
        });
        all.reverse();
        Self {
            libc,
            architecture,
            all,
        }
    }

    /// From the first, which promises nothing, to the one that the most systems fulfil.
    pub fn all(&self) -> &[Policy] {
        &self.all
    }

    /// The place of the one that the most systems fulfil.
    pub(crate) fn highest(&self) -> usize {
        self.all.len() - 1
    }

    /// The place of the policy with this tag.
    pub fn find(&self, tag: &str) -> Option<usize> {
        self.all
            .iter()
            .position(|policy| policy.tags().any(|name| name == tag))
    }

    /// The place of the highest policy that has all these versions; the first has them all.
    pub(crate) fn with_versions(&self, versions: &BTreeSet<&str>) -> usize {
        let has_all = |policy: &Policy| policy.lacks(versions.iter().copied()).is_none();
        self.all.iter().rposition(has_all).unwrap_or(0)
    }
}

/// All symbols that some policy forbids.
pub(crate) fn forbidden_symbols() -> BTreeSet<String> {
    let lines = POLICIES.lines();
    let lists = lines.filter_map(|line| line.strip_prefix("forbidden "));
    let symbols = lists.flat_map(|list| list.split_ascii_whitespace().skip(1));
    symbols.map(str::to_owned).collect()
}

/// Reads the table.
struct Reader {
    libc: Libc,
    architecture: Architecture,
    /// Whether the lines are about this C library.
    is_ours: bool,
    policies: Vec<(Policy, bool)>,
}

impl Reader {
    fn of(libc: Libc, architecture: Architecture) -> Self {
        Self {
            libc,
            architecture,
            is_ours: false,
            policies: Vec::new(),
        }
    }

    fn read(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next().filter(|word| !word.starts_with('#')) else {
            return;
        };
        if first == "policy" {
            self.start(words);
            return;
        }
        let Some((policy, is_for_machine)) = self.policies.last_mut().filter(|_| self.is_ours)
        else {
            return;
        };
        match first {
            "libraries" => {
                let musl = format!("libc.musl-{}.so.1", self.architecture.musl_name());
                for name in words {
                    // musl's name for itself has the machine in it; its loader takes both for itself.
                    policy
                        .libraries
                        .extend((name == "libc.so").then(|| musl.clone()));
                    policy.libraries.insert(name.to_owned());
                }
            }
            "forbidden" => {
                let library = words.next().unwrap_or_default().to_owned();
                let symbols: BTreeSet<String> = words.map(str::to_owned).collect();
                policy.forbidden.insert(library, symbols);
                policy.forbidden.retain(|_, symbols| !symbols.is_empty());
            }
            machine if machine == self.architecture.name() => {
                *is_for_machine = true;
                if let Some(prefix) = words.next() {
                    let known = policy.versions.entry(prefix.to_owned()).or_default();
                    known.extend(words.map(str::to_owned));
                }
            }
            _ => {}
        }
    }

    /// A policy has what the one before it has.
    fn start<'a>(&mut self, mut names: impl Iterator<Item = &'a str>) {
        let name = names.next().unwrap_or_default();
        self.is_ours = name.starts_with(self.libc.tag_prefix());
        if !self.is_ours {
            return;
        }
        let machine = self.architecture.name();
        let with_machine = |name: &str| format!("{name}_{machine}");
        let before = self.policies.last().map(|(policy, _)| policy);
        let policy = Policy {
            name: with_machine(name),
            aliases: names.map(with_machine).collect(),
            libraries: before
                .map(|policy| policy.libraries.clone())
                .unwrap_or_default(),
            forbidden: before
                .map(|policy| policy.forbidden.clone())
                .unwrap_or_default(),
            versions: before
                .map(|policy| policy.versions.clone())
                .unwrap_or_default(),
        };
        self.policies.push((policy, false));
    }

    /// Those for the machine. A kind of versions that only later policies have is known to all, so
    /// that the earlier ones lack it.
    fn finish(self) -> Vec<Policy> {
        let for_machine = self.policies.into_iter();
        let policies =
            for_machine.filter_map(|(policy, is_for_machine)| is_for_machine.then_some(policy));
        let mut policies: Vec<Policy> = policies.collect();
        let last = policies.last();
        let kinds: Vec<String> = last
            .map(|last| last.versions.keys().cloned().collect())
            .unwrap_or_default();
        for policy in &mut policies {
            for kind in &kinds {
                policy.versions.entry(kind.clone()).or_default();
            }
        }
        policies
    }
}

#[cfg(test)]
mod tests;
