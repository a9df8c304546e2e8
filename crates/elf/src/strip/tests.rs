//! Libraries that a compiler makes with debug information, stripped, changed and loaded.

use tilsit_testing::TestElf;

use super::*;
use crate::change::tests::run;
use crate::change::{Change, change};

#[test]
fn without_sections_nothing_is_to_be_done() {
    let bytes = TestElf::default().to_bytes();
    assert_eq!(strip(&bytes).unwrap(), bytes);
    assert!(strip(&bytes[..20]).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_stripped_library_loads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let source = "static int hidden(int x) { return x + 41; }\n\
                  int numbers[1000] = {1}; int own(void) { return hidden(numbers[0]); }\n";
    std::fs::write(folder.join("own.c"), source).unwrap();
    let arguments = [
        "-g",
        "-O0",
        "-shared",
        "-fPIC",
        "-Wl,-soname,libown.so",
        "own.c",
        "-o",
        "a.so",
    ];
    let compiled = run("cc", &arguments, folder);
    if tilsit_testing::require("a C compiler (cc)", compiled).is_none() {
        return;
    }
    let before = std::fs::read(folder.join("a.so")).unwrap();
    let after = strip(&before).unwrap();
    assert!(after.len() < before.len());
    assert_eq!(strip(&after).unwrap(), after);
    let wanted = Change {
        soname: Some("libown-with-a-longer-name.so".to_owned()),
        ..Change::default()
    };
    let changed = change(&after, &wanted).unwrap();
    for (name, file) in [("b.so", &after), ("c.so", &changed)] {
        std::fs::write(folder.join(name), file).unwrap();
        let load = format!("import ctypes; print(ctypes.CDLL('./{name}').own())");
        let python = run("python3", &["-c", &load], folder);
        if let Some(answer) = tilsit_testing::require("python3", python) {
            assert_eq!(answer, "42\n", "{name}");
        }
        let shown = run("readelf", &["-W", "-S", "-s", "-d", name], folder);
        if let Some(shown) = tilsit_testing::require("readelf", shown) {
            assert!(
                shown.contains(".text") && shown.contains(".dynsym"),
                "{shown}"
            );
            let gone = [".debug_info", ".symtab", ".comment", "hidden"];
            assert!(gone.iter().all(|name| !shown.contains(name)), "{shown}");
        }
    }
    for at in (0..after.len()).step_by(7) {
        let mut damaged = before.clone();
        damaged[at] ^= 0x55;
        let _ = strip(&damaged);
    }
}
