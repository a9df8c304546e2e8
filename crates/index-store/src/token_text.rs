//! The text of an API token: `tlst-`, a public look-up part, a secret part.
//!
//! `tlst-` is followed by 12 characters that the database looks the token up by and that may be
//! shown, and by 43 characters that hold 256 random bits. Both are base64url without padding. A
//! fixed form lets leaked tokens be found by a pattern: `tlst-[A-Za-z0-9_-]{55}`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use sha2::{Digest, Sha256};
use tilsit_simple_api::Sha256Digest;

use crate::error::StoreError;

/// What every token begins with.
const START: &str = "tlst-";
const PREFIX_BYTES: usize = 9;
const PREFIX_CHARACTERS: usize = 12;
const SECRET_BYTES: usize = 32;
const SECRET_CHARACTERS: usize = 43;

/// A token as the user holds it. `Debug` hides the secret; `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(Box<str>);

/// A text that is no token of ours. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not of the form `tlst-` and 55 letters, digits, `-` or `_`")]
pub struct TokenTextError;

impl TokenText {
    /// A new random token.
    pub(crate) fn generate() -> Result<Self, StoreError> {
        let mut bytes = [0_u8; PREFIX_BYTES + SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        let prefix = URL_SAFE_NO_PAD.encode(&bytes[..PREFIX_BYTES]);
        let secret = URL_SAFE_NO_PAD.encode(&bytes[PREFIX_BYTES..]);
        Ok(Self(format!("{START}{prefix}{secret}").into()))
    }

    /// The part that the token is looked up by and may be recognised by.
    pub fn prefix(&self) -> &str {
        &self.0[START.len()..START.len() + PREFIX_CHARACTERS]
    }

    /// What the database keeps of the whole token.
    pub(crate) fn sha256(&self) -> Sha256Digest {
        Sha256Digest(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl FromStr for TokenText {
    type Err = TokenTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix(START).ok_or(TokenTextError)?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if rest.len() != PREFIX_CHARACTERS + SECRET_CHARACTERS || !rest.bytes().all(allowed) {
            return Err(TokenTextError);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for TokenText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenText({START}{}…)", self.prefix())
    }
}

#[cfg(test)]
mod tests;
