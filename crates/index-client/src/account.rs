//! The tokens of an account (`/api/v1/token`, `/api/v1/tokens` of an index of ours), and whether any
//! other index takes a credential.
//!
//! Each request here is sent as the one who is named, whatever else the client knows for the URL, and
//! follows no redirect: an answer from elsewhere would not be about the index that was asked.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Body, Method, StatusCode};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::tokens::{AnswerError, CredentialAbout, MadeToken, TokenList, TokenWish};
use url::Url;

use crate::client::{IndexClient, Parts};
use crate::credentials::Credential;
use crate::error::HttpError;
use crate::redacted::RedactedUrl;

/// The largest answer that is read: thousands of tokens.
const ANSWER_MAX_BYTES: u64 = 4 << 20;

/// Why nothing was learned or changed of an account.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The index cannot be reached, or refuses.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer cannot be read.
    #[error("the answer of `{url}` cannot be read: {source}")]
    Answer {
        /// Where the answer came from.
        url: RedactedUrl,
        /// Why.
        source: AnswerError,
    },
}

/// What an index of any kind says to a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It takes it where it takes nobody without.
    Accepted,
    /// It answers everybody, so that nothing was learned.
    Public,
    /// It has no such page, or one that leads elsewhere: nothing was learned.
    Unknown,
}

/// Something to ask an account about.
struct Question {
    method: Method,
    url: Url,
    credential: Credential,
    body: Option<Vec<u8>>,
}

impl IndexClient {
    /// Whether the index around a place keeps tokens for programs. Shows it no credential.
    ///
    /// # Errors
    /// When it cannot be reached, or fails.
    pub fn keeps_tokens(&self, place: &Url) -> Result<bool, HttpError> {
        let (parts, url) = (self.parts(), below(place, "api/v1/token"));
        self.wait(async move {
            let what = (Method::GET, &url);
            let transport = &parts.transport;
            let answer = transport.answer_to(None, what, headers(), None).await?;
            let status = answer.response.status();
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                return Err(transport.status_error(answer, false).await);
            }
            Ok(status == StatusCode::UNAUTHORIZED && answer.is_problem())
        })?
    }

    /// What a credential is good for at the index around a place: for uploads to `project`, if one is
    /// named, else to any.
    ///
    /// # Errors
    /// When the index cannot be reached, does not take the credential, or answers with something else.
    pub fn about_credential(
        &self,
        place: &Url,
        credential: &Credential,
        project: Option<&ProjectName>,
    ) -> Result<CredentialAbout, AccountError> {
        let mut url = below(place, "api/v1/token");
        if let Some(project) = project {
            url.query_pairs_mut()
                .append_pair("project", project.as_str());
        }
        let answer = self.ask(Method::GET, &url, credential, None)?;
        read(&url, CredentialAbout::from_json(&answer))
    }

    /// Makes a token. It is tried once: a second try could make a second one.
    ///
    /// # Errors
    /// As [`IndexClient::about_credential`].
    pub fn make_token(
        &self,
        place: &Url,
        credential: &Credential,
        wish: &TokenWish,
    ) -> Result<MadeToken, AccountError> {
        let url = below(place, "api/v1/tokens");
        let body = serde_json::to_vec(wish).expect("a wish is plain data");
        let answer = self.ask(Method::POST, &url, credential, Some(body))?;
        read(&url, MadeToken::from_json(&answer))
    }

    /// The tokens of the account.
    ///
    /// # Errors
    /// As [`IndexClient::about_credential`].
    pub fn list_tokens(
        &self,
        place: &Url,
        credential: &Credential,
    ) -> Result<TokenList, AccountError> {
        let url = below(place, "api/v1/tokens");
        let answer = self.ask(Method::GET, &url, credential, None)?;
        read(&url, TokenList::from_json(&answer))
    }

    /// Revokes a token of the account by its id.
    ///
    /// # Errors
    /// As [`IndexClient::about_credential`]; [`HttpError::NotFound`] when the account has no such
    /// token.
    pub fn revoke_token(
        &self,
        place: &Url,
        credential: &Credential,
        id: &str,
    ) -> Result<(), AccountError> {
        let mut url = below(place, "api/v1/tokens");
        if let Ok(mut steps) = url.path_segments_mut() {
            steps.push(id);
        }
        self.ask(Method::DELETE, &url, credential, None)?;
        Ok(())
    }

    /// Whether an index of any kind takes a credential at a URL of it; it is first asked as nobody.
    ///
    /// # Errors
    /// When it cannot be reached, or refuses the credential.
    pub fn try_credential(&self, url: &Url, credential: &Credential) -> Result<Verdict, HttpError> {
        let (parts, url, credential) = (self.parts(), url.clone(), credential.clone());
        self.wait(async move {
            let transport = &parts.transport;
            let open = transport
                .answer_to(None, (Method::GET, &url), headers(), None)
                .await?;
            match open.response.status() {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {}
                status if status.is_success() => return Ok(Verdict::Public),
                _ => return Ok(Verdict::Unknown),
            }
            drop(open);
            let answer = transport
                .send_as(Some(&credential), (Method::GET, &url), headers(), None)
                .await;
            match answer {
                Ok(answer) if answer.response.status().is_success() => Ok(Verdict::Accepted),
                Err(error) if error.is_credentials() => Err(error),
                Ok(_) | Err(HttpError::NotFound { .. } | HttpError::Status { .. }) => {
                    Ok(Verdict::Unknown)
                }
                Err(error) => Err(error),
            }
        })?
    }

    fn ask(
        &self,
        method: Method,
        url: &Url,
        credential: &Credential,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, HttpError> {
        let (parts, credential) = (self.parts(), credential.clone());
        let question = Question {
            method,
            url: url.clone(),
            credential,
            body,
        };
        self.wait(async move { question.answered(&parts).await })?
    }
}

impl Question {
    /// Asks, and again after a fault of the way, as far as that does no harm.
    async fn answered(&self, parts: &Parts) -> Result<Vec<u8>, HttpError> {
        let mut attempt = 0;
        loop {
            match self.asked_once(parts).await {
                Ok(body) => return Ok(body),
                Err(error) if self.may_repeat(&error) => {
                    parts
                        .transport
                        .before_retry(&mut attempt, error, &self.url)
                        .await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A refusal is final, also for a while; and what makes something is sent a second time only when
    /// it cannot have arrived.
    fn may_repeat(&self, error: &HttpError) -> bool {
        match error {
            HttpError::Connect { .. } => true,
            HttpError::Timeout { .. } | HttpError::Broken { .. } => self.method != Method::POST,
            _ => false,
        }
    }

    async fn asked_once(&self, parts: &Parts) -> Result<Vec<u8>, HttpError> {
        let (mut headers, url) = (headers(), &self.url);
        let body = self.body.clone().map(Body::from);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let what = (self.method.clone(), url);
        let answer = parts
            .transport
            .send_as(Some(&self.credential), what, headers, body)
            .await?;
        if !answer.response.status().is_success() {
            let reason = "a question about an account, which is about this index alone".to_owned();
            let url = RedactedUrl::from(url);
            return Err(HttpError::Redirect { url, reason });
        }
        answer.bounded_body(ANSWER_MAX_BYTES).await
    }
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json, */*")),
        (ACCEPT_ENCODING, HeaderValue::from_static("identity")),
    ])
}

/// A path below a place, whose own path ends with a slash.
fn below(place: &Url, path: &str) -> Url {
    let mut url = place.clone();
    url.set_path(&format!("{}{path}", place.path()));
    url
}

fn read<T>(url: &Url, answer: Result<T, AnswerError>) -> Result<T, AccountError> {
    answer.map_err(|source| AccountError::Answer {
        url: RedactedUrl::from(url),
        source,
    })
}
