//! The list of all projects of an index (PEP 503's root page, PEP 691's project list).

use crate::api_version::ApiVersion;

/// The list of an index's projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectList {
    /// The version of the API that the list says it speaks.
    pub api_version: ApiVersion,
    /// The serial of the index's last change (`_last-serial`, an extension of PyPI).
    pub last_serial: Option<u64>,
    /// The projects, in the index's order.
    pub projects: Vec<ListedProject>,
}

impl ProjectList {
    /// A list of these projects, as an index makes it.
    pub fn new(projects: Vec<ListedProject>) -> Self {
        Self {
            api_version: ApiVersion::WITH_STATUS,
            last_serial: None,
            projects,
        }
    }
}

/// One project of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProject {
    /// The name, as the index writes it.
    pub name: Box<str>,
    /// The serial of the project's last change (an extension of PyPI).
    pub last_serial: Option<u64>,
}
