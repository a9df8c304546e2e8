//! `build --sandbox` with backends that do harm. What a sandbox holds is tested in its own crate; here,
//! that backends run in it, that what goes wrong is named, and that it is asked for in vain nowhere.
#![cfg(target_os = "linux")]

use crate::sandbox::Sandbox;

/// A project whose backend, which lies in it, runs `script` when it is to build a wheel.
fn project(script: &str) -> Option<Sandbox> {
    tilsit_testing::oracle::python()?;
    let sandbox = Sandbox::new();
    sandbox.write(
        "pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\
         [project]\nname = \"demo\"\nversion = \"1.0\"\n",
    );
    let lines: Vec<String> = script.lines().map(|line| format!("    {line}\n")).collect();
    let head = "import os, sys\ndef build_wheel(folder, settings, metadata):\n";
    sandbox.write("backend.py", &format!("{head}{}", lines.concat()));
    std::fs::write(sandbox.root().join("home/key"), "the key").expect("a file");
    Some(sandbox)
}

#[test]
fn what_a_confined_build_may_not_do_is_named() {
    let cases = [
        (
            "print(os.listdir(sys.argv[0].split('/cache/')[0] + '/home')); sys.exit(7)",
            "exit code 7",
        ),
        (
            "open(os.path.join(os.getcwd(), '..', 'outside'), 'w')",
            "'../outside'",
        ),
        (
            "import socket\nsocket.create_connection(('127.0.0.1', 9))",
            "Network is unreachable",
        ),
        (
            "import time\ntime.sleep(1000)",
            "was ended by its sandbox: it ran longer than 3 s",
        ),
        (
            "hog = []\nwhile True: hog.append(bytearray(1 << 20))",
            "more than 200 MiB of memory",
        ),
        ("os.kill(os.getpid(), 11)", "was ended by signal 11"),
        (
            "os.symlink('/etc/hostname', folder + '/a.whl')\nreturn 'a.whl'",
            "neither a file nor a folder",
        ),
        (
            "os.mkfifo(folder + '/a.whl')\nreturn 'a.whl'",
            "neither a file nor a folder",
        ),
        (
            "os.unlink(sys.argv[3]) if os.path.exists(sys.argv[3]) else 0\nos.mkfifo(sys.argv[3])\nos._exit(0)",
            "it is no file",
        ),
    ];
    for (script, expected) in cases {
        let Some(sandbox) = project(script) else {
            return;
        };
        let line = "build --wheel --sandbox --sandbox-time 3 --sandbox-memory 200";
        let answer = sandbox.run(line);
        assert_eq!(
            answer.exit,
            if expected == "it is no file" { 5 } else { 2 },
            "{script}\n{answer}"
        );
        let is_named = answer
            .stderr
            .replace("[ROOT]/project/", "")
            .contains(expected);
        assert!(is_named || expected.starts_with('\''), "{script}\n{answer}");
        assert!(!sandbox.root().join("outside").exists());
        assert!(!answer.stderr.contains("'key'"), "{answer}");
    }
}
