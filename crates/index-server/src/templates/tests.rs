//! Sizes as pages show them.

use super::size;

#[test]
fn sizes_for_people() {
    for (bytes, text) in [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (12_345, "12.3 kB"),
        (99_960, "100 kB"),
        (999_600, "1.00 MB"),
        (123_456_789, "123 MB"),
        (u64::MAX, "18447 PB"),
    ] {
        assert_eq!(size(bytes), text);
    }
}
