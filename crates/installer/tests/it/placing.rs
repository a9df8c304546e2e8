//! Where the parts of a wheel go, and what the plan says of them.

use std::process::Command;

use tilsit_packaging::direct_url::DirectUrl;

use crate::world::World;

const FILES: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "", false),
    (
        "demo/cli.py",
        "def main():\n    print('hello from the script')\n",
        false,
    ),
    ("demo/data/a.txt", "text", false),
    (
        "DIST/entry_points.txt",
        "[console_scripts]\ndemo = demo.cli:main\n",
        false,
    ),
    ("DATA/scripts/tool", "#!python\nprint('tool')\n", false),
    ("DATA/scripts/tool.sh", "#!/bin/sh\necho shell\n", false),
    ("DATA/data/share/demo/x", "shared", false),
    ("DATA/headers/demo.h", "int demo;", false),
    ("DATA/platlib/demo/native.py", "", false),
];

#[test]
fn every_part_of_a_wheel_gets_its_place() {
    let Some(world) = World::new() else { return };
    let mut wheel = world.wheel("demo", "1.0", FILES);
    wheel.is_requested = true;
    let url = r#"{"url": "https://index.example/demo.zip", "archive_info": {}}"#;
    wheel.direct_url = Some(DirectUrl::parse(url.as_bytes()).unwrap());
    let plan = world.plan(&[wheel]);
    insta::assert_snapshot!(world.neutral(&plan.to_string()), @"+ demo 1.0 (16 files)");
    world.apply(&plan).unwrap();
    insta::assert_snapshot!(world.paths().join("\n"), @r"
    bin/demo
    bin/tool
    bin/tool.sh
    include/site/pythonX.Y/demo/demo.h
    lib/pythonX.Y/site-packages/demo/__init__.py
    lib/pythonX.Y/site-packages/demo/cli.py
    lib/pythonX.Y/site-packages/demo/data/a.txt
    lib/pythonX.Y/site-packages/demo/native.py
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/INSTALLER
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/METADATA
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/RECORD
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/REQUESTED
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/WHEEL
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/direct_url.json
    lib/pythonX.Y/site-packages/demo-1.0.dist-info/entry_points.txt
    share/demo/x
    ");
    let record = world.site_packages().join("demo-1.0.dist-info/RECORD");
    let record = tilsit_files::read_to_string(record).unwrap();
    let paths: Vec<&str> = record
        .lines()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    insta::assert_snapshot!(world.neutral(&paths.join("\n")), @r"
    ../../../bin/demo
    ../../../bin/tool
    ../../../bin/tool.sh
    ../../../include/site/pythonX.Y/demo/demo.h
    ../../../share/demo/x
    demo-1.0.dist-info/INSTALLER
    demo-1.0.dist-info/METADATA
    demo-1.0.dist-info/REQUESTED
    demo-1.0.dist-info/WHEEL
    demo-1.0.dist-info/direct_url.json
    demo-1.0.dist-info/entry_points.txt
    demo/__init__.py
    demo/cli.py
    demo/data/a.txt
    demo/native.py
    demo-1.0.dist-info/RECORD
    ");
    for (name, expected) in [
        ("demo", "hello from the script\n"),
        ("tool", "tool\n"),
        ("tool.sh", "shell\n"),
    ] {
        let output = Command::new(world.environment.paths().scripts.join(name))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{name}");
    }
}

#[test]
fn scripts_run_from_an_environment_with_a_long_path_and_blanks() {
    let folder = tempfile::Builder::new()
        .prefix(&format!("o'ne {}", "long".repeat(30)))
        .tempdir()
        .unwrap();
    let Some(world) = World::in_folder(folder) else {
        return;
    };
    let plan = world.plan(&[world.wheel("demo", "1.0", FILES)]);
    world.apply(&plan).unwrap();
    for (name, expected) in [("demo", "hello from the script\n"), ("tool", "tool\n")] {
        let output = Command::new(world.environment.paths().scripts.join(name))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{name}");
    }
}

#[test]
fn two_wheels_at_one_path_are_reported() {
    let Some(world) = World::new() else { return };
    let same = ("shared/same.py", "same", false);
    let wheels = [
        world.wheel("one", "1", &[same, ("shared/x.py", "1", false)]),
        world.wheel("two", "2", &[same, ("shared/x.py", "2", false)]),
    ];
    let plan = world.plan(&wheels);
    insta::assert_snapshot!(world.neutral(&plan.to_string()), @r"
    + one 1 (6 files)
    + two 2 (6 files)
    ! two overwrites `ENV/lib/pythonX.Y/site-packages/shared/x.py` of one
    ");
    world.apply(&plan).unwrap();
    let x = world.site_packages().join("shared/x.py");
    assert_eq!(tilsit_files::read_to_string(x).unwrap(), "2");
    // The store's own files are what they were.
    assert_eq!(
        tilsit_files::read_to_string(wheels[0].stored.tree.join("shared/x.py")).unwrap(),
        "1"
    );
}

#[test]
fn programs_of_a_relocatable_environment_move_with_it() {
    let Some(mut world) = World::new() else {
        return;
    };
    let root = world.folder.path().join("movable");
    let options = tilsit_environment::venv::VenvOptions {
        relocatable: true,
        ..Default::default()
    };
    let base = world.environment.interpreter().to_base();
    let made = tilsit_environment::venv::create(&base, &root, &options).unwrap();
    world.environment = tilsit_environment::Environment::of(made);
    world
        .apply(&world.plan(&[world.wheel("demo", "1.0", FILES)]))
        .unwrap();
    let moved = world.folder.path().join("moved here");
    tilsit_files::rename(&root, &moved).unwrap();
    let link = world.folder.path().join("link");
    tilsit_files::symlink(moved.join("bin/demo"), &link).unwrap();
    for (program, expected) in [
        (moved.join("bin/demo"), "hello from the script\n"),
        (moved.join("bin/tool"), "tool\n"),
        (link, "hello from the script\n"),
    ] {
        let output = Command::new(program).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
}
