//! How often somebody may try: a count for each key in a window of time, in this process's memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// So many keys are kept; beyond that, the ones whose window is over go, and then all.
const KEYS_MAX: usize = 10_000;

/// A limit of attempts.
#[derive(Debug)]
pub(crate) struct Attempts {
    count_max: u32,
    window: SignedDuration,
    keys: Mutex<HashMap<String, Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    count: u32,
}

impl Attempts {
    /// At most so many attempts in a window.
    pub(crate) fn new(count_max: u32, window: SignedDuration) -> Self {
        Self {
            count_max,
            window,
            keys: Mutex::default(),
        }
    }

    /// Counts an attempt; false when there were too many.
    pub(crate) fn count(&self, key: &str, now: Timestamp) -> bool {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_MAX {
            keys.retain(|_, window| now < window.began + self.window);
            if keys.len() >= KEYS_MAX {
                keys.clear();
            }
        }
        let new = Window {
            began: now,
            count: 0,
        };
        let window = keys.entry(key.to_owned()).or_insert(new);
        if now >= window.began + self.window {
            *window = new;
        }
        window.count = window.count.saturating_add(1);
        window.count <= self.count_max
    }

    /// Forgets the attempts of who got in.
    pub(crate) fn forget(&self, key: &str) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_for_each_key_and_window() {
        let attempts = Attempts::new(2, SignedDuration::from_mins(5));
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).expect("a time");
        let counted = [
            ("alice", 0_i64),
            ("alice", 1),
            ("alice", 2),
            ("bob", 2),
            ("alice", 299),
            ("alice", 300),
        ]
        .map(|(key, seconds)| attempts.count(key, at(seconds)));
        assert_eq!(counted, [true, true, false, true, false, true]);
        attempts.count("alice", at(301));
        attempts.forget("alice");
        assert!(attempts.count("alice", at(302)));
    }
}
