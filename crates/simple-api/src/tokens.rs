//! API tokens of an index as JSON, for the program that asks and the index that answers:
//! `/api/v1/token` (what the credentials shown are good for) and `/api/v1/tokens` (those of an
//! account); and how both say that something is wrong ([`Problem`], RFC 9457).
//!
//! No PEP describes these. Names are in kebab case and unknown keys of an answer are ignored, as in
//! the Simple API's JSON; unknown keys of a request are refused, since what is not understood could
//! have been a restriction.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tilsit_packaging::name::ProjectName;

/// What a token allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Reading what is not public.
    Read,
    /// Uploads as well.
    #[default]
    Publish,
}

impl Permission {
    /// As JSON and pages write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
        }
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenAbout {
    /// What names it: the 12 characters behind `tlst-`, which are no secret.
    pub id: String,
    /// What its user calls it.
    pub description: String,
    /// The projects that it is for; none for all that its user may do.
    pub projects: Option<Vec<ProjectName>>,
    /// What it allows.
    pub permission: Permission,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends; none for never.
    pub expires: Option<Timestamp>,
}

/// The answer of `GET /api/v1/token`: what the credentials shown are good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CredentialAbout {
    /// Whose they are.
    pub user: String,
    /// The token; none for a password, which is good for all that its user may do.
    pub token: Option<TokenAbout>,
    /// Whether they are good for uploads: to the project that was asked about, else to any.
    pub can_upload: bool,
    /// Why they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The body of `POST /api/v1/tokens`: what a new token is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenWish {
    /// What its user calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The projects that it is for; none for all that its user may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<ProjectName>>,
    /// What it allows.
    #[serde(default)]
    pub permission: Permission,
    /// How many days it is good for; none for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// The answer of `POST /api/v1/tokens`: the one time that the token's text is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MadeToken {
    /// Whose it is.
    pub user: String,
    /// The token itself.
    pub secret: String,
    /// All else about it.
    pub token: TokenAbout,
}

/// The answer of `GET /api/v1/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenList {
    /// The account's tokens that are not revoked, the newest first.
    pub tokens: Vec<TokenAbout>,
}

/// What went wrong with a request (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind of problem, as a URI.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The kind in words: those of the status.
    #[serde(default)]
    pub title: String,
    /// The status.
    #[serde(default)]
    pub status: u16,
    /// What went wrong this time.
    #[serde(default)]
    pub detail: String,
}

/// A problem that is no more special than its status.
fn about_blank() -> String {
    "about:blank".to_owned()
}

impl Problem {
    /// The media type.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// A problem that is no more special than its status.
    pub fn of_status(status: u16, title: &str, detail: &str) -> Self {
        Self {
            kind: about_blank(),
            title: title.to_owned(),
            status,
            detail: detail.to_owned(),
        }
    }

    /// Reads the body of an answer; nothing where it is of another form.
    pub fn from_json(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

impl TokenWish {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// When it is not a JSON object of this form, or has a key that is not known.
    pub fn from_json(body: &[u8]) -> Result<Self, WishError> {
        // A list would be taken too, its items as the values of the keys in their order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(WishError("it is not a JSON object".to_owned()));
        }
        serde_json::from_slice(body).map_err(|error| WishError(error.to_string()))
    }
}

/// A request for a token that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WishError(String);

impl CredentialAbout {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is not JSON of this form.
    pub fn from_json(body: &[u8]) -> Result<Self, AnswerError> {
        read(body)
    }
}

impl MadeToken {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is not JSON of this form.
    pub fn from_json(body: &[u8]) -> Result<Self, AnswerError> {
        read(body)
    }
}

impl std::fmt::Debug for MadeToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "MadeToken({}, ****)", self.token.id)
    }
}

impl TokenList {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is not JSON of this form.
    pub fn from_json(body: &[u8]) -> Result<Self, AnswerError> {
        read(body)
    }
}

/// An answer that is not what it should be. Nothing of the body is repeated: it could be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} (line {line}, column {column})")]
pub struct AnswerError {
    what: &'static str,
    line: usize,
    column: usize,
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, AnswerError> {
    serde_json::from_slice(body).map_err(|error| AnswerError {
        what: if error.is_data() {
            "a key is missing, not known or of another kind"
        } else {
            "it is not JSON"
        },
        line: error.line(),
        column: error.column(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> TokenAbout {
        TokenAbout {
            id: "AAAAAAAAAAAA".to_owned(),
            description: "laptop".to_owned(),
            projects: Some(vec!["demo".parse().unwrap()]),
            permission: Permission::Publish,
            created: "2026-11-28T22:00:00Z".parse().unwrap(),
            expires: None,
        }
    }

    #[test]
    fn answers_are_read_back_and_later_keys_ignored() {
        let answer = CredentialAbout {
            user: "anna".to_owned(),
            token: Some(about()),
            can_upload: false,
            reason: Some("the token is for reading".to_owned()),
        };
        let mut json = serde_json::to_value(&answer).unwrap();
        assert_eq!(json["can-upload"], false);
        assert_eq!(json["token"]["projects"][0], "demo");
        assert_eq!(json["token"]["created"], "2026-11-28T22:00:00Z");
        json["later"] = true.into();
        let text = json.to_string();
        assert_eq!(CredentialAbout::from_json(text.as_bytes()), Ok(answer));
    }

    #[test]
    fn a_made_token_hides_its_secret_from_debug() {
        let made = MadeToken {
            user: "anna".to_owned(),
            secret: "tlst-secret".to_owned(),
            token: about(),
        };
        let json = serde_json::to_vec(&made).unwrap();
        assert_eq!(MadeToken::from_json(&json), Ok(made.clone()));
        assert_eq!(format!("{made:?}"), "MadeToken(AAAAAAAAAAAA, ****)");
    }

    #[test]
    fn a_wish_with_anything_unknown_in_it_is_refused() {
        let wish = TokenWish::from_json(b" {}").unwrap();
        assert_eq!(wish, TokenWish::default());
        assert_eq!(wish.permission, Permission::Publish);
        for (body, words) in [
            (r#"{"permision":"read"}"#, "unknown field `permision`"),
            (r#"{"permission":"all"}"#, "unknown variant `all`"),
            (
                r#"{"projects":["-x-"]}"#,
                "`-x-` is not a valid project name",
            ),
            (r#"{"days":-1}"#, "invalid value: integer `-1`"),
            (r#"["", null]"#, "it is not a JSON object"),
            ("", "it is not a JSON object"),
        ] {
            let error = TokenWish::from_json(body.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(words), "{body}: {error}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_not_repeated() {
        for (body, words) in [
            (
                r#"{"user":"anna","secret":5}"#,
                "a key is missing, not known or of another kind (line 1, column 25)",
            ),
            ("tlst-secret", "it is not JSON (line 1, column 2)"),
        ] {
            let error = MadeToken::from_json(body.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), words, "{body}");
        }
    }

    #[test]
    fn a_problem_needs_none_of_its_members() {
        let problem = Problem::from_json(br#"{"detail":"no such token"}"#).unwrap();
        assert_eq!(
            (
                problem.kind.as_str(),
                problem.status,
                problem.detail.as_str()
            ),
            ("about:blank", 0, "no such token")
        );
        assert_eq!(Problem::from_json(b"<html>"), None);
        let own = Problem::of_status(404, "Not Found", "no such token");
        let json = serde_json::to_vec(&own).unwrap();
        assert_eq!(Problem::from_json(&json), Some(own));
    }
}
