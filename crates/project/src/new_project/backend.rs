//! The build backends that a new project may have.

use std::str::FromStr;

/// A build backend that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// flit's, which needs nothing else, and wants each project to have a description.
    Flit,
    /// Hatch's: it wants nothing more of a project than the specification does, and is the one that
    /// packaging guides name first.
    Hatchling,
    /// PDM's.
    Pdm,
    /// Poetry's.
    Poetry,
    /// The oldest one, which knows how to compile.
    Setuptools,
}

/// The backends by the names that people use.
const BACKENDS: [(&str, Backend); 5] = [
    ("flit", Backend::Flit),
    ("hatchling", Backend::Hatchling),
    ("pdm", Backend::Pdm),
    ("poetry", Backend::Poetry),
    ("setuptools", Backend::Setuptools),
];

impl Backend {
    /// The names of all.
    pub fn names() -> [&'static str; 5] {
        BACKENDS.map(|(name, _)| name)
    }

    /// What has to be installed for it. The bounds are the first versions that know a `src` folder
    /// without being told of it, and licences as PEP 639 has them.
    pub(super) fn requirement(self) -> &'static str {
        match self {
            Self::Flit => "flit_core>=3.11,<4",
            Self::Hatchling => "hatchling>=1.27",
            Self::Pdm => "pdm-backend>=2.4.4",
            Self::Poetry => "poetry-core>=2.2,<3",
            Self::Setuptools => "setuptools>=77.0.3",
        }
    }

    /// What has the hooks.
    pub(super) fn object(self) -> &'static str {
        match self {
            Self::Flit => "flit_core.buildapi",
            Self::Hatchling => "hatchling.build",
            Self::Pdm => "pdm.backend",
            Self::Poetry => "poetry.core.masonry.api",
            Self::Setuptools => "setuptools.build_meta",
        }
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = match text {
            "hatch" => "hatchling",
            "flit-core" | "flit_core" => "flit",
            "pdm-backend" => "pdm",
            "poetry-core" => "poetry",
            other => other,
        };
        let mut known = BACKENDS.into_iter();
        let found = known.find(|(name, _)| *name == wanted);
        let found = found.map(|(_, backend)| backend);
        found.ok_or_else(|| format!("the backends are {}", Self::names().join(", ")))
    }
}
