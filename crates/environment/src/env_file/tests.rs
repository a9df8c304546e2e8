//! What is read, and what is refused with the line.

use super::{EnvFileProblem, parse};

fn read(text: &str) -> Vec<(String, String)> {
    let home = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
    parse(text, &home).unwrap()
}

#[test]
fn reads_each_form_of_a_value() {
    for (line, expected) in [
        ("A=plain", "plain"),
        ("A = spaced out  ", "spaced out"),
        ("export A=exported", "exported"),
        ("A=", ""),
        ("A= # nothing", ""),
        ("A=x # comment", "x"),
        ("A=x#kept", "x#kept"),
        ("A='as $HOME is\\n'", "as $HOME is\\n"),
        (
            "A=\"a\\tb\\n\\\"c\\\" \\$HOME # in\"",
            "a\tb\n\"c\" $HOME # in",
        ),
        ("A=$HOME/x", "/home/me/x"),
        ("A=${HOME}x", "/home/mex"),
        ("A=${NONE:-default}", "default"),
        ("A=$NONE$", "$"),
        ("A=\"over\ntwo lines\"", "over\ntwo lines"),
        ("A=one'two'\"three\"", "onetwothree"),
        ("A=a\\ b\\#", "a b#"),
        ("\u{feff}A=mark\r\n", "mark"),
    ] {
        assert_eq!(
            read(line),
            [("A".to_owned(), expected.to_owned())],
            "{line}"
        );
    }
    let several = read("# head\n\nA=1\nB=${A}2\nA=3\nC=$A\n");
    let values: Vec<&str> = several.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["1", "12", "3", "3"]);
}

#[test]
fn refuses_with_the_line() {
    let doubling = (0..40).fold("A=xx\n".to_owned(), |text, _| text + "A=$A$A\n");
    for (text, line, reason) in [
        ("A=1\n=2", 2, EnvFileProblem::Name),
        ("1A=2", 1, EnvFileProblem::Name),
        ("A", 1, EnvFileProblem::Equals),
        ("\nA='\nx", 2, EnvFileProblem::Quote),
        ("A=\"\\", 1, EnvFileProblem::Quote),
        ("A=${B\n}", 1, EnvFileProblem::Brace),
        ("A=\0", 1, EnvFileProblem::Zero),
        (&doubling, 21, EnvFileProblem::Size),
    ] {
        let error = parse(text, &|_| None).unwrap_err();
        assert_eq!((error.line, error.reason), (line, reason), "{text:.20}");
    }
}
