//! Running other programs from the root of the checkout, with their output shown.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask lies two levels below the root")
        .to_path_buf()
}

/// The running cargo, with `arguments`, in the root of the checkout.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells its path by the environment"
)]
pub(crate) fn cargo<I: IntoIterator<Item: AsRef<OsStr>>>(arguments: I) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs `command` with its output shown, and fails when it fails.
#[expect(clippy::print_stderr, reason = "a task shows what it runs")]
pub(crate) fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", show(command));
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", show(command)))?;
    ensure!(status.success(), "`{}` ended with {status}", show(command));
    Ok(())
}

/// Whether `program` can be started (it is asked for its version).
pub(crate) fn exists(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn show(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// A line for the developer, on standard output.
#[expect(clippy::print_stdout, reason = "a task tells what it found")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}
