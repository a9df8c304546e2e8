//! The `Range` header (RFC 9110, 14.2): a single range of bytes.
//!
//! A header that asks for several ranges, in another unit, or that is malformed is ignored, as the
//! standard allows: the answer is then the whole file.

use std::ops::Range;

#[cfg(test)]
mod tests;

/// What a `Range` header means for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeRequest {
    /// The whole file (status 200).
    Whole,
    /// These bytes of it (status 206); never empty.
    Part(Range<u64>),
    /// Bytes that the file does not have (status 416).
    Unsatisfiable,
}

/// Reads a `Range` header for a file of `size` bytes.
pub fn parse_range(header: &str, size: u64) -> RangeRequest {
    let Some(spec) = strip_unit(header) else {
        return RangeRequest::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else {
        return RangeRequest::Whole;
    };
    match (
        number(first),
        number(last),
        first.is_empty(),
        last.is_empty(),
    ) {
        // The last so many bytes.
        (None, Some(suffix), true, _) => {
            if suffix == 0 || size == 0 {
                RangeRequest::Unsatisfiable
            } else {
                RangeRequest::Part(size.saturating_sub(suffix)..size)
            }
        }
        (Some(first), None, _, true) => part(first, u64::MAX, size),
        (Some(first), Some(last), ..) if first <= last => part(first, last, size),
        _ => RangeRequest::Whole,
    }
}

fn strip_unit(header: &str) -> Option<&str> {
    let (unit, spec) = header.split_once('=')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some(spec)
}

/// Digits only: no sign, no space, and not more than 64 bits.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn part(first: u64, last: u64, size: u64) -> RangeRequest {
    if first >= size {
        return RangeRequest::Unsatisfiable;
    }
    RangeRequest::Part(first..last.saturating_add(1).min(size))
}
