//! What is rendered, what is only shown, and that cleaning is the last word.

use super::*;

#[test]
fn content_types() {
    assert_eq!(
        render("*a*", Some("text/markdown")).html,
        "<p><em>a</em></p>\n"
    );
    let rendered = render("a\nb & <c>", Some("text/plain; charset=UTF-8"));
    assert_eq!(rendered.html, "a<br>b &amp; &lt;c&gt;");
    assert_eq!(rendered.note, None);
    for content_type in [None, Some(""), Some("text/x-rst")] {
        let rendered = render("*a* <b>", content_type);
        assert_eq!(rendered.html, "<p><em>a</em> &lt;b&gt;</p>\n");
        assert_eq!(rendered.note, None);
        let rendered = render("a *b", content_type);
        assert_eq!(rendered.html, "a *b");
        let note = rendered.note.expect("an open mark is a fault").to_string();
        let expected = "the reStructuredText is not valid: line 1: Inline emphasis start-string \
                        without end-string. (warning)";
        assert_eq!(note, expected);
    }
}
