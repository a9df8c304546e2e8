//! Tables of shim texts and version files.

use std::path::{Path, PathBuf};

use super::{
    Shim, choose_version, parse_mise_tools, parse_python_version_file, parse_tool_versions,
};

#[test]
fn recognises_shims_by_their_text() {
    let pyenv = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\n\
                 export PYENV_ROOT=\"/home/a/.pyenv\"\n\
                 exec \"/home/a/.pyenv/libexec/pyenv\" exec \"$program\" \"$@\"\n";
    let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.12.1\n# asdf-plugin: python 3.11.7\n\
                exec asdf exec \"python3\" \"$@\"\n";
    let cases = [
        (
            pyenv,
            Some(Shim::Pyenv {
                root: Some(PathBuf::from("/home/a/.pyenv")),
            }),
        ),
        (
            asdf,
            Some(Shim::Asdf {
                versions: vec!["3.12.1".into(), "3.11.7".into()],
            }),
        ),
        ("#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n", None),
        ("\x7fELF pyenv\" exec ", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(Shim::from_text(text), expected, "{text:?}");
    }
    for (target, expected) in [
        ("/usr/bin/mise", Some(Shim::Mise)),
        ("/usr/bin/rtx", Some(Shim::Mise)),
        ("/usr/bin/python3.11", None),
        ("/", None),
    ] {
        assert_eq!(
            Shim::from_link_target(Path::new(target)),
            expected,
            "{target}"
        );
    }
}

#[test]
fn reads_version_files() {
    let cases: [(&str, &[&str]); 6] = [
        ("3.11.7\n", &["3.11.7"]),
        (
            "3.11.7 pypy3.9-7.3.15\n3.12\n",
            &["3.11.7", "pypy3.9-7.3.15", "3.12"],
        ),
        ("# comment\r\nsystem # why\r\n", &["system"]),
        ("3.9.1:3.8.2", &["3.9.1", "3.8.2"]),
        ("../../evil\n/etc\n..\n", &[]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_python_version_file(text), expected, "{text:?}");
    }
    let text = "nodejs 20.1\npython 3.12.1 3.11.7 # two\npythonic 1\npython ../x system\n";
    assert_eq!(parse_tool_versions(text), ["3.12.1", "3.11.7", "system"]);
}

#[test]
fn reads_mise_tables() {
    let cases: [(&str, &[&str]); 5] = [
        ("[tools]\npython = '3.12'\n", &["3.12"]),
        (
            "[tools]\npython = ['3.12', '../x', '3.9']\n",
            &["3.12", "3.9"],
        ),
        (
            "[tools.python]\nversion = '3.11'\nvirtualenv = '.venv'\n",
            &["3.11"],
        ),
        ("[tools]\nnode = '20'\n", &[]),
        ("not toml", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_mise_tools(text), expected, "{text:?}");
    }
}

#[test]
fn chooses_as_pyenv_does() {
    let installed: Vec<String> = [
        "2.7.18",
        "3.9.18",
        "3.12.1",
        "3.12.10",
        "3.12.2",
        "3.13.0t",
        "3.13.0rc1",
        "venv-name",
    ]
    .map(str::to_owned)
    .to_vec();
    for (wanted, expected) in [
        ("3.12.1", Some("3.12.1")),
        ("python-3.9.18", Some("3.9.18")),
        ("3.12", Some("3.12.10")),
        ("3", Some("3.12.10")),
        ("3.13", None),
        ("3.13.0t", Some("3.13.0t")),
        ("venv-name", Some("venv-name")),
        ("3.1", None),
    ] {
        assert_eq!(choose_version(wanted, &installed), expected, "{wanted}");
    }
}
