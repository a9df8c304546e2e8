//! Workspaces: one lock for all members, an environment for some.

use insta::assert_snapshot;

use crate::installed;

const PACKAGE: &str = "[build-system]\nrequires = []\nbuild-backend = 'tilsit_build'\n";

fn workspace() -> Option<crate::Sandbox> {
    let sandbox = crate::sandbox()?;
    let member = |name: &str, more: &str| {
        let text = format!(
            "[project]\nname = '{name}'\nversion = '1.0'\ndescription = '{name}'\n\
             requires-python = '>=3.9'\n{more}{PACKAGE}"
        );
        sandbox.write(&format!("packages/{name}/pyproject.toml"), &text);
        sandbox.write(&format!("packages/{name}/src/{name}/__init__.py"), "");
    };
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'root'\nversion = '1'\nrequires-python = '>=3.9'\n\
         dependencies = ['left']\n[project.optional-dependencies]\nall = ['left[more]']\n\
         [tool.tilsit.workspace]\nmembers = ['packages/*']\n\
         [tool.tilsit.sources]\nleft = { workspace = true }\n",
    );
    member(
        "left",
        "dependencies = ['app']\n[project.optional-dependencies]\nmore = ['extra-lib']\n",
    );
    member(
        "right",
        "dependencies = ['left']\n[project.optional-dependencies]\nmore = ['fancy']\n\
         [dependency-groups]\ndev = ['lib']\n[tool.tilsit.sources]\nleft = { workspace = true }\n",
    );
    Some(sandbox)
}

#[test]
fn members_share_a_lock_and_are_synced_apart() {
    let Some(sandbox) = workspace() else { return };
    sandbox.run_well("lock");
    let lock = sandbox.read("pylock.toml");
    let own = &lock[lock.find("[[tool.tilsit.members]]").unwrap()..];
    assert_snapshot!(own, @r#"
    [[tool.tilsit.members]]
    name = "left"
    path = "packages/left"
    package = true
    requires = [
        "app",
    ]
    names = { more = "left-more" }

    [tool.tilsit.members.extras]
    more = [
        "extra-lib",
    ]

    [[tool.tilsit.members]]
    name = "right"
    path = "packages/right"
    package = true
    requires = [
        "left",
    ]
    names = { more = "right-more" }

    [tool.tilsit.members.extras]
    more = [
        "fancy",
    ]

    [tool.tilsit.members.groups]
    dev = [
        "lib",
    ]

    [[tool.tilsit.members]]
    name = "root"
    path = "."
    package = false
    requires = [
        "left",
    ]

    [tool.tilsit.members.extras]
    all = [
        "left[more]",
    ]
    "#);
    sandbox.run_well("sync");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    lib==1.0
    ");
    sandbox.run_well("sync --extra all");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    extra_lib==3.1
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    lib==1.0
    ");
    sandbox.run_well("sync --package right --extra more");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    fancy==1.0
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    lib==1.0
    # Editable install with no version control (right==1.0)
    -e [ROOT]/project/packages/right
    ");
    sandbox.run_well("sync --all-packages --no-dev");
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    lib==1.0
    # Editable install with no version control (right==1.0)
    -e [ROOT]/project/packages/right
    ");
    assert_snapshot!(sandbox.run("sync --package middle"), @"
    exit: 2
    -- stderr
    error: the workspace has no member `middle` [TL0002]
    hint: its members are: left, right, root
    ");
}

#[test]
fn a_member_is_found_from_its_folder() {
    let Some(sandbox) = workspace() else { return };
    let mut command = sandbox.command("sync --no-dev");
    command.current_dir(sandbox.path("packages/right"));
    let answer = sandbox.finish(&mut command);
    assert_eq!(answer.exit, 0, "{answer}");
    assert!(sandbox.path("pylock.toml").exists());
    assert!(!sandbox.path("packages/right/pylock.toml").exists());
    assert_snapshot!(installed(&sandbox), @"
    app==1.0
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    lib==1.0
    # Editable install with no version control (right==1.0)
    -e [ROOT]/project/packages/right
    ");
}

#[test]
fn two_members_of_one_name_are_refused() {
    let Some(sandbox) = workspace() else { return };
    let text = sandbox.read("packages/left/pyproject.toml");
    sandbox.write("packages/again/pyproject.toml", &text);
    assert_snapshot!(sandbox.run("lock"), @"
    exit: 2
    -- stderr
    error: two members of the workspace are called `left`: `[ROOT]/project/packages/again` and `[ROOT]/project/packages/left` [TL0104]
    ");
}

#[test]
fn members_may_need_each_other() {
    let Some(sandbox) = workspace() else { return };
    let text = sandbox.read("packages/left/pyproject.toml");
    let circle = text.replace("['app']", "['right']");
    sandbox.write("packages/left/pyproject.toml", &circle);
    sandbox.run_well("sync --no-dev");
    assert_snapshot!(installed(&sandbox), @"
    # Editable install with no version control (left==1.0)
    -e [ROOT]/project/packages/left
    # Editable install with no version control (right==1.0)
    -e [ROOT]/project/packages/right
    ");
}
