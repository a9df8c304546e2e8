//! Tables of tools, and what is said of them.

use super::*;

fn told(text: &str) -> Vec<String> {
    let problems = tool_problems(text).into_iter();
    let told = problems.map(|one| {
        let mark = match one.fault {
            ToolFault::Invalid => "invalid",
            ToolFault::Refused { .. } => "refused",
            ToolFault::PassedOver { .. } => "passed over",
        };
        format!("{mark} {}: {}", one.problem.subject, one.problem.reason)
    });
    told.collect()
}

#[test]
fn every_listing_is_whole() {
    for tool in &TOOLS {
        let read = listing::read(tool.listing);
        let read = read.unwrap_or_else(|| panic!("a line of {} is not of its form", tool.name));
        assert!(listing::is_whole(&read), "{}", tool.name);
    }
}

#[test]
fn what_tools_take_has_no_problems() {
    let text = r#"
[tool.black]
line-length = 100
[tool.cibuildwheel]
build = ["cp312-*"]
linux.archs = "auto"
[[tool.cibuildwheel.overrides]]
select = "*-musllinux*"
before-build = "apk add zlib"
inherit.before-build = "prepend"
[tool.coverage.run]
branch = true
source_pkgs = ["spam"]
[tool.coverage.my_plugin]
anything = 1
[tool.mypy]
strict = true
[[tool.mypy.overrides]]
module = "spam.*"
ignore_missing_imports = true
[tool.poetry.dependencies]
python = "^3.10"
egg = { version = "^1", extras = ["x"] }
bacon = [{ version = "1", python = "<3" }, { path = "../bacon" }]
[tool.pytest.ini_options]
addopts = "-ra"
django_settings_module = "x"
[tool.ruff.lint]
select = ["E", "E501", "ALL", "PL", "unused-import"]
per-file-ignores = { "tests/*" = ["S101"] }
[tool.uv]
dev-dependencies = ["pytest"]
sources = { spam = { path = "../spam", editable = true } }
[tool.somebody]
else = true
"#;
    assert_eq!(told(text), [""; 0]);
    assert_eq!(told("no toml"), [""; 0]);
    assert_eq!(told("tool = 1"), [""; 0]);
}

#[test]
fn each_fault_is_told_at_its_place() {
    let cases = [
        (
            "[tool.ruff]\nline_length = 100",
            "refused tool.ruff.line_length: ruff has no such key: `line-length` is meant",
        ),
        (
            "[tool.ruff]\nline-length = \"100\"",
            "invalid tool.ruff.line-length: the value is a string, not an integer",
        ),
        (
            "[tool.ruff]\nnot-a-real-option = true",
            "refused tool.ruff.not-a-real-option: ruff has no such key",
        ),
        (
            "[tool.ruff.lint]\nextend-select = [\"NOTACODE\"]",
            "refused tool.ruff.lint.extend-select[0]: no code of ruff begins as `NOTACODE`",
        ),
        (
            "[[tool.cibuildwheel.overrides]]\ntest-command = \"pytest\"",
            "invalid tool.cibuildwheel.overrides[0].select: the key is missing",
        ),
        (
            "[[tool.cibuildwheel.overrides]]\nselect = \"cp312-*\"",
            "invalid tool.cibuildwheel.overrides[0]: has 1 of at least 2 keys",
        ),
        (
            "[tool.poetry]\ndescription = \"a\\nb\"",
            "invalid tool.poetry.description: has more than one line",
        ),
        (
            "[tool.mypy]\nstrict = \"yes\"",
            "invalid tool.mypy.strict: the value is a string, not a boolean",
        ),
        (
            "[tool.mypy]\ndisallow_untyped_def = true",
            "passed over tool.mypy.disallow_untyped_def: mypy has no such key: `disallow_untyped_defs` is meant",
        ),
        (
            "[tool.pytest.ini_options]\ntestpath = [\"tests\"]",
            "passed over tool.pytest.ini_options.testpath: pytest has no such key: `testpaths` is meant",
        ),
        (
            "[tool.coverage.run]\nbranch = \"yes\"",
            "invalid tool.coverage.run.branch: the value is a string, not a boolean",
        ),
        (
            "[tool.uv]\nresolution = \"lowst\"",
            "passed over tool.uv.resolution: `lowst` is not a value of it: `lowest` is meant",
        ),
        (
            "[tool]\nblack = 1",
            "invalid tool.black: the value is an integer, not a table",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), [expected], "{text}");
    }
}

/// Tables in tables of a form that names itself make no work without end.
#[test]
fn deep_tables_have_an_end() {
    let mut value = "\"x\"".to_owned();
    for _ in 0..60 {
        value = format!("{{ sequence = [{value}] }}");
    }
    let text = format!("[tool.poe.tasks]\na = {value}\n");
    drop(tool_problems(&text));
}
