//! Compiled files for macOS, Windows and Android, held against the tags of their wheels.

use tilsit_archive::Limits;
use tilsit_dist::check::check_wheel;
use tilsit_dist::wheel::Wheel;
use tilsit_dist::{Finding, Rule};
use tilsit_testing::mach_o::fat;
use tilsit_testing::{TestDistribution, TestElf, TestMachO, TestPe};

/// What is found in a wheel with these tags and files.
fn findings(tags: &str, files: &[(&str, Vec<u8>)]) -> Vec<Finding> {
    let mut made = TestDistribution::new("demo", "1.0");
    tags.clone_into(&mut made.tags);
    for (path, contents) in files {
        made = made.file(path, contents);
    }
    let wheel = made.wheel();
    let wheel = Wheel::from_source(&made.wheel_name(), wheel.as_slice(), &Limits::default());
    check_wheel(&wheel.expect("a sound wheel"))
}

/// Asserts that exactly this is found of files that are not what the tag says.
#[track_caller]
fn assert_found(platform: &str, files: &[(&str, Vec<u8>)], expected: &[&str]) {
    let findings = findings(&format!("py3-none-{platform}"), files);
    let is_it = |rule| matches!(rule, Rule::CompiledForOther | Rule::CompiledForNewer);
    let found = findings.iter().filter(|finding| is_it(finding.rule));
    let texts: Vec<String> = found
        .map(|finding| format!("{:?}: {finding}", finding.rule))
        .collect();
    assert_eq!(texts.len(), expected.len(), "{platform}: {texts:?}");
    for (text, start) in texts.iter().zip(expected) {
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn files_for_macos() {
    let arm = TestMachO {
        build: Some((1, [12, 3])),
        symbols: &[("_PyInit_fast", true)],
        ..TestMachO::default()
    };
    let files = [("demo/fast.so", arm.to_bytes())];
    assert_found(
        "macosx_11_0_arm64",
        &files,
        &[
            "CompiledForNewer: `demo/fast.so`: needs version 12.3 of the system on arm64, and the \
           wheel is for `macosx_11_0_arm64`",
        ],
    );
    assert_found("macosx_12_0_arm64", &files, &[]);
    let lacks = ["CompiledForOther: `demo/fast.so`: is a module and has nothing for x86_64"];
    assert_found("macosx_12_0_universal2", &files, &lacks);
}

#[test]
fn files_for_windows() {
    let pe = |machine, needed, exports| {
        let pe = TestPe {
            machine,
            imports: needed,
            exports,
            ..TestPe::default()
        };
        pe.to_bytes()
    };
    let fast = (
        "demo/fast.pyd",
        pe(TestPe::AMD64, &[("OWN.dll", &[])], &["PyInit_fast"]),
    );
    let old = ("demo/old.pyd", pe(TestPe::I386, &[], &["PyInit_old"]));
    let library = ("demo/own.dll", pe(TestPe::I386, &[], &[]));
    let helper = ("demo/x86.dll", pe(TestPe::I386, &[], &[]));
    let managed = TestPe {
        machine: TestPe::I386,
        is_managed: true,
        ..TestPe::default()
    };
    let managed = ("demo/own.dll", managed.to_bytes());
    let needed = ["CompiledForOther: `demo/own.dll`: is for x86, and `demo/fast.pyd` needs it"];
    assert_found("win_amd64", &[fast.clone(), library.clone()], &needed);
    let module = ["CompiledForOther: `demo/old.pyd`: is a module for x86"];
    assert_found("win_amd64", &[fast.clone(), old], &module);
    let nothing = ["CompiledForOther: has nothing for arm64, and the wheel is for `win_arm64`"];
    assert_found("win_arm64", &[library], &nothing);
    // What nothing needs may be for any machine, and so may what is for .NET.
    assert_found("win_amd64", &[fast.clone(), helper], &[]);
    assert_found("win_amd64", &[fast, managed], &[]);
}

#[test]
fn files_for_android() {
    let elf = |machine, level| {
        let android_level = Some(level);
        TestElf {
            machine,
            android_level,
            ..TestElf::default()
        }
        .to_bytes()
    };
    let files = [
        ("demo/fast.so", elf(183, 28)),
        ("demo/other.so", elf(62, 24)),
    ];
    assert_found(
        "android_24_arm64_v8a",
        &files,
        &[
            "CompiledForNewer: `demo/fast.so`: was made for Android's level 28",
            "CompiledForOther: `demo/other.so`: is for another machine",
        ],
    );
    assert_found("android_28_arm64_v8a", &files[..1], &[]);
}

/// Asserts what is found of a module for the stable ABI of 3.9.
#[track_caller]
fn assert_stable(name: &str, platform: &str, module: Vec<u8>, expected: Option<&str>) {
    let findings = findings(&format!("cp39-abi3-{platform}"), &[(name, module)]);
    let mut found = findings
        .iter()
        .filter(|finding| finding.rule == Rule::StableAbi);
    let reason = found.next().map(|finding| finding.problem.reason.as_str());
    let starts = |reason: &str| expected.is_some_and(|expected| reason.starts_with(expected));
    assert!(reason.map_or(expected.is_none(), starts), "{reason:?}");
    assert_eq!(found.next(), None);
}

#[test]
fn the_stable_abi_on_macos() {
    let symbols: &[(&str, bool)] = &[
        ("_PyInit_fast", true),
        ("_PyLong_FromLong", false),
        ("__PyLong_New", false),
    ];
    let part = |machine, symbols| TestMachO {
        machine,
        symbols,
        ..TestMachO::default()
    };
    let (intel, arm) = (
        part(TestMachO::X86_64, &symbols[..2]),
        part(TestMachO::ARM64, symbols),
    );
    let name = "demo/fast.abi3.so";
    let foreign = Some("wants `_PyLong_New` of Python, not part of the stable ABI");
    assert_stable(
        name,
        "macosx_11_0_universal2",
        fat(&[&intel, &arm], false),
        foreign,
    );
    assert_stable(name, "macosx_11_0_x86_64", intel.to_bytes(), None);
    let for_one = "demo/fast.cpython-311-darwin.so";
    assert_stable(for_one, "macosx_11_0_arm64", arm.to_bytes(), None);
}

#[test]
fn the_stable_abi_on_windows() {
    let assert = |imports, expected| {
        let module = TestPe {
            imports,
            exports: &["PyInit_fast"],
            ..TestPe::default()
        };
        assert_stable("demo/fast.pyd", "win_amd64", module.to_bytes(), expected);
    };
    let foreign = Some("wants `_PyLong_New` of Python, not part of the stable ABI");
    assert(
        &[("python3.dll", &["PyLong_FromLong", "_PyLong_New"])],
        foreign,
    );
    let newer = Some("wants `PyBuffer_Release` of Python 3.11, and the wheel is for 3.9 too");
    assert(&[("python3.dll", &["PyBuffer_Release"])], newer);
    let for_one = Some("needs `python311.dll`, the library of one Python");
    assert(&[("Python311.dll", &["PyLong_FromLong"])], for_one);
    assert(
        &[
            ("python3.dll", &["PyLong_FromLong"]),
            ("other.dll", &["_PyOwn"]),
        ],
        None,
    );
}
