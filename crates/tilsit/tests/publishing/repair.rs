//! `repair show` and `repair`: what is told, and what is written.

use insta::assert_snapshot;
use tilsit_testing::mach_o::fat;
use tilsit_testing::{TestDistribution, TestElf, TestMachO, TestPe};

use crate::sandbox::Sandbox;

/// A wheel that needs a library in the folder `lib`.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.write("lib/there", "");
    let library = TestElf {
        soname: Some("libfoo.so.1"),
        needed: &["libc.so.6"],
        ..TestElf::default()
    };
    std::fs::write(sandbox.path("lib/libfoo.so.1"), library.to_bytes()).expect("a file");
    let module = TestElf {
        needed: &["libfoo.so.1", "libc.so.6"],
        versions: &[("libc.so.6", &[("GLIBC_2.28", 0)])],
        symbols: &[("PyInit_own", true)],
        ..TestElf::default()
    };
    let mut wheel = TestDistribution::new("own", "1.0").file("own.so", &module.to_bytes());
    "cp311-cp311-linux_x86_64".clone_into(&mut wheel.tags);
    std::fs::write(sandbox.path(&wheel.wheel_name()), wheel.wheel()).expect("a file");
    (sandbox, wheel.wheel_name())
}

#[test]
fn what_a_wheel_wants_is_shown() {
    let (sandbox, wheel) = sandbox();
    assert_snapshot!(sandbox.run(&format!("repair show {wheel} --ldpaths lib")), @"
    exit: 0
    -- stdout
    own-1.0-cp311-cp311-linux_x86_64.whl
      tag         linux_x86_64
      symbols     libc.so.6: GLIBC_2.28
      libraries   libfoo.so.1 ([ROOT]/project/lib/libfoo.so.1)
      against     manylinux_2_41_x86_64: takes libfoo.so.1 from the system
    ");
    // The form is auditwheel's, without an envelope.
    let (exit, shown) = sandbox.run_json(&format!("repair show {wheel} --ldpaths lib"));
    assert_eq!(exit, 0);
    assert_eq!(shown["overall_tag"], "linux_x86_64");
    assert_eq!(shown["sym_tag"], "manylinux_2_28_x86_64");
    assert_eq!(
        shown["external_libs"]["libfoo.so.1"].as_str().unwrap(),
        "[ROOT]/project/lib/libfoo.so.1"
    );
    let upgrade = &shown["policy_upgrades"]["manylinux_2_5_x86_64"];
    assert_eq!(
        upgrade["libs_to_eliminate"],
        serde_json::json!(["libfoo.so.1"])
    );
}

#[test]
fn a_repaired_wheel_keeps_its_tag() {
    let (sandbox, wheel) = sandbox();
    let line = format!("repair {wheel} --ldpaths lib");
    assert_snapshot!(sandbox.run(&line), @"
    exit: 0
    -- stderr
    Repaired wheelhouse/own-1.0-cp311-cp311-manylinux_2_28_x86_64.whl
      took [ROOT]/project/lib/libfoo.so.1 as libfoo-63f49ad5.so.1
    ");
    let repaired = "wheelhouse/own-1.0-cp311-cp311-manylinux_2_28_x86_64.whl";
    let shown = sandbox.run_well(&format!("repair show {repaired}"));
    assert!(shown.stdout.contains("manylinux_2_28_x86_64\n"), "{shown}");
    sandbox.run_well(&format!("check {repaired}"));
    let (exit, envelope) = sandbox.run_json(&format!("{line} -w other --plat manylinux_2_39"));
    assert_eq!(exit, 0, "{envelope}");
    let wheel = &envelope["result"]["wheels"][0];
    assert_eq!(wheel["libraries"].as_array().unwrap().len(), 1);
    assert_eq!(wheel["tags"].as_array().unwrap().len(), 2);
}

#[test]
fn refusals_say_why() {
    let (sandbox, wheel) = sandbox();
    assert_snapshot!(sandbox.run(&format!("repair {wheel} --ldpaths lib --plat manylinux2014")), @"
    exit: 1
    -- stderr
    error: the wheel `own-1.0-cp311-cp311-linux_x86_64.whl` cannot become one for `manylinux2014`: it wants newer symbols than all such systems have (GLIBC_2.28 of libc.so.6) [TL0602]
    hint: `tilsit repair show WHEEL` says what it wants
    ");
    assert_snapshot!(sandbox.run(&format!("repair {wheel} --ldpaths .")), @"
    exit: 1
    -- stderr
    error: the library `libfoo.so.1`, which `own.so` needs, was not found [TL0602]
    hint: name its folder with `--ldpaths`, or leave it out with `--exclude`
    ");
    let pure = TestDistribution::new("pure", "1.0");
    std::fs::write(sandbox.path(&pure.wheel_name()), pure.wheel()).unwrap();
    assert_snapshot!(sandbox.run(&format!("repair show {}", pure.wheel_name())), @"
    exit: 1
    -- stderr
    error: the wheel `pure-1.0-py3-none-any.whl` holds no compiled code for Linux [TL0602]
    hint: a wheel of pure Python runs everywhere as it is; `--allow-pure-python-wheel` lets it pass
    ");
    let line = format!("repair {} --allow-pure-python-wheel", pure.wheel_name());
    sandbox.run_well(&line);
    let copy = std::fs::read(sandbox.path("wheelhouse").join(pure.wheel_name())).unwrap();
    assert_eq!(copy, pure.wheel());
    // A version that is none (PEP 440).
    std::fs::write(sandbox.path("own-dev-py3-none-any.whl"), pure.wheel()).unwrap();
    assert_snapshot!(sandbox.run("repair show own-dev-py3-none-any.whl"), @"
    exit: 1
    -- stderr
    error: the wheel `own-dev-py3-none-any.whl` has a name that no wheel may have: `own-dev-py3-none-any.whl` is not the name of a distribution: the version is wrong [TL0501]
      caused by: `dev` is not a version: a number is missing at byte 0
    ");
    let mut levelled = Sandbox::new();
    levelled.set("AUDITWHEEL_ZIP_COMPRESSION_LEVEL", "12");
    assert_snapshot!(levelled.run("repair own.whl"), @"
    exit: 2
    -- stderr
    error: `AUDITWHEEL_ZIP_COMPRESSION_LEVEL` is `12`, not a level from 0 to 9 [TL0002]
    ");
}

/// A wheel `own` with these tags and files.
fn written(sandbox: &Sandbox, tags: &str, files: &[(&str, Vec<u8>)]) -> String {
    let mut wheel = TestDistribution::new("own", "1.0");
    tags.clone_into(&mut wheel.tags);
    for (path, contents) in files {
        wheel = wheel.file(path, contents);
    }
    std::fs::write(sandbox.path(&wheel.wheel_name()), wheel.wheel()).expect("a file");
    wheel.wheel_name()
}

#[test]
fn wheels_for_macos_are_shown() {
    let sandbox = Sandbox::new();
    let intel = TestMachO {
        machine: TestMachO::X86_64,
        build: Some((1, [10, 13])),
        libraries: &[
            "@rpath/libown.dylib",
            "/opt/homebrew/lib/libz.1.dylib",
            "/usr/lib/libSystem.B.dylib",
        ],
        run_paths: &["@loader_path/.dylibs"],
        symbols: &[("_PyInit_own", true)],
        ..TestMachO::default()
    };
    let arm = TestMachO {
        machine: TestMachO::ARM64,
        build: Some((1, [12, 3])),
        ..intel.clone()
    };
    let library = TestMachO {
        kind: 6,
        symbols: &[],
        libraries: &[],
        ..intel.clone()
    };
    let wheel = written(
        &sandbox,
        "cp312-cp312-macosx_11_0_universal2",
        &[
            ("own/own.so", fat(&[&intel, &arm], false)),
            ("own/.dylibs/libown.dylib", library.to_bytes()),
        ],
    );
    assert_snapshot!(sandbox.run(&format!("repair show {wheel}")), @"
    exit: 0
    -- stdout
    own-1.0-cp312-cp312-macosx_11_0_universal2.whl
      tag         macosx_11_0_universal2
      allowed     macosx_10_13_x86_64, macosx_12_0_arm64
      untrue      macosx_11_0_universal2: `own/own.so` needs version 12.3 of the system on arm64
      outside     /opt/homebrew/lib/libz.1.dylib, which own/own.so needs
                  @rpath/libown.dylib, which own/own.so (arm64) needs
      libraries   @rpath/libown.dylib (own/.dylibs/libown.dylib)
                  of the system: /usr/lib/libSystem.B.dylib
      files       own/.dylibs/libown.dylib: x86_64 from 10.13
                  own/own.so: x86_64 from 10.13, arm64 from 12.3
    ");
    let (exit, shown) = sandbox.run_json(&format!("repair show {wheel}"));
    assert_eq!(exit, 0);
    assert_eq!(
        shown["allowed"],
        serde_json::json!(["macosx_10_13_x86_64", "macosx_12_0_arm64"])
    );
    let need = &shown["files"]["own/own.so"][0]["libraries"][0];
    assert_eq!(need["place"], "wheel");
    assert_eq!(need["path"], "own/.dylibs/libown.dylib");
    assert_snapshot!(sandbox.run(&format!("repair {wheel}")), @"
    exit: 1
    -- stderr
    error: the wheel `own-1.0-cp312-cp312-macosx_11_0_universal2.whl` is for macOS or iOS, and only wheels for Linux are repaired [TL0602]
    hint: `tilsit repair show WHEEL` says which libraries it lacks, and whether its tags are true
    ");
    assert_snapshot!(sandbox.run(&format!("check {wheel}")), @"
    exit: 1
    -- stdout
    own-1.0-cp312-cp312-macosx_11_0_universal2.whl: error TL1024: WHEEL: `Root-Is-Purelib`: is true, and `own/own.so` is compiled
    own-1.0-cp312-cp312-macosx_11_0_universal2.whl: warning TL1071: `own/own.so`: needs version 12.3 of the system on arm64, and the wheel is for `macosx_11_0_universal2`
    own-1.0-cp312-cp312-macosx_11_0_universal2.whl: warning TL1036: has 2 top-level names: `own`, `own.py`
    -- stderr
    Checked 1 file: 1 error, 2 warnings; `tilsit explain CODE` tells more.
    ");
}

#[test]
fn wheels_for_windows_are_shown() {
    let sandbox = Sandbox::new();
    let module = TestPe {
        imports: &[
            ("KERNEL32.dll", &[]),
            ("python312.dll", &[]),
            ("MSVCP140.dll", &[]),
            ("own.dll", &[]),
            ("libfoo.dll", &[]),
        ],
        exports: &["PyInit_own"],
        ..TestPe::default()
    };
    let library = TestPe {
        machine: TestPe::I386,
        ..TestPe::default()
    };
    let wheel = written(
        &sandbox,
        "cp312-cp312-win_amd64",
        &[
            ("own/own.pyd", module.to_bytes()),
            ("own/own.dll", library.to_bytes()),
        ],
    );
    assert_snapshot!(sandbox.run(&format!("repair show {wheel}")), @"
    exit: 0
    -- stdout
    own-1.0-cp312-cp312-win_amd64.whl
      tag         win_amd64
      allowed     win_amd64
      untrue      win_amd64: `own/own.dll` is for x86, and `own/own.pyd` needs it
      outside     libfoo.dll, which own/own.pyd needs
                  own.dll, which own/own.pyd needs
      runtime     msvcp140.dll, which own/own.pyd needs
      libraries   of Python: python312.dll
                  of the system: kernel32.dll
      files       own/own.dll: x86
                  own/own.pyd: amd64
    ");
}
