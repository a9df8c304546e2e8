//! Canonical forms, faults, and the list of SPDX.

use proptest::prelude::*;

use super::*;

fn canonical(text: &str) -> Result<String, LicenseError> {
    text.parse()
        .map(|expression: LicenseExpression| expression.to_string())
}

#[test]
fn canonical_forms() {
    let cases = [
        ("mit", "MIT"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        (
            "mit and(apache-2.0 or\tbsd-2-clause)",
            "MIT AND (Apache-2.0 OR BSD-2-Clause)",
        ),
        (
            "gpl-2.0-or-later with classpath-exception-2.0",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
        ),
        ("((( MIT )))", "(((MIT)))"),
        ("lgpl-2.1+", "LGPL-2.1+"),
        ("licenseref-My.Own-1 Or 0bsd", "LicenseRef-My.Own-1 OR 0BSD"),
        (
            "LicenseRef-a AND LicenseRef-A",
            "LicenseRef-a AND LicenseRef-A",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(canonical(text).as_deref(), Ok(expected));
    }
}

#[test]
fn names_what_is_wrong() {
    let cases = [
        ("", "the license expression is empty"),
        (" \n", "the license expression is empty"),
        (
            "Use-it-after-midnight",
            "`Use-it-after-midnight` is no license of the SPDX list and does not start with `LicenseRef-`",
        ),
        (
            "MIT License",
            "the license expression `MIT License` has `License` where `AND`, `OR` or `WITH` should stand",
        ),
        (
            "(mit",
            "the license expression `(mit` ends where `)`, `AND`, `OR` or `WITH` should stand",
        ),
        (
            "mit)",
            "the license expression `mit)` has `)` where `AND`, `OR` or `WITH` should stand",
        ),
        (
            "()",
            "the license expression `()` has `)` where a license or `(` should stand",
        ),
        (
            "mit or",
            "the license expression `mit or` ends where a license or `(` should stand",
        ),
        (
            "and mit",
            "the license expression `and mit` has `and` where a license or `(` should stand",
        ),
        (
            "mit (bsd-2-clause)",
            "the license expression `mit (bsd-2-clause)` has `(` where `AND`, `OR` or `WITH` should stand",
        ),
        (
            "mit with mit",
            "`mit` is no license exception of the SPDX list",
        ),
        (
            "mit with (x)",
            "the license expression `mit with (x)` has `(` where a license exception should stand",
        ),
        (
            "(mit) with Classpath-exception-2.0",
            "the license expression `(mit) with Classpath-exception-2.0` has `with` where `AND`, `OR` or `WITH` should stand",
        ),
        (
            "LicenseRef-",
            "`LicenseRef-` is no valid `LicenseRef-` name",
        ),
        (
            "LicenseRef-a+",
            "`LicenseRef-a+` is no valid `LicenseRef-` name",
        ),
        (
            "LicenseRef-a_b",
            "`LicenseRef-a_b` is no valid `LicenseRef-` name",
        ),
        (
            "mit++",
            "`mit+` is no license of the SPDX list and does not start with `LicenseRef-`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(canonical(text).unwrap_err().to_string(), message, "{text}");
    }
    let deep = format!("{}mit{}", "(".repeat(201), ")".repeat(201));
    assert_eq!(canonical(&deep), Err(LicenseError::TooDeep));
    assert_eq!(canonical(&deep[1..402 + 2]).map(|text| text.len()), Ok(403));
}

#[test]
fn the_list_is_sorted_and_found() {
    assert_eq!(spdx::all().count(), 778);
    for (id, is_license) in spdx::all() {
        let upper = id.to_ascii_uppercase();
        let found = if is_license {
            spdx::license(&upper)
        } else {
            spdx::exception(&upper)
        };
        assert_eq!(found.map(|listed| listed.id), Some(id));
    }
}

#[test]
fn questions_to_an_expression() {
    let expression: LicenseExpression =
        "GPL-2.0 WITH Nokia-Qt-exception-1.1 AND (MIT OR LicenseRef-x) OR ISC+"
            .parse()
            .unwrap();
    assert_eq!(
        expression.deprecated(),
        ["GPL-2.0", "Nokia-Qt-exception-1.1"]
    );
    let ids: Vec<&str> = expression
        .licenses()
        .iter()
        .map(|license| &*license.id)
        .collect();
    assert_eq!(ids, ["GPL-2.0", "MIT", "LicenseRef-x", "ISC"]);
    let cases: [(&[&str], bool); 4] = [
        (&["ISC"], true),
        (&["GPL-2.0"], false),
        (&["GPL-2.0", "LicenseRef-x"], true),
        (&["MIT", "LicenseRef-x"], false),
    ];
    for (accepted, satisfied) in cases {
        let mut accepts = |license: &License| accepted.contains(&&*license.id);
        assert_eq!(
            expression.is_satisfied_by(&mut accepts),
            satisfied,
            "{accepted:?}"
        );
    }
}

proptest! {
    #[test]
    fn canonical_is_a_fixed_point(text in "((mit|0BSD|gpl-2.0\\+|LicenseRef-[a-z]|\\(|\\)|and|OR|with|LLVM-exception) ){1,9}") {
        if let Ok(text) = canonical(&text) {
            prop_assert_eq!(canonical(&text), Ok(text.clone()));
        }
    }
}
