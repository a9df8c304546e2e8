//! What a block says, and where it is wrong.

use insta::assert_snapshot;

use super::read;

fn failure(text: &str) -> String {
    let error = read("report.py", text).unwrap_err();
    anstream::adapter::strip_str(&error.render()).to_string()
}

#[test]
fn a_block_is_read() {
    let text = "\
print('first')
# /// script
# requires-python = \">=3.11\"
# dependencies = [\"rich\", \"httpx<1\"]
# [tool.tilsit]
# index-url = \"https://index.example/simple/\"
# ///
";
    let script = read("report.py", text).unwrap().unwrap();
    assert_eq!(script.requires_python.unwrap().to_string(), ">=3.11");
    let names: Vec<_> = script
        .dependencies
        .iter()
        .map(|root| root.requirement.to_string())
        .collect();
    assert_eq!(names, ["rich", "httpx<1"]);
    assert!(script.settings.index_url.is_some());
}

#[test]
fn a_script_may_have_no_block() {
    assert!(read("report.py", "print()\n").unwrap().is_none());
    let other = "# /// other\n# x = 1\n# ///\n";
    assert!(read("report.py", other).unwrap().is_none());
}

#[test]
fn a_wrong_block_is_located() {
    let toml =
        "#!/usr/bin/env python\n# /// script\n# dependencies = [\n# 'a'\n# requires\n# ///\n";
    assert_snapshot!(failure(toml), @r"");
    let kind = "# /// script\n#\n# dependencies = 'rich'\n# ///\n";
    assert_snapshot!(failure(kind), @r"");
    let requirement = "# /// script\n# dependencies = ['rich=1']\n# ///\n";
    assert_snapshot!(failure(requirement), @r"");
    let python = "# /// script\n# requires-python = 'new'\n# ///\n";
    assert_snapshot!(failure(python), @r"");
    let unclosed = "# /// script\n# dependencies = []\n\nprint()\n";
    assert_snapshot!(failure(unclosed), @r"");
    let twice = "# /// script\n# ///\n\n# /// script\n# ///\n";
    assert_snapshot!(failure(twice), @r"");
}
