//! Extension modules of C and C++ compiled with the compiler of this machine, and imported.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_build_backend::{
    BuildError, BuildOptions, Built, CompilerConfig, ExtensionError, SourceProject, build_sdist,
    build_wheel, build_wheel_from_sdist,
};

use crate::Example;

const HEAD: &str = r#"[build-system]
requires = ["tilsit-build"]
build-backend = "tilsit_build"

[project]
name = "fast"
version = "1.0"
"#;

const TABLES: &str = r#"
[[tool.tilsit.build.ext-modules]]
name = "fast._c"
sources = ["src/fast/c/*.c"]
include-dirs = ["include"]
define-macros = [["WITH_NAME"], ["ADDED", "40"]]
undef-macros = ["NOTHING"]
depends = ["include/*.h"]

[[tool.tilsit.build.ext-modules]]
name = "fast._cxx"
sources = ["src/fast/numbers.cpp"]
extra-compile-args = ["-std=c++11"]
"#;

/// A module with a function, whose value is an expression.
fn module(name: &str, before: &str, value: &str) -> String {
    format!(
        "#define PY_SSIZE_T_CLEAN
#include <Python.h>
{before}
static PyObject *value(PyObject *self, PyObject *none) {{ return PyLong_FromLong({value}); }}
static PyMethodDef methods[] = {{
    {{\"value\", value, METH_NOARGS, __FILE__ \" \" __DATE__}}, {{NULL, NULL, 0, NULL}}}};
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, \"{name}\", NULL, -1, methods}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&definition); }}
"
    )
}

fn example() -> Example {
    let c = module("_c", "#include \"added.h\"", "added(ADDED)");
    let before = "#include <vector>\n#include <stdexcept>\nstatic long sum() {
        std::vector<long> all{40, 3};
        try { all.at(2); } catch (std::out_of_range &) { return all[0] + all[1]; }
        return 0;
    }";
    let cxx = module("_cxx", before, "sum()");
    Example::with(
        &format!("{HEAD}{TABLES}"),
        &[
            ("src/fast/__init__.py", "from fast import _c, _cxx\n"),
            ("src/fast/c/module.c", &c),
            (
                "src/fast/c/added.c",
                "#include \"added.h\"\nlong added(long one) { return one + MORE; }\n",
            ),
            ("include/added.h", "#define MORE 2\nlong added(long);\n"),
            ("src/fast/numbers.cpp", &cxx),
        ],
    )
}

/// The Python of this machine that has headers.
fn python() -> Option<(PathBuf, CompilerConfig)> {
    let python = tilsit_testing::python();
    let config = python.and_then(|python| {
        let config = CompilerConfig::ask(&python).ok()?;
        let has_headers = config
            .include
            .iter()
            .any(|folder| folder.join("Python.h").exists());
        has_headers.then_some((python, config))
    });
    tilsit_testing::require("a Python with headers", config)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the compiler is found as the program finds it"
)]
fn options(config: &CompilerConfig) -> BuildOptions {
    let path = std::env::vars().find(|(name, _)| name == "PATH");
    let path = path.map_or_else(OsString::new, |(_, path)| path.into());
    BuildOptions {
        variables: [("PATH".into(), path)].into(),
        compiler: Some(config.clone()),
        ..BuildOptions::default()
    }
}

/// What a line of Python says, with the wheel's contents in its path.
fn says(python: &Path, built: &Built, code: &str) -> String {
    let folder = tempfile::tempdir().expect("it works");
    let bytes = tilsit_files::read(&built.path).expect("it works");
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let unpacked = Command::new(python)
        .args(["-c", unzip])
        .args([built.path.as_os_str(), folder.path().as_os_str()])
        .status()
        .expect("it works");
    assert!(unpacked.success() && !bytes.is_empty());
    says_in(python, folder.path(), code)
}

fn says_in(python: &Path, folder: &Path, code: &str) -> String {
    let output = Command::new(python)
        .args(["-c", code])
        .env("PYTHONPATH", folder)
        .current_dir(folder)
        .output()
        .expect("it works");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("it works")
}

#[test]
fn c_and_cxx_are_compiled_and_imported() {
    let Some((python, config)) = python() else {
        return;
    };
    let (example, options) = (example(), options(&config));
    assert!(
        SourceProject::open(&example.source(), &BuildOptions::default())
            .unwrap()
            .has_extensions()
    );
    let built = build_wheel(&example.source(), &example.out(), &options).unwrap();
    let suffix = config.extension_suffix.clone().unwrap();
    let (major, minor) = config.version;
    let platform = config.platform.replace(['-', '.'], "_");
    let tag = format!(
        "cp{major}{minor}-cp{major}{minor}{}-{platform}",
        config.abi_flags
    );
    let name = built.path.file_name().unwrap().to_string_lossy();
    assert_eq!(name, format!("fast-1.0-{tag}.whl"));
    for module in ["_c", "_cxx"] {
        assert!(
            built.files.contains(&format!("fast/{module}{suffix}")),
            "{:?}",
            built.files
        );
    }
    let code = "import fast; print(fast._c.value(), fast._cxx.value(), fast._c.value.__doc__)";
    assert_eq!(
        says(&python, &built, code),
        "42 43 src/fast/c/module.c Jan  1 1980\n"
    );
    // The metadata says the same before anything is compiled.
    let folder = example.temporary().join("metadata");
    let of_hook = SourceProject::open(&example.source(), &options)
        .unwrap()
        .prepare_metadata(&folder, &options)
        .unwrap();
    let wheel = tilsit_files::read_to_string(folder.join(of_hook).join("WHEEL")).unwrap();
    assert!(wheel.contains("Root-Is-Purelib: false\n"), "{wheel}");
    assert!(wheel.contains(&format!("Tag: {tag}\n")), "{wheel}");
}

#[test]
fn folders_and_earlier_builds_do_not_show() {
    let Some((_, config)) = python() else {
        return;
    };
    let (one, other) = (example(), example());
    let bytes = |example: &Example, options: &BuildOptions| {
        let built = build_wheel(&example.source(), &example.out(), options).unwrap();
        tilsit_files::read(&built.path).unwrap()
    };
    let plain = options(&config);
    let kept = one.temporary().join("objects");
    let keeping = BuildOptions {
        objects: Some(kept.clone()),
        ..plain.clone()
    };
    let first = bytes(&one, &plain);
    assert!(first == bytes(&other, &plain), "another folder");
    assert!(first == bytes(&one, &keeping), "with a folder for objects");
    let objects = || std::fs::read_dir(&kept).unwrap().count();
    assert_eq!(objects(), 3);
    let changed = || {
        let times = std::fs::read_dir(&kept).unwrap();
        let times = times.map(|entry| entry.unwrap().metadata().unwrap().modified().unwrap());
        times.max().unwrap()
    };
    let before = changed();
    assert!(first == bytes(&other, &keeping), "of kept objects");
    assert_eq!(changed(), before, "nothing was compiled again");
    let sdist = build_sdist(&one.source(), &one.out(), &plain).unwrap();
    assert!(sdist.files.contains(&"include/added.h".to_owned()));
    let again = one.temporary().join("again");
    let of_sdist = build_wheel_from_sdist(&sdist.path, &again, one.temporary(), &keeping).unwrap();
    assert!(
        first == tilsit_files::read(&of_sdist.path).unwrap(),
        "of the sdist"
    );
}

#[test]
fn a_changed_header_is_noticed() {
    let Some((python, config)) = python() else {
        return;
    };
    let example = example();
    let options = BuildOptions {
        objects: Some(example.temporary().join("objects")),
        ..options(&config)
    };
    let value = || {
        let built = build_wheel(&example.source(), &example.out(), &options).unwrap();
        says(&python, &built, "import fast; print(fast._c.value())")
    };
    assert_eq!(value(), "42\n");
    example.write("include/added.h", "#define MORE 3\nlong added(long);\n");
    assert_eq!(value(), "43\n");
    example.write("include/added.h", "#define MORE 2\nlong added(long);\n");
    assert_eq!(value(), "42\n");
}

#[test]
fn an_object_that_was_damaged_is_compiled_again() {
    let Some((python, config)) = python() else {
        return;
    };
    let example = example();
    let kept = example.temporary().join("objects");
    let options = BuildOptions {
        objects: Some(kept.clone()),
        ..options(&config)
    };
    let value = || {
        let built = build_wheel(&example.source(), &example.out(), &options).unwrap();
        says(&python, &built, "import fast; print(fast._c.value())")
    };
    assert_eq!(value(), "42\n");
    for entry in std::fs::read_dir(&kept).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(bytes.len() - 100);
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(value(), "42\n");
}

#[test]
fn the_limited_api_gives_one_wheel_for_many() {
    let Some((python, config)) = python() else {
        return;
    };
    let table = r#"
[[tool.tilsit.build.ext-modules]]
name = "fast._c"
sources = ["fast/_c.c"]
py-limited-api = "3.7"
"#;
    let code = module("_c", "", "Py_LIMITED_API");
    let example = Example::with(
        &format!("{HEAD}{table}"),
        &[("fast/__init__.py", ""), ("fast/_c.c", &code)],
    );
    let built = build_wheel(&example.source(), &example.out(), &options(&config)).unwrap();
    let name = built.path.file_name().unwrap().to_string_lossy();
    let has_one = config.implementation == "cpython" && !config.is_free_threaded;
    assert_eq!(name.contains("-cp37-abi3-"), has_one, "{name}");
    assert_eq!(built.files.contains(&"fast/_c.abi3.so".to_owned()), has_one);
    let value = says(
        &python,
        &built,
        "from fast import _c; print(hex(_c.value()))",
    );
    assert_eq!(value, "0x3070000\n");
    // A Python without a lock has no stable ABI, nor has one that is older.
    for config in [
        CompilerConfig {
            is_free_threaded: true,
            abi_flags: "t".to_owned(),
            ..config.clone()
        },
        CompilerConfig {
            version: (3, 6),
            ..config.clone()
        },
    ] {
        let folder = example.temporary().join("metadata");
        SourceProject::open(&example.source(), &options(&config))
            .unwrap()
            .prepare_metadata(&folder, &options(&config))
            .unwrap();
        let wheel = tilsit_files::read_to_string(folder.join("fast-1.0.dist-info/WHEEL")).unwrap();
        assert!(!wheel.contains("abi3"), "{wheel}");
    }
}

#[test]
fn editable_extensions_are_beside_their_package() {
    let Some((python, config)) = python() else {
        return;
    };
    let (example, options) = (example(), options(&config));
    let before = build_wheel(&example.source(), &example.out(), &options).unwrap();
    let before = tilsit_files::read(&before.path).unwrap();
    SourceProject::open(&example.source(), &options)
        .unwrap()
        .build_editable(&example.out(), &options)
        .unwrap();
    let suffix = config.extension_suffix.clone().unwrap();
    let source = example.source().join("src");
    assert!(source.join(format!("fast/_c{suffix}")).is_file());
    let code = "import fast; print(fast._c.value(), fast._cxx.value())";
    assert_eq!(says_in(&python, &source, code), "42 43\n");
    // What is in place is not taken for a source.
    let after = build_wheel(&example.source(), &example.out(), &options).unwrap();
    assert!(before == tilsit_files::read(&after.path).unwrap());
    let sdist = build_sdist(&example.source(), &example.out(), &options).unwrap();
    assert!(
        !sdist.files.iter().any(|path| path.contains(".so")),
        "{:?}",
        sdist.files
    );
}

#[test]
fn a_project_may_be_one_extension() {
    let Some((python, config)) = python() else {
        return;
    };
    let table =
        "\n[[tool.tilsit.build.ext-modules]]\nname = \"fast\"\nsources = [\"lib/fast.c\"]\n";
    let code = module("fast", "", "7");
    let example = Example::with(&format!("{HEAD}{table}"), &[("lib/fast.c", &code)]);
    let options = options(&config);
    let built = build_wheel(&example.source(), &example.out(), &options).unwrap();
    assert_eq!(
        says(&python, &built, "import fast; print(fast.value())"),
        "7\n"
    );
    SourceProject::open(&example.source(), &options)
        .unwrap()
        .build_editable(&example.out(), &options)
        .unwrap();
    let value = says_in(
        &python,
        &example.source(),
        "import fast; print(fast.value())",
    );
    assert_eq!(value, "7\n");
}

#[test]
fn what_cannot_be_compiled_is_told() {
    let Some((_, config)) = python() else {
        return;
    };
    let example = example();
    let options = options(&config);
    let failed = |options: &BuildOptions| {
        build_wheel(&example.source(), &example.out(), options).expect_err("it fails")
    };
    let source_of = |error: BuildError| match error {
        BuildError::Extension { source, .. } => source,
        other => panic!("{other}"),
    };
    let none = BuildOptions {
        compiler: None,
        ..options.clone()
    };
    assert!(matches!(source_of(failed(&none)), ExtensionError::NoPython));
    let mut absent = options.clone();
    absent
        .variables
        .insert("CC".into(), "no-such-compiler -O2".into());
    let error = source_of(failed(&absent));
    assert!(
        matches!(&error, ExtensionError::NoCompiler { program, .. } if program == "no-such-compiler"),
        "{error}"
    );
    let mut unclosed = options.clone();
    unclosed.variables.insert("CFLAGS".into(), "-DA='".into());
    assert!(matches!(
        source_of(failed(&unclosed)),
        ExtensionError::Words { .. }
    ));
    let mut bare = options.clone();
    bare.compiler = Some(CompilerConfig {
        include: vec!["/nowhere".into()],
        ..config.clone()
    });
    assert!(matches!(
        source_of(failed(&bare)),
        ExtensionError::NoHeaders(_)
    ));
    example.write(
        "src/fast/c/added.c",
        "long added(long one) { return missing; }\n",
    );
    let error = failed(&options).to_string();
    let starts = "the extension `fast._c` cannot be built: `src/fast/c/added.c` cannot be compiled";
    assert!(error.starts_with(starts), "{error}");
    assert!(
        error.contains("missing") && error.contains("added.c:1:"),
        "{error}"
    );
}

#[test]
fn an_optional_extension_is_left_out() {
    let Some((python, config)) = python() else {
        return;
    };
    let table = r#"
[[tool.tilsit.build.ext-modules]]
name = "fast._c"
sources = ["fast/_c.c"]
libraries = ["no_such_library"]
optional = true
"#;
    let code = module("_c", "", "1");
    let example = Example::with(
        &format!("{HEAD}{table}"),
        &[("fast/__init__.py", "one = 1\n"), ("fast/_c.c", &code)],
    );
    let built = build_wheel(&example.source(), &example.out(), &options(&config)).unwrap();
    assert_eq!(says(&python, &built, "import fast; print(fast.one)"), "1\n");
    let bare = CompilerConfig {
        include: vec!["/nowhere".into()],
        ..config.clone()
    };
    let without = build_wheel(&example.source(), &example.out(), &options(&bare)).unwrap();
    let problem = without.problems[0].to_string();
    assert!(problem.contains("`fast._c` is optional and is left out: there is no `Python.h`"));
    let problem = built.problems[0].to_string();
    assert!(
        problem.contains("`fast._c` is optional") && problem.contains("no_such_library"),
        "{problem}"
    );
    let is_module = |path: &String| Path::new(path).extension().is_some_and(|end| end == "so");
    assert!(!built.files.iter().any(is_module));
}

#[test]
fn tables_that_are_wrong_are_refused() {
    let cases = [
        (
            "name = \"a-b\"\nsources = [\"a.c\"]",
            "this is no name of a module",
        ),
        ("name = \"a\"\nsources = []", "`sources` is empty"),
        (
            "name = \"a\"\nsources = [\"../a.c\"]",
            "`../a.c` is not in the project",
        ),
        ("name = \"a\"\nsources = [\"a.pyx\"]", "neither C nor C++"),
        (
            "name = \"a\"\nsources = [\"b/*.c\"]",
            "there is no source `b/*.c`",
        ),
        (
            "name = \"a\"\nsources = [\"a.c\"]\ndefine-macros = [[]]",
            "a macro",
        ),
        (
            "name = \"a\"\nsources = [\"a.c\"]\npy-limited-api = \"4\"",
            "not a version of Python",
        ),
        (
            "name = \"a\"\nsources = [\"a.c\"]\nlanguage = \"d\"",
            "unknown variant `d`",
        ),
        (
            "name = \"a\"\nsources = [\"a.c\"]\nsource = 1",
            "unknown field `source`",
        ),
        (
            "name = \"a\"\nsources = [\"a.c\"]\n[[tool.tilsit.build.ext-modules]]\nname = \"a\"\nsources = [\"a.c\"]",
            "`a` is there twice",
        ),
    ];
    for (table, reason) in cases {
        let text = format!("{HEAD}\n[[tool.tilsit.build.ext-modules]]\n{table}\n");
        let files = [("fast.py", ""), ("a.c", ""), ("a.pyx", "")];
        let example = Example::with(&text, &files);
        let error = build_sdist(&example.source(), &example.out(), &BuildOptions::default());
        let error = error.expect_err(table).to_string();
        assert!(error.contains(reason), "{table}: {error}");
    }
}
