//! Modules, programs, environments that are there, and what is laid over them.

use std::os::unix::process::ExitStatusExt as _;

use insta::assert_snapshot;

use crate::sandbox;

#[test]
fn a_module_and_a_program_run_in_the_environment_that_is_there() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    sandbox.set("TILSIT_PYTHON", "");
    sandbox.run_well("venv -q");
    sandbox.run_well("pip install -q app");
    let answer = sandbox.run_well("run app");
    assert_eq!(answer.stdout, "app 1.0\n");
    let answer = sandbox.run_well("run python -c print(__import__('sys').prefix)");
    assert_eq!(answer.stdout, "[ROOT]/project/.venv\n");
    sandbox.write("where.py", "import sys; print(sys.prefix, *sys.argv[1:])\n");
    let answer = sandbox.run_well("run -m where -m x");
    assert_eq!(answer.stdout, "[ROOT]/project/.venv -m x\n");
    let answer = sandbox.run_well("run where.py");
    assert_eq!(answer.stdout, "[ROOT]/project/.venv\n");
    // Neither is the project's environment seen, nor an active one.
    let answer = sandbox.run_well("run --no-project where.py");
    assert!(!answer.stdout.contains("/project/.venv"), "{answer}");
    let answer = sandbox.run_well("run --isolated where.py");
    assert!(
        answer.stdout.starts_with("[ROOT]/cache/scripts-1/"),
        "{answer}"
    );
    sandbox.write("folder/__main__.py", "print('main')\n");
    assert_eq!(sandbox.run_well("run folder").stdout, "main\n");
    assert_snapshot!(sandbox.run("run no-such-program"), @"
    exit: 2
    -- stderr
    error: the program `no-such-program` cannot be started [TL0901]
      caused by: No such file or directory (os error 2)
    ");
}

#[test]
fn what_is_added_lies_over_the_environment_without_changing_it() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    sandbox.set("TILSIT_PYTHON", "");
    sandbox.run_well("venv -q");
    sandbox.run_well("pip install -q lib==1.0 fancy --no-deps");
    let before = sandbox.run_well("pip freeze").stdout;
    sandbox.write(
        "both.py",
        "import app, fancy, lib; print(app.VERSION, fancy.VERSION, lib.VERSION)\n",
    );
    sandbox.write("more.txt", "app\n");
    // `fancy` comes from below, `app` from above with the `lib` that is there already.
    for options in [
        "--with app",
        "--with-requirements more.txt",
        "--with app,lib",
    ] {
        let answer = sandbox.run_well(&format!("run {options} both.py"));
        assert_eq!(answer.stdout, "1.0 1.0 1.0\n", "{options}: {answer}");
    }
    let answer = sandbox.run_well("run --with app,lib>1 both.py");
    assert_eq!(answer.stdout, "1.0 1.0 1.5\n", "{answer}");
    // A program of what is added is found.
    assert_eq!(sandbox.run_well("run --with app app").stdout, "app 1.0\n");
    assert_eq!(
        sandbox.run_well("run --with app fancy").stdout,
        "fancy 1.0\n"
    );
    assert_eq!(sandbox.run_well("pip freeze").stdout, before);
}

#[test]
fn variables_come_from_files_unless_they_are_set() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    sandbox.write(".env", "A=from-file\nexport B=\"$A and $C\"\nC=unseen\n");
    sandbox.set("C", "set");
    sandbox.write(
        "show.py",
        "import os; print(os.environ.get('A'), os.environ.get('B'), os.environ['C'])\n",
    );
    let answer = sandbox.run_well("run --env-file .env show.py");
    assert_eq!(answer.stdout, "from-file from-file and set set\n");
    assert_eq!(sandbox.run_well("run show.py").stdout, "None None set\n");
    sandbox.set("TILSIT_ENV_FILE", ".env");
    assert!(
        sandbox
            .run_well("run show.py")
            .stdout
            .starts_with("from-file")
    );
    assert!(
        sandbox
            .run_well("run --no-env-file show.py")
            .stdout
            .starts_with("None")
    );
    sandbox.write(".env", "A='open\n");
    assert_snapshot!(sandbox.run("run show.py"), @"
    exit: 2
    -- stderr
    error: the file of variables `.env` cannot be read [TL0002]
      caused by: line 1: a quotation mark is not closed
    ");
}

#[test]
fn signals_and_exit_codes_are_those_of_the_program() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    sandbox.write(
        "die.py",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)\n",
    );
    let output = sandbox.command("run die.py").output().unwrap();
    assert_eq!(output.status.signal(), Some(15));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let (exit, _) = sandbox.run_json("run die.py");
    assert_eq!(exit, 128 + 15);
    // The process is the one that was started: nothing stands between it and its parent.
    sandbox.write("who.py", "import os; print(os.getpid())\n");
    let child = sandbox
        .command("run who.py")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{id}\n"));
}

/// A project with one module, built in process.
fn project(sandbox: &crate::Sandbox, folder: &str, name: &str, answer: &str) {
    sandbox.write(
        &format!("{folder}/pyproject.toml"),
        &format!(
            "[project]\nname = '{name}'\nversion = '1.0'\n[build-system]\nrequires = ['tilsit-build']\nbuild-backend = 'tilsit_build'\n"
        ),
    );
    let module = format!("ANSWER = '{answer}'\n");
    sandbox.write(&format!("{folder}/src/{name}/__init__.py"), &module);
}

#[test]
fn a_folder_that_changed_is_seen() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let ask = |folder: &str| {
        let mut command = sandbox.command(&format!("run --isolated --with {folder} python -c"));
        let is_link = "os.path.islink(os.path.dirname(toy.__file__))";
        command.arg(format!("import os, toy; print(toy.ANSWER, {is_link})"));
        let answer = sandbox.finish(&mut command);
        assert_eq!(answer.exit, 0, "{answer}");
        answer
    };
    project(&sandbox, "one", "toy", "one");
    project(&sandbox, "two", "toy", "two");
    let first = ask("./one");
    assert!(first.stdout.starts_with("one "), "{first}");
    assert!(first.stderr.contains("Installed"), "{first}");
    // The second time nothing is done; another folder is another environment.
    assert_eq!(ask("./one").stderr, "");
    assert!(ask("./two").stdout.starts_with("two "));
    project(&sandbox, "one", "toy", "three");
    let changed = ask("./one");
    // What is built is linked as a folder, too.
    assert_eq!(changed.stdout, "three True\n");
    assert_eq!(ask("toy@./one").stdout, "three True\n");
    // The code of an editable one is where it is, without anything being made again.
    let ask = || {
        let mut command = sandbox.command("run --isolated --with-editable ./one python -c");
        command.arg("import toy; print(toy.ANSWER)");
        sandbox.finish(&mut command)
    };
    assert_eq!(ask().stdout, "three\n");
    project(&sandbox, "one", "toy", "fourth");
    let answer = ask();
    assert_eq!(
        (answer.stdout.as_str(), answer.exit),
        ("fourth\n", 0),
        "{answer}"
    );
}

#[test]
fn a_wheel_that_changed_is_seen() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let wheel = crate::wheels::wheel(&sandbox.path("own"), "toy", "1.0", &[]);
    let line = format!("run --isolated --with {} toy", wheel.display());
    assert_eq!(sandbox.run_well(&line).stdout, "toy 1.0\n");
    assert_eq!(sandbox.run_well(&line).stderr, "");
    crate::wheels::wheel(&sandbox.path("own"), "toy", "1.0", &["lib"]);
    let answer = sandbox.run_well(&line);
    assert!(answer.stderr.contains("Installed 2 projects"), "{answer}");
}

#[test]
fn a_child_that_is_not_this_process_hears_signals_too() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    let temporary = sandbox.root().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    sandbox.set("TMPDIR", temporary.display());
    let mark = sandbox.path("started");
    let mut command = sandbox.command("run --no-cache python -c");
    command.arg("import time; open('started', 'w').close(); time.sleep(60)");
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    for _ in 0..600 {
        if mark.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &id])
        .status();
    assert!(sent.unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(143));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}
