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
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(&place, text).unwrap();
            if self.programs.contains(&path) {
                std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755)).unwrap();
            }
        }
        for (link, target) in self.links {
            std::os::unix::fs::symlink(target, folder.join(link)).unwrap();
        }
        git(folder, &["init", "-q", "-b", "main"]);
        git(folder, &["add", "-A", "-f"]);
        git(folder, &["commit", "-q", "-m", "all"]);
        if let Some(tag) = self.tag {
            git(folder, &["tag", tag]);
        }
    }
}

fn shapes() -> Vec<Shape> {
    let package: &[(&str, &str)] = &[("src/demo/__init__.py", "one = 1\n")];
    let scripts = "[project.scripts]\ndemo = 'demo:main'\n[project.entry-points.'demo.plugins']\nb = 'demo:b'\na = 'demo:a'";
    let mut all = vec![
        Shape::new("src layout", "", "", package),
        Shape::new(
            "flat layout",
            "",
            "",
            &[("demo/__init__.py", ""), ("demo/cli.py", "x = 1\n")],
        ),
        Shape::new(
            "one module",
            "",
            "",
            &[("demo.py", "x = 1\n"), ("tests/test_demo.py", "")],
        ),
        Shape::new(
            "deep package",
            "",
            "",
            &[
                ("src/demo/__init__.py", ""),
                ("src/demo/a/b/c/d.py", ""),
                ("src/demo/a/z.py", ""),
            ],
        ),
        Shape::new(
            "namespace",
            "import-names = ['space.tool']\nimport-namespaces = ['space']",
            "",
            &[("src/space/tool/__init__.py", "")],
        ),
        Shape::new(
            "no init",
            "",
            "[tool.tilsit.build]\nnamespace = true",
            &[("src/demo/x.py", "")],
        ),
        Shape::new(
            "stubs and types",
            "",
            "",
            &[
                ("src/demo/__init__.py", ""),
                ("src/demo/__init__.pyi", ""),
                ("src/demo/py.typed", ""),
            ],
        ),
        Shape::new(
            "data in the package",
            "",
            "",
            &[
                ("src/demo/__init__.py", ""),
                ("src/demo/table.csv", "a,b\r\n"),
                ("src/demo/nothing", ""),
            ],
        ),
        Shape::new(
            "spread data",
            "",
            "[tool.tilsit.build.data]\nscripts = 'bin'\ndata = 'share'",
            &[
                ("demo.py", ""),
                ("bin/tool", "#!python\n"),
                ("share/man/demo.1", ""),
            ],
        ),
        Shape::new(
            "files elsewhere",
            "",
            "[tool.tilsit.build.files]\n'assets' = 'demo/static'",
            &[
                ("src/demo/__init__.py", ""),
                ("assets/a/b.css", ""),
                ("assets/c.js", ""),
            ],
        ),
        Shape::new(
            "licence files",
            "license = 'MIT'\nlicense-files = ['LICENSES/*']",
            "",
            &[
                ("demo.py", ""),
                ("LICENSES/MIT.txt", "MIT\r\n"),
                ("LICENSES/more.txt", ""),
            ],
        ),
        Shape::new(
            "readme",
            "readme = 'README.md'",
            "",
            &[("demo.py", ""), ("README.md", "# Demo\r\n\r\nText\n")],
        ),
        Shape::new("entry points", scripts, "", &[("demo.py", "")]),
        Shape::new(
            "names beyond ASCII",
            "authors = [{ name = 'Ägäis Łódź', email = 'a@index.example' }]",
            "",
            &[
                ("src/demo/__init__.py", ""),
                ("src/demo/süß.txt", "ü"),
                ("src/demo/データ.txt", ""),
            ],
        ),
        Shape::new(
            "extras",
            "optional-dependencies = { b = ['x'], a = ['y>=2; os_name == \"nt\"'] }",
            "",
            &[("demo.py", "")],
        ),
        Shape::new(
            "bills of materials",
            "",
            "[tool.tilsit.build]\nsboms = ['sboms/*.json']",
            &[
                ("demo.py", ""),
                ("sboms/a.cdx.json", "{}"),
                ("sboms/b.spdx.json", "{}"),
            ],
        ),
        Shape::new(
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
        Shape::new(
            "programs",
            "",
            "",
            &[
                ("demo/__init__.py", ""),
                ("demo/run.sh", "#!/bin/sh\n"),
                ("tools/x", "#!/bin/sh\n"),
            ],
        ),
        Shape::new(
            "links",
            "",
            "",
            &[
                ("demo/__init__.py", ""),
                ("shared/a.txt", "a"),
                ("NOTICE", "n"),
            ],
        ),
        Shape::new(
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
    for shape in &mut all {
        match shape.name {
            "programs" => shape.programs = &["demo/run.sh", "tools/x"],
            "spread data" => shape.programs = &["bin/tool"],
            "links" => shape.links = &[("demo/notice", "../NOTICE"), ("demo/data", "../shared")],
            "version of a tag" => shape.tag = Some("v2.5"),
            _ => {}
        }
    }
    all
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
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

/// One build: which words stand in front of the program, and what is set.
struct Build<'a> {
    before: &'a [&'a str],
    variables: &'a [(&'a str, &'a str)],
}

impl Build<'_> {
    /// The bytes of the sdist, and of the wheel that is built of it and of the one of the folder, by
    /// their names.
    fn of(&self, source: &Path, out: &Path) -> Vec<(String, Vec<u8>)> {
        std::fs::create_dir_all(out).unwrap();
        std::fs::set_permissions(out, PermissionsExt::from_mode(0o777)).unwrap();
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
            let output = command.output().unwrap();
            assert!(output.status.success(), "{all:?}: {output:?}");
        }
        for folder in ["both", "tree"] {
            for entry in std::fs::read_dir(out.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                all.push((format!("{folder}/{name}"), std::fs::read(&path).unwrap()));
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
    let another_user = tilsit_testing::require("another user", as_another_user());
    let shapes = shapes();
    assert_eq!(shapes.len(), 20);
    let (mut differences, mut tried) = (Vec::new(), 0);
    for shape in &shapes {
        let root = tempfile::tempdir().unwrap();
        std::fs::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let tree = |name: &str, backwards: bool| -> PathBuf {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            shape.write(&folder, backwards);
            folder
        };
        let plain = Build {
            before: &[],
            variables: &[],
        };
        let project = tree("project", false);
        let expected = plain.of(&project, &root.path().join("out"));
        assert_eq!(
            expected[0].1, expected[2].1,
            "{}: the wheel of the sdist",
            shape.name
        );
        let archive = root.path().join("archive");
        std::fs::create_dir(&archive).unwrap();
        git(&project, &["archive", "-o", "../archive.tar", "HEAD"]);
        let unpacked = Command::new("tar")
            .args(["-xf", "../archive.tar"])
            .current_dir(&archive)
            .status();
        assert!(unpacked.unwrap().success());
        let narrow = Build {
            before: &["sh", "-c", "umask 077; exec \"$0\" \"$@\""],
            variables: &[],
        };
        let zone = Build {
            before: &[],
            variables: &[
                ("TZ", "Pacific/Kiritimati"),
                ("LC_ALL", "tr_TR.UTF-8"),
                ("LANG", "tr_TR.UTF-8"),
            ],
        };
        let user = another_user.map(|before| Build {
            before,
            variables: &[],
        });
        let builds = [
            ("umask", Some(narrow), tree("narrow", false)),
            ("time zone and locale", Some(zone), project.clone()),
            (
                "order of creation",
                Some(Build { ..plain }),
                tree("backwards", true),
            ),
            ("another user", user, project.clone()),
            (
                "another folder",
                Some(Build { ..plain }),
                tree("some/Where else/1.0-x", false),
            ),
            ("archive", Some(Build { ..plain }), archive),
        ];
        for (disturbance, build, source) in builds {
            let Some(build) = build else { continue };
            if disturbance == "umask" {
                narrow_modes(&source);
            }
            let found = build.of(&source, &root.path().join("again").join(disturbance));
            tried += 1;
            let different = different(&expected, &found);
            if !different.is_empty() {
                differences.push(format!("{}, {disturbance}: {different:?}", shape.name));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(tried, 20 * if another_user.is_some() { 6 } else { 5 });
}

/// The modes that files get under a narrow umask.
fn narrow_modes(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        if metadata.is_symlink() || path.ends_with(".git") {
            continue;
        }
        let mode = metadata.permissions().mode() & 0o700;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        if metadata.is_dir() {
            narrow_modes(&path);
        }
    }
}
