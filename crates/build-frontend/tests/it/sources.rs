//! Folders, archives and what is said of them afterwards.

use tilsit_build_frontend::{Source, SourceError, Target};
use tilsit_packaging::direct_url::DirectUrlFormat;
use url::Url;

use crate::cached::obtain;
use crate::needs::sdist_with;
use crate::world::{OWN_TOY, World, in_wheel};

fn direct_url(obtained: &tilsit_build_frontend::Obtained) -> String {
    let direct_url = obtained.direct_url.as_ref().unwrap();
    direct_url.to_json(DirectUrlFormat::default())
}

#[test]
fn a_folder_is_built_each_time() {
    let Some(world) = World::new() else { return };
    let project = world.toy_project("toy", "");
    let url = Url::from_file_path(&project).unwrap();
    let (first, _) = world.with(world.options(), |frontend| obtain(frontend, &url));
    let shown = direct_url(&first).replace(url.as_str(), "[URL]");
    insta::assert_snapshot!(shown, @r#"{"url":"[URL]","dir_info":{}}"#);
    world.write("toy/version.txt", "2.0");
    let (second, _) = world.with(world.options(), |frontend| obtain(frontend, &url));
    assert_ne!(first.stored.sha256, second.stored.sha256);
}

#[test]
fn an_editable_folder_stays_where_it_is() {
    let Some(world) = World::new() else { return };
    let project = world.toy_project("toy", "");
    let url = Url::from_file_path(&project).unwrap();
    let mut options = world.options();
    options.editables.insert(url.to_string());
    let (obtained, _) = world.with(options.clone(), |frontend| obtain(frontend, &url));
    let shown = direct_url(&obtained).replace(url.as_str(), "[URL]");
    insta::assert_snapshot!(shown, @r#"{"url":"[URL]","dir_info":{"editable":true}}"#);
    let path = std::fs::read_to_string(obtained.stored.tree.join("toy.pth")).unwrap();
    assert_eq!(
        path.trim(),
        project.canonicalize().unwrap().to_string_lossy()
    );
    // A backend that cannot do it says so.
    world.toy_project("toy", "del build_editable");
    let (error, _) = world.with(options, |frontend| {
        let (source, _) = Source::of_url(url.as_str(), true).unwrap();
        frontend
            .build_into(source, Target::Editable, &world.path("cache"))
            .unwrap_err()
    });
    insta::assert_snapshot!(world.words(&error), @"`[ROOT]/toy` was not built: `toy_backend` has no hook `build_editable`");
}

#[test]
fn an_archive_may_have_any_name_and_the_project_in_a_folder() {
    let Some(world) = World::new() else { return };
    let path = world.path("main.tar.gz");
    std::fs::write(&path, sdist_with("toy", OWN_TOY)).unwrap();
    let url = Url::from_file_path(&path).unwrap();
    let (obtained, _) = world.with(world.options(), |frontend| obtain(frontend, &url));
    let sha256 = tilsit_installer::store::sha256_of(&path).unwrap();
    let shown = direct_url(&obtained)
        .replace(url.as_str(), "[URL]")
        .replace(&sha256, "[SHA256]");
    insta::assert_snapshot!(shown, @r#"{"url":"[URL]","archive_info":{"hashes":{"sha256":"[SHA256]"}}}"#);
    let mut elsewhere = url.clone();
    elsewhere.set_fragment(Some("subdirectory=nowhere"));
    let (error, _) = world.with(world.options(), |frontend| {
        frontend.metadata_at(elsewhere.as_str()).unwrap_err()
    });
    insta::assert_snapshot!(world.words(&error), @"the subdirectory `nowhere` is no folder inside of the project's source");
    let mut wrong = url;
    wrong.set_fragment(Some(&format!("sha256={}", "0".repeat(64))));
    let (error, _) = world.with(world.options(), |frontend| {
        frontend.metadata_at(wrong.as_str()).unwrap_err()
    });
    let words = world.words(&error);
    assert!(words.contains("sha256"), "{words}");
}

#[test]
fn what_says_all_itself_is_not_built() {
    let Some(world) = World::new() else { return };
    world.write(
        "app/pyproject.toml",
        "[build-system]\nrequires = ['nowhere']\nbuild-backend = 'nowhere'\n[project]\nname = 'App'\nversion = '1'\ndependencies = ['a>1']\noptional-dependencies = {b = ['c']}\n",
    );
    let url = Url::from_file_path(world.path("app")).unwrap();
    let (metadata, _) = world.with(world.options(), |frontend| {
        frontend.metadata_at(url.as_str()).unwrap()
    });
    assert_eq!(metadata.name, "App");
    assert_eq!(metadata.requires_dist, ["a>1", "c; extra == \"b\""]);
    assert_eq!(metadata.provides_extra, ["b"]);
}

#[test]
fn settings_reach_the_backend_with_lists() {
    let Some(world) = World::new() else { return };
    let project = world.toy_project("toy", "del prepare_metadata_for_build_wheel");
    let mut options = world.options();
    for (key, value) in [
        ("--global-option", "a"),
        ("b", ""),
        ("--global-option", "c"),
    ] {
        options.settings.add(key, value);
    }
    let wheel = world.build_with(options, &project, Target::Wheel).unwrap();
    insta::assert_snapshot!(in_wheel(&wheel, "toy.py"), @"
    SETTINGS = {'--global-option': ['a', 'c'], 'b': ''}
    PREPARED = False
    ");
}

#[test]
fn our_own_backend_needs_no_python() {
    let Some(world) = World::new() else { return };
    world.write(
        "own/pyproject.toml",
        "[build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n[project]\nname = 'own'\nversion = '1'\n",
    );
    world.write("own/own.py", "");
    let url = Url::from_file_path(world.path("own")).unwrap();
    for (target, file) in [
        (Target::Wheel, "own-1-py3-none-any.whl"),
        (Target::Editable, "own-1-py3-none-any.whl"),
        (Target::Sdist, "own-1.tar.gz"),
    ] {
        let (source, _) = Source::of_url(url.as_str(), target == Target::Editable).unwrap();
        let out = world.path("out");
        // There is no `tilsit-build` to be had: a Python could not have built it.
        let (built, _) = world.with(world.options(), |frontend| {
            frontend.build_into(source, target, &out).unwrap()
        });
        assert!(built.ends_with(file), "{built:?}");
    }
    // Nor for metadata that pyproject.toml leaves open.
    world.write(
        "own/pyproject.toml",
        "[build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n\
         [project]\nname = 'own'\ndynamic = ['version']\n\
         [tool.tilsit.build]\nversion-file = 'own.py'\n",
    );
    world.write("own/own.py", "__version__ = '2.5'\n");
    let (metadata, _) = world.with(world.options(), |frontend| {
        frontend.metadata_at(url.as_str()).unwrap()
    });
    assert_eq!(metadata.version, "2.5");
}

#[test]
fn nothing_is_at_the_path() {
    let error = Source::of_url("file:///surely/not/there", false).unwrap_err();
    assert_eq!(error, SourceError::NotThere("/surely/not/there".into()));
}
