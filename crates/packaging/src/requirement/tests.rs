//! Tests of this module's parent, `requirement`.

use super::{Requirement, RequirementSource};

fn requirement(text: &str) -> Requirement {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn forms() {
    for (text, normal) in [
        ("A", "a"),
        ("  aa \t", "aa"),
        ("name", "name"),
        ("name<=1", "name<=1"),
        ("name>=2,<3", "name<3,>=2"),
        ("name>=3,", "name>=3"),
        ("name (>=3)", "name>=3"),
        ("name ( >= 3 , != 4 ) ", "name!=4,>=3"),
        ("name()", "name"),
        (
            "name[quux, Strange_Extra];python_version<'2.7' and platform_version=='2'",
            "name[quux,strange-extra]; python_version < \"2.7\" and platform_version == \"2\"",
        ),
        ("name[]", "name"),
        ("name [ b , a , B ]", "name[a,b]"),
        (
            "name @ https://index.example/x;y",
            "name @ https://index.example/x;y",
        ),
        (
            "name@https://index.example ; os_name == 'a'",
            "name @ https://index.example ; os_name == \"a\"",
        ),
        ("name @ file:///a%20b ", "name @ file:///a%20b"),
        ("name @ ../relative/path", "name @ ../relative/path"),
        (
            "name[fred]@ git+ssh://git@index.example/p.git@v1#egg=p",
            "name[fred] @ git+ssh://git@index.example/p.git@v1#egg=p",
        ),
        ("name===1.0,!=2", "name!=2,===1.0"),
        (
            "name=== anything!/here ; os_name == 'a'",
            "name===anything!/here; os_name == \"a\"",
        ),
        ("name == 1.*", "name==1.*"),
        ("name ~= 1.4.2", "name~=1.4.2"),
        ("name>=\n1.0", "name>=1.0"),
        ("name; python_version >= '0'", "name"),
        ("name;os_name=='a'", "name; os_name == \"a\""),
    ] {
        let found = requirement(text);
        assert_eq!(found.to_string(), normal, "{text}");
        assert_eq!(requirement(normal), found, "{text}");
    }
}

#[test]
fn parts() {
    let found = requirement("a[b]>=1; os_name == 'nt'");
    assert_eq!(found.name, "a");
    assert_eq!(found.extras, ["b"]);
    assert_eq!(found.specifiers().unwrap().to_string(), ">=1");
    assert_eq!(found.url(), None);
    assert_eq!(found.marker, "os_name == 'nt'".parse().unwrap());
    assert_eq!(
        requirement("a @ u").source,
        RequirementSource::Url("u".into())
    );
    assert_eq!(Requirement::any("a".parse().unwrap()), requirement("a"));
    assert_eq!(requirement("A.B[x_y]==1.0"), requirement("a-b [X-Y] (==1)"));
}

const FAULTY: &[&str] = &[
    "",
    "_name",
    "name_",
    "naïve",
    "é",
    "name[",
    "name[a",
    "name[a,]",
    "name[a b]",
    "name[!]",
    "name[a]]",
    "name(>=1",
    "name(>=1 x)",
    "name @",
    "name @  ",
    "name @ u os_name == 'a'",
    "name @ u x",
    "name 1.0",
    "name >= ",
    "name >= 1.0+a",
    "name >= 1.*",
    "name == 1.0a1.*",
    "name ~= 1",
    "name >=1,,<2",
    "name,>=1",
    "name >=1 <2",
    "name=1",
    "name; ",
    "name; os_name",
    "name; os_name == 'a' or",
    "name; os_name == 'a' x",
    "name===1,foo",
    "name\n>=1",
    "name >= 1\n",
];

#[test]
fn faults_say_where() {
    let faults: Vec<String> = FAULTY
        .iter()
        .map(|text| text.parse::<Requirement>().unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(faults.join("\n"), @r"
`` is not a requirement: a project name is missing at byte 0
`_name` is not a requirement: a project name is missing at byte 0
`name_` is not a requirement: the name must end with a letter or digit at byte 0
`naïve` is not a requirement: a project name is missing at byte 0
`é` is not a requirement: a project name is missing at byte 0
`name[` is not a requirement: the bracket is not closed at byte 4
`name[a` is not a requirement: the bracket is not closed at byte 4
`name[a,]` is not a requirement: the name of an extra is missing at byte 7
`name[a b]` is not a requirement: a comma is missing between extras at byte 7
`name[!]` is not a requirement: the name of an extra is missing at byte 5
`name[a]]` is not a requirement: a comparison, `;`, `@` or the end is expected, not `]` at byte 7
`name(>=1` is not a requirement: the bracket is not closed at byte 4
`name(>=1 x)` is not a requirement: a comparison, `;`, `@` or the end is expected, not `x` at byte 9
`name @` is not a requirement: a URL is missing behind `@` at byte 6
`name @  ` is not a requirement: a URL is missing behind `@` at byte 8
`name @ u os_name == 'a'` is not a requirement: a space and `;`, or the end, is expected behind the URL, not `o` at byte 9
`name @ u x` is not a requirement: a space and `;`, or the end, is expected behind the URL, not `x` at byte 9
`name 1.0` is not a requirement: a comparison, `;`, `@` or the end is expected, not `1` at byte 5
`name >= ` is not a requirement: no version follows the operator: a number is missing at byte 8
`name >= 1.0+a` is not a requirement: a local label cannot stand behind this operator at byte 8
`name >= 1.*` is not a requirement: `.*` can only stand behind `==` or `!=` and a release at byte 9
`name == 1.0a1.*` is not a requirement: `.*` can only stand behind `==` or `!=` and a release at byte 13
`name ~= 1` is not a requirement: `~=` needs at least two release segments at byte 8
`name >=1,,<2` is not a requirement: a comparison, `;`, `@` or the end is expected, not `,` at byte 9
`name,>=1` is not a requirement: a comparison, `;`, `@` or the end is expected, not `,` at byte 4
`name >=1 <2` is not a requirement: a comparison, `;`, `@` or the end is expected, not `<` at byte 9
`name=1` is not a requirement: a comparison operator is missing at byte 4
`name; ` is not a requirement: a marker variable or a quoted text is missing at byte 6
`name; os_name` is not a requirement: a comparison operator (`<`, `<=`, `==`, `!=`, `>=`, `>`, `~=`, `===`, `in`, `not in`) is missing at byte 13
`name; os_name == 'a' or` is not a requirement: a marker variable or a quoted text is missing at byte 23
`name; os_name == 'a' x` is not a requirement: `and`, `or` or the end is expected, not `x` at byte 21
`name===1,foo` is not a requirement: a comparison operator is missing at byte 9
`name
>=1` is not a requirement: a comparison, `;`, `@` or the end is expected, not `\n` at byte 4
`name >= 1
` is not a requirement: a comparison, `;`, `@` or the end is expected, not `\n` at byte 9
");
}

#[test]
fn carets_point_at_the_fault() {
    let error = "naß\t[a b]".parse::<Requirement>().unwrap_err();
    assert_eq!(error.pointed_out(), "naß [a b]\n^");
    let error = "name; os_names == 'a'".parse::<Requirement>().unwrap_err();
    assert_eq!(error.pointed_out(), "name; os_names == 'a'\n      ^^^^^^^^");
}

#[test]
fn requirements_serialise_as_text() {
    let found: Requirement = serde_json::from_str("\"A >= 1\"").unwrap();
    assert_eq!(serde_json::to_string(&found).unwrap(), "\"a>=1\"");
}

#[test]
fn what_was_published_is_mended() {
    for (published, meant) in [
        ("pytz (>dev)", "pytz>0.0.0.dev0"),
        ("pytz>dev", "pytz>0.0.0.dev0"),
        (
            "elasticsearch-dsl>=7.2.0<8.0.0",
            "elasticsearch-dsl>=7.2.0,<8.0.0",
        ),
        ("jupyter-core!=~5.0,>=4.12", "jupyter-core!=5.0.*,>=4.12"),
        ("importlib-metadata>=1.9.*", "importlib-metadata>=1.9"),
        (
            "a[b,c] (>=1.9.*,<=3.*) ; extra == 'x'",
            "a[b,c]>=1.9,<=3 ; extra == 'x'",
        ),
        ("a!=3.0*", "a!=3.0.*"),
        ("a==3.0*", "a==3.0.*"),
        ("a>=3.6,", "a>=3.6"),
        ("a>=9.0.0a1.0", "a>=9.0.0a1"),
        ("a>='2.7'", "a>=2.7"),
        (
            "a >= 2.7' ; python_version < '3'",
            "a>=2.7 ; python_version < '3'",
        ),
        // What is sound stays as it is.
        ("a>=2.0", "a>=2.0"),
        ("a===odd", "a===odd"),
    ] {
        let read = Requirement::parse_published(published);
        assert_eq!(read, Ok(meant.parse().unwrap()), "{published}");
    }
}

#[test]
fn what_was_published_and_means_nothing_is_not_guessed() {
    for text in [
        "a>=",
        "a>=x",
        "a 1.0",
        "a @ https://index.example/b.whl>=1 2",
        "a>=1; b",
    ] {
        let error = Requirement::parse_published(text).unwrap_err();
        assert_eq!(error, text.parse::<Requirement>().unwrap_err(), "{text}");
    }
}
