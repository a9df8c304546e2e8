use proptest::prelude::*;

use super::*;

/// `(name, value, line)` of each header, and the body.
fn parsed(text: &str) -> (Vec<(String, String, usize)>, String) {
    let message = Message::parse(text.as_bytes());
    let headers = message.headers.iter().map(|header| {
        let value = header.text().unwrap().into_owned();
        (header.name.to_owned(), value, header.line)
    });
    (
        headers.collect(),
        String::from_utf8(message.body.to_vec()).unwrap(),
    )
}

#[test]
fn splits_as_the_email_parser_does() {
    type Found = (&'static str, &'static str, usize);
    let cases: &[(&str, &[Found], &str)] = &[
        ("", &[], ""),
        ("A: b", &[("A", "b", 1)], ""),
        ("A:b\r\nC :d\r\n", &[("A", "b", 1)], "C :d\r\n"),
        (
            "A: b \t\rC:\r\rbody\r",
            &[("A", "b", 1), ("C", "", 2)],
            "body\r",
        ),
        ("A: b\n\nC: d\n", &[("A", "b", 1)], "C: d\n"),
        ("\nA: b\n", &[], "A: b\n"),
        (": x\n y\nA: b\n", &[("A", "b", 3)], ""),
        (
            "A: b\nwords here\nC: d\n",
            &[("A", "b", 1)],
            "words here\nC: d\n",
        ),
        (
            "A: one\n two\n\tthree\n    \nB: x\n",
            &[("A", "one\ntwo\nthree", 1), ("B", "x", 5)],
            "",
        ),
        ("A: x:y=z\n", &[("A", "x:y=z", 1)], ""),
        ("A\u{e4}: b\n", &[], "A\u{e4}: b\n"),
    ];
    for (text, headers, body) in cases {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value, line)| ((*name).to_owned(), (*value).to_owned(), *line))
            .collect();
        assert_eq!(parsed(text), (headers, (*body).to_owned()), "{text:?}");
    }
}

#[test]
fn undoes_the_usual_indentations() {
    let cases = [
        ("A: one\n        two\n\n", "one\ntwo"),
        (
            "A: one\n        two\n          three\n",
            "one\ntwo\n  three",
        ),
        ("A: one\n        \n          three\n", "one\n\n  three"),
        ("A:\n        one\n        two\n", "one\ntwo"),
        (
            "A: one\n       |two\n       |\n       |  three\n",
            "one\ntwo\n\n  three",
        ),
        ("A: one\n   two\r\n  three\n", "one\n two\nthree"),
    ];
    for (text, value) in cases {
        assert_eq!(parsed(text).0[0].1, value, "{text:?}");
    }
}

#[test]
fn odd_lines_are_reported() {
    let cases = [
        ("A: b\n\nbody", vec![]),
        (
            "\u{feff}A: b\n",
            vec!["line 1: `headers`: the file starts with a byte order mark"],
        ),
        (
            " x\nA: b\n:c\nbody\n",
            vec![
                "line 1: `headers`: an indented line has no header before it",
                "line 3: `headers`: a header has no name",
                "line 4: `headers`: a line is neither a header nor empty, so the body starts here",
            ],
        ),
    ];
    for (text, problems) in cases {
        let message = Message::parse(text.as_bytes());
        let found: Vec<String> = message.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, problems, "{text:?}");
    }
}

#[test]
fn a_value_that_is_not_utf8_is_none() {
    let message = Message::parse(b"A: \xc0msterdam\nA: \xc3\xa4\n");
    assert_eq!(message.headers[0].text(), None);
    assert_eq!(message.value("a"), Some("ä".into()));
}

#[test]
fn a_value_can_not_forge_a_header() {
    for boundary in "\r \n \u{b} \u{c} \u{1c} \u{1d} \u{1e} \u{85} \u{2028} \u{2029}".split(' ') {
        let mut out = String::new();
        push_header(
            &mut out,
            "A",
            &format!("x{boundary}Requires-Dist: injected"),
        );
        assert_eq!(out, "A: x\n        Requires-Dist: injected\n");
    }
    let mut out = String::new();
    push_header(&mut out, "A", "x\r\ny");
    assert_eq!(out, "A: x\n        y\n");
}

proptest! {
    #[test]
    fn any_bytes_are_some_message(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b':'), Just(b' '), any::<u8>()], 0..60)) {
        let message = Message::parse(&bytes);
        prop_assert!(bytes.ends_with(message.body));
        for header in &message.headers {
            header.text();
        }
    }

    #[test]
    fn writing_then_reading_is_identity(lines in proptest::collection::vec("([a-z|:][a-z |:]{0,4}[a-z|])?", 1..5)) {
        let value = lines.join("\n").trim().to_owned();
        let mut out = String::new();
        push_header(&mut out, "Name", &value);
        prop_assert_eq!(&parsed(&out).0[0].1, &value, "{:?}", out);
    }

    #[test]
    fn what_was_read_is_written_the_same_way(value in "[a| \t\u{b}\u{1c}\u{85}]{0,12}") {
        let rewritten = |file: &str| {
            let mut out = String::new();
            push_header(&mut out, "A", &parsed(file).0[0].1);
            out
        };
        let file = rewritten(&format!("A:{value}\n"));
        prop_assert_eq!(rewritten(&file), file);
    }
}
