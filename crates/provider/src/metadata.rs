//! Slim metadata as the resolver wants it: parsed, and held against the file that it came from.

use std::sync::Arc;

use tilsit_index_client::SlimMetadata;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource, plain_url};
use tilsit_packaging::version::Version;
use tilsit_resolver::{Dependencies, Metadata, Unusable};

/// What a release requires, or why that cannot be known.
pub(crate) fn dependencies(
    name: &ProjectName,
    version: Option<&Version>,
    slim: &SlimMetadata,
) -> Dependencies {
    match parse(name, version, slim) {
        Ok(metadata) => Dependencies::Found(metadata),
        Err(words) => Dependencies::Unusable(Unusable::NoMetadata(words)),
    }
}

fn parse(
    name: &ProjectName,
    version: Option<&Version>,
    slim: &SlimMetadata,
) -> Result<Metadata, String> {
    let stated = slim.name.parse::<ProjectName>();
    if stated.as_ref().ok() != Some(name) {
        return Err(format!("its metadata is that of `{}`", slim.name));
    }
    if let Some(version) = version {
        let stated = slim.version.parse::<Version>();
        if stated.as_ref().ok() != Some(version) {
            return Err(format!(
                "its metadata is that of version `{}`",
                slim.version
            ));
        }
    }
    let mut requires = Vec::with_capacity(slim.requires_dist.len());
    for text in &slim.requires_dist {
        let requirement = Requirement::parse_published(text);
        let mut requirement = requirement.map_err(|error| error.to_string())?;
        if let RequirementSource::Url(url) = &mut requirement.source {
            *url = plain_url(url).into_owned();
        }
        requires.push(requirement);
    }
    Ok(Metadata {
        requires,
        // An extra whose name is none cannot be asked for.
        provides_extra: slim
            .provides_extra
            .iter()
            .filter_map(|text| text.parse::<ExtraName>().ok())
            .collect(),
        // A text that is no set of versions restricts nothing, as for pip.
        requires_python: slim
            .requires_python
            .as_deref()
            .and_then(|text| text.parse().ok())
            .map(Arc::new),
    })
}
