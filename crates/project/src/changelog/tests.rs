//! Changelogs as people write them, and those that tell nothing.

use super::*;

fn of(text: &str) -> Result<Entry, NoEntry> {
    let version = "1.2.0".parse().expect("a version");
    entry(text, &version, "2026-01-31")
}

#[test]
fn the_names_of_changelogs() {
    for name in ["CHANGELOG.md", "Changes", "NEWS.rst", "history.txt"] {
        assert!(is_changelog(name), "{name}");
    }
    for name in [
        "changelog.py",
        "CHANGELOG.md.bak",
        "news.d",
        "README.md",
        "",
    ] {
        assert!(!is_changelog(name), "{name}");
    }
}

#[test]
fn a_section_of_the_version_is_enough() {
    for text in [
        "# Changes\n\n## [1.2.0] - 2026-01-30\n\n- better\n",
        "## v1.2\n- better\n## v1.1\n",
        "1.2.0 (2026-01-30)\n==================\n\n* better\n",
        "## Release `1.2.0`, at last\n### Added\n- better\n",
    ] {
        assert_eq!(of(text), Ok(Entry::Ready), "{text}");
    }
}

#[test]
fn what_is_unreleased_gets_the_version() {
    for (text, after) in [
        (
            "# Changelog\n\n## [Unreleased]\n\n### Added\n- a\n\n## [1.1.0] - 2025-01-01\n- b\n",
            "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n### Added\n- a\n\n## [1.1.0] - 2025-01-01\n- b\n",
        ),
        (
            "Unreleased\r\n----------\r\n\r\n* a\r\n",
            "Unreleased\r\n----------\r\n\r\n1.2.0 (2026-01-31)\r\n------------------\r\n\r\n* a\r\n",
        ),
        (
            "## Unreleased\n- a\n## v1.1.0 (2025-1-1)\n- b",
            "## Unreleased\n\n## v1.2.0 (2026-01-31)\n- a\n## v1.1.0 (2025-1-1)\n- b",
        ),
        (
            "## Unreleased\n- a\n## 2025-1-1: 1.1.0\n- b\n",
            "## Unreleased\n\n## 2026-01-31: 1.2.0\n- a\n## 2025-1-1: 1.1.0\n- b\n",
        ),
        (
            "1.2.0 (unreleased)\n------------------\n\n- a\n",
            "1.2.0 (2026-01-31)\n------------------\n\n- a\n",
        ),
        (
            "## 1.2.0 - Unreleased ##\n- a",
            "## 1.2.0 - 2026-01-31 ##\n- a",
        ),
    ] {
        assert_eq!(of(text), Ok(Entry::Waiting(after.to_owned())), "{text}");
    }
}

#[test]
fn what_tells_nothing() {
    for text in [
        "",
        "# Changelog\n\n## 1.1.0\n- b\n",
        "```\n## 1.2.0\n- in code\n```\n",
        "## 1.2.0rc1\n- not this one\n",
    ] {
        assert_eq!(of(text), Err(NoEntry::Missing), "{text}");
    }
    for text in [
        "# C\n## Unreleased\n\n## 1.1.0\n- b\n",
        "## 1.2.0\n### Added\n\n### Fixed\n\n## 1.1.0\n- b\n",
        "## Unreleased\n<!-- nothing yet -->\n[Unreleased]: https://index.example/\n",
    ] {
        assert!(matches!(of(text), Err(NoEntry::Empty { .. })), "{text}");
    }
}

#[test]
fn a_released_changelog_is_ready() {
    let text = "## Unreleased\n- a\n\n## 1.1.0 - 2025-01-01\n- b\n";
    let Ok(Entry::Waiting(after)) = of(text) else {
        panic!("it waits");
    };
    assert_eq!(of(&after), Ok(Entry::Ready));
}
