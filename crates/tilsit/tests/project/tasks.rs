//! Tasks of a project: what they run, in which order, where and with what.

use insta::assert_snapshot;

const PROJECT: &str = "\
[project]
name = 'demo'
version = '0.1'
requires-python = '>=3.9'
dependencies = ['app']
[tool.tilsit.tasks]
hello = 'app'
show = { cmd = \"python -c 'import os, sys; print(os.environ.get(\\\"WHO\\\"), os.path.basename(os.getcwd()), sys.argv[1:])'\", env = { WHO = 'me' }, cwd = 'inside', help = 'show where it runs' }
fail = 'python -c \"raise SystemExit(7)\"'
all = ['hello', 'show']
broken = ['fail', 'hello']
main = { call = 'app:main' }
";

fn sandbox() -> Option<crate::Sandbox> {
    let sandbox = crate::sandbox()?;
    sandbox.write("pyproject.toml", PROJECT);
    std::fs::create_dir(sandbox.path("inside")).unwrap();
    Some(sandbox)
}

#[test]
fn tasks_run_in_the_environment_of_the_project() {
    let Some(sandbox) = sandbox() else { return };
    assert_eq!(sandbox.run_well("run hello").stdout, "app 1.0\n");
    assert_snapshot!(sandbox.run("run show -x y"), @"
    exit: 0
    -- stdout
    me inside ['-x', 'y']
    ");
    assert_snapshot!(sandbox.run("run all"), @r#"
    exit: 0
    -- stdout
    app 1.0
    me inside []
    -- stderr
    hello app
    show python -c import os, sys; print(os.environ.get("WHO"), os.path.basename(os.getcwd()), sys.argv[1:])
    "#);
    assert_eq!(sandbox.run_well("run main").stdout, "app 1.0\n");
    let answer = sandbox.run("run broken");
    assert_eq!((answer.exit, answer.stdout.as_str()), (7, ""));
    assert_eq!(sandbox.run("run fail").exit, 7);
    let mut command = sandbox.command("run hello");
    command.current_dir(sandbox.path("inside"));
    assert_eq!(sandbox.finish(&mut command).stdout, "app 1.0\n");
}

#[test]
fn tasks_are_listed_and_told_when_they_are_wrong() {
    let Some(sandbox) = sandbox() else { return };
    assert_snapshot!(sandbox.run("run --list"), @"
    exit: 0
    -- stdout
    all              hello, show
    broken           fail, hello
    fail             python -c raise SystemExit(7)
    hello            app
    main             app:main
    show             show where it runs
    ");
    assert_snapshot!(sandbox.run("run all more"), @"
    exit: 2
    -- stderr
    error: the tasks of `pyproject.toml` cannot be run [TL0104]
      caused by: the task `all` takes no arguments: it is several commands, and none has `{args}`
    ");
    sandbox.write(
        "pyproject.toml",
        &PROJECT.replace("hello = 'app'", "hello = { depends = ['all'] }"),
    );
    assert_snapshot!(sandbox.run("run hello"), @"
    exit: 2
    -- stderr
    error: the tasks of `pyproject.toml` cannot be run [TL0104]
      caused by: the tasks `hello`, `all` need each other
    ");
    std::fs::remove_dir(sandbox.path("inside")).unwrap();
    sandbox.write("pyproject.toml", PROJECT);
    assert_snapshot!(sandbox.run("run -q show"), @"
    exit: 2
    -- stderr
    error: the folder `inside` of the task `show` is not there [TL0104]
    ");
}
