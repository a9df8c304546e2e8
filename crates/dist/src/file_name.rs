//! Name and version of a distribution, from its file's name.

use std::str::FromStr;

use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

/// A wheel's file name: `{name}-{version}(-{build})?-{interpreter}-{abi}-{platform}.whl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelFileName {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
}

/// A source distribution's file name: `{name}-{version}.tar.gz` and older forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdistFileName {
    /// The project.
    pub name: ProjectName,
    /// The version.
    pub version: Version,
}

impl FromStr for WheelFileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let stem = text.strip_suffix(".whl").ok_or("it does not end in .whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        if parts.len() < 5 || parts.len() > 7 {
            return Err("it does not have five to seven parts".to_owned());
        }
        Ok(Self {
            name: ProjectName::new(parts[0]).map_err(|error| error.to_string())?,
            version: parts[1]
                .replace('_', "+")
                .parse()
                .map_err(|error| format!("{error}"))?,
        })
    }
}

impl FromStr for SdistFileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let stem = [".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar"]
            .iter()
            .find_map(|suffix| text.strip_suffix(suffix))
            .ok_or("it does not end as a source distribution does")?;
        let (name, version) = stem.rsplit_once('-').ok_or("it has no version")?;
        Ok(Self {
            name: ProjectName::new(name).map_err(|error| error.to_string())?,
            version: version.parse().map_err(|error| format!("{error}"))?,
        })
    }
}
