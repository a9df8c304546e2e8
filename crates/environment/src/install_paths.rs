//! Where things are installed when it is not the interpreter's own place: a plain folder, another
//! prefix, below another root.

use std::path::{Component, Path, PathBuf};

use crate::environment::Environment;
use crate::interpreter::{InstallPaths, Interpreter, rebase};

impl InstallPaths {
    /// A folder that holds packages and nothing else, as `pip install --target` makes it.
    pub fn in_target(folder: &Path) -> Self {
        Self {
            purelib: folder.to_path_buf(),
            platlib: folder.to_path_buf(),
            scripts: folder.join(crate::system::SCRIPTS_FOLDER),
            data: folder.to_path_buf(),
            headers: folder.join("include"),
        }
    }

    /// The same places below another root of the file system.
    #[must_use]
    pub fn below_root(&self, root: &Path) -> Self {
        let below = |path: &Path| -> PathBuf {
            let steps = path.components();
            let inside = steps.filter(|step| matches!(step, Component::Normal(_)));
            root.join(inside.collect::<PathBuf>())
        };
        Self {
            purelib: below(&self.purelib),
            platlib: below(&self.platlib),
            scripts: below(&self.scripts),
            data: below(&self.data),
            headers: below(&self.headers),
        }
    }
}

impl Interpreter {
    /// Where this interpreter would install if it lay below `prefix`.
    pub fn paths_below(&self, prefix: &Path) -> InstallPaths {
        let scheme = rebase(&self.probe().venv_paths, prefix);
        InstallPaths {
            purelib: scheme.purelib,
            platlib: scheme.platlib,
            scripts: scheme.scripts,
            data: scheme.data,
            headers: scheme.include,
        }
    }
}

impl Environment {
    /// The same interpreter with another place for packages.
    #[must_use]
    pub fn with_paths(&self, paths: InstallPaths) -> Self {
        Self::at_paths(self.interpreter().clone(), paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_root_keeps_the_rest() {
        let paths = InstallPaths::in_target(Path::new("/opt/app"));
        let below = paths.below_root(Path::new("/build/image"));
        assert_eq!(below.purelib, Path::new("/build/image/opt/app"));
        assert_eq!(below.headers, Path::new("/build/image/opt/app/include"));
    }
}
