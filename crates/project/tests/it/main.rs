//! Locks of projects over indexes in memory: what they select is what each environment needs.

// The same scenarios and environments as the resolver's own tests; not all of their functions are
// used here.
#[allow(dead_code, reason = "shared with the resolver's tests")]
#[path = "../../../resolver/tests/it/environments.rs"]
mod environments;
mod making;
mod packse;
mod random;
#[allow(dead_code, reason = "shared with the resolver's tests")]
#[path = "../../../resolver/tests/it/scenario.rs"]
mod scenario;
