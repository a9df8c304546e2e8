//! Checkouts of Mercurial, Subversion and Bazaar, by their own programs, which have to be installed.
//! Nothing is kept of them: a build has a checkout of its own. The programs ask nobody for a password.

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use crate::git::{GitError, in_one_line};
use crate::process;
use crate::source::{System, VcsSource};

/// How much a program may say.
const OUTPUT_MAX_BYTES: u64 = 64 << 20;

/// Puts the files of a revision into the new folder `tree`, and gives the revision's own name.
pub(crate) fn check_out(
    source: &VcsSource,
    tree: &Path,
    on_output: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<String, GitError> {
    let mut program = Program { source, on_output };
    let tree = tree.as_os_str();
    let repository = OsStr::new(&source.repository);
    let with_revision = |option: &str| {
        let revision = source.revision.as_ref();
        revision.map(|revision| format!("{option}={revision}"))
    };
    let id = match source.system {
        System::Mercurial => {
            program.run(
                &["clone", "--quiet", "--noupdate"],
                None,
                &[repository, tree],
            )?;
            let update = ["--repository", &tree.to_string_lossy(), "update", "--quiet"];
            program.run(&update, with_revision("--rev"), &[])?;
            let ask = [
                "--repository",
                &tree.to_string_lossy(),
                "log",
                "--rev=.",
                "--template={node}",
            ];
            program.run(&ask, None, &[])?
        }
        System::Subversion => {
            let words = ["checkout", "--quiet", "--non-interactive"];
            program.run(&words, with_revision("--revision"), &[repository, tree])?;
            let words = [
                "info",
                "--show-item",
                "last-changed-revision",
                "--no-newline",
            ];
            program.run(&words, None, &[tree])?
        }
        System::Bazaar => {
            let words = ["checkout", "--lightweight", "--quiet"];
            program.run(&words, with_revision("--revision"), &[repository, tree])?;
            program.run(&["revno"], None, &[tree])?
        }
    };
    Ok(id.trim().to_owned())
}

struct Program<'a> {
    source: &'a VcsSource,
    on_output: &'a mut dyn FnMut(&str) -> ControlFlow<()>,
}

impl Program<'_> {
    fn run(
        &mut self,
        words: &[&str],
        option: Option<String>,
        paths: &[&OsStr],
    ) -> Result<String, GitError> {
        let name = self.source.system.name();
        let mut command = Command::new(name);
        command
            .args(words)
            .args(option)
            .args(paths)
            // Mercurial: no aliases, colours or prompts of the user's configuration.
            .env("HGPLAIN", "1")
            .env("LC_ALL", "C");
        let url = self.source.public_url();
        let finished = process::run(command, OUTPUT_MAX_BYTES, &mut self.on_output);
        let finished = finished.map_err(|source| GitError::Program {
            program: name,
            url: url.clone(),
            source,
        })?;
        if finished.status.success() {
            return Ok(finished.output);
        }
        let output = finished.output.replace(&self.source.repository, &url);
        let action = words
            .iter()
            .find(|word| !word.starts_with('-') && !word.contains('/'));
        Err(GitError::Failed {
            action: format!("{name} {}", action.unwrap_or(&"")),
            url,
            output: in_one_line(&output),
        })
    }
}
