//! What changes the state of a folder, and what does not.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::FolderState;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(pyproject: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("pyproject.toml", pyproject);
        folder.write("src/a/__init__.py", "");
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file with a time of change of its own.
    fn write(&self, relative: &str, text: &str) {
        let path = self.path().join(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + text.len() as u64);
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
    }

    fn state(&self, is_editable: bool, cc: &str) -> Option<String> {
        let variables = BTreeMap::from([("CC".into(), cc.into())]);
        FolderState {
            folder: self.path(),
            is_editable,
            variables: &variables,
        }
        .digest()
    }
}

/// Whether each change, one after the other, is seen.
fn seen(folder: &Folder, is_editable: bool, changes: &[(&str, &str)]) -> Vec<bool> {
    let mut before = folder.state(is_editable, "");
    let mut seen = Vec::new();
    for (path, text) in changes {
        folder.write(path, text);
        let after = folder.state(is_editable, "");
        seen.push(before != after);
        before = after;
    }
    seen
}

#[test]
fn any_file_of_the_project_counts() {
    let folder = Folder::new("[project]\nname = 'a'\n");
    let changes = [
        ("src/a/__init__.py", "x = 1"),
        ("src/a/new.py", ""),
        ("README", "read"),
        ("src/build/__init__.py", "b"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/refs/heads/main", "one"),
        (".git/refs/tags/v1", "one"),
        (".git/packed-refs", "all"),
    ];
    assert_eq!(seen(&folder, false, &changes), [true; 8]);
    let changes = [
        ("src/a/__pycache__/b.pyc", "1"),
        ("src/a/c.pyc", "1"),
        ("build/lib/a.py", "1"),
        ("dist/a.whl", "1"),
        ("src/a.egg-info/PKG-INFO", "1"),
        (".git/index", "1"),
        (".git/refs/heads/other", "two"),
    ];
    assert_eq!(seen(&folder, false, &changes), [false; 7]);
    folder.write(".venv/pyvenv.cfg", "");
    let changes = [(".venv/lib/a.py", "1")];
    assert_eq!(seen(&folder, false, &changes), [false]);
}

#[test]
fn of_an_editable_install_only_what_describes_it_counts() {
    let folder = Folder::new("[project]\nname = 'a'\n");
    let changes = [("src/a/__init__.py", "x = 1"), ("README", "read")];
    assert_eq!(seen(&folder, true, &changes), [false; 2]);
    let changes = [
        ("setup.py", "1"),
        ("setup.cfg", "1"),
        ("pyproject.toml", "#"),
    ];
    assert_eq!(seen(&folder, true, &changes), [true; 3]);
    // The version comes from the tags perhaps; where it is stated, no commit changes it.
    let changes = [(".git/HEAD", "one"), (".git/refs/tags/v1", "one")];
    assert_eq!(seen(&folder, true, &changes), [true; 2]);
    folder.write("pyproject.toml", "[project]\nname = 'a'\nversion = '1.0'\n");
    let changes = [(".git/HEAD", "other"), (".git/refs/tags/v1", "other")];
    assert_eq!(seen(&folder, true, &changes), [false; 2]);
    let before = folder.state(true, "");
    std::fs::remove_dir_all(folder.path().join("src")).unwrap();
    assert_ne!(folder.state(true, ""), before);
}

#[test]
fn a_project_says_what_counts() {
    let folder = Folder::new(
        "[tool.uv]\ncache-keys = ['VERSION', {file = 'src/**/*.c'}, {env = 'CC'}, {git = {tags = true}}, {dir = 'x'}]",
    );
    folder.write(".git/config", "");
    for is_editable in [false, true] {
        let text = is_editable.to_string();
        let changes = [
            ("src/a/__init__.py", text.as_str()),
            (
                "pyproject.toml",
                "[tool.uv]\ncache-keys = ['VERSION', {file = 'src/**/*.c'}, {env = 'CC'}, {git = {tags = true}}, {dir = 'x'}]\n",
            ),
            ("other/a.c", &text),
            (".git/HEAD", &text),
        ];
        assert_eq!(seen(&folder, is_editable, &changes), [false; 4]);
        let changes = [
            ("VERSION", text.as_str()),
            ("src/a/b/c.c", &text),
            ("src/d.c", &text),
            (".git/refs/tags/v1", &text),
        ];
        assert_eq!(seen(&folder, is_editable, &changes), [true; 4]);
        assert_ne!(
            folder.state(is_editable, "gcc"),
            folder.state(is_editable, "clang")
        );
    }
    let before = folder.state(false, "");
    std::fs::create_dir(folder.path().join("x")).unwrap();
    assert_ne!(folder.state(false, ""), before);
}

#[test]
fn what_cannot_be_seen_has_no_state() {
    let folder = Folder::new("[tool.uv]\ncache-keys = [{new = 'form'}]");
    assert_eq!(folder.state(false, ""), None);
    #[cfg(unix)]
    {
        let folder = Folder::new("");
        std::os::unix::fs::symlink("/", folder.path().join("elsewhere")).unwrap();
        assert_eq!(folder.state(false, ""), None);
        assert!(folder.state(true, "").is_some());
    }
}
