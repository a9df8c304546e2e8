//! Random secrets that a browser or a link holds: sessions and invitations. The database keeps
//! their hashes, so that who reads it cannot use them.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::StoreError;

const SECRET_BYTES: usize = 32;
const SECRET_CHARACTERS: usize = 43;

/// 256 random bits as 43 characters of base64url. `Debug` hides them; `Display` shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

/// A text that is no secret of ours. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not 43 letters, digits, `-` or `_`")]
pub struct SecretError;

impl Secret {
    /// A new random secret.
    pub(crate) fn generate() -> Result<Self, StoreError> {
        let mut bytes = [0_u8; SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// What the database keeps of it.
    pub(crate) fn sha256(&self) -> String {
        self.hash_for("")
    }

    /// A text that only who has the secret can know, for one use of it: such as a form's proof
    /// that it comes from the page that the holder was shown.
    pub fn derived(&self, purpose: &str) -> String {
        self.hash_for(purpose)
    }

    fn hash_for(&self, purpose: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(purpose.as_bytes());
        // No purpose holds this byte.
        hasher.update([0]);
        hasher.update(self.0.as_bytes());
        URL_SAFE_NO_PAD.encode(hasher.finalize())
    }
}

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() == SECRET_CHARACTERS && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(SecretError)
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_from_its_text_and_hides_in_debug() {
        let secret = Secret::generate().expect("random bytes");
        let text = secret.to_string();
        assert_eq!(text.parse::<Secret>().as_ref(), Ok(&secret));
        assert!(!format!("{secret:?}").contains(&text[..8]));
        assert_ne!(secret.derived("form"), secret.sha256());
        assert_eq!(secret.derived("form"), secret.derived("form"));
        for bad in [
            "",
            "short",
            &format!("{}=", &text[1..]),
            &format!("{text}A"),
        ] {
            assert_eq!(bad.parse::<Secret>(), Err(SecretError), "{bad}");
        }
    }
}
