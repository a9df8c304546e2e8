//! Tests of this module's parent, `slim_metadata`.

use super::*;

#[test]
fn what_a_resolver_needs() {
    let text = b"Metadata-Version: 2.4\nName: Some_Project\nVersion: 1.0\nSummary: x\nRequires-Python: >=3.9\n\
        requires-dist: other>=1\nRequires-Dist: third ; extra == \"x\"\nProvides-Extra: x\nDynamic: License-File\n\n\
        Name: not this\n";
    let metadata = SlimMetadata::parse(text).unwrap();
    assert_eq!(metadata.name, "Some_Project");
    assert_eq!(metadata.requires_python.as_deref(), Some(">=3.9"));
    assert_eq!(
        metadata.requires_dist,
        ["other>=1", "third ; extra == \"x\""]
    );
    assert_eq!(metadata.provides_extra, ["x"]);
    assert_eq!(metadata.dynamic, ["License-File"]);
    let end = text.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
    assert!(SlimMetadata::is_enough(&text[..end]) && !SlimMetadata::is_enough(&text[..end - 1]));
    assert_eq!(SlimMetadata::parse(&text[..end]).unwrap(), metadata);
}

#[test]
fn static_or_not() {
    for (version, dynamic, expected) in [
        ("2.1", "", false),
        ("2.2", "", true),
        ("2.2", "Dynamic: requires-dist\n", false),
        (
            "2.5",
            "Dynamic: License-File\nDynamic: Requires-Python\n",
            false,
        ),
        ("2.10", "Dynamic: License-File\n", true),
        ("1.9", "", false),
    ] {
        let text = format!("Metadata-Version: {version}\nName: a\nVersion: 1\n{dynamic}");
        assert_eq!(
            SlimMetadata::parse(text.as_bytes()).unwrap().is_static(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn what_is_missing() {
    let table: [(&[u8], &str); 3] = [
        (b"", "Metadata-Version"),
        (b"Metadata-Version: 2.1\nVersion: 1", "Name"),
        (b"Metadata-Version: 2.1\nName: a\n\nVersion: 1", "Version"),
    ];
    for (text, missing) in table {
        assert_eq!(SlimMetadata::parse(text), Err(SlimMetadataError(missing)));
    }
}
