//! Every failure that has a code: the table behind the codes, the exit codes and
//! `tilsit explain`. A code is stable: it is never used for something else, and a code that is
//! gone stays gone.
//!
//! Numbers: 00 the program, 01 inputs, 02 Pythons and environments, 03 resolving, 04 indexes,
//! 05 installing, 06 building, 07 publishing, 08 the index server, 09 running,
//! 10 what `check` finds, 12 tools.

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

    LockInvalid = "TL0106", Usage, "a lock cannot be read",
"A `pylock.toml` (PEP 751) breaks its specification, has the marks of a merge that was not decided, or was
written by a newer tilsit. The message names the file and the place. A lock can always be made again:
`tilsit lock` takes what can be read of the old one and asks the indexes for the rest; without the file
it starts anew.";

    SelectionInvalid = "TL0107", Usage, "what is wanted of a lock cannot be had",
"The extra, group or member that was named is not in the lock, or the lock says nothing definite for this
environment: it was made for other versions of Python or other systems. `tilsit lock` makes it for what
`requires-python` and `environments` say.";

    LockRefused = "TL0108", No, "a lock names what the project does not allow",
"A package of the lock is to come from an index that neither the project nor your settings name, or a file
has another hash than the lock says. Somebody changed the lock, or it belongs to another project. If the
index is right, name it in `[tool.tilsit]`, then lock again.";

    PolicyRefused = "TL0109", No, "the policy of the project does not allow it",
"`[tool.tilsit.policy]` of the project has a rule that something of the lock breaks: `minimum-age` (a
file was uploaded too lately, or nobody says when), `no-sdists` (it would have to be built), `indexes` (it
comes from an index that its name may not come from), `forbidden`, or `licenses` (its licence is not among
those that are allowed, or not known). The message names the distribution, the line below it the rule and
the file. Locks are held against the rules when they are made, and again before anything is installed,
so that a lock from elsewhere, or from before the rule, does not pass either. `tilsit lock` makes a lock
that keeps them, where one can be made; `except` in a rule names projects that it is not for.";

    BundleRefused = "TL0110", No, "a bundle cannot be used",
"The file that `tilsit sync --bundle` was given is damaged, has something that is not on its list, has a
wheel that is not the one of the lock, was made of another lock than the one that is here, or has nothing
for this Python and system. Nothing was installed. A bundle is made with `tilsit bundle`, which says its
SHA-256: compare it (`sha256sum FILE`) where the bundle came over a way that you do not trust, for what was
built for it is known by its own list alone.";

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

    LockOutdated = "TL0304", Outdated, "the lock does not fit the project",
"The project's pyproject.toml asks for other things than the lock answers, or there is no lock, or it was
edited by hand. `--locked`, `--check` and `--frozen` change no lock: `tilsit lock` makes it fit, and
`tilsit lock --dry-run` shows what would change.";

    IndexUnreachable = "TL0401", Service, "an index does not answer",
"The server cannot be reached, does not answer in time, breaks off, or answers with an error of its
own. The request was tried again a few times. Check the URL, the network, the proxy settings and the
certificates (`--cert`); `--offline` uses what the cache holds.";

    IndexCredentials = "TL0402", Credentials, "an index wants other credentials",
"The server answered 401, 403 or 407: it wants a user and a password or token, or does not accept those
it was given. `tilsit login` keeps some for an index; they may also stand in the URL of the index, or in
the file ~/.netrc (or the one that `NETRC` names). tilsit stops here rather than to go on with another index, where a stranger could have taken
the project's name.";

    IndexAnswerInvalid = "TL0403", Service, "an index answers with something else",
"The answer is not a page of the Simple API (PEP 503, 691), or not of the project that was asked for.
Often the URL is that of a web page for people: the URL of an index usually ends with `/simple/`.";

    FileRefused = "TL0404", No, "a file is not what the index says",
"A downloaded file has another hash or size than the index, or your requirements file, states. It was
thrown away. A proxy or mirror may have a damaged copy; if it happens again, somebody may have
replaced the file: ask the index's owner before you go on.";

    SearchNotOffered = "TL0405", No, "no index that is asked has a search",
"`tilsit search` asks an index for `/search/` beside its `/simple/`, as JSON; `tilsit serve` answers
that. Most other indexes have a search for people only, and the default one of pip took its search for
programs away. `--index-url` names an index that has one.";

    NoLogin = "TL0406", Credentials, "no login is kept for an index",
"`tilsit login URL` keeps a token for an index: in credentials.toml in your configuration folder, or with
the system's keyring. The command needs one for the index that is meant, and there is none, or the
keyring does not have its secret any more. A login is for one server (scheme, host and port) and the
folder that the index lies in there.";

    KeyringFailed = "TL0407", Service, "a keyring does not keep a secret",
"`keyring-provider` says that secrets are kept with `keyring` or `secret-tool`, and that program failed:
often there is no desktop session that could unlock it, as on a server. Its last line is in the message.
With `--keyring-provider disabled` the file credentials.toml keeps them, which nobody but you may read.";

    TokensNotKept = "TL0408", No, "the index keeps no tokens for programs",
"Making, listing and revoking tokens from the command line needs an index that offers that to programs
(`/api/v1/token`), as `tilsit serve` does. Of other indexes make a token on their pages, and give it to
`tilsit login URL --token-stdin`.";

    WheelRefused = "TL0501", No, "a wheel breaks the rules",
"The wheel is damaged or dangerous: its archive is ambiguous, a path leads out of the environment, or
its RECORD does not agree with its contents. Nothing was installed. Such a wheel must be made again by
its author.";

    InstallFailed = "TL0502", Service, "the environment could not be changed",
"A file could not be placed, or something installed does not say which files belong to it. The
environment is as it was before. The lines below the message name the file and the reason.";

    EnvironmentDiffers = "TL0503", No, "the environment is not as the lock says",
"`tilsit sync --check` changes nothing and says whether everything that the lock names is installed, in the
right version, and nothing else. It is not. `tilsit sync` makes it so, `tilsit sync --dry-run` shows what
that would do.";

    BuildFailed = "TL0601", Usage, "a project cannot be built",
"The backend that pyproject.toml names (setuptools where it names none) failed, or what the build needs
cannot be had. The end of what was printed is shown; `-v` shows all of it. Often a library or a compiler
is missing: the hints name the packages that have it, where that is known. What needs no build is taken
with `--only-binary :all:`.";

    NotRepaired = "TL0602", No, "a wheel cannot be audited or repaired",
"The wheel has no compiled code for Linux, code for several machines or C libraries, a library that was not
found here, or it wants newer versions of symbols, other symbols or instructions than the wanted platform
has. `tilsit repair show WHEEL` says what it wants and what stands against a better tag. Versions of symbols
come from the system that compiled it: compile it on an older one, such as a manylinux image. Libraries are
looked for as the loader does; `--ldpaths` names other folders, and `--exclude` leaves libraries out. Wheels for
macOS, Windows and Android are shown and not changed.";

    NoSandbox = "TL0603", Usage, "builds cannot be confined here",
"`--sandbox` was asked for, and the system has no such thing or refuses it: builds run in user, mount, pid,
network and ipc namespaces of Linux 5.12 or later. Nothing was run. Some systems do not let ordinary users
make user namespaces (`sysctl user.max_user_namespaces` is 0, or
`kernel.apparmor_restrict_unprivileged_userns` is 1), and containers often neither.";

    FilesRefused = "TL0701", No, "files are not fit to be published",
"Before anything is sent, all files are checked: the archives, the names, versions and metadata, and
that they belong together. Nothing was sent. The message names each file and what is wrong with it.";

    UploadRefused = "TL0702", No, "the repository refused a file",
"The server understood the upload and does not want it. Its own words are in the message. A file name
can be used only once, even after it was deleted: raise the version. `--skip-existing` passes over
what is there already.";

    UploadCredentials = "TL0703", Credentials, "the repository wants other credentials",
"Uploading needs a token, or a user and password: those of `tilsit login`, `--token`, `--username` and
`--password`, `TWINE_USERNAME` and `TWINE_PASSWORD`, or a section of ~/.pypirc. A token may be bound to other projects, or to another
index than the one in `--repository-url`.";

    NoRepository = "TL0704", Usage, "it is not said where to publish to",
"tilsit names no repository of its own. It takes `--repository-url`, `TWINE_REPOSITORY_URL`, the section
of ~/.pypirc that `--repository` names, or `publish-url` in the settings. For an index of tilsit the URL
ends with `/legacy/`.";

    DescriptionNotRendered = "TL0705", No, "a description cannot be rendered",
"An index would show the text with its markup, or refuse the release. The message says what is wrong:
the content type is none of text/markdown, text/plain and text/x-rst (with their parameters),
reStructuredText has a fault (in docutils' words, with its line), the text is empty, longer or nested
deeper than what is rendered, or not UTF-8. Name the content type with --content-type, or
`content-type` of `readme` in pyproject.toml.";

    ReleaseNotReady = "TL0706", No, "a release cannot be made yet",
"A release is a commit with a tag, and what is built of it. Files are changed and not committed, no branch is
checked out, the tag is there already, the changelog tells nothing of the version, what is built has another
version, or git refused a step. Nothing was published, and the repository is as it was unless the message
says that commit and tag are made.";

    StoreUnusable = "TL0801", Service, "the data of an index cannot be used",
"The database or the files of an index did not do what they should: the folder cannot be written, the
PostgreSQL server or the S3-compatible store of the files does not answer or refuses, or the database
was written by a newer tilsit. The lines below the message say which. The index's data is left as it was.";

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

    CheckArchive = "TL1001", No, "the archive is not sound",
"The zip or tar archive is damaged, can be read in more than one way, holds a file twice, or has a
path that leads out of it or takes the place of the interpreter. Indexes and installers refuse it.
Build it again with a tool of today.";

    CheckFileName = "TL1002", No, "the file name is none of a distribution",
"A wheel is named `name-version-python-abi-platform.whl`, with an optional build number behind the
version; a source distribution `name-version.tar.gz`. Build tools choose the name: a file that was
renamed by hand cannot be published or installed.";

    CheckFileNameSpelling = "TL1003", No, "the file name is not in its normal form",
"Names in file names are lower case with `_` between their words, versions are in their normal form,
and source distributions are `.tar.gz` files with one top folder of the same name (PEP 625). Some
indexes refuse other spellings. A newer build backend writes the normal form.";

    CheckOtherRelease = "TL1004", No, "the file holds another release than its name says",
"The name and version in the file name, in the folder inside and in the metadata must be those of one
release. Most often a file was renamed, or the version was changed between two steps of a build.
Build it again.";

    CheckMetadataUnusable = "TL1005", No, "the metadata does not say which release it is",
"METADATA of a wheel, or PKG-INFO of a source distribution, is missing, or has no valid
Metadata-Version, Name and Version, each once. Nothing can be said about such a file, and every
index refuses it.";

    CheckMetadataField = "TL1006", No, "a field of the metadata is not valid",
"A field has a value that its specification does not allow, stands twice, or is not a field at all.
The finding names the line. Indexes refuse the upload. The value comes from pyproject.toml,
setup.cfg or setup.py: mend it there and build again.";

    CheckMetadataFieldTooNew = "TL1007", No, "license files are named by metadata of an older version",
"`License-File` came with version 2.4 of the metadata, and this file states an older one: old releases of
setuptools and others wrote it before it was a standard. Indexes look past it. A newer build backend
states the right version. Any other field that is newer than its metadata is refused (TL1006).";

    CheckRecord = "TL1008", No, "RECORD is not what the wheel holds",
"RECORD lists every file of a wheel with its hash and size. Here it lacks a file, lists one that is
not there, or has another hash. Installers refuse the wheel. Whoever changes a wheel must write its
RECORD anew: `wheel pack` does, a zip program does not.";

    CheckRecordTidy = "TL1009", No, "RECORD has lines that it should not have",
"A folder is listed, a file is listed twice with the same hash, or a size is missing. Installers look
past it. A newer build backend writes a RECORD without such lines.";

    CheckWheelFile = "TL1010", No, "WHEEL cannot be used",
"The file WHEEL in the `.dist-info` folder says which version of the format a wheel has. It is
missing, its `Wheel-Version` is not valid, or it is of a newer major version than installers know.
They refuse it.";

    CheckEntryPoints = "TL1011", No, "the entry points cannot be used",
"The file entry_points.txt is not what its specification says, so that no commands can be made of it.
It is written by the build backend from `[project.scripts]` and `[project.entry-points]`: look for
names and objects with characters that they may not have.";

    CheckDescriptionFile = "TL1012", No, "a file that describes the wheel is odd",
"WHEEL or entry_points.txt can be used, and has something in it that its specification does not
foresee, such as a missing `Root-Is-Purelib`. Installers may differ in what they make of it. A newer
build backend writes it right.";

    CheckLicenseFile = "TL1013", No, "a license file that the metadata names is missing",
"Each `License-File` of the metadata must be in the distribution: below `.dist-info/licenses/` in a
wheel, at the same path in a source distribution (PEP 639). Indexes refuse the upload otherwise.
Check `license-files` in pyproject.toml, and what is left out of the distribution.";

    CheckDescriptionMissing = "TL1014", No, "there is no description",
"The page of the project on an index shows the description, and here it would be empty. Name a file
in pyproject.toml: `readme = \"README.md\"` in the table `[project]`.";

    CheckContentTypeMissing = "TL1015", No, "the markup of the description is not named",
"Without `Description-Content-Type` indexes take the description for reStructuredText, and one in
Markdown is shown as plain text with all its signs. `readme = \"README.md\"` in pyproject.toml names
the markup by the ending; setup.py has `long_description_content_type`.";

    CheckDescriptionMarkup = "TL1016", No, "the description is in another markup than is named",
"The metadata says reStructuredText, and the text has lines that only Markdown has, such as `#
Heading` or a link at the start of a line. The page of the project would show the signs. Name the
right file in `readme`, or set `content-type`.";

    CheckDescriptionNotRendered = "TL1017", No, "an index cannot show the description",
"The description has a fault, and then an index shows none of it and may refuse the upload. What is
wrong is said in docutils' words, with the line: a title's underline that is too short, markup that is
not closed, a name that is not defined. Directives and roles of Sphinx (`.. automodule::`, `:func:`)
are not known, and indexes switch `.. include::` and `.. raw::` off: write plain text or a link in
their place. `tilsit check --render README.rst` tells the same before anything is built.";

    CheckDirectUrl = "TL1018", No, "a requirement names a URL",
"`Requires-Dist: name @ URL` is refused by public indexes, since nobody could mirror or check what it
leads to. Publish the other project, or require it by name and version. An index of one's own may
take it.";

    CheckLocalVersion = "TL1019", No, "the version has a local part",
"Versions such as `1.0+cpu` are for builds that are passed on among machines of one owner (PEP 440).
Public indexes refuse them; an index of one's own may take them. Leave out the part behind `+` to
publish.";

    CheckPrivateClassifier = "TL1020", No, "a classifier forbids to publish",
"A classifier that begins with `Private ::` is there so that public indexes refuse the file, and
nobody publishes it by mistake. Take it out of `classifiers` if that is no longer meant.";

    CheckPkgInfoMissing = "TL1021", No, "the source distribution has no PKG-INFO",
"A source distribution has its metadata in the file PKG-INFO in its top folder; without it nobody
knows name, version and requirements before a build. Indexes refuse it. An archive of a repository
is no source distribution: `tilsit build --sdist` makes one.";

    CheckBuildSystemMissing = "TL1022", No, "nothing says how to build the source distribution",
"There is no pyproject.toml. With a setup.py old setuptools is assumed, which may not be what it was
written for; without one nothing can be built at all. A pyproject.toml with `[build-system]` says
what is needed.";

    CheckTagsDiffer = "TL1023", No, "the tags of the file name are not those inside",
"The lines `Tag:` of WHEEL must be the tags of the file name, each on its own. They differ when a
wheel was renamed for another platform. `wheel tags` changes both. Installers go by the file name,
and others warn.";

    CheckBinaryInPureWheel = "TL1024", No, "a wheel for every platform has compiled code",
"The tag `any` promises that the wheel works on each platform, and it holds a module or program
compiled for one; or WHEEL says `Root-Is-Purelib: true` in a wheel for one platform. It would be
installed where it cannot work. The build backend has to be told that there are extension modules.";

    CheckNoBinaryInPlatformWheel = "TL1025", No, "a wheel for one platform has no compiled code",
"Nothing in the wheel is bound to the platform that its tag names, so that everybody else builds from
source for no reason. It was perhaps built by a backend that was told of extension modules that were
not built, or that are optional.";

    CheckExtensionForOther = "TL1026", No, "compiled modules are for another Python than the wheel",
"The name of an extension module says which Python imports it (`cpython-312`), and that is not the
one of the wheel's tags. Whoever installs the wheel will not find the module. Often a folder with
the results of an earlier build was taken along: remove `build/` and build again.";

    CheckLinuxPlatform = "TL1027", No, "the platform tag does not say which Linux",
"Wheels with a tag such as `linux_x86_64` work on the machine that built them and perhaps on no
other: it is not said which C library and which others they need. Public indexes refuse them.
`tilsit repair` makes a `manylinux` or `musllinux` wheel of one.";

    CheckBytecode = "TL1028", No, "there are compiled modules (W001)",
"Files `.pyc` and `.pyo` are for one version of Python; installers compile what they install by
themselves. Their being there means that a folder was packed as it lay on disk. check-wheel-contents
calls this W001.";

    CheckDuplicateContents = "TL1029", No, "modules have the same contents (W002)",
"Several modules of some size are alike. Perhaps a package was taken in twice, at two places: from
`src/` and from `build/lib/`. Files below 128 bytes are not looked at. check-wheel-contents calls
this W002.";

    CheckTopLevelFile = "TL1030", No, "a file lies beside the packages (W003)",
"What lies at the top of a wheel is installed right into `site-packages`, where it collides with the
same file of other projects, such as README.md or LICENSE. Put data into a package.
check-wheel-contents calls this W003.";

    CheckNotImportable = "TL1031", No, "a module lies where nobody can import it (W004)",
"The path of a module has a step that is no Python identifier, such as `my-tools`, so that no
`import` can name it. If it is a program or a template, that may be right. check-wheel-contents
calls this W004.";

    CheckCommonName = "TL1032", No, "a top-level name is not the project's own (W005)",
"Packages called `tests`, `docs` or `utils` are installed beside those of other projects with the
same name, and one overwrites the other. Mostly a package finder took in too much: limit it to the
project's own package. check-wheel-contents calls this W005.";

    CheckTopLevelInit = "TL1033", No, "`__init__.py` lies in no package (W006)",
"A file `__init__.py` at the top of a wheel makes a package of `site-packages` itself. The build took
the inside of a package for the folder that holds it. check-wheel-contents calls this W006.";

    CheckEmptyLibrary = "TL1034", No, "nothing in the wheel can be imported (W007)",
"The wheel installs files, and none of them where Python looks for modules. For a wheel of programs
or data that is right; else the build did not find the package. check-wheel-contents calls this
W007.";

    CheckEmptyWheel = "TL1035", No, "the wheel is empty (W008)",
"The wheel has its metadata and nothing else, and requires nothing that would give it a purpose. Most
often the build backend looked for packages in the wrong folder. check-wheel-contents calls this
W008.";

    CheckSeveralTopLevels = "TL1036", No, "there are several top-level names (W009)",
"A wheel usually brings one package. More of them may be meant, or a package finder took in tests,
documents or examples too. Names with `_` in front, stubs and `.pth` files are not counted.
check-wheel-contents calls this W009.";

    CheckFolderWithoutModules = "TL1037", No, "a top-level folder has no modules (W010)",
"A folder at the top of the wheel becomes one in `site-packages`, and nothing in it can be imported.
Data belongs into a package, or below `.data/data/`. check-wheel-contents calls this W010.";

    CheckTopLevelNames = "TL1038", No, "the stated top-level names are not those that are there",
"`top_level.txt` or `Import-Name` of the metadata names modules that are not in the wheel, or lacks
some that are. Tools that look for a project by the name of its module go by them.
check-wheel-contents calls these W201 and W202.";

    CheckInitMissing = "TL1039", No, "a folder of a package has no `__init__.py`",
"A folder with modules lies inside a package and is none itself. It can be imported as a namespace,
yet package finders, type checkers and test runners may look past it. Add an empty `__init__.py`.";

    CheckPthFile = "TL1040", No, "a .pth file runs at each start of Python",
"A `.pth` file in `site-packages` adds to the search path of each Python of the environment, and may
run code at each start, whether the project is used or not. It has been used for attacks: reviewers
will ask why it is there.";

    CheckUnwantedFile = "TL1041", No, "a file was left behind",
"Folders of version control and of tools, what editors leave, and files that hold secrets (`.env`,
`.pypirc`, keys) are not meant to be published. What was published once cannot be called back: look
into it first, and exclude it from the build.";

    CheckInstallerFile = "TL1042", No, "a file is for an installer to write",
"INSTALLER, REQUESTED and direct_url.json say how something was installed. In a wheel they are wrong
or will be overwritten: the wheel was probably packed from an environment.";

    CheckNamePortable = "TL1043", No, "a file name does not work on every system",
"Two names differ in upper and lower case only, which are one file on Windows and macOS, or a name is
one that Windows does not allow. Whoever installs there loses a file, or cannot install at all.";

    CheckMetadataDiffers = "TL1044", No, "a wheel says something else than its source distribution",
"From version 2.2 of the metadata on, a source distribution promises that each wheel built from it
says the same in all fields that it does not call `Dynamic` (PEP 643), and resolvers rely on it.
Build both from the same source, or name the field as dynamic.";

    CheckWheelsDiffer = "TL1045", No, "the wheels of a release do not say the same",
"Indexes and resolvers look at the metadata of one wheel and take it for that of the release.
Requirements that depend on the platform belong behind markers (`; sys_platform == \"win32\"`), which
are the same in every wheel.";

    CheckModuleNotInWheel = "TL1046", No, "a module of the source distribution is not in the wheel",
"The package in the source distribution has a module that the pure wheel of the same release lacks.
Perhaps a folder has no `__init__.py`, or the wheel was built from another state. Tests may be left
out. check-wheel-contents calls this W101.";

    CheckModuleNotInSdist = "TL1047", No, "a module of the wheel is not in the source distribution",
"The pure wheel has a module that cannot be found in the source distribution of the same release: who
builds from source gets something else. It may have been made by the build, or was left over from an
earlier one. check-wheel-contents calls this W102.";

    CheckLicenseClassifier = "TL1048", No, "license classifiers stand beside a license expression",
"`License-Expression` says everything, and classifiers that begin with `License ::` are deprecated and may
say something else (PEP 639). Build backends refuse both together, indexes may. Take the classifiers out of
pyproject.toml.";

    CheckStableAbi = "TL1049", No, "a module is not for the stable ABI alone",
"The wheel's tag is `abi3`: its modules work with every Python from the tagged version on, if they want only
what belongs to the stable ABI of that version. This one wants something that a newer Python added, and is
not imported by the older ones, or something that is no part of the stable ABI, and may be gone or changed in
any version. Set `Py_LIMITED_API` to the oldest version when compiling; a name that is missing is then told
by the compiler. Or tag the wheel for the version that it needs. abi3audit finds the same.";

    CheckPyProject = "TL1050", No, "pyproject.toml breaks its specification",
"`[build-system]`, `[project]` or `[dependency-groups]` has a key that its specification does not have, a value of
another type or form, or names a file that is not there. Build backends refuse it, or build another release than
is meant (the pyproject.toml specification; PEP 621, 639, 735, 794, 808).";

    CheckPyProjectTool = "TL1051", No, "a table of a tool in pyproject.toml is not valid",
"A table of a tool has a value of another type than the tool takes, or one that must be there is missing: a number
as text, a text where a list belongs. The tool stops, or passes over what was meant. Known are the tables of
black, cibuildwheel, coverage, flit, hatch, maturin, mypy, pdm, poethepoet, poetry, pyright, pytest, ruff,
scikit-build-core, setuptools (its keys, too), setuptools-scm, tox, ty and uv; `[tool.tilsit]`, and what tilsit
takes of others' tables, is read as the commands read it.";

    CheckClassifierUnknown = "TL1052", No, "a classifier does not exist",
"Classifiers come from a list that the indexes share (the project trove-classifiers), and large indexes refuse an
upload with another. A classifier of your own begins with `Private ::`. The list in tilsit is as old as this
version of it: `--ignore TL1052` passes over one that is newer.";

    CheckClassifierDeprecated = "TL1053", No, "a classifier is deprecated",
"The list of classifiers (trove-classifiers) keeps it for the releases that have it. What replaces it, if anything,
is named.";

    CheckLicenseTable = "TL1054", No, "the license is not said by an SPDX expression",
"`license` is a table (`{ text = … }`, `{ file = … }`), or only a classifier says it. Since PEP 639 it is an expression
of SPDX, `license = \"MIT\"`, which programs can read, and `license-files` names the texts. setuptools is to refuse
the table and the classifiers.";

    CheckLicenseMissing = "TL1055", No, "there is no license",
"Without one nobody may use the project, in most of the world. `license = \"MIT\"`, or another expression of SPDX, says
it (PEP 639).";

    CheckNameSpelling = "TL1056", No, "the name is not written as it is normalised",
"Indexes and file names write names in lower case, with hyphens where there are runs of `-`, `_` and `.` (the
specification of names). Another spelling is allowed, and then one project has two names to search for.";

    CheckPythonUpperBound = "TL1057", No, "Pythons to come are shut out",
"`requires-python` has an upper bound. A resolver that meets it on a newer Python takes an older release, which had no
bound yet and works no better; and it can be lifted only by a new release. State the lower bound alone, as the Python
Packaging User Guide advises.";

    CheckPythonUnstated = "TL1058", No, "the supported Pythons are not stated",
"Without `requires-python` installers take the release on Pythons where it cannot run; with it they take an older one
that can. pyroma asks for it too.";

    CheckSummaryMissing = "TL1059", No, "there is no description of one line",
"`description` in `[project]` is what lists, search results and the top of a project's page show. Say in one line what
the project does for whom; pyroma asks for it too.";

    CheckUrlsMissing = "TL1060", No, "there are no URLs",
"`[project.urls]` leads from the project's page to its source, its documentation and the place for bugs. pyroma asks
for it too. The labels that indexes know are in the specification \"Well-known Project URLs\".";

    CheckSetupKeyword = "TL1061", No, "setuptools has given up an argument",
"`setup()` in setup.py, or setup.cfg, uses an argument that setuptools or pip ignores by now or refuses: `use_2to3`,
`tests_require`, `test_suite`, `setup_requires`, `dependency_links`, `namespace_packages` and a few more. setup.py is
read for it, not run.";

    CheckSetupSpelling = "TL1062", No, "a key of setup.cfg is spelled in the old way",
"setuptools reads hyphens and capitals in the keys of setup.cfg as underscores and small letters, warns of it, and is
to refuse it. Write `description_file` for `Description-File`.";

    CheckPkgResources = "TL1063", No, "`pkg_resources` is used",
"`pkg_resources` was a part of setuptools and is gone from it: where setuptools is new or not installed, the import
fails. `importlib.metadata`, `importlib.resources` and `packaging` have what it had; namespaces need nothing (PEP 420).";

    CheckDistutils = "TL1064", No, "`distutils` is used",
"`distutils` is not in Python since 3.12 (PEP 632). Until setuptools is imported the import fails; `from setuptools
import setup` has what setup.py needs.";

    CheckNotInSdist = "TL1065", No, "a file under version control is not in the source distribution",
"Who builds from the source distribution, as distributions do, misses it. Tell the backend to include it
(`MANIFEST.in`, `include` of hatchling, `source-include`), or pass over this code where it is meant. Files for version
control and continuous integration are not missed. This is check-manifest's question.";

    CheckNotInVersionControl = "TL1066", No, "a file of the source distribution is not under version control",
"It was made or forgotten: another checkout builds another source distribution. Add it to version control, or leave
it out of the source distribution. What backends make (PKG-INFO, `*.egg-info`, setup.cfg) does not count.";

    CheckToolKeyRefused = "TL1067", No, "a tool stops at a key in pyproject.toml",
"black, cibuildwheel, flit, poethepoet, ruff and scikit-build-core refuse to run when their table has a key, or a
word at a key, that they do not know. What is known is as old as this version of tilsit: `--ignore TL1067` passes
over one that is newer. Where a key differs from a known one in capitals, hyphens and underscores alone, `--fix`
writes the known one.";

    CheckToolKeyUnknown = "TL1068", No, "a tool passes over a key in pyproject.toml",
"Other tools warn of a key that they do not know, or say nothing, and go on without it. In tables to which plugins
add keys only one that is misspelled is told. It may be newer than this version of tilsit.";

    CheckBuildRequirementNeedless = "TL1069", No, "`wheel` is required beside setuptools",
"setuptools asks for `wheel` itself when it builds a wheel, and has what it needs of it since version 70.1. In
`[build-system] requires` it is one more download of each build, as setuptools' documentation says. It is not told
where setup.py speaks of `wheel`.";

    CheckCompiledForOther = "TL1070", No, "compiled files are for another machine or system than the wheel",
"The platform tag of a wheel says where installers take it: `macosx_11_0_arm64` on every Mac with Arm, `win_amd64` on
64-bit Windows, `android_24_x86_64` on devices with such a processor. A compiled file in it is for another machine or
system, or a module has nothing for a machine that the tag names: there it is not found, or does not load. Compile it
anew (`ARCHFLAGS` says for which machines on macOS), or give the wheel the tag that is true: `tilsit repair show WHEEL`
names it, `tilsit wheel tags` writes it.";

    CheckCompiledForNewer = "TL1071", No, "compiled files need a newer system than the wheel's tag",
"Installers take a wheel `macosx_11_0_arm64` from macOS 11 on, and one `android_24_…` from level 24 of Android's
interface on. A compiled file in it was made for a newer one. It may still work on the older one, until it wants what
is not there yet. Compile it, and the libraries that it needs, for the older system (`MACOSX_DEPLOYMENT_TARGET` on
macOS), or give the wheel the tag that is true: `tilsit repair show WHEEL` names it, `tilsit wheel tags` writes it.";

    ToolManifestInvalid = "TL1201", Usage, "a manifest of tools is not valid",
"`tilsit-tools.toml` has a table `[tools]` with one entry a tool: its versions as text (`\"24.1\"`,
`\">=24,<25\"`, `\"*\"`), or a table with `version`, `path` or `url`, and `extras`, `with`,
`with-programs-of`, `editable`, `suffix`, `python`, `index`, `constraints`, `overrides` and `options`.
Other keys are refused, since a misspelt one would be a tool that is not what was meant.";

    ToolNotInstalled = "TL1202", Usage, "a tool is not installed",
"No tool of this name is in the folder of tools. `tilsit tool list` shows those that are there,
`tilsit tool install NAME` installs one, and `tilsit tool run NAME` runs one without installing it.";

    ToolBroken = "TL1203", No, "a tool does not work",
"The Python that its environment was made of was removed or replaced, or its notes are gone.
`tilsit tool upgrade NAME` makes it anew with a Python that is there, and
`tilsit tool install --reinstall NAME` does so and keeps its versions.";

    ToolProgramTaken = "TL1204", No, "another program is in the place of a tool's",
"A tool's programs are links in one folder, and a file or link of the same name is there that is not the
tool's. Nothing was changed. Remove what is there, install the tool under another name with `--suffix`,
or replace it with `--force`.";

    ToolWithoutPrograms = "TL1205", No, "a project has no programs",
"A tool is installed for its programs, and this project brings none: it is a library, or its programs are
in another project that it needs. The message names those. Nothing was installed.";

    ToolsFailed = "TL1206", No, "something failed for some tools",
"The command was for several tools, and did for each what it could. What failed is said above, tool by
tool; the others are done.";
}

#[cfg(test)]
mod tests;
