//! What words tell, and of whom.

use super::*;

const OLD: Aged = Aged {
    made: Some(date(2012, 5, 1)),
    python: (3, 11),
    is_silent: true,
};

fn requirements(remedies: &[Remedy]) -> Vec<&'static str> {
    remedies.iter().map(|remedy| remedy.requirement).collect()
}

#[test]
fn setup_py_tells_of_an_old_project() {
    let text = "import pkg_resources\nsetup(use_2to3=True)\n";
    let found = requirements(&OLD.by_setup_py(text));
    assert_eq!(found, ["setuptools<58", "setuptools<82"]);
    // Comments tell nothing.
    assert_eq!(OLD.by_setup_py("  # import pkg_resources\n"), []);
    // Without a date it may be meant for what there is now.
    let unknown = Aged { made: None, ..OLD };
    assert_eq!(unknown.by_setup_py(text), []);
    // Who came after a change knew of it.
    let younger = Aged {
        made: Some(date(2021, 9, 5)),
        ..OLD
    };
    assert_eq!(requirements(&younger.by_setup_py(text)), ["setuptools<82"]);
    // What is older than Python 3.12 takes does not run there.
    let newer_python = Aged {
        python: (3, 12),
        ..OLD
    };
    assert_eq!(
        requirements(&newer_python.by_setup_py(text)),
        ["setuptools<82"]
    );
}

#[test]
fn a_failure_tells_with_and_without_a_date() {
    let output = "error in demo setup command: use_2to3 is invalid.";
    for made in [OLD.made, None] {
        let aged = Aged { made, ..OLD };
        assert_eq!(requirements(&aged.by_failure(output)), ["setuptools<58"]);
    }
    let younger = Aged {
        made: Some(date(2024, 1, 1)),
        ..OLD
    };
    assert_eq!(younger.by_failure(output), []);
    assert_eq!(OLD.by_failure("it is too hot"), []);
}

#[test]
fn who_can_say_what_is_needed_is_not_helped() {
    let output = "ModuleNotFoundError: No module named 'numpy.distutils'";
    assert_eq!(requirements(&OLD.by_failure(output)), ["numpy"]);
    let other = "ModuleNotFoundError: No module named 'numpydoc'";
    assert_eq!(OLD.by_failure(other), []);
    let outspoken = Aged {
        is_silent: false,
        ..OLD
    };
    assert_eq!(outspoken.by_failure(output), []);
}

#[test]
fn every_remedy_is_a_requirement() {
    for change in CHANGES {
        assert!(change.remedy().as_requirement().is_some(), "{change:?}");
        assert!(!change.signs.is_empty(), "{change:?}");
    }
    for (_, project) in IMPORTED {
        assert!(project.parse::<Requirement>().is_ok(), "{project}");
    }
}

#[test]
fn days_of_seconds() {
    assert_eq!(day(1_335_830_400), Some(date(2012, 5, 1)));
    assert_eq!(day(0), Some(date(1970, 1, 1)));
    assert_eq!(day(u64::MAX), None);
}
