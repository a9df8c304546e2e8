//! Manifests are read as written, and refused when anything in them has changed.

use super::{Command, FileKind, Manifest, ManifestError, ManifestFile, Scheme};
use tilsit_packaging::record::RecordHash;

fn sample() -> Manifest {
    let file = |path: &str, scheme, inside: &str, kind| ManifestFile {
        path: path.to_owned(),
        scheme,
        inside_start: path.len() - inside.len(),
        size_bytes: 3,
        hash: RecordHash::sha256(&[7; 32]),
        kind,
    };
    let script = "demo_x-1.0+local.data/scripts/tool";
    let program = "demo_x-1.0+local.data/scripts/run.sh";
    let module = "demo/with space/a b.py";
    Manifest {
        name: "demo-x".parse().unwrap(),
        version: "1.0+local".parse().unwrap(),
        dist_info: "demo_x-1.0+local.dist-info".to_owned(),
        root_is_purelib: true,
        tree_safe: false,
        files: vec![
            file(module, Scheme::Purelib, module, FileKind::Plain),
            file(script, Scheme::Scripts, "tool", FileKind::PythonScript),
            file(program, Scheme::Scripts, "run.sh", FileKind::Program),
        ],
        commands: vec![Command {
            is_gui: false,
            name: "demo tool".to_owned(),
            module: "demo.cli".to_owned(),
            object: "Main.run".to_owned(),
        }],
    }
}

/// The manifest with its checksum made right again.
fn sealed(body: &str) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    Manifest::seal(&mut bytes);
    bytes
}

#[test]
fn is_read_as_written() {
    let manifest = sample();
    assert_eq!(Manifest::parse(&manifest.to_bytes()), Ok(manifest));
}

#[test]
fn every_flip_and_every_cut_is_seen() {
    let bytes = sample().to_bytes();
    for index in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[index] ^= 1;
        assert!(Manifest::parse(&flipped).is_err(), "bit at {index}");
        assert!(Manifest::parse(&bytes[..index]).is_err(), "cut at {index}");
    }
}

#[test]
fn what_no_wheel_can_be_is_refused() {
    let text = String::from_utf8(sample().to_bytes()).unwrap();
    let body = &text[..text.rfind("sha256 ").unwrap()];
    assert!(Manifest::parse(&sealed(body)).is_ok());
    let line = |from: &str, to: &str| Manifest::parse(&sealed(&body.replace(from, to)));
    for (from, to) in [
        ("script scripts 30 ", "script scripts 29 "),
        ("script scripts 30 ", "script scripts 99 "),
        ("script scripts ", "script elsewhere "),
        ("demo/with space/a b.py", "/etc/passwd"),
        ("dist-info demo", "dist-info ../demo"),
        ("console demo.cli Main.run", "console demo;cli Main.run"),
        (" demo tool\n", " ../tool\n"),
        ("root purelib", "root elsewhere"),
        ("project demo-x", "project -demo"),
        ("file purelib 0 3 ", "file purelib 0 three "),
        ("tree unsafe", "woods unsafe"),
    ] {
        assert!(
            matches!(line(from, to), Err(ManifestError::Line(_))),
            "{to}"
        );
    }
    assert_eq!(
        line("root purelib\n", ""),
        Err(ManifestError::Missing("root"))
    );
    assert_eq!(line("manifest 2", "manifest 1"), Err(ManifestError::Form));
}
