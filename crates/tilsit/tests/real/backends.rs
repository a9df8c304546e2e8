//! The backends that most projects use, as their index has them: built both ways, installed,
//! installed where they are; and sdists of long ago.

use std::collections::BTreeSet;

use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;

use crate::sandbox::Sandbox;

/// A requirement on the backend, its object with the hooks, and settings of its own.
const BACKENDS: &[(&str, &str, &str)] = &[
    (
        "setuptools>=77",
        "setuptools.build_meta",
        "[tool.setuptools.package-data]\ndemo_of_it = ['data/*.csv', 'py.typed']\n",
    ),
    (
        "hatchling",
        "hatchling.build",
        "[tool.hatch.build]\nskip-excluded-dirs = true\n",
    ),
    (
        "flit_core>=3.11",
        "flit_core.buildapi",
        "[tool.flit.sdist]\nexclude = ['no']\n",
    ),
    ("poetry-core>=2", "poetry.core.masonry.api", ""),
    ("pdm-backend", "pdm.backend", ""),
    (
        "uv_build",
        "uv_build",
        "[tool.uv.build-backend]\nsource-exclude = ['no']\n",
    ),
];

#[test]
fn six_backends() {
    for (requires, backend, settings) in BACKENDS {
        let sandbox = super::sandbox();
        sandbox.run_well("venv -q");
        sandbox.write(
            "demo/src/demo_of_it/__init__.py",
            "\"\"\"A demonstration.\"\"\"\n",
        );
        sandbox.write("demo/README.md", "A demonstration.\n");
        sandbox.write(
            "demo/pyproject.toml",
            &format!(
                "[build-system]\nrequires = ['{requires}']\nbuild-backend = '{backend}'\n\
                 [project]\nname = 'demo-of-it'\nversion = '1.2'\ndescription = 'A demonstration.'\n\
                 readme = 'README.md'\nrequires-python = '>=3.8'\n{settings}"
            ),
        );
        let built = sandbox.run_well("build demo");
        assert!(built.stderr.contains("Building"), "{backend} ran: {built}");
        assert!(
            sandbox.path("demo/dist/demo_of_it-1.2.tar.gz").is_file(),
            "{backend}"
        );
        let wheel = "demo/dist/demo_of_it-1.2-py3-none-any.whl";
        assert!(sandbox.path(wheel).is_file(), "{backend}");
        for what in ["./demo/dist/demo_of_it-1.2.tar.gz", "./demo", "-e ./demo"] {
            sandbox.run_well(&format!("pip install --python .venv {what}"));
            let place = imported_from(&sandbox);
            let is_editable = place.contains("project/demo/src");
            assert_eq!(
                is_editable,
                what.starts_with("-e"),
                "{backend}: {what}: {place}"
            );
        }
    }
}

/// What `check --fix` writes anew has setuptools build the same: names of keys, `wheel` beside it,
/// `distutils`, and its own name where none was.
#[test]
fn mended_projects_build_the_same() {
    let script =
        "from distutils.core import setup\nsetup(name='demo', version='1', packages=['demo'])\n";
    let table = "[metadata]\nname = demo\nversion = 1\nauthor-email = a@a.example\nlicense-file = COPYING\nclassifiers =\n  programming language :: python :: 3\n[options]\npackages = demo\n";
    let wheel = "[build-system]\nrequires = ['setuptools', 'wheel']\nbuild-backend = 'setuptools.build_meta'\n";
    let cases = [
        vec![("setup.py", script)],
        vec![
            ("setup.cfg", table),
            ("setup.py", "import setuptools\nsetuptools.setup()\n"),
        ],
        vec![("setup.cfg", table), ("pyproject.toml", wheel)],
    ];
    for files in cases {
        let sandbox = super::sandbox();
        sandbox.write("demo/demo/__init__.py", "");
        sandbox.write("demo/COPYING", "Take it.\n");
        for (name, text) in &files {
            sandbox.write(&format!("demo/{name}"), text);
        }
        let built = |out: &str| {
            sandbox.run_well(&format!("build --wheel demo -o {out}"));
            let path = sandbox.path(&format!("{out}/demo-1-py3-none-any.whl"));
            let wheel = Wheel::open(path, &Limits::default()).expect("a sound wheel");
            let names: Vec<String> = wheel.files().iter().map(|file| file.name.clone()).collect();
            (names, wheel.metadata().clone())
        };
        let (names, mut before) = built("one");
        let mended = sandbox.run("check --fix demo");
        assert!(mended.stderr.contains("Mended"), "{mended}");
        let _ = std::fs::remove_dir_all(sandbox.path("demo/build"));
        let (same_names, after) = built("two");
        assert_eq!(same_names, names, "{files:?}");
        // The one thing that is another is spelled as the indexes have it.
        for text in &mut before.classifiers {
            *text = text.replace(
                "programming language :: python",
                "Programming Language :: Python",
            );
        }
        assert_eq!(after, before, "{files:?}");
        let left = sandbox.run("check --diff demo");
        assert_eq!((left.exit, &*left.stdout), (0, ""), "{left}");
    }
}

/// What each backend, and ours, puts into the wheel of the same plain project.
#[test]
fn our_backend_puts_in_what_the_others_do() {
    let own = ("", "tilsit_build", "");
    let (own_files, own_metadata) = wheel_of(&own);
    assert!(
        own_files.contains("demo_of_it/data/table.csv"),
        "{own_files:?}"
    );
    for backend in BACKENDS {
        let (files, metadata) = wheel_of(backend);
        assert_eq!(files, own_files, "{}", backend.1);
        assert_eq!(metadata, own_metadata, "{}", backend.1);
    }
}

/// The files of a wheel, without those that backends are free to name and to leave out, and the
/// metadata that says how it is installed.
fn wheel_of((requires, backend, settings): &(&str, &str, &str)) -> (BTreeSet<String>, Vec<String>) {
    let sandbox = super::sandbox();
    let package = "demo/src/demo_of_it";
    sandbox.write(&format!("{package}/__init__.py"), "\"\"\"It.\"\"\"\n");
    sandbox.write(&format!("{package}/py.typed"), "");
    sandbox.write(&format!("{package}/sub/__init__.py"), "");
    sandbox.write(&format!("{package}/data/table.csv"), "a,b\n");
    sandbox.write("demo/README.md", "A demonstration.\n");
    sandbox.write("demo/LICENSE", "Take it.\n");
    sandbox.write("demo/tests/test_it.py", "");
    let requires = if requires.is_empty() {
        String::new()
    } else {
        format!("'{requires}'")
    };
    sandbox.write(
        "demo/pyproject.toml",
        &format!(
            "[build-system]\nrequires = [{requires}]\nbuild-backend = '{backend}'\n\
             [project]\nname = 'demo-of-it'\nversion = '1.2'\ndescription = 'A demonstration.'\n\
             readme = 'README.md'\nrequires-python = '>=3.8'\nlicense = 'MIT'\n\
             license-files = ['LICENSE']\ndependencies = ['six>=1; python_version < \"3.9\"']\n\
             [project.optional-dependencies]\nfast = ['six']\n\
             [project.scripts]\ndemo = 'demo_of_it:main'\n{settings}"
        ),
    );
    sandbox.run_well("build demo");
    let path = sandbox.path("demo/dist/demo_of_it-1.2-py3-none-any.whl");
    let wheel = Wheel::open(path, &Limits::default()).expect("a sound wheel");
    let names = wheel.files().iter().map(|file| file.name.clone());
    let names = names.filter(|name| !name.ends_with("/top_level.txt"));
    let metadata = wheel.metadata();
    let mut said = vec![
        format!("{:?}", metadata.summary),
        format!("{:?}", metadata.requires_python),
        format!("{:?}", metadata.license_expression),
        format!("{:?}", metadata.license_files),
        format!("{:?}", metadata.provides_extra),
        format!("{:?}", metadata.description.as_deref().map(str::trim)),
        wheel.entry_points().to_string(),
    ];
    let mut requirements: Vec<String> = metadata
        .requires_dist
        .iter()
        .map(ToString::to_string)
        .collect();
    requirements.sort();
    said.extend(requirements);
    (names.collect(), said)
}

fn imported_from(sandbox: &Sandbox) -> String {
    let mut python = std::process::Command::new(sandbox.path(".venv/bin/python"));
    let output = python
        .args(["-c", "import demo_of_it; print(demo_of_it.__file__)"])
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("a path")
}

#[test]
fn sdists_with_setup_py_alone_and_with_extensions() {
    let sandbox = super::sandbox();
    sandbox.run_well("venv -q");
    let all = "docopt==0.6.2 markupsafe wrapt --no-binary docopt --no-binary markupsafe --no-binary wrapt";
    sandbox.run_well(&format!("pip install --python .venv {all}"));
    sandbox.write(
        "app.py",
        "import docopt, markupsafe, wrapt\nprint(docopt.__version__, markupsafe.escape('<'))\n",
    );
    let answer = sandbox.run_well("run --no-project --python .venv/bin/python app.py");
    assert_eq!(answer.stdout, "0.6.2 &lt;\n");
    // The second time nothing is built.
    let again = sandbox.run_well(&format!("pip install --python .venv {all}"));
    assert!(!again.stderr.contains("Building"), "{again}");
}
