//! Source trees before and after their findings are mended.

use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A pyproject.toml around what a case is about.
const HEAD: &str = "[build-system]\nrequires = [\"setuptools>=77.0.3\"]\nbuild-backend = \"setuptools.build_meta\"\n";

/// One file before and after; the rule that is mended, and whether that is safe.
struct Case {
    file: &'static str,
    rule: Rule,
    is_safe: bool,
    before: &'static str,
    after: &'static str,
}

const fn case(
    rule: Rule,
    is_safe: bool,
    file: &'static str,
    before: &'static str,
    after: &'static str,
) -> Case {
    Case {
        file,
        rule,
        is_safe,
        before,
        after,
    }
}

const CASES: [Case; 31] = [
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = { text = \"mit\" } # ours\nclassifiers = [\n  'License :: OSI Approved',\n  'License :: OSI Approved :: MIT License', # gone\n  'Topic :: Software Development', # kept\n]\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = \"MIT\" # ours\nclassifiers = [\n  'Topic :: Software Development', # kept\n]\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\r\nname = 'a'\r\nversion = '1'\r\n  license.file = 'LICENSE.txt'\r\n",
        "[project]\r\nname = 'a'\r\nversion = '1'\r\n  license-files = [\"LICENSE.txt\"]\r\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = { file = 'LICENSE' }\nclassifiers = ['License :: OSI Approved :: ISC License (ISCL)']\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = \"ISC\"\nlicense-files = [\"LICENSE\"]\nclassifiers = []\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nclassifiers = ['Topic :: Software Development', 'License :: OSI Approved :: MIT License']\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = \"MIT\"\nclassifiers = ['Topic :: Software Development']\n",
    ),
    case(
        Rule::ClassifierUnknown,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nclassifiers = ['Programming language :: Python :: 3', \"Topic :: Software Development\"]\n",
        "[project]\nname = 'a'\nversion = '1'\nclassifiers = ['Programming Language :: Python :: 3', \"Topic :: Software Development\"]\n",
    ),
    case(
        Rule::ClassifierDeprecated,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nclassifiers = ['Natural Language :: Ukranian', 'Natural Language :: Ukrainian']\n",
        "[project]\nname = 'a'\nversion = '1'\nclassifiers = ['Natural Language :: Ukrainian']\n",
    ),
    case(
        Rule::NameSpelling,
        false,
        PYPROJECT,
        "[project]\nname = 'A_b'\nversion = '1'\n",
        "[project]\nname = 'a-b'\nversion = '1'\n",
    ),
    case(
        Rule::PythonUpperBound,
        false,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = \">=3.9,!=3.9.1,<4\"\n",
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = \">=3.9,!=3.9.1\"\n",
    ),
    case(
        Rule::PythonUpperBound,
        false,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = '~=3.9'\n",
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.9'\n",
    ),
    case(
        Rule::ToolKeyRefused,
        true,
        PYPROJECT,
        "[tool.ruff]\nline_length = 100\n[tool.ruff.lint]\nselect = []\n",
        "[tool.ruff]\nline-length = 100\n[tool.ruff.lint]\nselect = []\n",
    ),
    case(
        Rule::ToolKeyRefused,
        false,
        PYPROJECT,
        "[tool.ruff.lint]\nselcet = []\n",
        "[tool.ruff.lint]\nselect = []\n",
    ),
    case(
        Rule::ToolKeyUnknown,
        false,
        PYPROJECT,
        "[tool.mypy]\nwarn-unused-configs = true\n",
        "[tool.mypy]\nwarn_unused_configs = true\n",
    ),
    case(
        Rule::SetupSpelling,
        true,
        SETUP_CFG,
        "[metadata]\nname = a\nAuthor-Email : a@a.example\n[tool:x]\na-b = 1\n",
        "[metadata]\nname = a\nauthor_email : a@a.example\n[tool:x]\na-b = 1\n",
    ),
    case(
        Rule::SetupKeyword,
        true,
        SETUP_CFG,
        "[metadata]\nlicense_file = LICENSE\n",
        "[metadata]\nlicense_files = LICENSE\n",
    ),
    case(
        Rule::SetupKeyword,
        false,
        SETUP_CFG,
        "[options]\ndependency_links =\n  https://a.example/a\n  # more\n\n# next\npackages = a\n",
        "[options]\n\n# next\npackages = a\n",
    ),
    case(
        Rule::ClassifierUnknown,
        true,
        SETUP_CFG,
        "[metadata]\nclassifiers =\n  # the list\n  programming language :: Python :: 3\n",
        "[metadata]\nclassifiers =\n  # the list\n  Programming Language :: Python :: 3\n",
    ),
    case(
        Rule::ClassifierDeprecated,
        true,
        SETUP_CFG,
        "[metadata]\r\nclassifiers =\r\n\tNatural Language :: Ukranian\r\n",
        "[metadata]\r\nclassifiers =\r\n\tNatural Language :: Ukrainian\r\n",
    ),
    case(
        Rule::Distutils,
        true,
        SETUP_PY,
        "# how\nfrom distutils.core import setup, Extension  # both\nsetup()\n",
        "# how\nfrom setuptools import setup, Extension  # both\nsetup()\n",
    ),
    case(
        Rule::BuildRequirementNeedless,
        true,
        PYPROJECT,
        "[build-system]\nrequires = [\"setuptools>=61\", \"wheel\"]\nbuild-backend = \"setuptools.build_meta\"\n",
        "[build-system]\nrequires = [\"setuptools>=61\"]\nbuild-backend = \"setuptools.build_meta\"\n",
    ),
    case(
        Rule::BuildRequirementNeedless,
        true,
        PYPROJECT,
        "[build-system]\nrequires = [\n  'wheel',  # old\n  'setuptools',\n]\nbuild-backend = \"setuptools.build_meta\"\n",
        "[build-system]\nrequires = [\n  'setuptools',\n]\nbuild-backend = \"setuptools.build_meta\"\n",
    ),
    case(
        Rule::BuildSystemMissing,
        false,
        PYPROJECT,
        "# Ours.\n\n# The project.\n[project]\nname = 'a'\nversion = '1'\n",
        "# Ours.\n\n[build-system]\nrequires = [\"setuptools>=40.8.0\"]\nbuild-backend = \"setuptools.build_meta\"\n\n# The project.\n[project]\nname = 'a'\nversion = '1'\n",
    ),
    case(
        Rule::BuildSystemMissing,
        false,
        PYPROJECT,
        "tool.x.a = 1",
        "tool.x.a = 1\n\n[build-system]\nrequires = [\"setuptools>=40.8.0\"]\nbuild-backend = \"setuptools.build_meta\"\n",
    ),
    case(
        Rule::PyProject,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = 'MIT OR Apache-2.0'\nclassifiers = [\n  'License :: OSI Approved :: MIT License', 'License :: OSI Approved :: Apache Software License',\n]\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = 'MIT OR Apache-2.0'\nclassifiers = [\n  \n]\n",
    ),
    case(
        Rule::PyProject,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nRequires_Python = '>=3.9'\n",
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.9'\n",
    ),
    // Nothing of these is sure.
    case(
        Rule::PyProject,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.9'\nrequires_python = '>=3.8'\n",
        "[project]\nname = 'a'\nversion = '1'\nrequires-python = '>=3.9'\nrequires_python = '>=3.8'\n",
    ),
    case(
        Rule::PyProject,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = 'MIT'\nclassifiers = ['License :: OSI Approved :: BSD License']\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = 'MIT'\nclassifiers = ['License :: OSI Approved :: BSD License']\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = { text = 'BSD' }\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = { text = 'BSD' }\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\n[project.license]\n# Ours.\ntext = 'MIT'\n",
        "[project]\nname = 'a'\nversion = '1'\n[project.license]\n# Ours.\ntext = 'MIT'\n",
    ),
    case(
        Rule::LicenseTable,
        true,
        PYPROJECT,
        "[project]\nname = 'a'\nversion = '1'\nlicense = { text = 'MIT' }\nclassifiers = ['License :: OSI Approved :: ISC License (ISCL)']\n",
        "[project]\nname = 'a'\nversion = '1'\nlicense = { text = 'MIT' }\nclassifiers = ['License :: OSI Approved :: ISC License (ISCL)']\n",
    ),
    case(
        Rule::SetupSpelling,
        true,
        SETUP_CFG,
        "[metadata]\nauthor-email = a\nauthor_email = b\n",
        "[metadata]\nauthor-email = a\nauthor_email = b\n",
    ),
    case(
        Rule::Distutils,
        true,
        SETUP_PY,
        "try:\n    from setuptools import setup\nexcept ImportError:\n    from distutils.core import setup\n",
        "try:\n    from setuptools import setup\nexcept ImportError:\n    from distutils.core import setup\n",
    ),
];

/// The case's file alone in a folder, with a build system where it is none of the case.
fn tree(case: &Case) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let needs_head = case.file == PYPROJECT
        && case.rule != Rule::BuildSystemMissing
        && !case.before.contains("[build-system]");
    let head = if needs_head { HEAD } else { "" };
    std::fs::write(folder.path().join(PYPROJECT), HEAD).unwrap();
    std::fs::write(
        folder.path().join(case.file),
        format!("{head}{}", case.before),
    )
    .unwrap();
    (folder, format!("{head}{}", case.after))
}

fn all(_: &Finding, _: &Fix) -> bool {
    true
}

fn safe(_: &Finding, fix: &Fix) -> bool {
    fix.is_safe
}

/// Writes what is to be.
fn write(folder: &Path, mended: &Mended) {
    for file in &mended.files {
        std::fs::write(folder.join(&file.name), &file.after).unwrap();
    }
}

#[test]
fn each_is_mended_and_the_rest_stays() {
    for case in &CASES {
        let (folder, after) = tree(case);
        let tree = Tree::new(folder.path());
        let found = tree.check().unwrap();
        let found = found.iter().find(|found| found.rule == case.rule);
        let found = found.unwrap_or_else(|| panic!("{:?}: {}", case.rule, case.before));
        let rule = |it: &Finding, _: &Fix| it.rule == case.rule;
        let mended = tree.mend(&rule).unwrap();
        let changed = mended.files.iter().find(|file| file.name == case.file);
        if case.before == case.after {
            assert_eq!(found.fix, None, "{}", case.before);
            assert_eq!(changed, None, "{}", case.before);
            continue;
        }
        let changed = changed.unwrap_or_else(|| panic!("nothing changed: {}", case.before));
        assert_eq!(changed.after, after);
        assert!(mended.mended.iter().all(|it| it.rule == case.rule));
        assert_eq!(
            found.fix.as_ref().unwrap().is_safe,
            case.is_safe,
            "{}",
            case.before
        );
        let left = mended.left.iter().find(|left| left.rule == case.rule);
        assert_eq!(left, None, "{}", case.before);
        let is_safe = !tree.mend(&safe).unwrap().files.is_empty();
        assert_eq!(is_safe, case.is_safe, "{}", case.before);
    }
}

/// What was mended once stays as it is, and no new kind of finding comes of it.
#[test]
fn a_second_time_changes_nothing() {
    for case in &CASES {
        for is_wanted in [&all as &dyn Fn(&Finding, &Fix) -> bool, &safe] {
            let (folder, _) = tree(case);
            let tree = Tree::new(folder.path());
            let found = tree.check().unwrap();
            let first = tree.mend(is_wanted).unwrap();
            write(folder.path(), &first);
            let again = tree.mend(is_wanted).unwrap();
            assert_eq!(again.files, [], "{}", case.before);
            assert_eq!(again.left, first.left, "{}", case.before);
            for left in &again.left {
                // What a fault kept from being looked at is seen behind it.
                let is_new = !found.iter().any(|found| found.rule == left.rule);
                assert!(!is_new || case.rule == Rule::PyProject, "{left}");
            }
        }
    }
}

/// Every rule whose findings have a fix somewhere has a case.
#[test]
fn all_that_is_mended_is_tried() {
    let tried: Vec<Rule> = CASES.iter().map(|case| case.rule).collect();
    let mended = [
        Rule::PyProject,
        Rule::LicenseTable,
        Rule::ClassifierUnknown,
        Rule::ClassifierDeprecated,
        Rule::NameSpelling,
        Rule::PythonUpperBound,
        Rule::ToolKeyRefused,
        Rule::ToolKeyUnknown,
        Rule::SetupSpelling,
        Rule::SetupKeyword,
        Rule::Distutils,
        Rule::BuildRequirementNeedless,
        Rule::BuildSystemMissing,
    ];
    for rule in mended {
        assert!(tried.contains(&rule), "{rule:?}");
    }
}

#[test]
fn old_backends_get_no_expression_unasked() {
    let with = |requires: &str, python: &str| {
        let text = format!(
            "[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"x\"\n[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \"{python}\"\nlicense = {{ text = \"MIT\" }}\n"
        );
        let found = check_pyproject(&text);
        let found = found
            .iter()
            .find(|it| it.rule == Rule::LicenseTable)
            .unwrap();
        found.fix.as_ref().unwrap().is_safe
    };
    assert!(with("setuptools", ">=3.9"));
    assert!(with("setuptools>=61", ">=3.10"));
    assert!(with("setuptools>=80", ">=3.8"));
    assert!(with("hatchling", ">=3.8"));
    assert!(with("uv_build>=0.9,<0.10", ">=3.8"));
    assert!(!with("setuptools>=61", ">=3.8"));
    assert!(!with("setuptools<70", ">=3.10"));
    assert!(!with("setuptools==69.*", ">=3.10"));
    assert!(!with("hatchling<1.20", ">=3.10"));
    assert!(!with("somebody", ">=3.10"));
}

#[test]
fn a_tree_of_old_is_made_new() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        SETUP_PY,
        "from distutils.core import setup\nimport os\nsetup(name='a')\n",
    );
    put(SETUP_CFG, "[metadata]\nlicense-file = COPYING\n");
    let mended = Tree::new(folder.path()).mend(&safe).unwrap();
    let after: Vec<_> = mended
        .files
        .iter()
        .map(|file| (&*file.name, &*file.after))
        .collect();
    assert_eq!(
        after,
        [
            (
                PYPROJECT,
                "[build-system]\nrequires = [\"setuptools>=40.8.0\"]\nbuild-backend = \"setuptools.build_meta\"\n"
            ),
            (SETUP_CFG, "[metadata]\nlicense_files = COPYING\n"),
            (
                SETUP_PY,
                "from setuptools import setup\nimport os\nsetup(name='a')\n"
            ),
        ]
    );
    assert_eq!(mended.files[0].before, None);
    // Its own modules are beside a script that is built in the old way alone.
    put("helpers.py", "");
    put(SETUP_PY, "from helpers import x\nsetup()\n");
    let mended = Tree::new(folder.path()).mend(&all).unwrap();
    assert!(!mended.files.iter().any(|file| file.name == PYPROJECT));
    // What is no UTF-8 stays as it is.
    std::fs::write(
        folder.path().join(SETUP_CFG),
        b"[metadata]\n# \xe9\nlicense-file = COPYING\n",
    )
    .unwrap();
    let mended = Tree::new(folder.path()).mend(&all).unwrap();
    assert_eq!(mended.files, []);
}

/// Files that git tracks and an sdist has not, put into MANIFEST.in.
#[test]
fn what_the_sdist_lacks_is_included() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(PYPROJECT, HEAD);
    let mut writer = crate::sdist::SdistWriter::new("demo-1.0", 0);
    for name in ["PKG-INFO", PYPROJECT, "demo/__init__.py"] {
        writer.add_file(
            name,
            b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n".to_vec(),
            false,
        );
    }
    let bytes = writer.finish().unwrap();
    let limits = tilsit_archive::Limits::default();
    let sdist = Sdist::from_bytes("demo-1.0.tar.gz", &bytes, &limits).unwrap();
    let try_with = |more: &[&str]| {
        let listed = [PYPROJECT, "demo/__init__.py", ".github/x.yml"]
            .iter()
            .chain(more);
        let listed: Vec<String> = listed.map(|name| (*name).to_owned()).collect();
        let tree = Tree::new(folder.path()).compared(&listed, &sdist);
        let mended = tree.mend(&all).unwrap();
        let is_safe = !tree.mend(&safe).unwrap().files.is_empty();
        let left = mended
            .left
            .into_iter()
            .map(|it| it.to_string())
            .collect::<Vec<_>>();
        let after = mended.files.into_iter().next().map(|file| file.after);
        (after.unwrap_or_default(), is_safe, left)
    };
    assert_eq!(try_with(&[]), (String::new(), false, Vec::new()));
    let later = "and 1 other is under version control and not in the source distribution; MANIFEST.in names it by now: build again";
    let (after, is_safe, left) = try_with(&["tox.ini", "docs/index.rst"]);
    assert_eq!(after, "include tox.ini\ninclude docs/index.rst\n");
    assert!(is_safe);
    assert!(left.len() == 1 && left[0].ends_with(later), "{left:?}");
    // Data of a package may become part of the wheel.
    let (after, is_safe, _) = try_with(&["demo/data.json"]);
    assert_eq!((&*after, is_safe), ("include demo/data.json\n", false));
    assert_eq!(try_with(&["odd [name].txt"]).0, "");
    put("MANIFEST.in", "# Ours\r\nexclude *.cfg");
    let (after, is_safe, _) = try_with(&["tox.ini"]);
    assert_eq!(
        (&*after, is_safe),
        ("# Ours\r\nexclude *.cfg\r\ninclude tox.ini\r\n", false)
    );
    put(
        PYPROJECT,
        "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n",
    );
    assert_eq!(try_with(&["tox.ini"]).0, "");
}
