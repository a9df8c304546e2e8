//! Passwords that programs of the system keep: `keyring` (of the Python project of that name) and
//! `secret-tool` (which speaks the Secret Service protocol of desktop systems over D-Bus).
//!
//! Both are asked through their programs. Talking D-Bus ourselves would cost dozens of dependencies
//! for one question a day, and `secret-tool` finds what Python's keyring stored: the attributes
//! `service` and `username` are the same.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::OnceCell;
use url::Url;

use crate::redacted::Secret;

/// How long a program may take: it may have to ask its user to unlock a keyring.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program that keeps passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordProgram {
    /// `keyring get SERVICE USER`.
    Keyring(PathBuf),
    /// `secret-tool lookup service SERVICE username USER`.
    SecretTool(PathBuf),
}

/// What a program is to do.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Get,
    Keep,
    Forget,
}

/// A program that did not keep or forget a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{program}` failed: {reason}")]
pub struct ProgramError {
    program: String,
    reason: String,
}

impl PasswordProgram {
    fn command(&self, what: Doing, service: &str, user: &str) -> Command {
        let (program, mut words) = match (self, what) {
            (Self::Keyring(program), Doing::Get) => (program, vec!["get"]),
            (Self::Keyring(program), Doing::Keep) => (program, vec!["set"]),
            (Self::Keyring(program), Doing::Forget) => (program, vec!["del"]),
            (Self::SecretTool(program), Doing::Get) => (program, vec!["lookup"]),
            (Self::SecretTool(program), Doing::Keep) => {
                (program, vec!["store", "--label", service])
            }
            (Self::SecretTool(program), Doing::Forget) => (program, vec!["clear"]),
        };
        match self {
            Self::Keyring(_) => words.extend([service, user]),
            Self::SecretTool(_) => words.extend(["service", service, "username", user]),
        }
        let mut command = Command::new(program);
        command.args(words).kill_on_drop(true);
        command
    }

    /// The program, as messages name it.
    fn shown(&self) -> String {
        let (Self::Keyring(program) | Self::SecretTool(program)) = self;
        program.display().to_string()
    }

    /// Has the program keep a password, which it reads from its standard input.
    async fn keep(&self, service: &str, user: &str, password: &Secret) -> Result<(), ProgramError> {
        let mut command = self.command(Doing::Keep, service, user);
        self.finish(&mut command, password.reveal()).await
    }

    async fn forget(&self, service: &str, user: &str) -> Result<(), ProgramError> {
        let mut command = self.command(Doing::Forget, service, user);
        self.finish(&mut command, "").await
    }

    async fn finish(&self, command: &mut Command, input: &str) -> Result<(), ProgramError> {
        let failed = |reason: String| ProgramError {
            program: self.shown(),
            reason,
        };
        let io = |error: std::io::Error| failed(error.to_string());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(io)?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that ends without reading says by its exit why.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let output = output.map_err(|_| failed("it did not end in time".to_owned()))?;
        let output = output.map_err(io)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty());
        let last = last.map(|line| line.trim().replace(char::is_control, " "));
        Err(failed(last.unwrap_or_else(|| output.status.to_string())))
    }

    async fn ask(&self, service: &str, user: &str) -> Option<Secret> {
        let mut command = self.command(Doing::Get, service, user);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        // A program that is missing or fails has no password for us; the server's refusal is told.
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.ok()?.ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let password = text.lines().next().unwrap_or_default();
        (output.status.success() && !password.is_empty()).then(|| Secret::new(password))
    }
}

/// An answer that others may be waiting for too.
type Asked = Arc<OnceCell<Option<Secret>>>;

/// What the programs said, by place and user: each question is asked once.
#[derive(Default)]
pub(crate) struct Passwords {
    known: Mutex<HashMap<(String, String), Asked>>,
}

impl Passwords {
    /// Has the first program keep the password of a user at a place.
    pub(crate) async fn keep(
        &self,
        programs: &[PasswordProgram],
        (place, user): (&Url, &str),
        password: &Secret,
    ) -> Result<(), ProgramError> {
        match programs.first() {
            Some(program) => program.keep(place.as_str(), user, password).await,
            None => Ok(()),
        }
    }

    /// Has every program forget the password of a user at a place; fails when none of them had it.
    pub(crate) async fn forget(
        &self,
        programs: &[PasswordProgram],
        (place, user): (&Url, &str),
    ) -> Result<(), ProgramError> {
        let mut ended = Ok(());
        for program in programs {
            ended = program.forget(place.as_str(), user).await;
            if ended.is_ok() {
                break;
            }
        }
        ended
    }

    /// The password of a user at a place: kept under the place's URL, or else under its host.
    pub(crate) async fn of(
        &self,
        programs: &[PasswordProgram],
        place: &Url,
        user: &str,
    ) -> Option<Secret> {
        let key = (place.to_string(), user.to_owned());
        let cell = {
            let mut known = self
                .known
                .lock()
                .expect("no thread panics while it holds the lock");
            Arc::clone(known.entry(key).or_default())
        };
        let asked = cell.get_or_init(|| async {
            let host = match (place.host_str(), place.port()) {
                (Some(host), Some(port)) => format!("{host}:{port}"),
                (host, _) => host.unwrap_or_default().to_owned(),
            };
            for service in [place.as_str(), &host] {
                for program in programs {
                    if let Some(password) = program.ask(service, user).await {
                        return Some(password);
                    }
                }
            }
            None
        });
        asked.await.clone()
    }
}
