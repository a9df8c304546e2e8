//! The `Authorization` header of uploads: Basic (RFC 7617), with a token or a password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tilsit_index_store::{TokenText, TokenTextError};

#[cfg(test)]
mod tests;

/// The user name that says that the password is a token.
const TOKEN_USER: &str = "__token__";
/// A longer header holds no credentials of ours.
const HEADER_MAX_BYTES: usize = 8192;

/// What a client shows to say who it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token.
    Token(TokenText),
    /// A user's name and password.
    Password {
        /// The name, unchecked.
        user: String,
        /// The password.
        password: String,
    },
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(token) => token.fmt(formatter),
            Self::Password { user, .. } => write!(formatter, "Password({user})"),
        }
    }
}

/// Why a header holds no credentials. It never repeats the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Another scheme.
    #[error("only Basic authentication is known here")]
    Scheme,
    /// Not of the form that Basic authentication has.
    #[error("the credentials are not of the form of Basic authentication")]
    Malformed,
    /// No token.
    #[error(transparent)]
    Token(#[from] TokenTextError),
}

/// Reads an `Authorization` header.
///
/// # Errors
/// When it is of another scheme, is not Basic's base64 of `user:password`, or names `__token__`
/// with something that is no token.
pub fn parse_basic(header: &[u8]) -> Result<Credentials, CredentialsError> {
    if header.len() > HEADER_MAX_BYTES {
        return Err(CredentialsError::Malformed);
    }
    let text = str::from_utf8(header).map_err(|_| CredentialsError::Malformed)?;
    let (scheme, rest) = text
        .trim()
        .split_once(' ')
        .ok_or(CredentialsError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(CredentialsError::Scheme);
    }
    let decoded = STANDARD
        .decode(rest.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(CredentialsError::Malformed)?;
    let (user, password) = decoded.split_once(':').ok_or(CredentialsError::Malformed)?;
    if user == TOKEN_USER {
        // A token is easily pasted with the end of its line.
        return Ok(Credentials::Token(password.trim().parse()?));
    }
    Ok(Credentials::Password {
        user: user.to_owned(),
        password: password.to_owned(),
    })
}
