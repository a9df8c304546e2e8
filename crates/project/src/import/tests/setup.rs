//! setup.py and setup.cfg.

use insta::assert_snapshot;

use super::*;
use crate::import::setup_py::{Argument, Literal};

fn argument(text: &str) -> Option<Literal> {
    let text = format!("from setuptools import setup\nsetup(x={text}, last=1)\n");
    let arguments = setup_py(&text).unwrap();
    assert_eq!(arguments.len(), 2, "{text}");
    assert_eq!(arguments[1].value, Some(Literal::Number("1".to_owned())));
    arguments[0].value.clone()
}

#[test]
fn literals_are_read_and_nothing_else() {
    let text = |text: &str| Some(Literal::Text(text.to_owned()));
    for (source, expected) in [
        ("'a'", text("a")),
        ("u'a' \"b\"\n  r'\\n'", text("ab\\n")),
        ("'''a\nb'''", text("a\nb")),
        ("'a\\\nb\\tc\\'d'", text("ab\tc'd")),
        ("('a' + 'b')", text("ab")),
        ("'\\x41'", None),
        ("f'a'", None),
        ("b'a'", None),
        ("'a'.upper()", None),
        ("'a' % b", None),
        ("open('README').read()", None),
        ("[x for x in 'abc']", None),
        ("'a' if b else 'c'", None),
        ("lambda a, b: (a, b)", None),
        ("None", Some(Literal::Nothing)),
        ("True", Some(Literal::Truth(true))),
        ("3.5", Some(Literal::Number("3.5".to_owned()))),
        ("unknown", None),
    ] {
        assert_eq!(argument(source), expected, "{source}");
    }
    let list = Literal::List(vec![Literal::Text("a".into()), Literal::Text("b".into())]);
    for source in ["['a', 'b']", "('a', 'b',)", "{'a', 'b'}", "['a'] + ['b'] # c"] {
        assert_eq!(argument(source), Some(list.clone()), "{source}");
    }
    let table = Literal::Table(vec![("k".into(), list)]);
    for source in ["{'k': ['a', 'b']}", "dict(k=['a', 'b'])"] {
        assert_eq!(argument(source), Some(table.clone()), "{source}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(argument(&deep), None);
}

#[test]
fn names_stand_for_what_they_are_given_once() {
    let of = |before: &str| {
        let text = format!("{before}\nsetup(x=names)\n");
        let arguments = setup_py(&text).unwrap();
        arguments[0].value.clone().and_then(|value| {
            let texts = value.texts()?.into_iter().map(str::to_owned);
            Some(texts.collect::<Vec<_>>())
        })
    };
    let a = Some(vec!["a".to_owned()]);
    assert_eq!(of("names = ['a']"), a);
    assert_eq!(of("first = 'a'\nnames = [first]"), a);
    for changed in [
        "names = ['a']\nif windows:\n    names.append('b')",
        "names = ['a']\nif windows: names.append('b')",
        "names = ['a']\nnames += ['b']",
        "names = ['a']\nnames[0] = 'b'",
        "names = ['a']\nnames = ['b']",
        "if windows:\n    names = ['a']",
        "names = read('a')",
        "names == ['a']",
    ] {
        assert_eq!(of(changed), None, "{changed}");
    }
    // Each name doubles the one before.
    let mut bomb = "n0 = ['aaaaaaaaaaaaaaaa']\n".to_owned();
    for number in 1..64 {
        let before = number - 1;
        bomb.push_str(&format!("n{number} = n{before} + n{before}\n"));
    }
    assert_eq!(of(&format!("{bomb}names = n63")), None);
}

#[test]
fn calls_are_found() {
    let keys = |text: &str| {
        let arguments = setup_py(text).map_err(|error| error.to_string())?;
        let shown = arguments.iter().map(|Argument { key, line, value }| {
            let key = key.as_deref().unwrap_or("**");
            format!("{key}:{line}:{}", value.is_some())
        });
        Ok::<_, String>(shown.collect::<Vec<_>>().join(" "))
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(keys("import setuptools\nsetuptools.setup(\n  a='1',\n  b=f(x, [1]),\n)"), ok("a:3:true b:4:false"));
    assert_eq!(keys("def setup(): pass\nif 1:\n    setup(name='a', **more)"), ok("name:3:true **:3:false"));
    assert_eq!(keys("print('setup(')\n# setup(\n"), Err("it does not call `setup()`".to_owned()));
    assert_eq!(keys("setup()\nsetup()"), Err("it calls `setup()` again on line 2".to_owned()));
    assert_eq!(keys("setup(a='x"), Err("line 1: a string is not closed".to_owned()));
    assert_eq!(keys("setup(a=1"), Err("line 1: the call of `setup()` has no end".to_owned()));
}

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
    assert_snapshot!(imported(&[("setup.py", SETUP_PY)]), @"");
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
    assert_snapshot!(imported(&[("setup.cfg", SETUP_CFG)]), @"");
}

#[test]
fn setup_py_goes_before_setup_cfg_and_a_build_system_stays() {
    let files = [
        ("setup.py", "setup(name='shop', version='2', install_requires=[])\n"),
        ("setup.cfg", SETUP_CFG),
        (
            "pyproject.toml",
            "# how it is built\n[build-system]\nrequires = ['setuptools>=61']  # ours\nbuild-backend = 'setuptools.build_meta'\n\n[tool.black]\nline-length = 100\n",
        ),
    ];
    let told = imported(&files);
    assert!(told.starts_with("# how it is built\n[build-system]\nrequires = ['setuptools>=61']  # ours\n"), "{told}");
    assert!(told.contains("\n[tool.black]\nline-length = 100\n"), "{told}");
    assert!(told.contains("version = '2'\n"), "{told}");
    assert!(told.contains("setup.cfg:3 [metadata] version: LeftOut (`setup.py` says so before)"), "{told}");
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
    assert!(told.contains("dynamic = [\"dependencies\"]\n"), "{told}");
    assert!(!told.contains("\ndependencies"), "{told}");
    for wrong in ["key = 1\n", "[metadata\n", "[metadata]\nwhat\n"] {
        assert!(refusal(&[("setup.cfg", &format!("[metadata]\nname = a\n{wrong}")), ("setup.py", "setup()")]).contains("`setup.cfg`: line") || wrong == "key = 1\n");
    }
}
