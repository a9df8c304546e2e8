//! `Description-Content-Type`: the markup of a description.
//!
//! Follows "Core metadata specifications", section "Description-Content-Type"; the grammar of
//! parameters is that of RFC 2045.

use std::fmt;
use std::str::FromStr;

/// The content type of a description.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DescriptionContentType {
    text: String,
    markup: Markup,
}

/// The markup of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Markup {
    /// `text/plain`
    Plain,
    /// `text/x-rst`
    ReStructuredText,
    /// `text/markdown; variant=GFM`, also without the variant.
    GithubMarkdown,
    /// `text/markdown; variant=CommonMark`
    CommonMark,
}

/// Why a text is no content type of a description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentTypeError {
    /// The type is not one of the three.
    #[error("`{0}` is none of `text/plain`, `text/x-rst` and `text/markdown`")]
    Type(String),
    /// A parameter is not `name=value`.
    #[error("`{0}` is not a list of parameters `; name=value`")]
    Parameters(String),
    /// The charset is not UTF-8.
    #[error("the charset is `{0}`, but only UTF-8 is allowed")]
    Charset(String),
    /// The variant of Markdown is unknown.
    #[error("the Markdown variant `{0}` is neither `GFM` nor `CommonMark`")]
    Variant(String),
}

impl DescriptionContentType {
    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The markup.
    pub fn markup(&self) -> Markup {
        self.markup
    }
}

impl fmt::Display for DescriptionContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for DescriptionContentType {
    type Err = ContentTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(';').unwrap_or(text.len());
        let mut markup = match text[..end].trim().to_ascii_lowercase().as_str() {
            "text/plain" => Markup::Plain,
            "text/x-rst" => Markup::ReStructuredText,
            "text/markdown" => Markup::GithubMarkdown,
            other => return Err(ContentTypeError::Type(other.to_owned())),
        };
        let mut rest = text[end..].trim();
        while !rest.is_empty() {
            let (name, value, after) =
                parameter(rest).ok_or_else(|| ContentTypeError::Parameters(rest.to_owned()))?;
            match name.to_ascii_lowercase().as_str() {
                "charset" if !value.eq_ignore_ascii_case("utf-8") => {
                    return Err(ContentTypeError::Charset(value));
                }
                "variant" if markup == Markup::GithubMarkdown => match value.as_str() {
                    "GFM" => {}
                    "CommonMark" => markup = Markup::CommonMark,
                    _ => return Err(ContentTypeError::Variant(value)),
                },
                _ => {}
            }
            rest = after.trim_start();
        }
        Ok(DescriptionContentType {
            text: text.to_owned(),
            markup,
        })
    }
}

/// Takes `; name=value` or `; name="value"`; gives the name, the value and the rest.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.strip_prefix(';')?.trim_start();
    let (name, rest) = token(text)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let Some(mut rest) = rest.strip_prefix('"') else {
        let (value, rest) = token(rest)?;
        return Some((name, value.to_owned(), rest));
    };
    let mut value = String::new();
    loop {
        let end = rest.find(['"', '\\'])?;
        value.push_str(&rest[..end]);
        if rest.as_bytes()[end] == b'"' {
            return Some((name, value, &rest[end + 1..]));
        }
        let escaped = rest[end + 1..].chars().next()?;
        value.push(escaped);
        rest = &rest[end + 1 + escaped.len_utf8()..];
    }
}

/// Takes a token: visible ASCII without the special characters.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
