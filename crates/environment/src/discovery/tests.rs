//! The order of candidates in made-up folders; nothing is run.

use std::ops::ControlFlow;
use std::path::Path;

use super::candidates::visit;
use super::{Scope, Surroundings};
use crate::shim::ShimVariables;

const PYENV_SHIM: &str = "#!/usr/bin/env bash\nexport PYENV_ROOT=\"ROOT\"\n\
                          exec \"ROOT/libexec/pyenv\" exec \"$program\" \"$@\"\n";

fn program(path: &Path, text: &str) {
    tilsit_files::create_dir_all(path.parent().unwrap()).unwrap();
    tilsit_files::write(path, text).unwrap();
    tilsit_files::set_executable(path).unwrap();
}

/// The candidates below `root` for a request, as `source: path`.
fn candidates(
    root: &Path,
    request: &str,
    scope: Scope,
    surroundings: &Surroundings,
) -> Vec<String> {
    let request = request.parse().unwrap();
    let mut all = Vec::new();
    let _ = visit(&request, scope, surroundings, &mut |candidate| {
        all.push(candidate);
        ControlFlow::Continue(())
    });
    all.iter()
        .filter(|candidate| !candidate.contradicts(&request))
        .filter_map(|candidate| {
            let path = candidate.path.strip_prefix(root).ok()?;
            Some(format!("{}: {}", candidate.source, path.display()))
        })
        .collect()
}

fn world(root: &Path) -> Surroundings {
    let pyenv = root.join("pyenv");
    let shim = PYENV_SHIM.replace("ROOT", pyenv.to_str().unwrap());
    for name in ["python", "python3", "python3.11", "python3.12"] {
        program(&pyenv.join("shims").join(name), &shim);
    }
    for version in ["3.9.18", "3.11.7", "3.12.1", "3.12.10", "pypy3.9-7.3.15"] {
        for name in ["python3", "python"] {
            program(
                &pyenv.join("versions").join(version).join("bin").join(name),
                "x",
            );
        }
    }
    program(&pyenv.join("versions/3.12.10/bin/python3.12"), "x");
    program(&root.join("local/bin/python3.10"), "x");
    program(&root.join("local/bin/python3"), "x");
    tilsit_files::write(pyenv.join("version"), "3.11.7\n").unwrap();
    Surroundings {
        working_folder: root.join("work/project/src"),
        path_folders: vec![pyenv.join("shims"), root.join("local/bin")],
        shims: ShimVariables {
            pyenv_root: Some(pyenv),
            ..ShimVariables::default()
        },
        ..Surroundings::default()
    }
}

#[test]
fn the_search_goes_from_near_to_far_and_past_shims() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut surroundings = world(root);
    assert_eq!(
        candidates(root, ">=3.10", Scope::Base, &surroundings),
        [
            "a shim of the search path: pyenv/versions/3.11.7/bin/python3",
            "a shim of the search path: pyenv/versions/3.11.7/bin/python",
            "the search path: local/bin/python3",
            "the search path: local/bin/python3.10",
            "pyenv: pyenv/versions/3.12.10/bin/python3",
            "pyenv: pyenv/versions/3.12.1/bin/python3",
            "pyenv: pyenv/versions/pypy3.9-7.3.15/bin/python3",
        ]
    );
    // The shim of 3.12 leads nowhere while pyenv is set to 3.11.
    assert_eq!(
        candidates(root, "3.12", Scope::Base, &surroundings)[..4],
        [
            "a shim of the search path: pyenv/versions/3.11.7/bin/python3",
            "a shim of the search path: pyenv/versions/3.11.7/bin/python",
            "the search path: local/bin/python3",
            "pyenv: pyenv/versions/3.12.10/bin/python3",
        ]
    );
    let project = root.join("work/project");
    program(&project.join(".venv/bin/python"), "x");
    tilsit_files::write(project.join(".venv/pyvenv.cfg"), "home = /\n").unwrap();
    tilsit_files::write(project.join(".python-version"), "3.12\n").unwrap();
    surroundings.virtual_env = Some(root.join("active"));
    let found = candidates(root, "any", Scope::Any, &surroundings);
    assert_eq!(
        found[..4],
        [
            "the active environment: active",
            "the project's environment: work/project/.venv",
            "a shim of the search path: pyenv/versions/3.12.10/bin/python3",
            "a shim of the search path: pyenv/versions/3.12.10/bin/python",
        ]
    );
    assert_eq!(
        candidates(root, "any", Scope::Environment, &surroundings).len(),
        2
    );
}

#[test]
fn the_variable_of_pyenv_wins_over_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut surroundings = world(root);
    for (version, expected) in [
        (
            "3.9",
            Some("a shim of the search path: pyenv/versions/3.9.18/bin/python3"),
        ),
        (
            "3.8:3.12.1",
            Some("a shim of the search path: pyenv/versions/3.12.1/bin/python3"),
        ),
        ("system", Some("the search path: local/bin/python3")),
        ("../../local", Some("the search path: local/bin/python3")),
    ] {
        surroundings.shims.pyenv_version = Some(version.to_owned());
        let found = candidates(root, "any", Scope::Base, &surroundings);
        assert_eq!(found.first().map(String::as_str), expected, "{version}");
    }
}

#[test]
fn shims_of_asdf_and_mise_are_resolved() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let asdf = "#!/usr/bin/env bash\n# asdf-plugin: python 3.12.1\nexec asdf exec \"python3\"\n";
    program(&root.join("asdf/shims/python3"), asdf);
    program(&root.join("asdf/installs/python/3.12.1/bin/python3"), "x");
    program(&root.join("asdf/installs/python/3.9.1/bin/python3"), "x");
    // The program of mise is large; its shims are links to it.
    program(&root.join("usr/mise"), &"x".repeat(20_000));
    tilsit_files::create_dir_all(root.join("mise/shims")).unwrap();
    tilsit_files::symlink(root.join("usr/mise"), root.join("mise/shims/python3")).unwrap();
    program(&root.join("mise/installs/python/3.13.0/bin/python3"), "x");
    let work = root.join("work");
    tilsit_files::create_dir_all(&work).unwrap();
    tilsit_files::write(work.join("mise.toml"), "[tools]\npython = '3.13'\n").unwrap();
    let mut surroundings = Surroundings {
        working_folder: work.clone(),
        path_folders: vec![root.join("asdf/shims"), root.join("mise/shims")],
        ..Surroundings::default()
    };
    let find = |surroundings: &Surroundings| candidates(root, "any", Scope::Base, surroundings);
    assert_eq!(
        find(&surroundings),
        [
            "a shim of the search path: asdf/installs/python/3.12.1/bin/python3",
            "a shim of the search path: mise/installs/python/3.13.0/bin/python3",
        ]
    );
    tilsit_files::write(work.join(".tool-versions"), "python 3.9.1\n").unwrap();
    assert_eq!(
        find(&surroundings)[0],
        "a shim of the search path: asdf/installs/python/3.9.1/bin/python3"
    );
    surroundings.shims.asdf_python_version = Some("3.12.1".to_owned());
    assert_eq!(
        find(&surroundings)[0],
        "a shim of the search path: asdf/installs/python/3.12.1/bin/python3"
    );
}

#[test]
fn conda_counts_as_an_environment_unless_it_is_the_base() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let conda = root.join("conda");
    tilsit_files::create_dir_all(conda.join("envs/work")).unwrap();
    let mut surroundings = Surroundings {
        working_folder: root.to_path_buf(),
        conda_prefix: Some(conda.join("envs/work")),
        conda_default_env: Some("work".to_owned()),
        ..Surroundings::default()
    };
    let find =
        |surroundings: &Surroundings| candidates(root, "any", Scope::Environment, surroundings);
    assert_eq!(
        find(&surroundings),
        ["the conda environment: conda/envs/work"]
    );
    surroundings.conda_prefix = Some(conda.clone());
    surroundings.conda_default_env = Some("base".to_owned());
    assert_eq!(find(&surroundings), [""; 0]);
    // Activated by its path, its name is that path.
    surroundings.conda_default_env = Some(conda.display().to_string());
    tilsit_files::create_dir_all(conda.join("condabin")).unwrap();
    assert_eq!(find(&surroundings), [""; 0]);
}

#[test]
fn what_managers_keep_is_found_without_their_shims() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let home = root.join("home");
    for place in [
        ".asdf/installs/python/3.10.1",
        ".local/share/mise/installs/python/3.11.2",
        ".local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu",
        ".pyenv/versions/3.8.1",
    ] {
        program(&home.join(place).join("bin/python3"), "x");
    }
    let surroundings = Surroundings {
        working_folder: root.to_path_buf(),
        home: Some(home),
        ..Surroundings::default()
    };
    assert_eq!(
        candidates(root, "any", Scope::Base, &surroundings),
        [
            "pyenv: home/.pyenv/versions/3.8.1/bin/python3",
            "asdf: home/.asdf/installs/python/3.10.1/bin/python3",
            "mise: home/.local/share/mise/installs/python/3.11.2/bin/python3",
            "uv: home/.local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3",
        ]
    );
}

#[test]
fn a_file_beside_an_interpreter_saves_running_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let script = format!("#!/bin/sh\necho asked > {}/asked\nexit 1\n", root.display());
    program(&root.join("prefix/bin/python3.14"), &script);
    tilsit_files::create_dir_all(root.join("prefix/lib/python3.14")).unwrap();
    let details = include_str!("../build_details/sample.json");
    let path = root.join("prefix/lib/python3.14/build-details.json");
    tilsit_files::write(path, details).unwrap();
    tilsit_files::symlink("python3.14", root.join("prefix/bin/python3")).unwrap();
    let surroundings = Surroundings {
        working_folder: root.to_path_buf(),
        path_folders: vec![root.join("prefix/bin")],
        ..Surroundings::default()
    };
    let find = |request: &str| {
        let request = request.parse().unwrap();
        let error = super::find(&request, Scope::Base, &surroundings).unwrap_err();
        let super::FindError::NoInterpreter { passed_over, .. } = error else {
            panic!("{error}");
        };
        let ours = passed_over
            .iter()
            .find(|place| place.path.starts_with(root));
        ours.map(ToString::to_string).unwrap_or_default()
    };
    let found = find("<3.14,>3.13.90");
    assert!(
        found.ends_with("(the search path): cpython 3.14.0rc2"),
        "{found}"
    );
    assert!(!root.join("asked").exists());
    // What fits is probed.
    let found = find("3.14.0rc2+freethreaded+debug");
    assert!(found.contains("failed (exit status: 1)"), "{found}");
    assert!(root.join("asked").exists());
}
