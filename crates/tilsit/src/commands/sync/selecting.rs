//! Which members, extras and groups a command is about.

use clap::Args;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_project::Workspace;
use tilsit_project::lock::Selection;
use tilsit_project::settings::ConflictKind;

use crate::error::CommandError;
use crate::explain::Code;
use crate::syncing::{self, Omitted};

/// What of the lock is wanted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub(crate) struct SelectionOptions {
    /// With this extra
    #[arg(long, value_name = "EXTRA", value_delimiter = ',')]
    extra: Vec<ExtraName>,
    /// With all extras
    #[arg(long, conflicts_with = "extra")]
    all_extras: bool,
    /// Without this extra, with `--all-extras`
    #[arg(long, value_name = "EXTRA", requires = "all_extras")]
    no_extra: Vec<ExtraName>,
    /// With this dependency group
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    group: Vec<GroupName>,
    /// Without this dependency group, although it is a default one
    #[arg(long, value_name = "GROUP")]
    no_group: Vec<GroupName>,
    /// With all dependency groups
    #[arg(long, conflicts_with = "group")]
    all_groups: bool,
    /// Without the default groups
    #[arg(long)]
    no_default_groups: bool,
    /// With the group `dev`
    #[arg(long, overrides_with = "no_dev")]
    dev: bool,
    /// Without the group `dev`
    #[arg(long)]
    no_dev: bool,
    /// Nothing but this dependency group
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["group", "all_groups", "extra", "all_extras"])]
    only_group: Vec<GroupName>,
    /// Nothing but the group `dev`
    #[arg(long, conflicts_with_all = ["group", "all_groups", "only_group", "no_dev", "extra", "all_extras"])]
    only_dev: bool,
    /// This member of the workspace
    #[arg(long, value_name = "MEMBER", conflicts_with = "all_packages")]
    package: Vec<ProjectName>,
    /// All members of the workspace
    #[arg(long)]
    all_packages: bool,
    /// Only what the project needs, not the project itself
    #[arg(long, visible_aliases = ["only-deps", "no-emit-project"])]
    no_install_project: bool,
    /// Only what the members need, none of them
    #[arg(long, visible_alias = "no-emit-workspace")]
    no_install_workspace: bool,
    /// Leave out this project
    #[arg(long, value_name = "PROJECT", visible_alias = "no-emit-package")]
    no_install_package: Vec<ProjectName>,
}

/// What is wanted, and what of it is left out.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) selection: Selection,
    pub(crate) omitted: Omitted,
}

impl SelectionOptions {
    /// What is wanted of a workspace: of the project in whose folder one is, of all members in a root
    /// that is none.
    ///
    /// # Errors
    /// When a member is named that is not there.
    pub(crate) fn choose(&self, workspace: &Workspace) -> Result<Chosen, CommandError> {
        for name in &self.package {
            if !workspace.members.contains_key(name) {
                let members = workspace.members.keys();
                let members: Vec<&str> = members.map(ProjectName::as_str).collect();
                return Err(CommandError::new(
                    Code::Usage,
                    format!("the workspace has no member `{name}`"),
                )
                .hint(format!("its members are: {}", members.join(", "))));
            }
        }
        let mut members = if !self.package.is_empty() {
            self.package.clone()
        } else if self.all_packages {
            Vec::new()
        } else {
            workspace.current.iter().cloned().collect()
        };
        members.sort_unstable();
        members.dedup();
        if members.len() == workspace.members.len() && workspace.root_groups.is_empty() {
            members.clear();
        }
        let selection = Selection {
            members,
            extras: if self.all_extras {
                self.no_extra.clone()
            } else {
                self.extra.clone()
            },
            all_extras: self.all_extras,
            groups: self.groups(workspace)?,
            only_groups: self.only_dev || !self.only_group.is_empty(),
        };
        check_conflicts(workspace, &selection)?;
        Ok(Chosen {
            selection,
            omitted: Omitted {
                project: self.no_install_project,
                workspace: self.no_install_workspace,
                names: self.no_install_package.clone(),
            },
        })
    }

    /// The options with the members among what `--package` names, and the others of these names.
    pub(crate) fn split_packages(&self, workspace: &Workspace) -> (Self, Vec<ProjectName>) {
        let names = self.package.iter().cloned();
        let is_member = |name: &ProjectName| workspace.members.contains_key(name);
        let (package, others) = names.partition(is_member);
        let mut options = self.clone();
        options.package = package;
        (options, others)
    }

    /// The options again, as one would type them.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let flags = [
            (self.all_extras, "--all-extras"),
            (self.all_groups, "--all-groups"),
            (self.no_default_groups, "--no-default-groups"),
            (self.dev, "--dev"),
            (self.no_dev, "--no-dev"),
            (self.only_dev, "--only-dev"),
            (self.all_packages, "--all-packages"),
            (self.no_install_project, "--no-emit-project"),
            (self.no_install_workspace, "--no-emit-workspace"),
        ];
        let given = flags.iter().filter(|(given, _)| *given);
        words.extend(given.map(|(_, option)| (*option).to_owned()));
        let mut add = |option: &str, names: &mut dyn Iterator<Item = &str>| {
            words.extend(names.map(|name| format!("{option} {name}")));
        };
        add("--extra", &mut self.extra.iter().map(ExtraName::as_str));
        add(
            "--no-extra",
            &mut self.no_extra.iter().map(ExtraName::as_str),
        );
        add("--group", &mut self.group.iter().map(GroupName::as_str));
        add(
            "--no-group",
            &mut self.no_group.iter().map(GroupName::as_str),
        );
        add(
            "--only-group",
            &mut self.only_group.iter().map(GroupName::as_str),
        );
        add(
            "--package",
            &mut self.package.iter().map(ProjectName::as_str),
        );
        let omitted = &self.no_install_package;
        add(
            "--no-emit-package",
            &mut omitted.iter().map(ProjectName::as_str),
        );
        words
    }

    /// The groups that are meant.
    fn groups(&self, workspace: &Workspace) -> Result<Vec<GroupName>, CommandError> {
        let dev: GroupName = workspace
            .dev_group()
            .parse()
            .map_err(|error| CommandError::from_error(Code::Bug, &error))?;
        if self.only_dev {
            return Ok(vec![dev]);
        }
        if !self.only_group.is_empty() {
            return Ok(self.only_group.clone());
        }
        let mut with = self.group.clone();
        let mut without = self.no_group.clone();
        if self.all_groups {
            with.extend(workspace.groups().into_iter().cloned());
        }
        if self.dev {
            with.push(dev.clone());
        }
        if self.no_dev {
            without.push(dev);
        }
        let no_defaults = self.no_default_groups;
        Ok(syncing::groups(workspace, &with, &without, no_defaults))
    }
}

/// Of extras and groups that conflict only one can be had.
fn check_conflicts(workspace: &Workspace, selection: &Selection) -> Result<(), CommandError> {
    for set in &workspace.settings.conflicts {
        let chosen = set.iter().filter(|item| {
            let package = item.package.as_ref();
            let package = package.or_else(|| Some(&workspace.root_member()?.name));
            let is_meant = package.is_none_or(|package| {
                selection.members.is_empty() || selection.members.contains(package)
            });
            match &item.kind {
                ConflictKind::Extra(extra) => {
                    is_meant
                        && !selection.only_groups
                        && selection.extras.contains(extra) != selection.all_extras
                }
                ConflictKind::Group(group) => selection.groups.contains(group),
            }
        });
        let chosen: Vec<String> = chosen
            .map(|item| match &item.kind {
                ConflictKind::Extra(extra) => format!("the extra `{extra}`"),
                ConflictKind::Group(group) => format!("the group `{group}`"),
            })
            .collect();
        if chosen.len() > 1 {
            let message = format!("{} conflict with each other", chosen.join(" and "));
            return Err(CommandError::new(Code::SelectionInvalid, message)
                .hint("`conflicts` of the project says so: choose one of them"));
        }
    }
    Ok(())
}
