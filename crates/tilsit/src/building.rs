//! Building for a command: the options, the front end with the settings of the command, and the
//! names of requirements that only a build can tell. The work is [`tilsit_build_frontend`]'s.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use tilsit_build_backend::{BuildOptions as BackendOptions, OBJECTS};
use tilsit_build_frontend::{
    BackendFailure, BuildEvent, BuildFailure, BuildFrontend, ConfigSettings, FrontendOptions,
    GitError, Isolation, Renewal, Target,
};
use tilsit_environment::Interpreter;
use tilsit_index_client::IndexClient;
use tilsit_packaging::marker::{Marker, MarkerEnvironment};
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_provider::{FilePolicy, FormatControl, ResolveOptions};
use tilsit_resolver::{PrereleaseMode, ResolverOptions, RootRequirement};
use tilsit_sandbox::Sandbox;

use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::{Wanted, build_constraints, constraints_of};
use crate::terminal::{DIM, GOOD, duration};

/// How many lines of a failed build are shown; all with `-v`.
const LINES_SHOWN_MAX: usize = 30;

/// How projects are built that have no wheel.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Build options")]
pub(crate) struct BuildOptions {
    /// Tell this to the build backends; a repeated key makes a list
    #[arg(
        short = 'C',
        long,
        value_name = "KEY=VALUE",
        visible_alias = "config-setting"
    )]
    config_settings: Vec<String>,
    /// Build with the packages of the environment, not in one of its own
    #[arg(long, visible_alias = "no-isolation")]
    no_build_isolation: bool,
    /// Build this project with the packages of the environment
    #[arg(long, value_name = "PROJECT")]
    no_build_isolation_package: Vec<ProjectName>,
    /// Limit the versions of what builds need as this file says
    #[arg(
        long,
        value_name = "FILE",
        visible_alias = "build-constraints",
        conflicts_with = "no_build_isolation"
    )]
    build_constraint: Vec<PathBuf>,
    /// Run build backends without network, rights, or access to anything but their own folders
    #[arg(long)]
    sandbox: bool,
    /// Let builds in a sandbox read this file or folder of the home
    #[arg(long, value_name = "PATH", requires = "sandbox")]
    sandbox_read: Vec<PathBuf>,
    /// Let builds in a sandbox see this variable
    #[arg(long, value_name = "VARIABLE", requires = "sandbox")]
    sandbox_env: Vec<String>,
    /// End builds in a sandbox after so many seconds [default: 3600]
    #[arg(long, value_name = "SECONDS", requires = "sandbox")]
    sandbox_time: Option<u64>,
    /// End builds in a sandbox that use more memory than so many MiB [default: 4096]
    #[arg(long, value_name = "MIB", requires = "sandbox")]
    sandbox_memory: Option<u64>,
}

/// What a command says about building.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuildSettings {
    settings: ConfigSettings,
    isolation: Isolation,
    constraints: Vec<RootRequirement>,
    sandbox: Option<Sandbox>,
    /// What is built again although the cache holds it.
    pub(crate) rebuild: Renewal,
}

impl BuildOptions {
    /// The same, with what backends are told besides.
    pub(crate) fn telling(&self, settings: &[(String, String)]) -> Self {
        let mut telling = self.clone();
        let settings = settings.iter().map(|(key, value)| format!("{key}={value}"));
        telling.config_settings.extend(settings);
        telling
    }

    /// Whether builds run in a sandbox.
    pub(crate) fn is_sandboxed(&self) -> bool {
        self.sandbox
    }

    /// Whether nothing is said that only a backend can heed. What runs no backend needs no sandbox,
    /// unless it runs a compiler.
    pub(crate) fn is_usual(&self) -> bool {
        self.config_settings.is_empty()
            && !self.no_build_isolation
            && self.no_build_isolation_package.is_empty()
            && self.build_constraint.is_empty()
    }

    /// What the options say.
    ///
    /// # Errors
    /// When a setting is not `KEY=VALUE`, or a file of constraints cannot be read.
    pub(crate) fn read(&self, context: &Context) -> Result<BuildSettings, CommandError> {
        let mut settings = ConfigSettings::default();
        for text in &self.config_settings {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                let message = format!("the build setting `{text}` is not KEY=VALUE");
                CommandError::new(Code::Usage, message)
            })?;
            settings.add(key, value);
        }
        let isolation = if self.no_build_isolation {
            Isolation::None
        } else if self.no_build_isolation_package.is_empty() {
            Isolation::All
        } else {
            Isolation::Except(self.no_build_isolation_package.clone())
        };
        Ok(BuildSettings {
            settings,
            isolation,
            constraints: constraints_of(&self.build_constraint, context)?,
            sandbox: self.sandbox(context)?,
            rebuild: Renewal::None,
        })
    }

    fn sandbox(&self, context: &Context) -> Result<Option<Sandbox>, CommandError> {
        if !self.sandbox {
            return Ok(None);
        }
        if !tilsit_sandbox::IS_SUPPORTED {
            let message = "there is no `--sandbox` on this system: it takes namespaces of Linux";
            return Err(CommandError::new(Code::NoSandbox, message));
        }
        let program = std::env::current_exe().map_err(|error| {
            let message = "the program's own file is not known, which makes the sandbox";
            CommandError::new(Code::NoSandbox, message).caused_by(error.to_string())
        })?;
        let home = context.home.clone();
        let variables = context.variables.all();
        let mut sandbox = Sandbox::new(program, home, variables, &self.sandbox_env);
        let readable = self.sandbox_read.iter().map(|path| context.resolve(path));
        sandbox.readable = readable.collect();
        if let Some(seconds) = self.sandbox_time {
            sandbox.limits.time = Duration::from_secs(seconds);
        }
        if let Some(mebibytes) = self.sandbox_memory {
            sandbox.limits.memory_bytes = mebibytes.saturating_mul(1 << 20);
        }
        Ok(Some(sandbox))
    }
}

impl BuildSettings {
    /// The same, with what the settings say behind it.
    fn over(&self, context: &Context) -> Result<Self, CommandError> {
        let configuration = &context.configuration;
        let mut build = self.clone();
        let said = configuration.merged(|settings| settings.told_to_backends.as_ref());
        for (key, value) in said {
            if !self.settings.names(&key) {
                for word in value.words() {
                    build.settings.add(&key, &word);
                }
            }
        }
        if build.isolation == Isolation::All {
            let names = configuration.all(|settings| settings.no_build_isolation_package.as_ref());
            let names = names.iter().map(|name| {
                name.parse::<ProjectName>().map_err(|error| {
                    let message =
                        format!("`{name}` in `no-build-isolation-package` is no name of a project");
                    CommandError::new(Code::ConfigurationInvalid, message)
                        .caused_by(error.to_string())
                })
            });
            let names = names.collect::<Result<Vec<_>, _>>()?;
            if configuration.first(|settings| settings.no_build_isolation) == Some(true) {
                build.isolation = Isolation::None;
            } else if !names.is_empty() {
                build.isolation = Isolation::Except(names);
            }
        }
        build.constraints.extend(build_constraints(context)?);
        Ok(build)
    }
}

/// What our own backend gets from here: the variables, and the clock.
///
/// # Errors
/// When `SOURCE_DATE_EPOCH` is no number.
pub(crate) fn backend_options(context: &Context) -> Result<BackendOptions, CommandError> {
    let now = u64::try_from(context.now().as_second()).unwrap_or_default();
    let variables = context.variables.all().clone();
    Ok(BackendOptions {
        objects: Some(context.cache_folder.join(OBJECTS)),
        ..BackendOptions::in_environment(variables, now)?
    })
}

/// A front end for what is wanted.
///
/// # Errors
/// When the cache folder cannot be made.
pub(crate) fn frontend(
    wanted: &Wanted,
    interpreter: &Interpreter,
    resolve: &ResolveOptions,
    client: &IndexClient,
    context: &Context,
) -> Result<BuildFrontend, CommandError> {
    let build = wanted.build.over(context)?;
    let options = FrontendOptions {
        constraints: build.constraints.clone(),
        settings: build.settings.clone(),
        project_settings: settings_of(&wanted.told),
        url_settings: settings_of(&wanted.told_at),
        isolation: build.isolation.clone(),
        rebuild: build.rebuild.clone(),
        variables: context.variables.all().clone(),
        search_path: context.variables.path("PATH").map(Into::into),
        editables: wanted.editables.clone(),
        hashes: wanted.hashes_in_words(),
        own_backend: backend_options(context)?,
        sandbox: build.sandbox.clone(),
        ..FrontendOptions::new(
            interpreter.clone(),
            for_builds(resolve, interpreter),
            context.cache()?.root().to_path_buf(),
            context.cache()?.temporary()?,
        )
    };
    let events = Events {
        context: context.clone(),
        began: RefCell::default(),
    };
    let on_event = Box::new(move |event: BuildEvent<'_>| events.hear(event));
    Ok(BuildFrontend::new(options, client.clone(), on_event))
}

/// How what builds need is resolved: from the same sources, for the Python that builds, and without
/// what the user says about versions of his own.
fn for_builds(resolve: &ResolveOptions, interpreter: &Interpreter) -> ResolveOptions {
    let mut resolver = ResolverOptions::new(interpreter.marker_environment().clone());
    resolver.prereleases = PrereleaseMode::IfNecessary;
    let is_all_built = resolve.files.no_binary == FormatControl::All;
    ResolveOptions {
        resolver,
        sources: resolve.sources.clone(),
        files: FilePolicy {
            exclude_newer: resolve.files.exclude_newer.clone(),
            prefer_binary: resolve.files.prefer_binary,
            no_binary: resolve.files.no_binary.clone(),
            only_binary: if is_all_built {
                FormatControl::None
            } else {
                resolve.files.only_binary.clone()
            },
            ..FilePolicy::new(interpreter.tags())
        },
        no_dependencies: false,
        pages_only: false,
        installed: BTreeMap::new(),
        forbidden: resolve.forbidden.clone(),
    }
}

/// Says what is being built, and with `-v` all that it prints.
struct Events {
    context: Context,
    began: RefCell<Vec<Instant>>,
}

impl Events {
    fn hear(&self, event: BuildEvent<'_>) -> ControlFlow<()> {
        let terminal = &self.context.terminal;
        match event {
            BuildEvent::Started {
                project,
                is_nested,
                target,
            } => {
                self.began.borrow_mut().push(Instant::now());
                let shown = self.shown(project);
                let line = match target {
                    None => format!("{GOOD}Preparing{GOOD:#} {shown}"),
                    Some(Target::Sdist) => format!("{GOOD}Building{GOOD:#} sdist of {shown}"),
                    Some(_) => format!("{GOOD}Building{GOOD:#} wheel for {shown}"),
                };
                if is_nested {
                    terminal.detail(line);
                } else {
                    terminal.say(line);
                }
            }
            BuildEvent::Finished {
                project,
                is_nested,
                is_built,
            } => {
                let began = self.began.borrow_mut().pop();
                let took = began.map_or_else(Default::default, |began| began.elapsed());
                let (shown, took) = (self.shown(project), duration(took));
                if is_built && !is_nested {
                    terminal.say(format_args!(
                        "{GOOD}Successfully built{GOOD:#} {shown} in {took}"
                    ));
                } else {
                    terminal.detail(format_args!("{DIM}done with {shown} after {took}{DIM:#}"));
                }
            }
            BuildEvent::Aged {
                project,
                with,
                reason,
            } => terminal.say(format_args!(
                "{DIM}{} is old: it is built with {with}, since {reason}{DIM:#}",
                self.shown(project)
            )),
            BuildEvent::Stated {
                project,
                version,
                file,
            } => terminal.detail(format_args!(
                "{DIM}the metadata of {} {version} is stated by its {file}{DIM:#}",
                self.shown(project)
            )),
            BuildEvent::Contradicted { project, file } => terminal.warn(format_args!(
                "the wheel of {} requires other things than its {file} says; resolve again to take them into account",
                self.shown(project)
            )),
            BuildEvent::Output(piece) if terminal.is_verbose() => {
                for line in piece.lines() {
                    terminal.detail(format_args!("{DIM}{line}{DIM:#}"));
                }
            }
            BuildEvent::Output(_) => {}
        }
        self.context.interrupt.flow()
    }

    /// A project in words, with a path as the user would type it.
    fn shown(&self, project: &str) -> String {
        let path = project.trim_matches('`');
        if path.starts_with('/') {
            return format!("`{}`", self.context.show(path.as_ref()));
        }
        project.to_owned()
    }
}

/// A requirement whose name only a build can tell: a path or a URL.
#[derive(Clone, Debug)]
pub(crate) struct Unnamed {
    pub(crate) url: String,
    pub(crate) extras: Vec<ExtraName>,
    pub(crate) marker: Marker,
    /// Where it was written.
    pub(crate) origin: String,
}

/// What is wanted, with the names of all requirements. `here` leaves out what is not for it.
///
/// # Errors
/// When something cannot be had or built.
pub(crate) fn with_names(
    wanted: &Wanted,
    here: Option<&MarkerEnvironment>,
    frontend: &BuildFrontend,
) -> Result<Wanted, CommandError> {
    let mut named = wanted.clone();
    for unnamed in std::mem::take(&mut named.unnamed) {
        if here.is_some_and(|here| !unnamed.marker.evaluate(here, &[])) {
            continue;
        }
        let metadata = frontend.metadata_at(&unnamed.url)?;
        let name = metadata.name.parse::<ProjectName>();
        let name = name.map_err(|error| CommandError::from_error(Code::BuildFailed, &error))?;
        if let Some(hashes) = named.url_hashes.get(&unnamed.url) {
            let known = named.hashes.entry(name.clone()).or_default();
            known.extend(hashes.iter().cloned());
        }
        let requirement = Requirement {
            name,
            extras: unnamed.extras,
            source: RequirementSource::Url(unnamed.url),
            marker: unnamed.marker,
        };
        let root = RootRequirement::new(requirement, unnamed.origin);
        named.requirements.push(root);
    }
    Ok(named)
}

/// What single backends are told.
fn settings_of<K: Ord + Clone>(
    told: &BTreeMap<K, Vec<(String, String)>>,
) -> BTreeMap<K, ConfigSettings> {
    let told = told.iter().map(|(key, pairs)| {
        let pairs = pairs.iter();
        let pairs = pairs.map(|(key, value)| (key.as_str(), value.as_str()));
        (key.clone(), pairs.collect())
    });
    told.collect()
}

impl Wanted {
    /// The hashes, by project and by URL.
    fn hashes_in_words(&self) -> BTreeMap<String, Vec<String>> {
        let named = self.hashes.iter();
        let named = named.map(|(name, hashes)| (name.as_str(), hashes));
        let urls = self.url_hashes.iter();
        let urls = urls.map(|(url, hashes)| (url.as_str(), hashes));
        let words = named.chain(urls).map(|(key, hashes)| {
            let hashes = hashes.iter();
            let words = hashes.map(|hash| format!("{}:{}", hash.algorithm, hash.digest));
            (key.to_owned(), words.collect())
        });
        words.collect()
    }
}

impl From<BuildFailure> for CommandError {
    fn from(error: BuildFailure) -> Self {
        build_error(&error)
    }
}

/// What is said of a failed build: the reason, the end of the output, what would help.
pub(crate) fn build_error(error: &BuildFailure) -> CommandError {
    let code = match error {
        BuildFailure::Source(_) | BuildFailure::NoProject(_) => Code::RequirementInvalid,
        BuildFailure::Hash { .. } => Code::FileRefused,
        BuildFailure::File(_) => Code::FileAccess,
        BuildFailure::Repository(GitError::Program { .. }) => Code::ProgramNotStarted,
        BuildFailure::Repository(GitError::InTheWay { .. } | GitError::NoRevision { .. }) => {
            Code::RequirementInvalid
        }
        BuildFailure::Download(_) | BuildFailure::Repository(_) => Code::IndexUnreachable,
        BuildFailure::NoSandbox(_) => Code::NoSandbox,
        BuildFailure::Stopped => Code::Interrupted,
        _ => Code::BuildFailed,
    };
    let mut failure = CommandError::from_error(code, error);
    match error {
        BuildFailure::Repository(GitError::Program { program, .. }) => {
            failure = failure.hint(format!("install it: {}", package_of(program)));
        }
        BuildFailure::Repository(GitError::Failed { action, url, .. })
            if action.starts_with("git ") =>
        {
            failure = failure.hint(format!(
                "check the URL and your access: `git ls-remote {url}` has to work by hand"
            ));
        }
        BuildFailure::Repository(GitError::InTheWay { .. }) => {
            failure = failure
                .hint("commit or stash what is there, or name another folder: `--src FOLDER`");
        }
        BuildFailure::NoSandbox(_) => {
            failure = failure.hint(
                "ask the system's administrator for user namespaces (`sysctl user.max_user_namespaces`, \
                 `kernel.apparmor_restrict_unprivileged_userns`; in a container, its runtime's options), \
                 or build without `--sandbox` what you trust",
            );
        }
        _ => {}
    }
    if let Some(backend) = backend_failure(error) {
        let lines = backend.last_lines(LINES_SHOWN_MAX);
        if !lines.is_empty() {
            failure = failure.caused_by(format!("it printed at last:\n{}", lines.join("\n")));
        }
        if backend.is_confined {
            failure = failure.hint(
                "it ran in a sandbox: no network, the files of the system to read, its own folders to \
                 write; `--sandbox-read PATH` and `--sandbox-env VARIABLE` let it see more, \
                 `--sandbox-time` and `--sandbox-memory` set its limits",
            );
        }
        for advice in backend.advice() {
            failure = failure.hint(advice.to_string());
        }
    }
    failure
}

/// The package of a version control system's program, as distributions name it.
fn package_of(program: &str) -> &'static str {
    match program {
        "hg" => "Mercurial is in the package `mercurial`",
        "svn" => "Subversion is in the package `subversion`",
        "bzr" => "Bazaar goes on as Breezy, in the package `bzr` or `breezy`",
        _ => "Git is in the package `git`",
    }
}

/// The backend's failure at the bottom of a chain of builds.
fn backend_failure<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a BackendFailure> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(BuildFailure::Backend(failure)) = error.downcast_ref() {
            return Some(failure);
        }
        if let Some(failure) = error.downcast_ref::<BackendFailure>() {
            return Some(failure);
        }
        next = error.source();
    }
    None
}
