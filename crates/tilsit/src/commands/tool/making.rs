//! From what is asked for to a tool that is there: its Python, its resolution, its environment.
//!
//! A tool is always made anew, in link mode `tree` a matter of milliseconds once everything is in the
//! store. So everything is fetched, built and compiled first; then the old tool steps aside and the new
//! one takes its place, or, if anything fails, the old one comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tilsit_build_frontend::Renewal;
use tilsit_dist::dist_info::InstalledDistribution;
use tilsit_environment::discovery::Scope;
use tilsit_environment::venv::{self, VenvOptions};
use tilsit_environment::{Environment, Interpreter, PythonRequest};
use tilsit_files::Durability;
use tilsit_index_client::Refresh;
use tilsit_installer::LinkMode;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;
use tilsit_project::lock::{EnvironmentLock, Origins, PYLOCK};
use tilsit_tools::exposed::{Folders, exposed};
use tilsit_tools::folder::installed_in;
use tilsit_tools::{Asked, Kind, Link, LinkPlaces, LockedTools, Receipt, Replacing, Tool};

use super::{asking, places};
use crate::building::BuildSettings;
use crate::configuration::{Configuration, Settings};
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::installing::{self, Change, Installation};
use crate::resolving::{self, Elsewhere, Question, Resolved};
use crate::terminal::{GOOD, STRONG, count, duration};
use crate::{filling, pythons};

/// How many projects are named that have programs where the wanted one has none.
const NAMED_MAX: usize = 5;

/// A tool that is to be made.
pub(super) struct Making<'a> {
    pub(super) asked: Asked,
    /// The settings of the command and of the tool.
    pub(super) configuration: Configuration,
    pub(super) build: BuildSettings,
    pub(super) base: Interpreter,
    /// The versions that stay where they fit.
    pub(super) preferences: BTreeMap<ProjectName, Version>,
    pub(super) refresh: Refresh,
    /// What may be replaced by its programs.
    pub(super) replacing: Replacing<'a>,
}

/// What came of it.
pub(super) struct Made {
    pub(super) receipt: Receipt,
    pub(super) root: PathBuf,
    /// What changed of what was there before; none when the environment stayed.
    pub(super) change: Option<Change>,
}

/// The Python that a tool is made of: the one that is named, else the one that it has, else the first
/// that is found outside of environments and projects.
pub(super) fn base(
    named: Option<&str>,
    tool: Option<&Tool>,
    context: &Context,
) -> Result<Interpreter, CommandError> {
    if let (None, Some(tool)) = (named, tool)
        && let Some(interpreter) = interpreter(tool, context)?
    {
        return Ok(interpreter.to_base());
    }
    let request = pythons::request(named, context)?;
    Ok(pythons::find_request(&request, Scope::Base, context)?
        .interpreter
        .to_base())
}

/// The interpreter of a tool's environment; none when it does not work any more.
pub(super) fn interpreter(
    tool: &Tool,
    context: &Context,
) -> Result<Option<Interpreter>, CommandError> {
    if !tool.has_python() {
        return Ok(None);
    }
    let cache = pythons::surroundings(context)?.cache_folder;
    let Ok(interpreter) = Interpreter::at(&tool.python(), cache.as_deref()) else {
        return Ok(None);
    };
    // Another Python in the old one's place looks for its packages elsewhere.
    let is_whole = interpreter.install_paths().purelib.is_dir();
    Ok(is_whole.then_some(interpreter))
}

/// What keeps a tool from working, in words.
pub(super) fn fault(tool: &Tool, context: &Context) -> Result<Option<String>, CommandError> {
    if let Err(error) = &tool.receipt {
        return Ok(Some(error.to_string()));
    }
    if !tool.has_python() {
        let link = tool.python();
        let base = tilsit_files::read_link(&link).unwrap_or(link);
        return Ok(Some(format!("its Python `{}` is gone", base.display())));
    }
    if let Some(lost) = tool.lost_package()? {
        let lost = lost.display();
        return Ok(Some(format!(
            "`{lost}` leads into a cache that was removed"
        )));
    }
    Ok(match interpreter(tool, context)? {
        Some(_) => None,
        None => Some("another Python is in the place of its own".to_owned()),
    })
}

/// The versions in an environment.
pub(super) fn versions_in(root: &Path) -> Result<BTreeMap<ProjectName, Version>, CommandError> {
    let installed = installed_in(root)?.into_iter();
    Ok(installed.map(|one| (one.name, one.version)).collect())
}

impl Making<'_> {
    /// Which releases it takes. Where nobody named a Python and the usual one is not fit for it, another
    /// one is taken.
    ///
    /// # Errors
    /// When there are none, or an index does not answer.
    pub(super) fn resolve(&mut self, context: &Context) -> Result<Resolved, CommandError> {
        let error = match self.resolve_once(context) {
            Err(error) if error.wants_python.is_some() => error,
            other => return other,
        };
        let Some(base) = self.other_base(&error, context)? else {
            return Err(error);
        };
        let (name, version) = (self.asked.name(), base.version());
        context.terminal.say(format_args!(
            "Taking Python {version}, since `{name}` is not for {}",
            self.base.version()
        ));
        self.base = base;
        self.resolve_once(context)
    }

    /// Another Python that may do, unless one was asked for.
    fn other_base(
        &self,
        error: &CommandError,
        context: &Context,
    ) -> Result<Option<Interpreter>, CommandError> {
        let request = pythons::request(self.asked.python.as_deref(), context)?;
        let Some(wanted) = error.wants_python.as_ref() else {
            return Ok(None);
        };
        if request != PythonRequest::Any {
            return Ok(None);
        }
        let request = wanted.to_string().parse();
        let request: PythonRequest =
            request.map_err(|error| CommandError::from_error(Code::Usage, &error))?;
        let found = pythons::find_request(&request, Scope::Base, context).ok();
        let base = found.map(|found| found.interpreter.to_base());
        Ok(base.filter(|base| base.version() != self.base.version()))
    }

    fn resolve_once(&self, context: &Context) -> Result<Resolved, CommandError> {
        let mut wanted = asking::wanted_of(&self.asked, context)?;
        wanted.build = self.build.clone();
        let question = Question {
            wanted: &wanted,
            configuration: &self.configuration,
            interpreter: &self.base,
            preferences: self.preferences.clone().into_iter().collect(),
            elsewhere: Elsewhere::default(),
            no_deps: false,
            refresh: self.refresh.clone(),
            installed: BTreeMap::new(),
            pages_only: false,
        };
        let resolved = resolving::resolve(&question, context)?;
        let projects = count(resolved.resolution.pins.len(), "project");
        let took = duration(resolved.took);
        context
            .terminal
            .say(format_args!("{GOOD}Resolved{GOOD:#} {projects} in {took}"));
        Ok(resolved)
    }

    /// Makes the tool, or takes the one that is there when it is what was resolved.
    ///
    /// # Errors
    /// When something cannot be had or placed; what was there before is there then.
    pub(super) fn make(
        self,
        resolved: &Resolved,
        locked: &LockedTools,
        anew: bool,
        context: &Context,
    ) -> Result<Made, CommandError> {
        let name = self.asked.name();
        let root = locked.folder().place(&name);
        let links = places::links(context)?;
        let tool = locked.folder().tool(&name);
        if !anew
            && let Some(tool) = &tool
            && let Some(made) = self.as_it_is(tool, resolved, locked, context)?
        {
            return Ok(made);
        }
        let before = match &tool {
            Some(tool) => tool.installed()?,
            None => Vec::new(),
        };
        let link_mode = self.link_mode(context)?;
        self.make_ready(&root, resolved, link_mode, context)?;
        let mut change = None;
        let (receipt, passed_over) = locked.replace(&name, self.replacing, |root| {
            let interpreter = venv::create(&self.base, root, &VenvOptions::default())?;
            let environment = Environment::of(interpreter);
            let filled = filling::fill(&environment, resolved, link_mode, &|_| Ok(()), context)?;
            self.write_lock(&environment, resolved, &filled, context)?;
            change = Some(filled);
            self.receipt(&environment, &links, context)
        })?;
        tell_passed_over(&passed_over, context);
        Ok(Made {
            receipt,
            root,
            change: change.map(|change| change.compared_with(&before)),
        })
    }

    /// The tool that is there, with another receipt if another thing was asked, when it has exactly
    /// what was resolved.
    fn as_it_is(
        &self,
        tool: &Tool,
        resolved: &Resolved,
        locked: &LockedTools,
        context: &Context,
    ) -> Result<Option<Made>, CommandError> {
        let Some(interpreter) = interpreter(tool, context)? else {
            return Ok(None);
        };
        if tool.lost_package()?.is_some() {
            return Ok(None);
        }
        let is_same_python = interpreter.base_executable() == self.base.base_executable();
        let pins = &resolved.resolution.pins;
        if tool.receipt.is_err() || !is_same_python || pins.iter().any(|pin| pin.url.is_some()) {
            return Ok(None);
        }
        let pinned = pins.iter().map(|pin| (&pin.name, &pin.version));
        let installed = tool.installed()?;
        let present = installed.iter().map(|one| (&one.name, &one.version));
        if pinned.collect::<BTreeSet<_>>() != present.collect() {
            return Ok(None);
        }
        let environment = Environment::of(interpreter);
        let receipt = self.receipt(&environment, &places::links(context)?, context)?;
        let (receipt, passed_over) = locked.write_down(&tool.name, receipt, self.replacing)?;
        tell_passed_over(&passed_over, context);
        Ok(Some(Made {
            receipt,
            root: tool.root.clone(),
            change: None,
        }))
    }

    /// Nobody else writes into a tool's environment, so whole folders can be links, unless the cache
    /// that they lead to goes.
    fn link_mode(&self, context: &Context) -> Result<LinkMode, CommandError> {
        let is_named = |settings: &Settings| settings.link_mode.clone();
        if context.has_passing_cache() || self.configuration.first(is_named).is_some() {
            return installing::link_mode_to_stay(&self.configuration, context);
        }
        installing::link_mode_of_ours(&self.configuration)
    }

    /// Puts everything into the store.
    fn make_ready(
        &self,
        root: &Path,
        resolved: &Resolved,
        link_mode: LinkMode,
        context: &Context,
    ) -> Result<(), CommandError> {
        let environment = Environment::of(venv::existing(&self.base, root.to_path_buf()));
        let installation = Installation {
            environment: &environment,
            present: &[],
            resolved,
            hashes: &BTreeMap::new(),
            reinstall: Renewal::None,
            link_mode,
            compile: link_mode == LinkMode::Tree,
        };
        installation.make_ready(context)
    }

    /// Writes down what is installed as `pylock.toml`, which other installers take too.
    fn write_lock(
        &self,
        environment: &Environment,
        resolved: &Resolved,
        filled: &Change,
        context: &Context,
    ) -> Result<(), CommandError> {
        let mut resolution = resolved.resolution.clone();
        let mut origins = Origins::new();
        for pin in &mut resolution.pins {
            if let (Some(url), Some(origin)) = (&pin.url, filled.direct_urls.get(&pin.name)) {
                origins.insert(url.to_string(), origin.clone());
            }
            // A file of a folder has no hash before it is read.
            let hashes = &mut pin.file.remote.hashes;
            if let Some(sha256) = filled.wheel_hashes.get(&pin.name)
                && hashes.sha256.is_none()
            {
                let added = hashes.add("sha256", sha256);
                added.map_err(|error| CommandError::from_error(Code::Bug, &error))?;
            }
        }
        let lock = EnvironmentLock {
            requirements: &resolved.wanted.requirements,
            resolution: &resolution,
            origins: &origins,
            editables: &resolved.wanted.editables,
            folder: environment.root(),
            markers: self.base.marker_environment(),
        };
        match lock.lock() {
            Ok(lock) => {
                let path = environment.root().join(PYLOCK);
                Ok(tilsit_files::write_atomic(
                    path,
                    lock.to_toml(),
                    Durability::Fast,
                )?)
            }
            // It is the same tool without its lock.
            Err(error) => {
                let name = self.asked.name();
                context
                    .terminal
                    .warn(format_args!("`{name}` has no lock: {error}"));
                Ok(())
            }
        }
    }

    fn receipt(
        &self,
        environment: &Environment,
        places: &LinkPlaces,
        context: &Context,
    ) -> Result<Receipt, CommandError> {
        let installed = installing::present(environment, context)?;
        let find = |name: &ProjectName| installed.iter().find(|one| one.name == *name);
        let name = &self.asked.requirement.name;
        let own = find(name).ok_or_else(|| without_programs(name, &[]))?;
        let mut links = Vec::new();
        for project in self.asked.projects_with_programs() {
            let found = match find(project) {
                Some(one) => links_of(one, environment, places, &self.asked)?,
                None => Vec::new(),
            };
            let has_programs = found.iter().any(|link| link.kind == Kind::Program);
            if !has_programs && project == name {
                let others = others_with_programs(&installed, environment, places, &self.asked)?;
                return Err(without_programs(name, &others));
            }
            if !has_programs {
                context
                    .terminal
                    .warn(format_args!("`{project}` has no programs"));
            }
            links.extend(found);
        }
        Ok(Receipt {
            asked: self.asked.clone(),
            version: own.version.clone(),
            python: self.base.version().to_string(),
            links,
        })
    }
}

fn links_of(
    distribution: &InstalledDistribution,
    environment: &Environment,
    places: &LinkPlaces,
    asked: &Asked,
) -> Result<Vec<Link>, CommandError> {
    let paths = environment.paths();
    let packages = distribution.path.parent().unwrap_or(&paths.purelib);
    let folders = Folders {
        packages,
        scripts: &paths.scripts,
        data: &paths.data,
    };
    let found = exposed(distribution, folders)?;
    Ok(places.links(asked, distribution.name.as_str(), &found))
}

/// What else in the environment has programs, with their names.
fn others_with_programs(
    installed: &[InstalledDistribution],
    environment: &Environment,
    places: &LinkPlaces,
    asked: &Asked,
) -> Result<Vec<(ProjectName, Vec<String>)>, CommandError> {
    let mut others = Vec::new();
    for one in installed {
        let links = links_of(one, environment, places, asked)?;
        let names = program_names(&links);
        if !names.is_empty() {
            others.push((one.name.clone(), names));
        }
    }
    Ok(others)
}

/// A project that is no tool.
fn without_programs(name: &ProjectName, others: &[(ProjectName, Vec<String>)]) -> CommandError {
    let message = format!("`{name}` has no programs, so it is no tool");
    let mut error = CommandError::new(Code::ToolWithoutPrograms, message);
    for (other, programs) in others.iter().take(NAMED_MAX) {
        let programs = programs.join("`, `");
        error = error.caused_by(format!("`{other}`, which it needs, has `{programs}`"));
    }
    match others.first() {
        Some((other, _)) => error
            .hint(format!(
                "`tilsit tool install {other}` installs the programs of `{other}`"
            ))
            .hint(format!(
                "`tilsit tool install {other} --with {name}` has `{name}` beside it"
            )),
        None => error.hint(format!(
            "a library is installed into an environment: `tilsit venv`, `tilsit pip install {name}`"
        )),
    }
}

/// The programs of a project in an environment of ours.
pub(super) fn programs_in(
    root: &Path,
    project: &ProjectName,
    base: &Interpreter,
    context: &Context,
) -> Result<Vec<String>, CommandError> {
    let environment = Environment::of(venv::existing(base, root.to_path_buf()));
    let installed = installing::present(&environment, context)?;
    let Some(one) = installed.iter().find(|one| one.name == *project) else {
        return Ok(Vec::new());
    };
    let asked = Asked::of(Requirement::any(project.clone()));
    let links = links_of(one, &environment, &places::links(context)?, &asked)?;
    Ok(program_names(&links))
}

/// The names under which programs are found.
pub(super) fn program_names(links: &[Link]) -> Vec<String> {
    let programs = links.iter().filter(|link| link.kind == Kind::Program);
    let names = programs.filter_map(|link| link.path.file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

fn tell_passed_over(links: &[Link], context: &Context) {
    for link in links {
        let path = link.path.display();
        context.terminal.warn(format_args!(
            "`{path}` is there already and is not the tool's, so it is left as it is"
        ));
    }
}

impl Made {
    /// Says which programs are there.
    pub(super) fn tell(&self, context: &Context) {
        if let Some(change) = &self.change {
            change.tell(context);
        }
        let names = program_names(&self.receipt.links);
        let (programs, list) = (count(names.len(), "program"), names.join(", "));
        context.terminal.say(format_args!(
            "{GOOD}Installed{GOOD:#} {programs}: {STRONG}{list}{STRONG:#}"
        ));
    }

    /// What `--json` shows.
    pub(super) fn to_json(&self) -> Value {
        let change = self.change.as_ref();
        json!({
            "name": self.receipt.asked.name(),
            "version": self.receipt.version.to_string(),
            "environment": self.root,
            "python": self.receipt.python,
            "programs": program_names(&self.receipt.links),
            "installed": change.map(|change| &change.entries),
            "removed": change.map(|change| &change.removed),
            "changed": change.is_some(),
        })
    }
}
