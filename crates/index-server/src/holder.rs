//! Who acts by a program: the `Authorization` header of a request that is good for nobody.
//!
//! Readers are looked up elsewhere (`access.rs`), where reading may be public and answers are
//! remembered. Here each request is looked up anew: what acts must not outlive its revocation.

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use tilsit_index_store::{AuthenticatedToken, TokenPermission, TokenScope};

use crate::access;
use crate::application::Application;
use crate::credentials::{Credentials, parse_basic};
use crate::response::{Failure, Refusal};

/// Somebody whom credentials were found to be of.
pub(crate) struct Holder {
    /// Who, and what the credentials are good for.
    pub(crate) who: AuthenticatedToken,
    /// The prefix of the token; none for a password.
    pub(crate) token: Option<String>,
}

/// Finds out whose credentials a request shows; attempts with a password are counted. `what` needs
/// them, in the plural.
pub(crate) async fn identify(
    application: &Application,
    headers: &HeaderMap,
    what: &str,
) -> Result<Holder, Failure> {
    let header = headers.get(AUTHORIZATION).ok_or_else(|| {
        unknown(&format!(
            "{what} need credentials: the user `__token__` with an API token as password, \
             or a user name with its password"
        ))
    })?;
    let credentials =
        parse_basic(header.as_bytes()).map_err(|error| unknown(&error.to_string()))?;
    match credentials {
        Credentials::Token(token) => {
            let found = application
                .store
                .authenticate(&token, application.now())
                .await?;
            Ok(Holder {
                who: found.ok_or_else(|| unknown("the token is unknown, revoked or expired"))?,
                token: Some(token.prefix().to_owned()),
            })
        }
        Credentials::Password {
            user: name,
            password,
        } => {
            let found = access::sign_in(application, &name, &password).await?;
            let user = found.ok_or_else(|| unknown("the user name or the password is wrong"))?;
            Ok(Holder {
                who: AuthenticatedToken {
                    user,
                    user_name: name,
                    scope: TokenScope::User,
                    permission: TokenPermission::Publish,
                },
                token: None,
            })
        }
    }
}

fn unknown(text: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, text)
}
