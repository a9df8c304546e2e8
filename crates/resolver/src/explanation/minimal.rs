//! Fewer of the user's lines: those that cannot be met together, and no others.
//!
//! The search is run again over what is known, without one line after the other. Where it would
//! have to ask something, or takes too long, the line stays.

use super::links::{Grounds, grounds};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::search::{Outcome, Search};

/// How many decisions all attempts together may take, beside what the search itself took.
const STEPS_MAX: u64 = 20_000;

/// Grounds that rest on as few of the user's lines as possible.
pub(crate) fn reduce(
    policy: &Policy,
    facts: &mut Facts,
    search: &Search,
    mut best: Grounds,
) -> Grounds {
    let mut budget = STEPS_MAX + search.steps();
    let mut attempt = |lines: Vec<usize>, facts: &mut Facts| -> Option<Grounds> {
        let mut again = Search::new(lines);
        let outcome = again.run(policy, facts, budget);
        budget = budget.saturating_sub(again.steps());
        match outcome {
            Outcome::Unsolvable(proof) => Some(grounds(policy, facts, &proof)),
            Outcome::Blocked(_) | Outcome::Fork(_) | Outcome::Solved | Outcome::OutOfSteps => None,
        }
    };
    // Fewer lines often mean a shorter proof, even if the lines are all needed.
    if best.lines().len() < search.lines().len()
        && let Some(found) = attempt(best.lines(), facts)
    {
        best = found;
    }
    for line in best.lines() {
        let lines: Vec<usize> = best
            .lines()
            .into_iter()
            .filter(|&other| other != line)
            .collect();
        if lines.len() == best.lines().len() || lines.is_empty() {
            continue;
        }
        if let Some(found) = attempt(lines, facts) {
            best = found;
        }
    }
    best
}
