//! The resolver as its users see it: over indexes in memory.

mod backtracking;
mod behaviour;
mod packse;
mod scenario;
mod universe;
