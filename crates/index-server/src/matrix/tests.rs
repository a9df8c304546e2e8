//! Which wheels make which matrix.

use super::{Matrix, matrix};

/// The matrix as lines: heads, then each Python with its cells as `file:needs`.
fn lines(names: &[&str]) -> Vec<String> {
    let Some(Matrix { systems, rows }) = matrix(names.iter().copied()) else {
        return Vec::new();
    };
    let heads = systems.iter().map(|system| {
        let architectures = system.architectures.join(" ");
        format!("{}[{architectures}]", system.name)
    });
    let mut lines = vec![heads.collect::<Vec<_>>().join(" ")];
    for row in rows {
        let cells = row.cells.iter().map(|cell| {
            let wheels = cell.wheels.iter();
            let wheels = wheels.map(|wheel| format!("{}:{}", wheel.file, wheel.needs));
            wheels.collect::<Vec<_>>().join(",")
        });
        let cells: Vec<String> = cells.collect();
        lines.push(format!("{} | {}", row.python, cells.join(" | ")));
    }
    lines
}

#[test]
fn what_fits_one_cell_has_no_matrix() {
    assert_eq!(lines(&[]), [""; 0]);
    assert_eq!(lines(&["a-1.0.tar.gz", "a-1.0-py3-none-any.whl"]), [""; 0]);
    assert_eq!(lines(&["a-1.0-py2.py3-none-any.whl"]), [""; 0]);
    assert_eq!(
        lines(&["a-1.0-py3-none-any.whl", "a-1.0-1-py3-none-any.whl"]),
        [""; 0]
    );
}

#[test]
fn a_compiled_release_is_by_python_and_platform() {
    let names = [
        "a-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_28_x86_64.whl",
        "a-1.0-cp313-cp313t-manylinux_2_28_aarch64.whl",
        "a-1.0-cp39-abi3-macosx_10_12_universal2.whl",
        "a-1.0-cp310-cp310-win32.whl",
        "a-1.0-cp310-cp310-win_amd64.whl",
        "a-1.0-pp311-pypy311_pp73-musllinux_1_2_x86_64.whl",
        "a-1.0-py3-none-any.whl",
        "a-1.0.tar.gz",
    ];
    assert_eq!(
        lines(&names),
        [
            "Any platform[] Linux (glibc)[aarch64 x86_64] Linux (musl)[x86_64] \
             macOS[arm64 x86_64] Windows[x86 x86_64]",
            "Python 3 | 6:yes |  |  |  |  |  |  | ",
            "CPython 3.9+ |  |  |  |  | 2:10.12+ | 2:10.12+ |  | ",
            "CPython 3.13 |  |  | 0:2.17+ |  |  |  |  | ",
            "CPython 3.13 free-threaded |  | 1:2.28+ |  |  |  |  |  | ",
            "CPython 3.10 |  |  |  |  |  |  | 3:yes | 4:yes",
            "PyPy 3.11 |  |  |  | 5:1.2+ |  |  |  | ",
        ]
    );
}

#[test]
fn several_wheels_share_a_cell_and_one_stands_in_several() {
    let names = [
        "a-1.0-cp312.cp313-cp312.cp313-manylinux1_x86_64.whl",
        "a-1.0-cp313-cp313-manylinux_2_39_x86_64.whl",
    ];
    assert_eq!(
        lines(&names),
        [
            "Linux (glibc)[x86_64]",
            "CPython 3.13 | 0:2.5+,1:2.39+",
            "CPython 3.12 | 0:2.5+",
        ]
    );
}

#[test]
fn what_is_not_known_is_shown_as_it_is() {
    let names = [
        "a-1.0-xy9-none-plan9.whl",
        "a-1.0-cp37-cp37m-linux_armv7l.whl",
        "a-1.0-graalpy311-graalpy240_311_native-android_21_arm64_v8a.whl",
        "a-1.0-py312-none-manylinux_x_y.whl",
    ];
    assert_eq!(
        lines(&names),
        [
            "Linux[armv7l] Android[arm64_v8a] manylinux_x_y[] plan9[]",
            "Python 3.12+ |  |  | 3:yes | ",
            "CPython 3.7 m | 1:yes |  |  | ",
            "GraalPy 3.11 |  | 2:21.0+ |  | ",
            "xy9-none |  |  |  | 0:yes",
        ]
    );
}
