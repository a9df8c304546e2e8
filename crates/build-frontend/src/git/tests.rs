//! What git says, read.

use super::*;

#[test]
fn references_of_a_server() {
    let id = |digit: char| digit.to_string().repeat(40);
    let output = format!(
        "{}\tHEAD\n{}\trefs/heads/v1\n{}\trefs/tags/v1\n{}\trefs/tags/v1^{{}}\n{}\trefs/tags/v2\n{}\trefs/tags/v2^{{}}\nx\trefs/heads/odd\n",
        id('a'),
        id('b'),
        id('c'),
        id('d'),
        id('e'),
        id('f')
    );
    let found = |digit: char, reference: &str| Some((id(digit), reference.to_owned()));
    assert_eq!(pick(&output, "HEAD"), found('a', "HEAD"));
    assert_eq!(
        pick(&output, "v1"),
        found('b', "refs/heads/v1"),
        "a branch before a tag"
    );
    assert_eq!(
        pick(&output, "v2"),
        found('f', "refs/tags/v2"),
        "the commit of an annotated tag"
    );
    assert_eq!(pick(&output, "odd"), None);
    assert_eq!(pick(&output, "v3"), None);
}

#[test]
fn names_of_commits() {
    assert!(is_commit(&"0a".repeat(20)) && is_commit(&"0a".repeat(32)));
    assert!(!is_commit("0a0a0a0") && !is_commit(&"0g".repeat(20)));
}
