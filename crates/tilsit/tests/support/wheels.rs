//! Small wheels and indexes for the tests, made by our own writer and served by our own server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tilsit_dist::wheel::{WheelWriter, WheelWriterOptions};

/// Writes the wheel of `name` (as in file names, with `_`) into `folder`: one module that knows its
/// version, and a program of the project's name.
pub(crate) fn wheel(folder: &Path, name: &str, version: &str, requires: &[&str]) -> PathBuf {
    let module = format!("VERSION = \"{version}\"\ndef main():\n    print(\"{name} {version}\")\n");
    let program = format!("[console_scripts]\n{name} = {name}:main\n");
    write(folder, (name, version), requires, (&module, &program), &[])
}

#[allow(
    dead_code,
    reason = "each harness includes this file and uses a part of it"
)]
/// The same with these entry points, which tell their arguments too, and data files, by their paths
/// below `share`.
pub(crate) fn wheel_with(
    folder: &Path,
    (name, version): (&str, &str),
    requires: &[&str],
    entry_points: &str,
    shared: &[&str],
) -> PathBuf {
    let module = format!(
        "import sys\nVERSION = \"{version}\"\ndef main():\n    print(\"{name} {version}\", *sys.argv[1:])\n"
    );
    write(
        folder,
        (name, version),
        requires,
        (&module, entry_points),
        shared,
    )
}

fn write(
    folder: &Path,
    (name, version): (&str, &str),
    requires: &[&str],
    (module, entry_points): (&str, &str),
    shared: &[&str],
) -> PathBuf {
    let mut metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
    for requirement in requires {
        // A requirement of Python stands among the others here.
        if let Some(python) = requirement.strip_prefix("python")
            && python.starts_with(['<', '>', '=', '!', '~'])
        {
            let _ = writeln!(metadata, "Requires-Python: {python}");
            continue;
        }
        // So do other fields.
        if requirement.starts_with("License: ") || requirement.starts_with("Classifier: ") {
            let _ = writeln!(metadata, "{requirement}");
            continue;
        }
        let _ = writeln!(metadata, "Requires-Dist: {requirement}");
        if let Some((_, extra)) = requirement.split_once("extra == ") {
            let _ = writeln!(metadata, "Provides-Extra: {}", extra.trim_matches('\''));
        }
    }
    let wheel_file =
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let stem = format!("{name}-{version}");
    let mut writer = WheelWriter::new(Vec::new(), &stem, WheelWriterOptions::default());
    let path = format!("{name}/__init__.py");
    writer
        .add_file(&path, module.as_bytes(), false)
        .expect("a small wheel is written");
    for path in shared {
        let path = format!("{stem}.data/data/share/{path}");
        writer
            .add_file(&path, version.as_bytes(), false)
            .expect("a small wheel is written");
    }
    for (path, text) in [
        ("METADATA", metadata.as_str()),
        ("WHEEL", wheel_file),
        ("entry_points.txt", entry_points),
    ] {
        writer
            .add_dist_info(path, text.as_bytes())
            .expect("a small wheel is written");
    }
    let path = folder.join(format!("{stem}-py3-none-any.whl"));
    std::fs::create_dir_all(folder).expect("a small wheel is written");
    std::fs::write(&path, writer.finish().expect("a small wheel is written"))
        .expect("a small wheel is written");
    path
}

#[allow(
    dead_code,
    reason = "each harness includes this file and uses a part of it"
)]
/// The wheels that most tests use: `app` needs `lib`, which is there in three versions.
pub(crate) fn usual(folder: &Path) {
    wheel(folder, "app", "1.0", &["lib>=1"]);
    wheel(folder, "lib", "1.0", &[]);
    wheel(folder, "lib", "1.5", &[]);
    wheel(folder, "lib", "2.0rc1", &[]);
    wheel(
        folder,
        "fancy",
        "1.0",
        &["lib<1.5", "extra-lib; extra == 'more'"],
    );
    wheel(folder, "extra_lib", "3.1", &[]);
}
