//! The single looks of `tilsit doctor`.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use tilsit_environment::discovery::{self, FindError, PassedOver, Scope};
use tilsit_environment::{Environment, Interpreter, PythonRequest};
use tilsit_files::{LinkMode, TemporaryFolder};
use tilsit_index_client::{IndexUrl, PageError, Refresh};
use tilsit_packaging::name::ProjectName;

use super::{Check, State};
use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::terminal::{count, duration};
use crate::{indexes, network, pythons};

/// The program itself, and whether it is the one that a shell would start.
pub(super) fn program(context: &Context) -> Check {
    let version = env!("CARGO_PKG_VERSION");
    let Ok(own) = std::env::current_exe() else {
        return Check::new("program", State::Ok, format!("tilsit {version}"));
    };
    let shown = own.display();
    let message = format!("tilsit {version} at `{shown}`");
    let file = if cfg!(windows) {
        "tilsit.exe"
    } else {
        "tilsit"
    };
    let folders = context.variables.path("PATH");
    let first = folders.and_then(|folders| {
        std::env::split_paths(folders)
            .map(|folder| folder.join(file))
            .find(|path| path.is_file())
    });
    let real = |path: &Path| tilsit_files::canonicalize(path).ok();
    match first {
        Some(first) if real(&first) != real(&own) => {
            let first = first.display();
            Check::new("program", State::Warn, message)
                .detail(format!("the first on the search path is `{first}`"))
                .hint("remove one of them, or change their order in PATH")
        }
        _ => Check::new("program", State::Ok, message),
    }
}

/// The Pythons, and the one that is used outside of environments.
pub(super) fn pythons(context: &Context) -> (Check, Option<Interpreter>) {
    let name = "Pythons";
    let chosen = match pythons::find(None, Scope::Base, context) {
        Ok(found) => found.interpreter,
        Err(error) => return (Check::failed(name, error), None),
    };
    let surroundings = match pythons::surroundings(context) {
        Ok(surroundings) => surroundings,
        Err(error) => return (Check::failed(name, error), Some(chosen)),
    };
    let (found, unusable) = discovery::find_all(&PythonRequest::Any, &surroundings);
    let bases = found
        .iter()
        .filter(|found| found.interpreter.virtual_environment().is_none());
    let many = count(bases.count(), "Python");
    let (version, path) = (chosen.version(), context.show(chosen.executable()));
    let implementation = chosen.implementation();
    let message = format!("{many}; used is {implementation} {version} at `{path}`");
    // An old Python 2 is in nobody's way.
    let state = if unusable.iter().all(PassedOver::is_too_old) {
        State::Ok
    } else {
        State::Warn
    };
    let mut check = Check::new(name, state, message);
    for place in &unusable {
        check = check.detail(format!("not usable: {place}"));
    }
    (check, Some(chosen))
}

/// The environment that `pip install` would change.
pub(super) fn environment(context: &Context) -> Check {
    let name = "environment";
    if let Some(active) = context.variables.path("VIRTUAL_ENV") {
        let root = context.resolve(active);
        if !root.join("pyvenv.cfg").is_file() {
            let shown = active.display();
            return Check::new(
                name,
                State::Error,
                format!("the active environment `{shown}` is not there"),
            )
            .hint("leave it with `deactivate`, and make one with `tilsit venv`");
        }
    }
    let surroundings = match pythons::surroundings(context) {
        Ok(surroundings) => surroundings,
        Err(error) => return Check::failed(name, error),
    };
    match discovery::find(&PythonRequest::Any, Scope::Environment, &surroundings) {
        Ok(found) => installed(&Environment::of(found.interpreter), context),
        Err(FindError::NoEnvironment { passed_over, .. }) if passed_over.is_empty() => {
            Check::new(name, State::Ok, "none is active, and there is no `.venv`")
                .detail("`tilsit venv` makes one")
        }
        Err(error) => Check::failed(name, error.into()),
    }
}

/// What lies in an environment, and whether all of it can be read.
fn installed(environment: &Environment, context: &Context) -> Check {
    let root = context.show(environment.root());
    let version = environment.interpreter().version();
    let installed = match environment.installed() {
        Ok(installed) => installed,
        Err(error) => return Check::failed("environment", error.into()),
    };
    let projects = count(installed.distributions.len(), "project");
    let message = format!("`{root}` with Python {version} holds {projects}");
    let findings = installed.findings.iter().map(ToString::to_string);
    let unreadable = installed.distributions.iter().filter_map(|distribution| {
        let error = distribution.metadata().err()?;
        let cause = std::error::Error::source(&error);
        let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
        Some(format!("{}: {error}{cause}", distribution.name))
    });
    let problems: Vec<String> = findings.chain(unreadable).collect();
    if problems.is_empty() {
        return Check::new("environment", State::Ok, message);
    }
    let mut check = Check::new("environment", State::Warn, message);
    for problem in problems {
        check = check.detail(problem);
    }
    check.hint("install these projects again, or make the environment anew")
}

/// Variables that change every Python.
pub(super) fn variables(context: &Context) -> Check {
    let set: Vec<&str> = ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE"]
        .into_iter()
        .filter(|name| context.variables.path(name).is_some())
        .collect();
    if set.is_empty() {
        return Check::new("variables", State::Ok, "none changes what Python imports");
    }
    let names = set.join("`, `");
    Check::new("variables", State::Warn, format!("`{names}` is set"))
        .detail("every Python that is started sees what it names, environments too")
        .hint("unset it unless you know why it is there")
}

/// The files of settings: ours and pip's.
pub(super) fn configuration(context: &Context) -> Check {
    let warnings = context.configuration.warnings();
    if warnings.is_empty() {
        return Check::new("configuration", State::Ok, "every setting is understood");
    }
    let many = count(warnings.len(), "setting");
    let message = format!("{many} could not be understood");
    let mut check = Check::new("configuration", State::Warn, message);
    for warning in warnings {
        check = check.detail(warning.as_str());
    }
    check.hint("correct the file that is named; `--no-config` reads none of them")
}

/// The certificates that servers are checked with.
pub(super) fn certificates(configuration: &Configuration, context: &Context) -> Check {
    let name = "certificates";
    let from_variable = |name: &str| context.variables.path(name).map(Path::to_path_buf);
    let settings = configuration.first(|settings| settings.cert.clone());
    let named: [(&str, Option<PathBuf>); 3] = [
        ("the settings", settings),
        ("`SSL_CERT_FILE`", from_variable("SSL_CERT_FILE")),
        ("`SSL_CERT_DIR`", from_variable("SSL_CERT_DIR")),
    ];
    let found = named
        .into_iter()
        .find_map(|(source, path)| Some((source, path?)));
    let Some((source, path)) = found else {
        return Check::new(name, State::Ok, "those of the system");
    };
    let shown = path.display();
    let message = format!("those in `{shown}`, which {source} name");
    let usable = if path.is_dir() {
        tilsit_files::read_dir(&path).map(|entries| !entries.is_empty())
    } else {
        tilsit_files::read(&path).map(|bytes| {
            let text = String::from_utf8_lossy(&bytes);
            text.contains("-----BEGIN CERTIFICATE-----")
                || text.contains("-----BEGIN TRUSTED CERTIFICATE-----")
        })
    };
    match usable {
        Ok(true) => Check::new(name, State::Ok, message),
        Ok(false) => Check::new(name, State::Error, message)
            .detail("there is no certificate in it")
            .hint("name a file of PEM certificates, or leave the setting out"),
        Err(error) => Check::failed(name, error.into())
            .detail(format!("{source} name it"))
            .hint("name a file that is there, or leave the setting out"),
    }
}

/// Each index that would be asked: whether it answers, and how fast.
pub(super) fn indexes(
    configuration: &Configuration,
    interpreter: Option<&Interpreter>,
    context: &Context,
) -> Vec<Check> {
    let name = "index";
    let Some(interpreter) = interpreter else {
        return vec![Check::new(
            name,
            State::Warn,
            "not looked at: without a Python no default index is known",
        )];
    };
    let here = interpreter.marker_environment();
    let chosen = match indexes::choose(configuration, interpreter, Some(here), context) {
        Ok(chosen) => chosen.indexes,
        Err(error) => return vec![Check::failed(name, error)],
    };
    if chosen.is_empty() {
        return vec![Check::new(name, State::Ok, "none is used (`--no-index`)")];
    }
    // One try tells; the usual ones would make a broken network look slow.
    let once = configuration.with_options(Settings {
        retries: Some(0),
        ..Settings::default()
    });
    let client = match network::client(&once, Refresh::All, context) {
        Ok(client) => client,
        Err(error) => return vec![Check::failed(name, error)],
    };
    let is_offline = configuration.first(|settings| settings.offline) == Some(true);
    let ask = |index: &IndexUrl| {
        let url = index.url();
        if is_offline {
            return Check::new(
                name,
                State::Warn,
                format!("`{url}` was not asked (offline)"),
            );
        }
        let began = Instant::now();
        let answer = client.project_page(index, &asked_for());
        let took = duration(began.elapsed());
        reached(index, answer.map(|_| ()), &took)
    };
    chosen.iter().map(ask).collect()
}

/// A project that most indexes have; one that does not have it says so, which is an answer too.
fn asked_for() -> ProjectName {
    "pip".parse().expect("a plain name")
}

fn reached(index: &IndexUrl, answer: Result<(), PageError>, took: &str) -> Check {
    let name = "index";
    let url = index.url();
    match answer {
        Ok(()) => Check::new(name, State::Ok, format!("`{url}` answered in {took}")),
        Err(error) if error.is_not_found() => {
            let message = format!("`{url}` answered in {took}; it has no `pip`");
            Check::new(name, State::Ok, message)
        }
        Err(error) => {
            let (code, hint) = match &error {
                PageError::Http(error) if error.is_credentials() => {
                    (Code::IndexCredentials, "sign in with `tilsit login URL`")
                }
                PageError::Http(_) => (
                    Code::IndexUnreachable,
                    "check the URL, the network, the proxy and the certificates",
                ),
                _ => (
                    Code::IndexAnswerInvalid,
                    "check the URL: that of an index usually ends in `/simple/`",
                ),
            };
            let mut failed = CommandError::from_error(code, &error);
            failed.hints = vec![hint.to_owned()];
            Check::failed(name, failed)
        }
    }
}

/// The cache: whether it can be written, and whether files can be linked from it.
pub(super) fn cache(context: &Context) -> Check {
    let name = "cache";
    let shown = context.cache_folder.display().to_string();
    let trial = context
        .cache()
        .and_then(|cache| Ok(cache.temporary()?))
        .and_then(|folder| Ok(TemporaryFolder::create_in(folder)?));
    let trial = match trial {
        Ok(trial) => trial,
        Err(error) => {
            return Check::failed(name, error)
                .hint("make the folder writable, or name another one with `--cache-dir`");
        }
    };
    if context.has_passing_cache() {
        return Check::new(name, State::Ok, "none is kept, as `--no-cache` asks");
    }
    let linked = link_works(trial.path(), &context.working_folder);
    let message = format!("`{shown}` can be written");
    match linked {
        Some(false) => Check::new(name, State::Warn, message)
            .detail("files cannot be linked from it into this folder, so they are copied")
            .hint("put the cache on the same file system: `--cache-dir`, `TILSIT_CACHE_DIR`"),
        _ => Check::new(name, State::Ok, message),
    }
}

/// Whether a file of the cache can be linked into a folder; unknown when nothing can be written
/// there.
fn link_works(trial: &Path, folder: &Path) -> Option<bool> {
    let original = trial.join("original");
    tilsit_files::write(&original, "").ok()?;
    let there = TemporaryFolder::create_in(folder).ok()?;
    let link = there.path().join("link");
    let found = tilsit_files::link_or_copy(&original, &link, LinkMode::Hardlink);
    found.ok().map(|mode| mode == LinkMode::Hardlink)
}

/// The clock, by which certificates and caches are judged.
pub(super) fn clock(context: &Context) -> Check {
    let name = "clock";
    let now = context.now();
    let message = format!("{}", now.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let program = std::env::current_exe().and_then(|path| path.metadata()?.modified());
    let modified = program
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .and_then(|time| i64::try_from(time.as_secs()).ok());
    // A day is what time zones and copied files can explain.
    if modified.is_some_and(|modified| modified > now.as_second() + 24 * 60 * 60) {
        return Check::new(name, State::Error, message)
            .detail("the program itself was written later than that")
            .hint("set the clock: certificates are not valid at a wrong time");
    }
    Check::new(name, State::Ok, message)
}
