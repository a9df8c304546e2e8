//! Folders as links: when, how they are split, and that nothing in an environment reaches the
//! store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_installer::prune::prune;
use tilsit_installer::roots::Roots;
use tilsit_installer::{LinkMode, PlanOptions, WheelToInstall};

use crate::world::World;

const DEMO: &[(&str, &str, bool)] = &[
    ("demo/__init__.py", "x = 1\n", false),
    ("demo/sub/a.py", "y = 2\n", false),
    ("single.py", "z = 3\n", false),
];
const FIRST: &[(&str, &str, bool)] = &[
    ("shared/first/__init__.py", "", false),
    ("own/__init__.py", "", false),
];
const SECOND: &[(&str, &str, bool)] = &[("shared/second.py", "", false)];

fn install(world: &World, wheels: &[WheelToInstall], link_mode: LinkMode) {
    let options = PlanOptions {
        link_mode,
        ..PlanOptions::default()
    };
    let installed = world.installed();
    let plan = tilsit_installer::plan(&world.environment, wheels, &installed, &options)
        .expect("the step works");
    world.apply(&plan).expect("the step works");
}

/// Each file of the store, with its contents and its mode.
fn store(world: &World) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    use std::os::unix::fs::PermissionsExt;

    let folder = world.folder.path().join("cache/wheels");
    let files = tilsit_files::walk(&folder)
        .expect("the step works")
        .into_iter();
    files
        .filter(|entry| entry.kind == tilsit_files::FileKind::File)
        .filter(|entry| {
            entry
                .path
                .components()
                .any(|step| step.as_os_str() == "tree")
        })
        .map(|entry| {
            let mode = tilsit_files::metadata(&entry.path)
                .expect("the step works")
                .permissions()
                .mode();
            let contents = tilsit_files::read(&entry.path).expect("the step works");
            (entry.path, (contents, mode))
        })
        .collect()
}

fn is_link(path: &Path) -> bool {
    tilsit_files::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

fn record(world: &World, dist_info: &str) -> Vec<String> {
    let path = world.site_packages().join(dist_info).join("RECORD");
    let text = tilsit_files::read_to_string(path).expect("the step works");
    let paths = text.lines().filter_map(|line| line.split(',').next());
    let mut paths: Vec<String> = paths.map(str::to_owned).collect();
    paths.sort();
    paths
}

#[test]
fn a_folder_is_one_link_and_goes_as_one() {
    let Some(world) = World::new() else { return };
    let before = world.paths();
    let wheel = world.wheel("demo", "1", DEMO);
    let stored = store(&world);
    install(&world, std::slice::from_ref(&wheel), LinkMode::Tree);
    let site = world.site_packages();
    assert!(is_link(&site.join("demo")) && !is_link(&site.join("demo-1.dist-info")));
    assert!(!is_link(&site.join("single.py")));
    assert_eq!(
        record(&world, "demo-1.dist-info"),
        [
            "demo",
            "demo-1.dist-info/INSTALLER",
            "demo-1.dist-info/METADATA",
            "demo-1.dist-info/RECORD",
            "demo-1.dist-info/WHEEL",
            "single.py",
        ]
    );
    let python = world.environment.interpreter().executable();
    let code = "import demo.sub.a, single; print(demo.x + demo.sub.a.y + single.z)";
    let output = Command::new(python).args(["-c", code]).output().unwrap();
    assert_eq!(output.stdout, b"6\n");
    // An upgrade replaces the link, a removal takes it.
    let newer = world.wheel("demo", "2", &[("demo/__init__.py", "x = 7\n", false)]);
    install(&world, &[newer], LinkMode::Tree);
    assert!(is_link(&site.join("demo")));
    world.apply(&world.plan_uninstall()).unwrap();
    assert_eq!(world.paths(), before);
    let after = store(&world);
    assert!(
        stored
            .iter()
            .all(|(path, file)| after.get(path) == Some(file))
    );
}

#[test]
fn what_is_not_safe_is_linked_by_file() {
    let Some(world) = World::new() else { return };
    let paths = world.wheel(
        "paths",
        "1",
        &[("paths.pth", "", false), ("paths/a.py", "", false)],
    );
    let wheels = [
        paths,
        world.wheel("first", "1", FIRST),
        world.wheel("second", "1", SECOND),
    ];
    install(&world, &wheels, LinkMode::Tree);
    let site = world.site_packages();
    assert!(!is_link(&site.join("paths")) && !is_link(&site.join("shared")));
    assert!(is_link(&site.join("own")));
}

#[test]
fn below_a_shared_folder_each_wheel_has_links_of_its_own() {
    let Some(world) = World::new() else { return };
    let before = world.paths();
    let one = [
        ("ns/one/__init__.py", "x = 1\n", false),
        ("ns/one/deep/a.py", "y = 2\n", false),
    ];
    let two = [
        ("ns/common.py", "z = 3\n", false),
        ("ns/deep/two/__init__.py", "w = 4\n", false),
    ];
    let wheels = [world.wheel("one", "1", &one), world.wheel("two", "1", &two)];
    let stored = store(&world);
    install(&world, &wheels, LinkMode::Tree);
    let site = world.site_packages();
    assert!(!is_link(&site.join("ns")) && !is_link(&site.join("ns/common.py")));
    assert!(is_link(&site.join("ns/one")) && is_link(&site.join("ns/deep")));
    let listed = record(&world, "one-1.dist-info");
    assert!(
        listed.contains(&"ns/one".to_owned()) && !listed.iter().any(|path| path.ends_with("a.py"))
    );
    let python = world.environment.interpreter().executable();
    let code = "import ns.one.deep.a as a, ns.one, ns.common as c, ns.deep.two as t\n\
                print(ns.one.x + a.y + c.z + t.w)";
    let output = Command::new(python).args(["-c", code]).output().unwrap();
    assert_eq!(output.stdout, b"10\n");
    // A later wheel that writes below such a link splits it, and only it.
    let three = world.wheel("three", "1", &[("ns/deep/three.py", "", false)]);
    install(&world, &[three], LinkMode::Tree);
    assert!(is_link(&site.join("ns/one")) && !is_link(&site.join("ns/deep")));
    assert!(
        site.join("ns/deep/two/__init__.py").is_file() && site.join("ns/deep/three.py").is_file()
    );
    let listed = record(&world, "two-1.dist-info");
    assert!(listed.contains(&"ns/deep/two/__init__.py".to_owned()));
    assert!(!listed.contains(&"ns/deep".to_owned()));
    world.apply(&world.plan_uninstall()).unwrap();
    assert_eq!(world.paths(), before);
    let after = store(&world);
    assert!(
        stored
            .iter()
            .all(|(path, file)| after.get(path) == Some(file))
    );
}

#[test]
fn a_later_wheel_splits_a_link() {
    let Some(world) = World::new() else { return };
    let before = world.paths();
    for mode in [LinkMode::Tree, LinkMode::Hardlink] {
        let first = world.wheel("first", "1", FIRST);
        install(&world, &[first], LinkMode::Tree);
        let stored = store(&world);
        let site = world.site_packages();
        assert!(is_link(&site.join("shared")));
        let second = world.wheel("second", "1", SECOND);
        install(&world, std::slice::from_ref(&second), mode);
        assert!(!is_link(&site.join("shared")) && is_link(&site.join("own")));
        assert!(site.join("shared/first/__init__.py").is_file());
        assert!(site.join("shared/second.py").is_file());
        assert_eq!(
            record(&world, "first-1.dist-info")[..3],
            [
                "first-1.dist-info/INSTALLER",
                "first-1.dist-info/METADATA",
                "first-1.dist-info/RECORD"
            ]
        );
        assert!(
            record(&world, "first-1.dist-info").contains(&"shared/first/__init__.py".to_owned())
        );
        assert!(!record(&world, "first-1.dist-info").contains(&"shared".to_owned()));
        world.apply(&world.plan_uninstall()).unwrap();
        assert_eq!(world.paths(), before);
        let after = store(&world);
        assert!(
            stored
                .iter()
                .all(|(path, file)| after.get(path) == Some(file))
        );
    }
}

#[test]
fn a_split_that_fails_is_undone() {
    let Some(world) = World::new() else { return };
    install(&world, &[world.wheel("first", "1", FIRST)], LinkMode::Tree);
    let before = (world.tree(), record(&world, "first-1.dist-info"));
    let second = world.wheel("second", "1", SECOND);
    let options = PlanOptions::default();
    let installed = world.installed();
    let environment = &world.environment;
    let plan = tilsit_installer::plan(
        environment,
        std::slice::from_ref(&second),
        &installed,
        &options,
    );
    tilsit_files::remove_file(second.stored.tree.join("shared/second.py")).unwrap();
    world.apply(&plan.unwrap()).unwrap_err();
    assert!(is_link(&world.site_packages().join("shared")));
    assert_eq!((world.tree(), record(&world, "first-1.dist-info")), before);
}

#[test]
fn pruning_keeps_what_environments_lead_to() {
    let Some(world) = World::new() else { return };
    let cache = world.folder.path().join("cache");
    let wheel = world.wheel("demo", "1", DEMO);
    world.wheel("unused", "1", &[("unused.py", "", false)]);
    install(&world, &[wheel], LinkMode::Tree);
    // Every second name is gone: the link to the folder alone keeps it.
    let info = world.site_packages().join("demo-1.dist-info");
    tilsit_files::remove_dir_all(info).unwrap();
    tilsit_files::remove_file(world.site_packages().join("single.py")).unwrap();
    let go_on = &mut |_: &str| std::ops::ControlFlow::Continue(());
    let pruned = prune(&cache, std::time::SystemTime::UNIX_EPOCH, go_on).unwrap();
    assert_eq!((pruned.wheels, pruned.kept), (1, 1));
    let roots = Roots::in_cache(&cache);
    assert_eq!(roots.live(world.store.folder()).unwrap().len(), 1);
    tilsit_files::remove_file(world.site_packages().join("demo")).unwrap();
    let pruned = prune(&cache, std::time::SystemTime::UNIX_EPOCH, go_on).unwrap();
    assert_eq!((pruned.wheels, pruned.kept), (1, 0));
    assert_eq!(roots.live(world.store.folder()).unwrap(), []);
}

/// What an owner may do to files of an environment: remove, replace, rename, and remove a folder.
/// It says nothing of what failed: a file that cannot be removed is as safe.
const MISCHIEF: &str = "
import os, shutil, sys
site = sys.argv[1]
def attempt(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        pass
def replace(path):
    with open(path + '.new', 'w') as file:
        file.write('changed')
    os.replace(path + '.new', path)
attempt(replace, os.path.join(site, 'single.py'))
attempt(os.rename, os.path.join(site, 'demo'), os.path.join(site, 'moved'))
if sys.argv[2] == 'inside':
    attempt(replace, os.path.join(site, 'moved', '__init__.py'))
    attempt(os.unlink, os.path.join(site, 'moved', 'sub', 'a.py'))
    attempt(os.mkdir, os.path.join(site, 'moved', 'new'))
attempt(os.unlink, os.path.join(site, 'moved'))
attempt(shutil.rmtree, site)
";

/// Lets a Python do mischief in the environment of each mode; gives whether the store is as it was.
fn store_survives(mode: LinkMode, user: Option<u32>) -> Option<bool> {
    let folder = tempfile::tempdir_in("/tmp").expect("the step works");
    let world = World::in_folder(folder)?;
    install(&world, &[world.wheel("demo", "1", DEMO)], mode);
    let before = store(&world);
    let python = world.environment.interpreter().base_executable().to_owned();
    let mut command = match user {
        None => Command::new(&python),
        Some(user) => {
            let root = world.folder.path().display().to_string();
            let given = Command::new("chown")
                .args(["-R", &user.to_string(), &root])
                .status();
            assert!(given.expect("the step works").success());
            let mut command = Command::new("setpriv");
            let user = user.to_string();
            command.args(["--reuid", &user, "--regid", &user, "--clear-groups"]);
            command.arg("--").arg("/bin/sh").arg("-c");
            // A Python below the home of another user cannot be started: the shell does the same.
            command.arg(
                "cd \"$1\"; echo changed > single.py.new; mv -f single.py.new single.py; \
                 mv demo moved; echo changed > moved/__init__.py; \
                 rm -f moved/__init__.py moved/sub/a.py; mkdir moved/new; \
                 rm -f moved; rm -rf \"$1\"; exit 0",
            );
            command.arg("sh");
            command
        }
    };
    if user.is_none() {
        // Root may do everything below a linked folder: that is told, not prevented.
        let inside = if mode == LinkMode::Tree {
            "outside"
        } else {
            "inside"
        };
        command
            .args(["-c", MISCHIEF])
            .arg(world.site_packages())
            .arg(inside);
    } else {
        command.arg(world.site_packages());
    }
    let status = command.stderr(std::process::Stdio::null()).status();
    assert!(status.expect("the step works").success());
    Some(store(&world) == before)
}

#[test]
fn nothing_in_an_environment_reaches_the_store() {
    for mode in [
        LinkMode::Clone,
        LinkMode::Hardlink,
        LinkMode::Copy,
        LinkMode::Tree,
    ] {
        let Some(survives) = store_survives(mode, None) else {
            return;
        };
        assert!(survives, "{mode:?}");
    }
}

#[test]
fn nothing_that_another_user_than_root_does_reaches_the_store() {
    let may_change_users = Command::new("setpriv")
        .args(["--reuid", "1234", "--clear-groups", "true"])
        .status()
        .is_ok_and(|status| status.success());
    let found = tilsit_testing::require("root, to be another user", may_change_users.then_some(()));
    if found.is_none() {
        return;
    }
    for mode in [
        LinkMode::Clone,
        LinkMode::Copy,
        LinkMode::Tree,
        LinkMode::Hardlink,
    ] {
        let Some(survives) = store_survives(mode, Some(1234)) else {
            return;
        };
        assert!(survives, "{mode:?}");
    }
}
