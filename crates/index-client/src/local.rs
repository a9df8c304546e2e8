//! Indexes and folders of files on this machine (`file` URLs): no HTTP, no cache.

use std::path::PathBuf;

use tilsit_simple_api::{File, FileSink, ProjectPage, parse_html_into, parse_json_into};
use url::Url;

use crate::pages::PageError;
use crate::redacted::RedactedUrl;

/// The page of a project in a local index: `index.html` in the project's folder, or `index.json`.
pub(crate) fn project_page(
    folder: &Url,
    sink: &mut dyn FileSink,
) -> Result<ProjectPage, PageError> {
    let file = |name: &str| {
        let url = folder.join(name);
        url.map_err(|_| PageError::NotLocal(RedactedUrl::from(folder)))
    };
    match html_page(&file("index.html")?, sink) {
        Err(PageError::File(error)) if error.is_not_found() => {
            let url = file("index.json")?;
            // Without either, the first is the one to name.
            let Ok(body) = tilsit_files::read(local_path(&url)?) else {
                return Err(PageError::File(error));
            };
            parse_json_into(&body, Some(&url), sink).map_err(|source| PageError::Json {
                url: RedactedUrl::from(&url),
                source,
            })
        }
        other => other,
    }
}

/// The files that a local folder holds, or that a local HTML file links to.
pub(crate) fn find_links(location: &Url) -> Result<ProjectPage, PageError> {
    let path = local_path(location)?;
    if !tilsit_files::metadata(&path)?.is_dir() {
        let mut files: Vec<File> = Vec::new();
        let mut page = html_page(location, &mut files)?;
        page.files = files;
        return Ok(page);
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

fn html_page(file: &Url, sink: &mut dyn FileSink) -> Result<ProjectPage, PageError> {
    let body = tilsit_files::read(local_path(file)?)?;
    parse_html_into(&body, file, sink).map_err(|source| PageError::Html {
        url: RedactedUrl::from(file),
        source,
    })
}

/// The path of a `file` URL.
pub(crate) fn local_path(url: &Url) -> Result<PathBuf, PageError> {
    url.to_file_path()
        .map_err(|()| PageError::NotLocal(RedactedUrl::from(url)))
}
