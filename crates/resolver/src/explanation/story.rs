//! The links in an order and in words that a person follows: from the user's lines inwards.

use std::collections::{BTreeSet, VecDeque};

use pubgrub::VersionSet;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use super::links::{Link, Links, Refused};
use super::words::{self, and};
use super::{Explanation, Hint, SENTENCES_MAX, missing};
use crate::facts::Facts;
use crate::options::RootRequirement;
use crate::package::Package;
use crate::policy::Policy;

/// Words the links.
pub(crate) fn tell(policy: &Policy, facts: &mut Facts, links: &Links) -> Explanation {
    let lines: Vec<RootRequirement> = links
        .lines()
        .into_iter()
        .map(|index| policy.requirements[index].clone())
        .collect();
    let mut story = Story {
        policy,
        facts,
        links,
        sentences: Vec::new(),
        hints: Vec::new(),
    };
    for package in story.in_order() {
        story.tell_package(&package);
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
                "these requirements exclude each other:"
            } else {
                "these requirements cannot be met together:"
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
    links: &'a Links,
    sentences: Vec<String>,
    hints: Vec<Hint>,
}

impl Story<'_> {
    /// The packages that need something or are refused, from the user inwards.
    fn in_order(&self) -> Vec<Package> {
        let mut order: Vec<Package> = Vec::new();
        let mut queue = VecDeque::from([Package::User]);
        let all = self.links.links.iter().map(|link| &link.from);
        queue.extend(all.cloned());
        // Breadth first from the user; what is not reached comes after.
        let mut reached: VecDeque<Package> = VecDeque::from([Package::User]);
        loop {
            let Some(package) = reached.pop_front().or_else(|| queue.pop_front()) else {
                break;
            };
            if order.contains(&package) {
                continue;
            }
            for link in self.links.links.iter().filter(|link| link.from == package) {
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
        for refused in &self.links.refused {
            if !order.contains(&refused.package) {
                order.push(refused.package.clone());
            }
        }
        order
    }

    /// What the package's candidates need, and which of them cannot be used.
    fn tell_package(&mut self, package: &Package) {
        let links = self.links;
        let refused = links
            .refused
            .iter()
            .filter(|refused| refused.package == *package);
        for refused in refused {
            self.tell_refused(refused);
        }
        let own: Vec<&Link> = links
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
            if *package != Package::User && to_it.len() > DIFFERENT_NEEDS_MAX {
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
            let needs = links
                .iter()
                .map(|link| self.need_words(&link.need.origin, &link.need.requirement));
            let needs = and(needs.collect());
            let subject = self.subject(package, places);
            self.sentences.push(format!("{subject} {needs}"));
        }
    }

    /// `no candidate answers this requirement of that candidate`, with the reason.
    fn tell_unanswerable(&mut self, link: &Link) {
        let requirement = &link.need.requirement;
        let facts = self.facts.prepare(&requirement.name, self.policy);
        let why = missing::why(self.policy, facts, requirement, &mut self.hints);
        let sentence = match (&link.from, &link.need.origin) {
            (Package::User, _) => why,
            (package, origin) => {
                let subject = self.subject(package, &link.places);
                let need = self.need_words(origin, requirement);
                format!("{subject} {need}, but {why}")
            }
        };
        self.sentences.push(sentence);
    }

    /// Candidates of one package that each need another range of the same project.
    fn tell_many(&mut self, package: &Package, links: &[&Link]) {
        let places: BTreeSet<u32> = links
            .iter()
            .flat_map(|link| link.places.iter().copied())
            .collect();
        let mut newest: Vec<&&Link> = links.iter().collect();
        newest.sort_by_key(|link| std::cmp::Reverse(link.places.last().copied()));
        let examples: Vec<String> = newest
            .iter()
            .take(2)
            .map(|link| {
                let versions = self.versions(package, &link.places);
                let need = if link.places.len() > 1 { "need" } else { "needs" };
                let requirement = words::requirement(&link.need.requirement);
                format!("{} {need} {requirement}", words::versions(&versions))
            })
            .collect();
        let name = &links[0].need.requirement.name;
        let subject = self.subject(package, &places);
        let sentence = format!(
            "{subject} one range or another of `{name}`: {} and so on",
            examples.join(", ")
        );
        self.sentences.push(sentence);
    }

    fn tell_refused(&mut self, refused: &Refused) {
        let Some(name) = refused.package.project() else {
            return;
        };
        let versions: Vec<Version> = self
            .versions(&refused.package, &refused.places)
            .into_iter()
            .cloned()
            .collect();
        let any = Requirement {
            name: name.clone(),
            extras: Vec::new(),
            source: tilsit_packaging::requirement::RequirementSource::Specifiers(
                tilsit_packaging::specifier::VersionSpecifiers::any(),
            ),
            marker: tilsit_packaging::marker::Marker::TRUE,
        };
        let versions: Vec<&Version> = versions.iter().collect();
        let sentence = missing::refused(
            self.policy,
            &any,
            &versions,
            &refused.refusal,
            &mut self.hints,
        );
        self.sentences.push(sentence);
    }

    /// Two needs of different packages that no candidate answers together.
    fn conclude(&mut self) {
        let links = &self.links.links;
        for (index, link) in links.iter().enumerate().rev() {
            let requirement = &link.need.requirement;
            let set = self.set(requirement);
            if set.is_empty() {
                continue;
            }
            for other in &links[..index] {
                let two = &other.need.requirement;
                let apart = other.from != link.from || link.from == Package::User;
                if !apart || two.name != requirement.name || two.source == requirement.source {
                    continue;
                }
                let other_set = self.set(two);
                if !other_set.is_empty() && other_set.is_disjoint(&set) {
                    let name = &requirement.name;
                    let mut both = [words::requirement(two), words::requirement(requirement)];
                    both.sort();
                    self.sentences.push(format!(
                        "no version of `{name}` that can be used fits both {} and {}",
                        both[0], both[1]
                    ));
                    return;
                }
            }
        }
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
        let all = package
            .project()
            .and_then(|name| self.facts.project(name))
            .map_or(0, |project| project.usable.len());
        match versions.len() {
            1 => format!("`{package}` {} needs", versions[0]),
            many if many == all => format!("every usable version of `{package}` needs"),
            _ => format!("`{package}` {} need", words::versions(&versions)),
        }
    }

    fn need_words(
        &self,
        origin: &Option<crate::options::Origin>,
        requirement: &Requirement,
    ) -> String {
        let words = words::requirement(requirement);
        match origin {
            Some(origin) if !origin.as_str().is_empty() => {
                format!("{words} (your override, {origin})")
            }
            Some(_) => format!("{words} (your override)"),
            None => words,
        }
    }
}

/// With more different needs of one project than this, only examples are told.
const DIFFERENT_NEEDS_MAX: usize = 2;
