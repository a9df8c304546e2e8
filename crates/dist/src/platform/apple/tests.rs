//! Tags and files against each other.

use tilsit_testing::TestMachO;
use tilsit_testing::mach_o::fat;

use super::*;

fn module(machine: u32, oldest: [u8; 2]) -> TestMachO<'static> {
    TestMachO {
        machine,
        build: Some((1, oldest)),
        symbols: &[("_PyInit_own", true)],
        ..TestMachO::default()
    }
}

fn read(path: &str, parts: &[TestMachO<'_>]) -> AppleFile {
    let parts: Vec<&TestMachO<'_>> = parts.iter().collect();
    AppleFile::read(path, &fat(&parts, false)).unwrap()
}

fn breaches(tag: &str, files: &[AppleFile]) -> Vec<String> {
    let breaches = AppleTag::parse(tag).unwrap().breaches(files);
    let texts = breaches.iter().map(|breach| {
        let path = breach.path().unwrap_or("it");
        format!("{path} {breach}")
    });
    texts.collect()
}

#[test]
fn tags_are_read() {
    let tag = AppleTag::parse("macosx_10_9_universal2").unwrap();
    assert_eq!((tag.system, tag.version), (System::MacOs, (10, 9)));
    assert_eq!(tag.machines, [Machine::Arm64, Machine::X86_64]);
    let tag = AppleTag::parse("ios_13_0_arm64_iphonesimulator").unwrap();
    assert_eq!((tag.system, tag.version), (System::IosSimulator, (13, 0)));
    for other in [
        "macosx_10_9_z80",
        "macosx_10",
        "win32",
        "ios_13_0_arm64",
        "macosx_10_x_intel",
    ] {
        assert_eq!(AppleTag::parse(other), None, "{other}");
    }
}

#[test]
fn promises_are_kept_or_not() {
    let (intel, arm) = (TestMachO::X86_64, TestMachO::ARM64);
    let both = [module(intel, [10, 13]), module(arm, [11, 0])];
    let files = [read("own.so", &both)];
    assert_eq!(allowed(&files), ["macosx_10_13_universal2"]);
    for tag in [
        "macosx_10_13_universal2",
        "macosx_10_13_x86_64",
        "macosx_10_9_arm64",
    ] {
        assert!(breaches(tag, &files).is_empty(), "{tag}");
    }
    let newer = ["own.so needs version 10.13 of the system on x86_64"];
    assert_eq!(breaches("macosx_10_9_universal2", &files), newer);
    assert_eq!(
        breaches("macosx_10_13_intel", &files),
        ["own.so is a module and has nothing for i386"]
    );
    // Minor versions since macOS 11 are no matter of tags; 10.16 is 11.
    let files = [read(
        "own.so",
        &[module(intel, [11, 3]), module(arm, [12, 1])],
    )];
    assert_eq!(allowed(&files), ["macosx_11_0_x86_64", "macosx_12_0_arm64"]);
    assert!(breaches("macosx_12_0_universal2", &files).is_empty());
    assert!(breaches("macosx_10_16_x86_64", &files).is_empty());
    assert_eq!(breaches("macosx_11_0_arm64", &files).len(), 1);
    // A helper for another machine is nobody's business, nor are objects.
    let helper = TestMachO {
        symbols: &[],
        ..module(intel, [26, 0])
    };
    let object = TestMachO {
        kind: 1,
        ..module(arm, [26, 0])
    };
    let files = [
        read("own.so", &[module(arm, [11, 0])]),
        read("x.dylib", &[helper]),
        read("x.o", &[object]),
    ];
    assert!(breaches("macosx_11_0_arm64", &files).is_empty());
    assert_eq!(allowed(&files), ["macosx_11_0_arm64"]);
    assert_eq!(
        breaches("macosx_11_0_arm64", &[]),
        ["it has nothing for arm64"]
    );
    let phone = TestMachO {
        build: Some((2, [13, 0])),
        ..module(arm, [0, 0])
    };
    let files = [read("own.so", &[phone])];
    assert!(breaches("ios_13_0_arm64_iphoneos", &files).is_empty());
    assert_eq!(breaches("ios_12_4_arm64_iphoneos", &files).len(), 1);
    assert_eq!(
        breaches("macosx_11_0_arm64", &files),
        ["own.so is for another system on arm64"]
    );
}
