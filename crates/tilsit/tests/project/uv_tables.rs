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
