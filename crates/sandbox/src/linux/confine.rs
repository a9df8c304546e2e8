//! What a process gives up for itself and all that it starts.

use std::collections::BTreeMap;
use std::io;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit, setsid,
};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::{Refusal, Trying as _};
use crate::limits::Limits;

/// System calls that no build needs, and that have let programs out of sandboxes or into other
/// processes.
const FORBIDDEN: [libc::c_long; 32] = [
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_request_key,
    libc::SYS_setns,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
];

/// System calls that are said not to exist, so that programs do without: memory that is in no
/// process's account, and a way to start processes whose arguments a filter cannot see.
const ABSENT: [libc::c_long; 4] = [
    libc::SYS_clone3,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
];

/// The capabilities that there may be.
const CAPABILITIES: u32 = 64;

/// Ends this process when the one that started it ends, and parts it from the terminal.
pub(crate) fn end_with_parent() -> Result<(), Refusal> {
    let ends = set_parent_process_death_signal(Some(Signal::KILL));
    ends.trying(|| "ending with the launcher".to_owned())?;
    setsid()
        .trying(|| "leaving the terminal".to_owned())
        .map(drop)
}

/// Gives up every right that a program in the sandbox must not have.
pub(crate) fn give_up_rights(limits: &Limits) -> Result<(), Refusal> {
    set_limits(limits).trying(|| "setting limits".to_owned())?;
    drop_capabilities().trying(|| "giving up capabilities".to_owned())?;
    set_no_new_privs(true).trying(|| "giving up new privileges".to_owned())?;
    filter().trying(|| "filtering system calls".to_owned())?;
    // What this process holds open, the report, is nobody else's.
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    hidden.trying(|| "hiding the first process".to_owned())
}

fn set_limits(limits: &Limits) -> rustix::io::Result<()> {
    let limits = [(Resource::Core, 0), (Resource::Fsize, limits.file_bytes)];
    limits.into_iter().try_for_each(|(resource, limit)| {
        let limit = Some(limit);
        setrlimit(
            resource,
            Rlimit {
                current: limit,
                maximum: limit,
            },
        )
    })
}

fn drop_capabilities() -> rustix::io::Result<()> {
    for number in 0..CAPABILITIES {
        let one = CapabilitySet::from_bits_retain(1 << number);
        match remove_capability_from_bounding_set(one) {
            // The kernel does not know so many.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => return Err(error),
        }
    }
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    )
}

/// Filters system calls, on machines for which the filter can be written.
fn filter() -> io::Result<()> {
    let Ok(machine) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(());
    };
    let mut forbidden: BTreeMap<i64, Vec<SeccompRule>> = every_call(&FORBIDDEN);
    forbidden.insert(libc::SYS_clone, vec![new_user_namespace()?]);
    apply(forbidden, libc::EPERM, machine)?;
    apply(every_call(&ABSENT), libc::ENOSYS, machine)
}

fn every_call(calls: &[libc::c_long]) -> BTreeMap<i64, Vec<SeccompRule>> {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}

/// A process in a user namespace of its own would have rights there.
fn new_user_namespace() -> io::Result<SeccompRule> {
    let flag = u64::try_from(libc::CLONE_NEWUSER).map_err(io::Error::other)?;
    let condition = SeccompCondition::new(
        0,
        SeccompCmpArgLen::Dword,
        SeccompCmpOp::MaskedEq(flag),
        flag,
    );
    let condition = condition.map_err(io::Error::other)?;
    SeccompRule::new(vec![condition]).map_err(io::Error::other)
}

fn apply(
    calls: BTreeMap<i64, Vec<SeccompRule>>,
    error: i32,
    machine: TargetArch,
) -> io::Result<()> {
    let answer = SeccompAction::Errno(error.unsigned_abs());
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, answer, machine);
    let program = BpfProgram::try_from(filter.map_err(io::Error::other)?);
    seccompiler::apply_filter(&program.map_err(io::Error::other)?).map_err(io::Error::other)
}
