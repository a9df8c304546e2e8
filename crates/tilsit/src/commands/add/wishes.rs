//! From what was typed to what is written: a requirement with a name, and where it comes from.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use tilsit_build_frontend::GitSource;
use tilsit_environment::Interpreter;
use tilsit_index_client::Refresh;
use tilsit_packaging::direct_url::strip_credentials;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_project::Workspace;
use tilsit_project::edit::{GitReference, Location, Source};
use tilsit_resolver::Preferences;
use url::Url;

use crate::building;
use crate::configuration::NamedIndex;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::requirements::{ConstraintOptions, Wanted};
use crate::resolving::{self, Elsewhere, Question};

use super::Arguments;

/// A requirement to be written.
pub(super) struct Wish {
    pub(super) requirement: Requirement,
    /// As it was typed, to be written so.
    pub(super) raw: Option<String>,
    /// Where it comes from, if not from any index.
    pub(super) source: Option<Source>,
    /// The folder that is to become a member of the workspace.
    member: Option<PathBuf>,
}

/// Where it is written.
pub(super) struct Place<'a> {
    /// The folder that paths start from.
    pub(super) folder: &'a Path,
    /// The workspace around.
    pub(super) workspace: Option<&'a Workspace>,
    /// The index that all come from.
    pub(super) index: Option<&'a NamedIndex>,
}

impl Wish {
    pub(super) fn name(&self) -> &ProjectName {
        &self.requirement.name
    }

    /// Whether an index has it, and versions of it.
    pub(super) fn is_from_index(&self) -> bool {
        let location = self.source.as_ref().map(|source| &source.location);
        let is_index = matches!(location, None | Some(Location::Index(_)));
        is_index && self.raw.is_none() && self.requirement.url().is_none()
    }

    /// The path from the root of what becomes a member.
    pub(super) fn member(&self, root: &Path) -> Option<String> {
        let member = self.member.as_deref()?;
        Some(relative(member, root))
    }
}

/// What was typed and what the files list, with names: those of folders, repositories and archives are
/// asked of what builds them.
///
/// # Errors
/// When a line is not understood, or something cannot be had.
pub(super) fn gather(
    arguments: &Arguments,
    place: &Place<'_>,
    interpreter: &Interpreter,
    context: &Context,
) -> Result<Vec<Wish>, CommandError> {
    if arguments.raw {
        return arguments
            .requirements
            .iter()
            .map(|text| raw(text))
            .collect();
    }
    let none = ConstraintOptions::default();
    let (typed, files) = (&arguments.requirements, &arguments.files);
    let mut wanted = Wanted::gather(typed, files, &none, context)?;
    if !wanted.unnamed.is_empty() {
        wanted = named(&wanted, arguments, interpreter, context)?;
    }
    let wishes = wanted.requirements.iter().map(|root| {
        let is_editable = root
            .requirement
            .url()
            .is_some_and(|url| wanted.editables.contains(url));
        wish(&root.requirement, is_editable, arguments, place, context)
    });
    wishes.collect()
}

fn named(
    wanted: &Wanted,
    arguments: &Arguments,
    interpreter: &Interpreter,
    context: &Context,
) -> Result<Wanted, CommandError> {
    let configuration = arguments.follow.over(context)?;
    let question = Question {
        wanted,
        configuration: &configuration,
        interpreter,
        elsewhere: Elsewhere::default(),
        preferences: Preferences::default(),
        no_deps: true,
        refresh: Refresh::No,
        pages_only: false,
        installed: BTreeMap::new(),
    };
    let frontend = resolving::frontend(&question, context)?;
    building::with_names(wanted, None, &frontend)
}

fn raw(text: &str) -> Result<Wish, CommandError> {
    let requirement = text.parse::<Requirement>().map_err(|error| {
        let message = format!("the requirement `{text}` is not valid");
        CommandError::new(Code::RequirementInvalid, message)
            .caused_by(error.pointed_out())
            .hint("what `--raw` writes has a name: `NAME @ URL`")
    })?;
    Ok(Wish {
        requirement,
        raw: Some(text.trim().to_owned()),
        source: None,
        member: None,
    })
}

fn wish(
    requirement: &Requirement,
    is_editable: bool,
    arguments: &Arguments,
    place: &Place<'_>,
    context: &Context,
) -> Result<Wish, CommandError> {
    let mut requirement = requirement.clone();
    requirement.extras.extend(arguments.extra.iter().cloned());
    requirement.extras.sort();
    requirement.extras.dedup();
    if let Some(marker) = arguments.marker {
        requirement.marker = requirement.marker.and(marker);
    }
    let name = requirement.name.clone();
    let reference = reference(arguments);
    let url = requirement.url().map(str::to_owned);
    let folder = url.as_deref().and_then(file_path);
    let folder = folder.filter(|path| path.is_dir());
    if arguments.editable && folder.is_none() {
        let message = format!("`{name}` cannot be editable: it is no folder");
        return Err(CommandError::new(Code::Usage, message));
    }
    let mut member = None;
    let location = match &url {
        Some(url) => {
            requirement.source = RequirementSource::Specifiers(VersionSpecifiers::any());
            let is_editable = is_editable || arguments.editable;
            let location = location(url, is_editable, reference.as_ref(), place)?;
            let is_member = folder
                .as_deref()
                .is_some_and(|folder| place.is_member(&name, folder));
            member = folder.filter(|_| arguments.workspace && !is_member);
            let is_of_workspace = is_member || member.is_some();
            Some(if is_of_workspace {
                Location::Workspace
            } else {
                location
            })
        }
        None if reference.is_some() => return Err(no_repository(&name)),
        None if place.has_member(&name) => Some(Location::Workspace),
        None if arguments.workspace => {
            let message = format!("the workspace has no member `{name}`");
            return Err(CommandError::new(Code::Usage, message)
                .hint("name its folder, as `./libs/name`, to make it one"));
        }
        None => {
            let index = place.index.and_then(|index| index.name.clone());
            index.map(Location::Index)
        }
    };
    if url
        .as_deref()
        .is_some_and(|url| strip_credentials(url, &["git"]) != url)
    {
        context.terminal.warn(format_args!(
            "the password in the URL of `{name}` is not written into the file"
        ));
    }
    // What holds somewhere only says nothing of where it comes from elsewhere.
    let marker = if url.is_some() {
        requirement.marker
    } else {
        Marker::TRUE
    };
    Ok(Wish {
        source: location.map(|location| Source { location, marker }),
        raw: None,
        requirement,
        member,
    })
}

impl Place<'_> {
    fn has_member(&self, name: &ProjectName) -> bool {
        let members = self.workspace.map(|workspace| &workspace.members);
        members.is_some_and(|members| members.contains_key(name))
    }

    fn is_member(&self, name: &ProjectName, folder: &Path) -> bool {
        let members = self.workspace.map(|workspace| &workspace.members);
        let member = members.and_then(|members| members.get(name));
        member.is_some_and(|member| member.folder == folder)
    }
}

fn reference(arguments: &Arguments) -> Option<GitReference> {
    let tag = arguments.tag.clone().map(GitReference::Tag);
    let branch = arguments.branch.clone().map(GitReference::Branch);
    let revision = arguments.rev.clone().map(GitReference::Revision);
    tag.or(branch).or(revision)
}

/// The place that a URL names.
fn location(
    url: &str,
    is_editable: bool,
    reference: Option<&GitReference>,
    place: &Place<'_>,
) -> Result<Location, CommandError> {
    let git = GitSource::parse(url)
        .map_err(|error| CommandError::from_error(Code::RequirementInvalid, &error))?;
    if let Some(git) = git {
        return Ok(Location::Git {
            url: git.public_url(),
            reference: reference
                .cloned()
                .or_else(|| git.revision.clone().map(GitReference::Revision)),
            subdirectory: git.subdirectory,
        });
    }
    if reference.is_some() {
        let shown = strip_credentials(url, &[]);
        let message =
            format!("`{shown}` is no git repository: it has no tags, branches and commits");
        return Err(CommandError::new(Code::Usage, message));
    }
    if let Some(path) = file_path(url) {
        return Ok(Location::Path {
            editable: (is_editable && path.is_dir()).then_some(true),
            path: relative(&path, place.folder),
        });
    }
    let public = strip_credentials(url, &[]);
    let (plain, fragment) = public.split_once('#').unwrap_or((&public, ""));
    let mut pairs = fragment.split('&').filter_map(|pair| pair.split_once('='));
    let subdirectory = pairs.find(|(key, _)| *key == "subdirectory");
    Ok(Location::Url {
        url: plain.to_owned(),
        subdirectory: subdirectory.map(|(_, folder)| folder.to_owned()),
    })
}

fn no_repository(name: &ProjectName) -> CommandError {
    let message =
        format!("`{name}` is not given as a repository, which alone has tags and branches");
    CommandError::new(Code::Usage, message).hint(format!(
        "name the repository: `{name} @ git+https://…` or `git+https://…`"
    ))
}

fn file_path(url: &str) -> Option<PathBuf> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "file")?;
    let path = url.to_file_path().ok()?;
    // A folder's URL may end in a slash.
    Some(path.components().collect())
}

/// A path as it is seen from a folder, with `/` between its parts.
fn relative(path: &Path, folder: &Path) -> String {
    let (mut path_parts, mut folder_parts) =
        (path.components().peekable(), folder.components().peekable());
    while path_parts.peek().is_some() && path_parts.peek() == folder_parts.peek() {
        path_parts.next();
        folder_parts.next();
    }
    let up = folder_parts.map(|_| "..".to_owned());
    let down = path_parts.filter(|part| *part != Component::RootDir);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}
