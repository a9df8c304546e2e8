//! `index import`, `index export`, `index backup`, `index restore`.

use tilsit_testing::TestDistribution;

use crate::sandbox::Sandbox;

#[test]
fn an_index_moves_through_a_folder_a_tree_and_a_backup() {
    let sandbox = Sandbox::new();
    let demo = TestDistribution::new("demo", "1.0");
    sandbox.write("packages/broken-1.0.tar.gz", "no archive");
    std::fs::write(
        sandbox.path("packages").join(demo.wheel_name()),
        demo.wheel(),
    )
    .unwrap();
    let says = |line: &str, exit: i32, words: &[&str]| {
        let answer = sandbox.run(line);
        assert_eq!(answer.exit, exit, "{line}: {answer}");
        for word in words {
            assert!(answer.stderr.contains(word), "{line}: {answer}");
        }
    };
    let import = "index import --data data packages";
    says(
        import,
        2,
        &["who owns the imported projects", "--user NAME"],
    );
    sandbox.run_well("index user add anna --password secret --admin --data data");
    let refused = ["broken-1.0.tar.gz` is not imported", "Imported: 1 files"];
    says(import, 1, &refused);
    let (exit, envelope) = sandbox.run_json("index import --data data packages --user anna");
    assert_eq!((exit, &envelope["result"]["skipped"]), (1, &1.into()));
    says(
        "index export tree --data data",
        0,
        &["Exported: 1 projects"],
    );
    says("index export packages --data data", 2, &["not empty"]);
    says(
        "index backup saved --data data",
        0,
        &["Backed up: 1 files (1 new)"],
    );
    says("index restore saved --data data", 2, &["not empty"]);
    says(
        "index restore saved --data again",
        0,
        &["Restored: 1 files"],
    );
    says(
        "index verify --data again",
        0,
        &["Sound: 1 projects with 1 files"],
    );
    says(
        "index restore tree --data third",
        2,
        &["no finished backup"],
    );
}
