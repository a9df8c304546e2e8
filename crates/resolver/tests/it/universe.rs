//! Small random universes: against a solver that tries everything, and with answers out of order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tilsit_packaging::name::ProjectName;
use tilsit_resolver::in_memory::{Index, linux};
use tilsit_resolver::{
    Answer, Question, Resolution, Resolver, ResolverOptions, RootRequirement, Step,
};

/// For each project its releases, 1 to n; for each what it requires: project, from, to, extra.
#[derive(Debug, Clone)]
struct Universe {
    projects: Vec<Vec<Vec<Edge>>>,
    user: Vec<Edge>,
}

/// `project >= from, <= to`; with the extra, and only for the extra.
#[derive(Debug, Clone)]
struct Edge {
    project: usize,
    from: u32,
    to: u32,
    with_extra: bool,
    for_extra: bool,
}

const PROJECTS: usize = 5;
const RELEASES: u32 = 4;

fn edge() -> impl Strategy<Value = Edge> {
    (
        0..PROJECTS,
        1..=RELEASES,
        0..RELEASES,
        prop::bool::weighted(0.25),
        prop::bool::weighted(0.25),
    )
        .prop_map(|(project, from, more, with_extra, for_extra)| Edge {
            project,
            from,
            to: from + more,
            with_extra,
            for_extra,
        })
}

fn universe() -> impl Strategy<Value = Universe> {
    let release = prop::collection::vec(edge(), 0..4);
    let project = prop::collection::vec(release, 0..=RELEASES as usize);
    let projects = prop::collection::vec(project, PROJECTS);
    let user = prop::collection::vec(edge(), 1..4);
    (projects, user).prop_map(|(projects, user)| Universe { projects, user })
}

impl Edge {
    fn text(&self) -> String {
        let Edge {
            project, from, to, ..
        } = self;
        let with = if self.with_extra { "[x]" } else { "" };
        let marker = if self.for_extra { "; extra == 'x'" } else { "" };
        format!("p{project}{with}>={from},<={to}{marker}")
    }

    fn admits(&self, version: u32) -> bool {
        (self.from..=self.to).contains(&version)
    }
}

impl Universe {
    fn index(&self) -> Index {
        let mut index = Index::new();
        for (project, releases) in self.projects.iter().enumerate() {
            index.add_project(format!("p{project}").parse().expect("a name"));
            for (version, edges) in releases.iter().enumerate() {
                let texts: Vec<String> = edges.iter().map(Edge::text).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                index.release(&format!("p{project}"), &(version + 1).to_string(), &texts);
            }
        }
        index
    }

    fn resolver(&self) -> Resolver {
        let lines = self
            .user
            .iter()
            .map(|edge| {
                let edge = Edge {
                    for_extra: false,
                    ..edge.clone()
                };
                RootRequirement::new(edge.text().parse().expect("a requirement"), "")
            })
            .collect();
        Resolver::new(lines, Vec::new(), ResolverOptions::new(linux("3.12.4")))
    }

    /// Whether an assignment (0: not installed) meets all that it itself demands.
    fn holds(&self, versions: &[u32]) -> bool {
        let mut extras = [false; PROJECTS];
        let mut reached = [false; PROJECTS];
        // What the extras add may demand more extras: repeat until nothing changes.
        loop {
            let before = (extras, reached);
            let mut demand = |edge: &Edge| {
                reached[edge.project] = true;
                extras[edge.project] |= edge.with_extra;
            };
            self.user.iter().for_each(&mut demand);
            for (project, &version) in versions.iter().enumerate() {
                if version > 0 && before.1[project] {
                    self.projects[project][version as usize - 1]
                        .iter()
                        .filter(|edge| !edge.for_extra || before.0[project])
                        .for_each(&mut demand);
                }
            }
            if before == (extras, reached) {
                break;
            }
        }
        let met = |edge: &Edge| edge.admits(versions[edge.project]);
        self.user.iter().all(met)
            && (0..PROJECTS).all(|project| {
                let version = versions[project];
                reached[project] == (version > 0)
                    && (version == 0
                        || self.projects[project][version as usize - 1]
                            .iter()
                            .filter(|edge| !edge.for_extra || extras[project])
                            .all(met))
            })
    }

    /// Whether any assignment holds, by trying all.
    fn is_satisfiable(&self) -> bool {
        let mut versions = vec![0u32; PROJECTS];
        loop {
            if self.holds(&versions) {
                return true;
            }
            let mut project = 0;
            loop {
                if project == PROJECTS {
                    return false;
                }
                versions[project] += 1;
                if versions[project] as usize <= self.projects[project].len() {
                    break;
                }
                versions[project] = 0;
                project += 1;
            }
        }
    }
}

fn versions(resolution: &Resolution) -> Vec<u32> {
    (0..PROJECTS)
        .map(|project| {
            let name: ProjectName = format!("p{project}").parse().expect("a name");
            let pin = resolution.pin(&name);
            pin.map_or(0, |pin| pin.version.to_string().parse().expect("a number"))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn satisfiable_if_and_only_if_and_valid(universe in universe()) {
        let answer = universe.index().drive(universe.resolver());
        match answer {
            Ok(resolution) => {
                let versions = versions(&resolution);
                prop_assert!(universe.holds(&versions), "{:?} does not hold", versions);
            }
            Err(explanation) => {
                prop_assert!(!universe.is_satisfiable(), "{explanation}");
                prop_assert!(explanation.to_string().lines().count() < 25);
                prop_assert!(!explanation.lines.is_empty());
            }
        }
    }

    /// The answer does not depend on the order of answers, on those that were not asked for, or
    /// on a clone in between.
    #[test]
    fn the_order_of_answers_does_not_matter(universe in universe(), seed in any::<u64>()) {
        let index = universe.index();
        let plain = universe.index().drive(universe.resolver()).map(|one| versions(&one));
        let mut resolver = universe.resolver();
        let mut open: BTreeMap<u64, Question> = BTreeMap::new();
        let mut random = seed;
        let mut answers: Vec<Answer> = Vec::new();
        let shuffled = loop {
            match resolver.clone().advance(Vec::new()) {
                Step::Wants(wants) => prop_assert!(!wants.needed.is_empty()),
                Step::Done(_) | Step::Failed(_) => {}
            }
            match resolver.advance(std::mem::take(&mut answers)) {
                Step::Done(resolution) => break Ok(versions(&resolution)),
                Step::Failed(explanation) => break Err(explanation),
                Step::Wants(wants) => {
                    for question in wants.needed.into_iter().chain(wants.ahead) {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        open.insert(random, question);
                    }
                    let (_, question) = open.pop_first().expect("a question is open");
                    answers.push(index.answer(&question));
                }
            }
        };
        match (plain, shuffled) {
            (Ok(plain), Ok(shuffled)) => prop_assert_eq!(plain, shuffled),
            (Err(plain), Err(shuffled)) => {
                // More may be known, so that fewer lines are left; never another kind of answer.
                prop_assert!(shuffled.lines.len() <= plain.lines.len());
            }
            (plain, shuffled) => prop_assert!(false, "{plain:?} and {shuffled:?}"),
        }
    }
}
