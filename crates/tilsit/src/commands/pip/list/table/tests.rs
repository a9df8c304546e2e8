//! The columns line up.

use insta::assert_snapshot;

use super::columns;

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let rows = [
        row(["a", "1.0.post1", ""]),
        row(["charset-normalizer", "3", "/p"]),
    ];
    assert_snapshot!(columns(&["Package", "Version", "Place"], &rows), @r"
    Package            Version   Place
    ------------------ --------- -----
    a                  1.0.post1
    charset-normalizer 3         /p
    ");
}
