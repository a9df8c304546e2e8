//! Reproducibility: twenty projects of different shapes, each built again under every disturbance that
//! must not show: another umask, time zone and locale, order of creation, user, folder, and from its
//! sdist and an archive of its repository in place of the tree.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The time of the commits.
const COMMITTED: &str = "1690000000 +0000";

/// A project: a name for messages, pyproject.toml, and its other files.
struct Shape {
    name: &'static str,
    pyproject: String,
    files: Vec<(&'static str, &'static str)>,
    /// The paths of files that may be executed.
    programs: &'static [&'static str],
    /// Links: where they are, and where they lead.
    links: &'static [(&'static str, &'static str)],
    /// The tag of the commit.
    tag: Option<&'static str>,
}

impl Shape {
    fn new(
        name: &'static str,
        project: &str,
        tables: &str,
        files: &[(&'static str, &'static str)],
    ) -> Self {
        let version = if project.contains("dynamic") {
            ""
        } else {
            "version = '1.0'\n"
        };
        Self {
            name,
            pyproject: format!(
                "[project]\nname = 'demo'\n{version}{project}\n\
                 [build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n{tables}\n"
            ),
            files: files.to_vec(),
            programs: &[],
            links: &[],
            tag: None,
        }
    }

    /// Writes the tree, backwards if that is said.
    fn write(&self, folder: &Path, backwards: bool) {
        let mut files = self.files.clone();
        files.push(("pyproject.toml", &self.pyproject));
        if backwards {
            files.reverse();
        }
        for (path, text) in files {
            let place = folder.join(path);
            std::fs::create_dir_all(place.parent().expect("it works")).expect("it works");
            std::fs::write(&place, text).expect("it works");
            if self.programs.contains(&path) {
                std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755))
                    .expect("it works");
            }
        }
        for (link, target) in self.links {
            std::os::unix::fs::symlink(target, folder.join(link)).expect("it works");
        }
        git(folder, &["init", "-q", "-b", "main"]);
        git(folder, &["add", "-A", "-f"]);
        git(folder, &["commit", "-q", "-m", "all"]);
        if let Some(tag) = self.tag {
            git(folder, &["tag", tag]);
        }
    }
}

/// The name of a project, keys of its `[project]`, its other tables, and its files.
type Written = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const SHAPES: [Written; 20] = [
    (
        "src layout",
        "",
        "",
        &[("src/demo/__init__.py", "one = 1\n")],
    ),
    (
        "flat layout",
        "",
        "",
        &[("demo/__init__.py", ""), ("demo/cli.py", "x = 1\n")],
    ),
    (
        "one module",
        "",
        "",
        &[("demo.py", "x = 1\n"), ("tests/test_demo.py", "")],
    ),
    (
        "deep package",
        "",
        "",
        &[
            ("src/demo/__init__.py", ""),
            ("src/demo/a/b/c/d.py", ""),
            ("src/demo/a/z.py", ""),
        ],
    ),
    (
        "namespace",
        "import-names = ['space.tool']\nimport-namespaces = ['space']",
        "",
        &[("src/space/tool/__init__.py", "")],
    ),
    (
        "no init",
        "",
        "[tool.tilsit.build]\nnamespace = true",
        &[("src/demo/x.py", "")],
    ),
    (
        "stubs and types",
        "",
        "",
        &[
            ("src/demo/__init__.py", ""),
            ("src/demo/__init__.pyi", ""),
            ("src/demo/py.typed", ""),
        ],
    ),
    (
        "data in the package",
        "",
        "",
        &[
            ("src/demo/__init__.py", ""),
            ("src/demo/table.csv", "a,b\r\n"),
            ("src/demo/nothing", ""),
        ],
    ),
    (
        "spread data",
        "",
        "[tool.tilsit.build.data]\nscripts = 'bin'\ndata = 'share'",
        &[
            ("demo.py", ""),
            ("bin/tool", "#!python\n"),
            ("share/man/demo.1", ""),
        ],
    ),
    (
        "files elsewhere",
        "",
        "[tool.tilsit.build.files]\n'assets' = 'demo/static'",
        &[
            ("src/demo/__init__.py", ""),
            ("assets/a/b.css", ""),
            ("assets/c.js", ""),
        ],
    ),
    (
        "licence files",
        "license = 'MIT'\nlicense-files = ['LICENSES/*']",
        "",
        &[
            ("demo.py", ""),
            ("LICENSES/MIT.txt", "MIT\r\n"),
            ("LICENSES/more.txt", ""),
        ],
    ),
    (
        "readme",
        "readme = 'README.md'",
        "",
        &[("demo.py", ""), ("README.md", "# Demo\r\n\r\nText\n")],
    ),
    (
        "entry points",
        "[project.scripts]
demo = 'demo:main'
[project.entry-points.'demo.plugins']
b = 'demo:b'
a = 'demo:a'",
        "",
        &[("demo.py", "")],
    ),
    (
        "names beyond ASCII",
        "authors = [{ name = 'Ägäis Łódź', email = 'a@index.example' }]",
        "",
        &[
            ("src/demo/__init__.py", ""),
            ("src/demo/süß.txt", "ü"),
            ("src/demo/データ.txt", ""),
        ],
    ),
    (
        "extras",
        "optional-dependencies = { b = ['x'], a = ['y>=2; os_name == \"nt\"'] }",
        "",
        &[("demo.py", "")],
    ),
    (
        "bills of materials",
        "",
        "[tool.tilsit.build]\nsboms = ['sboms/*.json']",
        &[
            ("demo.py", ""),
            ("sboms/a.cdx.json", "{}"),
            ("sboms/b.spdx.json", "{}"),
        ],
    ),
    (
        "ignored files",
        "",
        "[tool.tilsit.build]\ninclude = ['demo/made.py']",
        &[
            ("demo/__init__.py", ""),
            ("demo/made.py", ""),
            (".gitignore", "made.py\n*.log\n"),
            ("demo/a.log", "x"),
        ],
    ),
    (
        "programs",
        "",
        "",
        &[
            ("demo/__init__.py", ""),
            ("demo/run.sh", "#!/bin/sh\n"),
            ("tools/x", "#!/bin/sh\n"),
        ],
    ),
    (
        "links",
        "",
        "",
        &[
            ("demo/__init__.py", ""),
            ("shared/a.txt", "a"),
            ("NOTICE", "n"),
        ],
    ),
    (
        "version of a tag",
        "dynamic = ['version']",
        "[tool.tilsit.build]\nmodules = ['demo', 'told']\n[tool.tilsit.build.version]\nversion-file = 'told.py'",
        &[
            ("demo.py", ""),
            (".gitattributes", ".git_archival.txt export-subst\n"),
            (
                ".git_archival.txt",
                "node: $Format:%H$\ndescribe-name: $Format:%(describe:tags=true,match=*[0-9]*)$\n",
            ),
        ],
    ),
];

fn shapes() -> Vec<Shape> {
    let shapes = SHAPES.map(|(name, project, tables, files)| {
        let mut shape = Shape::new(name, project, tables, files);
        match name {
            "programs" => shape.programs = &["demo/run.sh", "tools/x"],
            "spread data" => shape.programs = &["bin/tool"],
            "links" => {
                shape.links = &[("demo/notice", "../NOTICE"), ("demo/data", "../shared")];
            }
            "version of a tag" => shape.tag = Some("v2.5"),
            _ => {}
        }
        shape
    });
    shapes.into()
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Nobody",
            "-c",
            "user.email=nobody@index.example",
        ])
        .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_AUTHOR_DATE", COMMITTED)
        .env("GIT_COMMITTER_DATE", COMMITTED)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("it works");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

/// As a user builds.
const PLAIN: Build<'static> = Build {
    before: &[],
    variables: &[],
};

/// Where files get no rights for others.
const NARROW: Build<'static> = Build {
    before: &["sh", "-c", "umask 077; exec \"$0\" \"$@\""],
    variables: &[],
};

/// On the other side of the world, where `i` is not `I` in small.
const ZONE: Build<'static> = Build {
    before: &[],
    variables: &[
        ("TZ", "Pacific/Kiritimati"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "tr_TR.UTF-8"),
    ],
};

/// One build: which words stand in front of the program, and what is set.
#[derive(Clone, Copy)]
struct Build<'a> {
    before: &'a [&'a str],
    variables: &'a [(&'a str, &'a str)],
}

impl Build<'_> {
    /// The bytes of the sdist, and of the wheel that is built of it and of the one of the folder, by
    /// their names.
    fn of(&self, source: &Path, out: &Path) -> Vec<(String, Vec<u8>)> {
        std::fs::create_dir_all(out).expect("it works");
        std::fs::set_permissions(out, PermissionsExt::from_mode(0o777)).expect("it works");
        let program = env!("CARGO_BIN_EXE_tilsit");
        let mut all = Vec::new();
        for words in [&["-o", "both"][..], &["--wheel", "-o", "tree"]] {
            let words = words.iter().map(|word| match *word {
                "both" | "tree" => out.join(word).to_string_lossy().into_owned(),
                word => word.to_owned(),
            });
            let words: Vec<String> = words.collect();
            let all = self.before.iter().copied().map(str::to_owned);
            let all: Vec<String> = all
                .chain([program, "build", ".", "--no-cache"].map(str::to_owned))
                .chain(words)
                .collect();
            let mut command = Command::new(&all[0]);
            command
                .args(&all[1..])
                .current_dir(source)
                .env_clear()
                .env("PATH", "/usr/local/bin:/usr/bin:/bin")
                .env("HOME", out)
                .env("TMPDIR", out)
                .envs(self.variables.iter().copied());
            let output = command.output().expect("it works");
            assert!(output.status.success(), "{all:?}: {output:?}");
        }
        for folder in ["both", "tree"] {
            for entry in std::fs::read_dir(out.join(folder)).expect("it works") {
                let path = entry.expect("it works").path();
                let name = path
                    .file_name()
                    .expect("it works")
                    .to_str()
                    .expect("it works");
                all.push((
                    format!("{folder}/{name}"),
                    std::fs::read(&path).expect("it works"),
                ));
            }
        }
        all.sort();
        assert_eq!(all.len(), 3);
        all
    }
}

/// Which words make a command another user's; nothing where that cannot be.
fn as_another_user() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [
        &[
            "setpriv",
            "--reuid=12345",
            "--regid=12345",
            "--clear-groups",
        ],
        &["unshare", "-r"],
    ];
    ways.into_iter().find(|words| {
        let mut command = Command::new(words[0]);
        let output = command
            .args(&words[1..])
            .arg(env!("CARGO_BIN_EXE_tilsit"))
            .arg("--version")
            .output();
        output.is_ok_and(|output| output.status.success())
    })
}

/// The names of what differs.
fn different(expected: &[(String, Vec<u8>)], found: &[(String, Vec<u8>)]) -> Vec<String> {
    let pairs = expected.iter().zip(found);
    pairs
        .filter(|(one, other)| one != other)
        .map(|(one, _)| one.0.clone())
        .collect()
}

#[test]
fn nothing_but_the_project_shows() {
    let user = tilsit_testing::require("another user", as_another_user());
    let shapes = shapes();
    let halves = shapes.split_at(shapes.len() / 2);
    let found = |shapes: &[Shape]| -> Vec<Found> {
        shapes.iter().map(|shape| disturbed(shape, user)).collect()
    };
    let found = std::thread::scope(|scope| {
        let other = scope.spawn(|| found(halves.1));
        let mut all = found(halves.0);
        all.extend(other.join().unwrap());
        all
    });
    let tried: usize = found.iter().map(|found| found.builds).sum();
    let differences: Vec<String> = found
        .into_iter()
        .flat_map(|found| found.different)
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(tried, 20 * if user.is_some() { 6 } else { 5 });
}

/// How many builds there were, and what differed in them.
#[derive(Default)]
struct Found {
    builds: usize,
    different: Vec<String>,
}

/// Builds a project under every disturbance.
fn disturbed(shape: &Shape, user: Option<&'static [&'static str]>) -> Found {
    let root = tempfile::tempdir().expect("a folder");
    let open = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(root.path(), open).expect("others may look");
    let tree = |name: &str, backwards: bool| -> PathBuf {
        let folder = root.path().join(name);
        std::fs::create_dir_all(&folder).expect("it is made");
        shape.write(&folder, backwards);
        folder
    };
    let project = tree("project", false);
    let expected = PLAIN.of(&project, &root.path().join("out"));
    let (of_sdist, of_tree) = (&expected[0].1, &expected[2].1);
    assert!(
        of_sdist == of_tree,
        "{}: the wheel of the sdist",
        shape.name
    );
    let narrow = tree("narrow", false);
    narrow_modes(&narrow);
    let builds = [
        ("umask", Some(NARROW), narrow),
        ("time zone and locale", Some(ZONE), project.clone()),
        ("order of creation", Some(PLAIN), tree("backwards", true)),
        (
            "another user",
            user.map(|before| Build { before, ..PLAIN }),
            project.clone(),
        ),
        (
            "another folder",
            Some(PLAIN),
            tree("some/Where else/1.0-x", false),
        ),
        ("archive", Some(PLAIN), archive(&project, root.path())),
    ];
    let mut all = Found::default();
    for (disturbance, build, source) in builds {
        let Some(build) = build else { continue };
        let found = build.of(&source, &root.path().join("again").join(disturbance));
        all.builds += 1;
        let different = different(&expected, &found);
        if !different.is_empty() {
            let name = shape.name;
            all.different
                .push(format!("{name}, {disturbance}: {different:?}"));
        }
    }
    all
}

/// What an archive of the repository has.
fn archive(project: &Path, root: &Path) -> PathBuf {
    let folder = root.join("archive");
    std::fs::create_dir(&folder).expect("it is made");
    git(project, &["archive", "-o", "../archive.tar", "HEAD"]);
    let unpacked = Command::new("tar")
        .args(["-xf", "../archive.tar"])
        .current_dir(&folder)
        .status();
    assert!(unpacked.expect("tar runs").success());
    folder
}

/// The modes that files get under a narrow umask.
fn narrow_modes(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("it works") {
        let path = entry.expect("it works").path();
        let metadata = std::fs::symlink_metadata(&path).expect("it works");
        if metadata.is_symlink() || path.ends_with(".git") {
            continue;
        }
        let mode = metadata.permissions().mode() & 0o700;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("it works");
        if metadata.is_dir() {
            narrow_modes(&path);
        }
    }
}
