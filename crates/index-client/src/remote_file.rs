//! A distribution file on an index (or anywhere else): where it is, and what must be true of it.

use jiff::Timestamp;
use tilsit_simple_api::{CoreMetadataFile, File, FileUrlError, Hashes, ProjectPage};
use url::Url;

use crate::credentials::Credential;
use crate::index_url::take_credential;
use crate::redacted::RedactedUrl;

/// A distribution file with its resolved URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// The file's name; never with a folder in it.
    pub name: Box<str>,
    /// Where it is; without credentials.
    pub url: Url,
    /// Its hashes, as far as they are known.
    pub hashes: Hashes,
    /// Its size in bytes, if it is known.
    pub size_bytes: Option<u64>,
    /// Whether its metadata can be had beside it.
    pub core_metadata: CoreMetadataFile,
    /// When it was uploaded, if that is known.
    pub upload_time: Option<Timestamp>,
}

impl RemoteFile {
    /// A file of a project's page.
    ///
    /// # Errors
    /// When its URL cannot be used.
    pub fn of_page(page: &ProjectPage, file: &File) -> Result<Self, FileUrlError> {
        let mut url = page.file_url(file)?;
        // A page may not say who we are.
        let _ = take_credential(&mut url);
        Ok(Self {
            name: file.name.clone(),
            url,
            hashes: file.hashes.clone(),
            size_bytes: file.size_bytes,
            core_metadata: file.core_metadata.clone(),
            upload_time: file.upload_time,
        })
    }

    /// A file at a URL that the user (or a requirement) named; hashes are taken from the fragment.
    /// Credentials in the URL are given back apart.
    ///
    /// # Errors
    /// When the URL does not end in the name of a file, or its fragment has a malformed hash.
    pub fn of_url(mut url: Url) -> Result<(Self, Option<Credential>), FileUrlError> {
        let credential = take_credential(&mut url);
        let name = tilsit_simple_api::file_url::file_name(url.as_str())?.into();
        let fragment = url.fragment().unwrap_or_default();
        let hashes = Hashes::from_fragment(fragment).map_err(|error| FileUrlError::Syntax {
            url: RedactedUrl::from(&url).to_string(),
            reason: error.to_string(),
        })?;
        url.set_fragment(None);
        let file = Self {
            name,
            url,
            hashes,
            size_bytes: None,
            core_metadata: CoreMetadataFile::No,
            upload_time: None,
        };
        Ok((file, credential))
    }

    /// Where the file's metadata is, if it is there (PEP 658).
    pub fn metadata_url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}.metadata", url.path()));
        url
    }
}
