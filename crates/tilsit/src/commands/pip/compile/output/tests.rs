//! What the written requirements file looks like.

use insta::assert_snapshot;

use super::{Layout, PinnedLine, WantedBy, render};

fn lines() -> Vec<PinnedLine> {
    let project = |name: &str| WantedBy::Project(name.to_owned());
    vec![
        PinnedLine {
            requirement: "blinker==1.9.0".to_owned(),
            hashes: vec!["sha256:aa".to_owned(), "sha256:bb".to_owned()],
            wanted_by: [project("flask")].into(),
        },
        PinnedLine {
            requirement: "click==8.3.1".to_owned(),
            hashes: Vec::new(),
            wanted_by: [
                project("flask"),
                WantedBy::Constraints("limits.txt".to_owned()),
                WantedBy::Requirements("app.in".to_owned()),
            ]
            .into(),
        },
        PinnedLine {
            requirement: "colorama==0.4.6 ; sys_platform == 'win32'".to_owned(),
            ..PinnedLine::default()
        },
    ]
}

#[test]
fn with_everything() {
    let layout = Layout {
        command: Some("tilsit pip compile app.in".to_owned()),
        annotate: true,
        annotate_in_line: false,
        options: vec!["--index-url https://index.example/simple/".to_owned()],
    };
    assert_snapshot!(render(&lines(), &layout), @r"
    # This file was made by tilsit with the following command:
    #    tilsit pip compile app.in
    --index-url https://index.example/simple/

    blinker==1.9.0 \
        --hash=sha256:aa \
        --hash=sha256:bb
        # via flask
    click==8.3.1
        # via
        #   -r app.in
        #   -c limits.txt
        #   flask
    colorama==0.4.6 ; sys_platform == 'win32'
    ");
}

#[test]
fn the_bare_lines() {
    let mut lines = lines();
    lines[0].hashes.clear();
    assert_snapshot!(render(&lines, &Layout::default()), @r"
    blinker==1.9.0
    click==8.3.1
    colorama==0.4.6 ; sys_platform == 'win32'
    ");
    let layout = Layout {
        annotate: true,
        annotate_in_line: true,
        ..Layout::default()
    };
    assert_snapshot!(render(&lines, &layout), @r"
    blinker==1.9.0  # via flask
    click==8.3.1  # via -r app.in, -c limits.txt, flask
    colorama==0.4.6 ; sys_platform == 'win32'
    ");
}
