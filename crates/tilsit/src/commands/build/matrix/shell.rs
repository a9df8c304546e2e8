//! The commands of a project's matrix, run by the system's shell, with the variables that it sets.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use tilsit_environment::Interpreter;

use crate::child;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::terminal::{DIM, GOOD};

/// A shell in a folder, which finds one Python first.
pub(super) struct Shell<'a> {
    folder: PathBuf,
    /// What differs from this program's own variables.
    variables: BTreeMap<OsString, OsString>,
    context: &'a Context,
}

impl<'a> Shell<'a> {
    pub(super) fn new(folder: &Path, python: &Interpreter, context: &'a Context) -> Self {
        let mut variables = BTreeMap::new();
        let scripts = python.install_paths().scripts;
        let rest = context.variables.path("PATH");
        let folders = rest.map(|rest| std::env::split_paths(rest).collect::<Vec<_>>());
        let folders = std::iter::once(scripts).chain(folders.into_iter().flatten());
        if let Ok(path) = std::env::join_paths(folders) {
            variables.insert("PATH".into(), path);
        }
        if let Some(environment) = python.virtual_environment() {
            variables.insert("VIRTUAL_ENV".into(), environment.root.clone().into());
        }
        Self {
            folder: folder.to_path_buf(),
            variables,
            context,
        }
    }

    /// The variables that differ from this program's own.
    pub(super) fn variables(&self) -> &BTreeMap<OsString, OsString> {
        &self.variables
    }

    /// Sets variables, one after the other; a value may name others as a shell has it.
    ///
    /// # Errors
    /// When the shell refuses a value.
    pub(super) fn assign(&mut self, pairs: &[(String, String)]) -> Result<(), CommandError> {
        for (name, value) in pairs {
            let value = if cfg!(unix) && value.contains(['$', '`']) {
                self.expanded(name, value)?
            } else {
                value.into()
            };
            self.variables.insert(name.into(), value);
        }
        Ok(())
    }

    fn expanded(&self, name: &str, value: &str) -> Result<OsString, CommandError> {
        let quoted = value.replace('"', "\\\"");
        let output = self.command(&format!("printf %s \"{quoted}\"")).output();
        let output = output.map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let message = format!("the value `{value}` of the variable `{name}` cannot be told");
            return Err(CommandError::new(Code::ProjectInvalid, message).caused_by(said));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned().into())
    }

    /// Runs a command whose purpose is `what`.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn run(&self, what: &str, command: &str) -> Result<(), CommandError> {
        self.context
            .terminal
            .say(format_args!("{GOOD}{what}{GOOD:#} {DIM}{command}{DIM:#}"));
        let mut program = self.command(command);
        // What it prints is talk.
        program.stdout(std::io::stderr());
        let exit = child::wait(&mut program, self.context)?;
        if exit == 0 {
            return Ok(());
        }
        let message = format!("`{what}` ended with exit code {exit}: `{command}`");
        Err(CommandError::new(Code::BuildFailed, message))
    }

    /// Runs a program of the environment whose purpose is `what`.
    ///
    /// # Errors
    /// When it fails.
    pub(super) fn run_program(
        &self,
        what: &str,
        program: &OsStr,
        words: &[&str],
    ) -> Result<(), CommandError> {
        let mut command = Command::new(program);
        command.args(words).current_dir(&self.folder);
        command.envs(&self.variables).stdout(std::io::stderr());
        match child::wait(&mut command, self.context)? {
            0 => Ok(()),
            exit => {
                let line = words.join(" ");
                let message = format!("{what} failed with exit code {exit}: `python {line}`");
                Err(CommandError::new(Code::BuildFailed, message))
            }
        }
    }

    fn command(&self, line: &str) -> Command {
        let (program, option) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        let mut command = Command::new(program);
        command.arg(option).arg(line).current_dir(&self.folder);
        command.envs(&self.variables).env_remove("PYTHONHOME");
        command
    }

    fn not_started(&self, error: &std::io::Error) -> CommandError {
        let folder = self.folder.display();
        let message = format!("a shell cannot be started in `{folder}`");
        CommandError::new(Code::ProgramNotStarted, message).caused_by(error.to_string())
    }
}
