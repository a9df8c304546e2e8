//! setup.py and setup.cfg.

use insta::assert_snapshot;
use tilsit_dist::setuptools::setup_cfg;

use super::*;

const SETUP_PY: &str = "\
import os
from setuptools import find_packages, setup

tests = ['pytest>=7']

setup(
    name='Shop',
    version=read_version(),
    description='sells\\n  things',
    long_description=open('README.md').read(),
    long_description_content_type='text/markdown',
    author='Ann, Bob', author_email='ann@x.example, bob@x.example',
    url='https://x.example', license='MIT',
    project_urls={'Source': 'https://x.example/source'},
    packages=find_packages(),
    python_requires='>=3.8',
    install_requires=['Flask >= 2', 'colorama; sys_platform == \"win32\"'],
    extras_require={'test': tests, ':python_version < \"3.11\"': ['tomli'], 'x:os_name == \"nt\"': ['pywin32']},
    setup_requires=['setuptools_scm'],
    tests_require=tests,
    entry_points={'console_scripts': ['shop = shop.main:run'], 'shop.plugins': ['a=shop.a']},
    keywords='buy sell',
    platforms='any',
    zip_safe=False,
)
";

#[test]
fn setup_py_becomes_a_project() {
    assert_snapshot!(imported(&[("setup.py", SETUP_PY)]), @r#"
    [project]
    name = "Shop"
    description = "sells things"
    requires-python = ">=3.8"
    license = { text = "MIT" }
    authors = [
        { name = "Ann", email = "ann@x.example" },
        { name = "Bob", email = "bob@x.example" },
    ]
    keywords = ["buy", "sell"]
    dynamic = ["version", "readme"]
    dependencies = [
        'colorama; sys_platform == "win32"',
        "Flask >= 2",
        'tomli; python_version < "3.11"',
    ]

    [project.optional-dependencies]
    test = [
        "pytest>=7",
    ]
    x = [
        'pywin32; os_name == "nt"',
    ]

    [project.urls]
    Homepage = "https://x.example"
    Source = "https://x.example/source"

    [project.scripts]
    shop = "shop.main:run"

    [project.entry-points."shop.plugins"]
    a = "shop.a"

    [dependency-groups]
    test = [
        "pytest>=7",
    ]

    [build-system]
    requires = ["setuptools_scm", "setuptools"]
    build-backend = "setuptools.build_meta:__legacy__"
    ----
    setup.py:7 name: Written project.name
    setup.py:8 version: Written project.dynamic (`version` is found out when it is built)
    setup.py:9 description: Written project.description
    setup.py:10 long_description: Written project.dynamic (`readme` is found out when it is built)
    setup.py:11 long_description_content_type: Stays (it goes with `project.readme`)
    setup.py:12 author: Written project.authors
    setup.py:12 author_email: Stays (it goes with `project.authors`)
    setup.py:13 url: Written project.urls.Homepage
    setup.py:13 license: Written project.license
    setup.py:14 project_urls: Written project.urls.Source
    setup.py:15 packages: Stays (setuptools alone knows it, and goes on reading it here)
    setup.py:16 python_requires: Written project.requires-python
    setup.py:17 install_requires: Written project.dependencies (`Flask >= 2`)
    setup.py:17 install_requires: Written project.dependencies (`colorama; sys_platform == "win32"`)
    setup.py:18 extras_require test: Written project.optional-dependencies.test (`pytest>=7`)
    setup.py:18 extras_require :python_version < "3.11": Written project.dependencies (`tomli; python_version < "3.11"`)
    setup.py:18 extras_require x:os_name == "nt": Written project.optional-dependencies.x (`pywin32; os_name == "nt"`)
    setup.py:19 setup_requires: Written build-system.requires (`setuptools_scm`)
    setup.py:20 tests_require: Written dependency-groups.test (`pytest>=7`)
    setup.py:21 entry_points console_scripts: Written project.scripts.shop
    setup.py:21 entry_points shop.plugins: Written project.entry-points.shop.plugins.a
    setup.py:22 keywords: Written project.keywords
    setup.py:23 platforms: LeftOut (setuptools no longer reads it, or no index shows it)
    setup.py:24 zip_safe: Stays (setuptools alone knows it, and goes on reading it here)
    setup.py : Written build-system.requires (`setuptools`)
    "#);
}

const SETUP_CFG: &str = "\
[metadata]
name = shop
version = attr: shop.__version__
description = sells things
long_description = file: README.rst
license = BSD-3-Clause
author = Ann
author_email = ann@x.example
classifiers =
    Programming Language :: Python
    # the newest one
    Typing :: Typed
project_urls =
    Source = https://x.example/source

[options]
packages = find:
python_requires = >=3.9
install_requires =
    flask>=2
    attrs; python_version < '3.12'

[options.extras_require]
test =
    pytest
docs = sphinx; furo

[options.entry_points]
console_scripts =
    shop = shop.main:run

[flake8]
max-line-length = 100
";

#[test]
fn setup_cfg_becomes_a_project() {
    assert_snapshot!(imported(&[("setup.cfg", SETUP_CFG)]), @r#"
    [project]
    name = "shop"
    description = "sells things"
    readme = "README.rst"
    requires-python = ">=3.9"
    license = { text = "BSD-3-Clause" }
    authors = [
        { name = "Ann", email = "ann@x.example" },
    ]
    classifiers = ["Programming Language :: Python", "Typing :: Typed"]
    dynamic = ["version"]
    dependencies = [
        "attrs; python_version < '3.12'",
        "flask>=2",
    ]

    [project.optional-dependencies]
    docs = [
        "furo",
        "sphinx",
    ]
    test = [
        "pytest",
    ]

    [project.urls]
    Source = "https://x.example/source"

    [project.scripts]
    shop = "shop.main:run"

    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"
    ----
    setup.cfg:2 [metadata] name: Written project.name
    setup.cfg:3 [metadata] version: Written project.dynamic (`version` is found out when it is built)
    setup.cfg:4 [metadata] description: Written project.description
    setup.cfg:5 [metadata] long_description: Written project.readme
    setup.cfg:6 [metadata] license: Written project.license
    setup.cfg:7 [metadata] author: Written project.authors
    setup.cfg:8 [metadata] author_email: Stays (it goes with `project.authors`)
    setup.cfg:9 [metadata] classifiers: Written project.classifiers
    setup.cfg:13 [metadata] project_urls: Written project.urls.Source
    setup.cfg:17 [options] packages: Stays (setuptools alone knows it, and goes on reading it here)
    setup.cfg:18 [options] python_requires: Written project.requires-python
    setup.cfg:19 [options] install_requires: Written project.dependencies (`flask>=2`)
    setup.cfg:19 [options] install_requires: Written project.dependencies (`attrs; python_version < '3.12'`)
    setup.cfg:23 [options.extras_require] test: Written project.optional-dependencies.test (`pytest`)
    setup.cfg:23 [options.extras_require] docs: Written project.optional-dependencies.docs (`sphinx`)
    setup.cfg:23 [options.extras_require] docs: Written project.optional-dependencies.docs (`furo`)
    setup.cfg:28 [options.entry_points] console_scripts: Written project.scripts.shop
    setup.cfg:32 [flake8] : Stays (it is about another tool, or about files, and not about what the project needs)
    setup.cfg : Written build-system.requires (`setuptools`)
    "#);
}

#[test]
fn setup_py_goes_before_setup_cfg_and_a_build_system_stays() {
    let files = [
        (
            "setup.py",
            "setup(name='shop', version='2', install_requires=[])\n",
        ),
        ("setup.cfg", SETUP_CFG),
        (
            "pyproject.toml",
            "# how it is built\n[build-system]\nrequires = ['setuptools>=61']  # ours\nbuild-backend = 'setuptools.build_meta'\n\n[tool.black]\nline-length = 100\n",
        ),
    ];
    let told = imported(&files);
    assert!(
        told.starts_with(
            "# how it is built\n[build-system]\nrequires = ['setuptools>=61']  # ours\n"
        ),
        "{told}"
    );
    assert!(
        told.contains("\n[tool.black]\nline-length = 100\n"),
        "{told}"
    );
    assert!(told.contains("version = '2'\n"), "{told}");
    assert!(
        told.contains("setup.cfg:3 [metadata] version: LeftOut (`setup.py` says so before)"),
        "{told}"
    );
    assert!(told.contains("'flask>=2',\n"), "{told}");
}

#[test]
fn what_only_running_tells_is_named() {
    for (text, expected) in [
        (
            "setup(**settings)",
            "`setup.py`: line 1 hands over arguments of `setup()` that only running it would tell",
        ),
        ("print(1)", "`setup.py`: it does not call `setup()`"),
    ] {
        assert_eq!(refusal(&[("setup.py", text)]), expected);
    }
    let told = imported(&[("setup.py", "setup(name='a', install_requires=read())")]);
    assert!(
        told.contains("dynamic = [\"dependencies\", \"version\"]\n"),
        "{told}"
    );
    assert!(!told.contains("\ndependencies"), "{told}");
    for (wrong, reason) in [
        ("[metadata\n", "line 1: the name of a section has no `]`"),
        ("key = 1\n", "line 1: a key stands before any section"),
        (
            "[metadata]\nwhat\n",
            "line 2: neither a section, nor a key with `=`",
        ),
    ] {
        let files = [("setup.py", "setup()"), ("setup.cfg", wrong)];
        assert_eq!(refusal(&files), format!("`setup.cfg`: {reason}"));
    }
}

#[test]
fn the_dialect_of_distutils2_is_read() {
    let text = "[metadata]\nname = old\nversion = 1.0\nsummary = in short\ndescription-file = README\n\
                requires-python = >=2.6\nrequires-dist =\n    six (>1.1)  # since then\n    enum34 ; python_version < '3.4'\n\
                project-url =\n    Docs, https://index.example/docs\nclassifier =\n    A :: B ; os_name == 'nt'\n\
                [files]\npackages_root = src\npackages =\n    one\n    one.two\nresources =\n    x = {data}\n\
                [global]\nsetup_hooks = a.b\n";
    let folder = tempfile::tempdir().unwrap();
    tilsit_files::write(folder.path().join("setup.cfg"), text).unwrap();
    let items = read_all(folder.path(), "setup.cfg");
    assert_snapshot!(items, @r#"
    [metadata] name: project.name = "old"
    [metadata] version: project.version = "1.0"
    [metadata] description: project.description = "in short"
    [metadata] long_description: dynamic readme
    [metadata] python_requires: project.requires-python = ">=2.6"
    [metadata] install_requires: Project: six>1.1
    [metadata] install_requires: Project: enum34; python_version < "3.4"
    [metadata] project_urls: project.urls.Docs = "https://index.example/docs"
    [metadata] classifiers: project.classifiers = ["A :: B"]
    [files] packages_root: tool.setuptools.package-dir. = "src"
    [files] packages: tool.setuptools.packages = ["one", "one.two"]
    [files] resources: left out: left for you: say it in `[tool.setuptools]`, in MANIFEST.in or with pbr
    [global] : stays: it is about another tool, or about files, and not about what the project needs
    : to build: setuptools
    "#);
    // With `[options]` it is setuptools' own, in which `description` is the short one.
    let said =
        setup_cfg("[metadata]\ndescription = a\n[options]\n[files]\npackages = b\n").unwrap();
    let keys: Vec<&str> = said.iter().map(|said| said.key.as_str()).collect();
    assert_eq!(keys, ["description", ""]);
}

#[test]
fn flit_ini_is_read() {
    let text = "[metadata]\nmodule = shop\nauthor = A\nauthor-email = a@index.example\nhome-page = https://index.example/\n\
                requires = requests>=2\n    docutils\ndev-requires = pytest\nclassifiers = A :: B\n    C :: D\n\
                entry-points-file = entry_points.txt\n[scripts]\nshop = shop:main\n[other]\nx = y\n";
    let folder = tempfile::tempdir().unwrap();
    tilsit_files::write(folder.path().join("flit.ini"), text).unwrap();
    let items = read_all(folder.path(), "flit.ini");
    assert_snapshot!(items, @r#"
    metadata.module: project.name = "shop"
    metadata.author: project.authors = [{ name = "A", email = "a@index.example" }]
    metadata.author-email: stays: it goes with the name
    metadata.home-page: project.urls.Homepage = "https://index.example/"
    metadata.requires: Project: requests>=2
    metadata.requires: Project: docutils
    metadata.dev-requires: Group(GroupName("dev")): pytest
    metadata.classifiers: project.classifiers = ["A :: B", "C :: D"]
    metadata.module: dynamic version
    metadata.module: dynamic description
    scripts: project.scripts.shop = "shop:main"
    metadata: to build: flit_core>=3.2,<4
    metadata.entry-points-file: left out: left for you: `entry_points.txt` has entry points
    other: left out: flit never read it
    "#);
}

/// A line for each key, and where it goes.
fn read_all(folder: &std::path::Path, file: &str) -> String {
    let found = find(folder, None).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].file, file);
    let world = World {
        folder,
        variable: &|_| None,
        group: None,
    };
    let foreign = read(&found, world).unwrap();
    let lines = foreign.items.iter().map(|item| {
        let what = match &item.what {
            What::Key { table, key, value } => format!("{}.{key} = {value}", table.join(".")),
            What::Requirement(listed) => format!("{:?}: {}", listed.list, listed.requirement),
            What::Dynamic(key) => format!("dynamic {key}"),
            What::BuildRequirement(text) => format!("to build: {text}"),
            What::Stays(why) => format!("stays: {why}"),
            What::LeftOut(why) => format!("left out: {why}"),
            other => format!("{other:?}"),
        };
        format!("{}: {what}\n", item.origin.key)
    });
    lines.collect()
}
