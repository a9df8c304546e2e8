//! Which folder of an environment each file of a wheel belongs to.
//!
//! "Binary distribution format", section "The .data directory": files below
//! `{name}-{version}.data/{scheme}/` go to that scheme's folder, all others beside `.dist-info`.

use std::fmt;

use tilsit_archive::zip::ZipEntry;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;

use super::error::WheelFault;
use super::interpreter::{replaces_environment, replaces_interpreter};

/// A folder of an environment, as `sysconfig` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Modules without compiled code.
    Purelib,
    /// Modules with compiled code; nearly always the same folder.
    Platlib,
    /// C headers.
    Headers,
    /// Commands.
    Scripts,
    /// The environment's root.
    Data,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Purelib,
        Self::Platlib,
        Self::Headers,
        Self::Scripts,
        Self::Data,
    ];

    /// The name as wheels and `sysconfig` write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Purelib => "purelib",
            Self::Platlib => "platlib",
            Self::Headers => "headers",
            Self::Scripts => "scripts",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A file of a wheel and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelEntry {
    /// The name in the archive.
    pub name: String,
    /// The folder it goes to.
    pub scheme: Scheme,
    /// The bytes it has.
    pub size: u64,
    /// Whether the archive marks it as executable.
    pub executable: bool,
    /// Where in `name` the path inside the scheme's folder starts.
    pub(super) path_start: usize,
    /// Its place among the archive's entries.
    pub(super) index: usize,
    /// Its line in RECORD; RECORD itself and signatures may have none.
    pub(super) line: Option<usize>,
}

impl WheelEntry {
    /// The path inside its scheme's folder.
    pub fn path(&self) -> &str {
        &self.name[self.path_start..]
    }
}

/// The one `.dist-info` folder, which must be that of the release.
pub(super) fn find_dist_info(
    entries: &[ZipEntry],
    name: &ProjectName,
    version: &Version,
) -> Result<String, WheelFault> {
    let mut found: Vec<String> = Vec::new();
    for entry in entries {
        let top = entry.name().split('/').next().unwrap_or_default();
        let is_inside = top.len() < entry.name().len() || !entry.is_file();
        if is_inside && top.ends_with(".dist-info") && !found.iter().any(|other| other == top) {
            found.push(top.to_owned());
        }
    }
    let dist_info = match found.as_slice() {
        [one] => one.clone(),
        _ => return Err(WheelFault::DistInfo { found }),
    };
    if is_of_release(&dist_info, ".dist-info", name, version) {
        Ok(dist_info)
    } else {
        Err(WheelFault::OtherRelease {
            place: "the `.dist-info` folder",
            found: dist_info,
        })
    }
}

/// Whether a folder is named `{name}-{version}{suffix}`, whatever the spelling of both.
fn is_of_release(folder: &str, suffix: &str, name: &ProjectName, version: &Version) -> bool {
    let stem = folder.strip_suffix(suffix);
    let Some((found_name, found_version)) = stem.and_then(|stem| stem.rsplit_once('-')) else {
        return false;
    };
    let same_name = ProjectName::new(found_name).is_ok_and(|found| found == *name);
    // Wheels write `_` for what a file name cannot hold, as in local versions.
    let is_it = |text: &str| text.parse::<Version>().is_ok_and(|found| found == *version);
    same_name && (is_it(found_version) || is_it(&found_version.replacen('_', "+", 1)))
}

/// The folder and the place inside it that a file goes to.
pub(super) fn scheme_of(
    path: &str,
    root: Scheme,
    name: &ProjectName,
    version: &Version,
) -> Result<(Scheme, usize), WheelFault> {
    let refuse = |fault| {
        Err(WheelFault::Path {
            path: path.to_owned(),
            fault,
        })
    };
    let Some((top, inside)) = path.split_once('/') else {
        return Ok((root, 0));
    };
    if top.strip_suffix(".data").is_none() {
        return Ok((root, 0));
    }
    // Some installers take every such folder for one of their own, others only the right one.
    if !is_of_release(top, ".data", name, version) {
        return refuse("is in a `.data` folder of another release");
    }
    let Some((key, relative)) = inside.split_once('/') else {
        return refuse("is in the `.data` folder and in none of its schemes");
    };
    let Some(scheme) = Scheme::ALL.into_iter().find(|scheme| scheme.name() == key) else {
        return refuse("is in a scheme that wheels do not have");
    };
    let takes_place = match scheme {
        Scheme::Scripts => replaces_interpreter(relative),
        Scheme::Data => replaces_environment(relative),
        Scheme::Purelib | Scheme::Platlib | Scheme::Headers => false,
    };
    if takes_place {
        return refuse("would take the place of the interpreter");
    }
    Ok((scheme, path.len() - relative.len()))
}
