//! `If-None-Match` headers, as a table.

use super::if_none_match_names;

#[test]
fn which_headers_name_the_tag() {
    for (header, expected) in [
        ("\"abc\"", true),
        ("W/\"abc\"", true),
        ("\"x\", \"abc\"", true),
        (" \"x\",W/\"abc\" ", true),
        ("*", true),
        ("abc", false),
        ("\"ab\"", false),
        ("\"abc", false),
        ("", false),
    ] {
        assert_eq!(if_none_match_names(header, "\"abc\""), expected, "{header}");
    }
}
