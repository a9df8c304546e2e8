//! What the commands know of the world around the program: the only place that reads the
//! environment, the working folder, the clock and the home folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use tilsit_files::{CacheFolder, TemporaryFolder};
use tilsit_index_client::Clock;

use crate::configuration::{Configuration, Settings, Sources};
use crate::error::CommandError;
use crate::explain::Code;
use crate::interrupt::Interrupt;
use crate::terminal::{Terminal, TerminalArguments};

/// The options that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GlobalArguments {
    #[command(flatten)]
    pub(crate) terminal: TerminalArguments,
    /// Work as if started in this folder
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help_heading = "Global options"
    )]
    directory: Option<PathBuf>,
    /// Keep the cache here [env: `TILSIT_CACHE_DIR`]
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help_heading = "Global options"
    )]
    cache_dir: Option<PathBuf>,
    /// Read nothing from the cache and leave nothing in it [env: `TILSIT_NO_CACHE`]
    #[arg(
        short = 'n',
        long,
        global = true,
        visible_alias = "no-cache-dir",
        help_heading = "Global options"
    )]
    no_cache: bool,
    /// Read this file in place of the user's tilsit.toml [env: `TILSIT_CONFIG_FILE`]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    config_file: Option<PathBuf>,
    /// Read no configuration file, neither ours nor pip's
    #[arg(long, global = true, help_heading = "Global options")]
    no_config: bool,
}

/// The environment variables of the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<OsString, OsString>);

impl Variables {
    /// The variables that the program was started with.
    #[expect(
        clippy::disallowed_methods,
        reason = "the context is the one place that reads the environment"
    )]
    fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of `name` when it is set, not empty, and text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(&OsString::from(name))?
            .to_str()
            .filter(|value| !value.is_empty())
    }

    /// The path in `name` when it is set and not empty.
    pub(crate) fn path(&self, name: &str) -> Option<&Path> {
        self.0
            .get(&OsString::from(name))
            .filter(|value| !value.is_empty())
            .map(Path::new)
    }

    /// Every variable.
    pub(crate) fn all(&self) -> &BTreeMap<OsString, OsString> {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// The world around the program, read once at the start.
#[derive(Clone)]
pub(crate) struct Context {
    /// The folder that relative paths start from; absolute.
    pub(crate) working_folder: PathBuf,
    /// The environment variables.
    pub(crate) variables: Variables,
    /// The user's home folder, where the system knows one.
    pub(crate) home: Option<PathBuf>,
    /// The file that keeps the user's logins, where the system knows a place for it.
    pub(crate) login_file: Option<PathBuf>,
    /// The root of everything that may be lost.
    pub(crate) cache_folder: PathBuf,
    /// Whether the user wants no cache that stays.
    no_cache: bool,
    /// The cache of this run alone, which goes with it.
    passing_cache: Option<Arc<TemporaryFolder>>,
    /// Where new temporary folders go.
    pub(crate) temporary_folder: PathBuf,
    /// Where the program talks.
    pub(crate) terminal: Terminal,
    /// The settings from files and variables.
    pub(crate) configuration: Configuration,
    /// Ctrl-C.
    pub(crate) interrupt: Interrupt,
    clock: Clock,
}

impl Context {
    /// Reads the world.
    ///
    /// # Errors
    /// When the working folder is gone, a configuration file is not valid, or neither a home nor
    /// a cache folder is known.
    pub(crate) fn new(
        arguments: &GlobalArguments,
        terminal: Terminal,
    ) -> Result<Self, CommandError> {
        let variables = Variables::of_process();
        let home = home_folder(&variables);
        let working_folder = working_folder(arguments.directory.as_deref())?;
        let config_file = arguments
            .config_file
            .as_deref()
            .or_else(|| variables.path("TILSIT_CONFIG_FILE"))
            .map(|path| working_folder.join(path));
        let configuration = Configuration::load(&Sources {
            variables: &variables,
            working_folder: &working_folder,
            home: home.as_deref(),
            user_file: config_file.clone().or_else(|| {
                configuration_folder(&variables, home.as_deref())
                    .map(|folder| folder.join("tilsit.toml"))
            }),
            user_file_must_exist: config_file.is_some(),
            no_files: arguments.no_config,
        })?;
        for warning in configuration.warnings() {
            terminal.warn(warning);
        }
        let login_file = variables.path("TILSIT_CREDENTIALS_FILE").map_or_else(
            || {
                let folder = configuration_folder(&variables, home.as_deref());
                folder.map(|folder| folder.join("credentials.toml"))
            },
            |path| Some(working_folder.join(path)),
        );
        let no_cache =
            arguments.no_cache || arguments.cache_dir.is_none() && configuration.wants_no_cache();
        let cache_folder = arguments
            .cache_dir
            .clone()
            .or_else(|| configuration.first(|settings| settings.cache_dir.clone()))
            .or_else(|| default_cache_folder(&variables, home.as_deref()))
            .map(|path| working_folder.join(path))
            .ok_or_else(|| {
                CommandError::new(Code::ConfigurationInvalid, "no cache folder is known")
                    .caused_by("the environment has neither `HOME` nor `XDG_CACHE_HOME`")
                    .hint("name one: `--cache-dir FOLDER` or `TILSIT_CACHE_DIR`")
            })?;
        Ok(Self {
            temporary_folder: temporary_folder(&variables),
            working_folder,
            variables,
            home,
            login_file,
            cache_folder,
            no_cache,
            passing_cache: None,
            terminal,
            configuration,
            interrupt: Interrupt::default(),
            clock: Arc::new(system_time),
        })
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What tells the time.
    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.clock)
    }

    /// The same world with other settings in front.
    pub(crate) fn with_settings(&self, settings: Settings) -> Self {
        Self {
            configuration: self.configuration.with_options(settings),
            ..self.clone()
        }
    }

    /// The same world without what the project here says: for what belongs to the user.
    pub(crate) fn without_project(&self) -> Self {
        Self {
            configuration: self.configuration.without_project(),
            ..self.clone()
        }
    }

    /// The user's folder of data by the customs of the system (XDG base directories on Unix).
    pub(crate) fn data_folder(&self) -> Option<PathBuf> {
        if cfg!(windows) {
            return self.variables.path("APPDATA").map(Path::to_path_buf);
        }
        let named = self.variables.path("XDG_DATA_HOME");
        named
            .filter(|path| path.is_absolute())
            .map(Path::to_path_buf)
            .or_else(|| Some(self.home.as_ref()?.join(".local/share")))
    }

    /// Works with a cache that goes with this run, if the user wants none that stays.
    ///
    /// # Errors
    /// When the temporary folder cannot be made.
    pub(crate) fn without_cache_if_wanted(mut self) -> Result<Self, CommandError> {
        if self.no_cache {
            let folder = TemporaryFolder::create_in(&self.temporary_folder)?;
            self.cache_folder = folder.path().to_path_buf();
            self.passing_cache = Some(Arc::new(folder));
        }
        Ok(self)
    }

    /// Whether the cache goes with this run.
    pub(crate) fn has_passing_cache(&self) -> bool {
        self.passing_cache.is_some()
    }

    /// The cache folder, made and marked when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn cache(&self) -> Result<CacheFolder, CommandError> {
        Ok(CacheFolder::create(&self.cache_folder)?)
    }

    /// The same world from another working folder, where only warnings are said.
    pub(crate) fn within(&self, working_folder: &Path) -> Self {
        Self {
            working_folder: working_folder.to_path_buf(),
            terminal: self.terminal.quieter(),
            ..self.clone()
        }
    }

    /// The same world with other variables.
    pub(crate) fn with_variables(&self, variables: &BTreeMap<OsString, OsString>) -> Self {
        let mut context = self.clone();
        context.variables.0.extend(variables.clone());
        context
    }

    /// `path` from the working folder, without `.` in it.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.working_folder.join(path).components().collect()
    }

    /// `path` as the user would type it.
    pub(crate) fn show(&self, path: &Path) -> String {
        crate::terminal::path(path, &self.working_folder)
    }

    /// What the machine is called, for those who tell several apart.
    pub(crate) fn machine_name(&self) -> Option<String> {
        let named = ["COMPUTERNAME", "HOSTNAME"];
        let named = named.iter().find_map(|name| self.variables.text(name));
        let name = named.map(str::to_owned).or_else(system_name)?;
        let name = name.split('.').next().unwrap_or_default();
        let name = name.replace(char::is_control, "");
        (!name.is_empty()).then_some(name)
    }

    /// What comes by standard input, to its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn standard_input() -> Result<Vec<u8>, CommandError> {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
            CommandError::new(Code::FileAccess, "standard input cannot be read")
                .caused_by(error.to_string())
        })?;
        Ok(bytes)
    }
}

/// The time now, for those who keep time by themselves.
#[expect(
    clippy::disallowed_methods,
    reason = "the context is the one place that reads the clock"
)]
pub(crate) fn system_time() -> Timestamp {
    Timestamp::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the context is the one place that reads the working folder"
)]
fn working_folder(chosen: Option<&Path>) -> Result<PathBuf, CommandError> {
    let current = std::env::current_dir().map_err(|error| {
        CommandError::from_error(Code::FileAccess, &error)
            .hint("the folder you are in may have been removed: change to another one")
    })?;
    let Some(chosen) = chosen else {
        return Ok(current);
    };
    let folder = current.join(chosen);
    if folder.is_dir() {
        Ok(folder)
    } else {
        let shown = chosen.display();
        Err(CommandError::new(
            Code::Usage,
            format!("the folder `{shown}` given with `--directory` does not exist"),
        ))
    }
}

#[cfg(unix)]
fn system_name() -> Option<String> {
    let name = rustix::system::uname();
    name.nodename().to_str().ok().map(str::to_owned)
}

#[cfg(not(unix))]
fn system_name() -> Option<String> {
    None
}

fn home_folder(variables: &Variables) -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    variables.path(name).map(Path::to_path_buf)
}

/// The cache folder by the customs of the system (XDG base directories on Unix).
fn default_cache_folder(variables: &Variables, home: Option<&Path>) -> Option<PathBuf> {
    if cfg!(windows) {
        let local = variables.path("LOCALAPPDATA")?;
        return Some(local.join("tilsit").join("cache"));
    }
    if cfg!(target_os = "macos") {
        return Some(home?.join("Library/Caches/tilsit"));
    }
    variables
        .path("XDG_CACHE_HOME")
        .filter(|path| path.is_absolute())
        .map(|path| path.join("tilsit"))
        .or_else(|| Some(home?.join(".cache/tilsit")))
}

/// The user's configuration folder by the customs of the system.
fn configuration_folder(variables: &Variables, home: Option<&Path>) -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(variables.path("APPDATA")?.join("tilsit"));
    }
    variables
        .path("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .map(|path| path.join("tilsit"))
        .or_else(|| Some(home?.join(".config/tilsit")))
}

fn temporary_folder(variables: &Variables) -> PathBuf {
    let named = ["TMPDIR", "TEMP", "TMP"]
        .iter()
        .find_map(|name| variables.path(name));
    named.map_or_else(
        || PathBuf::from(if cfg!(windows) { "C:\\Temp" } else { "/tmp" }),
        Path::to_path_buf,
    )
}

#[cfg(test)]
mod tests;
