//! `tilsit help`: the help of a command, and all of it as one Markdown page for the documents
//! (`--markdown`, hidden).

use std::fmt::Write as _;

use clap::{Arg, Args, Command};
use serde_json::json;

use crate::commands::late::whole_tree;
use crate::error::CommandError;
use crate::explain::Code;
use crate::report::Report;

/// Show help for a command
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The command, as `pip install`
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
    /// Print the reference of all commands as Markdown
    #[arg(long, hide = true)]
    markdown: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, CommandError> {
    let mut program = whole_tree::<super::Arguments>();
    program.build();
    if arguments.markdown {
        let text = reference(&program);
        return Ok(Report::new(text.clone(), json!({ "markdown": text })));
    }
    let mut command = &mut program;
    for name in &arguments.path {
        let shown = arguments.path.join(" ");
        command = command.find_subcommand_mut(name).ok_or_else(|| {
            CommandError::new(Code::Usage, format!("there is no command `tilsit {shown}`"))
                .hint("`tilsit help` lists the commands")
        })?;
    }
    let help = command.render_long_help();
    Ok(Report::new(
        help.ansi().to_string(),
        json!({ "help": help.to_string() }),
    ))
}

/// The reference of all commands, for `docs/reference/commands.md`.
fn reference(program: &Command) -> String {
    let mut text = String::from(
        "# Commands\n\nMade from the program by `tilsit help --markdown`; do not edit.\n",
    );
    let globals: Vec<&Arg> = visible_options(program).collect();
    text.push_str("\n## Options of every command\n\n");
    for option in globals {
        describe_option(&mut text, option);
    }
    for command in program.get_subcommands() {
        describe(
            &mut text,
            command,
            &format!("tilsit {}", command.get_name()),
        );
    }
    text
}

fn describe(text: &mut String, command: &Command, name: &str) {
    if command.is_hide_set() {
        return;
    }
    let about = command
        .get_long_about()
        .or_else(|| command.get_about())
        .map_or_else(String::new, ToString::to_string);
    let _ = write!(text, "\n## `{name}`\n\n{about}\n");
    let arguments: Vec<&Arg> = command
        .get_positionals()
        .filter(|argument| !argument.is_hide_set())
        .collect();
    let options: Vec<&Arg> = visible_options(command)
        .filter(|option| !option.is_global_set())
        .collect();
    if !command.has_subcommands() {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let _ = write!(text, "\n```\n{usage}\n```\n");
    }
    if !arguments.is_empty() || !options.is_empty() {
        text.push('\n');
    }
    for argument in arguments {
        let _ = writeln!(text, "- `{argument}`: {}", help_of(argument));
    }
    for option in options {
        describe_option(text, option);
    }
    for below in command.get_subcommands() {
        describe(text, below, &format!("{name} {}", below.get_name()));
    }
}

fn visible_options(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|argument| !argument.is_positional() && !argument.is_hide_set())
        .filter(|argument| !matches!(argument.get_id().as_str(), "help" | "version"))
}

fn describe_option(text: &mut String, option: &Arg) {
    let mut forms = Vec::new();
    if let Some(short) = option.get_short() {
        forms.push(format!("-{short}"));
    }
    for long in option.get_long_and_visible_aliases().unwrap_or_default() {
        forms.push(format!("--{long}"));
    }
    let values = if option.get_action().takes_values() {
        let names = option.get_value_names().unwrap_or_default();
        names.iter().fold(String::new(), |mut all, name| {
            let _ = write!(all, " {name}");
            all
        })
    } else {
        String::new()
    };
    let forms = forms.join(", ");
    let _ = writeln!(text, "- `{forms}{values}`: {}", help_of(option));
}

fn help_of(argument: &Arg) -> String {
    let mut help = argument
        .get_long_help()
        .or_else(|| argument.get_help())
        .map_or_else(String::new, ToString::to_string)
        .replace('\n', " ");
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        let _ = write!(help, " ({})", values.join(", "));
    }
    help
}
