//! The project's own tasks: test, ci, bench, docs, conformance data.

fn main() {}
