//! `wheel`: unpack, pack, tags, convert, info. What they do to wheels is tested in `tilsit-dist`.

use insta::assert_snapshot;
use tilsit_testing::TestDistribution;

use crate::sandbox::Sandbox;

const WHEEL: &str = "shop-1.0-py3-none-any.whl";

/// A sandbox with a wheel.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let wheel = TestDistribution::new("shop", "1.0").file("price.py", b"price = 1\n");
    assert_eq!(wheel.wheel_name(), WHEEL);
    std::fs::write(sandbox.path(WHEEL), wheel.wheel()).expect("a wheel is written");
    sandbox
}

#[test]
fn a_wheel_is_shown() {
    let sandbox = sandbox();
    let answer = sandbox.run_well(&format!("wheel info -f {WHEEL}"));
    for line in [
        "Name: shop\n",
        "Version: 1.0\n",
        "Tags: py3-none-any\n",
        "  price.py (10 B)\n",
    ] {
        assert!(answer.stdout.contains(line), "{answer}");
    }
    let (exit, told) = sandbox.run_json(&format!("wheel info {WHEEL}"));
    assert_eq!(exit, 0, "{told}");
    assert_eq!(told["result"]["tags"][0], "py3-none-any", "{told}");
    sandbox.write("no-1.0-py3-none-any.whl", "no zip");
    let answer = sandbox.run("wheel info no-1.0-py3-none-any.whl");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(answer.stderr.contains("is not a sound archive"), "{answer}");
}

#[test]
fn unpacked_and_packed_it_is_the_same() {
    let mut sandbox = sandbox();
    sandbox.set("SOURCE_DATE_EPOCH", 1_700_000_000);
    sandbox.run_well(&format!("wheel unpack {WHEEL} -d out"));
    assert_eq!(sandbox.read("out/shop-1.0/price.py"), "price = 1\n");
    assert_snapshot!(sandbox.run("wheel pack out/shop-1.0 -d one"), @"
    exit: 0
    -- stderr
    Packed one/shop-1.0-py3-none-any.whl
    ");
    sandbox.run_well("wheel pack out/shop-1.0 -d two");
    let read = |folder: &str| std::fs::read(sandbox.path(folder).join(WHEEL)).unwrap();
    assert!(read("one") == read("two"), "not the same bytes");
    // What is changed is in the new RECORD.
    sandbox.write("out/shop-1.0/price.py", "price = 22\n");
    sandbox.run_well("wheel pack out/shop-1.0 -d changed --build-number 7");
    let (exit, told) = sandbox.run_json("wheel info changed/shop-1.0-7-py3-none-any.whl");
    assert_eq!(exit, 0, "{told}");
    assert_eq!(told["result"]["build"], "7", "{told}");
    let answer = sandbox.run("wheel pack out");
    assert_eq!(answer.exit, 2, "{answer}");
    assert!(answer.stderr.contains(".dist-info"), "{answer}");
}

#[test]
fn tags_are_changed_and_names_printed() {
    let sandbox = sandbox();
    let line = format!("wheel tags --python-tag +py2 --build 3 {WHEEL}");
    let answer = sandbox.run_well(&line);
    assert_eq!(
        answer.stdout, "shop-1.0-3-py2.py3-none-any.whl\n",
        "{answer}"
    );
    let is_there = |name: &str| sandbox.path(name).is_file();
    assert!(is_there(WHEEL) && is_there("shop-1.0-3-py2.py3-none-any.whl"));
    sandbox.run_well(&format!(
        "wheel tags --remove --platform-tag linux_x86_64 {WHEEL}"
    ));
    assert!(!is_there(WHEEL) && is_there("shop-1.0-py3-none-linux_x86_64.whl"));
    let answer = sandbox.run("wheel tags --python-tag py3! shop-1.0-3-py2.py3-none-any.whl");
    assert_eq!(answer.exit, 2, "{answer}");
}

#[test]
fn an_egg_becomes_a_wheel() {
    let sandbox = Sandbox::new();
    let egg = "stall-2.0-py3.9.egg";
    let information = "Metadata-Version: 1.1\nName: stall\nVersion: 2.0\n";
    sandbox.write(&format!("{egg}/EGG-INFO/PKG-INFO"), information);
    sandbox.write(&format!("{egg}/EGG-INFO/requires.txt"), "shop>=1\n");
    sandbox.write(&format!("{egg}/stall.py"), "");
    assert_snapshot!(sandbox.run(&format!("wheel convert {egg} -d out")), @"
    exit: 0
    -- stdout
    stall-2.0-py39-none-any.whl
    ");
    sandbox.run_well("wheel unpack out/stall-2.0-py39-none-any.whl -d out");
    let metadata = sandbox.read("out/stall-2.0/stall-2.0.dist-info/METADATA");
    assert!(metadata.contains("Requires-Dist: shop>=1\n"), "{metadata}");
    sandbox.write("other-1.0.exe", "no program");
    let answer = sandbox.run("wheel convert other-1.0.exe");
    assert_eq!(answer.exit, 1, "{answer}");
    assert!(answer.stderr.contains("is no installer"), "{answer}");
}
