//! Quoting of hostile names.

use super::{all, quote_csh, quote_fish, quote_powershell, quote_sh};

#[test]
fn quotes_for_each_shell() {
    let text = r"a'b\c!$(x)`";
    assert_eq!(quote_sh(text), r"'a'\''b\c!$(x)`'");
    assert_eq!(quote_csh(text), r"'a'\''b\c'\!'$(x)`'");
    assert_eq!(quote_fish(text), r"'a\'b\\c!$(x)`'");
    assert_eq!(quote_powershell(text), r"'a''b\c!$(x)`'");
}

#[test]
fn no_placeholder_is_left_and_values_are_not_filled_again() {
    for (name, text) in all("/a/@PROMPT@", "p\n@ROOT@") {
        assert!(text.contains("'/a/@PROMPT@'"), "{name}");
        assert!(text.contains("'p@ROOT@'"), "{name}");
        assert!(!text.contains("@SCRIPTS@"), "{name}");
    }
}
