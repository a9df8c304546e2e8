//! One wheel for each thing that can be wrong with one.

use tilsit_archive::Limits;
use tilsit_archive::zip::{ZipWriter, ZipWriterOptions};
use tilsit_dist::wheel::{Scheme, Wheel, WheelFile, WheelWriter, WheelWriterOptions};
use tilsit_packaging::record::RecordHash;

const NAME: &str = "demo_pkg-1.0-py3-none-any.whl";
const METADATA: &str = "Metadata-Version: 2.4\nName: demo.pkg\nVersion: 1.0\n";
const WHEEL: &str = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

/// A wheel being forged: files, and the lines of its RECORD.
struct Draft {
    files: Vec<(String, String)>,
    record: Vec<String>,
}

impl Draft {
    fn sound() -> Self {
        let mut draft = Self {
            files: Vec::new(),
            record: Vec::new(),
        };
        draft.add("demo.py", "answer = 42\n");
        draft.add("demo_pkg-1.0.dist-info/METADATA", METADATA);
        draft.add("demo_pkg-1.0.dist-info/WHEEL", WHEEL);
        draft
            .record
            .push("demo_pkg-1.0.dist-info/RECORD,,".to_owned());
        draft
    }

    fn add(&mut self, path: &str, contents: &str) {
        let line = line(path, contents);
        self.files.push((path.to_owned(), contents.to_owned()));
        self.record.push(line);
    }

    fn replace(&mut self, path: &str, contents: &str) {
        self.files.retain(|(name, _)| name != path);
        self.record
            .retain(|line| !line.starts_with(&format!("{path},")));
        self.add(path, contents);
    }

    fn bytes(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
        for (path, contents) in &self.files {
            zip.add_file(path, contents.as_bytes(), false).unwrap();
        }
        if !self.record.is_empty() {
            let record = self.record.join("\n") + "\n";
            zip.add_file("demo_pkg-1.0.dist-info/RECORD", record.as_bytes(), false)
                .unwrap();
        }
        zip.finish().unwrap()
    }
}

fn line(path: &str, contents: &str) -> String {
    use sha2::{Digest as _, Sha256};

    let hash = RecordHash::sha256(&Sha256::digest(contents).into());
    format!("{path},{hash},{}", contents.len())
}

/// Opens and verifies; gives the findings, or what is wrong.
fn check(name: &str, bytes: &[u8]) -> Result<Vec<String>, String> {
    let wheel =
        Wheel::from_source(name, bytes, &Limits::default()).map_err(|error| error.to_string())?;
    wheel.verify().map_err(|error| error.to_string())?;
    Ok(wheel.findings().iter().map(ToString::to_string).collect())
}

fn forged(change: impl FnOnce(&mut Draft)) -> Result<Vec<String>, String> {
    let mut draft = Draft::sound();
    change(&mut draft);
    check(NAME, &draft.bytes())
}

#[test]
fn a_sound_wheel_has_no_findings() {
    assert_eq!(forged(|_| ()), Ok(vec![]));
    let spelled = check("Demo.Pkg-1.0.0-py3-none-any.whl", &Draft::sound().bytes());
    assert_eq!(spelled, Ok(vec![]));
}

#[test]
fn the_release_must_be_the_same_everywhere() {
    let bytes = Draft::sound().bytes();
    let cases = [
        (
            "other-1.0-py3-none-any.whl",
            "the `.dist-info` folder says `demo_pkg-1.0.dist-info`",
        ),
        (
            "demo_pkg-1.1-py3-none-any.whl",
            "the `.dist-info` folder says `demo_pkg-1.0.dist-info`",
        ),
        ("demo_pkg.whl", "has a name that no wheel may have"),
        (
            "demo_pkg-1.0-py3-none-any.zip",
            "has a name that no wheel may have",
        ),
    ];
    for (name, expected) in cases {
        let message = check(name, &bytes).unwrap_err();
        assert!(message.contains(expected), "{name}: {message}");
    }
    for metadata in [
        METADATA.replace("demo.pkg", "other"),
        METADATA.replace("1.0", "1.1"),
    ] {
        let path = "demo_pkg-1.0.dist-info/METADATA";
        let message = forged(|draft| draft.replace(path, &metadata)).unwrap_err();
        assert!(
            message.contains("holds another release: METADATA says"),
            "{message}"
        );
    }
}

#[test]
fn there_is_one_dist_info_with_its_files() {
    type Change = fn(&mut Draft);
    let cases: [(&str, Change); 8] = [
        ("several `.dist-info` folders", |draft| {
            draft.add("other-1.0.dist-info/METADATA", METADATA);
        }),
        ("several `.dist-info` folders", |draft| {
            draft.add("Demo_Pkg-1.0.dist-info/METADATA", METADATA);
        }),
        ("no `.dist-info` folder", |draft| {
            draft.files.truncate(1);
            draft.record.clear();
        }),
        ("has no `demo_pkg-1.0.dist-info/METADATA`", |draft| {
            draft.files.remove(1);
        }),
        ("has no `demo_pkg-1.0.dist-info/WHEEL`", |draft| {
            draft.files.remove(2);
        }),
        ("has no `demo_pkg-1.0.dist-info/RECORD`", |draft| {
            draft.record.clear();
        }),
        ("WHEEL file that cannot be used", |draft| {
            draft.replace("demo_pkg-1.0.dist-info/WHEEL", "Wheel-Version: 2.0\n");
        }),
        ("metadata that cannot be used", |draft| {
            draft.replace("demo_pkg-1.0.dist-info/METADATA", "Name: demo-pkg\n");
        }),
    ];
    for (expected, change) in cases {
        let message = forged(change).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn record_lists_every_file_as_it_is() {
    type Change = fn(&mut Draft);
    let cases: [(&str, Change); 13] = [
        ("does not list `demo.py` in RECORD", |draft| {
            draft.record.remove(0);
        }),
        ("does not list `evil.py` in RECORD", |draft| {
            draft.files.push(("evil.py".to_owned(), String::new()));
        }),
        ("lists `gone.py` in RECORD and does not hold it", |draft| {
            draft.record.push(line("gone.py", ""));
        }),
        (
            "lists `../../bin/python` in RECORD, which is not a path",
            |draft| {
                draft.record.push(line("../../bin/python", ""));
            },
        ),
        (
            "lists `/etc/passwd` in RECORD, which is not a path",
            |draft| {
                draft.record.push(line("/etc/passwd", ""));
            },
        ),
        ("lists `demo.py` in RECORD twice", |draft| {
            draft.record.push(line("demo.py", "other"));
        }),
        ("lists `demo.py` in RECORD without a hash", |draft| {
            draft.record[0] = "demo.py,,12".to_owned();
        }),
        (
            "lists `demo.py` in RECORD with a hash that is not SHA-256",
            |draft| {
                draft.record[0] = "demo.py,md5=XUFAKrxLKna5cZ2REBfFkg,12".to_owned();
            },
        ),
        (
            "lists `demo.py` in RECORD with a hash that is not SHA-256",
            |draft| {
                draft.record[0] = "demo.py,sha256=short,12".to_owned();
            },
        ),
        ("lists `demo.py` in RECORD with another hash", |draft| {
            draft.record[0] = line("demo.py", "answer = 43\n");
        }),
        ("lists `demo.py` in RECORD with another size", |draft| {
            draft.record[0] = line("demo.py", "other");
        }),
        ("RECORD that cannot be used", |draft| {
            draft.record[0] = "demo.py".to_owned();
        }),
        ("without a hash", |draft| {
            draft.add("demo_pkg-1.0.dist-info/INSTALLER", "x");
            *draft.record.last_mut().unwrap() = "demo_pkg-1.0.dist-info/INSTALLER,,".to_owned();
        }),
    ];
    for (expected, change) in cases {
        let message = forged(change).unwrap_err();
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(
            message.starts_with("the wheel `demo_pkg-1.0-py3-none-any.whl` "),
            "{message}"
        );
    }
}

#[test]
fn signatures_are_made_after_record() {
    // They may be listed without being there, or the reverse.
    let signed = forged(|draft| {
        let path = "demo_pkg-1.0.dist-info/RECORD.jws".to_owned();
        draft.files.push((path, "{}".to_owned()));
        draft
            .record
            .push("demo_pkg-1.0.dist-info/RECORD.p7s,,".to_owned());
    });
    assert_eq!(signed, Ok(vec![]));
}

#[test]
fn files_go_to_their_schemes_and_nowhere_else() {
    let mut draft = Draft::sound();
    draft.add("demo_pkg-1.0.data/purelib/a.py", "");
    draft.add("demo_pkg-1.0.data/platlib/b.so", "");
    draft.add("demo_pkg-1.0.data/headers/c.h", "");
    draft.add("demo_pkg-1.0.data/scripts/tool", "#!python\n");
    draft.add("demo_pkg-1.0.data/data/share/man/tool.1", "");
    let bytes = draft.bytes();
    let wheel = Wheel::from_source(NAME, bytes.as_slice(), &Limits::default()).unwrap();
    let found: Vec<_> = wheel
        .files()
        .iter()
        .map(|file| (file.scheme, file.path()))
        .filter(|(_, path)| !path.contains("dist-info"))
        .collect();
    assert_eq!(
        found,
        [
            (Scheme::Purelib, "demo.py"),
            (Scheme::Purelib, "a.py"),
            (Scheme::Platlib, "b.so"),
            (Scheme::Headers, "c.h"),
            (Scheme::Scripts, "tool"),
            (Scheme::Data, "share/man/tool.1"),
        ]
    );
    let cases = [
        ("demo_pkg-1.0.data/x", "in none of its schemes"),
        (
            "demo_pkg-1.0.data/stdlib/x.py",
            "a scheme that wheels do not have",
        ),
        (
            "demo_pkg-1.0.data/include/x.h",
            "a scheme that wheels do not have",
        ),
        (
            "other-1.0.data/scripts/x",
            "a `.data` folder of another release",
        ),
        (
            "demo_pkg-1.0.data/scripts/python",
            "the place of the interpreter",
        ),
        (
            "demo_pkg-1.0.data/scripts/Python3.14.exe",
            "the place of the interpreter",
        ),
        (
            "demo_pkg-1.0.data/data/bin/python3",
            "the place of the interpreter",
        ),
        (
            "demo_pkg-1.0.data/data/pyvenv.cfg",
            "the place of the interpreter",
        ),
    ];
    for (path, expected) in cases {
        let message = forged(|draft| draft.add(path, "")).unwrap_err();
        assert!(message.contains(expected), "{path}: {message}");
    }
}

#[test]
fn commands_stay_in_their_folder() {
    let cases = [
        ("../../evil = demo:main", "path separator"),
        ("/usr/bin/evil = demo:main", "path separator"),
        ("..\\evil = demo:main", "path separator"),
        ("evil = demo:main\nevil = demo:other", "evil"),
        ("python = demo:main", "the place of the interpreter"),
        ("python3.14 = demo:main", "the place of the interpreter"),
        ("evil = demo;import os", "evil"),
    ];
    for group in ["console_scripts", "gui_scripts"] {
        for (text, expected) in cases {
            let message = forged(|draft| {
                let path = "demo_pkg-1.0.dist-info/entry_points.txt";
                draft.add(path, &format!("[{group}]\n{text}\n"));
            })
            .unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}

#[test]
fn what_harms_nobody_is_a_finding() {
    type Change = fn(&mut Draft);
    let cases: [(&str, Change); 10] = [
        (
            "WHEEL: `Tag: py2-none-any`: is in WHEEL and not in the file name",
            |draft| {
                let text = format!("{WHEEL}Tag: py2-none-any\n");
                draft.replace("demo_pkg-1.0.dist-info/WHEEL", &text);
            },
        ),
        (
            "WHEEL: `Tag: py3-none-any`: is in the file name and not in WHEEL",
            |draft| {
                let text = WHEEL.replace("Tag: py3-none-any\n", "");
                draft.replace("demo_pkg-1.0.dist-info/WHEEL", &text);
            },
        ),
        ("WHEEL: `Root-Is-Purelib`: is missing", |draft| {
            let text = WHEEL.replace("Root-Is-Purelib: true\n", "");
            draft.replace("demo_pkg-1.0.dist-info/WHEEL", &text);
        }),
        (
            "METADATA: `License-File`: `LICENSE` is not there",
            |draft| {
                let text = format!("{METADATA}License-File: LICENSE\n");
                draft.replace("demo_pkg-1.0.dist-info/METADATA", &text);
            },
        ),
        ("RECORD: `demo.py`: is listed twice", |draft| {
            draft.record.push(line("demo.py", "answer = 42\n"));
        }),
        ("RECORD: `demo.py`: is listed without a size", |draft| {
            let line = line("demo.py", "answer = 42\n");
            draft.record[0] = line.strip_suffix("12").unwrap().to_owned();
        }),
        ("RECORD: `demo/`: is a folder", |draft| {
            draft.record.push("demo/,,".to_owned());
        }),
        (
            "`demo_pkg-1.0.dist-info/direct_url.json`: is for an installer to write",
            |draft| draft.add("demo_pkg-1.0.dist-info/direct_url.json", "{}"),
        ),
        ("`Demo.py`: differs from `demo.py` in case only", |draft| {
            draft.add("Demo.py", "");
        }),
        (
            "`aux.py`: has a step that names a device on Windows",
            |draft| draft.add("aux.py", ""),
        ),
    ];
    for (expected, change) in cases {
        assert_eq!(forged(change), Ok(vec![expected.to_owned()]));
    }
    let with_license = forged(|draft| {
        let text = format!("{METADATA}License-File: LICENSE\n");
        draft.replace("demo_pkg-1.0.dist-info/METADATA", &text);
        draft.add("demo_pkg-1.0.dist-info/licenses/LICENSE", "MIT");
    });
    assert_eq!(with_license, Ok(vec![]));
}

#[test]
fn compressed_tags_and_build_numbers_are_compared() {
    let mut draft = Draft::sound();
    let tags = "Tag: py2-none-any\nTag: py3-none-any\nBuild: 7\n";
    let text = WHEEL.replace("Tag: py3-none-any\n", tags);
    draft.replace("demo_pkg-1.0.dist-info/WHEEL", &text);
    let found = check("demo_pkg-1.0-7-py2.py3-none-any.whl", &draft.bytes());
    assert_eq!(found, Ok(vec![]));
}

#[test]
fn a_changed_byte_is_noticed() {
    let bytes = Draft::sound().bytes();
    let good = check(NAME, &bytes);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x01;
        // Times, versions of the format and modes may change; nothing that is installed may.
        if let Ok(wheel) = Wheel::from_source(NAME, changed.as_slice(), &Limits::default())
            && wheel.verify().is_ok()
        {
            assert_eq!(check(NAME, &changed), good, "byte {at}");
            let contents = wheel.reader().stream(&wheel.files()[0], &mut |piece| {
                assert_eq!(piece, b"answer = 42\n");
            });
            contents.unwrap();
        }
    }
}

#[test]
fn what_is_written_is_sound_and_the_same_each_time() {
    let write = || {
        let options = WheelWriterOptions::default();
        let mut writer = WheelWriter::new(Vec::new(), "demo_pkg-1.0", options);
        writer.add_file("demo.py", b"answer = 42\n", false).unwrap();
        writer
            .add_data(Scheme::Scripts, "tool", b"#!python\n", true)
            .unwrap();
        writer
            .add_dist_info("METADATA", METADATA.as_bytes())
            .unwrap();
        let file = WheelFile::pure("test", ["py3-none-any"]);
        writer.add_dist_info("WHEEL", &file.to_bytes()).unwrap();
        writer.finish().unwrap()
    };
    let bytes = write();
    assert_eq!(bytes, write());
    assert_eq!(check(NAME, &bytes), Ok(vec![]));
    let wheel = Wheel::from_source(NAME, bytes.as_slice(), &Limits::default()).unwrap();
    assert_eq!(wheel.dist_info(), "demo_pkg-1.0.dist-info");
    assert!(
        wheel
            .files()
            .iter()
            .any(|file| file.executable && file.path() == "tool")
    );
    let last = wheel.record().entries.last().unwrap();
    assert!(last.is_record());
    let metadata = wheel.read_dist_info("METADATA").unwrap();
    assert_eq!(metadata.as_deref(), Some(METADATA.as_bytes()));
    assert_eq!(wheel.read_dist_info("missing").unwrap(), None);
}
