//! What is exported of one small lock.

use std::path::Path;

use insta::assert_snapshot;
use tilsit_packaging::name::GroupName;
use tilsit_packaging::pylock::Pylock;

use super::{
    Component, Folders, LineOptions, constraints, cyclonedx, environment_yml, requirements,
};
use crate::lock::{Lock, Selection, SelectionError};

/// `app` of two versions, one for each side of Python 3.10; `lib[more]` by an extra; `tool` by a group.
const LOCK: &str = r#"lock-version = "1.0"
requires-python = ">=3.9"
extras = ["fast"]
dependency-groups = ["dev"]
default-groups = ["dev"]
created-by = "tilsit"

[[packages]]
name = "app"
version = "1.0"
marker = 'python_version < "3.10"'
wheels = [{ url = "https://index.example/app-1.0-py3-none-any.whl", hashes = { sha256 = "aa" } }]

[[packages]]
name = "app"
version = "2.0"
marker = 'python_version >= "3.10"'
dependencies = [{ name = "shared" }]
sdist = { url = "https://index.example/app-2.0.tar.gz", hashes = { sha256 = "bc" } }
wheels = [{ url = "https://index.example/app-2.0-py3-none-any.whl", hashes = { sha256 = "bb" } }]

[packages.tool.tilsit]
requires = ["shared>=1 ; sys_platform == 'win32'"]

[[packages]]
name = "demo"
version = "0.1"
directory = { path = ".", editable = true }

[[packages]]
name = "lib"
version = "3.0"
marker = '"fast" in extras'
dependencies = [{ name = "shared" }]
wheels = [{ url = "https://index.example/lib-3.0-py3-none-any.whl", hashes = { sha256 = "cc" } }]

[packages.tool.tilsit]
requires = ["shared ; extra == 'more'"]

[[packages]]
name = "shared"
version = "1.5"
marker = 'python_version >= "3.10" and sys_platform == "win32" or "fast" in extras'
wheels = [{ path = "wheels/shared-1.5-py3-none-any.whl", hashes = { sha256 = "dd" } }]

[[packages]]
name = "tool"
marker = '"dev" in dependency_groups'
vcs = { type = "git", url = "https://git.example/tool", requested-revision = "main", commit-id = "0123456789abcdef" }

[tool.tilsit]
version = 1
fingerprint = "f"
digest = "d"

[[tool.tilsit.members]]
name = "demo"
path = "."
package = true
requires = ["app>=1"]

[tool.tilsit.members.extras]
fast = ["lib[more]>2"]

[tool.tilsit.members.groups]
dev = ["tool"]
"#;

fn lock() -> Lock {
    Lock::parse(LOCK, Path::new("pylock.toml")).unwrap()
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn folders() -> Folders<'static> {
    Folders {
        lock: Path::new("/srv/demo"),
        output: Path::new("/srv/demo"),
    }
}

const ALL: LineOptions<'_> = LineOptions {
    header: Some("tilsit export"),
    hashes: true,
    annotate: true,
    editable: true,
};

fn everything() -> Selection {
    Selection {
        all_extras: true,
        groups: vec![group("dev")],
        ..Selection::default()
    }
}

#[test]
fn a_requirements_file_has_all_that_is_chosen() {
    let lock = lock();
    let parts = lock.portion(&everything()).unwrap();
    assert_snapshot!(requirements(&parts, folders(), ALL).unwrap(), @r#"
    # This file was made by tilsit with the following command:
    #    tilsit export
    app==1.0 ; python_version < "3.10" \
        --hash=sha256:aa
        # via demo
    app==2.0 ; python_version >= "3.10" \
        --hash=sha256:bb \
        --hash=sha256:bc
        # via demo
    -e .
    lib==3.0 \
        --hash=sha256:cc
        # via demo[fast]
    shared==1.5 \
        --hash=sha256:dd
        # via
        #   app
        #   lib[more]
    tool @ git+https://git.example/tool@0123456789abcdef
        # via demo (group dev)
    "#);
}

#[test]
fn what_is_not_chosen_is_resolved_away() {
    let lock = lock();
    let parts = lock.portion(&Selection::default()).unwrap();
    let options = LineOptions {
        header: None,
        ..ALL
    };
    assert_snapshot!(constraints(&parts, folders(), options).unwrap(), @r#"
    app==1.0 ; python_version < "3.10"
        # via demo
    app==2.0 ; python_version >= "3.10"
        # via demo
    shared==1.5 ; python_version >= "3.10" and sys_platform == "win32"
        # via app
    "#);
    let only = Selection {
        groups: vec![group("dev")],
        only_groups: true,
        ..Selection::default()
    };
    let parts = lock.portion(&only).unwrap();
    assert_snapshot!(requirements(&parts, folders(), options).unwrap(), @"
    tool @ git+https://git.example/tool@0123456789abcdef
        # via demo (group dev)
    ");
    let wrong = Selection {
        groups: vec![group("docs")],
        ..Selection::default()
    };
    let error = lock.portion(&wrong).unwrap_err();
    assert_eq!(error, SelectionError::NoGroup(group("docs")));
}

/// What the walk along requirements finds is what the markers of packages say.
#[test]
fn walk_and_markers_agree() {
    let lock = lock();
    for selection in [Selection::default(), everything()] {
        let extras: Vec<_> = if selection.all_extras {
            lock.pylock.extras.clone()
        } else {
            Vec::new()
        };
        let parts = lock.portion(&selection).unwrap();
        for package in &lock.pylock.packages {
            let stated = package.marker.with_extras(&extras);
            let stated = stated.with_groups(&selection.groups);
            let found = parts.iter().find(|part| part.package == package);
            let found = found.map_or(tilsit_packaging::marker::Marker::FALSE, |part| part.marker);
            let world = lock.world();
            assert_eq!(stated.and(world), found.and(world), "{}", package.name);
        }
    }
}

#[test]
fn a_lock_for_others_says_the_same_again() {
    let lock = lock();
    let selection = Selection {
        all_extras: true,
        ..Selection::default()
    };
    let parts = lock.portion(&selection).unwrap();
    let folders = Folders {
        output: Path::new("/srv/demo/deploy"),
        ..folders()
    };
    let text = super::pylock(&lock, &parts, folders).to_toml();
    assert!(
        !text.contains("tilsit]") && text.contains("../wheels/shared"),
        "{text}"
    );
    let (read, problems) = Pylock::parse(&text).unwrap();
    assert_eq!(problems, []);
    let names: Vec<&str> = read.packages.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["app", "app", "demo", "lib", "shared"]);
    // Another tool's lock can be exported again, as a whole.
    let foreign = Lock {
        pylock: read,
        own: None,
        is_edited: false,
    };
    let again = foreign.portion(&Selection::default()).unwrap();
    let markers = |parts: &[crate::lock::Part<'_>]| -> Vec<_> {
        parts.iter().map(|part| part.marker).collect()
    };
    assert_eq!(markers(&again), markers(&parts));
    assert_eq!(again[4].required_by, ["app", "lib"]);
}

#[test]
fn conda_gets_a_pip_section() {
    let lock = lock();
    let parts = lock.portion(&Selection::default()).unwrap();
    let text = environment_yml("demo", lock.requires_python(), &parts, folders()).unwrap();
    assert_snapshot!(text, @r#"
    name: "demo"
    channels:
      - conda-forge
    dependencies:
      - "python >=3.9"
      - pip
      - pip:
          - "app==1.0 ; python_version < \"3.10\""
          - "app==2.0 ; python_version >= \"3.10\""
          - "-e ."
          - "shared==1.5 ; python_version >= \"3.10\" and sys_platform == \"win32\""
    "#);
}

#[test]
fn a_bill_names_components_and_who_needs_them() {
    let lock = lock();
    let graph = lock.graph(&everything()).unwrap();
    let component = Component {
        name: "demo",
        version: Some("0.1"),
        tool_version: "1",
    };
    let text = cyclonedx(&graph, component, folders(), &|package| {
        package.name.as_str() == "demo"
    });
    assert_eq!(
        text,
        cyclonedx(&graph, component, folders(), &|package| {
            package.name.as_str() == "demo"
        })
    );
    let bill: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tool = &bill["components"][4];
    let vcs = "git%2Bhttps%3A%2F%2Fgit.example%2Ftool%400123456789abcdef";
    assert_eq!(tool["purl"], format!("pkg:pypi/tool?vcs_url={vcs}"));
    let dependencies = bill["dependencies"].as_array().unwrap();
    let shown: Vec<String> = dependencies
        .iter()
        .map(|one| format!("{} {}", one["ref"], one["dependsOn"]))
        .collect();
    assert_snapshot!(shown.join("\n"), @r#"
    "app@1.0" null
    "app@2.0" ["shared@1.5"]
    "demo-root" ["app@1.0","app@2.0","lib@3.0","tool"]
    "lib@3.0" ["shared@1.5"]
    "shared@1.5" null
    "tool" null
    "#);
}
