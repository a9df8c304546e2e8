//! Processes on Unix: a group of their own, so that all that a build started can be ended.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, kill_process_group};

/// What stands between the folders of PATH.
pub(crate) const PATH_SEPARATOR: &str = ":";

pub(crate) fn in_own_group(command: &mut Command) {
    command.process_group(0);
}

/// Ends the child and all processes of its group.
pub(crate) fn kill_group(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let ended = group.is_some_and(|group| kill_process_group(group, Signal::KILL).is_ok());
    if !ended {
        // Best effort: the child at least.
        let _ = child.kill();
    }
}
