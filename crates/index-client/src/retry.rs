//! When a request is tried again, and after how long.

use std::time::Duration;

use jiff::Timestamp;

use crate::options::Timeouts;

/// The pause before the repetition number `attempt` (from 0): doubled each time, a little less or
/// more for each URL so that many requests do not come back at one moment; at least what the server
/// asked for; never more than the limit.
pub(crate) fn pause(
    timeouts: &Timeouts,
    attempt: u32,
    asked: Option<Duration>,
    seed: &str,
) -> Duration {
    let doubled = timeouts.first_retry.saturating_mul(1 << attempt.min(10));
    // FNV-1a over URL and attempt: spreading, not secrecy, is what is wanted of it.
    let start = 0xcbf2_9ce4_8422_2325 ^ u64::from(attempt);
    let hash = seed.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let share = u32::try_from(hash >> 32 & 0xff).expect("eight bits fit");
    let spread = doubled / 4 * 3 + doubled / 512 * share;
    spread
        .max(asked.unwrap_or_default())
        .min(timeouts.longest_retry)
}

/// Reads a `Retry-After` header (RFC 9110, 10.2.3): seconds, or a date.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)));
    }
    let seconds = http_date(header)?.duration_since(now).as_secs();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// Reads an HTTP date in its one form that is still written (RFC 9110, 5.6.7).
pub(crate) fn http_date(header: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(header.trim())
        .ok()
}

#[cfg(test)]
mod tests;
