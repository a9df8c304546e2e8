//! The launcher alone, for this crate's tests. Users have it in `tilsit` itself.

use std::process::ExitCode;

fn main() -> ExitCode {
    tilsit_sandbox::launch(std::env::args_os()).unwrap_or(ExitCode::from(2))
}
