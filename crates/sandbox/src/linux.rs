//! The launcher: outside, it makes the namespaces; inside, it is their first process.

mod confine;
mod kernel;
mod mounts;
mod namespaces;
mod processes;
mod watch;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitCode, Stdio};

use crate::outcome::Outcome;
use crate::plan::{INSIDE, OUTSIDE, Plan};

/// The exit code of a launcher that did not run the program.
const REFUSED: u8 = 125;

/// More than the first process ever tells.
const LINE_MAX_BYTES: u64 = 1 << 16;

/// Something that the kernel refused, in words.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {source}")]
pub(crate) struct Refusal {
    what: String,
    source: io::Error,
}

/// Names what was tried when it fails.
pub(crate) trait Trying<T> {
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, Refusal>;
}

impl<T, E: Into<io::Error>> Trying<T> for Result<T, E> {
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, Refusal> {
        self.map_err(|source| Refusal {
            what: what(),
            source: source.into(),
        })
    }
}

pub(crate) fn launch(arguments: &mut dyn Iterator<Item = OsString>) -> Option<ExitCode> {
    let first = arguments.next()?;
    let role = if first == OUTSIDE {
        outside
    } else if first == INSIDE {
        inside
    } else {
        return None;
    };
    let plan = Plan::of_arguments(arguments);
    let code = plan.and_then(|plan| role(&plan).ok());
    Some(ExitCode::from(code.unwrap_or(REFUSED)))
}

/// Makes the namespaces and waits for their end; writes the report, which the first process tells.
fn outside(plan: &Plan) -> io::Result<u8> {
    let mut report = File::options().append(true).open(&plan.report)?;
    let (line, code) = match start_first_process(plan).and_then(finish) {
        Ok(ended) => ended,
        Err(refusal) => (refused(&refusal), REFUSED),
    };
    report.write_all(line.as_bytes())?;
    Ok(code)
}

fn refused(refusal: &Refusal) -> String {
    Outcome::Refused(refusal.to_string()).to_line()
}

fn start_first_process(plan: &Plan) -> Result<(Child, UnixStream), Refusal> {
    kernel::close_on_exec().trying(|| "closing inherited files".to_owned())?;
    namespaces::enter()?;
    let starting = || "starting the first process".to_owned();
    let (ours, theirs) = UnixStream::pair().trying(starting)?;
    let child = Command::new("/proc/self/exe")
        .arg(INSIDE)
        .args(plan.to_arguments())
        .stdin(OwnedFd::from(theirs))
        .spawn()
        .trying(starting)?;
    Ok((child, ours))
}

/// Lets the first process begin, and hears what it tells at its end.
fn finish((mut first, mut talk): (Child, UnixStream)) -> Result<(String, u8), Refusal> {
    let talking = || "talking to the first process".to_owned();
    talk.write_all(b".").trying(talking)?;
    let mut line = String::new();
    talk.take(LINE_MAX_BYTES)
        .read_to_string(&mut line)
        .trying(talking)?;
    let status = first.wait();
    let status = status.trying(|| "waiting for the first process".to_owned())?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok((line, code.unwrap_or(REFUSED)))
}

/// Makes the sandbox around itself, runs the program in it and watches it.
fn inside(plan: &Plan) -> io::Result<u8> {
    let mut talk = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (line, code) = match run(plan, &mut talk) {
        Ok((outcome, code)) => (outcome.to_line(), code),
        Err(refusal) => (refused(&refusal), REFUSED),
    };
    talk.write_all(line.as_bytes())?;
    Ok(code)
}

fn run(plan: &Plan, talk: &mut UnixStream) -> Result<(Outcome, u8), Refusal> {
    confine::end_with_parent()?;
    // It goes on when it knows that it would end with the launcher.
    let heard = talk.read_exact(&mut [0]);
    heard.trying(|| "hearing from the launcher".to_owned())?;
    mounts::arrange(plan)?;
    confine::give_up_rights(&plan.limits)?;
    let (program, arguments) = plan.command.split_first().unwrap_or_else(|| unreachable!());
    let child = Command::new(program)
        .args(arguments)
        .current_dir(&plan.folder)
        .stdin(Stdio::null())
        .spawn()
        .trying(|| format!("starting `{}`", program.display()))?;
    watch::until_end(&child, &plan.limits)
}
