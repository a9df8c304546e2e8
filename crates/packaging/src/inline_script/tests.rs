//! Blocks as the expression of the specification finds them, and their metadata.

use super::*;

/// `(kind, content, line)` of each block.
fn found(text: &str) -> Vec<(String, String, usize)> {
    let blocks = blocks(text).into_iter();
    blocks
        .map(|block| (block.kind, block.content, block.line))
        .collect()
}

#[test]
fn finds_blocks_as_the_expression_does() {
    type Found = (&'static str, &'static str, usize);
    let cases: &[(&str, &[Found])] = &[
        ("", &[]),
        (
            "# /// script\n# a = 1\n# ///\n",
            &[("script", "a = 1\n", 1)],
        ),
        ("# /// script\n# a = 1\n# ///", &[("script", "a = 1\n", 1)]),
        (
            "\u{feff}# /// script\r\n# a = 1\r\n#\r\n# ///\r\n",
            &[("script", "a = 1\n\n", 1)],
        ),
        (
            "#!/usr/bin/env python\n\n# /// x-1\n#   y\n# ///\n",
            &[("x-1", "  y\n", 3)],
        ),
        // The content must not be empty.
        ("# /// script\n# ///\n", &[]),
        ("# /// script\n# ///\n# ///\n", &[("script", "///\n", 1)]),
        // The last closing mark of the run of comments ends the block.
        (
            "# /// script\n# a\n# ///\n# b\n# ///\n# c\n",
            &[("script", "a\n///\nb\n", 1)],
        ),
        (
            "# /// script\n# a\n# ///\n\n# b\n# ///\n",
            &[("script", "a\n", 1)],
        ),
        ("# /// script\n# a\n\n# ///\n", &[]),
        ("# /// script\n#a\n# ///\n", &[]),
        ("# /// script\n# a\n #\n# ///\n", &[]),
        // Marks are exact.
        ("# /// script \n# a\n# ///\n", &[]),
        (" # /// script\n# a\n# ///\n", &[]),
        ("# /// script\n# a\n# /// \n", &[]),
        ("#/// script\n# a\n# ///\n", &[]),
        ("# /// scr_pt\n# a\n# ///\n", &[]),
        // An opening mark without an end is passed over; one inside a block is content.
        ("# /// a\n\n# /// b\n# x\n# ///\n", &[("b", "x\n", 3)]),
        ("# /// a\n# /// b\n# x\n# ///\n", &[("a", "/// b\nx\n", 1)]),
        (
            "# /// a\n# x\n# ///\nprint()\n# /// a\n# y\n# ///\n",
            &[("a", "x\n", 1), ("a", "y\n", 5)],
        ),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, content, line)| ((*kind).to_owned(), (*content).to_owned(), *line))
            .collect();
        assert_eq!(found(text), expected, "{text:?}");
    }
}

#[test]
fn the_range_covers_the_marks() {
    let text = "x\n# /// script\n# a\n# ///\ny\n";
    let block = find_block(text, "script").unwrap().unwrap();
    assert_eq!(&text[block.range], "# /// script\n# a\n# ///");
}

#[test]
fn several_blocks_of_a_type_are_refused() {
    let text = "# /// a\n# x\n# ///\n\n# /// a\n# y\n# ///\n";
    assert_eq!(
        find_block(text, "a").unwrap_err().to_string(),
        "the script has two `# /// a` blocks, on lines 1 and 5"
    );
    assert_eq!(find_block(text, "script"), Ok(None));
}

#[test]
fn an_unclosed_mark_is_told() {
    let cases = [
        ("# /// script\n# a\n", Some(1)),
        ("\n# /// script\n# a\n\n# ///\n", Some(2)),
        ("# /// script\n# a\n# ///\n", None),
        ("# /// other\n# /// script\n# ///\n", None),
    ];
    for (text, line) in cases {
        assert_eq!(unclosed_block_line(text, "script"), line, "{text:?}");
    }
}

#[test]
fn reads_the_metadata_of_a_script() {
    let text = "#!/usr/bin/env python3\n# /// script\n# requires-python = '>=3.11'\n# dependencies = [\n#   'requests<3',\n#   'rich',\n# ]\n#\n# [tool.tilsit]\n# x = 1\n# [tools]\n# ///\n\nimport requests\n";
    let (metadata, problems) = ScriptMetadata::of_script(text).unwrap().unwrap();
    assert_eq!(metadata.requires_python.unwrap().to_string(), ">=3.11");
    assert_eq!(metadata.dependencies.len(), 2);
    assert_eq!(metadata.tool["tilsit"]["x"].as_integer(), Some(1));
    assert_eq!(
        problems[0].to_string(),
        "line 11, column 4: `tools`: the specification has no such key"
    );
    assert_eq!(ScriptMetadata::of_script("import os\n"), Ok(None));
}

#[test]
fn faults_are_placed_in_the_script() {
    let cases = [
        (
            "# dependencies = 'x'",
            "line 2, column 18: `dependencies`: the value is a string, not an array",
        ),
        (
            "# requires-python = 3",
            "line 2, column 21: `requires-python`: the value is an integer, not a string",
        ),
        (
            "# x = 1\n# tool = 2",
            "line 3, column 10: `tool`: the value is an integer, not a table",
        ),
    ];
    for (lines, problem) in cases {
        let error =
            ScriptMetadata::of_script(&format!("# /// script\n{lines}\n# ///\n")).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the script's metadata is not valid: {problem}")
        );
    }
    for lines in ["# dependencies = ['-']", "# x ="] {
        let error =
            ScriptMetadata::of_script(&format!("# /// script\n{lines}\n# ///\n")).unwrap_err();
        assert!(error.to_string().contains("line 2, column "), "{error}");
    }
}
