//! Which files go where, by the settings; fields that files say; what editable wheels have; names and
//! links that are refused.

use tilsit_archive::Limits;
use tilsit_build_backend::{
    BuildOptions, Built, SourceProject, build_sdist, build_wheel, build_wheel_from_sdist,
};
use tilsit_dist::wheel::Wheel;

use crate::Example;

const HEAD: &str = "[project]\nname = 'demo'\nversion = '1'\n\
     [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";

/// The wheel's files save its metadata, and those of the sdist, whose wheel is the same.
fn paths(example: &Example) -> (Vec<String>, Vec<String>) {
    let options = BuildOptions::default();
    let sdist = build_sdist(&example.source(), &example.out(), &options).expect("it builds");
    let wheel = build_wheel(&example.source(), &example.out(), &options).expect("it builds");
    let again = example.temporary().join("again");
    let of_sdist = build_wheel_from_sdist(&sdist.path, &again, example.temporary(), &options)
        .expect("the sdist has all");
    let bytes = |built: &Built| std::fs::read(&built.path).expect("it is there");
    assert!(
        bytes(&wheel) == bytes(&of_sdist),
        "the sdist lacks something"
    );
    let opened = Wheel::open(&wheel.path, &Limits::default()).expect("it is a wheel");
    opened.verify().expect("RECORD fits");
    assert_eq!(opened.findings(), []);
    let mut files = wheel.files;
    files.retain(|path| {
        !path.ends_with("/METADATA") && !path.ends_with("/WHEEL") && !path.ends_with("/RECORD")
    });
    (files, sdist.files)
}

fn refusal(example: &Example) -> String {
    let error = build_wheel(&example.source(), &example.out(), &BuildOptions::default());
    let error = error.expect_err("it is refused").to_string();
    error.replace(example.source().to_str().expect("it is UTF-8"), "DEMO")
}

#[test]
fn files_are_put_elsewhere_and_spread() {
    let pyproject = format!(
        "{HEAD}[tool.tilsit.build]\nsboms = ['sboms/*.json']\nsource-include = ['made/docs', 'src/demo/notes.md']\n\
         source-exclude = ['*.bak']\n\
         [tool.tilsit.build.files]\n'assets' = 'demo/static'\n'VERSION.txt' = 'demo/version.txt'\n\
         [tool.tilsit.build.data]\nscripts = 'bin'\ndata = 'etc/'\nheaders = './include'\n"
    );
    let example = Example::with(
        &pyproject,
        &[
            (".gitignore", "made/\nbin/\nnotes.md\n"),
            ("src/demo/__init__.py", ""),
            ("src/demo/notes.md", "for readers of the source"),
            ("assets/a/b.css", "b"),
            ("VERSION.txt", "1"),
            ("bin/tool", "#!python\n"),
            ("etc/demo.conf", "x"),
            ("include/demo.h", "y"),
            ("made/docs/index.html", "z"),
            ("sboms/demo.cdx.json", "{}"),
            ("old.bak", ""),
        ],
    );
    let (wheel, sdist) = paths(&example);
    insta::assert_snapshot!(wheel.join("\n"), @r"
    demo-1.data/data/demo.conf
    demo-1.data/headers/demo.h
    demo-1.data/scripts/tool
    demo/__init__.py
    demo/static/a/b.css
    demo/version.txt
    demo-1.dist-info/sboms/demo.cdx.json
    ");
    insta::assert_snapshot!(sdist.join("\n"), @r"
    .gitignore
    PKG-INFO
    VERSION.txt
    assets/a/b.css
    bin/tool
    etc/demo.conf
    include/demo.h
    made/docs/index.html
    pyproject.toml
    sboms/demo.cdx.json
    src/demo/__init__.py
    src/demo/notes.md
    ");
}

#[test]
fn a_namespace_has_no_init() {
    let files = [
        ("src/space/one/a.py", ""),
        ("src/space/two.pyi", ""),
        ("src/other/b.py", ""),
    ];
    let settings = "[tool.tilsit.build]\nmodules = ['space']\n";
    let example = Example::with(&format!("{HEAD}{settings}"), &files);
    assert!(refusal(&example).contains("there is no module `space`"));
    let example = Example::with(&format!("{HEAD}{settings}namespace = true\n"), &files);
    let (wheel, _) = paths(&example);
    assert_eq!(wheel, ["space/one/a.py", "space/two.pyi"]);
}

#[test]
fn settings_that_name_nothing_are_refused() {
    for (settings, expected) in [
        (
            "files = { assets = 'demo/x' }",
            "line 8: `tool.tilsit.build.files`: there is no file `assets`, and none in a folder of that name",
        ),
        (
            "files = { 'demo.py' = '../x' }",
            "`demo.py` = `../x`: from a path of the project to one in the wheel",
        ),
        (
            "files = { 'more.py' = 'demo.py' }",
            "two files are `demo.py`: `demo.py` and `more.py`",
        ),
        (
            "data = { scripts = 'bin' }",
            "line 8: `tool.tilsit.build.data`: there is no file `bin`",
        ),
        ("data = { programs = 'bin' }", "unknown variant `programs`"),
        (
            "data = { data = '.' }",
            "`data` cannot be the whole project",
        ),
        (
            "sboms = ['*.json']",
            "line 8: `tool.tilsit.build.sboms`: no file matches `*.json`",
        ),
        (
            "metadata-version = '2.1'",
            "is `2.1`; 2.2 to 2.6 can be written",
        ),
        (
            "metadata-version = '3.0'",
            "is `3.0`; 2.2 to 2.6 can be written",
        ),
        ("metadata-version = 'new'", "`new` is no metadata version"),
    ] {
        let pyproject = format!("{HEAD}[tool.tilsit.build]\n{settings}\n");
        let example = Example::with(&pyproject, &[("demo.py", ""), ("more.py", "")]);
        let found = refusal(&example);
        assert!(found.contains(expected), "{settings}: {found}");
    }
}

#[test]
fn names_that_collide_or_that_no_wheel_holds_are_refused() {
    for (path, expected) in [
        (
            "demo/Readme.md",
            "`demo/README.md` and `demo/Readme.md` are one where",
        ),
        (
            "demo/a:b",
            "cannot build with `DEMO/demo/a:b`: a name with ':' cannot be in a wheel",
        ),
        ("demo/aux.py", "`aux.py` is a name that Windows keeps"),
        ("demo/line\nend.py", "a name with '\\n' cannot be"),
    ] {
        let files = [("demo/__init__.py", ""), ("demo/README.md", ""), (path, "")];
        let found = refusal(&Example::with(HEAD, &files));
        assert!(found.contains(expected), "{path:?}: {found}");
        let settings = "[tool.tilsit.build]\nexclude = ['demo/R?adme.md', 'demo/a?b', 'demo/aux.py', 'demo/line*']\n";
        let (wheel, _) = paths(&Example::with(&format!("{HEAD}{settings}"), &files));
        assert_eq!(wheel.first().map(String::as_str), Some("demo/README.md"));
    }
}

#[test]
fn links_are_followed_and_loops_are_refused() {
    let example = Example::with(HEAD, &[("demo/__init__.py", ""), ("shared/table.csv", "1")]);
    let source = example.source();
    tilsit_files::symlink("../shared", source.join("demo/data")).unwrap();
    let (wheel, sdist) = paths(&example);
    assert_eq!(wheel, ["demo/__init__.py", "demo/data/table.csv"]);
    assert!(sdist.contains(&"demo/data/table.csv".to_owned()));
    tilsit_files::symlink("../demo", source.join("demo/again")).unwrap();
    let found = refusal(&example);
    let expected = "cannot build with `DEMO/demo/again`: it is a link to `DEMO/demo`, which it is in; \
                    `exclude` leaves it out";
    assert_eq!(found, expected);
    tilsit_files::remove_file(source.join("demo/again")).unwrap();
    tilsit_files::symlink("nowhere", source.join("demo/gone")).unwrap();
    assert!(
        refusal(&example).contains("DEMO/demo/gone"),
        "{}",
        refusal(&example)
    );
    tilsit_files::remove_file(source.join("demo/gone")).unwrap();
    tilsit_files::symlink(example.temporary(), source.join("demo/out")).unwrap();
    assert!(
        refusal(&example).contains("a link that leads out of the project"),
        "{}",
        refusal(&example)
    );
}

#[test]
fn files_say_what_the_metadata_leaves_open() {
    let pyproject = "[project]\nname = 'demo'\nversion = '1'\n\
         dynamic = ['dependencies', 'optional-dependencies', 'classifiers', 'import-names', 'import-namespaces']\n\
         dependencies = ['static']\nclassifiers = ['Topic :: Static']\n\
         [project.optional-dependencies]\ntest = ['pytest']\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n\
         [tool.tilsit.build]\nmodules = ['demo', 'space.tool']\n\
         [tool.tilsit.build.dynamic]\ndependencies = { file = ['needs.txt'] }\n\
         optional-dependencies.test = { file = 'needs-test.txt' }\n\
         optional-dependencies.docs = { file = ['needs-docs.txt'] }\n\
         classifiers = { file = ['classifiers.txt'] }\n";
    let example = Example::with(
        pyproject,
        &[
            ("demo.py", ""),
            ("space/tool.py", ""),
            (".gitignore", "needs*.txt\n"),
            (
                "needs.txt",
                "# what it needs\none>=1  # the first\n\ntwo; python_version < '3.9'\n",
            ),
            ("needs-test.txt", "hypothesis\n"),
            ("needs-docs.txt", "sphinx\n"),
            ("classifiers.txt", "Topic :: Dynamic\n"),
        ],
    );
    let (_, sdist) = paths(&example);
    assert!(sdist.contains(&"needs.txt".to_owned()));
    let folder = example.temporary().join("metadata");
    let name = SourceProject::open(&example.source(), &BuildOptions::default())
        .unwrap()
        .prepare_metadata(&folder, &BuildOptions::default())
        .unwrap();
    assert_eq!(name, "demo-1.dist-info");
    let metadata = std::fs::read_to_string(folder.join(name).join("METADATA")).unwrap();
    insta::assert_snapshot!(metadata, @r#"
    Metadata-Version: 2.5
    Name: demo
    Version: 1
    Classifier: Topic :: Static
    Classifier: Topic :: Dynamic
    Requires-Dist: static
    Requires-Dist: one>=1
    Requires-Dist: two; python_version < "3.9"
    Requires-Dist: pytest; extra == "test"
    Requires-Dist: hypothesis; extra == "test"
    Requires-Dist: sphinx; extra == "docs"
    Provides-Extra: test
    Provides-Extra: docs
    Import-Name: demo
    Import-Name: space.tool
    Import-Namespace: space
    "#);
    example.write("needs.txt", "-r other.txt\n");
    let found = refusal(&example);
    assert!(
        found.contains("`tool.tilsit.build.dynamic`: `dependencies`: `needs.txt` line 1: "),
        "{found}"
    );
    let other = pyproject.replace("dynamic = ['dependencies', ", "dynamic = [");
    example.write("pyproject.toml", &other);
    assert!(
        refusal(&example)
            .contains("fills in `dependencies`, which `project.dynamic` does not name")
    );
    example.write(
        "pyproject.toml",
        &pyproject.replace("'import-names', ", "'keywords', "),
    );
    assert!(refusal(&example).contains("`keywords` is dynamic, and nothing here can fill it in"));
}

#[test]
fn the_version_of_the_metadata_can_be_said() {
    let pinned = |project: &str, version: &str| {
        let pyproject = format!("{HEAD}[tool.tilsit.build]\nmetadata-version = '{version}'\n")
            .replace("version = '1'\n", &format!("version = '1'\n{project}\n"));
        Example::with(&pyproject, &[("demo.py", "")])
    };
    let example = pinned("", "2.4");
    let folder = example.temporary().join("metadata");
    let options = BuildOptions::default();
    SourceProject::open(&example.source(), &options)
        .unwrap()
        .prepare_metadata(&folder, &options)
        .unwrap();
    let metadata = std::fs::read_to_string(folder.join("demo-1.dist-info/METADATA")).unwrap();
    assert!(
        metadata.starts_with("Metadata-Version: 2.4\n"),
        "{metadata}"
    );
    // Files that are taken unasked do not ask for newer metadata.
    let older = pinned("license = { text = 'free' }", "2.2");
    older.write("LICENSE", "free");
    SourceProject::open(&older.source(), &options)
        .unwrap()
        .prepare_metadata(&folder, &options)
        .unwrap();
    let metadata = std::fs::read_to_string(folder.join("demo-1.dist-info/METADATA")).unwrap();
    assert!(
        metadata.starts_with("Metadata-Version: 2.2\n"),
        "{metadata}"
    );
    let found = refusal(&pinned("import-names = ['demo']", "2.4"));
    let expected =
        "`tool.tilsit.build.metadata-version`: is 2.4, and what `[project]` says needs 2.5";
    assert!(found.contains(expected), "{found}");
}

#[test]
fn an_editable_wheel_finds_modules_that_are_elsewhere() {
    let pyproject = format!(
        "{HEAD}[tool.tilsit.build]\nfiles = {{ 'made/parts' = 'demo/parts', 'one.py' = 'demo/one.py' }}\n\
         data = {{ scripts = 'bin' }}\n"
    );
    let example = Example::with(
        &pyproject,
        &[
            ("src/demo/__init__.py", ""),
            ("made/parts/__init__.py", "name = 'parts'\n"),
            ("made/parts/inner.py", "name = 'inner'\n"),
            ("made/parts/table.csv", ""),
            ("one.py", "name = 'one'\n"),
            ("bin/tool", ""),
        ],
    );
    let built = SourceProject::open(&example.source(), &BuildOptions::default())
        .unwrap()
        .build_editable(&example.out(), &BuildOptions::default())
        .unwrap();
    insta::assert_snapshot!(built.files.join("\n"), @r"
    _demo.pth
    _demo.start
    _editable_finder_of_demo.py
    demo-1.data/scripts/tool
    demo-1.dist-info/METADATA
    demo-1.dist-info/WHEEL
    demo-1.dist-info/RECORD
    ");
    let Some(python) = tilsit_testing::require("Python", tilsit_testing::python()) else {
        return;
    };
    let site = example.temporary().join("site");
    let wheel = Wheel::open(&built.path, &Limits::default()).unwrap();
    std::fs::create_dir_all(&site).unwrap();
    for name in ["_demo.pth", "_editable_finder_of_demo.py"] {
        let entry = wheel.archive().entry(name).unwrap();
        std::fs::write(site.join(name), wheel.archive().read(entry).unwrap()).unwrap();
    }
    let script = format!(
        "import site; site.addsitedir({:?})\n\
         import demo.parts, demo.parts.inner, demo.one\n\
         print(demo.parts.name, demo.parts.inner.name, demo.one.name)\n\
         print(demo.parts.__path__[0] == {:?})",
        site.to_str().unwrap(),
        example
            .source()
            .canonicalize()
            .unwrap()
            .join("made/parts")
            .to_str()
            .unwrap(),
    );
    let output = std::process::Command::new(python)
        .args(["-I", "-c", &script])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "parts inner one\nTrue\n"
    );
}
