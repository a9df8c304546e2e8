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

impl PasswordProgram {
    fn command(&self, service: &str, user: &str) -> Command {
        match self {
            Self::Keyring(program) => {
                let mut command = Command::new(program);
                command.args(["get", service, user]);
                command
            }
            Self::SecretTool(program) => {
                let mut command = Command::new(program);
                command.args(["lookup", "service", service, "username", user]);
                command
            }
        }
    }

    async fn ask(&self, service: &str, user: &str) -> Option<Secret> {
        let mut command = self.command(service, user);
        command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
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
