//! Sources applied: a requirement on a project becomes one on the place it comes from.

use std::path::{Path, PathBuf};

use tilsit_files::FileError;
use tilsit_packaging::name::{ExtraName, GroupName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};

use crate::settings::{Source, SourcePlace};
use crate::workspace::{Member, Workspace, folder_url};

/// A source that cannot be applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// `workspace = true` for what is no member.
    #[error(
        "`{requirer}` says that `{name}` is a member of the workspace, and there is none of that name"
    )]
    NoMember {
        /// Whose source it is.
        requirer: String,
        /// What it is for.
        name: ProjectName,
    },
    /// The path leads nowhere.
    #[error("the source of `{name}` is `{}`, which is not there", .path.display())]
    NoPath {
        /// What it is for.
        name: ProjectName,
        /// Where it should be.
        path: PathBuf,
    },
    /// A requirement that names a URL has a source besides.
    #[error("`{name}` has a source, and a requirement of `{requirer}` names a URL")]
    Twice {
        /// Whose requirement it is.
        requirer: String,
        /// What it is for.
        name: ProjectName,
    },
    /// The path cannot be looked at.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Who states requirements, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requirer<'a> {
    /// The workspace.
    pub(crate) workspace: &'a Workspace,
    /// The project; none for the groups of a root that is none.
    pub(crate) member: Option<&'a Member>,
    /// The extra that requires.
    pub(crate) extra: Option<&'a ExtraName>,
    /// The group that requires.
    pub(crate) group: Option<&'a GroupName>,
}

impl Requirer<'_> {
    /// The requirements that stand for this one: one for each source whose marker is not the
    /// other's, and the index for what is left.
    pub(crate) fn lower(&self, requirement: &Requirement) -> Result<Vec<Requirement>, SourceError> {
        let placed = self.lower_with_places(requirement)?;
        Ok(placed.into_iter().map(|(lowered, _)| lowered).collect())
    }

    /// The same, each with the source that it comes from.
    pub(crate) fn lower_with_places(
        &self,
        requirement: &Requirement,
    ) -> Result<Vec<(Requirement, Option<&SourcePlace>)>, SourceError> {
        let Some((sources, folder)) = self.sources(&requirement.name) else {
            return Ok(vec![(self.member_itself(requirement), None)]);
        };
        let mut lowered = Vec::new();
        let mut left = requirement.marker;
        for source in sources {
            let is_meant = source
                .extra
                .as_ref()
                .is_none_or(|extra| Some(extra) == self.extra)
                && source
                    .group
                    .as_ref()
                    .is_none_or(|group| Some(group) == self.group);
            let marker = left.and(source.marker);
            if !is_meant || marker.is_false() {
                continue;
            }
            left = left.and(source.marker.not());
            let placed = match self.place(&requirement.name, &source.place, folder)? {
                None => requirement.source.clone(),
                Some(_) if requirement.url().is_some() => {
                    return Err(SourceError::Twice {
                        requirer: self.words(),
                        name: requirement.name.clone(),
                    });
                }
                Some(url) => RequirementSource::Url(url),
            };
            let placed = Requirement {
                source: placed,
                marker,
                ..requirement.clone()
            };
            lowered.push((placed, Some(&source.place)));
        }
        if !left.is_false() {
            let rest = Requirement {
                marker: left,
                ..requirement.clone()
            };
            lowered.push((rest, None));
        }
        Ok(lowered)
    }

    /// A member that is required by its name alone is that member.
    fn member_itself(&self, requirement: &Requirement) -> Requirement {
        let member = self.workspace.members.get(&requirement.name);
        match member.filter(|_| requirement.url().is_none()) {
            None => requirement.clone(),
            Some(member) => Requirement {
                source: RequirementSource::Url(member.url()),
                ..requirement.clone()
            },
        }
    }

    /// The sources of a project, and the folder that their paths start from: the member's own, or
    /// those of the root.
    fn sources(&self, name: &ProjectName) -> Option<(&[Source], &Path)> {
        let own = self.member.and_then(|member| {
            let sources = member.settings.sources.get(name)?;
            Some((sources.as_slice(), member.folder.as_path()))
        });
        own.or_else(|| {
            let sources = self.workspace.settings.sources.get(name)?;
            Some((sources.as_slice(), self.workspace.root.as_path()))
        })
    }

    /// The URL that a source leads to; none for an index.
    fn place(
        &self,
        name: &ProjectName,
        place: &SourcePlace,
        folder: &Path,
    ) -> Result<Option<String>, SourceError> {
        Ok(Some(match place {
            SourcePlace::Index(_) => return Ok(None),
            SourcePlace::Workspace { .. } => match self.workspace.members.get(name) {
                Some(member) => member.url(),
                None => {
                    return Err(SourceError::NoMember {
                        requirer: self.words(),
                        name: name.clone(),
                    });
                }
            },
            SourcePlace::Path { path, .. } => {
                let path = plain(&folder.join(path));
                if !tilsit_files::exists(&path)? {
                    return Err(SourceError::NoPath {
                        name: name.clone(),
                        path,
                    });
                }
                folder_url(&path)
            }
            SourcePlace::Git {
                url,
                reference,
                subdirectory,
            } => {
                let url = url.strip_prefix("git+").unwrap_or(url);
                let mut whole = format!("git+{url}");
                if let Some(reference) = reference {
                    whole.push('@');
                    whole.push_str(reference.parts().1);
                }
                with_subdirectory(whole, subdirectory.as_deref())
            }
            SourcePlace::Url { url, subdirectory } => {
                with_subdirectory(url.clone(), subdirectory.as_deref())
            }
        }))
    }

    fn words(&self) -> String {
        let member = self.member.map(|member| member.name.to_string());
        member.unwrap_or_else(|| "the workspace".to_owned())
    }
}

fn with_subdirectory(url: String, subdirectory: Option<&str>) -> String {
    match subdirectory {
        None => url,
        Some(folder) => {
            let separator = if url.contains('#') { '&' } else { '#' };
            format!("{url}{separator}subdirectory={folder}")
        }
    }
}

/// A path without `.` and `..` in it, as far as the text tells.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// The members and folders that are installed as they stand: members unless a source says otherwise,
/// folders that a source says so of.
pub fn editables(workspace: &Workspace) -> Vec<(ProjectName, String)> {
    let mut editables = Vec::new();
    let members = workspace.members.values();
    for member in members.filter(|member| member.is_package) {
        editables.push((member.name.clone(), member.url()));
    }
    let tables = std::iter::once((&workspace.settings, &workspace.root)).chain(
        workspace
            .members
            .values()
            .map(|member| (&member.settings, &member.folder)),
    );
    for (settings, folder) in tables {
        for (name, sources) in &settings.sources {
            for source in sources {
                match &source.place {
                    SourcePlace::Path {
                        path,
                        editable: Some(true),
                    } => editables.push((name.clone(), folder_url(&plain(&folder.join(path))))),
                    SourcePlace::Workspace {
                        editable: Some(false),
                    } => editables.retain(|(known, _)| known != name),
                    _ => {}
                }
            }
        }
    }
    editables
}

#[cfg(test)]
mod tests;
