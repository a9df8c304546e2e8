//! Content negotiation of the Simple API (PEP 691): media types, and which of them a client takes.

use std::fmt;

/// What a client of ours sends as `Accept`: JSON when the index has it, HTML else.
pub const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, \
    application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/// A form that a page can be served in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/vnd.pypi.simple.v1+json`
    JsonV1,
    /// `application/vnd.pypi.simple.v1+html`
    HtmlV1,
    /// `text/html`, which is the same bytes as [`MediaType::HtmlV1`]
    Html,
}

/// In the order of an index's preference when a client takes several equally gladly. HTML stands
/// first: it is what a client without a preference expects (PEP 691).
const OFFERED: [MediaType; 3] = [MediaType::Html, MediaType::HtmlV1, MediaType::JsonV1];

impl MediaType {
    /// The media type as written in `Content-Type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonV1 => "application/vnd.pypi.simple.v1+json",
            Self::HtmlV1 => "application/vnd.pypi.simple.v1+html",
            Self::Html => "text/html",
        }
    }

    /// The form that the `Content-Type` of an answer names; parameters are left out. `None` for any
    /// other, another major version included.
    pub fn from_content_type(header: &str) -> Option<Self> {
        let name = header
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match name.as_str() {
            "application/vnd.pypi.simple.v1+json" | "application/json" => Some(Self::JsonV1),
            "application/vnd.pypi.simple.v1+html" => Some(Self::HtmlV1),
            "text/html" | "application/xhtml+xml" => Some(Self::Html),
            _ => None,
        }
    }

    /// Whether it is a form of HTML.
    pub fn is_html(self) -> bool {
        self != Self::JsonV1
    }

    /// The names in an `Accept` header that mean this type, `latest` among them.
    fn is_named(self, kind: &str, subtype: &str) -> bool {
        match self {
            Self::Html => kind == "text" && subtype == "html",
            Self::HtmlV1 => kind == "application" && is_simple(subtype, "html"),
            Self::JsonV1 => kind == "application" && is_simple(subtype, "json"),
        }
    }
}

fn is_simple(subtype: &str, form: &str) -> bool {
    let version = subtype
        .strip_prefix("vnd.pypi.simple.")
        .and_then(|rest| rest.strip_suffix(form));
    matches!(version, Some("v1+" | "latest+"))
}

impl fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// No form of the page is acceptable to the client (HTTP status 406).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("none of the forms of the page is among those that the client accepts")]
pub struct NotAcceptable;

/// Picks the form for an `Accept` header (RFC 9110, 12.5.1): for each form the most specific range
/// that matches gives its weight; the greatest weight wins. No header means HTML.
///
/// # Errors
/// When the header accepts none of the forms.
pub fn negotiate(accept: Option<&str>) -> Result<MediaType, NotAcceptable> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return Ok(MediaType::Html);
    };
    let mut best: Option<(u16, MediaType)> = None;
    for offered in OFFERED {
        let weight = weight_of(offered, accept);
        if weight > 0 && best.is_none_or(|(found, _)| weight > found) {
            best = Some((weight, offered));
        }
    }
    best.map(|(_, media_type)| media_type).ok_or(NotAcceptable)
}

/// The weight in thousandths that the header gives to a form; 0 when it does not accept it.
fn weight_of(offered: MediaType, accept: &str) -> u16 {
    let mut found: Option<(u8, u16)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';');
        let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some((kind, subtype)) = name.split_once('/') else {
            continue;
        };
        let specificity = match (kind, subtype) {
            ("*", "*") => 0,
            (kind, "*") => match offered.as_str().split_once('/') {
                Some((own, _)) if own == kind => 1,
                _ => continue,
            },
            (kind, subtype) if offered.is_named(kind, subtype) => 2,
            _ => continue,
        };
        let Some(weight) = weight(parts) else {
            continue;
        };
        // Of two ranges that are equally specific, such as `v1` and `latest`, the greater counts.
        if found.is_none_or(|known| (specificity, weight) > known) {
            found = Some((specificity, weight));
        }
    }
    found.map_or(0, |(_, weight)| weight)
}

/// The `q` parameter in thousandths: 1000 without one, `None` when it is malformed.
fn weight<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<u16> {
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case("q") {
            return thousandths(value.trim());
        }
    }
    Some(1000)
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
