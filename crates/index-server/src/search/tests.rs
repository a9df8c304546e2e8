//! What is found, in which order, and by whom.

use tilsit_index_store::{Audience, Reading};

use super::*;

fn entry(name: &str, summary: &str) -> (String, Option<Entry>) {
    let entry = Entry {
        name: name.to_owned(),
        display_name: name.to_owned(),
        version: "1.0".to_owned(),
        summary: summary.to_owned(),
        ..Entry::default()
    };
    (name.to_owned(), Some(entry))
}

fn index(entries: &[(String, Option<Entry>)]) -> (tempfile::TempDir, SearchIndex) {
    let folder = tempfile::tempdir().expect("a folder");
    let search = SearchIndex::open(folder.path()).expect("opened");
    search.update(entries, 7).expect("written");
    (folder, search)
}

fn question(text: &str) -> Question {
    Question {
        text: text.to_owned(),
        classifiers: Vec::new(),
        pythons: Vec::new(),
        licences: Vec::new(),
        audience: Audience {
            user: None,
            default: Reading::Public,
        },
        sees_all: false,
        own: Vec::new(),
        offset: 0,
        limit: 20,
    }
}

fn names(search: &SearchIndex, question: &Question) -> Vec<String> {
    let answer = search.search(question).expect("answered");
    answer.found.into_iter().map(|found| found.name).collect()
}

#[test]
fn the_project_of_the_name_comes_first() {
    let entries = [
        entry(
            "requests-mock",
            "Mock out responses from the requests package",
        ),
        entry("requests", "Python HTTP for humans"),
        entry(
            "grequests",
            "Requests and gevent, requests requests requests",
        ),
        entry("httpx", "The next generation HTTP client"),
    ];
    let (_folder, search) = index(&entries);
    let found = names(&search, &question("requests"));
    assert_eq!(found[0], "requests");
    assert_eq!(found[1], "requests-mock");
    assert!(found.contains(&"grequests".to_owned()));
    assert!(!found.contains(&"httpx".to_owned()));
    let found = names(&search, &question("HTTP client"));
    assert_eq!(found, ["httpx"]);
}

#[test]
fn names_are_found_misspelled_begun_and_joined() {
    let entries = [
        entry("jupyter-client", "Clients for kernels"),
        entry("numpy", "Arrays"),
        entry("beautifulsoup4", "Screen scraping"),
    ];
    let (_folder, search) = index(&entries);
    for (typed, expected) in [
        ("numpi", "numpy"),
        ("nunpy", "numpy"),
        ("num", "numpy"),
        ("NumPy", "numpy"),
        ("jupyterclient", "jupyter-client"),
        ("jupyter_client", "jupyter-client"),
        ("jupyter cliet", "jupyter-client"),
        ("beutifulsoup", "beautifulsoup4"),
    ] {
        assert_eq!(
            names(&search, &question(typed)).first().map(String::as_str),
            Some(expected),
            "{typed}"
        );
    }
    assert_eq!(
        names(&search, &question("nothing like it")),
        [] as [&str; 0]
    );
    // Whatever is typed is words, never a language.
    for odd in [
        "",
        "name:numpy",
        "\"",
        "(",
        "a AND",
        "*",
        "\u{0}",
        &"x".repeat(100_000),
    ] {
        search.search(&question(odd)).expect(odd);
    }
}

#[test]
fn values_are_counted_and_narrow() {
    let with = |name: &str, python: &str, licence: &str| {
        let (key, entry) = entry(name, "A tool");
        let entry = entry.map(|entry| Entry {
            classifiers: vec![
                format!("Programming Language :: Python :: {python}"),
                "Programming Language :: Python :: 3".to_owned(),
            ],
            licence: Some(licence.to_owned()),
            ..entry
        });
        (key, entry)
    };
    let entries = [
        with("a", "3.12", "MIT"),
        with("b", "3.12", "Apache-2.0"),
        with("c", "3.13", "MIT"),
    ];
    let (_folder, search) = index(&entries);
    let answer = search.search(&question("tool")).expect("answered");
    assert_eq!(answer.count, 3);
    assert_eq!(
        answer.facets["python"],
        [("3.12".to_owned(), 2), ("3.13".to_owned(), 1)]
    );
    assert_eq!(answer.facets["licence"][0], ("MIT".to_owned(), 2));
    let mut narrowed = question("tool");
    narrowed.pythons = vec!["3.12".to_owned()];
    narrowed.licences = vec!["MIT".to_owned()];
    assert_eq!(names(&search, &narrowed), ["a"]);
    narrowed.classifiers = vec!["Topic :: Nothing".to_owned()];
    assert_eq!(names(&search, &narrowed), [] as [&str; 0]);
}

#[test]
fn nobody_finds_what_is_not_theirs() {
    let with = |name: &str, reading: &'static str| {
        let (key, entry) = entry(name, "A secret tool");
        (key, entry.map(|entry| Entry { reading, ..entry }))
    };
    let entries = [
        with("silent", ""),
        with("open", "public"),
        with("internal", "signed-in"),
        with("private", "people"),
    ];
    let (_folder, search) = index(&entries);
    let ask = |default: Reading, own: &[&str]| {
        let mut question = question("secret");
        question.audience.default = default;
        question.own = own.iter().map(|name| (*name).to_owned()).collect();
        let mut found = names(&search, &question);
        found.sort();
        found
    };
    assert_eq!(ask(Reading::Public, &[]), ["open", "silent"]);
    assert_eq!(ask(Reading::People, &[]), ["open"]);
    assert_eq!(ask(Reading::People, &["private"]), ["open", "private"]);
    let mut administrators = question("secret");
    administrators.sees_all = true;
    assert_eq!(names(&search, &administrators).len(), 4);
}

#[test]
fn changes_replace_and_remove_and_the_serial_is_kept() {
    let (folder, search) = index(&[entry("a", "first words"), entry("b", "other")]);
    search
        .update(&[entry("a", "second words"), ("b".to_owned(), None)], 9)
        .expect("written");
    assert_eq!(names(&search, &question("first")), [] as [&str; 0]);
    assert_eq!(names(&search, &question("words")), ["a"]);
    assert_eq!(names(&search, &question("")), ["a"]);
    // Beside it only readers.
    let beside = SearchIndex::open(folder.path()).expect("opened");
    assert!(search.is_writer() && !beside.is_writer());
    assert_eq!(names(&beside, &question("second")), ["a"]);
    drop((search, beside));
    let again = SearchIndex::open(folder.path()).expect("opened");
    assert_eq!(
        (again.serial().expect("read"), again.is_writer()),
        (9, true)
    );
    drop(again);
    // What is damaged is made anew, and begins at serial 0.
    std::fs::write(folder.path().join(FORM).join("meta.json"), "{").expect("written");
    let anew = SearchIndex::open(folder.path()).expect("opened");
    assert_eq!(anew.serial().expect("read"), 0);
    assert_eq!(names(&anew, &question("second")), [] as [&str; 0]);
}
