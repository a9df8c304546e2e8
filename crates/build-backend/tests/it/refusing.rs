//! Projects that cannot be built: the key, its line, and the reason.

use tilsit_build_backend::{BuildOptions, build_sdist, build_wheel};

use crate::Example;

/// What asks for this backend; at the end, so that line numbers stay.
const OURS: &str = "\n[build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";

/// The message with its causes, without the temporary folder.
fn message(pyproject: &str, files: &[(&str, &str)]) -> String {
    let example = Example::with(pyproject, files);
    let options = BuildOptions::default();
    let error =
        build_wheel(&example.source(), &example.out(), &options).expect_err("it is refused");
    let sdist =
        build_sdist(&example.source(), &example.out(), &options).expect_err("it is refused");
    assert_eq!(error.to_string(), sdist.to_string());
    assert!(!example.out().exists());
    error
        .to_string()
        .replace(example.source().to_str().expect("it is UTF-8"), "DEMO")
}

#[test]
fn what_cannot_be_built_is_explained() {
    let head = "[project]\nname = 'demo'\nversion = '1'\n";
    let module = [("demo.py", "")];
    let cases = [
        (
            String::new(),
            "cannot build `DEMO`: pyproject.toml `project`: is missing; without it there is neither name nor version",
        ),
        (
            "[project".to_owned(),
            "cannot build `DEMO`: pyproject.toml is not valid TOML: line 1, column 9:",
        ),
        (
            "[project]\nname = 'demo'\nversion = 'one'\n".to_owned(),
            "cannot build `DEMO`: pyproject.toml line 3, column 11: `project.version`: ",
        ),
        (
            "[project]\nname = 'demo'\ndynamic = ['version']\n".to_owned(),
            "cannot build `DEMO`: pyproject.toml line 3: `project.dynamic`: `version` is dynamic, and nothing here can fill it in",
        ),
        (
            format!("{head}readme = 'README.md'\n"),
            "cannot build `DEMO`: pyproject.toml line 4: `project.readme`: cannot inspect `DEMO/README.md`",
        ),
        (
            format!("{head}readme = '../README.md'\n"),
            "cannot build `DEMO`: pyproject.toml line 4: `project.readme`: cannot build with `DEMO/../README.md`: the path `../README.md` ",
        ),
        (
            format!("{head}license-files = ['LICENSE', 'NONE*']\n"),
            "cannot build `DEMO`: pyproject.toml line 4: `project.license-files`: no file matches `LICENSE`",
        ),
    ];
    for (pyproject, expected) in cases {
        let found = message(&format!("{pyproject}{OURS}"), &module);
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
    assert_eq!(
        message(&format!("{head}{OURS}"), &[("other.py", "")]),
        "cannot build `DEMO`: there is no module `demo`; looked for `src/demo/__init__.py`, \
         `src/demo.py`, `demo/__init__.py`, `demo.py`"
    );
}

#[test]
fn settings_that_cannot_be_followed_are_explained() {
    let head = "[project]\nname = 'demo'\ndynamic = ['version']\n";
    for (settings, expected) in [
        (
            "colour = 'red'\n",
            "pyproject.toml `tool.tilsit.build`: unknown field `colour`",
        ),
        (
            "module-root = '../x'\n",
            "pyproject.toml line 8: `tool.tilsit.build.module-root`: `../x` is not a folder of the project",
        ),
        (
            "modules = ['a b']\n",
            "pyproject.toml line 8: `tool.tilsit.build.modules`: ",
        ),
        (
            "exclude = ['a[']\n",
            "pyproject.toml line 8: `tool.tilsit.build.exclude`: ",
        ),
        (
            "version-file = 'demo.py'\n",
            "line 8: `tool.tilsit.build.version-file`: `demo.py` computes `__version__` (line 1) and does not state it",
        ),
        (
            "version-file = 'bad.py'\n",
            "line 8: `tool.tilsit.build.version-file`: `bad.py`: ",
        ),
        (
            "version-file = '../demo.py'\n",
            "line 8: `tool.tilsit.build.version-file`: cannot build with ",
        ),
    ] {
        let pyproject = format!("{head}{}[tool.tilsit.build]\n{settings}", &OURS[1..]);
        let files = [
            ("demo.py", "__version__ = get()\n"),
            ("bad.py", "__version__ = 'x'\n"),
        ];
        let found = message(&pyproject, &files);
        assert!(found.contains(expected), "{found}\n{expected}");
    }
    let head = "[project]\nname = 'demo'\nversion = '1'\n";
    let settings = "[tool.tilsit.build]\nversion-file = 'demo.py'\n";
    let found = message(&format!("{head}{OURS}{settings}"), &[("demo.py", "")]);
    assert!(
        found.contains("is there although `project.dynamic` does not name `version`"),
        "{found}"
    );
}

#[test]
fn other_backends_are_left_to_themselves() {
    let head = "[project]\nname = 'demo'\nversion = '1'\n[build-system]\nrequires = []\n";
    let cases = [
        (
            "[project]\nname = 'demo'\nversion = '1'\n",
            "pyproject.toml `build-system.build-backend`: is missing, so that setuptools builds",
        ),
        (
            "build-backend = 'maturin'\n",
            "pyproject.toml line 6: `build-system.build-backend`: is `maturin`, which builds in ways",
        ),
        (
            "build-backend = 'tilsit_build'\nbackend-path = ['.']\n",
            "pyproject.toml line 7: `build-system.backend-path`: brings a backend of the project's own",
        ),
        (
            "build-backend = 'hatchling.build'\n[tool.hatch.build]\nexclude = ['x']\n",
            "pyproject.toml `tool.hatch`: has settings of `hatchling.build`",
        ),
        (
            "build-backend = 'uv_build'\n[tool.uv.build-backend]\nmodule-root = ''\n",
            "pyproject.toml `tool.uv.build-backend`: has settings of `uv_build`",
        ),
    ];
    for (text, expected) in cases {
        let whole = if text.starts_with('[') {
            text.to_owned()
        } else {
            format!("{head}{text}")
        };
        let found = message(&whole, &[("demo.py", "")]);
        assert!(found.contains(expected), "{found}\n{expected}");
    }
    for alike in ["hatchling.build", "flit_core.buildapi", "uv_build"] {
        let example = Example::with(
            &format!("{head}build-backend = '{alike}'\n[tool.uv]\ndev-dependencies = []\n"),
            &[("demo.py", "")],
        );
        build_wheel(&example.source(), &example.out(), &BuildOptions::default())
            .unwrap_or_else(|error| panic!("{alike}: {error}"));
    }
}
