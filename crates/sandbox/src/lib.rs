//! A program of strangers runs and can do no harm: a build backend, a `setup.py`.
//!
//! [`Sandbox::command()`] turns a [`Command`](std::process::Command) into one that does the same inside:
//!
//! - user, mount, pid, network, ipc, host name and cgroup namespaces of its own: no network (the
//!   loopback device is down), no process but its own can be seen, and all of them end with it;
//! - every file system is read-only but the folders that the caller names; `/tmp` and the home are
//!   empty folders in memory, the user's home, `/run` and the secrets in `/etc` are not there, `/dev`
//!   has six devices;
//! - no privileges, and none to be had: no capability, not even those of its own namespaces,
//!   `no_new_privs`, a filter of system calls (seccomp);
//! - no variables but those that the caller names and [`ALLOWED_VARIABLES`];
//! - limits of time, memory, processes and the size of a file ([`Limits`]).
//!
//! How: the program itself is started again as the *launcher* ([`launch()`], called first thing in
//! `main`), because namespaces are entered by a process with one thread. The launcher makes the
//! namespaces and starts itself once more as their first process, which mounts, gives up its rights,
//! starts the program, watches it, and ends; with it ends everything inside.
//!
//! Where the kernel refuses, nothing is run: [`Outcome::Refused`].
//!
//! # On disk
//!
//! | file | written and read by |
//! |---|---|
//! | a report in a folder of the caller's, out of reach from inside | [`Outcome`] |
//!
//! What it does not do: hide what others may read in the file system outside the home, limit the
//! disk space in the folders that may be written, keep secrets from a build that has them in its own
//! source tree.

pub mod limits;
pub mod outcome;
pub mod sandbox;

mod plan;
mod visible;

#[cfg(target_os = "linux")]
mod linux;

pub use limits::Limits;
pub use outcome::{Limit, Outcome};
pub use sandbox::{ALLOWED_PREFIXES, ALLOWED_VARIABLES, Sandbox};

/// Whether this system can have sandboxes at all.
pub const IS_SUPPORTED: bool = cfg!(target_os = "linux");

/// What a `main` calls before anything else, with its own arguments: when they are those of a
/// launcher, it does the launcher's work and returns the exit code; else none.
///
/// It must be called while the process has one thread.
#[must_use]
pub fn launch(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Option<std::process::ExitCode> {
    #[cfg(target_os = "linux")]
    return linux::launch(&mut arguments.into_iter().skip(1));
    #[cfg(not(target_os = "linux"))]
    {
        drop(arguments);
        None
    }
}
