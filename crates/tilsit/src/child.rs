//! Handing over to a program of the user: its standard streams are ours, Ctrl-C is its own, and
//! its exit code is the command's.

use std::io::IsTerminal as _;
use std::process::{Command, ExitStatus, Stdio};

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;

/// Runs the program to its end and gives its exit code, 128 and the signal's number when a signal
/// ended it.
///
/// On Unix the program takes the place of this one, so that signals reach it as if the user had
/// started it, and this function returns only when it could not be started. With `--json` it is a
/// child whose standard output goes to standard error, so that the envelope stands alone; with
/// `--no-cache` it is a child too, so that what was made for it can be removed.
///
/// # Errors
/// When the program cannot be started.
pub(crate) fn run(command: &mut Command, context: &Context) -> Result<u8, CommandError> {
    #[cfg(unix)]
    if !context.terminal.json() && !context.has_passing_cache() {
        use std::os::unix::process::CommandExt;
        context.terminal.clear();
        let error = command.exec();
        return Err(not_started(command, &error));
    }
    wait(command, context)
}

/// The same, and goes on afterwards: the program is always a child.
///
/// # Errors
/// When the program cannot be started.
pub(crate) fn wait(command: &mut Command, context: &Context) -> Result<u8, CommandError> {
    context.terminal.clear();
    if context.terminal.json() {
        command.stdout(Stdio::from(std::io::stderr()));
    }
    context.interrupt.leave_to_child();
    let mut child = command
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    context.interrupt.pass_on_to(child.id());
    let status = child.wait();
    context.interrupt.pass_on_to(0);
    Ok(exit_code(
        status.map_err(|error| not_started(command, &error))?,
    ))
}

fn not_started(command: &Command, error: &std::io::Error) -> CommandError {
    let name = command.get_program().to_string_lossy();
    CommandError::new(
        Code::ProgramNotStarted,
        format!("the program `{name}` cannot be started"),
    )
    .caused_by(error.to_string())
}

/// Hands a wish to stop on to a child. A terminal tells all its programs of Ctrl-C; without one, who
/// ends this program means the child.
pub(crate) fn stop(child: u32) {
    let has_terminal = std::io::stdin().is_terminal() || std::io::stderr().is_terminal();
    #[cfg(unix)]
    if !has_terminal
        && let Ok(id) = i32::try_from(child)
        && let Some(id) = rustix::process::Pid::from_raw(id)
    {
        // One that has ended meanwhile needs no signal.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
    #[cfg(not(unix))]
    let _ = (child, has_terminal);
}

/// The exit code of a program that ended.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return 128_u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX));
        }
    }
    let code = status.code().unwrap_or(1);
    // Windows has exit codes that do not fit; they are failures all the same.
    u8::try_from(code).unwrap_or(u8::MAX)
}
