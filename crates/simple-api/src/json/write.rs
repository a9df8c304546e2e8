//! Writing the JSON form: the canonical bytes of a page.
//!
//! Keys stand in one fixed order and absent values are left out, so that the same page is always the
//! same bytes, which an index can store, compare, sign and serve.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::api_version::ApiVersion;
use crate::hashes::Hashes;
use crate::list::ProjectList;
use crate::page::{CoreMetadataFile, File, ProjectPage, ProjectState, Yanked};

/// Writes a project's page as canonical JSON, in the order of its files (see [`ProjectPage::sort`]).
///
/// The stated version is 1.4, or 1.5 with namespaces; it is 1.0 when a file has no size, which every
/// later version demands (PEP 700).
pub fn to_json(page: &ProjectPage) -> Vec<u8> {
    let status =
        (page.status.state != ProjectState::Active || page.status.reason.is_some()).then(|| {
            StatusView {
                status: page.status.state.as_str(),
                reason: page.status.reason.as_deref(),
            }
        });
    let namespaces = page.namespaces.as_ref().map(|namespaces| {
        let view = |namespace| NamespaceView(namespace);
        namespaces.iter().map(view).collect::<Vec<_>>()
    });
    let view = PageView {
        meta: MetaView {
            api_version: stated_version(page).to_string(),
            last_serial: page.last_serial,
        },
        name: &page.name,
        status,
        versions: &page.versions,
        files: page.files.iter().map(FileView).collect(),
        namespaces,
    };
    serde_json::to_vec(&view).expect("a page has only texts as keys")
}

/// Writes the list of all projects as canonical JSON.
pub fn list_to_json(list: &ProjectList) -> Vec<u8> {
    let project = |project| ProjectView(project);
    let view = ListView {
        meta: MetaView {
            api_version: list.api_version.to_string(),
            last_serial: list.last_serial,
        },
        projects: list.projects.iter().map(project).collect(),
    };
    serde_json::to_vec(&view).expect("a list has only texts as keys")
}

fn stated_version(page: &ProjectPage) -> ApiVersion {
    if page.files.iter().any(|file| file.size_bytes.is_none()) {
        ApiVersion::FIRST
    } else if page.namespaces.is_some() {
        ApiVersion::WITH_NAMESPACES
    } else {
        ApiVersion::WITH_STATUS
    }
}

#[derive(serde::Serialize)]
struct MetaView {
    #[serde(rename = "api-version")]
    api_version: String,
    #[serde(rename = "_last-serial", skip_serializing_if = "Option::is_none")]
    last_serial: Option<u64>,
}

#[derive(serde::Serialize)]
struct PageView<'a> {
    meta: MetaView,
    name: &'a str,
    #[serde(rename = "project-status", skip_serializing_if = "Option::is_none")]
    status: Option<StatusView<'a>>,
    versions: &'a [String],
    files: Vec<FileView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<Vec<NamespaceView<'a>>>,
}

#[derive(serde::Serialize)]
struct ListView<'a> {
    meta: MetaView,
    projects: Vec<ProjectView<'a>>,
}

#[derive(serde::Serialize)]
struct StatusView<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

struct NamespaceView<'a>(&'a crate::page::Namespace);

impl Serialize for NamespaceView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.0.name)?;
        map.serialize_entry("owned", &self.0.owned)?;
        map.end()
    }
}

struct ProjectView<'a>(&'a crate::list::ListedProject);

impl Serialize for ProjectView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(serial) = self.0.last_serial {
            map.serialize_entry("_last-serial", &serial)?;
        }
        map.serialize_entry("name", &*self.0.name)?;
        map.end()
    }
}

struct FileView<'a>(&'a File);

impl Serialize for FileView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("filename", &*file.name)?;
        map.serialize_entry("url", &*file.url)?;
        map.serialize_entry("hashes", &HashesView(&file.hashes))?;
        if let Some(requires) = &file.requires_python {
            map.serialize_entry("requires-python", &**requires)?;
        }
        if let Some(size) = file.size_bytes {
            map.serialize_entry("size", &size)?;
        }
        if let Some(time) = file.upload_time {
            map.serialize_entry("upload-time", &time.to_string())?;
        }
        match &file.yanked {
            Yanked::No => {}
            Yanked::Yes(None) => map.serialize_entry("yanked", &true)?,
            Yanked::Yes(Some(reason)) => map.serialize_entry("yanked", &**reason)?,
        }
        match &file.core_metadata {
            CoreMetadataFile::No => {}
            CoreMetadataFile::Yes => map.serialize_entry("core-metadata", &true)?,
            CoreMetadataFile::Hashed(hashes) => {
                map.serialize_entry("core-metadata", &HashesView(hashes))?;
            }
        }
        if let Some(provenance) = &file.provenance {
            map.serialize_entry("provenance", &**provenance)?;
        }
        map.end()
    }
}

struct HashesView<'a>(&'a Hashes);

impl Serialize for HashesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (algorithm, digest) in self.0.iter() {
            map.serialize_entry(algorithm, &digest)?;
        }
        map.end()
    }
}
