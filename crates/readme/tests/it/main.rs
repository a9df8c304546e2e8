//! The renderer beside the fixtures of `readme_renderer`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod oracle;

use std::path::Path;

/// Every pair of `readme_renderer` 46.0 is rendered to the same bytes, or refused as there: what is
/// refused has no tag in its other half.
#[test]
fn the_fixtures_of_readme_renderer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/readme_renderer");
    let kinds = [
        ("GFM", "md", "text/markdown", 36),
        ("CommonMark", "md", "text/markdown; variant=CommonMark", 12),
        ("rst", "rst", "text/x-rst", 25),
        ("txt", "txt", "text/plain", 1),
    ];
    let mut wrong = Vec::new();
    for (kind, extension, content_type, expected) in kinds {
        let mut pairs = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let source = entry.unwrap().path();
            let name = source.file_name().unwrap().to_str().unwrap().to_owned();
            let is_of_kind = name.starts_with(&format!("test_{kind}_"));
            if !is_of_kind || source.extension().is_none_or(|found| found != extension) {
                continue;
            }
            pairs += 1;
            let text = std::fs::read_to_string(&source).unwrap();
            let html = std::fs::read_to_string(source.with_extension("html")).unwrap();
            let rendered = tilsit_readme::render(&text, Some(content_type));
            if extension == "rst" && !html.contains('<') {
                let note = rendered
                    .note
                    .map(|note| note.to_string())
                    .unwrap_or_default();
                assert!(
                    note.ends_with("line 3: Unexpected indentation. (error)"),
                    "{name}: {note}"
                );
                continue;
            }
            assert_eq!(rendered.note, None, "{name}");
            if rendered.html != html {
                wrong.push(format!("{name}:\n{}\n--- expected\n{html}", rendered.html));
            }
        }
        assert_eq!(pairs, expected, "pairs of {kind}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
