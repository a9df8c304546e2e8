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

/// The fields that are read, those first of which a file has many.
const FIELDS: [&str; 7] = [
    "requires-dist",
    "provides-extra",
    "metadata-version",
    "name",
    "version",
    "requires-python",
    "dynamic",
];

impl SlimMetadata {
    /// Whether the start of a metadata file holds all headers: the empty line behind them is there.
    pub fn is_enough(start: &[u8]) -> bool {
        let ends: [&[u8]; 2] = [b"\n\n", b"\n\r\n"];
        ends.iter()
            .any(|end| memchr::memmem::find(start, end).is_some())
    }

    /// Reads the headers of a METADATA or PKG-INFO file.
    ///
    /// # Errors
    /// When it does not say its version of the metadata, its name, or its version.
    pub fn parse(bytes: &[u8]) -> Result<Self, SlimMetadataError> {
        let mut metadata = Self::default();
        for header in HeaderLines::new(bytes) {
            let Some(name) = FIELDS
                .iter()
                .find(|name| header.name.eq_ignore_ascii_case(name))
            else {
                continue;
            };
            let Some(text) = header.text().filter(|text| !text.is_empty()) else {
                continue;
            };
            let text = text.into_owned();
            match *name {
                "requires-dist" => metadata.requires_dist.push(text),
                "provides-extra" => metadata.provides_extra.push(text),
                "dynamic" => metadata.dynamic.push(text),
                "requires-python" => drop(metadata.requires_python.get_or_insert(text)),
                once => {
                    let place = match once {
                        "metadata-version" => &mut metadata.metadata_version,
                        "name" => &mut metadata.name,
                        _ => &mut metadata.version,
                    };
                    if place.is_empty() {
                        *place = text;
                    }
                }
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
