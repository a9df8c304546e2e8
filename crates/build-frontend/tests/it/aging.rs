//! Old projects: built with what was there in their time, where there is a sign that they need it.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use tilsit_build_frontend::{BuildEvent, BuildFailure, BuildFrontend, Source, Target};
use tilsit_testing::TestDistribution;
use url::Url;

use crate::world::{World, folder};

const TOY: &str = include_str!("toy_backend.py");

/// Puts three setuptools into the folder of distributions, of which the newest two have no
/// `pkg_resources`.
fn offer(world: &World) {
    for (version, has_it) in [("81.0", true), ("82.0", false), ("90.0", false)] {
        let backend = format!(
            "{TOY}\nimport sys\n__legacy__ = sys.modules[__name__]\ninner = build_wheel\n\
             def build_wheel(folder, config_settings=None, metadata_directory=None):\n    \
             exec(open('setup.py').read(), {{}})\n    return inner(folder)\n"
        );
        let mut wheel = TestDistribution::new("setuptools", version);
        wheel.files = vec![
            ("setuptools/__init__.py".to_owned(), Vec::new()),
            ("setuptools/build_meta.py".to_owned(), backend.into_bytes()),
        ];
        if has_it {
            wheel
                .files
                .push(("pkg_resources.py".to_owned(), Vec::new()));
        }
        let file = world.path("links").join(wheel.wheel_name());
        std::fs::write(file, wheel.wheel()).unwrap();
    }
}

/// What came of a source, and what was told of its age, with the first lines of what was printed.
fn build(world: &World, source: Source) -> (Result<(), BuildFailure>, Vec<String>) {
    let told = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&told);
    let on_event = move |event: BuildEvent<'_>| {
        if let BuildEvent::Aged { with, reason, .. } = event {
            heard.borrow_mut().push(format!("{with}: {reason}"));
        }
        ControlFlow::Continue(())
    };
    let frontend = BuildFrontend::new(world.options(), world.client.clone(), Box::new(on_event));
    let out = world.path("out");
    std::fs::create_dir_all(&out).unwrap();
    let built = frontend.build_into(source, Target::Wheel, &out).map(drop);
    drop(frontend);
    (built, told.take())
}

fn archive(path: &Path) -> Source {
    let url = Url::from_file_path(path).unwrap();
    Source::of_url(url.as_str(), false).unwrap().0
}

#[test]
fn a_folder_is_built_again_when_its_failure_tells() {
    let Some(world) = World::new() else { return };
    offer(&world);
    world.write("old/setup.py", "import pkg_resources\n");
    let (built, told) = build(&world, folder(&world.path("old")));
    built.unwrap_or_else(|error| panic!("{}", world.words(&error)));
    assert_eq!(
        told,
        ["setuptools 81.0: setuptools 82 removed `pkg_resources`"]
    );
}

#[test]
fn what_needs_nothing_old_gets_the_newest() {
    let Some(world) = World::new() else { return };
    offer(&world);
    world.write("new/setup.py", "import setuptools\n");
    let (built, told) = build(&world, folder(&world.path("new")));
    built.unwrap();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_failure_that_nothing_helps_stays_as_it_is() {
    let Some(world) = World::new() else { return };
    offer(&world);
    // Its own requirement forbids what would help.
    world.write("bound/setup.py", "import pkg_resources\n");
    world.write(
        "bound/pyproject.toml",
        "[build-system]\nrequires = ['setuptools>=82']\nbuild-backend = 'setuptools.build_meta'\n",
    );
    let (built, told) = build(&world, folder(&world.path("bound")));
    let words = world.words(&built.unwrap_err());
    assert!(words.contains("No module named 'pkg_resources'"), "{words}");
    assert!(told.is_empty(), "{told:?}");
    // What helps does not help enough, and is tried once.
    world.write(
        "lost/setup.py",
        "import pkg_resources\nimport surely_missing\n",
    );
    let (built, told) = build(&world, folder(&world.path("lost")));
    let words = world.words(&built.unwrap_err());
    assert!(
        words.contains("No module named 'surely_missing'"),
        "{words}"
    );
    assert_eq!(told.len(), 1, "{told:?}");
}

/// An sdist whose setup.py does not say why it fails; its members are of a time in seconds since 1970.
fn silent(world: &World, seconds: u64) -> Source {
    let setup = "try:\n    import pkg_resources\nexcept ImportError:\n    raise SystemExit('tried in vain')\n";
    let mut writer = tilsit_dist::sdist::SdistWriter::new("aged-1.0", seconds);
    let metadata = "Metadata-Version: 2.1\nName: aged\nVersion: 1.0\n";
    writer.add_file("PKG-INFO", metadata.into(), false);
    writer.add_file("setup.py", setup.into(), false);
    let path = world.path("aged-1.0.tar.gz");
    std::fs::write(&path, writer.finish().unwrap()).unwrap();
    archive(&path)
}

#[test]
fn an_archive_tells_its_age_and_what_it_needs() {
    let Some(world) = World::new() else { return };
    offer(&world);
    let (built, told) = build(&world, silent(&world, 0));
    built.unwrap_or_else(|error| panic!("{}", world.words(&error)));
    assert_eq!(
        told,
        ["setuptools 81.0: setuptools 82 removed `pkg_resources`"]
    );
}

#[test]
fn an_archive_is_no_younger_than_its_upload() {
    let Some(world) = World::new() else { return };
    offer(&world);
    // 2100, as by a clock that went wrong.
    let mut source = silent(&world, 4_102_444_800);
    let (built, told) = build(&world, source.clone());
    let words = world.words(&built.unwrap_err());
    assert!(words.contains("tried in vain"), "{words}");
    assert!(told.is_empty(), "{told:?}");
    if let Source::Archive(archive) = &mut source {
        archive.file.upload_time = Some("2015-01-01T00:00:00Z".parse().unwrap());
    }
    let (built, told) = build(&world, source);
    built.unwrap_or_else(|error| panic!("{}", world.words(&error)));
    assert_eq!(
        told,
        ["setuptools 81.0: setuptools 82 removed `pkg_resources`"]
    );
}
