//! What is read of Pipfiles and written to their locks.

use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;
use tilsit_packaging::specifier::VersionSpecifiers;

use super::{Pipfile, PipfileLock, environment_name};
use crate::inputs::Inputs;
use crate::lock::Lock;
use crate::tasks::Tasks;

const PIPFILE: &str = r#"
[[source]]
name = "main"
url = "https://${USER}@index.example/simple"
verify_ssl = true

[packages]
Requests = "*"
flask = {version = ">=2", extras = ["async"], markers = "python_version < '3.12'", os_name = "== 'nt'"}
pinned = "1.0"
here = {path = "./here", editable = true}
tool = {git = "https://git.example/tool", ref = "main", subdirectory = "py"}

[dev-packages]
pytest = {version = "<9", index = "main"}

[docs]
Mark_Down = "~=3.0"

[requires]
python_version = "3.11"

[scripts]
hello = "python -c 'print(1)'"
called = {call = "m:f()"}
long = {cmd = "tool --long", env = {A = "1"}}

[pipenv]
allow_prereleases = true
"#;

#[test]
fn a_pipfile_is_a_workspace_of_groups() {
    let pipfile = Pipfile::parse(PIPFILE).unwrap();
    assert!(pipfile.allows_prereleases);
    let scripts = Tasks::of_pipfile(PIPFILE).unwrap();
    assert_eq!(scripts.iter().count(), 3);
    assert!(scripts.steps("called", &[]).unwrap().is_some());
    assert_eq!(
        pipfile.pinned_sources().collect::<Vec<_>>(),
        [("pytest", "main")]
    );
    let python = pipfile.requires_python.as_ref().map(ToString::to_string);
    assert_eq!(python.as_deref(), Some("==3.11.*"));
    let workspace = pipfile.workspace(Path::new("/srv"));
    let mut shown = String::new();
    for (group, requirements) in &workspace.root_groups {
        for requirement in requirements {
            let _ = writeln!(shown, "{group}: {requirement}");
        }
    }
    assert_snapshot!(shown, @r#"
    default: requests
    default: flask[async]>=2; python_version < "3.12" and os_name == "nt"
    default: pinned==1.0
    default: here
    default: tool
    develop: pytest<9
    docs: mark-down~=3.0
    "#);
    assert_eq!(workspace.settings.sources.len(), 2);
    assert_eq!(workspace.default_groups()[0].as_str(), "default");
    let any: VersionSpecifiers = ">=3.9".parse().unwrap();
    // Sources that are folders must be there; all else needs no disk.
    assert!(Inputs::of(&workspace, &any).is_err());
}

/// The digests that pipenv 2026.10.3 gives.
#[test]
fn the_digest_is_pipenvs() {
    let cases = [
        (
            "[packages]\nrequests = \"*\"\n",
            "68f2c7fbd9d9cff4e8da159c03014c7900f8906724699adec1ffd2cbe43c226e",
        ),
        (
            PIPFILE,
            "684b1c95c4e1743aadb7774421edf642bd1aa2b581b98f841f5deda41724b91a",
        ),
        (
            "[packages]\nX_y = {version = \"*\", extras = [\"b\", \"a\"], editable = false}\n\n[other]\nz = \">1\"\n[requires]\nnote = \"ünï 𝄞 \\t\\u007f\"\n",
            "5d225fa774a15e5f061436494000ac8a9d91c865f164912433001442fc6122f7",
        ),
    ];
    for (text, digest) in cases {
        let pipfile = Pipfile::parse(text).unwrap();
        assert_eq!(pipfile.digest("https://index.example/simple"), digest);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let said = |text: &str| Pipfile::parse(text).unwrap_err().to_string();
    assert_snapshot!(said("[packages]\na = 3\n"), @"`a` in `[packages]`: integer is no requirement");
    assert_snapshot!(said("[packages]\na = \"=>1\"\n"), @"`a` in `[packages]`: `a=>1` is no requirement: `a=>1` is not a requirement: a comparison operator is missing at byte 1");
    assert_snapshot!(said("[packages]\na = {hg = \"https://hg.example\"}\n"), @"`a` in `[packages]`: repositories of hg are not supported");
    assert_snapshot!(said("[requires]\npython_version = \"x\"\n"), @"`[requires]` asks for Python `x`, which is no version");
    assert_snapshot!(said("docs = 1\n"), @"`docs` is no table of requirements");
    let open = r#"{"_meta": {"hash": {"sha256": "a"}}, "default": {"b": {"version": "*"}}}"#;
    let entry = &PipfileLock::parse(open)
        .unwrap()
        .categories
        .into_values()
        .next()
        .unwrap()[0];
    assert_eq!(
        (
            entry.version.as_ref(),
            entry.requirement.to_string().as_str()
        ),
        (None, "b")
    );
    let pipfile = "[packages]\nb = {version = '>1', sys_platform = \"== 'win32'\"}\n";
    let workspace = Pipfile::parse(pipfile)
        .unwrap()
        .workspace(Path::new("/srv"));
    let asked = PipfileLock::parse(open)
        .unwrap()
        .workspace(&workspace)
        .unwrap();
    assert_eq!(asked.root_groups, workspace.root_groups);
    let said = |text: &str| PipfileLock::parse(text).unwrap_err().to_string();
    assert_snapshot!(said(r#"{"_meta": 1}"#), @"its `_meta` is no object");
    // What answers no Pipfile is one that is not up to date.
    assert_eq!(PipfileLock::parse("{}").unwrap().digest, "");
    assert_snapshot!(said(r#"{"_meta": {"hash": {"sha256": "a"}}, "default": {"b": {}}}"#), @"`b` in `default`: it has neither a version nor a place");
}

/// A lock for a Pipfile, as it is resolved.
const LOCK: &str = r#"lock-version = "1.0"
requires-python = "==3.11.*"
dependency-groups = ["default", "develop", "docs"]
default-groups = ["default"]
created-by = "tilsit"

[[packages]]
name = "app"
version = "1.0"
marker = "'default' in dependency_groups"
requires-python = ">=3.8,!=3.9.1,<4"
sdist = { url = "https://index.example/app-1.0.tar.gz", hashes = { sha256 = "aa" } }
wheels = [{ url = "https://index.example/app-1.0-py3-none-any.whl", hashes = { sha256 = "bb" } }]

[packages.tool.tilsit]
requires = ["lib ; sys_platform == 'win32'"]

[[packages]]
name = "lib"
version = "2.0"
marker = "sys_platform == 'win32' and 'default' in dependency_groups or 'develop' in dependency_groups"
wheels = [{ url = "https://index.example/lib-2.0-py3-none-any.whl", hashes = { sha256 = "cc" } }]

[[packages]]
name = "here"
marker = "'docs' in dependency_groups"
directory = { path = "here", editable = true }

[tool.tilsit]
version = 1
fingerprint = ""
digest = ""

[tool.tilsit.groups]
default = ["app"]
develop = ["lib"]
docs = ["here"]
"#;

#[test]
fn a_lock_is_written_by_category_and_read_again() {
    let pipfile = Pipfile::parse("[packages]\napp = \"*\"\n[dev-packages]\nlib = \"*\"\n[docs]\nhere = {path = \"here\", editable = true}\n").unwrap();
    let lock = Lock::parse(LOCK, Path::new("Pipfile.lock")).unwrap();
    let text = PipfileLock::write(&pipfile, &lock, "https://index.example/simple").unwrap();
    let (_, entries) = text.split_once("\n    },\n").unwrap();
    assert_snapshot!(entries, @r#"
        "default": {
            "app": {
                "hashes": [
                    "sha256:aa",
                    "sha256:bb"
                ],
                "index": "pypi",
                "markers": "python_version >= '3.8' and python_version < '4'",
                "version": "==1.0"
            },
            "lib": {
                "hashes": [
                    "sha256:cc"
                ],
                "markers": "sys_platform == 'win32'",
                "version": "==2.0"
            }
        },
        "develop": {
            "lib": {
                "hashes": [
                    "sha256:cc"
                ],
                "index": "pypi",
                "version": "==2.0"
            }
        },
        "docs": {
            "here": {
                "editable": true,
                "path": "here"
            }
        }
    }
    "#);
    let read = PipfileLock::parse(&text).unwrap();
    assert_eq!(read.digest, pipfile.digest("https://index.example/simple"));
    // Files that were not locked are left out, and it is said when none is left.
    let mut changed = lock.clone();
    read.restrict(&mut changed).unwrap();
    assert_eq!(changed, lock);
    let other = PipfileLock::parse(
        &text
            .replace("sha256:aa", "sha256:11")
            .replace("sha256:bb", "sha256:22"),
    );
    let error = other.unwrap().restrict(&mut changed).unwrap_err();
    assert_snapshot!(error, @"no file of `app` that the index has is one that was locked: their hashes are others");
    let workspace = read
        .workspace(&pipfile.workspace(Path::new("/srv")))
        .unwrap();
    assert_eq!(workspace.settings.sources.len(), 1);
}

/// The names that pipenv 2026.10.3 gives.
#[test]
fn environments_are_called_as_pipenvs() {
    assert_eq!(
        environment_name(Path::new("/home/user/my project/Pipfile")),
        "my_project-45EusJEJ"
    );
    assert_eq!(
        environment_name(Path::new(
            "/w/a-folder-with-a-very-long-name-that-is-cut-somewhere/Pipfile"
        )),
        "a-folder-with-a-very-long-name-that-is-cut-tqHfq_oo"
    );
}
