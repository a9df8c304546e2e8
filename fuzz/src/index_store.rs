//! Texts that people bring to the index.

use tilsit_index_store::{TokenText, UserName};

/// A token's text: display then parse is identity, and only the exact form is taken.
pub fn token_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(token) = text.parse::<TokenText>() {
        assert_eq!(token.to_string(), text);
        assert_eq!(token.prefix().len(), 12);
    }
}

/// A user's name: display then parse is identity, and the name is plain ASCII.
pub fn user_name(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(name) = text.parse::<UserName>() {
        assert_eq!(name.as_str(), text);
        assert!(text.is_ascii() && !text.contains(char::is_whitespace) && text.len() <= 50);
    }
}
