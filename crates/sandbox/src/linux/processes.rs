//! The kernel's own limit of processes. Counting alone is too slow: what forks without end takes the
//! processors from who counts.
//!
//! For an ordinary user it is `RLIMIT_NPROC`, which counts in a user namespace by itself. Root is
//! exempt from that, whatever its capabilities; for it the numbers of processes run out, which each
//! pid namespace has for itself since Linux 6.14. Before, that number is the whole system's, and
//! root gets no sandbox.

use std::fs;
use std::io;

use rustix::process::{Resource, Rlimit, getuid, setrlimit};

use super::{Refusal, Trying as _};
use crate::limits::Limits;

/// The first Linux with a `pid_max` for each pid namespace.
const PID_MAX_OF_NAMESPACE: (u32, u32) = (6, 14);

/// The kernel gives out no number below this a second time.
const RESERVED: u32 = 300;

/// Sets the limit. `/proc` must be that of the new pid namespace, and still writable.
pub(crate) fn limit(limits: &Limits) -> Result<(), Refusal> {
    // A few more than are allowed, so that who counts sees the limit exceeded and can say so.
    let limit = Some(u64::from(limits.processes) + 16);
    let limit = Rlimit {
        current: limit,
        maximum: limit,
    };
    setrlimit(Resource::Nproc, limit).trying(|| "limiting processes".to_owned())?;
    if !getuid().is_root() {
        return Ok(());
    }
    let release = rustix::system::uname();
    let release = release.release().to_string_lossy();
    if version(&release).is_none_or(|version| version < PID_MAX_OF_NAMESPACE) {
        let words = format!("Linux {release} cannot limit the processes of root; use another user");
        return Err(io::Error::other(words)).trying(|| "limiting processes".to_owned());
    }
    let numbers = RESERVED.saturating_add(limits.processes).saturating_add(1);
    fs::write("/proc/sys/kernel/pid_max", numbers.to_string())
        .trying(|| "limiting the numbers of processes".to_owned())
}

/// The first two numbers of a release such as `6.18.44-amd64`.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_as_numbers() {
        assert_eq!(version("6.18.44-fc-v657"), Some((6, 18)));
        assert_eq!(version("6.9"), Some((6, 9)));
        assert!(version("6.9").unwrap() < PID_MAX_OF_NAMESPACE);
        assert_eq!(version("6.14.0-rc1"), Some(PID_MAX_OF_NAMESPACE));
        assert_eq!(version("odd"), None);
    }
}
