//! Compiled files for macOS and Windows, held against the tags of their wheels.

use tilsit_archive::Limits;
use tilsit_dist::check::check_wheel;
use tilsit_dist::wheel::Wheel;
use tilsit_dist::{Finding, Rule};
use tilsit_testing::mach_o::fat;
use tilsit_testing::{TestDistribution, TestMachO, TestPe};

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

#[test]
fn files_are_held_against_the_tags_of_other_systems() {
    let mac = |machine, oldest, symbols| TestMachO {
        machine,
        build: Some((1, oldest)),
        symbols,
        ..TestMachO::default()
    };
    let module: &[(&str, bool)] = &[("_PyInit_fast", true)];
    let arm = mac(TestMachO::ARM64, [12, 3], module).to_bytes();
    let pe = |machine, needed, exports| TestPe {
        machine,
        imports: needed,
        exports,
        ..TestPe::default()
    };
    let fast = pe(TestPe::AMD64, &[("OWN.dll", &[])], &["PyInit_fast"]).to_bytes();
    let old = pe(TestPe::I386, &[], &["PyInit_old"]).to_bytes();
    let library = pe(TestPe::I386, &[], &[]).to_bytes();
    let managed = TestPe {
        is_managed: true,
        ..pe(TestPe::I386, &[], &[])
    }
    .to_bytes();
    for (platform, files, expected) in [
        (
            "macosx_11_0_arm64",
            vec![("demo/fast.so", arm.clone())],
            vec![
                "CompiledForOther: `demo/fast.so`: needs version 12.3 of the system on arm64, and the \
                 wheel is for `macosx_11_0_arm64`",
            ],
        ),
        (
            "macosx_12_0_universal2",
            vec![("demo/fast.so", arm.clone())],
            vec!["CompiledForOther: `demo/fast.so`: is a module and has nothing for x86_64"],
        ),
        ("macosx_12_0_arm64", vec![("demo/fast.so", arm)], vec![]),
        (
            "win_amd64",
            vec![
                ("demo/fast.pyd", fast.clone()),
                ("demo/own.dll", library.clone()),
            ],
            vec!["CompiledForOther: `demo/own.dll`: is for x86, and `demo/fast.pyd` needs it"],
        ),
        (
            "win_amd64",
            vec![("demo/fast.pyd", fast.clone()), ("demo/old.pyd", old)],
            vec!["CompiledForOther: `demo/old.pyd`: is a module for x86"],
        ),
        (
            "win_arm64",
            vec![("demo/own.dll", library.clone())],
            vec!["CompiledForOther: has nothing for arm64, and the wheel is for `win_arm64`"],
        ),
        // What nothing needs may be for any machine, and so may what is for .NET.
        (
            "win_amd64",
            vec![("demo/fast.pyd", fast.clone()), ("demo/x86.dll", library)],
            vec![],
        ),
        (
            "win_amd64",
            vec![("demo/fast.pyd", fast), ("demo/own.dll", managed)],
            vec![],
        ),
    ] {
        let findings = findings(&format!("py3-none-{platform}"), &files);
        let texts: Vec<String> = findings
            .iter()
            .filter(|finding| finding.rule == Rule::CompiledForOther)
            .map(|finding| format!("{:?}: {finding}", finding.rule))
            .collect();
        assert_eq!(texts.len(), expected.len(), "{platform}: {texts:?}");
        for (text, start) in texts.iter().zip(expected) {
            assert!(text.starts_with(start), "{text}");
        }
    }
}

#[test]
fn the_stable_abi_is_checked_on_other_systems() {
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
    let both = fat(&[&intel, &arm], false);
    let pe = |imports| {
        TestPe {
            imports,
            exports: &["PyInit_fast"],
            ..TestPe::default()
        }
        .to_bytes()
    };
    let foreign = pe(&[("python3.dll", &["PyLong_FromLong", "_PyLong_New"])]);
    let newer = pe(&[("python3.dll", &["PyBuffer_Release"])]);
    let one = pe(&[("Python311.dll", &["PyLong_FromLong"])]);
    let sound = pe(&[
        ("python3.dll", &["PyLong_FromLong"]),
        ("other.dll", &["_PyOwn"]),
    ]);
    let (name, mac) = ("demo/fast.abi3.so", "macosx_11_0_universal2");
    for (name, platform, module, expected) in [
        (
            name,
            mac,
            both,
            Some("wants `_PyLong_New` of Python, not part of the stable ABI"),
        ),
        (name, "macosx_11_0_x86_64", intel.to_bytes(), None),
        (
            "demo/fast.cpython-311-darwin.so",
            "macosx_11_0_arm64",
            arm.to_bytes(),
            None,
        ),
        (
            "demo/fast.pyd",
            "win_amd64",
            foreign,
            Some("wants `_PyLong_New` of Python, not part"),
        ),
        (
            "demo/fast.pyd",
            "win_amd64",
            newer,
            Some("wants `PyBuffer_Release` of Python 3.11"),
        ),
        (
            "demo/fast.pyd",
            "win_amd64",
            one,
            Some("needs `python311.dll`, the library of one Python"),
        ),
        ("demo/fast.pyd", "win_amd64", sound, None),
    ] {
        let findings = findings(&format!("cp39-abi3-{platform}"), &[(name, module)]);
        let mut found = findings
            .iter()
            .filter(|finding| finding.rule == Rule::StableAbi);
        match (found.next(), expected) {
            (None, None) => {}
            (Some(finding), Some(reason)) => {
                assert!(finding.problem.reason.starts_with(reason), "{finding}")
            }
            (found, _) => panic!("{found:?} instead of {expected:?}"),
        }
    }
}
