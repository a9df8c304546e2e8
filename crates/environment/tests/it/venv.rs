//! Virtual environments: what is made, what is refused, and what Python thinks of them.

use std::path::Path;
use std::process::Command;

use tilsit_environment::venv::{Existing, VenvError, VenvOptions, create};
use tilsit_environment::{Environment, Interpreter, PythonRequest, Scope, Surroundings, discovery};

/// What a Python says about itself.
fn ask(python: &Path, expression: &str) -> String {
    let output = Command::new(python)
        .args([
            "-c",
            &format!("import sys, sysconfig, os; print({expression})"),
        ])
        .env_remove("PYTHONPATH")
        .output()
        .expect("Python starts");
    let text = String::from_utf8(output.stdout).expect("the answer is UTF-8");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.trim().to_owned()
}

#[test]
fn each_python_of_the_machine_works_in_its_environment() {
    let pythons = super::pythons();
    let Some(_) = tilsit_testing::require("a Python", pythons.first()) else {
        return;
    };
    for python in pythons {
        let folder = tempfile::tempdir().unwrap();
        let base = Interpreter::at(&python, None).unwrap();
        let root = folder.path().join("env");
        let made = create(&base, &root, &VenvOptions::default()).unwrap();
        let text = root.to_str().unwrap();
        let name = python.display();
        assert_eq!(ask(made.executable(), "sys.prefix"), text, "{name}");
        let base_prefix = base.probe().base_prefix.to_str().unwrap();
        assert_eq!(
            ask(made.executable(), "sys.base_prefix"),
            base_prefix,
            "{name}"
        );
        let paths = made.install_paths();
        for (key, path) in [
            ("purelib", &paths.purelib),
            ("platlib", &paths.platlib),
            ("scripts", &paths.scripts),
            ("data", &paths.data),
        ] {
            let found = ask(made.executable(), &format!("sysconfig.get_path('{key}')"));
            assert_eq!(found, path.to_str().unwrap(), "{name} {key}");
        }
        // Only the environment's own packages are on the path.
        let site = ask(
            made.executable(),
            "[p for p in sys.path if 'packages' in p]",
        );
        assert_eq!(site, format!("['{}']", paths.purelib.display()), "{name}");
        assert_eq!(Environment::of(made.clone()).also_seen(), [] as [&Path; 0]);
        // And the same from outside: no Python is run, the facts are the base's.
        let found = Interpreter::at(&root, None).unwrap();
        assert_eq!(found.install_paths(), paths);
        assert_eq!(found.base_executable(), base.base_executable());
        assert_eq!(found.virtual_environment(), made.virtual_environment());
    }
}

#[test]
fn pypy_works_in_its_environment() {
    let program = Path::new("/usr/bin/pypy3");
    let Some(program) = tilsit_testing::require("PyPy", program.is_file().then_some(program))
    else {
        return;
    };
    let base = Interpreter::at(program, None).unwrap();
    assert_eq!(base.implementation(), "pypy");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("env");
    let made = create(&base, &root, &VenvOptions::default()).unwrap();
    let (major, minor) = base.major_minor();
    for name in ["python", "python3", "pypy", "pypy3"] {
        let answer = ask(
            &root.join("bin").join(name),
            "sys.implementation.name, sys.prefix, __import__('ssl').__name__",
        );
        let expected = format!("pypy {} ssl", root.display());
        assert_eq!(answer, expected, "{name}");
    }
    let purelib = made.install_paths().purelib;
    let below = purelib.strip_prefix(&root).unwrap();
    let name = format!("lib/pypy{major}.{minor}/site-packages");
    assert_eq!(below, Path::new(&name));
}

#[test]
fn what_is_made() {
    let Some(base) = super::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("my env");
    let options = VenvOptions {
        prompt: Some("it's\nmine".to_owned()),
        system_site_packages: true,
        ..VenvOptions::default()
    };
    let made = Environment::of(create(&base, &root, &options).unwrap());
    let base_folder = base.install_paths().purelib;
    assert!(made.also_seen().contains(&base_folder.as_path()));
    assert!(!made.site_packages().contains(&base_folder.as_path()));
    let (major, minor) = base.major_minor();
    let mut names: Vec<String> = tilsit_files::walk(&root)
        .unwrap()
        .into_iter()
        .map(|entry| {
            entry
                .path
                .strip_prefix(&root)
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let python = format!("python{major}.{minor}");
    let lib = format!("lib/{python}");
    assert_eq!(
        names,
        [
            ".gitignore",
            "CACHEDIR.TAG",
            "bin",
            "bin/activate",
            "bin/activate.bat",
            "bin/activate.csh",
            "bin/activate.fish",
            "bin/activate.nu",
            "bin/activate.ps1",
            "bin/activate_this.py",
            "bin/deactivate.bat",
            "bin/python",
            "bin/python3",
            &format!("bin/{python}"),
            "include",
            "lib",
            &lib,
            &format!("{lib}/site-packages"),
            "lib64",
            "pyvenv.cfg",
        ]
    );
    let cfg = tilsit_files::read_to_string(root.join("pyvenv.cfg")).unwrap();
    assert!(
        cfg.contains("include-system-site-packages = true\n"),
        "{cfg}"
    );
    assert!(cfg.contains("prompt = it's mine\n"), "{cfg}");
    let version = base.version().to_string();
    assert!(cfg.contains(&format!("\nversion = {version}\n")), "{cfg}");
}

#[test]
fn what_is_there_is_not_lost() {
    let Some(base) = super::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("env");
    let make = |existing| {
        let options = VenvOptions {
            existing,
            ..VenvOptions::default()
        };
        create(&base, &root, &options)
    };
    tilsit_files::create_dir(&root).unwrap();
    tilsit_files::write(root.join("thesis.txt"), "dear").unwrap();
    for existing in [Existing::Refuse, Existing::Clear] {
        let error = make(existing).unwrap_err();
        assert!(matches!(error, VenvError::NotAnEnvironment(_)), "{error}");
    }
    assert_eq!(tilsit_files::read_dir(&root).unwrap().len(), 1);
    tilsit_files::write(root.join(".gitignore"), "mine\n").unwrap();
    make(Existing::Keep).unwrap();
    let kept = |name| tilsit_files::read_to_string(root.join(name)).unwrap();
    assert_eq!(
        (kept("thesis.txt"), kept(".gitignore")),
        ("dear".into(), "mine\n".into())
    );
    assert!(kept("CACHEDIR.TAG").starts_with("Signature: "));
    tilsit_files::remove_dir_all(&root).unwrap();
    let made = make(Existing::Refuse).unwrap();
    let mark = made.install_paths().purelib.join("mark.py");
    tilsit_files::write(&mark, "").unwrap();
    assert!(matches!(make(Existing::Refuse), Err(VenvError::Exists(_))));
    make(Existing::Keep).unwrap();
    assert!(mark.exists());
    make(Existing::Clear).unwrap();
    assert!(!mark.exists());
    let file = folder.path().join("file");
    tilsit_files::write(&file, "").unwrap();
    let error = create(&base, &file, &VenvOptions::default()).unwrap_err();
    assert!(matches!(error, VenvError::NotAnEnvironment(_)), "{error}");
    let relative = std::path::Path::new("relative");
    let error = create(&base, relative, &VenvOptions::default()).unwrap_err();
    assert!(matches!(error, VenvError::NotAbsolute(_)), "{error}");
    assert!(Interpreter::at(relative, None).is_err());
    let error = create(&base, &folder.path().join("a:b"), &VenvOptions::default()).unwrap_err();
    assert!(matches!(error, VenvError::Separator { .. }), "{error}");
}

#[test]
fn an_environment_made_from_another_does_not_need_it() {
    let Some(base) = super::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [ours, theirs, third] = ["ours", "theirs", "third"].map(|name| folder.path().join(name));
    create(&base, &ours, &VenvOptions::default()).unwrap();
    // `venv` of the standard library, from within ours, as a copy: no link leads to the base.
    let status = Command::new(ours.join("bin/python"))
        .args(["-m", "venv", "--copies", "--without-pip"])
        .arg(&theirs)
        .status()
        .unwrap();
    assert!(status.success());
    let nested = Interpreter::at(&theirs, None).unwrap();
    assert_eq!(nested.base_executable(), base.base_executable());
    let made = create(&nested, &third, &VenvOptions::default()).unwrap();
    tilsit_files::remove_dir_all(&ours).unwrap();
    tilsit_files::remove_dir_all(&theirs).unwrap();
    assert_eq!(
        ask(made.executable(), "sys.prefix"),
        third.to_str().unwrap()
    );
}

#[test]
fn a_broken_environment_is_named() {
    let Some(base) = super::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("env");
    create(&base, &root, &VenvOptions::default()).unwrap();
    tilsit_files::remove_file(root.join("bin/python")).unwrap();
    tilsit_files::symlink("/gone/bin/python3", root.join("bin/python")).unwrap();
    tilsit_files::write(root.join("pyvenv.cfg"), "home = /gone/bin\n").unwrap();
    let error = Interpreter::at(&root, None).unwrap_err().to_string();
    let expected = format!(
        "the virtual environment `{}` was made from a Python in `/gone/bin`, which is gone",
        root.display()
    );
    assert_eq!(error, expected);
    // Two environments that name each other end the search as well.
    let [left, right] = ["left", "right"].map(|name| folder.path().join(name));
    for (one, other) in [(&left, &right), (&right, &left)] {
        tilsit_files::create_dir_all(one.join("bin")).unwrap();
        tilsit_files::write(one.join("bin/python"), "x").unwrap();
        let cfg = format!("home = {}\n", other.join("bin").display());
        tilsit_files::write(one.join("pyvenv.cfg"), cfg).unwrap();
    }
    let error = Interpreter::at(&left, None).unwrap_err().to_string();
    assert!(error.ends_with("lead in a circle"), "{error}");
}

#[test]
fn the_search_finds_the_environment_and_its_base() {
    let Some(base) = super::interpreter() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join(".venv");
    create(&base, &root, &VenvOptions::default()).unwrap();
    let surroundings = Surroundings {
        working_folder: folder.path().join("src/deep"),
        path_folders: vec![root.join("bin")],
        cache_folder: Some(folder.path().join("cache")),
        ..Surroundings::default()
    };
    let find = |request: &str, scope| {
        let request: PythonRequest = request.parse().unwrap();
        discovery::find(&request, scope, &surroundings)
    };
    let found = find("any", Scope::Environment).unwrap();
    assert_eq!(found.interpreter.prefix(), root);
    let found = find("any", Scope::Base).unwrap();
    assert_eq!(found.interpreter.executable(), base.base_executable());
    assert!(found.interpreter.virtual_environment().is_none());
    let found = find(root.to_str().unwrap(), Scope::Any).unwrap();
    assert_eq!(found.interpreter.prefix(), root);
    let error = find("3.99", Scope::Any).unwrap_err().to_string();
    assert_eq!(error, "no Python found that is 3.99");
}
