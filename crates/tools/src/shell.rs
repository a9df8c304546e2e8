//! The line that puts a folder on a shell's search path, and the files that it belongs into.
//!
//! Which files a shell reads depends on how it is started: bash reads `.bashrc` in a terminal and the
//! first of `.bash_profile`, `.bash_login` and `.profile` at a login; zsh reads `.zshenv` always.

use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// A shell that has a start file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// fish.
    Fish,
    /// csh and tcsh.
    Csh,
    /// ksh, dash and others that read `.profile`.
    Posix,
}

/// Where a user's start files are.
#[derive(Clone, Copy, Debug)]
pub struct Homes<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// zsh's own (`ZDOTDIR`).
    pub zsh: Option<&'a Path>,
    /// The folder of configuration.
    pub configuration: &'a Path,
}

impl Shell {
    /// The shell that a program is, by its name.
    pub fn of_program(program: &Path) -> Option<Self> {
        match program.file_stem()?.to_str()?.trim_start_matches('-') {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "csh" | "tcsh" => Some(Self::Csh),
            "sh" | "dash" | "ksh" | "mksh" | "ash" | "yash" => Some(Self::Posix),
            _ => None,
        }
    }

    /// The name of the shell.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Csh => "csh",
            Self::Posix => "sh",
        }
    }

    /// The start files that are to have the line; `is_there` says which exist.
    pub fn start_files(self, homes: Homes<'_>, is_there: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
        let home = |name: &str| homes.home.join(name);
        match self {
            Self::Bash => {
                let names = [".bash_profile", ".bash_login", ".profile"];
                let login = names.map(home).into_iter().find(|path| is_there(path));
                vec![home(".bashrc"), login.unwrap_or_else(|| home(".profile"))]
            }
            Self::Zsh => vec![homes.zsh.unwrap_or(homes.home).join(".zshenv")],
            Self::Fish => vec![homes.configuration.join("fish/conf.d/tilsit.fish")],
            Self::Csh => {
                let tcsh = home(".tcshrc");
                vec![if is_there(&tcsh) {
                    tcsh
                } else {
                    home(".cshrc")
                }]
            }
            Self::Posix => vec![home(".profile")],
        }
    }

    /// The line that puts a folder in front of the search path.
    pub fn line(self, folder: &Path) -> String {
        let folder = folder.to_string_lossy();
        match self {
            Self::Bash | Self::Zsh | Self::Posix => {
                format!("export PATH={}:\"$PATH\"", quoted(&folder))
            }
            Self::Fish => format!("fish_add_path -- {}", quoted_for_fish(&folder)),
            Self::Csh => format!("setenv PATH {}:\"$PATH\"", quoted(&folder)),
        }
    }
}

/// A start file's text with the line at its end; none where the line is there already.
pub fn with_line(text: &str, line: &str) -> Option<String> {
    if text.lines().any(|other| other.trim() == line) {
        return None;
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Some(format!(
        "{text}{gap}\n# Programs of tools (tilsit tool update-shell)\n{line}\n"
    ))
}

/// A word as shells of the Bourne family and csh read it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn quoted_for_fish(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "\\'"))
}
