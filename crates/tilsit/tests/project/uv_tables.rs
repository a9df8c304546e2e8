//! `[tool.uv]` of a project, as far as nothing of uv's need be there to see it.

use insta::assert_snapshot;

use crate::wheels::wheel;

#[test]
fn what_is_not_followed_is_named_once() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['lib']\n\
         [tool.uv]\nfork-strategy = 'fewest'\nno-sources = true\nmanaged = true\ncache-dir = 'x'\n",
    );
    let answer = sandbox.run_well("lock");
    assert_snapshot!(answer, @"
    exit: 0
    -- stderr
    warning: of `[tool.uv]` this is not followed: `fork-strategy`, `no-sources`
     + lib 1.5 (required by here)
    Locked 1 package in [TIME]
    ");
    assert!(!sandbox.path("uv.lock").exists());
}

#[test]
fn what_is_excluded_is_installed_for_nobody() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['app', 'fancy[more]']\n\
         [tool.uv]\nexclude-dependencies = ['lib']\n",
    );
    sandbox.run_well("sync");
    assert_snapshot!(crate::installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    fancy==1.0
    ");
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['app']\n\
         [tool.uv]\nexclude-dependencies = ['no name']\n",
    );
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: `no name` in `exclude-dependencies` is no name of a project [TL0010]
      caused by: `no name` is not a valid project name: ` ` at byte 2 is not an ASCII letter, digit, `.`, `_` or `-`
    ");
}

#[test]
fn a_group_may_be_for_fewer_pythons() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    wheel(
        &sandbox.root().join("wheels"),
        "modern",
        "1.0",
        &["python>=3.11"],
    );
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\ndependencies = []\n\
         [dependency-groups]\nnew = ['modern']\n\
         [tool.uv.dependency-groups]\nnew = { requires-python = '>=3.11' }\n",
    );
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    let marker = lock.lines().find(|line| line.starts_with("marker"));
    assert_snapshot!(marker.unwrap(), @r#"marker = 'python_version >= "3.11" and "new" in dependency_groups'"#);
}

#[test]
fn builds_hear_what_the_table_tells_them() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['near']\n\
         [tool.uv]\nconfig-settings = { color = 'green' }\n\
         build-constraint-dependencies = ['lib<1.5']\n\
         [tool.uv.sources]\nnear = { path = 'near' }\n",
    );
    sandbox.write(
        "near/pyproject.toml",
        "[project]\nname = 'near'\nversion = '3'\n\
         [build-system]\nrequires = ['lib']\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
    );
    sandbox.write(
        "near/backend.py",
        "import base64, hashlib, lib, os, zipfile\n\
         def build_wheel(folder, settings=None, metadata=None):\n\
         \x20   color = (settings or {}).get('color')\n\
         \x20   files = {\n\
         \x20       'near.py': f'TOLD = {color!r}, {lib.VERSION!r}\\n',\n\
         \x20       'near-3.dist-info/METADATA': 'Metadata-Version: 2.1\\nName: near\\nVersion: 3\\n',\n\
         \x20       'near-3.dist-info/WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',\n\
         \x20   }\n\
         \x20   record = 'near-3.dist-info/RECORD,,\\n'\n\
         \x20   for path, text in files.items():\n\
         \x20       digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())\n\
         \x20       record += f'{path},sha256={digest.decode().rstrip(\"=\")},{len(text)}\\n'\n\
         \x20   files['near-3.dist-info/RECORD'] = record\n\
         \x20   name = 'near-3-py3-none-any.whl'\n\
         \x20   with zipfile.ZipFile(os.path.join(folder, name), 'w') as wheel:\n\
         \x20       for path, text in files.items():\n\
         \x20           wheel.writestr(path, text)\n\
         \x20   return name\n",
    );
    let mut command = sandbox.command("run -- python");
    command.args(["-c", "import near; print(*near.TOLD)"]);
    let answer = sandbox.finish(&mut command);
    assert_eq!(answer.stdout, "green 1.0\n", "{answer}");
}

/// A lock of uv's without files.
const LOCK: &str = "version = 1\nrevision = 5\nrequires-python = \">=3.9\"\n\n\
                    [[package]]\nname = \"app\"\nversion = \"1.0\"\n\
                    source = { registry = \"https://index.example/simple\" }\n\
                    dependencies = [\n    { name = \"lib\" },\n]\n\n\
                    [[package]]\nname = \"here\"\nversion = \"1\"\nsource = { virtual = \".\" }\n\
                    dependencies = [\n    { name = \"app\" },\n]\n\n\
                    [package.metadata]\nrequires-dist = [{ name = \"app\" }]\n\n\
                    [[package]]\nname = \"lib\"\nversion = \"1.0\"\n\
                    source = { registry = \"https://index.example/simple\" }\n";

#[test]
fn a_lock_of_uv_is_read_without_an_index() {
    let Some(sandbox) = crate::sandbox() else {
        return;
    };
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'here'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['app']\n",
    );
    sandbox.write("uv.lock", LOCK);
    assert_snapshot!(sandbox.run("tree --frozen"), @"
    exit: 0
    -- stdout
    here
    └── app v1.0
        └── lib v1.0
    ");
    assert_snapshot!(sandbox.run("why lib --frozen"), @"
    exit: 0
    -- stdout
    lib 1.0
      here → app → lib
    1.5 is newer; what packages require of each other the lock does not say
    ");
    assert_snapshot!(sandbox.run("bundle"), @"
    exit: 2
    -- stderr
    error: a uv.lock is another tool's, and cannot be bundled [TL0002]
    hint: `tilsit export --format pylock.toml` writes a lock that says it
    ");
    for (from, to) in [
        ("version = 1\n", "version = 2\n"),
        ("version = 1\n", "<<<<<<< ours\nversion = 1\n"),
        ("{ name = \"lib\" }", "{ name = \"other\" }"),
    ] {
        sandbox.write("uv.lock", &LOCK.replacen(from, to, 1));
        let answer = sandbox.run("sync --frozen");
        assert_eq!(answer.exit, 2, "{answer}");
        let is_named = answer.stderr.contains("`uv.lock`: it ")
            || answer.stderr.contains("`uv.lock`: the package `app` of it");
        assert!(is_named, "{answer}");
    }
    // Who imports moves to a lock of ours, and leaves the other as it is.
    sandbox.write("uv.lock", LOCK);
    sandbox.run_well("import --from uv");
    assert_eq!(sandbox.read("uv.lock"), LOCK);
    assert!(
        sandbox
            .read("pylock.toml")
            .contains("name = \"lib\"\nversion = \"1.0\"")
    );
    sandbox.run_well("sync --locked");
    assert_snapshot!(crate::installed(&sandbox), @"
    app==1.0
    lib==1.0
    ");
}
