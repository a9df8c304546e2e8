//! From a source to its distributions: by our own backend in process where it builds the same, else by
//! the project's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use tilsit_archive::Limits;
use tilsit_build_backend::{
    self as backend, BuildError, BuildOptions as BackendOptions, Built, SourceProject,
};
use tilsit_build_frontend::{BuildFrontend, Source, SourceError, Target};
use tilsit_dist::sdist::unpack;
use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_files::TemporaryFolder;
use tilsit_packaging::pyproject::PyProject;
use tilsit_resolver::Preferences;
use url::Url;

use crate::building::{BuildOptions, backend_options};
use crate::commands::options::{IndexOptions, UpgradeOptions};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::pythons;
use crate::requirements::Wanted;
use crate::resolving::{self, Elsewhere, Question};

/// The name by which a project asks for our own backend.
const OWN_BACKEND: &str = "tilsit_build";

/// How distributions are built.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct HowToBuild {
    /// Call the backend that pyproject.toml names, also where ours would build the same
    #[arg(long)]
    force_pep517: bool,
    /// Build with this Python: a path, a folder, or a version [env: `TILSIT_PYTHON`]
    #[arg(short, long, value_name = "PYTHON")]
    pub(super) python: Vec<String>,
    #[command(flatten)]
    build: BuildOptions,
    #[command(flatten)]
    pub(super) index: IndexOptions,
}

/// What is built of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parts {
    /// The source distribution, and the wheel of it.
    Both,
    /// The source distribution.
    Sdist,
    /// The wheel, straight from the folder.
    Wheel,
    /// Both, each straight from the folder.
    Apart,
}

/// Building, as a command says it.
pub(crate) struct Making<'a> {
    how: &'a HowToBuild,
    /// The Python that builds; none where the options say which.
    pub(super) interpreter: Option<&'a Interpreter>,
    context: &'a Context,
}

impl<'a> Making<'a> {
    /// What these options say.
    pub(crate) fn new(how: &'a HowToBuild, context: &'a Context) -> Self {
        Self {
            how,
            interpreter: None,
            context,
        }
    }

    /// Makes the distributions of the source, a folder or a source distribution, in the folder `out`.
    ///
    /// # Errors
    /// When the project is not as it must be, or its backend fails.
    pub(crate) fn make(
        &self,
        source: &Path,
        out: &Path,
        parts: Parts,
    ) -> Result<Vec<PathBuf>, CommandError> {
        let in_process = backend_options(self.context)?;
        let is_open = !self.how.force_pep517 && self.how.build.is_usual();
        if is_open
            && source.is_dir()
            && let Some(project) = own_project(source, &in_process, self.context)?
            && let Some(in_process) = self.with_compiler(&project, parts, &in_process)?
        {
            tilsit_files::create_dir_all(out)?;
            return self.in_process(&project, out, parts, &in_process);
        }
        if is_open && source.is_file() && parts == Parts::Both {
            let folder = TemporaryFolder::create_in(&self.context.temporary_folder)?;
            // What is wrong with an archive is told by those who can build all of them.
            if let Ok(root) = unpack(source, folder.path(), &Limits::default())
                && let Some(project) = own_project(&root, &in_process, self.context)?
                && let Some(in_process) = self.with_compiler(&project, Parts::Wheel, &in_process)?
            {
                return self.in_process(&project, out, Parts::Wheel, &in_process);
            }
        }
        self.by_backend(source, out, parts)
    }

    /// The options with how the Python was compiled that extension modules are for, if the project
    /// has some and a wheel is built; none where the compiler is to run in a sandbox.
    fn with_compiler(
        &self,
        project: &SourceProject,
        parts: Parts,
        options: &BackendOptions,
    ) -> Result<Option<BackendOptions>, CommandError> {
        let mut options = options.clone();
        if parts == Parts::Sdist || !project.has_extensions() {
            return Ok(Some(options));
        }
        if self.how.build.is_sandboxed() {
            return Ok(None);
        }
        // The cache is marked as one.
        self.context.cache()?;
        let found;
        let interpreter = if let Some(interpreter) = self.interpreter {
            interpreter
        } else {
            found = pythons::find(self.how.python()?, Scope::Any, self.context)?;
            &found.interpreter
        };
        options.ask(interpreter.executable())?;
        Ok(Some(options))
    }

    fn in_process(
        &self,
        project: &SourceProject,
        out: &Path,
        parts: Parts,
        options: &BackendOptions,
    ) -> Result<Vec<PathBuf>, CommandError> {
        let mut built = Vec::new();
        if parts != Parts::Wheel {
            let sdist = project.build_sdist(out, options)?;
            warn(&sdist, self.context);
            built.push(sdist.path);
        }
        match parts {
            Parts::Sdist => {}
            Parts::Wheel | Parts::Apart => {
                let wheel = project.build_wheel(out, options)?;
                if built.is_empty() {
                    warn(&wheel, self.context);
                }
                built.push(wheel.path);
            }
            Parts::Both => {
                let temporary = &self.context.temporary_folder;
                let wheel = backend::build_wheel_from_sdist(&built[0], out, temporary, options);
                let wheel =
                    wheel.map_err(|error| of_sdist(error.into(), &built[0], self.context))?;
                built.push(wheel.path);
            }
        }
        Ok(built)
    }

    fn by_backend(
        &self,
        source: &Path,
        out: &Path,
        parts: Parts,
    ) -> Result<Vec<PathBuf>, CommandError> {
        let project = source_at(source)?;
        let is_archive = matches!(project, Source::Archive(_));
        if is_archive && matches!(parts, Parts::Sdist | Parts::Apart) {
            let message = "a source distribution is there already: only its wheel can be built";
            return Err(CommandError::new(Code::Usage, message));
        }
        let frontend = self.frontend()?;
        let build = |source: Source, target: Target| -> Result<PathBuf, CommandError> {
            // Beside first: what is in the way of a backend, or half made, is not to be seen.
            tilsit_files::create_dir_all(out)?;
            let beside = TemporaryFolder::create_in(out)?;
            let made = frontend.build_into(source, target, beside.path())?;
            let path = out.join(made.file_name().unwrap_or_default());
            tilsit_files::rename(&made, &path)?;
            Ok(path)
        };
        if is_archive {
            return Ok(vec![build(project, Target::Wheel)?]);
        }
        let mut built = Vec::new();
        if parts != Parts::Wheel {
            built.push(build(project.clone(), Target::Sdist)?);
        }
        match parts {
            Parts::Sdist => {}
            Parts::Wheel | Parts::Apart => built.push(build(project, Target::Wheel)?),
            Parts::Both => {
                let wheel = build(source_at(&built[0])?, Target::Wheel);
                built.push(wheel.map_err(|error| of_sdist(error, &built[0], self.context))?);
            }
        }
        Ok(built)
    }

    fn frontend(&self) -> Result<BuildFrontend, CommandError> {
        let mut wanted = Wanted::default();
        wanted.build = self.how.build.read(self.context)?;
        let found;
        let interpreter = if let Some(interpreter) = self.interpreter {
            interpreter
        } else {
            found = pythons::find(self.how.python()?, Scope::Any, self.context)?;
            &found.interpreter
        };
        let question = Question {
            wanted: &wanted,
            configuration: &self.how.index.over(self.context)?,
            interpreter,
            elsewhere: Elsewhere::default(),
            preferences: Preferences::default(),
            no_deps: false,
            refresh: UpgradeOptions::default().refresh(),
            installed: BTreeMap::new(),
            pages_only: false,
        };
        resolving::frontend(&question, self.context)
    }
}

impl HowToBuild {
    /// The usual way, with this Python if one is named.
    pub(crate) fn with(python: Option<&str>) -> Self {
        Self {
            python: python.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// The same, with what backends are told besides.
    pub(super) fn telling(&self, settings: &[(String, String)]) -> Self {
        Self {
            build: self.build.telling(settings),
            ..self.clone()
        }
    }

    /// The one Python that is named.
    fn python(&self) -> Result<Option<&str>, CommandError> {
        match self.python.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => {
                let message = "`--python` names several Pythons, and one builds";
                Err(CommandError::new(Code::Usage, message).hint("`--matrix` builds with each"))
            }
        }
    }
}

/// The project in a folder if it is ours to build: it names our backend, or another that would do the
/// same.
fn own_project(
    folder: &Path,
    options: &BackendOptions,
    context: &Context,
) -> Result<Option<SourceProject>, CommandError> {
    let opened = SourceProject::open(folder, options);
    if let Ok(project) = &opened
        && (project.is_own() || backend::wheel_contents::wheel_files(project).is_ok())
    {
        return Ok(opened.ok());
    }
    let text = match tilsit_files::read_to_string(folder.join("pyproject.toml")) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let (pyproject, problems) =
        PyProject::parse(&text).map_err(|source| BuildError::PyProject {
            folder: folder.to_path_buf(),
            source,
        })?;
    let system = pyproject.build_system.as_ref();
    if system.and_then(|system| system.build_backend.as_deref()) == Some(OWN_BACKEND) {
        return Ok(Some(opened?));
    }
    for problem in problems {
        context
            .terminal
            .warn(format_args!("pyproject.toml {problem}"));
    }
    Ok(None)
}

/// Says what is odd in a project that our own backend built.
pub(crate) fn warn(built: &Built, context: &Context) {
    for problem in &built.problems {
        context
            .terminal
            .warn(format_args!("pyproject.toml {problem}"));
    }
}

/// What is to be known of a failure to build the wheel of a source distribution just made.
fn of_sdist(error: CommandError, sdist: &Path, context: &Context) -> CommandError {
    let sdist = context.show(sdist);
    error.hint(format!(
        "this was built of `{sdist}`, as users of it would: a file that is missing is missing there; \
         `--wheel` builds straight from the folder"
    ))
}

fn source_at(path: &Path) -> Result<Source, CommandError> {
    let url = Url::from_file_path(path).map_err(|()| {
        let reason = SourceError::NotThere(path.to_path_buf());
        CommandError::from_error(Code::ProjectInvalid, &reason)
    })?;
    let found = Source::of_url(url.as_str(), false);
    let (source, _) =
        found.map_err(|error| CommandError::from_error(Code::ProjectInvalid, &error))?;
    Ok(source)
}
