//! Reading the HTML form: the anchors of a page as files, or as projects.

use std::borrow::Cow;

use url::Url;

use super::scanner::{Attribute, Scanner, unescape};
use crate::api_version::{ApiVersion, ApiVersionError};
use crate::file_url::{self, FileUrlError};
use crate::hashes::Hashes;
use crate::list::{ListedProject, ProjectList};
use crate::page::{
    CoreMetadataFile, File, FileParts, FileSink, ProjectPage, ProjectState, ProjectStatus,
    UnusableFile, Yanked,
};

/// Why an HTML page cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HtmlPageError {
    /// A body without a single tag: another format under the wrong content type.
    #[error("the page has no HTML in it")]
    NotHtml,
    /// The version's text is not one.
    #[error(transparent)]
    ApiVersion(#[from] ApiVersionError),
    /// The page speaks another major version (PEP 629).
    #[error("the page speaks version {0} of the Simple API; only version 1 can be read")]
    UnsupportedVersion(ApiVersion),
    /// The page's `<base>` names a kind of URL that a page may not link to.
    #[error("the page's base: {0}")]
    Base(#[source] FileUrlError),
}

/// Reads a project's page. Relative links are relative to `url`, or to the page's `<base>`.
///
/// # Errors
/// When the body is not HTML, speaks another major version, or has an unusable `<base>`. Single
/// links that cannot be used are in [`ProjectPage::unusable`].
pub fn parse_html(body: &[u8], url: &Url) -> Result<ProjectPage, HtmlPageError> {
    let mut files: Vec<File> = Vec::new();
    let mut page = parse_html_into(body, url, &mut files)?;
    page.files = files;
    Ok(page)
}

/// As [`parse_html`], with each file handed to `sink`: the page that is returned has none.
///
/// # Errors
/// As [`parse_html`].
pub fn parse_html_into(
    body: &[u8],
    url: &Url,
    sink: &mut dyn FileSink,
) -> Result<ProjectPage, HtmlPageError> {
    sink.start_over();
    let text = String::from_utf8_lossy(body);
    let mut head = Head::new(url);
    let mut page = ProjectPage::new(last_folder(url));
    let mut scanner = Scanner::new(&text);
    while let Some(tag) = scanner.next_tag() {
        head.seen = true;
        if tag.is_end {
            continue;
        }
        if tag.is("a") {
            if let Some(link) = Link::read(scanner.attributes()) {
                match link.file(Some(&head.base)) {
                    Ok(file) => sink.take(file),
                    Err(unusable) => page.unusable.push(unusable),
                }
            }
        } else {
            head.take(tag.name, scanner.attributes())?;
        }
    }
    let head = head.finish()?;
    page.api_version = head.api_version;
    page.status = head.status;
    page.base = Some(head.base);
    Ok(page)
}

/// Reads the list of all projects.
///
/// # Errors
/// As [`parse_html`].
pub fn parse_list_html(body: &[u8], url: &Url) -> Result<ProjectList, HtmlPageError> {
    let text = String::from_utf8_lossy(body);
    let mut head = Head::new(url);
    let mut projects = Vec::new();
    let mut scanner = Scanner::new(&text);
    while let Some(tag) = scanner.next_tag() {
        head.seen = true;
        if tag.is_end {
            continue;
        }
        if tag.is("a") {
            let text = scanner.text_until_end("a");
            let name = unescape(&text);
            let name = name.trim();
            if !name.is_empty() {
                projects.push(ListedProject {
                    name: name.into(),
                    last_serial: None,
                });
            }
        } else {
            head.take(tag.name, scanner.attributes())?;
        }
    }
    let head = head.finish()?;
    Ok(ProjectList {
        api_version: head.api_version,
        last_serial: None,
        projects,
    })
}

/// What a page says of itself, outside of its anchors.
struct Head {
    seen: bool,
    has_base: bool,
    base: Url,
    api_version: ApiVersion,
    status: ProjectStatus,
}

impl Head {
    fn new(url: &Url) -> Self {
        Self {
            seen: false,
            has_base: false,
            base: url.clone(),
            api_version: ApiVersion::FIRST,
            status: ProjectStatus::default(),
        }
    }

    fn take(&mut self, tag: &str, attributes: &[Attribute<'_>]) -> Result<(), HtmlPageError> {
        if tag.eq_ignore_ascii_case("base") && !self.has_base {
            if let Some(href) = value(attributes, "href") {
                self.has_base = true;
                let base = file_url::resolve(Some(&self.base), href.trim());
                self.base = base.map_err(HtmlPageError::Base)?;
            }
        } else if tag.eq_ignore_ascii_case("meta") {
            let (Some(name), Some(content)) =
                (value(attributes, "name"), value(attributes, "content"))
            else {
                return Ok(());
            };
            match &*name {
                "pypi:repository-version" => {
                    self.api_version = content.parse()?;
                    if !self.api_version.is_readable() {
                        return Err(HtmlPageError::UnsupportedVersion(self.api_version));
                    }
                }
                "pypi:project-status" => self.status.state = ProjectState::from(&*content),
                "pypi:project-status-reason" => self.status.reason = Some(content.into_owned()),
                _ => {}
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Self, HtmlPageError> {
        if self.seen {
            Ok(self)
        } else {
            Err(HtmlPageError::NotHtml)
        }
    }
}

/// The attributes of an anchor that mean something on a project's page.
#[derive(Default)]
struct Link<'a> {
    href: Cow<'a, str>,
    requires_python: Option<Cow<'a, str>>,
    yanked: Option<Cow<'a, str>>,
    core_metadata: Option<Cow<'a, str>>,
    dist_info_metadata: Option<Cow<'a, str>>,
    upload_time: Option<Cow<'a, str>>,
    size: Option<Cow<'a, str>>,
    provenance: Option<Cow<'a, str>>,
}

impl<'a> Link<'a> {
    /// `None` for an anchor that links nowhere.
    fn read(attributes: &[Attribute<'a>]) -> Option<Self> {
        let mut link = Link::default();
        let mut has_href = false;
        // The first of two attributes with one name counts: so they are taken from the last.
        for attribute in attributes.iter().rev() {
            let name = attribute.name;
            let place = match name.len() {
                4 if name.eq_ignore_ascii_case("href") => {
                    has_href = true;
                    link.href = unescape(attribute.value);
                    continue;
                }
                9 if name.eq_ignore_ascii_case("data-size") => &mut link.size,
                11 if name.eq_ignore_ascii_case("data-yanked") => &mut link.yanked,
                15 if name.eq_ignore_ascii_case("data-provenance") => &mut link.provenance,
                16 if name.eq_ignore_ascii_case("data-upload-time") => &mut link.upload_time,
                18 if name.eq_ignore_ascii_case("data-core-metadata") => &mut link.core_metadata,
                20 if name.eq_ignore_ascii_case("data-requires-python") => {
                    &mut link.requires_python
                }
                23 if name.eq_ignore_ascii_case("data-dist-info-metadata") => {
                    &mut link.dist_info_metadata
                }
                _ => continue,
            };
            *place = Some(unescape(attribute.value));
        }
        has_href.then_some(link)
    }

    fn file(&self, base: Option<&Url>) -> Result<FileParts<'_>, UnusableFile> {
        let href = self.href.trim();
        let (url, fragment) = href.split_once('#').unwrap_or((href, ""));
        // Space before the fragment would be the URL's end when it is written without one.
        let url = url.trim_end();
        let unusable = |reason: String| UnusableFile {
            name: file_url::shortened(&url.escape_debug().to_string()),
            reason,
        };
        file_url::check(base, url).map_err(|error| unusable(error.to_string()))?;
        let name = file_url::file_name(url).map_err(|error| unusable(error.to_string()))?;
        let hashes =
            Hashes::from_fragment(fragment).map_err(|error| unusable(error.to_string()))?;
        let metadata = self.core_metadata.as_ref();
        let metadata = metadata.or(self.dist_info_metadata.as_ref());
        let core_metadata = metadata.map(|text| core_metadata(text)).transpose();
        let number = self.size.as_ref().map(|size| size.trim().parse());
        let time = self.upload_time.as_ref().map(|time| time.trim().parse());
        let reason = |reason: &Cow<'_, str>| some_text(Some(reason)).map(Box::from);
        Ok(FileParts {
            name,
            url: url.into(),
            hashes,
            requires_python: some_text(self.requires_python.as_ref()),
            size_bytes: number.and_then(Result::ok),
            upload_time: time.and_then(Result::ok),
            yanked: self
                .yanked
                .as_ref()
                .map_or(Yanked::No, |text| Yanked::Yes(reason(text))),
            core_metadata: core_metadata.map_err(unusable)?.unwrap_or_default(),
            provenance: some_text(self.provenance.as_ref()),
        })
    }
}

/// `true`, or hashes as in a fragment; anything else says that there is no metadata file.
fn core_metadata(text: &str) -> Result<CoreMetadataFile, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        return Ok(CoreMetadataFile::Yes);
    }
    let hashes = Hashes::from_fragment(text).map_err(|error| format!("its metadata: {error}"))?;
    Ok(if hashes.is_empty() {
        CoreMetadataFile::No
    } else {
        CoreMetadataFile::Hashed(hashes)
    })
}

fn some_text<'a>(text: Option<&'a Cow<'_, str>>) -> Option<Cow<'a, str>> {
    let text = text?.trim();
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

/// The value of the first attribute of this name.
fn value<'a>(attributes: &[Attribute<'a>], name: &str) -> Option<Cow<'a, str>> {
    let found = attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))?;
    Some(unescape(found.value))
}

/// The last folder of a page's URL, which names the project.
fn last_folder(url: &Url) -> String {
    let mut folders = url.path_segments().into_iter().flatten();
    let last = folders.rfind(|part| !part.is_empty() && *part != "index.html");
    let last = last.unwrap_or_default();
    percent_encoding::percent_decode_str(last)
        .decode_utf8_lossy()
        .into_owned()
}
