//! Tables of `pyvenv.cfg` texts as venv, virtualenv and uv write them.

use super::PyVenvCfg;

#[test]
fn reads_what_the_makers_write() {
    // text, home, base executable, system packages, prompt
    let cases = [
        (
            "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n\
             executable = /usr/bin/python3.11\ncommand = /usr/bin/python3 -m venv /a\n",
            (Some("/usr/bin"), Some("/usr/bin/python3.11"), false, None),
        ),
        (
            "home = /opt/bin\r\nimplementation = CPython\r\nversion_info = 3.13.0.final.0\r\n\
             base-executable = /opt/bin/python3.13\r\nprompt = 'my app'\r\n\
             include-system-site-packages = TRUE\r\n",
            (
                Some("/opt/bin"),
                Some("/opt/bin/python3.13"),
                true,
                Some("my app"),
            ),
        ),
        (
            "\u{feff}Home=/a=b\nno key here\n= value\n",
            (Some("/a=b"), None, false, None),
        ),
        ("home =\n", (None, None, false, None)),
        ("", (None, None, false, None)),
        (
            "home = /first\nHOME = /last\n",
            (Some("/last"), None, false, None),
        ),
    ];
    for (text, expected) in cases {
        let cfg = PyVenvCfg::parse(text);
        let found = (
            cfg.home(),
            cfg.base_executable(),
            cfg.system_site_packages(),
            cfg.prompt(),
        );
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(PyVenvCfg::parse(&cfg.to_string()), cfg, "{text:?}");
    }
}

#[test]
fn a_value_cannot_add_a_line() {
    let mut cfg = PyVenvCfg::default();
    cfg.set("prompt", "a\nhome = /evil");
    assert_eq!(cfg.to_string(), "prompt = a home = /evil\n");
    assert_eq!(cfg.home(), None);
}
