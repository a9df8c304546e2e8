//! Reading the JSON form.
//!
//! The whole page is read in one typed pass, and each file handed on as it comes, its texts borrowed
//! from the page. Only when that fails is it read again with each file on its own, so that one bad
//! entry costs itself and not the page.

use std::borrow::Cow;
use std::fmt;
use std::str::Utf8Error;

use jiff::Timestamp;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use url::Url;

use crate::api_version::{ApiVersion, ApiVersionError};
use crate::file_url;
use crate::hashes::Hashes;
use crate::list::{ListedProject, ProjectList};
use crate::page::{
    CoreMetadataFile, File, FileParts, FileSink, Namespace, ProjectPage, ProjectState,
    ProjectStatus, UnusableFile, Yanked,
};

/// Why a JSON page cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonPageError {
    /// Not JSON, or not a page of the Simple API.
    #[error(
        "the page is not a JSON page of the Simple API: {reason} (line {line}, column {column})"
    )]
    Syntax {
        /// What is wrong.
        reason: String,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
    },
    /// The version's text is not one.
    #[error(transparent)]
    ApiVersion(#[from] ApiVersionError),
    /// The page speaks another major version (PEP 629).
    #[error("the page speaks version {0} of the Simple API; only version 1 can be read")]
    UnsupportedVersion(ApiVersion),
}

impl From<serde_json::Error> for JsonPageError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        Self::Syntax {
            reason: file_url::shortened(reason),
            line: error.line(),
            column: error.column(),
        }
    }
}

/// Reads a project's page. Relative URLs are relative to `url`.
///
/// # Errors
/// When the body is not a page of version 1 of the Simple API. Single files that cannot be used are
/// in [`ProjectPage::unusable`].
pub fn parse_json(body: &[u8], url: Option<&Url>) -> Result<ProjectPage, JsonPageError> {
    let mut files: Vec<File> = Vec::new();
    let mut page = parse_json_into(body, url, &mut files)?;
    page.files = files;
    Ok(page)
}

/// As [`parse_json`], with each file handed to `sink`: the page that is returned has none.
///
/// # Errors
/// As [`parse_json`].
pub fn parse_json_into(
    body: &[u8],
    url: Option<&Url>,
    sink: &mut dyn FileSink,
) -> Result<ProjectPage, JsonPageError> {
    // Once for all of it is faster than text by text.
    let body = std::str::from_utf8(body).map_err(|error| not_text(body, error))?;
    let mut read = |is_lenient| {
        let mut reader = serde_json::Deserializer::from_str(body);
        let reading = PageReading {
            url,
            sink: &mut *sink,
            is_lenient,
        };
        let page = reading.deserialize(&mut reader)?;
        reader.end()?;
        Ok::<_, serde_json::Error>(page)
    };
    match read(false) {
        Ok(page) => page.into_page(url),
        Err(error) => {
            // A page of another version may differ in anything: its version is the better reason.
            readable_version(body.as_bytes())?;
            read(true).map_err(|_| error)?.into_page(url)
        }
    }
}

fn not_text(body: &[u8], error: Utf8Error) -> JsonPageError {
    let before = &body[..error.valid_up_to()];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    JsonPageError::Syntax {
        reason: "it is not UTF-8".to_owned(),
        line: memchr::memchr_iter(b'\n', before).count() + 1,
        column: before.len() - line_start + 1,
    }
}

/// Reads the list of all projects.
///
/// # Errors
/// When the body is not a list of version 1 of the Simple API.
pub fn parse_list_json(body: &[u8]) -> Result<ProjectList, JsonPageError> {
    let read = serde_json::from_slice::<ListBody>(body)
        .map_err(|error| readable_version(body).err().unwrap_or_else(|| error.into()))?;
    let api_version = read.meta.readable_version()?;
    let project = |project: ListedBody| ListedProject {
        name: project.name,
        last_serial: project.last_serial,
    };
    Ok(ProjectList {
        api_version,
        last_serial: read.meta.last_serial,
        projects: read.projects.into_iter().map(project).collect(),
    })
}

/// Fails only when the body says that it speaks another major version.
fn readable_version(body: &[u8]) -> Result<(), JsonPageError> {
    #[derive(serde::Deserialize)]
    struct OnlyMeta {
        meta: Meta,
    }
    match serde_json::from_slice::<OnlyMeta>(body) {
        Ok(read) => read.meta.readable_version().map(|_| ()),
        Err(_) => Ok(()),
    }
}

/// The name of a file entry that cannot be read as one.
fn name_of(raw: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(raw).ok();
    let name = value
        .as_ref()
        .and_then(|value| value.get("filename")?.as_str());
    file_url::shortened(&name.unwrap_or("?").escape_debug().to_string())
}

#[derive(serde::Deserialize)]
struct Meta {
    #[serde(rename = "api-version")]
    api_version: String,
    #[serde(rename = "_last-serial", default, deserialize_with = "serial")]
    last_serial: Option<u64>,
}

/// A serial: a number, or as mirrors made by bandersnatch write it, a text. It is no part of the
/// specification, so what is neither costs the page nothing.
fn serial<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Serial {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match serde::Deserialize::deserialize(deserializer)? {
        Serial::Number(serial) => Some(serial),
        Serial::Text(text) => text.parse().ok(),
        Serial::Other(serde::de::IgnoredAny) => None,
    })
}

impl Meta {
    fn readable_version(&self) -> Result<ApiVersion, JsonPageError> {
        let version: ApiVersion = self.api_version.parse()?;
        if version.is_readable() {
            Ok(version)
        } else {
            Err(JsonPageError::UnsupportedVersion(version))
        }
    }
}

#[derive(serde::Deserialize)]
struct ListBody {
    meta: Meta,
    projects: Vec<ListedBody>,
}

#[derive(serde::Deserialize)]
struct ListedBody {
    name: Box<str>,
    #[serde(rename = "_last-serial", default, deserialize_with = "serial")]
    last_serial: Option<u64>,
}

/// A page without its files.
struct PageBody {
    meta: Meta,
    name: String,
    status: Option<StatusBody>,
    versions: Option<Vec<String>>,
    unusable: Vec<UnusableFile>,
    namespaces: Option<Vec<NamespaceBody>>,
}

/// Reads a page, and hands its files on as they come.
struct PageReading<'s, 'u> {
    url: Option<&'u Url>,
    sink: &'s mut dyn FileSink,
    /// Take each file on its own, so that a bad one costs only itself.
    is_lenient: bool,
}

impl<'de> DeserializeSeed<'de> for PageReading<'_, '_> {
    type Value = PageBody;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<PageBody, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PageReading<'_, '_> {
    type Value = PageBody;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a project's page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PageBody, A::Error> {
        let (mut meta, mut name, mut unusable) = (None, None, None);
        let (mut status, mut versions, mut namespaces) = (None, None, None);
        let mut seen: Vec<Text<'de>> = Vec::new();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if seen.iter().any(|before| before.0 == key.0) {
                let reason = format_args!("duplicate field `{}`", key.0);
                return Err(de::Error::custom(reason));
            }
            match &*key.0 {
                "meta" => meta = Some(map.next_value()?),
                "name" => name = Some(map.next_value()?),
                "project-status" => status = map.next_value()?,
                "versions" => versions = map.next_value()?,
                "namespaces" => namespaces = map.next_value()?,
                "files" => {
                    self.sink.start_over();
                    unusable = Some(map.next_value_seed(FilesReading {
                        url: self.url,
                        sink: &mut *self.sink,
                        is_lenient: self.is_lenient,
                    })?);
                }
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                    continue;
                }
            }
            seen.push(key);
        }
        Ok(PageBody {
            meta: meta.ok_or_else(|| de::Error::missing_field("meta"))?,
            name: name.ok_or_else(|| de::Error::missing_field("name"))?,
            unusable: unusable.ok_or_else(|| de::Error::missing_field("files"))?,
            status,
            versions,
            namespaces,
        })
    }
}

/// The files of a page; gives back those that cannot be used.
struct FilesReading<'s, 'u> {
    url: Option<&'u Url>,
    sink: &'s mut dyn FileSink,
    is_lenient: bool,
}

impl<'de> DeserializeSeed<'de> for FilesReading<'_, '_> {
    type Value = Vec<UnusableFile>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for FilesReading<'_, '_> {
    type Value = Vec<UnusableFile>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut files: A) -> Result<Self::Value, A::Error> {
        let mut unusable = Vec::new();
        if self.is_lenient {
            while let Some(raw) = files.next_element::<&RawValue>()? {
                let body = serde_json::from_str::<FileBody<'_>>(raw.get());
                let read = body.map_err(|error| UnusableFile {
                    name: name_of(raw.get()),
                    reason: error.to_string(),
                });
                match read.and_then(|body| body.into_parts(self.url)) {
                    Ok(file) => self.sink.take(file),
                    Err(error) => unusable.push(error),
                }
            }
            return Ok(unusable);
        }
        while let Some(body) = files.next_element::<FileBody<'de>>()? {
            match body.into_parts(self.url) {
                Ok(file) => self.sink.take(file),
                Err(error) => unusable.push(error),
            }
        }
        Ok(unusable)
    }
}

#[derive(serde::Deserialize)]
struct StatusBody {
    // PEP 792 writes `state` in one place and `status` in all others.
    #[serde(alias = "state")]
    status: String,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(serde::Deserialize)]
struct NamespaceBody {
    name: String,
    #[serde(default)]
    owned: bool,
}

impl PageBody {
    fn into_page(self, url: Option<&Url>) -> Result<ProjectPage, JsonPageError> {
        let mut page = ProjectPage::new(self.name);
        page.api_version = self.meta.readable_version()?;
        page.last_serial = self.meta.last_serial;
        if let Some(status) = self.status {
            page.status = ProjectStatus {
                state: ProjectState::from(&*status.status),
                reason: status.reason,
            };
        }
        page.versions = self.versions.unwrap_or_default();
        page.namespaces = self.namespaces.map(|namespaces| {
            let namespace = |body: NamespaceBody| Namespace {
                name: body.name,
                owned: body.owned,
            };
            namespaces.into_iter().map(namespace).collect()
        });
        page.base = url.cloned();
        page.unusable = self.unusable;
        Ok(page)
    }
}

#[derive(serde::Deserialize)]
struct FileBody<'a> {
    #[serde(rename = "filename", borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(deserialize_with = "hashes")]
    hashes: Hashes,
    #[serde(rename = "requires-python", default, borrow)]
    requires_python: Option<Text<'a>>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(rename = "upload-time", default, deserialize_with = "upload_time")]
    upload_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "yanked")]
    yanked: Yanked,
    #[serde(rename = "core-metadata", default, deserialize_with = "core_metadata")]
    core_metadata: Option<CoreMetadataFile>,
    #[serde(
        rename = "dist-info-metadata",
        default,
        deserialize_with = "core_metadata"
    )]
    dist_info_metadata: Option<CoreMetadataFile>,
    #[serde(
        rename = "data-dist-info-metadata",
        default,
        deserialize_with = "core_metadata"
    )]
    data_dist_info_metadata: Option<CoreMetadataFile>,
    #[serde(default, borrow)]
    provenance: Option<Text<'a>>,
}

impl<'a> FileBody<'a> {
    fn into_parts(self, base: Option<&Url>) -> Result<FileParts<'a>, UnusableFile> {
        let unusable = |reason: String| UnusableFile {
            name: file_url::shortened(&self.name.0.escape_debug().to_string()),
            reason,
        };
        if !file_url::is_file_name(&self.name.0) {
            return Err(unusable("it is not the name of a file".to_owned()));
        }
        let mut url = self.url.0;
        if let Some(end) = memchr::memchr(b'#', url.as_bytes()) {
            url = url[..end].to_owned().into();
        }
        file_url::check(base, &url).map_err(|error| unusable(error.to_string()))?;
        let metadata = self.core_metadata.or(self.dist_info_metadata);
        Ok(FileParts {
            name: self.name.0,
            url,
            hashes: self.hashes,
            requires_python: self
                .requires_python
                .map(|text| text.0)
                .filter(|text| !text.trim().is_empty()),
            size_bytes: self.size,
            upload_time: self.upload_time,
            yanked: self.yanked,
            core_metadata: metadata
                .or(self.data_dist_info_metadata)
                .unwrap_or_default(),
            provenance: self.provenance.map(|text| text.0),
        })
    }
}

fn hashes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hashes, D::Error> {
    deserializer.deserialize_map(HashesVisitor)
}

struct HashesVisitor;

impl<'de> Visitor<'de> for HashesVisitor {
    type Value = Hashes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("hashes by algorithm")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hashes, A::Error> {
        let mut hashes = Hashes::default();
        while let Some((algorithm, digest)) = map.next_entry::<Text<'de>, Text<'de>>()? {
            hashes
                .add(&algorithm.0, &digest.0)
                .map_err(de::Error::custom)?;
        }
        Ok(hashes)
    }
}

/// A text that is borrowed from the page where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(text.into()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// A time that cannot be read counts as none: it only matters under a cut-off date, which refuses
/// files without one.
fn upload_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<Text<'de>>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.0.parse().ok()))
}

fn yanked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Yanked, D::Error> {
    struct YankedVisitor;
    impl Visitor<'_> for YankedVisitor {
        type Value = Yanked;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a truth value or a reason")
        }

        fn visit_bool<E: de::Error>(self, yanked: bool) -> Result<Yanked, E> {
            Ok(if yanked {
                Yanked::Yes(None)
            } else {
                Yanked::No
            })
        }

        fn visit_str<E: de::Error>(self, reason: &str) -> Result<Yanked, E> {
            Ok(if reason.is_empty() {
                Yanked::No
            } else {
                Yanked::Yes(Some(reason.into()))
            })
        }

        fn visit_unit<E: de::Error>(self) -> Result<Yanked, E> {
            Ok(Yanked::No)
        }
    }
    deserializer.deserialize_any(YankedVisitor)
}

fn core_metadata<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CoreMetadataFile>, D::Error> {
    struct CoreMetadataVisitor;
    impl<'de> Visitor<'de> for CoreMetadataVisitor {
        type Value = Option<CoreMetadataFile>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a truth value or hashes by algorithm")
        }

        fn visit_bool<E: de::Error>(self, available: bool) -> Result<Self::Value, E> {
            Ok(Some(if available {
                CoreMetadataFile::Yes
            } else {
                CoreMetadataFile::No
            }))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            let hashes = HashesVisitor.visit_map(map)?;
            let none = hashes.is_empty();
            Ok(Some(if none {
                CoreMetadataFile::Yes
            } else {
                CoreMetadataFile::Hashed(hashes)
            }))
        }
    }
    deserializer.deserialize_any(CoreMetadataVisitor)
}
