//! Tests of this module's parent, `scanner`.

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;

use super::*;

type Tags = Vec<(String, bool, Vec<(String, String)>)>;

fn ours(text: &str) -> Tags {
    let mut scanner = Scanner::new(text);
    let mut tags = Tags::new();
    while let Some(tag) = scanner.next_tag() {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for attribute in scanner.attributes() {
            let name = attribute.name.to_ascii_lowercase();
            if !attributes.iter().any(|(known, _)| *known == name) {
                attributes.push((name, unescape(attribute.value).into_owned()));
            }
        }
        attributes.sort();
        let attributes = if tag.is_end { Vec::new() } else { attributes };
        tags.push((tag.name.to_ascii_lowercase(), tag.is_end, attributes));
    }
    tags
}

/// What the tokenizer of another project says of the same text.
fn theirs(text: &str) -> Tags {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Tokenizer::new(text)
        .filter_map(|token| match token.unwrap() {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter();
                let attributes =
                    attributes.map(|(name, value)| (shown(&name.0), shown(&value.value.0)));
                Some((shown(&tag.name.0), false, attributes.collect()))
            }
            Token::EndTag(tag) => Some((shown(&tag.name.0), true, Vec::new())),
            _ => None,
        })
        .collect()
}

#[test]
fn agrees_with_an_html_tokenizer() {
    let table = [
        "<a href=\"a\">x</a>",
        "<A HREF='a b' data-x>x</A >",
        "<a href=a/b>x",
        "<a href = \"a\" b=c d>",
        "<a\nhref=a\t/>",
        "<!doctype html><!-- <a href=x> --><a>",
        "<!--><a><!---><b><!-- --!><i>",
        "<? xml <a>><b>",
        "< a><1><a",
        "<a href=\"x><b>",
        "</ a></><a>",
        "<a =x b==c>",
        "<a x=\"1\"y='2'z=3>",
        "<a b/c=d>",
        "<p>&lt;a&gt;</p>",
        "<a t=\"&lt;&gt;&amp;&quot;&#39;&#x2E;&#0;&#x110000;\">",
        "<a href=''></a><a b=>",
    ];
    for text in table {
        assert_eq!(ours(text), theirs(text), "{text}");
    }
}

#[test]
fn raw_text_has_no_tags() {
    let text = "<script>if (a < b) '<a href=x>'</script><title><a></title ><a href=y>";
    let names: Vec<String> = ours(text).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["script", "script", "title", "title", "a"]);
}

#[test]
fn the_text_of_an_element() {
    let mut scanner = Scanner::new("<a>one <b>two</b> three</a><a>four<a>five");
    for expected in ["one two three", "four", "five"] {
        assert!(scanner.next_tag().unwrap().is("a"));
        assert_eq!(scanner.text_until_end("a"), expected);
    }
    assert!(scanner.next_tag().is_none());
}

proptest! {
    #[test]
    fn agrees_with_an_html_tokenizer_on_any_text(
        parts in proptest::collection::vec(prop::sample::select(&[
            "<", ">", "a", "b", " ", "\n", "=", "\"", "'", "/", "!", "--", "-", "&lt;", "&", "é", "<a ", "</a>", "<!--", "-->",
        ][..]), 0..24)
    ) {
        let text = parts.concat();
        prop_assert_eq!(ours(&text), theirs(&text));
    }
}
