//! What is built is kept, and reused where nothing that matters has changed.

use tilsit_build_frontend::{BuildFrontend, ConfigSettings, FrontendOptions, Renewal};
use url::Url;

use crate::needs::sdist_with;
use crate::world::{OWN_TOY, World};

/// An sdist that tells how often it was built.
fn sdist(world: &World) -> Url {
    let path = world.path("links/toy-1.0.tar.gz");
    let counting = format!("{OWN_TOY}\n[tool.toy]\n");
    std::fs::write(&path, sdist_with("toy", &counting)).unwrap();
    Url::from_file_path(path).unwrap()
}

fn build(
    world: &World,
    options: FrontendOptions,
    url: &Url,
) -> (tilsit_build_frontend::Obtained, bool) {
    let (obtained, output) = world.with(options, |frontend| obtain(frontend, url));
    (obtained, output.contains("building the wheel"))
}

/// Resolves a requirement at a URL, and gets its wheel.
pub(crate) fn obtain(frontend: &BuildFrontend, url: &Url) -> tilsit_build_frontend::Obtained {
    use tilsit_resolver::RootRequirement;
    let requirement = format!("toy @ {url}").parse().unwrap();
    let options = frontend.options();
    let resolving = tilsit_provider::Resolving {
        requirements: vec![RootRequirement::new(requirement, "the test")],
        constraints: Vec::new(),
        options: &options.resolve,
        client: frontend.client(),
        builder: frontend,
        temporary: options.temporary.clone(),
    };
    let go_on = &mut |_: tilsit_provider::ResolveEvent<'_>| std::ops::ControlFlow::Continue(());
    let resolution = tilsit_provider::resolve(&resolving, go_on)
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    let pins: Vec<_> = resolution.pins.iter().collect();
    let obtained = frontend.obtain(&pins, &mut |_| std::ops::ControlFlow::Continue(()));
    obtained.unwrap().remove(0)
}

#[test]
fn a_wheel_is_built_once() {
    let Some(world) = World::new() else { return };
    let url = sdist(&world);
    let (first, built) = build(&world, world.options(), &url);
    assert!(built);
    let (again, built) = build(&world, world.options(), &url);
    assert!(!built && again.stored.sha256 == first.stored.sha256);
    // Other settings are another wheel.
    let mut options = world.options();
    options.settings = ConfigSettings::from_iter([("a", "1"), ("a", "2")]);
    let (other, built) = build(&world, options.clone(), &url);
    assert!(built && other.stored.sha256 != first.stored.sha256);
    let (_, built) = build(&world, options, &url);
    assert!(!built);
    // Who asks for it gets it anew.
    let mut options = world.options();
    options.rebuild = Renewal::All;
    let (_, built) = build(&world, options, &url);
    assert!(built);
}

#[test]
fn a_folder_is_built_again_when_it_changed() {
    let Some(world) = World::new() else { return };
    let project = world.toy_project("toy", "");
    let url = Url::from_file_path(&project).unwrap();
    let built = |options| build(&world, options, &url).1;
    assert!(built(world.options()));
    assert!(!built(world.options()));
    world.write("toy/data.txt", "more");
    assert!(built(world.options()));
    assert!(!built(world.options()));
    // Who is named is built again, and nobody else.
    let only = |name: &str| {
        let mut options = world.options();
        options.rebuild = Renewal::Only([name.parse().unwrap()].into());
        options
    };
    assert!(!built(only("other")));
    assert!(built(only("toy")));
    // Its editable wheel is another one, and its code is not in it.
    let editable = || {
        let mut options = world.options();
        options.editables.insert(url.to_string());
        options
    };
    let editably = |options| {
        let (obtained, output) = world.with(options, |frontend| obtain(frontend, &url));
        assert!(obtained.direct_url.is_some());
        output.contains("building the wheel")
    };
    assert!(editably(editable()));
    world.write("toy/data.txt", "and more");
    assert!(!editably(editable()));
    world.write("toy/setup.cfg", "[metadata]");
    assert!(editably(editable()));
}

#[test]
fn a_damaged_entry_counts_as_none() {
    let Some(world) = World::new() else { return };
    let url = sdist(&world);
    let (first, _) = build(&world, world.options(), &url);
    let mut damaged = 0;
    for entry in tilsit_files::walk(world.path("cache/built-v1")).unwrap() {
        if entry.kind != tilsit_files::FileKind::File {
            continue;
        }
        let before = std::fs::read(&entry.path).unwrap();
        for bytes in [
            Vec::new(),
            before[..before.len() / 2].to_vec(),
            flipped(&before, before.len() / 2),
            flipped(&before, before.len() - 2),
        ] {
            std::fs::write(&entry.path, bytes).unwrap();
            let (again, _) = build(&world, world.options(), &url);
            assert_eq!(again.stored.manifest.name, first.stored.manifest.name);
            damaged += 1;
        }
    }
    assert!(damaged >= 8, "{damaged}");
}

fn flipped(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 0x20;
    bytes
}
