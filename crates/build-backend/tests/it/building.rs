//! What is in a wheel and an sdist, and that nothing but the project decides it.

use std::os::unix::fs::PermissionsExt;

use tilsit_archive::Limits;
use tilsit_build_backend::{
    BuildOptions, SourceProject, build_sdist, build_wheel, build_wheel_from_sdist,
};
use tilsit_dist::sdist::Sdist;
use tilsit_dist::wheel::Wheel;

use crate::{Example, FILES, PYPROJECT};

#[test]
fn an_editable_wheel_leads_to_the_source() {
    let example = Example::new();
    let (source, out) = (example.source(), example.out());
    let built = SourceProject::open(&source, &BuildOptions::default())
        .unwrap()
        .build_editable(&out, &BuildOptions::default())
        .unwrap();
    let wheel = Wheel::open(&built.path, &Limits::default()).unwrap();
    wheel.verify().unwrap();
    let entry = wheel.archive().entry("_demo_project.pth").unwrap();
    let text = wheel.archive().read(entry).unwrap();
    let expected = format!("{}\n", source.join("src").canonicalize().unwrap().display());
    assert_eq!(String::from_utf8(text).unwrap(), expected);
}

#[test]
fn a_wheel_has_the_package_and_its_metadata() {
    let example = Example::new();
    let built = build_wheel(&example.source(), &example.out(), &BuildOptions::default()).unwrap();
    let name = built.path.file_name().unwrap().to_str().unwrap();
    assert_eq!(name, "demo_project-1.0.post1-py3-none-any.whl");
    insta::assert_snapshot!(built.files.join("\n"), @r"
    demo_project/__init__.py
    demo_project/cli.py
    demo_project/data/table.csv
    demo_project/py.typed
    demo_project-1.0.post1.dist-info/METADATA
    demo_project-1.0.post1.dist-info/WHEEL
    demo_project-1.0.post1.dist-info/entry_points.txt
    demo_project-1.0.post1.dist-info/licenses/LICENSES/Apache-2.0.txt
    demo_project-1.0.post1.dist-info/licenses/LICENSES/MIT.txt
    demo_project-1.0.post1.dist-info/RECORD
    ");
    let wheel = Wheel::open(&built.path, &Limits::default()).unwrap();
    wheel.verify().unwrap();
    assert_eq!(wheel.findings(), []);
    let metadata = wheel.read_dist_info("METADATA").unwrap().unwrap();
    insta::assert_snapshot!(String::from_utf8(metadata).unwrap(), @r#"
    Metadata-Version: 2.4
    Name: Demo.Project
    Version: 1.0.post1
    Summary: A demonstration
    Description-Content-Type: text/markdown
    Author-email: "A. Nyone" <a@index.example>
    License-Expression: MIT OR Apache-2.0
    License-File: LICENSES/Apache-2.0.txt
    License-File: LICENSES/MIT.txt
    Requires-Dist: other>=2; python_version < "3.12"
    Requires-Dist: speedups; extra == "fast"
    Requires-Python: >=3.9
    Provides-Extra: fast

    # Demo

    With a line.
    "#);
    let entry_points = wheel.read_dist_info("entry_points.txt").unwrap().unwrap();
    insta::assert_snapshot!(String::from_utf8(entry_points).unwrap(), @r"
    [console_scripts]
    demo = demo_project.cli:main

    [demo.plugins]
    one = demo_project:one
    ");
}

#[test]
fn an_sdist_has_the_tree_and_its_metadata() {
    let example = Example::new();
    example.write("trace.log", "ignored");
    let built = build_sdist(&example.source(), &example.out(), &BuildOptions::default()).unwrap();
    insta::assert_snapshot!(built.files.join("\n"), @r"
    .gitignore
    LICENSES/Apache-2.0.txt
    LICENSES/MIT.txt
    PKG-INFO
    README.md
    pyproject.toml
    src/demo_project/__init__.py
    src/demo_project/cli.py
    src/demo_project/data/table.csv
    src/demo_project/py.typed
    tests/test_demo.py
    ");
    let sdist = Sdist::open(&built.path, &Limits::default()).unwrap();
    assert_eq!(sdist.findings(), []);
    assert!(sdist.static_metadata().is_some());
}

/// The bytes of the wheel and the sdist.
fn bytes(example: &Example, out: &str) -> [Vec<u8>; 2] {
    let (source, out) = (example.source(), example.temporary().join(out));
    let options = BuildOptions::default();
    let sdist = build_sdist(&source, &out, &options)
        .expect("it is built")
        .path;
    let wheel = build_wheel(&source, &out, &options)
        .expect("it is built")
        .path;
    [wheel, sdist].map(|path| tilsit_files::read(path).expect("it is there"))
}

#[test]
fn the_bytes_are_those_of_the_project_alone() {
    let first = bytes(&Example::new(), "out");
    // Another folder, another order, other modes and times.
    let mut files = FILES;
    files.reverse();
    let second = Example::with(PYPROJECT, &files);
    for entry in tilsit_files::walk(second.source()).unwrap() {
        let is_folder = entry.kind == tilsit_files::FileKind::Folder;
        let mode = if is_folder { 0o700 } else { 0o600 };
        let permissions = PermissionsExt::from_mode(mode);
        tilsit_files::set_permissions(&entry.path, permissions).unwrap();
        let file = std::fs::File::open(&entry.path).unwrap();
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        file.set_modified(time).unwrap();
    }
    assert!(first == bytes(&second, "out"));
    // And again, over what was built and with what Python leaves behind.
    second.write("src/demo_project/__pycache__/cli.cpython-311.pyc", "x");
    assert!(first == bytes(&second, "source/dist"));
    let later = BuildOptions {
        modified_seconds: 1_700_000_000,
        ..BuildOptions::default()
    };
    let wheel = build_wheel(&second.source(), &second.out(), &later).unwrap();
    assert!(first[0] != tilsit_files::read(wheel.path).unwrap());
}

#[test]
fn the_wheel_of_the_sdist_is_the_wheel_of_the_tree() {
    let example = Example::new();
    let run = example.source().join("src/demo_project/run.sh");
    example.write("src/demo_project/run.sh", "#!/bin/sh\n");
    tilsit_files::set_executable(&run).unwrap();
    let [wheel, _] = bytes(&example, "out");
    let sdist = example.out().join("demo_project-1.0.post1.tar.gz");
    let (out, options) = (example.temporary().join("again"), BuildOptions::default());
    let again = build_wheel_from_sdist(&sdist, &out, example.temporary(), &options).unwrap();
    assert!(wheel == tilsit_files::read(again.path).unwrap());
    let opened = Wheel::open(
        example
            .out()
            .join("demo_project-1.0.post1-py3-none-any.whl"),
        &Limits::default(),
    );
    let wheel = opened.unwrap();
    let executable = wheel.files().iter().filter(|file| file.executable);
    let names: Vec<&str> = executable.map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["demo_project/run.sh"]);
}

#[test]
fn modules_are_found_in_each_layout() {
    let named = "import-names = ['space.one', 'two']\nimport-namespaces = ['space']";
    for (extra, files, expected) in [
        ("", &["demo.py", "other.py"][..], &["demo.py"][..]),
        (
            "",
            &["demo/__init__.py", "demo/a/b.py", "demo_too/__init__.py"],
            &["demo/__init__.py", "demo/a/b.py"],
        ),
        ("", &["src/demo.py", "demo.py"], &["demo.py"]),
        (
            named,
            &[
                "src/space/one/__init__.py",
                "src/space/not.py",
                "src/two.py",
            ],
            &["space/one/__init__.py", "two.py"],
        ),
    ] {
        let pyproject = format!(
            "[project]\nname = 'demo'\nversion = '1'\n{extra}\n\
             [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n"
        );
        let files: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
        let example = Example::with(&pyproject, &files);
        let options = BuildOptions::default();
        let built = build_wheel(&example.source(), &example.out(), &options).unwrap();
        let modules: Vec<&str> = built
            .files
            .iter()
            .map(String::as_str)
            .filter(|path| !path.contains(".dist-info/"))
            .collect();
        assert_eq!(modules, expected);
    }
}

/// The paths of the wheel's modules and data, and those of the sdist.
fn built_paths(pyproject: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let files: Vec<(&str, &str)> = files.to_vec();
    let example = Example::with(pyproject, &files);
    let options = BuildOptions::default();
    let sdist = build_sdist(&example.source(), &example.out(), &options).expect("it builds");
    let wheel = build_wheel(&example.source(), &example.out(), &options).expect("it builds");
    let again = example.temporary().join("again");
    let of_sdist = build_wheel_from_sdist(&sdist.path, &again, example.temporary(), &options)
        .expect("it works");
    let bytes =
        |built: &tilsit_build_backend::Built| tilsit_files::read(&built.path).expect("it is there");
    assert!(
        bytes(&wheel) == bytes(&of_sdist),
        "the sdist lacks something"
    );
    let mut modules = wheel.files;
    modules.retain(|path| !path.contains(".dist-info/"));
    (modules, sdist.files)
}

#[test]
fn the_settings_choose_root_modules_and_files() {
    let pyproject = "[project]\nname = 'Demo'\nversion = '1'\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n\
         [tool.tilsit.build]\nmodule-root = './lib/'\nmodules = ['space.one', 'two']\n\
         include = ['lib/two/made']\nexclude = ['notes', '**/*.bak']\n\
         wheel-exclude = ['lib/space/one/tests']\n";
    let (wheel, sdist) = built_paths(
        pyproject,
        &[
            (".gitignore", "made/\n"),
            ("lib/space/one/__init__.py", ""),
            ("lib/space/one/old.bak", ""),
            ("lib/space/one/tests/test_it.py", ""),
            ("lib/space/three.py", ""),
            ("lib/two/__init__.py", ""),
            ("lib/two/made/table.py", ""),
            ("made/other.py", ""),
            ("notes/today.txt", ""),
            ("two.py", ""),
        ],
    );
    assert_eq!(
        wheel,
        [
            "space/one/__init__.py",
            "two/__init__.py",
            "two/made/table.py"
        ]
    );
    insta::assert_snapshot!(sdist.join("\n"), @r"
    .gitignore
    PKG-INFO
    lib/space/one/__init__.py
    lib/space/one/tests/test_it.py
    lib/space/three.py
    lib/two/__init__.py
    lib/two/made/table.py
    pyproject.toml
    two.py
    ");
}

#[test]
fn a_version_that_a_module_states_is_the_version() {
    let pyproject = "[project]\nname = 'demo'\ndynamic = ['version']\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n\
         [tool.tilsit.build]\nversion-file = 'src/demo/__init__.py'\n";
    let source = "raise SystemError('nobody runs this')\n__version__ = '2.0'\n";
    let example = Example::with(pyproject, &[("src/demo/__init__.py", source)]);
    let options = BuildOptions::default();
    let sdist = build_sdist(&example.source(), &example.out(), &options).unwrap();
    let sdist = Sdist::open(&sdist.path, &Limits::default()).unwrap();
    let metadata = sdist.static_metadata().expect("nothing in it is dynamic");
    assert_eq!(metadata.version.to_string(), "2.0");
    let (wheel, _) = built_paths(pyproject, &[("src/demo/__init__.py", source)]);
    assert_eq!(wheel, ["demo/__init__.py"]);
}

#[test]
fn stubs_are_a_package_of_their_own_name() {
    let pyproject = "[project]\nname = 'demo-kit-stubs'\nversion = '1'\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";
    let files = [
        ("src/demo_kit-stubs/__init__.pyi", ""),
        ("src/demo_kit-stubs/a.pyi", ""),
    ];
    let (wheel, _) = built_paths(pyproject, &files);
    assert_eq!(
        wheel,
        ["demo_kit-stubs/__init__.pyi", "demo_kit-stubs/a.pyi"]
    );
}
