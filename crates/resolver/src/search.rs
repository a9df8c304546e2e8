//! The search: the solver core's state, and the decisions that drive it.
//!
//! A search knows nothing but what is in the facts; where it needs more it stops and says what.
//! It can be cloned at any point, and a clone goes its own way: this is what forks need, and what
//! an explanation uses to try the user's lines without each other.

use std::sync::Arc;

use pubgrub::{DerivationTree, State, Term, VersionSet};
use rustc_hash::FxHashMap;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;

use crate::candidate_set::{CandidateSet, Place};
use crate::facts::{Facts, Refusal};
use crate::fork;
use crate::needs::{Need, NoNeeds, needs, open_questions, release};
use crate::package::{Core, Package};
use crate::policy::Policy;
use crate::priority::Order;
use crate::question::{Question, Release};
use crate::scope::Scope;

type Id = pubgrub::Id<Package>;

/// A proof that there is no answer.
pub(crate) type Proof = DerivationTree<Package, CandidateSet, Refusal>;

/// Where a search has come to.
pub(crate) enum Outcome {
    /// It cannot go on without the answers.
    Blocked(Vec<Question>),
    /// One answer for the whole scope will not do: these parts are to be searched apart, in this
    /// order.
    Fork(Vec<Scope>),
    /// Every package that is required has a candidate.
    Solved,
    /// There is no answer.
    Unsolvable(Box<Proof>),
    /// It was told to stop here.
    OutOfSteps,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Propagate,
    Choose,
    Decide(Id, Place),
}

/// A search for one candidate for each package that some of the user's lines need.
#[derive(Clone)]
pub(crate) struct Search {
    state: State<Core>,
    order: Order,
    /// Which of the user's requirements count.
    lines: Vec<usize>,
    phase: Phase,
    /// The packages for which the core must draw conclusions.
    pending: Vec<Id>,
    /// What the candidates require whose requirements the core knows.
    added: FxHashMap<(Id, Place), Arc<[Need]>>,
    /// How many candidates of a package were tried.
    tried: FxHashMap<Id, u32>,
    steps: u64,
}

const USER: Place = Place { index: 0, count: 1 };

impl Search {
    /// A search that has not begun.
    pub(crate) fn new(lines: Vec<usize>) -> Self {
        let state: State<Core> = State::init(Package::User, USER);
        let pending = vec![state.root_package];
        Self {
            state,
            order: Order::default(),
            lines,
            phase: Phase::Propagate,
            pending,
            added: FxHashMap::default(),
            tried: FxHashMap::default(),
            steps: 0,
        }
    }

    /// The user's requirements that count.
    pub(crate) fn lines(&self) -> &[usize] {
        &self.lines
    }

    /// How many decisions were made.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// Goes on as far as the facts lead, and no further than `steps_max` decisions in all.
    pub(crate) fn run(&mut self, policy: &Policy, facts: &mut Facts, steps_max: u64) -> Outcome {
        loop {
            match self.phase {
                Phase::Propagate => {
                    if let Err(proof) = self.propagate() {
                        return Outcome::Unsolvable(proof);
                    }
                    self.phase = Phase::Choose;
                }
                Phase::Choose => {
                    if self.steps >= steps_max {
                        return Outcome::OutOfSteps;
                    }
                    self.steps += 1;
                    match self.choose(policy, facts) {
                        None => return Outcome::Solved,
                        Some(phase) => self.phase = phase,
                    }
                }
                Phase::Decide(id, place) => {
                    if let Err(stop) = self.decide(policy, facts, id, place) {
                        return stop;
                    }
                    self.pending.push(id);
                    self.phase = Phase::Propagate;
                }
            }
        }
    }

    /// Lets the core draw its conclusions; learns from conflicts which packages to decide earlier.
    fn propagate(&mut self) -> Result<(), Box<Proof>> {
        while let Some(id) = self.pending.pop() {
            let conflicts: Vec<_> = self
                .state
                .unit_propagation(id)
                .map_err(Box::new)?
                .into_iter()
                .collect();
            for (affected, conflict) in conflicts {
                let others: Vec<Id> = self.state.conflict_packages(&conflict).collect();
                self.conflict(affected, &others);
            }
        }
        Ok(())
    }

    fn conflict(&mut self, affected: Id, others: &[Id]) {
        for culprit in self.order.conflict(affected, others.iter().copied()) {
            if culprit != self.state.root_package && self.state.backtrack_package(culprit).is_some()
            {
                self.pending.push(culprit);
            }
        }
    }

    /// Picks the next package and its candidate; `None` if all is decided.
    fn choose(&mut self, policy: &Policy, facts: &Facts) -> Option<Phase> {
        let (store, order) = (&self.state.package_store, &self.order);
        let (id, set) = self
            .state
            .partial_solution
            .pick_highest_priority_pkg(|id, set| {
                let package = &store[id];
                let (left, has_url) = left(facts, package, set);
                order.priority(id, package, left, has_url)
            })?;
        let set = set.clone();
        if self.couple(id, &set) {
            self.pending.push(id);
            return Some(Phase::Propagate);
        }
        let Some(place) = self.best(policy, facts, id, &set) else {
            self.state.add_no_versions(id, set);
            self.pending.push(id);
            return Some(Phase::Propagate);
        };
        Some(Phase::Decide(id, place))
    }

    /// The candidate to try among those in the set.
    fn best(
        &mut self,
        policy: &Policy,
        facts: &Facts,
        id: Id,
        set: &CandidateSet,
    ) -> Option<Place> {
        let package = self.state.package_store[id].clone();
        match &package {
            Package::User => Some(USER),
            Package::Project(name) => policy.choose(name, facts.project(name)?, set),
            Package::Extra(name, _) => {
                let narrowed = self.with_its_project(name, set);
                policy.choose(name, facts.project(name)?, &narrowed)
            }
        }
    }

    /// What is left of a set of an extra where its project can only be what it can be now.
    fn with_its_project(&mut self, name: &ProjectName, set: &CandidateSet) -> CandidateSet {
        let project = Package::Project(name.clone());
        let project = self.state.package_store.alloc(project);
        match self.term(project) {
            Some(term) => set.intersection(&term),
            None => set.clone(),
        }
    }

    /// What a package can be now, as far as anything is known of it.
    fn term(&self, id: Id) -> Option<CandidateSet> {
        let solution = &self.state.partial_solution;
        match solution.term_intersection_for_package(id)? {
            Term::Positive(set) => Some(set.clone()),
            Term::Negative(excluded) => Some(excluded.complement()),
        }
    }

    /// An extra is always of the same candidate as its project. The core learns this from each
    /// candidate of the extra that is tried; what the project cannot be now would have to be tried
    /// one by one. So it is told for all of those at once. Says whether there was anything to tell.
    fn couple(&mut self, id: Id, set: &CandidateSet) -> bool {
        let Package::Extra(name, _) = &self.state.package_store[id] else {
            return false;
        };
        let project = Package::Project(name.clone());
        let project = self.state.package_store.alloc(project);
        let Some(term) = self.term(project) else {
            return false;
        };
        if set.subset_of(&term) {
            return false;
        }
        let excluded = term.complement();
        self.state
            .add_dependency(id, excluded.clone(), (project, excluded));
        true
    }

    /// Tells the core what the candidate requires, and decides for it unless that cannot be.
    ///
    /// # Errors
    /// What stands against it now: an open question, or a fork.
    fn decide(
        &mut self,
        policy: &Policy,
        facts: &mut Facts,
        id: Id,
        place: Place,
    ) -> Result<(), Outcome> {
        if self.added.contains_key(&(id, place)) {
            self.state.partial_solution.add_decision(id, place);
            return Ok(());
        }
        let package = self.state.package_store[id].clone();
        if let Some(marker) = only(facts, &package, place) {
            return Err(Outcome::Fork(fork::by_marker(policy, marker)));
        }
        let needs = match needs(policy, facts, &self.lines, &package, place) {
            Ok(needs) => needs,
            Err(NoNeeds::Unknown(question)) => return Err(Outcome::Blocked(vec![question])),
            Err(NoNeeds::InPart(marker)) => {
                return Err(Outcome::Fork(fork::by_marker(policy, marker)));
            }
            Err(NoNeeds::Refused(refusal)) => {
                let set = CandidateSet::singleton(place);
                self.state.add_unavailable(id, set, refusal);
                return Ok(());
            }
        };
        let parts = fork::by_needs(policy, &package, &needs);
        if !parts.is_empty() {
            return Err(Outcome::Fork(parts));
        }
        let mut open = Vec::new();
        for need in &needs {
            open_questions(policy, facts, &need.requirement, &mut open);
        }
        if !open.is_empty() {
            return Err(Outcome::Blocked(open));
        }
        *self.tried.entry(id).or_default() += 1;
        let dependencies = dependencies(policy, facts, &package, place, &needs);
        for (dependency, _) in &dependencies {
            self.order.require(dependency);
        }
        self.added.insert((id, place), needs.into());
        let own = CandidateSet::singleton(place);
        let rejected = self
            .state
            .add_package_version_dependencies(id, place, own, dependencies);
        if let Some(conflict) = rejected {
            let others: Vec<Id> = self.state.conflict_packages(&conflict).collect();
            self.conflict(id, &others);
        }
        Ok(())
    }

    /// The releases that the search will probably ask for next: the best candidate of each
    /// package that is open, and many candidates of one that was tried often.
    pub(crate) fn probable(
        &mut self,
        policy: &Policy,
        facts: &Facts,
        is_asked: impl Fn(&Release) -> bool,
    ) -> Vec<Release> {
        let open: Vec<(Id, CandidateSet)> = self
            .state
            .partial_solution
            .prioritized_packages()
            .map(|(id, set)| (id, set.clone()))
            .collect();
        let mut releases = Vec::new();
        for (id, set) in open {
            if let Some(place) = self.best(policy, facts, id, &set) {
                releases.extend(release(facts, &self.state.package_store[id], place));
            }
        }
        if let Phase::Decide(id, place) = self.phase {
            let tried = self.tried.get(&id).copied().unwrap_or(0);
            if tried >= TRIES_BEFORE_BATCH {
                let many = (4 * tried).min(BATCH_MAX) as usize;
                let batch = self.following(policy, facts, id, place);
                releases.extend(batch.filter(|release| !is_asked(release)).take(many));
            }
        }
        releases
    }

    /// The candidates that come after this one if it is rejected, and those after them.
    fn following<'a>(
        &'a self,
        policy: &Policy,
        facts: &'a Facts,
        id: Id,
        place: Place,
    ) -> impl Iterator<Item = Release> + 'a {
        let package = &self.state.package_store[id];
        let lowest = package.project().is_some_and(|name| policy.is_lowest(name));
        // What others demand of it now may change; what follows from the user alone stays.
        let set = match self.state.partial_solution.unchanging_term_for_package(id) {
            Some(Term::Positive(set)) => set.clone(),
            Some(Term::Negative(excluded)) => excluded.complement(),
            None => CandidateSet::full(),
        };
        let mut places: Vec<u32> = if lowest {
            (place.index + 1..place.count).collect()
        } else {
            (0..place.index).rev().collect()
        };
        places.retain(|&index| set.contains(&Place { index, ..place }));
        places
            .into_iter()
            .filter_map(move |index| release(facts, package, Place { index, ..place }))
    }

    /// The decided packages with what they require, once the search is solved.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = (&Package, Place, &[Need])> + '_ {
        let decided = self.state.partial_solution.extract_solution();
        decided.map(|(id, place)| {
            let needs = &self.added[&(id, place)];
            (&self.state.package_store[id], place, needs.as_ref())
        })
    }
}

/// After so many candidates of one package, many more are asked for at once.
const TRIES_BEFORE_BATCH: u32 = 5;
/// How many candidates of one package are asked for ahead at most.
const BATCH_MAX: u32 = 50;

/// Where the candidate can be used, if it is for a part of the scope only.
fn only(facts: &Facts, package: &Package, place: Place) -> Option<Marker> {
    facts.project(package.project()?)?.usable[place.index as usize].only
}

/// How many candidates are in the set, and whether the only one is behind a URL.
fn left(facts: &Facts, package: &Package, set: &CandidateSet) -> (u32, bool) {
    let Some(project) = package.project().and_then(|name| facts.project(name)) else {
        return (1, false);
    };
    let count = project.count();
    let left = set.len(count);
    let has_url = left == 1
        && set
            .places(count)
            .next()
            .is_some_and(|index| project.usable[index as usize].url.is_some());
    (left, has_url)
}

/// The needs as the core takes them.
fn dependencies(
    policy: &Policy,
    facts: &mut Facts,
    package: &Package,
    place: Place,
    needs: &[Need],
) -> Vec<(Package, CandidateSet)> {
    let mut dependencies = Vec::with_capacity(needs.len() + 1);
    let own = package.project();
    if let Package::Extra(name, _) = package {
        let set = CandidateSet::singleton(place);
        dependencies.push((Package::Project(name.clone()), set));
    }
    for need in needs {
        let requirement = &need.requirement;
        let name = &requirement.name;
        let mut set = facts.prepare(name, policy).set(&requirement.source);
        let is_own = own == Some(name);
        if is_own && set.contains(&place) {
            // It is there already; its other extras are those of the same candidate.
            set = CandidateSet::singleton(place);
        } else {
            dependencies.push((Package::Project(name.clone()), set.clone()));
        }
        for extra in &requirement.extras {
            let extra = Package::Extra(name.clone(), extra.clone());
            if extra != *package {
                dependencies.push((extra, set.clone()));
            }
        }
    }
    dependencies
}
