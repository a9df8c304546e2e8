//! What is added to a project with a Pipfile: written as pipenv writes it, into one of its categories.

use serde_json::json;
use tilsit_environment::discovery::Scope;
use tilsit_packaging::direct_url::strip_credentials;
use tilsit_packaging::name::GroupName;
use tilsit_packaging::requirement::RequirementSource;
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::edit::{List, PipfileEditor};
use tilsit_project::pipfile::{DEFAULT, DEVELOP, Pipfile};

use super::wishes::{self, Place, Wish};
use super::{Arguments, ListOptions, bounds};
use crate::configuration::NamedIndex;
use crate::context::Context;
use crate::editing::{EditedFile, Originals};
use crate::error::CommandError;
use crate::explain::Code;
use crate::following::Following;
use crate::projects::Project;
use crate::report::Report;
use crate::terminal::{DIM, GOOD, WARNING};

/// What stands in a category now.
struct Added {
    name: String,
    before: Option<String>,
    after: String,
}

/// Adds what is asked for, locks and installs.
///
/// # Errors
/// When an option is not for Pipfiles, or something cannot be found, locked or installed; all files are
/// then as they were.
pub(super) fn run(
    arguments: &Arguments,
    project: &Project,
    pipfile: &Pipfile,
    context: &Context,
) -> Result<Report, CommandError> {
    refuse(arguments)?;
    let group = group(&arguments.list)?;
    let category = pipfile.category(&group);
    let index = index(arguments.follow.typed_index(), pipfile)?;
    // The index is noted with what comes from it, and is asked for nothing else.
    let arguments = &Arguments {
        follow: arguments.follow.without_named_index(),
        ..arguments.clone()
    };
    let root = &project.workspace.root;
    let file = EditedFile::project(&root.join(&pipfile.file_name), context)?;
    let context = &project_context(project, context);
    let place = Place {
        folder: root,
        workspace: None,
        index: index.as_ref(),
    };
    let wishes = wishes(arguments, &place, project, context)?;
    let mut editor = file.pipfile_editor()?;
    let added = edit(&mut editor, &category, &wishes, index.as_ref(), &file)?;
    let text = editor.into_text();
    let tell = || tell(&added, &category, context);
    let mut originals = Originals::default();
    if arguments.dry_run {
        tell();
    } else if arguments.follow.is_frozen() {
        file.write_text(&text, &mut originals)?;
        tell();
    } else {
        let following = Following {
            options: &arguments.follow,
            upgrade: &arguments.upgrade,
            package: None,
            list: &List::Group(group),
            exact: false,
        };
        let written = file.write_text(&text, &mut originals);
        let locked = written.and_then(|()| following.lock(&mut originals, context));
        let followed = locked.and_then(|(project, lock)| {
            tell();
            following.sync(&project, &lock, context)
        });
        followed.map_err(|error| originals.put_back(error))?;
    }
    let entries = added
        .iter()
        .map(|added| json!({ "name": added.name, "before": added.before, "after": added.after }));
    Ok(Report::silent(json!({
        "file": file.shown(),
        "list": category,
        "added": entries.collect::<Vec<_>>(),
        "dry_run": arguments.dry_run,
    })))
}

/// The world of the command, with the settings of the Pipfile.
fn project_context(project: &Project, context: &Context) -> Context {
    let mut of_project = project.context.clone();
    of_project
        .working_folder
        .clone_from(&context.working_folder);
    of_project
}

/// What only a pyproject.toml can hold.
fn refuse(arguments: &Arguments) -> Result<(), CommandError> {
    let option = match () {
        () if arguments.raw => "--raw",
        () if arguments.workspace => "--workspace",
        () => return Ok(()),
    };
    Err(not_for_pipfiles(option))
}

fn not_for_pipfiles(option: &str) -> CommandError {
    let message =
        format!("`{option}` is for projects with a pyproject.toml, and this has a Pipfile");
    CommandError::new(Code::Usage, message)
}

/// The group that a category is: `packages` where none is named.
///
/// # Errors
/// When an option is not for Pipfiles.
pub(crate) fn group(list: &ListOptions) -> Result<GroupName, CommandError> {
    if list.optional.is_some() {
        return Err(not_for_pipfiles("--optional"));
    }
    if list.package.is_some() {
        return Err(not_for_pipfiles("--package"));
    }
    if let Some(group) = &list.group {
        // A category may be named as it is written, too.
        let known = [("packages", DEFAULT), ("dev-packages", DEVELOP)];
        let known = known.iter().find(|(written, _)| group.as_str() == *written);
        return match known {
            Some((_, name)) => named(name),
            None => Ok(group.clone()),
        };
    }
    named(if list.dev { DEVELOP } else { DEFAULT })
}

fn named(group: &str) -> Result<GroupName, CommandError> {
    group
        .parse()
        .map_err(|error| CommandError::from_error(Code::Bug, &error))
}

/// The source that everything added comes from: one of the Pipfile by its name or URL, or a new one.
fn index(typed: Option<&str>, pipfile: &Pipfile) -> Result<Option<NamedIndex>, CommandError> {
    let Some(typed) = typed else {
        return Ok(None);
    };
    let known = |index: &NamedIndex| {
        let mut sources = pipfile.sources.iter();
        let source = sources.find(|source| source.url == index.url)?;
        Some(NamedIndex {
            name: Some(source.name.clone()?),
            ..index.clone()
        })
    };
    let of_name = pipfile
        .sources
        .iter()
        .find(|source| source.name.as_deref() == Some(typed));
    if let Some(source) = of_name {
        return Ok(Some(NamedIndex {
            name: Some(typed.to_owned()),
            url: source.url.clone(),
            default: false,
            explicit: true,
        }));
    }
    let index = NamedIndex::typed(typed).map_err(|error| {
        let names = pipfile
            .sources
            .iter()
            .filter_map(|source| source.name.as_deref());
        let names: Vec<&str> = names.collect();
        match names[..] {
            [] => error,
            _ => error.hint(format!(
                "the sources of the Pipfile are: {}",
                names.join(", ")
            )),
        }
    })?;
    if let Some(index) = known(&index) {
        return Ok(Some(index));
    }
    let url = strip_credentials(&index.url, &[]);
    let name = index.name.clone().or_else(|| name_of(&url));
    Ok(Some(NamedIndex { name, url, ..index }))
}

/// What a source is called that is given by its URL alone: its host without the last part.
fn name_of(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    let host = parsed.host_str()?;
    let host = host.rsplit_once('.').map_or(host, |(name, _)| name);
    Some(host.replace('.', ""))
}

fn wishes(
    arguments: &Arguments,
    place: &Place<'_>,
    project: &Project,
    context: &Context,
) -> Result<Vec<Wish>, CommandError> {
    let python = project.python(arguments.follow.python(), Scope::Any)?;
    let mut wishes = wishes::gather(arguments, place, &python, context)?;
    let Some(kind) = arguments.bounds else {
        return Ok(wishes);
    };
    let configuration = arguments.follow.over(context)?;
    let is_unbounded = |wish: &&mut Wish| {
        let specifiers = wish.requirement.specifiers();
        wish.is_from_index() && specifiers.is_some_and(VersionSpecifiers::is_empty)
    };
    for wish in wishes.iter_mut().filter(is_unbounded) {
        let version = bounds::newest(wish.name(), &configuration, &python, context)?;
        wish.requirement.source = RequirementSource::Specifiers(kind.around(&version)?);
    }
    Ok(wishes)
}

fn edit(
    editor: &mut PipfileEditor,
    category: &str,
    wishes: &[Wish],
    index: Option<&NamedIndex>,
    file: &EditedFile,
) -> Result<Vec<Added>, CommandError> {
    let refused = |error| file.refused(&error);
    let mut added = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let entry = editor.add(category, &wish.requirement, wish.source.as_ref());
        let entry = entry.map_err(refused)?;
        added.push(Added {
            name: wish.name().to_string(),
            before: entry.before,
            after: entry.after,
        });
    }
    if let Some(index) = index {
        let name = index.name.as_deref().unwrap_or_default();
        editor.add_source(name, &index.url).map_err(refused)?;
    }
    Ok(added)
}

fn tell(added: &[Added], category: &str, context: &Context) {
    for Added {
        name,
        before,
        after,
    } in added
    {
        context.terminal.say(match before {
            None => format!(" {GOOD}+{GOOD:#} {name} = {after} {DIM}({category}){DIM:#}"),
            Some(before) if before == after => {
                format!(" {DIM}= {name} = {after} ({category}){DIM:#}")
            }
            Some(before) => format!(
                " {WARNING}~{WARNING:#} {name} = {after} {DIM}(was {before}, {category}){DIM:#}"
            ),
        });
    }
}
