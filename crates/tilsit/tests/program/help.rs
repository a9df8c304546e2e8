//! `help`, `--help`, `explain`: what the program says of itself.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn without_a_command_the_help_is_shown_and_the_exit_code_is_usage() {
    let answer = Sandbox::new().run("");
    assert_eq!(answer.exit, 2);
    assert!(answer.stdout.is_empty());
    assert!(answer.stderr.contains("Usage: tilsit"), "{answer}");
}

#[test]
fn the_version_is_the_same_by_each_way() {
    let sandbox = Sandbox::new();
    let expected = concat!("tilsit ", env!("CARGO_PKG_VERSION"), "\n");
    // The last one is not answered before the command line is read.
    for line in ["--version", "-V", "-q --version"] {
        let answer = sandbox.run_well(line);
        assert_eq!(answer.stdout, expected, "{line}");
        assert_eq!(answer.stderr, "", "{line}");
    }
}

#[test]
fn help_goes_to_standard_output() {
    let sandbox = Sandbox::new();
    for line in ["--help", "help", "help cache clean"] {
        let answer = sandbox.run_well(line);
        assert!(answer.stdout.contains("Usage: tilsit"), "{answer}");
        assert!(answer.stderr.is_empty(), "{answer}");
    }
    assert_snapshot!(sandbox.run("help cache empty"), @"
    exit: 2
    -- stderr
    error: there is no command `tilsit cache empty` [TL0002]
    hint: `tilsit help` lists the commands
    ");
}

#[test]
fn every_command_in_the_reference_has_a_description() {
    let reference = Sandbox::new().run_well("help --markdown").stdout;
    let sections: Vec<&str> = reference.split("\n## ").skip(2).collect();
    assert!(sections.len() > 5);
    for section in sections {
        let mut lines = section.lines();
        let name = lines.next().unwrap();
        assert!(name.starts_with("`tilsit "), "{name}");
        let about = lines.nth(1).unwrap_or_default();
        assert!(about.len() > 10, "{name} has no description");
        for option in section.lines().filter(|line| line.starts_with("- `")) {
            assert!(!option.ends_with("`: "), "{name}: {option} has no help");
        }
    }
}

#[test]
fn an_error_code_is_explained() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("explain TL0012"), @"
    exit: 0
    -- stdout
    TL0012: the folder is not a cache

    `tilsit cache clean` removes a folder with everything in it, so it wants to see the mark that tilsit
    puts into its caches: the file CACHEDIR.TAG. The folder named has none and may hold something that
    you want to keep. Remove it by hand if it does not.

    Exit code 2: wrong usage or bad input.
    ");
    assert_snapshot!(sandbox.run("explain TL4711"), @"
    exit: 2
    -- stderr
    error: there is no error code `TL4711` [TL0002]
    hint: `tilsit explain` lists all codes
    ");
    let all = sandbox.run_well("explain").stdout;
    assert!(all.lines().all(|line| line.starts_with("TL")), "{all}");
}
