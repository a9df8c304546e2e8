//! The state machine: answers in, questions out, until there is a resolution or an explanation.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;

use crate::explanation::{Explanation, explain, partial_markers};
use crate::facts::Facts;
use crate::fork;
use crate::graph::Graph;
use crate::needs::open_questions;
use crate::options::{Preferences, ResolverOptions, RootRequirement, Target};
use crate::policy::Policy;
use crate::question::{Answer, Dependencies, Question, Release, Wants};
use crate::resolution::Resolution;
use crate::scope::{Cover, Scope};
use crate::search::{Outcome, Proof, Search};

/// What [`Resolver::advance`] has come to.
#[derive(Debug, Clone)]
pub enum Step {
    /// It wants to know more.
    Wants(Wants),
    /// There is an answer.
    Done(Resolution),
    /// There is none.
    Failed(Box<Explanation>),
}

/// Finds one version for each project that the user's requirements need.
///
/// Deterministic: the same requirements, options and answers give the same resolution, in
/// whatever order the answers come. A clone goes on by itself from where the original stands.
#[derive(Clone)]
pub struct Resolver {
    policy: Arc<Policy>,
    facts: Facts,
    search: Search,
    /// The parts of the world that have no answer yet, the next one last.
    open: Vec<Scope>,
    /// What the other parts have chosen.
    chosen: Graph,
    preferences: Preferences,
    ahead: Ahead,
    end: Option<Step>,
}

/// What was asked, and what is expected to be needed.
#[derive(Debug, Clone, Default)]
struct Ahead {
    asked: FxHashSet<Question>,
    queue: Vec<Question>,
    /// What is known to be required of a project, by whatever may be chosen.
    expected: FxHashMap<ProjectName, VersionSpecifiers>,
}

impl Ahead {
    /// Notes what is required of a project; says whether its releases may be guessed at.
    fn expect(&mut self, requirement: &Requirement) -> bool {
        let RequirementSource::Specifiers(specifiers) = &requirement.source else {
            return true;
        };
        let any = VersionSpecifiers::any;
        let known = self
            .expected
            .entry(requirement.name.clone())
            .or_insert_with(any);
        if known.len() >= EXPECTED_MAX {
            return false;
        }
        if !specifiers.is_empty() {
            *known = known.and(specifiers);
        }
        true
    }
}

/// When so many comparisons are known of what is required of a project, its releases are no longer
/// guessed at: they come from many releases of one other project, of which one will be chosen.
const EXPECTED_MAX: usize = 8;

impl Resolver {
    /// A resolver of these requirements. Constraints limit the versions of projects that are
    /// required anyway, and require nothing. Extras in a constraint are ignored.
    pub fn new(
        requirements: Vec<RootRequirement>,
        constraints: Vec<RootRequirement>,
        options: ResolverOptions,
    ) -> Self {
        let lines = (0..requirements.len()).collect();
        let mut open = Scope::of(&options.target);
        open.reverse();
        let first = open.pop().unwrap_or_else(Scope::nowhere);
        Self {
            policy: Arc::new(Policy::new(requirements, constraints, options, first)),
            facts: Facts::default(),
            search: Search::new(lines),
            open,
            chosen: Graph::default(),
            preferences: Preferences::default(),
            ahead: Ahead::default(),
            end: None,
        }
    }

    /// Takes in answers, asked for or not, and goes on as far as they lead.
    ///
    /// The first call has no answers to give. After the end it returns the end again.
    pub fn advance(&mut self, answers: Vec<Answer>) -> Step {
        if let Some(end) = &self.end {
            return end.clone();
        }
        for answer in answers {
            self.learn(answer);
        }
        let end = loop {
            match self.search.run(&self.policy, &mut self.facts, u64::MAX) {
                Outcome::Blocked(needed) => return Step::Wants(self.wants(needed)),
                Outcome::Fork(parts) => self.divide(parts),
                Outcome::Solved => {
                    self.chosen.add(&self.policy, &self.facts, &self.search);
                    Graph::prefer_chosen(&self.search, &self.facts, &mut self.preferences);
                    if self.open.is_empty() {
                        let chosen = std::mem::take(&mut self.chosen);
                        break Step::Done(chosen.finish(&self.policy.options.target));
                    }
                    self.enter_next();
                }
                Outcome::Unsolvable(proof) => {
                    let parts = self.parts_of_conflict(&proof);
                    if parts.is_empty() {
                        let (policy, search) = (&self.policy, &self.search);
                        let explanation = explain(policy, &mut self.facts, search, &proof);
                        break Step::Failed(Box::new(explanation));
                    }
                    self.divide(parts);
                }
                Outcome::OutOfSteps => unreachable!("no limit was set"),
            }
        };
        self.end = Some(end.clone());
        end
    }

    /// Goes on with these parts in the place of the scope that the search is for.
    fn divide(&mut self, parts: Vec<Scope>) {
        self.open.extend(parts.into_iter().rev());
        self.enter_next();
    }

    fn enter_next(&mut self) {
        let next = self.open.pop().expect("a part is open");
        self.policy = Arc::new(self.policy.under(next, self.preferences.clone()));
        self.facts.enter_scope(self.policy.scope.marker());
        self.search = Search::new(self.search.lines().to_vec());
    }

    /// How the scope may be divided so that the conflict does not arise in all of it.
    fn parts_of_conflict(&mut self, proof: &Proof) -> Vec<Scope> {
        if let Target::Environment(_) = self.policy.options.target {
            return Vec::new();
        }
        let mut markers = partial_markers(&self.policy, &mut self.facts, proof);
        markers.retain(|marker| matches!(self.policy.scope.cover(*marker), Cover::Part(_)));
        match markers.first() {
            Some(&marker) => fork::by_marker(&self.policy, marker),
            None => Vec::new(),
        }
    }

    fn learn(&mut self, answer: Answer) {
        let mut hints = Vec::new();
        match &answer {
            Answer::Versions(name, _) => hints.push(name.clone()),
            Answer::Dependencies(release, Dependencies::Found(metadata)) => {
                for requirement in &metadata.requires {
                    if requirement.name != release.name && self.policy.applies(requirement, None) {
                        open_questions(
                            &self.policy,
                            &self.facts,
                            requirement,
                            &mut self.ahead.queue,
                        );
                        if self.ahead.expect(requirement) {
                            hints.push(requirement.name.clone());
                        }
                    }
                }
            }
            Answer::Url(..) | Answer::Dependencies(_, Dependencies::Unusable(_)) => {}
        }
        if self.facts.learn(answer).is_some() {
            // The candidates of a project are others now: sets of them mean nothing any more.
            self.search = Search::new(self.search.lines().to_vec());
        }
        for name in hints {
            self.expect_release(&name);
        }
    }

    /// Asks ahead for what the release requires that will probably be chosen.
    fn expect_release(&mut self, name: &ProjectName) {
        if !self.facts.knows_versions(name) || self.policy.user_url(name).is_some() {
            return;
        }
        let project = self.facts.prepare(name, &self.policy);
        let any = VersionSpecifiers::any();
        let expected = self.ahead.expected.get(name).unwrap_or(&any);
        let set = project.compute_set(&RequirementSource::Specifiers(expected.clone()));
        if let Some(place) = self.policy.choose(name, project, &set) {
            let candidate = &project.usable[place.index as usize];
            self.ahead.queue.push(Question::Dependencies(Release {
                name: name.clone(),
                version: candidate.version.clone(),
                url: candidate.url.clone(),
            }));
        }
    }

    fn wants(&mut self, needed: Vec<Question>) -> Wants {
        let mut asked = std::mem::take(&mut self.ahead.asked);
        asked.extend(needed.iter().cloned());
        let is_asked = |release: &Release| asked.contains(&Question::Dependencies(release.clone()));
        let probable = self.search.probable(&self.policy, &self.facts, is_asked);
        let queue = std::mem::take(&mut self.ahead.queue);
        let mut ahead = Vec::new();
        for question in probable
            .into_iter()
            .map(Question::Dependencies)
            .chain(queue)
        {
            if !self.is_answered(&question) && asked.insert(question.clone()) {
                ahead.push(question);
            }
        }
        self.ahead.asked = asked;
        Wants { needed, ahead }
    }

    fn is_answered(&self, question: &Question) -> bool {
        match question {
            Question::Versions(name) => self.facts.knows_versions(name),
            Question::Url(name, url) => self.facts.knows_url(name, url),
            Question::Dependencies(release) => self.facts.dependencies(release).is_some(),
        }
    }
}
