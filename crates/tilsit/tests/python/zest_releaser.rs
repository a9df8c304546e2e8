//! zest.releaser 9.9.1 releases a package to our index through `tilsit.compat.twine`: it is as it comes
//! from the default index, save one line.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::{PythonEnvironment, output};
use crate::server::Index;

/// zest.releaser with everything that it needs, by `tilsit pip compile --universal`.
const REQUIREMENTS: &str = include_str!("zest-releaser.txt");

/// The line, before and after.
const IMPORT: &str = "from twine.cli import dispatch as twine_dispatch";
const OUR_IMPORT: &str = "from tilsit.compat.twine.cli import dispatch as twine_dispatch";

const PYPROJECT: &str = "[build-system]
requires = ['flit_core']
build-backend = 'flit_core.buildapi'

[project]
name = 'zest-demo'
version = '1.0.dev0'
description = 'Released by zest.releaser'

[tool.zest-releaser]
create-wheel = true
";

const CHANGES: &str = "Changes
=======

1.0 (unreleased)
----------------

- Something.
";

/// An index, zest.releaser, and a project in a git repository with a remote one.
struct Release {
    folder: tempfile::TempDir,
    index: Index,
    environment: PythonEnvironment,
}

impl Release {
    fn prepare() -> Option<Self> {
        let requirements: Vec<&str> = REQUIREMENTS.lines().collect();
        let tools = tilsit_testing::python_environment("zest-releaser", &requirements);
        let tools = tilsit_testing::require("zest.releaser", tools)?;
        let backend = tilsit_testing::python_wheels("flit-core", &["flit-core==4.2.0"]);
        let backend = tilsit_testing::require("the wheel of flit_core", backend)?;
        let folder = tempfile::tempdir().unwrap();
        let python = tilsit_testing::python().unwrap();
        let release = Self {
            index: Index::start(&folder.path().join("index")),
            environment: PythonEnvironment::create(&python, folder.path()),
            folder,
        };
        release.change_one_line(&tools);
        // zest.releaser builds by the project's backend, which it installs from our index too.
        let mut publish = Command::new(env!("CARGO_BIN_EXE_tilsit"));
        publish
            .args(["publish", "--token", &release.index.token])
            .args(["--repository-url", &release.url("legacy")])
            .args(backend);
        output(&mut publish);
        release.start_project();
        Some(release)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}/", self.index.address)
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Puts zest.releaser's modules into `modules`, with our import in place of its own, before
    /// everything else that it needs. twine itself fails there, should anything import it.
    fn change_one_line(&self, tools: &Path) {
        let modules = self.path("modules");
        std::fs::create_dir_all(modules.join("twine")).unwrap();
        let refusal = "raise ImportError('twine itself is not to be used')\n";
        std::fs::write(modules.join("twine/__init__.py"), refusal).unwrap();
        let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let installed = output(Command::new(tools.join("bin/python")).args(["-c", ask]));
        let installed = Path::new(installed.trim());
        output(
            Command::new("cp")
                .arg("-r")
                .args([&installed.join("zest"), &modules]),
        );
        let module = modules.join("zest/releaser/release.py");
        let code = std::fs::read_to_string(&module).unwrap();
        assert_eq!(code.matches(IMPORT).count(), 1);
        std::fs::write(&module, code.replace(IMPORT, OUR_IMPORT)).unwrap();
        self.environment.add(installed);
    }

    fn start_project(&self) {
        self.git("", &["init", "--quiet", "--bare", "remote"]);
        self.git("", &["init", "--quiet", "--initial-branch=main", "project"]);
        std::fs::write(self.path("project/pyproject.toml"), PYPROJECT).unwrap();
        std::fs::write(self.path("project/CHANGES.rst"), CHANGES).unwrap();
        std::fs::write(self.path("project/zest_demo.py"), "ANSWER = 42\n").unwrap();
        for arguments in [
            &["add", "."][..],
            &["commit", "--quiet", "--message=Begin"],
            &["remote", "add", "origin", "../remote"],
            &["push", "--quiet", "--set-upstream", "origin", "main"],
        ] {
            self.git("project", arguments);
        }
    }

    /// Runs git, and gives what it said.
    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.path(folder));
        self.name(&mut command);
        output(&mut command)
    }

    /// Without the developer's own settings of git, and with a name for commits.
    fn name(&self, command: &mut Command) {
        command
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ann")
            .env("GIT_AUTHOR_EMAIL", "ann@index.example")
            .env("GIT_COMMITTER_NAME", "Ann")
            .env("GIT_COMMITTER_EMAIL", "ann@index.example");
    }

    /// One of zest.releaser's programs, which asks nothing.
    fn program(&self, name: &str, token: &str) -> Command {
        let mut command = self.environment.command();
        let start = format!("from zest.releaser.{name} import main; main()");
        command
            .args(["-c", &start, "--no-input"])
            .current_dir(self.path("project"))
            .env("PYTHONPATH", self.path("modules"))
            .env("PIP_INDEX_URL", self.url("simple"))
            .env("TWINE_REPOSITORY_URL", self.url("legacy"))
            .env("TWINE_USERNAME", "__token__")
            .env("TWINE_PASSWORD", token);
        self.name(&mut command);
        command
    }
}

#[test]
fn a_full_release() {
    let Some(release) = Release::prepare() else {
        return;
    };
    let text = output(&mut release.program("fullrelease", &release.index.token));
    assert!(text.contains("uploaded zest_demo-1.0.tar.gz"), "{text}");
    let log = release.git("remote", &["log", "--format=%s", "main"]);
    let titles: Vec<&str> = log.lines().collect();
    assert_eq!(
        titles,
        ["Back to development: 1.1", "Preparing release 1.0", "Begin"]
    );

    // What was released is installed, and is what the tag has.
    let target = release.path("installed");
    let mut install = Command::new(env!("CARGO_BIN_EXE_tilsit"));
    install
        .args(["pip", "install", "zest-demo==1.0"])
        .args(["--index-url", &release.url("simple")])
        .arg("--target")
        .arg(&target)
        .env("TILSIT_CACHE_DIR", release.path("cache"));
    output(&mut install);
    let code = std::fs::read_to_string(target.join("zest_demo.py")).unwrap();
    assert_eq!(code, "ANSWER = 42\n");
}

#[test]
fn a_refusal_is_shown_as_zest_releaser_shows_those_of_twine() {
    let Some(release) = Release::prepare() else {
        return;
    };
    output(&mut release.program("prerelease", ""));
    let failed = release.program("release", "tlst-wrong").output().unwrap();
    assert!(!failed.status.success());
    let text = String::from_utf8_lossy(&failed.stdout);
    assert!(text.contains("Response status code: 40"), "{text}");
    assert!(text.contains("was not published"), "{text}");
    // It would ask now whether to try again.
    let text = String::from_utf8_lossy(&failed.stderr);
    assert!(text.contains("Retry this command?"), "{text}");
}
