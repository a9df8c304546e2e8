//! What a block says, and where it is wrong.

use insta::assert_snapshot;

use std::path::Path;

use super::Script;
use crate::error::CommandError;

fn read(file: &str, text: &str) -> Result<Option<Script>, CommandError> {
    super::read(file, Path::new("/project"), text)
}

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
    assert_snapshot!(failure(toml), @"
    error: the metadata of `report.py`, line 5 is not valid [TL0103]
      caused by: missing comma between array elements, expected `,`
    ");
    let kind = "# /// script\n#\n# dependencies = 'rich'\n# ///\n";
    assert_snapshot!(failure(kind), @r#"
    error: the metadata of `report.py`, line 3 is not valid [TL0103]
      caused by: invalid type: string "rich", expected a sequence
    "#);
    let requirement = "# /// script\n# dependencies = ['rich=1']\n# ///\n";
    assert_snapshot!(failure(requirement), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: `dependencies` has `rich=1`: `rich=1` is not a requirement: a comparison operator is missing at byte 4
    ");
    let python = "# /// script\n# requires-python = 'new'\n# ///\n";
    assert_snapshot!(failure(python), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: `requires-python` is `new`: `new` is not a version specifier: a comparison operator is missing at byte 0
    ");
    let unclosed = "# /// script\n# dependencies = []\n\nprint()\n";
    assert_snapshot!(failure(unclosed), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: the block `# /// script` is not closed
    hint: end it with a line `# ///`, and begin each line between with `#`
    ");
    let twice = "# /// script\n# a = 1\n# ///\n\n# /// script\n# b = 1\n# ///\n";
    assert_snapshot!(failure(twice), @"
    error: the metadata of `report.py` is not valid [TL0103]
      caused by: the script has two `# /// script` blocks, on lines 1 and 5
    ");
}

#[test]
fn the_settings_of_uv_count_where_ours_are_silent() {
    let text = "\
# /// script
# dependencies = ['Rich>=1', 'tool', 'ours[more]', 'plain; python_version > \"3\"']
# [tool.tilsit]
# resolution = 'lowest'
# [tool.uv]
# exclude-newer = '2026-01-01'
# resolution = 'highest'
# prerelease = 'allow'
# cache-keys = [{ file = 'x' }]
# index = [{ name = 'here', url = 'https://index.example/simple/', explicit = false }]
# [tool.uv.sources]
# rich = { url = 'https://index.example/rich-1.0-py3-none-any.whl' }
# tool = { git = 'https://index.example/tool', tag = 'v1', subdirectory = 'python' }
# ours = { path = '../ours-2.0-py3-none-any.whl' }
# plain = { index = 'here' }
# ///
";
    let script = read("report.py", text).unwrap().unwrap();
    let requirements: Vec<_> = script
        .dependencies
        .iter()
        .map(|root| root.requirement.to_string())
        .collect();
    assert_eq!(
        requirements,
        [
            "rich @ https://index.example/rich-1.0-py3-none-any.whl",
            "tool @ git+https://index.example/tool@v1#subdirectory=python",
            "ours[more] @ file:///ours-2.0-py3-none-any.whl",
            "plain; python_version >= \"3.1\"",
        ]
    );
    let settings = script.settings;
    assert_eq!(settings.resolution.as_deref(), Some("lowest"));
    assert_eq!(settings.exclude_newer.as_deref(), Some("2026-01-01"));
    assert_eq!(settings.prerelease.as_deref(), Some("allow"));
    assert_eq!(settings.sources.unwrap()["plain"].0[0].index, "here");
    let index = &settings.index.unwrap()[0];
    assert_eq!(index.name.as_deref(), Some("here"));
    let workspace = "# /// script\n# [tool.uv.sources]\n# a = { workspace = true }\n# ///\n";
    assert_snapshot!(failure(workspace), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: `tool.uv.sources.a` has none of `index`, `url`, `path` and `git`
    ");
}

#[test]
fn several_sources_with_markers() {
    let text = "\
# /// script
# dependencies = ['a>=1', 'b; python_version >= \"3.9\"', 'c']
# [tool.uv.sources]
# a = [
#   { url = 'https://index.example/a-1.0-py3-none-any.whl', marker = 'sys_platform == \"linux\"' },
#   { path = 'a-2.0-py3-none-any.whl', marker = 'sys_platform == \"win32\"' },
# ]
# b = [{ git = 'https://index.example/b', marker = 'sys_platform == \"linux\"' }, { url = 'https://index.example/b-1.0-py3-none-any.whl' }]
# c = [{ index = 'cpu', marker = 'sys_platform == \"linux\"' }, { index = 'gpu' }]
# ///
";
    let script = read("report.py", text).unwrap().unwrap();
    let requirements: Vec<_> = script
        .dependencies
        .iter()
        .map(|root| root.requirement.to_string())
        .collect();
    assert_snapshot!(requirements.join("\n"), @r#"
    a @ https://index.example/a-1.0-py3-none-any.whl ; sys_platform == "linux"
    a @ file:///project/a-2.0-py3-none-any.whl ; sys_platform == "win32"
    a>=1; sys_platform != "linux" and sys_platform != "win32"
    b @ git+https://index.example/b ; python_version >= "3.9" and sys_platform == "linux"
    b @ https://index.example/b-1.0-py3-none-any.whl ; python_version >= "3.9" and sys_platform != "linux"
    c
    "#);
    let sources = &script.settings.sources.unwrap()["c"].0;
    assert_eq!(
        sources[0].marker.as_deref(),
        Some("sys_platform == \"linux\"")
    );
    assert_eq!(
        (sources[1].index.as_str(), &sources[1].marker),
        ("gpu", &None)
    );
    let wrong = "# /// script\n# [tool.uv.sources]\n# a = { url = 'https://index.example/a.zip', marker = 'linux' }\n# ///\n";
    assert_snapshot!(failure(wrong), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: `tool.uv.sources.a` has the marker `linux`: `linux` is not a marker: `linux` is no marker variable at byte 0
    ");
}

#[test]
fn our_sources_take_the_place_of_uvs() {
    let text = "\
# /// script
# dependencies = ['a', 'b']
# [tool.tilsit.sources]
# a = { url = 'https://index.example/a-1.0-py3-none-any.whl' }
# [tool.uv.sources]
# b = { git = 'https://index.example/b' }
# ///
";
    let script = read("report.py", text).unwrap().unwrap();
    let requirements = script.dependencies.iter();
    let requirements: Vec<_> = requirements
        .map(|root| root.requirement.to_string())
        .collect();
    assert_eq!(
        requirements,
        ["a @ https://index.example/a-1.0-py3-none-any.whl", "b"]
    );
    let wrong = text.replace("{ url =", "{ uri =");
    assert_snapshot!(failure(&wrong), @"
    error: the metadata of `report.py`, line 1 is not valid [TL0103]
      caused by: `tool.tilsit.sources.a` has none of `index`, `url`, `path` and `git`
    ");
}
