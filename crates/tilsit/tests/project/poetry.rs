//! Poetry and tilsit on one project, each with the lock that the other made, over one index.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::sandbox::Sandbox;
use crate::server::Index;
use crate::wheels;

const POETRY: &str = "poetry==2.5.1";

/// The kinds of projects, above their sources.
const PROJECTS: [&str; 5] = [
    "[tool.poetry]\npackage-mode = false\n\n\
     [tool.poetry.dependencies]\npython = '>=3.9'\napp = '*'\nlib = '^1.0'\n",
    "[tool.poetry]\npackage-mode = false\n\n\
     [tool.poetry.dependencies]\npython = '>=3.9'\nlib = '1.0'\n\n\
     [tool.poetry.group.dev.dependencies]\nApp = '*'\n\n\
     [tool.poetry.group.docs]\noptional = true\n\n\
     [tool.poetry.group.docs.dependencies]\nextra_lib = '^3'\n",
    "[tool.poetry]\npackage-mode = false\n\n\
     [tool.poetry.dependencies]\npython = '^3.9'\nfancy = {version = '*', extras = ['more']}\n\
     app = {version = '*', optional = true}\n\n\
     [tool.poetry.extras]\nwhole = ['app']\n",
    "[tool.poetry]\npackage-mode = false\n\n\
     [tool.poetry.dependencies]\npython = '>=3.9'\n\
     lib = [{version = '1.0', python = '<3.10'}, {version = '^1.1', python = '>=3.10'}]\n\
     app = {version = '*', platform = 'win32'}\n\
     extra-lib = {version = '*', markers = \"sys_platform != 'win32'\"}\n",
    "[project]\nname = 'whole'\nversion = '1'\nrequires-python = '>=3.9'\n\
     dependencies = ['app>=1', 'lib<2']\n\n\
     [project.optional-dependencies]\nmore = ['fancy[more]']\n\n\
     [dependency-groups]\ndev = ['extra-lib']\n\n\
     [tool.poetry]\npackage-mode = false\n\n\
     [tool.poetry.dependencies]\napp = {source = 'named'}\n",
];

/// A project with its own index.
struct Project {
    sandbox: Sandbox,
    poetry: PathBuf,
    _index: Index,
}

impl Project {
    fn new(tables: &str) -> Option<Self> {
        let python = tilsit_testing::require("Python", tilsit_testing::python())?;
        let environment = tilsit_testing::python_environment("poetry", &[POETRY]);
        let environment = tilsit_testing::require("Poetry", environment)?;
        let mut sandbox = Sandbox::new();
        wheels::usual(&sandbox.root().join("wheels"));
        let data = sandbox.root().join("index");
        let wheels = sandbox.root().join("wheels");
        let (shown, wheels) = (data.display(), wheels.display());
        let index = Index::start(&data);
        sandbox.run_well(&format!("index import --user anna --data {shown} {wheels}"));
        sandbox.set("TILSIT_PYTHON", python.display());
        let address = &index.address;
        // Another URL of the same index, so that a lock tells the two apart.
        let named = address.replace("127.0.0.1", "localhost");
        sandbox.write(
            "pyproject.toml",
            &format!(
                "{tables}\n[[tool.poetry.source]]\nname = 'main'\nurl = '{address}/simple/'\n\
                 priority = 'primary'\n\n[[tool.poetry.source]]\nname = 'named'\n\
                 url = '{named}/simple/'\npriority = 'explicit'\n"
            ),
        );
        let project = Self {
            poetry: environment.join("bin/poetry"),
            _index: index,
            sandbox,
        };
        // Both take the environment that is there.
        project.sandbox.run_well("venv .venv");
        Some(project)
    }

    /// Poetry in the project, which has to go well.
    fn poetry(&self, line: &str) -> Output {
        let root = self.sandbox.root();
        let output = Command::new(&self.poetry)
            .args(line.split_whitespace())
            .arg("--no-interaction")
            .current_dir(self.sandbox.path(""))
            .env_remove("VIRTUAL_ENV")
            .env("HOME", root.join("home"))
            .env("POETRY_CACHE_DIR", root.join("poetry-cache"))
            .env("POETRY_CONFIG_DIR", root.join("poetry-config"))
            .env("POETRY_DATA_DIR", root.join("poetry-data"))
            .env("POETRY_VIRTUALENVS_IN_PROJECT", "true")
            .env("POETRY_KEYRING_ENABLED", "false")
            .output()
            .expect("Poetry starts");
        assert!(
            output.status.success(),
            "`poetry {line}` failed: {output:?}\n{}\n{}",
            self.sandbox.read("pyproject.toml"),
            std::fs::read_to_string(self.sandbox.path("poetry.lock")).unwrap_or_default()
        );
        output
    }

    /// Poetry finds nothing to do in the environment.
    fn poetry_is_content(&self) {
        let output = self.poetry("sync --dry-run --all-groups --all-extras --no-root");
        let words = String::from_utf8(output.stdout).unwrap();
        let is_content = words.contains("No dependencies to install")
            || words.contains("0 installs, 0 updates, 0 removals");
        assert!(is_content, "{words}");
    }
}

/// What a lock says of each package, but its markers: the two have other words for the same ones.
fn packages(lock: &str) -> Vec<[String; 9]> {
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let packages = packages.into_iter().flatten().map(|package| {
        let keys = [
            "name",
            "version",
            "optional",
            "groups",
            "files",
            "source",
            "extras",
            "dependencies",
            "python-versions",
        ];
        keys.map(|key| {
            package
                .get(key)
                .map(ToString::to_string)
                .unwrap_or_default()
        })
    });
    packages.collect()
}

#[test]
fn poetry_accepts_and_installs_our_locks() {
    for tables in PROJECTS {
        let Some(project) = Project::new(tables) else {
            return;
        };
        project.sandbox.run_well("lock");
        project.poetry("check --lock");
        project.poetry("sync --all-groups --all-extras --no-root");
        let line = "sync --all-groups --all-extras --frozen --check";
        let answer = project.sandbox.run(line);
        let lock = project.sandbox.read("poetry.lock");
        assert_eq!(answer.exit, 0, "{tables}\n{answer}\n{lock}");
        // It makes the same lock of ours, in its own words.
        let ours = packages(&lock);
        assert!(!ours.is_empty());
        project.poetry("lock");
        let theirs = project.sandbox.read("poetry.lock");
        assert_eq!(ours, packages(&theirs), "{tables}\n{lock}\n{theirs}");
    }
}

#[test]
fn ours_takes_and_installs_poetrys_locks() {
    for tables in PROJECTS {
        let Some(project) = Project::new(tables) else {
            return;
        };
        project.poetry("lock");
        let lock = project.sandbox.read("poetry.lock");
        project.sandbox.run_well("lock --check");
        let line = "sync --all-groups --all-extras";
        project.sandbox.run_well(&format!("{line} --locked"));
        project.poetry_is_content();
        let answer = project.sandbox.run(&format!("{line} --frozen --check"));
        assert_eq!(answer.exit, 0, "{tables}\n{answer}\n{lock}");
        assert_eq!(project.sandbox.read("poetry.lock"), lock, "{tables}");
        project.poetry("check --lock");
    }
}
