//! Indexes and folders of files on this machine (`file` URLs): no HTTP, no cache.

use std::path::PathBuf;

use tilsit_simple_api::{File, ProjectPage, parse_html};
use url::Url;

use crate::pages::PageError;
use crate::redacted::RedactedUrl;

/// The page of a project in a local index: `index.html` in the project's folder.
pub(crate) fn project_page(folder: &Url) -> Result<ProjectPage, PageError> {
    let file = folder
        .join("index.html")
        .map_err(|_| PageError::NotLocal(RedactedUrl::from(folder)))?;
    html_page(&file)
}

/// The files that a local folder holds, or that a local HTML file links to.
pub(crate) fn find_links(location: &Url) -> Result<ProjectPage, PageError> {
    let path = local_path(location)?;
    if !tilsit_files::metadata(&path)?.is_dir() {
        return html_page(location);
    }
    let mut base = location.clone();
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    let mut page = ProjectPage::new("");
    for entry in tilsit_files::read_dir(&path)? {
        let Some(name) = entry.name.to_str() else {
            continue;
        };
        // A link that leads nowhere is no file.
        let Ok(metadata) = tilsit_files::metadata(&entry.path) else {
            continue;
        };
        if !metadata.is_file() {
            continue;
        }
        let url = Url::from_file_path(&entry.path)
            .map_err(|()| PageError::NotLocal(RedactedUrl::from(&base)))?;
        let mut file = File::new(name, url.as_str());
        file.size_bytes = Some(metadata.len());
        page.files.push(file);
    }
    page.base = Some(base);
    Ok(page)
}

fn html_page(file: &Url) -> Result<ProjectPage, PageError> {
    let body = tilsit_files::read(local_path(file)?)?;
    parse_html(&body, file).map_err(|source| PageError::Html {
        url: RedactedUrl::from(file),
        source,
    })
}

/// The path of a `file` URL.
pub(crate) fn local_path(url: &Url) -> Result<PathBuf, PageError> {
    url.to_file_path()
        .map_err(|()| PageError::NotLocal(RedactedUrl::from(url)))
}
