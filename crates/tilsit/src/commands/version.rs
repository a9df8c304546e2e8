//! `tilsit version`: which version a project has, and the next one.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use serde_json::json;
use tilsit_build_backend::SourceProject;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::{Bump, PreReleaseKind, Version};
use tilsit_project::Workspace;
use tilsit_project::edit::List;
use tilsit_project::workspace::{Member, PYPROJECT};

use crate::building::backend_options;
use crate::commands::options::UpgradeOptions;
use crate::context::Context;
use crate::editing::{EditedFile, Originals};
use crate::error::CommandError;
use crate::explain::Code;
use crate::following::{FollowOptions, Following};
use crate::report::Report;
use crate::terminal::{DIM, GOOD};

/// Show the project's version, set it, or make it go up
///
/// `--bump` may be repeated: `--bump minor --bump beta` makes 1.2.3 to 1.3.0b1. A version that the build
/// backend fills in is changed where the backend takes it from; one of version control is shown. A lock is made to fit.
#[derive(Args, Debug, Default)]
pub(crate) struct Arguments {
    #[command(flatten)]
    next: NextVersion,
    /// Print the version alone
    #[arg(long)]
    short: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave the lock as it is, which then no longer fits
    #[arg(long)]
    frozen: bool,
    /// Work on this member of the workspace
    #[arg(long, value_name = "MEMBER")]
    package: Option<ProjectName>,
}

impl Arguments {
    /// Setting a member's version.
    pub(crate) fn to(version: Version, member: ProjectName) -> Self {
        Self {
            next: NextVersion {
                value: Some(version),
                bump: Vec::new(),
            },
            package: Some(member),
            ..Self::default()
        }
    }
}

/// The version that comes next, as it is typed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct NextVersion {
    /// The new version
    #[arg(value_name = "VERSION", conflicts_with = "bump")]
    pub(crate) value: Option<Version>,
    /// Make this part go up: `major`, `minor`, `patch`, `stable`, `alpha`, `beta`, `rc`, `post` or `dev`;
    /// `patch=7` sets it
    #[arg(long, value_name = "PART")]
    bump: Vec<Step>,
}

impl NextVersion {
    /// The version that comes after `before`: `before` itself where nothing is said.
    ///
    /// # Errors
    /// When the parts exclude each other, or the version would not go up.
    pub(crate) fn after(&self, before: &Version) -> Result<Version, CommandError> {
        match &self.value {
            Some(value) => Ok(value.clone()),
            None => raised(before, &self.bump),
        }
    }

    /// Whether nothing is said.
    pub(crate) fn is_silent(&self) -> bool {
        self.value.is_none() && self.bump.is_empty()
    }
}

/// A part of a version that goes up.
#[derive(Clone, Copy, Debug)]
struct Step {
    bump: Bump,
    value: Option<u64>,
    name: &'static str,
}

/// The parts by their names.
const PARTS: [(&str, Bump); 9] = [
    ("major", Bump::Release(0)),
    ("minor", Bump::Release(1)),
    ("patch", Bump::Release(2)),
    ("stable", Bump::Stable),
    ("alpha", Bump::Pre(PreReleaseKind::Alpha)),
    ("beta", Bump::Pre(PreReleaseKind::Beta)),
    ("rc", Bump::Pre(PreReleaseKind::Candidate)),
    ("post", Bump::Post),
    ("dev", Bump::Dev),
];

impl FromStr for Step {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let (name, value) = match typed.split_once('=') {
            None => (typed, None),
            Some((name, value)) => {
                let value: Result<u64, _> = value.parse();
                (
                    name,
                    Some(value.map_err(|_| "what follows `=` is not a number")?),
                )
            }
        };
        let mut parts = PARTS.into_iter();
        let (name, bump) = parts
            .find(|(part, _)| *part == name)
            .ok_or_else(|| format!("the parts are {}", PARTS.map(|(part, _)| part).join(", ")))?;
        if value.is_some() && bump == Bump::Stable {
            return Err("`stable` has no number".to_owned());
        }
        Ok(Self { bump, value, name })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Report, CommandError> {
    let workspace = Workspace::find(&context.working_folder)?;
    let member = member(&workspace, arguments.package.as_ref(), context)?;
    let file = EditedFile::project(&member.folder.join(PYPROJECT), context)?;
    let mut editor = file.editor()?;
    let before = match editor.version() {
        Ok(version) => version,
        Err(error) => {
            let none = CommandError {
                message: format!("`{}` states no version", file.shown()),
                ..file.refused(&error)
            };
            return of_backend(arguments, member, none, context);
        }
    };
    let after = arguments.next.after(&before)?;
    let is_change = before.to_string() != after.to_string();
    if is_change && !arguments.dry_run {
        let set = editor.set_version(&after);
        set.map_err(|error| file.refused(&error))?;
        let mut originals = Originals::default();
        let written = file.write(editor, &mut originals);
        let locked = written.and_then(|()| relock(arguments, &workspace, &mut originals, context));
        locked.map_err(|error| originals.put_back(error))?;
    }
    Ok(report(arguments, member, &before, &after))
}

fn report(arguments: &Arguments, member: &Member, before: &Version, after: &Version) -> Report {
    let name = member.project.name();
    let is_change = before.to_string() != after.to_string();
    let text = match (arguments.short, is_change) {
        (true, _) => format!("{after}\n"),
        (false, true) => format!("{name} {DIM}{before} =>{DIM:#} {GOOD}{after}{GOOD:#}\n"),
        (false, false) => format!("{name} {after}\n"),
    };
    let result = json!({
        "name": name,
        "version": after.to_string(),
        "before": is_change.then(|| before.to_string()),
        "dry_run": arguments.dry_run,
    });
    Report::new(text, result)
}

/// The version that our own backend finds where no file states one: that of version control. `none` is
/// the error when it finds none.
fn of_backend(
    arguments: &Arguments,
    member: &Member,
    none: CommandError,
    context: &Context,
) -> Result<Report, CommandError> {
    let Ok(project) = SourceProject::open(&member.folder, &backend_options(context)?) else {
        return Err(none);
    };
    if !arguments.next.is_silent() {
        return Err(none.hint("version control tells it: a tag on the commit is the next one"));
    }
    let version = &project.metadata().version;
    Ok(report(arguments, member, version, version))
}

/// Makes the lock fit, if there is one: it knows the versions of the projects.
fn relock(
    arguments: &Arguments,
    workspace: &Workspace,
    originals: &mut Originals,
    context: &Context,
) -> Result<(), CommandError> {
    if arguments.frozen || !tilsit_files::exists(workspace.root.join(workspace.lock_file()))? {
        return Ok(());
    }
    let following = Following {
        options: &FollowOptions::default(),
        upgrade: &UpgradeOptions::default(),
        package: None,
        list: &List::Project,
        exact: false,
    };
    let relocked = following.lock(originals, context).map(drop);
    relocked.map_err(|error| error.hint("`--frozen` sets the version and leaves the lock"))
}

/// The member that is meant: the one that is named, or the one around the working folder.
///
/// # Errors
/// When there is no such member, or the root is no project itself.
pub(crate) fn member<'w>(
    workspace: &'w Workspace,
    named: Option<&ProjectName>,
    context: &Context,
) -> Result<&'w Member, CommandError> {
    let name = named.or(workspace.current.as_ref());
    let known = || {
        let names = workspace.members.keys().map(ToString::to_string);
        names.collect::<Vec<_>>().join(", ")
    };
    let Some(name) = name else {
        let shown = context.show(&workspace.root.join(PYPROJECT));
        let message = format!("`{shown}` has no `[project]`: it is the root of a workspace alone");
        return Err(CommandError::new(Code::ProjectInvalid, message)
            .hint(format!("name a member with `--package`: {}", known())));
    };
    workspace.members.get(name).ok_or_else(|| {
        let message = format!("the workspace has no member `{name}`");
        CommandError::new(Code::Usage, message).hint(format!("its members are {}", known()))
    })
}

/// The version after all steps, those that count most first.
fn raised(before: &Version, steps: &[Step]) -> Result<Version, CommandError> {
    let mut steps = steps.to_vec();
    steps.sort_by_key(|step| step.bump);
    for pair in steps.windows(2) {
        let excludes = match (pair[0].bump, pair[1].bump) {
            (Bump::Release(_), Bump::Release(_)) | (Bump::Pre(_), Bump::Pre(_)) => true,
            (one, other) => one == other || one == Bump::Stable || other == Bump::Stable,
        };
        if excludes {
            let message = format!("`--bump {}` excludes `--bump {}`", pair[0], pair[1]);
            return Err(CommandError::new(Code::Usage, message));
        }
    }
    let mut version = before.clone();
    for step in &steps {
        version = version.bumped(step.bump, step.value).ok_or_else(|| {
            let message = format!("the number of `{step}` in {version} cannot go up");
            CommandError::new(Code::Usage, message)
        })?;
    }
    if steps.is_empty() || version > *before {
        return Ok(version);
    }
    let message = format!("{version} does not come after {before}");
    let error = CommandError::new(Code::Usage, message);
    Err(match steps.last().map(|step| step.bump) {
        Some(Bump::Pre(_) | Bump::Dev) => error.hint(
            "a step to a release comes before it: name the release too, as with `--bump patch`",
        ),
        Some(Bump::Stable) => error.hint("the version is stable already"),
        _ => error,
    })
}
