//! The links in an order and in words that a person follows: from the user's lines inwards.

use std::collections::{BTreeSet, VecDeque};

use pubgrub::VersionSet;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use super::links::{Grounds, Link, Refused};
use super::words::{self, and};
use super::{Explanation, Hint, SENTENCES_MAX, missing};
use crate::facts::{Facts, Refusal, admits};
use crate::options::RootRequirement;
use crate::package::Package;
use crate::policy::Policy;

/// Words the links.
pub(crate) fn tell(policy: &Policy, facts: &mut Facts, grounds: &Grounds) -> Explanation {
    let lines: Vec<RootRequirement> = grounds
        .lines()
        .into_iter()
        .map(|index| policy.requirements[index].clone())
        .collect();
    let mut story = Story {
        policy,
        facts,
        grounds,
        sentences: Vec::new(),
        hints: Vec::new(),
        folded: Vec::new(),
    };
    for package in story.in_order() {
        if !story.folded.contains(&package) {
            story.tell_package(&package);
        }
    }
    story.conclude();
    let Story {
        sentences, hints, ..
    } = story;
    let (headline, because) = headline(&lines, sentences);
    Explanation {
        lines,
        headline,
        because,
        environments: policy.scope.apart(&policy.options.target),
        hints: without_repetition(hints),
    }
}

/// The conclusion in one line, and the sentences that are left to say.
fn headline(lines: &[RootRequirement], mut sentences: Vec<String>) -> (String, Vec<String>) {
    if sentences.len() > SENTENCES_MAX {
        let more = sentences.len() - SENTENCES_MAX + 2;
        let last = sentences.pop();
        sentences.truncate(SENTENCES_MAX - 2);
        sentences.push(format!("and so on, over {more} more steps"));
        sentences.extend(last);
    }
    match lines {
        [] => ("the requirements cannot be met".to_owned(), sentences),
        [only] => {
            let line = words::line(only);
            match <[String; 1]>::try_from(sentences) {
                Ok([sentence]) => (format!("{line} cannot be met: {sentence}"), Vec::new()),
                Err(sentences) => (format!("{line} cannot be met, because"), sentences),
            }
        }
        [first, rest @ ..] => {
            let name = &first.requirement.name;
            let same = rest.iter().all(|line| line.requirement.name == *name);
            let headline = if same {
                "these requirements exclude each other; one of them has to give:"
            } else {
                "these requirements cannot be met together; one of them has to give:"
            };
            (headline.to_owned(), sentences)
        }
    }
}

fn without_repetition(hints: Vec<Hint>) -> Vec<Hint> {
    let mut unique: Vec<Hint> = Vec::new();
    for hint in hints {
        if !unique.contains(&hint) {
            unique.push(hint);
        }
    }
    unique
}

struct Story<'a> {
    policy: &'a Policy,
    facts: &'a mut Facts,
    grounds: &'a Grounds,
    sentences: Vec<String>,
    hints: Vec<Hint>,
    /// Packages whose only link was told as part of a chain.
    folded: Vec<Package>,
}

impl Story<'_> {
    /// The packages that need something or are refused, from the user inwards.
    fn in_order(&self) -> Vec<Package> {
        let mut order: Vec<Package> = Vec::new();
        let mut queue = VecDeque::from([Package::User]);
        let all = self.grounds.links.iter().map(|link| &link.from);
        queue.extend(all.cloned());
        // Breadth first from the user; what is not reached comes after.
        let mut reached: VecDeque<Package> = VecDeque::from([Package::User]);
        while let Some(package) = reached.pop_front().or_else(|| queue.pop_front()) {
            if order.contains(&package) {
                continue;
            }
            for link in self
                .grounds
                .links
                .iter()
                .filter(|link| link.from == package)
            {
                let requirement = &link.need.requirement;
                reached.push_back(Package::Project(requirement.name.clone()));
                reached.extend(
                    requirement
                        .extras
                        .iter()
                        .map(|extra| Package::Extra(requirement.name.clone(), extra.clone())),
                );
            }
            order.push(package);
        }
        for refused in &self.grounds.refused {
            if !order.contains(&refused.package) {
                order.push(refused.package.clone());
            }
        }
        order
    }

    /// What the package's candidates need, and which of them cannot be used.
    fn tell_package(&mut self, package: &Package) {
        let grounds = self.grounds;
        let refused: Vec<&Refused> = grounds
            .refused
            .iter()
            .filter(|refused| refused.package == *package)
            .collect();
        self.tell_refused(package, &refused);
        let own: Vec<&Link> = grounds
            .links
            .iter()
            .filter(|link| link.from == *package)
            .collect();
        let mut told: Vec<&tilsit_packaging::name::ProjectName> = Vec::new();
        let mut together: Vec<(&BTreeSet<u32>, Vec<&Link>)> = Vec::new();
        for link in &own {
            let name = &link.need.requirement.name;
            if told.contains(&name) {
                continue;
            }
            let to_it: Vec<&Link> = own
                .iter()
                .copied()
                .filter(|other| other.need.requirement.name == *name)
                .collect();
            let are_apart = to_it.iter().any(|it| it.places != to_it[0].places);
            let many = to_it.len() > DIFFERENT_NEEDS_MAX
                || are_apart
                    && to_it
                        .iter()
                        .all(|it| self.is_unanswerable(&it.need.requirement));
            if *package != Package::User && many {
                told.push(name);
                self.tell_many(package, &to_it);
            } else if self.is_unanswerable(&link.need.requirement) {
                self.tell_unanswerable(link);
            } else if *package != Package::User {
                match together
                    .iter_mut()
                    .find(|(places, _)| **places == link.places)
                {
                    Some((_, links)) => links.push(link),
                    None => together.push((&link.places, vec![link])),
                }
            }
        }
        for (places, links) in together {
            let needs = match links.as_slice() {
                [link] => self.chain_words(link),
                _ => and(links.iter().map(|link| need_words(link)).collect()),
            };
            let subject = self.subject(package, places);
            self.sentences.push(format!("{subject} {needs}"));
        }
        if !own.is_empty() {
            self.tell_newer(package);
        }
    }

    /// That there are newer versions which would do if they could be used.
    fn tell_newer(&mut self, package: &Package) {
        let Some(project) = package.project().and_then(|name| self.facts.project(name)) else {
            return;
        };
        let newest = project.usable.last().map(|usable| &usable.version);
        let is_wanted = |version: &Version| {
            self.grounds.links.iter().any(|link| {
                package.project() == Some(&link.need.requirement.name)
                    && admits(&link.need.requirement, version)
            })
        };
        let mut newer: Vec<(Version, Refusal)> = project
            .refused
            .iter()
            .filter(|(version, _)| newest.is_none_or(|newest| version > newest))
            .filter(|(version, _)| is_wanted(version))
            .cloned()
            .collect();
        let Some((_, refusal)) = newer.last().cloned() else {
            return;
        };
        newer.retain(|(_, other)| *other == refusal);
        let newer: Vec<Version> = newer.into_iter().map(|(version, _)| version).collect();
        self.push_refused(package, &newer, &refusal);
    }

    /// A need, and what follows from it as long as one thing only follows: "`b`, which needs `c`".
    fn chain_words(&mut self, first: &Link) -> String {
        let mut chain = vec![need_words(first)];
        let mut last = first.clone();
        while let Some(next) = self.only_next(&last) {
            self.folded.push(next.from.clone());
            chain.push(need_words(&next));
            last = next;
        }
        let why = if chain.len() > 1 && self.is_unanswerable(&last.need.requirement) {
            format!(", but {}", self.why_unanswerable(&last.need.requirement))
        } else {
            String::new()
        };
        let words = match chain.as_slice() {
            [one, two, between @ .., before, end] if between.len() > 1 => format!(
                "{one}, which needs {two}, and so on over {} more projects to {before}, \
                 which needs {end}",
                between.len()
            ),
            all => all.join(", which needs "),
        };
        words + &why
    }

    /// The link of a project that is only reached by this need and only leads to one other.
    fn only_next(&mut self, link: &Link) -> Option<Link> {
        let grounds = self.grounds;
        let requirement = &link.need.requirement;
        let target = Package::Project(requirement.name.clone());
        let is_target = |package: &Package| package.project() == Some(&requirement.name);
        let mut to = grounds
            .links
            .iter()
            .filter(|other| other.need.requirement.name == requirement.name);
        let mut from = grounds.links.iter().filter(|other| is_target(&other.from));
        let next = from.next()?;
        let is_only = from.next().is_none()
            && to.nth(1).is_none()
            && next.from == target
            && !self.folded.contains(&target)
            && !grounds
                .refused
                .iter()
                .any(|refused| is_target(&refused.package));
        let count = self.facts.project(&requirement.name)?.count();
        let covers = self
            .set(requirement)
            .places(count)
            .all(|index| next.places.contains(&index));
        (is_only && covers).then(|| next.clone())
    }

    /// `no candidate answers this requirement of that candidate`, with the reason.
    fn tell_unanswerable(&mut self, link: &Link) {
        let why = self.why_unanswerable(&link.need.requirement);
        let sentence = match &link.from {
            Package::User => why,
            package => {
                let subject = self.subject(package, &link.places);
                format!("{subject} {}, but {why}", need_words(link))
            }
        };
        self.sentences.push(sentence);
    }

    fn why_unanswerable(&mut self, requirement: &Requirement) -> String {
        let facts = self.facts.prepare(&requirement.name, self.policy);
        missing::why(self.policy, facts, requirement, &mut self.hints)
    }

    /// Candidates of one package that each need another range of the same project.
    fn tell_many(&mut self, package: &Package, links: &[&Link]) {
        let places: BTreeSet<u32> = links
            .iter()
            .flat_map(|link| link.places.iter().copied())
            .collect();
        let mut newest: Vec<&Link> = links.to_vec();
        newest.sort_by_key(|link| std::cmp::Reverse(link.places.last().copied()));
        let mut examples: Vec<String> = Vec::new();
        for link in newest.iter().take(2) {
            let versions = words::versions(&self.versions(package, &link.places));
            let need = if link.places.len() > 1 {
                "need"
            } else {
                "needs"
            };
            let requirement = words::requirement(&link.need.requirement);
            examples.push(format!("{versions} {need} {requirement}"));
        }
        if newest.len() > examples.len() {
            examples.push("and so on".to_owned());
        }
        let requirement = &newest[0].need.requirement;
        let why = if self.is_unanswerable(requirement) {
            format!(", but {}", self.why_unanswerable(requirement))
        } else {
            String::new()
        };
        let name = &requirement.name;
        let subject = self.subject(package, &places);
        let ranges = if subject.ends_with("needs") {
            "another range"
        } else {
            "different ranges"
        };
        self.sentences.push(format!(
            "{subject} {ranges} of `{name}`: {}{why}",
            examples.join(", ")
        ));
    }

    /// Which candidates cannot be used after all: with many reasons, those of the newest.
    fn tell_refused(&mut self, package: &Package, refused: &[&Refused]) {
        let mut refused = refused.to_vec();
        refused.sort_by_key(|refused| std::cmp::Reverse(refused.places.last().copied()));
        let told = if refused.len() > REFUSALS_MAX {
            1
        } else {
            refused.len()
        };
        let (told, rest) = refused.split_at(told);
        for one in told {
            let versions = self.versions(package, &one.places);
            let versions: Vec<Version> = versions.into_iter().cloned().collect();
            self.push_refused(package, &versions, &one.refusal);
        }
        if !rest.is_empty() {
            let places = rest.iter().flat_map(|one| one.places.iter().copied());
            let places: BTreeSet<u32> = places.collect();
            let versions = words::versions(&self.versions(package, &places));
            self.sentences.push(format!(
                "`{package}` {versions} cannot be used either, each for a like reason"
            ));
        }
    }

    fn push_refused(&mut self, package: &Package, versions: &[Version], refusal: &Refusal) {
        let Some(name) = package.project() else {
            return;
        };
        let any = Requirement::any(name.clone());
        let versions: Vec<&Version> = versions.iter().collect();
        let sentence = missing::refused(self.policy, &any, &versions, refusal, &mut self.hints);
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
        }
    }

    /// A need that leaves no candidate for needs of other packages.
    fn conclude(&mut self) {
        let links = &self.grounds.links;
        let mut best: Option<(&Requirement, Vec<&Requirement>)> = None;
        // Those of the user come first among equals.
        for one in links.iter().take(COMPARED_MAX) {
            let requirement = &one.need.requirement;
            let set = self.set(requirement);
            if set.is_empty() {
                continue;
            }
            let mut excluded: Vec<&Requirement> = Vec::new();
            let others = links
                .iter()
                .filter(|other| other.need.requirement.name == requirement.name);
            for other in others.take(COMPARED_MAX) {
                let two = &other.need.requirement;
                let is_apart = other.from != one.from || one.from == Package::User;
                if is_apart && !excluded.iter().any(|known| known.source == two.source) {
                    let other_set = self.set(two);
                    if !other_set.is_empty() && other_set.is_disjoint(&set) {
                        excluded.push(two);
                    }
                }
            }
            if excluded.len() > best.as_ref().map_or(0, |(_, others)| others.len()) {
                best = Some((requirement, excluded));
            }
        }
        let Some((requirement, excluded)) = best else {
            return;
        };
        let name = &requirement.name;
        let one = words::requirement(requirement);
        // "1 other" would be as long as its name.
        let more = match excluded.len().saturating_sub(EXCLUDED_MAX) {
            1 => 0,
            more => more,
        };
        let mut others: Vec<String> = excluded
            .iter()
            .take(excluded.len() - more)
            .map(|other| words::requirement(other))
            .collect();
        let sentence = if let [other] = others.as_slice() {
            format!("no version of `{name}` fits both {one} and {other}")
        } else {
            if more > 0 {
                others.push(format!("{more} others"));
            }
            let others = words::or(others);
            format!("{one} leaves no version of `{name}` for {others}")
        };
        self.sentences.push(sentence);
    }

    fn set(&mut self, requirement: &Requirement) -> crate::candidate_set::CandidateSet {
        self.facts
            .prepare(&requirement.name, self.policy)
            .set(&requirement.source)
    }

    fn is_unanswerable(&mut self, requirement: &Requirement) -> bool {
        self.set(requirement).is_empty()
    }

    fn versions(&self, package: &Package, places: &BTreeSet<u32>) -> Vec<&Version> {
        let Some(project) = package.project().and_then(|name| self.facts.project(name)) else {
            return Vec::new();
        };
        places
            .iter()
            .map(|&index| &project.usable[index as usize].version)
            .collect()
    }

    /// The candidates and the verb: "`a` 1.0 needs", "every version of `a` needs".
    fn subject(&self, package: &Package, places: &BTreeSet<u32>) -> String {
        let versions = self.versions(package, places);
        let project = package.project().and_then(|name| self.facts.project(name));
        let usable = project.map_or(0, |project| project.usable.len());
        let refused = project.map_or(0, |project| project.refused.len());
        match versions.len() {
            1 => format!("`{package}` {} needs", versions[0]),
            many if many == usable && refused == 0 => format!("every version of `{package}` needs"),
            many if many == usable => format!("every usable version of `{package}` needs"),
            _ => format!("`{package}` {} need", words::versions(&versions)),
        }
    }
}

/// What is needed, and that it is the user's doing if it is an override.
fn need_words(link: &Link) -> String {
    let words = words::requirement(&link.need.requirement);
    match &link.need.origin {
        Some(origin) if !origin.as_str().is_empty() => {
            format!("{words} (your override, {origin})")
        }
        Some(_) => format!("{words} (your override)"),
        None => words,
    }
}

/// With more different reasons against candidates of one package, one is told.
const REFUSALS_MAX: usize = 2;
/// How many needs of one project are held against each other.
const COMPARED_MAX: usize = 300;
/// How many needs that another excludes are named.
const EXCLUDED_MAX: usize = 4;
/// With more different needs of one project than this, only examples are told.
const DIFFERENT_NEEDS_MAX: usize = 2;
