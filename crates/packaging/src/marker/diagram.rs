//! The nodes of decision diagrams, and their interning.
//!
//! Interned nodes live as long as the process: markers are `Copy` and read without a lock. What is
//! made of one text is limited by the parser ([`super::parse`]) and the builder
//! ([`super::algebra`]).

use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashSet;

use super::{Marker, MarkerVariable};
use crate::range::Cut;
use crate::specifier::Operator;

/// A node: an answer, or a question with its branches.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Answer(bool),
    Question(Question),
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) key: Key,
    pub(super) branches: Branches,
}

/// What is asked. The derived order is the order of questions along every path: first for the
/// value of a variable, then for what else is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) variable: MarkerVariable,
    /// `None` asks for the value, and branches on it.
    pub(super) test: Option<Test>,
}

/// A property of the value of a variable, or (for extras and groups) of the set of wanted names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Test {
    /// It is this text (for extras and groups: this name is wanted).
    Equals(Box<str>),
    /// It is this text in any case: `===`.
    EqualsAnyCase(Box<str>),
    /// It is part of this text: `variable in "text"`.
    Within(Box<str>),
    /// This text is part of it: `"text" in variable`.
    Contains(Box<str>),
    /// It makes a specifier that contains this text: `"text" < variable`.
    Reversed(Operator, Box<str>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Branches {
    /// By version: what holds below the first cut, then from each cut on.
    Versions {
        first: Marker,
        rest: Box<[(Cut, Marker)]>,
        /// What holds for a value that is no version; `FALSE` for Python, which always is one.
        otherwise: Marker,
    },
    /// By text: what holds for each of these values, in their order, and for all others.
    Texts {
        cases: Box<[(Box<str>, Marker)]>,
        otherwise: Marker,
    },
    /// By the outcome of a test.
    Test { holds: Marker, fails: Marker },
}

pub(super) static TRUE_NODE: Node = Node::Answer(true);
pub(super) static FALSE_NODE: Node = Node::Answer(false);

static QUESTIONS: LazyLock<Mutex<FxHashSet<&'static Node>>> = LazyLock::new(Mutex::default);

/// The one marker for this question. The branches must not all be the same.
pub(super) fn intern(question: Question) -> Marker {
    let node = Node::Question(question);
    // A panic between lock and unlock cannot leave the set half changed.
    let mut questions = QUESTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = questions.get(&node) {
        return Marker(found);
    }
    let node: &'static Node = Box::leak(Box::new(node));
    questions.insert(node);
    Marker(node)
}

impl Marker {
    pub(super) fn question(self) -> Option<&'static Question> {
        match self.0 {
            Node::Answer(_) => None,
            Node::Question(question) => Some(question),
        }
    }
}

impl Branches {
    /// All markers that a branch leads to.
    pub(super) fn targets(&self) -> Vec<Marker> {
        match self {
            Branches::Versions {
                first,
                rest,
                otherwise,
            } => [*first, *otherwise]
                .into_iter()
                .chain(rest.iter().map(|(_, target)| *target))
                .collect(),
            Branches::Texts { cases, otherwise } => cases
                .iter()
                .map(|(_, target)| *target)
                .chain([*otherwise])
                .collect(),
            Branches::Test { holds, fails } => vec![*holds, *fails],
        }
    }
}
