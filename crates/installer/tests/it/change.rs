//! A change is whole or not at all.

use std::ops::ControlFlow;

use tilsit_installer::{ApplyError, Event, LockedEnvironment, PlanOptions};

use crate::world::World;

const OLD: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "old", false),
    ("demo/gone.py", "old", false),
    ("demo/deep/er/gone.py", "old", false),
];
const NEW: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "new", false),
    ("demo/fresh/a.py", "new", false),
];
const OTHER: &[(&str, &str, bool)] = &[("other/a.py", "x", false), ("mine.txt", "theirs", false)];

#[test]
fn an_upgrade_replaces_and_a_removal_leaves_nothing() {
    let Some(world) = World::new() else { return };
    let empty = world.paths();
    world
        .apply(&world.plan(&[world.wheel("demo", "1", OLD)]))
        .unwrap();
    // Python's compiled files belong to the modules.
    let cache = world.site_packages().join("demo/__pycache__");
    tilsit_files::create_dir(&cache).unwrap();
    tilsit_files::write(cache.join("gone.cpython-311.pyc"), "").unwrap();
    let plan = world.plan(&[world.wheel("demo", "2", NEW)]);
    insta::assert_snapshot!(world.neutral(&plan.to_string()), @r"
    - demo 1 (8 files)
    + demo 2 (6 files)
    ");
    world.apply(&plan).unwrap();
    insta::assert_snapshot!(world.paths().join("\n"), @r"
    lib/pythonX.Y/site-packages/demo/__init__.py
    lib/pythonX.Y/site-packages/demo/fresh/a.py
    lib/pythonX.Y/site-packages/demo-2.dist-info/INSTALLER
    lib/pythonX.Y/site-packages/demo-2.dist-info/METADATA
    lib/pythonX.Y/site-packages/demo-2.dist-info/RECORD
    lib/pythonX.Y/site-packages/demo-2.dist-info/WHEEL
    ");
    assert!(!world.site_packages().join("demo/deep").exists());
    world.apply(&world.plan_uninstall()).unwrap();
    assert_eq!(world.paths(), empty);
    assert_eq!(tilsit_files::read_dir(world.site_packages()).unwrap(), []);
}

#[test]
fn a_failure_in_the_middle_restores_the_old_state() {
    let Some(world) = World::new() else { return };
    world
        .apply(&world.plan(&[world.wheel("demo", "1", OLD)]))
        .unwrap();
    tilsit_files::write(world.site_packages().join("mine.txt"), "mine").unwrap();
    let before = world.tree();
    let wheels = [
        world.wheel("demo", "2", NEW),
        world.wheel("other", "1", OTHER),
    ];
    let plan = world.plan(&wheels);
    // A file of the store that is gone: the last one of the second wheel.
    let missing = wheels[1].stored.tree.join("other/a.py");
    tilsit_files::remove_file(&missing).unwrap();
    let error = world.apply(&plan).unwrap_err();
    assert!(error.to_string().contains("other/a.py"), "{error}");
    assert_eq!(world.tree(), before);
    // Cancelled at each event.
    tilsit_files::write(&missing, "x").unwrap();
    for stop_at in 1..=3 {
        let locked = LockedEnvironment::lock(&world.environment, || ()).unwrap();
        let mut events = 0;
        let result = tilsit_installer::apply(&plan, &locked, &mut |_: Event<'_>| {
            events += 1;
            if events == stop_at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(matches!(result, Err(ApplyError::Cancelled)), "{stop_at}");
        assert_eq!(world.tree(), before);
    }
    // And then it works, and what lay in the way is replaced.
    world.apply(&plan).unwrap();
    let mine = world.site_packages().join("mine.txt");
    assert_eq!(tilsit_files::read_to_string(mine).unwrap(), "theirs");
}

#[test]
fn a_second_process_waits_for_the_first() {
    let Some(world) = World::new() else { return };
    let locked = LockedEnvironment::lock(&world.environment, || ()).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let environment = &world.environment;
        let second = scope.spawn(move || {
            LockedEnvironment::lock(environment, || sender.send(()).unwrap()).unwrap();
        });
        receiver.recv().unwrap();
        drop(locked);
        second.join().unwrap();
    });
}

#[test]
fn what_is_there_in_the_wanted_version_stays() {
    let Some(world) = World::new() else { return };
    let wheel = [world.wheel("demo", "1", OLD)];
    world.apply(&world.plan(&wheel)).unwrap();
    assert_eq!(world.plan(&wheel).to_string(), "= demo 1\n");
    let again = PlanOptions {
        reinstall: true,
        ..PlanOptions::default()
    };
    let installed = world.installed();
    let plan = tilsit_installer::plan(&world.environment, &wheel, &installed, &again).unwrap();
    insta::assert_snapshot!(plan.to_string(), @r"
    - demo 1 (7 files)
    + demo 1 (7 files)
    ");
    let before = world.tree();
    world.apply(&plan).unwrap();
    assert_eq!(world.tree(), before);
    let twice = [wheel[0].clone(), world.wheel("demo", "2", NEW)];
    let error = tilsit_installer::plan(&world.environment, &twice, &[], &again).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`demo` is to be installed in two versions, 1 and 2"
    );
}

#[test]
fn a_distribution_without_a_list_of_files_is_named() {
    let Some(world) = World::new() else { return };
    world
        .apply(&world.plan(&[world.wheel("demo", "1", OLD)]))
        .unwrap();
    let record = world.site_packages().join("demo-1.dist-info/RECORD");
    tilsit_files::remove_file(record).unwrap();
    let installed = world.installed();
    let error = tilsit_installer::plan_uninstall(&world.environment, &[&installed[0]]).unwrap_err();
    let expected = "cannot tell which files belong to `demo` 1, installed in \
                    `ENV/lib/pythonX.Y/site-packages/demo-1.dist-info`: it has no RECORD";
    assert_eq!(world.neutral(&error.to_string()), expected);
}
