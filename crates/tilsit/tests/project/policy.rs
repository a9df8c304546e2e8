//! `[tool.tilsit.policy]`: what breaks a rule gets neither into a lock nor into the environment.

use insta::assert_snapshot;

use crate::Sandbox;
use crate::index::Index;
use crate::wheels::wheel;

/// A project that needs `app`, with these rules.
fn project(rules: &str) -> String {
    format!(
        "[project]\nname = 'demo'\nversion = '0.1'\nrequires-python = '>=3.9'\n\
         dependencies = ['app']\n[tool.tilsit.policy]\n{rules}\n"
    )
}

/// A sandbox whose sources are indexes alone.
fn sandbox_with(url: &str) -> Option<Sandbox> {
    let mut sandbox = crate::sandbox()?;
    sandbox.set("TILSIT_NO_INDEX", "0");
    sandbox.set("TILSIT_FIND_LINKS", "");
    sandbox.set("TILSIT_INDEX_URL", url);
    Some(sandbox)
}

/// A folder of wheels as an index of which all files were uploaded then.
fn index(folder: &std::path::Path, uploaded: Option<&str>) -> Index {
    wheel(folder, "app", "1.0", &["lib>=1"]);
    wheel(folder, "lib", "1.0", &[]);
    Index::start(folder, uploaded)
}

/// `answer` with the port of an index replaced.
fn steady(answer: &crate::sandbox::Answer, indexes: &[&Index]) -> String {
    // Which Python it is differs from machine to machine.
    let lines = answer.to_string();
    let lines = lines
        .lines()
        .filter(|line| !line.starts_with("Made the environment"));
    let mut text: String = lines.flat_map(|line| [line, "\n"]).collect();
    for (place, index) in indexes.iter().enumerate() {
        text = text.replace(&index.url, &format!("[INDEX {place}]"));
    }
    text
}

#[test]
fn what_is_too_new_is_not_locked_and_not_installed() {
    let folder = tempfile::TempDir::new().unwrap();
    let old = index(folder.path(), Some("2020-01-01T00:00:00Z"));
    let Some(sandbox) = sandbox_with(&old.url) else {
        return;
    };
    sandbox.write("pyproject.toml", &project("minimum-age = '7 days'"));
    sandbox.run_well("sync");
    // A lock from elsewhere says that a file is newer.
    let lock = sandbox.read("pylock.toml");
    let newer = lock.replacen("2020-01-01", "2999-01-01", 1);
    sandbox.write("pylock.toml", &newer);
    std::fs::remove_dir_all(sandbox.path(".venv")).unwrap();
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[&old]), @"
    exit: 1
    -- stderr
    warning: `pylock.toml` was changed by somebody else since it was written
    error: `app` 1.0 is too new: `app-1.0-py3-none-any.whl` was uploaded 2999-01-01T00:00:00Z, and not 7 days ago [TL0109]
      caused by: `minimum-age` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: `tilsit lock -P app` takes an older one; `except` of the rule lets `app` pass
    ");
    // Or nothing at all.
    let silent = lock.replacen("upload-time = 2020-01-01T00:00:00Z, ", "", 1);
    assert_ne!(silent, lock);
    sandbox.write("pylock.toml", &silent);
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[&old]), @"
    exit: 1
    -- stderr
    warning: `pylock.toml` was changed by somebody else since it was written
    error: `app` 1.0 may be too new: nobody says when `app-1.0-py3-none-any.whl` was uploaded [TL0109]
      caused by: `minimum-age` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `app` in `except` of the rule
    ");
    assert_eq!(crate::installed(&sandbox), "");
    let excepted = project("minimum-age = { age = 'P7D', except = ['app'] }");
    sandbox.write("pyproject.toml", &excepted);
    sandbox.write("pylock.toml", &newer);
    sandbox.run_well("sync --frozen");
}

#[test]
fn the_age_is_a_cut_off_of_the_resolution() {
    let folder = tempfile::TempDir::new().unwrap();
    let yesterday = index(folder.path(), Some("2999-01-01T00:00:00Z"));
    let Some(sandbox) = sandbox_with(&yesterday.url) else {
        return;
    };
    sandbox.write("pyproject.toml", &project("minimum-age = '7 days'"));
    let refused = sandbox.run("lock");
    assert_eq!(refused.exit, 1, "{refused}");
    assert!(
        refused.stderr.contains(
            "`[tool.tilsit.policy]` of `pyproject.toml` leaves releases out: `minimum-age` (7 days)"
        ),
        "{refused}"
    );
    let excepted = project("minimum-age = { age = '7 days', except = ['app', 'lib'] }");
    sandbox.write("pyproject.toml", &excepted);
    sandbox.run_well("lock");
    // An index that says no times has nothing that is old enough.
    let silent = Index::start(folder.path(), None);
    sandbox.write("pyproject.toml", &project("minimum-age = '7 days'"));
    let refused = sandbox.run(&format!("lock --index-url {}", silent.url));
    assert_eq!(refused.exit, 1, "{refused}");
}

#[test]
fn projects_come_from_the_indexes_that_a_rule_names() {
    let (public, private) = (
        tempfile::TempDir::new().unwrap(),
        tempfile::TempDir::new().unwrap(),
    );
    let open = index(public.path(), None);
    wheel(private.path(), "lib", "1.0", &[]);
    let own = Index::start(private.path(), None);
    let Some(sandbox) = sandbox_with(&open.url) else {
        return;
    };
    let rules = |names: &str| {
        project(&format!(
            "[tool.tilsit.policy.indexes]\n{names}\n[[tool.tilsit.index]]\nname = 'own'\n\
             url = '{}'\nexplicit = true",
            own.url
        ))
    };
    sandbox.write(
        "pyproject.toml",
        &rules("'l*' = ['own']\n'*' = ['default']"),
    );
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    let of_lib = lock.rsplit("name = \"lib\"").next().unwrap();
    assert!(of_lib.contains(&own.url), "{lock}");
    sandbox.run_well("sync");
    // A lock that takes it from elsewhere.
    sandbox.write("pylock.toml", &lock.replace(&own.url, &open.url));
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[&open, &own]), @"
    exit: 1
    -- stderr
    warning: `pylock.toml` was changed by somebody else since it was written
    error: `lib` 1.0 comes from `[INDEX 0]`, and `l*` may come from `own` alone [TL0109]
      caused by: `indexes` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: `tilsit lock` takes it from where it may come from; the rule may name more indexes
    ");
    // What no index that is allowed has is not looked for elsewhere.
    sandbox.write("pyproject.toml", &rules("'app' = ['own']"));
    assert_snapshot!(steady(&sandbox.run("lock"), &[&open, &own]), @"
    exit: 1
    -- stderr
    error: `demo @ file://[ROOT]/project` (the workspace) cannot be met: `demo` 0.1 needs `app`, but `app` could not be looked up (it may come from `[INDEX 1]` alone, which does not have it) [TL0301]
    hint: `app` could not be looked up: it may come from `[INDEX 1]` alone, which does not have it
    hint: `[tool.tilsit.policy]` of `pyproject.toml` leaves releases out: `indexes`
    ");
    sandbox.write("pyproject.toml", &rules("'app' = ['absent']"));
    assert_snapshot!(steady(&sandbox.run("lock"), &[&open, &own]), @"
    exit: 2
    -- stderr
    error: `indexes` of `[tool.tilsit.policy]` lets `app` come from `absent`, which is no index that is known [TL0010]
    hint: name it in `[[tool.tilsit.index]]`, write its URL, or `default` for the default index
    ");
}

#[test]
fn what_is_forbidden_is_not_taken() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let rule = "forbidden = [{ name = 'l*', versions = '>=1.2', reason = 'it is slow' }]";
    sandbox.write("pyproject.toml", &project(""));
    sandbox.run_well("lock");
    let before = sandbox.read("pylock.toml");
    sandbox.write("pyproject.toml", &project(rule));
    assert_eq!(sandbox.run("sync --locked").exit, 6);
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[]), @"
    exit: 1
    -- stderr
    error: `lib` 1.5 is forbidden: it is slow [TL0109]
      caused by: `forbidden` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: `tilsit why lib` says who requires it; `tilsit lock` looks for another version
    ");
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
     ~ lib 1.5 -> 1.0
    Locked 2 packages in [TIME]
    ");
    sandbox.write("pyproject.toml", &project("forbidden = ['lib']"));
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 1
    -- stderr
    error: `demo @ file://[ROOT]/project` (the workspace) cannot be met: `demo` 0.1 needs `app`, which needs `lib>=1`, but `lib` 1.0, 1.5 and 2.0rc1 may not be taken, as the policy of the project says [TL0301]
    hint: `[tool.tilsit.policy]` of `pyproject.toml` leaves releases out: `forbidden`
    ");
    assert_ne!(sandbox.read("pylock.toml"), before);
}

#[test]
fn nothing_is_built_where_sdists_are_not_allowed() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let root = sandbox.root().join("wheels");
    std::fs::remove_file(root.join("lib-1.5-py3-none-any.whl")).unwrap();
    std::fs::remove_file(root.join("lib-2.0rc1-py3-none-any.whl")).unwrap();
    sdist(&root, "lib", "1.5");
    let free = project("");
    sandbox.write("pyproject.toml", &free);
    sandbox.run_well("lock");
    assert!(sandbox.read("pylock.toml").contains("lib-1.5.tar.gz"));
    sandbox.write("pyproject.toml", &project("no-sdists = true"));
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[]), @"
    exit: 1
    -- stderr
    error: `lib` 1.5 would have to be built of `lib-1.5.tar.gz` [TL0109]
      caused by: `no-sdists` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `lib` in `except` of the rule
    ");
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 0
    -- stderr
     ~ lib 1.5 -> 1.0
    Locked 2 packages in [TIME]
    ");
    let excepted = project("no-sdists = { except = ['lib'] }");
    sandbox.write("pyproject.toml", &excepted);
    sandbox.run_well("lock -U");
    assert!(sandbox.read("pylock.toml").contains("lib-1.5.tar.gz"));
}

/// A source archive that says all that is needed, so that it is locked without being built.
fn sdist(folder: &std::path::Path, name: &str, version: &str) {
    let stem = format!("{name}-{version}");
    let metadata = format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n");
    let pyproject = format!(
        "[project]\nname = '{name}'\nversion = '{version}'\n\
         [build-system]\nrequires = []\nbuild-backend = 'none'\n"
    );
    let mut writer = tilsit_dist::sdist::SdistWriter::new(&stem, 0);
    for (path, text) in [("PKG-INFO", metadata), ("pyproject.toml", pyproject)] {
        writer.add_file(path, text.into_bytes(), false);
    }
    let path = folder.join(format!("{stem}.tar.gz"));
    std::fs::write(path, writer.finish().unwrap()).unwrap();
}

#[test]
fn licences_are_held_against_the_list() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    let root = sandbox.root().join("wheels");
    wheel(&root, "app", "1.0", &["lib>=1", "License: MIT"]);
    let isc = "Classifier: License :: OSI Approved :: ISC License (ISCL)";
    wheel(&root, "lib", "1.5", &[isc]);
    sandbox.write("pyproject.toml", &project("licenses = ['MIT']"));
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 1
    -- stderr
    error: the licence of `lib` 1.5, ISC, is not among those that are allowed [TL0109]
      caused by: `licenses` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `lib` in `except` of the rule
    ");
    sandbox.write("pyproject.toml", &project("licenses = ['MIT', 'ISC']"));
    sandbox.run_well("sync");
    assert!(sandbox.read("pylock.toml").contains("license = \"ISC\""));
    // A rule that came later concerns what is there already.
    sandbox.write("pyproject.toml", &project("licenses = ['ISC']"));
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[]), @"
    exit: 1
    -- stderr
    error: the licence of `app` 1.0, MIT, is not among those that are allowed [TL0109]
      caused by: `licenses` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `app` in `except` of the rule
    ");
    std::fs::remove_dir_all(sandbox.path(".venv")).unwrap();
    assert_snapshot!(steady(&sandbox.run("sync --frozen"), &[]), @"
    exit: 1
    -- stderr
    error: the licence of `app` 1.0, MIT, is not among those that are allowed [TL0109]
      caused by: `licenses` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `app` in `except` of the rule
    ");
    assert_eq!(crate::installed(&sandbox), "");
    // What says nothing of it is not known.
    wheel(&root, "app", "1.1", &[]);
    assert_snapshot!(sandbox.run("lock -U"), @"
    exit: 1
    -- stderr
    error: the licence of `app` 1.1 is not known: its metadata says nothing of it [TL0109]
      caused by: `licenses` of `[tool.tilsit.policy]` in `pyproject.toml`
    hint: if that is meant, name `app` in `except` of the rule
    ");
    let excepted = project("licenses = { allow = ['ISC'], except = ['app'] }");
    sandbox.write("pyproject.toml", &excepted);
    sandbox.run_well("lock -U");
    sandbox.run_well("sync");
}

#[test]
fn rules_that_cannot_be_kept_are_refused() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write("pyproject.toml", &project("publishers = {}"));
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: the settings in `[ROOT]/project/pyproject.toml` are not valid: `policy`: `publishers`: pinned publishers are not there yet, so that nothing would be checked: leave the key out [TL0104]
    ");
    // Rules of a member would not be looked at.
    let root = "[project]\nname = 'root'\nversion = '1'\nrequires-python = '>=3.9'\n\
                [tool.tilsit.workspace]\nmembers = ['part']\n";
    sandbox.write("pyproject.toml", root);
    sandbox.write("part/pyproject.toml", &project("no-sdists = true"));
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: `[ROOT]/project/part/pyproject.toml` has a `[tool.tilsit.policy]`, and that of the root of the workspace counts alone [TL0104]
    ");
    // A script without a lock has nothing that is held against them.
    sandbox.write(
        "a.py",
        "# /// script\n# dependencies = ['app']\n# [tool.tilsit.policy]\n# forbidden = ['lib']\n# ///\n",
    );
    assert_snapshot!(sandbox.run("run a.py"), @"
    exit: 1
    -- stderr
    error: the script has a `[tool.tilsit.policy]`, and no lock that is held against it [TL0109]
    hint: `tilsit lock --script FILE` makes one
    ");
    assert_snapshot!(sandbox.run("lock --script a.py"), @"
    exit: 1
    -- stderr
    warning: no `requires-python` says which Pythons the script is for: it is locked for 3.11 and newer ones
    error: `a-py @ file://[ROOT]/project/a.py` (the workspace) cannot be met: `a-py` 0 needs `app`, which needs `lib>=1`, but `lib` 1.0, 1.5 and 2.0rc1 may not be taken, as the policy of the project says [TL0301]
    hint: `[tool.tilsit.policy]` of `a.py` leaves releases out: `forbidden`
    ");
}
