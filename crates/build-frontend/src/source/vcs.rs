//! URLs of repositories of other systems than git: Mercurial, Subversion and Bazaar, in pip's forms.

use super::{Parts, SourceError, parse, shown};
use tilsit_packaging::direct_url::strip_credentials;

/// A version control system that is not git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Mercurial.
    Mercurial,
    /// Subversion.
    Subversion,
    /// Bazaar, or Breezy, which took it over.
    Bazaar,
}

impl System {
    const ALL: [Self; 3] = [Self::Mercurial, Self::Subversion, Self::Bazaar];

    /// What stands before `+` in a URL, and in `direct_url.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mercurial => "hg",
            Self::Subversion => "svn",
            Self::Bazaar => "bzr",
        }
    }

    /// The schemes that may stand behind `+`.
    fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Mercurial => &["https", "http", "ssh", "file", "static-http"],
            Self::Subversion => &["https", "http", "ssh", "svn", "file"],
            Self::Bazaar => &["https", "http", "ssh", "sftp", "ftp", "lp", "file"],
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Mercurial => {
                "`hg+https`, `hg+http`, `hg+ssh`, `hg+static-http` and `hg+file` can be used"
            }
            Self::Subversion => {
                "`svn+https`, `svn+http`, `svn+ssh`, `svn+svn` and `svn+file` can be used"
            }
            Self::Bazaar => {
                "`bzr+https`, `bzr+http`, `bzr+ssh`, `bzr+sftp`, `bzr+ftp`, `bzr+lp` and `bzr+file` can be used"
            }
        }
    }
}

/// A repository of such a system, and what of it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VcsSource {
    /// The system.
    pub system: System,
    /// The repository's URL for the system's program, perhaps with credentials.
    pub repository: String,
    /// The revision, branch or tag; else the newest.
    pub revision: Option<String>,
    /// The folder of the project in it.
    pub subdirectory: Option<String>,
}

impl VcsSource {
    /// A `hg+…`, `svn+…` or `bzr+…` URL; none when it is another.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn parse(url: &str) -> Result<Option<Self>, SourceError> {
        let system =
            |system: &System| Some((*system, url.strip_prefix(system.name())?.strip_prefix('+')?));
        let Some((system, plain)) = System::ALL.iter().find_map(system) else {
            return Ok(None);
        };
        let parsed = parse(plain)?;
        if !system.schemes().contains(&parsed.scheme()) {
            return Err(SourceError::Scheme {
                url: shown(url),
                scheme: format!("{}+{}", system.name(), parsed.scheme()),
                advice: system.advice(),
            });
        }
        let parts = Parts::of(plain, &parsed, url)?;
        // `svn+ssh` and `bzr+ssh` are schemes of their own programs.
        let is_own = parsed.scheme() == "ssh" && system != System::Mercurial;
        let prefix = if is_own {
            format!("{}+", system.name())
        } else {
            String::new()
        };
        Ok(Some(Self {
            system,
            repository: prefix + parts.repository,
            revision: parts.revision.map(str::to_owned),
            subdirectory: parts.subdirectory,
        }))
    }

    /// The repository without credentials.
    pub fn public_url(&self) -> String {
        strip_credentials(&self.repository, &["hg", "svn", "bzr"])
    }
}
