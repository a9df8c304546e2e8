//! Processes on Windows: only the child itself can be ended.

use std::process::{Child, Command};

/// What stands between the folders of PATH.
pub(crate) const PATH_SEPARATOR: &str = ";";

pub(crate) fn in_own_group(_command: &mut Command) {}

/// Ends the child.
pub(crate) fn kill_group(child: &mut Child) {
    // Best effort: it may have ended by itself.
    let _ = child.kill();
}
