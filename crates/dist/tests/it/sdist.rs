//! Source distributions: what is read, what is static, what is refused, what is unpacked.

use tilsit_archive::Limits;
use tilsit_archive::compression::gzip;
use tilsit_archive::tar::TarWriter;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_dist::sdist::{Sdist, SdistWriter, unpack};

const NAME: &str = "demo_pkg-1.0.tar.gz";
const PKG_INFO: &str = "Metadata-Version: 2.4\nName: demo-pkg\nVersion: 1.0\n";

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = TarWriter::new(Vec::new(), 0);
    for (path, contents) in files {
        tar.add_file(path, contents.as_bytes(), false).unwrap();
    }
    gzip(&tar.finish().unwrap(), 6)
}

fn sound(pkg_info: &str) -> Vec<u8> {
    archive(&[
        ("demo_pkg-1.0/PKG-INFO", pkg_info),
        ("demo_pkg-1.0/pyproject.toml", "[project]\n"),
        ("demo_pkg-1.0/src/demo.py", ""),
    ])
}

fn open(name: &str, bytes: &[u8]) -> Result<Sdist, String> {
    Sdist::from_bytes(name, bytes, &Limits::default()).map_err(|error| error.to_string())
}

fn findings(sdist: &Sdist) -> Vec<String> {
    sdist.findings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_one_has_no_findings() {
    let sdist = open(NAME, &sound(PKG_INFO)).unwrap();
    assert_eq!(findings(&sdist), [""; 0]);
    assert_eq!(sdist.top_folder(), "demo_pkg-1.0");
    assert_eq!(sdist.pyproject(), Some(b"[project]\n".as_slice()));
    assert!(sdist.has_file("src/demo.py"));
    assert!(!sdist.has_file("src"));
    assert_eq!(sdist.static_metadata().unwrap().name(), "demo-pkg");
    assert_eq!(sdist.entries().len(), 3);
}

#[test]
fn metadata_is_static_from_2_2_on_unless_said_otherwise() {
    let cases = [
        ("2.1", "", false),
        ("2.2", "", true),
        ("2.4", "", true),
        ("2.4", "Dynamic: Summary\n", true),
        ("2.4", "Dynamic: Requires-Dist\n", false),
        ("2.4", "Dynamic: requires-python\n", false),
        ("2.4", "Dynamic: Provides-Extra\n", false),
    ];
    for (version, more, expected) in cases {
        let text = PKG_INFO.replace("2.4", version) + more;
        let sdist = open(NAME, &sound(&text)).unwrap();
        assert_eq!(
            sdist.static_metadata().is_some(),
            expected,
            "{version} {more}"
        );
        assert!(sdist.metadata().is_some());
    }
}

#[test]
fn what_is_refused() {
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        (
            "no source distribution may have",
            "demo_pkg.txt",
            sound(PKG_INFO),
        ),
        (
            "the top folder says `demo_pkg-1.0`",
            "other-1.0.tar.gz",
            sound(PKG_INFO),
        ),
        (
            "the top folder says `demo_pkg-1.0`",
            "demo_pkg-1.1.tar.gz",
            sound(PKG_INFO),
        ),
        (
            "PKG-INFO says `other 1.0`",
            NAME,
            sound(&PKG_INFO.replace("demo-pkg", "other")),
        ),
        (
            "PKG-INFO says `demo-pkg 2`",
            NAME,
            sound(&PKG_INFO.replace("1.0", "2")),
        ),
        (
            "metadata that cannot be used",
            NAME,
            sound("Name: demo-pkg\n"),
        ),
        (
            "beside its top folder",
            NAME,
            archive(&[("demo_pkg-1.0/a", ""), ("other/b", "")]),
        ),
        (
            "beside its top folder",
            NAME,
            archive(&[("demo_pkg-1.0/a", ""), ("b", "")]),
        ),
        ("beside its top folder", NAME, archive(&[("a", "")])),
        ("is empty", NAME, archive(&[])),
        (
            "is not a sound archive",
            NAME,
            b"not a tar archive".to_vec(),
        ),
        (
            "is not a sound archive",
            NAME,
            ZipWriter::new(Vec::new(), ZipWriterOptions::default())
                .finish()
                .unwrap(),
        ),
        (
            "is not a sound archive",
            "demo_pkg-1.0.zip",
            sound(PKG_INFO),
        ),
    ];
    for (expected, name, bytes) in cases {
        let message = open(name, &bytes).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn older_forms_are_read_and_told() {
    let bytes = archive(&[("Demo.Pkg-1.0/setup.py", "")]);
    let sdist = open("Demo.Pkg-1.0.tar.gz", &bytes).unwrap();
    assert_eq!(
        findings(&sdist),
        [
            "`Demo.Pkg-1.0`: is not spelled `demo_pkg-1.0`, as the standard has it",
            "`PKG-INFO`: is missing",
            "`pyproject.toml`: is missing: only `setup.py` says how to build",
        ]
    );
    let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    zip.add_folder("demo_pkg-1.0").unwrap();
    zip.add_file("demo_pkg-1.0/PKG-INFO", PKG_INFO.as_bytes(), false)
        .unwrap();
    let sdist = open("demo_pkg-1.0.zip", &zip.finish().unwrap()).unwrap();
    assert_eq!(
        findings(&sdist),
        [
            "`pyproject.toml`: is missing, and so is `setup.py`: nothing says how to build",
            "`demo_pkg-1.0.zip`: is not a .tar.gz file, the one form of today",
        ]
    );
}

#[test]
fn what_is_written_reads_back_and_is_the_same_each_time() {
    let write = |reverse: bool| {
        let mut writer = SdistWriter::new("demo_pkg-1.0", 1_580_601_600);
        let mut files = vec![
            ("pyproject.toml", "[project]\n"),
            ("PKG-INFO", PKG_INFO),
            ("src/demo.py", "answer = 42\n"),
        ];
        if reverse {
            files.reverse();
        }
        for (path, contents) in files {
            writer.add_file(path, contents.as_bytes().to_vec(), false);
        }
        writer.finish().unwrap()
    };
    let bytes = write(false);
    assert_eq!(bytes, write(true));
    let sdist = open(NAME, &bytes).unwrap();
    assert_eq!(findings(&sdist), [""; 0]);
    let mut writer = SdistWriter::new("demo_pkg-1.0", 0);
    writer.add_file("../evil", Vec::new(), false);
    let error = writer.finish().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot write the source distribution of `demo_pkg-1.0`"
    );
}

#[test]
fn unpacks_inside_its_folder_without_links() {
    let folder = tempfile::tempdir().unwrap();
    let unpacked = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        tilsit_files::write(&path, bytes).unwrap();
        let destination = folder.path().join(format!("{name}.d"));
        tilsit_files::create_dir(&destination).unwrap();
        unpack(&path, &destination, &Limits::default()).map_err(|error| error.to_string())
    };
    let top = unpacked(NAME, &sound(PKG_INFO)).unwrap();
    assert!(top.ends_with("demo_pkg-1.0"));
    assert_eq!(
        tilsit_files::read(top.join("PKG-INFO")).unwrap(),
        PKG_INFO.as_bytes()
    );
    let kinds: Vec<_> = tilsit_files::walk(&top)
        .unwrap()
        .iter()
        .map(|entry| entry.kind)
        .collect();
    assert!(!kinds.contains(&tilsit_files::FileKind::Symlink));

    // `link` leads to `target`, `chain` to `link`, `folder` and `gone` to no file.
    let mut tar = Vec::new();
    for (name, kind, target) in [
        ("p-1/chain", b'2', "sub/link"),
        ("p-1/sub/link", b'2', "../target"),
        ("p-1/folder", b'2', "sub"),
        ("p-1/gone", b'2', "nowhere"),
    ] {
        tar.extend(link(name, kind, target));
    }
    let mut writer = TarWriter::new(Vec::new(), 0);
    writer.add_file("p-1/target", b"contents", true).unwrap();
    tar.extend(writer.finish().unwrap());
    let top = unpacked("p-1.tar.gz", &gzip(&tar, 6)).unwrap();
    for name in ["target", "chain", "sub/link"] {
        let path = top.join(name);
        assert_eq!(tilsit_files::read(&path).unwrap(), b"contents", "{name}");
        let metadata = tilsit_files::symlink_metadata(&path).unwrap();
        assert!(metadata.is_file());
        assert!(cfg!(windows) || tilsit_files::is_executable(&path, &metadata));
    }
    for name in ["folder", "gone"] {
        assert!(!tilsit_files::exists(top.join(name)).unwrap(), "{name}");
    }
    assert!(unpacked("two.tar.gz", &archive(&[("a/x", ""), ("b/y", "")])).is_err());
}

/// The header of a link, which no writer of ours makes.
fn link(name: &str, kind: u8, target: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[100..108].copy_from_slice(b"0000777\0");
    block[124..136].copy_from_slice(b"00000000000\0");
    block[136..148].copy_from_slice(b"00000000000\0");
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[157..157 + target.len()].copy_from_slice(target.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}
