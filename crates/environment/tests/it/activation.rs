//! Activating and deactivating in real shells, in folders whose names they could take for their
//! own syntax.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use tilsit_environment::venv::{VenvOptions, create};

/// Every character that a shell could take for its own.
const HOSTILE: &str = "o'ne $(touch x) `a`\\ \"!*";

const SH: &str = r#"
set -u
show() {
    if [ -n "${ZSH_VERSION-}" ]; then print -rP -- "$PS1"; else eval "printf '%s\\n' \"$PS1\""; fi
}
PS1='$ '; PATH=/usr/bin:/bin; PYTHONHOME=/elsewhere; export PYTHONHOME
PKG_CONFIG_PATH=/own; export PKG_CONFIG_PATH
before="$PATH|$PS1|$PYTHONHOME|$PKG_CONFIG_PATH"
. "$1"/bin/activate
. "$1"/bin/activate
printf '%s\n' "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" "$(show)" "$(command -v python)" "${PYTHONHOME-none}"
[ "$PKG_CONFIG_PATH" = "$1/lib/pkgconfig:/own" ] || echo "$PKG_CONFIG_PATH"
python -c 'import sys; print(sys.prefix)'
pydoc pydoc | grep -c '^DESCRIPTION'
deactivate
[ "$PATH|$PS1|$PYTHONHOME|$PKG_CONFIG_PATH" = "$before" ] && [ -z "${VIRTUAL_ENV+set}" ] && echo restored
command -v deactivate || echo gone
command -v pydoc | grep -q '^pydoc$' || echo gone
"#;

const FISH: &str = r#"
function fish_prompt; echo '$ '; end
set -gx PATH /usr/bin /bin
set -gx PYTHONHOME /elsewhere
source $argv[1]/bin/activate.fish
source $argv[1]/bin/activate.fish
printf '%s\n' $VIRTUAL_ENV $VIRTUAL_ENV_PROMPT (fish_prompt) (command -v python)
set -q PYTHONHOME; or echo none
test "$PKG_CONFIG_PATH" = "$argv[1]/lib/pkgconfig"; or echo $PKG_CONFIG_PATH
python -c 'import sys; print(sys.prefix)'
pydoc pydoc | grep -c '^DESCRIPTION'
deactivate
test "$PATH|$PYTHONHOME" = "/usr/bin:/bin|/elsewhere"; and not set -q VIRTUAL_ENV PKG_CONFIG_PATH; and echo restored
functions -q deactivate; or echo gone
functions -q pydoc; or echo gone
"#;

const CSH: &str = r#"
set prompt='$ '
setenv PATH /usr/bin:/bin
setenv PYTHONHOME /elsewhere
set here="$argv[1]:q"
source "$here:q/bin/activate.csh"
source "$here:q/bin/activate.csh"
printf '%s\n' "$VIRTUAL_ENV:q" "$VIRTUAL_ENV_PROMPT:q" "$prompt:q"
which python
if (! $?PYTHONHOME) echo none
if ("$PKG_CONFIG_PATH:q" != "$here:q/lib/pkgconfig") echo "$PKG_CONFIG_PATH:q"
python -c 'import sys; print(sys.prefix)'
pydoc pydoc | grep -c '^DESCRIPTION'
deactivate
if ("$PATH" == "/usr/bin:/bin" && "$prompt:q" == '$ ' && "$PYTHONHOME" == /elsewhere && ! $?VIRTUAL_ENV && ! $?PKG_CONFIG_PATH) echo restored
if ("`alias deactivate`" == "") echo gone
if ("`alias pydoc`" == "") echo gone
"#;

fn environment(options: &VenvOptions) -> Option<(TempDir, PathBuf)> {
    let base = super::interpreter()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join(HOSTILE);
    create(&base, &root, options).expect("an environment is made");
    Some((folder, root))
}

/// What a shell prints that runs `script` from a file; none when there is no such shell.
fn run(shell: &str, script: &str, root: &Path) -> Option<(String, String)> {
    let folder = root.parent().expect("the root lies in a folder");
    let file = folder.join(format!("script.{shell}"));
    tilsit_files::write(&file, script).expect("the folder is writable");
    let mut command = Command::new(shell);
    if shell == "tcsh" {
        // No start-up files.
        command.arg("-f");
    }
    let output = command
        .arg(&file)
        .arg(root)
        .current_dir(folder)
        .env("HOME", folder)
        .env("CDPATH", "/")
        .env_remove("VIRTUAL_ENV")
        .env_remove("PKG_CONFIG_PATH")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&output.stdout), text(&output.stderr)))
}

fn expected(root: &Path, prompt: &str) -> String {
    let root = root.display();
    format!(
        "{root}\n{prompt}\n({prompt}) $ \n{root}/bin/python\nnone\n{root}\n1\nrestored\ngone\ngone\n"
    )
}

const SHELLS: [(&str, &str); 6] = [
    ("sh", SH),
    ("bash", SH),
    ("zsh", SH),
    ("ksh", SH),
    ("fish", FISH),
    ("tcsh", CSH),
];

#[test]
fn activating_and_deactivating_changes_and_restores_the_shell() {
    let Some((folder, root)) = environment(&VenvOptions::default()) else {
        return;
    };
    for (shell, script) in SHELLS {
        let answer = run(shell, script, &root);
        // Few machines have ksh.
        if answer.is_none() && shell == "ksh" {
            continue;
        }
        if let Some((output, talk)) = tilsit_testing::require(shell, answer) {
            assert_eq!(output, expected(&root, HOSTILE), "{shell}: {talk}");
            assert_eq!(talk, "", "{shell}");
        }
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_prompt_runs_no_command() {
    let Some((folder, root)) = environment(&VenvOptions::default()) else {
        return;
    };
    // Shells that show their prompt as they do to a person: with all that they expand in it.
    for (shell, show) in [
        ("bash", "PS1='> '; . \"$1\"/bin/activate; echo \"${PS1@P}\""),
        (
            "zsh",
            "PS1='> '; . \"$1\"/bin/activate; print -rP -- \"$PS1\"",
        ),
        (
            "zsh",
            "setopt promptsubst; PS1='> '; . \"$1\"/bin/activate; print -rP -- \"$PS1\"",
        ),
    ] {
        let answer = run(shell, show, &root);
        if let Some((output, talk)) = tilsit_testing::require(shell, answer) {
            assert_eq!(output, format!("({HOSTILE}) > \n"), "{shell}: {talk}");
        }
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_script_that_is_run_and_not_sourced_says_so() {
    let Some((_folder, root)) = environment(&VenvOptions::default()) else {
        return;
    };
    let output = Command::new("bash")
        .arg(root.join("bin/activate"))
        .output()
        .unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(
        talk.starts_with("You must source this script: $ source "),
        "{talk}"
    );
    assert_eq!(output.status.code(), Some(33));
}

#[test]
fn an_environment_that_was_moved_is_activated_where_it_is() {
    let options = VenvOptions {
        relocatable: true,
        prompt: Some("mine & \"yours\"".to_owned()),
        ..VenvOptions::default()
    };
    let Some((folder, root)) = environment(&options) else {
        return;
    };
    let moved = folder.path().join("elsewhere 'now'");
    tilsit_files::rename(&root, &moved).unwrap();
    for (shell, script) in SHELLS {
        // Neither a plain `sh` nor csh can tell which file it reads.
        if matches!(shell, "sh" | "tcsh") {
            continue;
        }
        if let Some((output, talk)) = run(shell, script, &moved) {
            assert_eq!(
                output,
                expected(&moved, "mine & \"yours\""),
                "{shell}: {talk}"
            );
            assert_eq!(talk, "", "{shell}");
        }
    }
}

#[test]
fn a_running_python_works_in_the_environment() {
    let Some((_folder, root)) = environment(&VenvOptions::default()) else {
        return;
    };
    let base = super::interpreter().unwrap();
    let packages = base.install_paths();
    let inside = tilsit_environment::Interpreter::at(&root, None).unwrap();
    let purelib = inside.install_paths().purelib;
    assert_ne!(purelib, packages.purelib);
    tilsit_files::write(purelib.join("only_here.py"), "PLACE = __file__\n").unwrap();
    let script = "import os, runpy, sys\nrunpy.run_path(sys.argv[1])\nimport only_here\n\
                  print(only_here.PLACE)\nprint(sys.prefix)\nprint(os.environ['PATH'])\n\
                  print(os.environ['VIRTUAL_ENV_PROMPT'])\nprint(sys.path.index(sys.argv[2]))\n";
    let output = Command::new(base.executable())
        .args(["-c", script])
        .arg(root.join("bin/activate_this.py"))
        .arg(&purelib)
        .env("PATH", "/usr/bin")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let root = root.display();
    let expected = format!(
        "{}/only_here.py\n{root}\n{root}/bin:/usr/bin\n{HOSTILE}\n0\n",
        purelib.display()
    );
    assert_eq!(
        text,
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn an_environment_that_was_moved_all_the_same_is_found_by_sh() {
    let Some((folder, root)) = environment(&VenvOptions::default()) else {
        return;
    };
    let moved = folder.path().join("elsewhere 'now'");
    tilsit_files::rename(&root, &moved).unwrap();
    for (shell, script) in SHELLS {
        if !matches!(shell, "bash" | "zsh") {
            continue;
        }
        if let Some((output, talk)) = run(shell, script, &moved) {
            let name = root.file_name().unwrap().to_string_lossy();
            assert_eq!(output, expected(&moved, &name), "{shell}: {talk}");
        }
    }
}
