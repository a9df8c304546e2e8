//! Whether a client takes gzip, and compressing a page with it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

#[cfg(test)]
mod tests;

/// Smaller pages gain nothing.
pub(crate) const WORTH_BYTES: usize = 512;

/// Whether `Accept-Encoding` names gzip (or `*`) with a weight above zero.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let mut weight = None;
    for coding in values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            let zero = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            zero.is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0))
        });
        if name.eq_ignore_ascii_case("gzip") {
            return !refused;
        }
        if name == "*" {
            weight = Some(!refused);
        }
    }
    weight.unwrap_or(false)
}

/// The bytes as a gzip stream, without a time in it: equal input gives equal output.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory takes every write")
}
