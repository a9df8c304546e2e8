//! The URLs of a page's files: which kinds are taken, and the file name at their end.
//!
//! A page is data from a stranger: only `http`, `https` and relative URLs are taken from it, and
//! `file` URLs only on a page that was itself read from a `file` URL.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

/// Why the URL of a page cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileUrlError {
    /// Not a URL.
    #[error("`{url}` is not a URL: {reason}")]
    Syntax {
        /// The text of the page.
        url: String,
        /// What the URL parser says.
        reason: String,
    },
    /// A relative URL on a page that has no URL of its own.
    #[error("`{0}` is relative, and the page that it stands on has no URL")]
    Relative(String),
    /// A kind of URL that a page must not send a client to.
    #[error("`{url}` is a `{scheme}` URL, which a page may not link to")]
    Scheme {
        /// The text of the page.
        url: String,
        /// The kind of URL.
        scheme: String,
    },
    /// White space or a control character within the URL.
    #[error("`{0}` has a control character in it")]
    ControlCharacter(String),
    /// The last part of the URL is not the name of a file.
    #[error("`{0}` does not end in the name of a file")]
    FileName(String),
}

/// Resolves `url` against the page's URL, and checks its kind.
///
/// # Errors
/// When it cannot be resolved, or is of a kind that the page may not link to.
pub fn resolve(base: Option<&Url>, url: &str) -> Result<Url, FileUrlError> {
    let syntax = |source: url::ParseError| FileUrlError::Syntax {
        url: shortened(url),
        reason: source.to_string(),
    };
    let resolved = match base {
        Some(base) => base.join(url).map_err(syntax)?,
        None => Url::parse(url).map_err(|source| match source {
            url::ParseError::RelativeUrlWithoutBase => FileUrlError::Relative(shortened(url)),
            other => syntax(other),
        })?,
    };
    if is_allowed(base, resolved.scheme()) {
        return Ok(resolved);
    }
    Err(FileUrlError::Scheme {
        url: shortened(url),
        scheme: resolved.scheme().to_owned(),
    })
}

/// Checks the kind of a URL without resolving it: what a page's parser does for each of thousands.
///
/// # Errors
/// As [`resolve`], save for what only resolving can find.
pub fn check(base: Option<&Url>, url: &str) -> Result<(), FileUrlError> {
    // Without a way out in the middle the loop runs over many bytes at a time.
    let is_control = |byte: u8| byte < b' ' || byte == 0x7f;
    if url
        .bytes()
        .fold(false, |found, byte| found | is_control(byte))
    {
        return Err(FileUrlError::ControlCharacter(shortened(
            &url.escape_default().to_string(),
        )));
    }
    let end = url.find([':', '/', '?', '#']);
    let scheme = end
        .filter(|index| url.as_bytes()[*index] == b':')
        .map(|index| &url[..index]);
    match scheme {
        Some(scheme) if !is_allowed(base, &scheme.to_ascii_lowercase()) => {
            Err(FileUrlError::Scheme {
                url: shortened(url),
                scheme: shortened(scheme),
            })
        }
        _ => Ok(()),
    }
}

fn is_allowed(base: Option<&Url>, scheme: &str) -> bool {
    match scheme {
        "http" | "https" => true,
        "file" => base.is_some_and(|base| base.scheme() == "file"),
        _ => false,
    }
}

/// The file name at the end of a URL, percent-decoded once.
///
/// # Errors
/// When there is none, or when it could be taken for a path.
pub fn file_name(url: &str) -> Result<Cow<'_, str>, FileUrlError> {
    let path = url.find(['?', '#']).map_or(url, |end| &url[..end]);
    let last = path.rfind('/').map_or(path, |slash| &path[slash + 1..]);
    let error = || FileUrlError::FileName(shortened(url));
    if !last.contains('%') {
        return is_file_name(last).then(|| last.into()).ok_or_else(error);
    }
    let name = percent_decode_str(last)
        .decode_utf8()
        .map_err(|_| error())?;
    if is_file_name(&name) {
        Ok(name)
    } else {
        Err(error())
    }
}

/// Whether a text can stand as a file's name in any folder: no separators, no control characters,
/// not a name that means another folder.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name != "."
        && name != ".."
        && !name
            .bytes()
            .any(|byte| byte < b' ' || matches!(byte, b'/' | b'\\' | b':' | 0x7f))
}

/// At most 200 characters of a text for an error, without the user and password of a URL.
pub(crate) fn shortened(text: &str) -> String {
    let without = match (text.find("://"), text.find('@')) {
        (Some(scheme), Some(at)) if at > scheme && !text[scheme + 3..at].contains('/') => {
            format!("{}://****{}", &text[..scheme], &text[at..])
        }
        _ => text.to_owned(),
    };
    if without.chars().count() <= 200 {
        return without;
    }
    without.chars().take(199).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
