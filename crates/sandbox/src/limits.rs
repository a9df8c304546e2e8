//! What a program in a sandbox may use.

use std::time::Duration;

/// The limits. All are for everything inside together, but for the size of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run, by the clock.
    pub time: Duration,
    /// How much memory it may hold; as much again in its temporary folder.
    pub memory_bytes: u64,
    /// How many processes there may be at a time.
    pub processes: u32,
    /// How long a file may become.
    pub file_bytes: u64,
}

impl Default for Limits {
    /// An hour, 4 GiB, 512 processes, files of 8 GiB: more than builds need, less than would hurt.
    fn default() -> Self {
        Self {
            time: Duration::from_hours(1),
            memory_bytes: 4 << 30,
            processes: 512,
            file_bytes: 8 << 30,
        }
    }
}
