//! URLs of requirements that mean the same, spelled the same.

use std::borrow::Cow;

/// The URL without what makes no difference to what is behind it: `#egg=…`, the order of the
/// fragment's parts, and `localhost` in a `file:` URL (RFC 8089). As pip compares them.
///
/// ```
/// use tilsit_packaging::requirement::plain_url;
///
/// assert_eq!(
///     plain_url("file://localhost/a.zip#subdirectory=b&egg=name"),
///     "file:///a.zip#subdirectory=b"
/// );
/// ```
pub fn plain_url(url: &str) -> Cow<'_, str> {
    let local = url.strip_prefix("file://localhost/");
    let url = local.map_or(Cow::Borrowed(url), |path| {
        Cow::Owned(format!("file:///{path}"))
    });
    let Some((before, fragment)) = url.split_once('#') else {
        return url;
    };
    let parts = fragment.split('&');
    let mut parts: Vec<&str> = parts.filter(|part| !part.starts_with("egg=")).collect();
    parts.sort_unstable();
    let parts = parts.join("&");
    Cow::Owned(if parts.is_empty() {
        before.to_owned()
    } else {
        format!("{before}#{parts}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_spelled_the_same() {
        let same = [
            ("https://index.example/a.zip", "https://index.example/a.zip"),
            (
                "https://index.example/a.zip#egg=a",
                "https://index.example/a.zip",
            ),
            (
                "git+file:///a#egg=a&subdirectory=b",
                "git+file:///a#subdirectory=b",
            ),
            ("a#subdirectory=b&sha256=0", "a#sha256=0&subdirectory=b"),
            ("file://localhost/a", "file:///a"),
        ];
        for (url, plain) in same {
            assert_eq!(plain_url(url), plain);
            assert_eq!(plain_url(plain), plain);
        }
        assert_ne!(plain_url("a#sha256=0"), plain_url("a#sha256=1"));
        assert_ne!(plain_url("a#sha256=0"), plain_url("a#md5=0"));
        assert_ne!(plain_url("https://localhost/a"), plain_url("https:///a"));
    }
}
