//! What the repairer reads of the system.

use tilsit_repair::owner::{apk_owner, distribution, dpkg_version};

/// The databases of packages and the name of the distribution; what is found stands in the text.
pub fn package_databases(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (query, text) = text.split_once('\n').unwrap_or(("", text));
    if let Some(version) = dpkg_version(text, query) {
        assert!(text.contains(version) && text.contains(query));
    }
    if let Some((name, version)) = apk_owner(text, query) {
        assert!(text.contains(&format!("P:{name}")) && text.contains(&format!("V:{version}")));
    }
    if let Some(id) = distribution(text) {
        assert!(!id.is_empty() && text.contains(id));
    }
}
