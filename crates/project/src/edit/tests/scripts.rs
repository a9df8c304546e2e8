//! The metadata blocks of scripts.

use super::*;

fn script(text: &str, requirement: &str) -> String {
    let mut editor = Editor::script(text).unwrap();
    let addition = Addition::of(requirement.parse().unwrap());
    editor.add(&List::Script, &addition).unwrap();
    editor.into_text()
}

#[test]
fn a_block_is_changed_and_its_other_lines_stay() {
    let text = "#!/usr/bin/env python\n# /// script\n# # What it needs.\n# dependencies = [\n#   \"a\",  # first\n# ]\n# \n#\n# [tool.x]\n# ///\nimport a\n";
    assert_eq!(
        script(text, "b>=1"),
        text.replace("first\n", "first\n#   \"b>=1\",\n")
    );
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(
        script(&crlf, "b>=1"),
        crlf.replace("first\r\n", "first\r\n#   \"b>=1\",\r\n")
    );
    let mut editor = Editor::script(text).unwrap();
    let removed = editor.remove(&List::Script, &"a".parse().unwrap()).unwrap();
    assert_eq!(removed, ["a"]);
    let after = "#!/usr/bin/env python\n# /// script\n# # What it needs.\n# dependencies = []\n# \n#\n# [tool.x]\n# ///\nimport a\n";
    assert_eq!(editor.into_text(), after);
}

#[test]
fn a_block_is_made_below_the_first_lines() {
    let block = "# /// script\n# dependencies = [\n#     \"a\",\n# ]\n# ///\n";
    let cases = [
        ("", block.to_string()),
        ("import a\n", format!("{block}\nimport a\n")),
        (
            "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\nimport a\n",
            format!("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n{block}\nimport a\n"),
        ),
        // What a fuzzer found: a block of another kind, whose line looks like that of an encoding.
        (
            "#!/usr/bin/env python\n# /// recoding\n# x\n",
            format!("#!/usr/bin/env python\n{block}\n# /// recoding\n# x\n"),
        ),
        (
            "#!/usr/bin/env python\r# /// recoding\n# x\n",
            format!("#!/usr/bin/env python\r{block}\n# /// recoding\n# x\n"),
        ),
        (
            "\u{feff}# Reports.\nimport a",
            format!("\u{feff}{block}\n# Reports.\nimport a"),
        ),
    ];
    for (before, after) in cases {
        assert_eq!(script(before, "a"), after, "{before:?}");
    }
}

#[test]
fn keys_of_a_block_come_before_its_tables() {
    let text = "# /// script\n# [tool.uv]\n# offline = true\n# ///\n";
    assert_eq!(
        script(text, "a"),
        "# /// script\n# dependencies = [\n#     \"a\",\n# ]\n#\n# [tool.uv]\n# offline = true\n# ///\n"
    );
    let mut editor = Editor::script("").unwrap();
    editor.set_requires_python(">=3.12").unwrap();
    editor.set_index("here", "https://index.example/").unwrap();
    assert_eq!(
        editor.into_text(),
        "# /// script\n# requires-python = \">=3.12\"\n#\n# [[tool.tilsit.index]]\n# name = \"here\"\n# url = \"https://index.example/\"\n# ///\n"
    );
}

#[test]
fn a_wrong_block_is_refused_with_its_line() {
    let cases = [
        (
            "# /// script\n# x = 1\n\n",
            "the block `# /// script` on line 1 is not closed",
        ),
        (
            "# /// script\n# x = 1\n# ///\n\n# /// script\n# x = 1\n# ///\n",
            "the script has two `# /// script` blocks, on lines 1 and 5",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(Editor::script(text).unwrap_err().to_string(), message);
    }
    let error = Editor::script("\n# /// script\n# x =\n# ///\n").unwrap_err();
    assert!(error.to_string().starts_with("line 3: `TOML`"), "{error}");
    let text = "# /// script\n# x = 1\n# dependencies = [\n#   '-',\n# ]\n# ///\n";
    let mut editor = Editor::script(text).unwrap();
    let addition = Addition::of("a".parse().unwrap());
    let error = editor.add(&List::Script, &addition).unwrap_err();
    assert!(
        error.to_string().starts_with("line 4: `dependencies[0]`"),
        "{error}"
    );
    assert_eq!(editor.into_text(), text);
}
