//! What the tour writes: a small package, and an application that needs it.

/// The package, in words.
pub(super) const PACKAGE_IN_WORDS: &str =
    "pyproject.toml, README.md and src/tilsit_tour_cheese/__init__.py in the folder cheese";

/// The files of the package.
pub(super) const PACKAGE: &[(&str, &str)] = &[
    ("cheese/pyproject.toml", PYPROJECT),
    (
        "cheese/README.md",
        "# tilsit-tour-cheese\n\nRecommends a cheese.\n",
    ),
    ("cheese/src/tilsit_tour_cheese/__init__.py", MODULE),
];

/// The files of the application.
pub(super) const APPLICATION: &[(&str, &str)] =
    &[("app.in", "flask\ntilsit-tour-cheese\n"), ("app.py", APP)];

const PYPROJECT: &str = r#"[build-system]
requires = ["tilsit-build"]
build-backend = "tilsit_build"

[project]
name = "tilsit-tour-cheese"
version = "1.0"
description = "Recommends a cheese"
readme = "README.md"
requires-python = ">=3.9"
license = "MIT"
"#;

const MODULE: &str = r#""""Recommends a cheese."""


def recommend() -> str:
    return "Tilsit"
"#;

const APP: &str = r#"from flask import Flask

from tilsit_tour_cheese import recommend

app = Flask(__name__)


@app.get("/")
def shop():
    return f"The cheese shop recommends {recommend()}."


if __name__ == "__main__":
    print(app.test_client().get("/").text)
"#;
