//! Literals, names, and the call that is looked for.

use super::*;

fn argument(text: &str) -> Option<Literal> {
    let text = format!("from setuptools import setup\nsetup(x={text}, last=1)\n");
    let arguments = setup_py(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(arguments.len(), 2, "{text}");
    assert_eq!(arguments[1].value, Some(Literal::Number("1".to_owned())));
    arguments[0].value.clone()
}

#[test]
fn literals_are_read_and_nothing_else() {
    let text = |text: &str| Some(Literal::Text(text.to_owned()));
    for (source, expected) in [
        ("'a'", text("a")),
        ("u'a' \"b\"\n  r'\\n'", text("ab\\n")),
        ("'''a\nb'''", text("a\nb")),
        ("'a\\\nb\\tc\\'d'", text("ab\tc'd")),
        ("('a' + 'b')", text("ab")),
        ("'\\x41'", None),
        ("f'a'", None),
        ("b'a'", None),
        ("'a'.upper()", None),
        ("'a' % b", None),
        ("open('README').read()", None),
        ("[x for x in 'abc']", None),
        ("'a' if b else 'c'", None),
        ("lambda a, b: (a, b)", None),
        ("None", Some(Literal::Nothing)),
        ("True", Some(Literal::Truth(true))),
        ("3.5", Some(Literal::Number("3.5".to_owned()))),
        ("unknown", None),
    ] {
        assert_eq!(argument(source), expected, "{source}");
    }
    let list = Literal::List(vec![Literal::Text("a".into()), Literal::Text("b".into())]);
    for source in [
        "['a', 'b']",
        "('a', 'b',)",
        "{'a', 'b'}",
        "['a'] + ['b'] # c\n",
    ] {
        assert_eq!(argument(source), Some(list.clone()), "{source}");
    }
    let table = Literal::Table(vec![("k".into(), list)]);
    for source in ["{'k': ['a', 'b']}", "dict(k=['a', 'b'])"] {
        assert_eq!(argument(source), Some(table.clone()), "{source}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(argument(&deep), None);
}

#[test]
fn names_stand_for_what_they_are_given_once() {
    let of = |before: &str| {
        let text = format!("{before}\nsetup(x=names)\n");
        let arguments = setup_py(&text).unwrap();
        arguments[0].value.clone().and_then(|value| {
            let texts = value.texts()?.into_iter().map(str::to_owned);
            Some(texts.collect::<Vec<_>>())
        })
    };
    let a = Some(vec!["a".to_owned()]);
    assert_eq!(of("names = ['a']"), a);
    assert_eq!(of("first = 'a'\nnames = [first]"), a);
    for changed in [
        "names = ['a']\nif windows:\n    names.append('b')",
        "names = ['a']\nif windows: names.append('b')",
        "names = ['a']\nnames += ['b']",
        "names = ['a']\nnames[0] = 'b'",
        "names = ['a']\nnames = ['b']",
        "if windows:\n    names = ['a']",
        "names = read('a')",
        "names == ['a']",
        "names = ['a']\nexec(open('v.py').read())",
    ] {
        assert_eq!(of(changed), None, "{changed}");
    }
    // Each name doubles the one before.
    let doubled = (1..64).map(|number| {
        let before = number - 1;
        format!("n{number} = n{before} + n{before}\n")
    });
    let first = "n0 = ['aaaaaaaaaaaaaaaa']\n".to_owned();
    let bomb: String = std::iter::once(first).chain(doubled).collect();
    assert_eq!(of(&format!("{bomb}names = n63")), None);
}

#[test]
fn calls_are_found() {
    let keys = |text: &str| {
        let arguments = setup_py(text).map_err(|error| error.to_string())?;
        let shown = arguments.iter().map(|Argument { key, line, value }| {
            let key = key.as_deref().unwrap_or("**");
            format!("{key}:{line}:{}", value.is_some())
        });
        Ok::<_, String>(shown.collect::<Vec<_>>().join(" "))
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(
        keys("import setuptools\nsetuptools.setup(\n  a='1',\n  b=f(x, [1]),\n)"),
        ok("a:3:true b:4:false")
    );
    assert_eq!(
        keys("def setup(): pass\nif 1:\n    setup(name='a', **more)"),
        ok("name:3:true **:3:false")
    );
    assert_eq!(
        keys("print('setup(')\n# setup(\n"),
        Err("it does not call `setup()`".to_owned())
    );
    assert_eq!(
        keys("setup()\nsetup()"),
        Err("it calls `setup()` again on line 2".to_owned())
    );
    assert_eq!(
        keys("setup(a='x"),
        Err("line 1: a string is not closed".to_owned())
    );
    assert_eq!(
        keys("setup(a=1"),
        Err("line 1: the call of `setup()` has no end".to_owned())
    );
}
