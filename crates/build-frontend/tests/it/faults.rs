//! Backends that do not what they should: each an error that says so, and nothing left behind.

use tilsit_build_frontend::{BuildFailure, Target};

use crate::world::World;

/// The failure of a project whose backend ends with these lines.
fn failure(world: &World, lines: &str) -> BuildFailure {
    let project = world.toy_project("toy", lines);
    let mut options = world.options();
    options.output_max_bytes = 4 << 20;
    world
        .build_with(options, &project, Target::Wheel)
        .unwrap_err()
}

#[test]
fn faults_of_the_build() {
    let Some(world) = World::new() else { return };
    let define = |body: &str| {
        format!(
            "def build_wheel(folder, config_settings=None, metadata_directory=None):\n    {body}"
        )
    };
    for (lines, expected) in [
        (
            define("raise ValueError('no luck')"),
            "`[ROOT]/toy` was not built: `build_wheel` of `toy_backend` failed: ValueError: no luck",
        ),
        (
            define("os._exit(3)"),
            "`build_wheel` of `toy_backend` ended its process with exit code 3",
        ),
        (
            define("os.kill(os.getpid(), 9)"),
            "`build_wheel` of `toy_backend` was ended by signal 9",
        ),
        (
            define("raise SystemExit(0)"),
            "`build_wheel` of `toy_backend` failed: SystemExit: 0",
        ),
        (
            define("return 7"),
            "did not return the name of a file, as PEP 517 demands",
        ),
        (
            define("return 'toy-1.0-py3-none-any.whl'"),
            "returned `toy-1.0-py3-none-any.whl` and made no such file",
        ),
        (
            define("return '../toy-1.0-py3-none-any.whl'"),
            "returned `../toy-1.0-py3-none-any.whl`, which is not in the folder that it was given",
        ),
        (
            define("return '/etc/hostname'"),
            "returned `/etc/hostname`, which is not in the folder that it was given",
        ),
        (
            define("open(os.path.join(folder, 'toy.whl'), 'w').close(); return 'toy.whl'"),
            "the wheel `toy.whl` that `toy_backend` built of `[ROOT]/toy` cannot be used",
        ),
        (
            define(
                "n = write_wheel(folder, {}); m = n.replace('py3-none-any', 'cp27-none-win32'); os.rename(os.path.join(folder, n), os.path.join(folder, m)); return m",
            ),
            "cannot be used: ",
        ),
        (
            define("\n    while True: print('endless ' * 1000)"),
            "was ended because it wrote more than 4 MiB of output",
        ),
    ] {
        let error = failure(&world, &lines);
        let words = world.words(&error);
        assert!(words.contains(expected), "{lines}:\n{words}");
    }
}

#[test]
fn faults_before_the_build() {
    let Some(world) = World::new() else { return };
    for (lines, expected) in [
        (
            "def get_requires_for_build_wheel(config_settings=None):\n    return ['==1']"
                .to_owned(),
            "`get_requires_for_build_wheel` of `toy_backend` requires `==1`, which is no requirement",
        ),
        (
            "def get_requires_for_build_wheel(config_settings=None):\n    return object()"
                .to_owned(),
            "the hook returned what is no JSON",
        ),
        (
            "del build_wheel".to_owned(),
            "`toy_backend` has no hook `build_wheel`",
        ),
        (
            "import surely_missing".to_owned(),
            "its backend `toy_backend` cannot be imported: `surely_missing` is missing (No module named 'surely_missing')",
        ),
    ] {
        let error = failure(&world, &lines);
        let words = world.words(&error);
        assert!(words.contains(expected), "{lines}:\n{words}");
    }
}

#[test]
fn what_a_backend_may_do_although_it_is_odd() {
    let Some(world) = World::new() else { return };
    for lines in [
        // Another working folder.
        "inner = build_wheel\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    made = inner(folder)\n    os.chdir('/')\n    return made",
        // The whole path in place of the name.
        "inner = build_wheel\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    return os.path.join(folder, inner(folder))",
        // A process that outlives it, with its output open.
        "import subprocess\ninner = build_wheel\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    subprocess.Popen(['sleep', '30'])\n    return inner(folder)",
        // Closed output.
        "inner = build_wheel\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    made = inner(folder)\n    os.close(1); os.close(2)\n    import sys; sys.stdout = sys.stderr = open(os.devnull, 'w')\n    return made",
    ] {
        let project = world.toy_project("toy", lines);
        let wheel = world
            .build(&project)
            .unwrap_or_else(|error| panic!("{lines}: {}", world.words(&error)));
        assert!(wheel.ends_with("toy-1.0-py3-none-any.whl"));
    }
}

#[test]
fn the_output_of_a_failed_build_is_shown_from_its_end() {
    let Some(world) = World::new() else { return };
    let error = failure(
        &world,
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n    for number in range(100): print('line', number)\n    raise OSError('fatal error: libpq-fe.h: No such file or directory')",
    );
    let BuildFailure::Backend(failure) = error else {
        panic!("{error:?}")
    };
    assert!(failure.output.starts_with("line 0\n"));
    let last = failure.last_lines(3);
    assert_eq!(last.len(), 3);
    assert!(last[2].starts_with("OSError: fatal error"), "{last:?}");
    let advice: Vec<String> = failure.advice().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(advice.join("\n"), @"libpq is missing: `apt install libpq-dev` on Debian and Ubuntu, `dnf install libpq-devel` on Fedora, `libpq` in conda");
}

#[test]
fn a_build_is_stopped_with_all_that_it_started() {
    let Some(world) = World::new() else { return };
    let marker = world.path("alive");
    let project = world.toy_project(
        "toy",
        "import subprocess, time\ndef build_wheel(folder, config_settings=None, metadata_directory=None):\n    subprocess.Popen(['sh', '-c', 'sleep 1; touch ' + repr(read('marker.txt', ''))])\n    print('now', flush=True)\n    time.sleep(60)",
    );
    world.write("toy/marker.txt", &marker.to_string_lossy());
    let on_event = |event: tilsit_build_frontend::BuildEvent<'_>| match event {
        tilsit_build_frontend::BuildEvent::Output(piece) if piece.contains("now") => {
            std::ops::ControlFlow::Break(())
        }
        _ => std::ops::ControlFlow::Continue(()),
    };
    let frontend = tilsit_build_frontend::BuildFrontend::new(
        world.options(),
        world.client.clone(),
        Box::new(on_event),
    );
    let source = crate::world::folder(&project);
    let out = world.path("out");
    std::fs::create_dir_all(&out).unwrap();
    let error = frontend
        .build_into(source, Target::Wheel, &out)
        .unwrap_err();
    assert!(matches!(error, BuildFailure::Stopped), "{error:?}");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert!(!marker.exists(), "what the build started lives on");
}

#[test]
fn a_folder_that_is_no_project() {
    let Some(world) = World::new() else { return };
    world.write("empty/readme.txt", "");
    let error = world.build(&world.path("empty")).unwrap_err();
    insta::assert_snapshot!(world.words(&error), @"`[ROOT]/empty` is no Python project: it has neither pyproject.toml nor setup.py");
    world.write(
        "faulty/pyproject.toml",
        "[build-system]\nbuild-backend = 'a'\n",
    );
    let error = world.build(&world.path("faulty")).unwrap_err();
    insta::assert_snapshot!(world.words(&error), @"`[ROOT]/faulty` does not say how to build it: pyproject.toml line 1, column 1: `build-system.requires`: the key is missing");
    for (text, expected) in [
        ("[build-system\n", "pyproject.toml is not valid TOML"),
        (
            "[build-system]\nrequires = ['this is invalid']\n",
            "`this is invalid` is not a requirement",
        ),
        (
            "[build-system]\nrequires = 'setuptools'\n",
            "the value is a string, not an array",
        ),
    ] {
        world.write("faulty/pyproject.toml", text);
        let error = world.build(&world.path("faulty")).unwrap_err();
        let words = world.words(&error);
        assert!(words.contains(expected), "{words}");
    }
    let project = world.toy_project("elsewhere", "");
    world.write(
        "elsewhere/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'json'\nbackend-path = ['.']\n",
    );
    let error = world.build(&project).unwrap_err();
    insta::assert_snapshot!(world.words(&error), @"`[ROOT]/elsewhere` was not built: its backend `json` should lie in the folders of `backend-path`, and is imported from elsewhere");
}
