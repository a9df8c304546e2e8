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
            "print(open(os.getcwd() + '/../home/key').read())",
            "No such file or directory",
        ),
        (
            "open(os.getcwd() + '/file', 'w').write('')\nsys.exit(7)",
            "SystemExit: 7",
        ),
        ("open('/usr/outside', 'w')", "Read-only file system"),
        (
            "import socket\nsocket.create_connection(('127.0.0.1', 9))",
            "Network is unreachable",
        ),
        (
            "import time\ntime.sleep(1000)",
            "its sandbox: it ran longer than [TIME]",
        ),
        (
            "hog = []\nwhile True: hog.append(bytearray(1 << 20))",
            "more than 200 MiB of memory",
        ),
        ("os.kill(os.getpid(), 11)", "was ended by signal 11"),
        (
            "os.symlink('/etc/hostname', folder + '/a.whl')\nreturn 'a.whl'",
            "neither a file nor",
        ),
        (
            "os.mkfifo(folder + '/a.whl')\nreturn 'a.whl'",
            "neither a file nor a folder",
        ),
        ("os.mkfifo(sys.argv[2])\nos._exit(0)", "it is no file"),
    ];
    for (script, expected) in cases {
        let Some(sandbox) = project(script) else {
            return;
        };
        let answer = sandbox.run("build --wheel --sandbox --sandbox-time 3 --sandbox-memory 200");
        assert_ne!(answer.exit, 0, "{script}\n{answer}");
        assert!(answer.stderr.contains(expected), "{script}\n{answer}");
        assert!(!answer.stderr.contains("the key"), "{answer}");
        assert!(answer.stderr.len() < 10_000, "{script}\n{answer}");
    }
}

#[test]
fn endless_output_is_ended() {
    let Some(sandbox) = project("while True: os.write(1, b'endless ' * 10000)") else {
        return;
    };
    let answer = sandbox.run("build --wheel --sandbox --sandbox-time 300");
    assert_ne!(answer.exit, 0, "{answer}");
    let expected =
        "`build_wheel` of `backend` was ended because it wrote more than 256 MiB of output";
    assert!(answer.stderr.contains(expected), "{answer}");
    assert!(answer.stderr.len() < 10_000, "{answer}");
}
