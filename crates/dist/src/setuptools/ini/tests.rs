//! The form, against what `configparser` makes of it.

use super::*;

fn read(text: &str) -> Result<String, String> {
    let sections = sections(text).and_then(interpolated);
    let sections = sections.map_err(|error| error.to_string())?;
    let shown = sections.iter().flat_map(|section| {
        let entries = section.entries.iter();
        entries.map(move |entry| format!("[{}] {}={:?}", section.name, entry.key, entry.value))
    });
    Ok(shown.collect::<Vec<_>>().join(" "))
}

#[test]
fn the_form_is_that_of_configparser() {
    for (text, expected) in [
        ("[a]\nb = c: d\n", r#"[a] b="c: d""#),
        ("[a]\nb: c = d\n", r#"[a] b="c = d""#),
        ("[a]\nb =\n  c\n\n  # no\n  d\n", r#"[a] b="\nc\nd""#),
        // A deeper line goes on, one as deep as its key is a key.
        (
            "[a]\n  b = 1\n  c = 2\n    d = 3\n",
            r#"[a] b="1" [a] c="2\nd = 3""#,
        ),
        ("[a]\n  [b]\nc = 1\n", r#"[b] c="1""#),
        ("[a]\nb = 1\n  [c]\n", r#"[a] b="1\n[c]""#),
        ("[a] ; more\nb=\n", r#"[a] b="""#),
        ("[ a ]\nb=1 # no comment\n", r#"[ a ] b="1 # no comment""#),
        (
            "[DEFAULT]\nx = 1\n[a]\ny = %(x)s%%\n",
            r#"[a] y="1%" [a] x="1""#,
        ),
    ] {
        assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
    }
    for (text, expected) in [
        ("[a\n", "line 1: the name of a section has no `]`"),
        ("[]\n", "line 1: a section has no name, or several `]`"),
        ("[a] [b]\n", "line 1: a section has no name, or several `]`"),
        ("[a]\n[a]\n", "line 2: a section stands there twice"),
        ("[a]\nb=1\nb=2\n", "line 3: a key stands there twice"),
        ("[a]\n=1\n", "line 2: a value has no key"),
        ("a=1\n", "line 1: a key stands before any section"),
        ("[a]\nb\n", "line 2: neither a section, nor a key with `=`"),
        (
            "[a]\nb=50%\n",
            "line 2: `%` is followed neither by `%` nor by `(key)s`",
        ),
        (
            "[a]\nb=%(c)d\n",
            "line 2: `%` is followed neither by `%` nor by `(key)s`",
        ),
        (
            "[a]\nb=%(c)s\n",
            "line 2: a value names a key that is not there",
        ),
        (
            "[a]\nb=%(b)s\n",
            "line 2: values name each other, too deep or in a circle",
        ),
    ] {
        assert_eq!(read(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn values_that_name_others_stay_small() {
    // Ten times as long with each, or as often used, and nothing in the end.
    for last in ["aaaaaaaaaa", ""] {
        let mut text = format!("[a]\nk0 = {last}\n");
        for number in 1..10 {
            let before = format!("%(k{})s", number - 1).repeat(10);
            text.extend(["k", &number.to_string(), " = ", &before, "\n"]);
        }
        let told = read(&text).unwrap_err();
        assert!(
            told.ends_with("too much comes of values that stand for others"),
            "{told}"
        );
    }
    // Defaults are copied into each section.
    let value = "x".repeat(1000);
    let sections: Vec<String> = (0..2000).map(|number| format!("[s{number}]")).collect();
    let sections = sections.join("\n");
    assert!(read(&format!("[DEFAULT]\nd = {value}\n{sections}")).is_err());
}
