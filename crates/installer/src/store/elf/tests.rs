//! Run paths that stay and that leave.

use super::RunPaths;

fn lead_to(path: &str, pieces: &[&[u8]]) -> Vec<String> {
    let mut run_paths = RunPaths::of(path);
    for piece in pieces {
        run_paths.look_at(piece);
    }
    run_paths.lead_to.into_iter().collect()
}

#[test]
fn tells_where_run_paths_lead_to() {
    let cases: [(&str, &str, &[&str]); 11] = [
        (
            "numpy/_core/m.so",
            "$ORIGIN/../../numpy.libs",
            &["numpy.libs"],
        ),
        ("numpy/_core/m.so", "$ORIGIN/..", &["numpy"]),
        ("numpy/_core/m.so", "$ORIGIN", &[]),
        (
            "torch/lib/m.so",
            "$ORIGIN:$ORIGIN/../../nvidia/lib",
            &["nvidia/lib"],
        ),
        (
            "nvidia/a/lib/m.so",
            "$ORIGIN/../../b/lib",
            &["nvidia/b/lib"],
        ),
        ("torch/lib/deep/m.so", "${ORIGIN}/../../x", &["torch/x"]),
        ("torch/m.so", "$ORIGIN/..", &[""]),
        ("torch/m.so", "$ORIGIN/../../x", &[""]),
        ("torch/m.so", "$ORIGIN/x/../y/..", &[]),
        ("m.so", "$ORIGIN/../x", &[]),
        ("torch/m.so", "/usr/lib/../lib", &[]),
    ];
    for (path, run_path, expected) in cases {
        let contents = format!("\x7fELF..\0{run_path}\0more/../../..");
        for cut in 4..contents.len() {
            let (left, right) = contents.as_bytes().split_at(cut);
            let found = lead_to(path, &[left, right]);
            assert_eq!(found, expected, "{path} {run_path} cut at {cut}");
        }
    }
    assert!(lead_to("a/m.py", &[b"$ORIGIN/../../../x\0"]).is_empty());
}
