//! `Authorization` headers that hold credentials, and those that do not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Credentials, CredentialsError, parse_basic};

fn header(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

#[test]
fn tokens_and_passwords() {
    let token = format!("tlst-{}", "a".repeat(55));
    for text in [
        format!("__token__:{token}"),
        format!("__token__: {token}\n"),
    ] {
        let found = parse_basic(header(&text).as_bytes());
        assert_eq!(
            found,
            Ok(Credentials::Token(token.parse().expect("a token")))
        );
    }
    assert_eq!(
        parse_basic(
            header("alice:pass:word é")
                .replace("Basic", "bAsIc")
                .as_bytes()
        ),
        Ok(Credentials::Password {
            user: "alice".to_owned(),
            password: "pass:word é".to_owned(),
        })
    );
}

#[test]
fn what_holds_no_credentials() {
    use CredentialsError::{Malformed, Scheme};
    for (text, expected) in [
        (String::new(), Malformed),
        ("Basic".to_owned(), Malformed),
        ("Basic !!!".to_owned(), Malformed),
        (header("no colon"), Malformed),
        (
            format!("Basic {}", STANDARD.encode([0xff, b':'])),
            Malformed,
        ),
        ("Bearer abc".to_owned(), Scheme),
        (format!("Basic {}", "A".repeat(9000)), Malformed),
    ] {
        assert_eq!(parse_basic(text.as_bytes()), Err(expected), "{text}");
    }
    assert!(matches!(
        parse_basic(header("__token__:pypi-abc").as_bytes()),
        Err(CredentialsError::Token(_))
    ));
}
