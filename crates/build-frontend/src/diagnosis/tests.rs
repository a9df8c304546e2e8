//! Lines of real failures.

use super::*;

#[test]
fn known_lines() {
    for (line, expected) in [
        (
            "psycopg/psycopg.h:35:10: fatal error: libpq-fe.h: No such file or directory",
            "libpq-dev",
        ),
        (
            "a.c:1:10: fatal error: Python.h: No such file or directory",
            "python3-dev",
        ),
        (
            "a.c:1:10: fatal error: 'openssl/ssl.h' file not found",
            "libssl-dev",
        ),
        (
            "/usr/bin/ld: cannot find -lxml2: No such file or directory",
            "libxml2-dev",
        ),
        ("ld: library not found for -lssl", "libssl-dev"),
        (
            "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
            "build-essential",
        ),
        ("unable to execute 'g++': No such file or directory", "g++"),
        (
            "/bin/sh: 1: mysql_config: not found",
            "default-libmysqlclient-dev",
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: 'cmake'",
            "apt install cmake",
        ),
        ("Error: pg_config executable not found.", "libpq-dev"),
        (
            "ModuleNotFoundError: No module named 'pkg_resources'",
            "setuptools<82",
        ),
        (
            "ModuleNotFoundError: No module named 'numpy.core'",
            "imports `numpy`",
        ),
        ("error: can't find Rust compiler", "rustc cargo"),
        (
            "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
            "for Python 2",
        ),
        (
            "ModuleNotFoundError: No module named 'cookielib'",
            "for Python 2",
        ),
        (
            "a.c:1:12: fatal error: longintrepr.h: No such file or directory",
            "older than Python 3.11",
        ),
        (
            "a.c:1:25: error: ‘PyThreadState’ {aka ‘struct _ts’} has no member named ‘exc_type’; did you",
            "older than Python 3.7",
        ),
        (
            "../meson.build:1:0: ERROR: Unknown compiler(s): [['gfortran'], ['flang']]",
            "gfortran",
        ),
    ] {
        let advice: Vec<String> = advice(line).iter().map(ToString::to_string).collect();
        assert!(
            advice
                .first()
                .is_some_and(|advice| advice.contains(expected)),
            "{line}: {advice:?}"
        );
    }
}

#[test]
fn other_lines_and_repetition() {
    for line in [
        "",
        "all is well",
        "fatal error: mine.h: No such file or directory",
        "x: not found",
        "ld: cannot find -lmine",
    ] {
        assert_eq!(advice(line), [], "{line}");
    }
    let line = "fatal error: zlib.h: No such file or directory\n".repeat(3);
    assert_eq!(advice(&line).len(), 1);
}
