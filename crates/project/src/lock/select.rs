//! What of a lock is wanted: which members, extras and groups, and whether the projects themselves.

use std::collections::{BTreeMap, BTreeSet};

use tilsit_packaging::marker::MarkerEnvironment;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::pylock::{SelectError, SelectOptions, Selected};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::tag::CompatibleTags;

use super::Lock;
use super::own::{self, LockedMember, OwnTable};

/// What is wanted of a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// These members alone; all where none is named.
    pub members: Vec<ProjectName>,
    /// The extras, as the members call them.
    pub extras: Vec<ExtraName>,
    /// Every extra but those in `extras`.
    pub all_extras: bool,
    /// The groups.
    pub groups: Vec<GroupName>,
    /// Nothing but what the groups require.
    pub only_groups: bool,
}

/// Why a selection cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The lock is not for the environment.
    #[error(transparent)]
    Lock(#[from] SelectError),
    /// There is no such member.
    #[error("the lock has no member `{0}`")]
    NoMember(ProjectName),
    /// There is no such extra.
    #[error("no member of the lock has the extra `{0}`")]
    NoExtra(ExtraName),
    /// There is no such group.
    #[error("the lock has no group `{0}`")]
    NoGroup(GroupName),
    /// A part of a lock of another tool is wanted.
    #[error(
        "the lock is that of another tool, which says of no package whose it is: it can be had as a \
         whole only"
    )]
    Foreign,
}

impl Lock {
    /// The packages that a selection asks for in an environment.
    ///
    /// # Errors
    /// When the lock is not for the environment, or the selection names what is not there.
    pub fn select(
        &self,
        selection: &Selection,
        environment: &MarkerEnvironment,
        tags: &CompatibleTags,
        prefers_sdist: &mut dyn FnMut(&ProjectName) -> bool,
    ) -> Result<Vec<Selected<'_>>, SelectionError> {
        self.check_groups(selection)?;
        let members = self.members(selection)?;
        let extras = self.extras(selection, &members)?;
        let options = SelectOptions {
            environment,
            tags,
            extras: &extras,
            dependency_groups: Some(&selection.groups),
        };
        let mut selected = self.pylock.select(&options, prefers_sdist)?;
        let is_whole = selection.members.is_empty() && !selection.only_groups;
        if is_whole {
            return Ok(selected);
        }
        let Some(own) = &self.own else {
            return Err(SelectionError::Foreign);
        };
        let walk = Walk {
            own,
            environment,
            selected: selected
                .iter()
                .map(|one| (&one.package.name, one))
                .collect(),
        };
        let reached = walk.from(selection, &members);
        selected.retain(|one| reached.contains(&one.package.name));
        Ok(selected)
    }

    /// Whether there are the groups that are asked for.
    pub(super) fn check_groups(&self, selection: &Selection) -> Result<(), SelectionError> {
        let known = &self.pylock.dependency_groups;
        let mut groups = selection.groups.iter();
        match groups.find(|group| !known.contains(group)) {
            Some(group) => Err(SelectionError::NoGroup(group.clone())),
            None => Ok(()),
        }
    }

    /// The members that are asked for; none in a lock of another tool.
    pub(super) fn members<'a>(
        &'a self,
        selection: &Selection,
    ) -> Result<Vec<(&'a ProjectName, &'a LockedMember)>, SelectionError> {
        let Some(own) = &self.own else {
            return match selection.members.first() {
                None => Ok(Vec::new()),
                Some(_) => Err(SelectionError::Foreign),
            };
        };
        if selection.members.is_empty() {
            return Ok(own.members.iter().collect());
        }
        let named = selection.members.iter();
        named
            .map(|name| {
                let member = own.members.get_key_value(name);
                member.ok_or_else(|| SelectionError::NoMember(name.clone()))
            })
            .collect()
    }

    /// The extras that are asked for, as the lock calls them.
    pub(super) fn extras(
        &self,
        selection: &Selection,
        members: &[(&ProjectName, &LockedMember)],
    ) -> Result<Vec<ExtraName>, SelectionError> {
        if self.own.is_none() {
            if selection.all_extras {
                let all = self.pylock.extras.iter();
                return Ok(all
                    .filter(|one| !selection.extras.contains(one))
                    .cloned()
                    .collect());
            }
            let unknown = selection
                .extras
                .iter()
                .find(|one| !self.pylock.extras.contains(one));
            return match unknown {
                Some(extra) => Err(SelectionError::NoExtra(extra.clone())),
                None => Ok(selection.extras.clone()),
            };
        }
        let mut found = BTreeSet::new();
        let mut named: BTreeSet<&ExtraName> = BTreeSet::new();
        for (_, member) in members {
            for extra in member.chosen(selection) {
                if let Some((extra, (in_lock, _))) = member.extras.get_key_value(extra)
                    && self.pylock.extras.contains(in_lock)
                {
                    named.insert(extra);
                    found.insert(in_lock.clone());
                }
            }
        }
        let unknown = selection.extras.iter().find(|extra| {
            // A lock with a name may hold some of the extras only.
            let is_there = |(_, member): &(&ProjectName, &LockedMember)| {
                let in_lock = member.extras.get(*extra).map(|(in_lock, _)| in_lock);
                in_lock.is_some_and(|in_lock| self.pylock.extras.contains(in_lock))
            };
            !members.iter().any(is_there)
        });
        match unknown {
            Some(extra) => Err(SelectionError::NoExtra(extra.clone())),
            None => Ok(found.into_iter().collect()),
        }
    }
}

impl LockedMember {
    /// The extras of the member that a selection asks for.
    pub(super) fn chosen<'a>(&'a self, selection: &'a Selection) -> Vec<&'a ExtraName> {
        let is_named = |extra: &&ExtraName| selection.extras.contains(extra);
        let all = self.extras.keys();
        if selection.all_extras {
            all.filter(|extra| !is_named(extra)).collect()
        } else {
            all.filter(is_named).collect()
        }
    }
}

/// A walk along requirements through what is selected, where each name stands once.
struct Walk<'a> {
    own: &'a OwnTable,
    environment: &'a MarkerEnvironment,
    selected: BTreeMap<&'a ProjectName, &'a Selected<'a>>,
}

impl Walk<'_> {
    /// The names that the selection leads to.
    fn from(
        &self,
        selection: &Selection,
        members: &[(&ProjectName, &LockedMember)],
    ) -> BTreeSet<ProjectName> {
        let mut waiting: Vec<(ProjectName, Vec<ExtraName>)> = Vec::new();
        let mut reached = BTreeSet::new();
        for (name, member) in members {
            if !selection.only_groups {
                let extras = member.chosen(selection).into_iter().cloned().collect();
                waiting.push(((*name).clone(), extras));
            }
            for group in &selection.groups {
                let requires = member.groups.get(group).into_iter().flatten();
                self.follow(requires, &[], &mut waiting);
            }
        }
        if selection.members.is_empty() {
            for group in &selection.groups {
                let requires = self.own.groups.get(group).into_iter().flatten();
                self.follow(requires, &[], &mut waiting);
            }
        }
        let mut seen: BTreeSet<(ProjectName, Vec<ExtraName>)> = BTreeSet::new();
        while let Some((name, extras)) = waiting.pop() {
            if !seen.insert((name.clone(), extras.clone())) {
                continue;
            }
            if let Some(member) = self.own.members.get(&name) {
                self.follow(member.with_extras(&extras), &[], &mut waiting);
            } else if let Some(one) = self.selected.get(&name)
                && let Some(requires) = own::requires(one.package)
            {
                self.follow(requires.iter(), &extras, &mut waiting);
            }
            reached.insert(name);
        }
        reached
    }

    fn follow<'r>(
        &self,
        requires: impl Iterator<Item = &'r Requirement>,
        extras: &[ExtraName],
        waiting: &mut Vec<(ProjectName, Vec<ExtraName>)>,
    ) {
        for requirement in requires {
            if requirement.marker.evaluate(self.environment, extras) {
                waiting.push((requirement.name.clone(), requirement.extras.clone()));
            }
        }
    }
}
