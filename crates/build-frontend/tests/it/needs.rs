//! What builds require: an environment with that and nothing else, and circles.

use tilsit_build_frontend::{BuildFailure, Isolation, Target};
use tilsit_testing::TestDistribution;

use crate::world::{World, in_wheel};

/// Puts a wheel with this file into the folder of distributions.
fn offer(world: &World, name: &str, version: &str, path: &str, text: &str) {
    let mut wheel = TestDistribution::new(name, version);
    wheel.files = vec![(path.to_owned(), text.into())];
    let file = world.path("links").join(wheel.wheel_name());
    std::fs::write(file, wheel.wheel()).unwrap();
}

const TOY: &str = include_str!("toy_backend.py");

#[test]
fn an_environment_has_what_is_required_and_nothing_else() {
    let Some(world) = World::new() else { return };
    let shows = "import sys\ninner = build_wheel\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    import asked_for\n    import importlib.util as u\n    assert u.find_spec('pip') is None, 'pip is seen'\n    assert os.environ['VIRTUAL_ENV'] == sys.prefix\n    assert os.environ['PATH'].startswith(sys.prefix)\n    return inner(folder, config_settings, metadata_directory)\ndef get_requires_for_build_wheel(config_settings=None):\n    return ['asked-for>=2; python_version >= \"3\"', 'never; python_version < \"3\"']";
    offer(
        &world,
        "toy-backend",
        "1.0",
        "toy_backend.py",
        &format!("{TOY}\n{shows}\n"),
    );
    offer(
        &world,
        "asked-for",
        "1.0",
        "asked_for.py",
        "raise ImportError('old')",
    );
    offer(&world, "asked-for", "2.0", "asked_for.py", "");
    world.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['toy-backend']\nbuild-backend = 'toy_backend'\n",
    );
    let wheel = world
        .build(&world.path("app"))
        .unwrap_or_else(|error| panic!("{}", world.words(&error)));
    assert!(in_wheel(&wheel, "toy.py").contains("SETTINGS = None"));
    // Without isolation the interpreter has no such backend.
    let mut options = world.options();
    options.isolation = Isolation::None;
    let error = world
        .build_with(options, &world.path("app"), Target::Wheel)
        .unwrap_err();
    let words = world.words(&error);
    assert!(
        words.contains("its backend `toy_backend` cannot be imported"),
        "{words}"
    );
}

#[test]
fn build_constraints_limit_what_is_required() {
    let Some(world) = World::new() else { return };
    offer(
        &world,
        "toy-backend",
        "1.0",
        "toy_backend.py",
        &format!(
            "{TOY}\nbuild_wheel_inner = build_wheel\ndef build_wheel(*a):\n    print('old')\n    return build_wheel_inner(*a)\n"
        ),
    );
    offer(&world, "toy-backend", "2.0", "toy_backend.py", TOY);
    world.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['toy-backend']\nbuild-backend = 'toy_backend'\n",
    );
    let mut options = world.options();
    options.constraints = vec![tilsit_resolver::RootRequirement::new(
        "toy-backend<2".parse().unwrap(),
        "the test",
    )];
    let out = world.path("out");
    std::fs::create_dir_all(&out).unwrap();
    let source = crate::world::folder(&world.path("app"));
    let (built, output) = world.with(options, |frontend| {
        frontend.build_into(source, Target::Wheel, &out)
    });
    built.unwrap();
    assert!(output.contains("old"), "{output}");
}

#[test]
fn what_is_missing_is_named() {
    let Some(world) = World::new() else { return };
    world.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['nowhere-to-be-found']\nbuild-backend = 'a'\n",
    );
    let error = world.build(&world.path("app")).unwrap_err();
    let words = world.words(&error);
    assert!(
        words.starts_with("what is needed to build `[ROOT]/app` cannot be had: "),
        "{words}"
    );
    assert!(words.contains("nowhere-to-be-found"), "{words}");
}

#[test]
fn a_project_that_needs_itself_is_a_circle() {
    let Some(world) = World::new() else { return };
    for (name, needs) in [("hen", "egg"), ("egg", "hen")] {
        let sdist = TestDistribution::new(name, "1.0");
        let pyproject =
            format!("[build-system]\nrequires = ['{needs}']\nbuild-backend = '{needs}'\n");
        let bytes = sdist_with(name, &pyproject);
        std::fs::write(world.path("links").join(sdist.sdist_name()), bytes).unwrap();
    }
    world.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['hen']\nbuild-backend = 'hen'\n",
    );
    let error = world.build(&world.path("app")).unwrap_err();
    let words = world.words(&error);
    assert!(words.contains("must be built already"), "{words}");
    assert!(
        words.contains("`hen-1.0.tar.gz` needs `egg-1.0.tar.gz` needs `hen-1.0.tar.gz`"),
        "{words}"
    );
    assert!(matches!(error, BuildFailure::Requirements { .. }));
}

/// An sdist whose metadata is not static.
pub(crate) fn sdist_with(name: &str, pyproject: &str) -> Vec<u8> {
    let stem = format!("{name}-1.0");
    let mut writer = tilsit_dist::sdist::SdistWriter::new(&stem, 0);
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n");
    writer.add_file("PKG-INFO", metadata.into(), false);
    writer.add_file("pyproject.toml", pyproject.into(), false);
    writer.add_file("toy_backend.py", TOY.into(), false);
    writer.add_file("name.txt", name.into(), false);
    writer.finish().unwrap()
}
