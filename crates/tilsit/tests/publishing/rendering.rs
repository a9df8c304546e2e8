//! `check --render`: HTML on standard output, or why there is none.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn a_description_is_rendered() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "README.md",
        "# Hi\n\n<script>alert(1)</script>\n\n~~old~~ new\n",
    );
    assert_snapshot!(sandbox.run("check --render README.md"), @r##"
    exit: 0
    -- stdout
    <h1 id="user-content-hi">Hi<a href="#user-content-hi" rel="nofollow"></a></h1>
    &lt;script&gt;alert(1)&lt;/script&gt;
    <p><del>old</del> new</p>
    "##);
    let answer = sandbox.run_well("check --render README.md --content-type text/plain");
    assert!(
        answer.stdout.starts_with("# Hi<br><br>&lt;script&gt;"),
        "{answer}"
    );
    let answer = sandbox
        .run_well("check --render README.md --content-type text/markdown;variant=CommonMark");
    assert!(answer.stdout.contains("~~old~~ new"), "{answer}");
    let (_, answer) = sandbox.run_json("check --render README.md");
    assert_eq!(answer["result"]["content_type"], "text/markdown");
    assert!(
        answer["result"]["html"]
            .as_str()
            .unwrap()
            .contains("user-content-hi")
    );
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("README.md", "hi\n");
    sandbox.write("README.rst", "*hi*\n");
    sandbox.write("EMPTY.md", "\n");
    assert_snapshot!(sandbox.run("check --render README.md --content-type text/html"), @"
    exit: 1
    -- stderr
    error: cannot render `README.md`: the content type is not valid: `text/html` is none of `text/plain`, `text/x-rst` and `text/markdown` [TL0705]
    ");
    assert_snapshot!(
        sandbox.run("check --render README.md --content-type text/markdown;variant=Other"), @"
    exit: 1
    -- stderr
    error: cannot render `README.md`: the content type is not valid: the Markdown variant `Other` is neither `GFM` nor `CommonMark` [TL0705]
    ");
    assert_snapshot!(sandbox.run("check --render EMPTY.md"), @"
    exit: 1
    -- stderr
    error: cannot render `EMPTY.md`: the description is empty [TL0705]
    ");
    assert_snapshot!(sandbox.run("check --render MISSING.md"), @"
    exit: 2
    -- stderr
    error: cannot read `[ROOT]/project/MISSING.md` [TL0002]
      caused by: No such file or directory (os error 2)
    ");
    assert_snapshot!(sandbox.run("check --render README.rst"), @"
    exit: 0
    -- stdout
    <p><em>hi</em></p>
    ");
    sandbox.write("WRONG.rst", "hi\n==\n\n*you\n");
    assert_snapshot!(sandbox.run("check --render WRONG.rst"), @"
    exit: 1
    -- stderr
    error: cannot render `WRONG.rst`: the reStructuredText is not valid: line 4: Inline emphasis start-string without end-string. (warning) [TL0705]
    ");
}
