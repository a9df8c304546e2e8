//! What a project asks for, as a uv.lock repeats it: `{ name = "…", specifier = ">=1" }`. Where the
//! repetition and the project say the same, the lock answers the project.

use serde::Deserialize;
use tilsit_packaging::marker::Marker;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::{Requirement, RequirementSource};
use tilsit_packaging::specifier::{VersionSpecifier, VersionSpecifiers};

use super::marker::{self, NoNames};
use crate::settings::Parsed;
use crate::toml_text::{inline, quoted};

/// One requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The project.
    pub name: ProjectName,
    /// The extras wanted of it.
    pub extras: Vec<ExtraName>,
    /// Where it holds, within the Pythons of the lock.
    pub marker: Marker,
    /// Which of its distributions.
    pub place: WishPlace,
}

/// Which distributions of a project.
#[derive(Clone, Debug, PartialEq)]
pub enum WishPlace {
    /// Versions, from any index or from the one at the URL.
    Versions(VersionSpecifiers, Option<String>),
    /// What stands at one place: the key of uv's and the place; and the folder in an archive.
    At(&'static str, String, Option<String>),
}

#[derive(Deserialize)]
pub(super) struct RawWish {
    name: Parsed<ProjectName>,
    #[serde(default)]
    extras: Vec<Parsed<ExtraName>>,
    marker: Option<String>,
    specifier: Option<Parsed<VersionSpecifiers>>,
    index: Option<String>,
    git: Option<String>,
    url: Option<String>,
    path: Option<String>,
    directory: Option<String>,
    editable: Option<String>,
    #[serde(rename = "virtual")]
    virtual_path: Option<String>,
    subdirectory: Option<String>,
}

impl RawWish {
    pub(super) fn read(self) -> Result<Wish, String> {
        let places = [
            ("git", self.git),
            ("url", self.url),
            ("path", self.path),
            ("directory", self.directory),
            ("editable", self.editable),
            ("virtual", self.virtual_path),
        ];
        let mut places = places.into_iter();
        let named = places.find_map(|(key, place)| Some((key, place?)));
        let place = if let Some((key, place)) = named {
            WishPlace::At(key, place, self.subdirectory)
        } else {
            let specifiers = self.specifier.map(|Parsed(one)| one);
            WishPlace::Versions(specifiers.unwrap_or_default(), self.index)
        };
        let marker = self.marker.as_deref();
        let marker = marker
            .map(|text| marker::read(text, &NoNames))
            .transpose()?;
        Ok(Wish {
            name: self.name.0,
            extras: self.extras.into_iter().map(|Parsed(one)| one).collect(),
            marker: marker.unwrap_or(Marker::TRUE),
            place,
        })
    }
}

impl Wish {
    /// The table that says it.
    pub(super) fn to_toml(&self) -> String {
        let mut entries = vec![("name", quoted(self.name.as_str()))];
        if !self.extras.is_empty() {
            let extras = self.extras.iter();
            let extras: Vec<String> = extras.map(|extra| quoted(extra.as_str())).collect();
            entries.push(("extras", format!("[{}]", extras.join(", "))));
        }
        if !self.marker.is_true() {
            let words = marker::words(self.marker, &NoNames);
            entries.push(("marker", quoted(&words)));
        }
        match &self.place {
            WishPlace::Versions(specifiers, index) => {
                if !specifiers.is_empty() {
                    entries.push(("specifier", quoted(&in_order(specifiers, ","))));
                }
                entries.extend(index.iter().map(|index| ("index", quoted(index))));
            }
            WishPlace::At(key, place, subdirectory) => {
                entries.push((key, quoted(place)));
                let folder = subdirectory.iter();
                entries.extend(folder.map(|folder| ("subdirectory", quoted(folder))));
            }
        }
        inline(&entries)
    }

    /// The requirement without the place that it names: what that means is in the lock.
    pub(super) fn requirement(&self) -> Requirement {
        let specifiers = match &self.place {
            WishPlace::Versions(specifiers, _) => specifiers.clone(),
            WishPlace::At(..) => VersionSpecifiers::any(),
        };
        Requirement {
            name: self.name.clone(),
            extras: self.extras.clone(),
            source: RequirementSource::Specifiers(specifiers),
            marker: self.marker,
        }
    }

    /// What it stands behind and before in a list.
    fn order(&self) -> (ProjectName, Vec<ExtraName>, String, String) {
        let marker = if self.marker.is_true() {
            String::new()
        } else {
            marker::words(self.marker, &NoNames)
        };
        (
            self.name.clone(),
            self.extras.clone(),
            marker,
            self.to_toml(),
        )
    }
}

/// Puts wishes in uv's order, each once.
pub(super) fn ordered(mut wishes: Vec<Wish>) -> Vec<Wish> {
    wishes.sort_by_cached_key(Wish::order);
    wishes.dedup();
    wishes
}

/// Specifiers by their versions.
pub(super) fn in_order(specifiers: &VersionSpecifiers, separator: &str) -> String {
    let mut all: Vec<&VersionSpecifier> = specifiers.iter().collect();
    all.sort_by(|one, other| one.version().cmp(&other.version()));
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(separator)
}
