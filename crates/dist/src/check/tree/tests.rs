//! Tables of texts and what is found in them.

use super::*;

fn rules(findings: &[Finding]) -> Vec<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// A pyproject.toml with nothing to say about.
const SOUND: &str = r#"[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "spam"
version = "1.0"
description = "Spam"
readme = "README.md"
requires-python = ">=3.10"
license = "MIT"
classifiers = ["Programming Language :: Python :: 3"]
urls = { Source = "https://spam.example/" }
"#;

#[test]
fn a_sound_project_has_no_findings() {
    assert_eq!(check_pyproject(SOUND), []);
}

#[test]
fn each_practice_has_its_rule_and_line() {
    let cases = [
        ("name = \"spam\"", "name = \"Spam\"", Rule::NameSpelling, 5),
        (
            "name = \"spam\"",
            "name = \"spam\"\nnam = 1",
            Rule::PyProject,
            6,
        ),
        ("version = \"1.0\"", "version = 1.0", Rule::PyProject, 6),
        ("\">=3.10\"", "\">=3.10,<4\"", Rule::PythonUpperBound, 9),
        ("\">=3.10\"", "\"~=3.10\"", Rule::PythonUpperBound, 9),
        ("\">=3.10\"", "\">=3.10,<3\"", Rule::PyProject, 9),
        (
            "license = \"MIT\"",
            "license = { text = \"MIT\" }",
            Rule::LicenseTable,
            10,
        ),
        (
            ":: Python :: 3\"",
            ":: Python :: 33\"",
            Rule::ClassifierUnknown,
            11,
        ),
        (
            "Programming Language :: Python :: 3",
            "License :: OSI Approved :: MIT License",
            Rule::PyProject,
            11,
        ),
        (
            "Programming Language :: Python :: 3",
            "Natural Language :: Ukranian",
            Rule::ClassifierDeprecated,
            11,
        ),
        (
            "[project]\n",
            "[project]\ndependencies = [\"egg @ https://egg.example/egg.zip\"]\n",
            Rule::DirectUrl,
            5,
        ),
        (
            "[project]\n",
            "[tool.setuptools]\nzip-safe = 1\n[project]\n",
            Rule::PyProjectTool,
            5,
        ),
        (
            "[project]\n",
            "[dependency-groups]\na = [{ include-group = \"a\" }]\n[project]\n",
            Rule::PyProject,
            5,
        ),
    ];
    for (old, new, rule, line) in cases {
        assert!(SOUND.contains(old), "{old}");
        let findings = check_pyproject(&SOUND.replacen(old, new, 1));
        assert_eq!(rules(&findings), [rule], "{new}: {findings:?}");
        assert_eq!(findings[0].problem.line, Some(line), "{new}");
    }
}

#[test]
fn what_is_missing_has_its_rule() {
    let cases = [
        ("description = \"Spam\"\n", Rule::SummaryMissing),
        ("readme = \"README.md\"\n", Rule::DescriptionMissing),
        ("requires-python = \">=3.10\"\n", Rule::PythonUnstated),
        ("license = \"MIT\"\n", Rule::LicenseMissing),
        (
            "urls = { Source = \"https://spam.example/\" }\n",
            Rule::UrlsMissing,
        ),
        (
            "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n",
            Rule::BuildSystemMissing,
        ),
    ];
    for (part, rule) in cases {
        assert!(SOUND.contains(part));
        let findings = check_pyproject(&SOUND.replacen(part, "", 1));
        assert_eq!(rules(&findings), [rule], "{part}: {findings:?}");
    }
}

#[test]
fn setup_scripts_are_read_without_being_run() {
    let text = "from distutils.core import setup\n# use_2to3=True\nsetup(\n  doc='test_suite = x',\n  tests_require = ['a'],\n  features == 1,\n  my_features=2)\n'''\nuse_2to3=True\n'''\n";
    let findings = setup::check_script(text);
    assert_eq!(rules(&findings), [Rule::Distutils, Rule::SetupKeyword]);
    assert_eq!(findings[1].problem.line, Some(5));
    let text = "[metadata]\ndescription-file = x\nname = y\n[options]\nsetup_requires =\n  Use-this\n[tool:x]\nA-b = c\n";
    let findings = setup::check_configuration(text);
    assert_eq!(rules(&findings), [Rule::SetupSpelling, Rule::SetupKeyword]);
    assert_eq!(findings[1].problem.line, Some(5));
}

/// What a project without `[project]` says of itself.
#[test]
fn old_projects_say_the_same() {
    let of = |script, configuration| rules(&legacy::check(script, configuration));
    let all = [
        Rule::SummaryMissing,
        Rule::DescriptionMissing,
        Rule::LicenseMissing,
        Rule::UrlsMissing,
        Rule::PythonUnstated,
    ];
    assert_eq!(of(Some("setup(name='a')"), None), all);
    assert_eq!(of(None, Some("[metadata]\nname = a\n")), all);
    assert_eq!(of(Some("setup()"), Some("[tool:x]\nname = a\n")), all);
    for silent in ["setup(**about)", "setup(\n  pbr=True)", "print()"] {
        assert_eq!(of(Some(silent), None), [], "{silent}");
    }
    let script = "setup(description=x,\n long_description = y, url='', classifiers=['License :: Public Domain'])";
    assert_eq!(of(Some(script), None), [Rule::PythonUnstated]);
    let configuration = "[metadata]\nname = a\nsummary = b\nlong-description = file: c\nlicense = MIT\nproject_urls =\n  a = b\nclassifiers =\n  Topic :: Odd\n[options]\npython_requires = >=3\n";
    let found = legacy::check(None, Some(configuration));
    assert_eq!(rules(&found), [Rule::ClassifierUnknown]);
    assert_eq!(found[0].problem.line, Some(9));
    let both = "[project]\nname = 'a'\nversion = '1'\n";
    assert!(legacy::has_project(both) && !legacy::has_project("[build-system]\nrequires = []\n"));
}

#[test]
fn wheel_is_needless_beside_setuptools() {
    let with = |requires: &str, rest: &str| {
        let text = format!("[build-system]\nrequires = {requires}\n{rest}\n");
        rules(&check_pyproject(&text)) == [Rule::BuildRequirementNeedless]
    };
    assert!(with("['setuptools', 'wheel']", ""));
    assert!(with("['wheel']", "build-backend = 'setuptools.build_meta'"));
    assert!(!with("['setuptools', 'wheel>=0.40']", ""));
    assert!(!with("['setuptools']", ""));
    assert!(!with("['x', 'wheel']", "build-backend = 'x'"));
    assert!(!with(
        "['x', 'wheel']",
        "build-backend = 'x'\nbackend-path = ['.']"
    ));
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        PYPROJECT,
        "[build-system]\nrequires = ['setuptools', 'wheel']\n",
    );
    put(SETUP_PY, "from wheel.bdist_wheel import bdist_wheel");
    assert_eq!(Tree::new(folder.path()).check().unwrap(), []);
}

#[test]
fn tables_of_tools_are_looked_at() {
    let text =
        SOUND.to_owned() + "[tool.ruff]\nline_length = 1\n[tool.mypy]\nstrict = 1\nstrikt = 1\n";
    let found = check_pyproject(&text);
    let expected = [
        Rule::ToolKeyRefused,
        Rule::PyProjectTool,
        Rule::ToolKeyUnknown,
    ];
    assert_eq!(rules(&found), expected, "{found:?}");
    assert_eq!(found[2].problem.line, Some(17));
}

#[test]
fn pkg_resources_is_seen_where_it_is_imported() {
    let cases = [
        ("import os\nimport pkg_resources\n", Some(2)),
        (
            "try:\n    from pkg_resources import x\nexcept ImportError: pass",
            Some(2),
        ),
        ("\"\"\"\nimport pkg_resources\n\"\"\"\n", None),
        ("# import pkg_resources\nx = 'import pkg_resources'", None),
        ("import my_pkg_resources", None),
        ("x = '\\'\nimport pkg_resources", Some(2)),
    ];
    for (text, line) in cases {
        let found = sources::check_module("a.py", text);
        assert_eq!(found.and_then(|found| found.problem.line), line, "{text}");
    }
}

#[test]
fn a_tree_is_checked_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    assert!(!is_tree(folder.path()));
    write("setup.py", "import pkg_resources");
    assert!(is_tree(folder.path()));
    let found = |folder: &Path| rules(&Tree::new(folder).check().unwrap());
    assert_eq!(
        found(folder.path()),
        [Rule::BuildSystemMissing, Rule::PkgResources]
    );
    write("setup.py", "");
    write("pyproject.toml", SOUND);
    assert_eq!(
        found(folder.path()),
        [Rule::PyProject],
        "the readme is not there"
    );
    write("README.md", " \n");
    assert_eq!(found(folder.path()), [Rule::DescriptionMissing]);
    write("README.md", "# Spam\n");
    assert_eq!(found(folder.path()), []);
    write("pyproject.toml", &SOUND.replace("README.md", "README.rst"));
    write("README.rst", "a\n==\n\n.. unknown::\n");
    assert_eq!(found(folder.path()), [Rule::DescriptionNotRendered]);
}
