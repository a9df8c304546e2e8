//! A wheel that a compiler makes, repaired, unpacked elsewhere, and imported where its libraries are
//! not to be found any more.

use std::path::Path;
use std::process::Command;

use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;
use tilsit_repair::repair;
use tilsit_testing::TestDistribution;

use crate::{in_folder, open, repair_options};

/// A module that needs no headers of Python: the shape of its definition is part of the stable ABI.
const MODULE: &str = r#"
static struct {
    long count; void *type, *init; long index; void *copy;
    const char *name, *text; long size; void *methods, *slots, *traverse, *clear, *free;
} definition = { 1, 0, 0, 0, 0, "own", 0, -1, 0, 0, 0, 0, 0 };
int mid(void);
void *PyModule_Create2(void *, int);
int PyModule_AddIntConstant(void *, const char *, long);
char *getenv(const char *);
void *PyInit_own(void) {
    void *module = PyModule_Create2(&definition, 3);
    PyModule_AddIntConstant(module, "answer", mid() + (getenv("NO_SUCH_VARIABLE") != 0));
    return module;
}
"#;

fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("LD_LIBRARY_PATH");
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn compile(folder: &Path, source: &str, to: &str, options: &[&str]) -> Option<()> {
    std::fs::write(folder.join("source.c"), source).unwrap();
    let mut arguments = vec!["-g", "-fPIC", "-O1", "source.c", "-o", to];
    arguments.extend(options);
    run("cc", &arguments, folder).map(|_| ())
}

/// Compiles module, program and libraries.
fn build(folder: &Path) -> Option<()> {
    for name in ["lib", "plain"] {
        std::fs::create_dir(folder.join(name)).unwrap();
    }
    std::fs::write(
        folder.join("base.map"),
        "BASE_1 { global: base; local: *; };\n",
    )
    .unwrap();
    let base = [
        "-shared",
        "-Wl,-soname,libbase.so.1",
        "-Wl,--version-script=base.map",
    ];
    compile(
        folder,
        "int base(void) { return 40; }",
        "lib/libbase.so.1",
        &base,
    )?;
    let mid = ["-shared", "-Wl,-soname,libmid.so.3", "lib/libbase.so.1"];
    let source = "int base(void); int mid(void) { return base() + 2; }";
    compile(folder, source, "lib/libmid.so.3", &mid)?;
    compile(folder, MODULE, "own.so", &["-shared", "lib/libmid.so.3"])?;
    let program = "int puts(const char *); int mid(void); \
                   int main(void) { return mid() == 42 && puts(\"42\") < 0; }";
    compile(
        folder,
        program,
        "own",
        &["lib/libmid.so.3", "-Wl,-rpath-link,lib"],
    )
}

fn unpack(wheel: &Wheel<Vec<u8>>, folder: &Path) {
    for file in wheel.files() {
        let path = folder.join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut contents = Vec::new();
        let mut reader = wheel.reader();
        reader
            .stream(file, &mut |piece| contents.extend_from_slice(piece))
            .unwrap();
        std::fs::write(&path, contents).unwrap();
        if file.executable {
            tilsit_files::set_executable(&path).unwrap();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_is_imported_without_its_libraries() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if tilsit_testing::require("a C compiler (cc)", build(folder)).is_none() {
        return;
    }
    let mut made = TestDistribution::new("own", "1.0");
    made.files.clear();
    let machine = std::env::consts::ARCH;
    made.tags = format!("cp311-cp311-linux_{machine}");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let made = made
        .file("pkg/own.so", &read("own.so"))
        .file("own-1.0.data/scripts/own", &read("own"));
    let before = open(&made.wheel_name(), made.wheel());
    let mut options = repair_options(&folder.join("lib"), "auto");
    options.audit = in_folder(&folder.join("lib"));
    let plain = repair(&before, &options, &folder.join("plain")).unwrap();
    options.strip = true;
    let repaired = repair(&before, &options, folder).unwrap();
    let size = |path: &Path| std::fs::metadata(path).unwrap().len();
    assert!(size(&repaired.path) + 2000 < size(&plain.path));
    let names: Vec<&str> = repaired
        .grafted
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert!(
        names.len() == 2 && names[0].starts_with("libbase-"),
        "{names:?}"
    );
    assert!(
        repaired.tags[0].starts_with("manylinux_2_"),
        "{:?}",
        repaired.tags
    );
    std::fs::remove_dir_all(folder.join("lib")).unwrap();
    let name = repaired
        .path
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let bytes = std::fs::read(&repaired.path).unwrap();
    let after = Wheel::from_source(&name, bytes, &Limits::default()).unwrap();
    let place = folder.join("installed");
    unpack(&after, &place);
    let import = "import sys; sys.path[0:0] = ['pkg']; import own; print(own.answer)";
    let answer = run("python3", &["-c", import], &place);
    if let Some(answer) = tilsit_testing::require("python3", answer) {
        assert_eq!(answer, "42\n");
    }
    let program = place.join("own.scripts/own");
    assert_eq!(run(program.to_str().unwrap(), &[], &place).unwrap(), "42\n");
}
