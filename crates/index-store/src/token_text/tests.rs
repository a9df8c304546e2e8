//! The form of tokens.

use super::TokenText;

#[test]
fn a_generated_token_parses_and_hides_itself() {
    let token = TokenText::generate().expect("random bytes");
    let text = token.to_string();
    assert_eq!(text.len(), 60);
    assert_eq!(text.parse(), Ok(token.clone()));
    assert_eq!(&text[5..17], token.prefix());
    assert!(!format!("{token:?}").contains(&text[17..]));
    assert_ne!(TokenText::generate().expect("random bytes"), token);
}

#[test]
fn other_texts_are_no_tokens() {
    let good = format!("tlst-{}", "a".repeat(55));
    assert!(good.parse::<TokenText>().is_ok());
    for bad in [
        String::new(),
        "tlst-".to_owned(),
        "a".repeat(60),
        format!("{good}a"),
        good[..59].to_owned(),
        good.replace("aaaa", "aa a"),
        good.replace("aa", "é"),
        format!("TLST-{}", "a".repeat(55)),
    ] {
        assert!(bad.parse::<TokenText>().is_err(), "{bad}");
    }
}
