//! `build`: both distributions, the same bytes each time, and what is refused.

use insta::assert_snapshot;
use tilsit_archive::Limits;
use tilsit_dist::wheel::Wheel;

use crate::sandbox::Sandbox;

#[test]
fn both_distributions_are_built() {
    let sandbox = crate::sandbox();
    let answer = sandbox.run_well("build demo");
    assert!(answer.stdout.is_empty(), "{answer}");
    let (_, first) = sandbox.run_json("build demo -o other");
    let files = first["result"]["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    for file in files {
        let name = std::path::Path::new(file["path"].as_str().unwrap());
        let name = name.file_name().unwrap();
        let same = std::fs::read(sandbox.path("demo/dist").join(name)).unwrap();
        let other = std::fs::read(sandbox.path("other").join(name)).unwrap();
        assert_eq!(same, other, "{name:?} differs from build to build");
    }
    sandbox.run_well("build demo --wheel -o wheel");
    assert_eq!(std::fs::read_dir(sandbox.path("wheel")).unwrap().count(), 1);
    sandbox.run_well("build demo --sdist -o sdist");
    assert!(sandbox.path("sdist/tilsit_demo-1.0.tar.gz").exists());
}

#[test]
fn the_program_makes_its_own_wheels() {
    let sandbox = Sandbox::new();
    let (exit, envelope) = sandbox.run_json("build --self -o self");
    assert_eq!(exit, 0, "{envelope}");
    let files = envelope["result"]["files"].as_array().unwrap();
    let [program, backend] = files.as_slice() else {
        panic!("{envelope}");
    };
    let version = env!("CARGO_PKG_VERSION");
    // Paths in output are told without the sandbox's folder.
    let path = |file: &serde_json::Value| {
        let path = std::path::Path::new(file["path"].as_str().unwrap());
        sandbox.path("self").join(path.file_name().unwrap())
    };
    let (program, backend) = (path(program), path(backend));
    let start = format!("tilsit-{version}-py3-none-");
    let name = program.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(&start), "{name}");
    let platform = name.strip_prefix(&start).unwrap();
    let name = format!("tilsit_build-{version}-py3-none-{platform}");
    assert_eq!(backend, sandbox.path("self").join(&name));
    let small = Wheel::open(backend, &Limits::default()).unwrap();
    small.verify().unwrap();
    let metadata = small.read_dist_info("METADATA").unwrap().unwrap();
    let metadata = String::from_utf8(metadata).unwrap();
    assert!(!metadata.contains("Requires-Dist"), "{metadata}");
    let names: Vec<&str> = small
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    let suffix = std::env::consts::EXE_SUFFIX;
    let script = format!("tilsit_build-{version}.data/scripts/tilsit-build{suffix}");
    assert!(names.contains(&script.as_str()), "{names:?}");
    assert!(names.contains(&"tilsit_build/_program.py"), "{names:?}");

    let wheel = Wheel::open(program, &Limits::default()).unwrap();
    let name = format!("tilsit-{version}.data/scripts/tilsit");
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let entry = wheel.archive().entry(&name).unwrap();
    assert_eq!(entry.mode(), 0o755);
    let ours = std::fs::read(env!("CARGO_BIN_EXE_tilsit")).unwrap();
    assert!(wheel.archive().read(entry).unwrap() == ours, "another file");
}

#[test]
fn its_own_wheels_are_made_of_nothing_else() {
    let sandbox = crate::sandbox();
    for options in [
        "demo",
        "--offline",
        "--python 3.11",
        "--wheel",
        "-C a=b",
        "--index-url https://index.example",
    ] {
        let answer = sandbox.run(&format!("build --self {options}"));
        assert_eq!(answer.exit, 2, "{options}: {answer}");
        assert!(answer.stderr.contains("cannot be used with"), "{answer}");
    }
}

#[test]
fn what_cannot_be_built_is_said() {
    let mut sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    Building sdist of `.`
    error: `[ROOT]/project` is no Python project: it has neither pyproject.toml nor setup.py [TL0101]
    ");
    sandbox.write("pyproject.toml", "[project]\nname = 'a b'\nversion = '1'\n");
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: pyproject.toml line 2, column 8: `project.name`: `a b` is not a valid project name: ` ` at byte 1 is not an ASCII letter, digit, `.`, `_` or `-` [TL0104]
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'ab'\ndynamic = ['version']\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n",
    );
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: pyproject.toml line 3: `project.dynamic`: `version` is dynamic, and nothing here can fill it in [TL0104]
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'ab'\nversion = '1'\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n",
    );
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: there is no module `ab`; looked for `src/ab/__init__.py`, `src/ab.py`, `ab/__init__.py`, `ab.py` [TL0601]
    ");
    sandbox.set("SOURCE_DATE_EPOCH", "today");
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: `SOURCE_DATE_EPOCH` is `today`, not a number of seconds since 1970 [TL0002]
    ");
}

const TOY: &str = include_str!("../../../build-frontend/tests/it/toy_backend.py");

/// What the toy backend lacks: an sdist, which has a mark that the folder has not; and a wheel that
/// tells what it was built of.
const MORE: &str = r#"
import io, tarfile


def build_sdist(folder, config_settings=None):
    name = stem() + ".tar.gz"
    with tarfile.open(os.path.join(folder, name), "w:gz") as archive:
        for path in ["pyproject.toml", "toy_backend.py", "name.txt", "PKG-INFO", "mark"]:
            if read("leave-out", "") == path:
                continue
            text = metadata() if path == "PKG-INFO" else read(path, "of an sdist")
            data = (text + "\n").encode()
            info = tarfile.TarInfo(stem() + "/" + path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return name


def build_wheel(folder, config_settings=None, metadata_directory=None):
    text = "%r %r %r" % (
        read("mark", "of a folder"), config_settings, os.environ.get("SOURCE_DATE_EPOCH"))
    return write_wheel(folder, {open("name.txt").read().strip() + ".py": text})
"#;

fn toy() -> Option<Sandbox> {
    let python = tilsit_testing::require("Python", tilsit_testing::python())?;
    let mut sandbox = Sandbox::new();
    sandbox.set("TILSIT_PYTHON", python.display());
    sandbox.write(
        "toy/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'toy_backend'\nbackend-path = ['.']\n",
    );
    sandbox.write("toy/toy_backend.py", &format!("{TOY}\n{MORE}"));
    sandbox.write("toy/name.txt", "toy");
    Some(sandbox)
}

/// The module of the toy's wheel.
fn module(sandbox: &Sandbox, wheel: &str) -> String {
    let path = sandbox.path(wheel);
    let wheel = Wheel::open(path, &Limits::default()).expect("a sound wheel");
    let entry = wheel.archive().entry("toy.py").expect("the module");
    let contents = wheel.archive().read(entry).expect("its contents");
    String::from_utf8(contents).expect("a text")
}

#[test]
fn any_backend_is_called_as_it_asks() {
    let Some(mut sandbox) = toy() else { return };
    let wheel = "toy-1.0-py3-none-any.whl";
    let (exit, envelope) = sandbox.run_json("build toy -C a=1 --config-setting a=2 -x");
    assert_eq!(exit, 0, "{envelope}");
    assert_eq!(envelope["result"]["files"].as_array().unwrap().len(), 2);
    let text = module(&sandbox, &format!("toy/dist/{wheel}"));
    assert_eq!(text, "'of an sdist' {'a': ['1', '2']} None");

    sandbox.set("SOURCE_DATE_EPOCH", "1700000000");
    sandbox.run_well("build toy --wheel -o of-folder --no-isolation");
    let text = module(&sandbox, &format!("of-folder/{wheel}"));
    assert_eq!(text, "'of a folder' None '1700000000'");

    sandbox.run_well("build toy/dist/toy-1.0.tar.gz -o of-sdist");
    let text = module(&sandbox, &format!("of-sdist/{wheel}"));
    assert_eq!(text, "'of an sdist' None '1700000000'");
    let refused = sandbox.run("build toy/dist/toy-1.0.tar.gz --sdist");
    assert_eq!(refused.exit, 2, "{refused}");

    // Nothing else is left in the folder, and what is not ours stays.
    sandbox.write("of-folder/notes.txt", "");
    sandbox.run_well("build toy --sdist -o of-folder --clear");
    let mut left: Vec<_> = std::fs::read_dir(sandbox.path("of-folder"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["notes.txt", "toy-1.0.tar.gz"]);
}

#[test]
fn what_the_sdist_lacks_is_told() {
    let Some(sandbox) = toy() else { return };
    sandbox.write("toy/leave-out", "name.txt");
    let answer = sandbox.run("build toy");
    assert_eq!(answer.exit, 2, "{answer}");
    for part in [
        "`build_wheel` of `toy_backend` failed: FileNotFoundError",
        "caused by: it printed at last:",
        "hint: this was built of `toy/dist/toy-1.0.tar.gz`, as users of it would",
    ] {
        assert!(answer.stderr.contains(part), "{answer}");
    }
}

#[test]
fn the_backend_that_is_named_is_called_where_it_is_insisted_on() {
    let Some(sandbox) = toy() else { return };
    sandbox.write("toy/toy.py", "");
    sandbox.write(
        "toy/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'hatchling.build'\n\
         [project]\nname = 'toy'\nversion = '1'\n",
    );
    sandbox.run_well("build toy -o out");
    let answer = sandbox.run("build toy -o out --force-pep517");
    assert_eq!(answer.exit, 2, "{answer}");
    assert!(answer.stderr.contains("hatchling"), "{answer}");
}
