//! What pipenv calls the environment of a Pipfile, so that both use one.

use std::path::Path;

use sha2::{Digest, Sha256};

/// The alphabet of base64 for URLs (RFC 4648, section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The most letters of a folder's name that are kept.
const NAME_MAX: usize = 42;

/// The name of the environment: that of the folder, and a digest of the whole path of the Pipfile.
pub fn environment_name(pipfile: &Path) -> String {
    let folder = pipfile.parent().and_then(Path::file_name);
    let folder = folder
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let plain = |letter: char| {
        if " &$`!*@\"()[]\\\r\n\t".contains(letter) {
            '_'
        } else {
            letter
        }
    };
    let name: String = folder.chars().map(plain).take(NAME_MAX).collect();
    let digest = Sha256::digest(pipfile.to_string_lossy().as_bytes());
    let bits = digest[..6]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letters = (0..8).rev().map(|place| {
        let digit = usize::try_from(bits >> (6 * place) & 63).unwrap_or_default();
        char::from(ALPHABET[digit])
    });
    format!("{name}-{}", letters.collect::<String>())
}
