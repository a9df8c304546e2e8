//! Reads requirements files and those that they include, from folders and from URLs, and turns
//! each line into what it means: something with a name, or something that must be built to have one.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::path::{Component, Path, PathBuf};

use tilsit_files::TemporaryFolder;
use tilsit_index_client::{Refresh, RemoteFile};
use tilsit_packaging::file_name::WheelFileName;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::requirement::{Requirement, RequirementSource, plain_url};
use tilsit_packaging::requirements_file::{
    FileHash, FileOption, IncludeKind, RequirementLine, RequirementsFile, Statement, Target,
};
use tilsit_resolver::RootRequirement;
use url::Url;

use super::{COMMAND_LINE, LINE, Role, Wanted, of_setting};
use crate::building::Unnamed;
use crate::commands::controls::Controls;
use crate::context::Context;
use crate::error::CommandError;
use crate::explain::Code;
use crate::{network, uv_locks};

pub(super) struct Reader<'a> {
    pub(super) wanted: Wanted,
    /// Files on the way, so that a file that includes itself ends.
    seen: BTreeSet<(String, bool)>,
    /// What the files say about formats and pre-releases.
    controls: Controls,
    context: &'a Context,
}

/// Where a line stands: what its paths and its includes are relative to.
pub(super) struct Place {
    folder: PathBuf,
    url: Option<Url>,
}

impl Place {
    pub(super) fn working_folder(context: &Context) -> Self {
        Self {
            folder: context.working_folder.clone(),
            url: None,
        }
    }

    /// A path or URL that a line names.
    fn join(&self, target: &str) -> String {
        if target.contains("://") {
            return target.to_owned();
        }
        match &self.url {
            Some(url) => url.join(target).map_or(target.to_owned(), Into::into),
            None => self.folder.join(target).to_string_lossy().into_owned(),
        }
    }
}

/// One requirement, with what stands behind it.
pub(super) struct Line {
    target: Target,
    is_editable: bool,
    origin: String,
    hashes: Vec<FileHash>,
    told: Vec<(String, String)>,
}

/// A requirement with the full URL of what it names by a relative path (`name @ ./folder`).
fn full(
    requirement: Requirement,
    place: &Place,
    origin: &str,
) -> Result<Requirement, CommandError> {
    let RequirementSource::Url(path) = &requirement.source else {
        return Ok(requirement);
    };
    if !matches!(
        Url::parse(path),
        Err(url::ParseError::RelativeUrlWithoutBase)
    ) {
        return Ok(requirement);
    }
    let full = plain(&place.folder.join(path));
    if !tilsit_files::exists(&full)? {
        return Err(not_there(path, origin));
    }
    let url = Url::from_file_path(&full).map_err(|()| no_url(path, origin))?;
    Ok(Requirement {
        source: RequirementSource::Url(url.into()),
        ..requirement
    })
}

impl Line {
    pub(super) fn typed(target: Target, is_editable: bool) -> Self {
        Self {
            target,
            is_editable,
            origin: COMMAND_LINE.to_owned(),
            hashes: Vec::new(),
            told: Vec::new(),
        }
    }

    fn of_file(line: RequirementLine, file: &str) -> Self {
        Self {
            origin: format!("{file}{LINE}{}", line.line),
            target: line.target,
            is_editable: line.editable,
            hashes: line.hashes,
            told: line.config_settings,
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self {
            wanted: Wanted::default(),
            seen: BTreeSet::new(),
            controls: Controls::default(),
            context,
        }
    }

    /// Reads a file that the user named: a path, a URL, or `-`.
    pub(super) fn read(&mut self, path: &Path, role: Role) -> Result<(), CommandError> {
        let text = path.to_string_lossy();
        if text.contains("://") {
            return self.file(&text, role);
        }
        if path == Path::new("-") {
            let place = Place::working_folder(self.context);
            return self.statements("standard input", &Context::standard_input()?, &place, role);
        }
        self.file(&self.context.resolve(path).to_string_lossy(), role)
    }

    /// Reads a file by its full path or URL, once for each role.
    fn file(&mut self, full: &str, role: Role) -> Result<(), CommandError> {
        let key = (full.to_owned(), role == Role::Constraints);
        if !self.seen.insert(key) {
            return Ok(());
        }
        if !full.contains("://") {
            let path: PathBuf = Path::new(full).components().collect();
            let bytes = tilsit_files::read(&path).map_err(|error| unreadable(&error))?;
            let place = Place {
                folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
                url: None,
            };
            let shown = self.context.show(&path);
            return self.statements(&shown, &bytes, &place, role);
        }
        let url = Url::parse(full).map_err(|error| unreadable(&error))?;
        if let Ok(path) = url.to_file_path() {
            return self.file(&path.to_string_lossy(), role);
        }
        let (shown, bytes) = self.download(&url)?;
        let place = Place {
            url: Some(url),
            ..Place::working_folder(self.context)
        };
        self.statements(&shown, &bytes, &place, role)
    }

    fn download(&self, url: &Url) -> Result<(String, Vec<u8>), CommandError> {
        let (file, credential) =
            RemoteFile::of_url(url.clone()).map_err(|error| unreadable(&error))?;
        let client = network::client(&self.context.configuration, Refresh::No, self.context)?;
        if let Some(credential) = credential {
            client.options().credentials.add(&file.url, credential);
        }
        let folder = TemporaryFolder::create_in(self.context.cache()?.temporary()?)?;
        let path = folder.path().join("requirements.txt");
        client.download(&file, &path, &mut |_| self.context.interrupt.flow())?;
        Ok((file.url.to_string(), tilsit_files::read(path)?))
    }

    fn statements(
        &mut self,
        shown: &str,
        bytes: &[u8],
        place: &Place,
        role: Role,
    ) -> Result<(), CommandError> {
        let variable = |name: &str| self.context.variables.text(name).map(str::to_owned);
        let file =
            RequirementsFile::parse(shown, bytes, &variable).map_err(|error| unreadable(&error))?;
        for statement in file.statements {
            match statement {
                Statement::Requirement(line) => {
                    self.add(Line::of_file(line, shown), place, role)?;
                }
                Statement::Include { kind, target, .. } => {
                    let role = match kind {
                        IncludeKind::Constraints => Role::Constraints,
                        IncludeKind::Requirements => role,
                    };
                    self.file(&place.join(&target), role)?;
                }
                Statement::Option { option, .. } => self.option(option, place),
            }
        }
        Ok(())
    }

    /// Adds a requirement.
    pub(super) fn add(
        &mut self,
        line: Line,
        place: &Place,
        role: Role,
    ) -> Result<(), CommandError> {
        let Line {
            target,
            is_editable,
            origin,
            hashes,
            told,
        } = line;
        let requirement = match target {
            Target::Named(requirement) => {
                let mut requirement = full(requirement, place, &origin)?;
                if let RequirementSource::Url(url) = &mut requirement.source {
                    *url = plain_url(url).into_owned();
                }
                Ok(requirement)
            }
            target => self.unnamed(target, place, &origin)?,
        };
        let url = match &requirement {
            Ok(Requirement {
                source: RequirementSource::Url(url),
                ..
            }) => Some(url),
            Ok(_) => None,
            Err(unnamed) => Some(&unnamed.url),
        };
        if is_editable {
            let can_be = |url: &&String| {
                url.starts_with("git+") || Url::parse(url).is_ok_and(|url| is_folder(&url))
            };
            let url = url.filter(can_be).ok_or_else(|| no_folder(&origin))?;
            self.wanted.editables.insert(url.clone());
        }
        let requirement = match requirement {
            Ok(requirement) => requirement,
            Err(unnamed) if role == Role::Requirements => {
                if !hashes.is_empty() {
                    let known = self.wanted.url_hashes.entry(unnamed.url.clone());
                    known.or_default().extend(hashes);
                }
                if !told.is_empty() {
                    self.wanted.told_at.insert(unnamed.url.clone(), told);
                }
                self.wanted.unnamed.push(unnamed);
                return Ok(());
            }
            Err(unnamed) => return Err(nameless(&unnamed)),
        };
        let name = &requirement.name;
        if !hashes.is_empty() {
            // Two lines about one project must both be content.
            match self.wanted.hashes.entry(name.clone()) {
                Entry::Vacant(entry) => drop(entry.insert(hashes)),
                Entry::Occupied(mut entry) => entry.get_mut().retain(|one| hashes.contains(one)),
            }
        }
        if !told.is_empty() {
            self.wanted
                .told
                .entry(name.clone())
                .or_default()
                .extend(told);
        }
        let root = RootRequirement::new(requirement, origin);
        match role {
            Role::Requirements => self.wanted.requirements.push(root),
            Role::Constraints => self.wanted.constraints.push(root),
            Role::Overrides => self.wanted.overrides.push(root),
        }
        Ok(())
    }

    /// What a path or URL means. That of a wheel names its project itself, as does `#egg=`.
    fn unnamed(
        &self,
        target: Target,
        place: &Place,
        origin: &str,
    ) -> Result<Result<Requirement, Unnamed>, CommandError> {
        let (url, name, extras, marker) = match target {
            Target::Named(requirement) => return Ok(Ok(requirement)),
            Target::Path(path) => {
                let full = plain(&place.folder.join(self.home(&path.path)));
                if !tilsit_files::exists(&full)? {
                    return Err(not_there(&path.path, origin));
                }
                let url = Url::from_file_path(&full)
                    .map_err(|()| no_url(&path.path, origin))?
                    .to_string();
                (url, None, path.extras, path.marker)
            }
            Target::Url(target) if is_relative(&target.url) => {
                let path = target.url.trim_start_matches("file:");
                let path = path.split('#').next().unwrap_or_default();
                let full = plain(&place.folder.join(path));
                if !tilsit_files::exists(&full)? {
                    return Err(not_there(path, origin));
                }
                let url = Url::from_file_path(&full).map_err(|()| no_url(path, origin))?;
                (url.to_string(), target.name, target.extras, target.marker)
            }
            Target::Url(target) => (
                plain_url(&target.url).into_owned(),
                target.name,
                target.extras,
                target.marker,
            ),
        };
        let file_name = Url::parse(&url)
            .ok()
            .and_then(|url| Some(url.path_segments()?.next_back()?.replace("%2B", "+")));
        let wheel = file_name.and_then(|name| name.parse::<WheelFileName>().ok());
        Ok(match wheel.map(|wheel| wheel.name).or(name) {
            Some(name) => Ok(Requirement {
                name,
                extras,
                source: RequirementSource::Url(url),
                marker,
            }),
            None => Err(Unnamed {
                url,
                extras,
                marker,
                origin: origin.to_owned(),
            }),
        })
    }

    /// A path with `~` at its start as the user's home.
    fn home(&self, path: &str) -> PathBuf {
        let rest = path.strip_prefix("~/");
        match (rest, &self.context.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }

    fn option(&mut self, option: FileOption, place: &Place) {
        let settings = &mut self.wanted.settings;
        match option {
            FileOption::IndexUrl(url) => settings.index_url = Some(url),
            FileOption::ExtraIndexUrl(url) => {
                settings.extra_index_url.get_or_insert_default().push(url);
            }
            FileOption::NoIndex => settings.no_index = Some(true),
            FileOption::FindLinks(link) => {
                let links = settings.find_links.get_or_insert_default();
                links.push(place.join(&link));
            }
            FileOption::TrustedHost(host) => {
                settings.trusted_host.get_or_insert_default().push(host);
            }
            FileOption::RequireHashes => settings.require_hashes = Some(true),
            FileOption::NoRequireHashes => settings.require_hashes = Some(false),
            FileOption::Pre => settings.pre = Some(true),
            FileOption::NoBinary(words) => self.controls.formats.say_all(true, &words),
            FileOption::OnlyBinary(words) => self.controls.formats.say_all(false, &words),
            FileOption::PreferBinary => settings.prefer_binary = Some(true),
            FileOption::AllReleases(words) => self.controls.releases.say_all(true, &words),
            FileOption::OnlyFinal(words) => self.controls.releases.say_all(false, &words),
            // What pip tries out is its own.
            FileOption::UseFeature(feature) => self.context.terminal.warn(format_args!(
                "the feature `{feature}` that a requirements file asks for is one of pip's, and \
                 means nothing here"
            )),
            other => self.context.terminal.warn(format_args!(
                "the option `{other:?}` in a requirements file is not known here"
            )),
        }
    }
}

/// Whether it is `file:` with a path that starts where the line stands, as pip allows.
fn is_relative(url: &str) -> bool {
    let path = url.strip_prefix("file:");
    path.is_some_and(|path| !path.starts_with('/'))
}

/// A path without `.` and `..`, as written: links are not followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

fn is_folder(url: &Url) -> bool {
    url.to_file_path().is_ok_and(|path| path.is_dir())
}

fn unreadable(error: &(dyn std::error::Error + 'static)) -> CommandError {
    CommandError::from_error(Code::RequirementsFileInvalid, error)
}

fn not_there(path: &str, origin: &str) -> CommandError {
    let message = format!("there is nothing at `{path}` ({origin})");
    let error = CommandError::new(Code::RequirementInvalid, message);
    if path.contains(['/', '\\']) {
        return error;
    }
    error.hint("a project of an index is named without a dot in front or an ending behind")
}

fn no_url(path: &str, origin: &str) -> CommandError {
    let message = format!("the path `{path}` ({origin}) cannot be used");
    CommandError::new(Code::RequirementInvalid, message)
}

fn no_folder(origin: &str) -> CommandError {
    let message =
        format!("the editable requirement ({origin}) is neither a folder nor a git repository");
    CommandError::new(Code::RequirementUnsupported, message)
        .hint("clone the repository, and install the clone: `tilsit pip install -e PATH`")
}

fn nameless(unnamed: &Unnamed) -> CommandError {
    let Unnamed { url, origin, .. } = unnamed;
    let url = tilsit_packaging::direct_url::strip_credentials(url, &["git"]);
    let message = format!("`{url}` ({origin}) limits nothing, because it has no name");
    CommandError::new(Code::RequirementInvalid, message)
        .hint("write the name in front: `NAME @ URL`")
}

impl Reader<'_> {
    /// Everything that was read.
    pub(super) fn finish(mut self) -> Wanted {
        self.controls.put_into(&mut self.wanted.settings);
        self.wanted
    }

    /// The constraints and overrides that stand in the settings themselves.
    ///
    /// # Errors
    /// When one is no requirement.
    pub(super) fn settings(&mut self) -> Result<(), CommandError> {
        let configuration = &self.context.configuration;
        for (key, texts, role) in [
            (
                "constraint-dependencies",
                configuration.all(|settings| settings.constraint_dependencies.as_ref()),
                Role::Constraints,
            ),
            (
                "override-dependencies",
                configuration.all(|settings| settings.override_dependencies.as_ref()),
                Role::Overrides,
            ),
        ] {
            for text in texts {
                let requirement = of_setting(key, &text)?;
                let root = RootRequirement::new(requirement, format!("`{key}`"));
                match role {
                    Role::Overrides => self.wanted.overrides.push(root),
                    _ => self.wanted.constraints.push(root),
                }
            }
        }
        for name in configuration.all(|settings| settings.exclude_dependencies.as_ref()) {
            // In its place stands what is wanted nowhere.
            let nowhere = Requirement {
                marker: Marker::FALSE,
                ..Requirement::any(uv_locks::excluded(&name)?)
            };
            let root = RootRequirement::new(nowhere, "`exclude-dependencies`");
            self.wanted.overrides.push(root);
        }
        Ok(())
    }
}
