//! What members require, with their sources applied: for the resolver, to which a member is a project
//! at the URL of its folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tilsit_index_client::{RemoteFile, SlimMetadata};
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::ExtraName;
use tilsit_packaging::requirement::Requirement;
use tilsit_provider::{BuildRefusal, BuildSource, MetadataBuilder};

use crate::sources::Requirer;
use crate::workspace::{Member, Workspace};

/// Answers for the members itself, and leaves everything else to another builder.
pub struct MemberMetadata<'a> {
    workspace: &'a Workspace,
    by_url: BTreeMap<String, &'a Member>,
    others: &'a dyn MetadataBuilder,
}

impl<'a> MemberMetadata<'a> {
    /// Answers for a workspace.
    pub fn new(workspace: &'a Workspace, others: &'a dyn MetadataBuilder) -> Self {
        let members = workspace.members.values();
        Self {
            by_url: members.map(|member| (member.url(), member)).collect(),
            workspace,
            others,
        }
    }

    fn of_member(&self, member: &Member, url: &str) -> Result<SlimMetadata, BuildRefusal> {
        let stated = if member.is_static() {
            None
        } else {
            Some(self.others.metadata(BuildSource::Url(url))?)
        };
        let mut metadata = match stated {
            Some(stated) => SlimMetadata::clone(&stated),
            None => of_tables(member),
        };
        let requirer = Requirer {
            workspace: self.workspace,
            member: Some(member),
            extra: None,
            group: None,
        };
        let mut lowered = Vec::with_capacity(metadata.requires_dist.len());
        for text in &metadata.requires_dist {
            let requirement: Requirement = text.parse().map_err(failed)?;
            let extra = extra_of(&requirement, &metadata.provides_extra);
            let requirer = Requirer {
                extra: extra.as_ref(),
                ..requirer
            };
            let requirements = requirer.lower(&requirement).map_err(failed)?;
            lowered.extend(requirements.iter().map(ToString::to_string));
        }
        metadata.requires_dist = lowered;
        Ok(metadata)
    }
}

impl MetadataBuilder for MemberMetadata<'_> {
    fn metadata(&self, source: BuildSource<'_>) -> Result<Arc<SlimMetadata>, BuildRefusal> {
        if let BuildSource::Url(url) = source
            && let Some(member) = self.by_url.get(url)
        {
            return self.of_member(member, url).map(Arc::new);
        }
        self.others.metadata(source)
    }

    fn downloaded(&self, file: &RemoteFile, path: &Path) {
        self.others.downloaded(file, path);
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> BuildRefusal {
    BuildRefusal::Failed(Box::new(error))
}

/// The extra that a requirement is for alone.
pub(crate) fn extra_of(requirement: &Requirement, extras: &[String]) -> Option<ExtraName> {
    let marker = requirement.marker;
    if !marker.names_extras() {
        return None;
    }
    let mut extras = extras.iter().filter_map(|extra| extra.parse().ok());
    extras.find(|extra: &ExtraName| {
        marker.with_extras(&[]).is_false()
            && !marker.with_extras(std::slice::from_ref(extra)).is_false()
    })
}

/// The metadata of a member whose tables say everything; a version that only a build tells is told to
/// nobody here.
fn of_tables(member: &Member) -> SlimMetadata {
    let project = &member.project;
    let mut requires: Vec<String> = Vec::new();
    requires.extend(project.dependencies.iter().map(ToString::to_string));
    for (extra, requirements) in &project.optional_dependencies {
        let marker: Result<Marker, _> = format!("extra == '{extra}'").parse();
        let condition = marker.expect("a normal name stands in quotes");
        requires.extend(requirements.iter().map(|requirement| {
            let marker = requirement.marker.and(condition);
            let requirement = Requirement {
                marker,
                ..requirement.clone()
            };
            requirement.to_string()
        }));
    }
    SlimMetadata {
        metadata_version: "2.2".to_owned(),
        name: member.name.to_string(),
        version: project
            .version
            .as_ref()
            .map_or_else(|| "0".to_owned(), ToString::to_string),
        requires_python: project.requires_python.as_ref().map(ToString::to_string),
        requires_dist: requires,
        provides_extra: member.extras().map(ToString::to_string).collect(),
        dynamic: Vec::new(),
    }
}
