//! What stays in the cache, and what does not: `--no-cache`.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

/// How many entries a folder has.
fn entries(sandbox: &Sandbox, folder: &str) -> usize {
    let entries = std::fs::read_dir(sandbox.root().join(folder)).expect("a folder");
    entries.count()
}

/// A sandbox with its own temporary folder and a new cache.
fn with_empty_cache() -> Option<Sandbox> {
    let mut sandbox = crate::sandbox_with_environment()?;
    let temporary = sandbox.root().join("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    sandbox.set("TMPDIR", temporary.display());
    std::fs::remove_dir_all(sandbox.root().join("cache")).expect("the cache goes");
    std::fs::create_dir(sandbox.root().join("cache")).expect("a folder");
    Some(sandbox)
}

#[test]
fn without_a_cache_nothing_is_left() {
    let Some(mut sandbox) = with_empty_cache() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app --no-cache"), @"
    exit: 0
    -- stderr
    Resolved 2 projects in [TIME]
    Installed 2 wheels in [TIME]
     + app==1.0
     + lib==1.5
    ");
    assert_snapshot!(sandbox.run(&format!("run -n {}", app(&sandbox))).stdout, @"app 1.0");
    sandbox.run_well("pip check --no-cache-dir");
    sandbox.run_well("run --no-cache --with fancy --isolated fancy");
    for (name, value) in [("TILSIT_NO_CACHE", "1"), ("TILSIT_NO_CACHE", "")] {
        sandbox.set(name, value);
        // The last way: pip's, which takes any truth value for a yes, once ours says nothing.
        sandbox.set("PIP_NO_CACHE_DIR", "off");
        sandbox.set("TILSIT_CACHE_DIR", "");
        sandbox.set("XDG_CACHE_HOME", sandbox.root().join("cache").display());
        sandbox.run_well("pip install app --reinstall");
    }
    assert_eq!(entries(&sandbox, "cache"), 0);
    assert_eq!(entries(&sandbox, "temporary"), 0);
    // A folder that is named outdoes pip's switch.
    sandbox.run_well("pip install app --reinstall --cache-dir ../named");
    assert!(entries(&sandbox, "named") > 0);
}

fn app(sandbox: &Sandbox) -> String {
    sandbox.path(".venv/bin/app").display().to_string()
}

#[test]
fn folders_of_a_cache_that_goes_are_not_linked() {
    let Some(sandbox) = with_empty_cache() else {
        return;
    };
    assert_snapshot!(sandbox.run("pip install app --no-cache --link-mode tree"), @"
    exit: 2
    -- stderr
    Resolved 2 projects in [TIME]
    error: `--link-mode tree` links into the cache, which `--no-cache` removes [TL0002]
    hint: leave one of the two out, or use `--link-mode hardlink`
    ");
    // What `run` makes goes with the cache, so that links into it do no harm.
    sandbox.write(
        "script.py",
        "# /// script\n# dependencies = ['app']\n# ///\nimport app; print(app.VERSION)\n",
    );
    let answer = sandbox.run_well("run --no-cache script.py");
    assert_snapshot!(answer.stdout, @"1.0");
    // The exit code of the child is that of the command.
    sandbox.write("script.py", "raise SystemExit(7)\n");
    assert_eq!(sandbox.run("run --no-cache script.py").exit, 7);
    assert_eq!(entries(&sandbox, "temporary"), 0);
    assert_eq!(entries(&sandbox, "cache"), 0);
}
