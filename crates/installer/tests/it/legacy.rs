//! Uninstalling what pip, setuptools and `easy_install` left.

use std::path::Path;

use crate::world::World;

const METADATA: &str = "Metadata-Version: 1.2\nName: Old.Demo\nVersion: 1.5\n";

fn put(world: &World, path: &str, text: &str) {
    let path = world.site_packages().join(path);
    tilsit_files::create_dir_all(path.parent().expect("the step works")).expect("the step works");
    tilsit_files::write(path, text).expect("the step works");
}

fn put_program(world: &World, name: &str) {
    let path = world.environment.paths().scripts.join(name);
    tilsit_files::write(path, "").expect("the step works");
}

/// Uninstalls everything and gives what is left in the environment.
fn uninstall(world: &World) -> Vec<String> {
    world
        .apply(&world.plan_uninstall())
        .expect("the step works");
    world.paths()
}

#[test]
fn a_flat_installation_with_a_list_of_files() {
    let Some(world) = World::new() else { return };
    let empty = world.paths();
    let info = "old_demo-1.5-py3.11.egg-info";
    put(&world, &format!("{info}/PKG-INFO"), METADATA);
    let list = "../old_demo/__init__.py\n../old_demo/sub/a.py\nPKG-INFO\ninstalled-files.txt\n\
                ../../../../bin/old-demo\n../../../../../outside\n";
    put(&world, &format!("{info}/installed-files.txt"), list);
    for path in [
        "__init__.py",
        "sub/a.py",
        "sub/__pycache__/a.cpython-311.pyc",
    ] {
        put(&world, &format!("old_demo/{path}"), "");
    }
    put_program(&world, "old-demo");
    let outside = world.folder.path().join("outside");
    tilsit_files::write(&outside, "").unwrap();
    let plan = world.plan_uninstall();
    assert_eq!(plan.removals[0].left_alone, [outside.to_str().unwrap()]);
    assert_eq!(uninstall(&world), empty);
    assert!(outside.exists());
    assert_eq!(tilsit_files::read_dir(world.site_packages()).unwrap(), []);
}

#[test]
fn a_flat_installation_by_its_top_modules() {
    let Some(world) = World::new() else { return };
    let info = "old_demo.egg-info";
    put(&world, &format!("{info}/PKG-INFO"), METADATA);
    put(
        &world,
        &format!("{info}/top_level.txt"),
        "pkg\nsingle\nshared\n..\n",
    );
    put(
        &world,
        &format!("{info}/namespace_packages.txt"),
        "shared\n",
    );
    put(
        &world,
        &format!("{info}/entry_points.txt"),
        "[console_scripts]\ntool = pkg:main\n",
    );
    put(&world, "pkg/__init__.py", "");
    put(&world, "pkg/data/made/later.txt", "");
    put(&world, "single.py", "");
    put(&world, "shared/other.py", "");
    put_program(&world, "tool");
    let left = uninstall(&world);
    assert_eq!(left, ["lib/pythonX.Y/site-packages/shared/other.py"]);
    assert!(!world.site_packages().join("pkg").exists());
}

#[test]
fn an_egg_and_its_line() {
    let Some(world) = World::new() else { return };
    let egg = "old_demo-1.5-py3.11.egg";
    put(&world, &format!("{egg}/EGG-INFO/PKG-INFO"), METADATA);
    put(&world, &format!("{egg}/EGG-INFO/scripts/run-demo"), "");
    put(&world, &format!("{egg}/old_demo/__init__.py"), "");
    put(
        &world,
        "easy-install.pth",
        &format!("./other.egg\n./{egg}\n/src/tree\n"),
    );
    put_program(&world, "run-demo");
    let left = uninstall(&world);
    assert_eq!(left, ["lib/pythonX.Y/site-packages/easy-install.pth"]);
    let lines = world.site_packages().join("easy-install.pth");
    assert_eq!(
        tilsit_files::read_to_string(lines).unwrap(),
        "./other.egg\n/src/tree\n"
    );
}

#[test]
fn a_zipped_egg() {
    let Some(world) = World::new() else { return };
    let mut writer = tilsit_archive::zip::ZipWriter::new(
        Vec::new(),
        tilsit_archive::zip::ZipWriterOptions::default(),
    );
    for (path, text) in [
        ("EGG-INFO/PKG-INFO", METADATA),
        ("EGG-INFO/scripts/run-demo", "#!python"),
        ("old_demo.py", ""),
    ] {
        writer.add_file(path, text.as_bytes(), false).unwrap();
    }
    let egg = world.site_packages().join("old_demo-1.5-py3.11.egg");
    tilsit_files::write(egg, writer.finish().unwrap()).unwrap();
    put_program(&world, "run-demo");
    assert_eq!(world.installed()[0].to_string(), "old-demo 1.5");
    assert_eq!(uninstall(&world), Vec::<String>::new());
}

#[test]
fn a_development_install_leaves_the_source() {
    let Some(world) = World::new() else { return };
    let source = world.folder.path().join("src");
    let info = source.join("old_demo.egg-info");
    tilsit_files::create_dir_all(&info).unwrap();
    tilsit_files::write(info.join("PKG-INFO"), METADATA).unwrap();
    let entry_points = "[console_scripts]\ntool = old_demo:main\n";
    tilsit_files::write(info.join("entry_points.txt"), entry_points).unwrap();
    tilsit_files::write(source.join("old_demo.py"), "").unwrap();
    let line = format!("{}\n.", source.display());
    put(&world, "old-demo.egg-link", &line);
    put(
        &world,
        "easy-install.pth",
        &format!("{}\n", source.display()),
    );
    put_program(&world, "tool");
    let left = uninstall(&world);
    assert_eq!(left, ["lib/pythonX.Y/site-packages/easy-install.pth"]);
    assert!(source.join("old_demo.py").exists() && info.join("PKG-INFO").exists());
}

#[test]
fn what_distutils_left_is_refused() {
    let Some(world) = World::new() else { return };
    put(&world, "old_demo-1.5.egg-info", METADATA);
    let installed = world.installed();
    let error = tilsit_installer::plan_uninstall(&world.environment, &[&installed[0]]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "cannot uninstall `old-demo` 1.5: it is a distutils installed project and thus we cannot \
         accurately determine which files belong to it which would lead to only a partial uninstall"
    );
    assert!(Path::exists(
        &world.site_packages().join("old_demo-1.5.egg-info")
    ));
}
