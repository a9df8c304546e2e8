//! Links the program at a fixed address where that makes it start faster.
//!
//! ARCHITECTURE.md ("Choices") weighs it. `TILSIT_PIE=1` leaves the program
//! position-independent, for packagers whose policy asks for that. It does nothing for other
//! systems, and nothing for libraries and tests.

#![expect(
    clippy::disallowed_methods,
    reason = "variables are how cargo tells a build script what to do"
)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=TILSIT_PIE");
    let is = |variable: &str, value: &str| std::env::var(variable).is_ok_and(|set| set == value);
    let linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if linux && !is("TILSIT_PIE", "1") {
        println!("cargo::rustc-link-arg-bin=tilsit=-no-pie");
    }
}
