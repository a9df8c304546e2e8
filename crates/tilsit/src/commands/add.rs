//! `tilsit add`: what a project or a script needs from now on.

mod bounds;
pub(crate) mod pipfile;
mod wishes;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::json;
use tilsit_environment::Interpreter;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::direct_url::strip_credentials;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::RequirementSource;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_project::edit::{Added, Addition, Editor, List};
use tilsit_project::workspace::PYPROJECT;

use crate::commands::options::UpgradeOptions;
use crate::configuration::{NamedIndex, ProjectSources, Settings, Source as IndexSource};
use crate::context::Context;
use crate::editing::{EditedFile, Originals};
use crate::error::CommandError;
use crate::explain::Code;
use crate::following::{FollowOptions, Following, folder_of};
use crate::projects::Project;
use crate::pythons;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, WARNING};

use bounds::Bounds;
use wishes::{Place, Wish};

/// Add what the project, or a script, needs
///
/// Writes it into pyproject.toml in the style that is there, makes the lock fit, and installs it. Without
/// versions the one that is chosen becomes the lower bound; a Pipfile gets `"*"`. A path, a repository or a URL is noted in
/// `[tool.tilsit.sources]`, or in `[tool.uv.sources]` where the project uses that. When something fails,
/// all files are as they were.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// What is needed, as `flask`, `flask[async]>=3`, a path or URL, `git+https://…@TAG`
    #[arg(
        value_name = "REQUIREMENT",
        required_unless_present = "requirements_file"
    )]
    requirements: Vec<String>,
    /// Add what this file lists
    #[arg(
        short = 'r',
        long = "requirements",
        value_name = "FILE",
        id = "requirements_file"
    )]
    files: Vec<PathBuf>,
    /// Limit versions as this file says, without adding anything for it
    #[arg(short, long, value_name = "FILE")]
    constraint: Vec<PathBuf>,
    #[command(flatten)]
    list: ListOptions,
    /// Write requirements as they are typed, without bounds and sources
    #[arg(long, conflicts_with_all = ["requirements_file", "bounds", "extra", "marker"])]
    raw: bool,
    /// The bounds of what is typed without any; a lower one by default
    #[arg(long, value_name = "KIND")]
    bounds: Option<Bounds>,
    /// With this extra of what is added
    #[arg(long, value_name = "EXTRA")]
    extra: Vec<ExtraName>,
    /// Only where this marker holds, as `sys_platform == "win32"`
    #[arg(short, long)]
    marker: Option<Marker>,
    /// Use folders where they are, so that changes to them show at once
    #[arg(long)]
    editable: bool,
    /// This tag of the repository
    #[arg(long, conflicts_with_all = ["branch", "rev"])]
    tag: Option<String>,
    /// This branch of the repository
    #[arg(long, conflicts_with = "rev")]
    branch: Option<String>,
    /// This commit of the repository
    #[arg(long, value_name = "REVISION")]
    rev: Option<String>,
    /// Make folders that are added members of the workspace
    #[arg(long, conflicts_with = "script")]
    workspace: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    upgrade: UpgradeOptions,
    #[command(flatten)]
    follow: FollowOptions,
}

/// Which list is changed, of which file.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ListOptions {
    /// In the dependency group `dev`, or in `dev-packages` of a Pipfile
    #[arg(long, conflicts_with_all = ["group", "optional", "script"])]
    dev: bool,
    /// In this dependency group, or category of a Pipfile
    #[arg(long, conflicts_with_all = ["optional", "script"])]
    group: Option<GroupName>,
    /// In this extra of the project
    #[arg(long, value_name = "EXTRA", conflicts_with = "script")]
    optional: Option<ExtraName>,
    /// In this script
    #[arg(long, value_name = "FILE", conflicts_with = "package")]
    pub(crate) script: Option<PathBuf>,
    /// In this member of the workspace
    #[arg(long, value_name = "MEMBER")]
    pub(crate) package: Option<ProjectName>,
}

impl ListOptions {
    /// The list.
    ///
    /// # Errors
    /// Never, as long as `dev` is the name of a group.
    pub(crate) fn list(&self) -> Result<List, CommandError> {
        if self.script.is_some() {
            return Ok(List::Script);
        }
        if let Some(extra) = &self.optional {
            return Ok(List::Extra(extra.clone()));
        }
        match &self.group {
            None if !self.dev => Ok(List::Project),
            Some(group) => Ok(List::Group(group.clone())),
            None => dev_group().map(List::Group),
        }
    }
}

/// The group for development.
///
/// # Errors
/// Never, as long as `dev` is the name of a group.
pub(crate) fn dev_group() -> Result<GroupName, CommandError> {
    let dev = "dev".parse::<GroupName>();
    dev.map_err(|error| CommandError::from_error(Code::Bug, &error))
}

/// What came into a list, for programs.
#[derive(Serialize)]
struct Entry {
    name: String,
    before: Option<String>,
    after: String,
}

/// What is added where.
struct Adding<'a> {
    arguments: &'a Arguments,
    list: List,
    file: EditedFile,
    wishes: Vec<Wish>,
    index: Option<NamedIndex>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    if let Some(script) = &arguments.list.script {
        return add_to_script(
            arguments,
            index(arguments)?,
            &context.resolve(script),
            context,
        );
    }
    let project = Project::find(context)?;
    match &project.workspace.pipfile {
        Some(pipfile) => pipfile::run(arguments, &project, pipfile, context),
        None => add_to_project(arguments, index(arguments)?, &project, context),
    }
}

fn add_to_script(
    arguments: &Arguments,
    index: Option<NamedIndex>,
    path: &Path,
    context: &Context,
) -> Result<Report, CommandError> {
    arguments.follow.refuse_for_scripts()?;
    let file = EditedFile::script(path, context)?;
    let python = pythons::find(arguments.follow.python(), Scope::Any, context)?;
    let place = Place {
        folder: path.parent().unwrap_or(Path::new("")),
        workspace: None,
        index: index.as_ref(),
    };
    let wishes = wishes::gather(arguments, &place, &python.interpreter, context)?;
    let adding = Adding {
        arguments,
        list: List::Script,
        file,
        wishes,
        index,
    };
    let (mut editor, mut added) = adding.edited(&BTreeMap::new())?;
    // A script is passed on as it is: bounds are put there when they are asked for.
    if arguments.bounds.is_some() {
        let bounds = adding.asked(&added, &python.interpreter, context)?;
        (editor, added) = adding.edited(&bounds)?;
    }
    if !arguments.dry_run {
        let mut originals = Originals::default();
        let written = adding.file.write(editor, &mut originals);
        let follow = &arguments.follow;
        let followed = written
            .and_then(|()| follow.lock_script(path, &arguments.upgrade, &mut originals, context));
        followed.map_err(|error| originals.put_back(error))?;
    }
    adding.tell(&added, context);
    Ok(adding.report(&added))
}

fn add_to_project(
    arguments: &Arguments,
    index: Option<NamedIndex>,
    project: &Project,
    context: &Context,
) -> Result<Report, CommandError> {
    let list = arguments.list.list()?;
    let package = arguments.list.package.as_ref();
    let folder = folder_of(&list, package, &project.workspace, context)?;
    let file = EditedFile::project(&folder.join(PYPROJECT), context)?;
    let python = project.python(arguments.follow.python(), Scope::Any)?;
    let place = Place {
        folder,
        workspace: Some(&project.workspace),
        index: index.as_ref(),
    };
    let wishes = wishes::gather(arguments, &place, &python, context)?;
    let members = &project.workspace.members;
    let is_itself = |wish: &&Wish| {
        let member = members.get(wish.name());
        member.is_some_and(|member| member.folder == folder)
    };
    if let Some(itself) = wishes.iter().find(is_itself)
        && list == List::Project
    {
        let message = format!("`{}` cannot need itself", itself.name());
        return Err(CommandError::new(Code::Usage, message));
    }
    let adding = Adding {
        arguments,
        list,
        file,
        wishes,
        index,
    };
    let (editor, added) = adding.edited(&BTreeMap::new())?;
    if arguments.dry_run || arguments.follow.is_frozen() {
        let bounds = adding.asked(&added, &python, context)?;
        let (editor, added) = adding.edited(&bounds)?;
        if !arguments.dry_run {
            let mut originals = Originals::default();
            let written = adding.write(editor, project, &mut originals);
            written.map_err(|error| originals.put_back(error))?;
        }
        adding.tell(&added, context);
        return Ok(adding.report(&added));
    }
    let mut originals = Originals::default();
    let followed = adding.follow((editor, added), project, &mut originals, context);
    let added = followed.map_err(|error| originals.put_back(error))?;
    Ok(adding.report(&added))
}

impl Adding<'_> {
    /// The text with everything added, each with its bounds.
    fn edited(
        &self,
        bounds: &BTreeMap<ProjectName, VersionSpecifiers>,
    ) -> Result<(Editor, Vec<Added>), CommandError> {
        let mut editor = self.file.editor()?;
        let mut added = Vec::with_capacity(self.wishes.len());
        let refused = |error| self.file.refused(&error);
        for wish in &self.wishes {
            let mut addition = Addition {
                requirement: wish.requirement.clone(),
                raw: wish.raw.as_deref(),
                has_source: wish.source.is_some(),
            };
            if let Some(bounds) = bounds.get(wish.name()) {
                addition.requirement.source = RequirementSource::Specifiers(bounds.clone());
            }
            added.push(editor.add(&self.list, &addition).map_err(refused)?);
            if let Some(source) = &wish.source {
                editor.set_source(wish.name(), source).map_err(refused)?;
            }
        }
        if let Some(index) = &self.index {
            let name = index.name.as_deref().unwrap_or_default();
            let url = strip_credentials(&index.url, &[]);
            editor.set_index(name, &url).map_err(refused)?;
        }
        Ok((editor, added))
    }

    /// The wishes that get bounds: what is new, comes from an index and says nothing of versions.
    fn unbounded<'a>(&'a self, added: &'a [Added]) -> impl Iterator<Item = &'a ProjectName> {
        let pairs = self.wishes.iter().zip(added);
        let unbounded = pairs.filter(|(wish, added)| {
            let specifiers = added.requirement.specifiers();
            wish.is_from_index()
                && added.before.is_none()
                && specifiers.is_some_and(VersionSpecifiers::is_empty)
        });
        unbounded.map(|(wish, _)| wish.name())
    }

    /// Bounds from what the indexes have now, without a lock.
    fn asked(
        &self,
        added: &[Added],
        python: &Interpreter,
        context: &Context,
    ) -> Result<BTreeMap<ProjectName, VersionSpecifiers>, CommandError> {
        let context = context.with_settings(self.settings(context));
        let configuration = self.arguments.follow.over(&context)?;
        let mut found = BTreeMap::new();
        for name in self.unbounded(added) {
            match bounds::newest(name, &configuration, python, &context) {
                Ok(version) => {
                    found.insert(name.clone(), self.bounds(&version)?);
                }
                Err(error) => context
                    .terminal
                    .warn(format_args!("`{name}` gets no bounds: {}", error.message)),
            }
        }
        Ok(found)
    }

    fn bounds(&self, version: &Version) -> Result<VersionSpecifiers, CommandError> {
        self.arguments.bounds.unwrap_or_default().around(version)
    }

    /// What the lock has to know before it can read it from the file.
    fn settings(&self, context: &Context) -> Settings {
        let constraint = self.arguments.constraint.iter();
        // They are read in the root of the workspace, and were typed here.
        let constraint = constraint.map(|file| context.resolve(file));
        let constraint: Vec<PathBuf> = constraint.collect();
        let source = self.index.as_ref().and_then(|index| index.name.clone());
        let sources = source.map(|index| {
            let pinned = ProjectSources(vec![IndexSource {
                index,
                marker: None,
            }]);
            let names = self.wishes.iter().filter(|wish| wish.is_from_index());
            let names = names.map(|wish| wish.name().to_string());
            names.map(|name| (name, pinned.clone())).collect()
        });
        Settings {
            sources,
            constraint: (!constraint.is_empty()).then_some(constraint),
            ..Settings::default()
        }
    }

    /// Writes the file, and the root of the workspace if something becomes a member.
    fn write(
        &self,
        mut editor: Editor,
        project: &Project,
        originals: &mut Originals,
    ) -> Result<(), CommandError> {
        let root = &project.workspace.root;
        let members: Vec<String> = self
            .wishes
            .iter()
            .filter_map(|wish| wish.member(root))
            .collect();
        if members.is_empty() {
            return self.file.write(editor, originals);
        }
        let is_root = tilsit_files::canonicalize(root)? == self.file.folder();
        if is_root {
            add_members(&mut editor, &members, &self.file)?;
            return self.file.write(editor, originals);
        }
        let file = EditedFile::project(&root.join(PYPROJECT), &project.context)?;
        let mut root_editor = file.editor()?;
        add_members(&mut root_editor, &members, &file)?;
        self.file.write(editor, originals)?;
        file.write(root_editor, originals)
    }

    /// Writes, locks, bounds by what was chosen, and installs.
    fn follow(
        &self,
        (editor, added): (Editor, Vec<Added>),
        project: &Project,
        originals: &mut Originals,
        context: &Context,
    ) -> Result<Vec<Added>, CommandError> {
        let context = &context.with_settings(self.settings(context));
        self.write(editor, project, originals)?;
        let following = Following {
            options: &self.arguments.follow,
            upgrade: &self.arguments.upgrade,
            package: self.arguments.list.package.as_ref(),
            list: &self.list,
            exact: false,
        };
        let (mut project, mut lock) = following.lock(originals, context)?;
        let mut bounds = BTreeMap::new();
        for name in self.unbounded(&added) {
            let packages = lock.pylock.packages.iter();
            let versions = packages.filter(|package| package.name == *name);
            let lowest = versions
                .filter_map(|package| package.version.as_ref())
                .min();
            if let Some(lowest) = lowest {
                bounds.insert(name.clone(), self.bounds(lowest)?);
            }
        }
        let mut added = added;
        if !bounds.is_empty() {
            let editor;
            (editor, added) = self.edited(&bounds)?;
            self.write(editor, &project, originals)?;
            // It was said already how many packages that are.
            let quiet = context.within(&context.working_folder);
            (project, lock) = following.lock(originals, &quiet)?;
        }
        self.tell(&added, context);
        following.sync(&project, &lock, context)?;
        Ok(added)
    }

    fn tell(&self, added: &[Added], context: &Context) {
        let list = &self.list;
        for added in added {
            let Added { before, after, .. } = added;
            context.terminal.say(match before {
                None => format!(" {GOOD}+{GOOD:#} {after} {DIM}({list}){DIM:#}"),
                Some(before) if before == after => {
                    format!(" {DIM}= {after} ({list}){DIM:#}")
                }
                Some(before) => {
                    format!(" {WARNING}~{WARNING:#} {after} {DIM}(was {before}, {list}){DIM:#}")
                }
            });
        }
    }

    fn report(&self, added: &[Added]) -> Report {
        let entries = added.iter().map(|added| Entry {
            name: added.requirement.name.to_string(),
            before: added.before.clone(),
            after: added.after.clone(),
        });
        Report::silent(json!({
            "file": self.file.shown(),
            "list": self.list.to_string(),
            "added": entries.collect::<Vec<_>>(),
            "dry_run": self.arguments.dry_run,
        }))
    }
}

fn add_members(
    editor: &mut Editor,
    members: &[String],
    file: &EditedFile,
) -> Result<(), CommandError> {
    for member in members {
        let added = editor.add_member(member);
        added.map_err(|error| file.refused(&error))?;
    }
    Ok(())
}

/// The index that is noted: the last one with a name.
fn index(arguments: &Arguments) -> Result<Option<NamedIndex>, CommandError> {
    let Some(index) = arguments.follow.named_index()? else {
        return Ok(None);
    };
    if index.name.is_none() {
        let message = format!("the index `{}` has no name to be noted by", index.url);
        return Err(CommandError::new(Code::Usage, message)
            .hint("`--index NAME=URL` notes it, `--extra-index-url URL` uses it this time"));
    }
    Ok(Some(index))
}
