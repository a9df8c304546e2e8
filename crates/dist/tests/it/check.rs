//! One distribution for each rule, and sound ones that break none.

use std::collections::BTreeSet;

use tempfile::TempDir;
use tilsit_archive::Limits;
use tilsit_dist::check::{Described, check_file, check_releases};
use tilsit_dist::sdist::SdistWriter;
use tilsit_dist::wheel::{WheelFile, WheelWriter, WheelWriterOptions};
use tilsit_dist::{Finding, Rule};
use tilsit_testing::{TestElf, TestMachO, TestPe};

const HEAD: &str = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n";
const README: &str = "Description-Content-Type: text/markdown\n\n# Demo\n";
const ELF: &str = "\u{7f}ELF and so on";

/// A wheel that is being made up; sound as it starts.
struct Draft {
    name: &'static str,
    head: String,
    tags: Vec<&'static str>,
    is_pure: bool,
    files: Vec<(&'static str, Vec<u8>)>,
    dist_info: Vec<(&'static str, &'static str)>,
}

impl Draft {
    fn sound() -> Self {
        Self {
            name: "demo-1.0-py3-none-any.whl",
            head: format!("{HEAD}{README}"),
            tags: vec!["py3-none-any"],
            is_pure: true,
            files: vec![("demo/__init__.py", b"answer = 42\n".to_vec())],
            dist_info: Vec::new(),
        }
    }

    fn with(files: &[(&'static str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| (*path, text.as_bytes().to_vec()));
        let mut draft = Self::sound();
        draft.files.extend(files);
        draft
    }

    /// With a module for the stable ABI of Python 3.9 that wants these symbols of Python.
    fn abi3(symbols: &[(&str, bool)]) -> Self {
        let module = TestElf {
            symbols,
            ..TestElf::default()
        };
        let mut draft = Self::sound();
        draft.files.push(("demo/fast.abi3.so", module.to_bytes()));
        draft.tagged(
            "demo-1.0-cp39-abi3-manylinux_2_28_x86_64.whl",
            "cp39-abi3-manylinux_2_28_x86_64",
        )
    }

    fn and(mut self, path: &'static str, contents: Vec<u8>) -> Self {
        self.files.push((path, contents));
        self
    }

    fn only(files: &[(&'static str, &str)]) -> Self {
        let mut draft = Self::with(files);
        draft.files.remove(0);
        draft
    }

    fn saying(lines: &str) -> Self {
        let mut draft = Self::sound();
        draft.head = format!("{HEAD}{lines}{README}");
        draft
    }

    fn tagged(mut self, name: &'static str, tag: &'static str) -> Self {
        self.name = name;
        self.tags = vec![tag];
        self.is_pure = false;
        self
    }

    fn described_in(mut self, path: &'static str, text: &'static str) -> Self {
        self.dist_info.push((path, text));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let options = WheelWriterOptions::default();
        let mut writer = WheelWriter::new(Vec::new(), "demo-1.0", options);
        for (path, text) in &self.files {
            writer.add_file(path, text, false).unwrap();
        }
        let mut format = WheelFile::pure("a test", self.tags.iter().copied());
        format.root_is_purelib = self.is_pure;
        writer
            .add_dist_info("METADATA", self.head.as_bytes())
            .unwrap();
        writer.add_dist_info("WHEEL", &format.to_bytes()).unwrap();
        for (path, text) in &self.dist_info {
            writer.add_dist_info(path, text.as_bytes()).unwrap();
        }
        writer.finish().unwrap()
    }

    fn findings(&self) -> Vec<Finding> {
        check(self.name, &self.bytes()).0
    }
}

/// An sdist with this PKG-INFO and these files.
fn sdist(pkg_info: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = SdistWriter::new("demo-1.0", 0);
    if !pkg_info.is_empty() {
        writer.add_file("PKG-INFO", pkg_info.as_bytes().to_vec(), false);
    }
    for (path, text) in files {
        writer.add_file(path, text.as_bytes().to_vec(), false);
    }
    writer.finish().unwrap()
}

fn check(name: &str, bytes: &[u8]) -> (Vec<Finding>, Option<Described>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    tilsit_files::write(&path, bytes).unwrap();
    let checked = check_file(&path, &Limits::default()).unwrap();
    (checked.findings, checked.described)
}

fn check_sdist(pkg_info: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    check("demo-1.0.tar.gz", &sdist(pkg_info, files)).0
}

fn words(findings: &[Finding]) -> Vec<String> {
    let words = findings.iter();
    words
        .map(|finding| format!("{:?}: {finding}", finding.rule))
        .collect()
}

/// What each distribution of the table breaks, in words.
fn table() -> Vec<(Vec<Finding>, &'static str)> {
    let mut table = of_wheels();
    table.extend(of_contents());
    table.extend(of_sdists());
    table
}

#[expect(clippy::too_many_lines, reason = "a table: a case for each rule")]
fn of_wheels() -> Vec<(Vec<Finding>, &'static str)> {
    let raw = |name: &str, bytes: &[u8]| check(name, bytes).0;
    let sound = Draft::sound().bytes();
    let description = |text: &str| {
        let mut draft = Draft::sound();
        draft.head = format!("{HEAD}{text}");
        draft.findings()
    };
    let metadata = |text: &'static str| {
        let mut draft = Draft::sound();
        text.clone_into(&mut draft.head);
        draft.findings()
    };
    let cpython = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";
    let cpython_tag = "cp312-cp312-manylinux_2_28_x86_64";
    vec![
        (
            raw("demo-1.0-py3-none-any.whl", b"no zip"),
            "Archive: is not a sound archive: ",
        ),
        (
            raw("demo.whl", &sound),
            "FileName: has a name that no wheel may have: ",
        ),
        (raw("demo.txt", &sound), "FileName: is neither a wheel"),
        (
            raw("Demo-1.0-py3-none-any.whl", &sound),
            "FileNameSpelling: `Demo-1.0-py3-none-any.whl`: is spelled `demo-1.0-py3-none-any.whl`",
        ),
        (
            raw("demo-2.0-py3-none-any.whl", &sound),
            "OtherRelease: holds another release: ",
        ),
        (
            metadata("Name: demo\nVersion: 1.0\n"),
            "MetadataUnusable: METADATA: has metadata that cannot be used: ",
        ),
        (
            Draft::saying("Requires-Python: >three\n").findings(),
            "MetadataField: METADATA: line 4: `Requires-Python`: ",
        ),
        (
            Draft::saying(&format!("Summary: {}\n", "ü".repeat(513))).findings(),
            "MetadataField: METADATA: `Summary`: has more than 512 characters",
        ),
        (
            Draft::saying(
                "Project-URL: Where to find the source code of it, https://index.example\n",
            )
            .findings(),
            "MetadataField: METADATA: `Project-URL`: the label `Where to find the source code of it` has not",
        ),
        (
            Draft::saying("Project-URL: Home, index.example\n").findings(),
            "MetadataField: METADATA: `Project-URL`: `index.example` does not begin with",
        ),
        (
            metadata("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-Expression: MIT\n"),
            "MetadataField: METADATA: line 4: `License-Expression`: the field came with metadata 2.4, not 2.1",
        ),
        (
            metadata("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n"),
            "MetadataFieldTooNew: METADATA: line 4: `License-File`: the field came with metadata 2.4, not 2.1",
        ),
        (
            Draft::saying("License-File: LICENSE\n").findings(),
            "LicenseFile: METADATA: `License-File`: `LICENSE` is not there",
        ),
        (
            Draft::sound()
                .described_in("entry_points.txt", "[console_scripts]\npython = demo:x\n")
                .findings(),
            "Archive: holds `python`, which is a command",
        ),
        (
            Draft::sound()
                .described_in("entry_points.txt", "[x\n")
                .findings(),
            "EntryPoints: entry_points.txt: has entry points that cannot be used: ",
        ),
        (
            description(""),
            "DescriptionMissing: METADATA: `Description`: is missing",
        ),
        (
            description("\n# Demo\n"),
            "ContentTypeMissing: METADATA: `Description-Content-Type`: is missing, so that the description is read as text/x-rst; it looks like text/markdown (`# Demo`)",
        ),
        (
            description("Description-Content-Type: text/x-rst\n\nDemo\n====\n\n[a](b)\n"),
            "DescriptionMarkup: METADATA: `Description-Content-Type`: is text/x-rst, and",
        ),
        (
            description("Description-Content-Type: text/x-rst\n\nDemo\n====\n\n.. toctree::\n"),
            "DescriptionNotRendered: METADATA: `Description`: cannot be shown: line 4: Unknown directive type \"toctree\". (error)",
        ),
        (
            Draft::saying("Requires-Dist: other @ https://index.example/other.whl\n").findings(),
            "DirectUrl: METADATA: `Requires-Dist`: requires `other` from a URL",
        ),
        (
            Draft::saying("License-Expression: MIT\nClassifier: License :: Public Domain\n")
                .findings(),
            "LicenseClassifier: METADATA: `Classifier`: license classifiers may not stand beside",
        ),
        (
            Draft::saying("Classifier: Topic :: Odd\n").findings(),
            "ClassifierUnknown: METADATA: `Classifier`: `Topic :: Odd` does not exist",
        ),
        (
            Draft::saying("Classifier: Natural Language :: Ukranian\n").findings(),
            "ClassifierDeprecated: METADATA: `Classifier`: `Natural Language :: Ukranian` is deprecated",
        ),
        (
            Draft::saying("Classifier: Private :: Do Not Upload\n").findings(),
            "PrivateClassifier: METADATA: `Classifier`: `Private :: Do Not Upload` makes",
        ),
        (
            {
                let mut draft = Draft::sound();
                draft.tags = vec!["py2-none-any"];
                draft.findings()
            },
            "TagsDiffer: WHEEL: `Tag: py3-none-any`: is in the file name and not in WHEEL",
        ),
        (
            Draft::with(&[("demo/fast.abi3.so", ELF)]).findings(),
            "BinaryInPureWheel: is for every platform, and `demo/fast.abi3.so` is compiled for one",
        ),
        (
            {
                let draft = Draft::with(&[("demo/fast.so", ELF)]);
                let mut draft = draft.tagged(cpython, cpython_tag);
                draft.is_pure = true;
                draft.findings()
            },
            "BinaryInPureWheel: WHEEL: `Root-Is-Purelib`: is true, and `demo/fast.so` is compiled",
        ),
        (
            Draft::sound().tagged(cpython, cpython_tag).findings(),
            "NoBinaryInPlatformWheel: is for `manylinux_2_28_x86_64` alone",
        ),
        (
            Draft::with(&[("demo/fast.cpython-311-x86_64-linux-gnu.so", ELF)])
                .tagged(cpython, cpython_tag)
                .findings(),
            "ExtensionForOther: is for the ABI `cp312`, and `demo/fast.cpython-311-x86_64-linux-gnu.so` is for `cp311`",
        ),
        (
            Draft::abi3(&[
                ("PyInit_fast", true),
                ("PyLong_FromLong", false),
                ("_PyLong_New", false),
            ])
            .findings(),
            "StableAbi: `demo/fast.abi3.so`: wants `_PyLong_New` of Python, not part of the stable ABI",
        ),
        (
            Draft::abi3(&[
                ("PyInit_fast", true),
                ("PyBuffer_Release", false),
                ("PyModule_AddType", false),
            ])
            .findings(),
            "StableAbi: `demo/fast.abi3.so`: wants `PyBuffer_Release` and 1 other of Python 3.11, and the \
             wheel is for 3.9 too",
        ),
        (
            Draft::with(&[])
                .and("demo/fast.so", TestMachO::default().to_bytes())
                .tagged(
                    "demo-1.0-py3-none-macosx_10_9_x86_64.whl",
                    "py3-none-macosx_10_9_x86_64",
                )
                .findings(),
            "CompiledForOther: has nothing for x86_64",
        ),
        (
            Draft::with(&[])
                .and(
                    "demo/fast.so",
                    TestMachO {
                        build: Some((1, [12, 0])),
                        ..TestMachO::default()
                    }
                    .to_bytes(),
                )
                .tagged(
                    "demo-1.0-py3-none-macosx_11_0_arm64.whl",
                    "py3-none-macosx_11_0_arm64",
                )
                .findings(),
            "CompiledForNewer: `demo/fast.so`: needs version 12.0",
        ),
        (
            Draft::with(&[])
                .and("demo/fast.pyd", TestPe::default().to_bytes())
                .tagged("demo-1.0-py3-none-win_arm64.whl", "py3-none-win_arm64")
                .findings(),
            "CompiledForOther: has nothing for arm64, and the wheel is for `win_arm64`",
        ),
        (
            Draft::with(&[("demo/fast.so", ELF)])
                .tagged(
                    "demo-1.0-cp312-cp312-linux_x86_64.whl",
                    "cp312-cp312-linux_x86_64",
                )
                .findings(),
            "LinuxPlatform: `linux_x86_64`: does not say",
        ),
        (
            Draft::sound().described_in("INSTALLER", "pip\n").findings(),
            "InstallerFile: `demo-1.0.dist-info/INSTALLER`: is for an installer to write",
        ),
        (
            local_version(),
            "LocalVersion: METADATA: `Version`: `1.0+cpu` has a local part",
        ),
        (
            forged(|text| text.replace("demo/__init__.py,sha256=", "demo/__init__.py,sha256=A")),
            "Record: RECORD: ",
        ),
        (
            forged(|text| format!("demo/,,\n{text}")),
            "RecordTidy: RECORD: `demo/`: is a folder",
        ),
        (
            with_wheel_file("Root-Is-Purelib: true\n"),
            "WheelFile: WHEEL: has a WHEEL file that cannot be used: ",
        ),
        (
            with_wheel_file("Wheel-Version: 1.0\nTag: py3-none-any\n"),
            "DescriptionFile: WHEEL: `Root-Is-Purelib`: is missing",
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table: a case for each rule")]
fn of_contents() -> Vec<(Vec<Finding>, &'static str)> {
    let long = "x".repeat(200);
    vec![
        (
            Draft::with(&[("demo/__pycache__/a.cpython-312.pyc", "")]).findings(),
            "Bytecode: `demo/__pycache__/a.cpython-312.pyc`: is compiled for one version",
        ),
        (
            Draft::with(&[
                ("demo/a.py", &long),
                ("demo/b.py", &long),
                ("demo/c.py", &long),
            ])
            .findings(),
            "DuplicateContents: `demo/a.py`: `demo/b.py` and 1 other have the same contents",
        ),
        (
            Draft::with(&[("README.md", "x")]).findings(),
            "TopLevelFile: `README.md`: lies at the top",
        ),
        (
            Draft::with(&[("demo/my-tools/a.py", ""), ("demo/my-tools/b.py", "")]).findings(),
            "NotImportable: `demo/my-tools`: has what nobody can import by its name: `demo/my-tools/a.py` and 1 other",
        ),
        (
            Draft::with(&[("demo/one-1.py", ""), ("demo/two-2.py", "")]).findings(),
            "NotImportable: `demo`: has what nobody can import by its name: `demo/one-1.py` and 1 other",
        ),
        (
            Draft::with(&[("tests/test_it.py", "")]).findings(),
            "CommonName: `tests`: is a name",
        ),
        (
            Draft::with(&[("__init__.py", "")]).findings(),
            "TopLevelInit: `__init__.py`: lies at the top",
        ),
        (
            Draft::only(&[("demo-1.0.data/scripts/run", "#!/bin/sh\n")]).findings(),
            "EmptyLibrary: nothing in it can be imported",
        ),
        (
            Draft::only(&[]).findings(),
            "EmptyWheel: installs nothing and requires nothing",
        ),
        (
            Draft::with(&[("other/__init__.py", "")]).findings(),
            "SeveralTopLevels: has 2 top-level names: `demo`, `other`",
        ),
        (
            Draft::with(&[("things/a.txt", "")]).findings(),
            "FolderWithoutModules: `things`: is a folder",
        ),
        (
            Draft::sound()
                .described_in("top_level.txt", "demos\n")
                .findings(),
            "TopLevelNames: top_level.txt: `demos` is stated and not there",
        ),
        (
            Draft::sound()
                .described_in("top_level.txt", "demos\n")
                .findings(),
            "TopLevelNames: top_level.txt: `demo` is there and not stated",
        ),
        (
            Draft::with(&[("demo/sub/a.py", "")]).findings(),
            "InitMissing: `demo/sub`: has modules and no `__init__.py`",
        ),
        (
            Draft::with(&[("demo.pth", "import demo\n")]).findings(),
            "PthFile: `demo.pth`: changes",
        ),
        (
            Draft::with(&[("demo/.env", "A=1\n")]).findings(),
            "UnwantedFile: `demo/.env`: is a file for secrets",
        ),
        (
            Draft::with(&[("demo/Data.txt", ""), ("demo/data.txt", "")]).findings(),
            "NamePortable: `demo/data.txt`: differs from `demo/Data.txt` in case only",
        ),
    ]
}

fn of_sdists() -> Vec<(Vec<Finding>, &'static str)> {
    let said = format!("{HEAD}{README}");
    let pyproject = ("pyproject.toml", "");
    let module = ("src/demo/__init__.py", "");
    let source = sdist(&said, &[pyproject, module, ("src/demo/more.py", "")]);
    let wheel = Draft::with(&[("demo/made.py", "")]);
    let other = Draft::saying("Requires-Dist: other\n");
    let together = || together(&source, &wheel);
    vec![
        (
            check("demo-1.0.zip", b"no zip").0,
            "Archive: is not a sound archive: ",
        ),
        (
            check_sdist("", &[pyproject, module]),
            "PkgInfoMissing: `PKG-INFO`: is missing",
        ),
        (
            check_sdist(&said, &[module]),
            "BuildSystemMissing: `pyproject.toml`: is missing",
        ),
        (
            check_sdist(
                &format!("{HEAD}License-File: LICENSE\n{README}"),
                &[pyproject, module],
            ),
            "LicenseFile: PKG-INFO: `License-File`: `LICENSE` is not there",
        ),
        (
            check_sdist(
                &said,
                &[pyproject, module, (".git/config", ""), (".git/HEAD", "")],
            ),
            "UnwantedFile: `.git`: is a folder of a tool",
        ),
        (
            together(),
            "ModuleNotInWheel: lacks `src/demo/more.py` of `demo-1.0.tar.gz`",
        ),
        (
            together(),
            "ModuleNotInSdist: `demo/made.py` cannot be found in `demo-1.0.tar.gz`",
        ),
        (
            self::together(&source, &other),
            "MetadataDiffers: METADATA: `Requires-Dist`: differs from that of `demo-1.0.tar.gz`",
        ),
        (
            wheels_together(&Draft::sound(), &other),
            "WheelsDiffer: METADATA: `Requires-Dist`: differs from that of `demo-1.0-py3-none-any.whl`",
        ),
    ]
}

/// What is found when a wheel stands beside its sdist.
fn together(sdist: &[u8], wheel: &Draft) -> Vec<Finding> {
    let (_, source) = check("demo-1.0.tar.gz", sdist);
    let (_, built) = check(wheel.name, &wheel.bytes());
    let (source, built) = (source.unwrap(), built.unwrap());
    let found = check_releases(&[("demo-1.0.tar.gz", &source), (wheel.name, &built)]);
    assert!(found.iter().all(|(number, _)| *number == 1));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn wheels_together(one: &Draft, other: &Draft) -> Vec<Finding> {
    let (_, first) = check(one.name, &one.bytes());
    let (_, second) = check(other.name, &other.bytes());
    let (first, second) = (first.unwrap(), second.unwrap());
    let found = check_releases(&[(one.name, &first), (other.name, &second)]);
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn local_version() -> Vec<Finding> {
    let options = WheelWriterOptions::default();
    let mut writer = WheelWriter::new(Vec::new(), "demo-1.0+cpu", options);
    let head = HEAD.replace("1.0", "1.0+cpu") + README;
    writer.add_file("demo.py", b"", false).unwrap();
    writer.add_dist_info("METADATA", head.as_bytes()).unwrap();
    let format = WheelFile::pure("a test", ["py3-none-any"]);
    writer.add_dist_info("WHEEL", &format.to_bytes()).unwrap();
    check("demo-1.0+cpu-py3-none-any.whl", &writer.finish().unwrap()).0
}

/// A wheel whose RECORD was changed.
fn forged(change: impl FnOnce(&str) -> String) -> Vec<Finding> {
    rewritten("demo-1.0.dist-info/RECORD", change)
}

/// A wheel with another WHEEL file; RECORD has the right hash.
fn with_wheel_file(text: &str) -> Vec<Finding> {
    let options = WheelWriterOptions::default();
    let mut writer = WheelWriter::new(Vec::new(), "demo-1.0", options);
    writer.add_file("demo.py", b"", false).unwrap();
    let head = format!("{HEAD}{README}");
    writer.add_dist_info("METADATA", head.as_bytes()).unwrap();
    writer.add_dist_info("WHEEL", text.as_bytes()).unwrap();
    check("demo-1.0-py3-none-any.whl", &writer.finish().unwrap()).0
}

fn rewritten(name: &str, change: impl FnOnce(&str) -> String) -> Vec<Finding> {
    use tilsit_archive::zip::{ZipArchive, ZipWriter, ZipWriterOptions};

    let bytes = Draft::sound().bytes();
    let archive = ZipArchive::open(bytes.as_slice(), &Limits::default()).unwrap();
    let mut writer = ZipWriter::new(Vec::new(), ZipWriterOptions::default());
    let mut change = Some(change);
    for entry in archive.entries() {
        let mut contents = archive.read(entry).unwrap();
        if entry.name() == name {
            let text = String::from_utf8(contents).unwrap();
            contents = change.take().unwrap()(&text).into_bytes();
        }
        writer.add_file(entry.name(), &contents, false).unwrap();
    }
    check("demo-1.0-py3-none-any.whl", &writer.finish().unwrap()).0
}

#[test]
fn each_rule_finds_what_breaks_it() {
    for (findings, expected) in table() {
        let words = words(&findings);
        let found = words.iter().any(|words| words.starts_with(expected));
        assert!(found, "`{expected}` is not in {words:#?}");
    }
}

/// The rules that are about source trees alone.
const OF_TREES: [Rule; 18] = [
    Rule::PyProject,
    Rule::PyProjectTool,
    Rule::ToolKeyRefused,
    Rule::ToolKeyUnknown,
    Rule::BuildRequirementNeedless,
    Rule::LicenseTable,
    Rule::LicenseMissing,
    Rule::NameSpelling,
    Rule::PythonUpperBound,
    Rule::PythonUnstated,
    Rule::SummaryMissing,
    Rule::UrlsMissing,
    Rule::SetupKeyword,
    Rule::SetupSpelling,
    Rule::PkgResources,
    Rule::Distutils,
    Rule::NotInSdist,
    Rule::NotInVersionControl,
];

#[test]
fn each_rule_is_in_the_table() {
    let broken: BTreeSet<Rule> = table()
        .iter()
        .flat_map(|(findings, _)| findings)
        .map(|finding| finding.rule)
        .collect();
    let all: BTreeSet<Rule> = Rule::ALL.iter().copied().collect();
    let untested: BTreeSet<Rule> = all.difference(&broken).copied().collect();
    // Those of source trees have a table beside them.
    assert_eq!(untested, BTreeSet::from(OF_TREES));
}

#[test]
fn sound_ones_break_none() {
    let said = format!(
        "{HEAD}License-Expression: MIT\nLicense-File: LICENSE\nSummary: It.\nProject-URL: Home, https://index.example\n{README}"
    );
    let mut plain = Draft::with(&[
        ("demo/sub/__init__.py", ""),
        ("demo/sub/deep/data.json", "{}"),
        ("demo/py.typed", ""),
        ("demo-1.0.data/scripts/run", "#!/bin/sh\n"),
    ]);
    plain.head = said.clone();
    let plain = plain
        .described_in("licenses/LICENSE", "MIT")
        .described_in("top_level.txt", "demo\n");
    let compiled = Draft::with(&[
        ("demo/fast.cpython-312-x86_64-linux-gnu.so", ELF),
        ("demo/any.abi3.so", ELF),
        ("demo.libs/libz.so.1", ELF),
    ]);
    let compiled = compiled.tagged(
        "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "cp312-cp312-manylinux_2_28_x86_64",
    );
    // Programs for people on Windows are carried along.
    let windows = Draft::with(&[("demo/run.exe", "MZ and so on")]);
    let abi3 = Draft::abi3(&[
        ("PyInit_fast", true),
        ("_Py_Dealloc", false),
        ("malloc", false),
    ]);
    for draft in [Draft::sound(), plain, compiled, windows, abi3] {
        assert_eq!(words(&draft.findings()), [""; 0]);
    }
    let mut meta = Draft::only(&[]);
    meta.head = format!("{HEAD}Requires-Dist: other\n{README}");
    assert_eq!(words(&meta.findings()), [""; 0]);
    let files = [
        ("pyproject.toml", ""),
        ("LICENSE", "MIT"),
        ("src/demo/__init__.py", ""),
        ("src/demo/sub/__init__.py", ""),
        ("src/demo/tests/test_it.py", ""),
        ("setup.py", ""),
    ];
    assert_eq!(words(&check_sdist(&said, &files)), [""; 0]);
    let mut wheel = Draft::with(&[("demo/sub/__init__.py", "")]);
    wheel.head = said.clone();
    assert_eq!(words(&together(&sdist(&said, &files), &wheel)), [""; 0]);
    // What an sdist calls dynamic may differ.
    let dynamic = format!("{HEAD}Dynamic: Requires-Dist\n{README}");
    let other = Draft::saying("Requires-Dist: other\n");
    let source = sdist(
        &dynamic,
        &[("pyproject.toml", ""), ("demo/__init__.py", "")],
    );
    assert_eq!(words(&together(&source, &other)), [""; 0]);
}

#[test]
fn descriptions_in_restructuredtext() {
    let head = format!("{HEAD}Description-Content-Type: text/x-rst\n\n");
    let of = |text: &str| {
        let mut draft = Draft::sound();
        draft.head = format!("{head}{text}\n");
        words(&draft.findings()).join("\n")
    };
    for sound in [
        "Demo\n====\n\n.. note:: It is ``:ref:`so``` here.\n.. |a| image:: b.png\n.. code-block:: python\n\n    .. toctree::",
        "See :strong:`this` and `that <https://index.example>`_.\n\n.. _here: there::x",
        "::\n\n    :func:`a`",
    ] {
        assert_eq!(of(sound), "", "{sound}");
    }
    for (faulty, expected) in [
        (
            ".. include:: CHANGES.rst",
            "line 1: \"include\" directive disabled. (warning)",
        ),
        (
            "Demo\n\n.. automodule:: demo",
            "line 3: Unknown directive type \"automodule\". (error)",
        ),
        (
            "Use :func:`demo`.",
            "line 1: Unknown interpreted text role \"func\". (error)",
        ),
        (
            "A demo\n=====\n\nA *b*.",
            "line 2: Title underline too short. (warning)",
        ),
        (
            "See `that`_.",
            "line 1: Unknown target name: \"that\". (error)",
        ),
    ] {
        let found = of(faulty);
        assert!(found.ends_with(expected), "{found}");
    }
}
