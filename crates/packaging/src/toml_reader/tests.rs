//! Values by type, and faults with their places.

use super::*;

const TEXT: &str = "\
a = 'x'
[t]
n = 0x1F
m = -1
f = 1.5
b = true
d = 2025-01-25T11:30:10Z
l = ['1', 'ü', '-']
\"a b\" = {}
[[r]]
[[r]]
k = 5
";

#[test]
fn values_by_type() {
    let document = Document::parse(TEXT).unwrap();
    let root = document.root();
    assert_eq!(root.string("a"), Ok(Some("x")));
    assert_eq!(root.string("z"), Ok(None));
    let table = root.table("t").unwrap().unwrap();
    assert_eq!(table.number("n"), Ok(Some(31)));
    assert_eq!(table.boolean("b"), Ok(Some(true)));
    assert_eq!(
        table.datetime("d").unwrap().unwrap().to_string(),
        "2025-01-25T11:30:10Z"
    );
    assert_eq!(table.texts("l").unwrap().unwrap(), ["1", "ü", "-"]);
    assert_eq!(root.tables("r").unwrap().unwrap().len(), 2);
    let value = root.to_value();
    assert_eq!(
        value.to_string(),
        TEXT.parse::<toml::Table>().unwrap().to_string()
    );
}

#[test]
fn faults_say_where() {
    let document = Document::parse(TEXT).unwrap();
    let root = document.root();
    let table = root.table("t").unwrap().unwrap();
    let rows = root.tables("r").unwrap().unwrap();
    let cases = [
        (
            root.number("a").unwrap_err(),
            "line 1, column 5: `a`: the value is a string, not an integer",
        ),
        (
            root.required("z").err().unwrap(),
            "line 1, column 1: `z`: the key is missing",
        ),
        (
            table.number("m").unwrap_err(),
            "line 4, column 5: `t.m`: `-1` is not a number from 0 to 2^64 - 1",
        ),
        (
            table.string("f").unwrap_err(),
            "line 5, column 5: `t.f`: the value is a float, not a string",
        ),
        (
            table.parsed_list::<u8>("l").unwrap_err(),
            "line 8, column 11: `t.l[1]`: invalid digit found in string",
        ),
        (
            table.boolean("a b").unwrap_err(),
            "line 9, column 9: `t.\"a b\"`: the value is a table, not a boolean",
        ),
        (
            rows[1].string("k").unwrap_err(),
            "line 12, column 5: `r[1].k`: the value is an integer, not a string",
        ),
        (
            rows[1].unknown_keys(&["j"]).remove(0),
            "line 12, column 1: `r[1].k`: the specification has no such key",
        ),
    ];
    for (problem, message) in cases {
        assert_eq!(problem.to_string(), message);
    }
    let broken = Document::parse("a = 1\nb = \n").err().unwrap();
    assert_eq!((broken.line, broken.column), (Some(2), Some(5)));
}
