//! Tables as projects have them, variables, and what is not of its form.

use super::*;

const LINUX: &str = "cp312-manylinux_x86_64";

fn read(text: &str, variables: &[(&str, &str)]) -> Cibuildwheel {
    let variable = |name: &str| {
        let found = variables.iter().find(|(one, _)| *one == name);
        found.map(|(_, said)| (*said).to_owned())
    };
    Cibuildwheel::read(text, "linux", &variable)
        .expect("it is read")
        .expect("something is said")
}

fn pair(name: &str, said: &str) -> (String, String) {
    (name.to_owned(), said.to_owned())
}

#[test]
fn nothing_said() {
    let none = Cibuildwheel::read("[project]\nname = 'a'\n", "linux", &|_| None);
    assert!(none.expect("it is read").is_none());
}

#[test]
fn which_wheels_are_wanted() {
    for (text, identifier, is_wanted) in [
        ("build = 'cp31*'", LINUX, true),
        ("build = ['cp{310,311}-*']", LINUX, false),
        ("build = 'cp39-* cp312-*'", LINUX, true),
        ("skip = '*-musllinux_*'", "cp312-musllinux_x86_64", false),
        ("skip = ['cp312-*']\nbuild = '*'", LINUX, false),
        ("", "pp311-manylinux_x86_64", false),
        ("enable = ['pypy']", "pp311-manylinux_x86_64", true),
        ("enable = 'all'", "cp313t-manylinux_x86_64", true),
        ("", "cp313t-manylinux_x86_64", false),
        ("", "cp314t-manylinux_x86_64", true),
        ("linux.skip = 'cp312*'\nskip = ''", LINUX, false),
        ("macos.skip = 'cp312*'", LINUX, true),
    ] {
        let read = read(&format!("[tool.cibuildwheel]\n{text}\n"), &[]);
        assert_eq!(read.wants(identifier), Ok(is_wanted), "{text} {identifier}");
        assert!(read.unknown.is_empty(), "{:?}", read.unknown);
    }
}

#[test]
fn layers_overrides_and_variables() {
    let text = "
[tool.cibuildwheel]
test-command = ['a', 'b {project}']
test-requires = 'pytest hypothesis'
environment = { A = '1' }
before-all = 'x'
test-skip = '*-musllinux*'
manylinux-x86_64-image = 'manylinux_2_28'
tset-command = 'typing error'
config-settings = { key = ['1', '2'], is = true }
[tool.cibuildwheel.linux]
before-all = 'y'
repair-wheel-command = ''
[[tool.cibuildwheel.overrides]]
select = 'cp312-*'
inherit.environment = 'append'
inherit.before-all = 'prepend'
environment = { B = '2' }
before-all = 'z'
test-requires = ['nose']
";
    let read = read(
        text,
        &[
            ("CIBW_TEST_EXTRAS", "all fast"),
            ("CIBW_TEST_GROUPS_LINUX", "dev"),
        ],
    );
    assert_eq!(read.unknown, ["tset-command"]);
    let options = read.of(LINUX).expect("the options");
    let expected = WheelOptions {
        before_all: Some("z && y".to_owned()),
        repair_wheel_command: Some(String::new()),
        test_command: Some("a && b {project}".to_owned()),
        is_tested: true,
        test_requires: vec!["nose".to_owned()],
        test_extras: vec!["all".to_owned(), "fast".to_owned()],
        test_groups: vec!["dev".to_owned()],
        environment: vec![pair("A", "1"), pair("B", "2")],
        config_settings: vec![pair("is", "true"), pair("key", "1"), pair("key", "2")],
        ..WheelOptions::default()
    };
    let mut sorted = options;
    sorted.config_settings.sort();
    assert_eq!(sorted, expected);
    let other = read.of("cp311-musllinux_x86_64").expect("the options");
    assert_eq!(other.test_requires, ["pytest", "hypothesis"]);
    assert!(!other.is_tested);
}

#[test]
fn assignments_in_a_string() {
    let read = read("", &[("CIBW_ENVIRONMENT", "A=1 B=\"x y\" C='z'w D=")]);
    let options = read.of(LINUX).expect("the options");
    let expected = [
        pair("A", "1"),
        pair("B", "x y"),
        pair("C", "zw"),
        pair("D", ""),
    ];
    assert_eq!(options.environment, expected);
}

#[test]
fn what_is_not_of_its_form() {
    for text in [
        "test-requires = 1",
        "test-requires = [1]",
        "environment = 'A'",
        "environment = 'A=\"open'",
        "environment = { A = [1] }",
        "build = '[a'",
        "overrides = 1",
        "overrides = [{ build = '*' }]",
        "linux = 1",
    ] {
        let text = format!("[tool.cibuildwheel]\n{text}\n");
        let read = Cibuildwheel::read(&text, "linux", &|_| None);
        let answer = read.and_then(|read| {
            let read = read.expect("something is said");
            read.wants(LINUX)?;
            read.of(LINUX)
        });
        assert!(answer.is_err(), "{text}");
    }
}

#[test]
fn places_in_commands() {
    let places = BTreeMap::from([("project", "/p".to_owned()), ("wheel", "/w.whl".to_owned())]);
    for (command, after) in [
        ("pytest {project}/tests", "pytest /p/tests"),
        ("a {wheel} {b} ${c} {}", "a /w.whl {b} ${c} {}"),
        ("a {wheel", "a {wheel"),
    ] {
        assert_eq!(with_places(command, &places), after);
    }
}
