//! `wheel`: unpack, pack, tags, convert, info. What they do to wheels is tested in `tilsit-dist`.

use insta::assert_snapshot;
use tilsit_testing::TestDistribution;

use crate::sandbox::Sandbox;

/// A sandbox with the wheel `shop-1.0-py3-none-any.whl`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let wheel = TestDistribution::new("shop", "1.0").file("shop.py", b"price = 1\n");
    std::fs::write(sandbox.path(&wheel.wheel_name()), wheel.wheel()).unwrap();
    sandbox
}

#[test]
fn a_wheel_is_shown() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run("wheel info -f shop-1.0-py3-none-any.whl"), @"");
    let (exit, told) = sandbox.run_json("wheel info shop-1.0-py3-none-any.whl");
    assert_eq!(exit, 0, "{told}");
    assert_eq!(told["result"]["tags"][0], "py3-none-any", "{told}");
    sandbox.write("no-1.0-py3-none-any.whl", "no zip");
    assert_snapshot!(sandbox.run("wheel info no-1.0-py3-none-any.whl"), @"");
}

#[test]
fn unpacked_and_packed_it_is_the_same() {
    let mut sandbox = sandbox();
    sandbox.set("SOURCE_DATE_EPOCH", 1_700_000_000);
    assert_snapshot!(sandbox.run("wheel unpack shop-1.0-py3-none-any.whl -d out"), @"");
    let module = sandbox.read("out/shop-1.0/shop.py");
    assert_eq!(module, "price = 1\n");
    assert_snapshot!(sandbox.run("wheel pack out/shop-1.0 -d one"), @"");
    sandbox.run_well("wheel pack out/shop-1.0 -d two");
    let read = |folder: &str| {
        std::fs::read(sandbox.path(folder).join("shop-1.0-py3-none-any.whl")).unwrap()
    };
    assert!(read("one") == read("two"), "not the same bytes");
    // What is changed is in the new RECORD.
    sandbox.write("out/shop-1.0/shop.py", "price = 22\n");
    sandbox.run_well("wheel pack out/shop-1.0 -d changed --build-number 7");
    let (exit, told) = sandbox.run_json("wheel info changed/shop-1.0-7-py3-none-any.whl");
    assert_eq!(exit, 0, "{told}");
    assert_eq!(told["result"]["build"], "7", "{told}");
    assert_snapshot!(sandbox.run("wheel pack out"), @"");
}

#[test]
fn tags_are_changed_and_names_printed() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.run("wheel tags --python-tag +py2 --build 3 shop-1.0-py3-none-any.whl"), @"");
    let is_there = |name: &str| sandbox.path(name).is_file();
    assert!(is_there("shop-1.0-py3-none-any.whl"));
    assert!(is_there("shop-1.0-3-py2.py3-none-any.whl"));
    sandbox.run_well("wheel tags --remove --platform-tag linux_x86_64 shop-1.0-py3-none-any.whl");
    assert!(!is_there("shop-1.0-py3-none-any.whl"));
    assert!(is_there("shop-1.0-py3-none-linux_x86_64.whl"));
    assert_snapshot!(sandbox.run("wheel tags --python-tag py3! shop-1.0-3-py2.py3-none-any.whl"), @"");
}

#[test]
fn an_egg_becomes_a_wheel() {
    let sandbox = Sandbox::new();
    let egg = "stall-2.0-py3.9.egg";
    let information = "Metadata-Version: 1.1\nName: stall\nVersion: 2.0\n";
    sandbox.write(&format!("{egg}/EGG-INFO/PKG-INFO"), information);
    sandbox.write(&format!("{egg}/EGG-INFO/requires.txt"), "shop>=1\n");
    sandbox.write(&format!("{egg}/stall.py"), "");
    assert_snapshot!(sandbox.run(&format!("wheel convert {egg} -d out")), @"");
    let wheels = std::fs::read_dir(sandbox.path("out")).unwrap();
    assert_eq!(wheels.count(), 1);
    sandbox.write("other-1.0.exe", "no program");
    assert_snapshot!(sandbox.run("wheel convert other-1.0.exe"), @"");
}
