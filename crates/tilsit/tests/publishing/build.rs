//! `build`: both distributions, the same bytes each time, and what is refused.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

#[test]
fn both_distributions_are_built() {
    let sandbox = crate::sandbox();
    let answer = sandbox.run_well("build demo");
    assert!(answer.stdout.is_empty(), "{answer}");
    let (_, first) = sandbox.run_json("build demo -o other");
    let files = first["result"]["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    for file in files {
        let name = std::path::Path::new(file["path"].as_str().unwrap());
        let name = name.file_name().unwrap();
        let same = std::fs::read(sandbox.path("demo/dist").join(name)).unwrap();
        let other = std::fs::read(sandbox.path("other").join(name)).unwrap();
        assert_eq!(same, other, "{name:?} differs from build to build");
    }
    sandbox.run_well("build demo --wheel -o wheel");
    assert_eq!(std::fs::read_dir(sandbox.path("wheel")).unwrap().count(), 1);
    sandbox.run_well("build demo --sdist -o sdist");
    assert!(sandbox.path("sdist/tilsit_demo-1.0.tar.gz").exists());
}

#[test]
fn what_cannot_be_built_is_said() {
    let mut sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    Building sdist of `.`
    error: `[ROOT]/project` is no Python project: it has neither pyproject.toml nor setup.py [TL0101]
    ");
    sandbox.write("pyproject.toml", "[project]\nname = 'a b'\nversion = '1'\n");
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: pyproject.toml line 2, column 8: `project.name`: `a b` is not a valid project name: ` ` at byte 1 is not an ASCII letter, digit, `.`, `_` or `-` [TL0104]
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'ab'\ndynamic = ['version']\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n",
    );
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: pyproject.toml line 3: `project.dynamic`: `version` is dynamic, and nothing here can fill it in [TL0104]
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'ab'\nversion = '1'\n\
         [build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n",
    );
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: cannot build `[ROOT]/project`: there is no module `ab`; looked for `src/ab/__init__.py`, `src/ab.py`, `ab/__init__.py`, `ab.py` [TL0601]
    ");
    sandbox.set("SOURCE_DATE_EPOCH", "today");
    assert_snapshot!(sandbox.run("build"), @"
    exit: 2
    -- stderr
    error: `SOURCE_DATE_EPOCH` is `today`, not a number of seconds since 1970 [TL0002]
    ");
}
