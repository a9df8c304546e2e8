//! Where the folders are.

use std::path::Path;

use super::{Variables, configuration_folder, default_cache_folder, temporary_folder};

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn folders_follow_the_xdg_customs() {
    let home = Some(Path::new("/home/u"));
    let none = Variables::default();
    let xdg = Variables::from_pairs(&[("XDG_CACHE_HOME", "/c"), ("XDG_CONFIG_HOME", "/k")]);
    let relative = Variables::from_pairs(&[("XDG_CACHE_HOME", "c")]);
    for (variables, home, cache) in [
        (&none, home, Some("/home/u/.cache/tilsit")),
        (&xdg, home, Some("/c/tilsit")),
        (&relative, home, Some("/home/u/.cache/tilsit")),
        (&none, None, None),
    ] {
        let found = default_cache_folder(variables, home);
        assert_eq!(found.as_deref(), cache.map(Path::new));
    }
    let found = configuration_folder(&xdg, home);
    assert_eq!(found.as_deref(), Some(Path::new("/k/tilsit")));
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let variables = Variables::from_pairs(&[("A", ""), ("B", "b"), ("TMPDIR", "/t")]);
    assert_eq!(variables.text("A"), None);
    assert_eq!(variables.path("A"), None);
    assert_eq!(variables.text("B"), Some("b"));
    assert_eq!(temporary_folder(&variables), Path::new("/t"));
}
