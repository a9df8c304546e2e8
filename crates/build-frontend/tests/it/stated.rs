//! What setup.cfg and setup.py state: nothing is run for it, and the wheel is held against it.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use tilsit_build_frontend::{
    BuildEvent, BuildFailure, BuildFrontend, FrontendOptions, Isolation, Target,
};
use tilsit_testing::TestDistribution;
use url::Url;

use crate::world::{World, folder};

const TOY: &str = include_str!("toy_backend.py");
const CFG: &str =
    "[metadata]\nname = shop\nversion = 1.0\n[options]\ninstall_requires = flask>=2\n";
const BARE: &str = "from setuptools import setup\n\nsetup()\n";

/// A front end that notes where metadata is from, and what is contradicted.
fn frontend(world: &World, options: FrontendOptions) -> (BuildFrontend, Rc<RefCell<Vec<String>>>) {
    let told = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&told);
    let on_event = move |event: BuildEvent<'_>| {
        match event {
            BuildEvent::Stated { version, file, .. } => {
                heard.borrow_mut().push(format!("{version} by {file}"));
            }
            BuildEvent::Contradicted { file, .. } => heard.borrow_mut().push(format!("not {file}")),
            BuildEvent::Started { target: None, .. } => heard.borrow_mut().push("asked".into()),
            _ => {}
        }
        ControlFlow::Continue(())
    };
    let frontend = BuildFrontend::new(options, world.client.clone(), Box::new(on_event));
    (frontend, told)
}

/// What the project in `shop` requires, and what was told meanwhile.
fn requires(
    world: &World,
    options: FrontendOptions,
) -> (Result<Vec<String>, BuildFailure>, Vec<String>) {
    let (frontend, told) = frontend(world, options);
    let url = Url::from_file_path(world.path("shop")).unwrap();
    let metadata = frontend.metadata_at(url.as_str());
    let requires = metadata.map(|metadata| metadata.requires_dist.clone());
    drop(frontend);
    (requires, told.take())
}

#[test]
fn nothing_is_run_where_setuptools_would_be_alone() {
    let Some(world) = World::new() else { return };
    // There is no setuptools to be had: what would run anything fails.
    world.write("shop/setup.cfg", CFG);
    world.write("shop/setup.py", BARE);
    let (stated, told) = requires(&world, world.options());
    assert_eq!(stated.unwrap(), ["flask>=2"]);
    assert_eq!(told, ["1.0 by setup.cfg"]);
    for pyproject in [
        "[build-system]\nrequires = ['setuptools>=40', 'wheel']\nbuild-backend = 'setuptools.build_meta'\n",
        "[build-system]\nrequires = ['wheel']\n",
        "[tool.black]\nline-length = 100\n",
    ] {
        world.write("shop/pyproject.toml", pyproject);
        let (stated, _) = requires(&world, world.options());
        assert_eq!(stated.unwrap(), ["flask>=2"], "{pyproject}");
    }
}

#[test]
fn the_backend_is_asked_where_something_else_could_decide() {
    let Some(world) = World::new() else { return };
    world.write("shop/setup.cfg", CFG);
    world.write("shop/setup.py", BARE);
    for pyproject in [
        "[build-system]\nrequires = ['setuptools', 'setuptools_scm']\nbuild-backend = 'setuptools.build_meta'\n",
        "[build-system]\nrequires = ['setuptools @ file:///setuptools']\nbuild-backend = 'setuptools.build_meta'\n",
        "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'other'\n",
        "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\nbackend-path = ['.']\n",
        "[tool.setuptools]\npackages = []\n",
        "[project]\nname = 'shop'\ndynamic = ['version']\n",
    ] {
        world.write("shop/pyproject.toml", pyproject);
        let (stated, told) = requires(&world, world.options());
        assert!(stated.is_err(), "{pyproject}: {stated:?}");
        assert_eq!(told, ["asked"], "{pyproject}");
    }
    std::fs::remove_file(world.path("shop/pyproject.toml")).unwrap();
    let mut told_more = world.options();
    told_more.settings.add("--build-option", "x");
    let alone = FrontendOptions {
        isolation: Isolation::None,
        ..world.options()
    };
    for options in [told_more, alone] {
        let (stated, told) = requires(&world, options);
        assert!(stated.is_err(), "{stated:?}");
        assert_eq!(told, ["asked"]);
    }
}

#[test]
fn a_wheel_that_requires_something_else_is_told_and_believed() {
    let Some(world) = World::new() else { return };
    let mut setuptools = TestDistribution::new("setuptools", "80.0");
    let backend = format!("{TOY}\nimport sys\n__legacy__ = sys.modules[__name__]\n");
    setuptools.files = vec![
        ("setuptools/__init__.py".to_owned(), Vec::new()),
        ("setuptools/build_meta.py".to_owned(), backend.into_bytes()),
    ];
    let file = world.path("links").join(setuptools.wheel_name());
    std::fs::write(file, setuptools.wheel()).unwrap();
    world.write("shop/setup.cfg", CFG);
    world.write("shop/setup.py", BARE);
    world.write("shop/name.txt", "shop");
    let build = || {
        let (frontend, told) = frontend(&world, world.options());
        std::fs::create_dir_all(world.path("out")).unwrap();
        let source = folder(&world.path("shop"));
        let built = frontend.build_into(source, Target::Wheel, &world.path("out"));
        built.unwrap_or_else(|error| panic!("{}", world.words(&error)));
        drop(frontend);
        told.take()
    };
    // The same in other words.
    world.write("shop/requires.txt", "Flask >=2.0\n");
    assert_eq!(build(), ["not setup.cfg"]);
    world.write("shop/requires.txt", "Flask  (>=2)\n");
    assert_eq!(build(), [""; 0]);
    world.write("shop/requires.txt", "flask>=2\nwerkzeug\n");
    assert_eq!(build(), ["not setup.cfg"]);
    let (known, told) = requires(&world, world.options());
    assert_eq!(known.unwrap(), ["flask>=2", "werkzeug"]);
    assert_eq!(told, [""; 0]);
}
