//! Which code, and with it which exit code, a library's error has.

use tilsit_build_backend::{BuildError, ExtensionError};
use tilsit_build_frontend::ObtainError;
use tilsit_dist::dist_info::InstalledError;
use tilsit_dist::wheel::{WheelError, WheelFault};
use tilsit_environment::InterpreterError;
use tilsit_environment::discovery::FindError;
use tilsit_environment::pin::PinError;
use tilsit_environment::venv::VenvError;
use tilsit_files::FileError;
use tilsit_index_client::{
    AccountError, DownloadError, HttpError, KeepError, LoginFileError, PageError, SearchError,
};
use tilsit_index_server::ServeError;
use tilsit_index_store::StoreError;
use tilsit_installer::compile::CompileError;
use tilsit_installer::store::StoreError as WheelStoreError;
use tilsit_installer::{ApplyError, FetchError, PlanError};
use tilsit_packaging::pylock::SelectError;
use tilsit_project::bundle::BundleError;
use tilsit_project::import::ImportError;
use tilsit_project::inputs::InputsError;
use tilsit_project::lock::{AssemblyError, LockError, SelectionError};
use tilsit_project::workspace::WorkspaceError;
use tilsit_provider::ResolveError;
use tilsit_publish::{FailureKind, PreflightError, PublishError, Unfit};
use tilsit_repair::RepairError;
use tilsit_resolver::Hint;
use tilsit_tools::ChangeError;

use crate::building::build_error;
use crate::error::CommandError;
use crate::explain::Code;

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::from_error(Code::FileAccess, &error)
    }
}

/// The code of a wheel that cannot be used: one that is not there is the user's slip.
pub(crate) fn wheel_code(error: &WheelError) -> Code {
    match &*error.fault {
        WheelFault::File(file) if file.is_not_found() => Code::Usage,
        WheelFault::File(_) => Code::FileAccess,
        _ => Code::WheelRefused,
    }
}

impl From<RepairError> for CommandError {
    fn from(error: RepairError) -> Self {
        match error {
            RepairError::File(error) => error.into(),
            RepairError::Wheel(ref wheel) => Self::from_error(wheel_code(wheel), &error),
            RepairError::Write(_) => Self::from_error(Code::FileAccess, &error),
            RepairError::Pattern { .. } => Self::from_error(Code::Usage, &error),
            RepairError::Pure(_) => Self::from_error(Code::NotRepaired, &error).hint(
                "a wheel of pure Python runs everywhere as it is; `--allow-pure-python-wheel` lets \
                 it pass",
            ),
            RepairError::OtherSystem { .. } => Self::from_error(Code::NotRepaired, &error)
                .hint("`tilsit repair show WHEEL` says which libraries it lacks, and whether its tags are true"),
            RepairError::Missing { .. } => Self::from_error(Code::NotRepaired, &error)
                .hint("name its folder with `--ldpaths`, or leave it out with `--exclude`"),
            RepairError::Platform { .. } => Self::from_error(Code::NotRepaired, &error)
                .hint("`tilsit repair show WHEEL` says what it wants"),
            _ => Self::from_error(Code::NotRepaired, &error),
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::UserExists(_) | StoreError::NoSuchUser(_) | StoreError::EmptyPassword => {
                Code::AccountRefused
            }
            StoreError::File(error) => return error.into(),
            StoreError::NotSqlite | StoreError::NotEmpty(_) | StoreError::NoBackup(_) => {
                Code::Usage
            }
            StoreError::Stopped => Code::Interrupted,
            _ => Code::StoreUnusable,
        };
        let failure = Self::from_error(code, &error);
        match error {
            StoreError::NotSqlite => failure.hint(
                "dump the database with `pg_dump`, then copy the folder `files` of the index's data",
            ),
            StoreError::NotEmpty(_) => failure.hint("name a folder that is new or empty"),
            StoreError::Objects { .. } => failure.hint(
                "see that the file store runs, and that `AWS_ENDPOINT_URL`, the bucket and the key \
                 are right",
            ),
            StoreError::ObjectOptions { .. } => {
                failure.hint("see that `AWS_ENDPOINT_URL` and `AWS_CA_BUNDLE` are right")
            }
            _ => failure,
        }
    }
}

impl From<WorkspaceError> for CommandError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::File(error) => error.into(),
            WorkspaceError::None(_) => Self::from_error(Code::ProjectInvalid, &error)
                .hint("make a project here: `tilsit init`"),
            _ => Self::from_error(Code::ProjectInvalid, &error),
        }
    }
}

impl From<BundleError> for CommandError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::File(error) => error.into(),
            BundleError::Missing { .. } => Self::from_error(Code::BundleRefused, &error).hint(
                "`tilsit bundle --python-version … --python-platform …` makes one for this environment too",
            ),
            BundleError::Foreign { .. } => Self::from_error(Code::BundleRefused, &error)
                .hint("somebody changed the bundle, or the lock in it: make it again"),
            _ => Self::from_error(Code::BundleRefused, &error)
                .hint("copy it again, and compare its SHA-256 with the one that `tilsit bundle` said"),
        }
    }
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::File(error) => error.into(),
            ImportError::Ambiguous(_) => Self::from_error(Code::Usage, &error)
                .hint("name those that are meant: `tilsit import FILE …`; `--dev` or `--group` puts one beside the project's own needs"),
            ImportError::Computed { .. } => Self::from_error(Code::ProjectInvalid, &error)
                .hint("`tilsit import --build` builds the project, which runs it, and asks the result"),
            ImportError::Nothing(_) => Self::from_error(Code::Usage, &error)
                .hint("`tilsit init` begins a project"),
            ImportError::Unknown(_) => {
                Self::from_error(Code::Usage, &error).hint("say it with `--from`")
            }
            _ => Self::from_error(Code::ProjectInvalid, &error),
        }
    }
}

impl From<InputsError> for CommandError {
    fn from(error: InputsError) -> Self {
        Self::from_error(Code::ProjectInvalid, &error)
    }
}

impl From<AssemblyError> for CommandError {
    fn from(error: AssemblyError) -> Self {
        Self::from_error(Code::HashesMissing, &error)
    }
}

impl From<LockError> for CommandError {
    fn from(error: LockError) -> Self {
        let failure = Self::from_error(Code::LockInvalid, &error);
        match error {
            LockError::Newer { .. } => failure.hint("use a tilsit that is as new"),
            _ => failure.hint("`tilsit lock` makes it again; move the file away if it cannot"),
        }
    }
}

impl From<SelectionError> for CommandError {
    fn from(error: SelectionError) -> Self {
        let failure = Self::from_error(Code::SelectionInvalid, &error);
        match error {
            SelectionError::Lock(
                SelectError::RequiresPython { .. } | SelectError::PackageRequiresPython { .. },
            ) => failure.hint("`--python` uses another Python"),
            SelectionError::Lock(SelectError::Environment) => failure.hint(
                "name this environment in `environments` of `[tool.tilsit]`, then `tilsit lock`",
            ),
            _ => failure,
        }
    }
}

/// How many of the Pythons that do not fit are named.
const PASSED_OVER_MAX: usize = 12;

impl From<FindError> for CommandError {
    fn from(error: FindError) -> Self {
        let code = match &error {
            FindError::Path(error) => match &**error {
                InterpreterError::File(file) if file.is_not_found() => Code::PythonNotFound,
                _ => Code::PythonBroken,
            },
            FindError::NoInterpreter { .. } => Code::PythonNotFound,
            FindError::NoEnvironment { .. } => Code::NoEnvironment,
        };
        let mut failure = Self::from_error(code, &error);
        if let FindError::NoInterpreter { passed_over, .. }
        | FindError::NoEnvironment { passed_over, .. } = &error
        {
            if passed_over.is_empty() && code == Code::NoEnvironment {
                let words = "none is active, and there is no `.venv` here or above";
                failure.causes.push(words.to_owned());
            }
            let shown = passed_over.iter().take(PASSED_OVER_MAX);
            let shown = shown.map(|place| format!("not {place}"));
            failure.causes.extend(shown);
            let more = passed_over.len().saturating_sub(PASSED_OVER_MAX);
            if more > 0 {
                failure.causes.push(format!("nor {more} others"));
            }
        }
        failure
    }
}

impl From<PinError> for CommandError {
    fn from(error: PinError) -> Self {
        match error {
            PinError::File(error) => error.into(),
            PinError::Request { .. } => Self::from_error(Code::ConfigurationInvalid, &error),
        }
    }
}

impl From<ChangeError> for CommandError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::File(error) => error.into(),
            ChangeError::Taken(ref taken) => {
                let is_of_pipx = taken.iter().any(|one| {
                    let target = tilsit_files::read_link(&one.path).unwrap_or_default();
                    let parts: Vec<_> = target.iter().collect();
                    parts.windows(2).any(|pair| pair == ["pipx", "venvs"])
                });
                let failure = Self::from_error(Code::ToolProgramTaken, &error);
                let failure = if is_of_pipx {
                    failure.hint("it is pipx's: `tilsit tool adopt` takes its tools over")
                } else {
                    failure
                };
                failure.hint("replace what is there with `--force`, or add `--suffix TEXT`")
            }
            _ => Self::from_error(Code::EnvironmentNotMade, &error)
                .hint("move it away, or name another folder with `TILSIT_TOOL_DIR`"),
        }
    }
}

impl From<VenvError> for CommandError {
    fn from(error: VenvError) -> Self {
        match error {
            VenvError::File(error) => error.into(),
            _ => Self::from_error(Code::EnvironmentNotMade, &error),
        }
    }
}

impl From<ResolveError> for CommandError {
    fn from(error: ResolveError) -> Self {
        if let ResolveError::Build { source, .. } = &error
            && let Some(failure) = source.downcast_ref()
        {
            return build_error(failure);
        }
        let code = match &error {
            ResolveError::Unsolvable(_) => Code::NoResolution,
            ResolveError::Page { source, .. } | ResolveError::FindLinks(source) => page(source),
            ResolveError::Metadata { source, .. } | ResolveError::Http(source) => http(source),
            ResolveError::Stopped => Code::Interrupted,
            _ => Code::FileAccess,
        };
        let mut failure = Self::from_error(code, &error);
        if let ResolveError::Unsolvable(explanation) = &error {
            failure.wants_python = explanation.hints.iter().find_map(|hint| match hint {
                Hint::OtherPython {
                    requires_python, ..
                } => Some(Box::new(requires_python.clone())),
                _ => None,
            });
        }
        // These say their source in their own words.
        if !matches!(error, ResolveError::File(_)) {
            failure.causes.clear();
        }
        failure
    }
}

fn page(error: &PageError) -> Code {
    match error {
        PageError::Http(error) => http(error),
        PageError::File(_) | PageError::NotLocal(_) => Code::FileAccess,
        _ => Code::IndexAnswerInvalid,
    }
}

fn http(error: &HttpError) -> Code {
    if error.is_credentials() {
        Code::IndexCredentials
    } else {
        Code::IndexUnreachable
    }
}

impl From<DownloadError> for CommandError {
    fn from(error: DownloadError) -> Self {
        let code = match &error {
            DownloadError::Http(error) => http(error),
            DownloadError::Hash { .. } | DownloadError::Size { .. } => Code::FileRefused,
            DownloadError::Stopped(_) => Code::Interrupted,
            _ => Code::FileAccess,
        };
        Self::from_error(code, &error)
    }
}

impl From<SearchError> for CommandError {
    fn from(error: SearchError) -> Self {
        let code = match &error {
            SearchError::Http(error) => http(error),
            SearchError::NotOffered(_) => Code::SearchNotOffered,
            _ => Code::IndexAnswerInvalid,
        };
        Self::from_error(code, &error)
    }
}

impl From<HttpError> for CommandError {
    fn from(error: HttpError) -> Self {
        let mut failure = Self::from_error(http(&error), &error);
        failure.hints.extend(crate::hints::for_http(&error));
        failure
    }
}

impl From<AccountError> for CommandError {
    fn from(error: AccountError) -> Self {
        if let AccountError::Http(error) = error {
            return error.into();
        }
        let mut failure = Self::from_error(Code::IndexAnswerInvalid, &error);
        // The source stands in the message.
        failure.causes.clear();
        failure
    }
}

impl From<LoginFileError> for CommandError {
    fn from(error: LoginFileError) -> Self {
        match error {
            LoginFileError::File(error) => error.into(),
            LoginFileError::Contents { ref path, .. } | LoginFileError::Size { ref path, .. } => {
                let shown = path.display();
                let mut failure = Self::from_error(Code::ConfigurationInvalid, &error).hint(
                    format!("mend it, or remove `{shown}` and sign in anew with `tilsit login`"),
                );
                // The source stands in the message.
                failure.causes.clear();
                failure
            }
        }
    }
}

impl From<KeepError> for CommandError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Http(error) => error.into(),
            _ => Self::from_error(Code::KeyringFailed, &error)
                .hint("`--keyring-provider disabled` keeps it in a file of yours instead"),
        }
    }
}

impl From<WheelStoreError> for CommandError {
    fn from(error: WheelStoreError) -> Self {
        match error {
            WheelStoreError::File(error) => error.into(),
            WheelStoreError::Key(_) => Self::from_error(Code::Bug, &error),
            WheelStoreError::Unpack { .. } => Self::from_error(Code::WheelRefused, &error),
        }
    }
}

impl From<FetchError> for CommandError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::File(error) => error.into(),
            FetchError::Download(error) => error.into(),
            FetchError::Store(error) => error.into(),
        }
    }
}

impl From<ObtainError> for CommandError {
    fn from(error: ObtainError) -> Self {
        match error {
            ObtainError::Fetch(error) => error.into(),
            ObtainError::Build(error) => error.into(),
            ObtainError::Store(error) => error.into(),
        }
    }
}

impl From<CompileError> for CommandError {
    fn from(error: CompileError) -> Self {
        let code = match error {
            CompileError::File(error) => return error.into(),
            CompileError::Python { .. } => Code::PythonBroken,
            CompileError::Stopped => Code::Interrupted,
        };
        Self::from_error(code, &error)
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        let code = match error {
            PlanError::File(error) => return error.into(),
            _ => Code::InstallFailed,
        };
        Self::from_error(code, &error)
    }
}

impl From<ApplyError> for CommandError {
    fn from(error: ApplyError) -> Self {
        let code = match error {
            ApplyError::Cancelled => Code::Interrupted,
            _ => Code::InstallFailed,
        };
        Self::from_error(code, &error)
    }
}

impl From<InstalledError> for CommandError {
    fn from(error: InstalledError) -> Self {
        Self::from_error(Code::InstallFailed, &error)
    }
}

impl From<PreflightError> for CommandError {
    fn from(error: PreflightError) -> Self {
        match error {
            PreflightError::File(error) => error.into(),
            PreflightError::Empty => Self::from_error(Code::Usage, &error),
            PreflightError::Unfit(unfit) => {
                let message = "the files are not fit to be published";
                let mut failure = Self::new(Code::FilesRefused, message);
                for Unfit { path, finding } in &unfit {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    let code = crate::findings::code_of(finding.rule).id();
                    failure = failure.caused_by(format!("`{name}`: {code}: {finding}"));
                }
                failure.hint("`tilsit explain CODE` tells more of each; mend it and build again")
            }
            PreflightError::SeveralReleases { .. } => {
                let hint = "name the files of one release at a time, or empty the folder before you \
                            build (`tilsit build --clear`)";
                Self::from_error(Code::FilesRefused, &error).hint(hint)
            }
            _ => Self::from_error(Code::FilesRefused, &error),
        }
    }
}

impl From<&PublishError> for CommandError {
    fn from(error: &PublishError) -> Self {
        let code = match error.kind() {
            FailureKind::Credentials => Code::UploadCredentials,
            FailureKind::Network => Code::IndexUnreachable,
            FailureKind::Refused => Code::UploadRefused,
            FailureKind::File => Code::FileAccess,
            FailureKind::Stopped => Code::Interrupted,
        };
        let mut failure = Self::from_error(code, error);
        // The source stands in the message.
        failure.causes.clear();
        failure
    }
}

impl From<ServeError> for CommandError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Store(error) => error.into(),
            ServeError::PublicUrl(_) | ServeError::RootPath(_) => {
                Self::from_error(Code::Usage, &error)
            }
            _ => Self::from_error(Code::ServeFailed, &error),
        }
    }
}

impl From<BuildError> for CommandError {
    fn from(error: BuildError) -> Self {
        let code = match error {
            BuildError::File(error) if !error.is_not_found() => return error.into(),
            BuildError::File(_) => Code::ProjectInvalid,
            BuildError::PyProject { .. } | BuildError::Key { .. } | BuildError::Metadata(_) => {
                Code::ProjectInvalid
            }
            BuildError::Epoch(_) => Code::Usage,
            _ => Code::BuildFailed,
        };
        let mut failure = Self::from_error(code, &error);
        if let BuildError::PyProject { .. } | BuildError::Extension { .. } = error {
            // The source stands in the message.
            failure.causes.clear();
        }
        match error {
            BuildError::Extension { source, .. } => match source {
                ExtensionError::NoCompiler { .. } => failure.hint(
                    "extensions need a compiler: install one (`apt install build-essential`, \
                     `dnf install gcc-c++`, `xcode-select --install`), or name yours with `CC` and `CXX`",
                ),
                ExtensionError::NoHeaders(_) => failure.hint(
                    "the headers of Python are a package of their own on some systems (`apt install \
                     python3-dev`, `dnf install python3-devel`)",
                ),
                ExtensionError::NoPython => failure
                    .hint("the package `tilsit-build` is older than the program: update both"),
                _ => failure,
            },
            _ => failure,
        }
    }
}
