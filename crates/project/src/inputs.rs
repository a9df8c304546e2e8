//! What a lock answers: the requirements of all members with all their extras and groups, for all
//! environments; divided into worlds where extras or groups conflict.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::VersionSpecifiers;
use tilsit_resolver::{RootRequirement, Universal};

use crate::locks::LockKind;
use crate::settings::{ConflictItem, ConflictKind};
use crate::sources::{Requirer, SourceError};
use crate::workspace::{Member, Workspace};

/// The most worlds that conflicts may divide a lock into: each is a resolution.
const WORLDS_MAX: usize = 64;

/// What is to be locked.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The Pythons and environments.
    pub universal: Universal,
    /// The worlds: one, unless extras or groups conflict.
    pub worlds: Vec<World>,
    /// The names that extras of members have in the lock.
    pub extras: ExtraNames,
    /// Every root.
    pub(crate) roots: Vec<Root>,
}

/// A part of what may be asked for together.
#[derive(Clone, Debug)]
pub struct World {
    /// The extras and groups that are asked for, and those that are not.
    pub marker: Marker,
    /// What is required in it.
    pub requirements: Vec<RootRequirement>,
}

/// A requirement of the workspace itself, and when it counts.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// The extras or groups that ask for it; always for a member itself.
    pub(crate) context: Marker,
    pub(crate) requirement: Requirement,
    origin: String,
}

/// What extras of members are called in the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraNames(BTreeMap<(ProjectName, ExtraName), ExtraName>);

/// Why there is nothing to be locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputsError {
    /// A source cannot be applied.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No Python fits all members.
    #[error("no Python fits all members of the workspace: {0}")]
    Python(String),
    /// A conflict names what is not there.
    #[error("`conflicts` names {0}, which is not there")]
    Conflict(String),
    /// Too many conflicts.
    #[error(
        "the conflicts divide the lock into {0} resolutions, and {WORLDS_MAX} are the most: join sets \
         that belong together"
    )]
    Worlds(usize),
}

impl Inputs {
    /// What a workspace asks for; `python` stands in for a `requires-python` that nobody states.
    ///
    /// # Errors
    /// When sources, Pythons or conflicts make no sense.
    pub fn of(workspace: &Workspace, python: &VersionSpecifiers) -> Result<Self, InputsError> {
        let extras = ExtraNames::of(workspace);
        let mut roots = Vec::new();
        for member in workspace.members.values() {
            add_member(&mut roots, member, workspace, &extras);
            let requirer = Requirer {
                workspace,
                member: Some(member),
                extra: None,
                group: None,
            };
            add_groups(&mut roots, requirer, &member.groups)?;
        }
        let requirer = Requirer {
            workspace,
            member: None,
            extra: None,
            group: None,
        };
        add_groups(&mut roots, requirer, &workspace.root_groups)?;
        let worlds = worlds(workspace, &extras)?;
        let worlds = worlds.into_iter().map(|marker| World {
            marker,
            requirements: in_world(&roots, marker),
        });
        Ok(Self {
            universal: Universal {
                requires_python: requires_python(workspace, python)?,
                environments: workspace.settings.environments.clone(),
            },
            worlds: worlds.collect(),
            extras,
            roots,
        })
    }

    /// What somebody asks for without a project, always and in these environments.
    pub fn of_requirements(requirements: &[RootRequirement], universal: Universal) -> Self {
        let roots = requirements.iter().map(|root| Root {
            context: Marker::TRUE,
            requirement: root.requirement.clone(),
            origin: root.origin.as_str().to_owned(),
        });
        Self {
            universal,
            worlds: vec![World {
                marker: Marker::TRUE,
                requirements: requirements.to_vec(),
            }],
            extras: ExtraNames::default(),
            roots: roots.collect(),
        }
    }

    /// What somebody asks for without a project, question for question.
    pub(crate) fn of_questions(questions: Vec<Vec<RootRequirement>>, universal: Universal) -> Self {
        let all = questions.iter().flatten().cloned().collect::<Vec<_>>();
        let mut inputs = Self::of_requirements(&all, universal);
        inputs.worlds = questions
            .into_iter()
            .map(|requirements| World {
                marker: Marker::TRUE,
                requirements,
            })
            .collect();
        inputs
    }

    /// All that may be asked for.
    pub(crate) fn whole(&self) -> Marker {
        let worlds = self.worlds.iter();
        let asked = worlds.fold(Marker::FALSE, |whole, world| whole.or(world.marker));
        self.universal.world().and(asked)
    }
}

/// `'name' in extras`
pub(crate) fn extra_marker(name: &ExtraName) -> Marker {
    text_marker(&format!("'{name}' in extras"))
}

/// `'name' in dependency_groups`
pub(crate) fn group_marker(name: &GroupName) -> Marker {
    text_marker(&format!("'{name}' in dependency_groups"))
}

fn text_marker(text: &str) -> Marker {
    text.parse().expect("a normal name stands in quotes")
}

/// A member, and each of its extras.
fn add_member(roots: &mut Vec<Root>, member: &Member, workspace: &Workspace, extras: &ExtraNames) {
    let mut add = |extra: Option<&ExtraName>, context| {
        roots.push(Root {
            context,
            requirement: Requirement {
                name: member.name.clone(),
                extras: extra.cloned().into_iter().collect(),
                source: RequirementSource::Url(member.url()),
                marker: Marker::TRUE,
            },
            origin: "the workspace".to_owned(),
        });
    };
    add(None, Marker::TRUE);
    for extra in workspace.locked_extras(member) {
        add(
            Some(extra),
            extra_marker(extras.in_lock(&member.name, extra)),
        );
    }
}

fn add_groups(
    roots: &mut Vec<Root>,
    requirer: Requirer<'_>,
    groups: &BTreeMap<GroupName, Vec<Requirement>>,
) -> Result<(), InputsError> {
    for (group, requirements) in groups {
        let requirer = Requirer {
            group: Some(group),
            ..requirer
        };
        let origin = match requirer.member {
            Some(member) => format!("the group `{group}` of `{}`", member.name),
            None => format!("the group `{group}`"),
        };
        for requirement in requirements {
            for requirement in requirer.lower(requirement)? {
                roots.push(Root {
                    context: group_marker(group),
                    requirement,
                    origin: origin.clone(),
                });
            }
        }
    }
    Ok(())
}

/// What is required in a world; what is required twice in the same words once.
fn in_world(roots: &[Root], world: Marker) -> Vec<RootRequirement> {
    let mut requirements: Vec<RootRequirement> = Vec::new();
    for root in roots.iter().filter(|root| !root.context.is_disjoint(world)) {
        let is_there = |known: &&mut RootRequirement| {
            let known = &known.requirement;
            known.name == root.requirement.name
                && known.source == root.requirement.source
                && known.marker == root.requirement.marker
        };
        match requirements.iter_mut().find(is_there) {
            None => requirements.push(RootRequirement::new(
                root.requirement.clone(),
                root.origin.as_str(),
            )),
            Some(known) => {
                let extras = &mut known.requirement.extras;
                extras.extend(root.requirement.extras.iter().cloned());
                extras.sort_unstable();
                extras.dedup();
            }
        }
    }
    requirements
}

/// The Pythons that all members are for.
fn requires_python(
    workspace: &Workspace,
    otherwise: &VersionSpecifiers,
) -> Result<VersionSpecifiers, InputsError> {
    let mut words: Vec<String> = workspace.pythons().map(ToString::to_string).collect();
    words.retain(|words| !words.is_empty());
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        return Ok(otherwise.clone());
    }
    let joined = words.join(",");
    let all: VersionSpecifiers = joined
        .parse()
        .map_err(|_| InputsError::Python(joined.clone()))?;
    let range = tilsit_packaging::range::VersionRange::from(&all);
    if range.is_empty() {
        return Err(InputsError::Python(joined));
    }
    Ok(all)
}

/// The worlds that the conflicts leave: of each set one item at most.
fn worlds(workspace: &Workspace, extras: &ExtraNames) -> Result<Vec<Marker>, InputsError> {
    let mut worlds = vec![Marker::TRUE];
    for set in &workspace.settings.conflicts {
        let items = set
            .iter()
            .map(|item| conflict_marker(item, workspace, extras))
            .collect::<Result<Vec<Marker>, _>>()?;
        let mut choices = Vec::new();
        for chosen in (0..items.len()).map(Some).chain([None]) {
            let choice = items.iter().enumerate();
            choices.push(choice.fold(Marker::TRUE, |choice, (place, item)| {
                choice.and(if Some(place) == chosen {
                    *item
                } else {
                    item.not()
                })
            }));
        }
        worlds = worlds
            .iter()
            .flat_map(|world| choices.iter().map(|choice| world.and(*choice)))
            .filter(|world| !world.is_false())
            .collect();
        if worlds.len() > WORLDS_MAX {
            return Err(InputsError::Worlds(worlds.len()));
        }
    }
    Ok(worlds)
}

fn conflict_marker(
    item: &ConflictItem,
    workspace: &Workspace,
    extras: &ExtraNames,
) -> Result<Marker, InputsError> {
    let named = item.package.as_ref();
    let member = match named {
        Some(name) => workspace.members.get(name),
        None => workspace.root_member(),
    };
    match &item.kind {
        ConflictKind::Extra(extra) => {
            let member = member.filter(|member| member.extras().any(|known| known == extra));
            let member =
                member.ok_or_else(|| InputsError::Conflict(format!("the extra `{extra}`")))?;
            Ok(extra_marker(extras.in_lock(&member.name, extra)))
        }
        ConflictKind::Group(group) if workspace.groups().contains(&group) => {
            Ok(group_marker(group))
        }
        ConflictKind::Group(group) => Err(InputsError::Conflict(format!("the group `{group}`"))),
    }
}

impl Member {
    /// The names of its extras.
    pub fn extras(&self) -> impl Iterator<Item = &ExtraName> {
        let extras = self.project.optional_dependencies.iter();
        extras.map(|(extra, _)| extra)
    }
}

impl ExtraNames {
    /// An extra that one member has keeps its name; of several, that of the root does, and the others
    /// get the name of their member in front.
    pub fn of(workspace: &Workspace) -> Self {
        let mut count: BTreeMap<&ExtraName, usize> = BTreeMap::new();
        let members = workspace.members.values();
        for extra in members.flat_map(|member| workspace.locked_extras(member)) {
            *count.entry(extra).or_default() += 1;
        }
        let root = workspace.root_member().map(|member| &member.name);
        let mut taken: BTreeSet<ExtraName> = count.keys().map(|name| (*name).clone()).collect();
        let mut names = BTreeMap::new();
        for member in workspace.members.values() {
            for extra in workspace.locked_extras(member) {
                let keeps = count[extra] == 1 || Some(&member.name) == root;
                let mut name = extra.clone();
                let mut prefix = member.name.to_string();
                while !keeps && taken.contains(&name) {
                    let joined = format!("{prefix}-{extra}").parse();
                    name = joined.expect("two names with a line between are a name");
                    prefix = format!("{}-{prefix}", member.name);
                }
                taken.insert(name.clone());
                names.insert((member.name.clone(), extra.clone()), name);
            }
        }
        Self(names)
    }

    /// What an extra of a member is called in the lock.
    pub fn in_lock<'a>(&'a self, member: &ProjectName, extra: &'a ExtraName) -> &'a ExtraName {
        let key = (member.clone(), extra.clone());
        self.0.get(&key).unwrap_or(extra)
    }

    /// The names in the lock, sorted.
    pub fn all(&self) -> Vec<ExtraName> {
        let names: BTreeSet<&ExtraName> = self.0.values().collect();
        names.into_iter().cloned().collect()
    }
}

/// A digest of everything that a lock depends on and that the project says: as long as it is the same,
/// the lock answers it. `settings` is what besides the files decides.
pub fn fingerprint(workspace: &Workspace, inputs: &Inputs, settings: &str) -> String {
    let mut text = format!("1\n{}\n{settings}\n", inputs.universal.requires_python);
    let mut line = |key: &str, value: &dyn std::fmt::Display| {
        // To a string nothing can fail to be written.
        let _ = writeln!(text, "{key} {value}");
    };
    for marker in &inputs.universal.environments {
        line("environment", marker);
    }
    if let LockKind::Named(name, table) = &workspace.lock {
        line("lock", name);
        line("holds", &table.words());
    }
    for member in workspace.members.values() {
        let folder = member.folder.strip_prefix(&workspace.root);
        line("member", &member.name);
        line("folder", &folder.unwrap_or(&member.folder).display());
        line("package", &member.is_package);
        if !member.is_static() {
            line("text", &member.text);
            continue;
        }
        if let Some(version) = &member.project.version {
            line("version", version);
        }
        if let Some(pythons) = &member.project.requires_python {
            line("python", pythons);
        }
        for requirement in &member.project.dependencies {
            line("requires", requirement);
        }
        for (extra, requirements) in &member.project.optional_dependencies {
            line("extra", extra);
            for requirement in requirements {
                line("requires", requirement);
            }
        }
        groups_into(&mut line, &member.groups);
        line("tools", &tools(&member.text));
    }
    groups_into(&mut line, &workspace.root_groups);
    let root = workspace.root.join(crate::workspace::PYPROJECT);
    if workspace.root_member().is_none()
        && let Ok(root) = tilsit_files::read_to_string(root)
    {
        line("tools", &tools(&root));
    }
    hex(&Sha256::digest(text.as_bytes()))
}

fn groups_into(
    line: &mut impl FnMut(&str, &dyn std::fmt::Display),
    groups: &BTreeMap<GroupName, Vec<Requirement>>,
) {
    for (group, requirements) in groups {
        line("group", group);
        for requirement in requirements {
            line("requires", requirement);
        }
    }
}

/// The keys of our table and uv's that decide nothing about a lock.
const INDIFFERENT: [&str; 8] = [
    "tasks",
    "build",
    "build-backend",
    "cache-keys",
    "publish-url",
    "link-mode",
    "cache-dir",
    // Said for the lock that is meant alone.
    "locks",
];

/// Our table and uv's in a pyproject.toml, without what decides nothing.
fn tools(text: &str) -> String {
    let table: toml::Table = text.parse().unwrap_or_default();
    let tool = table.get("tool").and_then(toml::Value::as_table);
    let mut words = String::new();
    for name in ["tilsit", "uv"] {
        let Some(table) = tool.and_then(|tool| tool.get(name)?.as_table()) else {
            continue;
        };
        let kept = table
            .iter()
            .filter(|(key, _)| !INDIFFERENT.contains(&key.as_str()));
        let kept: toml::Table = kept
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if !kept.is_empty() {
            let _ = writeln!(words, "{name} {kept}");
        }
    }
    words
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
