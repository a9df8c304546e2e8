//! An old project is built with what was there in its time, and that is said.

use tilsit_testing::TestDistribution;

use crate::sandbox::Sandbox;

const TOY: &str = include_str!("../../../build-frontend/tests/it/toy_backend.py");

#[test]
fn an_old_project_says_what_it_is_built_with() {
    if tilsit_testing::require("Python 3.9 or newer", tilsit_testing::python()).is_none() {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("links/empty", "");
    // The newer one has no `pkg_resources`.
    for (version, has_it) in [("81.0", true), ("82.0", false)] {
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
            wheel = wheel.file("pkg_resources.py", b"");
        }
        let path = sandbox.path("links").join(wheel.wheel_name());
        std::fs::write(path, wheel.wheel()).unwrap();
    }
    sandbox.write("old/setup.py", "import pkg_resources\n");
    sandbox.write("old/name.txt", "old");
    let answer = sandbox.run_well("build old --wheel --no-index --find-links links -o out");
    let line = "`old` is old: it is built with setuptools 81.0, since setuptools 82 removed `pkg_resources`";
    assert!(answer.stderr.contains(line), "{answer}");
    assert!(sandbox.path("out/old-1.0-py3-none-any.whl").is_file());
    // What can be built with the newest is not old.
    sandbox.write("new/setup.py", "import os\n");
    sandbox.write("new/name.txt", "new");
    let answer = sandbox.run_well("build new --wheel --no-index --find-links links -o out");
    assert!(!answer.stderr.contains("is old"), "{answer}");
}
