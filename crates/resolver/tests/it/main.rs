//! The resolver as its users see it: over indexes in memory.

mod backtracking;
mod behaviour;
mod environments;
mod explanations;
mod packse;
mod scenario;
mod universal;
mod universe;
