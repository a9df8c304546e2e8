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

    CacheInUse = "TL0013", No, "environments need the cache",
"Environments that were made with `--link-mode tree` have links into the cache in the place of their
packages: without it they do not work. `tilsit cache prune` removes what none of them needs,
`tilsit cache clean --force` removes everything. Environments that are gone no longer count.";

    RequirementInvalid = "TL0101", Usage, "a requirement is not valid",
"A requirement on the command line is not of the form that the standard for dependency specifiers
(PEP 508) gives: a name, extras in brackets, versions, and a marker after `;`, as in
`flask[async]>=3 ; python_version >= '3.10'`. The line below the message says where reading stopped.
Quote it in a shell: `<`, `>` and `;` mean something to the shell too.";

    RequirementsFileInvalid = "TL0102", Usage, "a requirements file is not valid",
"The file cannot be read, or a line of a requirements or constraints file is neither a requirement nor one of pip's options for
such files, or an option stands where it has no effect. The message names the file and the line, from
which the statement starts when it is continued with a backslash.";

    ScriptInvalid = "TL0103", Usage, "the metadata of a script is not valid",
"The comment block `# /// script` of a Python file (PEP 723) is not closed, is there twice, is not TOML,
or has a value of a wrong kind. It may have `requires-python`, a range of versions as text, and
`dependencies`, a list of requirements.";

    ProjectInvalid = "TL0104", Usage, "a project cannot be read",
"The folder has no pyproject.toml, or what stands in it is not what the standard for `[project]` allows.
The message names the file, and the table or line. `name` and `version` must be there.";

    RequirementUnsupported = "TL0105", Usage, "a kind of requirement is not supported yet",
"Some things can be written and not be done: a repository cannot be installed as editable (clone it, and
install the clone with `-e`), and a folder or repository is no file that `pip download` could save.";

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

    NoEnvironmentAllowed = "TL0206", Usage, "a virtual environment is required",
"`require-virtualenv` (in the settings, or pip's `PIP_REQUIRE_VIRTUALENV`) forbids to change a Python
outside of a virtual environment. Make one with `tilsit venv`, or switch the setting off for this
command: `TILSIT_REQUIRE_VIRTUALENV=0`.";

    NotInstalled = "TL0207", Usage, "a project is not installed",
"The command is about a project that the environment does not hold. `tilsit pip list` shows what it
holds; another environment is named with `--python`.";

    NoPin = "TL0208", No, "no Python is pinned",
"`tilsit python pin` without a version shows what the nearest file `.python-version` (or
`.python-versions`) says, in this folder or above, and there is none. `tilsit python pin 3.12` writes
one into this folder.";

    NoResolution = "TL0301", No, "no set of versions fits all requirements",
"Every combination of versions breaks some requirement. The explanation names the requirements that
cannot hold together, and whose they are. One of your own lines among them has to give: loosen it,
leave it out, or choose another version of the project that requires the other side. A project that
has no file for your Python or system counts as having no version; `--pre` takes pre-releases too.";

    NoIndex = "TL0302", Usage, "no package index is known",
"tilsit names no package index of its own. It takes the one from `--index-url`, `TILSIT_INDEX_URL`,
`index-url` in `[tool.tilsit]` or tilsit.toml, or pip's settings; else the one that was chosen when
this program was built; else the default inside the pip of the Python that is used. None of these
gave one: most likely that Python has no pip.";

    HashesMissing = "TL0303", Usage, "a requirement has no hash",
"With `--require-hashes`, or when any line of a requirements file has `--hash`, everything that is
installed must be pinned with `==` and have a hash, also what others need. `tilsit pip compile
--generate-hashes` writes such a file.";

    IndexUnreachable = "TL0401", Service, "an index does not answer",
"The server cannot be reached, does not answer in time, breaks off, or answers with an error of its
own. The request was tried again a few times. Check the URL, the network, the proxy settings and the
certificates (`--cert`); `--offline` uses what the cache holds.";

    IndexCredentials = "TL0402", Credentials, "an index wants other credentials",
"The server answered 401, 403 or 407: it wants a user and a password or token, or does not accept those
it was given. They may stand in the URL of the index, or in the file ~/.netrc (or the one that `NETRC`
names). tilsit stops here rather than to go on with another index, where a stranger could have taken
the project's name.";

    IndexAnswerInvalid = "TL0403", Service, "an index answers with something else",
"The answer is not a page of the Simple API (PEP 503, 691), or not of the project that was asked for.
Often the URL is that of a web page for people: the URL of an index usually ends with `/simple/`.";

    FileRefused = "TL0404", No, "a file is not what the index says",
"A downloaded file has another hash or size than the index, or your requirements file, states. It was
thrown away. A proxy or mirror may have a damaged copy; if it happens again, somebody may have
replaced the file: ask the index's owner before you go on.";

    WheelRefused = "TL0501", No, "a wheel breaks the rules",
"The wheel is damaged or dangerous: its archive is ambiguous, a path leads out of the environment, or
its RECORD does not agree with its contents. Nothing was installed. Such a wheel must be made again by
its author.";

    InstallFailed = "TL0502", Service, "the environment could not be changed",
"A file could not be placed, or something installed does not say which files belong to it. The
environment is as it was before. The lines below the message name the file and the reason.";

    BuildFailed = "TL0601", Usage, "a project cannot be built",
"The backend that pyproject.toml names (setuptools where it names none) failed, or what the build needs
cannot be had. The end of what was printed is shown; `-v` shows all of it. Often a library or a compiler
is missing: the hints name the packages that have it, where that is known. What needs no build is taken
with `--only-binary :all:`.";

    FilesRefused = "TL0701", No, "files are not fit to be published",
"Before anything is sent, all files are checked: the archives, the names, versions and metadata, and
that they belong together. Nothing was sent. The message names each file and what is wrong with it.";

    UploadRefused = "TL0702", No, "the repository refused a file",
"The server understood the upload and does not want it. Its own words are in the message. A file name
can be used only once, even after it was deleted: raise the version. `--skip-existing` passes over
what is there already.";

    UploadCredentials = "TL0703", Credentials, "the repository wants other credentials",
"Uploading needs a token, or a user and password: `--token`, `--username` and `--password`, `TWINE_USERNAME`
and `TWINE_PASSWORD`, or a section of ~/.pypirc. A token may be bound to other projects, or to another
index than the one in `--repository-url`.";

    NoRepository = "TL0704", Usage, "it is not said where to publish to",
"tilsit names no repository of its own. It takes `--repository-url`, `TWINE_REPOSITORY_URL`, the section
of ~/.pypirc that `--repository` names, or `publish-url` in the settings. For an index of tilsit the URL
ends with `/legacy/`.";

    DescriptionNotRendered = "TL0705", No, "a description cannot be rendered",
"An index would show the text with its markup, or refuse the release. The message says what is wrong:
the content type is none of text/markdown, text/plain and text/x-rst (with their parameters), the text
is empty, longer or nested deeper than what is rendered, or not UTF-8. Name the content type with
--content-type, or `content-type` of `readme` in pyproject.toml.";

    StoreUnusable = "TL0801", Service, "the data of an index cannot be used",
"The database or the files of an index did not do what they should: the folder cannot be written, the
PostgreSQL server does not answer, or the database was written by a newer tilsit. The lines below the
message say which. The index's data is left as it was.";

    AccountRefused = "TL0802", No, "a user or token cannot be made",
"The name of the user is taken, there is no user of that name, or the password is empty. User names
are compared without regard to upper and lower case. `tilsit index user add NAME --data FOLDER` makes
a user, `tilsit index token create --user NAME --data FOLDER` a token for one.";

    ServeFailed = "TL0803", Service, "the index server does not run",
"The address cannot be listened at (another program does, or the port needs rights that you do not
have), or the server had to give up. `--listen 127.0.0.1:0` takes a free port.";

    ProgramNotStarted = "TL0901", Usage, "a program cannot be started",
"The program that was to be run is not there, is not executable, or is made for another machine. The
line below the message is the operating system's reason.";
}

#[cfg(test)]
mod tests;
