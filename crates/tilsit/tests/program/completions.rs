//! `completions`: a script for each shell.

use crate::sandbox::Sandbox;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let answer = sandbox.run_well(&format!("completions {shell}"));
        assert!(answer.stdout.contains("completions"), "{shell}");
        assert!(answer.stderr.is_empty(), "{shell}");
    }
    let answer = sandbox.run("completions tcl");
    assert_eq!(answer.exit, 2);
}
