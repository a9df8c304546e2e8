//! What RECORD names, and where it is linked.

use std::fs;

use super::*;

/// An environment with one distribution whose RECORD has these paths.
fn found(paths: &[&str]) -> Vec<(Kind, String)> {
    let root = tempfile::tempdir().unwrap();
    let packages = root.path().join("lib/python3.12/site-packages");
    let dist_info = packages.join("app-1.0.dist-info");
    fs::create_dir_all(&dist_info).unwrap();
    fs::write(
        dist_info.join("METADATA"),
        "Metadata-Version: 2.1\nName: app\nVersion: 1.0\n",
    )
    .unwrap();
    let record = paths.join(",,\n") + ",,\n";
    fs::write(dist_info.join("RECORD"), record).unwrap();
    let installed = tilsit_dist::dist_info::list(&packages).unwrap();
    let scripts = root.path().join("bin");
    let folders = Folders {
        packages: &packages,
        scripts: &scripts,
        data: root.path(),
    };
    let found = exposed(&installed.distributions[0], folders).unwrap();
    let found = found.into_iter().map(|one| {
        assert!(one.file.starts_with(root.path()));
        (one.kind, one.inside.display().to_string())
    });
    found.collect()
}

#[test]
fn programs_manual_pages_and_completions() {
    let found = found(&[
        "app/__init__.py",
        "../../../bin/app",
        "../../../bin/app-helper",
        "../../../bin/__pycache__/app.cpython-312.pyc",
        "../../../bin/folder/deep",
        "../../../share/man/man1/app.1",
        "../../../share/man/man/app",
        "../../../share/man/README",
        "../../../share/doc/app/app.1",
        "../../../share/bash-completion/completions/app",
        "../../../share/zsh/site-functions/_app",
        "../../../share/fish/vendor_completions.d/app.fish",
        "../../../share/fish/app.fish",
        "../../../../../../../../../../../../../../etc/app",
    ]);
    let expected = [
        (Kind::Program, "app"),
        (Kind::Program, "app-helper"),
        (Kind::ManualPage, "man/man1/app.1"),
        (Kind::Completion, "bash-completion/completions/app"),
        (Kind::Completion, "fish/vendor_completions.d/app.fish"),
        (Kind::Completion, "zsh/site-functions/_app"),
    ];
    assert_eq!(found, expected.map(|(kind, path)| (kind, path.to_owned())));
}

#[test]
fn a_suffix_goes_to_programs_and_leaves_the_rest_out() {
    let places = LinkPlaces {
        programs: "/home/me/bin".into(),
        data: "/home/me/share".into(),
    };
    let mut asked = Asked::of("app".parse().unwrap());
    let exposed = [
        Exposed {
            kind: Kind::Program,
            file: "/t/bin/app".into(),
            inside: "app".into(),
        },
        Exposed {
            kind: Kind::ManualPage,
            file: "/t/share/man/man1/app.1".into(),
            inside: "man/man1/app.1".into(),
        },
    ];
    let paths = |asked: &Asked| {
        let links = places.links(asked, "app", &exposed);
        links
            .iter()
            .map(|link| link.path.display().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&asked),
        ["/home/me/bin/app", "/home/me/share/man/man1/app.1"]
    );
    asked.suffix = "@1".to_owned();
    assert_eq!(paths(&asked), ["/home/me/bin/app@1"]);
}
