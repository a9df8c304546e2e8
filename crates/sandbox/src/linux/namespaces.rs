//! Namespaces of one's own, in which the user is who he was.

use std::fs;

use rustix::process::{getgid, getuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, UnshareFlags, capabilities, configure_capability_in_ambient_set,
    set_capabilities,
};

use super::{Refusal, Trying as _, kernel};

/// What the first process needs: to mount, and to give up everything.
const NEEDED: [CapabilitySet; 2] = [CapabilitySet::SYS_ADMIN, CapabilitySet::SETPCAP];

/// Enters new namespaces; the next process that is started is the first of its pid namespace.
pub(crate) fn enter() -> Result<(), Refusal> {
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    let flags = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    kernel::unshare(flags).trying(|| "making a user namespace".to_owned())?;
    let files = [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("{user} {user} 1")),
        ("gid_map", format!("{group} {group} 1")),
    ];
    for (name, text) in files {
        let written = fs::write(format!("/proc/self/{name}"), text);
        written.trying(|| format!("writing {name} of the user namespace"))?;
    }
    keep_for_first_process().trying(|| "keeping the right to mount".to_owned())
}

/// A program that an ordinary user starts has no capabilities, but for the ambient ones.
fn keep_for_first_process() -> rustix::io::Result<()> {
    let now = capabilities(None)?;
    let needed = NEEDED
        .into_iter()
        .fold(CapabilitySet::empty(), |all, one| all | one);
    set_capabilities(
        None,
        CapabilitySets {
            inheritable: needed,
            ..now
        },
    )?;
    NEEDED
        .into_iter()
        .try_for_each(|one| configure_capability_in_ambient_set(one, true))
}
