//! Receipts are read as they are written.

use insta::assert_snapshot;

use super::*;

fn receipt() -> Receipt {
    let mut asked = Asked::of("Black[jupyter]>=24".parse().unwrap());
    asked.with = vec![
        Addition::of("six<2".parse().unwrap()),
        Addition {
            has_programs: true,
            is_editable: true,
            ..Addition::of("plugin @ file:///home/me/plugin".parse().unwrap())
        },
    ];
    asked.python = Some("3.12".to_owned());
    asked.suffix = "@24".to_owned();
    asked.constraints = vec!["click<9".parse().unwrap()];
    asked.options.insert("pre".to_owned(), true.into());
    Receipt {
        asked,
        version: "24.1".parse().unwrap(),
        python: "3.12.1".to_owned(),
        links: vec![Link {
            kind: Kind::Program,
            path: "/home/me/.local/bin/black@24".into(),
            target: "/home/me/tools/black@24/bin/black".into(),
            from: "black".to_owned(),
        }],
    }
}

#[test]
fn a_receipt_reads_as_it_was_written() {
    let receipt = receipt();
    let text = receipt.to_toml();
    assert_snapshot!(text, @r#"
    # Written by tilsit: what was asked of this tool, and what it has outside.
    schema = 1
    version = "24.1"
    python = "3.12.1"

    [asked]
    requirement = "black[jupyter]>=24"
    suffix = "@24"
    python = "3.12"
    constraints = ["click<9"]

    [[asked.with]]
    requirement = "six<2"

    [[asked.with]]
    requirement = "plugin @ file:///home/me/plugin"
    editable = true
    programs = true

    [asked.options]
    pre = true

    [[links]]
    kind = "program"
    path = "/home/me/.local/bin/black@24"
    target = "/home/me/tools/black@24/bin/black"
    from = "black"
    "#);
    assert_eq!(Receipt::parse(&text), Ok(receipt));
}

#[test]
fn a_receipt_of_a_later_form_is_refused_and_unknown_keys_are_not() {
    let text = receipt().to_toml();
    let later = text.replace("schema = 1", "schema = 2");
    assert_eq!(
        Receipt::parse(&later),
        Err(ReceiptError::Newer { found: 2 })
    );
    let more = text.replace("schema = 1", "schema = 1\nmood = 'good'");
    assert_eq!(Receipt::parse(&more), Ok(receipt()));
}

#[test]
fn what_is_wrong_is_said() {
    let text = receipt().to_toml();
    for (from, to, words) in [
        ("schema = 1", "schema = x", "its receipt is not valid: "),
        ("version = \"24.1\"", "version = \"new\"", "`new`"),
        (
            "requirement = \"black",
            "requirement = \"black >>",
            "is not a requirement",
        ),
        (
            "suffix = \"@24\"",
            "suffix = \"/../x\"",
            "cannot stand behind a name",
        ),
        ("from = \"black\"", "from = \"?\"", "`?`"),
    ] {
        assert!(text.contains(from), "{from}\n{text}");
        let error = Receipt::parse(&text.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_folder_without_a_receipt_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Receipt::of(folder.path()), Err(ReceiptError::Missing));
}
