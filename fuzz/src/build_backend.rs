//! What our own backend reads of a project.

use tilsit_build_backend::static_version::stated_version;

/// The source of a module: a version that is stated stands in it, on a line of its own.
pub fn static_version(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(version) = stated_version(source) {
        assert!(!version.is_empty() && !version.contains(['\n', '\\']));
        let quoted = |quote: char| source.contains(&format!("{quote}{version}{quote}"));
        assert!(quoted('"') || quoted('\''));
        // What stands below, and is no such line, changes nothing.
        assert_eq!(
            stated_version(&format!("{source}\nother = 1\n")),
            Ok(version)
        );
    }
}
