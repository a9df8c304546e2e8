//! `[tool.setuptools]` of a pyproject.toml: whether setuptools would take it. What its keys mean is
//! setuptools' own; here is only which there are and what may stand in them
//! (setuptools' user guide, "Configuring setuptools using pyproject.toml files").

use crate::identifier::is_identifier;
use crate::name::ExtraName;
use crate::problem::Problem;
use crate::toml_reader::{Document, Item, Table};

/// What may stand somewhere.
enum Form {
    Text,
    Flag,
    /// A text that a rule takes, and what it is called.
    Name(fn(&str) -> bool, &'static str),
    List(&'static Form),
    /// A table with keys of one's own: a rule for them, what they are called, and what stands there.
    Map(fn(&str) -> bool, &'static str, &'static Form),
    /// A table with these keys, of which some must be there.
    Table(&'static [(&'static str, Form)], &'static [&'static str]),
    /// The first where there is a table, else the second.
    TableOr(&'static Form, &'static Form),
    /// The first where there is a text, else the second.
    TextOr(&'static Form, &'static Form),
}

use Form::{Flag, List, Map, Name, TableOr, Text, TextOr};

const TEXTS: Form = List(&Text);
const PACKAGE: Form = Name(is_package, "the name of a package");
const MODULES: Form = List(&Name(is_module, "the name of a module"));
const OBJECT: Form = Name(is_object, "the name of an object");
const NAMES: Form = List(&Name(is_extra, "a name"));
const DATA: Form = Map(is_package_or_all, "the name of a package, or `*`", &TEXTS);
const FILE: Form = TextOr(&Text, &TEXTS);
const FROM_FILE: Form = Form::Table(&[("file", FILE)], &["file"]);

const FIND: Form = Form::Table(
    &[(
        "find",
        Form::Table(
            &[
                ("where", TEXTS),
                ("exclude", TEXTS),
                ("include", TEXTS),
                ("namespaces", Flag),
            ],
            &[],
        ),
    )],
    &[],
);

const EXTENSION: Form = Form::Table(
    &[
        ("name", Name(is_module, "the name of a module")),
        ("sources", TEXTS),
        ("include-dirs", TEXTS),
        ("define-macros", List(&List(&Text))),
        ("undef-macros", TEXTS),
        ("library-dirs", TEXTS),
        ("libraries", TEXTS),
        ("runtime-library-dirs", TEXTS),
        ("extra-objects", TEXTS),
        ("extra-compile-args", TEXTS),
        ("extra-link-args", TEXTS),
        ("export-symbols", TEXTS),
        ("swig-opts", TEXTS),
        ("depends", TEXTS),
        ("language", Text),
        ("optional", Flag),
        ("py-limited-api", Flag),
    ],
    &["name", "sources"],
);

const VERSION: Form = Form::Table(&[("attr", OBJECT), ("file", FILE)], &[]);

const DYNAMIC: Form = Form::Table(
    &[
        ("version", VERSION),
        ("classifiers", FROM_FILE),
        ("entry-points", FROM_FILE),
        ("dependencies", FROM_FILE),
        (
            "optional-dependencies",
            Map(is_extra, "a name of an extra", &FROM_FILE),
        ),
        (
            "readme",
            Form::Table(&[("file", FILE), ("content-type", Text)], &["file"]),
        ),
        ("description", FROM_FILE),
        ("license", FROM_FILE),
        ("keywords", FROM_FILE),
        ("requires-python", FROM_FILE),
        ("urls", FROM_FILE),
        ("scripts", FROM_FILE),
        ("gui-scripts", FROM_FILE),
    ],
    &[],
);

const SETUPTOOLS: Form = Form::Table(
    &[
        ("platforms", TEXTS),
        ("provides", NAMES),
        ("obsoletes", NAMES),
        ("zip-safe", Flag),
        ("script-files", TEXTS),
        ("eager-resources", TEXTS),
        ("packages", TableOr(&FIND, &List(&PACKAGE))),
        (
            "package-dir",
            Map(is_package_or_root, "the name of a package, or empty", &Text),
        ),
        ("package-data", DATA),
        ("include-package-data", Flag),
        ("exclude-package-data", DATA),
        ("namespace-packages", MODULES),
        ("py-modules", MODULES),
        ("ext-modules", List(&EXTENSION)),
        ("data-files", Map(|_| true, "", &TEXTS)),
        ("cmdclass", Map(|_| true, "", &OBJECT)),
        ("license-files", TEXTS),
        ("dynamic", DYNAMIC),
    ],
    &[],
);

/// What setuptools would refuse in its table of a pyproject.toml; nothing where the text is no TOML or
/// has no such table.
pub fn setuptools_problems(text: &str) -> Vec<Problem> {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    let tool = document.root().item("tool");
    let tool = tool
        .filter(Item::is_table)
        .and_then(|tool| tool.as_table().ok());
    if let Some(table) = tool.and_then(|tool| tool.item("setuptools")) {
        check(&table, &SETUPTOOLS, &mut problems);
    }
    problems
}

fn check(item: &Item<'_>, form: &Form, problems: &mut Vec<Problem>) {
    if let Err(problem) = check_this(item, form, problems) {
        problems.push(problem);
    }
}

fn check_this(item: &Item<'_>, form: &Form, problems: &mut Vec<Problem>) -> Result<(), Problem> {
    match form {
        Form::Text => item.as_str().map(drop),
        Form::Flag if item.is_boolean() => Ok(()),
        Form::Flag => Err(item.type_fault("a boolean")),
        Form::Name(is_valid, what) => {
            let text = item.as_str()?;
            if is_valid(text) {
                return Ok(());
            }
            Err(item.fault(format!("`{text}` is not {what}")))
        }
        Form::List(form) => {
            for item in item.as_array()? {
                check(&item, form, problems);
            }
            Ok(())
        }
        Form::Map(is_valid, what, form) => {
            let table = item.as_table()?;
            for (key, item) in table.items() {
                if !is_valid(key) {
                    problems.push(item.fault(format!("`{key}` is not {what}")));
                }
                check(&item, form, problems);
            }
            Ok(())
        }
        Form::Table(keys, required) => {
            check_table(&item.as_table()?, keys, required, problems);
            Ok(())
        }
        Form::TableOr(one, _) if item.is_table() => check_this(item, one, problems),
        Form::TextOr(one, _) if item.is_string() => check_this(item, one, problems),
        Form::TableOr(_, other) | Form::TextOr(_, other) => check_this(item, other, problems),
    }
}

fn check_table(
    table: &Table<'_>,
    keys: &[(&'static str, Form)],
    required: &[&str],
    problems: &mut Vec<Problem>,
) {
    for key in required {
        problems.extend(table.required(key).err());
    }
    let known: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
    problems.extend(table.unknown_keys(&known));
    for (key, form) in keys {
        if let Some(item) = table.item(key) {
            check(&item, form, problems);
        }
    }
}

/// A path of identifiers; setuptools takes hyphens in modules that are run and never imported.
fn is_module(text: &str) -> bool {
    let is_part = |part: &str| is_identifier(&part.replace('-', "_"));
    !text.is_empty() && text.split('.').all(is_part)
}

fn is_package(text: &str) -> bool {
    // A package of stubs (PEP 561) has the name of its package with `-stubs` behind.
    let (top, below) = text
        .split_once('.')
        .map_or((text, None), |(top, below)| (top, Some(below)));
    let top = top.strip_suffix("-stubs").unwrap_or(top);
    is_identifiers(top) && below.is_none_or(is_identifiers)
}

fn is_package_or_root(text: &str) -> bool {
    text.is_empty() || is_package(text)
}

fn is_package_or_all(text: &str) -> bool {
    text == "*" || text.is_empty() || is_package(text)
}

fn is_object(text: &str) -> bool {
    is_identifiers(text)
}

fn is_identifiers(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

fn is_extra(text: &str) -> bool {
    text.parse::<ExtraName>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let problems = setuptools_problems(text);
        problems
            .iter()
            .map(|problem| format!("{} {}", problem.subject, problem.reason))
            .collect()
    }

    #[test]
    fn what_setuptools_takes_has_no_problems() {
        let text = r#"
[tool.setuptools]
zip-safe = false
package-dir = { "" = "src" }
packages = { find = { where = ["src"], namespaces = true } }
py-modules = ["one", "run-me"]
package-data = { "*" = ["*.pyi"], pkg = ["x"] }
[tool.setuptools.dynamic]
version = { attr = "pkg.__version__" }
readme = { file = ["README.md", "CHANGES.md"], content-type = "text/markdown" }
[[tool.setuptools.ext-modules]]
name = "pkg.ext"
sources = ["ext.c"]
"#;
        assert_eq!(told(text), [""; 0]);
        assert_eq!(
            told("[tool.setuptools]\npackages = [\"a-stubs\", \"b.c\"]"),
            [""; 0]
        );
        assert_eq!(told("no toml"), [""; 0]);
    }

    #[test]
    fn each_fault_is_told_at_its_place() {
        let cases = [
            (
                "packages = [\"a b\"]",
                "tool.setuptools.packages[0] `a b` is not the name of a package",
            ),
            (
                "packages = { where = [] }",
                "tool.setuptools.packages.where the specification has no such key",
            ),
            (
                "zip-safe = 1",
                "tool.setuptools.zip-safe the value is an integer, not a boolean",
            ),
            (
                "dynamic.version.attr = \"a.\"",
                "tool.setuptools.dynamic.version.attr `a.` is not the name of an object",
            ),
            (
                "package-dir = { \"a b\" = \"\" }",
                "tool.setuptools.package-dir.\"a b\" `a b` is not the name of a package, or empty",
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(
                told(&format!("[tool.setuptools]\n{line}")),
                [expected],
                "{line}"
            );
        }
        let text = "[[tool.setuptools.ext-modules]]\nsources = \"x\"";
        assert_eq!(told(text).len(), 2, "no name, and sources that are no list");
        assert_eq!(told("[tool]\nsetuptools = 1").len(), 1);
    }
}
