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
    /// At most so many attempts in a window; 0 for any number.
    pub(crate) fn new(count_max: u32, window: SignedDuration) -> Self {
        Self {
            count_max,
            window,
            keys: Mutex::default(),
        }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// When there were too many: how long to wait.
    pub(crate) fn count(&self, key: &str, now: Timestamp) -> Result<(), SignedDuration> {
        if self.count_max == 0 {
            return Ok(());
        }
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
        if window.count <= self.count_max {
            return Ok(());
        }
        Err((window.began + self.window).duration_since(now))
    }

    /// Whether there were as many attempts as there may be; counts none.
    ///
    /// # Errors
    /// When there were: how long to wait.
    pub(crate) fn check(&self, key: &str, now: Timestamp) -> Result<(), SignedDuration> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = keys.get(key) else {
            return Ok(());
        };
        let end = window.began + self.window;
        if self.count_max == 0 || window.count < self.count_max || now >= end {
            return Ok(());
        }
        Err(end.duration_since(now))
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
        let wait = |seconds| Err(SignedDuration::from_secs(seconds));
        let expected = [Ok(()), Ok(()), wait(298), Ok(()), wait(1), Ok(())];
        assert_eq!(counted, expected);
        assert_eq!(attempts.check("alice", at(301)), Ok(()));
        assert_eq!(attempts.count("alice", at(301)), Ok(()));
        assert_eq!(attempts.check("alice", at(302)), wait(298));
        assert_eq!(attempts.check("alice", at(600)), Ok(()));
        attempts.forget("alice");
        assert_eq!(attempts.count("alice", at(302)), Ok(()));
        let unlimited = Attempts::new(0, SignedDuration::from_mins(5));
        assert_eq!(unlimited.count("alice", at(0)), Ok(()));
        assert_eq!(unlimited.check("alice", at(0)), Ok(()));
    }
}
