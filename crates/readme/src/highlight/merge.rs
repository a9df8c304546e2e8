//! Tokens of a text that stands in pieces between others, as code does between prompts.

use super::Token;

/// Puts tokens into those of a joined text, each before the byte of the joined text that it names.
/// The places rise.
pub(super) fn merge(joined: Vec<Token>, inserted: Vec<(usize, Token)>) -> Vec<Token> {
    let mut merged = Vec::with_capacity(joined.len() + inserted.len());
    let mut inserted = inserted.into_iter().peekable();
    let mut at = 0;
    for mut token in joined {
        while let Some((place, other)) = inserted.next_if(|(place, _)| *place < at + token.bytes) {
            let before = place - at;
            if before > 0 {
                merged.push(Token {
                    bytes: before,
                    ..token
                });
                token.bytes -= before;
                at = place;
            }
            merged.push(other);
        }
        at += token.bytes;
        merged.push(token);
    }
    merged.extend(inserted.map(|(_, token)| token));
    merged
}
