//! `tilsit completions`: the script that teaches a shell our commands and options.

use clap::Args;
use clap_complete::Shell;
use serde_json::json;

use crate::commands::late::whole_tree;
use crate::report::Report;

/// Print the completions for a shell
///
/// For bash: `tilsit completions bash > ~/.local/share/bash-completion/completions/tilsit`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Report {
    let mut script = Vec::new();
    let mut command = whole_tree::<super::Arguments>();
    clap_complete::generate(arguments.shell, &mut command, "tilsit", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let result = json!({ "shell": arguments.shell.to_string(), "script": script });
    Report::new(script, result)
}
