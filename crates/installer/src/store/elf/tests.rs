//! Run paths that stay and that leave.

use super::climbs_out;

#[test]
fn tells_run_paths_that_leave_the_top_folder() {
    for (path, run_path, expected) in [
        ("numpy/_core/m.so", "$ORIGIN/../../numpy.libs", true),
        ("numpy/_core/m.so", "$ORIGIN/..", false),
        ("numpy/_core/m.so", "$ORIGIN", false),
        ("torch/lib/m.so", "$ORIGIN:$ORIGIN/../../nvidia/lib", true),
        ("torch/lib/deep/m.so", "${ORIGIN}/../../x", false),
        ("torch/m.so", "$ORIGIN/../x", true),
        ("torch/m.so", "$ORIGIN/x/../y/..", false),
        ("m.so", "$ORIGIN/../x", false),
        ("torch/m.so", "/usr/lib/../lib", false),
    ] {
        let contents = format!("\x7fELF..\0{run_path}\0more/../../..");
        assert_eq!(
            climbs_out(path, contents.as_bytes()),
            expected,
            "{path} {run_path}"
        );
    }
    assert!(!climbs_out("a/m.py", b"$ORIGIN/../../../x"));
}
