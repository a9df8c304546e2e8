//! Scripts with metadata blocks of each kind: what they print, and that the second start needs
//! nothing but the cache.

use std::io::Write as _;
use std::process::Stdio;

use crate::sandbox;
use crate::sandbox::{Answer, Sandbox};

/// A script: its block's lines, its code, and what it prints.
const SCRIPTS: [(&str, &str, &str, &str); 10] = [
    (
        "one",
        "dependencies = ['app']",
        "import app, lib; print(app.VERSION, lib.VERSION)",
        "1.0 1.5",
    ),
    (
        "pinned",
        "dependencies = ['lib==1.0']",
        "import lib; print(lib.VERSION)",
        "1.0",
    ),
    (
        "extra",
        "dependencies = ['fancy[more]']",
        "import fancy, extra_lib; print(extra_lib.VERSION)",
        "3.1",
    ),
    (
        "marker",
        "dependencies = [\"lib; python_version < '3'\", 'app==1.0']",
        "import app; print(app.VERSION)",
        "1.0",
    ),
    (
        "python",
        "requires-python = '>=3.6'\ndependencies = []",
        "import sys; print(sys.argv[1:])",
        "[]",
    ),
    (
        "pre",
        "dependencies = ['lib']\n[tool.uv]\nprerelease = 'allow'",
        "import lib; print(lib.VERSION)",
        "2.0rc1",
    ),
    (
        "lowest",
        "dependencies = ['lib>=1']\n[tool.uv]\nresolution = 'lowest'",
        "import lib; print(lib.VERSION)",
        "1.0",
    ),
    (
        "path",
        "dependencies = ['lib']\n[tool.uv.sources]\nlib = { path = '../own/lib-1.0-py3-none-any.whl' }",
        "import lib; print(lib.VERSION)",
        "1.0",
    ),
    (
        "program",
        "dependencies = ['app']",
        "import subprocess; print(subprocess.run(['app'], capture_output=True, text=True).stdout.strip())",
        "app 1.0",
    ),
    (
        "ours",
        "dependencies = ['lib']\n[tool.tilsit]\nfind-links = ['WHEELS']\nno-index = true",
        "import lib, sys, os; print(lib.VERSION, sys.prefix == os.environ['VIRTUAL_ENV'])",
        "1.5 True",
    ),
];

fn script(block: &str, code: &str) -> String {
    let block = block.replace('\n', "\n# ");
    format!("# /// script\n# {block}\n# ///\n{code}\n")
}

#[test]
fn ten_scripts_run_and_run_again_from_the_cache() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let links = sandbox.root().join("wheels");
    // What a script names by its path has to stay: it may have changed.
    crate::wheels::wheel(&sandbox.root().join("own"), "lib", "1.0", &[]);
    for (name, block, code, _) in SCRIPTS {
        let block = block.replace("WHEELS", &links.display().to_string());
        sandbox.write(&format!("{name}.py"), &script(&block, code));
    }
    for round in ["first", "second"] {
        for (name, .., expected) in SCRIPTS {
            let answer = sandbox.run_well(&format!("run {name}.py"));
            assert_eq!(answer.stdout.trim_end(), expected, "{name}, {round}");
            assert!(
                round == "first" || answer.stderr.is_empty(),
                "{name}: {answer}"
            );
        }
        // What is kept needs no index.
        if links.exists() {
            std::fs::rename(&links, links.with_file_name("gone")).unwrap();
        }
    }
}

/// Runs with a text on standard input.
fn with_input(sandbox: &Sandbox, line: &str, text: &str) -> Answer {
    let mut command = sandbox.command(line);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the test's own data is in order");
    child
        .stdin
        .take()
        .expect("the test's own data is in order")
        .write_all(text.as_bytes())
        .expect("the test's own data is in order");
    let output = child
        .wait_with_output()
        .expect("the test's own data is in order");
    let text = |bytes: &[u8]| sandbox.steady(&String::from_utf8_lossy(bytes));
    Answer {
        exit: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

#[test]
fn a_script_may_come_on_standard_input() {
    let Some(mut sandbox) = sandbox() else {
        return;
    };
    let temporary = sandbox.root().join("temporary");
    std::fs::create_dir(&temporary).unwrap();
    sandbox.set("TMPDIR", temporary.display());
    let code = "import sys, lib\nprint(lib.VERSION, sys.argv, sys.stdin.read() == '')";
    let text = script("dependencies = ['lib==1.0']", code);
    let answer = with_input(&sandbox, "run - x --json", &text);
    assert_eq!(answer.stdout, "1.0 ['-', 'x', '--json'] True\n", "{answer}");
    // More than one argument of a program can hold.
    let long = format!("x = '{}'\nprint(len(x))\n", "y".repeat(300_000));
    let answer = with_input(&sandbox, "run -", &long);
    assert_eq!(answer.stdout, "300000\n", "{answer}");
    let left = std::fs::read_dir(&temporary).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn a_script_may_come_from_a_url() {
    let Some(sandbox) = sandbox() else {
        return;
    };
    let text = script(
        "dependencies = ['lib==1.0']",
        "import lib; print(lib.VERSION, __file__)",
    );
    let path = sandbox.write("remote/report.py", &text);
    let answer = sandbox.run_well(&format!("run file://{} x", path.display()));
    assert!(
        answer
            .stdout
            .starts_with("1.0 [ROOT]/cache/scripts-1/urls/"),
        "{answer}"
    );
    assert!(answer.stdout.ends_with("/report.py\n"), "{answer}");
    let answer = sandbox.run("run http://127.0.0.1:9/none.py");
    assert_eq!(answer.exit, 5, "{answer}");
}
