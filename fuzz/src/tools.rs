//! Bodies for `tilsit-tools`: receipts, manifests, and what pipx notes.

use std::path::Path;

use tilsit_tools::asked::check_suffix;
use tilsit_tools::pipx::PipxTool;
use tilsit_tools::shell::with_line;
use tilsit_tools::{Asked, Manifest, Receipt};

/// A receipt: written and read again it is the same. Its tool stays in the folder of tools.
pub fn tool_receipt(data: &[u8]) {
    let Ok(receipt) = Receipt::parse(&String::from_utf8_lossy(data)) else {
        return;
    };
    let text = receipt.to_toml();
    let again = Receipt::parse(&text).expect("what was written is read");
    assert_eq!(again.to_toml(), text);
    is_confined(&receipt.asked);
}

/// A manifest: written and read again it is the same, and no tool is there twice.
pub fn tool_manifest(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let folder = Path::new("/folder");
    let manifest = match Manifest::parse(&text, folder) {
        Ok(manifest) => manifest,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let mut names: Vec<String> = manifest.tools.iter().map(Asked::name).collect();
    names.sort();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    for asked in &manifest.tools {
        is_confined(asked);
    }
    let written = manifest.to_toml();
    let again = Manifest::parse(&written, folder).expect("what was written is read");
    assert_eq!(again.tools.len(), manifest.tools.len());
    assert_eq!(again.to_toml(), written);
}

/// pipx's notes: read or refused; a tool stays in the folder of tools. A line for a start file is
/// written once.
pub fn pipx_metadata(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(tool) = PipxTool::parse(&text, "folder") {
        is_confined(&tool.asked);
        assert!(tool.problems.iter().all(|problem| !problem.is_empty()));
        let python = tool.python.unwrap_or_default();
        assert!(python.chars().all(|one| one == '.' || one.is_ascii_digit()));
    }
    if let Some(with) = with_line(&text, "a line") {
        assert!(with.starts_with(&*text));
        assert_eq!(with_line(&with, "a line"), None);
    }
}

fn is_confined(asked: &Asked) {
    let name = asked.name();
    assert!(check_suffix(&asked.suffix).is_ok());
    assert!(!name.starts_with('.') && !name.contains(['/', '\\']));
    assert!(asked.projects_with_programs().count() > 0);
}
