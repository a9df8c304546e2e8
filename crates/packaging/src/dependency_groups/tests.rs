//! Includes, their order and their bounds; what is told of malformed groups.

use std::fmt::Write as _;

use super::*;

fn resolved(table: &str, group: &str) -> Result<Vec<String>, String> {
    let groups = DependencyGroups::parse(&format!("[dependency-groups]\n{table}"))
        .map_err(|error| error.to_string())?;
    let requirements = groups.resolve(&group.parse().unwrap());
    let requirements = requirements.map_err(|error| error.to_string())?;
    Ok(requirements.iter().map(ToString::to_string).collect())
}

#[test]
fn includes_are_followed_in_order() {
    let table = "\
        test = ['pytest>7', { include-group = 'Run_Time' }, 'coverage']\n\
        run-time = ['click', { include-group = 'empty' }]\n\
        empty = []\n\
        twice = [{ include-group = 'test' }, { include-group = 'run.time' }]\n";
    let cases: [(&str, &[&str]); 4] = [
        ("empty", &[]),
        ("RUN_time", &["click"]),
        ("test", &["pytest>7", "click", "coverage"]),
        ("twice", &["pytest>7", "click", "coverage", "click"]),
    ];
    for (group, expected) in cases {
        assert_eq!(resolved(table, group).unwrap(), expected, "{group}");
    }
    let groups = DependencyGroups::parse(&format!("[dependency-groups]\n{table}")).unwrap();
    assert_eq!(
        groups.names().map(GroupName::as_str).collect::<Vec<_>>(),
        ["empty", "run-time", "test", "twice"]
    );
    assert_eq!(groups.items(&"test".parse().unwrap()).unwrap().len(), 3);
    assert_eq!(
        DependencyGroups::parse("[project]\n"),
        Ok(DependencyGroups::default())
    );
}

#[test]
fn names_the_group_the_place_and_the_reason() {
    let cases = [
        ("a = []", "b", "there is no dependency group `b`"),
        (
            "a = [{ include-group = 'b' }]",
            "a",
            "there is no dependency group `b`, which `a` includes",
        ),
        (
            "a = [{ include-group = 'a' }]",
            "a",
            "the dependency groups `a` include each other",
        ),
        (
            "r = [{ include-group = 'a' }]\na = [{ include-group = 'b' }]\nb = [{ include-group = 'A' }]",
            "r",
            "the dependency groups `a` → `b` include each other",
        ),
        (
            "a = []\nA = []",
            "a",
            "line 3, column 1: `dependency-groups.A`: the dependency group `a` is defined twice",
        ),
        (
            "a = 'x'",
            "a",
            "the dependency group `a` is not valid: line 2, column 5: `dependency-groups.a`: the value is a string, not an array",
        ),
        (
            "a = [1, {}]",
            "a",
            "the dependency group `a` is not valid: line 2, column 6: `dependency-groups.a[0]`: the value is an integer, not a requirement or an `include-group` table; line 2, column 9: `dependency-groups.a[1]`: the table must have the key `include-group` and no other",
        ),
        (
            "a = [{ include-group = 'b', x = 1 }]",
            "a",
            "the dependency group `a` is not valid: line 2, column 6: `dependency-groups.a[0]`: the table must have the key `include-group` and no other",
        ),
        (
            "a = [{ include-group = 5 }]",
            "a",
            "the dependency group `a` is not valid: line 2, column 24: `dependency-groups.a[0].include-group`: the value is an integer, not a string",
        ),
    ];
    for (table, group, message) in cases {
        assert_eq!(resolved(table, group).unwrap_err(), message);
    }
    assert!(
        resolved("a = ['-']", "a")
            .unwrap_err()
            .starts_with("the dependency group `a` is not valid: line 2, column 6: ")
    );
    assert_eq!(resolved("a = ['-']\nb = ['x']", "b").unwrap(), ["x"]);
    assert!(DependencyGroups::parse("dependency-groups = 1").is_err());
}

#[test]
fn includes_can_not_multiply_without_end() {
    for leaf in ["'x'", ""] {
        let mut table = format!("g0 = [{leaf}]\n");
        for level in 1..64 {
            let include = format!("{{ include-group = 'g{}' }}", level - 1);
            writeln!(table, "g{level} = [{include}, {include}]").unwrap();
        }
        let count = if leaf.is_empty() { 0 } else { 1024 };
        assert_eq!(resolved(&table, "g10").unwrap().len(), count);
        assert!(
            resolved(&table, "g63")
                .unwrap_err()
                .starts_with("the dependency group `g63` comes to more than 100000 ")
        );
    }
    let mut table = String::from("g0 = ['x']\n");
    for level in 1..600 {
        writeln!(table, "g{level} = [{{ include-group = 'g{}' }}]", level - 1).unwrap();
    }
    assert_eq!(resolved(&table, "g499").unwrap(), ["x"]);
    assert!(resolved(&table, "g500").is_err());
}
