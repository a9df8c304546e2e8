//! Run paths that stay and that leave.

use super::RunPaths;

fn climbs_out(path: &str, pieces: &[&[u8]]) -> bool {
    let mut run_paths = RunPaths::of(path);
    for piece in pieces {
        run_paths.look_at(piece);
    }
    run_paths.climbs_out
}

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
        for cut in 4..contents.len() {
            let (left, right) = contents.as_bytes().split_at(cut);
            let found = climbs_out(path, &[left, right]);
            assert_eq!(found, expected, "{path} {run_path} cut at {cut}");
        }
    }
    assert!(!climbs_out("a/m.py", &[b"$ORIGIN/../../../x"]));
}
