//! Requirements and facts to a resolution, or to an explanation: a state machine without I/O.
//!
//! [`Resolver::advance`] takes answers and returns a [`Step`]: questions ([`Wants`]), the
//! [`Resolution`], or an [`Explanation`] of why there is none. Whoever drives it looks the answers
//! up, in an index, a cache or a table; [`in_memory`] does so over a table, for tests and examples:
//!
//! ```
//! use tilsit_resolver::in_memory::Index;
//!
//! let mut index = Index::new();
//! index.release("app", "1.0", &["lib>=2"]);
//! index.release("lib", "1.5", &[]);
//! index.release("lib", "2.1", &[]);
//! let resolution = index.resolve(&["app"]).expect("lib 2.1 fits");
//! assert_eq!(resolution.pins[1].version.to_string(), "2.1");
//! ```
//!
//! # Invariants
//!
//! - No I/O, no clock, no threads, no callbacks; a resolver can be cloned at any point.
//! - The outcome depends on requirements, options and answers, never on the order of answers.
//! - A resolution holds exactly what is required, and each requirement that applies is met.
//! - The solver core (`astral-pubgrub`, chosen in `docs/design/0001-solver-core.md`) is named in
//!   `package`, `candidate_set`, `priority`, `search` and `explanation` alone, and in no public
//!   type.

mod candidate_set;
mod explanation;
mod facts;
mod fork;
mod graph;
pub mod in_memory;
mod needs;
mod options;
mod package;
mod policy;
mod priority;
mod question;
mod resolution;
mod resolver;
mod scope;
mod search;

pub use explanation::{Explanation, Hint};
pub use options::{
    Origin, Preferences, PrereleaseMode, ResolutionMode, ResolverOptions, RootRequirement, Target,
    Universal,
};
pub use question::{
    Answer, Candidate, Dependencies, Metadata, Question, Release, Unusable, UrlTarget, Versions,
    Wants, Words, Yanked,
};
pub use resolution::{Dependency, Notice, Pin, RequiredBy, Requirer, Resolution};
pub use resolver::{Resolver, Step};
