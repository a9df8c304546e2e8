//! What needs the default index: the tour, and installing from it.

#[path = "../support/sandbox.rs"]
mod sandbox;

mod backends;
mod scripts;

use sandbox::Sandbox;

/// A sandbox that finds its index as a user's machine does.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    let python = tilsit_testing::python().expect("a Python");
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox
}

#[test]
fn the_tour_shows_everything_once() {
    let answer = sandbox().run_well("tour --exit");
    for step in [
        "Set up an index",
        "Start it",
        "tilsit build --self --out-dir self",
        "pip gets tilsit from here, and builds what names tilsit_build",
        "Write a package",
        "Build and check it",
        "Publish it",
        "Pin what an application needs",
        "Install that into a new environment",
        "The cheese shop recommends Tilsit.",
        "Done in",
    ] {
        assert!(answer.stderr.contains(step), "no `{step}`:\n{answer}");
    }
    let (exit, envelope) = sandbox().run_json("tour --exit");
    assert_eq!(exit, 0);
    assert_eq!(
        envelope["result"]["application"],
        "The cheese shop recommends Tilsit."
    );
}

#[test]
fn flask_is_installed_and_answers() {
    let sandbox = sandbox();
    sandbox.run_well("venv -q");
    sandbox.run_well("pip install flask --python .venv");
    sandbox.write(
        "app.py",
        "import flask\napp = flask.Flask('app')\napp.get('/')(lambda: 'it answers')\n\
         print(app.test_client().get('/').text)\n",
    );
    let answer = sandbox.run_well("run --python .venv/bin/python app.py");
    assert_eq!(answer.stdout, "it answers\n");
}
