//! The answer of an index's `/search/` as JSON, for the program that asks and the index that answers.
//!
//! No PEP describes a search. This form follows the manner of PEP 691: `meta` with the version of the
//! API, names in kebab case, unknown keys ignored. Which projects an index finds, and in which order,
//! is its own business.

use serde::{Deserialize, Serialize};

use crate::api_version::{ApiVersion, ApiVersionError};
use crate::json::JsonPageError;

/// Projects that fit words, the best first: one page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchAnswer {
    meta: Meta,
    /// How many projects there are on all pages.
    pub count: usize,
    /// The projects of this page.
    pub projects: Vec<FoundProject>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Meta {
    #[serde(rename = "api-version")]
    api_version: String,
}

/// A project that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundProject {
    /// The name, as its developers write it.
    pub name: String,
    /// The newest version.
    pub version: String,
    /// What it is, in a line; may be empty.
    #[serde(default)]
    pub summary: String,
    /// The day of the newest upload, as `2026-11-28`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}

impl SearchAnswer {
    /// A page of `projects`, of `count` in all.
    pub fn new(count: usize, projects: Vec<FoundProject>) -> Self {
        Self {
            meta: Meta {
                api_version: "1.0".to_owned(),
            },
            count,
            projects,
        }
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// When it is not JSON of this form, or of another major version than 1.
    pub fn from_json(body: &[u8]) -> Result<Self, JsonPageError> {
        let answer: Self = serde_json::from_slice(body)?;
        let version: Result<ApiVersion, ApiVersionError> = answer.meta.api_version.parse();
        let version = version?;
        if version.major != 1 {
            return Err(JsonPageError::UnsupportedVersion(version));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_back() {
        let found = FoundProject {
            name: "Flask".to_owned(),
            version: "3.1.0".to_owned(),
            summary: String::new(),
            updated: Some("2026-11-28".to_owned()),
        };
        let answer = SearchAnswer::new(41, vec![found]);
        let json = serde_json::to_vec(&answer).unwrap();
        assert_eq!(SearchAnswer::from_json(&json), Ok(answer));
    }

    #[test]
    fn what_a_later_index_adds_is_ignored_but_another_major_version_is_refused() {
        let later = br#"{"meta":{"api-version":"1.9","x":1},"count":1,"facets":{},
            "projects":[{"name":"a","version":"1","score":0.5}]}"#;
        let answer = SearchAnswer::from_json(later).unwrap();
        assert_eq!(answer.projects[0].summary, "");
        for (text, message) in [
            (
                r#"{"meta":{"api-version":"2.0"},"count":0,"projects":[]}"#,
                "the page speaks version 2.0 of the Simple API; only version 1 can be read",
            ),
            (
                r#"{"count":0,"projects":[]}"#,
                "the page is not a JSON page of the Simple API: missing field `meta` (line 1, column 25)",
            ),
        ] {
            let error = SearchAnswer::from_json(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
