//! `bundle` and `sync --bundle`: a lock and its wheels in one file, installed where no index is.

use insta::assert_snapshot;

use crate::Sandbox;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app']
[dependency-groups]
dev = ['fancy']
[build-system]
requires = []
build-backend = 'tilsit_build'
";

fn sandbox() -> Option<Sandbox> {
    let sandbox = crate::sandbox()?;
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.write("src/demo/__init__.py", "VERSION = '0.1'\n");
    Some(sandbox)
}

/// Takes the source of all wheels away, and everything that was kept of them.
fn go_offline(sandbox: &Sandbox) {
    let wheels = sandbox.root().join("wheels");
    std::fs::rename(&wheels, wheels.with_file_name("gone")).unwrap();
    std::fs::remove_dir_all(sandbox.root().join("cache")).unwrap();
}

#[test]
fn a_bundle_is_installed_without_any_index() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let made = sandbox.run_well("bundle --no-dev -o app.zip");
    assert!(
        made.stderr.contains("Bundled 3 wheels in app.zip"),
        "{made}"
    );
    let bytes = std::fs::read(sandbox.path("app.zip")).unwrap();
    sandbox.run_well("bundle --no-dev -o again.zip --frozen");
    assert_eq!(std::fs::read(sandbox.path("again.zip")).unwrap(), bytes);
    go_offline(&sandbox);
    sandbox.run_well("sync --bundle app.zip");
    assert_eq!(
        crate::installed(&sandbox),
        "app==1.0\ndemo==0.1\nlib==1.0\n"
    );
    // What is there is looked at; the project may be another one in the same version.
    let again = sandbox.run_well("sync --bundle app.zip");
    assert!(again.stderr.contains("~ demo==0.1"), "{again}");
    assert!(!again.stderr.contains("lib"), "{again}");
    // A machine that has nothing but the bundle.
    std::fs::remove_file(sandbox.path("pyproject.toml")).unwrap();
    std::fs::remove_file(sandbox.path("pylock.toml")).unwrap();
    std::fs::remove_dir_all(sandbox.path("src")).unwrap();
    std::fs::remove_dir_all(sandbox.path(".venv")).unwrap();
    sandbox.run_well("sync --bundle app.zip");
    assert_eq!(
        crate::installed(&sandbox),
        "app==1.0\ndemo==0.1\nlib==1.0\n"
    );
}

#[test]
fn what_was_left_out_of_a_bundle_is_not_installed() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("bundle --no-install-project --group dev -o app.zip");
    let (exit, envelope) = sandbox.run_json("bundle --only-dev -o dev.zip");
    assert_eq!(exit, 0, "{envelope}");
    let files = envelope["result"]["files"].as_array().unwrap();
    let names = files.iter().map(|file| file["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["fancy-1.0-py3-none-any.whl", "lib-1.0-py3-none-any.whl"]
    );
    go_offline(&sandbox);
    sandbox.run_well("sync --bundle app.zip");
    assert_eq!(
        crate::installed(&sandbox),
        "app==1.0\nfancy==1.0\nlib==1.0\n"
    );
}

#[test]
fn bundles_are_made_for_other_environments() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let wheels = sandbox.root().join("wheels");
    for tag in ["cp312-cp312-win_amd64", "cp312-cp312-manylinux_2_17_x86_64"] {
        native(&wheels, tag);
    }
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("['app']", "['app', 'native']"),
    );
    let (exit, envelope) = sandbox.run_json(
        "bundle -o app.zip --python-version 3.12 --python-platform windows --python-platform \
         x86_64-manylinux_2_28",
    );
    assert_eq!(exit, 0, "{envelope}");
    let files = envelope["result"]["files"].as_array().unwrap();
    let native: Vec<&str> = files
        .iter()
        .filter_map(|file| file["name"].as_str())
        .filter(|name| name.starts_with("native"))
        .collect();
    assert_eq!(
        native,
        [
            "native-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
            "native-1.0-cp312-cp312-win_amd64.whl"
        ]
    );
    // For others there is nothing, and it is said of which and where.
    assert_snapshot!(
        sandbox.run("bundle -o other.zip --python-version 3.12 --python-platform macos"),
        @"
    exit: 2
    -- stderr
    error: no wheel of package `native` (packages[4]) fits the environment, and there is no sdist [TL0107]
      caused by: for Python 3.12 on macos
    "
    );
    assert!(!sandbox.path("other.zip").exists());
    sdist(&wheels, "built", "1.0");
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("['app']", "['app', 'built']"),
    );
    assert_snapshot!(
        sandbox.run("bundle -o other.zip --python-version 3.12 --python-platform windows"),
        @"
    exit: 1
    -- stderr
    Locked 5 packages in [TIME]
    Building wheel for `.`
    Successfully built `.` in [TIME]
    error: some of what the lock names has no wheel that could be bundled [TL0110]
      caused by: `built` 1.0 for Python 3.12 on windows
    hint: bundle on a machine of that kind, where it is built, or publish a wheel of it
    "
    );
    // Here it is built.
    let made = sandbox.run_well("bundle -o here.zip --no-dev");
    assert!(made.stderr.contains("Bundled 4 wheels"), "{made}");
}

/// A wheel for one kind of machine.
fn native(folder: &std::path::Path, tag: &str) {
    let stem = "native-1.0";
    let options = tilsit_dist::wheel::WheelWriterOptions::default();
    let mut writer = tilsit_dist::wheel::WheelWriter::new(Vec::new(), stem, options);
    writer.add_file("native.py", b"", false).unwrap();
    let metadata = "Metadata-Version: 2.1\nName: native\nVersion: 1.0\n";
    let wheel =
        format!("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tag}\n");
    writer
        .add_dist_info("METADATA", metadata.as_bytes())
        .unwrap();
    writer.add_dist_info("WHEEL", wheel.as_bytes()).unwrap();
    let path = folder.join(format!("{stem}-{tag}.whl"));
    std::fs::write(path, writer.finish().unwrap()).unwrap();
}

/// A source archive that our backend builds.
fn sdist(folder: &std::path::Path, name: &str, version: &str) {
    let stem = format!("{name}-{version}");
    let metadata = format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n");
    let pyproject = format!(
        "[project]\nname = '{name}'\nversion = '{version}'\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n"
    );
    let mut writer = tilsit_dist::sdist::SdistWriter::new(&stem, 0);
    let module = format!("src/{name}/__init__.py");
    for (path, text) in [
        ("PKG-INFO", metadata),
        ("pyproject.toml", pyproject),
        (&module, String::new()),
    ] {
        writer.add_file(path, text.into_bytes(), false);
    }
    let path = folder.join(format!("{stem}.tar.gz"));
    std::fs::write(path, writer.finish().unwrap()).unwrap();
}

#[test]
fn bundles_that_are_damaged_or_of_another_lock_are_refused() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.run_well("bundle -o app.zip");
    let whole = std::fs::read(sandbox.path("app.zip")).unwrap();
    std::fs::write(sandbox.path("half.zip"), &whole[..whole.len() / 2]).unwrap();
    assert_snapshot!(sandbox.run("sync --bundle half.zip"), @"
    exit: 1
    -- stderr
    error: `[ROOT]/project/half.zip` is no bundle that can be used [TL0110]
      caused by: not a zip archive: it does not end in an end record
    hint: copy it again, and compare its SHA-256 with the one that `tilsit bundle` said
    ");
    assert_snapshot!(sandbox.run("sync --bundle absent.zip"), @"
    exit: 5
    -- stderr
    error: cannot open `[ROOT]/project/absent.zip` [TL0011]
      caused by: No such file or directory (os error 2)
    ");
    assert_eq!(sandbox.run("sync --bundle app.zip --group dev").exit, 2);
    assert_eq!(sandbox.run("sync --bundle app.zip --frozen").exit, 2);
    assert!(!sandbox.path(".venv").exists());
    sandbox.write("pyproject.toml", &PROJECT.replace("['app']", "['lib']"));
    sandbox.run_well("lock");
    assert_snapshot!(sandbox.run("sync --bundle app.zip"), @"
    exit: 1
    -- stderr
    error: the bundle was made of another lock than `pylock.toml` [TL0110]
    hint: `tilsit bundle` makes one of the lock that is here
    ");
    // Rules of the project are about what a bundle brings too.
    sandbox.write("pyproject.toml", PROJECT);
    sandbox.run_well("lock");
    sandbox.run_well("bundle -o app.zip");
    let rules = format!("{PROJECT}[tool.tilsit.policy]\nforbidden = ['lib']\n");
    sandbox.write("pyproject.toml", &rules);
    let refused = sandbox.run("sync --bundle app.zip");
    assert_eq!(refused.exit, 1, "{refused}");
    assert!(
        refused.stderr.contains("`lib` 1.0 is forbidden"),
        "{refused}"
    );
    assert_eq!(crate::installed(&sandbox), "");
}
