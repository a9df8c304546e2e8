//! Requirements in lists of every layout.

use super::*;

#[test]
fn a_requirement_comes_in_the_layout_of_the_others() {
    let cases = [
        // Empty lists become one line an item.
        (
            "dependencies = []\n",
            "dependencies = [\n    \"new>=1\",\n]\n",
        ),
        ("dependencies = [ ]", "dependencies = [\n    \"new>=1\",\n]"),
        (
            "dependencies = [\n]\n",
            "dependencies = [\n    \"new>=1\",\n]\n",
        ),
        (
            "dependencies = [\n    # None so far.\n]\n",
            "dependencies = [\n    # None so far.\n    \"new>=1\",\n]\n",
        ),
        ("", "dependencies = [\n    \"new>=1\",\n]\n"),
        // On one line.
        ("dependencies = ['a']\n", "dependencies = ['a', 'new>=1']\n"),
        (
            "dependencies = [\"a\",]\n",
            "dependencies = [\"a\", \"new>=1\",]\n",
        ),
        (
            "dependencies = [ 'z' ]\n",
            "dependencies = [ 'new>=1', 'z' ]\n",
        ),
        (
            "dependencies = ['a', 'z'] # all\n",
            "dependencies = ['a', 'new>=1', 'z'] # all\n",
        ),
        // One line an item.
        (
            "dependencies = [\n  \"a\",  # first\n  # about z\n  \"z\"\n]\n",
            "dependencies = [\n  \"a\",  # first\n  \"new>=1\",\n  # about z\n  \"z\"\n]\n",
        ),
        (
            "dependencies = [\n\t'a',\n\t'b' # last\n]\n",
            "dependencies = [\n\t'a',\n\t'b', # last\n\t'new>=1'\n]\n",
        ),
        (
            "dependencies = [ # all\n    'z',\n]\n",
            "dependencies = [ # all\n    'new>=1',\n    'z',\n]\n",
        ),
        (
            "dependencies = [\n  'a',\n  'b']\n",
            "dependencies = [\n  'a',\n  'b',\n  'new>=1']\n",
        ),
        // Mixed.
        (
            "dependencies = ['a',\n                'b',\n                'z']\n",
            "dependencies = ['a',\n                'b',\n                'new>=1',\n                'z']\n",
        ),
        (
            "dependencies = [\n  'a', 'b', 'z',\n]\n",
            "dependencies = [\n  'a', 'b', 'new>=1', 'z',\n]\n",
        ),
        (
            "dependencies = [\n    'a'\n  , 'b'\n]\n",
            "dependencies = [\n    'a'\n  , 'b',\n    'new>=1'\n]\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(added(before, "new>=1"), after, "{before:?}");
    }
}

#[test]
fn sorted_lists_stay_sorted_and_others_grow_at_their_end() {
    assert_eq!(
        added("dependencies = ['A', 'm_x>=2', 'Z']", "M-a"),
        "dependencies = ['A', 'm-a', 'm_x>=2', 'Z']"
    );
    assert_eq!(
        added("dependencies = ['z', 'a']", "m"),
        "dependencies = ['z', 'a', 'm']"
    );
    let group = List::Group("dev".parse().unwrap());
    let text =
        "[dependency-groups]\ndev = [{ include-group = 'x' }, 'b', { include-group = 'y' }]\n";
    assert_eq!(
        changed(text, add(&group, "c")),
        "[dependency-groups]\ndev = [{ include-group = 'x' }, 'b', 'c', { include-group = 'y' }]\n"
    );
    assert_eq!(
        changed(text, add(&group, "a")),
        "[dependency-groups]\ndev = [{ include-group = 'x' }, 'a', 'b', { include-group = 'y' }]\n"
    );
}

#[test]
fn the_same_requirement_is_replaced() {
    let cases = [
        ("['Foo']", "foo>=2", "['foo>=2']"),
        ("['foo>=1']", "foo", "['foo>=1']"),
        ("[ \"Foo >= 1\" ]", "foo", "[ \"Foo >= 1\" ]"),
        ("['foo[b]>=1']", "foo[a]", "['foo[a,b]>=1']"),
        ("['foo[b]>=1']", "foo[a]==3", "['foo[a,b]==3']"),
        (
            "['foo', 'z']",
            "foo<3,!=2.5,>=2",
            "['foo>=2,!=2.5,<3', 'z']",
        ),
        (
            "[\"foo>=1; os_name == 'nt'\"]",
            "foo>=2",
            "[\"foo>=1; os_name == 'nt'\", \"foo>=2\"]",
        ),
        (
            "[\"foo>=1; os_name == 'nt'\"]",
            "foo>=2; os_name == 'nt'",
            "[\"foo>=2; os_name == 'nt'\"]",
        ),
        (
            "['foo']",
            "bar; sys_platform == 'linux'",
            "['bar; sys_platform == \"linux\"', 'foo']",
        ),
    ];
    for (before, requirement, after) in cases {
        let before = format!("dependencies = {before}\n");
        let after = format!("dependencies = {after}\n");
        assert_eq!(added(&before, requirement), after, "{before:?}");
    }
}

#[test]
fn a_source_takes_the_place_of_a_url() {
    let text = "[project]\ndependencies = ['foo @ https://index.example/foo.zip']\n";
    let mut addition = Addition::of("foo".parse().unwrap());
    let kept = changed(text, |editor| {
        editor.add(&List::Project, &addition).map(drop)
    });
    assert_eq!(kept, text);
    addition.has_source = true;
    let replaced = changed(text, |editor| {
        editor.add(&List::Project, &addition).map(drop)
    });
    assert_eq!(replaced, "[project]\ndependencies = ['foo']\n");
}

#[test]
fn what_was_added_is_told() {
    let text = "[project]\ndependencies = ['foo[x]>=1']\n";
    let mut editor = Editor::project(text).unwrap();
    let foo = Addition::of("foo==2".parse().unwrap());
    let added = editor.add(&List::Project, &foo).unwrap();
    assert_eq!(added.before.as_deref(), Some("foo[x]>=1"));
    assert_eq!(added.after, "foo[x]==2");
    let raw = Addition::raw("Bar >1".parse().unwrap(), "Bar >1");
    let added = editor.add(&List::Project, &raw).unwrap();
    assert_eq!((added.before, &*added.after), (None, "Bar >1"));
    let after = "[project]\ndependencies = ['Bar >1', 'foo[x]==2']\n";
    assert_eq!(editor.into_text(), after);
}

#[test]
fn lists_are_made_where_there_are_none() {
    let extra = List::Extra("more".parse().unwrap());
    let group = List::Group("dev".parse().unwrap());
    let text = "[project]\nname = \"a\"\n\n# How it is built.\n[build-system]\nrequires = []\n";
    assert_eq!(
        changed(text, add(&List::Project, "x")),
        "[project]\nname = \"a\"\ndependencies = [\n    \"x\",\n]\n\n# How it is built.\n[build-system]\nrequires = []\n"
    );
    assert_eq!(
        changed(text, add(&extra, "x")),
        "[project]\nname = \"a\"\n\n[project.optional-dependencies]\nmore = [\n    \"x\",\n]\n\n# How it is built.\n[build-system]\nrequires = []\n"
    );
    assert_eq!(
        changed(text, add(&group, "x")),
        format!("{text}\n[dependency-groups]\ndev = [\n    \"x\",\n]\n")
    );
    let more = "[project]\n[project.optional-dependencies]\nother = []\n[dependency-groups]\n  a = []\n  # end\n[tool.x]\n";
    assert_eq!(
        changed(more, add(&extra, "x")),
        "[project]\n[project.optional-dependencies]\nother = []\nmore = [\n    \"x\",\n]\n[dependency-groups]\n  a = []\n  # end\n[tool.x]\n"
    );
    assert_eq!(
        changed(more, add(&group, "x")),
        "[project]\n[project.optional-dependencies]\nother = []\n[dependency-groups]\n  a = []\n  dev = [\n      \"x\",\n  ]\n  # end\n[tool.x]\n"
    );
    // A name in another spelling is the same list.
    let spelled = "[dependency-groups]\nDev = ['b']\n";
    let after = "[dependency-groups]\nDev = ['a', 'b']\n";
    assert_eq!(changed(spelled, add(&group, "a")), after);
}

#[test]
fn tables_are_written_inline_and_by_dotted_keys_too() {
    let extra = List::Extra("more".parse().unwrap());
    let cases = [
        (
            "project = { name = 'a' }\n",
            "project = { name = 'a', dependencies = [\n    'x',\n] }\n",
        ),
        (
            "project.name = 'a'\nother = 1\nproject.version = '1'\n",
            "project.name = 'a'\nother = 1\nproject.version = '1'\nproject.dependencies = [\n    'x',\n]\n",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(
            changed(before, add(&List::Project, "x")),
            after,
            "{before:?}"
        );
    }
    assert_eq!(
        changed("project = {}", add(&extra, "x")),
        "project = { optional-dependencies.more = [\n    \"x\",\n] }"
    );
    assert_eq!(
        changed("project.name = 'a'\n", add(&extra, "x")),
        "project.name = 'a'\nproject.optional-dependencies.more = [\n    'x',\n]\n"
    );
    assert_eq!(
        changed(
            "[project]\nname = 'a'\noptional-dependencies.b = ['y']",
            add(&extra, "x")
        ),
        "[project]\nname = 'a'\noptional-dependencies.b = ['y']\noptional-dependencies.more = [\n    'x',\n]"
    );
}

#[test]
fn line_ends_and_byte_order_marks_stay() {
    let text = "\u{feff}[project]\r\ndependencies = [\r\n    \"a\",\r\n]\r\n";
    assert_eq!(
        changed(text, add(&List::Project, "b")),
        "\u{feff}[project]\r\ndependencies = [\r\n    \"a\",\r\n    \"b\",\r\n]\r\n"
    );
    assert_eq!(
        changed(text, add(&List::Group("dev".parse().unwrap()), "b")),
        format!("{text}\r\n[dependency-groups]\r\ndev = [\r\n    \"b\",\r\n]\r\n")
    );
    assert_eq!(
        changed(text, remove(&List::Project, "a")),
        "\u{feff}[project]\r\ndependencies = []\r\n"
    );
    // A last line without an end stays one.
    assert_eq!(
        changed("[project]\nname = 'a'", add(&List::Project, "b")),
        "[project]\nname = 'a'\ndependencies = [\n    'b',\n]"
    );
}

#[test]
fn a_requirement_goes_with_its_line_and_nothing_else() {
    let cases = [
        ("['x']", "[]"),
        ("[ 'x', ]", "[]"),
        ("[\n    'x',\n]", "[]"),
        ("[\n    # about x\n    'x',\n]", "[\n    # about x\n]"),
        ("['a', 'x']", "['a']"),
        ("['a', 'x',]", "['a',]"),
        ("['x', 'z']", "['z']"),
        ("[ 'x' , 'z' ]", "[ 'z' ]"),
        ("['a', 'x', 'z']", "['a', 'z']"),
        (
            "[\n  'a', # one\n  # two\n  'x', # three\n  'z', # four\n]",
            "[\n  'a', # one\n  # two\n  'z', # four\n]",
        ),
        ("[\n  'a',\n  'x'\n]", "[\n  'a'\n]"),
        ("[\n  'a', # one\n  'x' # two\n]", "[\n  'a' # one\n]"),
        ("[\n  'a', # one\n  'x']", "[\n  'a' # one\n  ]"),
        (
            "[\n  'a', 'x', # end\n  'z',\n]",
            "[\n  'a', # end\n  'z',\n]",
        ),
        ("[\n  'x', 'a', # end\n]", "[\n  'a', # end\n]"),
        ("['x',\n 'z']", "[\n 'z']"),
        ("['a',\n 'x']", "['a']"),
        ("[\n    'a'\n  , 'x'\n]", "[\n    'a'\n]"),
        ("[\n    'x' # why\n  , 'z'\n]", "[\n     # why\n   'z'\n]"),
        ("['x>1; os_name == \"nt\"', 'a', 'X<2']", "['a']"),
        ("['a', 'b']", "['a', 'b']"),
    ];
    for (before, after) in cases {
        let before = format!("dependencies = {before}\n");
        let after = format!("dependencies = {after}\n");
        assert_eq!(removed(&before, "x"), after, "{before:?}");
    }
}

#[test]
fn the_lists_of_a_project_are_found() {
    let text = "[project]\ndependencies = ['x']\n[project.optional-dependencies]\na = ['X>1']\nb = [1]\n[dependency-groups]\ng = ['x', {include-group='h'}]\nh = ['y']\n[tool.uv]\ndev-dependencies = ['x']\n";
    let editor = Editor::project(text).unwrap();
    let lists = editor.lists_with(&"x".parse().unwrap());
    let lists: Vec<String> = lists.iter().map(ToString::to_string).collect();
    assert_eq!(
        lists,
        [
            "project.dependencies",
            "project.optional-dependencies.a",
            "dependency-groups.g",
            "tool.uv.dev-dependencies",
        ]
    );
    assert_eq!(
        changed(text, remove(&List::UvDev, "x")),
        text.replace("dev-dependencies = ['x']", "dev-dependencies = []")
    );
}

#[test]
fn what_cannot_be_changed_is_refused_with_its_line() {
    let project = List::Project;
    let cases = [
        ("[project", "line 1: `TOML`: unclosed table, expected `]`"),
        ("[tool.x]\n", "there is no table `[project]`"),
        (
            "[project]\nname = 'x'\ndynamic = [\n  'dependencies',\n]\n",
            "`project.dependencies` is dynamic (line 4): the build backend fills it in",
        ),
        (
            "[project]\ndependencies = 'a'\n",
            "line 2: `project.dependencies`: the value is not an array",
        ),
        (
            "[project]\ndependencies = [\n  'a',\n  'b c',\n]\n",
            "line 4: `project.dependencies[1]`: `b c` is not a requirement: a comparison, `;`, `@` or the end is expected, not `c` at byte 2",
        ),
        (
            "[project]\ndependencies = [{ include-group = 'a' }]\n",
            "line 2: `project.dependencies[0]`: the value is not a string",
        ),
        (
            "[project]\ndependencies = ['new', 'b',\n'New']\n",
            "`new` is required twice in `project.dependencies`, on lines 2 and 3",
        ),
        (
            "project = 1\n",
            "line 1: `project`: the value is not a table",
        ),
        (
            "[[project]]\nname = 'x'\n",
            "line 1: `project`: the value is not a table",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refusal(text, add(&project, "new>1")), message, "{text:?}");
    }
    // Static and dynamic at once is to be added to (PEP 808).
    let both = "[project]\ndynamic = ['dependencies']\ndependencies = ['a']\n";
    let after = "[project]\ndynamic = ['dependencies']\ndependencies = ['a', 'b']\n";
    assert_eq!(changed(both, add(&project, "b")), after);
}
