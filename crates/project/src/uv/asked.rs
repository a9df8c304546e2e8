//! What a uv.lock says it was made for: Pythons, environments, settings, and what each project on
//! this machine requires. The same is made of a project, and where both agree the lock answers it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::range::VersionRange;
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_packaging::version::Version;
use tilsit_provider::Pin;

use super::source::{LockedSource, repository_url};
use super::wish::{Wish, WishPlace, ordered};
use super::write::NO_MOMENT;
use crate::edit::GitReference;
use crate::lock::{named_extras, relative};
use crate::settings::{ConflictItem, DefaultGroups, ProjectSettings, SourcePlace};
use crate::sources::{Requirer, SourceError, editables};
use crate::workspace::{Member, Workspace};

/// What the manifest repeats of metadata that is told and not asked for.
const DEPENDENCY_METADATA: &str = "dependency-metadata";

/// How deep extras of a project may name each other.
const DEPTH_MAX: usize = 8;

/// What a lock answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The Pythons.
    pub requires_python: VersionSpecifiers,
    /// `supported-markers`: the environments; all where none is said.
    pub environments: Vec<Marker>,
    /// `required-markers`: environments that a release has to have a file for.
    pub required: Vec<Marker>,
    /// Extras and groups of which only one of a set can be had; each with its project.
    pub conflicts: Vec<Vec<ConflictItem>>,
    /// How versions were chosen.
    pub options: Options,
    /// The members of a workspace; none of a project that stands alone.
    pub members: BTreeSet<ProjectName>,
    /// `constraints`
    pub constraints: Vec<Wish>,
    /// `overrides`
    pub overrides: Vec<Wish>,
    /// `excludes`: what is not installed, whoever requires it.
    pub excludes: BTreeSet<ProjectName>,
    /// `build-constraints`
    pub build_constraints: Vec<Wish>,
    /// The groups of a root that is no project.
    pub groups: Groups,
    /// The projects on this machine.
    pub locals: BTreeMap<ProjectName, Local>,
    /// Keys that are not known here.
    pub others: toml::Table,
}

/// How versions were chosen; what is usual is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// `resolution-mode`
    pub resolution: Option<String>,
    /// `prerelease-mode`
    pub prerelease: Option<String>,
    /// `exclude-newer`
    pub exclude_newer: Option<Timestamp>,
    /// `exclude-newer-span`: counted back from when the lock is made.
    pub exclude_newer_span: Option<String>,
    /// Other keys: words, and tables of single projects.
    pub others: toml::Table,
}

/// A project on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// Its version; none where only a build tells it.
    pub version: Option<Version>,
    /// Where it is.
    pub source: LockedSource,
    /// What it says; none where only a build tells it.
    pub says: Option<Says>,
}

/// What a project says of what it requires.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Says {
    /// `requires-dist`
    pub requires: Vec<Wish>,
    /// `provides-extras`
    pub extras: Vec<ExtraName>,
    /// Its groups.
    pub groups: Groups,
}

/// What is said of groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// What each requires.
    pub requires: BTreeMap<GroupName, Vec<Wish>>,
    /// `default-groups`: what is installed when nobody says which, if that is not `dev`.
    pub defaults: DefaultGroups,
    /// `group-requires-python`: the Pythons that groups are for.
    pub pythons: BTreeMap<GroupName, VersionSpecifiers>,
}

/// What a project says elsewhere than in what it requires.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How versions are chosen.
    pub options: Options,
    /// What limits versions.
    pub constraints: Vec<Requirement>,
    /// What replaces requirements of releases.
    pub overrides: Vec<Requirement>,
    /// What is not installed, whoever requires it.
    pub excludes: BTreeSet<ProjectName>,
    /// What limits versions where something is built.
    pub build_constraints: Vec<Requirement>,
    /// `dependency-metadata` and other keys of the manifest that decide nothing here.
    pub others: toml::Table,
    /// The URLs of indexes with names, as they are written.
    pub indexes: BTreeMap<String, String>,
    /// The URLs of all indexes, as they are written.
    pub urls: Vec<String>,
}

impl Options {
    /// Adds what is said of single projects, if there are any.
    pub fn add_single(&mut self, key: &str, table: toml::Table) {
        if !table.is_empty() {
            self.others.insert(key.to_owned(), table.into());
        }
    }

    /// A span in the place of a moment.
    pub fn span(text: &str) -> toml::Value {
        let entries = [("timestamp", NO_MOMENT), ("span", text)];
        let entries = entries.map(|(key, value)| (key.to_owned(), value.into()));
        toml::Value::Table(toml::Table::from_iter(entries))
    }
}

impl Asked {
    /// What a workspace asks for.
    ///
    /// # Errors
    /// When a source cannot be applied.
    pub fn of(
        workspace: &Workspace,
        python: &VersionSpecifiers,
        terms: &Terms,
    ) -> Result<Self, SourceError> {
        let asking = Asking::new(workspace, terms);
        let of_root = |requirements: &[Requirement]| {
            let requirer = Requirer {
                workspace,
                member: workspace.root_member(),
                extra: None,
                group: None,
            };
            asking.wishes(requirer, requirements)
        };
        let members = workspace.members.keys().cloned();
        let is_alone = workspace.members.len() == 1 && workspace.root_member().is_some();
        let mut locals = BTreeMap::new();
        for member in workspace.members.values() {
            locals.insert(member.name.clone(), asking.local(member)?);
        }
        let requirer = Requirer {
            workspace,
            member: None,
            extra: None,
            group: None,
        };
        Ok(Self {
            requires_python: spelled(python),
            environments: workspace.settings.environments.clone(),
            required: workspace.settings.required_environments.clone(),
            conflicts: conflicts(workspace),
            options: terms.options.clone(),
            members: if is_alone {
                BTreeSet::new()
            } else {
                members.collect()
            },
            constraints: of_root(&terms.constraints)?,
            overrides: of_root(&terms.overrides)?,
            excludes: terms.excludes.clone(),
            build_constraints: of_root(&terms.build_constraints)?,
            groups: match workspace.root_member() {
                Some(_) => Groups::default(),
                None => asking.groups(requirer, &workspace.root_groups, &workspace.settings)?,
            },
            locals,
            others: terms.others.clone(),
        })
    }

    /// Whether a lock that was made for this answers what `project` asks for now. What only a build
    /// tells is taken as it was.
    pub fn answers(&self, project: &Self) -> bool {
        let world = project.universal().world();
        let mut locked = self.within(world);
        let mut asked = project.within(world);
        // Folders that are no members are looked at when they are installed.
        locked.locals.retain(|name, local| {
            let is_member = project.locals.contains_key(name);
            if let Some(Local { says: None, .. }) = project.locals.get(name) {
                local.says = None;
            }
            is_member
        });
        let is_same_python = VersionRange::from(&locked.requires_python)
            == VersionRange::from(&asked.requires_python);
        locked.requires_python = VersionSpecifiers::any();
        asked.requires_python = VersionSpecifiers::any();
        is_same_python && locked == asked
    }

    /// The same in the words of a lock that was there, where these mean the same.
    #[must_use]
    pub fn in_words_of(mut self, before: &Self) -> Self {
        let world = self.universal().world();
        let (now, then) = (self.within(world), before.within(world));
        if VersionRange::from(&self.requires_python) == VersionRange::from(&before.requires_python)
        {
            self.requires_python = before.requires_python.clone();
        }
        if now.environments == then.environments {
            self.environments.clone_from(&before.environments);
        }
        if now.required == then.required {
            self.required.clone_from(&before.required);
        }
        for (name, local) in &mut self.locals {
            let said = before
                .locals
                .get(name)
                .and_then(|local| local.says.as_ref());
            let is_same =
                now.locals[name].says == then.locals.get(name).and_then(|one| one.says.clone());
            if let (Some(said), true) = (said, is_same) {
                local.says = Some(said.clone());
            }
        }
        self
    }

    /// The same with markers as they are within a world, so that equal ones can be compared.
    fn within(&self, world: Marker) -> Self {
        let mut same = self.clone();
        // As to uv, a lock that was made without it is as good.
        same.others.remove(DEPENDENCY_METADATA);
        let markers = same.environments.iter_mut().chain(&mut same.required);
        for marker in markers {
            *marker = marker.simplify_within(world);
        }
        let simplify = |wishes: &mut Vec<Wish>| {
            for wish in wishes.iter_mut() {
                wish.marker = wish.marker.simplify_within(world);
            }
            *wishes = ordered(std::mem::take(wishes));
        };
        simplify(&mut same.constraints);
        simplify(&mut same.overrides);
        simplify(&mut same.build_constraints);
        same.groups.requires.values_mut().for_each(simplify);
        for (name, local) in &mut same.locals {
            let Some(says) = &mut local.says else {
                continue;
            };
            says.requires = flattened(name, std::mem::take(&mut says.requires));
            simplify(&mut says.requires);
            says.groups.requires.values_mut().for_each(simplify);
            says.extras.sort_unstable();
        }
        same
    }
}

impl DefaultGroups {
    /// The same in order; nothing where it is what is usual.
    pub(super) fn unless_usual(self) -> Self {
        match self {
            Self::Named(names) if names.iter().map(GroupName::as_str).eq(["dev"]) => Self::Unsaid,
            Self::Named(mut names) => {
                names.sort_unstable();
                names.dedup();
                Self::Named(names)
            }
            other => other,
        }
    }
}

/// The Pythons as uv spells them: in the fewest words for the same ones.
fn spelled(python: &VersionSpecifiers) -> VersionSpecifiers {
    let range = VersionRange::from(python);
    range.to_specifiers().unwrap_or_else(|| python.clone())
}

/// The conflicts, each item with its project.
fn conflicts(workspace: &Workspace) -> Vec<Vec<ConflictItem>> {
    let root = workspace.root_member().map(|member| &member.name);
    let sets = workspace.settings.conflicts.iter().map(|set| {
        let named = set.iter().map(|item| ConflictItem {
            package: item.package.as_ref().or(root).cloned(),
            ..item.clone()
        });
        let mut set: Vec<ConflictItem> = named.collect();
        set.sort_unstable();
        set
    });
    sets.collect()
}

/// Makes wishes of a workspace's requirements.
pub(super) struct Asking<'a> {
    workspace: &'a Workspace,
    terms: &'a Terms,
    editables: BTreeSet<String>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(workspace: &'a Workspace, terms: &'a Terms) -> Self {
        let editables = editables(workspace).into_iter().map(|(_, url)| url);
        Self {
            workspace,
            terms,
            editables: editables.collect(),
        }
    }

    fn local(&self, member: &Member) -> Result<Local, SourceError> {
        let path = relative(&member.folder, &self.workspace.root);
        Ok(Local {
            version: member.project.version.clone(),
            source: match (member.is_package, self.editables.contains(&member.url())) {
                (false, _) => LockedSource::Virtual(path),
                (true, true) => LockedSource::Editable(path),
                (true, false) => LockedSource::Directory(path),
            },
            says: member.is_static().then(|| self.says(member)).transpose()?,
        })
    }

    fn says(&self, member: &Member) -> Result<Says, SourceError> {
        let requirer = Requirer {
            workspace: self.workspace,
            member: Some(member),
            extra: None,
            group: None,
        };
        let mut requires = self.wishes(requirer, &member.project.dependencies)?;
        for extra in member.extras() {
            let requirer = Requirer {
                extra: Some(extra),
                ..requirer
            };
            requires.extend(self.wishes(requirer, &of_extra(member, extra))?);
        }
        Ok(Says {
            requires: ordered(requires),
            extras: member.extras().cloned().collect(),
            groups: self.groups_of(member)?,
        })
    }

    /// What a project says that is known by its metadata alone.
    pub(super) fn says_of(&self, pin: &Pin) -> Says {
        let wishes = pin.requires.iter().map(|requirement| Wish {
            name: requirement.name.clone(),
            extras: requirement.extras.clone(),
            marker: requirement.marker,
            place: self.place(requirement, None),
        });
        let mut extras = Vec::new();
        for requirement in &pin.requires {
            for extra in named_extras(&requirement.marker.to_string()) {
                if !extras.contains(&extra) {
                    extras.push(extra);
                }
            }
        }
        Says {
            requires: ordered(wishes.collect()),
            extras,
            groups: Groups::default(),
        }
    }

    /// What a member says of its groups.
    pub(super) fn groups_of(&self, member: &Member) -> Result<Groups, SourceError> {
        let requirer = Requirer {
            workspace: self.workspace,
            member: Some(member),
            extra: None,
            group: None,
        };
        self.groups(requirer, &member.groups, &member.settings)
    }

    fn groups(
        &self,
        requirer: Requirer<'_>,
        groups: &BTreeMap<GroupName, Vec<Requirement>>,
        settings: &ProjectSettings,
    ) -> Result<Groups, SourceError> {
        let requires = groups.iter().map(|(group, requirements)| {
            let requirer = Requirer {
                group: Some(group),
                ..requirer
            };
            Ok((group.clone(), self.wishes(requirer, requirements)?))
        });
        Ok(Groups {
            requires: requires.collect::<Result<_, SourceError>>()?,
            defaults: settings.default_groups.clone().unless_usual(),
            pythons: settings.group_pythons.clone(),
        })
    }

    fn wishes(
        &self,
        requirer: Requirer<'_>,
        requirements: &[Requirement],
    ) -> Result<Vec<Wish>, SourceError> {
        let mut wishes = Vec::new();
        for requirement in requirements {
            for (lowered, source) in requirer.lower_with_places(requirement)? {
                let is_own = requirer
                    .member
                    .is_some_and(|member| member.name == lowered.name);
                let place = if is_own && source.is_none() && requirement.url().is_none() {
                    // An extra of the project itself.
                    self.place(requirement, None)
                } else {
                    self.place(&lowered, source)
                };
                wishes.push(Wish {
                    name: lowered.name,
                    extras: lowered.extras,
                    marker: lowered.marker,
                    place,
                });
            }
        }
        Ok(ordered(wishes))
    }

    fn place(&self, requirement: &Requirement, source: Option<&SourcePlace>) -> WishPlace {
        let url = match &requirement.source {
            RequirementSource::Specifiers(specifiers) => {
                let index = match source {
                    Some(SourcePlace::Index(name)) => self.terms.indexes.get(name).cloned(),
                    _ => None,
                };
                return WishPlace::Versions(specifiers.clone(), index);
            }
            RequirementSource::Url(url) => url,
        };
        if let Some(SourcePlace::Git {
            url,
            reference,
            subdirectory,
        }) = source
        {
            let reference = reference.as_ref().map(GitReference::parts);
            let url = repository_url(&without_secrets(url), reference, subdirectory.as_deref());
            return WishPlace::At("git", url, None);
        }
        self.at(requirement, url)
    }

    /// What stands at a URL.
    fn at(&self, requirement: &Requirement, url: &str) -> WishPlace {
        let member = self.workspace.members.get(&requirement.name);
        if let Some(member) = member.filter(|member| member.url() == url) {
            let path = relative(&member.folder, &self.workspace.root);
            let key = match (member.is_package, self.editables.contains(url)) {
                (false, _) => "virtual",
                (true, true) => "editable",
                (true, false) => "directory",
            };
            return WishPlace::At(key, path, None);
        }
        let (plain, fragment) = url.split_once('#').unwrap_or((url, ""));
        let mut parts = fragment.split('&');
        let subdirectory = parts.find_map(|part| part.strip_prefix("subdirectory="));
        if let Some(repository) = plain.strip_prefix("git+") {
            let (repository, revision) = match repository.rsplit_once('@') {
                Some((before, revision)) if !revision.contains(['/', ':']) => {
                    (before, Some(("rev", revision)))
                }
                _ => (repository, None),
            };
            let url = repository_url(&without_secrets(repository), revision, subdirectory);
            return WishPlace::At("git", url, None);
        }
        let subdirectory = subdirectory.map(str::to_owned);
        let parsed = url::Url::parse(plain).ok();
        let file = parsed.filter(|url| url.scheme() == "file");
        match file.and_then(|url| url.to_file_path().ok()) {
            None => WishPlace::At("url", without_secrets(plain), subdirectory),
            Some(path) => {
                let key = match (path.is_dir(), self.editables.contains(plain)) {
                    (false, _) => "path",
                    (true, true) => "editable",
                    (true, false) => "directory",
                };
                WishPlace::At(key, relative(&path, &self.workspace.root), subdirectory)
            }
        }
    }
}

/// A URL without the credentials in it; the user that everybody has for SSH stays.
pub fn without_secrets(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else {
        return text.to_owned();
    };
    let is_everyones = url.username() == "git" && url.password().is_none();
    if is_everyones || (url.username().is_empty() && url.password().is_none()) {
        return text.to_owned();
    }
    // Neither can fail for a URL that had a user.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

/// What an extra requires, for that extra.
fn of_extra(member: &Member, extra: &ExtraName) -> Vec<Requirement> {
    let condition: Marker = format!("extra == '{extra}'")
        .parse()
        .expect("a normal name stands in quotes");
    let mut extras = member.project.optional_dependencies.iter();
    let requirements = extras.find(|(known, _)| known == extra);
    let requirements = requirements.into_iter().flat_map(|(_, list)| list);
    let requirements = requirements.map(|requirement| Requirement {
        marker: requirement.marker.and(condition),
        ..requirement.clone()
    });
    requirements.collect()
}

/// Requirements with what extras of the project itself require in the place of their names: some
/// backends say it so, and uv takes both.
fn flattened(name: &ProjectName, mut wishes: Vec<Wish>) -> Vec<Wish> {
    for _ in 0..DEPTH_MAX {
        let (own, mut others): (Vec<Wish>, Vec<Wish>) =
            wishes.iter().cloned().partition(|wish| wish.name == *name);
        if own.is_empty() {
            break;
        }
        for (wish, extra) in own
            .iter()
            .flat_map(|wish| wish.extras.iter().map(move |extra| (wish, extra)))
        {
            others.extend(wishes.iter().filter_map(|meant| {
                let with = meant.marker.with_extras(std::slice::from_ref(extra));
                let more = with.and(meant.marker.with_extras(&[]).not());
                let marker = more.and(wish.marker);
                (!marker.is_false()).then(|| Wish {
                    marker,
                    ..meant.clone()
                })
            }));
        }
        wishes = ordered(others);
    }
    wishes.retain(|wish| wish.name != *name);
    wishes
}
