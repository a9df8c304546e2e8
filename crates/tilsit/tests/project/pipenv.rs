//! pipenv and tilsit on one project, each with the lock that the other made, over one index.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::sandbox::Sandbox;
use crate::server::Index;
use crate::wheels;

const PIPENV: &str = "pipenv==2026.10.3";

/// The kinds of Pipfiles, below their source `main` at `INDEX`, for the Python `X.Y`.
const PIPFILES: [&str; 5] = [
    "[packages]\napp = '*'\nlib = '>=1,<2'\n",
    "[packages]\nlib = '==1.0'\n\n[dev-packages]\nApp = '*'\n",
    "[packages]\nfancy = {version = '*', extras = ['more'], markers = \"python_version >= '3'\"}\n\
     app = {version = '*', sys_platform = \"== 'win32'\"}\n",
    "[packages]\nlib = '*'\n\n[dev-packages]\n\n[docs]\napp = '*'\n\n[scripts]\nx = 'app'\n",
    "[packages]\napp = {version = '*', index = 'main'}\n\n[dev-packages]\nextra_lib = '*'\n\n\
     [requires]\npython_version = 'X.Y'\n",
];

/// A project with its own index.
struct Project {
    sandbox: Sandbox,
    pipenv: PathBuf,
    _index: Index,
}

impl Project {
    fn new(pipfile: &str) -> Option<Self> {
        let python = tilsit_testing::require("Python", tilsit_testing::python())?;
        let environment = tilsit_testing::python_environment("pipenv", &[PIPENV]);
        let environment = tilsit_testing::require("pipenv", environment)?;
        let mut sandbox = Sandbox::new();
        wheels::usual(&sandbox.root().join("wheels"));
        let data = sandbox.root().join("index");
        let wheels = sandbox.root().join("wheels");
        let (shown, wheels) = (data.display(), wheels.display());
        let index = Index::start(&data);
        sandbox.run_well(&format!("index import --user anna --data {shown} {wheels}"));
        sandbox.set("TILSIT_PYTHON", python.display());
        let environments = sandbox.root().join("environments").display().to_string();
        sandbox.set("WORKON_HOME", environments);
        let address = &index.address;
        let pipfile = pipfile.replace("X.Y", &version(&python));
        sandbox.write(
            "Pipfile",
            &format!(
                "[[source]]\nname = 'main'\nurl = '{address}/simple'\nverify_ssl = false\n\n{pipfile}"
            ),
        );
        Some(Self {
            pipenv: environment.join("bin/pipenv"),
            _index: index,
            sandbox,
        })
    }

    /// pipenv in the project, which has to go well.
    fn pipenv(&self, line: &str) -> Output {
        let root = self.sandbox.root();
        let mut command = Command::new(&self.pipenv);
        // Nothing but the index of this test is asked.
        for name in [
            "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL",
            "PIP_FIND_LINKS",
            "PIP_NO_INDEX",
        ] {
            command.env_remove(name);
        }
        let output = command
            .args(line.split_whitespace())
            .current_dir(self.sandbox.path(""))
            .env("HOME", root.join("home"))
            .env("WORKON_HOME", root.join("environments"))
            .env("PIPENV_IGNORE_VIRTUALENVS", "1")
            .env("PIPENV_VERBOSITY", "-1")
            .env("PIPENV_CACHE_DIR", root.join("pipenv-cache"))
            .env("PIP_CONFIG_FILE", "/dev/null")
            .output()
            .expect("pipenv starts");
        let (pipfile, lock) = (
            self.sandbox.read("Pipfile"),
            std::fs::read_to_string(self.sandbox.path("Pipfile.lock")).unwrap_or_default(),
        );
        assert!(
            output.status.success(),
            "`pipenv {line}` failed: {output:?}\n{pipfile}\n{lock}"
        );
        output
    }
}

fn version(python: &Path) -> String {
    let line = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(python).args(["-c", line]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn pipenv_verifies_and_installs_our_locks() {
    for pipfile in PIPFILES {
        let Some(project) = Project::new(pipfile) else {
            return;
        };
        project.sandbox.run_well("lock");
        project.pipenv("verify");
        project.pipenv("sync --dev");
        // It made the environment, and there is nothing left for us to do in it.
        let answer = project.sandbox.run("sync --dev --frozen --check");
        assert_eq!(answer.exit, 0, "{pipfile}\n{answer}");
    }
}

#[test]
fn ours_takes_and_installs_pipenvs_locks() {
    for pipfile in PIPFILES {
        let Some(project) = Project::new(pipfile) else {
            return;
        };
        project.pipenv("lock");
        let lock = project.sandbox.read("Pipfile.lock");
        project.sandbox.run_well("lock --check");
        project.sandbox.run_well("sync --all-groups --locked");
        assert_eq!(project.sandbox.read("Pipfile.lock"), lock, "{pipfile}");
        // It takes the environment for one that is as its lock says.
        project.pipenv("sync --dev");
        project.pipenv("verify");
    }
}
