//! Names, suffixes, and whose programs a tool has.

use super::*;

#[test]
fn a_tool_is_named_after_its_project_and_suffix() {
    let mut asked = Asked::of("Black[jupyter]>=24".parse().unwrap());
    assert_eq!(asked.name(), "black");
    asked.suffix = "@24".to_owned();
    assert_eq!(asked.name(), "black@24");
}

#[test]
fn programs_are_of_the_project_and_of_additions_that_are_named_for_it() {
    let mut asked = Asked::of("app".parse().unwrap());
    asked.with.push(Addition::of("quiet".parse().unwrap()));
    asked.with.push(Addition {
        has_programs: true,
        ..Addition::of("loud".parse().unwrap())
    });
    let names: Vec<_> = asked
        .projects_with_programs()
        .map(ProjectName::as_str)
        .collect();
    assert_eq!(names, ["app", "loud"]);
}

#[test]
fn suffixes() {
    for (suffix, is_fit) in [
        ("", true),
        ("@3.12", true),
        ("_x", true),
        ("-rc+1", true),
        ("/x", false),
        ("..\\x", false),
        ("a b", false),
        ("é", false),
    ] {
        assert_eq!(check_suffix(suffix).is_ok(), is_fit, "{suffix}");
    }
}
