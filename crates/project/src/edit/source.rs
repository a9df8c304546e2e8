//! Where a project comes from, as `[tool.tilsit.sources]` and `[tool.uv.sources]` say it.

use tilsit_packaging::marker::Marker;

use super::literal::{Quote, marker, string};

/// A source of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it comes from.
    pub location: Location,
    /// Where this holds.
    pub marker: Marker,
}

/// A place to take a project from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A repository of git.
    Git {
        /// The URL, without `git+`.
        url: String,
        /// What of it; its default branch if nothing is said.
        reference: Option<GitReference>,
        /// The folder of the project in it.
        subdirectory: Option<String>,
    },
    /// A file at a URL.
    Url {
        /// The URL, without a fragment.
        url: String,
        /// The folder of the project in it.
        subdirectory: Option<String>,
    },
    /// A folder or an archive.
    Path {
        /// From the folder of the file that says so, with `/` between its parts.
        path: String,
        /// Used where it is; nothing is written if nothing is said.
        editable: Option<bool>,
    },
    /// The index of this name.
    Index(String),
    /// A member of the workspace.
    Workspace,
}

/// What of a repository is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitReference {
    /// A tag.
    Tag(String),
    /// A branch.
    Branch(String),
    /// A commit, or anything else that git resolves.
    Revision(String),
}

impl GitReference {
    /// The key that says it in a source, and the name.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Tag(name) => ("tag", name),
            Self::Branch(name) => ("branch", name),
            Self::Revision(name) => ("rev", name),
        }
    }
}

impl Source {
    /// A source that holds everywhere.
    pub fn of(location: Location) -> Self {
        let marker = Marker::TRUE;
        Self { location, marker }
    }

    /// `{ git = "…", tag = "…" }`
    pub(super) fn to_toml(&self, quote: Quote) -> String {
        let mut entries: Vec<(&str, String)> = Vec::new();
        let text = |value: &str| string(value, quote);
        let folder = |entries: &mut Vec<(&str, String)>, folder: &Option<String>| {
            entries.extend(folder.as_ref().map(|folder| ("subdirectory", text(folder))));
        };
        match &self.location {
            Location::Git {
                url,
                reference,
                subdirectory,
            } => {
                entries.push(("git", text(url)));
                folder(&mut entries, subdirectory);
                entries.extend(reference.as_ref().map(|reference| {
                    let (key, name) = reference.parts();
                    (key, text(name))
                }));
            }
            Location::Url { url, subdirectory } => {
                entries.push(("url", text(url)));
                folder(&mut entries, subdirectory);
            }
            Location::Path { path, editable } => {
                entries.push(("path", text(path)));
                entries.extend(editable.map(|editable| ("editable", editable.to_string())));
            }
            Location::Index(name) => entries.push(("index", text(name))),
            Location::Workspace => entries.push(("workspace", true.to_string())),
        }
        if !self.marker.is_true() {
            entries.push(("marker", string(&marker(self.marker, quote), quote)));
        }
        let entries = entries
            .iter()
            .map(|(key, value)| format!("{key} = {value}"));
        format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
    }
}
