//! A virtual environment in which the package is installed as its wheel installs it: the program in
//! the folder of scripts, the modules on the path.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the package.
pub(crate) fn package() -> PathBuf {
    tilsit_testing::workspace_root().join("python")
}

/// The environment.
pub(crate) struct PythonEnvironment {
    root: PathBuf,
    home: PathBuf,
}

impl PythonEnvironment {
    /// Makes `environment` and `home` in `folder`.
    pub(crate) fn create(python: &Path, folder: &Path) -> Self {
        let environment = Self {
            root: folder.join("environment"),
            home: folder.join("home"),
        };
        std::fs::create_dir(&environment.home).unwrap();
        output(
            Command::new(python)
                .args(["-m", "venv", "--without-pip"])
                .arg(&environment.root),
        );
        let program = environment.root.join("bin/tilsit");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tilsit"), program).unwrap();
        environment.add(&package());
        environment
    }

    /// Puts the modules of a folder on the environment's path.
    pub(crate) fn add(&self, folder: &Path) {
        let name = folder.file_name().unwrap().to_string_lossy();
        let path = self.modules().join(format!("{name}.pth"));
        std::fs::write(path, folder.display().to_string()).unwrap();
    }

    /// The folder of its own modules.
    fn modules(&self) -> PathBuf {
        let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let said = output(self.command().args(["-c", ask]));
        PathBuf::from(said.trim())
    }

    /// Its Python, without anything of the developer's own settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.root.join("bin/python"));
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/bin:/bin")
            .env("TILSIT_CACHE_DIR", self.home.join("cache"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// Runs a command that has to do its work, and gives what it said on both streams.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}
