//! Conditional requests (RFC 9110, 13.1.2): whether the client has the current bytes already.

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

#[cfg(test)]
mod tests;

/// Whether the `If-None-Match` headers name this entity tag, so that the answer is 304.
pub(crate) fn is_current(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| if_none_match_names(value, etag))
}

/// Whether one `If-None-Match` header names an entity tag; `etag` with its quotes. The comparison
/// is the weak one, as the standard demands here.
pub fn if_none_match_names(header: &str, etag: &str) -> bool {
    if header.trim() == "*" {
        return true;
    }
    // No entity tag of ours has a comma in it, so cutting at commas finds each of them.
    header.split(',').any(|named| {
        let named = named.trim();
        named.strip_prefix("W/").unwrap_or(named) == etag
    })
}
