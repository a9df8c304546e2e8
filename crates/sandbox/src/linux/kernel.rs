//! The three system calls that need `unsafe`: none takes memory of ours but one structure, which
//! outlives the call.
#![expect(
    unsafe_code,
    reason = "no safe wrapper of these system calls exists in the crates that we use"
)]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd};

use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Leaves these namespaces of the parent for new ones.
pub(crate) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    // SAFETY: the danger is in threads that share a table of files or a file system view; the
    // launcher has one thread, and CLONE_FILES is not asked for.
    Ok(unsafe { unshare_unsafe(flags) }?)
}

/// Marks all files beyond the three standard ones as not to be inherited.
pub(crate) fn close_on_exec() -> io::Result<()> {
    // SAFETY: the call takes three numbers, and changes a flag of files that nobody here relies on.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3_u32,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
    checked(answer)
}

/// Makes a tree of mounts, given by its root, read-only and deaf to set-user-id bits.
pub(crate) fn make_read_only(root: BorrowedFd<'_>) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    let empty = CString::default();
    // SAFETY: the path is a C string, the structure has the size that is given, and both live until
    // the call returns.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            root.as_raw_fd(),
            empty.as_ptr(),
            libc::AT_EMPTY_PATH | libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    checked(answer)
}

fn checked(answer: libc::c_long) -> io::Result<()> {
    match answer {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
