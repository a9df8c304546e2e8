//! Lines, options, targets, encodings, and faults with their places.

use proptest::prelude::*;

use super::*;

fn variables(name: &str) -> Option<String> {
    match name {
        "TOKEN" => Some("s3cret".to_owned()),
        "TWO" => Some("${TOKEN} #x".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn parsed(text: &str) -> Result<Vec<Statement>, String> {
    let file = RequirementsFile::parse("r.txt", text.as_bytes(), &variables);
    file.map(|file| file.statements)
        .map_err(|error| error.to_string())
}

/// A short form of statements, for tables.
fn short(text: &str) -> Vec<String> {
    let statements = parsed(text).unwrap();
    statements
        .iter()
        .map(|statement| match statement {
            Statement::Requirement(requirement) => {
                let editable = if requirement.editable { "-e " } else { "" };
                let line = requirement.line;
                format!("{line}: {editable}{}", short_target(&requirement.target))
            }
            Statement::Include { line, kind, target } => format!("{line}: {kind:?} {target}"),
            Statement::Option { line, option } => format!("{line}: {option:?}"),
        })
        .collect()
}

fn short_target(target: &Target) -> String {
    match target {
        Target::Named(requirement) => requirement.to_string(),
        Target::Url(url) => format!(
            "url {} {:?} {:?} {:?} {}",
            url.url,
            url.name.as_ref().map(ToString::to_string),
            url.extras
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            url.subdirectory,
            short_marker(url.marker)
        ),
        Target::Path(path) => format!(
            "path {} {:?} {}",
            path.path,
            path.extras
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
            short_marker(path.marker)
        ),
    }
}

fn short_marker(marker: crate::marker::Marker) -> String {
    if marker.is_true() {
        String::new()
    } else {
        marker.to_string()
    }
}

#[test]
fn lines_are_joined_stripped_and_filled() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("# all\n\n  # comments\n", &[]),
        ("flask\r\n\r\nattrs\r", &["1: flask", "3: attrs"]),
        ("flask # web\nattrs\t#1\n", &["1: flask", "2: attrs"]),
        ("flask \\\n  # no\nattrs", &["1: flask", "3: attrs"]),
        (
            "flask\\\n-extra\\\n\nattrs",
            &["1: flask-extra", "4: attrs"],
        ),
        ("a\\", &["1: a"]),
        ("# a \\\nb", &["2: b"]),
        (
            "-i https://u:${TOKEN}@index.example/${LOWER}${EMPTY}${lower}\n",
            &["1: IndexUrl(\"https://u:s3cret@index.example/${LOWER}${EMPTY}${lower}\")"],
        ),
        (
            "--trusted-host '${TWO}'",
            &["1: TrustedHost(\"${TOKEN} #x\")"],
        ),
        ("a\u{c}b\u{2028}c\u{85}d", &["1: a", "2: b", "3: c", "4: d"]),
    ];
    for (text, expected) in cases {
        assert_eq!(short(text), *expected, "{text:?}");
    }
}

#[test]
fn options_of_the_file() {
    let cases: &[(&str, &[&str])] = &[
        ("-r a.txt", &["1: Requirements a.txt"]),
        (
            "-ra.txt -c 'b c.txt'",
            &["1: Requirements a.txt", "1: Constraints b c.txt"],
        ),
        (
            "--requirement=https://index.example/a.txt",
            &["1: Requirements https://index.example/a.txt"],
        ),
        (
            "-i x --extra-index-url=y --no-index",
            &[
                "1: IndexUrl(\"x\")",
                "1: ExtraIndexUrl(\"y\")",
                "1: NoIndex",
            ],
        ),
        ("--extra-index z", &["1: ExtraIndexUrl(\"z\")"]),
        ("--pypi-url x", &["1: IndexUrl(\"x\")"]),
        ("-f ./wheels", &["1: FindLinks(\"./wheels\")"]),
        (
            "--no-binary :all: --only-binary Foo_Bar,:none:",
            &[
                "1: NoBinary([All])",
                "1: OnlyBinary([Project(ProjectName(\"foo-bar\")), None])",
            ],
        ),
        (
            "--prefer-binary --require-hashes --pre",
            &["1: PreferBinary", "1: RequireHashes", "1: Pre"],
        ),
        (
            "--no-require-hashes --all-releases a --only-final :all:",
            &[
                "1: NoRequireHashes",
                "1: AllReleases([Project(ProjectName(\"a\"))])",
                "1: OnlyFinal([All])",
            ],
        ),
        ("--use-feature fast-deps", &["1: UseFeature(\"fast-deps\")"]),
        (
            "--find-links=\"a \\\"b\\\" \\c\"'d'\\ e",
            &["1: FindLinks(\"a \\\"b\\\" \\\\cd e\")"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(short(text), *expected, "{text:?}");
    }
}

#[test]
fn targets() {
    let cases: &[(&str, &str)] = &[
        (
            "flask>=3 ; python_version < '3.9'",
            "1: flask>=3; python_version < \"3.9\"",
        ),
        (
            "flask @ https://index.example/f-1.zip",
            "1: flask @ https://index.example/f-1.zip",
        ),
        (
            "Flask[async] @ file:///a/b",
            "1: flask[async] @ file:///a/b",
        ),
        (
            "./a b[x, y] ; os_name == 'nt'",
            "1: path ./a b [\"x\", \"y\"] os_name == \"nt\"",
        ),
        ("..", "1: path .. [] "),
        ("C:\\wheels\\a.whl", "1: path C:\\wheels\\a.whl [] "),
        (
            "dist/a-1.0-py3-none-any.whl",
            "1: path dist/a-1.0-py3-none-any.whl [] ",
        ),
        ("a-1.0.TAR.GZ", "1: path a-1.0.TAR.GZ [] "),
        (
            "https://index.example/a.zip#egg=Foo_Bar[x]&subdirectory=b ; os_name == 'nt'",
            "1: url https://index.example/a.zip#egg=Foo_Bar[x]&subdirectory=b Some(\"foo-bar\") [\"x\"] Some(\"b\") os_name == \"nt\"",
        ),
        (
            "git+ssh://git@g.example/r.git@main",
            "1: url git+ssh://git@g.example/r.git@main None [] None ",
        ),
        ("FILE:///a[x]", "1: url FILE:///a None [\"x\"] None "),
        ("-e .", "1: -e path . [] "),
        ("-e here[x]", "1: -e path here [\"x\"] "),
        ("-e 'my dir'", "1: -e path my dir [] "),
        (
            "--editable=git+https://g.example/r#egg=a",
            "1: -e url git+https://g.example/r#egg=a Some(\"a\") [] None ",
        ),
        (
            "--editable git+https://g.example/r ; os_name == 'nt'",
            "1: -e url git+https://g.example/r None [] None os_name == \"nt\"",
        ),
        (
            "-e a @ git+https://g.example/r",
            "1: -e a @ git+https://g.example/r",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(short(text), [*expected], "{text:?}");
    }
}

#[test]
fn options_of_a_requirement() {
    let digest = "AB".repeat(32);
    let text = format!(
        "a==1 \\\n  --hash=sha256:{digest} \\\n  --hash sha384:{} -C k=v=w --config-settings=\"x=y z\" --global-option=-q",
        "c".repeat(96)
    );
    let statements = parsed(&text).unwrap();
    let [Statement::Requirement(requirement)] = &statements[..] else {
        panic!("{statements:?}");
    };
    assert_eq!(requirement.hashes.len(), 2);
    assert_eq!(requirement.hashes[0].digest, digest.to_lowercase());
    let settings: Vec<String> = requirement
        .config_settings
        .iter()
        .map(|(k, v)| format!("{k} -> {v}"))
        .collect();
    assert_eq!(settings, ["k -> v=w", "x -> y z"]);
    assert_eq!(requirement.global_options, ["-q"]);
}

/// Lines, the kind of fault, and the message.
const FAULTS: &[(&str, Fault, &str)] = &[
    (
        "a\n--frob",
        Fault::UnknownOption,
        "`r.txt` line 2: there is no option `--frob`",
    ),
    (
        "-x",
        Fault::UnknownOption,
        "`r.txt` line 1: there is no option `-x`",
    ),
    (
        "--no",
        Fault::UnknownOption,
        "`r.txt` line 1: there is no option `--no`",
    ),
    (
        "--",
        Fault::UnknownOption,
        "`r.txt` line 1: there is no option `--`",
    ),
    (
        "-r a b",
        Fault::UnknownOption,
        "`r.txt` line 1: `b` is neither an option nor the value of one",
    ),
    (
        "-r",
        Fault::OptionValue,
        "`r.txt` line 1: `-r` has no value",
    ),
    (
        "-e",
        Fault::OptionValue,
        "`r.txt` line 1: `-e` has no value",
    ),
    (
        "--index-url=",
        Fault::OptionValue,
        "`r.txt` line 1: `--index-url` has no value",
    ),
    (
        "--pre=1",
        Fault::OptionValue,
        "`r.txt` line 1: `--pre` takes no value, but has `1`",
    ),
    (
        "-r 'a",
        Fault::Quoting,
        "`r.txt` line 1: a quote `'` is not closed",
    ),
    (
        "-i x -e .",
        Fault::MisplacedOption,
        "`r.txt` line 1: `-e` must stand first in its line",
    ),
    (
        "a --pre",
        Fault::MisplacedOption,
        "`r.txt` line 1: `--pre` may not stand behind a requirement",
    ),
    (
        "--hash=sha256:00",
        Fault::MisplacedOption,
        "`r.txt` line 1: `--hash` has no requirement before it",
    ),
    (
        "-e . --hash=x",
        Fault::MisplacedOption,
        "`r.txt` line 1: `--hash` may not stand behind an editable requirement",
    ),
    (
        "a --hash=sha256",
        Fault::OptionValue,
        "`r.txt` line 1: the hash `sha256` is not of the form `sha256:…`",
    ),
    (
        "a --hash=md5:00",
        Fault::OptionValue,
        "`r.txt` line 1: the hash algorithm `md5` is none of sha256, sha384 and sha512",
    ),
    (
        "a --hash=sha256:0g",
        Fault::OptionValue,
        "`r.txt` line 1: `0g` is no sha256 digest of 64 hex digits",
    ),
    (
        "a -C x",
        Fault::OptionValue,
        "`r.txt` line 1: the setting `x` is not of the form `KEY=VALUE`",
    ),
    (
        "-e https://index.example/a.zip",
        Fault::Requirement,
        "`r.txt` line 1: `https://index.example/a.zip` can not be editable: it is neither a path nor a repository",
    ),
    (
        "https://u:${TOKEN}@index.example/a b",
        Fault::Requirement,
        "`r.txt` line 1: the URL `https://u:${TOKEN}@index.example/a b` has white space in it",
    ),
];

#[test]
fn names_file_line_and_reason() {
    for (text, fault, message) in FAULTS {
        let error = RequirementsFile::parse("r.txt", text.as_bytes(), &variables).unwrap_err();
        assert_eq!(
            (error.fault, &*error.to_string()),
            (*fault, *message),
            "{text:?}"
        );
    }
    for text in [
        "-a",
        "a==",
        "a#1",
        "a ; nonsense",
        "./a[-]",
        "./a ; nonsense",
        "https://x#egg=-",
    ] {
        assert!(
            parsed(&format!("\n{text}"))
                .unwrap_err()
                .starts_with("`r.txt` line 2: "),
            "{text}"
        );
    }
}

#[test]
fn encodings() {
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    };
    let utf32 = |text: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars().map(u32::from).flat_map(bytes).collect()
    };
    let text = "\u{feff}./ä\n";
    let files: [(&str, Vec<u8>); 7] = [
        ("utf-8", text.into()),
        ("utf-16-le", utf16(text, u16::to_le_bytes)),
        ("utf-16-be", utf16(text, u16::to_be_bytes)),
        ("utf-32-le", utf32(text, u32::to_le_bytes)),
        ("utf-32-be", utf32(text, u32::to_be_bytes)),
        ("latin-1", b"# -*- coding: latin-1 -*-\n./\xe4\n".to_vec()),
        (
            "declared",
            "#\n# vim: set fileencoding=UTF_8 :\n./ä\n".into(),
        ),
    ];
    for (name, bytes) in files {
        let file = RequirementsFile::parse("r", &bytes, &|_| None).unwrap();
        let requirement = file.requirements().next().unwrap();
        let Target::Path(path) = &requirement.target else {
            panic!("{name}")
        };
        assert_eq!(path.path, "./ä", "{name}");
    }
    let faults: [(&[u8], &str); 4] = [
        (b"a\n\xe4", "`r` line 2: the text is not valid UTF-8"),
        (b"\xff\xfea", "`r` line 1: the text is not valid UTF-16"),
        (
            b"\xff\xfe\0\0\0\0\0\xff",
            "`r` line 1: the text is not valid UTF-32",
        ),
        (
            b"# coding: cp1252\n",
            "`r` line 1: the encoding `cp1252` is not supported: write the file in UTF-8",
        ),
    ];
    for (bytes, message) in faults {
        let error = RequirementsFile::parse("r", bytes, &|_| None).unwrap_err();
        assert_eq!(
            (error.fault, &*error.to_string()),
            (Fault::Encoding, message)
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([-a-z=.:;@#\\\\'\"\\[\\]${} \n]|--hash=|-e |-r|https://|git\\+|\\$\\{TOKEN\\}){0,20}") {
        let result = RequirementsFile::parse("r", text.as_bytes(), &variables);
        if let Err(error) = result {
            prop_assert!(error.line >= 1 && error.line <= 1 + text.matches('\n').count());
            prop_assert!(!error.to_string().contains("s3cret"));
        }
    }
}
