//! Every failure that has a code: the table behind the codes, the exit codes and
//! `tilsit explain`. A code is stable: it is never used for something else, and a code that is
//! gone stays gone.
//!
//! Numbers: 00 the program, 01 inputs, 02 Pythons and environments, 03 resolving, 04 indexes,
//! 05 installing, 06 building, 07 publishing, 08 the index server, 09 running.

use crate::error::Kind;

/// What there is to know about one code.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// `TLnnnn`.
    pub(crate) id: &'static str,
    /// Decides the exit code.
    pub(crate) kind: Kind,
    /// In a few words.
    pub(crate) title: &'static str,
    /// What it means, what it usually comes from, what to do.
    pub(crate) text: &'static str,
}

/// Makes the enum and the table from one list, so that no code lacks its explanation.
macro_rules! codes {
    ($($name:ident = $id:literal, $kind:ident, $title:literal, $text:literal;)+) => {
        /// A known failure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $(#[doc = $title] $name,)+
        }

        /// Every code, in the order of the numbers.
        pub(crate) const ALL: &[Code] = &[$(Code::$name,)+];

        impl Code {
            /// What there is to know about it.
            pub(crate) fn explanation(self) -> &'static Explanation {
                match self {
                    $(Self::$name => &Explanation {
                        id: $id,
                        kind: Kind::$kind,
                        title: $title,
                        text: $text,
                    },)+
                }
            }
        }
    };
}

impl Code {
    /// `TLnnnn`.
    pub(crate) fn id(self) -> &'static str {
        self.explanation().id
    }

    /// Decides the exit code.
    pub(crate) fn kind(self) -> Kind {
        self.explanation().kind
    }

    /// The code of that number, as typed (`TL0301`, `tl0301`, `301`).
    pub(crate) fn find(typed: &str) -> Option<Self> {
        let digits = typed.trim_start_matches(['T', 't', 'L', 'l']);
        let number: u32 = digits.parse().ok()?;
        let id = format!("TL{number:04}");
        ALL.iter().copied().find(|code| code.id() == id)
    }
}

codes! {
    Bug = "TL0001", Bug, "tilsit itself failed",
"The program reached a state that its authors held to be impossible. Nothing that you typed should
make that happen. Please report the text that was shown and the command; `RUST_BACKTRACE=1` in front
of the command adds the place in the program.";

    Usage = "TL0002", Usage, "the command line is not understood",
"An option or a value is unknown, missing, or cannot stand beside another. `tilsit help COMMAND`
shows what the command takes; shell completions (`tilsit completions SHELL`) prevent typing errors.";

    Interrupted = "TL0003", Interrupted, "stopped by Ctrl-C",
"You stopped the command. What it wrote is whole: files are written beside their place and then
moved, and an interrupted install is taken back. Run the command again to finish the work.";

    ConfigurationInvalid = "TL0010", Usage, "a configuration value is not valid",
"A setting in `[tool.tilsit]` of pyproject.toml, in tilsit.toml or in a TILSIT_* variable cannot be
read. The message names the place. Settings are looked for in this order, and the first one found
counts: options, TILSIT_* variables, `[tool.tilsit]`, tilsit.toml in your configuration folder, pip's
own variables and files. `--no-config` leaves all files out.";

    FileAccess = "TL0011", Service, "a file or folder cannot be read or written",
"The operating system refused to read or write a path. The usual reasons: it does not exist, it
belongs to another user, the disk is full, or the file system is read-only. The message names the
path and the system's reason.";

    NotACache = "TL0012", Usage, "the folder is not a cache",
"`tilsit cache clean` removes a folder with everything in it, so it wants to see the mark that tilsit
puts into its caches: the file CACHEDIR.TAG. The folder named has none and may hold something that
you want to keep. Remove it by hand if it does not.";

    PythonNotFound = "TL0201", No, "no Python fits",
"No Python that was found is the one that was asked for with `--python`, `TILSIT_PYTHON` or the
settings. `tilsit python list` shows those that are there, `tilsit python list -v` also those that
were passed over, with the reason. Install another Python with your system's package manager or with
pyenv, or name one by its path.";

    PythonBroken = "TL0202", Service, "a Python does not work",
"The program was found but cannot be used: it cannot be started, it does not answer as a Python does,
it is older than 3.6, or it belongs to an environment whose base Python was removed. Such an
environment can be made anew: `tilsit venv --clear`.";

    NoEnvironment = "TL0203", Usage, "there is no environment to work on",
"The command looks at or changes one environment: the active one (`VIRTUAL_ENV`), the active conda
environment, or a folder `.venv` here or above. None was found. Make one with `tilsit venv`, name one
with `--python FOLDER`, or use the system's Python with `--system`.";

    ExternallyManaged = "TL0204", Usage, "the Python belongs to the operating system",
"The operating system marks its Python as its own (PEP 668): programs of the system depend on what is
installed there, and its package manager would not know of a change. Use an environment:
`tilsit venv`. `--break-system-packages` changes it all the same.";

    EnvironmentNotMade = "TL0205", Usage, "the environment cannot be made there",
"An environment is at that place already, or something that is none, or the path cannot be the path of
an environment (it holds a `:` or is not Unicode). `tilsit venv --clear` makes an environment anew,
`--allow-existing` keeps what is installed. What is not an environment is never removed.";

    NoIndex = "TL0302", Usage, "no package index is known",
"tilsit names no package index of its own. It takes the one from `--index-url`, `TILSIT_INDEX_URL`,
`index-url` in `[tool.tilsit]` or tilsit.toml, or pip's settings; else the one that was chosen when
this program was built; else the default inside the pip of the Python that is used. None of these
gave one: most likely that Python has no pip.";

    StoreUnusable = "TL0801", Service, "the data of an index cannot be used",
"The database or the files of an index did not do what they should: the folder cannot be written, the
PostgreSQL server does not answer, or the database was written by a newer tilsit. The lines below the
message say which. The index's data is left as it was.";

    AccountRefused = "TL0802", No, "a user or token cannot be made",
"The name of the user is taken, there is no user of that name, or the password is empty. User names
are compared without regard to upper and lower case. `tilsit index user add NAME --data FOLDER` makes
a user, `tilsit index token create --user NAME --data FOLDER` a token for one.";

    ProgramNotStarted = "TL0901", Usage, "a program cannot be started",
"The program that was to be run is not there, is not executable, or is made for another machine. The
line below the message is the operating system's reason.";
}

#[cfg(test)]
mod tests;
