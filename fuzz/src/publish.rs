//! The configuration of upload tools.

use tilsit_publish::Pypirc;

/// `.pypirc`: no panic, and neither the value nor the error shows a password.
pub fn pypirc(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(file) = Pypirc::parse(text) {
        for repository in &file.repositories {
            assert!(file.repository(&repository.name).is_some());
            assert!(!repository.name.is_empty());
        }
    }
    // A password that only we know is never repeated; keys are lowercased.
    if text.to_lowercase().contains("s3cret") {
        return;
    }
    match Pypirc::parse(&format!("{text}\n[fuzz]\npassword = s3cret")) {
        Ok(file) => assert!(!format!("{file:?}").contains("s3cret")),
        Err(error) => assert!(!error.to_string().contains("s3cret")),
    }
}
