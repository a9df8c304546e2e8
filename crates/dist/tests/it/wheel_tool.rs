//! What becomes of wheels and eggs, beside pypa's `wheel` (ring ci).

use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_archive::Limits;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_dist::egg::convert;
use tilsit_dist::wheel::Wheel;
use tilsit_dist::wheel::change::{NewTags, PackOptions, pack, retag, unpack};
use tilsit_testing::TestDistribution;

/// The environment with the tool; none where tests may not fetch.
fn tool() -> Option<PathBuf> {
    let environment = tilsit_testing::python_environment("wheel-tool", &["wheel==0.48.0"]);
    Some(tilsit_testing::require("pypa's wheel", environment)?.join("bin/wheel"))
}

fn run(tool: &Path, arguments: &[&str], folder: &Path) {
    let mut command = Command::new(tool);
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// The names of the wheels in a folder, and of the files in each.
fn wheels(folder: &Path) -> Vec<(String, Vec<String>)> {
    let entries = tilsit_files::read_dir(folder).unwrap().into_iter();
    let wheels =
        entries.filter(|entry| entry.path.extension().is_some_and(|suffix| suffix == "whl"));
    let names = wheels.map(|entry| {
        let wheel = Wheel::open(&entry.path, &Limits::default()).unwrap();
        wheel.verify().unwrap();
        let mut files: Vec<String> = wheel.files().iter().map(|file| file.name.clone()).collect();
        files.sort();
        (wheel.text_name().to_owned(), files)
    });
    names.collect()
}

/// Two folders with the same wheel, and the wheel's name.
fn two(made: &TestDistribution) -> (tempfile::TempDir, [PathBuf; 2], String) {
    let folder = tempfile::tempdir().unwrap();
    let both = ["ours", "theirs"].map(|name| folder.path().join(name));
    for side in &both {
        tilsit_files::create_dir(side).unwrap();
        tilsit_files::write(side.join(made.wheel_name()), made.wheel()).unwrap();
    }
    (folder, both, made.wheel_name())
}

#[test]
fn eggs_become_the_same_wheels() {
    let Some(tool) = tool() else { return };
    // Shapes of names of real eggs; theirs of compiled code have tags that no installer takes.
    let eggs = [
        ("vcard", "0.7.8", "-py2.7"),
        ("infi.registry", "0.1.1", "-py2.7"),
        ("py.saunter", "0.40", "-py3.11"),
        ("django_acollabauth", "0.1", ""),
        ("marrow.wsgi.egress.compression", "1.1", "-py2.7"),
        ("ToscaWidgets", "0.9.12", "-py2.6"),
    ];
    for (name, version, rest) in eggs {
        let folder = tempfile::tempdir().unwrap();
        let [ours, theirs] = ["ours", "theirs"].map(|name| folder.path().join(name));
        tilsit_files::create_dir(&theirs).unwrap();
        let egg = folder.path().join(format!("{name}-{version}{rest}.egg"));
        let pkg_info = format!("Metadata-Version: 1.1\nName: {name}\nVersion: {version}\n");
        let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
        for (path, text) in [
            ("EGG-INFO/PKG-INFO", pkg_info.as_str()),
            ("EGG-INFO/requires.txt", "six\n"),
            ("EGG-INFO/entry_points.txt", "[console_scripts]\na = b:c\n"),
            ("EGG-INFO/top_level.txt", "b\n"),
            ("b/__init__.py", ""),
        ] {
            zip.add_file(path, text.as_bytes(), false).unwrap();
        }
        tilsit_files::write(&egg, zip.finish().unwrap()).unwrap();
        convert(&egg, &ours, "test").unwrap();
        run(&tool, &["convert", &egg.to_string_lossy()], &theirs);
        assert_eq!(wheels(&ours), wheels(&theirs), "{name}");
    }
}

#[test]
fn tags_are_changed_to_the_same_names() {
    let Some(tool) = tool() else { return };
    let cases: [(&[&str], NewTags); 6] = [
        (
            &["--python-tag", "py38.py37"],
            NewTags {
                python: Some("py38.py37".to_owned()),
                ..NewTags::default()
            },
        ),
        (
            &["--python-tag", "+py2"],
            NewTags {
                python: Some("+py2".to_owned()),
                ..NewTags::default()
            },
        ),
        (
            &["--abi-tag", "cp38.abi3", "--platform-tag", "linux_x86_64"],
            NewTags {
                abi: Some("cp38.abi3".to_owned()),
                platform: Some("linux_x86_64".to_owned()),
                ..NewTags::default()
            },
        ),
        (
            &["--platform-tag", "+win32"],
            NewTags {
                platform: Some("+win32".to_owned()),
                ..NewTags::default()
            },
        ),
        (
            &["--build", "1bar"],
            NewTags {
                build: Some("1bar".to_owned()),
                ..NewTags::default()
            },
        ),
        (
            &["--build", ""],
            NewTags {
                build: Some(String::new()),
                ..NewTags::default()
            },
        ),
    ];
    for (arguments, tags) in cases {
        let (_folder, [ours, theirs], name) = two(&TestDistribution::new("demo", "1.0"));
        let wheel = Wheel::open(ours.join(&name), &Limits::default()).unwrap();
        retag(&wheel, &tags, &ours).unwrap();
        run(
            &tool,
            &[&["tags"], arguments, &[name.as_str()]].concat(),
            &theirs,
        );
        assert_eq!(wheels(&ours), wheels(&theirs), "{arguments:?}");
    }
}

#[test]
fn folders_are_packed_to_the_same_names() {
    let Some(tool) = tool() else { return };
    let cases: [(&[&str], Option<&str>, Option<&str>); 4] = [
        (&[], None, None),
        (&["--build-number", "3a"], Some("3a"), None),
        (&["--local-version", "cuda.12"], None, Some("cuda.12")),
        (
            &["--build-number", "", "--local-version", ""],
            Some(""),
            Some(""),
        ),
    ];
    for (arguments, build, local) in cases {
        let (_folder, [ours, theirs], name) = two(&TestDistribution::new("demo", "1.0"));
        let wheel = Wheel::open(ours.join(&name), &Limits::default()).unwrap();
        let tree = unpack(&wheel, &ours).unwrap();
        run(&tool, &["unpack", &name], &theirs);
        let options = PackOptions {
            build: build.map(str::to_owned),
            local_version: local.map(str::to_owned),
            ..PackOptions::default()
        };
        pack(&tree, &ours, &options).unwrap();
        run(
            &tool,
            &[&["pack"], arguments, &["demo-1.0"]].concat(),
            &theirs,
        );
        assert_eq!(wheels(&ours), wheels(&theirs), "{arguments:?}");
    }
}
