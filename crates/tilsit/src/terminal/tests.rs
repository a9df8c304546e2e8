//! How times, sizes and paths are said.

use std::path::Path;
use std::time::Duration;

use super::{count, duration, path, size};

#[test]
fn durations() {
    for (milliseconds, shown) in [
        (0, "0 ms"),
        (999, "999 ms"),
        (1920, "1.92 s"),
        (192_000, "3 min 12 s"),
    ] {
        assert_eq!(duration(Duration::from_millis(milliseconds)), shown);
    }
}

#[test]
fn sizes_and_counts() {
    assert_eq!(size(812), "812 B");
    assert_eq!(size(24_117_248), "23.00 MiB");
    assert_eq!(count(1, "wheel"), "1 wheel");
    assert_eq!(count(0, "wheel"), "0 wheels");
}

#[test]
fn paths_are_shown_as_typed() {
    for (given, shown) in [
        ("/home/u/p/.venv", ".venv"),
        ("/home/u/p", "."),
        ("/opt/x", "/opt/x"),
    ] {
        assert_eq!(path(Path::new(given), Path::new("/home/u/p")), shown);
    }
}
