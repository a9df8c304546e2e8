//! Words for compilers and linkers, of made answers of Pythons.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::Compiler;
use crate::extension::config::CompilerConfig;
use crate::extension::error::ExtensionError;
use crate::extension::settings::Extension;

fn config() -> CompilerConfig {
    CompilerConfig {
        cc: Some("gcc -pthread".to_owned()),
        cxx: Some("g++ -pthread".to_owned()),
        cflags: Some("-Wall -DNAME='a b'".to_owned()),
        ccshared: Some("-fPIC".to_owned()),
        ldshared: Some("gcc -pthread -shared".to_owned()),
        ldcxxshared: Some("g++ -pthread -shared".to_owned()),
        extension_suffix: Some(".cpython-313-x86_64-linux-gnu.so".to_owned()),
        include: vec!["/python".into()],
        library: None,
        implementation: "cpython".to_owned(),
        version: (3, 13),
        abi_flags: String::new(),
        soabi: Some("cpython-313-x86_64-linux-gnu".to_owned()),
        is_free_threaded: false,
        platform: "linux-x86_64".to_owned(),
    }
}

fn extension(more: &str) -> Extension {
    let text = format!("name = 'a._b'\nsources = ['b.c']\n{more}");
    let written = toml::from_str(&text).expect("it is a table");
    Extension::read(Path::new("/project"), written).expect("it is right")
}

fn compiler(variables: &[(&str, &str)]) -> Result<Compiler, ExtensionError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    let variables: BTreeMap<OsString, OsString> = variables.collect();
    Compiler::new(&config(), &variables)
}

#[test]
fn compiling() {
    let all =
        "define-macros = [['A'], ['B', '1']]\nundef-macros = ['C']\ninclude-dirs = ['include']
        extra-compile-args = ['-O0']\npy-limited-api = '3.10'";
    let given = "define-macros = [['Py_LIMITED_API', '1']]\npy-limited-api = '3.10'";
    let usual = "gcc -pthread -Wall -DNAME=a b -fPIC";
    for (variables, source, table, expected) in [
        (&[][..], "b.c", "", format!("{usual} -I/python")),
        (
            &[],
            "b.c",
            all,
            format!("{usual} -DPy_LIMITED_API=0x030a0000 -DA -DB=1 -UC -Iinclude -I/python -O0"),
        ),
        (
            &[],
            "b.c",
            given,
            format!("{usual} -DPy_LIMITED_API=1 -I/python"),
        ),
        (
            &[
                ("CFLAGS", "-O1"),
                ("CPPFLAGS", "-DX"),
                ("CC", "ccache clang"),
            ],
            "b.c",
            "",
            "ccache clang -O1 -DX -fPIC -I/python".to_owned(),
        ),
        (
            &[("CFLAGS", "-O1"), ("CXXFLAGS", "-O2"), ("CXX", "clang++")],
            "b.cpp",
            "",
            "clang++ -O2 -fPIC -I/python".to_owned(),
        ),
    ] {
        let words = compiler(variables).unwrap();
        let words = words.compile(source, &extension(table), &config()).unwrap();
        assert_eq!(words.join(" "), expected);
    }
}

#[test]
fn linking() {
    let all = "library-dirs = ['lib']\nlibraries = ['z', 'm']\nruntime-library-dirs = ['/opt/lib']
        extra-objects = ['more.o']\nextra-link-args = ['-s']\nexport-symbols = ['PyInit__b']";
    for (variables, source, table, expected) in [
        (&[][..], "b.c", "", "gcc -pthread -shared 0.o -o b.so"),
        (&[], "b.cc", "", "g++ -pthread -shared 0.o -o b.so"),
        (
            &[],
            "b.c",
            "language = 'c++'",
            "g++ -pthread -shared 0.o -o b.so",
        ),
        (
            &[],
            "b.cc",
            "language = 'c'",
            "gcc -pthread -shared 0.o -o b.so",
        ),
        (
            &[],
            "b.c",
            all,
            "gcc -pthread -shared 0.o more.o -Llib -Wl,-rpath,/opt/lib -lz -lm -o b.so -s",
        ),
        // Another compiler links too, unless the linker is said.
        (&[("CC", "clang")], "b.c", "", "clang -shared 0.o -o b.so"),
        (
            &[("CXX", "clang++")],
            "b.cc",
            "",
            "clang++ -shared 0.o -o b.so",
        ),
        (
            &[
                ("CC", "clang"),
                ("LDSHARED", "ld -shared"),
                ("LDFLAGS", "-Wl,-z,now"),
            ],
            "b.c",
            "",
            "ld -shared -Wl,-z,now 0.o -o b.so",
        ),
    ] {
        let words = compiler(variables).unwrap();
        let objects = ["0.o".to_owned()];
        let words = words.link(&extension(table), &[source], &objects, "b.so", &config());
        assert_eq!(words.unwrap().join(" "), expected);
    }
}

#[test]
fn pythons_that_say_little() {
    let none = BTreeMap::new();
    let of_windows = CompilerConfig {
        cc: None,
        ..config()
    };
    let error = Compiler::new(&of_windows, &none).unwrap_err().to_string();
    assert!(error.contains("`CC`"), "{error}");
    // Before 3.11 no Python says how C++ is linked.
    let older = CompilerConfig {
        ldcxxshared: None,
        ..config()
    };
    let words = Compiler::new(&older, &none).unwrap();
    let words = words
        .link(&extension(""), &["b.cpp"], &[], "b.so", &older)
        .unwrap();
    assert_eq!(words.join(" "), "g++ -pthread -shared -o b.so");
}

#[test]
fn tags_and_names() {
    let free = CompilerConfig {
        abi_flags: "t".to_owned(),
        is_free_threaded: true,
        ..config()
    };
    let pypy = CompilerConfig {
        implementation: "pypy".to_owned(),
        version: (3, 11),
        soabi: Some("pypy311-pp73-x86_64-linux-gnu".to_owned()),
        platform: "macosx-11.0-arm64".to_owned(),
        ..config()
    };
    let older = CompilerConfig {
        version: (3, 9),
        ..config()
    };
    let (full, limited) = (extension(""), extension("py-limited-api = '3.10'"));
    let own = "a/_b.cpython-313-x86_64-linux-gnu.so";
    for (config, extensions, tag, path) in [
        (config(), vec![&full], "cp313-cp313-linux_x86_64", own),
        (
            config(),
            vec![&limited],
            "cp310-abi3-linux_x86_64",
            "a/_b.abi3.so",
        ),
        (
            config(),
            vec![&limited, &full],
            "cp313-cp313-linux_x86_64",
            "a/_b.abi3.so",
        ),
        (free, vec![&limited], "cp313-cp313t-linux_x86_64", own),
        (
            pypy,
            vec![&limited],
            "pp311-pypy311_pp73-macosx_11_0_arm64",
            own,
        ),
        (older, vec![&limited], "cp39-cp39-linux_x86_64", own),
    ] {
        let all: Vec<Extension> = extensions.iter().map(|one| (*one).clone()).collect();
        assert_eq!(config.tag(&all).unwrap(), tag);
        assert_eq!(config.path_of(extensions[0]).unwrap(), path);
    }
    let odd = r#"{"include": [], "implementation": "../x", "version": [3, 1], "abi_flags": "",
        "is_free_threaded": false, "platform": "linux"}"#;
    assert_eq!(
        CompilerConfig::parse(odd),
        Err("`../x` is no part of a file name".to_owned())
    );
}
