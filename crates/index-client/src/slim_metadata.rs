//! The part of a distribution's core metadata that a resolver needs, as texts.
//!
//! A description may be a hundred times larger than the rest, and is of no use here. What the texts
//! mean is decided where they are used.

use tilsit_packaging::headers::HeaderLines;

/// Name, version and what a distribution needs, from its METADATA or PKG-INFO.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SlimMetadata {
    /// `Metadata-Version`
    pub metadata_version: String,
    /// `Name`
    pub name: String,
    /// `Version`
    pub version: String,
    /// `Requires-Python`
    pub requires_python: Option<String>,
    /// `Requires-Dist`, in order
    pub requires_dist: Vec<String>,
    /// `Provides-Extra`, in order
    pub provides_extra: Vec<String>,
    /// `Dynamic`, in order
    pub dynamic: Vec<String>,
}

/// What a metadata file lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metadata has no `{0}`")]
pub struct SlimMetadataError(pub &'static str);

impl SlimMetadata {
    /// Reads the headers of a METADATA or PKG-INFO file.
    ///
    /// # Errors
    /// When it does not say its version of the metadata, its name, or its version.
    pub fn parse(bytes: &[u8]) -> Result<Self, SlimMetadataError> {
        let mut metadata = Self::default();
        for header in HeaderLines::new(bytes) {
            let Some(text) = header.text().filter(|text| !text.is_empty()) else {
                continue;
            };
            let one = |place: &mut String| {
                if place.is_empty() {
                    *place = text.clone().into_owned();
                }
            };
            match header.name.to_ascii_lowercase().as_str() {
                "metadata-version" => one(&mut metadata.metadata_version),
                "name" => one(&mut metadata.name),
                "version" => one(&mut metadata.version),
                "requires-python" if metadata.requires_python.is_none() => {
                    metadata.requires_python = Some(text.into_owned());
                }
                "requires-dist" => metadata.requires_dist.push(text.into_owned()),
                "provides-extra" => metadata.provides_extra.push(text.into_owned()),
                "dynamic" => metadata.dynamic.push(text.into_owned()),
                _ => {}
            }
        }
        for (name, value) in [
            ("Metadata-Version", &metadata.metadata_version),
            ("Name", &metadata.name),
            ("Version", &metadata.version),
        ] {
            if value.is_empty() {
                return Err(SlimMetadataError(name));
            }
        }
        Ok(metadata)
    }

    /// Whether an sdist with this PKG-INFO would give wheels of the same requirements: metadata from
    /// 2.2 on that does not call them dynamic (PEP 643).
    pub fn is_static(&self) -> bool {
        let number =
            |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
        let mut parts = self.metadata_version.split('.');
        let version = (number(parts.next()), number(parts.next()));
        let decisive = ["requires-dist", "requires-python", "provides-extra"];
        let is_dynamic = |field: &&str| {
            self.dynamic
                .iter()
                .any(|name| name.eq_ignore_ascii_case(field))
        };
        version >= (2, 2) && !decisive.iter().any(is_dynamic)
    }
}

#[cfg(test)]
mod tests;
